//! What a search claims, held to a recount.

use std::collections::BTreeSet;

use crate::execution::Execution;
use crate::execution::Outcome;
use crate::execution::ThreadId;
use crate::runtime::controlled::Limits;
use crate::runtime::controlled::System;

use super::PREFIXES_MAX;
use super::Recount;
use super::recount;

/// What a search that saw everything says it saw.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'o> {
    /// How many complete executions there were, each another trace.
    pub traces: u64,
    /// How many of them ended in a deadlock or a livelock.
    pub deadlocked: u64,
    /// How many of them broke a property.
    pub failing: u64,
    /// What they came to.
    pub outcomes: &'o BTreeSet<Outcome>,
}

/// What a recount says to a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verification {
    /// The same traces, deadlocks, failures and outcomes.
    Agrees {
        /// How many traces.
        traces: u64,
        /// How many prefixes of executions were visited.
        prefixes: u64,
    },
    /// Something differs, a line each: one of the two searches is wrong, so nothing is proved.
    Differs(Vec<String>),
    /// There are more prefixes than this: not recounted.
    TooLarge(u64),
    /// An execution has more steps than this: not recounted.
    TooLong(u32),
    /// Whoever looks on ended the recount.
    Stopped,
    /// After so many steps a thread could not do what it could before: the system is not
    /// deterministic, so neither count says anything.
    NotDeterministic {
        /// The number of steps.
        steps: usize,
        /// The thread.
        thread: ThreadId,
    },
    /// The search did not see everything, so that there is nothing to compare.
    NotExhausted,
}

/// Recounts a system and compares. `fails` says whether an execution breaks a property; `go_on` is
/// asked now and then, with the number of executions so far, and may end it.
pub fn verify(
    limits: Limits,
    system: &dyn System,
    claim: &Claim<'_>,
    fails: impl Fn(&Execution) -> bool,
    go_on: &mut dyn FnMut(u64) -> bool,
) -> Verification {
    let (mut failing, mut outcomes) = (0, BTreeSet::new());
    let visit = |execution: &Execution| {
        failing += u64::from(fails(execution));
        outcomes.insert(execution.outcome());
    };
    let recounted = recount(limits, system, PREFIXES_MAX, visit, go_on);
    let (traces, deadlocked, prefixes) = match recounted {
        Recount::TooLarge(prefixes) => return Verification::TooLarge(prefixes),
        Recount::TooLong(steps) => return Verification::TooLong(steps),
        Recount::Stopped => return Verification::Stopped,
        Recount::NotDeterministic { steps, thread } => {
            return Verification::NotDeterministic { steps, thread };
        }
        Recount::Complete {
            traces,
            deadlocked,
            prefixes,
        } => (traces, deadlocked, prefixes),
    };
    let numbers = [
        ("traces", claim.traces, traces),
        ("deadlocks", claim.deadlocked, deadlocked),
        ("failing", claim.failing, failing),
    ];
    let differ = numbers.into_iter().filter(|(_, said, found)| said != found);
    let mut differences: Vec<String> = differ
        .map(|(what, said, found)| format!("{what}: the search says {said}, the recount {found}"))
        .collect();
    if outcomes != *claim.outcomes {
        differences.push("the outcomes are not the same".to_owned());
    }
    if differences.is_empty() {
        Verification::Agrees { traces, prefixes }
    } else {
        Verification::Differs(differences)
    }
}
