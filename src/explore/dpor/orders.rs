//! The races of the execution at hand, and their other orders.

use crate::execution::Footprint;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::runtime::controlled::Pending;

use super::broken::Broken;
use super::explorer::DporExplorer;
use super::planned::Planned;
use super::planned::Verdict;
use super::race::Later;
use super::race::Race;
use super::race::Standing;
use super::race::blocked;
use super::race::never_able;
use super::race::reversed;
use super::race::surely_able;
use super::trace::Attempt;
use super::trace::Event;
use super::trace::Trace;
use super::wakeup::Trust;

/// What has to stay for what is settled of a race to stay so.
#[derive(Debug, Clone, Copy)]
struct Stay {
    /// The events up to this one.
    until: usize,
    /// Whether that one is the step with which the other order ends.
    is_last: bool,
}

/// Another order of a race, or another alternative of a choice.
#[derive(Debug, Clone, Copy)]
struct Order {
    /// The event before which it begins.
    earlier: usize,
    /// The step that is not to follow that event.
    first: Planned,
    stay: Stay,
}

impl DporExplorer {
    /// Looks for what an event races with, and keeps the races if they are of this kind.
    pub(super) fn look(&mut self, event: &Event, keep: Option<Later>) {
        self.trace.reserve();
        if keep != Some(Later::Event) && event.attempt.waits_for_several() {
            self.found.look_for_blockers(&self.trace, event);
        } else {
            self.found.look(&self.trace, event);
        }
        let later = event.planned();
        for &index in &self.found.direct {
            self.nodes[index].racers.insert(&later);
        }
        let Some(what) = keep else { return };
        let race = |&earlier: &usize| Race {
            earlier,
            later: self.trace.len(),
            what,
            standing: Standing::Open,
        };
        self.races.extend(self.found.races.iter().map(race));
    }

    /// Sees to it that the other order of every race is explored, and every other alternative of
    /// every choice. The execution is complete.
    pub(super) fn reverse_all(&mut self) {
        for place in 0..self.races.len() {
            let race = self.races[place];
            if !self.stands(&race) {
                let earlier = self.trace.event(race.earlier);
                let later = self.trace.event(race.later);
                let order = Order {
                    earlier: race.earlier,
                    first: reversed(earlier, later, race.what, &self.habits),
                    stay: Stay {
                        until: race.later,
                        is_last: race.what == Later::Event,
                    },
                };
                self.races[place].standing = if later.attempt.pure_wait {
                    let later = *later;
                    match race.what {
                        Later::Event => self.reverse_wait(&order, &later),
                        Later::Blocked => self.reverse_blocked(&order, &later),
                    }
                } else {
                    self.reverse(&order)
                };
            }
        }
        for index in 0..self.trace.len() {
            let choice = self.trace.event(index).attempt.alternatives > 1;
            if choice && !Broken::OneAlternative.is_on() {
                self.choose_otherwise(index);
            }
        }
    }

    /// Whether nothing is to be done for a race, since what is known of it still holds.
    fn stands(&self, race: &Race) -> bool {
        match race.standing {
            Standing::Open => false,
            Standing::Covered(sleeper) => {
                let step = &self.sleepers[sleeper].step;
                let mut tail = self.trace.later_candidates(step, race.later);
                let follows = |index| self.trace.is_before(race.earlier, index);
                tail.all(follows) || Broken::AnswersLast.is_on()
            }
            Standing::Settled => true,
        }
    }

    /// Sees to it that every other alternative of a choice is explored.
    fn choose_otherwise(&mut self, index: usize) {
        let event = *self.trace.event(index);
        for alternative in 0..event.attempt.alternatives {
            if alternative != event.alternative {
                let mut other = event.planned();
                other.decision.alternative = alternative;
                self.reverse(&Order {
                    earlier: index,
                    first: other,
                    stay: Stay {
                        until: index,
                        is_last: false,
                    },
                });
            }
        }
    }

    /// Races the step of a blocked thread as if it came now. If the execution is complete, sees to
    /// it that the other orders are explored.
    pub(super) fn race_blocked(&mut self, thread: ThreadId, pending: &Pending, complete: bool) {
        let event = Event {
            thread,
            alternative: 0,
            operation: pending.operation,
            number: 0,
            footprint: Footprint::EMPTY,
            attempt: Attempt::of(pending, self.waits),
            enabled: ThreadSet::EMPTY,
            arrived: None,
            last_resort: false,
        };
        let event = blocked(&self.trace, event);
        self.look(&event, None);
        if !complete {
            return;
        }
        let races = std::mem::take(&mut self.found.races);
        for &index in &races {
            let earlier = self.trace.event(index);
            let order = Order {
                earlier: index,
                first: reversed(earlier, &event, Later::Blocked, &self.habits),
                stay: Stay {
                    until: usize::MAX,
                    is_last: false,
                },
            };
            self.reverse_blocked(&order, &event);
        }
        self.found.races = races;
    }

