//! The engine as a service: which sessions are open, and how it stops and starts.
//!
//! Source: <https://learn.microsoft.com/windows-hardware/drivers/ddi/fwpmk/nf-fwpmk-fwpmbfestatesubscribechanges0>.
//! What becomes of objects when it stops is in Object Management; what becomes of handles is
//! assumed: open transactions are aborted, and whoever has a handle can only close it. The
//! functions of callouts stay registered.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::execution::ObjectKind;
use crate::execution::Operation;
use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::runtime::awaiting;
use crate::status::NtStatus;

use super::DefaultWait;
use super::Engine;
use super::EngineHandle;
use super::Filter;
use super::Key;
use super::Lifetime;
use super::NotifyRestart;
use super::Question;
use super::SessionInfo;
use super::SessionOptions;
use super::SubscriptionHandle;
use super::Wait;
use super::engine::record_changes;
use super::session::State;
use super::transaction::roll_back;

/// The state of the service (`FWPM_SERVICE_STATE`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServiceState {
    /// `FWPM_SERVICE_STOPPED`.
    Stopped,
    /// `FWPM_SERVICE_START_PENDING`.
    StartPending,
    /// `FWPM_SERVICE_STOP_PENDING`.
    StopPending,
    /// `FWPM_SERVICE_RUNNING`.
    Running,
}

/// A function to be called when the state changes. It may take steps.
pub type StateFn = Arc<dyn Fn(ServiceState) + Send + Sync>;

struct Subscriber {
    handle: SubscriptionHandle,
    function: StateFn,
    running: u32,
}

/// What there is of the service beside sessions, lock and objects.
pub(super) struct Running {
    state: ServiceState,
    sessions: BTreeMap<EngineHandle, SessionOptions>,
    subscribers: Vec<Subscriber>,
}

impl Default for Running {
    fn default() -> Self {
        Self {
            state: ServiceState::Running,
            sessions: BTreeMap::new(),
            subscribers: Vec::new(),
        }
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running")
            .field("state", &self.state)
            .field("sessions", &self.sessions)
            .finish_non_exhaustive()
    }
}

impl Running {
    pub(super) fn runs(&self) -> bool {
        self.state == ServiceState::Running
    }

    pub(super) fn knows_key(&self, key: Key) -> bool {
        self.sessions.values().any(|options| options.key == key)
    }

    pub(super) fn register(&mut self, handle: EngineHandle, options: &SessionOptions) {
        self.sessions.insert(handle, *options);
    }

    pub(super) fn forget(&mut self, handle: EngineHandle) {
        self.sessions.remove(&handle);
    }

    /// The open sessions, in the order of their handles.
    pub(super) fn sessions(&self, default_wait: impl Fn() -> DefaultWait) -> Vec<SessionInfo> {
        let key = |handle: EngineHandle, asked: Key| match asked {
            Key::ZERO => Key::of_session(handle),
            asked => asked,
        };
        let info = |(handle, options): (&EngineHandle, &SessionOptions)| SessionInfo {
            key: key(*handle, options.key),
            dynamic: options.dynamic,
            kernel: options.kernel,
            wait_ms: match options.wait {
                Wait::Infinite => None,
                Wait::Milliseconds(wait_ms) => Some(wait_ms),
                Wait::Default => Some(default_wait().milliseconds()),
            },
        };
        self.sessions.iter().map(info).collect()
    }
}

impl DefaultWait {
    /// How long it is, in milliseconds.
    const fn milliseconds(self) -> u32 {
        match self {
            Self::Documented => 15_000,
            Self::Observed => 6_000_000,
        }
    }
}

impl<R: Runtime> Engine<R> {
    /// `FwpmBfeStateGet0`.
    pub fn service_state(&self) -> ServiceState {
        let service = &self.inner().service;
        let operation = Operation::on(Verb::ServiceState, service.id());
        let ((), state) = R::act(operation, (service,), |(service,)| ((), service.state));
        state
    }

    /// `FwpmBfeStateSubscribeChanges0`.
    pub fn service_subscribe(&self, function: StateFn) -> SubscriptionHandle {
        let handle = SubscriptionHandle(R::fresh(ObjectKind::Subscription).serial());
        let service = &self.inner().service;
        let operation = Operation::on(Verb::Subscribe, service.id());
        R::act(operation, (service,), |(mut service,)| {
            service.subscribers.push(Subscriber {
                handle,
                function,
                running: 0,
            });
        });
        handle
    }

