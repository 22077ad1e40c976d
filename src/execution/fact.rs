//! What is recorded beside the steps: things that happened, which no thread can observe.

use crate::status::NtStatus;

use super::ThreadId;

/// A use of a kernel primitive that the kernel forbids. Recorded and judged, never undefined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Misuse {
    /// A call that needs `PASSIVE_LEVEL` was made at `DISPATCH_LEVEL`.
    IrqlTooHigh,
    /// A push lock was taken outside a critical region.
    NoCriticalRegion,
    /// A lock was released by a thread that does not hold it.
    ForeignRelease,
    /// A reference was given back more often than taken.
    OverRelease,
    /// Memory was used after it was given back.
    UseAfterFree,
    /// A null pointer was followed.
    NullPointer,
    /// A call was made on an engine handle that is not open.
    StaleHandle,
    /// A call that needs the transaction lock was made from inside a notification.
    ReentrantCall,
}

impl Misuse {
    /// What went wrong, in words.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::IrqlTooHigh => "a PASSIVE_LEVEL call at DISPATCH_LEVEL",
            Self::NoCriticalRegion => "a push lock taken outside a critical region",
            Self::ForeignRelease => "a lock released by a thread that does not hold it",
            Self::OverRelease => "a reference released more often than acquired",
            Self::UseAfterFree => "memory used after it was freed",
            Self::NullPointer => "a null pointer followed",
            Self::StaleHandle => "a call on an engine handle that is not open",
            Self::ReentrantCall => {
                "an engine call from inside a notification, which is made under the lock it needs"
            }
        }
    }
}

/// Something that happened, for the judgement of properties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Fact {
    /// A call of the scenario begins.
    CallBegins {
        /// The nth call of the thread, from 0.
        call: u16,
        /// True if it is an attach, false if it is a detach.
        attaches: bool,
    },
    /// A call of the scenario returns.
    CallReturns {
        /// The nth call of the thread, from 0.
        call: u16,
        /// The errno: 0 for success.
        errno: u32,
        /// What the scenario says it returns.
        expected: u32,
        /// The status at the root of a failure, or success.
        cause: NtStatus,
    },
    /// A fault was injected into the current call of the thread.
    FaultInjected,
    /// An attach made, or joined, a filter context.
    AttachUses {
        /// The nth call of the thread, from 0.
        call: u16,
        /// The filter context.
        context: u32,
    },
    /// A detach starts to take a filter context down.
    DetachTakes {
        /// The nth call of the thread, from 0.
        call: u16,
        /// The filter context.
        context: u32,
    },
    /// A filter context came to be.
    ContextMade {
        /// The filter context.
        context: u32,
        /// How many filters it is made of.
        filters: u32,
    },
    /// A filter became visible to every session.
    FilterCommitted {
        /// Its filter context.
        context: u32,
    },
    /// A filter ceased to be.
    FilterRemoved {
        /// Its filter context.
        context: u32,
    },
    /// A kernel primitive was misused.
    Misused(Misuse),
}

/// A fact and where it belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactRecord {
    /// How many steps had been taken: the fact follows step `after - 1`.
    pub after: u32,
    /// Whose fact it is; `None` is the start-up.
    pub thread: Option<ThreadId>,
    /// The fact.
    pub fact: Fact,
}
