//! The mock's calls, as the threads of a sequence make them.

use std::sync::Arc;

use selvedge::execution::ThreadId;
use selvedge::runtime::Runtime;
use selvedge::runtime::controlled::Controlled;
use selvedge::status::NtStatus;
use selvedge::wfp;
use selvedge::wfp::AnyObject;
use selvedge::wfp::CalloutId;
use selvedge::wfp::CircumstanceLog;
use selvedge::wfp::Circumstances;
use selvedge::wfp::Engine;
use selvedge::wfp::EngineHandle;
use selvedge::wfp::EngineImage;
use selvedge::wfp::EngineOptions;
use selvedge::wfp::EnumHandle;
use selvedge::wfp::FilterId;
use selvedge::wfp::SessionOptions;
use selvedge::wfp::SubscriptionHandle;
use selvedge::wfp::Target;
use selvedge::wfp::TransactionFlags;

use crate::reference::Call;
use crate::reference::Kind;
use crate::reference::Mode;
use crate::reference::Opening;
use crate::reference::Profile;
use crate::reference::Word;

use super::asked;
use super::board::Board;
use super::names;
use super::readings::mirrored;

/// The first thread of the system: what a thread leaves to be done later is done by the one that
/// many threads after it.
pub(crate) const SYSTEM: u8 = 8;

/// The first watchdog: it watches the transactions of the one that many threads before it.
pub(crate) const WATCHDOGS: u8 = 20;

/// One more than the last thread of the system that a sequence needs.
pub(crate) const THREADS: u8 = 32;

/// What a call needs beside its handle, in the mock's names.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Named {
    /// The object that a delete or look-up names.
    pub(crate) target: Option<Target>,
    pub(crate) enumerator: Option<EnumHandle>,
    pub(crate) subscription: Option<SubscriptionHandle>,
    pub(crate) flow: u32,
}

/// What a thread is asked to do.
#[derive(Debug, Clone)]
pub(crate) enum Order {
    /// One call.
    Make {
        handle: EngineHandle,
        call: Call,
        named: Named,
    },
    /// A look-up of each of these.
    Look {
        handle: EngineHandle,
        targets: Vec<Target>,
    },
    /// The engine starts, or stops.
    Service { starts: bool },
}

/// What a call brought beside its status.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Brought {
    Nothing,
    Session(EngineHandle),
    Filter(FilterId),
    /// The identifier of the callout with this key.
    Callout(u8, CalloutId),
    Object(AnyObject),
    Objects(Vec<AnyObject>),
    Enumerator(EnumHandle),
    Subscription(SubscriptionHandle),
    /// For each target: what was there, or why not.
    Looked(Vec<Result<AnyObject, NtStatus>>),
}

/// What came of an order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Came {
    pub(crate) status: NtStatus,
    pub(crate) brought: Brought,
}

/// What a callout was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) word: Word,
    pub(crate) filter: wfp::Filter,
    /// The thread that told it.
    pub(crate) by: Option<usize>,
}

/// The mock engine on the controlled runtime.
#[derive(Debug, Clone)]
pub(crate) struct Mock(Engine<Controlled>);

impl Mock {
    /// An engine on which anybody may do anything.
    pub(crate) fn new(profile: &Profile) -> Self {
        Self::with(profile, |options| options)
    }

    /// An engine on which nothing is done later, and no thread closes another's handle: each has a
    /// session of its own.
    pub(crate) fn of_own_sessions(profile: &Profile) -> Self {
        Self::with(profile, |options| EngineOptions {
            closes_meet_calls: false,
            system_threads: None,
            watchdogs: None,
            ..options
        })
    }

    fn with(profile: &Profile, adapt: impl FnOnce(EngineOptions) -> EngineOptions) -> Self {
        let circumstances = Circumstances::of(mirrored(profile));
        let options = adapt(EngineOptions {
            ledger: Arc::new(CircumstanceLog::new(circumstances, false)),
            system_threads: Some(usize::from(SYSTEM)),
            watchdogs: Some(usize::from(WATCHDOGS)),
            ..EngineOptions::default()
        });
        Self(Engine::new(&EngineImage::default(), &options))
    }

    pub(crate) fn carry_out(&self, order: Order, board: &Board) -> Came {
        match order {
            Order::Make {
                handle,
                call,
                named,
            } => self.make(handle, call, named, board),
            Order::Look { handle, targets } => {
                let look = |target| self.get(handle, target);
                let seen = targets.into_iter().map(look).collect();
                Ok(Brought::Looked(seen)).into()
            }
            Order::Service { starts } => {
                if starts {
                    self.0.service_start();
                } else {
                    self.0.service_stop();
                }
                NtStatus::SUCCESS.into()
            }
        }
    }

