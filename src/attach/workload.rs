//! What a pipeline is asked to do: links, threads with their calls, and faults. Plain data.

use std::collections::BTreeSet;

use thiserror::Error;

use crate::execution::Names;
use crate::execution::THREADS_MAX;
use crate::status::NtStatus;
use crate::wfp::Circumstances;
use crate::wfp::SessionOptions;
use crate::wfp::Wait;

use super::AttachType;

/// A workload has no room for the threads of the system, and something may be left to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "{callers} threads and work items call the engine, and each needs a thread of the system that \
     does what is late: {} are more than the {max} that one execution can have; remove threads or \
     calls, or pass a profile in which nothing is late, such as --profile documented",
    2 * callers
)]
pub struct NoRoom {
    /// How many threads call the engine, deferred work included.
    pub callers: usize,
    /// How many threads there may be, those of the system included.
    pub max: usize,
}

/// How much of the driver stands between a call and the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pipeline {
    /// Nothing: each call makes the engine calls of an attach or detach.
    Direct,
    /// Generation A1 of netebpfext: after the multi-attach refactor (#3751), before #3866.
    A1,
}

/// A link between a program and a hook, attached and detached by the calls of the threads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkSpec {
    /// The name by which the file calls it.
    pub name: String,
    /// Where it attaches.
    pub attach_type: AttachType,
    /// The compartment it is for; 0 is every compartment (the wildcard).
    pub compartment: u32,
    /// Whether it is attached before the threads start.
    pub attached: bool,
}

/// What a call does to its link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallKind {
    /// `bpf_prog_attach`.
    Attach,
    /// Detach and close the link.
    Detach,
}

/// One call of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// What it does.
    pub kind: CallKind,
    /// To which link: an index into [`Workload::links`].
    pub link: usize,
    /// The errno it is to return; 0 is success.
    pub returns: u32,
}

/// One thread: its calls, one after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadSpec {
    /// What a table calls it.
    pub name: String,
    /// The calls in order. Empty only where they were left out of a scenario.
    pub calls: Vec<Call>,
}

/// Where a fault can be injected: an engine call or a step of the driver that can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FaultPoint {
    /// `FwpmEngineOpen0` by an attach.
    EngineOpen,
    /// `FwpmTransactionBegin0`.
    TransactionBegin,
    /// `FwpmTransactionCommit0`: the transaction stays open.
    TransactionCommit,
    /// `FwpmTransactionAbort0`: the transaction stays open.
    TransactionAbort,
    /// `FwpmFilterAdd0`.
    FilterAdd,
    /// `FwpmFilterDeleteById0`: the filter stays.
    FilterDelete,
    /// The delete notification of a filter gets lost. Its status is of no effect.
    DeleteNotification,
    /// The allocation of the hook client.
    AllocateClient,
    /// The allocation of the detach work item.
    AllocateWorkItem,
    /// The allocation of the filter context.
    AllocateContext,
    /// The allocation of the filter ids.
    AllocateFilterIds,
    /// The redirect handle of CONNECT4 and CONNECT6.
    RedirectHandle,
    /// `NmrRegisterClient` itself.
    RegisterClient,
    /// The handle of the link, after its attach succeeded.
    CreateHandle,
}

impl FaultPoint {
    /// All points with the name by which a scenario file calls them.
    pub const ALL: [(Self, &'static str); 14] = [
        (Self::EngineOpen, "FwpmEngineOpen"),
        (Self::TransactionBegin, "FwpmTransactionBegin"),
        (Self::TransactionCommit, "FwpmTransactionCommit"),
        (Self::TransactionAbort, "FwpmTransactionAbort"),
        (Self::FilterAdd, "FwpmFilterAdd"),
        (Self::FilterDelete, "FwpmFilterDeleteById"),
        (Self::DeleteNotification, "delete-notification"),
        (Self::AllocateClient, "allocate-client"),
        (Self::AllocateWorkItem, "allocate-work-item"),
        (Self::AllocateContext, "allocate-context"),
        (Self::AllocateFilterIds, "allocate-filter-ids"),
        (Self::RedirectHandle, "redirect-handle"),
        (Self::RegisterClient, "NmrRegisterClient"),
        (Self::CreateHandle, "create-handle"),
    ];
}

/// A fault: one call that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// The index of the thread that it hits.
    pub thread: usize,
    /// The call that fails.
    pub point: FaultPoint,
    /// The nth such call of the thread, from 1.
    pub occurrence: u32,
    /// What it fails with.
    pub status: NtStatus,
    /// Whether both is explored: the fault, and the call without it.
    pub maybe: bool,
}

