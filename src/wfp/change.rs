//! How a call that changes objects, or looks at them, takes effect: inside the explicit transaction
//! of its session or as a transaction of its own.
//!
//! The order of the checks: the session can be called at all, what its transaction allows, what is
//! wrong with the call as such; then the wait for the lock, and the rules about the objects. The
//! documentation leaves the order open.

use crate::execution::Operation;
use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::runtime::View;
use crate::runtime::WakeReason;
use crate::runtime::awaiting;
use crate::status::NtStatus;

use super::Caller;
use super::Change;
use super::Engine;
use super::Filter;
use super::LookUp;
use super::Objects;
use super::Question;
use super::Reentrancy;
use super::TransactionMode;
use super::VisibleObjects;
use super::call::Call;
use super::engine::record_changes;
use super::session::Lock;
use super::session::Session;
use super::session::Staged;
use super::session::State;
use super::session::Writes;

/// How the change of a call took effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// It waits for the commit of the explicit transaction.
    Staged,
    /// It is committed.
    Committed,
    /// It is staged in an implicit transaction, which holds the lock until it is ended.
    Held,
}

impl<R: Runtime> Engine<R> {
    /// One call that changes objects: in the session's transaction, or in one of its own.
    pub(super) fn change(
        &self,
        call: &Call<R>,
        structure: Result<(), NtStatus>,
        rule: impl Fn(VisibleObjects<'_>, Caller<'_>) -> Result<Change, NtStatus>,
    ) -> Result<(Change, Effect), NtStatus> {
        let (session, inner) = (&call.session, self.inner());
        let caller = self.caller(call);
        R::step(
            call.operation(),
            session.waiting(),
            awaiting::<2, _>((
                &inner.lock,
                &session.slot,
                &session.writes,
                &inner.committed,
            )),
            |(lock, slot, ..)| !slot.is_idle() || structure.is_err() || lock.admits_writers(),
            |(mut lock, mut slot, mut writes, mut committed), turn| {
                call.ends(&mut slot);
                if turn == WakeReason::Expired {
                    return Err(NtStatus::TIMEOUT);
                }
                if let Some(refused) = self.refusal(&mut slot, call.began_open) {
                    lock.is_looked_at();
                    return Err(refused);
                }
                if slot.state == State::Open(TransactionMode::ReadOnly) {
                    return Err(NtStatus::INCOMPATIBLE_TXN);
                }
                structure?;
                let change = rule(scene(&writes, &committed), caller)?;
                if !slot.is_idle() {
                    stage(&mut writes, &committed, change);
                    return Ok((change, Effect::Staged));
                }
                if self.calls_back_inside(change) {
                    lock.writer = true;
                    stage(&mut writes, &committed, change);
                    return Ok((change, Effect::Held));
                }
                committed.apply(change);
                record_changes::<R>([change]);
                Ok((change, Effect::Committed))
            },
        )
    }

    /// Whether an implicit transaction with this change has to call back before it can end: the
    /// callout of an added filter may refuse it. That of a deleted one is told when it is done,
    /// unless a call that it makes is to find the lock taken.
    fn calls_back_inside(&self, change: Change) -> bool {
        if let Change::AddFilter(filter) = change {
            filter.callout().is_some()
        } else if let Change::RemoveFilter(filter) = change {
            filter.callout().is_some() && self.profile().reentrancy == Reentrancy::Block
        } else {
            false
        }
    }

    /// Ends an implicit transaction that had to call back before it could end.
    pub(super) fn end_implicit(&self, session: &Session<R>, keep: bool) {
        let operation = Operation::on(Verb::ImplicitEnd, session.slot.id());
        let objects = (&self.inner().lock, &session.writes, &self.inner().committed);
        R::act(
            operation,
            objects,
            |(mut lock, mut writes, mut committed)| {
                let workspace = writes.workspace.take();
                let staged = std::mem::take(&mut writes.changes);
                if let Some(workspace) = workspace.filter(|_| keep) {
                    *committed = workspace;
                    record_changes::<R>(staged.iter().map(|staged| staged.change));
                }
                lock.release().writer = false;
            },
        );
    }

    /// Takes a staged filter back out of the explicit transaction, whose callout refused it.
    pub(super) fn unstage(session: &Session<R>, refused: &Filter) {
        let operation = Operation::on(Verb::ImplicitEnd, session.slot.id());
        let staged = Change::AddFilter(*refused);
        R::act(operation, (&session.writes,), |(mut writes,)| {
            writes.changes.retain(|one| one.change != staged);
            if let Some(workspace) = &mut writes.workspace {
                workspace.apply(Change::RemoveFilter(*refused));
            }
        });
    }

    /// One call that looks at objects, which may keep something in its session.
    pub(super) fn look_up<T>(
        &self,
        call: &Call<R>,
        look: impl Fn(&mut View<'_, Writes>, &Objects) -> Result<T, NtStatus>,
    ) -> Result<T, NtStatus> {
        let (session, inner) = (&call.session, self.inner());
        let denied = self.is_denied(call.verb, session.options.kernel);
        R::step(
            call.operation(),
            session.waiting(),
            awaiting::<2, _>((
                &inner.lock,
                &session.slot,
                &session.writes,
                &inner.committed,
            )),
            |(lock, slot, ..)| !slot.is_idle() || self.admits_look_up(lock),
            |(lock, mut slot, mut writes, committed), turn| {
                call.ends(&mut slot);
                if turn == WakeReason::Expired {
                    return Err(NtStatus::TIMEOUT);
                }
                if let Some(refused) = self.refusal(&mut slot, call.began_open) {
                    lock.is_looked_at();
                    return Err(refused);
                }
                if denied {
                    return Err(NtStatus::ACCESS_DENIED);
                }
                if slot.is_idle() {
                    return look(&mut writes, &committed);
                }
                match writes.workspace.clone() {
                    Some(workspace) => look(&mut writes, &workspace),
                    None => look(&mut writes, &committed),
                }
            },
        )
    }

    /// Whether a look-up outside a transaction need not wait. Where none ever does, it does not
    /// look at the lock either: what a step looked at is taken to be what it waited for.
    fn admits_look_up(&self, lock: &View<'_, Lock>) -> bool {
        let never_waits = self.profile().look_up == LookUp::Snapshot;
        let free = !never_waits && lock.admits_readers();
        if !free {
            self.ledger().consult(Question::LookUp);
        }
        never_waits || free
    }
}

/// What a call sees: its transaction's own changes, too.
fn scene<'a>(writes: &'a View<'_, Writes>, committed: &'a View<'_, Objects>) -> VisibleObjects<'a> {
    VisibleObjects {
        seen: writes.workspace.as_ref().unwrap_or(committed),
        committed,
    }
}

/// Makes a change in the transaction's own copy. Nobody else commits while it is open.
fn stage(writes: &mut View<'_, Writes>, committed: &View<'_, Objects>, change: Change) {
    let workspace = writes
        .workspace
        .get_or_insert_with(|| (**committed).clone());
    workspace.apply(change);
    let told = false;
    writes.changes.push(Staged { change, told });
}
