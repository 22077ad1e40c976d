//! A client of the engine: a handle, and the calls on it.

use selvedge::runtime::controlled::Controlled;
use selvedge::status::NtStatus;
use selvedge::wfp::AnyObject;
use selvedge::wfp::Callout;
use selvedge::wfp::CalloutId;
use selvedge::wfp::ChangeFn;
use selvedge::wfp::Engine;
use selvedge::wfp::EngineHandle;
use selvedge::wfp::EnumHandle;
use selvedge::wfp::Filter;
use selvedge::wfp::FilterId;
use selvedge::wfp::Key;
use selvedge::wfp::Kind;
use selvedge::wfp::Provider;
use selvedge::wfp::ProviderContext;
use selvedge::wfp::SessionInfo;
use selvedge::wfp::Sublayer;
use selvedge::wfp::SubscriptionHandle;
use selvedge::wfp::Target;
use selvedge::wfp::TransactionFlags;
use selvedge::wfp::TransactionMode;

use super::answer::Answer;
use super::answer::Log;

/// The layer that filters and callouts are in, unless a case says otherwise.
pub(super) const LAYER: Key = Key::of("ALE_AUTH_CONNECT_V4");

/// The key with a name.
pub(super) const fn key(name: &str) -> Key {
    Key::of(name)
}

/// A filter that permits, with a key and a raw context to know it by.
pub(super) const fn filter(name: &str, raw_context: u32) -> Filter {
    Filter {
        key: Key::of(name),
        raw_context,
        ..Filter::in_layer(LAYER)
    }
}

/// A callout in the layer.
pub(super) const fn callout(name: &str) -> Callout {
    Callout::with_key(Key::of(name), LAYER)
}

/// A handle with the engine that it is a handle of. Clones are the same handle.
#[derive(Clone)]
pub(super) struct Client {
    engine: Engine<Controlled>,
    handle: EngineHandle,
    log: Log,
}

impl Client {
    pub(super) fn new(engine: &Engine<Controlled>, handle: EngineHandle, log: &Log) -> Self {
        Self {
            engine: engine.clone(),
            handle,
            log: log.clone(),
        }
    }

    pub(super) const fn handle(&self) -> EngineHandle {
        self.handle
    }

    fn status(&self, status: NtStatus) -> Answer {
        Answer::of_status(status, &self.log)
    }

    fn result<T>(&self, result: Result<T, NtStatus>) -> Answer<T> {
        Answer::of(result, &self.log)
    }

    /// Notes something for the calling thread.
    pub(super) fn note(&self, text: impl Into<String>) {
        self.log.note(text);
    }

    /// Begins a read-write transaction.
    pub(super) fn begin(&self) -> Answer {
        self.begin_with(TransactionMode::ReadWrite)
    }

    /// Begins a read-only transaction.
    pub(super) fn begin_reading(&self) -> Answer {
        self.begin_with(TransactionMode::ReadOnly)
    }

    pub(super) fn begin_with(&self, flags: impl Into<TransactionFlags>) -> Answer {
        self.status(self.engine.transaction_begin(self.handle, flags))
    }

    pub(super) fn commit(&self) -> Answer {
        self.status(self.engine.transaction_commit(self.handle))
    }

    pub(super) fn abort(&self) -> Answer {
        self.status(self.engine.transaction_abort(self.handle))
    }

    pub(super) fn close(&self) -> Answer {
        self.status(self.engine.engine_close(self.handle))
    }

    /// Adds a static provider.
    pub(super) fn add_provider(&self, name: &str) -> Answer {
        self.add_this_provider(Provider::with_key(key(name)))
    }

    pub(super) fn add_this_provider(&self, provider: Provider) -> Answer {
        self.status(self.engine.provider_add(self.handle, provider))
    }

    /// Adds a static sublayer of no provider.
    pub(super) fn add_sublayer(&self, name: &str) -> Answer {
        self.add_this_sublayer(Sublayer::with_key(key(name)))
    }

    pub(super) fn add_this_sublayer(&self, sublayer: Sublayer) -> Answer {
        self.status(self.engine.sublayer_add(self.handle, sublayer))
    }

    /// Adds a static callout of no provider.
    pub(super) fn add_callout(&self, name: &str) -> Answer<CalloutId> {
        self.add_this_callout(callout(name))
    }

