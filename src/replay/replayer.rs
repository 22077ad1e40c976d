//! Following a course through an execution.
//!
//! A turn lets its thread go on, with the first alternative of each step, until the thread is about
//! to take the turn's point or has ended. When the course is over, the thread that ran last goes
//! on, or the first that can, so threads that are new to the scenario run after what was recorded.
//!
//! *Strict*: a thread that cannot go on, or ends, before the point at which it was preempted is a
//! difference that ends the replay, and so is a choice that is not met or not offered. A turn that
//! ended because its thread had to wait or had ended still ends when the thread cannot go on, be
//! it elsewhere: an operation may have been added or removed there. That is noted, and told if the
//! property turns out not to be broken. *Best effort*: whatever does not fit is left out and noted.
//! In neither is a step compared that the course does not name.

use crate::execution::Decision;
use crate::execution::Execution;
use crate::execution::Point;
use crate::execution::Step;
use crate::execution::ThreadId;
use crate::runtime::controlled::Pending;
use crate::runtime::controlled::Policy;
use crate::runtime::controlled::Position;

use super::STEPS_MAX;
use super::course::Choice;
use super::course::Course;
use super::course::Item;
use super::course::OccurrenceCounter;
use super::course::Turn;
use super::item_text::ThreadLabels;

/// What to do about a line that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReplayMode {
    /// End there.
    Strict,
    /// Leave it out, and go on.
    BestEffort,
}

/// A line of a schedule that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Divergence {
    /// Before which step, from 1.
    pub step: usize,
    /// What was recorded.
    pub expected: String,
    /// What there is instead.
    pub found: String,
}

/// Chooses what a course says.
pub(super) struct ScheduleReplayer<'a> {
    items: &'a [Item],
    fit: ReplayMode,
    /// What a message calls threads.
    labels: &'a dyn ThreadLabels,
    /// The place of the next item.
    next: usize,
    /// The turn that is on, and its place.
    turn: Option<(usize, Turn)>,
    /// The choices to be made in the next turn of their thread, and their places.
    armed: Vec<(usize, Choice)>,
    taken: OccurrenceCounter,
    /// How many steps `taken` knows of.
    counted: usize,
    /// What did not fit, and its place. Strict: at most one, and then it is over.
    pub(super) misfits: Vec<(usize, Divergence)>,
    /// Turns that ended elsewhere than recorded, for no more than a like reason.
    pub(super) loose: Vec<Divergence>,
}

/// What a turn comes to at a position.
enum Next {
    Step(Decision),
    Over,
    /// The turn, or a choice in it, does not fit: what there is instead.
    Divergence((usize, Item), String),
}

impl<'a> ScheduleReplayer<'a> {
    pub(super) fn new(course: &'a Course, fit: ReplayMode, labels: &'a dyn ThreadLabels) -> Self {
        Self {
            items: &course.items,
            fit,
            labels,
            next: 0,
            turn: None,
            armed: Vec::new(),
            taken: OccurrenceCounter::default(),
            counted: 0,
            misfits: Vec::new(),
            loose: Vec::new(),
        }
    }

    /// What is left to say when the execution is over: lines that were not come to.
    pub(super) fn finish(&mut self, execution: &Execution) {
        self.count(&execution.steps);
        let turn = self
            .turn
            .take()
            .map(|(place, turn)| (place, Item::Turn(turn)));
        let rest = self.items.iter().copied().enumerate().skip(self.next);
        for (place, item) in turn.into_iter().chain(rest) {
            let is_met = match item {
                Item::Turn(turn) => self.is_met(&turn, execution),
                Item::Choice(_) => false,
            };
            if !is_met {
                let found = "the execution is over".to_owned();
                self.miss(execution.steps.len(), (place, item), found);
            }
        }
        for (place, choice) in std::mem::take(&mut self.armed) {
            let label = self.labels.label(choice.thread);
            let found = format!("thread {label} does not come there");
            self.miss(execution.steps.len(), (place, Item::Choice(choice)), found);
        }
    }

    /// The execution went on for more steps than any schedule has.
    pub(super) fn endless(&mut self, steps: usize) {
        self.loose.push(Divergence {
            step: steps,
            expected: "the end".to_owned(),
            found: format!("the threads go on for more than {STEPS_MAX} steps"),
        });
    }

    /// Whether a turn has come to where it was to end although nobody was asked there: its thread
    /// has ended, or waits there for ever.
    fn is_met(&self, turn: &Turn, execution: &Execution) -> bool {
        let blocked = execution.end.blocked();
        let stuck = blocked.iter().find(|other| other.thread == turn.thread);
        match (turn.until, stuck) {
            (Some(point), Some(stuck)) => self.taken.is_at(turn.thread, stuck.operation, &point),
            (None, None) => execution
                .steps
                .iter()
                .any(|step| step.thread == turn.thread),
            (Some(_), None) | (None, Some(_)) => false,
        }
    }

    fn count(&mut self, steps: &[Step]) {
        for step in &steps[self.counted..] {
            self.taken.count(step.thread, step.operation);
        }
        self.counted = steps.len();
    }

    /// An item does not fit. A turn that was to end where its thread cannot go on is loose.
    fn miss(&mut self, steps: usize, (place, item): (usize, Item), found: String) {
        let preempts = |turn: &Turn| turn.until.is_some() && !turn.waits;
        let is_loose = matches!(&item, Item::Turn(turn) if !preempts(turn));
        let misfit = Divergence {
            step: steps + 1,
            expected: item.told(self.labels),
            found,
        };
        if is_loose {
            self.loose.push(misfit);
        } else if self.fit == ReplayMode::BestEffort || self.misfits.is_empty() {
            self.misfits.push((place, misfit));
        }
    }

