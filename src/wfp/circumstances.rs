//! Under what circumstances the engine runs: one reading of each open question, and the calls that
//! fail.
//!
//! Both are drawn from outside a search, so that they order no threads: an execution under given
//! [`Circumstances`] asks a [`CircumstanceLog`] what holds, and the ledger keeps what was
//! [`Asked`]. From that follows which others there are to go through.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use parking_lot::Mutex;

use crate::execution::ThreadId;
use crate::execution::Verb;
use crate::status::NtStatus;

use super::CloseTeardown;
use super::NotifyDelete;
use super::Profile;
use super::Question;
use super::Questions;

/// How a call of the engine fails, or what becomes of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EngineFault {
    /// The call fails with `NO_MEMORY` and has done nothing.
    NoMemory,
    /// The call fails with `RPC_NT_CALL_FAILED` and has done nothing.
    NotExecuted,
    /// The call fails with `RPC_NT_CALL_FAILED` and has done its work: the answer was lost.
    Executed,
    /// The commit fails; what it has done is a question of its own
    /// ([`CommitFailure`](super::CommitFailure)).
    CommitFails,
    /// The delete notification comes later, by a thread of the system.
    NotificationLate,
    /// The delete notification never comes.
    NotificationLost,
}

impl EngineFault {
    /// All of them, in order.
    pub const ALL: [Self; 6] = [
        Self::NoMemory,
        Self::NotExecuted,
        Self::Executed,
        Self::CommitFails,
        Self::NotificationLate,
        Self::NotificationLost,
    ];

    /// The fault as a schedule and a command line write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoMemory => "no-memory",
            Self::NotExecuted => "not-executed",
            Self::Executed => "executed",
            Self::CommitFails => "commit-fails",
            Self::NotificationLate => "notification-late",
            Self::NotificationLost => "notification-lost",
        }
    }

    /// What happens, in a sentence.
    pub const fn summary(self) -> &'static str {
        match self {
            Self::NoMemory => "the call fails with NO_MEMORY and has done nothing",
            Self::NotExecuted => "the call fails with RPC_NT_CALL_FAILED and has done nothing",
            Self::Executed => {
                "the call fails with RPC_NT_CALL_FAILED and has done its work: the answer was lost"
            }
            Self::CommitFails => {
                "the commit fails with RPC_NT_CALL_FAILED; what it has done is the question \
                 commit-failure"
            }
            Self::NotificationLate => {
                "the delete notification comes later, by a thread of the system"
            }
            Self::NotificationLost => "the delete notification never comes",
        }
    }

    /// The fault with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }

    /// The faults that a call can have. Source: transient RPC failures of
    /// ebpf-for-windows #5486 and PR #5472, commit failures of PR #2101 and #2403, late and lost
    /// notifications of #3567 and #4192; `NO_MEMORY` is what its mock injects.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "no other call fails, nor will a new one unless somebody says so here"
    )]
    pub const fn of(verb: Verb) -> &'static [Self] {
        match verb {
            Verb::EngineOpen | Verb::Lookup => &[Self::NoMemory],
            Verb::Begin
            | Verb::ProviderAdd
            | Verb::SublayerAdd
            | Verb::CalloutAdd
            | Verb::ProviderContextAdd
            | Verb::FilterAdd => &[Self::NoMemory, Self::NotExecuted, Self::Executed],
            Verb::Commit => &[Self::CommitFails],
            Verb::Abort => &[Self::NotExecuted],
            Verb::ProviderDelete
            | Verb::SublayerDelete
            | Verb::CalloutDelete
            | Verb::ProviderContextDelete
            | Verb::FilterDelete => &[Self::NotExecuted, Self::Executed],
            Verb::NotifyDelete => &[Self::NotificationLate, Self::NotificationLost],
            Verb::NotifyChange => &[Self::NotificationLost],
            _ => &[],
        }
    }

    /// What the call returns.
    pub const fn status(self) -> NtStatus {
        match self {
            Self::NoMemory => NtStatus::NO_MEMORY,
            Self::NotExecuted | Self::Executed | Self::CommitFails => NtStatus::RPC_CALL_FAILED,
            Self::NotificationLate | Self::NotificationLost => NtStatus::SUCCESS,
        }
    }
}

/// Which call: whose, of what kind, and its number among such calls of that thread. Does not depend
/// on the interleaving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallKey {
    /// Whose call.
    pub thread: ThreadId,
    /// What kind of call.
    pub verb: Verb,
    /// The nth of this kind and thread, from 1.
    pub occurrence: u32,
}

/// One reading of each question, and the calls that fail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Circumstances {
    /// The calls that fail, and how.
    pub faults: BTreeMap<CallKey, EngineFault>,
    /// The readings.
    pub profile: Profile,
}

impl Circumstances {
    /// A profile without faults.
    pub const fn of(profile: Profile) -> Self {
        Self {
            faults: BTreeMap::new(),
            profile,
        }
    }

    /// Whether anything may be left to a thread of the system.
    pub fn may_defer(&self) -> bool {
        self.profile.notify_delete == NotifyDelete::Deferred
            || self.profile.close_teardown == CloseTeardown::Deferred
            || self
                .faults
                .values()
                .any(|fault| *fault == EngineFault::NotificationLate)
    }

