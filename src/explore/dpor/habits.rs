//! What operations have been seen to touch: the ground of what a step is expected to touch.
//!
//! An expectation decides only where a sequence is kept, never whether something is explored: see
//! the module header of `dpor`.

use rustc_hash::FxHashMap;

use crate::execution::Footprint;
use crate::execution::Operation;

/// What one operation has been seen to touch.
#[derive(Debug, Clone, Copy)]
enum Habit {
    Always(Footprint),
    Varies,
}

/// What each operation has been seen to touch.
#[derive(Debug, Default)]
pub(super) struct Habits(FxHashMap<Operation, Habit>);

impl Habits {
    pub(super) fn learn(&mut self, operation: Operation, footprint: Footprint) {
        let habit = self.0.entry(operation).or_insert(Habit::Always(footprint));
        if matches!(habit, Habit::Always(always) if *always != footprint) {
            *habit = Habit::Varies;
        }
    }

    /// What the operation always touched, if that is so.
    pub(super) fn expect(&self, operation: Operation) -> Option<Footprint> {
        match self.0.get(&operation)? {
            Habit::Always(footprint) => Some(*footprint),
            Habit::Varies => None,
        }
    }
}
