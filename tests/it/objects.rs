//! The objects of small programs, and what a thread does with them in one step each.

use selvedge::execution::Access;
use selvedge::execution::ObjectId;
use selvedge::execution::ObjectKind;
use selvedge::execution::Operation;
use selvedge::execution::ThreadId;
use selvedge::execution::ThreadSet;
use selvedge::execution::Verb;
use selvedge::runtime::Runtime;
use selvedge::runtime::Shared;
use selvedge::runtime::View;
use selvedge::runtime::WakeReason;
use selvedge::runtime::awaiting;
use selvedge::runtime::touching;

use crate::sizes::Sizes;

#[derive(Debug, Default)]
pub(crate) struct RwState {
    writer: bool,
    readers: u32,
}

impl RwState {
    pub(crate) fn is_free(&self) -> bool {
        !self.writer && self.readers == 0
    }
}

/// A condition: who waits for it, in order of arrival, and who need not wait any more.
#[derive(Debug, Default)]
pub(crate) struct Condition {
    waiting: Vec<ThreadId>,
    woken: Vec<ThreadId>,
}

/// A condition of which any waiter may wake.
#[derive(Debug, Default)]
pub(crate) struct Waiters {
    waiting: ThreadSet,
    /// For each notification, oldest first, the threads that may take it.
    notifications: Vec<ThreadSet>,
}

impl Waiters {
    fn is_notified(&self, thread: ThreadId) -> bool {
        self.notifications.iter().any(|set| set.contains(thread))
    }

    fn notify(&mut self, all: bool, sleepers: usize) {
        if all {
            self.notifications = vec![self.waiting; sleepers];
        } else {
            self.notifications.push(self.waiting);
        }
    }

    /// The thread stops waiting, with the oldest notification that it may take.
    fn leave(&mut self, thread: ThreadId) {
        let mut sets = self.notifications.iter();
        if let Some(taken) = sets.position(|set| set.contains(thread)) {
            self.notifications.remove(taken);
        }
        self.waiting.remove(thread);
        for set in &mut self.notifications {
            set.remove(thread);
        }
    }

    fn word(&self) -> u32 {
        let sets = self.notifications.iter();
        sets.fold(0, |word, set| word << 8 | mask(set.iter()))
    }
}

/// A bit for each thread.
fn mask(threads: impl Iterator<Item = ThreadId>) -> u32 {
    threads.fold(0, |mask, thread| mask | 1 << thread.index())
}

/// A digit for each thread, counted from 1.
fn in_order(threads: impl Iterator<Item = ThreadId>) -> u32 {
    threads.fold(0, |word, thread| word << 4 | (u32::from(thread.byte()) + 1))
}

pub(crate) struct Objects<R: Runtime> {
    conditions: Vec<Shared<R, Condition>>,
    waiters: Vec<Shared<R, Waiters>>,
    /// By thread: whether it has ended.
    ended: Vec<Shared<R, bool>>,
    pub(crate) variables: Vec<Shared<R, u32>>,
    locks: Vec<Shared<R, RwState>>,
    events: Vec<Shared<R, bool>>,
}

impl<R: Runtime> Objects<R> {
    pub(crate) fn sized(sizes: Sizes) -> Self {
        let id = ObjectId::initial;
        Self {
            conditions: (0..sizes.conditions)
                .map(|i| Shared::new(id(ObjectKind::Event, 100 + i), Condition::default()))
                .collect(),
            waiters: (0..sizes.waiters)
                .map(|i| Shared::new(id(ObjectKind::Condition, i), Waiters::default()))
                .collect(),
            ended: (0..sizes.threads)
                .map(|i| Shared::new(id(ObjectKind::Event, 200 + i), false))
                .collect(),
            variables: (0..sizes.variables)
                .map(|i| Shared::new(id(ObjectKind::Variable, i), 0))
                .collect(),
            locks: (0..sizes.locks)
                .map(|i| Shared::new(id(ObjectKind::RwLock, i), RwState::default()))
                .collect(),
            events: (0..sizes.events)
                .map(|i| Shared::new(id(ObjectKind::Event, i), false))
                .collect(),
        }
    }

