//! The hook provider: its attach and detach call-backs, and the adds and deletes they make.
//!
//! The steps of an attach carry the numbers that the tests use.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::attach::AttachType;
use crate::attach::Capability;
use crate::attach::EbpfResult;
use crate::attach::Failure;
use crate::attach::FaultPoint;
use crate::execution::Fact;
use crate::execution::ObjectId;
use crate::execution::ObjectKind;
use crate::execution::Operation;
use crate::execution::ProviderAtRest;
use crate::execution::ThreadId;
use crate::execution::Verb;
use crate::kernel::Irqls;
use crate::kernel::PushLock;
use crate::kernel::Rundown;
use crate::runtime::Runtime;
use crate::runtime::Shared;
use crate::status::NtStatus;
use crate::wfp::EngineHandle;
use crate::wfp::FilterId;

use super::A1;
use super::context::Context;
use super::context::FilterState;
use super::link::Link;

/// A hook provider: one for each attach type.
#[derive(Debug)]
pub(super) struct Provider<R: Runtime> {
    attach_type: AttachType,
    pub(super) lock: PushLock<R>,
    /// The filter contexts in use, by number; the wildcard last.
    list: Shared<R, Vec<u32>>,
    pub(super) rundown: Rundown<R>,
}

/// A hook client: what the provider keeps for one link.
#[derive(Debug)]
pub(super) struct Client<R: Runtime> {
    pub(super) context: Arc<Context<R>>,
    /// Held by every invocation of the program; waited for before the client goes.
    rundown: Arc<Rundown<R>>,
}

/// What the capability check comes to.
enum Room {
    /// A context is to be made.
    New,
    /// The context with the same attach data takes the client.
    Shared(u32),
    /// The hook takes no more.
    None,
}

impl<R: Runtime> Provider<R> {
    pub(super) fn new(attach_type: AttachType, irqls: &Irqls) -> Self {
        let id = |kind| ObjectId::initial(kind, attach_type.index());
        let verbs = (Verb::ProviderAcquire, Verb::ProviderRelease);
        Self {
            attach_type,
            lock: PushLock::new(id(ObjectKind::ProviderLock), irqls, verbs),
            list: Shared::new(id(ObjectKind::ProviderList), Vec::new()),
            rundown: Rundown::new(id(ObjectKind::ProviderRundown)),
        }
    }

    /// Whether a context is on the list, outside any execution.
    pub(super) fn lists(&self, context: u32) -> bool {
        self.list.inspect(|list| list.contains(&context))
    }

    pub(super) fn at_rest(&self, contexts: &[Arc<Context<R>>]) -> ProviderAtRest {
        let alive = contexts
            .iter()
            .filter(|context| context.attach_type == self.attach_type && !context.is_freed());
        ProviderAtRest {
            provider: self.attach_type.index(),
            rundown: self.rundown.count(),
            contexts: u32::try_from(alive.count()).expect("few contexts"),
            locked: self.lock.is_held(),
        }
    }

    fn edit_list<O: crate::runtime::Recorded>(
        &self,
        verb: Verb,
        edit: impl FnOnce(&mut Vec<u32>) -> O,
    ) -> O {
        R::act(
            Operation::on(verb, self.list.id()),
            (&self.list,),
            |(mut list,)| edit(&mut list),
        )
    }
}