/// What the pipelines are asked to do. A [`Workload`] comes out of a checked scenario: indices are
/// in range, and no link is detached before it is attached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    /// The pipeline that the calls go through.
    pub pipeline: Pipeline,
    /// Whether the engine sessions wait for the transaction lock for ever.
    pub infinite_wait: bool,
    /// The links, by index.
    pub links: Vec<LinkSpec>,
    /// The threads, by index. Never empty.
    pub threads: Vec<ThreadSpec>,
    /// The faults.
    pub faults: Vec<Fault>,
}

impl Workload {
    /// What the driver asks of each session that it opens.
    pub fn session(&self) -> SessionOptions {
        let wait = if self.infinite_wait {
            Wait::Infinite
        } else {
            Wait::Default
        };
        SessionOptions {
            wait,
            ..SessionOptions::default()
        }
    }

    /// How many threads call the engine, deferred work included: in the A1 pipeline the work item
    /// of each link's detach runs on a thread of its own.
    fn caller_count(&self) -> usize {
        let deferred = match self.pipeline {
            Pipeline::Direct => 0,
            Pipeline::A1 => self.links.len(),
        };
        self.threads.len() + deferred
    }

    /// How many threads there are at most: those that call the engine and, if there is room for
    /// them, for each of these one of the system, which does what the engine does later.
    pub fn thread_count(&self) -> usize {
        let system = self.system_threads_from().unwrap_or(0);
        self.caller_count() + system
    }

    /// The first thread of the system: what a thread leaves to be done later is done by the one
    /// that many threads after it. `None` if there is no room for them: then this workload cannot
    /// be run in a profile in which anything is done later.
    pub fn system_threads_from(&self) -> Option<usize> {
        let callers = self.caller_count();
        (2 * callers <= THREADS_MAX).then_some(callers)
    }

    /// Whether it can be run under these circumstances.
    ///
    /// # Errors
    ///
    /// [`NoRoom`] if something may be late under them, and there is no room for who does it.
    pub fn require_room(&self, circumstances: &Circumstances) -> Result<(), NoRoom> {
        if self.system_threads_from().is_some() || !circumstances.may_defer() {
            return Ok(());
        }
        Err(NoRoom {
            callers: self.caller_count(),
            max: THREADS_MAX,
        })
    }

    /// How many threads an execution can start at most, deferred work included: a work item runs
    /// only where a link is detached, or where a fault may lead to that.
    pub fn threads_started_max(&self) -> usize {
        let deferred = match self.pipeline {
            Pipeline::Direct => 0,
            Pipeline::A1 if self.faults.is_empty() => {
                let calls = self.threads.iter().flat_map(|thread| &thread.calls);
                let detaches = calls.filter(|call| call.kind == CallKind::Detach);
                let links: BTreeSet<usize> = detaches.map(|call| call.link).collect();
                links.len()
            }
            Pipeline::A1 => self.links.len(),
        };
        self.threads.len() + deferred
    }

    /// The thread on which the work item of a link's detach runs.
    pub fn work_item_of(&self, link: usize) -> usize {
        self.threads.len() + link
    }

    /// What the threads are called in a report.
    pub fn names(&self) -> Names {
        Names::of_titles(self.thread_names())
    }

    /// The names of all threads by index: those of the scenario, deferred work, and the threads of
    /// the system.
    pub fn thread_names(&self) -> Vec<String> {
        let threads = self.threads.iter().map(|thread| thread.name.clone());
        let work_items = self
            .links
            .iter()
            .map(|link| format!("work item of {}", link.name));
        let callers: Vec<String> = threads
            .chain(work_items)
            .take(self.caller_count())
            .collect();
        let system = callers.iter().map(|caller| format!("system, for {caller}"));
        let names = callers.iter().cloned().chain(system);
        names.take(self.thread_count()).collect()
    }
}
