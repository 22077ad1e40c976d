//! Schedules as files: TOML with the course, and the scenario they are of.
//!
//! The lines of the course are those of `item_text`.

use serde::Deserialize;
use serde::Serialize;
use toml::Spanned;

use crate::execution::status_from_notation;
use crate::scenario::Scenario;
use crate::status::NtStatus;
use crate::strategy::Strategy;

use super::RecordedSchedule;
use super::ScheduleError;
use super::course::Course;
use super::item_text::read_failure;
use super::item_text::read_line;
use super::native::NativeTable;
use super::native::NativeText;
use super::recorded::parse_property;
use super::recorded::parse_waits;
use super::recorded::waits_name;

const FORMAT: &str = "selvedge/schedule";

/// The version that is written and read.
const VERSION: u32 = 3;

/// How many characters there are in what a message says of a line: it may quote the line.
const MESSAGE_MAX: usize = 400;

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
    /// Written even if it is empty: no thread takes a step.
    schedule: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failures: Vec<String>,
    scenario: &'a str,
    // A table comes after all plain keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    native: Option<NativeTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    version: u32,
    model: String,
    digest: String,
    strategy: String,
    profile: String,
    waits: String,
    property: String,
    status: Option<Spanned<String>>,
    schedule: Vec<Spanned<String>>,
    #[serde(default)]
    failures: Vec<Spanned<String>>,
    scenario: String,
    native: Option<NativeText>,
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
        let Course { items, failures } = &self.course;
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
            schedule: items.iter().map(ToString::to_string).collect(),
            failures: failures.iter().map(ToString::to_string).collect(),
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
        let source = Source { name, text };
        let head: Head = source.read()?;
        if head.format.as_deref() != Some(FORMAT) {
            let message = format!("expected the line `format = \"{FORMAT}\"`");
            return Err(source.error(0, &message));
        }
        let foreign = head.version.filter(|version| *version != VERSION);
        if let Some(version) = foreign {
            let found = version.to_string();
            return Err(ScheduleError::Version { found });
        }
        source.schedule(source.read()?)
    }
}

/// The text of a file, and what errors call it.
#[derive(Clone, Copy)]
struct Source<'a> {
    name: &'a str,
    text: &'a str,
}

impl Source<'_> {
    fn read<T: for<'de> Deserialize<'de>>(self) -> Result<T, ScheduleError> {
        toml::from_str(self.text).map_err(|error: toml::de::Error| {
            let offset = error.span().map_or(0, |span| span.start);
            self.error(offset, error.message())
        })
    }

    fn schedule(self, file: File) -> Result<RecordedSchedule, ScheduleError> {
        let head = (file.format.as_str(), file.version);
        debug_assert_eq!(head, (FORMAT, VERSION), "as the head says");
        let course = Course {
            items: self.lines(&file.schedule, read_line)?,
            failures: self.lines(&file.failures, read_failure)?,
        };
        let status = file.status.as_ref().map(|status| {
            let read = status_from_notation(status.as_ref());
            read.map_err(|error| self.error(status.span().start, &error.to_string()))
        });
        let native = file.native.map(|native| {
            let read = native.read();
            read.map_err(|flaw| self.error(flaw.offset, &format!("[native]: {}", flaw.problem)))
        });
        let schedule = RecordedSchedule {
            model: file.model,
            text: Some(file.scenario),
            digest: file.digest,
            strategy: Strategy::named(&file.strategy)?,
            circumstances: file.profile.parse()?,
            waits: parse_waits(&file.waits)?,
            property: parse_property(&file.property)?,
            status: status.transpose()?,
            course,
            shuttle: native.transpose()?,
        };
        schedule.check_length()
    }

    /// What the lists say: those of its version, and no others.
    fn lines<T>(
        self,
        lines: &[Spanned<String>],
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Vec<T>, ScheduleError> {
        let lines = lines.iter().map(|line| {
            let item = read(line.as_ref());
            item.map_err(|problem| self.error(line.span().start, &problem))
        });
        lines.collect()
    }

    fn error(self, offset: usize, message: &str) -> ScheduleError {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        // The first line of a message says what is wrong; the rest would draw the place again.
        let message = message.lines().next().unwrap_or("not TOML");
        let message: String = message.chars().take(MESSAGE_MAX).collect();
        ScheduleError::Form {
            name: self.name.to_owned(),
            line,
            message,
        }
    }
}