    /// The state of every object as numbers: one for each variable, lock (the readers, and 256 for
    /// a writer), event and thread (1 if set or ended), and two for each condition (the threads
    /// that wait, and those that may wake).
    pub(crate) fn words(&self, mut word: impl FnMut(u32)) {
        let all = |cells: &[Shared<R, bool>], word: &mut dyn FnMut(u32)| {
            for cell in cells {
                word(cell.inspect(|set| u32::from(*set)));
            }
        };
        for cell in &self.variables {
            word(cell.inspect(|value| *value));
        }
        for cell in &self.locks {
            word(cell.inspect(|lock| lock.readers + 256 * u32::from(lock.writer)));
        }
        all(&self.events, &mut word);
        all(&self.ended, &mut word);
        for cell in &self.conditions {
            word(cell.inspect(|condition| in_order(condition.waiting.iter().copied())));
            word(cell.inspect(|condition| mask(condition.woken.iter().copied())));
        }
        for cell in &self.waiters {
            word(cell.inspect(|waiters| mask(waiters.waiting.iter())));
            word(cell.inspect(|waiters| waiters.word()));
        }
    }

    pub(crate) fn variable(&self, index: u16) -> &Shared<R, u32> {
        &self.variables[usize::from(index)]
    }

    pub(crate) fn lock(&self, index: u16) -> &Shared<R, RwState> {
        &self.locks[usize::from(index)]
    }

    pub(crate) fn event(&self, index: u16) -> &Shared<R, bool> {
        &self.events[usize::from(index)]
    }

    pub(crate) fn load(&self, index: u16) -> u32 {
        let cell = self.variable(index);
        let operation = Operation::on(Verb::Load, cell.id());
        R::act(operation, touching(Access::Read, (cell,)), |(value,)| {
            *value
        })
    }

    pub(crate) fn store(&self, index: u16, new: u32) {
        let cell = self.variable(index);
        R::act(
            Operation::on(Verb::Store, cell.id()),
            (cell,),
            |(mut value,)| *value = new,
        );
    }

    pub(crate) fn increment(&self, index: u16) -> u32 {
        let cell = self.variable(index);
        let operation = Operation::on(Verb::Update, cell.id());
        R::act(operation, (cell,), |(mut value,)| {
            *value += 1;
            *value
        })
    }

    pub(crate) fn acquire(&self, index: u16) {
        let cell = self.lock(index);
        let operation = Operation::on(Verb::Lock, cell.id());
        R::wait(
            operation,
            (cell,),
            |(lock,)| lock.is_free(),
            |(mut lock,)| {
                lock.writer = true;
            },
        );
    }

    pub(crate) fn try_acquire(&self, index: u16) -> bool {
        let cell = self.lock(index);
        let operation = Operation::on(Verb::TryLock, cell.id());
        R::act(operation, (cell,), |(mut lock,)| {
            let free = lock.is_free();
            if free {
                lock.writer = true;
            }
            free
        })
    }

