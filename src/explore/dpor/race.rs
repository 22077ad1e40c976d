//! Races: pairs of steps that could have come in the other order.

use crate::execution::Access;
use crate::execution::Footprint;

use super::bits;
use super::broken::Broken;
use super::habits::Habits;
use super::planned::Certainty;
use super::planned::Planned;
use super::trace::Event;
use super::trace::Trace;
use super::trace::ends_hold;

/// Which later step a race is with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Later {
    /// The event itself.
    Event,
    /// The event as the step that it was before, or may have been: blocked.
    Blocked,
}

/// What is known of the other order of a race, for as long as both events stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is to be looked at in every execution that has the race.
    Open,
    /// This sleeper covers it, unless something depends on it that comes after both.
    Covered(usize),
    /// It is explored, whatever comes after both.
    Settled,
}

impl Standing {
    pub(super) const fn settled_if(settled: bool) -> Self {
        if settled { Self::Settled } else { Self::Open }
    }

    /// What is known of two orders of which both have to be explored.
    pub(super) fn and(self, other: Self) -> Self {
        if self == other { self } else { Self::Open }
    }

    /// The same of an order that may be another one when something else comes after both.
    pub(super) fn or_open(self) -> Self {
        match self {
            Self::Open | Self::Covered(_) => Self::Open,
            Self::Settled => Self::Settled,
        }
    }
}

/// A race of an event with an earlier one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Race {
    /// The event before which the other order begins.
    pub(super) earlier: usize,
    /// The other event.
    pub(super) later: usize,
    pub(super) what: Later,
    pub(super) standing: Standing,
}

/// What an event that is being added depends on.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// All events before it.
    pub(super) before: Vec<u64>,
    /// The earlier events that it could have come before.
    pub(super) races: Vec<usize>,
    /// The earlier events that it depends on with nothing between, races or not.
    pub(super) direct: Vec<usize>,
    hidden: Vec<u64>,
    /// The events that lead to it by program order.
    led: Vec<u64>,
}

impl Found {
    /// Looks for what the event, which is not in the trace yet, depends on.
    pub(super) fn look(&mut self, trace: &Trace, event: &Event) {
        self.races.clear();
        self.direct.clear();
        trace.program_order(event.thread, &mut self.hidden);
        self.before.clone_from(&self.hidden);
        let several = event.attempt.waits_for_several();
        if several {
            self.led.clone_from(&self.hidden);
        }
        let mut same = true;
        for index in trace.candidates(&event.footprint) {
            let earlier = trace.event(index);
            if several && !bits::has(&self.led, index) {
                same = same && !alters(&earlier.footprint, event);
            }
            if bits::has(&self.hidden, index) || !depends(&earlier.footprint, &event.footprint) {
                continue;
            }
            if !bits::has(&self.before, index) {
                bits::join(&mut self.before, trace.before(index));
                bits::insert(&mut self.before, index);
            }
            if earlier.last_resort || event.last_resort {
                continue;
            }
            self.direct.push(index);
            if several && !same && event.attempt.is_changed_by(&earlier.footprint) {
                // It is looked for as what may have blocked the step.
                bits::join(&mut self.hidden, trace.before(index));
                bits::insert(&mut self.hidden, index);
                continue;
            }
            let stood = event.stood_at(index);
            let was_able = stood && earlier.enabled.contains(event.thread);
            if event
                .attempt
                .waits_for(&earlier.footprint, &event.footprint)
                && !was_able
            {
                continue;
            }
            if was_able || !event.attempt.pure_wait || Broken::ReleasesHideAcquires.is_on() {
                bits::join(&mut self.hidden, trace.before(index));
                bits::insert(&mut self.hidden, index);
            }
            if was_able || !stood || !event.attempt.pure_wait || was_made_ready(trace, event, index)
            {
                self.races.push(index);
            }
            if Broken::OneRaceEach.is_on() && !self.races.is_empty() {
                break;
            }
        }
    }

    /// Looks for what may have blocked a step that waits for several objects, whether it was taken
    /// since or not: it could come before each of them.
    ///
    /// Nothing hides one behind another here: where a step was blocked between the two, all that
    /// came after has another order of its own. But from where on nothing changes what its
    /// readiness was read from last, the answer was the same all the time.
    pub(super) fn look_for_blockers(&mut self, trace: &Trace, event: &Event) {
        self.races.clear();
        self.direct.clear();
        trace.program_order(event.thread, &mut self.hidden);
        let mut same = true;
        let mut changed = Footprint::EMPTY;
        // What a step does that was not taken is not known.
        let own = if event.enabled.contains(event.thread) {
            event.footprint
        } else {
            Footprint::EMPTY
        };
        for index in trace.candidates(&event.attempt.awaited) {
            let earlier = trace.event(index);
            if bits::has(&self.hidden, index) {
                continue;
            }
            same = same && !alters(&earlier.footprint, event);
            changed = changed.union(event.attempt.changes_by(&earlier.footprint));
            let waits = event.attempt.waits_for(&earlier.footprint, &own)
                && changed
                    .iter()
                    .all(|touch| earlier.footprint.access(touch.object).is_some());
            if same || waits || earlier.last_resort {
                continue;
            }
            self.direct.push(index);
            if event.attempt.is_changed_by(&earlier.footprint) {
                self.races.push(index);
            }
        }
    }
}

