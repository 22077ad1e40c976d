//! All objects of an engine, in tables.
//!
//! What may be added to and removed from them is the matter of the rules ([`super::add`],
//! [`super::remove`]), which look at the tables and return the [`Change`] to make;
//! [`Objects::apply`] makes it.

use std::sync::Arc;

use super::Callout;
use super::DEFAULT_SUBLAYER;
use super::Filter;
use super::FilterId;
use super::Key;
use super::Lifetime;
use super::Provider;
use super::ProviderContext;
use super::Service;
use super::SessionId;
use super::Sublayer;

/// A change that a rule has allowed.
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
    /// A provider context comes.
    AddProviderContext(ProviderContext),
    /// A provider context goes.
    RemoveProviderContext(Key),
    /// A filter comes.
    AddFilter(Filter),
    /// A filter goes.
    RemoveFilter(Filter),
}

/// All objects of an engine. Copies share what neither of them changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objects {
    pub(super) providers: Arc<Vec<Provider>>,
    pub(super) sublayers: Arc<Vec<Sublayer>>,
    pub(super) callouts: Arc<Vec<Callout>>,
    pub(super) provider_contexts: Arc<Vec<ProviderContext>>,
    pub(super) filters: Arc<Vec<Filter>>,
}

impl Default for Objects {
    /// What every engine has: the default sublayer.
    fn default() -> Self {
        let built_in = Sublayer {
            lifetime: Lifetime::BuiltIn,
            ..Sublayer::with_key(DEFAULT_SUBLAYER)
        };
        Self {
            providers: Arc::default(),
            sublayers: Arc::new(vec![built_in]),
            callouts: Arc::default(),
            provider_contexts: Arc::default(),
            filters: Arc::default(),
        }
    }
}

impl Objects {
    /// The providers, in the order in which they were added.
    pub fn providers(&self) -> &[Provider] {
        &self.providers
    }

    /// The sublayers, the built-in one first, then in the order in which they were added.
    pub fn sublayers(&self) -> &[Sublayer] {
        &self.sublayers
    }

    /// The callouts, in the order in which they were added.
    pub fn callouts(&self) -> &[Callout] {
        &self.callouts
    }

    /// The provider contexts, in the order in which they were added.
    pub fn provider_contexts(&self) -> &[ProviderContext] {
        &self.provider_contexts
    }

    /// The filters, in the order in which they were added.
    pub fn filters(&self) -> &[Filter] {
        &self.filters
    }

    /// The filter with this identifier.
    pub fn filter(&self, id: FilterId) -> Option<&Filter> {
        self.filters.iter().find(|filter| filter.id == id)
    }

    /// The filter with this key.
    pub fn filter_with_key(&self, key: Key) -> Option<&Filter> {
        self.filters.iter().find(|filter| filter.key == key)
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

    /// The provider context with this key.
    pub fn provider_context(&self, key: Key) -> Option<&ProviderContext> {
        let mut contexts = self.provider_contexts.iter();
        contexts.find(|context| context.key == key)
    }

    /// Makes a change that a rule has allowed for these same objects.
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
            Change::AddProviderContext(context) => {
                Arc::make_mut(&mut self.provider_contexts).push(context);
            }
            Change::RemoveProviderContext(key) => {
                Arc::make_mut(&mut self.provider_contexts).retain(|context| context.key != key);
            }
            Change::AddFilter(filter) => Arc::make_mut(&mut self.filters).push(filter),
            Change::RemoveFilter(gone) => {
                Arc::make_mut(&mut self.filters).retain(|filter| filter.id != gone.id);
            }
        }
    }

    /// What goes when a dynamic session ends, in an order in which nothing refers to what is gone.
    pub fn owned_by(&self, session: SessionId) -> Vec<Change> {
        self.removals(|lifetime, _| lifetime == Lifetime::Dynamic(session))
    }

    /// What goes when the engine stops: what is not stored, and what is a provider's whose service
    /// does not start with the system.
    pub(super) fn not_stored(&self) -> Vec<Change> {
        let sleeps = |provider: Option<Key>| {
            let provider = provider.and_then(|key| self.provider(key));
            provider.is_some_and(|provider| provider.service == Service::OnDemand)
        };
        self.removals(|lifetime, provider| match lifetime {
            Lifetime::BuiltIn => false,
            Lifetime::Persistent | Lifetime::BootTime => sleeps(provider),
            Lifetime::Static | Lifetime::Dynamic(_) => true,
        })
    }

    /// The removals of all objects that `goes` says go, by lifetime and provider.
    fn removals(&self, goes: impl Fn(Lifetime, Option<Key>) -> bool) -> Vec<Change> {
        let filters = self.filters.iter().filter(|f| goes(f.lifetime, f.provider));
        let callouts = self.callouts.iter();
        let callouts = callouts.filter(|callout| goes(callout.lifetime, callout.provider));
        let contexts = self.provider_contexts.iter();
        let contexts = contexts.filter(|context| goes(context.lifetime, context.provider));
        let sublayers = self.sublayers.iter();
        let sublayers = sublayers.filter(|sublayer| goes(sublayer.lifetime, sublayer.provider));
        let providers = self.providers.iter();
        let providers = providers.filter(|provider| goes(provider.lifetime, Some(provider.key)));
        filters
            .map(|filter| Change::RemoveFilter(*filter))
            .chain(callouts.map(|callout| Change::RemoveCallout(callout.key)))
            .chain(contexts.map(|context| Change::RemoveProviderContext(context.key)))
            .chain(sublayers.map(|sublayer| Change::RemoveSublayer(sublayer.key)))
            .chain(providers.map(|provider| Change::RemoveProvider(provider.key)))
            .collect()
    }
}
