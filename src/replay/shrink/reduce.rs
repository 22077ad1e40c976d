//! Which faults, threads and calls of a scenario a failure needs.
//!
//! One part after another is left out, as long as what is left of the schedule fails in the same
//! way without it: faults first, then threads, then calls, each from the last to the first.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::attach::Workload;
use crate::execution::Decision;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Fact;
use crate::execution::ThreadId;
use crate::program::Program;
use crate::runtime::Waits;
use crate::runtime::controlled::Limits;
use crate::runtime::controlled::Machine;
use crate::scenario::Omitted;
use crate::scenario::Scenario;
use crate::strategy::Strategy;

use super::follow::Following;
use super::landmarks::Landmarks;
use super::plan::Plan;
use super::target::STEPS_MORE;

/// A scenario with only what a failure needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reduced {
    /// The smaller scenario; its name says what is left out.
    pub scenario: Scenario,
    /// What is left out of the whole.
    pub omitted: BTreeSet<Omitted>,
    /// An execution of it that fails in the same way.
    pub execution: Execution,
    /// How many executions were run for it.
    pub replays: u32,
}

/// Leaves out of a scenario what an execution does not need to fail.
///
/// `omitted` is what is left out already: the execution is of the scenario without it.
///
/// # Panics
///
/// If the whole has no such parts.
pub fn reduce(
    whole: &Scenario,
    (strategy, waits): (&Strategy, Waits),
    fails: &dyn Fn(&Execution) -> bool,
    (omitted, execution): (BTreeSet<Omitted>, Execution),
) -> Reduced {
    let scenario = whole.without(&omitted).expect("the whole has these parts");
    let mut reduced = Reduced {
        scenario,
        omitted,
        execution,
        replays: 0,
    };
    let parts = parts(whole.workload());
    loop {
        let before = reduced.omitted.len();
        for part in &parts {
            if is_there(whole.workload(), &reduced.omitted, *part) {
                reduced.try_without(*part, whole, (strategy, waits), fails);
            }
        }
        if reduced.omitted.len() == before {
            return reduced;
        }
    }
}

impl Reduced {
    /// Leaves a part out, if what is left of the execution fails in the same way without it.
    fn try_without(
        &mut self,
        part: Omitted,
        whole: &Scenario,
        (strategy, waits): (&Strategy, Waits),
        fails: &dyn Fn(&Execution) -> bool,
    ) {
        let mut omitted = self.omitted.clone();
        omitted.insert(part);
        let scenario = whole.without(&omitted).expect("the part is there");
        let program = Program::new(scenario.workload(), strategy, &Arc::default());
        let steps_max = self.execution.steps.len().saturating_mul(2) + STEPS_MORE;
        let steps_max = u32::try_from(steps_max).unwrap_or(u32::MAX);
        let mut machine = Machine::new(Limits { waits, steps_max });
        self.replays += 1;
        let candidate = match rest_of(whole.workload(), &self.execution, part) {
            Some(plan) => machine.run(&program, &mut Following::new(&plan)),
            None => machine.run(&program, &mut Landmarks::of(&self.execution)),
        };
        let complete = !matches!(candidate.end, End::StepLimit | End::Redundant);
        if complete && fails(candidate) {
            self.execution = candidate.clone();
            self.omitted = omitted;
            self.scenario = scenario;
        }
    }
}

/// The parts in the order in which they are tried.
fn parts(workload: &Workload) -> Vec<Omitted> {
    let faults = (0..workload.faults.len()).rev().map(Omitted::Fault);
    let threads = (0..workload.threads.len()).rev();
    let calls = threads.clone().flat_map(|thread| {
        let calls = 0..workload.threads[thread].calls.len();
        let several = workload.threads[thread].calls.len() > 1;
        calls
            .rev()
            .filter(move |_| several)
            .map(move |call| Omitted::Call { thread, call })
    });
    faults
        .chain(threads.clone().map(Omitted::Thread))
        .chain(calls)
        .collect()
}

/// Whether a part has not gone with another, and something is left without it.
fn is_there(workload: &Workload, omitted: &BTreeSet<Omitted>, part: Omitted) -> bool {
    let threads = 0..workload.threads.len();
    let has_gone = |thread: usize| omitted.contains(&Omitted::Thread(thread));
    let left = threads.filter(|thread| !has_gone(*thread)).count();
    match part {
        Omitted::Thread(thread) => !has_gone(thread) && left > 1,
        Omitted::Call { thread, .. } => !has_gone(thread) && !omitted.contains(&part),
        Omitted::Fault(_) => !omitted.contains(&part),
    }
}

/// The plan of an execution without the steps of a part; `None` for a fault, which has none.
fn rest_of(workload: &Workload, execution: &Execution, part: Omitted) -> Option<Plan> {
    if matches!(part, Omitted::Fault(_)) {
        return None;
    }
    let gone = |index: usize, thread: ThreadId| match part {
        Omitted::Fault(_) => false,
        Omitted::Thread(left_out) => belongs(workload, thread, left_out),
        Omitted::Call {
            thread: caller,
            call,
        } => thread.index() == caller && is_within(execution, (index, thread), call),
    };
    let steps = execution.steps.iter().enumerate();
    let kept = steps.filter(|(index, step)| !gone(*index, step.thread));
    Some(Plan::of_decisions(kept.map(|(_, step)| Decision {
        thread: step.thread,
        alternative: step.alternative,
    })))
}

/// Whether a thread is one of the scenario, or runs a work item of its links.
fn belongs(workload: &Workload, thread: ThreadId, of: usize) -> bool {
    let calls = workload.threads[of].calls.iter();
    let mut items = calls.map(|call| workload.work_item_of(call.link));
    thread.index() == of || items.any(|item| item == thread.index())
}

/// Whether a step of a thread is a part of its call with this number.
fn is_within(execution: &Execution, (index, thread): (usize, ThreadId), call: usize) -> bool {
    let before = execution.facts.iter().filter(|record| {
        let after = usize::try_from(record.after).expect("an execution fits into memory");
        record.thread == Some(thread) && after <= index
    });
    let mut begun = None;
    for record in before {
        if let Fact::CallBegins { call } = record.fact {
            begun = Some(usize::from(call));
        }
    }
    begun == Some(call)
}
