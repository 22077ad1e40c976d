//! Condition variables.
//!
//! A notification of one goes to any of those who wait at that moment, and every one of them is
//! explored: it is kept as the set of those who may take it, and whoever of them steps first does.
//! One that finds nobody waiting, or only such as will wake anyhow, is lost. Left out: waking up
//! for no reason, which the standard library allows.

use std::fmt;

use crate::execution::ObjectId;
use crate::execution::ObjectKind;
use crate::execution::Operation;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::runtime::Shared;
use crate::runtime::WakeReason;
use crate::runtime::controlled::Controlled;

use super::Mutex;
use super::MutexGuard;
use super::registry;
use super::rounds;

/// Who waits, and which notifications nobody has taken.
#[derive(Debug, Default)]
struct Waiters {
    waiting: ThreadSet,
    /// For each notification, oldest first, who may take it. Never more than there are waiting.
    notifications: Vec<ThreadSet>,
}

impl Waiters {
    fn notify_one(&mut self) {
        self.notifications.push(self.waiting);
    }

    /// Whether there is somebody who would not wake anyhow.
    fn has_sleeper(&self) -> bool {
        u32::try_from(self.notifications.len()).is_ok_and(|count| count < self.waiting.len())
    }

    fn notify_all(&mut self) {
        let count = self.waiting.iter().count();
        self.notifications = vec![self.waiting; count];
    }

    fn is_notified(&self, thread: ThreadId) -> bool {
        self.notifications.iter().any(|set| set.contains(thread))
    }

    /// The thread goes, with the oldest notification that it may take, if there is one.
    fn leave(&mut self, thread: ThreadId) {
        let taken = self
            .notifications
            .iter()
            .position(|set| set.contains(thread));
        if let Some(taken) = taken {
            self.notifications.remove(taken);
        }
        self.waiting.remove(thread);
        for set in &mut self.notifications {
            set.remove(thread);
        }
    }
}

/// A condition variable. Clones share it, so it needs no `Arc`.
pub struct Condvar {
    waiters: Shared<Controlled, Waiters>,
}

impl Condvar {
    /// A condition variable that nobody waits on.
    ///
    /// # Panics
    ///
    /// Outside of an exploration: it would be shared between executions.
    #[track_caller]
    #[expect(
        clippy::new_without_default,
        reason = "a default would not say where it must be made"
    )]
    pub fn new() -> Self {
        registry::require_open("a condition variable was made");
        Self {
            waiters: Shared::new(Controlled::fresh(ObjectKind::Condition), Waiters::default()),
        }
    }

    /// Gives it a name for tables to show. Without one it is called by its kind, who made it, and
    /// its number: `condition 0.1`.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        registry::name(self.id(), name);
        self
    }

    const fn id(&self) -> ObjectId {
        self.waiters.id()
    }

    /// Frees the mutex and begins to wait in one step, wakes when notified in another, and locks
    /// the mutex again in a third. It never wakes for no reason.
    pub fn wait<'m, T>(&self, guard: MutexGuard<'m, T>) -> MutexGuard<'m, T> {
        let (mutex, me) = self.begin(guard);
        Controlled::wait(
            Operation::on(Verb::ConditionWake, self.id()),
            (&self.waiters,),
            |(waiters,)| waiters.is_notified(me),
            |(mut waiters,)| waiters.leave(me),
        );
        mutex.lock()
    }

    /// Waits while the condition holds: a loop around [`Condvar::wait`].
    pub fn wait_while<'m, T>(
        &self,
        mut guard: MutexGuard<'m, T>,
        condition: impl Fn(&T) -> bool,
    ) -> MutexGuard<'m, T> {
        while condition(&guard) {
            guard = self.wait(guard);
        }
        guard
    }

    /// The same as [`Condvar::wait`], but the wait may expire, which
    /// [`Waits`](crate::runtime::Waits) says when it may. `true` if it was notified.
    pub fn wait_or_expire<'m, T>(&self, guard: MutexGuard<'m, T>) -> (MutexGuard<'m, T>, bool) {
        let (mutex, me) = self.begin(guard);
        let notified = Controlled::wait_or_expire(
            Operation::on(Verb::ConditionWake, self.id()),
            (&self.waiters,),
            |(waiters,)| waiters.is_notified(me),
            |(mut waiters,), turn| {
                waiters.leave(me);
                turn == WakeReason::Ready
            },
        );
        (mutex.lock(), notified)
    }

    /// Wakes one of those who wait: any of them.
    pub fn notify_one(&self) {
        self.notify(Verb::NotifyOne, Waiters::notify_one);
    }

    /// Wakes all who wait.
    pub fn notify_all(&self) {
        self.notify(Verb::NotifyAll, Waiters::notify_all);
    }

    /// Whether there was somebody to wake; where there was not, the step only reads.
    fn notify(&self, verb: Verb, notify: impl FnOnce(&mut Waiters)) {
        rounds::before_step();
        let operation = Operation::on(verb, self.id());
        Controlled::act(operation, (&self.waiters,), |(mut waiters,)| {
            let sleeps = waiters.has_sleeper();
            if sleeps {
                notify(&mut waiters);
            }
            sleeps
        });
    }

    /// Frees the mutex and begins to wait.
    fn begin<'m, T>(&self, guard: MutexGuard<'m, T>) -> (&'m Mutex<T>, ThreadId) {
        let mutex = guard.into_mutex();
        let me = Controlled::current().expect("a condition is waited for by a thread");
        rounds::before_step();
        let (held, changes) = mutex.parts();
        Controlled::act(
            Operation::on(Verb::ConditionWait, self.id()),
            (&self.waiters, held, changes),
            |(mut waiters, mut held, mut changes)| {
                waiters.waiting.insert(me);
                Mutex::<T>::free(&mut held, &mut changes);
            },
        );
        (mutex, me)
    }
}

impl Clone for Condvar {
    fn clone(&self) -> Self {
        Self {
            waiters: self.waiters.clone(),
        }
    }
}

impl fmt::Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Condvar").field(&self.id()).finish()
    }
}
