//! Who waits for whom when an execution is stuck.
//!
//! An execution does not say who holds what. It says in which steps objects were changed, by which
//! operations. A thread that took an object ([`Verb::takes_hold`]) and has not ended that hold
//! since (by a [`Access::Release`], an [`Access::Leave`], or as a rundown reference is given back)
//! holds it. What a thread waits for is the object of the operation that it is blocked in; if
//! nobody holds that, an object of another kind which the same operation took elsewhere: a begin
//! names its session, and waits for the engine's lock.
//!
//! What is no hold, such as an event that nobody sets, has no holder: the thread waits for
//! something that nobody who is left will do.

use super::Access;
use super::Blocked;
use super::Execution;
use super::ObjectId;
use super::Operation;
use super::Step;
use super::StepResult;
use super::ThreadId;
use super::Verb;

/// One thread that waits for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// Who waits, and in which operation.
    pub blocked: Blocked,
    /// For what object; `None` if the operation names none.
    pub object: Option<ObjectId>,
    /// The number of steps that were taken when it came to stand there: it has waited since.
    pub since: usize,
    /// Who holds what it waits for, if somebody does. It may be itself.
    pub holder: Option<Holder>,
}

/// Who holds an object, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// Who.
    pub thread: ThreadId,
    /// The index of the step in which it took the object.
    pub step: usize,
}

/// Who waits for whom at the end of an execution.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WaitFor {
    /// The threads that wait for ever, in order of thread. Empty if the execution is not stuck.
    pub waits: Vec<Wait>,
    /// Threads each of which waits for the next, and the last for the first: the one with the
    /// lowest thread, beginning there. Empty if there is none.
    pub cycle: Vec<ThreadId>,
}

impl WaitFor {
    /// Who waits for whom at the end of an execution.
    pub fn of(execution: &Execution) -> Self {
        let blocked = execution.end.blocked().iter();
        let waits: Vec<Wait> = blocked.map(|&blocked| wait(execution, blocked)).collect();
        let cycle = waits
            .iter()
            .find_map(|wait| cycle(&waits, wait.blocked.thread));
        Self {
            cycle: cycle.unwrap_or_default(),
            waits,
        }
    }

    /// How this thread waits, if it does.
    pub fn wait_of(&self, thread: ThreadId) -> Option<&Wait> {
        self.waits.iter().find(|wait| wait.blocked.thread == thread)
    }
}

fn wait(execution: &Execution, blocked: Blocked) -> Wait {
    let own = |step: &Step| step.thread == blocked.thread;
    let last = execution.steps.iter().rposition(own);
    let (object, holder) = awaited(execution, blocked.operation);
    Wait {
        blocked,
        object,
        since: last.map_or(0, |last| last + 1),
        holder,
    }
}

/// What somebody waits for who is blocked in an operation, and who holds that.
fn awaited(execution: &Execution, operation: Operation) -> (Option<ObjectId>, Option<Holder>) {
    let named = operation.object;
    let elsewhere = execution
        .steps
        .iter()
        .filter(|step| step.operation.verb == operation.verb);
    let touched = elsewhere.flat_map(|step| step.footprint.iter().map(|touch| touch.object));
    let others = touched.filter(|object| Some(object.kind()) != named.map(ObjectId::kind));
    let mut candidates = named.into_iter().chain(others);
    let held =
        candidates.find_map(|object| Some((object, Holder::after(&execution.steps, object)?)));
    match held {
        Some((object, holder)) => (Some(object), Some(holder)),
        None => (named, None),
    }
}

impl Holder {
    /// The thread that took the object last of those that have not let go of it after these steps.
    pub fn after(steps: &[Step], object: ObjectId) -> Option<Self> {
        let mut holds: Vec<Self> = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            let thread = step.thread;
            let access = step.footprint.access(object);
            if ends_hold(step, access) {
                let last = holds.iter().rposition(|hold| hold.thread == thread);
                last.map(|last| holds.remove(last));
            } else if step.operation.verb.takes_hold()
                && !is_refused(step)
                && matches!(access, Some(Access::Write | Access::Commute))
            {
                holds.push(Self {
                    thread,
                    step: index,
                });
            }
        }
        holds.pop()
    }
}

/// Whether it is a try that was refused, which may note that and so change the object.
fn is_refused(step: &Step) -> bool {
    step.operation.verb == Verb::TryLock && step.result == StepResult::Value(0)
}

