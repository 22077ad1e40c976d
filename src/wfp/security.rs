//! Options of the engine, and the security of its objects: calls that no transaction may hold.
//!
//! Source: <https://learn.microsoft.com/windows/win32/fwp/access-control> and the remarks of the
//! pages of `FwpmEngineSetOption0` and of each `Fwpm…SetSecurityInfo…0`. Both take the lock like a
//! write transaction of their own. Left out: what is set.

use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::runtime::WakeReason;
use crate::runtime::awaiting;
use crate::status::NtStatus;

use super::Engine;
use super::EngineHandle;
use super::Target;
use super::call::Call;
use super::subscription::in_transaction;

impl<R: Runtime> Engine<R> {
    /// `FwpmEngineSetOption0`.
    ///
    /// Returns `TXN_IN_PROGRESS` inside an explicit transaction, `DYNAMIC_SESSION_IN_PROGRESS` on a
    /// dynamic session, `TIMEOUT`, and what is common to all calls.
    pub fn engine_set_option(&self, handle: EngineHandle) -> NtStatus {
        let call = match self.call(handle, Verb::SetOption) {
            Ok(call) => call,
            Err(status) => return status,
        };
        let dynamic = call.session.options.dynamic;
        let refused = dynamic.then_some(NtStatus::DYNAMIC_SESSION_IN_PROGRESS);
        self.outside(&call, refused, None)
    }

    /// `Fwpm…SetSecurityInfoByKey0`.
    ///
    /// Returns `TXN_IN_PROGRESS` inside an explicit transaction, `…_NOT_FOUND`, from a dynamic
    /// session the same as [`Engine::delete`], `TIMEOUT`, and what is common to all calls.
    pub fn set_security_info(&self, handle: EngineHandle, target: Target) -> NtStatus {
        match self.call(handle, Verb::SetSecurity) {
            Ok(call) => self.outside(&call, None, Some(target)),
            Err(status) => status,
        }
    }

    /// A call that is not legal inside an explicit transaction and is one of its own.
    fn outside(&self, call: &Call<R>, known: Option<NtStatus>, target: Option<Target>) -> NtStatus {
        let (session, inner) = (&call.session, self.inner());
        let caller = self.caller(call);
        R::step(
            call.operation(),
            session.waiting(),
            awaiting::<2, _>((&inner.lock, &session.slot, &inner.committed)),
            |(lock, slot, _)| !slot.is_idle() || known.is_some() || lock.admits_writers(),
            |(lock, mut slot, committed), turn| {
                call.ends(&mut slot);
                if turn == WakeReason::Expired {
                    return NtStatus::TIMEOUT;
                }
                let refused = self.refusal(&mut slot, call.began_open);
                if refused.is_some() {
                    lock.is_looked_at();
                }
                let refused = refused.or_else(|| in_transaction(&slot)).or(known);
                if let Some(refused) = refused {
                    return refused;
                }
                let allowed = match target {
                    Some(target) => target.secure(&committed, caller),
                    None => caller.require_access(),
                };
                allowed.err().unwrap_or(NtStatus::SUCCESS)
            },
        )
    }
}
