//! Explicit transactions.
//!
//! Source: <https://learn.microsoft.com/windows/win32/api/fwpmu/nf-fwpmu-fwpmtransactionbegin0> and
//! its siblings. There is at most one for a session: a second begin fails at once, it neither nests
//! nor waits. Between sessions a lock decides, for which a begin waits as long as its session says.
//! Readers share the lock and a writer excludes all, a choice that the documentation leaves open.

use crate::execution::Operation;
use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::runtime::Turn;
use crate::runtime::View;
use crate::status::NtStatus;

use super::Engine;
use super::EngineHandle;
use super::TransactionMode;
use super::engine::record_changes;
use super::session::Lock;
use super::session::Slot;
use super::session::Writes;

impl<R: Runtime> Engine<R> {
    /// `FwpmTransactionBegin0`.
    ///
    /// Returns `TXN_IN_PROGRESS` if the session has a transaction, `TIMEOUT` if its wait for the
    /// lock ran out, `NULL_POINTER` or `INVALID_HANDLE` for a handle that is none.
    pub fn transaction_begin(&self, handle: EngineHandle, mode: TransactionMode) -> NtStatus {
        let session = match self.require(handle) {
            Ok(session) => session,
            Err(status) => return status,
        };
        let operation = Operation::on(Verb::Begin, session.slot.id());
        R::step(
            operation,
            session.waiting(),
            (self.lock(), &session.slot),
            |(lock, slot)| **slot != Slot::Idle || lock.admits(mode),
            |(mut lock, mut slot), turn| match (*slot, turn) {
                (_, Turn::Expired) => NtStatus::TIMEOUT,
                (Slot::Closed, _) => closed(),
                (Slot::Open(_), _) => NtStatus::TXN_IN_PROGRESS,
                (Slot::Idle, Turn::Ready) => {
                    *slot = Slot::Open(mode);
                    match mode {
                        TransactionMode::ReadWrite => lock.writer = true,
                        TransactionMode::ReadOnly => lock.commuting().readers += 1,
                    }
                    NtStatus::SUCCESS
                }
            },
        )
    }

    /// `FwpmTransactionCommit0`: what the transaction changed becomes visible at once.
    ///
    /// Returns `NO_TXN_IN_PROGRESS` if the session has none. Delete call-backs run before it
    /// returns.
    pub fn transaction_commit(&self, handle: EngineHandle) -> NtStatus {
        let session = match self.require(handle) {
            Ok(session) => session,
            Err(status) => return status,
        };
        let operation = Operation::on(Verb::Commit, session.slot.id());
        let objects = (&session.slot, &session.writes, self.objects(), self.lock());
        let (status, changes) = R::act(
            operation,
            objects,
            |(mut slot, mut writes, mut committed, mut lock)| {
                let Slot::Open(mode) = *slot else {
                    return (not_open(*slot), Vec::new());
                };
                if let Some(workspace) = take_workspace(&mut writes, mode) {
                    *committed = workspace;
                }
                *slot = Slot::Idle;
                unlock(&mut lock, mode);
                let changes = take_changes(&mut writes, mode);
                record_changes::<R>(&changes);
                (NtStatus::SUCCESS, changes)
            },
        );
        self.notify_deleted(&changes);
        status
    }

    /// `FwpmTransactionAbort0`: what the transaction changed is gone. No call-backs.
    ///
    /// Returns `NO_TXN_IN_PROGRESS` if the session has none.
    pub fn transaction_abort(&self, handle: EngineHandle) -> NtStatus {
        let session = match self.require(handle) {
            Ok(session) => session,
            Err(status) => return status,
        };
        let operation = Operation::on(Verb::Abort, session.slot.id());
        let objects = (&session.slot, &session.writes, self.lock());
        R::act(operation, objects, |(mut slot, mut writes, mut lock)| {
            let Slot::Open(mode) = *slot else {
                return not_open(*slot);
            };
            drop(take_workspace(&mut writes, mode));
            drop(take_changes(&mut writes, mode));
            *slot = Slot::Idle;
            unlock(&mut lock, mode);
            NtStatus::SUCCESS
        })
    }
}

/// Gives the engine's lock back.
pub(super) fn unlock(lock: &mut View<'_, Lock>, mode: TransactionMode) {
    match mode {
        TransactionMode::ReadWrite => lock.release().writer = false,
        TransactionMode::ReadOnly => lock.leaving().readers -= 1,
    }
}

fn take_workspace(writes: &mut View<'_, Writes>, mode: TransactionMode) -> Option<super::Objects> {
    (mode == TransactionMode::ReadWrite)
        .then(|| writes.workspace.take())
        .flatten()
}

fn take_changes(writes: &mut View<'_, Writes>, mode: TransactionMode) -> Vec<super::Change> {
    match mode {
        TransactionMode::ReadWrite => std::mem::take(&mut writes.changes),
        TransactionMode::ReadOnly => Vec::new(),
    }
}

const fn closed() -> NtStatus {
    NtStatus::INVALID_HANDLE
}

fn not_open(slot: Slot) -> NtStatus {
    if slot == Slot::Closed {
        closed()
    } else {
        NtStatus::NO_TXN_IN_PROGRESS
    }
}

#[cfg(test)]
mod tests {
    use crate::runtime::controlled::Controlled;
    use crate::runtime::controlled::set_up;
    use crate::wfp::EngineImage;
    use crate::wfp::EngineOptions;
    use crate::wfp::Key;
    use crate::wfp::Lifetime;
    use crate::wfp::Provider;
    use crate::wfp::SessionOptions;

    use super::*;

