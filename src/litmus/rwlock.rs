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

use super::registry;
use super::rounds;
use super::rounds::Mark;
use super::rounds::Touched;

/// Who holds the lock.
#[derive(Debug, Default)]
struct Holders {
    writer: bool,
    readers: u32,
    /// How many of the readers took it in a round of a loop.
    readers_in_round: u32,
    /// Whether the writer did.
    writer_in_round: bool,
    /// How often it was refused to somebody while it was held in a round.
    refusals: u32,
}

impl Holders {
    const fn is_free(&self) -> bool {
        !self.writer && self.readers == 0
    }

    /// A reader comes: the refusals so far.
    fn read(&mut self, in_round: bool) -> u32 {
        self.readers += 1;
        self.readers_in_round += u32::from(in_round);
        self.refusals
    }

    /// A writer comes: the refusals so far.
    const fn write(&mut self, in_round: bool) -> u32 {
        self.writer = true;
        self.writer_in_round = in_round;
        self.refusals
    }

    /// Whether a refusal shows a round that may have to be left out.
    const fn shows_round(&self) -> bool {
        self.writer_in_round || self.readers_in_round > 0
    }
}

/// A reader-writer lock around a value: many may read it or one may write it.
///
/// Readers are independent of each other, so any number of them takes one execution. Nobody is
/// preferred: a writer that waits does not keep readers out. Otherwise it is like a
/// [`Mutex`](super::Mutex).
pub struct RwLock<T> {
    holders: Shared<Controlled, Holders>,
    changes: Shared<Controlled, Mark>,
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
        registry::require_open("a lock was made");
        let id = Controlled::fresh(ObjectKind::RwLock);
        Self {
            holders: Shared::new(id, Holders::default()),
            changes: Shared::new(id.sibling(ObjectKind::RwLockChanges), Mark::default()),
            value: Arc::new(data::RwLock::new(value)),
        }
    }

    /// Gives it a name for tables to show. Without one it is called by its kind, who made it, and
    /// its number: `rwlock 0.1`.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        registry::name(self.id(), name);
        self
    }

    const fn id(&self) -> ObjectId {
        self.holders.id()
    }

    /// Waits until nobody writes, and reads.
    pub fn read(&self) -> ReadGuard<'_, T> {
        rounds::before_step();
        let in_round = rounds::is_inside();
        let ((), refusals) = Controlled::wait(
            Operation::on(Verb::LockShared, self.id()),
            touching(Access::Commute, (&self.holders,)),
            |(holders,)| !holders.writer,
            |(mut holders,)| ((), holders.commuting().read(in_round)),
        );
        self.touched(true);
        self.read_guard(refusals, in_round)
    }

    /// Waits until the lock is free, and writes.
    pub fn write(&self) -> WriteGuard<'_, T> {
        rounds::before_step();
        let in_round = rounds::is_inside();
        let ((), refusals) = Controlled::wait(
            Operation::on(Verb::Lock, self.id()),
            (&self.holders,),
            |(holders,)| holders.is_free(),
            |(mut holders,)| ((), holders.write(in_round)),
        );
        self.touched(true);
        self.write_guard(refusals)
    }

    /// Reads unless somebody writes.
    pub fn try_read(&self) -> Option<ReadGuard<'_, T>> {
        rounds::before_step();
        let in_round = rounds::is_inside();
        let operation = Operation::on(Verb::TryLock, self.id()).with(1);
        let (taken, refusals) = Controlled::act(operation, (&self.holders,), |(mut holders,)| {
            let free = !holders.writer;
            if free {
                return (true, holders.commuting().read(in_round));
            }
            if holders.shows_round() {
                holders.refusals += 1;
            }
            (false, 0)
        });
        self.touched(taken);
        taken.then(|| self.read_guard(refusals, in_round))
    }

    /// Writes if the lock is free.
    pub fn try_write(&self) -> Option<WriteGuard<'_, T>> {
        rounds::before_step();
        let in_round = rounds::is_inside();
        let operation = Operation::on(Verb::TryLock, self.id());
        let (taken, refusals) = Controlled::act(operation, (&self.holders,), |(mut holders,)| {
            let free = holders.is_free();
            if free {
                return (true, holders.write(in_round));
            }
            if holders.shows_round() {
                holders.refusals += 1;
            }
            (false, 0)
        });
        self.touched(taken);
        taken.then(|| self.write_guard(refusals))
    }

    /// A step has taken it, or was refused it, which a round may have to know.
    fn touched(&self, taken: bool) {
        rounds::touched(self.id(), &self.changes, || {
            if taken {
                Touched::Looked
            } else {
                Touched::Refused
            }
        });
    }

    fn read_guard(&self, refusals: u32, in_round: bool) -> ReadGuard<'_, T> {
        let value = self.value.try_read();
        ReadGuard {
            lock: self,
            refusals,
            in_round,
            value: Some(value.expect("nobody writes what is held by readers")),
        }
    }

    fn write_guard(&self, refusals: u32) -> WriteGuard<'_, T> {
        let value = self.value.try_write();
        WriteGuard {
            lock: self,
            refusals,
            value: Some(value.expect("who writes is alone with the value")),
        }
    }
}

impl<T> Clone for RwLock<T> {
    fn clone(&self) -> Self {
        Self {
            holders: self.holders.clone(),
            changes: self.changes.clone(),
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
    /// The refusals when the lock was taken.
    refusals: u32,
    /// Whether that was in a round.
    in_round: bool,
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
        let (holders, changes) = (self.lock.holders.clone(), self.lock.changes.clone());
        let (refusals, in_round) = (self.refusals, u32::from(self.in_round));
        // Who reads changes nothing, in a round that fails or elsewhere.
        rounds::unlock(move |_| {
            let operation = Operation::on(Verb::UnlockShared, holders.id());
            let objects = (&holders, &changes);
            let ((), now) = Controlled::act(operation, objects, |(mut holders, mut changes)| {
                changes.commuting().count_unlock(false);
                let holders = holders.leaving();
                holders.readers -= 1;
                holders.readers_in_round -= in_round;
                ((), holders.refusals)
            });
            let noticed = now != refusals;
            rounds::touched(holders.id(), &changes, || Touched::GaveBack { noticed });
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
    /// The refusals when the lock was taken.
    refusals: u32,
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
        let (holders, changes) = (self.lock.holders.clone(), self.lock.changes.clone());
        let refusals = self.refusals;
        rounds::unlock(move |changed| {
            let operation = Operation::on(Verb::Unlock, holders.id());
            let objects = (&holders, &changes);
            let ((), now) = Controlled::act(operation, objects, |(mut holders, mut changes)| {
                changes.count_unlock(changed);
                let holders = holders.release();
                holders.writer = false;
                holders.writer_in_round = false;
                ((), holders.refusals)
            });
            let noticed = now != refusals;
            rounds::touched(holders.id(), &changes, || Touched::GaveBack { noticed });
        });
    }
}

impl<T> fmt::Debug for WriteGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WriteGuard").field(&self.lock.id()).finish()
    }
}