    fn make(&self, handle: EngineHandle, call: Call, named: Named, board: &Board) -> Came {
        let engine = &self.0;
        let target = || named.target.expect("a call on an object names one");
        let enumerator = || named.enumerator.expect("an enumeration has a handle");
        match call {
            Call::Open(opening) => self.open(opening),
            Call::Close => engine.engine_close(handle).into(),
            Call::Begin(mode) => engine.transaction_begin(handle, flags(mode)).into(),
            Call::Commit => engine.transaction_commit(handle).into(),
            Call::Abort => engine.transaction_abort(handle).into(),
            Call::Add(add) => asked::add(engine, handle, &add),
            Call::Delete(_) => engine.delete(handle, target()).into(),
            Call::Get(_) => self.get(handle, target()).map(Brought::Object).into(),
            Call::EnumCreate(kind, _) => {
                let created = engine.enum_create(handle, names::kind(kind));
                created.map(Brought::Enumerator).into()
            }
            Call::EnumRest(_) => {
                let rest = engine.enumerate(handle, enumerator(), usize::MAX);
                rest.map(Brought::Objects).into()
            }
            Call::EnumDestroy(_) => engine.enum_destroy(handle, enumerator()).into(),
            Call::Subscribe(kind) => {
                let subscribed = asked::subscribe(engine, handle, kind, board);
                subscribed.map(Brought::Subscription).into()
            }
            Call::Unsubscribe(_) => {
                let subscription = named.subscription.expect("it was subscribed to");
                engine.unsubscribe_changes(handle, subscription).into()
            }
            Call::SetOption => engine.engine_set_option(handle).into(),
            Call::Register {
                callout,
                after_commit,
                refuses,
            } => {
                let key = names::given(Kind::Callout, callout);
                let functions = asked::functions(after_commit, refuses, board);
                let registered = engine.callout_register(key, functions);
                registered.map(|id| Brought::Callout(callout, id)).into()
            }
            Call::Unregister(callout) => {
                let key = names::given(Kind::Callout, callout);
                engine.callout_unregister(key).into()
            }
            Call::FlowAssociate(callout) => {
                let key = names::given(Kind::Callout, callout);
                engine.flow_associate_context(key, named.flow).into()
            }
            Call::FlowRemove(callout) => {
                let key = names::given(Kind::Callout, callout);
                engine.flow_remove_context(key, named.flow).into()
            }
        }
    }

    fn open(&self, opening: Opening) -> Came {
        let opened = self.0.engine_open(SessionOptions {
            key: opening.key.map_or(wfp::Key::ZERO, names::session_key),
            dynamic: opening.dynamic,
            wait: if opening.infinite_wait {
                wfp::Wait::Infinite
            } else {
                wfp::Wait::Default
            },
            kernel: opening.kernel,
        });
        opened.map(Brought::Session).into()
    }

    fn get(&self, handle: EngineHandle, target: Target) -> Result<AnyObject, NtStatus> {
        let engine = &self.0;
        match target {
            Target::Provider(key) => engine.provider_get(handle, key).map(AnyObject::Provider),
            Target::Sublayer(key) => engine.sublayer_get(handle, key).map(AnyObject::Sublayer),
            Target::Callout(key) => engine.callout_get(handle, key).map(AnyObject::Callout),
            Target::ProviderContext(key) => engine
                .provider_context_get(handle, key)
                .map(AnyObject::ProviderContext),
            Target::Filter(id) => engine.filter_get(handle, id).map(AnyObject::Filter),
            Target::FilterKey(key) => engine.filter_get_by_key(handle, key).map(AnyObject::Filter),
        }
    }

    /// A handle of another engine, opened before any thread ran: no thread is ever given it.
    pub(crate) fn foreign_handle() -> EngineHandle {
        let other = Self::new(&Profile::default());
        let opened = other.0.engine_open(SessionOptions::default());
        opened.expect("a new engine runs")
    }

    /// The committed objects, in no order.
    pub(crate) fn committed(&self) -> Vec<AnyObject> {
        let all = self.0.committed();
        let providers = all.providers().iter().copied().map(AnyObject::Provider);
        let sublayers = all.sublayers().iter().copied().map(AnyObject::Sublayer);
        let callouts = all.callouts().iter().copied().map(AnyObject::Callout);
        let contexts = all.provider_contexts().iter().copied();
        let contexts = contexts.map(AnyObject::ProviderContext);
        let filters = all.filters().iter().copied().map(AnyObject::Filter);
        let first = providers.chain(sublayers).chain(callouts);
        first.chain(contexts).chain(filters).collect()
    }
}

/// The thread that calls, as a number.
pub(crate) fn caller() -> Option<usize> {
    Controlled::current().map(ThreadId::index)
}

const fn flags(mode: Mode) -> TransactionFlags {
    TransactionFlags(match mode {
        Mode::ReadWrite => 0,
        Mode::ReadOnly => 1,
        Mode::Unknown => 2,
    })
}

impl From<NtStatus> for Came {
    fn from(status: NtStatus) -> Self {
        Self {
            status,
            brought: Brought::Nothing,
        }
    }
}

impl From<Result<Brought, NtStatus>> for Came {
    fn from(result: Result<Brought, NtStatus>) -> Self {
        match result {
            Ok(brought) => Self {
                status: NtStatus::SUCCESS,
                brought,
            },
            Err(status) => status.into(),
        }
    }
}
