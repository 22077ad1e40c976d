//! Runs executions again by their schedules, and compares them with what they were.
//!
//! A search rests on the system being deterministic, and much that decides the course of a program
//! (a clock, a random hash) shows only now and then. So the first execution of a search is run
//! again 32 times, every thousandth once, and the last once; and each execution is compared with
//! the one before it as far as the two made the same choices, which costs next to nothing. Compared
//! are the steps with what they gave back, touched and found able to run, the facts, how the
//! execution ended, what was left, and what the system has noted beside ([`noted`]).
//!
//! An explorer that takes each class of executions once begins few in vain. One that it does begin
//! in vain may be a sign, so it is run again as well.
//!
//! Not seen is what never shows: a value that is read and decides nothing.
//!
//! [`noted`]: crate::runtime::controlled::System::noted

use crate::execution::Decision;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::FactRecord;
use crate::execution::ResultNote;
use crate::execution::Step;
use crate::execution::StepDisplay;
use crate::execution::StepResult;
use crate::runtime::controlled::Policy;
use crate::runtime::controlled::Position;

use super::deterministic::NotDeterministic;
use super::deterministic::able;

/// How often the first execution of a search is run again.
const FIRST: u32 = 32;

/// After how many executions one is run again.
const EVERY: u64 = 1_000;

/// Which executions of a search are run again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reruns {
    /// None.
    None,
    /// The first, the last, and every thousandth.
    Usual {
        /// How many executions other searches of the same system have run before this one.
        before: u64,
        /// Whether executions that were cut off are, too.
        cut_offs: bool,
    },
}

impl Reruns {
    /// How often to run an execution again that has just run: its number in the search, and
    /// how it ended.
    pub(super) fn of(self, number: u64, end: &End) -> u32 {
        match self {
            Self::None => 0,
            Self::Usual { before, cut_offs } => match before.saturating_add(number) {
                1 => FIRST,
                count if count.is_multiple_of(EVERY) => 1,
                _ => u32::from(cut_offs && *end == End::Redundant),
            },
        }
    }
}

/// Makes the choices of an execution again, for as long as they can be made.
#[derive(Debug)]
pub(super) struct Retrace<'s>(pub(super) &'s [Step]);

impl Policy for Retrace<'_> {
    fn choose(&mut self, position: &Position<'_>) -> Option<Decision> {
        let step = self.0.get(position.steps.len())?;
        let can = position.enabled.contains(step.thread)
            && position.offered(step.thread).contains(&step.alternative);
        can.then_some(Decision {
            thread: step.thread,
            alternative: step.alternative,
        })
    }
}

/// An execution as it was when it ran last, as far as the next one is compared with it.
#[derive(Debug, Default)]
pub(super) struct Before {
    steps: Vec<Step>,
    facts: Vec<FactRecord>,
    /// Whether it came to its end, so that nobody could go on.
    whole: bool,
}

impl Before {
    /// Takes in the execution that has just run: the first difference from the one before it, as
    /// far as both made the same choices.
    pub(super) fn take_in(&mut self, now: &Execution) -> Result<(), NotDeterministic> {
        let pairs = self.steps.iter().zip(&now.steps);
        let chose = |step: &Step| (step.thread, step.alternative);
        let common = pairs
            .take_while(|(one, other)| chose(one) == chose(other))
            .count();
        let differs = first_step(&self.steps[..common], &now.steps[..common])
            .or_else(|| first_fact(&self.facts, &now.facts, common))
            .or_else(|| self.parts(now, common));
        if let Some(found) = differs {
            return Err(found);
        }
        self.steps.truncate(common);
        self.steps.extend_from_slice(&now.steps[common..]);
        self.facts.clone_from(&now.facts);
        self.whole = is_whole(&now.end);
        Ok(())
    }

    /// The same at the step where the two make different choices.
    fn parts(&self, now: &Execution, common: usize) -> Option<NotDeterministic> {
        let none = String::from("the end");
        let texts = match (self.steps.get(common), now.steps.get(common)) {
            (Some(one), Some(other)) if one.enabled != other.enabled => {
                (able(one.enabled), able(other.enabled))
            }
            (Some(one), None) if is_whole(&now.end) => (said(one), none),
            (None, Some(other)) if self.whole => (none, said(other)),
            (Some(_) | None, Some(_) | None) => return None,
        };
        // Before the first execution there is nothing to differ from.
        Some(NotDeterministic::at(common, None, texts))
    }
}

