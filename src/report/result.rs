//! What one search came to, as data. Computed once; renderers only print it.

use std::collections::BTreeSet;

use crate::execution::Execution;
use crate::execution::Looping;
use crate::execution::Names;
use crate::execution::Outcome;
use crate::explore::Coverage;
use crate::explore::ExplorerKind;
use crate::explore::NativeSchedule;
use crate::explore::NotDeterministic;
use crate::explore::SecondProof;
use crate::property::CauseKind;
use crate::property::Contrast;
use crate::property::Property;
use crate::recount::Verification;
use crate::runtime::Waits;
use crate::scenario::Omitted;
use crate::status::NtStatus;
use crate::wfp::CallKey;
use crate::wfp::Circumstances;
use crate::wfp::Question;
use crate::wfp::Questions;
use crate::wfp::Reading;
use crate::wfp::Scope;

/// What may be said of a strategy. The words are fixed and never blurred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// The whole space was seen, and nothing was found.
    Proved,
    /// A counterexample was found and confirmed by replaying it.
    Violated,
    /// A bound was reached first, and nothing was found within it.
    Bounded,
    /// Random executions, and nothing was found.
    Sampled,
    /// This explorer cannot run this model.
    Unsuitable,
    /// Two explorers saw everything, and not the same: one of them is wrong, so nothing is proved.
    ExplorersDisagree,
    /// Two executions that made the same choices differ: nothing can be said of such code.
    NotDeterministic,
}

impl Verdict {
    /// Whether it settles the question: a proof or a counterexample.
    pub const fn is_conclusive(self) -> bool {
        matches!(self, Self::Proved | Self::Violated)
    }

    /// The word in capitals.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Proved => "PROVED",
            Self::Violated => "VIOLATED",
            Self::Bounded => "BOUNDED",
            Self::Sampled => "SAMPLED",
            Self::Unsuitable => "UNSUITABLE",
            Self::ExplorersDisagree => "EXPLORERS DISAGREE",
            Self::NotDeterministic => "NOT DETERMINISTIC",
        }
    }
}

/// What a verdict assumes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assumptions {
    /// How many threads there are, without deferred work.
    pub threads: u32,
    /// How many faults of the scenario are injected at most.
    pub faults: u32,
    /// How many calls of the engine fail at most, beside those.
    pub engine_faults: u32,
    /// What is assumed of fairness.
    pub fairness: &'static str,
    /// What is assumed of memory.
    pub memory_model: &'static str,
}

/// A violation with the schedule that shows it: confirmed by replay, the least of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterexample {
    /// What is broken.
    pub property: Property,
    /// Why, in a sentence that names the thread.
    pub cause: String,
    /// The status at the root, if there is one.
    pub status: Option<NtStatus>,
    /// The errno that the caller saw, if a call returned one.
    pub errno: Option<u32>,
    /// The circumstances under which it occurs: the fewest faults, then the fewest readings that
    /// differ from those of the scope's start. All of them matter to the execution.
    pub circumstances: Circumstances,
    /// In how many rounds such a violation occurs.
    pub rounds: u64,
    /// The token that `selvedge replay` takes.
    pub schedule: String,
    /// The execution.
    pub execution: Execution,
    /// The schedule in the terms of the library that found it, if that was asked for.
    pub native: Option<NativeSchedule>,
    /// Why it is so, and how it came to be the least.
    pub explained: Explained,
}

/// Why a counterexample is one, and how it came to be the least of its kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Explained {
    /// What kind of mistake it is.
    pub kind: Option<CauseKind>,
    /// The two steps whose order decides, and why it does, in a sentence without its full stop.
    pub because: String,
    /// The nearest execution that passes, if one was found.
    pub contrast: Option<Contrast>,
    /// What of the scenario it does without.
    pub omitted: BTreeSet<Omitted>,
    /// How many executions were run to shrink it.
    pub replays: u32,
    /// Whether every schedule with fewer preemptions and switches was looked at.
    pub is_least: bool,
}

