//! The mock's profile that takes the same readings as one of the reference.

use selvedge::wfp;

use crate::reference::Profile;
use crate::reference::profile as own;

macro_rules! mirror {
    ($profile:ident: $($field:ident: $question:ident { $($name:ident),+ })+) => {
        wfp::Profile {
            $($field: match $profile.$field {
                $(own::$question::$name => wfp::$question::$name,)+
            },)+
            ..wfp::Profile::DOCUMENTED
        }
    };
}

/// The same readings; the mock's other questions are read as the documentation has it.
pub(crate) fn mirrored(profile: &Profile) -> wfp::Profile {
    mirror! { profile:
        lock_mode: LockMode { SharedReaders, Exclusive }
        look_up: LookUp { TakesLock, Snapshot }
        forced_abort: ForcedAbort { Once, UntilAbort }
        commit_failure: CommitFailure { StillOpen, RolledBack, Committed }
        notify_add: NotifyAdd { AtCall, AtCommit }
        notify_abort: NotifyAbort { Nothing, CompensatingDelete }
        notify_delete: NotifyDelete { BeforeReturn, Deferred, AtCall }
        add_again: AddAgain { Allowed, AfterCommit }
        after_restart: AfterRestart { SessionAborted, ServerUnavailable }
        close_teardown: CloseTeardown { Synchronous, Deferred }
        foreign_delete: ForeignDelete { Allowed, WrongSession }
        foreign_reference: ForeignReference { WrongSession, LifetimeMismatch }
        persistent_in_dynamic: PersistentInDynamic {
            DynamicSessionInProgress, LifetimeMismatch, InvalidFlags, Accepted
        }
        notify_restart: NotifyRestart { Told, Nothing }
        late_registration: LateRegistration { Nothing, AtCommit }
    }
}