impl<R: Runtime> A1<R> {
    /// The provider's attach call-back. Whatever goes wrong, it answers `STATUS_ACCESS_DENIED`.
    pub(super) fn provider_attach(
        &self,
        link: &Link<R>,
        call: u16,
    ) -> Result<Client<R>, Failure<NtStatus>> {
        // 1. The attach data is a compartment or nothing: a checked scenario has no other.
        // 2. Memory for the client and its work item; the client's rundown.
        self.allocate(FaultPoint::AllocateClient).map_err(denied)?;
        let work_item = self.allocate(FaultPoint::AllocateWorkItem);
        let id = ObjectId::initial(ObjectKind::ClientRundown, link.index);
        let rundown = Arc::new(Rundown::new(id));
        let result = work_item.and_then(|()| {
            let provider = self.provider(link.spec.attach_type);
            // 3. The provider's lock, to the end.
            self.driver.irqls.enter_critical_region::<R>();
            provider.lock.acquire();
            let context = self.place_client(provider, link, call);
            // 7. The lock is released; what is left of a failed context goes after it.
            provider.lock.release();
            self.driver.irqls.leave_critical_region::<R>();
            context.map_err(|(status, holds_rundown)| {
                if holds_rundown {
                    provider.rundown.release();
                }
                self.deallocate();
                status
            })
        });
        match result {
            Ok(context) => Ok(Client { context, rundown }),
            Err(status) => {
                self.deallocate();
                Err(denied(status))
            }
        }
    }

    /// Steps 4 to 6, under the provider's lock: the context that takes the client, or the status
    /// and whether the provider's rundown is still held.
    fn place_client(
        &self,
        provider: &Provider<R>,
        link: &Link<R>,
        call: u16,
    ) -> Result<Arc<Context<R>>, (NtStatus, bool)> {
        // 4. Does the hook take another program?
        match self.room(provider, link) {
            Room::None => return Err((NtStatus::ACCESS_DENIED, false)),
            Room::Shared(number) => {
                let context = self.context(number);
                return if context.add_client(link.index) {
                    R::record(Fact::AttachUses {
                        call,
                        context: number,
                    });
                    Ok(context)
                } else {
                    Err((NtStatus::NO_MEMORY, false))
                };
            }
            Room::New => {}
        }
        // 5. A context of its own, unless the provider is going.
        if !provider.rundown.acquire() {
            return Err((NtStatus::ACCESS_DENIED, false));
        }
        let context = self
            .create_context(link, call)
            .map_err(|status| (status, true))?;
        // 6. On the list, the wildcard last.
        provider.edit_list(Verb::ListInsert, |list| {
            let place = if link.spec.compartment == 0 {
                list.len()
            } else {
                0
            };
            list.insert(place, context.number);
        });
        Ok(context)
    }

    /// The capability check. What it reads of a context is fixed when the context is made.
    fn room(&self, provider: &Provider<R>, link: &Link<R>) -> Room {
        let operation = Operation::on(Verb::ListScan, provider.list.id());
        let (_, listed) = R::act(operation, (&provider.list,), |(list,)| {
            (
                u32::try_from(list.len()).expect("few contexts"),
                list.clone(),
            )
        });
        let compartment = link.spec.compartment;
        let same = listed
            .iter()
            .copied()
            .find(|&number| self.context(number).compartment == compartment);
        let free = match provider.attach_type.capability() {
            Capability::Multi => return same.map_or(Room::New, Room::Shared),
            Capability::Single => listed.is_empty(),
            Capability::SinglePerHook if compartment == 0 => listed.is_empty(),
            Capability::SinglePerHook => same.is_none(),
        };
        if free { Room::New } else { Room::None }
    }

    /// Step 5: `net_ebpf_extension_wfp_filter_context_create` and the adds. A failure frees the
    /// context outright, whatever references it has: sound only if nobody will be told of its
    /// filters.
    fn create_context(&self, link: &Link<R>, call: u16) -> Result<Arc<Context<R>>, NtStatus> {
        let attach_type = link.spec.attach_type;
        // a. The context, with its initial reference and its first client.
        if let Some(status) = self.driver.fault(FaultPoint::AllocateContext) {
            return Err(status);
        }
        let context = Arc::new(Context::new(attach_type, link.spec.compartment, link.index));
        self.contexts
            .lock()
            .insert(context.number, Arc::clone(&context));
        R::record(Fact::AttachUses {
            call,
            context: context.number,
        });
        let added = self.driver.open_for_context().and_then(|own| {
            context.set_handle(own);
            // c. The redirect handle.
            if attach_type.redirects()
                && let Some(status) = self.driver.fault(FaultPoint::RedirectHandle)
            {
                return Err(status);
            }
            // d. The filters.
            if let Some(status) = self.driver.fault(FaultPoint::AllocateFilterIds) {
                return Err(status);
            }
            let handle = self.driver.handle(attach_type, own)?;
            self.driver.guarded(|| self.add_filters(handle, &context))
        });
        match added {
            Ok(ids) => {
                context.publish(&ids);
                Ok(context)
            }
            // e. Freed outright.
            Err(status) => {
                self.free(&context);
                Err(status)
            }
        }
    }

