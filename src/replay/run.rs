//! Running a recorded schedule again, and comparing each step.

use std::sync::Arc;

use tracing::Span;

use crate::execution::Decision;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Journal;
use crate::execution::Step;
use crate::execution::StepNote;
use crate::program::Program;
use crate::property::Property;
use crate::property::Violation;
use crate::property::judge;
use crate::runtime::controlled::Limits;
use crate::runtime::controlled::Machine;
use crate::runtime::controlled::Policy;
use crate::runtime::controlled::Position;
use crate::runtime::controlled::System;
use crate::scenario::Scenario;
use crate::wfp::Asked;
use crate::wfp::Ledger;

use super::Expected;
use super::RecordedSchedule;

/// How a replay ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Every step fits, and the recorded violation is there.
    Reproduced(Violation),
    /// A step does not fit.
    Diverged {
        /// The place of the step, from 1.
        step: usize,
        /// What was recorded.
        expected: String,
        /// What there is instead.
        found: String,
    },
    /// Every step fits, but the property holds now.
    NoViolation {
        /// The property.
        property: Property,
    },
}

/// What a replay came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// The execution, as far as it went.
    pub execution: Execution,
    /// The names of all threads, deferred work included, by index.
    pub threads: Vec<String>,
    /// How it ended.
    pub ending: Ending,
    /// What the execution asked of its circumstances.
    pub asked: Asked,
    /// Whether the scenario has changed since the schedule was recorded.
    pub digest_differs: bool,
}

/// Runs a recorded schedule again on a scenario.
///
/// # Panics
///
/// Never on account of the schedule: what does not fit is an [`Ending::Diverged`].
pub fn replay(recorded: &RecordedSchedule, scenario: &Scenario) -> Replay {
    let program = program(recorded, scenario);
    let (name, strategy) = (scenario.name(), recorded.strategy.name);
    let span = tracing::info_span!(
        target: "selvedge::replay",
        "replay",
        scenario = name,
        strategy
    );
    let (execution, divergence) = force(&program, recorded, &span);
    let ending = divergence.unwrap_or_else(|| judged(recorded, &execution));
    Replay::of((recorded, scenario), &program, execution, ending)
}

/// What is to be run again.
pub(super) fn program(recorded: &RecordedSchedule, scenario: &Scenario) -> Program {
    let ledger = Arc::new(Ledger::new(recorded.circumstances.clone(), true));
    Program::new(scenario.workload(), &recorded.strategy, &ledger)
}

/// How a replay ended whose steps all fit.
pub(super) fn judged(recorded: &RecordedSchedule, execution: &Execution) -> Ending {
    let same = |violation: &Violation| {
        violation.property == recorded.property && violation.status == recorded.status
    };
    let property = recorded.property;
    let found = judge(execution).into_iter().find(same);
    found.map_or(Ending::NoViolation { property }, Ending::Reproduced)
}

impl Replay {
    pub(super) fn of(
        (recorded, scenario): (&RecordedSchedule, &Scenario),
        program: &Program,
        execution: Execution,
        ending: Ending,
    ) -> Self {
        Self {
            execution,
            threads: scenario.workload().thread_names(),
            ending,
            asked: program.ledger().asked(),
            digest_differs: !scenario.digest().starts_with(&recorded.digest),
        }
    }
}