    /// The same without what was not asked: other readings are those of `base`, and faults of
    /// other calls are none. Whoever asks nothing else notices no difference.
    ///
    /// # Panics
    ///
    /// Never: a reading of one profile is one of the other.
    #[must_use]
    pub fn restricted(&self, asked: &Asked, base: &Profile) -> Self {
        let mut profile = *base;
        for question in asked.questions.iter() {
            let reading = self.profile.reading(question);
            profile = profile.with(question, reading).expect("it is a reading");
        }
        let met = |(key, _): &(&CallKey, &EngineFault)| asked.calls.contains(key);
        Self {
            faults: self
                .faults
                .iter()
                .filter(met)
                .map(|(key, fault)| (*key, *fault))
                .collect(),
            profile,
        }
    }
}

/// What was asked of circumstances: all that mattered of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    /// The questions whose readings mattered.
    pub questions: Questions,
    /// The calls that were made and could have failed, if those are kept.
    pub calls: BTreeSet<CallKey>,
}

/// Circumstances, and what the executions under them asked of them. All executions of one search
/// share it; asking is no step and orders nothing.
#[derive(Debug, Default)]
pub struct CircumstanceLog {
    circumstances: Circumstances,
    /// Whether calls are to be kept that could fail.
    keeps_calls: bool,
    questions: AtomicU32,
    calls: Mutex<BTreeSet<CallKey>>,
}

impl CircumstanceLog {
    /// A ledger in which nothing was asked yet. It keeps the calls that could fail if there are
    /// faults to go through.
    pub fn new(circumstances: Circumstances, keeps_calls: bool) -> Self {
        Self {
            circumstances,
            keeps_calls,
            questions: AtomicU32::new(0),
            calls: Mutex::default(),
        }
    }

    /// The circumstances.
    pub const fn circumstances(&self) -> &Circumstances {
        &self.circumstances
    }

    /// What was asked so far.
    pub fn asked(&self) -> Asked {
        Asked {
            questions: Questions::of_bits(self.questions.load(Ordering::Relaxed)),
            calls: self.calls.lock().clone(),
        }
    }

    /// The profile, for a place where the readings of this question differ.
    pub(super) fn consult(&self, question: Question) -> &Profile {
        let bits = Questions::only(question).bits();
        // Looked at first: many executions ask the same, and writing is dear.
        if self.questions.load(Ordering::Relaxed) & bits == 0 {
            self.questions.fetch_or(bits, Ordering::Relaxed);
        }
        &self.circumstances.profile
    }

    /// Whether anybody asks about calls: if not, they need not be counted.
    pub(super) fn counts_calls(&self) -> bool {
        self.keeps_calls || !self.circumstances.faults.is_empty()
    }

    /// How a call fails, if it does.
    pub(super) fn fault(&self, key: CallKey) -> Option<EngineFault> {
        if self.keeps_calls {
            self.calls.lock().insert(key);
        }
        self.circumstances.faults.get(&key).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wfp::LockMode;
    use crate::wfp::NotifyDelete;

    fn commit(occurrence: u32) -> CallKey {
        CallKey {
            thread: ThreadId::new(1),
            verb: Verb::Commit,
            occurrence,
        }
    }

    fn circumstances() -> Circumstances {
        Circumstances {
            faults: BTreeMap::from([(commit(1), EngineFault::CommitFails)]),
            profile: Profile {
                lock_mode: LockMode::Exclusive,
                notify_delete: NotifyDelete::Deferred,
                ..Profile::DOCUMENTED
            },
        }
    }

    #[test]
    fn a_ledger_keeps_what_was_asked_and_says_what_holds() {
        let ledger = CircumstanceLog::new(circumstances(), true);
        assert_eq!(ledger.asked(), Asked::default());

        let profile = ledger.consult(Question::LockMode);
        assert_eq!(profile.lock_mode, LockMode::Exclusive);
        assert_eq!(ledger.fault(commit(1)), Some(EngineFault::CommitFails));
        assert_eq!(ledger.fault(commit(2)), None);
        assert_eq!(
            ledger.asked(),
            Asked {
                questions: Questions::only(Question::LockMode),
                calls: BTreeSet::from([commit(1), commit(2)]),
            }
        );
    }

    #[test]
    fn a_ledger_that_goes_through_no_faults_keeps_no_calls() {
        let ledger = CircumstanceLog::new(Circumstances::default(), false);

        assert!(!ledger.counts_calls());
        assert_eq!(ledger.fault(commit(1)), None);
        assert_eq!(ledger.asked().calls, BTreeSet::new());
        assert!(CircumstanceLog::new(circumstances(), false).counts_calls());
    }

    #[test]
    fn what_was_not_asked_is_left_out() {
        let asked = Asked {
            questions: Questions::only(Question::NotifyDelete),
            calls: BTreeSet::new(),
        };
        let restricted = circumstances().restricted(&asked, &Profile::DOCUMENTED);

        assert_eq!(restricted.faults, BTreeMap::new());
        let differences = restricted.profile.differences(&Profile::DOCUMENTED);
        assert_eq!(differences, [Question::NotifyDelete]);
    }

    #[test]
    fn every_fault_is_known_by_its_name_and_some_call_can_have_it() {
        for fault in EngineFault::ALL {
            assert_eq!(EngineFault::named(fault.name()), Some(fault));
            let mut verbs = Verb::ALL.iter();
            assert!(verbs.any(|verb| EngineFault::of(*verb).contains(&fault)));
        }
    }
}
