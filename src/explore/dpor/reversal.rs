//! What becomes of the races of an execution: the reversal of each is explored.

use crate::execution::Decision;
use crate::execution::Footprint;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::runtime::controlled::Pending;

use super::explorer::DporExplorer;
use super::mutation::Mutation;
use super::race::RacedAs;
use super::race::is_held;
use super::race::reversed_step;
use super::step_plan::PlannedStep;
use super::step_plan::WeakInitial;
use super::trace::Event;
use super::trace::PreState;

impl DporExplorer {
    /// Sees to it that the reversal of every race is explored, and every other alternative of every
    /// choice.
    pub(super) fn reverse_all(&mut self) {
        for place in 0..self.races.len() {
            let race = self.races[place];
            if race.settled {
                continue;
            }
            let later = *self.trace.event(race.later);
            let event = match race.raced_as {
                RacedAs::Taken => later,
                RacedAs::Pending => later.pending(),
            };
            self.races[place].settled = self.reverse((race.earlier, race.later), &event);
        }
        for index in 0..self.trace.len() {
            let chooses = self.trace.event(index).pre.alternatives > 1;
            if chooses && !Mutation::OneAlternative.is_on() {
                self.plan_alternatives(index);
            }
        }
    }

    /// Races the pending step of a thread as if it came last.
    pub(super) fn race_pending(&mut self, thread: ThreadId, pending: &Pending) {
        let pre = PreState::of(pending, self.waits);
        let event = Event {
            thread,
            alternative: 0,
            operation: pending.operation,
            footprint: if pre.pure_wait {
                Footprint::EMPTY
            } else {
                pre.declared
            },
            pre,
            enabled: ThreadSet::EMPTY,
            predecessor: self.trace.predecessor(thread),
            forced_expiry: false,
        };
        self.trace.reserve();
        self.scan.scan(&self.trace, &event);
        let races = std::mem::take(&mut self.scan.races);
        for &earlier in &races {
            self.reverse((earlier, self.trace.len()), &event);
        }
        self.scan.races = races;
    }

    /// Sees to it that every other alternative of a choice is explored.
    fn plan_alternatives(&mut self, index: usize) {
        let event = *self.trace.event(index);
        for alternative in (0..event.pre.alternatives).filter(|&it| it != event.alternative) {
            let mut other = event.planned();
            other.decision.alternative = alternative;
            self.sequence.reverse(&self.trace, index, other);
            self.plan(index, index);
        }
    }

    /// Sees to it that an event, raced as this step, is explored before an earlier one. True if
    /// that is so whatever comes after the two.
    fn reverse(&mut self, (earlier, later): (usize, usize), event: &Event) -> bool {
        if event.pre.pure_wait {
            return self.reverse_wait((earlier, later), event);
        }
        let mut last = reversed_step(self.trace.event(earlier), event);
        last.exact &= later < self.trace.len();
        self.sequence.reverse(&self.trace, earlier, last);
        self.plan(earlier, later)
    }

    /// The same for a step that waits. Which of the other steps that it may depend on come before
    /// it, make it ready or keep it from that, is open: every closed set of them is tried.
    fn reverse_wait(&mut self, (earlier, later): (usize, usize), event: &Event) -> bool {
        // What depends on a write to the one object comes after it, also what is still to come.
        let alone = event.is_written_by(&self.trace.event(earlier).footprint);
        let was_enabled = event.was_enabled_at(&self.trace, earlier);
        if alone && event.was_pending_at(earlier) && !was_enabled {
            return true;
        }
        self.sequence.reverse_pending(&self.trace, earlier, later);
        if alone || !self.sequence.has_open_order(&self.trace, event) {
            return self.reverse_wait_with((earlier, later), event) && alone;
        }
        let Some(subsets) = self.sequence.subsets(&self.trace, event) else {
            if Mutation::TooManyOrdersAreNone.is_on() {
                return false;
            }
            let mut branches = std::mem::take(&mut self.nodes[earlier].branches);
            self.plan_every_thread(&mut branches, self.nodes[earlier].enabled);
            self.nodes[earlier].branches = branches;
            return false;
        };
        for events in subsets {
            self.sequence.assign(&events);
            self.reverse_wait_with((earlier, later), event);
        }
        false
    }

    /// The same after the events of the prepared sequence, and no others.
    fn reverse_wait_with(&mut self, (earlier, later): (usize, usize), event: &Event) -> bool {
        let changes = self.sequence.changes_awaited(&self.trace, event);
        let was_enabled = event.was_enabled_at(&self.trace, earlier);
        if event.was_pending_at(earlier) && !was_enabled && !changes {
            return true;
        }
        let races = (earlier, later);
        let is_held = || is_held(&self.trace, races, self.sequence.events(), event);
        if (changes || !was_enabled) && is_held() {
            return false;
        }
        let surely_ready = was_enabled || is_same_wait(self.trace.event(earlier), event);
        self.sequence.end_with(PlannedStep {
            decision: Decision {
                thread: event.thread,
                alternative: 0,
            },
            footprint: event.pre.declared,
            exact: false,
            chooses: false,
            enabled: surely_ready && !changes,
        });
        self.plan(earlier, later)
    }

    /// Sees to it that executions that begin with the prepared sequence are explored from the node
    /// before an event. True if they are whatever comes after event `until`.
    fn plan(&mut self, earlier: usize, until: usize) -> bool {
        for entry in &self.sleep[self.sleep_set(earlier)] {
            match self.sequence.weak_initial(&self.trace, &entry.step) {
                WeakInitial::At(place) => {
                    let lasts = place <= until && place < self.trace.len();
                    return lasts || Mutation::AnswersLast.is_on();
                }
                WeakInitial::Independent if !entry.stale => return false,
                WeakInitial::Independent | WeakInitial::No => {}
            }
        }
        let branches = &mut self.nodes[earlier].branches;
        self.forest
            .insert(branches, &mut self.sequence, &self.trace);
        false
    }
}

/// True if a step that waits is enabled where another waits for the same in the same way.
fn is_same_wait(earlier: &Event, event: &Event) -> bool {
    let same = earlier.pre.pure_wait && earlier.operation == event.operation;
    same && !event.operation.verb.spins()
}
