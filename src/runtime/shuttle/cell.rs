//! Cells that are locked for the length of a step. The threads under test share one
//! operating-system thread, so nobody ever waits for such a lock.

use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;
use parking_lot::MutexGuard;

use crate::runtime::RawCell;
use crate::runtime::Value;

/// A value that is opened for the length of a step.
pub struct ShuttleCell<T>(Arc<Mutex<T>>);

impl<T> Clone for ShuttleCell<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> fmt::Debug for ShuttleCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShuttleCell").finish_non_exhaustive()
    }
}

impl<T: Value> RawCell<T> for ShuttleCell<T> {
    type Guard<'a> = MutexGuard<'a, T>;
    type Pass<'a> = ();

    fn new(value: T) -> Self {
        Self(Arc::new(Mutex::new(value)))
    }

    fn enter(&self) {}

    fn open(&self) -> MutexGuard<'_, T> {
        let guard = self.0.try_lock();
        guard.expect("internal bug: an object is open in one step at a time")
    }
}
