//! What Windows gives a driver, built from steps: locks, rundown references, counters, IRQL.
//!
//! Misuse is never undefined: it is recorded as a fact and judged afterwards.
//!
//! Left out: shared acquires of push locks and spin locks, which the modelled code does not use;
//! raising to levels other than `DISPATCH_LEVEL`; everything about interrupts.

mod irql;
mod lock;
mod reference;
mod rundown;

pub use irql::Irqls;
pub use lock::PushLock;
pub use lock::SpinLock;
pub use reference::ReferenceCount;
pub use rundown::Rundown;
