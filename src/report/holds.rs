//! Who holds what, and whose write a step is the first to see: what a trace says by its footprints.
//!
//! Who holds an object at a switch is told as for threads that wait for ever ([`Holder`]).

use std::collections::BTreeMap;

use crate::execution::Access;
use crate::execution::Execution;
use crate::execution::Holder;
use crate::execution::ObjectId;
use crate::execution::Step;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::execution::WaitFor;

/// What a thread waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// The object, if the trace says which.
    pub object: Option<ObjectId>,
    /// Who holds it, if anybody does.
    pub holder: Option<ThreadId>,
}

/// The step that changed each object last, by index, and how.
#[derive(Default)]
struct Changes(BTreeMap<ObjectId, (usize, Access)>);

impl Changes {
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
                !matches!(access, Access::Release | Access::Leave)
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

/// What the thread of a step waits for after it, if it goes on later or is stuck (`stuck`): of what
/// its next operation is about, or else of what it touches, the first that another thread holds.
pub(super) fn awaited(execution: &Execution, stuck: &WaitFor, after: usize) -> Wait {
    let thread = execution.steps[after].thread;
    let (past, rest) = execution.steps.split_at(after + 1);
    let Some(next) = rest.iter().find(|step| step.thread == thread) else {
        let wait = stuck.wait_of(thread);
        return Wait {
            object: wait.and_then(|wait| wait.object),
            holder: wait
                .and_then(|wait| wait.holder)
                .map(|holder| holder.thread),
        };
    };
    let about = next.operation.object;
    let touched = next.footprint.iter().map(|touch| touch.object);
    let held = about.into_iter().chain(touched).find_map(|object| {
        let holder = Holder::after(past, object)?.thread;
        (holder != thread).then_some((object, holder))
    });
    Wait {
        object: held.map(|(object, _)| object).or(about),
        holder: held.map(|(_, holder)| holder),
    }
}

/// For each step whether no step of another thread depends on it, wherever it stands.
pub(super) fn independent(execution: &Execution) -> Vec<bool> {
    const ACCESSES: [Access; 5] = [
        Access::Read,
        Access::Commute,
        Access::Leave,
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
    for wait in WaitFor::of(execution).waits {
        if let Some(object) = wait.object {
            let writers = users.entry((object, Access::Write)).or_default();
            writers.insert(wait.blocked.thread);
        }
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
    use crate::execution::ObjectKind;
    use crate::execution::Operation;
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
        let wait = awaited(&execution, &WaitFor::default(), 2);
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
