//! From what a search or a stress run found to a counterexample: confirmed, least, explained.
//!
//! A finding is replayed; what it needs is found ([`reduce()`], [`shrink()`]) and replayed again,
//! from its token, as a user would; and the steps whose order decides it are named, beside the
//! nearest execution that passes.

use std::collections::BTreeSet;

use crate::case::Case;
use crate::execution::Execution;
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
use crate::scenario::Omitted;
use crate::scenario::Scenario;
use crate::strategy::Strategy;
use crate::wfp::Circumstances;
use crate::wfp::Profile;

/// What was found, and of what.
#[derive(Debug, Clone, Copy)]
pub struct Finding<'a> {
    /// What was run.
    pub case: Case<'a>,
    /// What is broken.
    pub violation: &'a Violation,
    /// The execution that breaks it.
    pub execution: &'a Execution,
}

/// What is left of a finding.
struct Left {
    scenario: Scenario,
    omitted: BTreeSet<Omitted>,
    circumstances: Circumstances,
    execution: Execution,
    replays: u32,
    is_least: bool,
}

impl Finding<'_> {
    fn recorded(&self) -> RecordedSchedule {
        let broken = (self.violation.property, self.violation.status);
        RecordedSchedule::of(self.case, broken, self.execution)
    }

    /// The execution on the controlled runtime, if the finding comes to the same there: what
    /// another library or real threads found has to. Whether its outcome must be the same, too, is
    /// for the caller to say.
    pub fn replayed(&self, same_outcome: bool) -> Option<Execution> {
        let replayed = replay(&self.recorded(), self.case.scenario);
        let reproduced = matches!(replayed.ending, Ending::Reproduced(_));
        let execution = replayed.execution;
        let same = !same_outcome || execution.outcome() == self.execution.outcome();
        (reproduced && same).then_some(execution)
    }

    /// The circumstances without what the execution does not ask: readings are then those of
    /// `start`, and other calls do not fail.
    fn asked(&self, start: &Profile) -> Circumstances {
        let asked = replay(&self.recorded(), self.case.scenario).asked;
        self.case.circumstances.restricted(&asked, start)
    }

    /// The least counterexample that fails in the same way. The execution must be one of the
    /// controlled runtime. Readings are brought back to those of `start` where they can be.
    ///
    /// # Panics
    ///
    /// If it does not replay to the same: that would be a bug of this crate.
    pub fn counterexample(&self, start: &Profile) -> Counterexample {
        self.counterexample_that(start, &|_| true)
    }

    /// The least counterexample that fails in the same way and also shows something. The execution
    /// must show it.
    ///
    /// # Panics
    ///
    /// As [`Finding::counterexample`].
    pub fn counterexample_that(
        &self,
        start: &Profile,
        shows: &dyn Fn(&Execution) -> bool,
    ) -> Counterexample {
        self.require_same();
        let failure = Failure::of(self.execution, self.violation);
        let fails = |execution: &Execution| shows(execution) && failure.find(execution).is_some();
        let least = self.least(start, &fails);
        let violation = failure.find(&least.execution);
        let violation = violation.expect("internal bug: the least does not fail in the same way");
        let found = Finding {
            case: self.case.on(&least.scenario).under(&least.circumstances),
            violation: &violation,
            execution: &least.execution,
        };
        let circumstances = found.asked(start);
        let finding = found.under(&circumstances);
        finding.require_same();
        finding.explained(&failure, &least)
    }

    /// The same finding under other circumstances.
    const fn under<'a>(&'a self, circumstances: &'a Circumstances) -> Finding<'a> {
        Finding {
            case: self.case.under(circumstances),
            ..*self
        }
    }

    /// The counterexample as it was found, and not shrunk; but its circumstances are without what
    /// the execution does not ask. The execution must be one of the controlled runtime.
    ///
    /// # Panics
    ///
    /// If it does not replay to the same: that would be a bug of this crate.
    pub fn as_found(&self, start: &Profile) -> Counterexample {
        let circumstances = self.asked(start);
        let finding = self.under(&circumstances);
        finding.require_same();
        let failure = Failure::of(self.execution, self.violation);
        let least = Left {
            scenario: self.case.scenario.clone(),
            omitted: BTreeSet::new(),
            circumstances: circumstances.clone(),
            execution: self.execution.clone(),
            replays: 0,
            is_least: false,
        };
        finding.explained(&failure, &least)
    }

    /// Shrinks, until there is nothing to be left out.
    fn least(&self, start: &Profile, fails: &dyn Fn(&Execution) -> bool) -> Left {
        let mut replays = 0;
        let mut circumstances = self.asked(start);
        let mut state = (BTreeSet::new(), self.execution.clone());
        loop {
            let omitted = state.0.clone();
            let whole = self.case.under(&circumstances);
            let reduced = reduce(whole, start, fails, state);
            let case = whole.on(&reduced.scenario).under(&reduced.circumstances);
            let target = Target {
                system: &case.program(),
                waits: case.waits,
                fails,
            };
            let shrunk = shrink(&target, &reduced.execution);
            replays += reduced.replays + shrunk.replays;
            let same = reduced.omitted == omitted && reduced.circumstances == circumstances;
            if same || shrunk.execution == reduced.execution {
                return Left {
                    scenario: reduced.scenario,
                    omitted: reduced.omitted,
                    circumstances: reduced.circumstances,
                    execution: shrunk.execution,
                    replays,
                    is_least: shrunk.is_least,
                };
            }
            circumstances = reduced.circumstances;
            state = (reduced.omitted, shrunk.execution);
        }
    }

    /// Why it is so: the sentence, and the nearest execution that passes.
    pub fn because(&self) -> (String, Option<Contrast>) {
        let failure = Failure::of(self.execution, self.violation);
        let contrast = contrast(self.case, &failure, self.execution);
        let why = Cause::find(self.execution, self.violation);
        let names = self.case.scenario.workload().names();
        let because = why.sentence(self.execution, contrast.as_ref(), &names);
        (because, contrast)
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
            circumstances: self.case.circumstances.clone(),
            rounds: 1,
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
        if Strategy::named(self.case.strategy.name) == Ok(*self.case.strategy) {
            let read = RecordedSchedule::from_token(&recorded.to_token());
            self.require(&read.expect("internal bug: a token reads back"));
        }
        self.require(&recorded);
    }

    fn require(&self, recorded: &RecordedSchedule) {
        let replayed = replay(recorded, self.case.scenario);
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
