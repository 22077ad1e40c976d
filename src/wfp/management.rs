//! The calls that add, delete and look up objects.
//!
//! Each runs in the explicit transaction of its session, if there is one, no matter which thread
//! began it. Otherwise it is a transaction of its own: it waits for the engine's lock as long as
//! its session says and may end with `TIMEOUT`. Common to all: `NULL_POINTER` or `INVALID_HANDLE`
//! for a handle that is none, and `INCOMPATIBLE_TXN` for a change inside a read-only transaction.

use crate::execution::ObjectKind;
use crate::execution::Operation;
use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::runtime::Turn;
use crate::runtime::View;
use crate::status::NtStatus;

use super::Callout;
use super::Change;
use super::Engine;
use super::EngineHandle;
use super::Filter;
use super::FilterId;
use super::Key;
use super::Objects;
use super::Origin;
use super::Provider;
use super::Sublayer;
use super::TransactionMode;
use super::engine::record_changes;
use super::session::Session;
use super::session::Slot;
use super::session::Writes;

/// How the change of a call took effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// It waits for the commit of the explicit transaction.
    Staged,
    /// It is committed.
    Committed,
    /// It is staged in an implicit transaction, which holds the lock until it is ended.
    Held,
}

impl<R: Runtime> Engine<R> {
    /// `FwpmProviderAdd0`. See [`Objects::add_provider`] for the rules.
    pub fn provider_add(&self, handle: EngineHandle, provider: Provider) -> NtStatus {
        let check = |objects: &Objects, origin| objects.add_provider(origin, provider);
        status(self.change(handle, Verb::ProviderAdd, check))
    }

    /// `FwpmProviderDeleteByKey0`. See [`Objects::remove_provider`] for the rules.
    pub fn provider_delete(&self, handle: EngineHandle, key: Key) -> NtStatus {
        let check = |objects: &Objects, origin| objects.remove_provider(origin, key);
        status(self.change(handle, Verb::ProviderDelete, check))
    }

    /// `FwpmSubLayerAdd0`. See [`Objects::add_sublayer`] for the rules.
    pub fn sublayer_add(&self, handle: EngineHandle, sublayer: Sublayer) -> NtStatus {
        let check = |objects: &Objects, origin| objects.add_sublayer(origin, sublayer);
        status(self.change(handle, Verb::SublayerAdd, check))
    }

    /// `FwpmSubLayerDeleteByKey0`. See [`Objects::remove_sublayer`] for the rules.
    pub fn sublayer_delete(&self, handle: EngineHandle, key: Key) -> NtStatus {
        let check = |objects: &Objects, origin| objects.remove_sublayer(origin, key);
        status(self.change(handle, Verb::SublayerDelete, check))
    }

    /// `FwpmCalloutAdd0`. See [`Objects::add_callout`] for the rules.
    pub fn callout_add(&self, handle: EngineHandle, callout: Callout) -> NtStatus {
        let check = |objects: &Objects, origin| objects.add_callout(origin, callout);
        status(self.change(handle, Verb::CalloutAdd, check))
    }

    /// `FwpmCalloutDeleteByKey0`. See [`Objects::remove_callout`] for the rules.
    pub fn callout_delete(&self, handle: EngineHandle, key: Key) -> NtStatus {
        let check = |objects: &Objects, origin| objects.remove_callout(origin, key);
        status(self.change(handle, Verb::CalloutDelete, check))
    }

