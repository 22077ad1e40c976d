//! Running a recorded schedule again, strictly or as well as it goes, and judging the end.

use tracing::Span;

use crate::case::Case;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Journal;
use crate::execution::Names;
use crate::program::Program;
use crate::property::Property;
use crate::property::Violation;
use crate::property::judge;
use crate::runtime::Waits;
use crate::runtime::controlled::Limits;
use crate::runtime::controlled::Machine;
use crate::runtime::controlled::Policy;
use crate::runtime::controlled::System;
use crate::scenario::Scenario;
use crate::wfp::Asked;
use crate::wfp::Circumstances;

use super::RecordedSchedule;
use super::STEPS_MAX;
use super::course::Course;
use super::course::OccurrenceCounter;
use super::item_text::ByIndex;
use super::item_text::ThreadLabels;
use super::replayer::Divergence;
use super::replayer::ReplayMode;
use super::replayer::ScheduleReplayer;

/// How many lines are left out one by one, each at the cost of an execution.
const REMOVED_MAX: usize = 64;

/// How a replay ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The schedule fits, or as much of it as was asked, and the recorded violation is there.
    Reproduced(Violation),
    /// The schedule does not fit.
    Diverged {
        /// The place of the step, from 1.
        step: usize,
        /// What was recorded.
        expected: String,
        /// What there is instead.
        found: String,
    },
    /// It fits, but the property holds now.
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
    /// What the threads, deferred work included, are called.
    pub names: Names,
    /// How it ended.
    pub ending: Ending,
    /// What was left out, in order. Empty unless it was [`replay_best_effort`].
    pub skipped: Vec<Divergence>,
    /// The circumstances that it ran under.
    pub circumstances: Circumstances,
    /// What the execution asked of them.
    pub asked: Asked,
    /// Whether the scenario has changed since the schedule was recorded.
    pub digest_differs: bool,
}

impl From<Divergence> for Ending {
    fn from(misfit: Divergence) -> Self {
        let Divergence {
            step,
            expected,
            found,
        } = misfit;
        Self::Diverged {
            step,
            expected,
            found,
        }
    }
}

/// Runs a recorded schedule again on a scenario, to the first difference.
///
/// # Panics
///
/// Never on account of the schedule: what does not fit is an [`Ending::Diverged`].
pub fn replay(recorded: &RecordedSchedule, scenario: &Scenario) -> Replay {
    replay_as(recorded, scenario, ReplayMode::Strict)
}

/// Runs a recorded schedule again on a scenario; what does not fit is left out, and the ending says
/// whether the property is broken all the same. It is never [`Ending::Diverged`].
///
/// # Panics
///
/// Never on account of the schedule.
pub fn replay_best_effort(recorded: &RecordedSchedule, scenario: &Scenario) -> Replay {
    replay_as(recorded, scenario, ReplayMode::BestEffort)
}

fn replay_as(recorded: &RecordedSchedule, scenario: &Scenario, fit: ReplayMode) -> Replay {
    let course = recorded.course_on(scenario);
    let program = program(recorded, scenario);
    let (name, strategy) = (scenario.name(), recorded.strategy.name);
    let span = tracing::info_span!(
        target: "selvedge::replay",
        "replay",
        scenario = name,
        strategy
    );
    let on = Stage {
        system: &program,
        waits: recorded.waits,
        span: &span,
        labels: &ByIndex,
    };
    let ran = match fit {
        ReplayMode::Strict => on.follow(&course, fit).0.with_failures(&course),
        ReplayMode::BestEffort => on.follow_most(&course),
    };
    let ending = judged(recorded, &ran.execution);
    let (ending, skipped) = match fit {
        ReplayMode::Strict => (ran.strictly(ending), Vec::new()),
        ReplayMode::BestEffort => (ending, ran.misfits),
    };
    Replay {
        skipped,
        ..Replay::of(recorded, scenario, &program, ran.execution, ending)
    }
}

/// An execution under a course, and what did not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Followed {
    /// The execution, as far as it went.
    pub(crate) execution: Execution,
    /// What does not fit.
    misfits: Vec<Divergence>,
    /// What is worth telling if nothing is broken.
    loose: Vec<Divergence>,
}

/// Follows a course to the first line that does not fit. Nothing of it is told to `tracing`.
pub(crate) fn follow(
    system: &dyn System,
    waits: Waits,
    course: &Course,
    labels: &dyn ThreadLabels,
) -> Followed {
    let on = Stage {
        system,
        waits,
        span: &Span::none(),
        labels,
    };
    let (followed, _) = on.follow(course, ReplayMode::Strict);
    followed.with_failures(course)
}

impl Followed {
    /// The same, with what failed when it was recorded and does not fail now.
    fn with_failures(mut self, course: &Course) -> Self {
        self.loose.extend(missed(course, &self.execution));
        self
    }

    /// What a strict replay ends with.
    fn strictly(&self, judged: Ending) -> Ending {
        let is_broken = matches!(judged, Ending::Reproduced(_));
        self.misfit(is_broken).cloned().map_or(judged, Ending::from)
    }

