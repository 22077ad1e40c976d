//! How far a run is, and what it has found: what is kept in a file between runs.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use super::compare::Compared;
use super::compare::Difference;
use super::compare::Searcher;

/// The next program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum Place {
    #[default]
    Begin,
    At([u64; 3]),
    Done,
}

/// How far a run is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Progress {
    /// What the slice was when the run began.
    pub(crate) definition: String,
    pub(crate) place: Place,
    programs: u64,
    given_up: u64,
    executions: u64,
    classes: u64,
    redundant: u64,
    redundant_of_source: u64,
    recounted: u64,
    /// How many programs show a fault, by searcher and fault.
    differing: BTreeMap<String, u64>,
    /// How many programs were made smaller.
    shrunk: u64,
    pub(crate) seconds: f64,
    /// The first differences, each with its smallest program.
    pub(crate) examples: Vec<String>,
}

/// How many different examples are kept, and how many programs are made smaller for them.
const EXAMPLES: usize = 20;
const SHRUNK_MAX: u64 = 300;

impl Progress {
    /// True if it has not begun, or is about the same slice.
    pub(crate) fn is_of(&self, definition: &str) -> bool {
        self.place == Place::Begin || self.definition == definition
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.differing.is_empty()
    }

    pub(crate) fn take_in(&mut self, sum: &Compared, programs: u64, given_up: u64) {
        self.programs += programs;
        self.given_up += given_up;
        self.executions += sum.executions;
        self.classes += sum.classes;
        self.redundant += sum.redundant;
        self.redundant_of_source += sum.redundant_of_source;
        self.recounted += sum.recounted;
    }

    /// Counts a program that differs: once for each searcher and fault.
    pub(crate) fn count(&mut self, differences: &[Difference]) {
        let key = |difference: &Difference| {
            format!("{} {:?}", difference.searcher.name(), difference.fault)
        };
        let mut keys: Vec<String> = differences.iter().map(key).collect();
        for searcher in Searcher::ALL {
            if differences
                .iter()
                .any(|difference| difference.searcher == searcher)
            {
                keys.push(searcher.name().to_owned());
            }
        }
        keys.sort();
        keys.dedup();
        for key in keys {
            *self.differing.entry(key).or_default() += 1;
        }
    }

    pub(crate) fn wants_example(&self) -> bool {
        self.examples.len() < EXAMPLES && self.shrunk < SHRUNK_MAX
    }

    pub(crate) fn example(&mut self, text: String) {
        self.shrunk += 1;
        if !self.examples.contains(&text) {
            self.examples.push(text);
        }
    }

    /// Adds what another run has found.
    pub(crate) fn add(&mut self, other: &Self) {
        self.programs += other.programs;
        self.given_up += other.given_up;
        self.executions += other.executions;
        self.classes += other.classes;
        self.redundant += other.redundant;
        self.redundant_of_source += other.redundant_of_source;
        self.recounted += other.recounted;
        self.seconds += other.seconds;
        for (key, count) in &other.differing {
            *self.differing.entry(key.clone()).or_default() += count;
        }
    }

    #[expect(
        clippy::as_conversions,
        clippy::cast_precision_loss,
        reason = "a rate is for reading"
    )]
    fn rate(&self) -> f64 {
        self.programs as f64 / self.seconds.max(0.001)
    }

    fn differing_of(&self, searcher: Searcher) -> u64 {
        self.differing.get(searcher.name()).copied().unwrap_or(0)
    }

    pub(crate) fn differing(&self) -> impl Iterator<Item = (&str, u64)> {
        let all = self.differing.iter();
        all.map(|(key, count)| (key.as_str(), *count))
    }

    pub(crate) const fn programs(&self) -> u64 {
        self.programs
    }

    /// How far it is, in one line.
    pub(crate) fn told(&self) -> String {
        format!(
            "{} programs, {:.0} s, {:.0}/s, {} executions, given up {}, differing {:?}",
            self.programs,
            self.seconds,
            self.rate(),
            self.executions,
            self.given_up,
            self.differing
        )
    }

    /// The columns of [`Progress::line`].
    pub(crate) fn heading() -> String {
        format!(
            "{:>10} {:>11} {:>11} {:>9} {:>9} {:>10} {:>7} {:>7} {:>7} {:>7} {:>7} {:>6}  slice",
            "programs",
            "runs",
            "classes",
            "redundant",
            "of source",
            "recounted",
            "dpor",
            "source",
            "recount",
            "gave up",
            "seconds",
            "rate"
        )
    }

    /// One line of the table.
    pub(crate) fn line(&self, name: &str) -> String {
        let done = if self.place == Place::Done || name == "together" {
            ""
        } else {
            " (not finished)"
        };
        let [dpor, source, recount] = Searcher::ALL.map(|searcher| self.differing_of(searcher));
        format!(
            "{:>10} {:>11} {:>11} {:>9} {:>9} {:>10} {:>7} {:>7} {:>7} {:>7} {:>7.0} {:>6.0}  \
             {name}{done}",
            self.programs,
            self.executions,
            self.classes,
            self.redundant,
            self.redundant_of_source,
            self.recounted,
            dpor,
            source,
            recount,
            self.given_up,
            self.seconds,
            self.rate()
        )
    }
}
