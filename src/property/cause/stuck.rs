//! Who waits for whom when nobody can go on.

use crate::execution::Blocked;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::ObjectId;
use crate::execution::StepResult;
use crate::execution::ThreadId;
use crate::execution::Verb;

use super::Cause;
use super::CauseKind;
use super::steps::worked;
use super::transactions::transactions;

/// The steps that take a lock.
const TAKES: [Verb; 4] = [
    Verb::Lock,
    Verb::LockShared,
    Verb::GuardAcquire,
    Verb::ProviderAcquire,
];

/// The steps that give one back.
const GIVES: [Verb; 4] = [
    Verb::Unlock,
    Verb::UnlockShared,
    Verb::GuardRelease,
    Verb::ProviderRelease,
];

/// A thread that waits, and what it waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// Who waits.
    pub thread: ThreadId,
    /// For what.
    pub object: ObjectId,
    /// Who has it, if that is known.
    pub holder: Option<ThreadId>,
    /// The step at which the holder took it.
    pub taken: Option<usize>,
}

/// The circle of threads that wait for each other, or else what the first of them waits for.
pub(super) fn find(execution: &Execution) -> Cause {
    let (blocked, spins) = match &execution.end {
        End::Deadlock(blocked) => (blocked, false),
        End::Livelock(blocked) => (blocked, true),
        End::Finished | End::Panicked { .. } | End::Redundant | End::StepLimit => {
            return Cause::of(CauseKind::Order, None);
        }
    };
    let holds: Vec<Hold> = blocked
        .iter()
        .filter_map(|it| hold(execution, it))
        .collect();
    if let Some(circle) = holds.iter().find_map(|first| circle(&holds, first)) {
        let step = circle.last().and_then(|hold| hold.taken);
        return Cause {
            with: circle.first().and_then(|hold| hold.taken),
            holds: circle,
            ..Cause::of(CauseKind::LockCycle, step)
        };
    }
    let begins = blocked.iter().any(|it| it.operation.verb == Verb::Begin);
    let left = transactions(execution)
        .into_iter()
        .find(|open| open.end.is_none());
    if let Some(left) = left.filter(|_| begins) {
        return Cause {
            until: left.failed_end,
            with: Some(left.begin),
            holds,
            ..Cause::of(CauseKind::WaitsForTransaction, None)
        };
    }
    let waits = blocked
        .iter()
        .any(|it| it.operation.verb == Verb::EventWait);
    let kind = if spins {
        CauseKind::SpinsForEver
    } else if waits {
        CauseKind::LostSignal
    } else {
        CauseKind::Order
    };
    Cause {
        holds,
        ..Cause::of(kind, None)
    }
}

/// What a blocked thread waits for, and who has it.
fn hold(execution: &Execution, blocked: &Blocked) -> Option<Hold> {
    let object = blocked.operation.object?;
    let taken = holder(execution, object);
    Some(Hold {
        thread: blocked.thread,
        object,
        holder: taken.map(|index| execution.steps[index].thread),
        taken,
    })
}

/// The step that took an object which was not given back.
fn holder(execution: &Execution, object: ObjectId) -> Option<usize> {
    let mut holder = None;
    for (index, step) in execution.steps.iter().enumerate() {
        if step.operation.object != Some(object) || !worked(step) {
            continue;
        }
        let verb = step.operation.verb;
        let tried = verb == Verb::TryLock && step.result == StepResult::Value(1);
        if TAKES.contains(&verb) || tried {
            holder = Some(index);
        } else if GIVES.contains(&verb) {
            holder = None;
        }
    }
    holder
}

/// The threads from one on, each of which waits for the next, back to the first.
fn circle(holds: &[Hold], first: &Hold) -> Option<Vec<Hold>> {
    let mut circle = vec![*first];
    loop {
        let holder = circle.last()?.holder?;
        if holder == first.thread {
            return Some(circle);
        }
        let next = holds.iter().find(|hold| hold.thread == holder)?;
        if circle.contains(next) {
            return None;
        }
        circle.push(*next);
    }
}
