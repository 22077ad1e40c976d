//! Where values live that are locked for the length of a step.

use std::fmt;
use std::ops::Deref;
use std::ops::DerefMut;
use std::sync::Arc;

use parking_lot::Mutex;
use parking_lot::MutexGuard;

use crate::execution::ThreadSet;
use crate::runtime::RawCell;
use crate::runtime::Value;

use super::Platform;

/// A value behind its gate. The gate is what a platform locks; the value's own lock is for it to be
/// safe code, and for platforms whose gate locks nothing. Clones share the value.
pub struct LockedCell<P: Platform, T>(Arc<Inner<P, T>>);

struct Inner<P: Platform, T> {
    gate: P::Gate,
    kept: Mutex<Kept<T>>,
}

struct Kept<T> {
    value: T,
    /// Who sleeps until somebody changes the value.
    sleepers: ThreadSet,
}

/// An opened value.
pub struct LockedGuard<'a, T>(MutexGuard<'a, Kept<T>>);

impl<P: Platform, T> Clone for LockedCell<P, T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<P: Platform, T> fmt::Debug for LockedCell<P, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LockedCell").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for LockedGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LockedGuard").finish_non_exhaustive()
    }
}

impl<T> Deref for LockedGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.value
    }
}

impl<T> DerefMut for LockedGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0.value
    }
}

impl<P: Platform, T: Value> RawCell<T> for LockedCell<P, T> {
    type Guard<'a> = LockedGuard<'a, T>;
    type Pass<'a> = P::Pass<'a>;

    fn new(value: T) -> Self {
        let sleepers = ThreadSet::EMPTY;
        Self(Arc::new(Inner {
            gate: P::gate(),
            kept: Mutex::new(Kept { value, sleepers }),
        }))
    }

    fn enter(&self) -> P::Pass<'_> {
        P::enter(&self.0.gate)
    }

    fn open(&self) -> LockedGuard<'_, T> {
        LockedGuard(self.0.kept.lock())
    }

    fn sleepers<'g>(guard: &'g mut LockedGuard<'_, T>) -> Option<&'g mut ThreadSet> {
        Some(&mut guard.0.sleepers)
    }
}
