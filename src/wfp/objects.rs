//! All objects of an engine, and the rules about what may be added to and removed from them.
//!
//! A check looks at the objects and returns the [`Change`] to make, or the status of the rule that
//! forbids it; [`Objects::apply`] makes it. Where several rules forbid a call, the order here is:
//! session kind, own structure, what is referred to (it exists; it is not another session's; it
//! lives long enough), uniqueness; for a delete, that the object exists, who owns it, and what
//! refers to it. The documentation leaves that order open.
//!
//! Sources: Object Management (<https://learn.microsoft.com/windows/win32/fwp/object-management>)
//! for lifetimes and references, and the remarks of each `Fwpm…Delete…` page for who may delete.
//! That a reference to another session's dynamic object is `WRONG_SESSION` is what is seen in the
//! field; the wording of the documentation would also allow `LIFETIME_MISMATCH`.

use std::sync::Arc;

use crate::status::NtStatus;

use super::Callout;
use super::Filter;
use super::FilterId;
use super::Key;
use super::Lifetime;
use super::Provider;
use super::SessionId;
use super::Sublayer;

/// Who asks for a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The session.
    pub session: SessionId,
    /// Whether it is dynamic.
    pub dynamic: bool,
}

/// A change that a check has allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A provider comes.
    AddProvider(Provider),
    /// A provider goes.
    RemoveProvider(Key),
    /// A sublayer comes.
    AddSublayer(Sublayer),
    /// A sublayer goes.
    RemoveSublayer(Key),
    /// A callout comes.
    AddCallout(Callout),
    /// A callout goes.
    RemoveCallout(Key),
    /// A filter comes.
    AddFilter(Filter),
    /// A filter goes.
    RemoveFilter(Filter),
}

/// All objects of an engine. Copies share what neither of them changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Objects {
    providers: Arc<Vec<Provider>>,
    sublayers: Arc<Vec<Sublayer>>,
    callouts: Arc<Vec<Callout>>,
    filters: Arc<Vec<Filter>>,
}

impl Objects {
    /// The filters, in the order in which they were added.
    pub fn filters(&self) -> &[Filter] {
        &self.filters
    }

    /// The filter with this identifier.
    pub fn filter(&self, id: FilterId) -> Option<&Filter> {
        self.filters.iter().find(|filter| filter.id == id)
    }

