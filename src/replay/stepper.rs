//! Walking through an execution: forward, back, to a step, on with another thread.
//!
//! A walk is a list of choices and a place in it. Every look at a place runs the execution again up
//! to there: an execution takes no time, and nothing can go stale. Forward goes on as the list says
//! and, where it ends, as a replay would; going on with another thread cuts the list off here.

use crate::execution::Decision;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Operation;
use crate::execution::Point;
use crate::execution::Schedule;
use crate::execution::ThreadId;
use crate::program::Program;
use crate::property::Violation;
use crate::property::judge;
use crate::runtime::Waits;
use crate::runtime::controlled::Limits;
use crate::runtime::controlled::Machine;
use crate::runtime::controlled::Policy;
use crate::runtime::controlled::Position;
use crate::scenario::Scenario;

use super::RecordedSchedule;
use super::STEPS_MAX;
use super::course::OccurrenceCounter;
use super::replay_best_effort;
use super::replayer::by_default;
use super::run::program;

/// What a thread is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PendingStep {
    /// Which thread.
    pub thread: ThreadId,
    /// What it is about to do.
    pub operation: Operation,
    /// The same as a schedule writes it.
    pub point: Point,
    /// Whether it can.
    pub ready: bool,
    /// How many alternatives it has from where; a wait that can only expire has the one numbered 1.
    pub alternatives: (u8, u8),
    /// Whether it can be chosen: it is ready, or its wait can expire.
    pub enabled: bool,
}

/// Where a walk is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The steps up to here; its end says how it ended, if it did.
    pub execution: Execution,
    /// What each thread that runs is about to do, ascending. Empty at the end.
    pub about: Vec<PendingStep>,
    /// What is broken: of what the steps up to here show, or of the whole execution at its end.
    pub violations: Vec<Violation>,
    /// Whether the execution is over.
    pub is_end: bool,
}

/// Why a thread cannot go on here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The execution is over.
    Over,
    /// The thread is not running.
    NotRunning,
    /// It has to wait.
    Blocked,
    /// It does not have that alternative.
    Alternative,
}

/// A walk through executions of one scenario.
#[derive(Debug)]
pub struct Stepper {
    program: Program,
    waits: Waits,
    /// The choices, beyond the place too.
    decisions: Vec<Decision>,
    /// How many of them were taken.
    taken: usize,
}

impl Stepper {
    /// A walk along a recorded schedule, at its start. What does not fit is left out.
    pub fn along(recorded: &RecordedSchedule, scenario: &Scenario) -> Self {
        let replayed = replay_best_effort(recorded, scenario);
        let Schedule(decisions) = replayed.execution.schedule();
        Self {
            program: program(recorded, scenario),
            waits: recorded.waits,
            decisions,
            taken: 0,
        }
    }

    /// How many steps were taken.
    pub const fn taken(&self) -> usize {
        self.taken
    }

    /// How many steps are known, taken or not.
    pub const fn known(&self) -> usize {
        self.decisions.len()
    }

    /// Whether one of the known steps is of this thread.
    pub fn has_a_step_of(&self, thread: ThreadId) -> bool {
        self.decisions
            .iter()
            .any(|decision| decision.thread == thread)
    }

    /// What is to be seen here.
    pub fn look(&self) -> Place {
        let mut looking = Looking {
            decisions: &self.decisions[..self.taken],
            about: Vec::new(),
        };
        let mut machine = Machine::new(Limits {
            waits: self.waits,
            steps_max: u32::try_from(STEPS_MAX).unwrap_or(u32::MAX),
        });
        let mut execution = machine.run(&self.program, &mut looking).clone();
        let is_end = !matches!(execution.end, End::Redundant);
        if !is_end {
            execution.end = End::StepLimit;
        }
        Place {
            violations: judge(&execution),
            execution,
            about: looking.about,
            is_end,
        }
    }

    /// One step forward: `false` at the end.
    pub fn forward(&mut self) -> bool {
        if self.taken == self.decisions.len() {
            let place = self.look();
            let Some(decision) = onward(&place) else {
                return false;
            };
            self.decisions.push(decision);
        }
        self.taken += 1;
        true
    }

    /// To where so many steps were taken, or as near as it gets.
    pub fn go(&mut self, steps: usize) {
        let steps = steps.min(STEPS_MAX);
        self.taken = self.taken.min(steps);
        while self.taken < steps && self.forward() {}
    }

