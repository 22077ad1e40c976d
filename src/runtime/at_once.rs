//! A step that happens at once: during the start-up, and when all threads have stopped.

use crate::execution::Operation;

use super::Objects;
use super::Runtime;
use super::Waiting;
use super::WakeReason;

/// Runs a step where nobody else runs: a wait that is not over would never be.
pub(super) fn at_once<R: Runtime, F: Objects<R>, O>(
    operation: Operation,
    waiting: Waiting,
    objects: &F,
    ready: impl Fn(&F::Views<'_>) -> bool,
    body: impl FnOnce(F::Views<'_>, WakeReason) -> O,
) -> O {
    let run = |views: F::Views<'_>| {
        let over = waiting == Waiting::Never || ready(&views);
        assert!(
            over,
            "the start-up waits for something that never comes: {operation:?}"
        );
        body(views, WakeReason::Ready)
    };
    objects.open(run).0
}