    /// The provider with this key.
    pub fn provider(&self, key: Key) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.key == key)
    }

    /// The sublayer with this key.
    pub fn sublayer(&self, key: Key) -> Option<&Sublayer> {
        self.sublayers.iter().find(|sublayer| sublayer.key == key)
    }

    /// The callout with this key.
    pub fn callout(&self, key: Key) -> Option<&Callout> {
        self.callouts.iter().find(|callout| callout.key == key)
    }

    /// Makes a change that a check of these same objects has allowed.
    pub fn apply(&mut self, change: Change) {
        match change {
            Change::AddProvider(provider) => Arc::make_mut(&mut self.providers).push(provider),
            Change::RemoveProvider(key) => {
                Arc::make_mut(&mut self.providers).retain(|provider| provider.key != key);
            }
            Change::AddSublayer(sublayer) => Arc::make_mut(&mut self.sublayers).push(sublayer),
            Change::RemoveSublayer(key) => {
                Arc::make_mut(&mut self.sublayers).retain(|sublayer| sublayer.key != key);
            }
            Change::AddCallout(callout) => Arc::make_mut(&mut self.callouts).push(callout),
            Change::RemoveCallout(key) => {
                Arc::make_mut(&mut self.callouts).retain(|callout| callout.key != key);
            }
            Change::AddFilter(filter) => Arc::make_mut(&mut self.filters).push(filter),
            Change::RemoveFilter(gone) => {
                Arc::make_mut(&mut self.filters).retain(|filter| filter.id != gone.id);
            }
        }
    }

    /// Checks `FwpmProviderAdd0`.
    ///
    /// # Errors
    ///
    /// `DYNAMIC_SESSION_IN_PROGRESS`, `NULL_DISPLAY_NAME` or `ALREADY_EXISTS`.
    pub fn add_provider(&self, origin: Origin, provider: Provider) -> Result<Change, NtStatus> {
        let lifetime = lifetime_of(origin, provider.lifetime)?;
        require_name(provider.named)?;
        refuse_if(
            self.provider(provider.key).is_some(),
            NtStatus::ALREADY_EXISTS,
        )?;
        Ok(Change::AddProvider(Provider {
            lifetime,
            ..provider
        }))
    }

    /// Checks `FwpmSubLayerAdd0`.
    ///
    /// # Errors
    ///
    /// As [`Objects::add_provider`], and `PROVIDER_NOT_FOUND`, `WRONG_SESSION` or
    /// `LIFETIME_MISMATCH` for its provider.
    pub fn add_sublayer(&self, origin: Origin, sublayer: Sublayer) -> Result<Change, NtStatus> {
        let lifetime = lifetime_of(origin, sublayer.lifetime)?;
        require_name(sublayer.named)?;
        self.check_provider(lifetime, sublayer.provider)?;
        refuse_if(
            self.sublayer(sublayer.key).is_some(),
            NtStatus::ALREADY_EXISTS,
        )?;
        Ok(Change::AddSublayer(Sublayer {
            lifetime,
            ..sublayer
        }))
    }

    /// Checks `FwpmCalloutAdd0`.
    ///
    /// # Errors
    ///
    /// As [`Objects::add_sublayer`].
    pub fn add_callout(&self, origin: Origin, callout: Callout) -> Result<Change, NtStatus> {
        let lifetime = lifetime_of(origin, callout.lifetime)?;
        require_name(callout.named)?;
        self.check_provider(lifetime, callout.provider)?;
        refuse_if(
            self.callout(callout.key).is_some(),
            NtStatus::ALREADY_EXISTS,
        )?;
        Ok(Change::AddCallout(Callout {
            lifetime,
            ..callout
        }))
    }

    /// Checks `FwpmFilterAdd0`.
    ///
    /// # Errors
    ///
    /// As [`Objects::add_sublayer`], and `SUBLAYER_NOT_FOUND` or `CALLOUT_NOT_FOUND`, or the same
    /// statuses about sublayer and callout.
    pub fn add_filter(&self, origin: Origin, filter: Filter) -> Result<Change, NtStatus> {
        let lifetime = lifetime_of(origin, filter.lifetime)?;
        require_name(filter.named)?;
        let owner = filter.provider;
        if let Some(key) = filter.sublayer {
            let sublayer = self.sublayer(key).ok_or(NtStatus::SUBLAYER_NOT_FOUND)?;
            check_reference(lifetime, sublayer.lifetime, owner == sublayer.provider)?;
        }
        self.check_provider(lifetime, owner)?;
        if let Some(key) = filter.callout {
            let callout = self.callout(key).ok_or(NtStatus::CALLOUT_NOT_FOUND)?;
            check_reference(lifetime, callout.lifetime, owner == callout.provider)?;
        }
        Ok(Change::AddFilter(Filter { lifetime, ..filter }))
    }

    /// Checks `FwpmProviderDeleteByKey0`.
    ///
    /// # Errors
    ///
    /// `PROVIDER_NOT_FOUND`, `IN_USE`, or what [`Objects::remove_filter`] says about sessions.
    pub fn remove_provider(&self, origin: Origin, key: Key) -> Result<Change, NtStatus> {
        let provider = self.provider(key).ok_or(NtStatus::PROVIDER_NOT_FOUND)?;
        check_delete(origin, provider.lifetime)?;
        let refers = |owner: Option<Key>| owner == Some(key);
        let used = self
            .sublayers
            .iter()
            .any(|sublayer| refers(sublayer.provider))
            || self.callouts.iter().any(|callout| refers(callout.provider))
            || self.filters.iter().any(|filter| refers(filter.provider));
        refuse_if(used, NtStatus::IN_USE)?;
        Ok(Change::RemoveProvider(key))
    }

    /// Checks `FwpmSubLayerDeleteByKey0`.
    ///
    /// # Errors
    ///
    /// `SUBLAYER_NOT_FOUND`, `IN_USE`, or what [`Objects::remove_filter`] says about sessions.
    pub fn remove_sublayer(&self, origin: Origin, key: Key) -> Result<Change, NtStatus> {
        let sublayer = self.sublayer(key).ok_or(NtStatus::SUBLAYER_NOT_FOUND)?;
        check_delete(origin, sublayer.lifetime)?;
        let used = self
            .filters
            .iter()
            .any(|filter| filter.sublayer == Some(key));
        refuse_if(used, NtStatus::IN_USE)?;
        Ok(Change::RemoveSublayer(key))
    }

    /// Checks `FwpmCalloutDeleteByKey0`.
    ///
    /// # Errors
    ///
    /// `CALLOUT_NOT_FOUND`, `IN_USE`, or what [`Objects::remove_filter`] says about sessions.
    pub fn remove_callout(&self, origin: Origin, key: Key) -> Result<Change, NtStatus> {
        let callout = self.callout(key).ok_or(NtStatus::CALLOUT_NOT_FOUND)?;
        check_delete(origin, callout.lifetime)?;
        let used = self
            .filters
            .iter()
            .any(|filter| filter.callout == Some(key));
        refuse_if(used, NtStatus::IN_USE)?;
        Ok(Change::RemoveCallout(key))
    }

    /// Checks `FwpmFilterDeleteById0`.
    ///
    /// # Errors
    ///
    /// `FILTER_NOT_FOUND`; from a dynamic session, `WRONG_SESSION` for another's dynamic object and
    /// `DYNAMIC_SESSION_IN_PROGRESS` for one that is not dynamic; `BUILTIN_OBJECT`.
    pub fn remove_filter(&self, origin: Origin, id: FilterId) -> Result<Change, NtStatus> {
        let filter = self.filter(id).ok_or(NtStatus::FILTER_NOT_FOUND)?;
        check_delete(origin, filter.lifetime)?;
        Ok(Change::RemoveFilter(*filter))
    }

    /// What goes when a dynamic session ends, in an order in which nothing refers to what is gone.
    pub fn owned_by(&self, session: SessionId) -> Vec<Change> {
        let own = |lifetime: Lifetime| lifetime == Lifetime::Dynamic(session);
        let filters = self.filters.iter().filter(|filter| own(filter.lifetime));
        let callouts = self.callouts.iter().filter(|callout| own(callout.lifetime));
        let sublayers = self
            .sublayers
            .iter()
            .filter(|sublayer| own(sublayer.lifetime));
        let providers = self
            .providers
            .iter()
            .filter(|provider| own(provider.lifetime));
        filters
            .map(|filter| Change::RemoveFilter(*filter))
            .chain(callouts.map(|callout| Change::RemoveCallout(callout.key)))
            .chain(sublayers.map(|sublayer| Change::RemoveSublayer(sublayer.key)))
            .chain(providers.map(|provider| Change::RemoveProvider(provider.key)))
            .collect()
    }

    fn check_provider(&self, lifetime: Lifetime, provider: Option<Key>) -> Result<(), NtStatus> {
        let Some(key) = provider else {
            return Ok(());
        };
        let provider = self.provider(key).ok_or(NtStatus::PROVIDER_NOT_FOUND)?;
        check_reference(lifetime, provider.lifetime, true)
    }
}

