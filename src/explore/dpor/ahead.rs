//! Sequences that are to be explored from a node: what wakeup trees and sleepers ask of them.
//!
//! There are two: steps one by one, and the other order of a race, which is a set of events and
//! one step more. Most of the latter lead to what is planned already, and are never written down.

use super::planned::Begins;
use super::planned::Conflict;
use super::planned::Planned;

/// How two steps are taken to conflict.
pub(super) type Judge = fn(&Planned, &Planned) -> Conflict;

/// A sequence of steps. Only the last may be one that is not known.
pub(super) trait Ahead {
    /// Whether it is used up.
    fn is_empty(&self) -> bool;

    /// The step that ends it.
    ///
    /// # Panics
    ///
    /// If it is empty.
    fn last(&self) -> Planned;

    /// Whether a step is a weak initial of it.
    fn begins(&self, step: &Planned, judge: Judge) -> Begins;

    /// Takes out the step at a place that [`Begins::With`] names.
    fn remove(&mut self, place: usize);

    /// Its steps with their places, in order.
    fn places(&self) -> impl Iterator<Item = (usize, Planned)>;

    /// Its steps, in order.
    fn steps(&self) -> impl Iterator<Item = Planned> {
        self.places().map(|(_, step)| step)
    }

    /// Its steps, the last one first.
    fn backwards(&self) -> impl Iterator<Item = Planned>;

    /// Whether a step is a weak initial, as far as is known.
    fn is_begun_by(&self, step: &Planned) -> Begins {
        self.begins(step, Planned::conflict)
    }

    /// The same, where what is expected counts as known.
    fn is_expected_to_begin_with(&self, step: &Planned) -> Begins {
        self.begins(step, Planned::expected_conflict)
    }
}

impl Ahead for Vec<Planned> {
    fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }

    fn last(&self) -> Planned {
        *self.as_slice().last().expect("a sequence is not empty")
    }

    fn begins(&self, step: &Planned, judge: Judge) -> Begins {
        let own = |other: &Planned| other.decision.thread == step.decision.thread;
        let place = self.iter().position(own);
        let there = place.map(|place| &self[place]);
        if there.is_some_and(|there| step.differs(there)) {
            return Begins::No;
        }
        // If it can come first at all, it is the same step in the same state.
        let step = there.filter(|there| there.is_known()).unwrap_or(step);
        let before = &self[..place.unwrap_or(self.len())];
        let conflict = strongest(before.iter().map(|other| judge(step, other)));
        Begins::of(conflict, place)
    }

    fn remove(&mut self, place: usize) {
        Self::remove(self, place);
    }

    fn places(&self) -> impl Iterator<Item = (usize, Planned)> {
        self.iter().copied().enumerate()
    }

    fn backwards(&self) -> impl Iterator<Item = Planned> {
        self.iter().rev().copied()
    }
}

/// The strongest of these conflicts.
pub(super) fn strongest(conflicts: impl Iterator<Item = Conflict>) -> Conflict {
    let mut found = Conflict::None;
    for conflict in conflicts {
        match conflict {
            Conflict::None => {}
            Conflict::Possible => found = Conflict::Possible,
            Conflict::Certain => return Conflict::Certain,
        }
    }
    found
}
