//! What a schedule says, as data: which thread runs, and up to which point.
//!
//! A course is made of [`Turn`]s. A turn lets one thread run until it is about to
//! do something for the nth time, or to its end. What the thread does on the way is not
//! recorded, and neither is what others do: so a course still means the same after an operation was
//! inserted or removed elsewhere. A choice that does not take its first alternative, and a wait
//! that expires, is a [`Choice`] at such a point.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use crate::execution::Execution;
use crate::execution::ObjectId;
use crate::execution::Operation;
use crate::execution::Point;
use crate::execution::ThreadId;
use crate::execution::Verb;
use crate::status::NtStatus;

/// One thread runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Which thread.
    pub thread: ThreadId,
    /// Before which point it stops; `None` is its end.
    pub until: Option<Point>,
    /// Whether it had to wait there when the schedule was recorded. It is for a reader; no replay
    /// insists on it.
    pub waits: bool,
}

/// Another alternative than the first is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// By which thread.
    pub thread: ThreadId,
    /// Where.
    pub at: Point,
    /// Which. For a wait, 1 is its expiry.
    pub alternative: u8,
    /// Whether it was the expiry of a wait. It is for a reader.
    pub expires: bool,
}

/// One line of a course. A choice comes before the turn in which it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// A thread runs.
    Turn(Turn),
    /// It will choose.
    Choice(Choice),
}

/// A step that failed when the schedule was recorded. It says where things went another way if a
/// replay breaks nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    /// Whose step.
    pub thread: ThreadId,
    /// Which.
    pub at: Point,
    /// With what it failed.
    pub status: NtStatus,
}

/// What a schedule says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Course {
    /// The turns and choices in order.
    pub items: Vec<Item>,
    /// The steps that failed, in order. A token does not carry them.
    pub failures: Vec<Failure>,
}

/// How often each thread has taken each operation: what tells one occurrence from the next.
#[derive(Debug, Clone, Default)]
pub(super) struct OccurrenceCounter(BTreeMap<(ThreadId, Verb, Option<ObjectId>), u32>);

impl OccurrenceCounter {
    /// Another step was taken.
    pub(super) fn count(&mut self, thread: ThreadId, operation: Operation) {
        *self
            .0
            .entry((thread, operation.verb, operation.object))
            .or_default() += 1;
    }

    /// How often the thread has taken the operation of the point.
    pub(super) fn times(&self, thread: ThreadId, point: &Point) -> u32 {
        let of_verb = (thread, point.verb, None)..;
        let same = of_verb_of(self.0.range(of_verb), thread, point.verb);
        same.filter(|(object, _)| point.object.is_none() || point.object == *object)
            .map(|(_, times)| times)
            .sum()
    }

    /// The point before an operation that the thread is about to take.
    pub(super) fn point(&self, thread: ThreadId, operation: Operation) -> Point {
        let first = Point::of(operation, NonZeroU32::MIN);
        let before = self.times(thread, &first);
        Point {
            occurrence: NonZeroU32::MIN.saturating_add(before),
            ..first
        }
    }

    /// Whether the operation that the thread is about to take is the point.
    pub(super) fn is_at(&self, thread: ThreadId, operation: Operation, point: &Point) -> bool {
        point.is_of(operation) && self.times(thread, point) + 1 == point.occurrence.get()
    }
}

/// The counts of one verb of one thread, at the start of a range.
fn of_verb_of<'t>(
    counts: impl Iterator<Item = (&'t (ThreadId, Verb, Option<ObjectId>), &'t u32)>,
    thread: ThreadId,
    verb: Verb,
) -> impl Iterator<Item = (Option<ObjectId>, u32)> {
    counts
        .take_while(move |((whose, what, _), _)| (*whose, *what) == (thread, verb))
        .map(|((_, _, object), times)| (*object, *times))
}

