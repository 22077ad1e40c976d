//! Who asks for a change, and the rules about sessions, lifetimes and references.
//!
//! Source: Object Management (<https://learn.microsoft.com/windows/win32/fwp/object-management>):
//! what a dynamic session adds goes with it, and nothing refers to what may go before it. The
//! remarks of each `Fwpm…Delete…` page say who may delete what.

use crate::status::NtStatus;

use super::CircumstanceLog;
use super::ForeignDelete;
use super::ForeignReference;
use super::Lifetime;
use super::Objects;
use super::PersistentInDynamic;
use super::Question;
use super::SessionId;

/// Who asks for a change.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'l> {
    /// The session.
    pub session: SessionId,
    /// Whether it is dynamic.
    pub dynamic: bool,
    /// Whether the call is denied to it: it lacks an access right.
    pub denied: bool,
    /// What is to be asked where Windows leaves something open.
    pub ledger: &'l CircumstanceLog,
}

/// The objects as a caller's transaction sees them, and as everybody else does.
#[derive(Debug, Clone, Copy)]
pub struct VisibleObjects<'o> {
    /// With the transaction's own changes.
    pub seen: &'o Objects,
    /// Without them. The same outside an explicit transaction.
    pub committed: &'o Objects,
}

impl<'o> VisibleObjects<'o> {
    /// What a call sees that has a transaction of its own.
    pub const fn committed(objects: &'o Objects) -> Self {
        Self {
            seen: objects,
            committed: objects,
        }
    }
}

pub(super) fn refuse_if(refused: bool, status: NtStatus) -> Result<(), NtStatus> {
    if refused { Err(status) } else { Ok(()) }
}

pub(super) fn require_name(named: bool) -> Result<(), NtStatus> {
    refuse_if(!named, NtStatus::NULL_DISPLAY_NAME)
}

impl Caller<'_> {
    /// The lifetime that an object gets of which so much is asked: what a dynamic session adds is
    /// the session's.
    pub(super) fn lifetime_of(self, asked: Lifetime) -> Result<Lifetime, NtStatus> {
        match asked {
            Lifetime::Persistent | Lifetime::BootTime if self.dynamic => {
                let profile = self.ledger.consult(Question::PersistentInDynamic);
                match profile.persistent_in_dynamic {
                    PersistentInDynamic::DynamicSessionInProgress => {
                        Err(NtStatus::DYNAMIC_SESSION_IN_PROGRESS)
                    }
                    PersistentInDynamic::LifetimeMismatch => Err(NtStatus::LIFETIME_MISMATCH),
                    PersistentInDynamic::InvalidFlags => Err(NtStatus::INVALID_FLAGS),
                    PersistentInDynamic::Accepted => Ok(asked),
                }
            }
            Lifetime::Persistent | Lifetime::BootTime => Ok(asked),
            Lifetime::BuiltIn | Lifetime::Static | Lifetime::Dynamic(_) if self.dynamic => {
                Ok(Lifetime::Dynamic(self.session))
            }
            Lifetime::BuiltIn | Lifetime::Static | Lifetime::Dynamic(_) => Ok(Lifetime::Static),
        }
    }

    /// Nothing refers to what may go before it.
    pub(super) fn check_reference(
        self,
        from: Lifetime,
        to: Lifetime,
        same_provider: bool,
    ) -> Result<(), NtStatus> {
        match (from, to) {
            (_, Lifetime::BuiltIn) => Ok(()),
            (
                Lifetime::Persistent | Lifetime::BootTime,
                Lifetime::Persistent | Lifetime::BootTime,
            ) => refuse_if(!same_provider, NtStatus::LIFETIME_MISMATCH),
            (_, Lifetime::Dynamic(owner)) if owner != self.session || !self.dynamic => {
                let profile = self.ledger.consult(Question::ForeignReference);
                Err(match profile.foreign_reference {
                    ForeignReference::WrongSession => NtStatus::WRONG_SESSION,
                    ForeignReference::LifetimeMismatch => NtStatus::LIFETIME_MISMATCH,
                })
            }
            (Lifetime::Persistent | Lifetime::BootTime, _) => Err(NtStatus::LIFETIME_MISMATCH),
            (_, Lifetime::Persistent | Lifetime::BootTime | Lifetime::Static) => Ok(()),
            (from, Lifetime::Dynamic(_)) => refuse_if(from != to, NtStatus::LIFETIME_MISMATCH),
        }
    }

    /// Who may delete an object, or change its security.
    pub(super) fn check_ownership(self, lifetime: Lifetime) -> Result<(), NtStatus> {
        match lifetime {
            Lifetime::BuiltIn => Err(NtStatus::BUILTIN_OBJECT),
            Lifetime::Dynamic(owner) if self.dynamic => {
                refuse_if(owner != self.session, NtStatus::WRONG_SESSION)
            }
            Lifetime::Dynamic(_) => {
                let profile = self.ledger.consult(Question::ForeignDelete);
                let refused = profile.foreign_delete == ForeignDelete::WrongSession;
                refuse_if(refused, NtStatus::WRONG_SESSION)
            }
            Lifetime::Persistent | Lifetime::BootTime | Lifetime::Static => {
                refuse_if(self.dynamic, NtStatus::DYNAMIC_SESSION_IN_PROGRESS)
            }
        }
    }

    /// Whether the caller has the access right that the call needs.
    pub(super) fn require_access(self) -> Result<(), NtStatus> {
        refuse_if(self.denied, NtStatus::ACCESS_DENIED)
    }
}
