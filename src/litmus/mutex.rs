//! Mutexes.

use std::fmt;
use std::ops::Deref;
use std::ops::DerefMut;
use std::sync::Arc;

use parking_lot as data;

use crate::execution::ObjectId;
use crate::execution::ObjectKind;
use crate::execution::Operation;
use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::runtime::Shared;
use crate::runtime::View;
use crate::runtime::WakeReason;
use crate::runtime::controlled::Controlled;

use super::registry;
use super::rounds;
use super::rounds::Mark;
use super::rounds::Touched;

/// Whether a mutex is held, and what a round of a loop has to know.
#[derive(Debug, Default)]
pub(super) struct Held {
    taken: bool,
    /// Whether the thread that holds it took it in a round.
    in_round: bool,
    /// Whether it was refused to somebody since then.
    refused: bool,
}

impl Held {
    fn by_caller() -> Self {
        Self {
            taken: true,
            in_round: rounds::is_inside(),
            refused: false,
        }
    }

    /// Whether a refusal shows a round that may have to be left out.
    const fn shows_round(&self) -> bool {
        self.in_round && !self.refused
    }
}

/// A mutex around a value. To lock it is a step that waits until it is free; to drop the guard is a
/// step that frees it. What is done to the value in between takes no steps, because nobody else can
/// see it.
///
/// Clones share the mutex, so it needs no `Arc`. It is not reentrant: whoever locks it twice waits
/// for ever. There is no poison: a thread that panics frees what it holds.
pub struct Mutex<T> {
    held: Shared<Controlled, Held>,
    changes: Shared<Controlled, Mark>,
    value: Arc<data::Mutex<T>>,
}

impl<T> Mutex<T> {
    /// A free mutex around a value.
    ///
    /// # Panics
    ///
    /// Outside of an exploration: it would be shared between executions.
    #[track_caller]
    pub fn new(value: T) -> Self {
        registry::require_open("a mutex was made");
        let id = Controlled::fresh(ObjectKind::Mutex);
        Self {
            held: Shared::new(id, Held::default()),
            changes: Shared::new(id.sibling(ObjectKind::MutexChanges), Mark::default()),
            value: Arc::new(data::Mutex::new(value)),
        }
    }

    /// Gives it a name for tables to show. Without one it is called by its kind, who made it, and
    /// its number: `mutex 0.1`.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        registry::name(self.id(), name);
        self
    }

    const fn id(&self) -> ObjectId {
        self.held.id()
    }

    /// Waits until the mutex is free, and takes it.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.acquire();
        self.guard()
    }

    /// Takes the mutex if it is free. A try that fails only reads: it is independent of other such
    /// tries.
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        rounds::before_step();
        let operation = Operation::on(Verb::TryLock, self.id());
        let taken = Controlled::act(operation, (&self.held,), |(mut held,)| {
            let free = !held.taken;
            if free {
                *held = Held::by_caller();
            } else if held.shows_round() {
                held.refused = true;
            }
            free
        });
        self.touched(taken);
        taken.then(|| self.guard())
    }

    /// Waits until the mutex is free or the wait expires, which [`Waits`](crate::runtime::Waits)
    /// says when it may.
    pub fn lock_or_expire(&self) -> Option<MutexGuard<'_, T>> {
        rounds::before_step();
        let operation = Operation::on(Verb::Lock, self.id());
        let taken = Controlled::wait_or_expire(
            operation,
            (&self.held,),
            |(held,)| !held.taken,
            |(mut held,), turn| {
                let taken = turn == WakeReason::Ready;
                if taken {
                    *held = Held::by_caller();
                } else if held.shows_round() {
                    held.refused = true;
                }
                taken
            },
        );
        self.touched(taken);
        taken.then(|| self.guard())
    }

    pub(super) fn acquire(&self) {
        rounds::before_step();
        let operation = Operation::on(Verb::Lock, self.id());
        Controlled::wait(
            operation,
            (&self.held,),
            |(held,)| !held.taken,
            |(mut held,)| *held = Held::by_caller(),
        );
        self.touched(true);
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

    fn release(&self) {
        let (held, changes) = (self.held.clone(), self.changes.clone());
        rounds::unlock(move |changed| {
            let operation = Operation::on(Verb::Unlock, held.id());
            let ((), noticed) =
                Controlled::act(operation, (&held, &changes), |(mut held, mut changes)| {
                    changes.count_unlock(changed);
                    ((), std::mem::take(held.release()).refused)
                });
            rounds::touched(held.id(), &changes, || Touched::GaveBack { noticed });
        });
    }

    /// What a step names that frees it together with something else, by [`Mutex::free`].
    pub(super) const fn parts(&self) -> (&Shared<Controlled, Held>, &Shared<Controlled, Mark>) {
        (&self.held, &self.changes)
    }

    /// Frees it, in such a step.
    pub(super) fn free(held: &mut View<'_, Held>, changes: &mut View<'_, Mark>) {
        *held.release() = Held::default();
        changes.count_unlock(true);
    }

    pub(super) fn guard(&self) -> MutexGuard<'_, T> {
        let value = self.value.try_lock();
        MutexGuard {
            mutex: self,
            value: Some(value.expect("who holds the mutex is alone with the value")),
        }
    }
}

impl<T> Clone for Mutex<T> {
    fn clone(&self) -> Self {
        Self {
            held: self.held.clone(),
            changes: self.changes.clone(),
            value: Arc::clone(&self.value),
        }
    }
}

// Without the value: a formatted value is a read that nobody schedules.
impl<T> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Mutex").field(&self.id()).finish()
    }
}

/// The value of a mutex that the thread holds. To drop it is the step that frees the mutex.
pub struct MutexGuard<'m, T> {
    mutex: &'m Mutex<T>,
    /// `None` once the mutex is given up.
    value: Option<data::MutexGuard<'m, T>>,
}

impl<'m, T> MutexGuard<'m, T> {
    /// Gives the value up without the step, which somebody else takes.
    pub(super) fn into_mutex(mut self) -> &'m Mutex<T> {
        self.value = None;
        self.mutex
    }
}

const HELD: &str = "a guard that is not dropped holds its value";

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.as_deref().expect(HELD)
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.value.as_deref_mut().expect(HELD)
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        if self.value.take().is_some() {
            self.mutex.release();
        }
    }
}

impl<T> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MutexGuard").field(&self.mutex.id()).finish()
    }
}
