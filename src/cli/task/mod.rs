//! What is meant: the arguments with their defaults filled in. The one place where typed becomes
//! meant; no type of clap travels further.

use std::num::NonZero;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use crate::calibration::Classic;
use crate::check::Keep;
use crate::check::Proofs;
use crate::check::Request;
use crate::explore::Bounds;
use crate::explore::ExplorerKind;
use crate::runtime::Waits;
use crate::strategy::Strategy;
use crate::wfp::Scope;

use super::args::Arguments;
use super::args::CalibrateArguments;
use super::args::CheckArguments;
use super::args::Command;
use super::args::CompareArguments;
use super::args::Format;
use super::args::Library;
use super::args::Limits;
use super::args::ReplayArguments;
use super::args::ReproduceArguments;
use super::args::ShowAs;
use super::args::StressArguments;
use super::args::Topic;
use super::scope::Wanted;

mod page;

pub(in crate::cli) use page::Page;

/// The model that `compare` and `stress` take when none is named.
pub(super) const HEADLINE: &str = "attach/connect4_connect6";

/// How many executions an explorer has for a second opinion, if nobody says otherwise.
const OPINION_EXECUTIONS: u64 = 20_000;

/// How many executions a sampler draws for a second opinion, if nobody says otherwise.
const OPINION_SAMPLES: u64 = 2_000;

/// One thing to do.
#[derive(Debug)]
pub(super) enum Task {
    Compare(Compare),
    Check(Check),
    Replay(Replay),
    Reproduce(Reproduce),
    Stress(Stress),
    Calibrate(Calibrate),
    List(List),
    Explain(Vec<String>),
}

/// Which models to take.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Selection {
    /// Every embedded one.
    Embedded,
    /// These names and paths. Never empty.
    Named(Vec<String>),
}

impl Selection {
    /// The named models, or every embedded one if none is named.
    fn of(named: Vec<String>) -> Self {
        if named.is_empty() {
            Self::Embedded
        } else {
            Self::Named(named)
        }
    }
}

/// What ends a search, and whether to measure it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    pub(super) bounds: Bounds,
    pub(super) time: Option<Duration>,
}

/// Compare strategies.
#[derive(Debug)]
pub(super) struct Compare {
    pub(super) models: Selection,
    /// Empty: those of the model. No name occurs twice.
    pub(super) strategies: Vec<Strategy>,
    pub(super) explorer: ExplorerKind,
    pub(super) wanted: Wanted,
    /// In the order of the table's columns. Never empty.
    pub(super) readings: Vec<Waits>,
    pub(super) budget: Budget,
    /// After how many executions a search ends, if that was said.
    pub(super) executions: Option<u64>,
    /// Who is asked beside the explorer.
    pub(super) second: Second,
    /// How many explorers prove.
    pub(super) proofs: Proofs,
    /// Whether schedules are kept in the terms of the library that found them, too.
    pub(super) keeps_native: bool,
    pub(super) seed: u64,
    pub(super) measures: bool,
    pub(super) report: Report,
}

/// Who is asked beside the explorer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Second {
    Nobody,
    /// All other explorers.
    Opinions,
    /// The recount.
    Recount,
}

/// Where a report goes and what it looks like.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) json: bool,
    pub(super) show_as: ShowAs,
    /// Whether the lane table of each row's first counterexample is part of it.
    pub(super) shows_lanes: bool,
    pub(super) page: Page,
    /// Whether the nearest execution that passes stands below it.
    pub(super) shows_contrast: bool,
    pub(super) file: Option<PathBuf>,
    /// Where schedules go.
    pub(super) schedules: Option<PathBuf>,
}

/// Hold models to their expectations.
#[derive(Debug)]
pub(super) struct Check {
    pub(super) models: Selection,
    /// Whether searches are recounted.
    pub(super) verifies: bool,
    pub(super) proofs: Proofs,
    pub(super) budget: Budget,
}

/// Replay a schedule.
#[derive(Debug)]
pub(super) struct Replay {
    pub(super) schedule: String,
    pub(super) model: Option<String>,
    /// Whether the log shows the steps.
    pub(super) verbose: bool,
    pub(super) by: By,
    pub(super) page: Page,
    pub(super) show_as: ShowAs,
    /// Whether the nearest execution that passes is shown, too.
    pub(super) shows_contrast: bool,
    /// Whether it is walked through by commands.
    pub(super) steps: bool,
}

/// How a schedule is run again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// To the first difference.
    Strict,
    /// Leaving out what does not fit.
    BestEffort,
    /// By shuttle, in its own terms.
    Shuttle,
}

/// Reproduce what was seen.
#[derive(Debug)]
pub(super) struct Reproduce {
    pub(super) like: String,
    pub(super) models: Selection,
    /// Empty: those of the model.
    pub(super) strategies: Vec<Strategy>,
    pub(super) wanted: Wanted,
    pub(super) readings: Vec<Waits>,
    pub(super) bounds: Bounds,
    pub(super) shows_contrast: bool,
    /// Where the schedule goes.
    pub(super) schedules: Option<PathBuf>,
    pub(super) page: Page,
}

