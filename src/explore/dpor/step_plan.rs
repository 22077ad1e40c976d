//! Steps as sleep sets and wakeup trees keep them: taken once, or planned.

use crate::execution::Decision;
use crate::execution::Footprint;

use super::mutation::Mutation;

/// A step of a thread from one state.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlannedStep {
    pub(super) decision: Decision,
    /// What the step touches; the most that it can touch, as if it wrote it, unless `exact`.
    pub(super) footprint: Footprint,
    /// True if the step was taken in an equivalent state, so that it touches just this.
    pub(super) exact: bool,
    /// True if the step is a choice: then each of its alternatives is a step of its own.
    pub(super) chooses: bool,
    /// True if the step is certainly enabled where it is planned.
    pub(super) enabled: bool,
}

impl PlannedStep {
    /// True if both are the next step of one thread, from equivalent states, and not different
    /// alternatives of a choice.
    pub(super) fn is_same_step(&self, other: &Self) -> bool {
        let same = self.decision.alternative == other.decision.alternative;
        let chooses = self.chooses && !Mutation::ChoicesSleepWhole.is_on();
        self.decision.thread == other.decision.thread && (same || !chooses)
    }
}

/// A step that need not be taken again where it sleeps: what follows it was explored.
#[derive(Debug, Clone, Copy)]
pub(super) struct SleepEntry {
    pub(super) step: PlannedStep,
    /// True if the step slept already where a search without a plan began. It blocks its own
    /// thread, but no longer answers for sequences in which it does not occur.
    pub(super) stale: bool,
}

/// Whether a step can come first in a sequence: whether it is a *weak initial* of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WeakInitial {
    /// It cannot, or that is not certain.
    No,
    /// It is the step at this place of the sequence, and depends on nothing before it there.
    At(usize),
    /// It does not occur in the sequence, and depends on nothing of it.
    Independent,
}
