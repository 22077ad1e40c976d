//! Threads that are alike: of those that a failure could be of, it is told of the first.
//!
//! Two threads are alike if they make the same calls on links that differ in name alone. A schedule
//! in which they change places is one of the same system by other names, but only where the engine
//! and the driver do not tell the two apart; so it is a candidate like any other, and replayed.

use std::collections::BTreeSet;

use crate::attach::Call;
use crate::attach::Workload;
use crate::execution::Execution;
use crate::execution::ThreadId;
use crate::scenario::Omitted;
use crate::wfp::CallKey;
use crate::wfp::Circumstances;

use super::plan::Plan;

/// A thread takes the place of another, which is left out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exchange<'a> {
    workload: &'a Workload,
    /// The thread that is there.
    from: usize,
    /// The thread that is to be there instead.
    to: usize,
}

/// The exchanges of a thread that is there for one before it that is left out and alike; the last
/// thread first, and the first place first.
pub(super) fn exchanges<'a>(
    workload: &'a Workload,
    omitted: &BTreeSet<Omitted>,
) -> Vec<Exchange<'a>> {
    let threads = 0..workload.threads.len();
    let is_out = |thread: &usize| omitted.contains(&Omitted::Thread(*thread));
    let kept = threads.clone().rev().filter(|thread| !is_out(thread));
    let pairs = kept.flat_map(|from| (0..from).filter(is_out).map(move |to| (from, to)));
    let exchange = |(from, to)| Exchange { workload, from, to };
    let has_fault = |thread: usize| {
        let mut faults = workload.faults.iter().enumerate();
        faults.any(|(index, fault)| {
            fault.thread == thread && !omitted.contains(&Omitted::Fault(index))
        })
    };
    pairs
        .filter(|&(from, to)| !has_fault(from) && !has_fault(to))
        .map(exchange)
        .filter(Exchange::are_alike)
        .collect()
}

impl Exchange<'_> {
    fn calls(&self) -> impl Iterator<Item = (&Call, &Call)> {
        let threads = &self.workload.threads;
        threads[self.from].calls.iter().zip(&threads[self.to].calls)
    }

    fn are_alike(&self) -> bool {
        let threads = &self.workload.threads;
        let links = &self.workload.links;
        let same_count = threads[self.from].calls.len() == threads[self.to].calls.len();
        let same_link = |one: usize, other: usize| {
            let (one, other) = (&links[one], &links[other]);
            (one.attach_type, one.compartment, one.attached)
                == (other.attach_type, other.compartment, other.attached)
        };
        // A link of the one stands for the same link of the other wherever it occurs.
        let is_consistent = |one: &Call, other: &Call| {
            let mut calls = self.calls();
            calls.all(|(a, b)| (a.link == one.link) == (b.link == other.link))
        };
        let alike = |(one, other): (&Call, &Call)| {
            (one.kind, one.returns) == (other.kind, other.returns)
                && same_link(one.link, other.link)
                && is_consistent(one, other)
        };
        same_count && self.calls().all(alike)
    }

    /// The thread that does in the other's place what this one did: also the work that it leaves
    /// for later, and its thread of the system.
    fn thread(&self, thread: ThreadId) -> ThreadId {
        let system = self.workload.system_threads_from();
        let offset = system.filter(|first| thread.index() >= *first).unwrap_or(0);
        let caller = thread.index() - offset;
        let item = |link: usize| self.workload.work_item_of(link);
        let items = self
            .calls()
            .map(|(one, other)| (item(one.link), item(other.link)));
        let mut places = std::iter::once((self.from, self.to)).chain(items);
        let place = places.find(|(from, _)| *from == caller);
        place.map_or(thread, |(_, to)| ThreadId::new(to + offset))
    }

    /// What is left out with the exchange.
    pub(super) fn omitted(&self, omitted: &BTreeSet<Omitted>) -> BTreeSet<Omitted> {
        let place = |thread: usize| {
            if thread == self.from {
                self.to
            } else if thread == self.to {
                self.from
            } else {
                thread
            }
        };
        let exchanged = |part: &Omitted| match *part {
            Omitted::Thread(thread) => Omitted::Thread(place(thread)),
            Omitted::Call { thread, call } => Omitted::Call {
                thread: place(thread),
                call,
            },
            Omitted::Fault(fault) => Omitted::Fault(fault),
        };
        omitted.iter().map(exchanged).collect()
    }

    /// The circumstances with the exchange.
    pub(super) fn circumstances(&self, circumstances: &Circumstances) -> Circumstances {
        let exchanged = |call: &CallKey| CallKey {
            thread: self.thread(call.thread),
            ..*call
        };
        let faults = circumstances.faults.iter();
        Circumstances {
            faults: faults
                .map(|(call, fault)| (exchanged(call), *fault))
                .collect(),
            profile: circumstances.profile,
        }
    }

    /// The schedule with the exchange.
    pub(super) fn plan(&self, execution: &Execution) -> Plan {
        let decisions = execution.schedule().0.into_iter();
        Plan::of_decisions(decisions.map(|mut decision| {
            decision.thread = self.thread(decision.thread);
            decision
        }))
    }
}
