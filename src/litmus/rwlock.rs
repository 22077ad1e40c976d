//! Reader-writer locks.

use std::fmt;
use std::ops::Deref;
use std::ops::DerefMut;
use std::sync::Arc;

use parking_lot as data;

use crate::execution::Access;
use crate::execution::ObjectId;
use crate::execution::ObjectKind;
use crate::execution::Operation;
use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::runtime::Shared;
use crate::runtime::controlled::Controlled;
use crate::runtime::touching;

use super::book;

/// Who holds the lock.
#[derive(Debug, Default)]
struct Holders {
    writer: bool,
    readers: u32,
}

impl Holders {
    const fn is_free(&self) -> bool {
        !self.writer && self.readers == 0
    }
}

/// A reader-writer lock around a value: many may read it or one may write it.
///
/// Readers are independent of each other, so any number of them takes one execution. Nobody is
/// preferred: a writer that waits does not keep readers out. Otherwise it is like a
/// [`Mutex`](super::Mutex).
pub struct RwLock<T> {
    holders: Shared<Controlled, Holders>,
    value: Arc<data::RwLock<T>>,
}

impl<T> RwLock<T> {
    /// A free lock around a value.
    ///
    /// # Panics
    ///
    /// Outside of an exploration: it would be shared between executions.
    #[track_caller]
    pub fn new(value: T) -> Self {
        book::require_open("a lock was made");
        Self {
            holders: Shared::new(Controlled::fresh(ObjectKind::RwLock), Holders::default()),
            value: Arc::new(data::RwLock::new(value)),
        }
    }

    /// Gives it a name for tables to show. Without one it is called by its kind, who made it, and
    /// the how-manieth it was: `rwlock 0.1`.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        book::name(self.id(), name);
        self
    }

    const fn id(&self) -> ObjectId {
        self.holders.id()
    }

    /// Waits until nobody writes, and reads.
    pub fn read(&self) -> ReadGuard<'_, T> {
        Controlled::wait(
            Operation::on(Verb::LockShared, self.id()),
            touching(Access::Commute, (&self.holders,)),
            |(holders,)| !holders.writer,
            |(mut holders,)| holders.commuting().readers += 1,
        );
        self.read_guard()
    }

    /// Waits until the lock is free, and writes.
    pub fn write(&self) -> WriteGuard<'_, T> {
        Controlled::wait(
            Operation::on(Verb::Lock, self.id()),
            (&self.holders,),
            |(holders,)| holders.is_free(),
            |(mut holders,)| holders.writer = true,
        );
        self.write_guard()
    }

    /// Reads unless somebody writes.
    pub fn try_read(&self) -> Option<ReadGuard<'_, T>> {
        let operation = Operation::on(Verb::TryLock, self.id()).with(1);
        let taken = Controlled::act(operation, (&self.holders,), |(mut holders,)| {
            let free = !holders.writer;
            if free {
                holders.commuting().readers += 1;
            }
            free
        });
        taken.then(|| self.read_guard())
    }

    /// Writes if the lock is free.
    pub fn try_write(&self) -> Option<WriteGuard<'_, T>> {
        let operation = Operation::on(Verb::TryLock, self.id());
        let taken = Controlled::act(operation, (&self.holders,), |(mut holders,)| {
            let free = holders.is_free();
            if free {
                holders.writer = true;
            }
            free
        });
        taken.then(|| self.write_guard())
    }

    fn read_guard(&self) -> ReadGuard<'_, T> {
        let value = self.value.try_read();
        ReadGuard {
            lock: self,
            value: Some(value.expect("nobody writes what is held by readers")),
        }
    }

    fn write_guard(&self) -> WriteGuard<'_, T> {
        let value = self.value.try_write();
        WriteGuard {
            lock: self,
            value: Some(value.expect("who writes is alone with the value")),
        }
    }
}

impl<T> Clone for RwLock<T> {
    fn clone(&self) -> Self {
        Self {
            holders: self.holders.clone(),
            value: Arc::clone(&self.value),
        }
    }
}

// Without the value: a formatted value is a read that nobody schedules.
impl<T> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RwLock").field(&self.id()).finish()
    }
}

const HELD: &str = "a guard that is not dropped holds its value";

/// The value of a lock that the thread reads. To drop it is a step.
pub struct ReadGuard<'l, T> {
    lock: &'l RwLock<T>,
    value: Option<data::RwLockReadGuard<'l, T>>,
}

impl<T> Deref for ReadGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.as_deref().expect(HELD)
    }
}

impl<T> Drop for ReadGuard<'_, T> {
    fn drop(&mut self) {
        self.value = None;
        let holders = &self.lock.holders;
        let operation = Operation::on(Verb::UnlockShared, holders.id());
        Controlled::act(operation, (holders,), |(mut holders,)| {
            holders.leaving().readers -= 1;
        });
    }
}

impl<T> fmt::Debug for ReadGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ReadGuard").field(&self.lock.id()).finish()
    }
}

/// The value of a lock that the thread writes. To drop it is a step.
pub struct WriteGuard<'l, T> {
    lock: &'l RwLock<T>,
    value: Option<data::RwLockWriteGuard<'l, T>>,
}

impl<T> Deref for WriteGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.as_deref().expect(HELD)
    }
}

impl<T> DerefMut for WriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.value.as_deref_mut().expect(HELD)
    }
}

impl<T> Drop for WriteGuard<'_, T> {
    fn drop(&mut self) {
        self.value = None;
        let holders = &self.lock.holders;
        let operation = Operation::on(Verb::Unlock, holders.id());
        Controlled::act(operation, (holders,), |(mut holders,)| {
            holders.release().writer = false;
        });
    }
}

impl<T> fmt::Debug for WriteGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WriteGuard").field(&self.lock.id()).finish()
    }
}
