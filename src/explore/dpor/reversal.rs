//! The other order of a race, as a sequence from the node before it.

use crate::execution::Access;
use crate::execution::ThreadSet;

use super::ahead::Ahead;
use super::ahead::Judge;
use super::ahead::strongest;
use super::bits;
use super::broken::Broken;
use super::planned::Begins;
use super::planned::Certainty;
use super::planned::Conflict;
use super::planned::Planned;
use super::planned::Sleeper;
use super::planned::Verdict;
use super::race::is_held;
use super::trace::Event;
use super::trace::Trace;

/// Everything after an event that does not happen after it, and then a step: *v* in the paper.
#[derive(Debug, Default)]
pub(super) struct Reversal {
    /// The events, as a set.
    beside: Vec<u64>,
    /// The step that ends it.
    last: Option<Planned>,
}

impl Reversal {
    /// The sequence from before event `earlier` in which this step does not follow it.
    pub(super) fn prepare(&mut self, trace: &Trace, earlier: usize, last: Planned) {
        trace.beside(earlier, &mut self.beside);
        self.break_off(trace, last);
        self.last = Some(last);
    }

    /// The same for a step that is raced as blocked, and perhaps was taken at `later`: without
    /// that, and without what comes after it.
    pub(super) fn prepare_blocked(
        &mut self,
        trace: &Trace,
        (earlier, later): (usize, usize),
        last: Planned,
    ) {
        self.prepare(trace, earlier, last);
        if later < trace.len() && bits::has(&self.beside, later) {
            trace.drop_with_all_after(later, &mut self.beside);
        }
    }

    /// All sets of events from which the prepared sequence may be made: whole, and without some of
    /// those that may make the step ready or not, and all that come after them.
    pub(super) fn subsets(&self, trace: &Trace, later: &Event) -> Vec<Vec<u64>> {
        let mut open = vec![(self.beside.clone(), trace.len())];
        let mut all = Vec::new();
        while let Some((set, dropped)) = open.pop() {
            if Broken::OtherChangesStay.is_on() {
                return vec![set];
            }
            for index in bits::ascending(&set) {
                let changes = later.attempt.is_changed_by(&trace.event(index).footprint);
                let before = dropped < trace.len() && trace.is_before(index, dropped);
                if index < dropped && changes && !before && !leads_to(trace, index, later) {
                    let mut less = set.clone();
                    trace.drop_with_all_after(index, &mut less);
                    open.push((less, index));
                }
            }
            all.push(set);
        }
        all
    }

    /// Makes the sequence of these events, and of the step.
    pub(super) fn take(&mut self, events: &[u64], last: Planned) {
        self.beside.clear();
        self.beside.extend_from_slice(events);
        self.last = Some(last);
    }

    /// Whether an event of the sequence may make the step ready or not.
    pub(super) fn changes(&self, trace: &Trace, later: &Event) -> bool {
        bits::ascending(&self.beside)
            .any(|index| later.attempt.is_changed_by(&trace.event(index).footprint))
    }

    fn break_off(&mut self, trace: &Trace, last: Planned) {
        let all = Broken::SequencesAreOneStep.is_on();
        if !all && !Broken::SequencesEndAtTheRace.is_on() {
            return;
        }
        let is_last = |index: &usize| {
            let event = trace.event(*index);
            event.thread == last.decision.thread && event.number == last.number
        };
        let end = (0..trace.len()).find(is_last).unwrap_or(trace.len());
        for index in 0..trace.len() {
            let own = trace.event(index).thread == last.decision.thread;
            if (all && !own) || index > end {
                bits::remove(&mut self.beside, index);
            }
        }
    }

    /// What a sleeper says of the sequence.
    pub(super) fn judge(&mut self, trace: &Trace, sleeper: &Sleeper) -> Verdict {
        sleeper.judge(&self.sequence(trace))
    }

    /// The place in the sequence of the first step of the thread of this one, if it has any.
    pub(super) fn place_of(&self, trace: &Trace, step: &Planned) -> Option<usize> {
        let thread = step.decision.thread;
        let ends_it = self.last.is_some_and(|last| last.decision.thread == thread);
        let last = || ends_it.then(|| trace.len());
        trace.first_of(thread, &self.beside).or_else(last)
    }

    /// Whether the step that ends the sequence is not expected to depend on the event before which
    /// it comes: it was blocked, but perhaps not by that.
    pub(super) fn may_be_no_race(&self, trace: &Trace, earlier: usize) -> bool {
        let event = trace.event(earlier).planned();
        let no_race = |last: Planned| {
            let other = last.decision.thread != event.decision.thread;
            let every = Broken::EveryRaceIsOne.is_on();
            !every && other && event.expected_conflict(&last) == Conflict::None
        };
        self.last.is_some_and(no_race)
    }

    /// Whether the step that ends the sequence could not be taken there.
    pub(super) fn is_held(&self, trace: &Trace, earlier: usize, later: &Event) -> bool {
        is_held(trace, earlier, &self.beside, later)
    }