    /// `FwpmBfeStateUnsubscribeChanges0`: waits for a callback that runs. From inside the callback
    /// it waits for itself.
    ///
    /// Returns `NOT_FOUND` for a subscription that is none.
    pub fn service_unsubscribe(&self, handle: SubscriptionHandle) -> NtStatus {
        let service = &self.inner().service;
        R::wait(
            Operation::on(Verb::Unsubscribe, service.id()),
            (service,),
            |(service,)| {
                let mut known = service.subscribers.iter();
                known.all(|known| known.handle != handle || known.running == 0)
            },
            |(mut service,)| {
                let before = service.subscribers.len();
                service.subscribers.retain(|known| known.handle != handle);
                if service.subscribers.len() == before {
                    return NtStatus::NOT_FOUND;
                }
                NtStatus::SUCCESS
            },
        )
    }

    /// The service stops: open transactions are aborted, sessions are cancelled, and what is not
    /// stored is gone. Does nothing unless it runs.
    pub fn service_stop(&self) {
        let handles = self.enter(ServiceState::StopPending, ServiceState::Running);
        let Some(handles) = handles else {
            return;
        };
        for handle in handles {
            self.cancel(handle);
        }
        let inner = self.inner();
        R::wait(
            Operation::on(Verb::ServiceStop, inner.service.id()).with(1),
            awaiting::<1, _>((&inner.lock, &inner.committed)),
            |(lock, _)| lock.admits_writers(),
            |(_, mut committed)| {
                let gone = committed.not_stored();
                for &change in &gone {
                    committed.apply(change);
                }
                record_changes::<R>(gone);
            },
        );
        self.enter(ServiceState::Stopped, ServiceState::StopPending);
    }

    /// The service starts again. Does nothing unless it has stopped.
    pub fn service_start(&self) {
        if self
            .enter(ServiceState::StartPending, ServiceState::Stopped)
            .is_none()
        {
            return;
        }
        let committed = &self.inner().committed;
        let operation = Operation::on(Verb::ServiceStart, self.inner().service.id()).with(1);
        let ((), filters) = R::act(operation, (committed,), |(committed,)| {
            let stored = |filter: &&Filter| filter.lifetime == Lifetime::Persistent;
            let filters: Vec<Filter> = committed.filters().iter().filter(stored).copied().collect();
            ((), filters)
        });
        for filter in filters {
            self.reinstated(&filter);
        }
        self.enter(ServiceState::Running, ServiceState::StartPending);
    }

    /// A persistent filter is in force again.
    fn reinstated(&self, filter: &Filter) {
        if self.may_tell(filter) {
            let told = self
                .ledger()
                .consult(Question::NotifyRestart)
                .notify_restart;
            if told == NotifyRestart::Told {
                // An engine that starts does not ask whether a filter may stay.
                let _ignored = self.tell_added(filter, None);
            }
        }
    }

    /// Goes from one state to the next and calls who subscribed: the sessions that were open, or
    /// `None` if it is not in the state to go from.
    fn enter(&self, next: ServiceState, from: ServiceState) -> Option<Vec<EngineHandle>> {
        let service = &self.inner().service;
        let verb = match next {
            ServiceState::StopPending | ServiceState::Stopped => Verb::ServiceStop,
            ServiceState::StartPending | ServiceState::Running => Verb::ServiceStart,
        };
        let (_, found) = R::act(
            Operation::on(verb, service.id()),
            (service,),
            |(mut service,)| {
                if service.state != from {
                    return (false, None);
                }
                service.state = next;
                if next == ServiceState::Stopped {
                    // An engine that starts again knows nothing of the sessions it had.
                    service.sessions.clear();
                }
                let functions = service.subscribers.iter_mut().map(|known| {
                    known.running += 1;
                    (known.handle, Arc::clone(&known.function))
                });
                let functions: Vec<_> = functions.collect();
                let handles: Vec<EngineHandle> = service.sessions.keys().copied().collect();
                (true, Some((functions, handles)))
            },
        );
        let (functions, handles) = found?;
        for (handle, function) in functions {
            function(next);
            let operation = Operation::on(Verb::NotifyReturns, service.id());
            R::act(operation, (service,), |(mut service,)| {
                let known = service.subscribers.iter_mut();
                for known in known.filter(|known| known.handle == handle) {
                    known.running -= 1;
                }
            });
        }
        Some(handles)
    }

    /// The service has stopped under a session.
    fn cancel(&self, handle: EngineHandle) {
        let session = self
            .session(handle)
            .expect("internal bug: an open session is in the book");
        let operation = Operation::on(Verb::ServiceStop, session.slot.id());
        let objects = (&session.slot, &session.writes, &self.inner().lock);
        let ((), staged) = R::act(operation, objects, |(mut slot, mut writes, mut lock)| {
            let staged = roll_back(&mut slot, &mut writes, &mut lock);
            if slot.state != State::Closed {
                slot.state = State::Cancelled;
            }
            ((), staged)
        });
        self.rolled_back(&staged);
        self.cancel_subscriptions(&session);
    }
}
