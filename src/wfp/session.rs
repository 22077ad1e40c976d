//! A session: what belongs to one engine handle.

use crate::execution::ObjectKind;
use crate::runtime::Runtime;
use crate::runtime::Shared;
use crate::runtime::Waiting;

use super::Change;
use super::EngineHandle;
use super::Objects;
use super::Origin;
use super::SessionId;

/// What a caller asks for when it opens a session (`FWPM_SESSION0`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionOptions {
    /// `FWPM_SESSION_FLAG_DYNAMIC`: what the session adds goes when it ends.
    pub dynamic: bool,
    /// `txnWaitTimeoutInMSec` is `INFINITE`. Every other value, 0 (the default) included, is some
    /// finite time.
    pub infinite_wait: bool,
}

/// What a transaction may do (the flags of `FwpmTransactionBegin0`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TransactionMode {
    /// Read and write: excludes every other transaction.
    ReadWrite,
    /// Read (`FWPM_TXN_READ_ONLY`): shares the lock with other readers.
    ReadOnly,
}

/// The open / not-open slot of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// The handle is closed.
    Closed,
    /// No explicit transaction.
    Idle,
    /// An explicit transaction.
    Open(TransactionMode),
}

/// What the transaction of a session has changed so far.
#[derive(Debug, Default)]
pub(super) struct Writes {
    /// The objects as the transaction sees them; `None` until it changes something.
    pub(super) workspace: Option<Objects>,
    /// The changes in order.
    pub(super) changes: Vec<Change>,
}

/// The engine's transaction lock: one writer, or any number of readers.
#[derive(Debug, Default)]
pub(super) struct Lock {
    pub(super) writer: bool,
    pub(super) readers: u32,
}

impl Lock {
    pub(super) const fn admits(&self, mode: TransactionMode) -> bool {
        match mode {
            TransactionMode::ReadOnly => !self.writer,
            TransactionMode::ReadWrite => !self.writer && self.readers == 0,
        }
    }
}

/// A session as the engine keeps it. Everything but the two shared objects is fixed when it opens.
#[derive(Debug)]
pub(super) struct Session<R: Runtime> {
    pub(super) options: SessionOptions,
    pub(super) slot: Shared<R, Slot>,
    pub(super) writes: Shared<R, Writes>,
}

// By hand: a derived `Clone` would ask it of the runtime.
impl<R: Runtime> Clone for Session<R> {
    fn clone(&self) -> Self {
        Self {
            options: self.options,
            slot: self.slot.clone(),
            writes: self.writes.clone(),
        }
    }
}

impl<R: Runtime> Session<R> {
    /// A session that the calling thread opens.
    pub(super) fn open(options: SessionOptions) -> Self {
        Self::at(R::fresh(ObjectKind::SessionSlot), options)
    }

    pub(super) fn at(slot: crate::execution::ObjectId, options: SessionOptions) -> Self {
        Self {
            options,
            slot: Shared::new(slot, Slot::Idle),
            writes: Shared::new(slot.sibling(ObjectKind::SessionWrites), Writes::default()),
        }
    }

    pub(super) fn handle(&self) -> EngineHandle {
        EngineHandle::of(self.slot.id())
    }

    pub(super) const fn origin(&self) -> Origin {
        Origin {
            session: SessionId::of(self.slot.id()),
            dynamic: self.options.dynamic,
        }
    }

    /// How the session waits for the engine's lock.
    pub(super) const fn waiting(&self) -> Waiting {
        if self.options.infinite_wait {
            Waiting::Forever
        } else {
            Waiting::Finite
        }
    }
}
