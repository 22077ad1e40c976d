//! The engine: its shared objects, its sessions, and how they open and close.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;
use parking_lot::RwLock;

use crate::execution::Fact;
use crate::execution::Misuse;
use crate::execution::ObjectId;
use crate::execution::ObjectKind;
use crate::execution::Operation;
use crate::execution::ThreadId;
use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::runtime::Shared;
use crate::status::NtStatus;

use super::CallKey;
use super::Change;
use super::EngineFault;
use super::EngineHandle;
use super::Ledger;
use super::Objects;
use super::SessionOptions;
use super::notify::CalloutFunctions;
use super::session::Lock;
use super::session::Session;
use super::session::Slot;

const LOCK: ObjectId = ObjectId::initial(ObjectKind::EngineLock, 0);
const COMMITTED: ObjectId = ObjectId::initial(ObjectKind::Committed, 0);
const FUNCTIONS: ObjectId = ObjectId::initial(ObjectKind::CalloutFunctions, 0);

/// A mock engine. Clones are the same engine.
pub struct Engine<R: Runtime> {
    inner: Arc<Inner<R>>,
}

/// What an engine is given beside the image it starts from.
#[derive(Debug, Clone, Default)]
pub struct EngineOptions {
    /// What it asks where Windows leaves something open, and what fails.
    pub ledger: Arc<Ledger>,
}

struct Inner<R: Runtime> {
    options: EngineOptions,
    lock: Shared<R, Lock>,
    committed: Shared<R, Objects>,
    functions: Shared<R, CalloutFunctions>,
    /// The address book of handles. Not modelled: a handle is handed out by one call and reaches
    /// another thread only through modelled state, so no schedule can see the book change.
    sessions: RwLock<BTreeMap<EngineHandle, Session<R>>>,
    /// How often each thread made each call that may fail.
    calls: Mutex<BTreeMap<(ThreadId, Verb), u32>>,
}

/// An engine at rest, to start executions from: what the driver's start-up left.
#[derive(Debug, Clone, Default)]
pub struct EngineImage {
    committed: Objects,
    sessions: Vec<(ObjectId, SessionOptions)>,
}

impl<R: Runtime> Clone for Engine<R> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
        }
    }
}

