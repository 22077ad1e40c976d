//! What every pipeline drives the engine through: the strategy's handles, its guard and its
//! retries, with the faults of the scenario in between.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::execution::ObjectId;
use crate::execution::ObjectKind;
use crate::execution::ThreadId;
use crate::execution::Verb;
use crate::kernel::Irqls;
use crate::kernel::PushLock;
use crate::kernel::SpinLock;
use crate::runtime::Runtime;
use crate::status::NtStatus;
use crate::strategy::Guard;
use crate::strategy::HandleScope;
use crate::strategy::SessionKind;
use crate::strategy::Strategy;
use crate::wfp::Action;
use crate::wfp::Engine;
use crate::wfp::EngineHandle;
use crate::wfp::Filter;
use crate::wfp::FilterId;
use crate::wfp::Key;
use crate::wfp::SessionOptions;
use crate::wfp::TransactionMode;

use super::AttachType;
use super::FaultPoint;
use super::FilterSpec;
use super::StartUp;
use super::Workload;
use super::fault::FaultInjector;
use super::start_up::PROVIDER;
use super::start_up::callout_key;
use super::start_up::sublayer_key;

/// The lock that the strategy puts around engine calls.
#[derive(Debug)]
enum GuardLock<R: Runtime> {
    None,
    Push(PushLock<R>),
    Spin(SpinLock<R>),
}

/// The driver's way to the engine.
#[derive(Debug)]
pub(super) struct Driver<R: Runtime> {
    pub(super) engine: Engine<R>,
    pub(super) irqls: Irqls,
    strategy: Strategy,
    workload: Arc<Workload>,
    handles: StartUp,
    faults: FaultInjector,
    guard: GuardLock<R>,
    /// The handles of [`HandleScope::Thread`]. Not shared state: a thread uses only its own.
    thread_handles: Mutex<BTreeMap<Option<ThreadId>, EngineHandle>>,
}

impl<R: Runtime> Driver<R> {
    pub(super) fn new(start_up: &StartUp, strategy: &Strategy, workload: &Arc<Workload>) -> Self {
        let irqls = Irqls::default();
        let id = ObjectId::initial(ObjectKind::StrategyLock, 0);
        let verbs = (Verb::GuardAcquire, Verb::GuardRelease);
        let guard = match strategy.guard {
            Guard::None => GuardLock::None,
            Guard::PushLock => GuardLock::Push(PushLock::new(id, &irqls, verbs)),
            Guard::SpinLock => GuardLock::Spin(SpinLock::new(id, &irqls, verbs)),
        };
        Self {
            engine: Engine::new(&start_up.image, &start_up.options),
            irqls,
            strategy: *strategy,
            workload: Arc::clone(workload),
            handles: start_up.clone(),
            faults: FaultInjector::new(Arc::clone(workload)),
            guard,
            thread_handles: Mutex::new(BTreeMap::new()),
        }
    }

    /// The status to fail with, if a fault hits this point.
    pub(super) fn fault(&self, point: FaultPoint) -> Option<NtStatus> {
        self.faults.pass::<R>(point)
    }

    fn open(&self) -> Result<EngineHandle, NtStatus> {
        self.irqls.require_passive::<R>();
        let dynamic = self.strategy.own_session == SessionKind::Dynamic;
        self.engine.engine_open(SessionOptions {
            dynamic,
            ..self.workload.session()
        })
    }

    /// The handle of a new filter context, if the strategy gives it one of its own.
    pub(super) fn open_for_context(&self) -> Result<EngineHandle, NtStatus> {
        if self.strategy.scope != HandleScope::Context {
            return Ok(EngineHandle::NULL);
        }
        match self.fault(FaultPoint::EngineOpen) {
            Some(status) => Err(status),
            None => self.open(),
        }
    }

    /// Gives back what [`Driver::open_for_context`] returned.
    pub(super) fn close_for_context(&self, own: EngineHandle) {
        if own != EngineHandle::NULL {
            self.irqls.require_passive::<R>();
            self.engine.engine_close(own);
        }
    }

