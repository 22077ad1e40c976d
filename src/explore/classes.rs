//! The classes of equivalent executions that a search saw, each as a fingerprint of 128 bits.
//!
//! A fingerprint is a hash of the canonical form of the execution (its steps and their
//! happens-before relation, see `execution/form.rs`) and of what it came to: how it ended, the
//! facts of each thread with the place in that thread, and what was left at rest. Equivalent
//! executions agree on all of that. So two searches that saw the same fingerprints saw the same
//! classes, and the same outcomes of each.
//!
//! It assumes that no two of a million fingerprints are equal by accident: a chance of about
//! 10^-27. A class takes 16 bytes.

use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;

use crate::execution::Execution;
use crate::execution::Fact;
use crate::execution::Prefix;
use crate::execution::Step;
use crate::execution::THREADS_MAX;
use crate::execution::ThreadId;

/// The classes that a search saw.
#[derive(Debug, Default)]
pub struct Classes {
    prefix: Prefix,
    /// The steps of the last execution: the next one shares its beginning with it, as a rule.
    steps: Vec<Step>,
    /// In the order in which they were seen.
    seen: Vec<u128>,
}

impl Classes {
    /// Takes in an execution, with what is to be compared beside it: its fingerprint.
    pub fn take_in(&mut self, execution: &Execution, beside: &impl Hash) -> u128 {
        let pairs = self.steps.iter().zip(&execution.steps);
        let common = pairs.take_while(|(one, other)| one == other).count();
        self.prefix.truncate(common);
        self.steps.truncate(common);
        for step in &execution.steps[common..] {
            self.prefix.push(step);
            self.steps.push(*step);
        }
        let outcome = (&execution.end, &execution.rest, facts(execution), beside);
        let half = |salt: u64| {
            let mut hasher = DefaultHasher::new();
            (salt, self.prefix.form(), &outcome).hash(&mut hasher);
            hasher.finish()
        };
        let fingerprint = u128::from(half(0)) << 64 | u128::from(half(1));
        self.seen.push(fingerprint);
        fingerprint
    }

    /// The set of fingerprints, in order.
    pub fn into_set(self) -> Vec<u128> {
        let mut set = self.seen;
        set.sort_unstable();
        set.dedup();
        set
    }
}

/// What happened beside the steps, thread by thread: after how many steps of that thread, and what.
fn facts(execution: &Execution) -> Vec<(Option<ThreadId>, u32, Fact)> {
    let mut taken = [0; THREADS_MAX];
    let mut steps = execution.steps.iter().zip(0_u32..).peekable();
    let mut facts = Vec::with_capacity(execution.facts.len());
    for record in &execution.facts {
        while let Some((step, _)) = steps.next_if(|(_, index)| *index < record.after) {
            taken[step.thread.index()] += 1;
        }
        let place = record.thread.map_or(0, |thread| taken[thread.index()]);
        facts.push((record.thread, place, record.fact));
    }
    // Stable: the facts of one thread stay in order.
    facts.sort_by_key(|(thread, _, _)| *thread);
    facts
}
