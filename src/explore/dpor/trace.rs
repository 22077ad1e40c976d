//! The steps of the execution at hand, with their happens-before.

use crate::execution::Access;
use crate::execution::Footprint;
use crate::execution::ObjectId;
use crate::execution::Operation;
use crate::execution::THREADS_MAX;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::execution::Touch;
use crate::execution::Verb;
use crate::runtime::Waiting;
use crate::runtime::Waits;
use crate::runtime::controlled::Pending;

use super::bits;
use super::bits::Rows;
use super::broken::Broken;
use super::planned::Planned;
use super::touching::Touching;

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
    /// How many alternatives it has, if it is a choice; otherwise 1.
    pub(super) alternatives: u8,
}

impl Attempt {
    pub(super) fn of(pending: &Pending, waits: Waits) -> Self {
        let waits = if Broken::ExpiriesAreWaits.is_on() {
            Waits::Sufficient
        } else {
            waits
        };
        let pure_wait = match (pending.waiting, waits) {
            (Waiting::Never, _) | (Waiting::Finite, Waits::MayExpire) => false,
            (Waiting::Forever, _) | (Waiting::Finite, Waits::Sufficient) => true,
        };
        Self {
            pure_wait: pure_wait && !Broken::WaitsAreSteps.is_on(),
            watch: pending.watch,
            awaited: pending.awaited,
            declared: pending.declared,
            alternatives: pending.alternatives,
        }
    }

    /// Whether the step, where it was not able to, cannot come before one with this footprint: that
    /// one ends a hold for which it waits, and changes nothing else that its readiness is read
    /// from. `own` is what the step does itself: only who changes an object is kept out by holds
    /// that several may have.
    pub(super) fn waits_for(&self, earlier: &Footprint, own: &Footprint) -> bool {
        if self.may_have_other_reasons() {
            return false;
        }
        let mut released = false;
        for watched in self.watch.iter() {
            match earlier.access(watched.object) {
                Some(access) if ends_hold(access, own.access(watched.object)) => released = true,
                Some(Access::Write | Access::Commute | Access::Release | Access::Leave) => {
                    return false;
                }
                Some(Access::Read) | None => {}
            }
        }
        self.pure_wait && released
    }

    /// Whether the step may be ready for a reason that was not looked at.
    pub(super) fn may_have_other_reasons(&self) -> bool {
        let unread = |touch: Touch| self.watch.access(touch.object).is_none();
        self.awaited.iter().any(unread) && !Broken::OneReasonIsAll.is_on()
    }

    /// Whether the step waits for several objects.
    pub(super) fn waits_for_several(&self) -> bool {
        self.pure_wait && self.awaited.iter().nth(1).is_some()
    }

    /// What a step with this footprint changes of what this one awaits, as if it wrote it.
    pub(super) fn changes_by(&self, other: &Footprint) -> Footprint {
        let mut changed = Footprint::EMPTY;
        for touch in self.awaited.iter() {
            let access = other.access(touch.object);
            if access.is_some_and(|access| access != Access::Read) {
                changed.push(touch).expect("no more than are awaited");
            }
        }
        changed
    }

    /// Whether a step with this footprint may change whether this one is ready.
    pub(super) fn is_changed_by(&self, other: &Footprint) -> bool {
        changes(other, &self.awaited)
    }
}

/// Whether an access ends a hold that keeps out a step which accesses the object like this.
pub(super) const fn ends_hold(access: Access, own: Option<Access>) -> bool {
    match access {
        Access::Release => true,
        Access::Leave => matches!(own, Some(Access::Write | Access::Release)),
        Access::Read | Access::Commute | Access::Write => false,
    }
}

/// Whether a step with one footprint changes something that is in another.
pub(super) fn changes(footprint: &Footprint, others: &Footprint) -> bool {
    let is_changed = |touch: Touch| {
        let access = footprint.access(touch.object);
        access.is_some_and(|access| access != Access::Read)
    };
    footprint.is_everything() || others.iter().any(is_changed)
}

/// A step that was taken, or that a blocked thread would take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    pub(super) thread: ThreadId,
    pub(super) alternative: u8,
    pub(super) operation: Operation,
    /// The how-manieth event of its thread it is, from 1.
    pub(super) number: u32,
    pub(super) footprint: Footprint,
    pub(super) attempt: Attempt,
    /// The threads that could step where it did.
    pub(super) enabled: ThreadSet,
    /// The event after which its thread stood before it; `None` is the beginning.
    pub(super) arrived: Option<usize>,
    /// Whether it is a wait that expired because nothing else could run.
    pub(super) last_resort: bool,
}

/// The events by step, with those before each in happens-before.
#[derive(Debug, Default)]
pub(super) struct Trace {
    events: Vec<Event>,
    before: Rows,
    /// By thread: its events.
    of_thread: Rows,
    /// By thread: the event that started it; it may be gone.
    started: Vec<Option<usize>>,
    touching: Touching,
}

impl Event {
    /// Whether its thread stood before it already when another event was about to happen.
    pub(super) fn stood_at(&self, index: usize) -> bool {
        let started = self.number == 1 && Broken::StartedThreadsStoodAlways.is_on();
        started || self.arrived.is_none_or(|arrived| arrived < index)
    }
}

impl Trace {
    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    pub(super) fn event(&self, index: usize) -> &Event {
        &self.events[index]
    }

    pub(super) fn get(&self, index: usize) -> Option<&Event> {
        self.events.get(index)
    }

    pub(super) fn last(&self) -> Option<&Event> {
        self.events.last()
    }

