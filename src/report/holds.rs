//! Who holds what, and whose write a step is the first to see: what a trace says by its footprints.
//!
//! A step that writes an object holds it until a step releases it; so the holder of an object is
//! who wrote it last, unless that was a release. For a lock that is the word's usual meaning; for
//! other objects it is who changed it last.

use std::collections::BTreeMap;

use crate::execution::Access;
use crate::execution::Blocked;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::ObjectId;
use crate::execution::ObjectKind;
use crate::execution::Operation;
use crate::execution::Step;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;

/// What a thread waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// The object, if the trace says which.
    pub object: Option<ObjectId>,
    /// Who holds it, if anybody does.
    pub holder: Option<ThreadId>,
}

/// Who changed an object last: whose step, by index, and how.
type Change = (usize, Access);

/// The last change of each object before a step.
#[derive(Default)]
struct Changes(BTreeMap<ObjectId, Change>);

impl Changes {
    fn after(steps: &[Step]) -> Self {
        let mut changes = Self::default();
        for (index, step) in steps.iter().enumerate() {
            changes.take_in(index, step);
        }
        changes
    }

    fn take_in(&mut self, index: usize, step: &Step) {
        let changed = step
            .footprint
            .iter()
            .filter(|touch| touch.access != Access::Read);
        for touch in changed {
            self.0.insert(touch.object, (index, touch.access));
        }
    }
}

/// For each step the number, from 1, of the step of another thread whose write it is the first of
/// its thread to see; of several, the object that the step is about, else the latest. A hold that
/// ended is no write to be seen.
pub(super) fn seen(execution: &Execution) -> Vec<Option<usize>> {
    let mut changes = Changes::default();
    // Up to which step each thread has seen each object.
    let mut known: BTreeMap<(ThreadId, ObjectId), usize> = BTreeMap::new();
    let mut seen = Vec::new();
    for (index, step) in execution.steps.iter().enumerate() {
        let mut news: Vec<(bool, usize)> = Vec::new();
        for touch in step.footprint.iter() {
            let change = changes.0.get(&touch.object);
            let last = known.insert((step.thread, touch.object), index);
            let foreign = change.filter(|(at, access)| {
                *access != Access::Release
                    && execution.steps[*at].thread != step.thread
                    && last.is_none_or(|last| last < *at)
            });
            let is_subject = step.operation.object == Some(touch.object);
            news.extend(foreign.map(|(at, _)| (is_subject, *at)));
        }
        seen.push(news.into_iter().max().map(|(_, at)| at + 1));
        changes.take_in(index, step);
    }
    seen
}

/// What the thread of a step waits for after it, if it goes on later or is stuck: what its next
/// step touches and somebody holds.
pub(super) fn awaited(execution: &Execution, after: usize) -> Wait {
    let thread = execution.steps[after].thread;
    let (past, rest) = execution.steps.split_at(after + 1);
    let next = rest.iter().find(|step| step.thread == thread);
    let holders = Changes::after(past);
    match next {
        Some(step) => {
            let touched = step.footprint.iter().map(|touch| touch.object);
            wait(thread, step.operation, touched, (&holders, execution))
        }
        None => stuck_operation(execution, thread).map_or(
            Wait {
                object: None,
                holder: None,
            },
            |operation| wait(thread, operation, [], (&holders, execution)),
        ),
    }
}

/// What a thread that is stuck at the end waits for.
pub(super) fn awaited_for_ever(
    execution: &Execution,
    thread: ThreadId,
    operation: Operation,
) -> Wait {
    let holders = Changes::after(&execution.steps);
    wait(thread, operation, [], (&holders, execution))
}

fn stuck_operation(execution: &Execution, thread: ThreadId) -> Option<Operation> {
    let End::Deadlock(blocked) = &execution.end else {
        return None;
    };
    let stuck = blocked.iter().find(|blocked| blocked.thread == thread);
    stuck.map(|stuck| stuck.operation)
}

