//! The search of models for an execution that shows what was seen.

use std::ops::ControlFlow;

use crate::case::Case;
use crate::confirm::Finding;
use crate::execution::Execution;
use crate::explore::Bounds;
use crate::explore::Coverage;
use crate::explore::DporExplorer;
use crate::explore::Unwatched;
use crate::explore::Watch;
use crate::explore::search;
use crate::property::Violation;
use crate::property::judge;
use crate::replay::Size;
use crate::report::Counterexample;
use crate::runtime::Waits;
use crate::runtime::controlled::Limits;
use crate::runtime::controlled::Machine;
use crate::scenario::Scenario;
use crate::strategy::Strategy;
use crate::wfp::Asked;
use crate::wfp::Circumstances;
use crate::wfp::Rounds;
use crate::wfp::Scope;

use super::Claim;
use super::Witness;

/// One place to look: a model under a strategy, with a reading of waits.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// The model.
    pub scenario: &'a Scenario,
    /// The strategy.
    pub strategy: &'a Strategy,
    /// How finite waits are read.
    pub waits: Waits,
    /// Which circumstances are gone through.
    pub scope: &'a Scope,
}

impl<'a> Ground<'a> {
    /// What is run there under some circumstances.
    const fn case(&self, circumstances: &'a Circumstances) -> Case<'a> {
        Case {
            scenario: self.scenario,
            strategy: self.strategy,
            waits: self.waits,
            circumstances,
        }
    }
}

/// The least execution that shows what was seen.
#[derive(Debug)]
pub struct Reproduction<'a> {
    /// Where.
    pub ground: Ground<'a>,
    /// The execution as a counterexample; `None` if it breaks no property, and then it is
    /// `execution` as it was found.
    pub counterexample: Option<Counterexample>,
    /// The circumstances of the execution.
    pub circumstances: Circumstances,
    /// The execution.
    pub execution: Execution,
}

/// What a hunt came to.
#[derive(Debug)]
pub struct ReproductionSearch<'a> {
    /// What it found.
    pub found: Option<Reproduction<'a>>,
    /// How many grounds it looked at.
    pub grounds: u64,
    /// On how many of them the search reached its bound.
    pub bounded: u64,
    /// How many executions it saw.
    pub executions: u64,
    /// What calls did in them.
    pub witness: Witness,
}

/// Looks for the least execution that shows what was seen, on each ground in its turn. Of two that
/// are alike the first is kept.
pub fn hunt<'a>(claim: &Claim, grounds: &[Ground<'a>], bounds: &Bounds) -> ReproductionSearch<'a> {
    let mut hunt = ReproductionSearch {
        found: None,
        grounds: 0,
        bounded: 0,
        executions: 0,
        witness: Witness::default(),
    };
    for ground in grounds {
        let seen = hunt.look(claim, ground, bounds);
        let better = seen.map(|seen| reproduction(claim, ground, seen));
        if let Some(better) = better.filter(|it| hunt.is_better(it)) {
            hunt.found = Some(better);
        }
    }
    hunt
}

/// An execution that shows it, and what it breaks.
struct Candidate {
    rank: (bool, CandidateRank),
    violation: Option<Violation>,
    circumstances: Circumstances,
    execution: Execution,
}

/// Faults, those of the model included, then readings that differ, then steps, then all else.
type CandidateRank = (u32, usize, usize, Size);

fn rank(execution: &Execution, circumstances: &Circumstances, scope: &Scope) -> CandidateRank {
    let size = Size::of(execution);
    // A notification that comes late leaves no fact of a fault.
    let given = u32::try_from(circumstances.faults.len()).expect("few calls fail");
    let start = scope.start().profile;
    let differing = circumstances.profile.differences(&start).len();
    let faults = execution.faults().max(given);
    (faults, differing, size.steps, size)
}

/// What the searches of one ground came to.
#[derive(Default)]
struct Looked {
    least: Option<Candidate>,
    witness: Witness,
    executions: u64,
    bounded: bool,
}

