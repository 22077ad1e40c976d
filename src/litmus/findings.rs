//! What is wrong with executions: each kind of finding once, in its simplest execution.

use std::collections::BTreeMap;

use crate::execution::Blocked;
use crate::execution::Decision;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Schedule;

use super::FindingKind;
use super::registry;

/// How simple an execution is, the least the simplest.
type WrongRank = (u32, u32, usize, Vec<Decision>);

/// What is wrong with an execution: what makes two findings the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wrong {
    pub(super) kind: FindingKind,
    /// In a sentence that does not depend on the schedule.
    pub(super) cause: String,
}

/// Goes through executions and keeps what is wrong.
#[derive(Debug, Default)]
pub(super) struct Findings {
    simplest: BTreeMap<Wrong, (WrongRank, Execution)>,
    pub(super) panicked: u64,
    pub(super) outcomes: BTreeMap<String, u64>,
}

impl Findings {
    /// Takes in an execution that has just run: whether anything is wrong with it.
    pub(super) fn take_in(&mut self, execution: &Execution) -> bool {
        self.count_outcome();
        let Some(wrong) = Wrong::of(execution) else {
            return false;
        };
        self.panicked += u64::from(wrong.kind.is_panic());
        let rank = rank(execution);
        let known = self.simplest.get(&wrong);
        if known.is_none_or(|(simplest, _)| rank < *simplest) {
            self.simplest.insert(wrong, (rank, execution.clone()));
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
        let observed = registry::take_observed();
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
    pub(super) fn into_list(self) -> impl Iterator<Item = (Wrong, Execution)> {
        let list = self.simplest.into_iter();
        list.map(|(wrong, (_, execution))| (wrong, execution))
    }
}

fn rank(execution: &Execution) -> WrongRank {
    let Schedule(decisions) = execution.schedule();
    (
        execution.preemptions(),
        execution.switches(),
        decisions.len(),
        decisions,
    )
}

impl Wrong {
    /// What is wrong with an execution, if anything is.
    pub(super) fn of(execution: &Execution) -> Option<Self> {
        let (kind, cause) = match (&execution.end, &execution.rest.objection) {
            (End::Panicked { thread, message }, _) => {
                let names = registry::names();
                let label = names.label(*thread);
                (
                    FindingKind::Panic,
                    format!("thread {label} panics: {message}"),
                )
            }
            (End::Deadlock(blocked), _) => (
                FindingKind::Deadlock,
                format!("deadlock: no thread can go on ({})", stuck(blocked)),
            ),
            (End::Livelock(blocked), _) => (
                FindingKind::Livelock,
                format!(
                    "livelock: all threads that are left spin for ever ({})",
                    stuck(blocked)
                ),
            ),
            (End::Finished | End::Redundant | End::StepLimit, Some(said)) => {
                (FindingKind::Objection, format!("at the end: {said}"))
            }
            (End::Finished | End::Redundant | End::StepLimit, None) => return None,
        };
        Some(Self { kind, cause })
    }
}

/// Who waits for what.
fn stuck(blocked: &[Blocked]) -> String {
    let names = registry::names();
    let waits = |blocked: &Blocked| {
        let path = names.label(blocked.thread);
        format!("thread {path}: {}", names.operation(blocked.operation))
    };
    let waits: Vec<String> = blocked.iter().map(waits).collect();
    waits.join("; ")
}