    const STATIC: SessionOptions = SessionOptions {
        dynamic: false,
        infinite_wait: false,
    };
    const RW: TransactionMode = TransactionMode::ReadWrite;
    const RO: TransactionMode = TransactionMode::ReadOnly;
    const P: Provider = Provider {
        key: Key::of("p"),
        named: true,
        lifetime: Lifetime::Static,
    };

    /// Runs calls on a fresh engine with two static sessions.
    fn on_engine(calls: impl FnOnce(&Engine<Controlled>, EngineHandle, EngineHandle)) {
        set_up(|| {
            let engine = Engine::new(&EngineImage::default(), &EngineOptions::default());
            let (one, two) = (engine.engine_open(STATIC), engine.engine_open(STATIC));
            calls(&engine, one, two);
        });
    }

    #[test]
    fn commit_and_abort_need_a_transaction() {
        on_engine(|engine, one, _| {
            assert_eq!(engine.transaction_commit(one), NtStatus::NO_TXN_IN_PROGRESS);
            assert_eq!(engine.transaction_abort(one), NtStatus::NO_TXN_IN_PROGRESS);
            assert_eq!(engine.transaction_begin(one, RW), NtStatus::SUCCESS);
            assert_eq!(engine.transaction_commit(one), NtStatus::SUCCESS);
            assert_eq!(engine.transaction_abort(one), NtStatus::NO_TXN_IN_PROGRESS);
        });
    }

    #[test]
    fn a_second_begin_on_a_session_fails_at_once() {
        on_engine(|engine, one, _| {
            for mode in [RW, RO] {
                assert_eq!(engine.transaction_begin(one, mode), NtStatus::SUCCESS);
                assert_eq!(engine.transaction_begin(one, RW), NtStatus::TXN_IN_PROGRESS);
                assert_eq!(engine.transaction_commit(one), NtStatus::SUCCESS);
            }
        });
    }

    #[test]
    fn an_abort_undoes_all_and_frees_the_key() {
        on_engine(|engine, one, two| {
            assert_eq!(engine.transaction_begin(one, RW), NtStatus::SUCCESS);
            assert_eq!(engine.provider_add(one, P), NtStatus::SUCCESS);
            assert_eq!(engine.provider_get(one, P.key), Ok(P));
            assert_eq!(engine.transaction_abort(one), NtStatus::SUCCESS);
            assert_eq!(
                engine.provider_get(two, P.key),
                Err(NtStatus::PROVIDER_NOT_FOUND)
            );
            assert_eq!(engine.provider_add(two, P), NtStatus::SUCCESS);
        });
    }

    #[test]
    fn a_failed_call_leaves_the_transaction_as_it_was() {
        on_engine(|engine, one, two| {
            assert_eq!(engine.transaction_begin(one, RW), NtStatus::SUCCESS);
            assert_eq!(engine.provider_add(one, P), NtStatus::SUCCESS);
            assert_eq!(engine.provider_add(one, P), NtStatus::ALREADY_EXISTS);
            assert_eq!(engine.transaction_commit(one), NtStatus::SUCCESS);
            assert_eq!(engine.provider_get(two, P.key), Ok(P));
        });
    }

    #[test]
    fn a_read_only_transaction_reads_and_does_not_write() {
        on_engine(|engine, one, two| {
            assert_eq!(engine.provider_add(two, P), NtStatus::SUCCESS);
            assert_eq!(engine.transaction_begin(one, RO), NtStatus::SUCCESS);
            assert_eq!(engine.transaction_begin(two, RO), NtStatus::SUCCESS);
            assert_eq!(engine.provider_add(one, P), NtStatus::INCOMPATIBLE_TXN);
            assert_eq!(
                engine.provider_delete(one, P.key),
                NtStatus::INCOMPATIBLE_TXN
            );
            assert_eq!(engine.provider_get(one, P.key), Ok(P));
            assert_eq!(engine.transaction_abort(one), NtStatus::SUCCESS);
            assert_eq!(engine.transaction_commit(two), NtStatus::SUCCESS);
        });
    }

    #[test]
    fn closing_a_handle_aborts_its_transaction() {
        on_engine(|engine, one, two| {
            assert_eq!(engine.transaction_begin(one, RW), NtStatus::SUCCESS);
            assert_eq!(engine.provider_add(one, P), NtStatus::SUCCESS);
            assert_eq!(engine.engine_close(one), NtStatus::SUCCESS);
            assert_eq!(
                engine.provider_get(two, P.key),
                Err(NtStatus::PROVIDER_NOT_FOUND)
            );
            assert_eq!(engine.engine_close(one), NtStatus::INVALID_HANDLE);
            assert_eq!(engine.transaction_begin(one, RW), NtStatus::INVALID_HANDLE);
        });
    }

    #[test]
    fn a_dynamic_session_takes_its_objects_with_it() {
        on_engine(|engine, one, _| {
            let dynamic = SessionOptions {
                dynamic: true,
                ..STATIC
            };
            let session = engine.engine_open(dynamic);
            assert_eq!(engine.provider_add(session, P), NtStatus::SUCCESS);
            assert!(engine.provider_get(one, P.key).is_ok());
            assert_eq!(engine.engine_close(session), NtStatus::SUCCESS);
            assert_eq!(
                engine.provider_get(one, P.key),
                Err(NtStatus::PROVIDER_NOT_FOUND)
            );
        });
    }

    #[test]
    fn a_null_handle_may_be_closed_and_nothing_else() {
        on_engine(|engine, _, _| {
            let null = EngineHandle::NULL;
            assert_eq!(engine.engine_close(null), NtStatus::SUCCESS);
            assert_eq!(engine.transaction_begin(null, RW), NtStatus::NULL_POINTER);
            assert_eq!(engine.provider_add(null, P), NtStatus::NULL_POINTER);
        });
    }
}
