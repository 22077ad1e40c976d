//! A schedule in the terms of shuttle, beside the recorded one: as a table of a schedule file, and
//! run by shuttle itself.
//!
//! ```text
//! choice := THREAD ':' ( 'choice' | 'expiry' ) '.' OCCURRENCE '=' ALTERNATIVE
//! ```
//!
//! The choices are those that were made from outside (see [`Script`]); the encoded text is what
//! `shuttle::replay` takes. Shuttle runs it on primitives of its own, so no step is compared: what
//! it comes to is judged, and that is the answer.

use serde::Deserialize;
use serde::Serialize;
use thiserror::Error;
use toml::Spanned;

use crate::execution::Execution;
use crate::execution::THREADS_MAX;
use crate::execution::ThreadId;
#[cfg(feature = "second-opinions")]
use crate::explore::NativeReplayError as Undone;
use crate::explore::is_shuttle_schedule;
#[cfg(feature = "second-opinions")]
use crate::explore::replay_native_shuttle;
use crate::program::Program;
use crate::runtime::ChoiceKey;
use crate::runtime::ChoiceKind;
use crate::runtime::Script;
use crate::runtime::Waits;
#[cfg(feature = "second-opinions")]
use crate::runtime::shuttle::Shuttle;
use crate::scenario::Scenario;

use super::RecordedSchedule;
use super::Replay;
use super::run::judged;
use super::run::program;

/// What stands in the key `explorer`.
const EXPLORER: &str = "shuttle";

/// How many digits an encoded schedule has at most: about a byte for each step.
const ENCODED_MAX: usize = 1 << 20;

/// A schedule in the terms of shuttle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShuttleSchedule {
    /// The choices from outside.
    pub script: Script,
    /// The schedule as shuttle encodes it: hexadecimal digits.
    pub encoded: String,
}

/// The same as a table of a file.
#[derive(Debug, Serialize)]
pub(super) struct NativeTable {
    explorer: String,
    encoded: String,
    choices: Vec<String>,
}

/// The table as it was typed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NativeText {
    explorer: Spanned<String>,
    encoded: Spanned<String>,
    choices: Vec<Spanned<String>>,
}

/// What is wrong with the table, and at which byte of the file.
#[derive(Debug)]
pub(super) struct NativeFlaw {
    pub(super) offset: usize,
    pub(super) problem: String,
}

impl From<&ShuttleSchedule> for NativeTable {
    fn from(schedule: &ShuttleSchedule) -> Self {
        Self {
            explorer: EXPLORER.to_owned(),
            encoded: schedule.encoded.split_whitespace().collect(),
            choices: schedule.script.fixed().map(written).collect(),
        }
    }
}

fn flaw(at: &Spanned<String>, problem: String) -> NativeFlaw {
    let offset = at.span().start;
    NativeFlaw { offset, problem }
}

impl NativeText {
    /// The schedule that the table says.
    pub(super) fn read(self) -> Result<ShuttleSchedule, NativeFlaw> {
        let (explorer, encoded) = (self.explorer.as_ref(), self.encoded.as_ref());
        if explorer != EXPLORER {
            let problem = format!("unknown explorer `{explorer}`; known is {EXPLORER}");
            return Err(flaw(&self.explorer, problem));
        }
        if encoded.len() > ENCODED_MAX || !is_shuttle_schedule(encoded) {
            let problem = "`encoded` is not a schedule of shuttle's".to_owned();
            return Err(flaw(&self.encoded, problem));
        }
        Ok(ShuttleSchedule {
            script: Script::of(self.fixed()?),
            encoded: self.encoded.into_inner(),
        })
    }

    fn fixed(&self) -> Result<Vec<(ChoiceKey, u8)>, NativeFlaw> {
        let mut fixed: Vec<(ChoiceKey, u8)> = Vec::new();
        for choice in &self.choices {
            let text = choice.as_ref();
            let Some((key, alternative)) = read_choice(text) else {
                let problem = format!(
                    "`{text}` is not a choice: expected THREAD:choice.NUMBER=ALTERNATIVE, or \
                     `expiry` for `choice`"
                );
                return Err(flaw(choice, problem));
            };
            if fixed.iter().any(|(known, _)| *known == key) {
                return Err(flaw(choice, format!("`{text}` is chosen twice")));
            }
            fixed.push((key, alternative));
        }
        Ok(fixed)
    }
}

