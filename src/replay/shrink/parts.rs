//! The parts of a scenario and of its circumstances that a failure may do without, and what is left
//! of both, and of the schedule, without one of them.

use crate::attach::Workload;
use crate::execution::Decision;
use crate::execution::Execution;
use crate::execution::Fact;
use crate::execution::ThreadId;
use crate::scenario::Omitted;
use crate::wfp::CallKey;
use crate::wfp::Circumstances;
use crate::wfp::Profile;
use crate::wfp::Question;

use super::Reduced;
use super::plan::Plan;

/// Something that a failure may do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// A part of the scenario.
    Scenario(Omitted),
    /// The fault of a call of the engine.
    Fault(CallKey),
    /// A reading that differs from the one to begin with.
    Reading(Question),
}

/// The parts in the order in which they are tried: faults, readings, threads, calls; each from the
/// last to the first.
pub(super) fn parts(
    workload: &Workload,
    circumstances: &Circumstances,
    start: &Profile,
) -> Vec<Part> {
    let faults = (0..workload.faults.len()).rev().map(Omitted::Fault);
    let failing = circumstances.faults.keys().rev();
    let readings = circumstances.profile.differences(start);
    let threads = (0..workload.threads.len()).rev();
    let calls = threads.clone().flat_map(|thread| {
        let calls = 0..workload.threads[thread].calls.len();
        let several = workload.threads[thread].calls.len() > 1;
        calls
            .rev()
            .filter(move |_| several)
            .map(move |call| Omitted::Call { thread, call })
    });
    let callers = threads.clone().map(Omitted::Thread).chain(calls);
    faults
        .map(Part::Scenario)
        .chain(failing.map(|call| Part::Fault(*call)))
        .chain(readings.into_iter().rev().map(Part::Reading))
        .chain(callers.map(Part::Scenario))
        .collect()
}

/// Whether a part has not gone with another, and something is left without it.
pub(super) fn is_there(workload: &Workload, reduced: &Reduced, part: Part) -> bool {
    let omitted = &reduced.omitted;
    let threads = 0..workload.threads.len();
    let has_gone = |thread: usize| omitted.contains(&Omitted::Thread(thread));
    let left = threads.filter(|thread| !has_gone(*thread)).count();
    match part {
        Part::Scenario(Omitted::Thread(thread)) => !has_gone(thread) && left > 1,
        Part::Scenario(call @ Omitted::Call { thread, .. }) => {
            !has_gone(thread) && !omitted.contains(&call)
        }
        Part::Scenario(fault @ Omitted::Fault(_)) => !omitted.contains(&fault),
        Part::Fault(call) => reduced.circumstances.faults.contains_key(&call),
        Part::Reading(_) => true,
    }
}

/// Circumstances without a part of them.
pub(super) fn simpler(circumstances: &Circumstances, part: Part, start: &Profile) -> Circumstances {
    let mut simpler = circumstances.clone();
    match part {
        Part::Scenario(_) => {}
        Part::Fault(call) => drop(simpler.faults.remove(&call)),
        Part::Reading(question) => {
            let with = simpler.profile.with(question, start.reading(question));
            simpler.profile = with.expect("a reading of one profile is one of the other");
        }
    }
    simpler
}

/// The steps of an execution that go with a part of its scenario.
#[derive(Debug)]
pub(super) struct Gone<'a> {
    execution: &'a Execution,
    /// By step.
    gone: Vec<bool>,
}

impl<'a> Gone<'a> {
    pub(super) fn of(workload: &Workload, execution: &'a Execution, part: Omitted) -> Self {
        let gone = |(index, thread): (usize, ThreadId)| match part {
            Omitted::Fault(_) => false,
            Omitted::Thread(left_out) => belongs(workload, thread, left_out),
            Omitted::Call {
                thread: caller,
                call,
            } => thread.index() == caller && is_within(execution, (index, thread), call),
        };
        let steps = execution.steps.iter().enumerate();
        let gone = steps.map(|(index, step)| gone((index, step.thread)));
        Self {
            execution,
            gone: gone.collect(),
        }
    }

    /// The plan of the execution without these steps.
    pub(super) fn rest(&self) -> Plan {
        let steps = self.execution.steps.iter().zip(&self.gone);
        let kept = steps.filter(|(_, gone)| !**gone);
        Plan::of_decisions(kept.map(|(step, _)| Decision {
            thread: step.thread,
            alternative: step.alternative,
        }))
    }

    /// The circumstances without these steps: a call that is gone has no fault, and those of its
    /// kind after it are fewer.
    pub(super) fn renumbered(&self, circumstances: &Circumstances) -> Circumstances {
        let faults = circumstances.faults.iter();
        let kept = faults.filter_map(|(call, fault)| Some((self.renumber(*call)?, *fault)));
        Circumstances {
            faults: kept.collect(),
            profile: circumstances.profile,
        }
    }

    fn renumber(&self, call: CallKey) -> Option<CallKey> {
        let steps = self.execution.steps.iter().zip(&self.gone);
        let alike = steps
            .filter(|(step, _)| step.thread == call.thread && step.operation.verb == call.verb);
        let mut up_to = alike
            .map(|(_, gone)| *gone)
            .take(usize::try_from(call.occurrence).unwrap_or(usize::MAX));
        let mut before = 0;
        let mut last = false;
        for gone in &mut up_to {
            last = gone;
            before += u32::from(gone);
        }
        (!last).then(|| CallKey {
            occurrence: call.occurrence - before,
            ..call
        })
    }
}

/// Whether a thread is one of the scenario, runs a work item of its links, or is the thread of the
/// system for one of these.
fn belongs(workload: &Workload, thread: ThreadId, of: usize) -> bool {
    let callers = workload.system_threads_from();
    let system = callers.and_then(|first| thread.index().checked_sub(first));
    let caller = system.unwrap_or_else(|| thread.index());
    let calls = workload.threads[of].calls.iter();
    let mut items = calls.map(|call| workload.work_item_of(call.link));
    caller == of || items.any(|item| item == caller)
}

/// Whether a step of a thread is a part of its call with this number.
fn is_within(execution: &Execution, (index, thread): (usize, ThreadId), call: usize) -> bool {
    let before = execution.facts.iter().filter(|record| {
        let after = usize::try_from(record.after).expect("an execution fits into memory");
        record.thread == Some(thread) && after <= index
    });
    let mut begun = None;
    for record in before {
        if let Fact::CallBegins { call, .. } = record.fact {
            begun = Some(usize::from(call));
        }
    }
    begun == Some(call)
}
