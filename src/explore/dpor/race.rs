//! Races: pairs of steps that could have come in the other order.

use crate::execution::Access;
use crate::execution::Footprint;
use crate::execution::ObjectId;
use crate::execution::Touch;

use super::bits;
use super::mutation::Mutation;
use super::step_plan::PlannedStep;
use super::trace::Event;
use super::trace::Trace;
use super::trace::ends_hold;

/// What the later step of a race is raced as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RacedAs {
    /// As it was taken.
    Taken,
    /// As the step that its thread stood before, whose wait then expired.
    Pending,
}

/// A race of an event with an earlier one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Race {
    /// The event before which the reversal begins.
    pub(super) earlier: usize,
    /// The other event.
    pub(super) later: usize,
    pub(super) raced_as: RacedAs,
    /// True if the reversal is covered whatever comes after the two events.
    pub(super) settled: bool,
}

/// What an event depends on.
#[derive(Debug, Default)]
pub(super) struct RaceScan {
    /// All events before it in happens-before.
    pub(super) before: Vec<u64>,
    /// The earlier events that it could have come before.
    pub(super) races: Vec<usize>,
    /// The events that lead to it, or to a race that hides what is before it.
    hidden: Vec<u64>,
}

impl RaceScan {
    /// Looks for what an event depends on that is not in the trace yet.
    ///
    /// An event races with those that it depends on with nothing between. A step that waits races
    /// with every event that changes what it waits for, too, whatever is between: a release must
    /// not hide the race of two acquires. Only where the step waits for one object and was enabled
    /// before such an event does that hide what happens before it. And where nothing from the event
    /// on changes what the step's readiness was read from, the step was as ready before it.
    pub(super) fn scan(&mut self, trace: &Trace, event: &Event) {
        let pre = &event.pre;
        self.races.clear();
        trace.program_order(event.thread, &mut self.hidden);
        self.before.clone_from(&self.hidden);
        let scope = if pre.pure_wait {
            covering(pre.declared, &event.footprint)
        } else {
            event.footprint
        };
        let several = pre.waits_for_several();
        let mut changed = Changed::default();
        let mut same_answer = true;
        for index in trace.candidates(&scope) {
            if !several && bits::has(&self.hidden, index) && bits::has(&self.before, index) {
                continue;
            }
            let earlier = trace.event(index);
            let direct =
                !bits::has(&self.before, index) && depends(&earlier.footprint, &event.footprint);
            if direct {
                bits::join(&mut self.before, trace.before(index));
                bits::insert(&mut self.before, index);
            }
            let mut races = direct;
            if pre.pure_wait {
                let may_change = event.is_changed_by(&earlier.footprint);
                let leads = event.follows(trace, index);
                same_answer &= leads || !event.is_answer_changed_by(&earlier.footprint);
                if may_change && !same_answer {
                    let enabled = event.was_enabled_at(trace, index);
                    let ends_hold = || ends_awaited_hold(earlier, event, &changed);
                    races = !bits::has(&self.hidden, index) && (enabled || !ends_hold());
                    let hides = (enabled && !several) || Mutation::ReleasesHideAcquires.is_on();
                    if races && hides && raced(earlier, event) {
                        bits::join(&mut self.hidden, trace.before(index));
                    }
                }
                if may_change && !leads {
                    changed.add(&earlier.footprint, event);
                }
            }
            if races && raced(earlier, event) {
                self.races.push(index);
            }
            if Mutation::OneRaceEach.is_on() && !self.races.is_empty() {
                break;
            }
        }
    }
}

/// True if neither of two steps is an expiry because nothing else could run.
const fn raced(one: &Event, other: &Event) -> bool {
    !one.forced_expiry && !other.forced_expiry
}

/// True if two steps depend.
fn depends(one: &Footprint, other: &Footprint) -> bool {
    let hidden = |access| {
        let meets = |one: &Footprint, other: &Footprint| {
            one.iter().any(|touch| {
                touch.access == access && other.access(touch.object) == Some(Access::Read)
            })
        };
        meets(one, other) || meets(other, one)
    };
    one.depends(other)
        && !(Mutation::CommutingHidesReads.is_on() && hidden(Access::Commute))
        && !(Mutation::ReleasesHideReads.is_on() && hidden(Access::Release))
}

/// The objects that a step waits for and that events from some point on have changed.
#[derive(Debug, Default)]
struct Changed {
    objects: [Option<ObjectId>; Footprint::CAPACITY],
    everything: bool,
}