    /// Sees to it that executions with this order are explored. How that stands for as long as all
    /// stays that has to.
    fn reverse(&mut self, order: &Order) -> Standing {
        self.reversal
            .prepare(&self.trace, order.earlier, order.first);
        self.plan(order, true, false)
    }

    /// The same for a step that waits: it may be that it cannot be taken there.
    fn reverse_wait(&mut self, order: &Order, later: &Event) -> Standing {
        let Order { earlier, first, .. } = *order;
        self.reversal.prepare(&self.trace, earlier, first);
        let several = later.attempt.waits_for_several();
        // What holds one of several objects says nothing of the others.
        let held = (!several || Broken::OneHoldIsAll.is_on())
            && !later.attempt.may_have_other_reasons()
            && self.reversal.is_held(&self.trace, earlier, later);
        let changes = several && self.reversal.changes(&self.trace, later);
        if several && !changes && never_able(&self.trace, earlier, later) {
            return Standing::Open;
        }
        let sure = !changes && surely_able(&self.trace, earlier, later);
        let mut standing = self.plan(order, sure, held);
        if several || Broken::HoldersStay.is_on() {
            return standing.or_open();
        }
        self.reversal.prepare(&self.trace, earlier, first);
        if self.reversal.let_go(&self.trace, later) {
            standing = standing.and(self.plan(order, sure, false));
        }
        standing.or_open()
    }

    /// The same for a step that was blocked. If it waits for several objects, then what makes it
    /// ready without the earlier event may be any of the other changes to them.
    fn reverse_blocked(&mut self, order: &Order, later: &Event) -> Standing {
        if !later.attempt.waits_for_several() {
            return self.reverse_wait(order, later);
        }
        let earlier = order.earlier;
        self.reversal
            .prepare_blocked(&self.trace, (earlier, order.stay.until), order.first);
        let mut standing = Standing::Settled;
        for events in self.reversal.subsets(&self.trace, later) {
            self.reversal.take(&events, order.first);
            let changes = self.reversal.changes(&self.trace, later);
            if !changes && never_able(&self.trace, earlier, later) {
                // What comes later may yet change that.
                standing = Standing::Open;
                continue;
            }
            let sure = !changes && surely_able(&self.trace, earlier, later);
            standing = standing.and(self.plan(order, sure, false));
        }
        standing.or_open()
    }

    /// Sees to it that the prepared sequence of an order is explored, unless somebody holds what it
    /// ends with. How that stands for as long as all stays that has to.
    fn plan(&mut self, order: &Order, sure: bool, held: bool) -> Standing {
        let Order { earlier, stay, .. } = *order;
        let (start, end) = self.sleepers_of(earlier);
        let mut doubtful = !sure;
        for (index, sleeper) in (start..end).zip(&self.sleepers[start..end]) {
            if sleeper.may_repeat {
                continue;
            }
            match self.reversal.judge(&self.trace, sleeper) {
                Verdict::Covered => {
                    let place = self.reversal.place_of(&self.trace, &sleeper.step);
                    return place.map_or(Standing::Covered(index), |place| {
                        Standing::settled_if(stay.keeps(&self.trace, place, &sleeper.step))
                    });
                }
                Verdict::Doubtful => doubtful = true,
                Verdict::New => {}
            }
        }
        if held {
            return Standing::Open;
        }
        doubtful |= self.reversal.may_be_no_race(&self.trace, earlier);
        let trust = if doubtful {
            Trust::Doubtful
        } else {
            Trust::Sure
        };
        let trace = &self.trace;
        let mut sequence = self.reversal.sequence(trace);
        let branches = &mut self.nodes[earlier].branches;
        let stays = |place, step: &Planned| stay.keeps(trace, place, step);
        let lasts = self.forest.insert(branches, &mut sequence, trust, stays);
        Standing::settled_if(lasts)
    }
}

impl Stay {
    /// Whether a step that begins a sequence, or what is left of it, and is the one at this place
    /// of it, does so whatever comes after the events that stay.
    ///
    /// If it is the very step that ends the sequence, then what comes later cannot keep it from
    /// coming first: what depends on it follows it, and so is no part of the sequence.
    fn keeps(self, trace: &Trace, place: usize, step: &Planned) -> bool {
        let lasts = if place < trace.len() {
            place <= self.until
        } else {
            let last = trace.get(self.until).filter(|_| self.is_last);
            let includes = |last: &Event| last.footprint.includes(&step.footprint);
            last.is_some_and(includes) && step.is_expected_to_touch_all()
        };
        lasts || Broken::AnswersLast.is_on()
    }
}
