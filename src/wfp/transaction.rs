//! Explicit transactions.
//!
//! Source: <https://learn.microsoft.com/windows/win32/api/fwpmu/nf-fwpmu-fwpmtransactionbegin0> and
//! its siblings. There is at most one for a session: a second begin fails at once, it neither nests
//! nor waits. Between sessions a lock decides, for which a begin waits as long as its session says.

use crate::execution::Fact;
use crate::execution::StepResult;
use crate::execution::Verb;
use crate::runtime::Recorded;
use crate::runtime::Runtime;
use crate::runtime::View;
use crate::runtime::WakeReason;
use crate::status::NtStatus;

use super::CommitFailure;
use super::Engine;
use super::EngineFault;
use super::EngineHandle;
use super::LockMode;
use super::Profile;
use super::Question;
use super::TransactionFlags;
use super::TransactionMode;
use super::call::Call;
use super::engine::record_changes;
use super::session::Lock;
use super::session::Slot;
use super::session::Staged;
use super::session::State;
use super::session::Writes;
use super::system::Task;

/// What a commit came to.
enum Committed {
    /// It failed, and the transaction is as it was.
    Not(NtStatus),
    /// The changes were rolled back, and it failed.
    RolledBack(Vec<Staged>),
    /// The changes are visible, and it returns this.
    Done(Vec<Staged>, NtStatus),
}

impl Recorded for Committed {
    fn recorded(&self) -> StepResult {
        match self {
            Self::Not(status) | Self::Done(_, status) => status.recorded(),
            Self::RolledBack(_) => EngineFault::CommitFails.status().recorded(),
        }
    }
}

impl<R: Runtime> Engine<R> {
    /// The profile, for what a call must know before it can say whether it matters.
    pub(super) fn profile(&self) -> Profile {
        self.ledger().circumstances().profile
    }

    /// `FwpmTransactionBegin0`.
    ///
    /// Returns `TXN_IN_PROGRESS` if the session has a transaction, `TIMEOUT` if its wait for the
    /// lock ran out, `INVALID_FLAGS` for flags but 0 and 1, `ACCESS_DENIED` to a caller without
    /// the right, and what is common to all calls.
    pub fn transaction_begin(
        &self,
        handle: EngineHandle,
        flags: impl Into<TransactionFlags>,
    ) -> NtStatus {
        let begun = self
            .call(handle, Verb::Begin)
            .and_then(|call| call.answer(self.begin(&call, flags.into())));
        begun.err().unwrap_or(NtStatus::SUCCESS)
    }

    fn begin(&self, call: &Call<R>, flags: TransactionFlags) -> Result<(), NtStatus> {
        let session = &call.session;
        let denied = self.is_denied(call.verb, session.options.kernel);
        let mode = match flags.mode() {
            Ok(_) if denied => Err(NtStatus::ACCESS_DENIED),
            mode => mode,
        };
        let begun = R::step(
            call.operation(),
            session.waiting(),
            (&self.inner().lock, &session.slot),
            |(lock, slot)| match mode {
                _ if !slot.is_idle() => true,
                Ok(TransactionMode::ReadOnly) => lock.admits_readers(),
                Ok(TransactionMode::ReadWrite) => lock.admits_writers(),
                Err(_) => true,
            },
            |(mut lock, mut slot), turn| {
                call.ends(&mut slot);
                if turn == WakeReason::Expired {
                    return Err(NtStatus::TIMEOUT);
                }
                if let Some(refused) = self.refusal(&mut slot, call.began_open) {
                    lock.is_looked_at();
                    return Err(refused);
                }
                if !slot.is_idle() {
                    return Err(NtStatus::TXN_IN_PROGRESS);
                }
                let mode = mode?;
                slot.state = State::Open(mode);
                slot.begun += 1;
                match mode {
                    TransactionMode::ReadOnly if self.readers_share() => {
                        lock.commuting().readers += 1;
                    }
                    TransactionMode::ReadOnly | TransactionMode::ReadWrite => lock.writer = true,
                }
                Ok(slot.begun)
            },
        )?;
        if !session.options.kernel {
            self.defer(Task::Watch(session.clone(), begun));
        }
        Ok(())
    }

    /// Whether readers hold the lock together. If not, a reader holds it like a writer: who comes
    /// first makes a difference, also where they did not meet.
    fn readers_share(&self) -> bool {
        self.ledger().consult(Question::LockMode).lock_mode == LockMode::SharedReaders
    }

    /// `FwpmTransactionCommit0`: what the transaction changed becomes visible at once.
    ///
    /// Returns `NO_TXN_IN_PROGRESS` if the session has none, `TXN_ABORTED` after a forced abort,
    /// `CALLOUT_NOTIFICATION_FAILED` where callouts are told of additions only now and one refused,
    /// and what is common to all calls. Notifications are given before it returns.
    pub fn transaction_commit(&self, handle: EngineHandle) -> NtStatus {
        let call = match self.call(handle, Verb::Commit) {
            Ok(call) => call,
            Err(status) => return status,
        };
        let refused = self.tell_before_commit(&call);
        let committed = self.commit(&call);
        let status = match committed {
            Committed::Not(status) => return status,
            Committed::RolledBack(staged) => {
                self.rolled_back(&staged);
                return EngineFault::CommitFails.status();
            }
            Committed::Done(staged, status) => {
                self.committed_explicitly(&call, &staged);
                status
            }
        };
        if refused && status.is_success() {
            return NtStatus::CALLOUT_NOTIFICATION_FAILED;
        }
        status
    }