impl Changed {
    fn add(&mut self, footprint: &Footprint, event: &Event) {
        self.everything |= footprint.is_everything();
        for (place, touch) in self.objects.iter_mut().zip(event.pre.awaited.iter()) {
            let access = footprint.access(touch.object);
            if access.is_some_and(|access| access != Access::Read) {
                *place = Some(touch.object);
            }
        }
    }

    fn is_at_most(&self, object: ObjectId) -> bool {
        let other = |place: &Option<ObjectId>| place.is_some_and(|changed| changed != object);
        !self.everything && !self.objects.iter().any(other)
    }
}

/// True if an event ends the hold for which a step waited: then the step cannot come before it.
///
/// Just before the end of a hold, a step that waits for the object is not ready
/// ([`Access::Release`]). This step waits for the object, and for nothing else, if its condition
/// read all that it may read, and nothing else of that has changed from there on but by what leads
/// to the step.
fn ends_awaited_hold(earlier: &Event, event: &Event, changed_later: &Changed) -> bool {
    let pre = &event.pre;
    let waited_for = |touch: Touch| {
        let access = earlier.footprint.access(touch.object);
        let own = event.footprint.access(touch.object);
        access.is_some_and(|access| ends_hold(access, own))
            && !pre.is_changed_beside(touch.object, &earlier.footprint)
            && changed_later.is_at_most(touch.object)
    };
    pre.pure_wait && pre.read_all_awaited() && pre.watch.iter().any(waited_for)
}

/// True if another thread holds what a step waits for after the events before `earlier` and those
/// in `events`, so that the step is not ready there: that thread took hold of the object there, and
/// its next touch of it ends the hold.
pub(super) fn is_held(
    trace: &Trace,
    (earlier, later): (usize, usize),
    events: &[u64],
    event: &Event,
) -> bool {
    if Mutation::AllIsHeld.is_on() {
        return true;
    }
    let done = |index: usize| index < earlier || bits::has(events, index);
    event.pre.read_all_awaited()
        && event.pre.watch.iter().any(|watched| {
            let object = watched.object;
            let own = event.footprint.access(object);
            let touching = || bits::ascending(trace.touching(object));
            let access = |index: usize| trace.event(index).footprint.access(object);
            let changes_only_it = |index: usize| {
                index == later
                    || !event
                        .pre
                        .is_changed_beside(object, &trace.event(index).footprint)
            };
            let is_hold = |begin: usize, end: usize| {
                let between = || touching().filter(|&other| begin < other && other < end);
                let any = |wanted| between().any(|other| access(other) == Some(wanted));
                matches!(access(begin), Some(Access::Write | Access::Commute))
                    && !any(Access::Release)
                    && (trace.event(begin).pre.pure_wait || !any(Access::Write))
            };
            let holds_until = |end: usize| {
                let holder = trace.event(end).thread;
                let mut before = touching().take_while(|&other| other < end);
                let own_touch = |index: &usize| trace.event(*index).thread == holder;
                let begin = before.by_ref().filter(own_touch).last();
                holder != event.thread
                    && begin.is_some_and(|begin| done(begin) && is_hold(begin, end))
            };
            let mut ends = touching().filter(|&index| {
                !done(index) && access(index).is_some_and(|access| ends_hold(access, own))
            });
            ends.any(holds_until)
                && (!event.pre.waits_for_several() || (earlier..trace.len()).all(changes_only_it))
        })
}

/// The later step of a race as it is to be planned before the earlier one, if it does not wait.
pub(super) fn reversed_step(earlier: &Event, later: &Event) -> PlannedStep {
    let planned = later.planned();
    let same = only_reads(&earlier.footprint, &later.footprint);
    if same || Mutation::FootprintsNeverChange.is_on() {
        return planned;
    }
    let most = if later.footprint.is_everything() {
        later.pre.declared.and_everything()
    } else {
        later.pre.declared
    };
    PlannedStep {
        footprint: most,
        exact: false,
        ..planned
    }
}

/// True if a step with the first footprint changes nothing that one with the second touches: then
/// the second does the same without the first.
fn only_reads(first: &Footprint, second: &Footprint) -> bool {
    let both = first.is_everything() || second.is_everything();
    let mut touches = first.iter();
    let changes =
        |touch: Touch| touch.access != Access::Read && second.access(touch.object).is_some();
    !both && !touches.any(changes)
}

/// What a step may touch and what it touched, as objects; everything if that is too much to list.
fn covering(declared: Footprint, footprint: &Footprint) -> Footprint {
    let mut all = declared;
    for touch in footprint.iter() {
        if all.access(touch.object).is_none() && all.push(touch).is_err() {
            return all.and_everything();
        }
    }
    if footprint.is_everything() {
        all.and_everything()
    } else {
        all
    }
}