    /// Why the course does not fit, if it does not. Of turns that ended elsewhere for a like reason
    /// the first is told if nothing is broken.
    pub(crate) fn misfit(&self, is_broken: bool) -> Option<&Divergence> {
        let loose = self.loose.iter().filter(|_| !is_broken);
        let reason = loose.min_by_key(|reason| reason.step);
        self.misfits.first().or(reason)
    }
}

/// What is to be run again.
pub(super) fn program(recorded: &RecordedSchedule, scenario: &Scenario) -> Program {
    let circumstances = recorded.circumstances_on(scenario);
    let case = Case {
        scenario,
        strategy: &recorded.strategy,
        waits: recorded.waits,
        circumstances: &circumstances,
    };
    case.program()
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
        recorded: &RecordedSchedule,
        scenario: &Scenario,
        program: &Program,
        execution: Execution,
        ending: Ending,
    ) -> Self {
        Self {
            execution,
            names: scenario.workload().names(),
            ending,
            skipped: Vec::new(),
            circumstances: program.ledger().circumstances().clone(),
            asked: program.ledger().asked(),
            digest_differs: !scenario.digest().starts_with(&recorded.digest),
        }
    }
}

/// The first recorded failure that is none now: why a property may not be broken any more.
fn missed(course: &Course, execution: &Execution) -> Option<Divergence> {
    let mut taken = OccurrenceCounter::default();
    let mut met = Vec::new();
    for (index, step) in execution.steps.iter().enumerate() {
        let at = taken.point(step.thread, step.operation);
        taken.count(step.thread, step.operation);
        met.push(((step.thread, at), index, step.result.failure()));
    }
    course.failures.iter().find_map(|failure| {
        let here = met
            .iter()
            .find(|(place, ..)| *place == (failure.thread, failure.at));
        let (step, found) = match here {
            Some((_, _, Some(status))) if *status == failure.status => return None,
            Some((_, index, Some(status))) => {
                (index + 1, format!("it fails with {}", status.short()))
            }
            Some((_, index, None)) => (index + 1, "it does not fail".to_owned()),
            None => (execution.steps.len(), "that step is not taken".to_owned()),
        };
        Some(Divergence {
            step,
            expected: failure.to_string(),
            found,
        })
    })
}

/// Where a schedule is run again.
struct Stage<'a> {
    system: &'a dyn System,
    waits: Waits,
    span: &'a Span,
    /// What messages call threads.
    labels: &'a dyn ThreadLabels,
}

impl Stage<'_> {
    /// Follows a course as well as it goes: a line that does not fit is left out from
    /// the start, so that its turn does not run on to the end of its thread.
    fn follow_most(&self, course: &Course) -> Followed {
        let mut left = course.clone();
        let mut skipped = Vec::new();
        for _ in 0..REMOVED_MAX {
            let (ran, place) = self.follow(&left, ReplayMode::Strict);
            let Some(place) = place else {
                return Followed {
                    misfits: [skipped, ran.loose].concat(),
                    loose: Vec::new(),
                    ..ran
                };
            };
            left.items.remove(place);
            skipped.extend(ran.misfits);
        }
        let (ran, _) = self.follow(&left, ReplayMode::BestEffort);
        Followed {
            misfits: [skipped, ran.misfits, ran.loose].concat(),
            loose: Vec::new(),
            ..ran
        }
    }

    /// Follows a course, and the place of the first item that does not fit.
    fn follow(&self, course: &Course, fit: ReplayMode) -> (Followed, Option<usize>) {
        let mut follower = ScheduleReplayer::new(course, fit, self.labels);
        let (mut execution, journal) = self.run(&mut follower);
        match execution.end {
            End::Redundant => {}
            End::StepLimit => follower.endless(execution.steps.len()),
            End::Finished | End::Deadlock(_) | End::Livelock(_) | End::Panicked { .. } => {
                follower.finish(&execution);
            }
        }
        close(&mut execution, &journal);
        let (places, misfits): (Vec<usize>, Vec<Divergence>) = follower.misfits.into_iter().unzip();
        let ran = Followed {
            execution,
            misfits,
            loose: follower.loose,
        };
        (ran, places.first().copied())
    }

    fn run<P: Policy>(&self, policy: &mut P) -> (Execution, Journal) {
        let steps_max = u32::try_from(STEPS_MAX).expect("a schedule is short");
        let mut machine = Machine::new(Limits {
            waits: self.waits,
            steps_max: steps_max.saturating_add(1),
        });
        let journal = Journal::open(self.span, 1);
        machine.tell_in(journal.clone());
        (machine.run(self.system, policy).clone(), journal)
    }
}

/// Tells how an execution ended. What was cut off at a difference is no kind of end.
fn close(execution: &mut Execution, journal: &Journal) {
    if execution.end == End::Redundant {
        journal.diverged();
        execution.end = End::StepLimit;
    } else {
        journal.end(&execution.end);
    }
}