    /// The handle to work on for a context with this handle of its own.
    pub(super) fn handle(
        &self,
        attach_type: AttachType,
        own: EngineHandle,
    ) -> Result<EngineHandle, NtStatus> {
        match self.strategy.scope {
            HandleScope::Driver => Ok(self.handles.driver),
            HandleScope::Module => Ok(self.handles.of_module(attach_type.module())),
            HandleScope::Provider => Ok(self.handles.of_provider(attach_type)),
            HandleScope::Context => Ok(own),
            HandleScope::Thread => self.handle_of_thread(),
        }
    }

    fn handle_of_thread(&self) -> Result<EngineHandle, NtStatus> {
        let thread = R::current();
        let known = self.thread_handles.lock().get(&thread).copied();
        if let Some(known) = known {
            return Ok(known);
        }
        let opened = self.open()?;
        self.thread_handles.lock().insert(thread, opened);
        Ok(opened)
    }

    /// The end of a thread: it closes the handle that it opened, if it did, and calls the engine no
    /// more.
    pub(super) fn thread_ends(&self) {
        let own = self.thread_handles.lock().remove(&R::current());
        if let Some(handle) = own {
            self.engine.engine_close(handle);
        }
        self.engine.leave();
    }

    /// Runs engine calls under the strategy's guard.
    pub(super) fn guarded<T>(&self, calls: impl FnOnce() -> T) -> T {
        match &self.guard {
            GuardLock::None => calls(),
            GuardLock::Push(lock) => {
                self.irqls.enter_critical_region::<R>();
                lock.acquire();
                let result = calls();
                lock.release();
                self.irqls.leave_critical_region::<R>();
                result
            }
            GuardLock::Spin(lock) => {
                lock.acquire();
                let result = calls();
                lock.release();
                result
            }
        }
    }

    /// Begins a transaction, as often as the strategy tries. Like #3659 it tries again whatever the
    /// failure was.
    pub(super) fn begin(&self, handle: EngineHandle) -> NtStatus {
        let mut status = NtStatus::SUCCESS;
        for _attempt in 0..self.strategy.attempts.get() {
            self.irqls.require_passive::<R>();
            status = self.fault(FaultPoint::TransactionBegin).unwrap_or_else(|| {
                self.engine
                    .transaction_begin(handle, TransactionMode::ReadWrite)
            });
            if status.is_success() {
                break;
            }
        }
        status
    }

    pub(super) fn commit(&self, handle: EngineHandle) -> NtStatus {
        self.irqls.require_passive::<R>();
        let fault = self.fault(FaultPoint::TransactionCommit);
        fault.unwrap_or_else(|| self.engine.transaction_commit(handle))
    }

    /// Aborts. The pipelines only log what it returns.
    pub(super) fn abort(&self, handle: EngineHandle) {
        self.irqls.require_passive::<R>();
        if self.fault(FaultPoint::TransactionAbort).is_none() {
            self.engine.transaction_abort(handle);
        }
    }

    /// Adds one filter of an attach type, with a context as its raw context.
    pub(super) fn add(
        &self,
        handle: EngineHandle,
        spec: &FilterSpec,
        context: u32,
    ) -> Result<FilterId, NtStatus> {
        self.irqls.require_passive::<R>();
        if let Some(status) = self.fault(FaultPoint::FilterAdd) {
            return Err(status);
        }
        let filter = Filter {
            provider: Some(PROVIDER),
            sublayer: Some(sublayer_key(spec.sublayer)),
            action: Action::Terminating(callout_key(spec.callout)),
            raw_context: context,
            ..Filter::in_layer(Key::of(spec.layer))
        };
        self.engine.filter_add(handle, filter)
    }

    pub(super) fn delete(&self, handle: EngineHandle, filter: FilterId) -> NtStatus {
        self.irqls.require_passive::<R>();
        let fault = self.fault(FaultPoint::FilterDelete);
        fault.unwrap_or_else(|| self.engine.filter_delete(handle, filter))
    }
}