    /// Drops all events from this one on.
    pub(super) fn truncate(&mut self, len: usize) {
        while self.events.len() > len {
            let index = self.events.len() - 1;
            let event = &self.events[index];
            bits::remove(self.of_thread.row_mut(event.thread.index()), index);
            self.touching.remove(&event.footprint, index);
            self.events.pop();
        }
    }

    /// The last event of a thread.
    pub(super) fn last_of(&self, thread: ThreadId) -> Option<usize> {
        if self.events.is_empty() {
            return None;
        }
        bits::last(self.of_thread.row(thread.index()))
    }

    /// The events before one.
    pub(super) fn before(&self, index: usize) -> &[u64] {
        self.before.row(index)
    }

    /// Whether one event happens before a later one.
    pub(super) fn is_before(&self, earlier: usize, later: usize) -> bool {
        bits::has(self.before.row(later), earlier)
    }

    /// The events after this one in the execution, and whether they happen after it.
    fn later(&self, index: usize) -> impl Iterator<Item = (usize, bool)> {
        let rows = self.before.column(index, index + 1);
        rows.take(self.events.len() - index - 1)
    }

    /// The events after this one in the execution that do not happen after it, in `set`.
    pub(super) fn beside(&self, index: usize, set: &mut Vec<u64>) {
        set.clear();
        set.resize(self.before.width(), 0);
        for (later, after) in self.later(index) {
            bits::insert_if(!after, set, later);
        }
    }

    /// Removes an event, and all that happen after it, from a set.
    pub(super) fn drop_with_all_after(&self, index: usize, set: &mut [u64]) {
        bits::remove(set, index);
        for (later, after) in self.later(index) {
            if after {
                bits::remove(set, later);
            }
        }
    }

    /// The first event of a thread that is in a set.
    pub(super) fn first_of(&self, thread: ThreadId, set: &[u64]) -> Option<usize> {
        let own = self.of_thread.row(thread.index());
        let word = own.iter().zip(set).position(|(own, set)| own & set != 0)?;
        let bit = (own[word] & set[word]).trailing_zeros();
        Some(word * 64 + usize::try_from(bit).ok()?)
    }

    /// The last event that the next event of a thread follows by program order: its own last, or
    /// the step that started it. `None` if it was there from the beginning.
    pub(super) fn arrived(&self, thread: ThreadId) -> Option<usize> {
        let started = self.started.get(thread.index()).copied().flatten();
        let started = started.filter(|&index| {
            let event = self.events.get(index);
            event.is_some_and(|event| event.operation == Operation::start_of(thread))
        });
        self.last_of(thread).or(started)
    }

    /// What happens before the next event of a thread by program order alone.
    pub(super) fn program_order(&self, thread: ThreadId, set: &mut Vec<u64>) {
        set.clear();
        match self.arrived(thread) {
            None => set.resize(self.before.width(), 0),
            Some(index) => {
                set.extend_from_slice(self.before.row(index));
                bits::insert(set, index);
            }
        }
    }

    /// Makes room for one more event.
    pub(super) fn reserve(&mut self) {
        let events = self.events.len() + 1;
        if events <= self.of_thread.room() {
            return;
        }
        if self.of_thread.width() == 0 {
            self.of_thread.widen(events);
            self.of_thread.clear(THREADS_MAX);
            self.started.resize(THREADS_MAX, None);
        }
        for rows in [&mut self.before, &mut self.of_thread] {
            rows.widen(events);
        }
        self.touching.widen(events);
    }

    /// The events that touch an object, as a set.
    pub(super) fn touching(&self, object: ObjectId) -> &[u64] {
        self.touching.of(object)
    }

    /// All events that a step with this footprint can depend on, and perhaps others, in descending
    /// order.
    pub(super) fn candidates(&self, footprint: &Footprint) -> impl Iterator<Item = usize> {
        let mut touched = [self.touching.everything(); Footprint::CAPACITY];
        for (place, touch) in touched.iter_mut().zip(footprint.iter()) {
            *place = self.touching.of(touch.object);
        }
        let everything = footprint.is_everything();
        let word = move |word: usize| {
            let all = up_to(self.events.len(), word);
            let of = |set: &[u64]| set.get(word).copied().unwrap_or(0);
            let always = of(self.touching.everything());
            let some = touched.iter().fold(always, |bits, set| bits | of(set));
            if everything { all } else { some }
        };
        bits::descending((0..self.before.width()).map(word))
    }

    /// All events after one that are of the thread of a step or depend on it, and perhaps others.
    pub(super) fn later_candidates(
        &self,
        step: &Planned,
        index: usize,
    ) -> impl Iterator<Item = usize> {
        let own = self.of_thread.row(step.decision.thread.index());
        let own = bits::descending(own.iter().copied());
        let all = own.chain(self.candidates(&step.most));
        all.filter(move |&candidate| candidate > index)
    }

    /// Adds an event with those before it.
    pub(super) fn push(&mut self, event: Event, before: &[u64]) {
        let index = self.events.len();
        self.before.reset(index);
        self.before.row_mut(index).copy_from_slice(before);
        bits::insert(self.of_thread.row_mut(event.thread.index()), index);
        self.touching.insert(&event.footprint, index);
        if event.operation.verb == Verb::Spawn {
            let started = usize::try_from(event.operation.argument).ok();
            if let Some(place) = started.and_then(|thread| self.started.get_mut(thread)) {
                *place = Some(index);
            }
        }
        self.events.push(event);
    }
}

/// The bits of a word that stand for events below a bound.
fn up_to(bound: usize, word: usize) -> u64 {
    match bound.saturating_sub(word * 64) {
        bits @ 0..64 => (1 << bits) - 1,
        _ => u64::MAX,
    }
}