    pub(crate) fn acquire_in_time(&self, index: u16) -> bool {
        let cell = self.lock(index);
        let operation = Operation::on(Verb::Lock, cell.id());
        let take = |mut lock: View<'_, RwState>, turn| {
            if turn == WakeReason::Ready {
                lock.writer = true;
            }
            turn == WakeReason::Ready
        };
        R::wait_or_expire(
            operation,
            (cell,),
            |(lock,)| lock.is_free(),
            |(lock,), turn| take(lock, turn),
        )
    }

    pub(crate) fn release(&self, index: u16) {
        let cell = self.lock(index);
        let operation = Operation::on(Verb::Unlock, cell.id());
        R::act(operation, (cell,), |(mut lock,)| {
            lock.release().writer = false;
        });
    }

    pub(crate) fn acquire_shared(&self, index: u16) {
        let cell = self.lock(index);
        let operation = Operation::on(Verb::LockShared, cell.id());
        R::wait(
            operation,
            touching(Access::Commute, (cell,)),
            |(lock,)| !lock.writer,
            |(mut lock,)| {
                lock.commuting().readers += 1;
            },
        );
    }

    pub(crate) fn release_shared(&self, index: u16) {
        let cell = self.lock(index);
        let operation = Operation::on(Verb::UnlockShared, cell.id());
        R::act(operation, (cell,), |(mut lock,)| {
            lock.leaving().readers -= 1;
        });
    }

    pub(crate) fn set(&self, index: u16) {
        let cell = self.event(index);
        R::act(
            Operation::on(Verb::EventSet, cell.id()),
            (cell,),
            |(mut set,)| {
                if !*set {
                    *set.release() = true;
                }
            },
        );
    }

    pub(crate) fn wait(&self, index: u16) {
        let cell = self.event(index);
        let operation = Operation::on(Verb::EventWait, cell.id());
        R::wait(operation, (cell,), |(set,)| **set, |_| ());
    }

    /// Reads the lock only while the event is not set.
    pub(crate) fn wait_either(&self, index: u16) -> bool {
        let (event, lock) = (self.event(index), self.lock(index));
        let operation = Operation::on(Verb::EventWait, event.id()).with(2);
        R::wait(
            operation,
            (event, lock),
            |(set, lock)| **set || lock.is_free(),
            |(set, _)| *set,
        )
    }

    /// The same, and changes something that is not waited for.
    pub(crate) fn either_increment(&self, index: u16) -> u32 {
        let (event, lock, cell) = (self.event(index), self.lock(index), self.variable(index));
        let operation = Operation::on(Verb::EventWait, event.id()).with(4);
        R::wait(
            operation,
            awaiting::<2, _>((event, lock, cell)),
            |(set, lock, _)| **set || lock.is_free(),
            |(_, _, mut value)| {
                *value += 1;
                *value
            },
        )
    }

    /// Reads the lock only while the event is set.
    pub(crate) fn wait_both(&self, index: u16) {
        let (event, lock) = (self.event(index), self.lock(index));
        let operation = Operation::on(Verb::EventWait, event.id()).with(3);
        R::wait(
            operation,
            (event, lock),
            |(set, lock)| **set && lock.is_free(),
            |_| (),
        );
    }

    pub(crate) fn clear(&self, index: u16) {
        let cell = self.event(index);
        let operation = Operation::on(Verb::Store, cell.id());
        R::act(operation, (cell,), |(mut set,)| *set = false);
    }

    pub(crate) fn wait_in_time(&self, index: u16) -> bool {
        let cell = self.event(index);
        let operation = Operation::on(Verb::EventWait, cell.id());
        R::wait_or_expire(
            operation,
            (cell,),
            |(set,)| **set,
            |_, turn| turn == WakeReason::Ready,
        )
    }

    pub(crate) fn try_shared(&self, index: u16) -> bool {
        let cell = self.lock(index);
        let operation = Operation::on(Verb::TryLock, cell.id()).with(1);
        R::act(operation, (cell,), |(mut lock,)| {
            let free = !lock.writer;
            if free {
                lock.commuting().readers += 1;
            }
            free
        })
    }

    pub(crate) fn spin_load(&self, index: u16) -> u32 {
        let cell = self.variable(index);
        let operation = Operation::on(Verb::SpinLoad, cell.id());
        R::spin(
            operation,
            touching(Access::Read, (cell,)),
            |(value,)| **value != 0,
            |(value,)| *value,
        )
    }

    pub(crate) fn spin_swap(&self, index: u16) {
        let cell = self.variable(index);
        let operation = Operation::on(Verb::SpinSwap, cell.id());
        let take = |(mut value,): (View<'_, u32>,)| *value = 1;
        R::spin(operation, (cell,), |(value,)| **value == 0, take);
    }

    pub(crate) fn condition_wait(&self, condition: u16, lock: u16) {
        let (cell, lock) = (&self.conditions[usize::from(condition)], self.lock(lock));
        let me = R::current().expect("a thread");
        let operation = Operation::on(Verb::EventWait, cell.id());
        R::act(operation, (cell, lock), |(mut condition, mut lock)| {
            lock.release().writer = false;
            condition.waiting.push(me);
        });
        R::wait(
            operation.with(1),
            (cell, lock),
            |(condition, lock)| condition.woken.contains(&me) && lock.is_free(),
            |(mut condition, mut lock)| {
                condition.woken.retain(|&woken| woken != me);
                lock.writer = true;
            },
        );
    }

    pub(crate) fn notify(&self, condition: u16, all: bool) {
        let cell = &self.conditions[usize::from(condition)];
        let operation = Operation::on(Verb::EventSet, cell.id()).with(u32::from(all));
        R::act(operation, (cell,), |(mut condition,)| {
            let count = condition
                .waiting
                .len()
                .min(if all { usize::MAX } else { 1 });
            if count > 0 {
                let state = &mut *condition;
                state.woken.extend(state.waiting.drain(..count));
            }
        });
    }

    fn begin_to_wait(&self, condition: u16, lock: u16) -> ThreadId {
        let (cell, lock) = (&self.waiters[usize::from(condition)], self.lock(lock));
        let me = R::current().expect("a thread");
        let operation = Operation::on(Verb::ConditionWait, cell.id());
        R::act(operation, (cell, lock), |(mut waiters, mut lock)| {
            lock.release().writer = false;
            waiters.waiting.insert(me);
        });
        me
    }

    /// A condition of which any waiter may wake, in three steps.
    pub(crate) fn wait_notified(&self, condition: u16, lock: u16) {
        let me = self.begin_to_wait(condition, lock);
        let cell = &self.waiters[usize::from(condition)];
        R::wait(
            Operation::on(Verb::ConditionWake, cell.id()),
            (cell,),
            |(waiters,)| waiters.is_notified(me),
            |(mut waiters,)| waiters.leave(me),
        );
        self.acquire(lock);
    }

    /// The same without the third step, and the wait may expire. True if it did not.
    pub(crate) fn wait_notified_in_time(&self, condition: u16, lock: u16) -> bool {
        let me = self.begin_to_wait(condition, lock);
        let cell = &self.waiters[usize::from(condition)];
        R::wait_or_expire(
            Operation::on(Verb::ConditionWake, cell.id()),
            (cell,),
            |(waiters,)| waiters.is_notified(me),
            |(mut waiters,), turn| {
                waiters.leave(me);
                turn == WakeReason::Ready
            },
        )
    }

    pub(crate) fn notify_waiters(&self, condition: u16, all: bool) {
        let cell = &self.waiters[usize::from(condition)];
        let verb = if all {
            Verb::NotifyAll
        } else {
            Verb::NotifyOne
        };
        R::act(Operation::on(verb, cell.id()), (cell,), |(mut waiters,)| {
            let sleepers = waiters.waiting.iter().count();
            if waiters.notifications.len() < sleepers {
                waiters.notify(all, sleepers);
            }
        });
    }

    pub(crate) fn end(&self, thread: usize) {
        let cell = &self.ended[thread];
        let operation = Operation::on(Verb::EventSet, cell.id());
        R::act(operation, (cell,), |(mut ended,)| *ended.release() = true);
    }

    pub(crate) fn join(&self, thread: usize) {
        let cell = &self.ended[thread];
        let operation = Operation::on(Verb::EventWait, cell.id());
        R::wait(operation, (cell,), |(ended,)| **ended, |_| ());
    }

    pub(crate) fn swap(&self, index: u16) -> bool {
        let cell = self.variable(index);
        R::act(
            Operation::on(Verb::Swap, cell.id()),
            (cell,),
            |(mut value,)| {
                let free = *value == 0;
                if free {
                    *value = 1;
                }
                free
            },
        )
    }
}