/// Whether a step with this footprint may alter what a later one read of whether it was ready.
fn alters(earlier: &Footprint, event: &Event) -> bool {
    let commutes = |access| matches!(access, Some(Access::Commute | Access::Leave));
    let alters = |object| {
        let (access, own) = (earlier.access(object), event.footprint.access(object));
        access.is_some_and(|access| access != Access::Read) && !(commutes(access) && commutes(own))
    };
    earlier.is_everything() || event.attempt.watch.iter().any(|touch| alters(touch.object))
}

/// Whether a step that stood blocked before `earlier` could have become ready without it:
/// something else that its readiness is read from changed since, and does not depend on
/// `earlier`.
fn was_made_ready(trace: &Trace, event: &Event, earlier: usize) -> bool {
    let changes_it = |index: usize| {
        !trace.is_before(earlier, index)
            && event.attempt.is_changed_by(&trace.event(index).footprint)
    };
    (earlier + 1..trace.len()).any(changes_it)
}

/// Whether two steps depend.
fn depends(one: &Footprint, other: &Footprint) -> bool {
    if Broken::CommutingHidesLooks.is_on() {
        return one.depends(other) && !pair(one, other, Access::Commute);
    }
    if Broken::ReleasesHideLooks.is_on() {
        return one.depends(other) && !pair(one, other, Access::Release);
    }
    one.depends(other)
}

/// Whether two steps touch one object, one of them so and the other to look.
fn pair(one: &Footprint, other: &Footprint, access: Access) -> bool {
    one.iter().any(|mine| {
        let theirs = other.access(mine.object);
        (mine.access == access && theirs == Some(Access::Read))
            || (mine.access == Access::Read && theirs == Some(access))
    })
}

/// The step that is to come first in the other order of a race, as far as it is known.
pub(super) fn reversed(earlier: &Event, later: &Event, what: Later, habits: &Habits) -> Planned {
    let looks = only_looks(&earlier.footprint, &later.footprint);
    if what == Later::Event && (looks || Broken::FootprintsNeverChange.is_on()) {
        return later.planned();
    }
    let panicked = what == Later::Event && later.footprint.is_everything();
    let declared = later.attempt.declared;
    let most = if panicked {
        declared.and_everything()
    } else {
        declared
    };
    let expected = habits.expect(later.operation);
    Planned {
        decision: later.decision(),
        footprint: expected.unwrap_or(most),
        most,
        certainty: match expected {
            Some(_) => Certainty::Expected,
            None => Certainty::Open,
        },
        number: later.number,
    }
}

/// Whether a step with the first footprint changed nothing that one with the second touches: then
/// the second does the same without the first.
fn only_looks(first: &Footprint, second: &Footprint) -> bool {
    let changes = |access| access != Access::Read;
    let both = first.is_everything() || second.is_everything();
    !both
        && !first
            .iter()
            .any(|touch| changes(touch.access) && second.access(touch.object).is_some())
}

/// Whether a step that waits can certainly be taken where it stood before `earlier`, or as one that
/// waits for the same: it was able to, or another took the same step there.
pub(super) fn surely_able(trace: &Trace, earlier: usize, later: &Event) -> bool {
    let event = trace.event(earlier);
    !later.attempt.pure_wait
        || (later.stood_at(earlier) && event.enabled.contains(later.thread))
        || (event.attempt.pure_wait && event.operation == later.operation)
}

/// Whether a step that waits certainly cannot be taken where it stood before `earlier`.
pub(super) fn never_able(trace: &Trace, earlier: usize, later: &Event) -> bool {
    let event = trace.event(earlier);
    later.stood_at(earlier) && !event.enabled.contains(later.thread)
}

/// Whether some other thread still holds what a step waits for, after the events before `earlier`
/// and those in `beside`: it touched it there, and what it does with it next ends a hold.
///
/// A step that only adds to shared holds is not kept out by them, but it does not depend on them
/// either, so it has no race here.
pub(super) fn is_held(trace: &Trace, earlier: usize, beside: &[u64], later: &Event) -> bool {
    if Broken::AllIsHeld.is_on() {
        return true;
    }
    let done = |index: usize| index < earlier || bits::has(beside, index);
    later.attempt.watch.iter().any(|watched| {
        let access = |index: usize| trace.event(index).footprint.access(watched.object);
        let touching = || bits::ascending(trace.touching(watched.object));
        let ends = |index: usize| {
            let event = trace.event(index);
            let own_access = later.footprint.access(watched.object);
            let ends = access(index).is_some_and(|access| ends_hold(access, own_access));
            let own = |other: &usize| trace.event(*other).thread == event.thread;
            let begun = || {
                touching()
                    .take_while(|&other| other < index)
                    .filter(own)
                    .last()
            };
            ends && event.thread != later.thread
                && begun().is_some_and(|begun| {
                    let begins = access(begun).is_some_and(|access| access != Access::Read);
                    let begins = begins || Broken::OneHoldIsAll.is_on();
                    let waited = trace.event(begun).attempt.pure_wait;
                    let between = || {
                        let within = |other: &usize| *other > begun && *other < index;
                        touching().filter(within).filter_map(access)
                    };
                    let released = || between().any(|access| access == Access::Release);
                    let written = || between().any(|access| access == Access::Write);
                    done(begun) && begins && (waited || !written()) && !released()
                })
        };
        touching().any(|index| index > earlier && !done(index) && ends(index))
    })
}

/// The step of a blocked thread, as if it came next.
pub(super) fn blocked(trace: &Trace, event: Event) -> Event {
    let number = trace
        .last_of(event.thread)
        .map_or(0, |last| trace.event(last).number);
    Event {
        footprint: event.attempt.awaited,
        number: number + 1,
        arrived: trace.arrived(event.thread),
        last_resort: false,
        ..event
    }
}
