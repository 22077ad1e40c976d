//! The steps of the execution at hand, with their happens-before.

use crate::execution::Access;
use crate::execution::Decision;
use crate::execution::Footprint;
use crate::execution::ObjectId;
use crate::execution::Operation;
use crate::execution::THREADS_MAX;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::execution::Verb;
use crate::runtime::Waiting;
use crate::runtime::Waits;
use crate::runtime::controlled::Pending;

use super::bits;
use super::bits::Rows;
use super::mutation::Mutation;
use super::object_index::EventsByObject;
use super::step_plan::PlannedStep;

/// What a step was like before it was taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct PreState {
    /// True if the step cannot be taken until it is ready: it waits and cannot expire.
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

impl PreState {
    pub(super) fn of(pending: &Pending, waits: Waits) -> Self {
        let waits = if Mutation::ExpiriesAreWaits.is_on() {
            Waits::Sufficient
        } else {
            waits
        };
        let pure_wait = match (pending.waiting, waits) {
            (Waiting::Never, _) | (Waiting::Finite, Waits::MayExpire) => false,
            (Waiting::Forever, _) | (Waiting::Finite, Waits::Sufficient) => true,
        };
        Self {
            pure_wait: pure_wait && !Mutation::WaitsAreSteps.is_on(),
            watch: pending.watch,
            awaited: pending.awaited,
            declared: pending.declared,
            alternatives: pending.alternatives,
        }
    }

    /// True if the step waits for several objects.
    pub(super) fn waits_for_several(&self) -> bool {
        self.awaited.iter().nth(1).is_some()
    }

    /// True if the step's readiness was read from all that it may be read from.
    pub(super) fn read_all_awaited(&self) -> bool {
        let mut awaited = self.awaited.iter();
        awaited.all(|touch| self.watch.access(touch.object).is_some())
            || Mutation::OneReasonIsAll.is_on()
    }

    /// True if a step with this footprint changes something other than `object` of what this one
    /// waits for.
    pub(super) fn is_changed_beside(&self, object: ObjectId, other: &Footprint) -> bool {
        let changes = |access: Option<Access>| access.is_some_and(|access| access != Access::Read);
        let mut beside = self.awaited.iter().filter(|touch| touch.object != object);
        other.is_everything() || beside.any(|touch| changes(other.access(touch.object)))
    }
}

/// True if an access ends a hold that keeps out a step which accesses the object like `own`.
pub(super) const fn ends_hold(access: Access, own: Option<Access>) -> bool {
    match access {
        Access::Release => true,
        Access::Leave => matches!(own, Some(Access::Write | Access::Release)),
        Access::Read | Access::Commute | Access::Write => false,
    }
}

/// A step that was taken, or the pending step of a thread as if it came next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    pub(super) thread: ThreadId,
    pub(super) alternative: u8,
    pub(super) operation: Operation,
    /// What it touched; of a pending step that waits nothing, of another the most it may touch.
    pub(super) footprint: Footprint,
    pub(super) pre: PreState,
    /// The threads that could step where it did.
    pub(super) enabled: ThreadSet,
    /// Its predecessor in program order: its thread's last event, or the one that started the
    /// thread. `None` is the beginning.
    pub(super) predecessor: Option<usize>,
    /// True if it is a wait that expired because nothing else could run.
    pub(super) forced_expiry: bool,
}

impl Event {
    /// True if a step with this footprint may change whether this one is ready. Where it is
    /// known how this one touches an object, only what depends on that touch does.
    pub(super) fn is_changed_by(&self, other: &Footprint) -> bool {
        self.is_changed_in(&self.pre.awaited, other)
    }

    /// True if a step with this footprint may change what the readiness of this one was read from.
    pub(super) fn is_answer_changed_by(&self, other: &Footprint) -> bool {
        self.is_changed_in(&self.pre.watch, other)
    }

    /// How the step touches an object: as it did, or as it declares to if that says more than that
    /// it may write it.
    fn own_access(&self, object: ObjectId) -> Option<Access> {
        let declared = || self.pre.declared.access(object);
        let touched = self.footprint.access(object);
        touched.or_else(|| declared().filter(|access| *access != Access::Write))
    }

    fn is_changed_in(&self, objects: &Footprint, other: &Footprint) -> bool {
        let commutes = |access| matches!(access, Access::Commute | Access::Leave);
        let changes = |object| {
            let own = self.own_access(object);
            other.access(object).is_some_and(|access| {
                access != Access::Read && !(commutes(access) && own.is_some_and(commutes))
            })
        };
        other.is_everything() || objects.iter().any(|touch| changes(touch.object))
    }

