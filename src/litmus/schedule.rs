//! Schedules of programs in one line: tokens as those of models, where a program has `-` for what
//! it does not have, and the kind of finding for the property.
//!
//! A thread is called by its path: `main`, the numbers of those it started, and behind a dot the
//! place among the children of another.

use thiserror::Error;

use crate::execution::Execution;
use crate::execution::excerpt;
use crate::replay::Course;
use crate::replay::Divergence;
use crate::replay::NONE;
use crate::replay::harmless;
use crate::replay::parts;
use crate::report::waits_name;
use crate::runtime::Waits;

use super::FindingKind;
use super::registry::Paths;

/// Why a schedule does not replay.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The text is no schedule of a program: what is wrong with it.
    #[error("{0}")]
    NotASchedule(String),
    /// The schedule does not fit the program.
    #[error("the schedule does not fit the program: at step {step} it says {expected}; {found}")]
    Diverged {
        /// The place of the step, from 1.
        step: usize,
        /// What was recorded.
        expected: String,
        /// What there is instead.
        found: String,
    },
}

impl From<&Divergence> for ReplayError {
    fn from(misfit: &Divergence) -> Self {
        Self::Diverged {
            step: misfit.step,
            expected: misfit.expected.clone(),
            found: misfit.found.clone(),
        }
    }
}

/// A schedule, and what it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Recorded {
    pub(super) program: String,
    pub(super) waits: Waits,
    pub(super) kind: FindingKind,
    pub(super) course: Course,
}

impl Recorded {
    /// The schedule in one line.
    pub(super) fn to_token(&self) -> String {
        let program: String = self.program.chars().map(harmless).collect();
        let (waits, kind) = (waits_name(self.waits), self.kind.name());
        let items = self.course.to_words(&Paths);
        format!("sv3:{program}:{NONE}:{NONE}:{waits}:{NONE}:{kind}:{items}")
    }

    /// Reads what [`Recorded::to_token`] writes. The threads that it names are known from then on.
    pub(super) fn from_token(token: &str) -> Result<Self, ReplayError> {
        let wrong = |problem: String| ReplayError::NotASchedule(problem);
        let parts = parts(token).map_err(|error| wrong(error.to_string()))?;
        let [program, strategy, circumstances, waits, digest, kind, items] = parts;
        if [strategy, circumstances, digest] != [NONE; 3] {
            let text = excerpt(program);
            return Err(wrong(format!(
                "the schedule is of the model `{text}`: run `selvedge replay` with it"
            )));
        }
        let readings = [Waits::Sufficient, Waits::MayExpire];
        let mut readings = readings.into_iter();
        let reading = readings.find(|reading| waits_name(*reading) == waits);
        let unknown = |what: &str, text: &str| wrong(format!("unknown {what} `{}`", excerpt(text)));
        Ok(Self {
            program: program.to_owned(),
            waits: reading.ok_or_else(|| unknown("reading of waits", waits))?,
            kind: FindingKind::named(kind).ok_or_else(|| unknown("kind of finding", kind))?,
            course: Course::from_words(items, &mut Paths).map_err(|it| wrong(it.to_string()))?,
        })
    }

    /// The schedule of an execution.
    pub(super) fn of(
        program: &str,
        waits: Waits,
        kind: FindingKind,
        execution: &Execution,
    ) -> Self {
        Self {
            program: program.to_owned(),
            waits,
            kind,
            course: Course::of(execution),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str =
        "sv3:program:-:-:sufficient:-:no-panic:main-join@thread/main/0+1a3-choose+1+1.0+main.5";

    #[test]
    fn a_schedule_is_read_as_it_is_written() {
        let recorded = Recorded::from_token(TOKEN).unwrap();

        assert_eq!(recorded.course.items.len(), 5);
        assert_eq!(recorded.to_token(), TOKEN);
    }

    #[test]
    fn every_cut_off_schedule_is_refused() {
        for end in 0..TOKEN.len() {
            let cut = &TOKEN[..end];
            assert!(Recorded::from_token(cut).is_err(), "{cut}");
        }
    }

    #[test]
    fn what_is_no_schedule_is_refused_with_what_is_wrong() {
        let with = |from: &str, to: &str| {
            let error = Recorded::from_token(&TOKEN.replace(from, to)).unwrap_err();
            error.to_string()
        };
        for (from, to, problem) in [
            ("sv3", "lt1", "not a schedule token"),
            ("sv3", "sv4", "format version 4"),
            (
                ":-:-:",
                ":push-lock:documented:",
                "is of the model `program`",
            ),
            ("sufficient", "never", "unknown reading of waits `never`"),
            ("no-panic", "peace", "unknown kind of finding `peace`"),
            ("+1+", "+x+", "item 3 of the token: `x` is not a thread"),
            ("a3", "a256", "`256` is not an alternative"),
            (".5", ".6", "says it has 6 parts and lists 5"),
        ] {
            let said = with(from, to);
            assert!(said.contains(problem), "{said}");
        }
    }
}