fn ends_hold(step: &Step, access: Option<Access>) -> bool {
    let gives_back = step.operation.verb == Verb::RundownRelease;
    match access {
        Some(Access::Release | Access::Leave) => true,
        Some(Access::Write | Access::Commute) => gives_back,
        Some(Access::Read) | None => false,
    }
}

/// The cycle that begins with a thread and comes back to it.
fn cycle(waits: &[Wait], first: ThreadId) -> Option<Vec<ThreadId>> {
    let next = |thread: ThreadId| {
        let wait = waits.iter().find(|wait| wait.blocked.thread == thread)?;
        wait.holder.map(|holder| holder.thread)
    };
    let mut path = vec![first];
    while path.len() <= waits.len() {
        let thread = next(*path.last()?)?;
        if thread == first {
            return Some(path);
        }
        path.push(thread);
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::execution::End;
    use crate::execution::Footprint;
    use crate::execution::ObjectKind;
    use crate::execution::StepResult;
    use crate::execution::ThreadSet;
    use crate::execution::Touch;

    use super::*;

    fn lock(index: u16) -> ObjectId {
        ObjectId::initial(ObjectKind::Mutex, index)
    }

    fn step(thread: usize, verb: Verb, object: ObjectId, access: Access) -> Step {
        let thread = ThreadId::new(thread);
        let touch = Touch { object, access };
        Step {
            thread,
            operation: Operation::on(verb, object),
            alternative: 0,
            expired: false,
            footprint: Footprint::of(&[touch]).unwrap(),
            result: StepResult::Done,
            enabled: ThreadSet::only(thread),
        }
    }

    fn stuck(steps: Vec<Step>, blocked: &[(usize, Verb, ObjectId)]) -> WaitFor {
        let blocked = blocked.iter().map(|&(thread, verb, object)| Blocked {
            thread: ThreadId::new(thread),
            operation: Operation::on(verb, object),
        });
        WaitFor::of(&Execution {
            steps,
            end: End::stuck(blocked.collect()),
            ..Execution::empty()
        })
    }

    /// 0 holds A and wants B, 1 holds B and wants A; 2 wants A, too, and is in no cycle.
    #[test]
    fn two_locks_in_opposite_order_are_a_cycle() {
        let (a, b) = (lock(0), lock(1));
        let take = |thread, object| step(thread, Verb::Lock, object, Access::Write);
        let steps = vec![take(0, a), take(1, b)];
        let wants = [(0, Verb::Lock, b), (1, Verb::Lock, a), (2, Verb::Lock, a)];
        let found = stuck(steps, &wants);

        assert_eq!(found.cycle, [0, 1].map(ThreadId::new));
        let first = found.wait_of(ThreadId::new(0)).unwrap();
        let thread = ThreadId::new(1);
        assert_eq!(first.holder, Some(Holder { thread, step: 1 }));
        assert_eq!((first.object, first.since), (Some(b), 1));
    }

    #[test]
    fn who_has_let_go_holds_nothing_and_who_takes_twice_waits_for_itself() {
        let a = lock(0);
        let take = step(0, Verb::Lock, a, Access::Write);
        let give = step(0, Verb::Unlock, a, Access::Release);

        let free = stuck(vec![take, give], &[(1, Verb::Lock, a)]);
        assert_eq!(free.waits[0].holder, None);
        assert!(free.cycle.is_empty());
        let twice = stuck(vec![take], &[(0, Verb::Lock, a)]);
        assert_eq!(twice.cycle, [ThreadId::new(0)]);
    }

    /// A begin names its session, and waits for the lock that another begin has taken.
    #[test]
    fn a_begin_waits_for_what_another_took() {
        let session = |index| ObjectId::initial(ObjectKind::SessionSlot, index);
        let engine = ObjectId::initial(ObjectKind::EngineLock, 0);
        let mut begin = step(0, Verb::Begin, session(0), Access::Write);
        let object = engine;
        let access = Access::Write;
        begin.footprint.push(Touch { object, access }).unwrap();
        let found = stuck(vec![begin], &[(1, Verb::Begin, session(1))]);

        assert_eq!(found.waits[0].object, Some(engine));
        assert_eq!(found.waits[0].holder.unwrap().thread, ThreadId::new(0));
    }

    #[test]
    fn an_event_that_nobody_sets_has_no_holder() {
        let event = ObjectId::initial(ObjectKind::Event, 0);
        let found = stuck(Vec::new(), &[(0, Verb::EventWait, event)]);

        assert_eq!(found.waits[0].holder, None);
        assert_eq!(found.waits[0].since, 0);
    }
}
