//! Injecting faults: which call of which thread fails.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::execution::Fact;
use crate::execution::Operation;
use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::status::NtStatus;

use super::FaultPoint;
use super::Workload;

/// The faults of a workload and how often each thread has come by each point.
///
/// The counts are not shared state: only a thread itself reads or changes its own.
#[derive(Debug)]
pub(super) struct FaultInjector {
    workload: Arc<Workload>,
    passed: Mutex<BTreeMap<(usize, FaultPoint), u32>>,
}

impl FaultInjector {
    pub(super) fn new(workload: Arc<Workload>) -> Self {
        Self {
            workload,
            passed: Mutex::new(BTreeMap::new()),
        }
    }

    /// Comes by a point: the status to fail with, if a fault hits. A fault that may or may not hit
    /// is a choice; one that hits is recorded and takes a step, so that a trace shows it.
    pub(super) fn pass<R: Runtime>(&self, point: FaultPoint) -> Option<NtStatus> {
        let thread = R::current()?.index();
        let faults = &self.workload.faults;
        if !faults.iter().any(|fault| fault.thread == thread) {
            return None;
        }
        let occurrence = {
            let mut passed = self.passed.lock();
            let count = passed.entry((thread, point)).or_default();
            *count += 1;
            *count
        };
        let fault = faults.iter().find(|fault| {
            (fault.thread, fault.point, fault.occurrence) == (thread, point, occurrence)
        })?;
        if fault.maybe && R::choose(Operation::local(Verb::Fault), 2) == 0 {
            return None;
        }
        let status = fault.status;
        R::record(Fact::FaultInjected);
        R::act(Operation::local(verb(point)), (), |()| status);
        Some(status)
    }
}

/// The verb under which a trace shows the failed call.
const fn verb(point: FaultPoint) -> Verb {
    match point {
        FaultPoint::EngineOpen => Verb::EngineOpen,
        FaultPoint::TransactionBegin => Verb::Begin,
        FaultPoint::TransactionCommit => Verb::Commit,
        FaultPoint::TransactionAbort => Verb::Abort,
        FaultPoint::FilterAdd => Verb::FilterAdd,
        FaultPoint::FilterDelete => Verb::FilterDelete,
        FaultPoint::DeleteNotification => Verb::NotifyDelete,
        FaultPoint::RegisterClient => Verb::NmrRegister,
        FaultPoint::AllocateClient
        | FaultPoint::AllocateWorkItem
        | FaultPoint::AllocateContext
        | FaultPoint::AllocateFilterIds
        | FaultPoint::RedirectHandle
        | FaultPoint::CreateHandle => Verb::Fault,
    }
}