/// Runs a system under recorded choices: the execution, and where it differs from the record.
fn force(
    system: &dyn System,
    recorded: &RecordedSchedule,
    span: &Span,
) -> (Execution, Option<Ending>) {
    let steps = &recorded.steps;
    let steps_max = u32::try_from(steps.len())
        .expect("a schedule is short")
        .saturating_add(1);
    let mut machine = Machine::new(Limits {
        waits: recorded.waits,
        steps_max,
    });
    let journal = Journal::open(span, 1);
    machine.tell_in(journal.clone());
    let mut forced = Forced {
        steps,
        divergence: None,
    };
    let mut execution = machine.run(system, &mut forced).clone();
    journal.end(&execution.end);
    let mut divergence = forced.divergence;
    if divergence.is_none() {
        let taken = execution.steps.len();
        divergence = taken
            .checked_sub(1)
            .and_then(|last| differs(steps.get(last)?, &execution.steps[last], last));
        if divergence.is_none() && taken < steps.len() {
            let expected = describe(&steps[taken]);
            let found = "the execution is over".to_owned();
            divergence = Some(Ending::Diverged {
                step: taken + 1,
                expected,
                found,
            });
        }
    }
    if divergence.is_some() && execution.end == End::Redundant {
        // What was cut off at the difference is no kind of end.
        execution.end = End::StepLimit;
    }
    (execution, divergence)
}

/// Chooses what was recorded, as long as it is there.
struct Forced<'a> {
    steps: &'a [Expected],
    divergence: Option<Ending>,
}

impl Policy for Forced<'_> {
    fn choose(&mut self, position: &Position<'_>) -> Option<Decision> {
        let index = position.steps.len();
        self.divergence = self
            .compare_last(position)
            .or_else(|| self.compare_next(position));
        if self.divergence.is_some() {
            return None;
        }
        self.steps.get(index).map(|step| step.decision)
    }
}

impl Forced<'_> {
    /// The step before: did it fail or succeed as recorded?
    fn compare_last(&self, position: &Position<'_>) -> Option<Ending> {
        let last = position.steps.len().checked_sub(1)?;
        differs(self.steps.get(last)?, &position.steps[last], last)
    }

    /// The next step: can its thread take it, and is it the recorded one?
    fn compare_next(&self, position: &Position<'_>) -> Option<Ending> {
        let index = position.steps.len();
        let diverged = |expected: String, found: String| {
            Some(Ending::Diverged {
                step: index + 1,
                expected,
                found,
            })
        };
        let Some(expected) = self.steps.get(index) else {
            let able: Vec<String> = position
                .enabled
                .iter()
                .map(|thread| thread.to_string())
                .collect();
            let found = format!("these threads can still go on: {}", able.join(", "));
            return diverged("the end".to_owned(), found);
        };
        let Decision {
            thread,
            alternative,
        } = expected.decision;
        let Some(pending) = position.pending(thread) else {
            let found = format!("thread {thread} is not running");
            return diverged(describe(expected), found);
        };
        let title = pending.operation.verb.title();
        if expected
            .verb
            .is_some_and(|verb| verb != pending.operation.verb)
        {
            let found = format!("thread {thread} is about to take {title}");
            return diverged(describe(expected), found);
        }
        let offered =
            position.enabled.contains(thread) && position.offered(thread).contains(&alternative);
        if offered {
            None
        } else {
            let found = if position.enabled.contains(thread) {
                format!("{title} of thread {thread} does not offer alternative {alternative}")
            } else {
                format!("thread {thread} is blocked in {title}")
            };
            diverged(describe(expected), found)
        }
    }
}

/// Whether a step that was taken differs from the record.
fn differs(expected: &Expected, step: &Step, index: usize) -> Option<Ending> {
    let found = StepNote::of(step);
    let other_verb = expected.verb.is_some_and(|verb| verb != found.verb);
    let other_result = expected
        .failure
        .is_some_and(|failure| failure != found.failure);
    (other_verb || other_result).then(|| Ending::Diverged {
        step: index + 1,
        expected: describe(expected),
        found: found.to_string(),
    })
}

fn describe(expected: &Expected) -> String {
    let Decision {
        thread,
        alternative,
    } = expected.decision;
    match (expected.verb, expected.failure) {
        (Some(verb), failure) => StepNote {
            decision: expected.decision,
            verb,
            failure: failure.flatten(),
        }
        .to_string(),
        (None, _) if alternative > 0 => format!("thread {thread}, alternative {alternative}"),
        (None, _) => format!("a step of thread {thread}"),
    }
}
