//! What one round found: for each violation, the execution that shows it best.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::execution::Decision;
use crate::execution::Execution;
use crate::execution::Outcome;
use crate::execution::Schedule;
use crate::explore::NativeSchedule;
use crate::explore::Ran;
use crate::property::Property;
use crate::property::Violation;
use crate::property::judge;
use crate::status::NtStatus;
use crate::wfp::Circumstances;

use super::Keep;

/// How good a counterexample is, the least the best; the schedule itself comes last, so that no two
/// are alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ViolationRank {
    faults: u32,
    differing: usize,
    preemptions: u32,
    switches: u32,
    steps: usize,
    decisions: Vec<Decision>,
    circumstances: Circumstances,
}

impl ViolationRank {
    fn of(execution: &Execution, circumstances: &Circumstances, differing: usize) -> Self {
        let Schedule(decisions) = execution.schedule();
        // A notification that comes late leaves no fact of a fault.
        let given = u32::try_from(circumstances.faults.len()).expect("few calls fail");
        Self {
            faults: execution.faults().max(given),
            differing,
            preemptions: execution.preemptions(),
            switches: execution.switches(),
            steps: execution.steps.len(),
            decisions,
            circumstances: circumstances.clone(),
        }
    }
}

/// The best execution so far for one violation.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) rank: ViolationRank,
    pub(super) violation: Violation,
    pub(super) execution: Execution,
    pub(super) circumstances: Circumstances,
    pub(super) native: Option<NativeSchedule>,
}

/// What the search of one round found, by what makes two violations the same.
#[derive(Debug)]
pub(super) struct Findings {
    circumstances: Circumstances,
    /// In how many readings they differ from those that the check began with.
    differing: usize,
    best: BTreeMap<ViolationKey, Finding>,
    pub(super) failing: u64,
    /// If they are to be kept.
    pub(super) outcomes: Option<BTreeSet<Outcome>>,
}

type ViolationKey = (
    usize,
    Option<crate::execution::ThreadId>,
    Option<u16>,
    Option<NtStatus>,
);

impl Findings {
    /// Nothing found yet under circumstances that differ in so many readings from those that the
    /// check began with.
    pub(super) fn under(circumstances: &Circumstances, differing: usize, keep: Keep) -> Self {
        Self {
            circumstances: circumstances.clone(),
            differing,
            best: BTreeMap::new(),
            failing: 0,
            outcomes: keep.outcomes.then(BTreeSet::new),
        }
    }

    /// Judges an execution: whether it breaks anything.
    pub(super) fn take_in(&mut self, ran: Ran<'_>) -> bool {
        let execution = ran.execution;
        if let Some(outcomes) = &mut self.outcomes {
            outcomes.insert(execution.outcome());
        }
        let violations = judge(execution);
        if violations.is_empty() {
            return false;
        }
        self.failing += 1;
        let rank = ViolationRank::of(execution, &self.circumstances, self.differing);
        for violation in violations {
            let key = violation.key();
            if self.best.get(&key).is_none_or(|known| rank < known.rank) {
                let finding = Finding {
                    rank: rank.clone(),
                    violation,
                    execution: execution.clone(),
                    circumstances: self.circumstances.clone(),
                    native: ran.native.cloned(),
                };
                self.best.insert(key, finding);
            }
        }
        true
    }

    /// The best finding for each property and status. What fails alone is no interference.
    pub(super) fn into_list(self) -> Vec<Finding> {
        let alone: BTreeSet<_> = self
            .best
            .values()
            .filter(|finding| finding.violation.property == Property::SucceedsAlone)
            .map(|finding| (finding.violation.thread, finding.violation.call))
            .collect();
        let mut list: BTreeMap<(usize, Option<NtStatus>), Finding> = BTreeMap::new();
        for ((property, thread, call, status), finding) in self.best {
            let interference = finding.violation.property == Property::NonInterference;
            if interference && alone.contains(&(thread, call)) {
                continue;
            }
            let key = (property, status);
            // Of two alike, the one that a thread of the scenario shows.
            let order = |finding: &Finding| finding.violation.thread.is_none();
            let better =
                |known: &Finding| (&finding.rank, order(&finding)) < (&known.rank, order(known));
            if list.get(&key).is_none_or(better) {
                list.insert(key, finding);
            }
        }
        list.into_values().collect()
    }
}
