//! `session-discipline`: no engine call runs inside a transaction that another thread began.
//!
//! A call that the engine refuses is no violation (a retry meets refusals by design), and neither
//! is one that waits. Judged from the steps alone: who began the open transaction of each session.

use std::collections::BTreeMap;

use crate::execution::Execution;
use crate::execution::ObjectId;
use crate::execution::Step;
use crate::execution::ThreadId;
use crate::execution::Verb;

use super::Property;
use super::Violation;

/// The calls that end a transaction.
const ENDS: [Verb; 3] = [Verb::Commit, Verb::Abort, Verb::EngineClose];

/// The calls that run inside one.
const WRITES: [Verb; 8] = [
    Verb::FilterAdd,
    Verb::FilterDelete,
    Verb::ProviderAdd,
    Verb::ProviderDelete,
    Verb::SublayerAdd,
    Verb::SublayerDelete,
    Verb::CalloutAdd,
    Verb::CalloutDelete,
];

pub(super) fn judge(execution: &Execution) -> Option<Violation> {
    let mut open: BTreeMap<ObjectId, ThreadId> = BTreeMap::new();
    for step in &execution.steps {
        let Some(session) = step.operation.object.filter(|_| takes_effect(step)) else {
            continue;
        };
        let owner = open.get(&session).copied();
        let verb = step.operation.verb;
        if verb == Verb::Begin {
            open.insert(session, step.thread);
        } else if ENDS.contains(&verb) {
            open.remove(&session);
        } else if !WRITES.contains(&verb) {
            continue;
        }
        if let Some(owner) = owner.filter(|owner| *owner != step.thread) {
            return Some(violation(step, owner));
        }
    }
    None
}

/// Whether the step did what it says: it did not fail and was not a fault in its place.
fn takes_effect(step: &Step) -> bool {
    step.result.failure().is_none() && !step.expired
}

fn violation(step: &Step, owner: ThreadId) -> Violation {
    let (thread, call) = (step.thread, step.operation.verb.title());
    let cause = format!("{call} of thread {thread} ran inside the transaction of thread {owner}");
    Violation {
        thread: Some(thread),
        ..Violation::new(Property::SessionDiscipline, cause)
    }
}

#[cfg(test)]
mod tests {
    use crate::property::test_execution::ExecutionBuilder;

    use super::*;

    fn hand(notes: &[&str]) -> Execution {
        notes
            .iter()
            .fold(ExecutionBuilder::new(), |hand, note| hand.step(note))
            .done()
    }

    #[test]
    fn a_delete_inside_a_foreign_transaction_is_told() {
        let violation = judge(&hand(&["0:begin", "0:add", "1:delete", "0:commit"]));

        let violation = violation.expect("a violation");
        assert_eq!(violation.thread, Some(ThreadId::new(1)));
        assert!(
            violation.cause.contains("transaction of thread 0"),
            "{}",
            violation.cause
        );
    }

    #[test]
    fn a_refused_begin_and_own_transactions_are_fine() {
        let refused = [
            "0:begin",
            "1:begin!TXN_IN_PROGRESS",
            "0:add",
            "0:commit",
            "1:delete",
        ];

        assert_eq!(judge(&hand(&refused)), None);
        assert_eq!(
            judge(&hand(&["0:begin", "0:abort", "1:begin", "1:commit"])),
            None
        );
    }

    #[test]
    fn sessions_are_told_apart() {
        let hand = ExecutionBuilder::new()
            .touching("0:begin", 0, &[])
            .touching("1:delete", 1, &[]);

        assert_eq!(judge(&hand.done()), None);
    }
}