    fn commit(&self, call: &Call<R>) -> Committed {
        let session = &call.session;
        let fails = call.fault == Some(EngineFault::CommitFails);
        if fails {
            R::record(Fact::FaultInjected);
        }
        let denied = self.is_denied(call.verb, session.options.kernel);
        let inner = self.inner();
        let objects = (
            &session.slot,
            &session.writes,
            &inner.committed,
            &inner.lock,
        );
        R::act(
            call.operation(),
            objects,
            |(mut slot, mut writes, mut committed, mut lock)| {
                call.ends(&mut slot);
                let State::Open(mode) = slot.state else {
                    return Committed::Not(self.not_open(call, &mut slot));
                };
                if denied {
                    return Committed::Not(NtStatus::ACCESS_DENIED);
                }
                let failure = fails.then(|| self.ledger().consult(Question::CommitFailure));
                match failure.map(|profile| profile.commit_failure) {
                    Some(CommitFailure::StillOpen) => {
                        return Committed::Not(EngineFault::CommitFails.status());
                    }
                    Some(CommitFailure::RolledBack) => {
                        let staged = roll_back(&mut slot, &mut writes, &mut lock);
                        return Committed::RolledBack(staged);
                    }
                    Some(CommitFailure::Committed) | None => {}
                }
                if let Some(workspace) = take_workspace(&mut writes, mode) {
                    *committed = workspace;
                }
                slot.state = State::Idle;
                unlock(&mut lock, mode);
                let staged = take_changes(&mut writes, mode);
                record_changes::<R>(staged.iter().map(|staged| staged.change));
                let status = if fails {
                    EngineFault::CommitFails.status()
                } else {
                    NtStatus::SUCCESS
                };
                Committed::Done(staged, status)
            },
        )
    }

    /// `FwpmTransactionAbort0`: what the transaction changed is gone.
    ///
    /// Returns `NO_TXN_IN_PROGRESS` if the session has none, `TXN_ABORTED` after a forced abort,
    /// and what is common to all calls.
    pub fn transaction_abort(&self, handle: EngineHandle) -> NtStatus {
        let call = match self.call(handle, Verb::Abort) {
            Ok(call) => call,
            Err(status) => return status,
        };
        let session = &call.session;
        let objects = (&session.slot, &session.writes, &self.inner().lock);
        let (status, staged) = R::act(
            call.operation(),
            objects,
            |(mut slot, mut writes, mut lock)| {
                call.ends(&mut slot);
                match slot.state {
                    State::Open(_) => {
                        let staged = roll_back(&mut slot, &mut writes, &mut lock);
                        (NtStatus::SUCCESS, staged)
                    }
                    State::ForciblyAborted => (self.forcibly_aborted(&mut slot, true), Vec::new()),
                    State::Closed | State::Idle | State::Cancelled => {
                        (self.not_open(&call, &mut slot), Vec::new())
                    }
                }
            },
        );
        self.rolled_back(&staged);
        status
    }

    /// What a commit or abort returns without an open transaction.
    fn not_open(&self, call: &Call<R>, slot: &mut View<'_, Slot>) -> NtStatus {
        let refused = self.refusal(slot, call.began_open);
        refused.unwrap_or(NtStatus::NO_TXN_IN_PROGRESS)
    }

    /// What an explicit transaction changed has become visible: who is told of it.
    fn committed_explicitly(&self, call: &Call<R>, staged: &[Staged]) {
        self.deleted_at_commit(staged);
        self.tell_committed(staged);
        let changes = staged.iter().map(|staged| staged.change);
        self.publish(&call.session, changes);
    }
}

/// Undoes what the open transaction of a session has changed, and ends it. Returns the changes.
pub(super) fn roll_back(
    slot: &mut View<'_, Slot>,
    writes: &mut View<'_, Writes>,
    lock: &mut View<'_, Lock>,
) -> Vec<Staged> {
    let State::Open(mode) = slot.state else {
        return Vec::new();
    };
    drop(take_workspace(writes, mode));
    let staged = take_changes(writes, mode);
    slot.state = State::Idle;
    unlock(lock, mode);
    staged
}

/// Gives the engine's lock back.
fn unlock(lock: &mut View<'_, Lock>, mode: TransactionMode) {
    match mode {
        TransactionMode::ReadOnly if !lock.writer => lock.leaving().readers -= 1,
        TransactionMode::ReadOnly | TransactionMode::ReadWrite => lock.release().writer = false,
    }
}

fn take_workspace(writes: &mut View<'_, Writes>, mode: TransactionMode) -> Option<super::Objects> {
    (mode == TransactionMode::ReadWrite)
        .then(|| writes.workspace.take())
        .flatten()
}

fn take_changes(writes: &mut View<'_, Writes>, mode: TransactionMode) -> Vec<Staged> {
    match mode {
        TransactionMode::ReadWrite => std::mem::take(&mut writes.changes),
        TransactionMode::ReadOnly => Vec::new(),
    }
}
