//! A session: what belongs to one engine handle.

use crate::execution::ObjectId;
use crate::execution::ObjectKind;
use crate::runtime::Runtime;
use crate::runtime::Shared;
use crate::runtime::View;
use crate::runtime::Waiting;
use crate::status::NtStatus;

use super::Change;
use super::EngineHandle;
use super::EnumHandle;
use super::Key;
use super::Objects;
use super::SessionId;
use super::enumeration::Enumeration;
use super::key::name;

/// How long a session waits for the transaction lock (`txnWaitTimeoutInMSec`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Wait {
    /// 0: as long as the engine's default says.
    #[default]
    Default,
    /// So many milliseconds. No run measures time: what counts is that it is finite.
    Milliseconds(u32),
    /// `INFINITE`.
    Infinite,
}

/// What a caller asks for when it opens a session (`FWPM_SESSION0`). The default is what a null
/// pointer asks for in the kernel: a static session with a key of the engine's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionOptions {
    /// Its key; [`Key::ZERO`] asks for one.
    pub key: Key,
    /// `FWPM_SESSION_FLAG_DYNAMIC`: what the session adds goes when it ends.
    pub dynamic: bool,
    /// How long it waits for the transaction lock.
    pub wait: Wait,
    /// Whether the caller is in the kernel: then no access is checked, and no transaction is
    /// aborted because it took too long.
    pub kernel: bool,
}

impl Default for SessionOptions {
    fn default() -> Self {
        Self {
            key: Key::ZERO,
            dynamic: false,
            wait: Wait::Default,
            kernel: true,
        }
    }
}

/// What the engine says of an open session (`FWPM_SESSION0`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionInfo {
    /// Its key.
    pub key: Key,
    /// Whether it is dynamic.
    pub dynamic: bool,
    /// How long it waits for the transaction lock, in milliseconds; `None` is for ever.
    pub wait_ms: Option<u32>,
    /// Whether its caller is in the kernel.
    pub kernel: bool,
}

/// What a transaction may do (the flags of `FwpmTransactionBegin0`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TransactionMode {
    /// Read and write: excludes every other transaction.
    ReadWrite,
    /// Read (`FWPM_TXN_READ_ONLY`): shares the lock with other readers, if readers share it.
    ReadOnly,
}

/// The state of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// The handle is closed, or not open yet.
    Closed,
    /// No explicit transaction.
    Idle,
    /// An explicit transaction.
    Open(TransactionMode),
    /// An explicit transaction was aborted because it took too long, and nobody was told yet.
    ForciblyAborted,
    /// The engine has stopped under it: all there is to do is to close it.
    Cancelled,
}

/// The open / not-open slot of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) state: State,
    /// How many explicit transactions were begun: which one the open one is.
    pub(super) begun: u32,
    /// How many calls are under way, where a close waits for them.
    pub(super) calls: u32,
}

impl Slot {
    const CLOSED: Self = Self {
        state: State::Closed,
        begun: 0,
        calls: 0,
    };

    pub(super) const fn is_idle(&self) -> bool {
        matches!(self.state, State::Idle)
    }
}

/// A change that a transaction has made so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Staged {
    pub(super) change: Change,
    /// Whether its callout was told of an added filter. Kept only where it matters.
    pub(super) told: bool,
}

/// What a session has that nobody else sees: the changes of its transaction, its enumerations.
#[derive(Debug, Default)]
pub(super) struct Writes {
    /// The objects as the transaction sees them; `None` until it changes something.
    pub(super) workspace: Option<Objects>,
    /// The changes in order.
    pub(super) changes: Vec<Staged>,
    /// The enumerations that were not destroyed. Those that a transaction made outlive it.
    pub(super) enumerations: Vec<(EnumHandle, Enumeration)>,
}

/// The engine's transaction lock: one writer, or any number of readers.
#[derive(Debug, Default)]
pub(super) struct Lock {
    /// Whether a writer has it, or a reader that does not share.
    pub(super) writer: bool,
    pub(super) readers: u32,
}

impl Lock {
    /// Whether anybody has it.
    const fn is_held(&self) -> bool {
        self.writer || self.readers > 0
    }

    /// Whether a reader may come.
    pub(super) const fn admits_readers(&self) -> bool {
        !self.writer
    }

    /// Whether a writer may come.
    pub(super) const fn admits_writers(&self) -> bool {
        !self.is_held()
    }
}

impl View<'_, Lock> {
    /// A step is refused that may have waited for the lock: it depends on whoever took it. Without
    /// that, a call whose handle is closed inside a transaction would have nothing in common with
    /// the begin, and a search would not know that it could have come before.
    pub(super) fn is_looked_at(&self) {
        let _held = self.is_held();
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
    /// A session that the calling thread is about to open.
    pub(super) fn new(options: SessionOptions) -> Result<Self, NtStatus> {
        let slot = name::<R>(ObjectKind::SessionSlot)?;
        Ok(Self::at(slot, options, Slot::CLOSED))
    }

    /// A session that was open before the execution.
    pub(super) fn opened(slot: ObjectId, options: SessionOptions) -> Self {
        let state = State::Idle;
        Self::at(
            slot,
            options,
            Slot {
                state,
                ..Slot::CLOSED
            },
        )
    }

    fn at(id: ObjectId, options: SessionOptions, slot: Slot) -> Self {
        let writes = id.sibling(ObjectKind::SessionWrites);
        Self {
            options,
            slot: Shared::new(id, slot),
            writes: Shared::new(writes, Writes::default()),
        }
    }

    pub(super) fn handle(&self) -> EngineHandle {
        EngineHandle::of(self.slot.id())
    }

    pub(super) const fn id(&self) -> SessionId {
        SessionId::of(self.slot.id())
    }

    /// How the session waits for the engine's lock.
    pub(super) const fn waiting(&self) -> Waiting {
        match self.options.wait {
            Wait::Infinite => Waiting::Forever,
            Wait::Default | Wait::Milliseconds(_) => Waiting::Finite,
        }
    }
}