/// Whether an execution came to its end by itself.
const fn is_whole(end: &End) -> bool {
    match end {
        End::Finished | End::Deadlock(_) | End::Livelock(_) | End::Panicked { .. } => true,
        End::Redundant | End::StepLimit => false,
    }
}

/// The first difference of an execution that was run again. `noted` is what the system noted
/// beside each.
pub fn difference(
    (before, now): (&Execution, &Execution),
    noted: (&str, &str),
) -> Option<NotDeterministic> {
    let (steps, again) = (&before.steps, &now.steps);
    let both = steps.len().min(again.len());
    let step = first_step(steps, again);
    let cut = (steps.len() != again.len()).then_some(both + 1);
    let until = step.as_ref().and_then(|found| found.step).or(cut);
    let fact = first_fact(&before.facts, &now.facts, until.unwrap_or(usize::MAX));
    let shorter = || {
        let missed = steps.get(both)?;
        let now = "that the thread could not take that step".to_owned();
        let texts = (said(missed), now);
        Some(NotDeterministic::at(both, Some(missed.thread), texts))
    };
    let end = || {
        let shown = |execution: &Execution| format!("{:?}", execution.end);
        differing(shown(before), shown(now))
    };
    let rest = || {
        let shown = |execution: &Execution| format!("{:?}", execution.rest);
        differing(shown(before), shown(now))
    };
    let noted = || differing(noted.0.to_owned(), noted.1.to_owned());
    fact.or(step)
        .or_else(shorter)
        .or_else(end)
        .or_else(rest)
        .or_else(noted)
}

fn differing(before: String, now: String) -> Option<NotDeterministic> {
    (before != now).then(|| NotDeterministic::at_the_end((before, now)))
}

/// The first step that is another.
fn first_step(before: &[Step], now: &[Step]) -> Option<NotDeterministic> {
    let index = before
        .iter()
        .zip(now)
        .position(|(one, other)| one != other)?;
    let (one, other) = (&before[index], &now[index]);
    let texts = if one.enabled == other.enabled {
        apart(one, other)
    } else {
        (able(one.enabled), able(other.enabled))
    };
    Some(NotDeterministic::at(index, Some(one.thread), texts))
}

/// Two steps that differ, in words that differ.
fn apart(one: &Step, other: &Step) -> (String, String) {
    let (before, now) = (said(one), said(other));
    if before != now {
        return (before, now);
    }
    let touching = |step: &Step, said: &str| {
        let touches = step.footprint.iter();
        let touches: Vec<String> = touches
            .map(|touch| format!("{} ({:?})", touch.object, touch.access))
            .collect();
        let nothing = touches.is_empty();
        let list = touches.join(", ");
        let list = if nothing { "nothing" } else { &list };
        format!("{said}, touching {list}")
    };
    (touching(one, &before), touching(other, &now))
}

/// The first fact of the first steps that is another.
fn first_fact(before: &[FactRecord], now: &[FactRecord], steps: usize) -> Option<NotDeterministic> {
    let counts = |record: &&FactRecord| usize::try_from(record.after).is_ok_and(|it| it < steps);
    let mut before = before.iter().filter(counts);
    let mut now = now.iter().filter(counts);
    loop {
        let (one, other) = (before.next(), now.next());
        if one == other {
            one?;
            continue;
        }
        let place = one.or(other)?;
        let shown = |record: Option<&FactRecord>| {
            record.map_or_else(|| "nothing".to_owned(), |it| format!("{:?}", it.fact))
        };
        let after = usize::try_from(place.after).ok()?;
        let texts = (shown(one), shown(other));
        let found = NotDeterministic::at(after.saturating_sub(1), place.thread, texts);
        return Some(found);
    }
}

/// A step in words, with what it gave back.
fn said(step: &Step) -> String {
    let text = StepDisplay::of(step).to_string();
    match step.result {
        StepResult::Value(value) if ResultNote::on(step).is_none() => format!("{text} = {value}"),
        StepResult::Done | StepResult::Status(_) | StepResult::Value(_) => text,
    }
}
