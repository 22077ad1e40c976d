//! The order of counterexamples: what makes one less than another.

use std::cmp::Reverse;

use crate::execution::Execution;
use crate::execution::Step;
use crate::execution::ThreadId;
use crate::execution::Verb;

/// How large an execution is as a counterexample, the least the best: fields in order of weight.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size {
    /// Faults that were chosen; those that a scenario always injects are its own.
    pub faults: u32,
    /// Switches away from a thread that could have gone on.
    pub preemptions: u32,
    /// Switches.
    pub switches: u32,
    /// Waits that expired.
    pub expiries: u32,
    /// Steps.
    pub steps: usize,
    /// The runs in order, by thread: of two, the one whose earlier thread goes on for longer.
    form: Vec<(ThreadId, Reverse<u32>)>,
    /// The alternatives that were taken.
    alternatives: Vec<u8>,
}

impl Size {
    /// The size of an execution.
    ///
    /// # Panics
    ///
    /// If it has 2^32 steps or more: executions are far shorter.
    pub fn of(execution: &Execution) -> Self {
        let count = |counts: fn(&Step) -> bool| {
            let steps = execution.steps.iter().filter(|step| counts(step));
            u32::try_from(steps.count()).expect("an execution is short")
        };
        let runs = execution
            .steps
            .chunk_by(|one, other| one.thread == other.thread);
        let form = runs.map(|run| {
            let length = u32::try_from(run.len()).expect("an execution is short");
            (run[0].thread, Reverse(length))
        });
        Self {
            faults: count(|step| chooses_fault(step, step.alternative)),
            preemptions: execution.preemptions(),
            switches: execution.switches(),
            expiries: count(|step| step.expired),
            steps: execution.steps.len(),
            form: form.collect(),
            alternatives: execution
                .steps
                .iter()
                .map(|step| step.alternative)
                .collect(),
        }
    }

    /// The part that a search can bound from the beginning of an execution.
    pub(super) const fn cost(&self) -> Cost {
        Cost {
            faults: self.faults,
            preemptions: self.preemptions,
            switches: self.switches,
            expiries: self.expiries,
        }
    }
}

/// Whether a step with this alternative is the choice to inject a fault.
pub(super) fn chooses_fault(step: &Step, alternative: u8) -> bool {
    let is_choice = step.operation.verb == Verb::Fault && step.footprint.iter().next().is_none();
    is_choice && alternative == 1
}

/// What only grows while an execution goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Cost {
    pub(super) faults: u32,
    pub(super) preemptions: u32,
    pub(super) switches: u32,
    pub(super) expiries: u32,
}

impl Cost {
    /// How often the execution left its plain course, then how often it switched: what is searched
    /// first.
    pub(super) const fn deviations(self) -> (u32, u32) {
        (
            self.faults + self.expiries + self.preemptions,
            self.switches,
        )
    }

    /// Whether an execution that begins at this cost can be better than one of the other, with no
    /// more faults.
    pub(super) fn can_be_within(self, other: Self) -> bool {
        let order = |cost: Self| (cost.preemptions, cost.switches, cost.expiries);
        self.faults <= other.faults && order(self) <= order(other)
    }
}