    /// `FwpmFilterAdd0`: the identifier of the new filter, whatever [`Filter::id`] says. See
    /// [`Objects::add_filter`] for the rules.
    ///
    /// If its callout has functions registered, they are told before the call returns.
    ///
    /// # Errors
    ///
    /// The status with which the call fails; `CALLOUT_NOTIFICATION_FAILED` if the callout's
    /// functions refuse the filter.
    pub fn filter_add(&self, handle: EngineHandle, filter: Filter) -> Result<FilterId, NtStatus> {
        let id = FilterId::numbered(R::fresh(ObjectKind::Filter).serial());
        let filter = Filter { id, ..filter };
        let check = |objects: &Objects, origin| objects.add_filter(origin, filter);
        let (change, effect) = self.change(handle, Verb::FilterAdd, check)?;
        let accepted = self.notify_added(&filter);
        match effect {
            Effect::Held => self.end_implicit(handle, accepted.is_ok()),
            Effect::Staged if accepted.is_err() => self.unstage(handle, change),
            Effect::Staged | Effect::Committed => {}
        }
        accepted.map(|()| id)
    }

    /// `FwpmFilterDeleteById0`. See [`Objects::remove_filter`] for the rules.
    ///
    /// Outside an explicit transaction the callout's functions are told before it returns, inside
    /// one before its commit returns.
    pub fn filter_delete(&self, handle: EngineHandle, id: FilterId) -> NtStatus {
        let check = |objects: &Objects, origin| objects.remove_filter(origin, id);
        match self.change(handle, Verb::FilterDelete, check) {
            Ok((change, Effect::Committed)) => {
                self.notify_deleted(&[change]);
                NtStatus::SUCCESS
            }
            Ok((_, Effect::Staged | Effect::Held)) => NtStatus::SUCCESS,
            Err(status) => status,
        }
    }

    /// `FwpmFilterGetById0`.
    ///
    /// # Errors
    ///
    /// `FILTER_NOT_FOUND`, and what is common to all calls.
    pub fn filter_get(&self, handle: EngineHandle, id: FilterId) -> Result<Filter, NtStatus> {
        let find = |objects: &Objects| objects.filter(id).copied();
        self.look_up(handle, find, NtStatus::FILTER_NOT_FOUND)
    }

    /// `FwpmProviderGetByKey0`.
    ///
    /// # Errors
    ///
    /// `PROVIDER_NOT_FOUND`, and what is common to all calls.
    pub fn provider_get(&self, handle: EngineHandle, key: Key) -> Result<Provider, NtStatus> {
        let find = |objects: &Objects| objects.provider(key).copied();
        self.look_up(handle, find, NtStatus::PROVIDER_NOT_FOUND)
    }

    /// `FwpmSubLayerGetByKey0`.
    ///
    /// # Errors
    ///
    /// `SUBLAYER_NOT_FOUND`, and what is common to all calls.
    pub fn sublayer_get(&self, handle: EngineHandle, key: Key) -> Result<Sublayer, NtStatus> {
        let find = |objects: &Objects| objects.sublayer(key).copied();
        self.look_up(handle, find, NtStatus::SUBLAYER_NOT_FOUND)
    }

    /// `FwpmCalloutGetByKey0`.
    ///
    /// # Errors
    ///
    /// `CALLOUT_NOT_FOUND`, and what is common to all calls.
    pub fn callout_get(&self, handle: EngineHandle, key: Key) -> Result<Callout, NtStatus> {
        let find = |objects: &Objects| objects.callout(key).copied();
        self.look_up(handle, find, NtStatus::CALLOUT_NOT_FOUND)
    }

