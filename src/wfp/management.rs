//! The calls that add, delete and look up objects.
//!
//! Each runs in the explicit transaction of its session, if there is one, no matter which thread
//! began it. Otherwise it is a transaction of its own: it waits for the engine's lock as long as
//! its session says and may end with `TIMEOUT`. What is wrong with the call as such is said before
//! it waits.
//!
//! Common to all: `NULL_POINTER` or `INVALID_HANDLE` for a handle that is none, `SESSION_ABORTED`
//! on a session that the engine's restart ended, `TXN_ABORTED` after a forced abort,
//! `POSSIBLE_DEADLOCK` from inside a notification, `ACCESS_DENIED` to a caller without the right,
//! `NO_MEMORY` for the 65,537th object of a kind by one thread, and `INCOMPATIBLE_TXN` for a change
//! inside a read-only transaction.

use crate::execution::ObjectKind;
use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::status::NtStatus;

use super::Caller;
use super::Callout;
use super::CalloutId;
use super::Change;
use super::Engine;
use super::EngineHandle;
use super::Filter;
use super::FilterId;
use super::Key;
use super::Objects;
use super::Provider;
use super::ProviderContext;
use super::Sublayer;
use super::Target;
use super::VisibleObjects;
use super::add::Addable;
use super::call::Call;
use super::change::Effect;
use super::key::name;
use super::session::Staged;

impl<R: Runtime> Engine<R> {
    /// `FwpmProviderAdd0`.
    ///
    /// Returns `NULL_DISPLAY_NAME`, `ALREADY_EXISTS`, or what a persistent object gets in a dynamic
    /// session.
    pub fn provider_add(&self, handle: EngineHandle, provider: Provider) -> NtStatus {
        let key = provider.key.or_generated::<R>();
        let provider = key.map(|key| Provider { key, ..provider });
        status(provider.and_then(|provider| self.add(handle, Verb::ProviderAdd, provider)))
    }

    /// `FwpmSubLayerAdd0`.
    ///
    /// Returns the same as [`Engine::provider_add`], and `PROVIDER_NOT_FOUND`, `WRONG_SESSION` or
    /// `LIFETIME_MISMATCH` for its provider, and `TOO_MANY_SUBLAYERS`.
    pub fn sublayer_add(&self, handle: EngineHandle, sublayer: Sublayer) -> NtStatus {
        let key = sublayer.key.or_generated::<R>();
        let sublayer = key.map(|key| Sublayer { key, ..sublayer });
        status(sublayer.and_then(|sublayer| self.add(handle, Verb::SublayerAdd, sublayer)))
    }

    /// `FwpmProviderContextAdd0`. Returns the same as [`Engine::sublayer_add`].
    pub fn provider_context_add(&self, handle: EngineHandle, context: ProviderContext) -> NtStatus {
        let key = context.key.or_generated::<R>();
        let context = key.map(|key| ProviderContext { key, ..context });
        status(context.and_then(|context| self.add(handle, Verb::ProviderContextAdd, context)))
    }

    /// `FwpmCalloutAdd0`: the identifier that `FwpsCalloutRegister` returns, too.
    ///
    /// # Errors
    ///
    /// As [`Engine::sublayer_add`] returns, and `LAYER_NOT_FOUND`.
    pub fn callout_add(
        &self,
        handle: EngineHandle,
        callout: Callout,
    ) -> Result<CalloutId, NtStatus> {
        let key = callout.key.or_generated::<R>()?;
        self.add(handle, Verb::CalloutAdd, Callout { key, ..callout })?;
        Ok(CalloutId::of(key))
    }

