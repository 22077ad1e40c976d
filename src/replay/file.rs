//! Schedules as files: TOML with every step, and the scenario they are of.

use serde::Deserialize;
use serde::Serialize;
use toml::Spanned;

use crate::execution::StepNote;
use crate::scenario::Scenario;
use crate::status::NtStatus;
use crate::strategy::Strategy;

use super::Expected;
use super::RecordedSchedule;
use super::ScheduleError;
use super::native::NativeTable;
use super::recorded::parse_property;
use super::recorded::parse_waits;
use super::recorded::waits_name;

const FORMAT: &str = "selvedge/schedule";
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Written<'a> {
    format: &'a str,
    version: u32,
    model: &'a str,
    digest: &'a str,
    strategy: &'a str,
    profile: String,
    waits: &'a str,
    property: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    steps: Vec<String>,
    scenario: &'a str,
    // A table comes after all plain keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    native: Option<NativeTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: Spanned<String>,
    version: u32,
    model: String,
    digest: String,
    strategy: String,
    profile: String,
    waits: String,
    property: String,
    status: Option<Spanned<String>>,
    steps: Vec<String>,
    scenario: String,
    native: Option<NativeTable>,
}

/// What is asked of a file before the rest: another version may have other keys.
#[derive(Deserialize)]
struct Head {
    format: Option<String>,
    version: Option<u32>,
}

impl RecordedSchedule {
    /// The schedule as a file that carries its scenario.
    ///
    /// # Panics
    ///
    /// Never: everything in it can be written as TOML.
    pub fn to_file_text(&self, scenario: &Scenario) -> String {
        let note = |expected: &Expected| {
            let verb = expected.verb?;
            let failure = expected.failure.flatten();
            Some(
                StepNote {
                    decision: expected.decision,
                    verb,
                    failure,
                }
                .to_string(),
            )
        };
        let written = Written {
            format: FORMAT,
            version: VERSION,
            model: &self.model,
            digest: &self.digest,
            strategy: self.strategy.name,
            profile: self.circumstances.to_string(),
            waits: waits_name(self.waits),
            property: self.property.name(),
            status: self.status.map(NtStatus::short),
            steps: self.steps.iter().filter_map(note).collect(),
            scenario: scenario.text(),
            native: self.shuttle.as_ref().map(NativeTable::from),
        };
        toml::to_string_pretty(&written).expect("plain strings and numbers are TOML")
    }

    /// Reads a schedule file. `name` is what errors call it.
    ///
    /// # Errors
    ///
    /// What is wrong with it, with the line where that is known.
    pub fn from_file_text(name: &str, text: &str) -> Result<Self, ScheduleError> {
        let form = |error: &toml::de::Error| {
            let offset = error.span().map_or(0, |span| span.start);
            form_error(name, text, offset, error.message())
        };
        let head: Head = toml::from_str(text).map_err(|error| form(&error))?;
        if head.format.as_deref() != Some(FORMAT) {
            let message = format!("expected the line `format = \"{FORMAT}\"`");
            return Err(form_error(name, text, 0, &message));
        }
        if let Some(version) = head.version.filter(|version| *version != VERSION) {
            return Err(ScheduleError::Version {
                found: version.to_string(),
            });
        }
        let file: File = toml::from_str(text).map_err(|error| form(&error))?;
        debug_assert_eq!(file.format.as_ref(), FORMAT, "as the head says");
        debug_assert_eq!(file.version, VERSION, "as the head says");
        let status = file.status.map(|status| {
            let found =
                NtStatus::from_symbol(status.as_ref()).or_else(|| hexadecimal(status.as_ref()));
            let message = format!("unknown status `{}`", status.as_ref());
            found.ok_or_else(|| form_error(name, text, status.span().start, &message))
        });
        let steps = file.steps.iter().enumerate();
        let steps: Result<Vec<Expected>, ScheduleError> = steps
            .map(|(index, step)| {
                let note: Result<StepNote, _> = step.parse();
                let wrong = |source| ScheduleError::Step {
                    index: index + 1,
                    source,
                };
                note.map(Expected::from).map_err(wrong)
            })
            .collect();
        let schedule = Self {
            model: file.model,
            text: Some(file.scenario),
            digest: file.digest,
            strategy: Strategy::named(&file.strategy)?,
            circumstances: file.profile.parse()?,
            waits: parse_waits(&file.waits)?,
            property: parse_property(&file.property)?,
            status: status.transpose()?,
            steps: steps?,
            shuttle: file.native.map(NativeTable::read).transpose()?,
        };
        schedule.check_length()
    }
}

fn hexadecimal(text: &str) -> Option<NtStatus> {
    let digits = text.strip_prefix("0x").filter(|digits| digits.len() == 8)?;
    u32::from_str_radix(digits, 16)
        .ok()
        .map(NtStatus::from_value)
}

fn form_error(name: &str, text: &str, offset: usize, message: &str) -> ScheduleError {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    // The first line of a message says what is wrong; the rest would draw the place again.
    let message = message.lines().next().unwrap_or("not TOML").to_owned();
    ScheduleError::Form {
        name: name.to_owned(),
        line,
        message,
    }
}