const fn kind_name(kind: ChoiceKind) -> &'static str {
    match kind {
        ChoiceKind::Choice => "choice",
        ChoiceKind::Expiry => "expiry",
    }
}

fn written((key, alternative): (ChoiceKey, u8)) -> String {
    let ChoiceKey {
        thread,
        kind,
        occurrence,
    } = key;
    format!("{thread}:{}.{occurrence}={alternative}", kind_name(kind))
}

fn read_choice(text: &str) -> Option<(ChoiceKey, u8)> {
    let (thread, rest) = text.split_once(':')?;
    let (kind, rest) = rest.split_once('.')?;
    let (occurrence, alternative) = rest.split_once('=')?;
    let kinds = [ChoiceKind::Choice, ChoiceKind::Expiry];
    let thread: usize = thread.parse().ok().filter(|&thread| thread < THREADS_MAX)?;
    let key = ChoiceKey {
        thread: ThreadId::new(thread),
        kind: kinds.into_iter().find(|&known| kind_name(known) == kind)?,
        occurrence: occurrence.parse().ok()?,
    };
    let choice = (key, alternative.parse().ok()?);
    // Signs and leading zeros are other ways to write the same; there is one way.
    (written(choice) == text).then_some(choice)
}

/// Why shuttle did not run a schedule.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NativeReplayError {
    /// The schedule does not carry one of shuttle's.
    #[error(
        "the schedule carries none of shuttle's: record one with `selvedge compare --explorer \
         shuttle-random --native-schedule --out DIR`"
    )]
    Missing,
    /// It is not what shuttle encodes a schedule to.
    #[error("[native]: `encoded` is not a schedule of shuttle's")]
    Unreadable,
    /// It does not fit the scenario, which may have changed since.
    #[error("shuttle cannot run the schedule: {0}")]
    Divergence(String),
    /// Shuttle is not in this build of the crate.
    #[error("shuttle cannot run the schedule: built without the feature `second-opinions`")]
    NotBuiltIn,
}

/// Lets shuttle run the schedule in its own terms, on a scenario, and judges what it came to.
///
/// # Errors
///
/// [`NativeReplayError::Missing`] if there is none, [`NativeReplayError::Unreadable`] if it is not
/// one, [`NativeReplayError::Divergence`] if it does not fit the scenario, and
/// [`NativeReplayError::NotBuiltIn`] without the feature `second-opinions`.
pub fn replay_with_shuttle(
    recorded: &RecordedSchedule,
    scenario: &Scenario,
) -> Result<Replay, NativeReplayError> {
    replay_by(recorded, scenario, run_with_shuttle)
}

#[cfg(feature = "second-opinions")]
fn run_with_shuttle(
    program: &Program,
    schedule: &ShuttleSchedule,
    waits: Waits,
) -> Result<Execution, NativeReplayError> {
    let start = program.starter::<Shuttle>();
    replay_native_shuttle(&schedule.script, &schedule.encoded, start, waits).map_err(|error| {
        match error {
            Undone::Divergence(misfit) => NativeReplayError::Divergence(misfit),
            Undone::Unreadable => NativeReplayError::Unreadable,
        }
    })
}

#[cfg(not(feature = "second-opinions"))]
const fn run_with_shuttle(
    _: &Program,
    _: &ShuttleSchedule,
    _: Waits,
) -> Result<Execution, NativeReplayError> {
    Err(NativeReplayError::NotBuiltIn)
}

