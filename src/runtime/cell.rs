//! Where shared values live.

use std::fmt;
use std::ops::DerefMut;

use crate::execution::ObjectId;
use crate::execution::ThreadSet;

use super::Runtime;

/// What can be shared: plain data of its own.
pub trait Value: Send + Sync + 'static {}

impl<T: Send + Sync + 'static> Value for T {}

/// How a runtime keeps one shared value. Clones share the value.
pub trait RawCell<T>: Clone + Send + Sync + 'static {
    /// Exclusive access for the length of a step.
    type Guard<'a>: DerefMut<Target = T>
    where
        Self: 'a;

    /// What is held from before a value is opened until after it is closed.
    type Pass<'a>
    where
        Self: 'a;

    /// Puts the value in place.
    fn new(value: T) -> Self;

    /// Waits, where the runtime has anything to wait for, until the value may be opened. All
    /// objects of a step are entered, in order of name, before the first is opened.
    fn enter(&self) -> Self::Pass<'_>;

    /// Opens the value. Nobody switches while it is open.
    fn open(&self) -> Self::Guard<'_>;

    /// The threads that sleep until somebody changes the value. `None` where nobody sleeps, because
    /// the runtime itself asks again who waits.
    fn sleepers<'g>(_guard: &'g mut Self::Guard<'_>) -> Option<&'g mut ThreadSet> {
        None
    }
}

/// A shared object: a value that several threads reach, and only in steps. Clones share it.
pub struct Shared<R: Runtime, T: Value> {
    id: ObjectId,
    raw: R::Raw<T>,
}

impl<R: Runtime, T: Value> Shared<R, T> {
    /// Makes the object. The name must be unique within the execution.
    pub fn new(id: ObjectId, value: T) -> Self {
        Self {
            id,
            raw: R::Raw::new(value),
        }
    }

    /// The name.
    pub const fn id(&self) -> ObjectId {
        self.id
    }

    /// Looks at the value outside any step: before the threads start or when all have stopped.
    pub fn inspect<O>(&self, look: impl FnOnce(&mut T) -> O) -> O {
        look(&mut self.raw.open())
    }

    pub(super) const fn raw(&self) -> &R::Raw<T> {
        &self.raw
    }
}

impl<R: Runtime, T: Value> Clone for Shared<R, T> {
    fn clone(&self) -> Self {
        Self {
            id: self.id,
            raw: self.raw.clone(),
        }
    }
}

// Without the value: a formatted value is a read that nobody schedules.
impl<R: Runtime, T: Value> fmt::Debug for Shared<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