    /// Leaves out of the prepared sequence whoever may still hold, at its end, what the step that
    /// ends it waits for: others that came to it, beside each other or at different objects, and
    /// have not let go of it there. With them goes what comes after them. Whether there was
    /// somebody.
    pub(super) fn let_go(&mut self, trace: &Trace, later: &Event) -> bool {
        let mut somebody = false;
        while let Some(holder) = holder(trace, &self.beside, later) {
            if leads_to(trace, holder, later) {
                return false;
            }
            somebody = true;
            trace.drop_with_all_after(holder, &mut self.beside);
        }
        somebody
    }

    /// The sequence, in the order of the execution.
    pub(super) fn sequence<'r>(&'r mut self, trace: &'r Trace) -> OtherOrder<'r> {
        OtherOrder {
            trace,
            beside: &mut self.beside,
            last: &mut self.last,
        }
    }
}

/// Whether the thread of a step would not stand before it without an event.
fn leads_to(trace: &Trace, index: usize, step: &Event) -> bool {
    let led = |arrived| index == arrived || trace.is_before(index, arrived);
    step.arrived.is_some_and(led) && !Broken::ArrivalsAreForgotten.is_on()
}

/// Somebody whose last touch, in a set of events, of something that a step waits for may be the
/// beginning of a hold.
fn holder(trace: &Trace, set: &[u64], later: &Event) -> Option<usize> {
    later.attempt.watch.iter().find_map(|watched| {
        let mut met = ThreadSet::only(later.thread);
        let touching = trace.touching(watched.object).iter().zip(set);
        let touching = touching.map(|(touching, set)| touching & set);
        bits::descending(touching).find(|&index| {
            let event = trace.event(index);
            let first_met = !met.contains(event.thread);
            met.insert(event.thread);
            let access = event.footprint.access(watched.object);
            first_met && matches!(access, Some(Access::Write | Access::Commute))
        })
    })
}

/// The sequence: events, and the step that ends it. Its places are the indices of the events, and
/// one more for the step.
pub(super) struct OtherOrder<'r> {
    trace: &'r Trace,
    beside: &'r mut [u64],
    last: &'r mut Option<Planned>,
}

impl OtherOrder<'_> {
    /// The first event of the thread of a step.
    fn first_of(&self, step: &Planned) -> Option<usize> {
        self.trace.first_of(step.decision.thread, self.beside)
    }
}

impl Ahead for OtherOrder<'_> {
    fn is_empty(&self) -> bool {
        self.last.is_none() && self.beside.iter().all(|bits| *bits == 0)
    }

    fn last(&self) -> Planned {
        self.backwards().next().expect("a sequence is not empty")
    }

    fn begins(&self, step: &Planned, judge: Judge) -> Begins {
        if let Some(first) = self.first_of(step) {
            // What an event depends on happens before it, and nothing else here does.
            let comes_later = bits::meet(self.trace.before(first), self.beside);
            let other = step.differs(&self.trace.event(first).planned());
            return if comes_later || other {
                Begins::No
            } else {
                Begins::With(first)
            };
        }
        let own = |last: &&Planned| last.decision.thread == step.decision.thread;
        let there = self.last.as_ref().filter(own);
        if there.is_some_and(|there| step.differs(there)) {
            return Begins::No;
        }
        let other = self.last.as_ref().filter(|last| !own(last));
        let step = there.filter(|there| there.is_known()).unwrap_or(step);
        // The rest touches nothing that it may touch.
        let events = self.trace.candidates(&step.most);
        let events = events.filter(|&index| bits::has(self.beside, index));
        let with_events = events.map(|index| judge(step, &self.trace.event(index).planned()));
        let with_last = other.map(|last| judge(step, last));
        let conflict = strongest(with_events.chain(with_last));
        Begins::of(conflict, there.map(|_| self.trace.len()))
    }

    fn remove(&mut self, place: usize) {
        if place == self.trace.len() {
            *self.last = None;
        } else {
            bits::remove(self.beside, place);
        }
    }

    fn places(&self) -> impl Iterator<Item = (usize, Planned)> {
        let events = bits::ascending(self.beside);
        let events = events.map(|index| (index, self.trace.event(index).planned()));
        events.chain(self.last.map(|last| (self.trace.len(), last)))
    }

    fn backwards(&self) -> impl Iterator<Item = Planned> {
        let events = bits::descending(self.beside.iter().copied());
        let events = events.map(|index| self.trace.event(index).planned());
        self.last.iter().copied().chain(events)
    }
}

impl Event {
    /// The step as a plan.
    pub(super) fn planned(&self) -> Planned {
        Planned {
            decision: self.decision(),
            footprint: self.footprint,
            most: self.footprint,
            certainty: Certainty::Known,
            number: self.number,
        }
    }

    pub(super) const fn decision(&self) -> crate::execution::Decision {
        crate::execution::Decision {
            thread: self.thread,
            alternative: self.alternative,
        }
    }
}