/// The first execution that one of two explorers saw and the other lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// Which explorer lacks it.
    pub lacks: ExplorerKind,
    /// Which explorer saw it.
    pub has: ExplorerKind,
    /// How many classes the one lacks that the other saw, under these circumstances.
    pub classes: u64,
    /// The circumstances.
    pub circumstances: Circumstances,
    /// The execution.
    pub execution: Execution,
    /// The token that `selvedge replay` takes. It names a property because a schedule does: one
    /// that the execution breaks, or `no-panic`.
    pub schedule: String,
    /// The same as a file, with the model.
    pub file: String,
}

/// What the search under one of the circumstances came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// The circumstances, without what the search did not ask.
    pub circumstances: Circumstances,
    /// The questions whose readings mattered.
    pub consulted: Questions,
    /// How many complete executions were seen.
    pub executions: u64,
    /// How many executions were cut off because they would have repeated others.
    pub redundant: u64,
    /// How many complete executions ended in a deadlock.
    pub deadlocked: u64,
    /// How many complete executions broke a property.
    pub failing: u64,
    /// How much of the space was seen.
    pub coverage: Coverage,
    /// What was broken, in the order of [`Property::ALL`], then of status.
    pub found: Vec<(Property, Option<NtStatus>)>,
}

/// What one check of one strategy on one scenario came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckReport {
    /// The scenario's name.
    pub scenario: String,
    /// The scenario's digest.
    pub digest: String,
    /// The strategy's name.
    pub strategy: String,
    /// Which circumstances were to be gone through.
    pub scope: Scope,
    /// How finite waits were read.
    pub waits: Waits,
    /// Who chose the schedules.
    pub explorer: ExplorerKind,
    /// The verdict.
    pub verdict: Verdict,
    /// What the verdict assumes.
    pub assumptions: Assumptions,
    /// What the threads, deferred work included, are called.
    pub names: Names,
    /// How many complete executions were seen.
    pub executions: u64,
    /// How many executions were cut off because they would have repeated others.
    pub redundant: u64,
    /// How many complete executions ended in a deadlock.
    pub deadlocked: u64,
    /// How many executions the bound on steps cut off: what would have come of them is not known.
    pub cut_off: u64,
    /// The threads that repeat their steps in the first of those, in order of thread.
    pub loops: Vec<Looping>,
    /// How many complete executions broke a property.
    pub failing: u64,
    /// How much of the space was seen.
    pub coverage: Coverage,
    /// One for each property and cause, in the order of [`Property::ALL`], then of cause.
    pub counterexamples: Vec<Counterexample>,
    /// One for each of the circumstances that were gone through, in that order.
    pub rounds: Vec<Round>,
    /// The calls of the engine that could have failed, if such faults were gone through.
    pub calls: BTreeSet<CallKey>,
    /// What the executions came to under which circumstances, if that was asked for.
    pub outcomes: Option<BTreeSet<(Circumstances, Outcome)>>,
    /// What a recount says, if one was asked for.
    pub verification: Option<Verification>,
    /// What a second search by another explorer says, if there was one and both saw everything, or
    /// contradict each other.
    pub second_proof: Option<SecondProof>,
    /// Where the two contradict each other.
    pub disagreement: Option<Disagreement>,
    /// What showed that the code is not deterministic.
    pub not_deterministic: Option<NotDeterministic>,
    /// What differs from the expectation in the scenario, a line each: `None` if it has none for
    /// this strategy and reading of waits, empty if all is as expected.
    pub unexpected: Option<Vec<String>>,
}

impl CheckReport {
    /// The questions whose readings mattered in any round.
    pub fn consulted(&self) -> Questions {
        let rounds = self.rounds.iter();
        rounds.fold(Questions::NONE, |all, round| all.and(round.consulted))
    }

    /// Those of them whose other readings were gone through.
    pub fn gone_through(&self) -> impl Iterator<Item = Question> {
        let consulted = self.consulted();
        let explored = consulted.iter();
        explored.filter(|&question| self.scope.explores(question))
    }

    /// The readings that a counterexample needs: those that differ from the scope's start.
    pub fn needs(&self, found: &Counterexample) -> Vec<Reading> {
        Reading::differences(&found.circumstances.profile, &self.scope.start().profile)
    }
}
