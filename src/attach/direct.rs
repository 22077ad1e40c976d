//! The smallest honest pipeline: the engine calls of an attach or detach, and nothing around them.
//!
//! An attach begins a transaction, adds its filters and commits; on a failure it aborts, if it had
//! begun, and returns errno 22, as the whole driver would. A detach deletes the filters one by one,
//! each in an implicit transaction, and goes on after a failure. No callout has functions, so
//! nothing calls back, and a context is no more than a number.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::execution::Fact;
use crate::execution::FilterAtRest;
use crate::execution::FinalState;
use crate::runtime::Runtime;
use crate::status::NtStatus;
use crate::strategy::Strategy;
use crate::wfp::EngineHandle;
use crate::wfp::FilterId;

use super::Attach;
use super::Returned;
use super::StartUp;
use super::Workload;
use super::driver::Driver;

/// The errno of every failure.
const EINVAL: u32 = 22;

/// What an attach left for its detach.
#[derive(Debug, Clone)]
struct Attached {
    own: EngineHandle,
    filters: Vec<FilterId>,
}

/// The pipeline.
#[derive(Debug)]
pub(super) struct Direct<R: Runtime> {
    driver: Driver<R>,
    workload: Arc<Workload>,
    /// By link. Not shared state: one thread uses a link.
    attached: Mutex<Vec<Option<Attached>>>,
}

impl<R: Runtime> Direct<R> {
    pub(super) fn new(start_up: &StartUp, strategy: &Strategy, workload: &Arc<Workload>) -> Self {
        Self {
            driver: Driver::new(start_up, strategy, workload),
            workload: Arc::clone(workload),
            attached: Mutex::new(vec![None; workload.links.len()]),
        }
    }

    /// The engine calls of an attach on an open handle.
    fn add_filters(&self, handle: EngineHandle, link: usize) -> Result<Vec<FilterId>, NtStatus> {
        let attach_type = self.workload.links[link].attach_type;
        let begun = self.driver.begin(handle);
        if !begun.is_success() {
            return Err(begun);
        }
        let context = context_of(link);
        let add = |spec| self.driver.add(handle, spec, context);
        let added: Result<Vec<FilterId>, NtStatus> =
            attach_type.filters().iter().map(add).collect();
        let committed = added.and_then(|filters| match self.driver.commit(handle) {
            status if status.is_success() => Ok(filters),
            status => Err(status),
        });
        if committed.is_err() {
            self.driver.abort(handle);
        }
        committed
    }
}

/// A link's filters carry its number as their raw context.
fn context_of(link: usize) -> u32 {
    u32::try_from(link).expect("a scenario has few links")
}

const fn failed(cause: NtStatus) -> Returned {
    Returned {
        errno: EINVAL,
        cause,
    }
}

impl<R: Runtime> Attach for Direct<R> {
    fn attach(&self, link: usize, call: u16) -> Returned {
        let attach_type = self.workload.links[link].attach_type;
        let filters = u32::try_from(attach_type.filters().len()).expect("few filters");
        let context = context_of(link);
        R::record(Fact::ContextMade { context, filters });
        R::record(Fact::AttachUses { call, context });
        let own = match self.driver.open_for_context() {
            Ok(own) => own,
            Err(status) => return failed(status),
        };
        let added = self
            .driver
            .handle(attach_type, own)
            .and_then(|handle| self.driver.guarded(|| self.add_filters(handle, link)));
        match added {
            Ok(filters) => {
                self.attached.lock()[link] = Some(Attached { own, filters });
                Returned::SUCCESS
            }
            Err(status) => {
                self.driver.close_for_context(own);
                failed(status)
            }
        }
    }

    fn detach(&self, link: usize, call: u16) -> Returned {
        let Some(Attached { own, filters }) = self.attached.lock()[link].take() else {
            return failed(NtStatus::NOT_FOUND);
        };
        R::record(Fact::DetachTakes {
            call,
            context: context_of(link),
        });
        let attach_type = self.workload.links[link].attach_type;
        let handle = match self.driver.handle(attach_type, own) {
            Ok(handle) => handle,
            Err(status) => return failed(status),
        };
        let delete = |&filter| self.driver.delete(handle, filter);
        let results: Vec<NtStatus> = self.driver.guarded(|| filters.iter().map(delete).collect());
        self.driver.close_for_context(own);
        let failure = results.into_iter().find(|status| !status.is_success());
        failure.map_or(Returned::SUCCESS, failed)
    }

    fn thread_ends(&self) {
        self.driver.thread_ends();
    }

    fn rest(&self) -> FinalState {
        let engine = &self.driver.engine;
        FinalState {
            filters: filters_at_rest(engine),
            transactions_open: engine.transactions_open(),
            ..FinalState::default()
        }
    }
}

/// The committed filters by context: all there is to see of them.
pub(super) fn filters_at_rest<R: Runtime>(engine: &crate::wfp::Engine<R>) -> Vec<FilterAtRest> {
    let committed = engine.committed();
    let mut contexts: Vec<u32> = committed.filters().iter().map(|f| f.raw_context).collect();
    contexts.sort_unstable();
    let count = |context: &u32| contexts.iter().filter(|other| *other == context).count();
    let mut rest: Vec<FilterAtRest> = contexts
        .iter()
        .map(|context| FilterAtRest {
            context: *context,
            filters: u32::try_from(count(context)).expect("few filters"),
        })
        .collect();
    rest.dedup();
    rest
}