    /// Step 5d: `net_ebpf_extension_add_wfp_filters`. Every failure is `EBPF_INVALID_ARGUMENT` to
    /// its caller, which does not look. A begin that fails aborts nothing.
    fn add_filters(
        &self,
        handle: EngineHandle,
        context: &Context<R>,
    ) -> Result<Vec<FilterId>, NtStatus> {
        let begun = self.driver.begin(handle);
        if !begun.is_success() {
            return Err(begun);
        }
        let mut ids = Vec::new();
        let mut status = NtStatus::SUCCESS;
        for spec in context.attach_type.filters() {
            context.reference();
            match self.driver.add(handle, spec, context.number) {
                Ok(id) => ids.push(id),
                Err(refused) => {
                    status = refused;
                    break;
                }
            }
        }
        if status.is_success() {
            status = self.driver.commit(handle);
        }
        if status.is_success() {
            return Ok(ids);
        }
        self.driver.abort(handle);
        Err(status)
    }

    /// The provider's detach call-back. It answers "pending": a work item ends the detach.
    pub(super) fn provider_detach(&self, link: &Link<R>, call: u16) {
        let client = link.client.lock().take();
        let client = client.expect("internal bug: a bound link has a client");
        let provider = self.provider(link.spec.attach_type);
        self.driver.irqls.enter_critical_region::<R>();
        provider.lock.acquire();
        let context = &client.context;
        if context.remove_client(link.index) == 0 {
            R::record(Fact::DetachTakes {
                call,
                context: context.number,
            });
            provider.edit_list(Verb::ListRemove, |list| {
                list.retain(|number| *number != context.number);
            });
            self.driver.guarded(|| self.delete_filters(context));
            self.dereference(context);
        }
        self.queue_work_item(link, client.rundown);
        provider.lock.release();
        self.driver.irqls.leave_critical_region::<R>();
    }

    /// `net_ebpf_extension_delete_wfp_filters`. The state is noted after the call, over what the
    /// notification may have noted; a failure is logged, and the filter's reference stays.
    fn delete_filters(&self, context: &Context<R>) {
        let handle = self.driver.handle(context.attach_type, context.handle());
        for id in context.filter_ids() {
            let deleted = handle.is_ok_and(|handle| self.driver.delete(handle, id).is_success());
            let state = if deleted {
                FilterState::Deleting
            } else {
                FilterState::DeleteFailed
            };
            context.set_state(id, state);
        }
    }

    /// The work item: wait for the last invocation, free itself, tell NMR, free the client.
    fn queue_work_item(&self, link: &Link<R>, rundown: Arc<Rundown<R>>) {
        let binding = Arc::clone(&link.binding);
        let allocated = Arc::clone(&self.allocated);
        R::spawn(ThreadId::new(link.work_item), move || {
            rundown.wait();
            binding.detach_complete();
            // The work item and the client.
            allocated.fetch_sub(2, Ordering::Relaxed);
        });
    }
}

/// The status of every failed attach of a provider.
fn denied(cause: NtStatus) -> Failure<NtStatus> {
    let result = Failure {
        error: EbpfResult::InvalidArgument,
        cause,
    };
    result.as_error(NtStatus::ACCESS_DENIED)
}
