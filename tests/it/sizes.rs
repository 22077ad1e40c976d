//! How many objects of each kind a small program names.

use crate::small::Small;
use crate::small::Statement;
use crate::small::Statement::{
    Await, Choose, Clear, CompareExchange, ConditionWait, Copy, EitherIncrement, Fork, Increment,
    Join, Load, LoadStore, Locked, Notify, NotifyAll, NotifyOne, Reading, Require, Scan, Set,
    SpinLoad, SpinLocked, Store, StoreLocal, Timed, Tried, TriedReading, Tries, Wait, WaitBoth,
    WaitEither, WaitTimed,
};

/// How many objects of each kind a program has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sizes {
    pub(crate) variables: u16,
    pub(crate) locks: u16,
    pub(crate) events: u16,
    /// Conditions whose waiters wake in the order of arrival.
    pub(crate) conditions: u16,
    /// Conditions of which any waiter may wake.
    pub(crate) waiters: u16,
    pub(crate) threads: u16,
}

impl Sizes {
    /// The objects that a program names.
    pub(crate) fn of(program: &Small) -> Self {
        let mut sizes = Self::default();
        let roots = u16::try_from(program.0.len()).expect("few threads");
        sizes.threads = roots;
        for thread in &program.0 {
            sizes.take_in(thread);
        }
        sizes
    }

    fn take_in(&mut self, statements: &[Statement]) {
        for statement in statements {
            self.take_in_one(statement);
        }
    }

    fn take_in_one(&mut self, statement: &Statement) {
        let least = |size: &mut u16, index: u16| *size = (*size).max(index + 1);
        match statement {
            Load(index)
            | Store(index, _)
            | Increment(index)
            | LoadStore(index)
            | StoreLocal(index)
            | Tries(index, _)
            | SpinLoad(index)
            | CompareExchange(index)
            | Scan(index) => least(&mut self.variables, *index),
            Copy { from, to } => least(&mut self.variables, *from.max(to)),
            SpinLocked(index, body) => {
                least(&mut self.variables, *index);
                self.take_in(body);
            }
            Locked(index, body)
            | Tried(index, body)
            | Timed(index, body)
            | Reading(index, body)
            | TriedReading(index, body) => {
                least(&mut self.locks, *index);
                self.take_in(body);
            }
            Set(index) | Clear(index) | Wait(index) | WaitTimed(index) => {
                least(&mut self.events, *index);
            }
            WaitEither(index) | WaitBoth(index) | EitherIncrement(index) => {
                least(&mut self.events, *index);
                least(&mut self.locks, *index);
                if matches!(statement, EitherIncrement(_)) {
                    least(&mut self.variables, *index);
                }
            }
            ConditionWait { condition, lock } => {
                least(&mut self.conditions, *condition);
                least(&mut self.locks, *lock);
            }
            Await {
                condition, lock, ..
            } => {
                least(&mut self.waiters, *condition);
                least(&mut self.locks, *lock);
            }
            NotifyOne(index) | NotifyAll(index) => least(&mut self.conditions, *index),
            Notify { condition, .. } => least(&mut self.waiters, *condition),
            Choose(_) | Require => {}
            Fork(thread, body) => {
                least(&mut self.threads, u16::try_from(*thread).expect("few"));
                self.take_in(body);
            }
            Join(thread) => least(&mut self.threads, u16::try_from(*thread).expect("few")),
        }
    }
}
