//! Schedules of programs in one line, and following them.
//!
//! ```text
//! schedule := 'lt1' ':' WAITS ':' run { '+' run } ':' TOTAL
//! run      := PATH 'x' COUNT [ 'a' ALTERNATIVE ]
//! ```
//!
//! A run is a number of steps of one thread. A thread is named by its path: `main`, the indices of
//! those it started, and behind a dot the place among the children of another. The total tells a
//! schedule that was cut off.

use std::fmt::Write;

use thiserror::Error;

use crate::execution::Decision;
use crate::execution::Execution;
use crate::execution::Schedule;
use crate::report::waits_name;
use crate::runtime::Waits;
use crate::runtime::controlled::Policy;
use crate::runtime::controlled::Position;

use super::book;

/// How many steps a schedule may have.
const STEPS_MAX: usize = 1_000_000;

/// Why a schedule does not replay.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The text is no schedule of a program.
    #[error("`{0}` is not a schedule: expected `lt1:WAITS:RUNS:TOTAL`, as a report prints it")]
    NotASchedule(String),
    /// The schedule is one of another program.
    #[error("the schedule does not fit the program: its step {step} cannot be taken")]
    Misfit {
        /// The place of the step, from 1.
        step: usize,
    },
    /// Threads can still run when the schedule ends.
    #[error("the schedule does not fit the program: threads can go on after its {steps} steps")]
    TooShort {
        /// How many steps it has.
        steps: usize,
    },
}

/// One decision, in words that hold for every exploration.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Chosen {
    path: String,
    alternative: u8,
}

/// The schedule of an execution in one line.
pub(super) fn to_text(execution: &Execution, waits: Waits) -> String {
    let names = book::names();
    let Schedule(decisions) = execution.schedule();
    let mut text = format!("lt1:{}:", waits_name(waits));
    let together = |a: &Decision, b: &Decision| a == b;
    for (index, run) in decisions.chunk_by(together).enumerate() {
        let Decision {
            thread,
            alternative,
        } = run[0];
        let separator = if index == 0 { "" } else { "+" };
        let path = names.label(thread);
        // Writing to a string does not fail.
        let _infallible = write!(text, "{separator}{path}x{}", run.len());
        if alternative > 0 {
            let _infallible = write!(text, "a{alternative}");
        }
    }
    let _infallible = write!(text, ":{}", decisions.len());
    text
}

/// Follows a schedule, and notes where it cannot.
#[derive(Debug)]
pub(super) struct Follower {
    steps: Vec<Chosen>,
    misfit: Option<ReplayError>,
}

impl Follower {
    /// A follower of the schedule in this text, and how it reads waits.
    pub(super) fn of(text: &str) -> Result<(Self, Waits), ReplayError> {
        let parsed = parse(text).ok_or_else(|| ReplayError::NotASchedule(text.to_owned()));
        let (waits, steps) = parsed?;
        let follower = Self {
            steps,
            misfit: None,
        };
        Ok((follower, waits))
    }

    /// Where the last execution left the schedule, if it did.
    pub(super) fn into_misfit(self, execution: &Execution) -> Option<ReplayError> {
        let taken = execution.steps.len();
        let ended_early = taken < self.steps.len();
        self.misfit
            .or_else(|| ended_early.then_some(ReplayError::Misfit { step: taken + 1 }))
    }
}

impl Policy for Follower {
    fn choose(&mut self, position: &Position<'_>) -> Option<Decision> {
        let taken = position.steps.len();
        let Some(chosen) = self.steps.get(taken) else {
            self.misfit = Some(ReplayError::TooShort { steps: taken });
            return None;
        };
        let alternative = chosen.alternative;
        let fits = |thread: &_| {
            position.enabled.contains(*thread) && position.offered(*thread).contains(&alternative)
        };
        let thread = book::thread_at(&chosen.path).filter(fits);
        if thread.is_none() {
            self.misfit = Some(ReplayError::Misfit { step: taken + 1 });
        }
        thread.map(|thread| Decision {
            thread,
            alternative,
        })
    }
}

fn parse(text: &str) -> Option<(Waits, Vec<Chosen>)> {
    let parts: Vec<&str> = text.trim().split(':').collect();
    let ["lt1", waits, runs, total] = parts[..] else {
        return None;
    };
    let readings = [Waits::Sufficient, Waits::MayExpire];
    let waits = readings
        .into_iter()
        .find(|&reading| waits_name(reading) == waits)?;
    let mut steps = Vec::new();
    for run in runs.split('+').filter(|_| !runs.is_empty()) {
        let (chosen, count) = parse_run(run)?;
        if count > STEPS_MAX - steps.len() {
            return None;
        }
        steps.extend(std::iter::repeat_n(chosen, count));
    }
    (total.parse() == Ok(steps.len())).then_some((waits, steps))
}

fn parse_run(run: &str) -> Option<(Chosen, usize)> {
    let (path, count) = run.split_once('x')?;
    let (count, alternative) = count.split_once('a').unwrap_or((count, "0"));
    let chosen = Chosen {
        path: path.to_owned(),
        alternative: alternative.parse().ok()?,
    };
    let count = count.parse().ok().filter(|&count| count > 0)?;
    Some((chosen, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "lt1:sufficient:mainx2+1x1a3+1.0x1:4";

    #[test]
    fn a_schedule_is_read_as_it_is_written() {
        let (waits, steps) = parse(TEXT).unwrap();
        let chosen = |path: &str, alternative| Chosen {
            path: path.to_owned(),
            alternative,
        };

        assert_eq!(waits, Waits::Sufficient);
        let main = chosen("main", 0);
        assert_eq!(
            steps,
            [main.clone(), main, chosen("1", 3), chosen("1.0", 0)]
        );
    }

    #[test]
    fn every_cut_off_schedule_is_refused() {
        for end in 0..TEXT.len() {
            assert_eq!(parse(&TEXT[..end]), None, "{}", &TEXT[..end]);
        }
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for text in [
            "lt2:sufficient:0x1:1",
            "lt1:never:0x1:1",
            "lt1:sufficient:0x1:2",
            "lt1:sufficient:0x0:0",
            "lt1:sufficient:0x1a256:1",
            "lt1:sufficient:0x99999999999:99999999999",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