    /// One call that changes objects: in the session's transaction, or in one of its own.
    fn change(
        &self,
        handle: EngineHandle,
        verb: Verb,
        check: impl Fn(&Objects, Origin) -> Result<Change, NtStatus>,
    ) -> Result<(Change, Effect), NtStatus> {
        let session = self.require(handle)?;
        let operation = Operation::on(verb, session.slot.id());
        R::step(
            operation,
            session.waiting(),
            (self.lock(), &session.slot, &session.writes, self.objects()),
            |(lock, slot, ..)| **slot != Slot::Idle || lock.admits(TransactionMode::ReadWrite),
            |(mut lock, slot, mut writes, mut committed), turn| {
                if turn == Turn::Expired {
                    return Err(NtStatus::TIMEOUT);
                }
                match *slot {
                    Slot::Closed => Err(NtStatus::INVALID_HANDLE),
                    Slot::Open(TransactionMode::ReadOnly) => Err(NtStatus::INCOMPATIBLE_TXN),
                    Slot::Open(TransactionMode::ReadWrite) => {
                        let change = check(seen(&writes, &committed), session.origin())?;
                        stage(&mut writes, &committed, change);
                        Ok((change, Effect::Staged))
                    }
                    Slot::Idle => {
                        let change = check(&committed, session.origin())?;
                        if let Change::AddFilter(Filter {
                            callout: Some(_), ..
                        }) = change
                        {
                            lock.writer = true;
                            stage(&mut writes, &committed, change);
                            return Ok((change, Effect::Held));
                        }
                        committed.apply(change);
                        record_changes::<R>(&[change]);
                        Ok((change, Effect::Committed))
                    }
                }
            },
        )
    }

    /// Ends an implicit transaction that had to call back before it could end.
    fn end_implicit(&self, handle: EngineHandle, keep: bool) {
        let session = self
            .session(handle)
            .expect("internal bug: the handle was good before");
        let operation = Operation::on(Verb::ImplicitEnd, session.slot.id());
        let objects = (self.lock(), &session.writes, self.objects());
        R::act(
            operation,
            objects,
            |(mut lock, mut writes, mut committed)| {
                let Writes { workspace, changes } = std::mem::take(&mut *writes);
                if let Some(workspace) = workspace.filter(|_| keep) {
                    *committed = workspace;
                    record_changes::<R>(&changes);
                }
                lock.release().writer = false;
            },
        );
    }

    /// Takes a staged filter back out of the explicit transaction, whose callout refused it.
    fn unstage(&self, handle: EngineHandle, change: Change) {
        let session = self
            .session(handle)
            .expect("internal bug: the handle was good before");
        let operation = Operation::on(Verb::ImplicitEnd, session.slot.id());
        R::act(operation, (&session.writes,), |(mut writes,)| {
            writes.changes.retain(|staged| *staged != change);
            if let (Some(workspace), Change::AddFilter(filter)) = (&mut writes.workspace, change) {
                workspace.apply(Change::RemoveFilter(filter));
            }
        });
    }

    /// One call that looks something up.
    fn look_up<T>(
        &self,
        handle: EngineHandle,
        find: impl Fn(&Objects) -> Option<T>,
        missing: NtStatus,
    ) -> Result<T, NtStatus> {
        let session: Session<R> = self.require(handle)?;
        let operation = Operation::on(Verb::Lookup, session.slot.id());
        R::step(
            operation,
            session.waiting(),
            (self.lock(), &session.slot, &session.writes, self.objects()),
            |(lock, slot, ..)| **slot != Slot::Idle || lock.admits(TransactionMode::ReadOnly),
            |(_, slot, writes, committed), turn| match (*slot, turn) {
                (_, Turn::Expired) => Err(NtStatus::TIMEOUT),
                (Slot::Closed, _) => Err(NtStatus::INVALID_HANDLE),
                (Slot::Idle, _) => find(&committed).ok_or(missing),
                (Slot::Open(_), _) => find(seen(&writes, &committed)).ok_or(missing),
            },
        )
    }
}

fn status<T>(result: Result<T, NtStatus>) -> NtStatus {
    result.err().unwrap_or(NtStatus::SUCCESS)
}

/// The objects as the transaction sees them: with its own changes.
fn seen<'a>(writes: &'a View<'_, Writes>, committed: &'a View<'_, Objects>) -> &'a Objects {
    writes.workspace.as_ref().unwrap_or(committed)
}

/// Makes a change in the transaction's own copy. Nobody else commits while it is open.
fn stage(writes: &mut View<'_, Writes>, committed: &View<'_, Objects>, change: Change) {
    let workspace = writes
        .workspace
        .get_or_insert_with(|| (**committed).clone());
    workspace.apply(change);
    writes.changes.push(change);
}