impl Looked {
    /// Takes in an execution of a ground under some circumstances.
    fn take_in(
        &mut self,
        claim: &Claim,
        ground: &Ground<'_>,
        circumstances: &Circumstances,
        execution: &Execution,
    ) {
        self.witness.take_in(claim, execution);
        if !claim.is_shown(execution) {
            return;
        }
        let mut violations = judge(execution);
        // The one that was seen goes first.
        violations.sort_by_key(|violation| !claim.means(violation));
        let rank = (
            violations.is_empty(),
            rank(execution, circumstances, ground.scope),
        );
        if self.least.as_ref().is_none_or(|known| rank < known.rank) {
            self.least = Some(Candidate {
                rank,
                violation: violations.into_iter().next(),
                circumstances: circumstances.clone(),
                execution: execution.clone(),
            });
        }
    }

    /// Searches a ground under one of its circumstances: what was asked of them.
    fn search(
        &mut self,
        claim: &Claim,
        ground: &Ground<'_>,
        circumstances: &Circumstances,
        bounds: &Bounds,
    ) -> Asked {
        if ground
            .scenario
            .workload()
            .require_room(circumstances)
            .is_err()
        {
            self.bounded = true;
            return Asked::default();
        }
        let keeps_calls = ground.scope.fault_budget > 0;
        let program = ground.case(circumstances).program_that_keeps(keeps_calls);
        let mut machine = Machine::new(Limits {
            waits: ground.waits,
            steps_max: bounds.steps_max,
        });
        let visit = |execution: &Execution| {
            self.take_in(claim, ground, circumstances, execution);
            ControlFlow::Continue(())
        };
        let mut explorer = DporExplorer::new(ground.waits);
        let mut unwatched = Unwatched;
        let watch: (&Bounds, &mut dyn Watch) = (bounds, &mut unwatched);
        let tally = search(&mut machine, &program, &mut explorer, watch, visit);
        self.bounded |= tally.coverage != Coverage::Exhausted;
        self.executions += tally.executions;
        program.ledger().asked()
    }
}

impl<'a> ReproductionSearch<'a> {
    /// This hunt, which found nothing, and then another.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            found: self.found.or(other.found),
            grounds: self.grounds + other.grounds,
            bounded: self.bounded + other.bounded,
            executions: self.executions + other.executions,
            witness: self.witness.and(other.witness),
        }
    }

    fn is_better(&self, other: &Reproduction<'a>) -> bool {
        let rank = |it: &Reproduction<'_>| {
            let unbroken = it.counterexample.is_none();
            let rank = rank(&it.execution, &it.circumstances, it.ground.scope);
            (unbroken, rank)
        };
        self.found
            .as_ref()
            .is_none_or(|known| rank(other) < rank(known))
    }

    /// The least execution of one ground that shows it, under any of its circumstances; one that
    /// breaks something goes first.
    fn look(&mut self, claim: &Claim, ground: &Ground<'_>, bounds: &Bounds) -> Option<Candidate> {
        let mut looked = Looked::default();
        let mut rounds = Rounds::new(ground.scope);
        while let Some(circumstances) = rounds.advance() {
            let left = bounds.executions_max.saturating_sub(looked.executions);
            if left == 0 {
                looked.bounded = true;
                break;
            }
            let bounds = Bounds {
                executions_max: left,
                ..*bounds
            };
            let asked = looked.search(claim, ground, &circumstances, &bounds);
            rounds.take_in(&circumstances, asked);
        }
        self.grounds += 1;
        self.bounded += u64::from(looked.bounded);
        self.executions += looked.executions;
        let witness = std::mem::take(&mut self.witness);
        self.witness = witness.and(looked.witness);
        looked.least
    }
}

/// What was seen on a ground, shrunk if it breaks something.
fn reproduction<'a>(claim: &Claim, ground: &Ground<'a>, seen: Candidate) -> Reproduction<'a> {
    let start = ground.scope.start().profile;
    let counterexample = seen.violation.as_ref().map(|violation| {
        let finding = Finding {
            case: ground.case(&seen.circumstances),
            violation,
            execution: &seen.execution,
        };
        finding.counterexample_that(&start, &|execution| claim.is_shown(execution))
    });
    let (circumstances, execution) = match &counterexample {
        Some(found) => (found.circumstances.clone(), found.execution.clone()),
        None => (seen.circumstances, seen.execution),
    };
    Reproduction {
        ground: *ground,
        counterexample,
        circumstances,
        execution,
    }
}