/// Stress a strategy.
#[derive(Debug)]
pub(super) struct Stress {
    pub(super) model: String,
    pub(super) strategy: Strategy,
    /// Never 0; `None` is the model's own number.
    pub(super) threads: Option<usize>,
    pub(super) attempts: u64,
    /// Never zero.
    pub(super) latency: Option<Duration>,
    pub(super) waits: Waits,
    pub(super) wanted: Wanted,
    pub(super) seed: u64,
    pub(super) hang_after: Duration,
    pub(super) measures: bool,
    pub(super) report: Report,
}

/// Hold an explorer to classic programs.
#[derive(Debug)]
pub(super) struct Calibrate {
    /// `None`: all, in their usual sizes.
    pub(super) program: Option<&'static Classic>,
    pub(super) n: Option<u32>,
    pub(super) k: Option<u32>,
    pub(super) explorer: ExplorerKind,
    pub(super) preemptions: Option<u32>,
    pub(super) json: bool,
    pub(super) measures: Measures,
    pub(super) width: Option<usize>,
}

/// What is measured, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measures {
    Nothing,
    /// Each row in a process of its own.
    Apart,
    /// In this process.
    Here,
}

/// What to list.
#[derive(Debug, Clone, Copy)]
pub(super) enum List {
    Models,
    Strategies,
    Properties,
    Explorers,
}

impl Task {
    /// Whether the log is asked for.
    pub(super) fn is_verbose(&self) -> bool {
        matches!(self, Self::Replay(replay) if replay.verbose)
    }
}

impl From<Arguments> for Task {
    fn from(arguments: Arguments) -> Self {
        match arguments.command {
            Command::Compare(typed) => Self::Compare(typed.into()),
            Command::Check(typed) => Self::Check(typed.into()),
            Command::Replay(typed) => Self::Replay(typed.into()),
            Command::Reproduce(typed) => Self::Reproduce(typed.into()),
            Command::Stress(typed) => Self::Stress(typed.into()),
            Command::Calibrate(typed) => Self::Calibrate(typed.into()),
            Command::List { what } => Self::List(what.into()),
            Command::Explain { codes } => Self::Explain(codes),
        }
    }
}

impl From<CompareArguments> for Compare {
    fn from(typed: CompareArguments) -> Self {
        let models = match (typed.all, typed.models) {
            (true, _) => Selection::Embedded,
            (false, named) if named.is_empty() => Selection::Named(vec![HEADLINE.to_owned()]),
            (false, named) => Selection::Named(named),
        };
        let both = || vec![Waits::Sufficient, Waits::MayExpire];
        Self {
            models,
            strategies: without_repeats(typed.strategies),
            explorer: exploring(
                typed.explorer.unwrap_or(ExplorerKind::Dpor),
                typed.preemptions,
            ),
            proofs: proving(typed.once || typed.explorer.is_some() || typed.second_opinion),
            wanted: Wanted::of(typed.profile, Some(typed.faults)),
            readings: typed.waits.map_or_else(both, |waits| vec![waits]),
            budget: Budget::of(&typed.limits, typed.fail_fast).within(typed.preemptions),
            executions: typed.limits.executions,
            second: match (typed.second_opinion, typed.verify) {
                (true, _) => Second::Opinions,
                (false, true) => Second::Recount,
                (false, false) => Second::Nobody,
            },
            keeps_native: typed.native_schedule,
            seed: typed.seed,
            measures: typed.measure,
            report: Report {
                json: typed.format == Format::Json,
                show_as: typed.show_as.unwrap_or_default(),
                shows_lanes: typed.show || typed.show_as.is_some(),
                shows_contrast: typed.contrast,
                page: Page::from(&typed.page),
                file: typed.output.map(PathBuf::from),
                schedules: typed.out.map(PathBuf::from),
            },
        }
    }
}

impl Compare {
    /// What to ask of an explorer.
    pub(super) fn request(&self, scope: &Scope, waits: Waits, explorer: ExplorerKind) -> Request {
        Request {
            waits,
            scope: Some(scope.clone()),
            explorer,
            bounds: Bounds {
                executions_max: self.executions_max(explorer),
                ..self.budget.bounds
            },
            seed: self.seed,
            keep: Keep {
                outcomes: self.second == Second::Opinions,
                native: self.keeps_native,
            },
            verify: self.second == Second::Recount,
            proofs: self.proofs,
        }
    }

    /// A second opinion is to cost little; the first one is what it is compared with.
    fn executions_max(&self, explorer: ExplorerKind) -> u64 {
        let usual = explorer.executions_default();
        match (self.second == Second::Opinions, explorer) {
            (true, ExplorerKind::Dpor) => usual,
            (true, _) if explorer.samples() => self.executions.unwrap_or(OPINION_SAMPLES),
            (true, _) => self.executions.unwrap_or(OPINION_EXECUTIONS),
            (false, _) => self.executions.unwrap_or(usual),
        }
    }
}

