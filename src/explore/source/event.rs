//! The events of the execution at hand, with their happens-before.

use crate::execution::Access;
use crate::execution::Footprint;
use crate::execution::Operation;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::runtime::Waiting;
use crate::runtime::Waits;
use crate::runtime::controlled::Pending;

/// For each thread (by index), how many of its events are covered. Missing entries are 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Clock(Vec<u32>);

impl Clock {
    pub(super) fn covers(&self, event: &Event) -> bool {
        self.0
            .get(event.thread.index())
            .is_some_and(|&count| count >= event.number)
    }

    pub(super) fn join(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine = (*mine).max(*theirs);
        }
    }

    fn set(&mut self, thread: ThreadId, number: u32) {
        if self.0.len() <= thread.index() {
            self.0.resize(thread.index() + 1, 0);
        }
        self.0[thread.index()] = number;
    }
}

/// What a step was like before it was taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attempt {
    /// Whether it could not be taken until it was ready: it had to wait and could not expire.
    pub(super) pure_wait: bool,
    /// What its readiness was read from.
    pub(super) watch: Footprint,
    /// What its readiness may be read from, as if it were written.
    pub(super) awaited: Footprint,
    /// Everything it may touch, as if it wrote it.
    pub(super) declared: Footprint,
}

impl Attempt {
    pub(super) fn of(pending: &Pending, waits: Waits) -> Self {
        let pure_wait = match (pending.waiting, waits) {
            (Waiting::Never, _) | (Waiting::Finite, Waits::MayExpire) => false,
            (Waiting::Forever, _) | (Waiting::Finite, Waits::Sufficient) => true,
        };
        Self {
            pure_wait,
            watch: pending.watch,
            awaited: pending.awaited,
            declared: pending.declared,
        }
    }

    /// Whether the step waits for several objects.
    pub(super) fn waits_for_several(&self) -> bool {
        self.pure_wait && self.awaited.iter().nth(1).is_some()
    }

    /// Whether the step, where it was not able to, cannot come before one with this footprint: that
    /// one ends a hold for which it waits, and changes nothing else that its readiness is read
    /// from, which is all that it awaits.
    pub(super) fn waits_for(&self, earlier: &Footprint, own: &Footprint) -> bool {
        let mut awaited = self.awaited.iter();
        if awaited.any(|touch| self.watch.access(touch.object).is_none()) {
            return false;
        }
        let mut released = false;
        for watched in self.watch.iter() {
            match earlier.access(watched.object) {
                Some(Access::Release) => released = true,
                // Only who changes the object is kept out by holds that several may have.
                Some(Access::Leave) if own.access(watched.object) == Some(Access::Write) => {
                    released = true;
                }
                Some(Access::Write | Access::Commute | Access::Leave) => return false,
                Some(Access::Read) | None => {}
            }
        }
        self.pure_wait && released
    }
}

/// A step that was taken, or that a blocked thread would take.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) thread: ThreadId,
    pub(super) operation: Operation,
    /// The nth event of its thread it is, from 1.
    pub(super) number: u32,
    pub(super) footprint: Footprint,
    pub(super) attempt: Attempt,
    /// The threads that could step where it did.
    pub(super) enabled: ThreadSet,
    /// Whether it is a wait that expired because nothing else could run.
    pub(super) last_resort: bool,
    /// What happens before it, itself included.
    pub(super) clock: Clock,
}

impl Event {
    pub(super) fn happens_before(&self, other: &Self) -> bool {
        other.clock.covers(self)
    }

    /// What happens before the next event of a thread by program order alone: its last event, and
    /// the step that started it.
    pub(super) fn program_order(events: &[Self], thread: ThreadId) -> (Clock, u32) {
        let starts = |event: &&Self| {
            event.operation.verb == crate::execution::Verb::Spawn
                && event.operation.argument == u32::from(thread.byte())
        };
        let mut clock = Clock::default();
        let last = events.iter().rev().find(|event| event.thread == thread);
        for event in last.into_iter().chain(events.iter().rev().find(starts)) {
            clock.join(&event.clock);
        }
        (clock, last.map_or(0, |event| event.number))
    }

    /// The event of a thread after the others, with its happens-before, beside what program order
    /// alone puts before it.
    pub(super) fn after(events: &[Self], taken: Taken) -> (Self, Clock) {
        let Taken {
            thread,
            operation,
            footprint,
            attempt,
            enabled,
            last_resort,
        } = taken;
        let (program_order, count) = Self::program_order(events, thread);
        let mut clock = program_order.clone();
        for event in events.iter().rev() {
            if !clock.covers(event) && event.footprint.depends(&footprint) {
                clock.join(&event.clock);
            }
        }
        let number = count + 1;
        clock.set(thread, number);
        let event = Self {
            thread,
            operation,
            number,
            footprint,
            attempt,
            enabled,
            last_resort,
            clock,
        };
        (event, program_order)
    }
}

/// A step as it was taken, or as a blocked thread would take it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken {
    pub(super) thread: ThreadId,
    pub(super) operation: Operation,
    pub(super) footprint: Footprint,
    pub(super) attempt: Attempt,
    pub(super) enabled: ThreadSet,
    pub(super) last_resort: bool,
}