    /// On with another thread, or with another alternative; what was to follow is forgotten.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] if that is not possible here.
    pub fn choose(&mut self, thread: ThreadId, alternative: Option<u8>) -> Result<(), Refusal> {
        let place = self.look();
        if place.is_end {
            return Err(Refusal::Over);
        }
        let about = place.about.iter().find(|about| about.thread == thread);
        let about = about.ok_or(Refusal::NotRunning)?;
        if !about.enabled {
            return Err(Refusal::Blocked);
        }
        let (first, end) = about.alternatives;
        let alternative = alternative.unwrap_or(first);
        if !(first..end).contains(&alternative) {
            return Err(Refusal::Alternative);
        }
        self.decisions.truncate(self.taken);
        self.decisions.push(Decision {
            thread,
            alternative,
        });
        self.taken += 1;
        Ok(())
    }
}

/// Who goes on where nothing is said, as in a replay.
fn onward(place: &Place) -> Option<Decision> {
    let last = place.execution.steps.last().map(|step| step.thread);
    let is_ready = |about: &&PendingStep| about.enabled && about.ready;
    let own = place
        .about
        .iter()
        .filter(|about| Some(about.thread) == last);
    let ready = own.chain(&place.about).find(is_ready);
    let about = ready.or_else(|| place.about.iter().find(|about| about.enabled))?;
    Some(Decision {
        thread: about.thread,
        alternative: about.alternatives.0,
    })
}

/// Takes the choices, and then looks at who could go on.
struct Looking<'a> {
    decisions: &'a [Decision],
    about: Vec<PendingStep>,
}

impl Policy for Looking<'_> {
    fn choose(&mut self, position: &Position<'_>) -> Option<Decision> {
        let index = position.steps.len();
        if let Some(decision) = self.decisions.get(index) {
            return Some(*decision);
        }
        // Where there is nothing to choose from there would be no question.
        debug_assert!(position.enabled.contains(by_default(position).thread));
        let mut taken = OccurrenceCounter::default();
        for step in position.steps {
            taken.count(step.thread, step.operation);
        }
        let threads = (0..crate::execution::THREADS_MAX).map(ThreadId::new);
        self.about = threads
            .filter_map(|thread| {
                let pending = position.pending(thread)?;
                let offered = pending.offered();
                Some(PendingStep {
                    thread,
                    operation: pending.operation,
                    point: taken.point(thread, pending.operation),
                    ready: pending.ready,
                    alternatives: (offered.start, offered.end),
                    enabled: position.enabled.contains(thread),
                })
            })
            .collect();
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk() -> Stepper {
        let token = "sv3:direct/connect4_connect6:shared-handle:documented:sufficient:36204c01:\
                     non-interference@TXN_IN_PROGRESS:0-add@session/0+1+0.3";
        let recorded = RecordedSchedule::from_token(token).unwrap();
        let scenario = recorded.scenario(None).unwrap();
        Stepper::along(&recorded, &scenario)
    }

    fn last(walk: &Stepper) -> String {
        let place = walk.look();
        let step = place.execution.steps.last().unwrap();
        format!("{}:{}", step.thread, step.operation.verb.name())
    }

    #[test]
    fn forward_and_back_come_to_the_same_place() {
        let mut walk = walk();
        let start = walk.look();
        assert!(walk.forward() && walk.forward());
        assert_eq!(last(&walk), "1:begin");
        let there = walk.look();
        walk.go(0);
        assert_eq!(walk.look(), start);
        walk.go(2);
        assert_eq!(walk.look(), there);
    }

    /// The refused begin breaks the property as soon as its call has returned; without the switch
    /// nothing is broken at the end.
    #[test]
    fn another_thread_gives_another_end() {
        let mut walk = walk();
        walk.go(usize::MAX);
        let end = walk.look();
        assert!(end.is_end && !end.violations.is_empty());
        assert!(!walk.forward());

        walk.go(1);
        walk.choose(ThreadId::new(0), None).unwrap();
        walk.go(usize::MAX);
        let other = walk.look();
        assert!(other.is_end);
        assert_eq!(other.violations, []);
        assert_eq!(walk.choose(ThreadId::new(0), None), Err(Refusal::Over));
    }

    #[test]
    fn who_cannot_go_on_is_refused() {
        let mut walk = walk();
        let missing = ThreadId::new(9);
        assert_eq!(walk.choose(missing, None), Err(Refusal::NotRunning));
        let first = ThreadId::new(0);
        assert_eq!(walk.choose(first, Some(1)), Err(Refusal::Alternative));
    }
}