impl<R: Runtime> fmt::Debug for Engine<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl<R: Runtime> Engine<R> {
    /// An engine that starts from an image. The functions of callouts are not part of one:
    /// registering them is no transaction, and each execution brings its own.
    ///
    /// # Panics
    ///
    /// If sessions were opened here before: an image is the start of an execution.
    pub fn new(image: &EngineImage, options: &EngineOptions) -> Self {
        // The names of the image's sessions are taken: what opens next gets others.
        for (taken, _) in &image.sessions {
            let next = R::fresh(ObjectKind::SessionSlot);
            assert_eq!(next, *taken, "internal bug: an image starts an execution");
        }
        let session = |&(slot, options): &(ObjectId, SessionOptions)| {
            let session = Session::at(slot, options);
            (session.handle(), session)
        };
        let inner = Inner {
            options: options.clone(),
            lock: Shared::new(LOCK, Lock::default()),
            committed: Shared::new(COMMITTED, image.committed.clone()),
            functions: Shared::new(FUNCTIONS, CalloutFunctions::default()),
            sessions: RwLock::new(image.sessions.iter().map(session).collect()),
            calls: Mutex::default(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The engine as it stands, outside any execution. No transaction may be open.
    pub fn image(&self) -> EngineImage {
        let sessions = self.inner.sessions.read();
        let image = |session: &Session<R>| {
            let idle = session.slot.inspect(|slot| *slot == Slot::Idle);
            idle.then_some((session.slot.id(), session.options))
        };
        EngineImage {
            committed: self.committed(),
            sessions: sessions.values().filter_map(image).collect(),
        }
    }

    /// The committed objects, outside any execution.
    pub fn committed(&self) -> Objects {
        self.inner.committed.inspect(|committed| committed.clone())
    }

    /// How many explicit transactions are open, outside any execution.
    ///
    /// # Panics
    ///
    /// If 2^32 sessions are open.
    pub fn transactions_open(&self) -> u32 {
        let sessions = self.inner.sessions.read();
        let open =
            |session: &&Session<R>| session.slot.inspect(|slot| matches!(slot, Slot::Open(_)));
        u32::try_from(sessions.values().filter(open).count()).expect("few sessions")
    }

    /// `FwpmEngineOpen0`: opens a session. Needs no lock.
    pub fn engine_open(&self, options: SessionOptions) -> EngineHandle {
        let session = Session::open(options);
        let handle = session.handle();
        let operation = Operation::on(Verb::EngineOpen, session.slot.id());
        R::act(operation, (&session.slot,), |(mut slot,)| {
            *slot = Slot::Idle;
            NtStatus::SUCCESS
        });
        self.inner.sessions.write().insert(handle, session);
        handle
    }

    /// `FwpmEngineClose0`: aborts an open transaction; a dynamic session's objects are deleted.
    ///
    /// The deletion is one implicit transaction that waits without a time-out; the handle is dead
    /// before it. Returns `INVALID_HANDLE` for a handle that is not open; a null handle is fine.
    pub fn engine_close(&self, handle: EngineHandle) -> NtStatus {
        if handle == EngineHandle::NULL {
            return NtStatus::SUCCESS;
        }
        let Some(session) = self.session(handle) else {
            return stale_of::<R>();
        };
        let Inner {
            lock, committed, ..
        } = &*self.inner;
        let operation = Operation::on(Verb::EngineClose, session.slot.id());
        let objects = (&session.slot, &session.writes, lock);
        let status = R::act(operation, objects, |(mut slot, mut writes, mut lock)| {
            match *slot {
                Slot::Closed => return stale_of::<R>(),
                Slot::Idle => {}
                Slot::Open(mode) => {
                    *writes = super::session::Writes::default();
                    super::transaction::unlock(&mut lock, mode);
                }
            }
            *slot = Slot::Closed;
            NtStatus::SUCCESS
        });
        if status != NtStatus::SUCCESS || !session.options.dynamic {
            return status;
        }
        let removed = R::wait(
            operation.with(1),
            (lock, committed),
            |(lock, _)| lock.admits(super::TransactionMode::ReadWrite),
            |(_, mut committed)| {
                let changes = committed.owned_by(session.origin().session);
                for &change in &changes {
                    committed.apply(change);
                }
                record_changes::<R>(&changes);
                (NtStatus::SUCCESS, changes)
            },
        );
        self.notify_deleted(&removed.1);
        NtStatus::SUCCESS
    }

    /// The session of a handle that was handed out, open or closed.
    pub(super) fn session(&self, handle: EngineHandle) -> Option<Session<R>> {
        self.inner.sessions.read().get(&handle).cloned()
    }

    /// The session of a handle, or the status for a handle that never was one.
    pub(super) fn require(&self, handle: EngineHandle) -> Result<Session<R>, NtStatus> {
        if handle == EngineHandle::NULL {
            return Err(NtStatus::NULL_POINTER);
        }
        self.session(handle).ok_or_else(stale_of::<R>)
    }

    /// The fault that the circumstances have for a call that the running thread is about to make.
    pub(super) fn fault(&self, verb: Verb) -> Option<EngineFault> {
        let thread = R::current()?;
        if !self.ledger().counts_calls() {
            return None;
        }
        let mut calls = self.inner.calls.lock();
        let occurrence = calls.entry((thread, verb)).or_default();
        *occurrence += 1;
        self.ledger().fault(CallKey {
            thread,
            verb,
            occurrence: *occurrence,
        })
    }

    pub(super) fn ledger(&self) -> &Ledger {
        &self.inner.options.ledger
    }

    pub(super) fn lock(&self) -> &Shared<R, Lock> {
        &self.inner.lock
    }

    pub(super) fn objects(&self) -> &Shared<R, Objects> {
        &self.inner.committed
    }

    pub(super) fn functions(&self) -> &Shared<R, CalloutFunctions> {
        &self.inner.functions
    }
}

/// Records which filters came to be visible and which ceased to be.
pub(super) fn record_changes<R: Runtime>(changes: &[Change]) {
    for change in changes {
        match change {
            Change::AddFilter(filter) => {
                R::record(Fact::FilterCommitted {
                    context: filter.raw_context,
                });
            }
            Change::RemoveFilter(filter) => {
                R::record(Fact::FilterRemoved {
                    context: filter.raw_context,
                });
            }
            Change::AddProvider(_)
            | Change::RemoveProvider(_)
            | Change::AddSublayer(_)
            | Change::RemoveSublayer(_)
            | Change::AddCallout(_)
            | Change::RemoveCallout(_) => {}
        }
    }
}

fn stale_of<R: Runtime>() -> NtStatus {
    R::record(Fact::Misused(Misuse::StaleHandle));
    NtStatus::INVALID_HANDLE
}
