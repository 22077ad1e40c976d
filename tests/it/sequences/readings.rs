//! The mock's profile that takes the same readings as one of the reference.

use selvedge::wfp;

use crate::reference::Profile;
use crate::reference::profile as own;

macro_rules! same {
    ($reading:expr, $question:ident { $($name:ident),+ }) => {
        match $reading {
            $(own::$question::$name => wfp::$question::$name,)+
        }
    };
}

/// The same readings; the mock's other questions are read as the documentation has it.
pub(crate) fn mirrored(profile: &Profile) -> wfp::Profile {
    wfp::Profile {
        lock_mode: same!(
            profile.lock_mode,
            LockMode {
                SharedReaders,
                Exclusive
            }
        ),
        look_up: same!(
            profile.look_up,
            LookUp {
                TakesLock,
                Snapshot
            }
        ),
        forced_abort: same!(profile.forced_abort, ForcedAbort { Once, UntilAbort }),
        commit_failure: same!(
            profile.commit_failure,
            CommitFailure {
                StillOpen,
                RolledBack,
                Committed
            }
        ),
        notify_add: same!(profile.notify_add, NotifyAdd { AtCall, AtCommit }),
        notify_abort: same!(
            profile.notify_abort,
            NotifyAbort {
                Nothing,
                CompensatingDelete
            }
        ),
        notify_delete: same!(
            profile.notify_delete,
            NotifyDelete {
                BeforeReturn,
                Deferred,
                AtCall
            }
        ),
        add_again: same!(
            profile.add_again,
            AddAgain {
                Allowed,
                AfterCommit
            }
        ),
        after_restart: same!(
            profile.after_restart,
            AfterRestart {
                SessionAborted,
                ServerUnavailable
            }
        ),
        close_teardown: same!(
            profile.close_teardown,
            CloseTeardown {
                Synchronous,
                Deferred
            }
        ),
        foreign_delete: same!(
            profile.foreign_delete,
            ForeignDelete {
                Allowed,
                WrongSession
            }
        ),
        foreign_reference: same!(
            profile.foreign_reference,
            ForeignReference {
                WrongSession,
                LifetimeMismatch
            }
        ),
        persistent_in_dynamic: same!(
            profile.persistent_in_dynamic,
            PersistentInDynamic {
                DynamicSessionInProgress,
                LifetimeMismatch,
                InvalidFlags,
                Accepted
            }
        ),
        notify_restart: same!(profile.notify_restart, NotifyRestart { Told, Nothing }),
        late_registration: same!(
            profile.late_registration,
            LateRegistration { Nothing, AtCommit }
        ),
        ..wfp::Profile::DOCUMENTED
    }
}
