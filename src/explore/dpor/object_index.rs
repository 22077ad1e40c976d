//! Which events touch which object: only those can depend on a step that touches it.

use rustc_hash::FxHashMap;

use crate::execution::Footprint;
use crate::execution::ObjectId;

use super::bits;
use super::bits::Rows;

/// The row of the events that depend on every step.
const EVERYTHING: usize = 0;

/// A set of events for each object.
#[derive(Debug, Default)]
pub(super) struct EventsByObject {
    rows: Rows,
    /// The row of an object.
    places: FxHashMap<ObjectId, usize>,
}

impl EventsByObject {
    /// Makes room for this many events.
    pub(super) fn widen(&mut self, events: usize) {
        let first = self.rows.width() == 0;
        self.rows.widen(events);
        if first {
            self.rows.reset(EVERYTHING);
        }
    }

    /// Adds an event.
    pub(super) fn insert(&mut self, footprint: &Footprint, event: usize) {
        for touch in footprint.iter() {
            let next = self.places.len() + 1;
            let place = *self.places.entry(touch.object).or_insert(next);
            if place == next {
                self.rows.reset(next);
            }
            bits::insert(self.rows.row_mut(place), event);
        }
        if footprint.is_everything() {
            bits::insert(self.rows.row_mut(EVERYTHING), event);
        }
    }

    /// Removes an event that was added with this footprint.
    pub(super) fn remove(&mut self, footprint: &Footprint, event: usize) {
        for touch in footprint.iter() {
            bits::remove(self.rows.row_mut(self.places[&touch.object]), event);
        }
        bits::remove(self.rows.row_mut(EVERYTHING), event);
    }

    /// The events that touch an object.
    pub(super) fn of(&self, object: ObjectId) -> &[u64] {
        let place = self.places.get(&object);
        place.map_or(&[], |&place| self.rows.row(place))
    }

    /// The events that depend on every step.
    pub(super) fn everything(&self) -> &[u64] {
        self.rows.row(EVERYTHING)
    }
}
