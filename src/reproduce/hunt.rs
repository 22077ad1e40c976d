//! The search of models for an execution that shows what was seen.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::confirm::Finding;
use crate::execution::Execution;
use crate::explore::Bounds;
use crate::explore::DporExplorer;
use crate::explore::Unwatched;
use crate::explore::search;
use crate::program::Program;
use crate::property::Violation;
use crate::property::judge;
use crate::replay::Size;
use crate::report::Counterexample;
use crate::runtime::Waits;
use crate::runtime::controlled::Limits;
use crate::runtime::controlled::Machine;
use crate::scenario::Scenario;
use crate::status::NtStatus;
use crate::strategy::Strategy;

use super::Like;

/// One place to look: a model under a strategy, with a reading of waits.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// The model.
    pub scenario: &'a Scenario,
    /// The strategy.
    pub strategy: &'a Strategy,
    /// How finite waits are read.
    pub waits: Waits,
}

/// The least execution that shows what was seen.
#[derive(Debug)]
pub struct Reproduction<'a> {
    /// Where.
    pub ground: Ground<'a>,
    /// The execution as a counterexample; `None` if it breaks no property, and then it is
    /// `execution` as it was found.
    pub counterexample: Option<Counterexample>,
    /// The execution.
    pub execution: Execution,
}

/// What a hunt came to.
#[derive(Debug)]
pub struct Hunt<'a> {
    /// What it found.
    pub found: Option<Reproduction<'a>>,
    /// How many grounds it looked at.
    pub grounds: u64,
    /// On how many of them the search reached its bound.
    pub bounded: u64,
    /// How many executions it saw.
    pub executions: u64,
    /// The statuses that steps failed with in any of them.
    pub statuses: BTreeSet<NtStatus>,
}

/// Looks for the least execution that shows what was seen, on each ground in its turn. Of two that
/// are alike the first is kept.
pub fn hunt<'a>(like: &Like, grounds: &[Ground<'a>], bounds: &Bounds) -> Hunt<'a> {
    let mut hunt = Hunt {
        found: None,
        grounds: 0,
        bounded: 0,
        executions: 0,
        statuses: BTreeSet::new(),
    };
    for ground in grounds {
        let seen = hunt.look(like, ground, bounds);
        let better = seen.map(|seen| reproduction(like, ground, seen));
        if let Some(better) = better.filter(|it| hunt.is_better(it)) {
            hunt.found = Some(better);
        }
    }
    hunt
}

/// An execution that shows it, and what it breaks.
struct Seen {
    rank: (bool, Rank),
    violation: Option<Violation>,
    execution: Execution,
}

/// Faults, those of the model included, then steps, then all else.
type Rank = (u32, usize, Size);

fn rank(execution: &Execution) -> Rank {
    let size = Size::of(execution);
    (execution.faults(), size.steps, size)
}

impl<'a> Hunt<'a> {
    /// This hunt, which found nothing, and then another.
    #[must_use]
    pub fn and(mut self, mut other: Self) -> Self {
        self.statuses.append(&mut other.statuses);
        Self {
            found: self.found.or(other.found),
            grounds: self.grounds + other.grounds,
            bounded: self.bounded + other.bounded,
            executions: self.executions + other.executions,
            statuses: self.statuses,
        }
    }

    fn is_better(&self, other: &Reproduction<'a>) -> bool {
        let rank = |it: &Reproduction<'_>| {
            let unbroken = it.counterexample.is_none();
            (unbroken, rank(&it.execution))
        };
        self.found
            .as_ref()
            .is_none_or(|known| rank(other) < rank(known))
    }

    /// The least execution of one ground that shows it; one that breaks something goes first.
    fn look(&mut self, like: &Like, ground: &Ground<'_>, bounds: &Bounds) -> Option<Seen> {
        let program = Program::new(ground.scenario.workload(), ground.strategy, &Arc::default());
        let mut machine = Machine::new(Limits {
            waits: ground.waits,
            steps_max: bounds.steps_max,
        });
        let mut least: Option<Seen> = None;
        let mut statuses = BTreeSet::new();
        let visit = |execution: &Execution| {
            let failures = execution
                .steps
                .iter()
                .filter_map(|step| step.result.failure());
            statuses.extend(failures);
            if like.is_shown(execution) {
                let mut violations = judge(execution);
                // The one that was seen goes first.
                violations.sort_by_key(|violation| !like.means(violation));
                let seen = Seen {
                    rank: (violations.is_empty(), rank(execution)),
                    violation: violations.into_iter().next(),
                    execution: execution.clone(),
                };
                if least.as_ref().is_none_or(|known| seen.rank < known.rank) {
                    least = Some(seen);
                }
            }
            ControlFlow::Continue(())
        };
        let mut explorer = DporExplorer::new(ground.waits);
        let watch = &mut Unwatched;
        let tally = search(
            &mut machine,
            &program,
            &mut explorer,
            (bounds, watch),
            visit,
        );
        self.grounds += 1;
        self.bounded += u64::from(tally.coverage != crate::explore::Coverage::Exhausted);
        self.executions += tally.executions;
        self.statuses.append(&mut statuses);
        least
    }
}

/// What was seen on a ground, shrunk if it breaks something.
fn reproduction<'a>(like: &Like, ground: &Ground<'a>, seen: Seen) -> Reproduction<'a> {
    let counterexample = seen.violation.as_ref().map(|violation| {
        let finding = Finding {
            scenario: ground.scenario,
            strategy: ground.strategy,
            waits: ground.waits,
            violation,
            execution: &seen.execution,
        };
        finding.counterexample_that(&|execution| like.is_shown(execution))
    });
    let shrunk = counterexample.as_ref().map(|it| it.execution.clone());
    Reproduction {
        ground: *ground,
        counterexample,
        execution: shrunk.unwrap_or(seen.execution),
    }
}
