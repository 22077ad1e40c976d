//! The engine: its shared objects, and the images that executions start from.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use parking_lot::RwLock;

use crate::execution::Fact;
use crate::execution::ObjectId;
use crate::execution::ObjectKind;
use crate::execution::THREADS_MAX;
use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::runtime::Shared;

use super::Change;
use super::CircumstanceLog;
use super::EngineHandle;
use super::Objects;
use super::SessionOptions;
use super::callout::Callouts;
use super::own::ThreadStates;
use super::service::Running;
use super::session::Lock;
use super::session::Session;
use super::session::State;
use super::subscription::Subscriptions;

const LOCK: ObjectId = ObjectId::initial(ObjectKind::EngineLock, 0);
const COMMITTED: ObjectId = ObjectId::initial(ObjectKind::Committed, 0);
const CALLOUTS: ObjectId = ObjectId::initial(ObjectKind::CalloutFunctions, 0);
const SERVICE: ObjectId = ObjectId::initial(ObjectKind::Service, 0);
const SUBSCRIPTIONS: ObjectId = ObjectId::initial(ObjectKind::Subscriptions, 0);

/// A mock engine. Clones are the same engine.
pub struct Engine<R: Runtime> {
    inner: Arc<Inner<R>>,
}

/// What an engine is given beside the image it starts from.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// What it asks where Windows leaves something open, and what fails.
    pub ledger: Arc<CircumstanceLog>,
    /// Whether callouts are registered or unregistered while threads run. If they are not, nobody
    /// can see when their functions run, and no step says so.
    pub callouts_change: bool,
    /// Whether a handle may be closed while a call on it is under way. If none is, nobody can see
    /// when a call begins, and no step says so.
    pub closes_meet_calls: bool,
    /// The first thread of the system: what a thread leaves to be done later is done by the one
    /// that many threads after it. `None` where nothing is done later.
    pub system_threads: Option<usize>,
    /// The first of the watchdogs: the transactions of a thread are watched by the one that many
    /// threads after it. `None` where no caller is in user mode.
    pub watchdogs: Option<usize>,
    /// The calls for which a caller lacks the access right.
    pub denied: BTreeSet<Verb>,
    /// How many callouts may have functions: [`CALLOUTS_MAX`], or fewer to meet that limit sooner.
    pub callouts_max: usize,
}

/// How many callouts may have functions. Source: the page of
/// <https://learn.microsoft.com/windows/win32/fwp/wfp-error-codes> about `FWP_E_TOO_MANY_CALLOUTS`.
pub const CALLOUTS_MAX: usize = 100_000;

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            ledger: Arc::default(),
            callouts_change: true,
            closes_meet_calls: true,
            system_threads: Some(THREADS_MAX / 2),
            watchdogs: Some(3 * THREADS_MAX / 4),
            denied: BTreeSet::new(),
            callouts_max: CALLOUTS_MAX,
        }
    }
}

pub(super) struct Inner<R: Runtime> {
    pub(super) options: EngineOptions,
    pub(super) lock: Shared<R, Lock>,
    pub(super) committed: Shared<R, Objects>,
    pub(super) callouts: Shared<R, Callouts>,
    pub(super) service: Shared<R, Running>,
    pub(super) subscriptions: Shared<R, Subscriptions>,
    pub(super) own: ThreadStates<R>,
    /// Whether any callout was ever registered, any that wants to know of commits, and whether
    /// anybody ever subscribed: until then nothing asks about them. They only ever become true.
    pub(super) ever: EverFlags,
    /// The address book of handles. Not modelled: a handle is handed out by one call and reaches
    /// another thread only through modelled state, and nothing is ever taken out, so no schedule
    /// can see the book change.
    pub(super) sessions: RwLock<BTreeMap<EngineHandle, Session<R>>>,
}

/// What has ever happened to an engine.
#[derive(Debug, Default)]
pub(super) struct EverFlags {
    pub(super) registered: AtomicBool,
    pub(super) wants_commits: AtomicBool,
    pub(super) subscribed: AtomicBool,
}

impl<R: Runtime> Inner<R> {
    /// Whether any callout was ever registered.
    pub(super) fn may_tell(&self) -> bool {
        self.ever.registered.load(Ordering::Relaxed)
    }

    /// Whether anybody may be told of a commit, or has come late enough to ask whether he is.
    pub(super) fn may_tell_commits(&self) -> bool {
        self.options.callouts_change || self.ever.wants_commits.load(Ordering::Relaxed)
    }
}

/// An engine at rest, to start executions from: what the driver's start-up left.
#[derive(Debug, Clone, Default)]
pub struct EngineImage {
    committed: Objects,
    sessions: Vec<(ObjectId, SessionOptions)>,
}

/// An engine with these objects and no open session.
impl From<Objects> for EngineImage {
    fn from(committed: Objects) -> Self {
        Self {
            committed,
            sessions: Vec::new(),
        }
    }
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
    /// An engine that runs and starts from an image. The functions of callouts are not part of one:
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
            let session = Session::opened(slot, options);
            (session.handle(), session)
        };
        let sessions: BTreeMap<_, _> = image.sessions.iter().map(session).collect();
        let mut service = Running::default();
        for session in sessions.values() {
            service.register(session.handle(), &session.options);
        }
        let inner = Inner {
            options: options.clone(),
            lock: Shared::new(LOCK, Lock::default()),
            committed: Shared::new(COMMITTED, image.committed.clone()),
            callouts: Shared::new(CALLOUTS, Callouts::default()),
            service: Shared::new(SERVICE, service),
            subscriptions: Shared::new(SUBSCRIPTIONS, Subscriptions::default()),
            own: ThreadStates::default(),
            ever: EverFlags::default(),
            sessions: RwLock::new(sessions),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The engine as it stands, outside any execution. No transaction may be open.
    pub fn image(&self) -> EngineImage {
        let sessions = self.inner.sessions.read();
        let image = |session: &Session<R>| {
            let idle = session.slot.inspect(|slot| slot.is_idle());
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
        let open = |session: &&Session<R>| {
            let state = session.slot.inspect(|slot| slot.state);
            matches!(state, State::Open(_))
        };
        u32::try_from(sessions.values().filter(open).count()).expect("few sessions")
    }

    pub(super) fn inner(&self) -> &Inner<R> {
        &self.inner
    }

    pub(super) fn ledger(&self) -> &CircumstanceLog {
        &self.inner.options.ledger
    }
}

/// Records which filters came to be visible and which ceased to be.
pub(super) fn record_changes<R: Runtime>(changes: impl IntoIterator<Item = Change>) {
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
            | Change::RemoveCallout(_)
            | Change::AddProviderContext(_)
            | Change::RemoveProviderContext(_) => {}
        }
    }
}
