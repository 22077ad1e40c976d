//! Enumerations: a snapshot, taken when the handle is made.
//!
//! Source: <https://learn.microsoft.com/windows/win32/api/fwpmu/nf-fwpmu-fwpmfiltercreateenumhandle0>.
//! Inside a transaction it shows the transaction's own changes. It stays as it is, whatever is
//! deleted, until it is destroyed or its session ends. Filters that are in force only at boot time
//! are not in it (seen on Windows). Left out: templates other than "all".

use crate::execution::ObjectKind;
use crate::execution::Operation;
use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::status::NtStatus;

use super::Callout;
use super::Engine;
use super::EngineHandle;
use super::EnumHandle;
use super::Filter;
use super::Lifetime;
use super::Objects;
use super::Provider;
use super::ProviderContext;
use super::SessionInfo;
use super::Sublayer;
use super::key::name;

/// A kind of object that can be enumerated and subscribed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Providers.
    Provider,
    /// Sublayers.
    Sublayer,
    /// Callouts.
    Callout,
    /// Provider contexts.
    ProviderContext,
    /// Filters.
    Filter,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Provider,
        Self::Sublayer,
        Self::Callout,
        Self::ProviderContext,
        Self::Filter,
    ];
}

/// Any object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnyObject {
    /// A provider.
    Provider(Provider),
    /// A sublayer.
    Sublayer(Sublayer),
    /// A callout.
    Callout(Callout),
    /// A provider context.
    ProviderContext(ProviderContext),
    /// A filter.
    Filter(Filter),
}

/// A snapshot, and how much of it was returned.
#[derive(Debug)]
pub(super) struct Enumeration {
    objects: Objects,
    kind: Kind,
    returned: usize,
}

impl Objects {
    /// The objects of a kind that an enumeration shows, in the order in which they were added: at
    /// most so many, after those that are skipped.
    pub fn of_kind(&self, kind: Kind, skipped: usize, at_most: usize) -> Vec<AnyObject> {
        fn page<T: Copy>(
            all: impl Iterator<Item = T>,
            (skipped, at_most): (usize, usize),
            wrap: fn(T) -> AnyObject,
        ) -> Vec<AnyObject> {
            all.skip(skipped).take(at_most).map(wrap).collect()
        }
        let part = (skipped, at_most);
        let shown = |filter: &Filter| filter.lifetime != Lifetime::BootTime;
        match kind {
            Kind::Provider => page(self.providers.iter().copied(), part, AnyObject::Provider),
            Kind::Sublayer => page(self.sublayers.iter().copied(), part, AnyObject::Sublayer),
            Kind::Callout => page(self.callouts.iter().copied(), part, AnyObject::Callout),
            Kind::ProviderContext => {
                let contexts = self.provider_contexts.iter().copied();
                page(contexts, part, AnyObject::ProviderContext)
            }
            Kind::Filter => {
                let filters = self.filters.iter().copied().filter(shown);
                page(filters, part, AnyObject::Filter)
            }
        }
    }
}

impl<R: Runtime> Engine<R> {
    /// `Fwpm…CreateEnumHandle0` for all objects of a kind.
    ///
    /// # Errors
    ///
    /// What is common to all calls, and `TIMEOUT`.
    pub fn enum_create(&self, handle: EngineHandle, kind: Kind) -> Result<EnumHandle, NtStatus> {
        let call = self.call(handle, Verb::EnumCreate)?;
        let own = EnumHandle(name::<R>(ObjectKind::Enumeration)?.serial());
        self.look_up(&call, |writes, objects| {
            let snapshot = Enumeration {
                objects: objects.clone(),
                kind,
                returned: 0,
            };
            writes.enumerations.push((own, snapshot));
            Ok(own)
        })
    }

    /// `Fwpm…Enum0`: the next objects, at most so many. Fewer say that there are no more.
    ///
    /// # Errors
    ///
    /// `INVALID_ENUMERATOR` for a handle that is none of this session, and what is common to all
    /// calls.
    pub fn enumerate(
        &self,
        handle: EngineHandle,
        enumeration: EnumHandle,
        requested: usize,
    ) -> Result<Vec<AnyObject>, NtStatus> {
        let call = self.call_without_lock(handle, Verb::Enumerate)?;
        let objects = (&call.session.slot, &call.session.writes);
        R::act(call.operation(), objects, |(mut slot, mut writes)| {
            if let Some(refused) = self.refusal(&mut slot, call.began_open) {
                return Err(refused);
            }
            let known = writes.enumerations.iter_mut();
            let mut known = known.filter(|(own, _)| *own == enumeration);
            let (_, snapshot) = known.next().ok_or(NtStatus::INVALID_ENUMERATOR)?;
            let Enumeration {
                objects,
                kind,
                returned,
            } = snapshot;
            let next = objects.of_kind(*kind, *returned, requested);
            snapshot.returned += next.len();
            Ok(next)
        })
    }

    /// `Fwpm…DestroyEnumHandle0`.
    ///
    /// Returns `INVALID_ENUMERATOR` for a handle that is none of this session, and what is common
    /// to all calls.
    pub fn enum_destroy(&self, handle: EngineHandle, enumeration: EnumHandle) -> NtStatus {
        let call = match self.call_without_lock(handle, Verb::EnumDestroy) {
            Ok(call) => call,
            Err(status) => return status,
        };
        let objects = (&call.session.slot, &call.session.writes);
        R::act(call.operation(), objects, |(mut slot, mut writes)| {
            if let Some(refused) = self.refusal(&mut slot, call.began_open) {
                return refused;
            }
            let before = writes.enumerations.len();
            writes.enumerations.retain(|(own, _)| *own != enumeration);
            if writes.enumerations.len() == before {
                return NtStatus::INVALID_ENUMERATOR;
            }
            NtStatus::SUCCESS
        })
    }

    /// `FwpmSessionCreateEnumHandle0` and `FwpmSessionEnum0`: the sessions that are open. Needs no
    /// transaction lock.
    ///
    /// # Errors
    ///
    /// What is common to all calls.
    pub fn sessions(&self, handle: EngineHandle) -> Result<Vec<SessionInfo>, NtStatus> {
        let session = self.require(handle)?;
        let operation = Operation::on(Verb::EnumCreate, session.slot.id()).with(1);
        let default_wait = || {
            self.ledger()
                .consult(super::Question::DefaultWait)
                .default_wait
        };
        let objects = (&session.slot, &self.inner().service);
        R::act(operation, objects, |(mut slot, service)| {
            match self.refusal(&mut slot, false) {
                Some(refused) => Err(refused),
                None => Ok(service.sessions(default_wait)),
            }
        })
    }
}
