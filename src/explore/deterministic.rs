//! What every search assumes and checks on the way: the same choices lead to the same steps.

use std::ops::Range;

use crate::execution::Decision;
use crate::execution::Operation;
use crate::execution::Step;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::runtime::controlled::Position;

/// Refuses a step that is not the one which was taken there before.
///
/// # Panics
///
/// If the thread or the operation is another.
pub(super) fn require_same_step(index: usize, before: (ThreadId, Operation), step: &Step) {
    let (thread, operation) = before;
    assert!(
        thread == step.thread && operation == step.operation,
        "the system is not deterministic: step {index} was {operation:?} before and is {:?} now",
        step.operation
    );
}

/// Refuses a state in which other threads can go on than before.
///
/// # Panics
///
/// If they are others.
pub(super) fn require_same_threads(before: ThreadSet, position: &Position<'_>) {
    let depth = position.steps.len();
    assert!(
        before == position.enabled,
        "the system is not deterministic: before step {depth} the threads {before:?} could go on, \
         and now {:?} can",
        position.enabled
    );
}

/// Refuses a state in which a thread cannot go on that could before.
///
/// # Panics
///
/// If it cannot.
pub(super) fn require_able(decision: Decision, position: &Position<'_>) {
    let depth = position.steps.len();
    assert!(
        position.enabled.contains(decision.thread),
        "the system is not deterministic: before step {depth} thread {} could go on, and now it \
         cannot",
        decision.thread
    );
}

/// Refuses a choice that has not as many alternatives as before.
///
/// # Panics
///
/// If it has more or fewer.
pub(super) fn require_same_choice(before: u8, offered: Range<u8>, depth: usize) {
    // A wait that can only expire offers nothing but its alternative 1.
    assert!(
        offered.start > 0 || offered.end == before,
        "the system is not deterministic: step {depth} had {before} alternatives before and has {} \
         now",
        offered.end
    );
}
