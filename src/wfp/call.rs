//! What all calls on a handle have in common: the handle, faults, and calls that come from inside a
//! notification.

use crate::execution::Fact;
use crate::execution::Misuse;
use crate::execution::Operation;
use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::runtime::View;
use crate::status::NtStatus;

use super::AfterRestart;
use super::BadHandle;
use super::CallKey;
use super::Caller;
use super::ClosedWhileWaiting;
use super::Engine;
use super::EngineFault;
use super::EngineHandle;
use super::ForcedAbort;
use super::Question;
use super::Reentrancy;
use super::session::Session;
use super::session::Slot;
use super::session::State;

/// A call that has begun.
#[derive(Debug)]
pub(super) struct Call<R: Runtime> {
    pub(super) verb: Verb,
    pub(super) session: Session<R>,
    /// A fault that lets it do its work, or a part of it.
    pub(super) fault: Option<EngineFault>,
    /// Whether it is counted among the calls under way.
    counted: bool,
    /// Whether its handle was open when it began, if it may wait and somebody may close the handle
    /// meanwhile.
    pub(super) began_open: bool,
}

impl<R: Runtime> Call<R> {
    pub(super) const fn operation(&self) -> Operation {
        Operation::on(self.verb, self.session.slot.id())
    }

    /// Whether it may have to wait for the lock: a commit and an abort have what they need.
    const fn may_wait(&self) -> bool {
        !matches!(self.verb, Verb::Commit | Verb::Abort)
    }

    /// The call is no longer under way.
    pub(super) fn ends(&self, slot: &mut View<'_, Slot>) {
        if self.counted {
            slot.commuting().calls -= 1;
        }
    }

    /// What the call returns: its result, unless the answer gets lost.
    pub(super) fn answer<T>(&self, result: Result<T, NtStatus>) -> Result<T, NtStatus> {
        if self.fault != Some(EngineFault::Executed) {
            return result;
        }
        R::record(Fact::FaultInjected);
        let status = EngineFault::Executed.status();
        let operation = Operation::on(Verb::AnswerLost, self.session.slot.id());
        R::act(operation, (), |()| status);
        Err(status)
    }
}

impl<R: Runtime> Engine<R> {
    /// The session of a handle that was handed out, open or closed.
    pub(super) fn session(&self, handle: EngineHandle) -> Option<Session<R>> {
        self.inner().sessions.read().get(&handle).cloned()
    }

    /// The session of a handle, or the status for a handle that never was one.
    pub(super) fn require(&self, handle: EngineHandle) -> Result<Session<R>, NtStatus> {
        if handle == EngineHandle::NULL {
            return Err(NtStatus::NULL_POINTER);
        }
        self.session(handle).ok_or_else(|| self.stale())
    }

    /// A call begins that may need the transaction lock.
    ///
    /// # Errors
    ///
    /// `NULL_POINTER` or `INVALID_HANDLE` for a handle that is none, `POSSIBLE_DEADLOCK` from
    /// inside a notification, and what a fault says that does not let the call do anything.
    pub(super) fn call(&self, handle: EngineHandle, verb: Verb) -> Result<Call<R>, NtStatus> {
        let mut call = self.call_without_lock(handle, verb)?;
        if self.inner().own.is_notifying() && self.reports_reentrancy() {
            let status = NtStatus::POSSIBLE_DEADLOCK;
            R::act(call.operation(), (), |()| status);
            return Err(status);
        }
        if self.inner().options.closes_meet_calls {
            self.goes_under_way(&mut call);
        }
        Ok(call)
    }

    /// A call is under way from here on: a close of its handle comes before this, or meets it. What
    /// is under way counts as waiting, even if the lock was free all the time: nobody can tell.
    fn goes_under_way(&self, call: &mut Call<R>) {
        let operation = Operation::on(Verb::CallEnters, call.session.slot.id());
        let objects = (&call.session.slot,);
        match self.profile().closed_while_waiting {
            ClosedWhileWaiting::CloseWaits => {
                R::act(operation, objects, |(mut slot,)| {
                    slot.commuting().calls += 1;
                });
                call.counted = true;
            }
            ClosedWhileWaiting::SessionAborted if call.may_wait() => {
                let is_open = |slot: &Slot| slot.state != State::Closed;
                call.began_open = R::act(operation, objects, |(slot,)| is_open(&slot));
            }
            ClosedWhileWaiting::SessionAborted => {}
        }
    }

