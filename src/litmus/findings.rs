//! What is wrong with executions: each kind of finding once, in its simplest execution.

use std::collections::BTreeMap;

use crate::execution::Blocked;
use crate::execution::Decision;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Schedule;

use super::FindingKind;
use super::book;
use super::lanes::does;

/// How simple an execution is, the least the simplest.
type Rank = (u32, u32, usize, Vec<Decision>);

/// What makes two findings the same.
type Key = (FindingKind, String);

/// Goes through executions and keeps what is wrong.
#[derive(Debug, Default)]
pub(super) struct Findings {
    simplest: BTreeMap<Key, (Rank, Execution)>,
    pub(super) panicked: u64,
    pub(super) outcomes: BTreeMap<String, u64>,
}

impl Findings {
    /// Takes in an execution that has just run: whether anything is wrong with it.
    pub(super) fn take_in(&mut self, execution: &Execution) -> bool {
        self.count_outcome();
        let Some(key) = wrong(execution, book::take_objection()) else {
            return false;
        };
        self.panicked += u64::from(key.0.is_panic());
        let rank = rank(execution);
        let known = self.simplest.get(&key);
        if known.is_none_or(|(simplest, _)| rank < *simplest) {
            self.simplest.insert(key, (rank, execution.clone()));
        }
        true
    }

    /// Takes in the findings of another search of the same program, as far as they are new.
    pub(super) fn add_new(&mut self, others: Self) {
        for (key, found) in others.simplest {
            self.simplest.entry(key).or_insert(found);
        }
    }

    fn count_outcome(&mut self) {
        let observed = book::take_observed();
        if observed.is_empty() {
            return;
        }
        let pairs = observed.iter();
        let pairs: Vec<String> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        *self.outcomes.entry(pairs.join(" ")).or_default() += 1;
    }

    /// The findings, in order of kind and cause.
    pub(super) fn into_list(self) -> Vec<(FindingKind, String, Execution)> {
        let list = self.simplest.into_iter();
        list.map(|((kind, cause), (_, execution))| (kind, cause, execution))
            .collect()
    }
}

fn rank(execution: &Execution) -> Rank {
    let Schedule(decisions) = execution.schedule();
    (
        execution.preemptions(),
        execution.switches(),
        decisions.len(),
        decisions,
    )
}

/// What is wrong with an execution, in a sentence that does not depend on its schedule.
fn wrong(execution: &Execution, objection: Option<String>) -> Option<Key> {
    if execution.end == End::Finished && objection.is_none() {
        return None;
    }
    let paths = book::paths();
    match &execution.end {
        End::Panicked { thread, message } => {
            let path = &paths[thread.index()];
            Some((
                FindingKind::Panic,
                format!("thread {path} panics: {message}"),
            ))
        }
        End::Deadlock(blocked) => {
            let cause = format!("deadlock: nobody can go on ({})", stuck(blocked));
            Some((FindingKind::Deadlock, cause))
        }
        End::Livelock(blocked) => {
            let cause = format!(
                "livelock: all who are left spin for ever ({})",
                stuck(blocked)
            );
            Some((FindingKind::Livelock, cause))
        }
        End::Finished | End::Redundant | End::StepLimit => {
            objection.map(|said| (FindingKind::Objection, format!("at the end: {said}")))
        }
    }
}

/// Who waits for what.
fn stuck(blocked: &[Blocked]) -> String {
    let (paths, names) = (book::paths(), book::names());
    let waits = |blocked: &Blocked| {
        let path = &paths[blocked.thread.index()];
        format!("thread {path}: {}", does(blocked.operation, &names))
    };
    let waits: Vec<String> = blocked.iter().map(waits).collect();
    waits.join("; ")
}