    /// Takes up lines until there is a turn.
    fn take_up(&mut self) -> Option<(usize, Turn)> {
        while self.turn.is_none() {
            let place = self.next;
            self.next += 1;
            match self.items.get(place)? {
                Item::Turn(turn) => self.turn = Some((place, *turn)),
                Item::Choice(choice) => self.armed.push((place, *choice)),
            }
        }
        self.turn
    }

    /// The next step of a turn.
    fn next_of(&mut self, (place, turn): (usize, Turn), position: &Position<'_>) -> Next {
        let Turn { thread, until, .. } = turn;
        let label = self.labels.label(thread);
        let said = |found: String| Next::Divergence((place, Item::Turn(turn)), found);
        let Some(pending) = position.pending(thread) else {
            let has_run = position.steps.iter().any(|step| step.thread == thread);
            return match (has_run, until) {
                (true, None) => Next::Over,
                (true, Some(_)) => said(format!("thread {label} has ended")),
                (false, _) => said(format!("thread {label} is not running")),
            };
        };
        let is_there = |point: &Point| self.taken.is_at(thread, pending.operation, point);
        if until.is_some_and(|point| is_there(&point)) {
            return Next::Over;
        }
        if let Some(choice) = self.chosen(thread, &pending) {
            return choose(choice, &pending, position, &label);
        }
        if position.enabled.contains(thread) && pending.ready {
            let alternative = 0;
            return Next::Step(Decision {
                thread,
                alternative,
            });
        }
        let at = self.taken.point(thread, pending.operation);
        said(format!("thread {label} has to wait at {at}"))
    }

    /// The choice that is to be made at what the thread is about to do.
    fn chosen(&mut self, thread: ThreadId, pending: &Pending) -> Option<(usize, Choice)> {
        let is_here = |(_, choice): &(usize, Choice)| {
            choice.thread == thread && self.taken.is_at(thread, pending.operation, &choice.at)
        };
        let place = self.armed.iter().position(is_here)?;
        Some(self.armed.remove(place))
    }

    /// The turn is over: its choices have been made, or were not met.
    fn end_turn(&mut self, thread: ThreadId, steps: usize) {
        self.turn = None;
        let is_own = |(_, choice): &(usize, Choice)| choice.thread == thread;
        let (unmet, others): (Vec<_>, Vec<_>) = self.armed.drain(..).partition(is_own);
        self.armed = others;
        for (place, choice) in unmet {
            let label = self.labels.label(thread);
            let found = format!("thread {label} does not come there");
            self.miss(steps, (place, Item::Choice(choice)), found);
        }
    }
}

/// A choice, if the step offers it.
fn choose(
    (place, choice): (usize, Choice),
    pending: &Pending,
    position: &Position<'_>,
    label: &str,
) -> Next {
    let Choice {
        thread,
        alternative,
        ..
    } = choice;
    let is_enabled = position.enabled.contains(thread);
    if is_enabled && pending.offered().contains(&alternative) {
        return Next::Step(Decision {
            thread,
            alternative,
        });
    }
    let found = if pending.ready && choice.expires {
        format!("thread {label} need not wait there")
    } else if is_enabled {
        format!("thread {label} does not have that alternative there")
    } else {
        format!("thread {label} has to wait there, and its wait does not expire")
    };
    Next::Divergence((place, Item::Choice(choice)), found)
}

impl Policy for ScheduleReplayer<'_> {
    fn choose(&mut self, position: &Position<'_>) -> Option<Decision> {
        self.count(position.steps);
        let steps = position.steps.len();
        if self.items.is_empty() && self.fit == ReplayMode::Strict {
            let misfit = beyond_nothing(position, self.labels);
            self.misfits.push((0, misfit));
            return None;
        }
        while let Some((place, turn)) = self.take_up() {
            match self.next_of((place, turn), position) {
                Next::Step(decision) => return Some(decision),
                Next::Over => self.end_turn(turn.thread, steps),
                Next::Divergence(item, found) => {
                    self.miss(steps, item, found);
                    if item.0 == place {
                        self.end_turn(turn.thread, steps);
                    }
                }
            }
            if self.fit == ReplayMode::Strict && !self.misfits.is_empty() {
                return None;
            }
        }
        Some(by_default(position))
    }
}

/// A schedule without items is of an execution without steps, and here a thread can step.
fn beyond_nothing(position: &Position<'_>, labels: &dyn ThreadLabels) -> Divergence {
    let able = position.enabled.iter().map(|thread| labels.label(thread));
    let able: Vec<String> = able.collect();
    Divergence {
        step: position.steps.len() + 1,
        expected: "no step of any thread".to_owned(),
        found: format!("these threads can go on: {}", able.join(", ")),
    }
}

/// Who goes on where nothing is said: the thread that ran last, else the first that can. A wait
/// expires only where nobody can do anything else.
pub(super) fn by_default(position: &Position<'_>) -> Decision {
    let is_ready = |thread: &ThreadId| {
        let pending = position.pending(*thread);
        position.enabled.contains(*thread) && pending.is_some_and(|pending| pending.ready)
    };
    let last = position.steps.last().map(|step| step.thread);
    let ready = last
        .filter(is_ready)
        .or_else(|| position.enabled.iter().find(is_ready));
    let thread = ready.or_else(|| position.enabled.first());
    let thread = thread.expect("internal bug: a policy is asked where a thread can step");
    Decision {
        thread,
        alternative: position.offered(thread).start,
    }
}
