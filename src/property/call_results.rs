//! What calls return: `succeeds-alone` and `non-interference`.
//!
//! A call that returns something else than the scenario says breaks one of the two. If nothing of
//! another thread happened before any step of the call, it would have returned the same run by
//! itself: `succeeds-alone`. Otherwise other threads made the difference: `non-interference`. A
//! call that a fault hits may return anything. `succeeds-alone` also speaks of the attaches that
//! precede the threads.
//!
//! The two together never miss a wrong errno. Which of the two it is can be told wrongly in one
//! direction: a call that fails by itself, too, but whose steps follow another thread's in this
//! execution is called interference here; a report that has seen the same call fail alone drops it.

use crate::execution::Execution;
use crate::execution::Fact;
use crate::execution::FactRecord;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::status::NtStatus;

use super::Property;
use super::Violation;
use super::happens_before::influences;
use super::happens_before::root;

pub(super) fn judge(execution: &Execution) -> Vec<Violation> {
    let facts = execution.facts.iter().enumerate();
    let wrong = facts.filter(|(index, _)| is_wrong(execution, *index));
    let wrong: Vec<(usize, &FactRecord)> = wrong.collect();
    if wrong.is_empty() {
        return Vec::new();
    }
    // A link that was not attached before the threads started makes their calls fail in turn.
    let first: Vec<Violation> = wrong
        .iter()
        .filter(|(_, record)| record.thread.is_none())
        .filter_map(|(_, record)| violation(execution, &[], record))
        .collect();
    if !first.is_empty() {
        return first;
    }
    let influences = influences(execution);
    wrong
        .into_iter()
        .filter_map(|(_, record)| violation(execution, &influences, record))
        .collect()
}

/// Whether the fact is the return of a call with a wrong errno that no fault hit.
fn is_wrong(execution: &Execution, index: usize) -> bool {
    let record = &execution.facts[index];
    let Fact::CallReturns {
        errno, expected, ..
    } = record.fact
    else {
        return false;
    };
    errno != expected && !was_hit(execution, index)
}

/// Whether a fault was injected into the call that returns at this fact.
pub(super) fn was_hit(execution: &Execution, returns: usize) -> bool {
    let thread = execution.facts[returns].thread;
    let call = execution.facts[..returns]
        .iter()
        .rev()
        .filter(|record| record.thread == thread);
    let within = call.take_while(|record| !matches!(record.fact, Fact::CallBegins { .. }));
    within
        .into_iter()
        .any(|record| record.fact == Fact::FaultInjected)
}

fn violation(
    execution: &Execution,
    influences: &[ThreadSet],
    record: &FactRecord,
) -> Option<Violation> {
    let Fact::CallReturns {
        call,
        errno,
        expected,
        cause,
    } = record.fact
    else {
        return None;
    };
    let alone = record
        .thread
        .is_none_or(|thread| was_alone(execution, influences, record, thread));
    let property = if alone {
        Property::SucceedsAlone
    } else {
        Property::NonInterference
    };
    let who = match record.thread {
        Some(thread) => format!("call {call} of thread {thread}"),
        None => format!("the attach of link {call} before the threads start"),
    };
    let because = if cause == NtStatus::SUCCESS {
        String::new()
    } else {
        format!(" because of {cause}")
    };
    let text = format!("{who} returned errno {errno}{because}, expected {expected}");
    Some(Violation {
        thread: record.thread,
        call: Some(call),
        status: Some(cause).filter(|cause| *cause != NtStatus::SUCCESS),
        errno: Some(errno),
        ..Violation::new(property, text)
    })
}

/// Whether nothing of another thread happened before the steps of the thread up to this fact.
fn was_alone(
    execution: &Execution,
    influences: &[ThreadSet],
    record: &FactRecord,
    thread: ThreadId,
) -> bool {
    let own = root(execution, thread);
    let until = usize::try_from(record.after).expect("a step count fits");
    let steps = execution.steps[..until].iter().zip(influences);
    let mut mine = steps.filter(|(step, _)| step.thread == thread);
    mine.all(|(_, influence)| *influence == ThreadSet::only(own))
}

#[cfg(test)]
mod tests {
    use crate::execution::Access;
    use crate::property::test_execution::ExecutionBuilder;

    use super::*;

    const REFUSED: NtStatus = NtStatus::TXN_IN_PROGRESS;

    fn properties(execution: &Execution) -> Vec<Property> {
        judge(execution)
            .iter()
            .map(|violation| violation.property)
            .collect()
    }

    #[test]
    fn a_call_that_fails_before_anybody_else_fails_alone() {
        // The other thread's step comes first, but touches nothing that thread 0 does.
        let hand = ExecutionBuilder::new()
            .touching("1:begin", 1, &[(1, Access::Write)])
            .touching("0:begin!WRONG_SESSION", 0, &[(0, Access::Write)]);
        let execution = hand.returns(0, 22, NtStatus::WRONG_SESSION).done();

        assert_eq!(properties(&execution), [Property::SucceedsAlone]);
    }

    #[test]
    fn a_call_that_fails_after_a_step_it_depends_on_was_interfered_with() {
        let hand = ExecutionBuilder::new()
            .touching("1:begin", 0, &[(0, Access::Write)])
            .touching("0:begin!TXN_IN_PROGRESS", 0, &[(0, Access::Read)]);
        let execution = hand.returns(0, 22, REFUSED).done();

        assert_eq!(properties(&execution), [Property::NonInterference]);
        let violation = &judge(&execution)[0];
        assert_eq!(
            (violation.status, violation.errno),
            (Some(REFUSED), Some(22))
        );
    }

    #[test]
    fn a_call_that_a_fault_hits_may_return_anything() {
        let begins = Fact::CallBegins {
            call: 0,
            attaches: true,
        };
        let hit = ExecutionBuilder::new()
            .fact(0, begins)
            .step("0:add!NO_MEMORY")
            .fact(0, Fact::FaultInjected);

        assert!(judge(&hit.returns(0, 22, NtStatus::NO_MEMORY).done()).is_empty());
        let other = ExecutionBuilder::new()
            .fact(1, Fact::FaultInjected)
            .returns(0, 22, REFUSED);
        assert_eq!(judge(&other.done()).len(), 1);
    }

    #[test]
    fn an_errno_that_is_expected_is_right_and_zero_is_then_wrong() {
        let expects = |errno| Fact::CallReturns {
            call: 0,
            errno,
            expected: 22,
            cause: REFUSED,
        };

        assert!(judge(&ExecutionBuilder::new().fact(0, expects(22)).done()).is_empty());
        assert_eq!(
            judge(&ExecutionBuilder::new().fact(0, expects(0)).done()).len(),
            1
        );
    }
}