    /// `FwpmFilterAdd0`: the identifier of the new filter, whatever [`Filter::id`] says.
    ///
    /// If its callout has functions registered, they are told, as the profile says when.
    ///
    /// # Errors
    ///
    /// As [`Engine::callout_add`], `INVALID_FLAGS`, `INVALID_WEIGHT`, `SUBLAYER_NOT_FOUND`,
    /// `INVALID_ACTION_TYPE`, `CALLOUT_NOT_FOUND` or `PROVIDER_CONTEXT_NOT_FOUND`, or the same
    /// statuses about these;
    /// `CALLOUT_NOTIFICATION_FAILED` if the callout's functions refuse the filter.
    pub fn filter_add(&self, handle: EngineHandle, filter: Filter) -> Result<FilterId, NtStatus> {
        let id = name::<R>(ObjectKind::Filter)?;
        let key = if filter.key == Key::ZERO {
            Key::generated(id)
        } else {
            filter.key
        };
        let id = FilterId::numbered(id.serial());
        let call = self.call(handle, Verb::FilterAdd)?;
        let added = self.add_filter(&call, Filter { id, key, ..filter });
        call.answer(added.map(|()| id))
    }

    fn add_filter(&self, call: &Call<R>, filter: Filter) -> Result<(), NtStatus> {
        let structure = filter.structure(self.caller(call));
        let admit = |scene: VisibleObjects<'_>, caller: Caller<'_>| filter.admit(scene, caller);
        let (change, effect) = self.change(call, structure, admit)?;
        let Change::AddFilter(filter) = change else {
            unreachable!("internal bug: a filter was added");
        };
        let explicit = (effect == Effect::Staged).then_some(&call.session);
        let accepted = self.tell_added(&filter, explicit);
        match effect {
            Effect::Held => self.end_implicit(&call.session, accepted.is_ok()),
            Effect::Staged if accepted.is_err() => Self::unstage(&call.session, &filter),
            Effect::Staged | Effect::Committed => {}
        }
        accepted?;
        if effect != Effect::Staged {
            self.tell_committed(&[Staged { change, told: true }]);
            self.publish(&call.session, [change].into_iter());
        }
        Ok(())
    }

    /// `Fwpm…DeleteByKey0` and `FwpmFilterDeleteById0`.
    ///
    /// Returns `…_NOT_FOUND`, `IN_USE`, `BUILTIN_OBJECT`, and from a dynamic session
    /// `WRONG_SESSION` for another's dynamic object and `DYNAMIC_SESSION_IN_PROGRESS` for one that
    /// is not dynamic. The callout of a deleted filter is told, as the profile says when.
    pub fn delete(&self, handle: EngineHandle, target: Target) -> NtStatus {
        let verb = match target {
            Target::Provider(_) => Verb::ProviderDelete,
            Target::Sublayer(_) => Verb::SublayerDelete,
            Target::Callout(_) => Verb::CalloutDelete,
            Target::ProviderContext(_) => Verb::ProviderContextDelete,
            Target::Filter(_) | Target::FilterKey(_) => Verb::FilterDelete,
        };
        let call = match self.call(handle, verb) {
            Ok(call) => call,
            Err(status) => return status,
        };
        let remove =
            |scene: VisibleObjects<'_>, caller: Caller<'_>| target.remove(scene.seen, caller);
        let deleted = self.change(&call, Ok(()), remove);
        if let Ok((change, effect)) = deleted {
            self.deleted_by_call(change, effect == Effect::Staged);
            match effect {
                Effect::Held => self.end_implicit(&call.session, true),
                Effect::Committed => {}
                Effect::Staged => return status(call.answer(Ok(()))),
            }
            self.publish(&call.session, [change].into_iter());
        }
        status(call.answer(deleted))
    }

    /// `FwpmProviderDeleteByKey0`. See [`Engine::delete`].
    pub fn provider_delete(&self, handle: EngineHandle, key: Key) -> NtStatus {
        self.delete(handle, Target::Provider(key))
    }

    /// `FwpmSubLayerDeleteByKey0`. See [`Engine::delete`].
    pub fn sublayer_delete(&self, handle: EngineHandle, key: Key) -> NtStatus {
        self.delete(handle, Target::Sublayer(key))
    }

    /// `FwpmCalloutDeleteByKey0`. See [`Engine::delete`].
    pub fn callout_delete(&self, handle: EngineHandle, key: Key) -> NtStatus {
        self.delete(handle, Target::Callout(key))
    }

