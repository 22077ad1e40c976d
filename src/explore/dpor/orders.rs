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
use super::race::blocked;
use super::race::never_able;
use super::race::reversed;
use super::race::surely_able;
use super::trace::Attempt;
use super::trace::Event;

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
            settled: false,
        };
        self.races.extend(self.found.races.iter().map(race));
    }

    /// Sees to it that the other order of every race is explored, and every other alternative of
    /// every choice. The execution is complete.
    pub(super) fn reverse_all(&mut self) {
        for place in 0..self.races.len() {
            let race = self.races[place];
            if !race.settled {
                let earlier = self.trace.event(race.earlier);
                let later = self.trace.event(race.later);
                let first = reversed(earlier, later, race.what, &self.habits);
                let (later, until) = (*later, race.later);
                self.races[place].settled = match race.what {
                    Later::Event => self.reverse(race.earlier, first, (&later, until)),
                    Later::Blocked => self.reverse_blocked(race.earlier, first, (&later, until)),
                };
            }
        }
        for index in 0..self.trace.len() {
            let event = *self.trace.event(index);
            for alternative in 0..event.attempt.alternatives {
                if event.attempt.alternatives > 1
                    && alternative != event.alternative
                    && !Broken::OneAlternative.is_on()
                {
                    let mut other = event.planned();
                    other.decision.alternative = alternative;
                    self.reverse(index, other, (&event, index));
                }
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
            let first = reversed(earlier, &event, Later::Blocked, &self.habits);
            self.reverse_blocked(index, first, (&event, usize::MAX));
        }
        self.found.races = races;
    }

    /// Sees to it that executions are explored in which this step does not follow event `earlier`.
    /// Whether that is certain for as long as the events up to `until` stay.
    fn reverse(&mut self, earlier: usize, first: Planned, (later, until): (&Event, usize)) -> bool {
        self.reversal.prepare(&self.trace, earlier, first);
        let waits = later.attempt.pure_wait;
        let held = waits
            && !later.attempt.may_have_other_reasons()
            && self.reversal.is_held(&self.trace, earlier, later);
        let several = later.attempt.waits_for_several();
        let changes = several && self.reversal.changes(&self.trace, later);
        if several && !changes && never_able(&self.trace, earlier, later) {
            return false;
        }
        let sure = !changes && surely_able(&self.trace, earlier, later);
        let settled = self.plan(earlier, sure, until, held);
        let holders_go = waits && !several && !Broken::HoldersStay.is_on();
        if holders_go && self.reversal.let_go(&self.trace, later, first) {
            return self.plan(earlier, sure, until, false) && settled;
        }
        settled
    }

    /// The same for a step that was blocked. If it waits for several objects, then what makes it
    /// ready without event `earlier` may be any of the other changes to them.
    fn reverse_blocked(
        &mut self,
        earlier: usize,
        first: Planned,
        (later, until): (&Event, usize),
    ) -> bool {
        if !later.attempt.waits_for_several() {
            return self.reverse(earlier, first, (later, until));
        }
        self.reversal
            .prepare_blocked(&self.trace, (earlier, until), first);
        let mut settled = true;
        for events in self.reversal.subsets(&self.trace, later) {
            self.reversal.take(&events, first);
            let changes = self.reversal.changes(&self.trace, later);
            if !changes && never_able(&self.trace, earlier, later) {
                // What comes later may yet change that.
                settled = false;
                continue;
            }
            let sure = !changes && surely_able(&self.trace, earlier, later);
            settled &= self.plan(earlier, sure, until, false);
        }
        settled
    }

    /// Sees to it that the prepared sequence is explored from before event `earlier`, unless
    /// somebody holds what it ends with. Whether it is, for as long as the events up to `until`
    /// stay.
    fn plan(&mut self, earlier: usize, sure: bool, until: usize, held: bool) -> bool {
        let (start, end) = self.sleepers_of(earlier);
        let mut doubtful = !sure || self.reversal.may_be_no_race(&self.trace, earlier);
        for sleeper in &self.sleepers[start..end] {
            if sleeper.may_repeat {
                continue;
            }
            match self.reversal.judge(&self.trace, sleeper) {
                (Verdict::Covered, by) => return by.is_some_and(|by| by <= until),
                (Verdict::Doubtful, _) => doubtful = true,
                (Verdict::New, _) => {}
            }
        }
        if !held {
            let mut sequence = self.reversal.sequence(&self.trace);
            let branches = &mut self.nodes[earlier].branches;
            self.forest.insert(branches, &mut sequence, doubtful);
        }
        false
    }
}