    /// True if the step may depend on one with this footprint, whatever it touches where it is
    /// taken.
    pub(super) fn may_depend_on(&self, other: &Footprint) -> bool {
        other.depends(&self.pre.declared)
    }

    /// True if it waits for one object, and a step with this footprint writes that.
    pub(super) fn is_written_by(&self, other: &Footprint) -> bool {
        let mut awaited = self
            .pre
            .awaited
            .iter()
            .map(|touch| other.access(touch.object));
        let written = |access| matches!(access, Some(Access::Write | Access::Release));
        awaited.next().is_some_and(written) && awaited.next().is_none()
    }

    /// True if its thread stood before it already when another event was about to happen.
    pub(super) fn was_pending_at(&self, index: usize) -> bool {
        self.predecessor.is_none_or(|before| before < index)
    }

    /// True if its thread stood before it and could take it when another event was about to happen.
    pub(super) fn was_enabled_at(&self, trace: &Trace, index: usize) -> bool {
        self.was_pending_at(index) && trace.event(index).enabled.contains(self.thread)
    }

    /// True if its thread comes to stand before it only after an event.
    pub(super) fn follows(&self, trace: &Trace, index: usize) -> bool {
        let after = |before| index == before || trace.is_before(index, before);
        self.predecessor.is_some_and(after) && !Mutation::PredecessorsAreForgotten.is_on()
    }

    /// The step that a wait which expired was before.
    pub(super) const fn pending(&self) -> Self {
        Self {
            footprint: Footprint::EMPTY,
            forced_expiry: false,
            ..*self
        }
    }

    /// The step as it was taken.
    pub(super) const fn planned(&self) -> PlannedStep {
        PlannedStep {
            decision: Decision {
                thread: self.thread,
                alternative: self.alternative,
            },
            footprint: self.footprint,
            exact: true,
            chooses: self.pre.alternatives > 1,
            enabled: true,
        }
    }
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
    by_object: EventsByObject,
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
            self.by_object.remove(&event.footprint, index);
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
    pub(super) fn not_after(&self, index: usize, set: &mut Vec<u64>) {
        set.clear();
        set.resize(self.before.width(), 0);
        for (later, after) in self.later(index) {
            bits::insert_if(!after, set, later);
        }
    }

    /// Removes an event, and all that happen after it, from a set.
    pub(super) fn remove_with_successors(&self, index: usize, set: &mut [u64]) {
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

    /// The predecessor in program order of the next event of a thread: see [`Event::predecessor`].
    pub(super) fn predecessor(&self, thread: ThreadId) -> Option<usize> {
        let started = self.started.get(thread.index()).copied().flatten();
        let started = started.filter(|&index| {
            let event = self.events.get(index);
            event.is_some_and(|event| event.operation == Operation::start_of(thread))
                && !Mutation::StartsAreForgotten.is_on()
        });
        self.last_of(thread).or(started)
    }

    /// What happens before the next event of a thread by program order alone.
    pub(super) fn program_order(&self, thread: ThreadId, set: &mut Vec<u64>) {
        set.clear();
        match self.predecessor(thread) {
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
        self.by_object.widen(events);
    }

    /// The events that touch an object, as a set.
    pub(super) fn touching(&self, object: ObjectId) -> &[u64] {
        self.by_object.of(object)
    }

    /// All events that a step with this footprint can depend on, and perhaps others, in descending
    /// order.
    pub(super) fn candidates(&self, footprint: &Footprint) -> impl Iterator<Item = usize> {
        let mut touched = [self.by_object.everything(); Footprint::CAPACITY];
        for (place, touch) in touched.iter_mut().zip(footprint.iter()) {
            *place = self.by_object.of(touch.object);
        }
        let everything = footprint.is_everything();
        let word = move |word: usize| {
            let all = up_to(self.events.len(), word);
            let of = |set: &[u64]| set.get(word).copied().unwrap_or(0);
            let always = of(self.by_object.everything());
            let some = touched.iter().fold(always, |bits, set| bits | of(set));
            if everything { all } else { some }
        };
        bits::descending((0..self.before.width()).map(word))
    }

    /// Adds an event with those before it.
    pub(super) fn push(&mut self, event: Event, before: &[u64]) {
        let index = self.events.len();
        self.before.reset(index);
        self.before.row_mut(index).copy_from_slice(before);
        bits::insert(self.of_thread.row_mut(event.thread.index()), index);
        self.by_object.insert(&event.footprint, index);
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