impl From<CheckArguments> for Check {
    fn from(typed: CheckArguments) -> Self {
        Self {
            models: Selection::of(typed.models),
            verifies: typed.verify,
            proofs: proving(typed.once),
            budget: Budget::of(&typed.limits, false),
        }
    }
}

impl From<ReplayArguments> for Replay {
    fn from(typed: ReplayArguments) -> Self {
        Self {
            schedule: typed.schedule,
            model: typed.model,
            verbose: typed.verbose,
            by: match (typed.explorer, typed.best_effort) {
                (Some(Library::Shuttle), _) => By::Shuttle,
                (None, true) => By::BestEffort,
                (None, false) => By::Strict,
            },
            page: Page::from(&typed.page),
            show_as: typed.show_as,
            shows_contrast: typed.contrast,
            steps: typed.step,
        }
    }
}

impl From<ReproduceArguments> for Reproduce {
    fn from(typed: ReproduceArguments) -> Self {
        let both = || vec![Waits::Sufficient, Waits::MayExpire];
        Self {
            like: typed.like,
            models: Selection::of(typed.models),
            strategies: typed.strategies,
            wanted: Wanted::of(typed.profile, Some(typed.faults)),
            readings: typed.waits.map_or_else(both, |waits| vec![waits]),
            bounds: Bounds {
                executions_max: typed.executions,
                ..Bounds::default()
            },
            shows_contrast: typed.contrast,
            schedules: typed.out.map(PathBuf::from),
            page: Page::from(&typed.page),
        }
    }
}

impl From<StressArguments> for Stress {
    fn from(typed: StressArguments) -> Self {
        Self {
            model: typed.model.unwrap_or_else(|| HEADLINE.to_owned()),
            strategy: typed.strategy,
            threads: typed.threads.map(usize::from),
            attempts: typed.attempts,
            latency: typed.engine_latency.filter(|latency| !latency.is_zero()),
            waits: typed.waits,
            wanted: Wanted::of(typed.profile, None),
            seed: typed.seed,
            hang_after: typed.hang_after,
            measures: typed.measure,
            report: Report {
                json: typed.format == Format::Json,
                show_as: ShowAs::default(),
                shows_lanes: false,
                shows_contrast: false,
                page: Page::from(&typed.page),
                file: typed.output.map(PathBuf::from),
                schedules: typed.out.map(PathBuf::from),
            },
        }
    }
}

impl From<CalibrateArguments> for Calibrate {
    fn from(typed: CalibrateArguments) -> Self {
        let measures = match (typed.measure, typed.measure_here) {
            (true, _) => Measures::Apart,
            (false, true) => Measures::Here,
            (false, false) => Measures::Nothing,
        };
        Self {
            program: typed.program,
            n: typed.n,
            k: typed.k,
            explorer: typed.explorer,
            preemptions: typed.preemptions,
            json: typed.format == Format::Json,
            measures,
            width: typed.page.width.map(usize::from),
        }
    }
}

impl From<Topic> for List {
    fn from(typed: Topic) -> Self {
        match typed {
            Topic::Models => Self::Models,
            Topic::Strategies => Self::Strategies,
            Topic::Properties => Self::Properties,
            Topic::Explorers => Self::Explorers,
        }
    }
}

impl Budget {
    fn of(limits: &Limits, fail_fast: bool) -> Self {
        let usual = Bounds::default();
        let bounds = Bounds {
            executions_max: limits.executions.unwrap_or(usual.executions_max),
            steps_max: limits.steps.unwrap_or(usual.steps_max),
            fail_fast,
            ..usual
        };
        Self {
            bounds,
            time: limits.time,
        }
    }

    /// The same, with at most so many preemptions.
    fn within(mut self, preemptions_max: Option<u32>) -> Self {
        self.bounds.preemptions_max = preemptions_max;
        self
    }
}

/// Who explores: a bound on preemptions is that of one explorer.
const fn exploring(explorer: ExplorerKind, preemptions: Option<u32>) -> ExplorerKind {
    if preemptions.is_some() {
        ExplorerKind::Icb
    } else {
        explorer
    }
}

/// How many explorers prove, and whether at the same time: the report is the same either way.
fn proving(once: bool) -> Proofs {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    match (once, cores) {
        (true, _) => Proofs::Once,
        (false, 1) => Proofs::InTurn,
        (false, _) => Proofs::SideBySide,
    }
}

fn without_repeats(strategies: Vec<Strategy>) -> Vec<Strategy> {
    let mut kept: Vec<Strategy> = Vec::new();
    for strategy in strategies {
        if kept.iter().all(|other| other.name != strategy.name) {
            kept.push(strategy);
        }
    }
    kept
}

#[cfg(test)]
mod tests;
