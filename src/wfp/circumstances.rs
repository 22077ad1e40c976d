//! Under what circumstances the engine runs: one reading of each open question, and the calls that
//! fail.
//!
//! Both are drawn from outside a search, so that they order no threads: an execution under given
//! [`Circumstances`] asks a [`Ledger`] what holds, and the ledger keeps what was asked. From that,
//! [`Circumstances::others`] says which others there are to go through.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use parking_lot::Mutex;

use crate::execution::ThreadId;
use crate::execution::Verb;
use crate::status::NtStatus;

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

    /// The fault with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }

    /// The faults that a call can have. Source: transient RPC failures of
    /// ebpf-for-windows #5486 and PR #5472, commit failures of PR #2101 and #2403, late and lost
    /// notifications of #3567 and #4192; `NO_MEMORY` is what its mock injects.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "most steps are no calls that can fail"
    )]
    pub const fn of(verb: Verb) -> &'static [Self] {
        match verb {
            Verb::EngineOpen | Verb::Lookup => &[Self::NoMemory],
            Verb::Begin
            | Verb::ProviderAdd
            | Verb::SublayerAdd
            | Verb::CalloutAdd
            | Verb::FilterAdd => &[Self::NoMemory, Self::NotExecuted, Self::Executed],
            Verb::Commit => &[Self::CommitFails],
            Verb::Abort => &[Self::NotExecuted],
            Verb::ProviderDelete
            | Verb::SublayerDelete
            | Verb::CalloutDelete
            | Verb::FilterDelete => &[Self::NotExecuted, Self::Executed],
            Verb::NotifyDelete => &[Self::NotificationLate, Self::NotificationLost],
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

/// Which call: whose, of what kind, and the how-manieth such call of that thread. Does not depend
/// on the interleaving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallKey {
    /// Whose call.
    pub thread: ThreadId,
    /// What kind of call.
    pub verb: Verb,
    /// The how-manieth of this kind and thread, from 1.
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
}

/// What is to be gone through beside the circumstances one starts with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// Whether the other readings of consulted questions are.
    pub readings: bool,
    /// How many calls may fail together.
    pub fault_budget: u32,
    /// Which faults are meant.
    pub faults: BTreeSet<EngineFault>,
}

/// Circumstances, and what the executions under them asked of them. All executions of one search
/// share it; asking is no step and orders nothing.
#[derive(Debug, Default)]
pub struct Ledger {
    circumstances: Circumstances,
    /// Whether calls are to be kept that could fail.
    keeps_calls: bool,
    questions: AtomicU32,
    calls: Mutex<BTreeSet<CallKey>>,
}

impl Ledger {
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

    /// The questions that were asked so far.
    pub fn questions(&self) -> Questions {
        Questions::of_bits(self.questions.load(Ordering::Relaxed))
    }

    /// The calls that were made so far and could have failed, if they are kept.
    pub fn calls(&self) -> BTreeSet<CallKey> {
        self.calls.lock().clone()
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
