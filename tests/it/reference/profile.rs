//! The readings of what the documentation leaves open (ASM), one field for each question.
//!
//! A mirror of the mock's own profile: the questions are the same, the code is not. Questions that
//! no answer of this reference depends on are left out: how long the default wait is, how bugs of
//! clients are told, calls from inside notifications, and unregistering while a function runs.

/// One reading of each question. The default of each is the recommended one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Profile {
    /// who may hold the lock together?
    pub(crate) lock_mode: LockMode,
    /// does a look-up wait for another session's write transaction?
    pub(crate) look_up: LookUp,
    /// which calls fail after a forced abort?
    pub(crate) forced_abort: ForcedAbort,
    /// what has a commit done that failed?
    pub(crate) commit_failure: CommitFailure,
    /// when is a callout told of an added filter?
    pub(crate) notify_add: NotifyAdd,
    /// is it told when that is rolled back?
    pub(crate) notify_abort: NotifyAbort,
    /// when is it told of a deleted filter?
    pub(crate) notify_delete: NotifyDelete,
    /// may a key be added again in the transaction that deleted it?
    pub(crate) add_again: AddAgain,
    /// what do the handles return of sessions that a restart ended?
    pub(crate) after_restart: AfterRestart,
    /// when does the close of a dynamic session return?
    pub(crate) close_teardown: CloseTeardown,
    /// may a static session delete another's dynamic object?
    pub(crate) foreign_delete: ForeignDelete,
    /// which status has a reference to another session's dynamic object?
    pub(crate) foreign_reference: ForeignReference,
    /// what of a persistent object that a dynamic session adds?
    pub(crate) persistent_in_dynamic: PersistentInDynamic,
    /// is a callout told of its persistent filters after a restart?
    pub(crate) notify_restart: NotifyRestart,
    /// is it told at the commit of filters that were added before it was registered?
    pub(crate) late_registration: LateRegistration,
}

macro_rules! readings {
    ($($question:ident { $first:ident, $($other:ident),+ })+) => {
        $(
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
            pub(crate) enum $question {
                #[default]
                $first,
                $($other,)+
            }

            impl $question {
                pub(crate) const ALL: &'static [Self] = &[Self::$first, $(Self::$other),+];
            }
        )+
    };
}

readings! {
    LockMode { SharedReaders, Exclusive }
    LookUp { TakesLock, Snapshot }
    ForcedAbort { Once, UntilAbort }
    CommitFailure { StillOpen, RolledBack, Committed }
    NotifyAdd { AtCall, AtCommit }
    NotifyAbort { Nothing, CompensatingDelete }
    NotifyDelete { BeforeReturn, Deferred, AtCall }
    AddAgain { Allowed, AfterCommit }
    AfterRestart { SessionAborted, ServerUnavailable }
    CloseTeardown { Synchronous, Deferred }
    ForeignDelete { Allowed, WrongSession }
    ForeignReference { WrongSession, LifetimeMismatch }
    PersistentInDynamic { DynamicSessionInProgress, LifetimeMismatch, InvalidFlags, Accepted }
    NotifyRestart { Told, Nothing }
    LateRegistration { Nothing, AtCommit }
}
