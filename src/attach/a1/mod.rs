//! Generation A1: netebpfext between #3751 (2024-09-04) and #3866 (2024-10-09), and what of
//! ebpfcore and NMR stands above it.
//!
//! The way of an attach: the user's call makes a link object ([`link`]); the link registers as an
//! NMR client ([`nmr`]); NMR offers it to the hook provider of its attach type ([`provider`]),
//! which takes its push lock, checks whether the hook takes another program, and makes a filter
//! context ([`context`]) whose filters it adds to the engine. A detach goes the same way back, and
//! ends in a work item that waits until no invocation of the program is left.
//!
//! Modelled as steps: the link's state, the NMR binding, the provider's push lock, its list and
//! rundown, the context's clients, filter states and references, the client's rundown, every engine
//! call, and every fault. A spin-lock region that contains nothing but its own few words is one
//! step.
//!
//! Left out: user mode's second thoughts (a link kept alive after its handle closed), programs and
//! their invocation, providers that do not match the attach type (each answers
//! `STATUS_NOINTERFACE` and touches nothing), unloading, and the registration of providers, which
//! is over before the threads start.
//!
//! The handle of a context (#3866) is opened at the end of the context's creation and closed in its
//! last dereference; the lock of #3865 is taken around the adds and around the deletes.
//!
//! Source: ebpf-for-windows at 8fb3a7e30^, `netebpfext/net_ebpf_ext*.c`, `libs/execution_context/`.

mod context;
mod link;
mod nmr;
mod provider;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Weak;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use parking_lot::Mutex;

use crate::execution::FinalState;
use crate::runtime::Runtime;
use crate::status::NtStatus;
use crate::strategy::Strategy;
use crate::wfp::Notification;
use crate::wfp::NotifyFn;

use super::Attach;
use super::AttachType;
use super::FaultPoint;
use super::Returned;
use super::StartUp;
use super::Workload;
use super::direct::filters_at_rest;
use super::driver::Driver;
use super::start_up::callout_key;

use context::Context;
use link::Link;
use provider::Provider;

/// The pipeline.
#[derive(Debug)]
pub(super) struct A1<R: Runtime> {
    driver: Driver<R>,
    /// The hook providers in use, by attach type. Fixed before the threads start.
    providers: BTreeMap<AttachType, Provider<R>>,
    /// The links by index. Fixed before the threads start.
    links: Vec<Link<R>>,
    /// The address book of filter contexts by number, the freed ones included. Not modelled: the
    /// number of a context reaches another thread only through modelled state.
    contexts: Mutex<BTreeMap<u32, Arc<Context<R>>>>,
    /// The allocations of clients and work items that were not given back.
    allocated: Arc<AtomicU32>,
}

impl<R: Runtime> A1<R> {
    /// The pipeline after its start: providers are registered, callouts have functions, and the
    /// links that the scenario says are attached are. To be called outside scheduling.
    pub(super) fn start(
        start_up: &StartUp,
        strategy: &Strategy,
        workload: &Arc<Workload>,
    ) -> Arc<Self> {
        let driver = Driver::<R>::new(start_up, strategy, workload);
        let types = workload.links.iter().map(|link| link.attach_type);
        let provider = |attach_type| (attach_type, Provider::new(attach_type, &driver.irqls));
        let providers = types.map(provider).collect();
        let links = workload.links.iter().enumerate();
        let links = links
            .map(|(index, spec)| Link::new(index, spec, workload))
            .collect();
        let pipeline = Arc::new(Self {
            driver,
            providers,
            links,
            contexts: Mutex::new(BTreeMap::new()),
            allocated: Arc::new(AtomicU32::new(0)),
        });
        pipeline.register_callouts();
        pipeline
    }

    fn register_callouts(self: &Arc<Self>) {
        // The engine is a part of the pipeline: a strong reference would keep both for ever.
        let weak: Weak<Self> = Arc::downgrade(self);
        let notify: NotifyFn = Arc::new(move |notification| {
            let pipeline = weak
                .upgrade()
                .expect("the pipeline outlives its executions");
            pipeline.filter_changed(notification)
        });
        let specs = self
            .providers
            .keys()
            .flat_map(|attach_type| attach_type.filters());
        for spec in specs {
            // Two attach types may share a callout: the second finds it registered.
            let key = callout_key(spec.callout);
            let _known = self
                .driver
                .engine
                .callout_register(key, Arc::clone(&notify));
        }
    }

    /// `net_ebpf_ext_filter_change_notify`. Additions are ignored.
    fn filter_changed(&self, notification: Notification) -> NtStatus {
        if let Notification::FilterDeleted(filter) = notification
            && self.driver.fault(FaultPoint::DeleteNotification).is_none()
        {
            let context = self.context(filter.raw_context);
            context.filter_deleted(filter.id);
            self.dereference(&context);
        }
        NtStatus::SUCCESS
    }

    fn context(&self, number: u32) -> Arc<Context<R>> {
        let contexts = self.contexts.lock();
        Arc::clone(
            contexts
                .get(&number)
                .expect("internal bug: every context is in the book"),
        )
    }

    fn provider(&self, attach_type: AttachType) -> &Provider<R> {
        self.providers
            .get(&attach_type)
            .expect("internal bug: the provider of every link exists")
    }

    /// Gives a reference on a filter context back; the last one frees it.
    fn dereference(&self, context: &Context<R>) {
        if context.dereference() == 0 {
            // In this order: the provider may be gone while the rest still runs.
            self.provider(context.attach_type).rundown.release();
            self.free(context);
        }
    }

    /// Frees a filter context, whatever its reference count.
    fn free(&self, context: &Context<R>) {
        self.driver.close_for_context(context.handle());
        context.free();
    }

    /// Allocates something that is neither a context nor an engine object.
    fn allocate(&self, point: FaultPoint) -> Result<(), NtStatus> {
        if let Some(status) = self.driver.fault(point) {
            return Err(status);
        }
        self.allocated.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn deallocate(&self) {
        self.allocated.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<R: Runtime> Attach for A1<R> {
    fn attach(&self, link: usize, call: u16) -> Returned {
        self.link_attach(&self.links[link], call)
    }

    fn detach(&self, link: usize, call: u16) -> Returned {
        self.link_detach(&self.links[link], call)
    }

    fn thread_ends(&self) {
        self.driver.thread_ends();
    }

    fn rest(&self) -> FinalState {
        let contexts: Vec<Arc<Context<R>>> = self.contexts.lock().values().cloned().collect();
        let listed =
            |context: &Context<R>| self.provider(context.attach_type).lists(context.number);
        // A bound link keeps its client and the client's work item.
        let bound = self
            .links
            .iter()
            .filter(|link| link.at_rest().bound)
            .count();
        let kept = 2 * u32::try_from(bound).expect("few links");
        let engine = &self.driver.engine;
        FinalState {
            contexts: contexts
                .iter()
                .map(|context| context.at_rest(listed(context)))
                .collect(),
            providers: self
                .providers
                .values()
                .map(|provider| provider.at_rest(&contexts))
                .collect(),
            filters: filters_at_rest(engine),
            links: self.links.iter().map(Link::at_rest).collect(),
            transactions_open: engine.transactions_open(),
            leaked: self.allocated.load(Ordering::Relaxed).saturating_sub(kept),
            objection: None,
            values: Vec::new(),
        }
    }
}
