//! One search, watched: with its progress on the terminal, within its time, measured.

use std::time::Duration;

use crate::check::Request;
use crate::check::check;
use crate::report::Measured;
use crate::report::waits_phrase;
use crate::scenario::Scenario;
use crate::strategy::Strategy;

use super::measure::Stopwatch;
use super::progress::Progress;
use super::task::Compare;

/// How searches are run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Searcher {
    /// Whether stderr is a terminal that may show a spinner.
    pub(super) progress: bool,
    /// How long one search may take.
    pub(super) time_max: Option<Duration>,
    /// Whether the result says what it cost.
    pub(super) measures: bool,
}

impl Searcher {
    /// How a comparison searches.
    pub(super) fn of(task: &Compare, progress: bool) -> Self {
        Self {
            progress,
            time_max: task.budget.time,
            measures: task.measures,
        }
    }

    /// Runs one search to its end.
    pub(super) fn run(
        self,
        scenario: &Scenario,
        strategy: &Strategy,
        request: &Request,
    ) -> Measured {
        let waits = waits_phrase(request.waits);
        let explorer = request.explorer.name();
        let label = format!("{} / {strategy} ({waits}), {explorer}", scenario.name());
        let mut progress = Progress::start(label, self.progress, self.time_max);
        let stopwatch = Stopwatch::start();
        let report = check(scenario, strategy, request, &mut progress);
        let executions = report.executions.saturating_add(report.redundant);
        let measure = self.measures.then(|| stopwatch.measure(executions));
        Measured { report, measure }
    }
}
