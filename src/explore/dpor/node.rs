//! What the search keeps of the state before one step.

use crate::execution::Decision;
use crate::execution::ThreadSet;
use crate::runtime::controlled::Position;

use super::planned::Racers;
use super::trace::Attempt;
use super::wakeup::Branches;

/// What is known of the state before one step.
#[derive(Debug)]
pub(super) struct Node {
    /// The step taken now; its alternative may be settled only when the thread is asked.
    pub(super) decision: Decision,
    pub(super) enabled: ThreadSet,
    pub(super) attempt: Attempt,
    /// What is still to be explored from here.
    pub(super) branches: Branches,
    /// Where its sleepers start; they end where those of the next node start.
    pub(super) sleepers: usize,
    /// The steps that raced with the one taken now.
    pub(super) racers: Racers,
    /// Whether what is explored from here repeats what was seen.
    pub(super) repeats: bool,
}

/// The same step, with the alternative that is offered: a wait may be ready or not.
pub(super) fn settle(decision: Decision, position: &Position<'_>) -> Decision {
    let offered = position.offered(decision.thread);
    let alternative = if offered.contains(&decision.alternative) {
        decision.alternative
    } else {
        offered.start
    };
    Decision {
        alternative,
        ..decision
    }
}