impl Course {
    /// The course of an execution that ran to its end.
    pub fn of(execution: &Execution) -> Self {
        let mut taken = OccurrenceCounter::default();
        let mut course = Self::default();
        let steps = &execution.steps;
        for (index, step) in steps.iter().enumerate() {
            let thread = step.thread;
            let at = taken.point(thread, step.operation);
            if step.alternative > 0 {
                course.items.push(Item::Choice(Choice {
                    thread,
                    at,
                    alternative: step.alternative,
                    expires: step.expired,
                }));
            }
            let failure = step.result.failure();
            course
                .failures
                .extend(failure.map(|status| Failure { thread, at, status }));
            taken.count(thread, step.operation);
            let goes_on = steps
                .get(index + 1)
                .is_some_and(|next| next.thread == thread);
            if !goes_on {
                let next = next_of(execution, index);
                course.items.push(Item::Turn(Turn {
                    thread,
                    until: next.map(|operation| taken.point(thread, operation)),
                    waits: next.is_some() && waits_after(execution, index),
                }));
            }
        }
        course
    }
}

/// What the thread of a step does next, or waits to do for ever.
fn next_of(execution: &Execution, index: usize) -> Option<Operation> {
    let thread = execution.steps[index].thread;
    let next = execution.next_of_thread(index).map(|step| step.operation);
    let is_last = !execution.steps[index + 1..]
        .iter()
        .any(|step| step.thread == thread);
    let blocked = execution.end.blocked();
    let stuck = blocked.iter().find(|blocked| blocked.thread == thread);
    next.or(stuck.filter(|_| is_last).map(|stuck| stuck.operation))
}

/// Whether the thread of a step cannot go on after it.
fn waits_after(execution: &Execution, index: usize) -> bool {
    let thread = execution.steps[index].thread;
    let next = execution.steps.get(index + 1);
    next.is_none_or(|next| !next.enabled.contains(thread))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::Blocked;
    use crate::execution::End;
    use crate::execution::Footprint;
    use crate::execution::ObjectKind;
    use crate::execution::Step;
    use crate::execution::StepResult;

    fn step(thread: usize, verb: Verb, lock: u16, enabled: &[usize]) -> Step {
        Step {
            thread: ThreadId::new(thread),
            operation: Operation::on(verb, ObjectId::initial(ObjectKind::Mutex, lock)),
            alternative: 0,
            expired: false,
            footprint: Footprint::EMPTY,
            result: StepResult::Done,
            enabled: enabled.iter().copied().map(ThreadId::new).collect(),
        }
    }

    /// Two locks taken in opposite orders: both threads stop where they wait for ever, one of them
    /// after it was preempted.
    #[test]
    fn a_turn_ends_at_the_next_operation_of_its_thread() {
        let mut execution = Execution::empty();
        execution.steps = vec![
            step(0, Verb::Lock, 0, &[0, 1]),
            step(1, Verb::Lock, 1, &[0, 1]),
        ];
        let stuck = |thread, lock| Blocked {
            thread: ThreadId::new(thread),
            operation: Operation::on(Verb::Lock, ObjectId::initial(ObjectKind::Mutex, lock)),
        };
        execution.end = End::Deadlock(vec![stuck(0, 1), stuck(1, 0)]);

        let items = Course::of(&execution).items;

        let turn = |thread, place: &str, waits| {
            Item::Turn(Turn {
                thread: ThreadId::new(thread),
                until: Some(place.parse().unwrap()),
                waits,
            })
        };
        let expected = [
            turn(0, "lock on mutex 1", false),
            turn(1, "lock on mutex 0", true),
        ];
        assert_eq!(items, expected);
    }

    /// What another thread does is not counted, nor what this one does to another object.
    #[test]
    fn an_occurrence_is_counted_by_thread_and_object() {
        let mut taken = OccurrenceCounter::default();
        let lock = |lock| Operation::on(Verb::Lock, ObjectId::initial(ObjectKind::Mutex, lock));
        let own = ThreadId::new(0);
        taken.count(own, lock(0));
        taken.count(own, lock(1));
        taken.count(ThreadId::new(1), lock(0));

        assert_eq!(taken.point(own, lock(0)).to_string(), "lock on mutex 0 #2");
        assert!(taken.is_at(own, lock(0), &"lock on mutex 0 #2".parse().unwrap()));
        assert!(taken.is_at(own, lock(0), &"lock #3".parse().unwrap()));
        assert!(!taken.is_at(own, lock(0), &"lock on mutex 0".parse().unwrap()));
    }
}