/// The object that an operation is about, if it is held; else another that it touches and somebody
/// holds. A call of the engine may wait for the engine's lock, whatever it is about.
fn wait(
    thread: ThreadId,
    operation: Operation,
    touched: impl IntoIterator<Item = ObjectId>,
    (holders, execution): (&Changes, &Execution),
) -> Wait {
    let engine = operation.verb.is_engine_call();
    let engine = engine.then(|| ObjectId::initial(ObjectKind::EngineLock, 0));
    let held = |object: ObjectId| {
        let (at, access) = *holders.0.get(&object)?;
        let holder = execution.steps[at].thread;
        (access != Access::Release && holder != thread).then_some((object, holder))
    };
    let is_lock = |object: &ObjectId| !matches!(object.kind(), ObjectKind::SessionSlot);
    let about = operation.object.filter(is_lock);
    let mut objects = about.into_iter().chain(engine).chain(touched);
    match objects.find_map(held) {
        Some((object, holder)) => Wait {
            object: Some(object),
            holder: Some(holder),
        },
        None => Wait {
            object: operation.object,
            holder: None,
        },
    }
}

/// What each thread that is stuck at the end waits for.
fn stuck_on(execution: &Execution) -> Vec<(ThreadId, ObjectId)> {
    let End::Deadlock(blocked) = &execution.end else {
        return Vec::new();
    };
    let on = |blocked: &Blocked| {
        let wait = awaited_for_ever(execution, blocked.thread, blocked.operation);
        Some((blocked.thread, wait.object?))
    };
    blocked.iter().filter_map(on).collect()
}

/// For each step whether no step of another thread depends on it, wherever it stands.
pub(super) fn independent(execution: &Execution) -> Vec<bool> {
    const ACCESSES: [Access; 4] = [
        Access::Read,
        Access::Commute,
        Access::Write,
        Access::Release,
    ];
    let mut users: BTreeMap<(ObjectId, Access), ThreadSet> = BTreeMap::new();
    let mut is_one_everything = false;
    for step in &execution.steps {
        is_one_everything |= step.footprint.is_everything();
        for touch in step.footprint.iter() {
            users
                .entry((touch.object, touch.access))
                .or_default()
                .insert(step.thread);
        }
    }
    // Who is stuck would write what it waits for.
    for (thread, object) in stuck_on(execution) {
        users
            .entry((object, Access::Write))
            .or_default()
            .insert(thread);
    }
    let is_free = |step: &Step| {
        let own = ThreadSet::only(step.thread);
        let is_shared = |object, access: Access| {
            let others = ACCESSES.into_iter().filter(|other| access.depends(*other));
            let mut users = others.filter_map(|other| users.get(&(object, other)));
            users.any(|threads| !threads.difference(own).is_empty())
        };
        let mut touches = step.footprint.iter();
        !touches.any(|touch| is_shared(touch.object, touch.access))
    };
    let steps = execution.steps.iter();
    steps
        .map(|step| !is_one_everything && is_free(step))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::Footprint;
    use crate::execution::Touch;
    use crate::execution::Verb;
    use crate::report::sample;

    fn step(thread: usize, verb: Verb, object: ObjectId, access: Access) -> Step {
        Step {
            thread: ThreadId::new(thread),
            operation: Operation::on(verb, object),
            footprint: Footprint::of(&[Touch { object, access }]).unwrap(),
            ..sample::race().steps[0]
        }
    }

    /// A lock is held until it is released; the store is news once.
    #[test]
    fn a_write_is_seen_once_and_a_release_ends_a_hold() {
        let lock = ObjectId::initial(ObjectKind::Mutex, 0);
        let value = ObjectId::initial(ObjectKind::Variable, 0);
        let mut execution = Execution::empty();
        execution.steps = vec![
            step(0, Verb::Lock, lock, Access::Write),
            step(0, Verb::Store, value, Access::Write),
            step(1, Verb::Load, value, Access::Read),
            step(0, Verb::Unlock, lock, Access::Release),
            step(1, Verb::Lock, lock, Access::Write),
            step(1, Verb::Load, value, Access::Read),
        ];

        assert_eq!(seen(&execution), [None, None, Some(2), None, None, None]);
        let wait = awaited(&execution, 2);
        assert_eq!(
            (wait.object, wait.holder),
            (Some(lock), Some(ThreadId::new(0)))
        );
        assert_eq!(independent(&execution), [false; 6]);
    }

    #[test]
    fn what_one_thread_alone_touches_nobody_depends_on() {
        let object = |index| ObjectId::initial(ObjectKind::Variable, index);
        let mut execution = Execution::empty();
        execution.steps = vec![
            step(0, Verb::Store, object(0), Access::Write),
            step(0, Verb::Load, object(1), Access::Read),
            step(1, Verb::Load, object(1), Access::Read),
            step(1, Verb::Load, object(0), Access::Read),
        ];

        assert_eq!(independent(&execution), [false, true, true, false]);
    }
}