    pub(super) fn add_this_callout(&self, callout: Callout) -> Answer<CalloutId> {
        self.result(self.engine.callout_add(self.handle, callout))
    }

    /// Adds a static provider context of no provider.
    pub(super) fn add_context(&self, name: &str) -> Answer {
        self.add_this_context(ProviderContext::with_key(key(name)))
    }

    pub(super) fn add_this_context(&self, context: ProviderContext) -> Answer {
        self.status(self.engine.provider_context_add(self.handle, context))
    }

    /// Adds a static filter that permits.
    pub(super) fn add_filter(&self, name: &str) -> Answer<FilterId> {
        self.add(filter(name, 0))
    }

    pub(super) fn add(&self, filter: Filter) -> Answer<FilterId> {
        self.result(self.engine.filter_add(self.handle, filter))
    }

    pub(super) fn delete(&self, target: Target) -> Answer {
        self.status(self.engine.delete(self.handle, target))
    }

    pub(super) fn delete_filter(&self, name: &str) -> Answer {
        self.delete(Target::FilterKey(key(name)))
    }

    /// Looks an object up by its name.
    pub(super) fn get(&self, target: Target) -> Answer<AnyObject> {
        let (engine, handle) = (&self.engine, self.handle);
        let found = match target {
            Target::Provider(key) => engine.provider_get(handle, key).map(AnyObject::Provider),
            Target::Sublayer(key) => engine.sublayer_get(handle, key).map(AnyObject::Sublayer),
            Target::Callout(key) => engine.callout_get(handle, key).map(AnyObject::Callout),
            Target::ProviderContext(key) => engine
                .provider_context_get(handle, key)
                .map(AnyObject::ProviderContext),
            Target::Filter(id) => engine.filter_get(handle, id).map(AnyObject::Filter),
            Target::FilterKey(key) => engine.filter_get_by_key(handle, key).map(AnyObject::Filter),
        };
        self.result(found)
    }

    pub(super) fn get_filter(&self, name: &str) -> Answer<Filter> {
        let found = self.engine.filter_get_by_key(self.handle, key(name));
        self.result(found)
    }

    pub(super) fn get_sublayer(&self, name: &str) -> Answer<Sublayer> {
        self.result(self.engine.sublayer_get(self.handle, key(name)))
    }

    pub(super) fn enum_create(&self, kind: Kind) -> Answer<EnumHandle> {
        self.result(self.engine.enum_create(self.handle, kind))
    }

    pub(super) fn enumerate(&self, handle: EnumHandle, most: usize) -> Answer<Vec<AnyObject>> {
        self.result(self.engine.enumerate(self.handle, handle, most))
    }

    pub(super) fn enum_destroy(&self, handle: EnumHandle) -> Answer {
        self.status(self.engine.enum_destroy(self.handle, handle))
    }

    pub(super) fn sessions(&self) -> Answer<Vec<SessionInfo>> {
        self.result(self.engine.sessions(self.handle))
    }

    /// The raw contexts of all filters that an enumeration shows.
    pub(super) fn filters(&self) -> Vec<u32> {
        let handle = self.enum_create(Kind::Filter).ok();
        let all = self.enumerate(handle, usize::MAX).ok();
        self.enum_destroy(handle).ok();
        raw_contexts(&all)
    }

    pub(super) fn subscribe(&self, kind: Kind, function: ChangeFn) -> Answer<SubscriptionHandle> {
        self.result(self.engine.subscribe_changes(self.handle, kind, function))
    }

    pub(super) fn unsubscribe(&self, subscription: SubscriptionHandle) -> Answer {
        self.status(self.engine.unsubscribe_changes(self.handle, subscription))
    }

    pub(super) fn set_option(&self) -> Answer {
        self.status(self.engine.engine_set_option(self.handle))
    }

    pub(super) fn set_security(&self, target: Target) -> Answer {
        self.status(self.engine.set_security_info(self.handle, target))
    }
}

/// The raw contexts of the filters among some objects.
pub(super) fn raw_contexts(objects: &[AnyObject]) -> Vec<u32> {
    let raw = objects.iter().filter_map(|object| match object {
        AnyObject::Filter(filter) => Some(filter.raw_context),
        AnyObject::Provider(_)
        | AnyObject::Sublayer(_)
        | AnyObject::Callout(_)
        | AnyObject::ProviderContext(_) => None,
    });
    raw.collect()
}
