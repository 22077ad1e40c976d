//! A schedule with what it is a schedule of, and what it shows.

use std::collections::BTreeSet;

use thiserror::Error;

use crate::case::Case;
use crate::execution::Execution;
use crate::execution::excerpt;
use crate::property::Property;
use crate::runtime::Waits;
use crate::scenario::Scenario;
use crate::scenario::ScenarioError;
use crate::status::NtStatus;
use crate::strategy::Strategy;
use crate::strategy::UnknownStrategy;
use crate::wfp::Circumstances;
use crate::wfp::CircumstancesError;

use super::ShuttleSchedule;
use super::course::Course;
use super::rename::Renaming;
use super::renamed;

/// How many steps a schedule has at most.
pub const STEPS_MAX: usize = 100_000;

/// A schedule with what it is a schedule of, and what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedSchedule {
    /// The name of the scenario.
    pub model: String,
    /// The text of the scenario, if it is carried along.
    pub text: Option<String>,
    /// The digest of the scenario when the schedule was recorded.
    pub digest: String,
    /// The strategy.
    pub strategy: Strategy,
    /// What the engine reads where Windows leaves something open, and which of its calls fail.
    pub circumstances: Circumstances,
    /// How finite waits were read.
    pub waits: Waits,
    /// The property that is broken at its end.
    pub property: Property,
    /// The status at the root of that, if there was one.
    pub status: Option<NtStatus>,
    /// Who runs when, and what is chosen.
    pub course: Course,
    /// The same schedule in shuttle's own terms, if it is carried along.
    pub shuttle: Option<ShuttleSchedule>,
}

/// Why a text is no schedule that can be run.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ScheduleError {
    /// It does not begin like a token.
    #[error("not a schedule token: expected `sv3:MODEL:…`, as a report prints it")]
    NotAToken,
    /// It is of another version of the format.
    #[error("a schedule of format version {found}; this selvedge reads version 3: record it again")]
    Version {
        /// The version it names.
        found: String,
    },
    /// A token has too few or too many parts.
    #[error("a token has 8 parts with `:` between them and this has {found}: is it cut off?")]
    Parts {
        /// How many there are.
        found: usize,
    },
    /// A token's number of steps is missing or wrong.
    #[error("the token says it has {said} parts and lists {listed}: it is cut off or was changed")]
    Total {
        /// What it says; may be no number.
        said: String,
        /// What it lists.
        listed: usize,
    },
    /// The status of a token's violation is none.
    #[error("{0}")]
    Status(String),
    /// A turn or choice of a token is none.
    #[error("item {index} of the token: {problem}")]
    Item {
        /// The place of the item, from 1.
        index: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// There are more items than a schedule may have.
    #[error("a schedule has at most {STEPS_MAX} items")]
    TooLong,
    /// A schedule lists only steps that fail.
    #[error("the schedule has no steps")]
    Empty,
    /// The file is not TOML of the expected form.
    #[error("{name}:{line}: not a schedule file: {message}")]
    Form {
        /// The name of the file.
        name: String,
        /// The line, from 1.
        line: usize,
        /// What was expected, in one line.
        message: String,
    },
    /// The strategy is unknown.
    #[error(transparent)]
    Strategy(#[from] UnknownStrategy),
    /// The profile, a reading or a fault of a call is unknown.
    #[error(transparent)]
    Circumstances(#[from] CircumstancesError),
    /// A name is unknown.
    #[error("unknown {what} `{name}`; known are {known}")]
    Unknown {
        /// What it should be the name of.
        what: &'static str,
        /// The name.
        name: String,
        /// The names there are.
        known: String,
    },
    /// The scenario is not to be had.
    #[error("the scenario of the schedule: {0}")]
    Scenario(#[from] ScenarioError),
    /// It leaves out a part that the scenario does not have.
    #[error("`{0}` leaves out a thread, call or fault that the model does not have")]
    Omitted(String),
    /// The token is of a program in somebody's test, not of a model.
    #[error(
        "the schedule is of the program `{0}`: pass it to `litmus::Explore::replay` beside the \
         program, or let the program's test replay it"
    )]
    OfAProgram(String),
    /// The token names a scenario that is not embedded.
    #[error(
        "the schedule is of `{0}`, which is not an embedded model: pass its file with --model PATH"
    )]
    NeedsModel(String),
}

