//! A schedule that survives being cut: how far each thread runs before the next does.
//!
//! A run says up to which of its own steps a thread goes, so that a run which is left out or moved
//! changes nothing else: the thread's next run makes up for it. What the plan does not say, or what
//! cannot be, is filled in by going on with the thread at hand, and else with the least that can.

use std::collections::BTreeMap;

use crate::execution::Decision;
use crate::execution::Execution;
use crate::execution::ThreadId;

/// A thread goes on up to its own step with this number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Run {
    pub(super) thread: ThreadId,
    pub(super) until: u32,
}

/// The runs in order, and the alternatives taken that are not the first, by thread and own step.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Plan {
    pub(super) runs: Vec<Run>,
    pub(super) chosen: BTreeMap<(ThreadId, u32), u8>,
}

impl Plan {
    /// The plan that leads to an execution.
    pub(super) fn of(execution: &Execution) -> Self {
        let decisions = execution.schedule().0;
        Self::of_decisions(decisions.into_iter())
    }

    /// The plan of these decisions in their order.
    pub(super) fn of_decisions(decisions: impl Iterator<Item = Decision>) -> Self {
        let mut plan = Self::default();
        let mut taken: BTreeMap<ThreadId, u32> = BTreeMap::new();
        for Decision {
            thread,
            alternative,
        } in decisions
        {
            let own = taken.entry(thread).or_default();
            if alternative > 0 {
                plan.chosen.insert((thread, *own), alternative);
            }
            *own += 1;
            let until = *own;
            match plan.runs.last_mut() {
                Some(run) if run.thread == thread => run.until = until,
                Some(_) | None => plan.runs.push(Run { thread, until }),
            }
        }
        plan
    }

    /// Without the runs from a place on.
    pub(super) fn without(&self, from: usize, count: usize) -> Self {
        let mut plan = self.clone();
        plan.runs.drain(from..(from + count).min(self.runs.len()));
        plan
    }

    /// With a run at another place.
    pub(super) fn moved(&self, from: usize, to: usize) -> Self {
        let mut plan = self.clone();
        let run = plan.runs.remove(from);
        plan.runs.insert(to, run);
        plan
    }

    /// With a run that goes on as far as the next run of its thread; `None` if it is the last.
    pub(super) fn pulled(&self, at: usize) -> Option<Self> {
        let thread = self.runs[at].thread;
        let next = (at + 1..self.runs.len()).find(|&next| self.runs[next].thread == thread)?;
        let mut plan = self.clone();
        plan.runs[at].until = plan.runs[next].until;
        plan.runs.remove(next);
        Some(plan)
    }

    /// With a run that ends at another own step.
    pub(super) fn extended(&self, at: usize, until: u32) -> Self {
        let mut plan = self.clone();
        plan.runs[at].until = until;
        plan
    }
}