fn refuse_if(refused: bool, status: NtStatus) -> Result<(), NtStatus> {
    if refused { Err(status) } else { Ok(()) }
}

fn require_name(named: bool) -> Result<(), NtStatus> {
    refuse_if(!named, NtStatus::NULL_DISPLAY_NAME)
}

/// The lifetime that an object gets: what a dynamic session adds is the session's.
fn lifetime_of(origin: Origin, asked: Lifetime) -> Result<Lifetime, NtStatus> {
    match asked {
        Lifetime::Persistent if origin.dynamic => Err(NtStatus::DYNAMIC_SESSION_IN_PROGRESS),
        Lifetime::Persistent | Lifetime::BuiltIn => Ok(asked),
        Lifetime::Static | Lifetime::Dynamic(_) if origin.dynamic => {
            Ok(Lifetime::Dynamic(origin.session))
        }
        Lifetime::Static | Lifetime::Dynamic(_) => Ok(Lifetime::Static),
    }
}

/// Nothing refers to what may go before it.
fn check_reference(from: Lifetime, to: Lifetime, same_provider: bool) -> Result<(), NtStatus> {
    match (from, to) {
        (_, Lifetime::BuiltIn) => Ok(()),
        (Lifetime::Persistent, Lifetime::Persistent) if same_provider => Ok(()),
        (Lifetime::Persistent, _) => Err(NtStatus::LIFETIME_MISMATCH),
        (_, Lifetime::Persistent | Lifetime::Static) => Ok(()),
        (from, to) => refuse_if(from != to, NtStatus::WRONG_SESSION),
    }
}

fn check_delete(origin: Origin, lifetime: Lifetime) -> Result<(), NtStatus> {
    match lifetime {
        Lifetime::BuiltIn => Err(NtStatus::BUILTIN_OBJECT),
        Lifetime::Dynamic(owner) if origin.dynamic => {
            refuse_if(owner != origin.session, NtStatus::WRONG_SESSION)
        }
        Lifetime::Persistent | Lifetime::Static if origin.dynamic => {
            Err(NtStatus::DYNAMIC_SESSION_IN_PROGRESS)
        }
        Lifetime::Dynamic(_) | Lifetime::Persistent | Lifetime::Static => Ok(()),
    }
}