impl RecordedSchedule {
    /// The schedule of an execution that breaks a property.
    pub fn of(
        case: Case<'_>,
        (property, status): (Property, Option<NtStatus>),
        execution: &Execution,
    ) -> Self {
        let Case {
            scenario,
            strategy,
            waits,
            circumstances,
        } = case;
        Self {
            model: scenario.name().to_owned(),
            text: Some(scenario.text().to_owned()),
            digest: scenario.digest().to_owned(),
            strategy: *strategy,
            circumstances: circumstances.clone(),
            waits,
            property,
            status,
            course: Course::of(execution),
            shuttle: None,
        }
    }

    /// The scenario to run: the one given, the one carried along, or the embedded one of its name.
    ///
    /// # Errors
    ///
    /// [`ScheduleError::NeedsModel`] if there is none, [`ScheduleError::Scenario`] if it is broken,
    /// and [`ScheduleError::Omitted`] if it lacks what the schedule leaves out.
    pub fn scenario(&self, given: Option<Scenario>) -> Result<Scenario, ScheduleError> {
        // A file may be called like a scenario without some of its parts.
        let is_whole = given.as_ref().is_some_and(|it| it.name() == self.model);
        let (model, omitted) = if is_whole {
            (self.model.as_str(), BTreeSet::new())
        } else {
            Scenario::split_name(&self.model)
        };
        let scenario = match (given, &self.text) {
            (Some(scenario), _) => scenario,
            (None, Some(text)) => Scenario::parse(model, text)?,
            (None, None) if Scenario::embedded_names().any(|name| name == model) => {
                Scenario::embedded(model)?
            }
            (None, None) => return Err(ScheduleError::NeedsModel(excerpt(model))),
        };
        let old = self.before(&scenario);
        let omitted = old.map_or_else(
            || omitted.clone(),
            |old| renamed::omitted(&omitted, old.workload(), scenario.workload()),
        );
        let missing = || ScheduleError::Omitted(excerpt(&self.model));
        // A turn of a thread that is gone is a difference like any other.
        scenario.without(&omitted).ok_or_else(missing)
    }

    /// The course in the numbers of a scenario: where the one that it was recorded on is carried
    /// along, a thread or link is known by its name.
    pub(super) fn course_on(&self, scenario: &Scenario) -> Course {
        let renaming = self.renaming(scenario);
        let course = self.course.clone();
        match renaming {
            Some(renaming) => renaming.apply(course),
            None => course,
        }
    }

    /// The circumstances in the numbers of a scenario.
    pub(super) fn circumstances_on(&self, scenario: &Scenario) -> Circumstances {
        let renaming = self.renaming(scenario);
        let renamed = renaming.map(|it| renamed::circumstances(&it, &self.circumstances));
        renamed.unwrap_or_else(|| self.circumstances.clone())
    }

    fn renaming(&self, scenario: &Scenario) -> Option<Renaming> {
        let old = self.before(scenario)?;
        Some(Renaming::between(&old, scenario))
    }

    /// The whole scenario that the schedule was recorded on, if it is carried along and another.
    fn before(&self, scenario: &Scenario) -> Option<Scenario> {
        let text = self.text.as_deref().filter(|text| *text != scenario.text());
        let (model, _) = Scenario::split_name(&self.model);
        Scenario::parse(model, text?).ok()
    }

    /// A schedule has at most [`STEPS_MAX`] items. It has none where no thread takes a step, and
    /// then no step fails: what the scenario attaches before its threads start can break a property
    /// by itself.
    pub(super) fn check_length(self) -> Result<Self, ScheduleError> {
        match (self.course.items.len(), self.course.failures.len()) {
            (0, 1..) => Err(ScheduleError::Empty),
            (0..=STEPS_MAX, _) => Ok(self),
            (_, _) => Err(ScheduleError::TooLong),
        }
    }
}

/// The name of a reading of waits.
pub(super) const fn waits_name(waits: Waits) -> &'static str {
    match waits {
        Waits::Sufficient => "sufficient",
        Waits::MayExpire => "may-expire",
    }
}

pub(super) fn parse_waits(name: &str) -> Result<Waits, ScheduleError> {
    let known = [Waits::Sufficient, Waits::MayExpire];
    let found = known.into_iter().find(|waits| waits_name(*waits) == name);
    found.ok_or_else(|| unknown("reading of waits", name, &known.map(waits_name)))
}

pub(super) fn parse_property(name: &str) -> Result<Property, ScheduleError> {
    let known = Property::ALL.map(Property::name);
    Property::named(name).ok_or_else(|| unknown("property", name, &known))
}

fn unknown(what: &'static str, name: &str, known: &[&str]) -> ScheduleError {
    ScheduleError::Unknown {
        what,
        name: excerpt(name),
        known: known.join(", "),
    }
}
