//! The rules about what may be deleted, and whose security may be changed.
//!
//! The order here: the object exists; who owns it; access; what refers to it. The documentation
//! leaves that order open. Source: the remarks of each `Fwpm…Delete…` page, such as
//! <https://learn.microsoft.com/windows/win32/api/fwpmu/nf-fwpmu-fwpmfilterdeletebyid0>, and Object
//! Management: what is referred to cannot be deleted, as the caller's transaction sees it.

use crate::status::NtStatus;

use super::Caller;
use super::Change;
use super::FilterId;
use super::Key;
use super::Lifetime;
use super::Objects;
use super::caller::refuse_if;

/// An object by its kind and name, to be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A provider by key.
    Provider(Key),
    /// A sublayer by key.
    Sublayer(Key),
    /// A callout by key.
    Callout(Key),
    /// A provider context by key.
    ProviderContext(Key),
    /// A filter by identifier.
    Filter(FilterId),
    /// A filter by key.
    FilterKey(Key),
}

impl Target {
    /// Whether this caller may delete it.
    pub(super) fn remove(self, objects: &Objects, caller: Caller<'_>) -> Result<Change, NtStatus> {
        let (lifetime, change) = self.find(objects)?;
        caller.check_ownership(lifetime)?;
        caller.require_access()?;
        refuse_if(self.is_used(objects), NtStatus::IN_USE)?;
        Ok(change)
    }

    /// Whether this caller may change its security.
    pub(super) fn secure(self, objects: &Objects, caller: Caller<'_>) -> Result<(), NtStatus> {
        let (lifetime, _) = self.find(objects)?;
        if lifetime != Lifetime::BuiltIn {
            caller.check_ownership(lifetime)?;
        }
        caller.require_access()
    }

    fn find(self, objects: &Objects) -> Result<(Lifetime, Change), NtStatus> {
        let found = match self {
            Self::Provider(key) => {
                let found = objects.provider(key);
                found.map(|provider| (provider.lifetime, Change::RemoveProvider(key)))
            }
            Self::Sublayer(key) => {
                let found = objects.sublayer(key);
                found.map(|sublayer| (sublayer.lifetime, Change::RemoveSublayer(key)))
            }
            Self::Callout(key) => {
                let found = objects.callout(key);
                found.map(|callout| (callout.lifetime, Change::RemoveCallout(key)))
            }
            Self::ProviderContext(key) => {
                let found = objects.provider_context(key);
                found.map(|context| (context.lifetime, Change::RemoveProviderContext(key)))
            }
            Self::Filter(id) => {
                let found = objects.filter(id);
                found.map(|filter| (filter.lifetime, Change::RemoveFilter(*filter)))
            }
            Self::FilterKey(key) => {
                let found = objects.filter_with_key(key);
                found.map(|filter| (filter.lifetime, Change::RemoveFilter(*filter)))
            }
        };
        found.ok_or(self.missing())
    }

    /// The status of a call about an object that is not there.
    pub(super) const fn missing(self) -> NtStatus {
        match self {
            Self::Provider(_) => NtStatus::PROVIDER_NOT_FOUND,
            Self::Sublayer(_) => NtStatus::SUBLAYER_NOT_FOUND,
            Self::Callout(_) => NtStatus::CALLOUT_NOT_FOUND,
            Self::ProviderContext(_) => NtStatus::PROVIDER_CONTEXT_NOT_FOUND,
            Self::Filter(_) | Self::FilterKey(_) => NtStatus::FILTER_NOT_FOUND,
        }
    }

    /// Whether anything refers to it.
    fn is_used(self, objects: &Objects) -> bool {
        let filters = &objects.filters;
        match self {
            Self::Provider(key) => {
                let owned = |provider: Option<Key>| provider == Some(key);
                filters.iter().any(|filter| owned(filter.provider))
                    || objects.sublayers.iter().any(|one| owned(one.provider))
                    || objects.callouts.iter().any(|one| owned(one.provider))
                    || objects
                        .provider_contexts
                        .iter()
                        .any(|one| owned(one.provider))
            }
            Self::Sublayer(key) => filters.iter().any(|filter| filter.sublayer == Some(key)),
            Self::Callout(key) => filters.iter().any(|filter| filter.callout() == Some(key)),
            Self::ProviderContext(key) => filters
                .iter()
                .any(|filter| filter.provider_context == Some(key)),
            Self::Filter(_) | Self::FilterKey(_) => false,
        }
    }
}