    /// `FwpmProviderContextDeleteByKey0`. See [`Engine::delete`].
    pub fn provider_context_delete(&self, handle: EngineHandle, key: Key) -> NtStatus {
        self.delete(handle, Target::ProviderContext(key))
    }

    /// `FwpmFilterDeleteById0`. See [`Engine::delete`].
    pub fn filter_delete(&self, handle: EngineHandle, id: FilterId) -> NtStatus {
        self.delete(handle, Target::Filter(id))
    }

    /// `FwpmProviderGetByKey0`.
    ///
    /// # Errors
    ///
    /// `PROVIDER_NOT_FOUND`.
    pub fn provider_get(&self, handle: EngineHandle, key: Key) -> Result<Provider, NtStatus> {
        let find = |objects: &Objects| objects.provider(key).copied();
        self.get(handle, Target::Provider(key), find)
    }

    /// `FwpmSubLayerGetByKey0`.
    ///
    /// # Errors
    ///
    /// `SUBLAYER_NOT_FOUND`.
    pub fn sublayer_get(&self, handle: EngineHandle, key: Key) -> Result<Sublayer, NtStatus> {
        let find = |objects: &Objects| objects.sublayer(key).copied();
        self.get(handle, Target::Sublayer(key), find)
    }

    /// `FwpmCalloutGetByKey0`.
    ///
    /// # Errors
    ///
    /// `CALLOUT_NOT_FOUND`.
    pub fn callout_get(&self, handle: EngineHandle, key: Key) -> Result<Callout, NtStatus> {
        let find = |objects: &Objects| objects.callout(key).copied();
        self.get(handle, Target::Callout(key), find)
    }

    /// `FwpmProviderContextGetByKey0`.
    ///
    /// # Errors
    ///
    /// `PROVIDER_CONTEXT_NOT_FOUND`.
    pub fn provider_context_get(
        &self,
        handle: EngineHandle,
        key: Key,
    ) -> Result<ProviderContext, NtStatus> {
        let find = |objects: &Objects| objects.provider_context(key).copied();
        self.get(handle, Target::ProviderContext(key), find)
    }

    /// `FwpmFilterGetById0`.
    ///
    /// # Errors
    ///
    /// `FILTER_NOT_FOUND`.
    pub fn filter_get(&self, handle: EngineHandle, id: FilterId) -> Result<Filter, NtStatus> {
        let find = |objects: &Objects| objects.filter(id).copied();
        self.get(handle, Target::Filter(id), find)
    }

    /// `FwpmFilterGetByKey0`.
    ///
    /// # Errors
    ///
    /// `FILTER_NOT_FOUND`.
    pub fn filter_get_by_key(&self, handle: EngineHandle, key: Key) -> Result<Filter, NtStatus> {
        let find = |objects: &Objects| objects.filter_with_key(key).copied();
        self.get(handle, Target::FilterKey(key), find)
    }

    fn get<T>(
        &self,
        handle: EngineHandle,
        target: Target,
        find: impl Fn(&Objects) -> Option<T>,
    ) -> Result<T, NtStatus> {
        let call = self.call(handle, Verb::Lookup)?;
        self.look_up(&call, |_, objects| find(objects).ok_or(target.missing()))
    }

    fn add(&self, handle: EngineHandle, verb: Verb, object: impl Addable) -> Result<(), NtStatus> {
        let call = self.call(handle, verb)?;
        let structure = object.structure(self.caller(&call));
        let admit = |scene: VisibleObjects<'_>, caller: Caller<'_>| object.admit(scene, caller);
        let added = self.change(&call, structure, admit);
        if let Ok((change, Effect::Committed)) = added {
            self.publish(&call.session, [change].into_iter());
        }
        call.answer(added.map(|_| ()))
    }
}

pub(super) fn status<T>(result: Result<T, NtStatus>) -> NtStatus {
    result.err().unwrap_or(NtStatus::SUCCESS)
}
