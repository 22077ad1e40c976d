//! From what a search or a stress run found to a counterexample: confirmed, least, explained.
//!
//! A finding is replayed; what it needs is found ([`reduce()`], [`shrink()`]) and replayed again,
//! from its token, as a user would; and the steps whose order decides it are named, beside the
//! nearest execution that passes.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::execution::Execution;
use crate::program::Program;
use crate::property::Cause;
use crate::property::Contrast;
use crate::property::Failure;
use crate::property::Violation;
use crate::replay::Ending;
use crate::replay::RecordedSchedule;
use crate::replay::Target;
use crate::replay::contrast;
use crate::replay::reduce;
use crate::replay::replay;
use crate::replay::shrink;
use crate::report::Counterexample;
use crate::report::Explained;
use crate::runtime::Waits;
use crate::scenario::Omitted;
use crate::scenario::Scenario;
use crate::strategy::Strategy;

/// What was found, and of what.
#[derive(Debug, Clone, Copy)]
pub struct Finding<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The strategy.
    pub strategy: &'a Strategy,
    /// How finite waits were read.
    pub waits: Waits,
    /// What is broken.
    pub violation: &'a Violation,
    /// The execution that breaks it.
    pub execution: &'a Execution,
}

/// What is left of a finding.
struct Left {
    scenario: Scenario,
    omitted: BTreeSet<Omitted>,
    execution: Execution,
    replays: u32,
    is_least: bool,
}

impl Finding<'_> {
    fn recorded(&self) -> RecordedSchedule {
        let broken = (self.violation.property, self.violation.status);
        RecordedSchedule::of(
            self.scenario,
            self.strategy,
            self.waits,
            broken,
            self.execution,
        )
    }

    /// The execution on the controlled runtime, if the finding comes to the same there: what
    /// another library or real threads found has to. Whether its outcome must be the same, too, is
    /// for the caller to say.
    pub fn replayed(&self, same_outcome: bool) -> Option<Execution> {
        let replayed = replay(&self.recorded(), self.scenario);
        let reproduced = matches!(replayed.ending, Ending::Reproduced(_));
        let execution = replayed.execution;
        let same = !same_outcome || execution.outcome() == self.execution.outcome();
        (reproduced && same).then_some(execution)
    }

    /// The least counterexample that fails in the same way. The execution must be one of the
    /// controlled runtime.
    ///
    /// # Panics
    ///
    /// If it does not replay to the same: that would be a bug of this crate.
    pub fn counterexample(&self) -> Counterexample {
        self.counterexample_that(&|_| true)
    }

    /// The least counterexample that fails in the same way and also shows something. The execution
    /// must show it.
    ///
    /// # Panics
    ///
    /// As [`Finding::counterexample`].
    pub fn counterexample_that(&self, shows: &dyn Fn(&Execution) -> bool) -> Counterexample {
        self.require_same();
        let failure = Failure::of(self.execution, self.violation);
        let fails = |execution: &Execution| shows(execution) && failure.find(execution).is_some();
        let least = self.least(&fails);
        let violation = failure.find(&least.execution);
        let violation = violation.expect("internal bug: the least does not fail in the same way");
        let finding = Finding {
            scenario: &least.scenario,
            violation: &violation,
            execution: &least.execution,
            ..*self
        };
        finding.require_same();
        finding.explained(&failure, &least)
    }

    /// The counterexample as it was found, and not shrunk. The execution must be one of the
    /// controlled runtime.
    ///
    /// # Panics
    ///
    /// If it does not replay to the same: that would be a bug of this crate.
    pub fn as_found(&self) -> Counterexample {
        self.require_same();
        let failure = Failure::of(self.execution, self.violation);
        let least = Left {
            scenario: self.scenario.clone(),
            omitted: BTreeSet::new(),
            execution: self.execution.clone(),
            replays: 0,
            is_least: false,
        };
        self.explained(&failure, &least)
    }

    /// Shrinks, until there is nothing to be left out.
    fn least(&self, fails: &dyn Fn(&Execution) -> bool) -> Left {
        let mut replays = 0;
        let mut state = (BTreeSet::new(), self.execution.clone());
        loop {
            let before = state.0.len();
            let reduced = reduce(self.scenario, (self.strategy, self.waits), fails, state);
            let program = Program::new(reduced.scenario.workload(), self.strategy, &Arc::default());
            let target = Target {
                system: &program,
                waits: self.waits,
                fails,
            };
            let shrunk = shrink(&target, &reduced.execution);
            replays += reduced.replays + shrunk.replays;
            let settled = shrunk.execution == reduced.execution || reduced.omitted.len() == before;
            if settled {
                return Left {
                    scenario: reduced.scenario,
                    omitted: reduced.omitted,
                    execution: shrunk.execution,
                    replays,
                    is_least: shrunk.is_least,
                };
            }
            state = (reduced.omitted, shrunk.execution);
        }
    }

    /// Why it is so: the sentence, and the nearest execution that passes.
    pub fn because(&self) -> (String, Option<Contrast>) {
        let failure = Failure::of(self.execution, self.violation);
        let setting = (self.strategy, self.waits);
        let contrast = contrast(self.scenario, setting, &failure, self.execution);
        let why = Cause::find(self.execution, self.violation);
        (why.sentence(self.execution, contrast.as_ref()), contrast)
    }

    fn explained(&self, failure: &Failure, least: &Left) -> Counterexample {
        let Violation {
            property,
            cause,
            status,
            errno,
            ..
        } = self.violation.clone();
        let (because, contrast) = self.because();
        Counterexample {
            property,
            cause,
            status,
            errno,
            schedule: self.recorded().to_token(),
            native: None,
            explained: Explained {
                kind: Some(failure.kind),
                because,
                contrast,
                omitted: least.omitted.clone(),
                replays: least.replays,
                is_least: least.is_least,
            },
            execution: self.execution.clone(),
        }
    }

    /// Replays the schedule, also from its token, and requires the violation and the very same
    /// execution. The token of a strategy of your own cannot be read back, for it does not hold the
    /// strategy.
    fn require_same(&self) {
        let recorded = self.recorded();
        if Strategy::named(self.strategy.name) == Ok(*self.strategy) {
            let read = RecordedSchedule::from_token(&recorded.to_token());
            self.require(&read.expect("internal bug: a token reads back"));
        }
        self.require(&recorded);
    }

    fn require(&self, recorded: &RecordedSchedule) {
        let replayed = replay(recorded, self.scenario);
        let (token, ending) = (recorded.to_token(), &replayed.ending);
        assert!(
            matches!(ending, Ending::Reproduced(_)),
            "internal bug: {token} does not replay: {ending:?}"
        );
        assert_eq!(
            replayed.execution, *self.execution,
            "internal bug: {token} replays otherwise"
        );
    }
}
