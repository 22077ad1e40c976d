//! Push locks and spin locks, exclusive.

use crate::execution::Fact;
use crate::execution::Misuse;
use crate::execution::ObjectId;
use crate::execution::Operation;
use crate::execution::ThreadId;
use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::runtime::Shared;

use super::Irqls;

/// Who holds a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holder {
    Nobody,
    /// A thread; `None` is the start-up.
    Held(Option<ThreadId>),
}

/// What both kinds of lock are made of.
#[derive(Debug)]
struct Lock<R: Runtime> {
    holder: Shared<R, Holder>,
    acquire: Verb,
    release: Verb,
}

impl<R: Runtime> Lock<R> {
    fn new(id: ObjectId, acquire: Verb, release: Verb) -> Self {
        Self {
            holder: Shared::new(id, Holder::Nobody),
            acquire,
            release,
        }
    }

    fn acquire(&self) {
        let operation = Operation::on(self.acquire, self.holder.id());
        let free = |holder: &Holder| *holder == Holder::Nobody;
        R::wait(
            operation,
            (&self.holder,),
            |(holder,)| free(holder),
            |(mut holder,)| {
                *holder = Holder::Held(R::current());
            },
        );
    }

    fn release(&self) {
        let operation = Operation::on(self.release, self.holder.id());
        let own = R::act(operation, (&self.holder,), |(mut holder,)| {
            let own = *holder == Holder::Held(R::current());
            *holder.release() = Holder::Nobody;
            own
        });
        if !own {
            R::record(Fact::Misused(Misuse::ForeignRelease));
        }
    }

    fn is_held(&self) -> bool {
        self.holder.inspect(|holder| *holder != Holder::Nobody)
    }
}

/// `EX_PUSH_LOCK`, acquired exclusively, inside a critical region and at or below `APC_LEVEL`.
///
/// Whoever takes it twice waits for itself for ever.
#[derive(Debug)]
pub struct PushLock<R: Runtime> {
    lock: Lock<R>,
    irqls: Irqls,
}

impl<R: Runtime> PushLock<R> {
    /// A free lock whose two steps are called as given.
    pub fn new(id: ObjectId, irqls: &Irqls, (acquire, release): (Verb, Verb)) -> Self {
        Self {
            lock: Lock::new(id, acquire, release),
            irqls: irqls.clone(),
        }
    }

    /// `ExAcquirePushLockExclusive`.
    pub fn acquire(&self) {
        self.irqls.require_critical_region::<R>();
        self.irqls.require_passive::<R>();
        self.lock.acquire();
    }

    /// `ExReleasePushLockExclusive`.
    pub fn release(&self) {
        self.lock.release();
    }

    /// Whether somebody holds it, outside any execution.
    pub fn is_held(&self) -> bool {
        self.lock.is_held()
    }
}

/// `EX_SPIN_LOCK`, acquired exclusively: raises to `DISPATCH_LEVEL` while it is held.
///
/// On one processor or many, whoever takes it twice spins for ever; that shows as a deadlock.
#[derive(Debug)]
pub struct SpinLock<R: Runtime> {
    lock: Lock<R>,
    irqls: Irqls,
}

impl<R: Runtime> SpinLock<R> {
    /// A free lock whose two steps are called as given.
    pub fn new(id: ObjectId, irqls: &Irqls, (acquire, release): (Verb, Verb)) -> Self {
        Self {
            lock: Lock::new(id, acquire, release),
            irqls: irqls.clone(),
        }
    }

    /// `ExAcquireSpinLockExclusive`.
    pub fn acquire(&self) {
        self.irqls.raise::<R>();
        self.lock.acquire();
    }

    /// `ExReleaseSpinLockExclusive`.
    pub fn release(&self) {
        self.lock.release();
        self.irqls.lower::<R>();
    }
}