    /// A call begins that never needs the transaction lock.
    pub(super) fn call_without_lock(
        &self,
        handle: EngineHandle,
        verb: Verb,
    ) -> Result<Call<R>, NtStatus> {
        let session = self.require(handle)?;
        let operation = Operation::on(verb, session.slot.id());
        let fault = match self.fault(verb) {
            Some(fault @ (EngineFault::NoMemory | EngineFault::NotExecuted)) => {
                return Err(fail::<R>(operation, fault));
            }
            fault => fault,
        };
        Ok(Call {
            verb,
            session,
            fault,
            counted: false,
            began_open: false,
        })
    }

    /// The fault that the circumstances have for this call.
    pub(super) fn fault(&self, verb: Verb) -> Option<EngineFault> {
        let thread = R::current()?;
        if !self.ledger().counts_calls() || EngineFault::of(verb).is_empty() {
            return None;
        }
        let occurrence = self.inner().own.occurrence(verb);
        self.ledger().fault(CallKey {
            thread,
            verb,
            occurrence,
        })
    }

    /// Whether a call from inside a notification is a finding and fails, for it would wait for the
    /// lock that the notification is called under.
    pub(super) fn reports_reentrancy(&self) -> bool {
        let reported = self.ledger().consult(Question::Reentrancy).reentrancy;
        if reported == Reentrancy::Report {
            R::record(Fact::Misused(Misuse::ReentrantCall));
        }
        reported == Reentrancy::Report
    }

    /// The status of a call on a handle that is not open, which may be a finding.
    pub(super) fn stale(&self) -> NtStatus {
        if self.ledger().consult(Question::BadHandle).bad_handle == BadHandle::Report {
            R::record(Fact::Misused(Misuse::StaleHandle));
        }
        NtStatus::INVALID_HANDLE
    }

    /// Why the session serves a call no more, if it does not: a call that waits, perhaps, and began
    /// when the handle was open.
    pub(super) fn refusal(&self, slot: &mut View<'_, Slot>, began_open: bool) -> Option<NtStatus> {
        match slot.state {
            State::Idle | State::Open(_) => None,
            State::Closed => Some(self.closed(began_open)),
            State::ForciblyAborted => Some(self.forcibly_aborted(slot, false)),
            State::Cancelled => Some(self.cancelled()),
        }
    }

    /// What a call returns whose handle is closed: while it was under way, or before. Whether the
    /// lock is free by now has nothing to do with it.
    fn closed(&self, began_open: bool) -> NtStatus {
        let status = self.stale();
        if !began_open {
            return status;
        }
        let waiting = self.ledger().consult(Question::ClosedWhileWaiting);
        match waiting.closed_while_waiting {
            ClosedWhileWaiting::SessionAborted => NtStatus::SESSION_ABORTED,
            ClosedWhileWaiting::CloseWaits => status,
        }
    }

    /// What the first call returns, or every call up to an abort, after a forced abort.
    pub(super) fn forcibly_aborted(&self, slot: &mut View<'_, Slot>, aborts: bool) -> NtStatus {
        let lasts = self.ledger().consult(Question::ForcedAbort).forced_abort;
        if lasts == ForcedAbort::UntilAbort && !aborts {
            return NtStatus::TXN_ABORTED;
        }
        slot.state = State::Idle;
        match lasts {
            ForcedAbort::Once => NtStatus::TXN_ABORTED,
            ForcedAbort::UntilAbort => NtStatus::SUCCESS,
        }
    }

    /// What a call returns on a session that the end of the engine has ended.
    fn cancelled(&self) -> NtStatus {
        match self.ledger().consult(Question::AfterRestart).after_restart {
            AfterRestart::SessionAborted => NtStatus::SESSION_ABORTED,
            AfterRestart::ServerUnavailable => NtStatus::RPC_SERVER_UNAVAILABLE,
        }
    }

    /// Who the rules are asked for.
    pub(super) fn caller<'e>(&'e self, call: &Call<R>) -> Caller<'e> {
        let options = call.session.options;
        Caller {
            session: call.session.id(),
            dynamic: options.dynamic,
            denied: self.is_denied(call.verb, options.kernel),
            ledger: self.ledger(),
        }
    }

    /// Whether a caller lacks the right that the call needs. Nobody checks a caller in the kernel.
    pub(super) fn is_denied(&self, verb: Verb, kernel: bool) -> bool {
        let listed = self.inner().options.denied.contains(&verb);
        listed
            && (!kernel || {
                let checks = self.ledger().consult(Question::AccessChecks).access_checks;
                checks == super::AccessChecks::Everybody
            })
    }
}

/// A call that a fault does not let do anything: its step, and its status.
pub(super) fn fail<R: Runtime>(operation: Operation, fault: EngineFault) -> NtStatus {
    R::record(Fact::FaultInjected);
    let status = fault.status();
    R::act(operation, (), |()| status);
    status
}
