//! The filter context: what all programs of one hook and compartment share.
//!
//! It lives as long as somebody holds a reference: one for the provider's list, one for each filter
//! that the engine has, which its delete notification gives back.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use parking_lot::Mutex;

use crate::attach::AttachType;
use crate::attach::Capability;
use crate::execution::ContextAtRest;
use crate::execution::Fact;
use crate::execution::Misuse;
use crate::execution::ObjectKind;
use crate::execution::Operation;
use crate::execution::Verb;
use crate::kernel::ReferenceCount;
use crate::runtime::Runtime;
use crate::runtime::Shared;
use crate::wfp::EngineHandle;
use crate::wfp::FilterId;

/// What the driver believes of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FilterState {
    Added,
    Deleting,
    DeleteFailed,
    Deleted,
}

/// A filter context.
#[derive(Debug)]
pub(super) struct Context<R: Runtime> {
    pub(super) number: u32,
    pub(super) attach_type: AttachType,
    /// The attach data: the compartment, 0 for all.
    pub(super) compartment: u32,
    /// The clients (by link) that share it.
    clients: Shared<R, Vec<u16>>,
    filters: Shared<R, Vec<(FilterId, FilterState)>>,
    references: ReferenceCount<R>,
    /// The handle of its own, if the strategy gives it one. Set before anybody else sees it.
    handle: Mutex<EngineHandle>,
    /// Whether its memory was given back. For the judge: no thread reads it.
    freed: AtomicBool,
}

impl<R: Runtime> Context<R> {
    /// A context with one client and the initial reference.
    pub(super) fn new(attach_type: AttachType, compartment: u32, client: u16) -> Self {
        let id = R::fresh(ObjectKind::ContextReferences);
        let filters = u32::try_from(attach_type.filters().len()).expect("few filters");
        R::record(Fact::ContextMade {
            context: id.serial(),
            filters,
        });
        Self {
            number: id.serial(),
            attach_type,
            compartment,
            clients: Shared::new(id.sibling(ObjectKind::ContextClients), vec![client]),
            filters: Shared::new(id.sibling(ObjectKind::ContextFilters), Vec::new()),
            references: ReferenceCount::new(id, 1),
            handle: Mutex::new(EngineHandle::NULL),
            freed: AtomicBool::new(false),
        }
    }

    /// Records a use of freed memory, if it is one.
    fn used(&self) {
        if self.freed.load(Ordering::Relaxed) {
            R::record(Fact::Misused(Misuse::UseAfterFree));
        }
    }

    pub(super) fn handle(&self) -> EngineHandle {
        *self.handle.lock()
    }

    pub(super) fn set_handle(&self, handle: EngineHandle) {
        *self.handle.lock() = handle;
    }

    /// Adds a client, if there is room.
    pub(super) fn add_client(&self, client: u16) -> bool {
        let operation = Operation::on(Verb::ClientAdd, self.clients.id());
        let added = R::act(operation, (&self.clients,), |(mut clients,)| {
            let room = clients.len() < Capability::CLIENTS_MAX;
            if room {
                clients.push(client);
            }
            room
        });
        self.used();
        added
    }

    /// Removes a client: how many are left.
    pub(super) fn remove_client(&self, client: u16) -> u32 {
        let operation = Operation::on(Verb::ClientRemove, self.clients.id());
        let left = R::act(operation, (&self.clients,), |(mut clients,)| {
            clients.retain(|other| *other != client);
            u32::try_from(clients.len()).expect("at most 16")
        });
        self.used();
        left
    }

    pub(super) fn publish(&self, ids: &[FilterId]) {
        let operation = Operation::on(Verb::FiltersPublish, self.filters.id());
        R::act(operation, (&self.filters,), |(mut filters,)| {
            *filters = ids.iter().map(|&id| (id, FilterState::Added)).collect();
        });
        self.used();
    }

    /// The published filters, for the detach, which is alone with them under the provider's lock.
    pub(super) fn filter_ids(&self) -> Vec<FilterId> {
        self.filters
            .inspect(|filters| filters.iter().map(|(id, _)| *id).collect())
    }

    /// Notes the state of a filter, over whatever it was: whether there is a place for it.
    pub(super) fn set_state(&self, filter: FilterId, state: FilterState) -> bool {
        let operation = Operation::on(Verb::FilterState, self.filters.id()).with(filter.value());
        let ((), published) = R::act(operation, (&self.filters,), |(mut filters,)| {
            let found = filters.iter_mut().find(|(id, _)| *id == filter);
            if let Some((_, known)) = found {
                *known = state;
            }
            ((), !filters.is_empty())
        });
        self.used();
        published
    }

    /// The delete notification of a filter. It looks through as many identifiers as there are
    /// filters: the hook notes that number before it adds them. The pointer to the identifiers is
    /// null up to the commit, for the context is zeroed when it is made and the adds hand them over
    /// only at their end. All of this is so in A1 already, and still today.
    pub(super) fn filter_deleted(&self, filter: FilterId) {
        if !self.set_state(filter, FilterState::Deleted) {
            R::record(Fact::Misused(Misuse::NullPointer));
        }
    }

    pub(super) fn reference(&self) {
        self.references.reference();
        self.used();
    }

    /// Gives a reference back: how many are left.
    pub(super) fn dereference(&self) -> u32 {
        let left = self.references.dereference();
        self.used();
        left
    }

    pub(super) fn free(&self) {
        let again = self.freed.swap(true, Ordering::Relaxed);
        if again {
            R::record(Fact::Misused(Misuse::UseAfterFree));
        }
    }

    pub(super) fn is_freed(&self) -> bool {
        self.freed.load(Ordering::Relaxed)
    }

    pub(super) fn at_rest(&self, listed: bool) -> ContextAtRest {
        ContextAtRest {
            context: self.number,
            filters: u32::try_from(self.attach_type.filters().len()).expect("few filters"),
            references: self.references.count(),
            listed,
            freed: self.is_freed(),
        }
    }
}