fn replay_by(
    recorded: &RecordedSchedule,
    scenario: &Scenario,
    run: impl FnOnce(&Program, &ShuttleSchedule, Waits) -> Result<Execution, NativeReplayError>,
) -> Result<Replay, NativeReplayError> {
    let schedule = recorded.shuttle.as_ref();
    let schedule = schedule.ok_or(NativeReplayError::Missing)?;
    let program = program(recorded, scenario);
    let execution = run(&program, schedule, recorded.waits)?;
    let ending = judged(recorded, &execution);
    Ok(Replay::of(recorded, scenario, &program, execution, ending))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Case;
    use crate::property::Property;
    use crate::replay::Ending;
    use crate::replay::replay;
    use crate::status::NtStatus;
    use crate::strategy::Strategy;
    use crate::wfp::Circumstances;

    /// A schedule that shuttle encoded.
    const ENCODED: &str = "910212e5d6ede98996c4f16280208a22290100";

    fn scenario() -> Scenario {
        Scenario::embedded("direct/connect4_connect6").unwrap()
    }

    /// The race, with a schedule of shuttle's beside it.
    fn race(choices: &[(ChoiceKey, u8)]) -> RecordedSchedule {
        let token = "sv3:direct/connect4_connect6:shared-handle:documented:sufficient:36204c01:\
                     non-interference@TXN_IN_PROGRESS:1-add@session/0+0+1.3";
        let mut recorded = RecordedSchedule::from_token(token).unwrap();
        let execution = replay(&recorded, &scenario()).execution;
        let broken = (Property::NonInterference, Some(NtStatus::TXN_IN_PROGRESS));
        let strategy = Strategy::named("shared-handle").unwrap();
        let case = Case {
            scenario: &scenario(),
            strategy: &strategy,
            waits: Waits::Sufficient,
            circumstances: &Circumstances::default(),
        };
        recorded = RecordedSchedule::of(case, broken, &execution);
        recorded.shuttle = Some(ShuttleSchedule {
            script: Script::of(choices.iter().copied()),
            encoded: ENCODED.to_owned(),
        });
        recorded
    }

    fn choices() -> [(ChoiceKey, u8); 2] {
        let key = |kind, occurrence| ChoiceKey {
            thread: ThreadId::new(1),
            kind,
            occurrence,
        };
        [
            (key(ChoiceKind::Choice, 0), 1),
            (key(ChoiceKind::Expiry, 3), 0),
        ]
    }

    #[test]
    fn a_file_with_a_schedule_of_shuttles_reads_back() {
        let recorded = race(&choices());
        let text = recorded.to_file_text(&scenario());

        assert!(
            text.contains("[native]\nexplorer = \"shuttle\"\n"),
            "{text}"
        );
        assert!(text.contains("1:choice.0=1"), "{text}");
        assert!(text.contains("1:expiry.3=0"), "{text}");
        let read = RecordedSchedule::from_file_text("x", &text).unwrap();
        assert_eq!(read, recorded);
    }

    #[test]
    fn what_is_wrong_in_the_table_is_named() {
        let text = race(&choices()).to_file_text(&scenario());
        let surplus = format!("{ENCODED}00");
        for (from, to, problem) in [
            (
                "explorer = \"shuttle\"",
                "explorer = \"loom\"",
                "unknown explorer `loom`",
            ),
            (ENCODED, "hello", "`encoded` is not a schedule"),
            (ENCODED, "", "`encoded` is not a schedule"),
            (ENCODED, &surplus, "`encoded` is not a schedule"),
            (
                "1:choice.0=1",
                "1:choice.0=256",
                "`1:choice.0=256` is not a choice",
            ),
            (
                "1:choice.0=1",
                "64:choice.0=1",
                "`64:choice.0=1` is not a choice",
            ),
            (
                "1:choice.0=1",
                "+1:choice.0=1",
                "`+1:choice.0=1` is not a choice",
            ),
            (
                "1:choice.0=1",
                "1:expiry.3=1",
                "`1:expiry.3=0` is chosen twice",
            ),
            (
                "encoded =",
                "colour = 1\nencoded =",
                "unknown field `colour`",
            ),
        ] {
            let changed = text.replacen(from, to, 1);
            assert_ne!(changed, text);
            let error = RecordedSchedule::from_file_text("x", &changed).unwrap_err();
            assert!(error.to_string().contains(problem), "{error}");
            assert!(error.to_string().starts_with("x:"), "{error}");
        }
    }

    /// What shuttle would run, run by this crate: it is judged like a replay.
    #[test]
    fn what_shuttle_ran_is_judged() {
        let recorded = race(&[]);
        let ran =
            |_: &Program, _: &ShuttleSchedule, _| Ok(replay(&recorded, &scenario()).execution);
        let replayed = replay_by(&recorded, &scenario(), ran).unwrap();
        assert!(matches!(replayed.ending, Ending::Reproduced(_)));

        let nothing = |_: &Program, _: &ShuttleSchedule, _| Ok(Execution::empty());
        let replayed = replay_by(&recorded, &scenario(), nothing).unwrap();
        let property = Property::NonInterference;
        assert_eq!(replayed.ending, Ending::NoViolation { property });
    }

    #[test]
    fn a_schedule_without_one_of_shuttles_is_refused() {
        let recorded = RecordedSchedule {
            shuttle: None,
            ..race(&[])
        };
        let refused = replay_with_shuttle(&recorded, &scenario());

        assert!(matches!(refused, Err(NativeReplayError::Missing)));
    }
}
