//! Profiles: how the mock reads what Windows leaves open.
//!
//! The documentation does not answer every question that a client can ask the engine. Each such
//! [`Question`] has a small number of readings, each of which some source supports, and a
//! [`Profile`] takes one reading of each. Two profiles are fixed: [`Profile::DOCUMENTED`] follows
//! the documentation and, where it is silent, the reading that `docs/model.md` recommends;
//! [`Profile::OBSERVED_WINDOWS`] follows what field reports show where they show anything else.
//! [`NamedProfile::Adversarial`] is no single profile: a check under it goes through every
//! combination of the readings of those questions that its executions consult.
//!
//! The engine asks a question only where its readings differ, so that what was not consulted did
//! not matter. The numbers are those of the rows in `docs/model.md`.
//!
//! [`NamedProfile::Adversarial`]: super::NamedProfile::Adversarial

use std::fmt;

macro_rules! questions {
    ($(
        $(#[doc = $question:literal])*
        $field:ident: $type:ident = $name:literal ($number:literal, $explored:literal) {
            $($(#[doc = $reading:literal])* $variant:ident = $reading_name:literal,)+
        }
    )+) => {
        $(
            $(#[doc = $question])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
            pub enum $type {
                // The first reading is the recommended one.
                #[default]
                $($(#[doc = $reading])* $variant,)+
            }

            impl $type {
                const ALL: &'static [Self] = &[$(Self::$variant,)+];
            }
        )+

        /// One reading of every question. The default of each is the documented or recommended one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct Profile {
            $($(#[doc = $question])* pub $field: $type,)+
        }

        /// A question that the documentation leaves open.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Question {
            $($(#[doc = $question])* $type,)+
        }

        impl Question {
            /// All questions, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$type,)+];

            /// The question as a schedule and a command line write it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$type => $name,)+ }
            }

            /// The number of its row in `docs/model.md`.
            pub const fn number(self) -> &'static str {
                match self { $(Self::$type => $number,)+ }
            }

            /// Whether [`NamedProfile::Adversarial`] goes through its readings. It does not for a
            /// question whose readings differ in how a finding is told, not in what happens.
            ///
            /// [`NamedProfile::Adversarial`]: super::NamedProfile::Adversarial
            pub const fn is_explored(self) -> bool {
                match self { $(Self::$type => $explored,)+ }
            }

            /// The names of its readings, the recommended one first.
            pub const fn readings(self) -> &'static [&'static str] {
                match self { $(Self::$type => &[$($reading_name,)+],)+ }
            }

            /// The question in words.
            pub fn text(self) -> String {
                plain(match self { $(Self::$type => concat!($($question),*),)+ })
            }

            /// What each of [`Question::readings`] says, in words.
            pub fn reading_texts(self) -> Vec<String> {
                let texts: &[&str] = match self {
                    $(Self::$type => &[$(concat!($($reading),*),)+],)+
                };
                texts.iter().map(|text| plain(text)).collect()
            }
        }

        impl Profile {
            /// Which reading of a question it takes: an index into [`Question::readings`].
            ///
            /// # Panics
            ///
            /// Never: every reading is listed.
            pub fn reading(&self, question: Question) -> u8 {
                let place = match question {
                    $(Question::$type => $type::ALL.iter().position(|&one| one == self.$field),)+
                };
                let place = place.and_then(|place| u8::try_from(place).ok());
                place.expect("internal bug: every reading is listed")
            }

            /// The same profile with another reading of one question; `None` if the question has
            /// no such reading.
            #[must_use]
            pub fn with(self, question: Question, reading: u8) -> Option<Self> {
                let place = usize::from(reading);
                let mut other = self;
                match question {
                    $(Question::$type => other.$field = *$type::ALL.get(place)?,)+
                }
                Some(other)
            }
        }
    };
}

questions! {
    /// How long does a session wait that asks for the default? No run measures time, so this is
    /// only what a session says of itself.
    default_wait: DefaultWait = "default-wait" ("A-01", false) {
        /// 15 seconds. Source: Object Management.
        Documented = "15s",
        /// 100 minutes. Seen in enumerated sessions (`WFPExplorer` #5) and by libwfp.
        Observed = "100min",
    }
    /// Who may hold the transaction lock together?
    lock_mode: LockMode = "lock-mode" ("A-02", true) {
        /// Readers share it, a writer excludes all.
        SharedReaders = "shared-readers",
        /// Every transaction excludes every other.
        Exclusive = "exclusive",
    }
    /// Does a look-up outside a transaction wait for another session's write transaction?
    look_up: LookUp = "look-up" ("A-03", true) {
        /// It takes the lock like a read transaction.
        TakesLock = "takes-lock",
        /// It reads the last committed state and waits for nobody.
        Snapshot = "snapshot",
    }
    /// After a transaction was forcibly aborted, which calls fail with `TXN_ABORTED`?
    forced_abort: ForcedAbort = "forced-abort" ("A-05", true) {
        /// The next one, whichever it is; then the session is as before.
        Once = "once",
        /// Every one up to an abort, which succeeds.
        UntilAbort = "until-abort",
    }
    /// What has a commit done that failed?
    commit_failure: CommitFailure = "commit-failure" ("A-06", true) {
        /// Nothing: the transaction is still open and holds the lock.
        StillOpen = "still-open",
        /// It rolled the transaction back.
        RolledBack = "rolled-back",
        /// It committed, and the answer was lost.
        Committed = "committed",
    }
    /// When is a callout told of a filter that a transaction adds?
    notify_add: NotifyAdd = "notify-add" ("A-07", true) {
        /// Inside `FwpmFilterAdd0`.
        AtCall = "at-call",
        /// Inside `FwpmTransactionCommit0`, whenever its functions were registered before; a
        /// refusal drops that filter only.
        AtCommit = "at-commit",
    }
    /// When added filters are rolled back that a callout was told of, is it told again?
    notify_abort: NotifyAbort = "notify-abort" ("A-08", true) {
        /// No.
        Nothing = "nothing",
        /// As of a deleted filter, before the abort or close returns.
        CompensatingDelete = "compensating-delete",
    }
    /// When is a callout told of a deleted filter?
    notify_delete: NotifyDelete = "notify-delete" ("A-09", true) {
        /// Before the delete returns; in a transaction, before its commit returns.
        BeforeReturn = "before-return",
        /// Later, by a thread of the system, in the order of the deletes of one thread.
        Deferred = "deferred",
        /// Inside the delete, also in a transaction that may still abort.
        AtCall = "at-call",
    }
    /// What becomes of a call of the engine from inside a notification?
    reentrancy: Reentrancy = "reentrancy" ("A-10", false) {
        /// It is a bug of the client and found as such; it fails if it needs the lock.
        Report = "report",
        /// It waits for the lock that its own notification holds.
        Block = "block",
    }
    /// May a key be added again in the transaction that deleted it?
    add_again: AddAgain = "add-again" ("A-13", true) {
        /// Yes.
        Allowed = "allowed",
        /// Not before the commit: `ALREADY_EXISTS`.
        AfterCommit = "after-commit",
    }
    /// Is a call on a handle that is not open a finding?
    bad_handle: BadHandle = "bad-handle" ("A-14", false) {
        /// It is a bug of the client and found as such.
        Report = "report",
        /// No: it gets its status and no more.
        Status = "status",
    }
    /// What do the handles of sessions return that the engine's restart ended?
    after_restart: AfterRestart = "after-restart" ("A-15", true) {
        /// `SESSION_ABORTED`, until they are closed.
        SessionAborted = "session-aborted",
        /// `RPC_NT_SERVER_UNAVAILABLE`, until they are closed.
        ServerUnavailable = "server-unavailable",
    }
    /// When does the close of a dynamic session return?
    close_teardown: CloseTeardown = "close-teardown" ("A-16", true) {
        /// When its objects are gone.
        Synchronous = "synchronous",
        /// At once; a thread of the system deletes them later.
        Deferred = "deferred",
    }
    /// May a static session delete another session's dynamic object?
    foreign_delete: ForeignDelete = "foreign-delete" ("A-17", true) {
        /// Yes, as the sample Forcing Filter Deletion does.
        Allowed = "allowed",
        /// No: `WRONG_SESSION`.
        WrongSession = "wrong-session",
    }
    /// Which status has a reference to another session's dynamic object?
    foreign_reference: ForeignReference = "foreign-reference" ("A-18", true) {
        /// `WRONG_SESSION`, as seen in the field.
        WrongSession = "wrong-session",
        /// `LIFETIME_MISMATCH`, as the wording of the documentation suggests.
        LifetimeMismatch = "lifetime-mismatch",
    }
    /// What becomes of a persistent or boot-time object that a dynamic session adds?
    persistent_in_dynamic: PersistentInDynamic = "persistent-in-dynamic" ("A-19", true) {
        /// `DYNAMIC_SESSION_IN_PROGRESS`.
        DynamicSessionInProgress = "dynamic-session-in-progress",
        /// `LIFETIME_MISMATCH`.
        LifetimeMismatch = "lifetime-mismatch",
        /// `INVALID_FLAGS`.
        InvalidFlags = "invalid-flags",
        /// It is added and outlives the session.
        Accepted = "accepted",
    }
    /// What becomes of a call that waits for the lock while its handle is closed?
    closed_while_waiting: ClosedWhileWaiting = "closed-while-waiting" ("A-22", true) {
        /// It fails with `SESSION_ABORTED`, whether or not the lock has become free by then.
        SessionAborted = "session-aborted",
        /// It goes on: the close waits for it.
        CloseWaits = "close-waits",
    }
    /// When the engine restarts, is a registered callout told of its persistent filters?
    notify_restart: NotifyRestart = "notify-restart" ("A-28", true) {
        /// Yes, as of added ones.
        Told = "told",
        /// No.
        Nothing = "nothing",
    }
    /// Is a callout told of a filter that was added before its functions were registered, and
    /// committed after?
    late_registration: LateRegistration = "late-registration" ("A-29", true) {
        /// No: the filter was there before. But where adds are told at the commit
        /// (`notify-add=at-commit`) it was not there before, and is told like all.
        Nothing = "nothing",
        /// Yes, at the commit.
        AtCommit = "at-commit",
    }
    /// What becomes of an unregister while one of the callout's functions runs?
    unregister: Unregister = "unregister" ("A-30", true) {
        /// It waits until the function returns.
        Waits = "waits",
        /// It fails with `STATUS_DEVICE_BUSY`, and may be tried again.
        Fails = "fails",
    }
    /// Whose calls are checked for access rights?
    access_checks: AccessChecks = "access-checks" ("A-32", false) {
        /// Those of user-mode sessions that the engine was told to deny something.
        UserMode = "user-mode",
        /// Those of every session: to try what no documentation promises.
        Everybody = "everybody",
    }
}

impl Profile {
    /// The documentation where it speaks, the recommended reading where it does not.
    pub const DOCUMENTED: Self = Self {
        default_wait: DefaultWait::Documented,
        lock_mode: LockMode::SharedReaders,
        look_up: LookUp::TakesLock,
        forced_abort: ForcedAbort::Once,
        commit_failure: CommitFailure::StillOpen,
        notify_add: NotifyAdd::AtCall,
        notify_abort: NotifyAbort::Nothing,
        notify_delete: NotifyDelete::BeforeReturn,
        reentrancy: Reentrancy::Report,
        add_again: AddAgain::Allowed,
        bad_handle: BadHandle::Report,
        after_restart: AfterRestart::SessionAborted,
        close_teardown: CloseTeardown::Synchronous,
        foreign_delete: ForeignDelete::Allowed,
        foreign_reference: ForeignReference::WrongSession,
        persistent_in_dynamic: PersistentInDynamic::DynamicSessionInProgress,
        closed_while_waiting: ClosedWhileWaiting::SessionAborted,
        notify_restart: NotifyRestart::Told,
        late_registration: LateRegistration::Nothing,
        unregister: Unregister::Waits,
        access_checks: AccessChecks::UserMode,
    };

    /// As [`Profile::DOCUMENTED`], but for what field reports show: a default wait of 100 minutes
    /// (`WFPExplorer` #5), delete notifications that come late (ebpf-for-windows #3567, #4192),
    /// sessions whose end takes its time (`WFPExplorer` #5), and unregistering that fails for the
    /// moment (netebpfext tries up to ten times).
    pub const OBSERVED_WINDOWS: Self = Self {
        default_wait: DefaultWait::Observed,
        notify_delete: NotifyDelete::Deferred,
        close_teardown: CloseTeardown::Deferred,
        unregister: Unregister::Fails,
        ..Self::DOCUMENTED
    };

    /// The questions of which it takes another reading than a profile does, in order.
    pub fn differences(&self, from: &Self) -> Vec<Question> {
        let differs = |question: &Question| self.reading(*question) != from.reading(*question);
        Question::ALL.iter().copied().filter(differs).collect()
    }
}

/// The text of a doc comment, for a terminal.
fn plain(comment: &str) -> String {
    comment.trim().replace('`', "")
}

impl Question {
    /// The question with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|question| question.name() == name)
    }

    /// The reading with this name, as an index into [`Question::readings`].
    pub fn reading_named(self, name: &str) -> Option<u8> {
        let place = self.readings().iter().position(|reading| *reading == name);
        place.and_then(|place| u8::try_from(place).ok())
    }

    /// The question as a bit of a [`Questions`] set.
    #[expect(
        clippy::as_conversions,
        reason = "the discriminant of a small enum, in a constant"
    )]
    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Questions(u32);

impl Questions {
    /// No question.
    pub const NONE: Self = Self(0);

    /// The set of one.
    pub const fn only(question: Question) -> Self {
        Self(question.bit())
    }

    /// Both sets together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it holds a question.
    pub const fn contains(self, question: Question) -> bool {
        self.0 & question.bit() != 0
    }

    /// The questions in order.
    pub fn iter(self) -> impl Iterator<Item = Question> {
        Question::ALL
            .iter()
            .copied()
            .filter(move |question| self.contains(*question))
    }

    pub(super) const fn bits(self) -> u32 {
        self.0
    }

    pub(super) const fn of_bits(bits: u32) -> Self {
        Self(bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documented_takes_the_first_reading_of_every_question() {
        assert_eq!(Profile::default(), Profile::DOCUMENTED);
        for &question in Question::ALL {
            assert_eq!(Profile::DOCUMENTED.reading(question), 0, "{question}");
        }
    }

    #[test]
    fn every_reading_can_be_taken_and_is_known_by_its_name() {
        for &question in Question::ALL {
            assert_eq!(Question::named(question.name()), Some(question));
            for (place, name) in (0_u8..).zip(question.readings()) {
                let profile = Profile::DOCUMENTED.with(question, place).unwrap();
                assert_eq!(profile.reading(question), place, "{question}");
                assert_eq!(question.reading_named(name), Some(place));
            }
            let beyond = u8::try_from(question.readings().len()).unwrap();
            assert_eq!(Profile::DOCUMENTED.with(question, beyond), None);
        }
    }

    #[test]
    fn a_question_and_each_of_its_readings_has_a_text() {
        for &question in Question::ALL {
            assert!(question.text().contains('?'), "{}", question.text());
            let texts = question.reading_texts();
            assert_eq!(texts.len(), question.readings().len(), "{question}");
            let sentence = |text: &String| text.ends_with('.') && !text.contains(['`', '\n']);
            assert!(texts.iter().all(sentence), "{texts:?}");
        }
        assert_eq!(
            Question::NotifyDelete.reading_texts()[1],
            "Later, by a thread of the system, in the order of the deletes of one thread."
        );
    }

    #[test]
    fn the_observed_profile_differs_where_something_was_seen() {
        let differences = Profile::OBSERVED_WINDOWS.differences(&Profile::DOCUMENTED);
        let names: Vec<&str> = differences.into_iter().map(Question::name).collect();

        assert_eq!(
            names,
            [
                "default-wait",
                "notify-delete",
                "close-teardown",
                "unregister"
            ]
        );
    }
}
