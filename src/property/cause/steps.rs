//! Looking for steps: of a call, of a kind, in conflict.

use crate::execution::Access;
use crate::execution::Execution;
use crate::execution::Fact;
use crate::execution::Step;
use crate::execution::Verb;
use crate::property::Violation;

use super::Cause;
use super::CauseKind;

/// The steps of the call that a violation is about, by index, in order.
pub(super) fn call_steps(
    execution: &Execution,
    violation: &Violation,
) -> impl DoubleEndedIterator<Item = usize> {
    let (thread, meant) = (violation.thread, violation.call);
    let mut from = 0;
    let mut until = execution.steps.len();
    for record in execution
        .facts
        .iter()
        .filter(|record| record.thread == thread)
    {
        let after = usize::try_from(record.after).expect("an execution fits into memory");
        if let Fact::CallBegins { call, .. } = record.fact
            && Some(call) == meant
        {
            from = after;
        }
        if let Fact::CallReturns { call, .. } = record.fact
            && Some(call) == meant
        {
            until = after;
        }
    }
    (from..until).filter(move |&index| Some(execution.steps[index].thread) == thread)
}

/// The last step of the call that failed with the violation's status.
pub(super) fn failing_step(execution: &Execution, violation: &Violation) -> Option<usize> {
    let mut steps = call_steps(execution, violation).rev();
    steps.find(|&index| {
        let failure = execution.steps[index].result.failure();
        failure.is_some() && failure == violation.status
    })
}

/// The steps of a kind, by index.
pub(super) fn with_verb(execution: &Execution, verb: Verb) -> impl Iterator<Item = usize> {
    let steps = execution.steps.iter().enumerate();
    let alike = steps.filter(move |(_, step)| step.operation.verb == verb);
    alike.map(|(index, _)| index)
}

/// Whether a step did what it was asked.
pub(super) fn worked(step: &Step) -> bool {
    step.result.failure().is_none() && !step.expired
}

/// The last step of another thread before this one that it depends on.
pub(super) fn conflicting(execution: &Execution, index: usize) -> Option<usize> {
    let step = &execution.steps[index];
    (0..index).rev().find(|&before| {
        let other = &execution.steps[before];
        other.thread != step.thread && other.footprint.depends(&step.footprint)
    })
}

/// A write by a thread on the ground of a read that another thread's write has made stale.
pub(super) fn stale_write(execution: &Execution) -> Option<Cause> {
    let steps = &execution.steps;
    (0..steps.len()).find_map(|write| {
        let object = steps[write].operation.object?;
        let access = |index: usize| steps[index].footprint.access(object);
        let is_own = |index: &usize| steps[*index].thread == steps[write].thread;
        access(write).filter(|access| *access == Access::Write)?;
        let read = (0..write)
            .rev()
            .filter(is_own)
            .find(|&index| access(index).is_some())?;
        access(read).filter(|access| *access == Access::Read)?;
        let mut between = (read + 1..write).filter(|index| !is_own(index));
        let with = between.find(|&index| access(index) == Some(Access::Write))?;
        let cause = Cause::of(CauseKind::CheckThenAct, Some(write));
        Some(Cause {
            with: Some(with),
            until: Some(read),
            ..cause
        })
    })
}
