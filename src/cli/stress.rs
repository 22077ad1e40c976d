//! `selvedge stress`: a strategy on real threads, as often as asked, beside what the checker says.
//!
//! What is here is the clock: how long an attempt may hang, and Ctrl-C, which ends the run and
//! keeps what was counted.

use std::sync::Arc;

use std::time::Duration;

use crate::case::Case;
use crate::check::Keep;
use crate::check::Proofs;
use crate::check::Request;
use crate::explore::Bounds;
use crate::explore::ExplorerKind;
use crate::explore::Watch;
use crate::program::Program;
use crate::report::CheckReport;
use crate::report::Look;
use crate::report::Measure;
use crate::report::StressEnd;
use crate::report::StressFinding;
use crate::report::StressReport;
use crate::report::Verdict;
use crate::report::waits_phrase;
use crate::report::write_stress;
use crate::report::write_stress_json;
use crate::runtime::locked::Native;
use crate::runtime::locked::NativeSettings;
use crate::runtime::locked::Supervision;
use crate::runtime::locked::Unfinished;
use crate::runtime::locked::run_natively;
use crate::scenario::Scenario;
use crate::status::NtStatus;
use crate::stress::Found;
use crate::stress::Tally;
use crate::stress::confirm;
use crate::wfp::CircumstanceLog;
use crate::wfp::Circumstances;
use crate::wfp::Scope;

use super::console::Console;
use super::error::CliError;
use super::exit::Exit;
use super::files::probe_file;
use super::files::write_file;
use super::interrupt;
use super::measure::Stopwatch;
use super::models::load_one;
use super::progress::Progress;
use super::schedules::ScheduleDirectory;
use super::search::Searcher;
use super::task::Stress;

/// After how many executions the checker stops, so that its line costs little beside the run.
const CHECKER_EXECUTIONS_MAX: u64 = 20_000;

/// Stresses. Bad input is refused before the first attempt.
pub(super) fn stress(task: &Stress, console: &mut Console<'_>) -> Result<Exit, CliError> {
    let model = load_one(&task.model)?;
    let own = model.scenario.workload().threads.len();
    let scaled = model.scenario.scaled(task.threads.unwrap_or(own))?;
    if let Some(file) = &task.report.file {
        probe_file(file)?;
    }
    let mut directory = match &task.report.schedules {
        Some(path) => Some(ScheduleDirectory::open(path)?),
        None => None,
    };
    let circumstances = task.wanted.circumstances(scaled.scope())?;
    scaled.workload().require_room(&circumstances)?;
    interrupt::listen();
    let run = attempt_all(task, &scaled, &circumstances, console.progress);
    let mut findings: Vec<StressFinding> = Vec::new();
    for found in run.tally.found() {
        findings.push(finding(
            task,
            &scaled,
            &circumstances,
            found,
            directory.as_mut(),
        )?);
    }
    let report = StressReport {
        model: model.path,
        threads: u64::try_from(scaled.workload().threads.len()).expect("at most 64"),
        seed: task.seed,
        latency: task.latency,
        end: run.end,
        attempts_asked: task.attempts,
        attempts: run.tally.attempts(),
        attaches: run.tally.attaches(),
        attaches_failed: run.tally.attaches_failed(),
        outcomes: run.tally.outcomes(),
        findings,
        checker: ask_the_checker(task, &model.scenario, console.progress)?,
        measure: run.measure,
    };
    write(task, &report, console)?;
    Ok(exit(&report))
}

fn write(task: &Stress, report: &StressReport, console: &mut Console<'_>) -> Result<(), CliError> {
    for file in report.findings.iter().filter_map(|it| it.file.as_ref()) {
        writeln!(console.err.writer, "wrote {file}")?;
    }
    let mut text = Vec::new();
    let look = match task.report.file {
        Some(_) => task.report.page.on(Look::PLAIN),
        None => task.report.page.on(console.look()),
    };
    if task.report.json {
        write_stress_json(&mut text, report)?;
    } else {
        write_stress(&mut text, report, &look)?;
    }
    if let Some(file) = &task.report.file {
        return write_file(file, &text);
    }
    console.out.writer.write_all(&text)?;
    Ok(console.out.writer.flush()?)
}

/// A hang is something that should not be, whatever else was found.
fn exit(report: &StressReport) -> Exit {
    let hung = matches!(report.end, StressEnd::Hung { .. });
    if hung || report.verdict() == Verdict::Violated {
        Exit::Violated
    } else {
        Exit::Inconclusive
    }
}

/// What all attempts came to.
struct StressRun {
    tally: Tally,
    end: StressEnd,
    measure: Option<Measure>,
}

fn attempt_all(
    task: &Stress,
    scenario: &Scenario,
    circumstances: &Circumstances,
    shown: bool,
) -> StressRun {
    let ledger = Arc::new(CircumstanceLog::new(circumstances.clone(), false));
    let program = Program::new(scenario.workload(), &task.strategy, &ledger);
    let start = program.starter::<Native>();
    let label = format!(
        "{} / {} ({})",
        scenario.name(),
        task.strategy,
        waits_phrase(task.waits)
    );
    let mut progress = Progress::start(label, shown, None);
    let stopwatch = Stopwatch::start();
    let mut tally = Tally::new(scenario.workload());
    let mut end = StressEnd::Complete;
    while tally.attempts() < task.attempts {
        if interrupt::came() {
            end = StressEnd::Interrupted;
            break;
        }
        let settings = NativeSettings {
            waits: task.waits,
            seed: task.seed.wrapping_add(tally.attempts()),
            latency: task.latency,
            records: true,
        };
        let mut vigil = HangWatchdog::new(
            task.hang_after
                .saturating_add(task.latency.unwrap_or_default()),
        );
        let mut supervise = |steps| {
            let _goes_on = progress.go_on(tally.attempts());
            vigil.look(steps, interrupt::came())
        };
        match run_natively(&*start, &settings, &mut supervise) {
            Ok(execution) => tally.take_in(&execution),
            Err(unfinished) => {
                end = given_up(unfinished, vigil.patience);
                break;
            }
        }
        let _goes_on = progress.go_on(tally.attempts());
    }
    let measure = task.measures.then(|| stopwatch.measure(tally.attempts()));
    StressRun {
        tally,
        end,
        measure,
    }
}

/// Why an attempt was given up.
fn given_up(unfinished: Unfinished, after: Duration) -> StressEnd {
    let Unfinished { sleeping, running } = unfinished;
    if interrupt::came() {
        return StressEnd::Interrupted;
    }
    StressEnd::Hung {
        after,
        sleeping,
        running,
    }
}

/// Watches one attempt for steps.
#[derive(Debug)]
struct HangWatchdog {
    patience: Duration,
    steps: u64,
    /// Since the number of steps is what it is.
    since: Stopwatch,
}

impl HangWatchdog {
    fn new(patience: Duration) -> Self {
        Self {
            patience,
            steps: 0,
            since: Stopwatch::start(),
        }
    }

    fn look(&mut self, steps: u64, interrupted: bool) -> Supervision {
        if steps != self.steps {
            self.steps = steps;
            self.since = Stopwatch::start();
        }
        if interrupted || self.since.elapsed() >= self.patience {
            Supervision::GiveUp
        } else {
            Supervision::GoOn
        }
    }
}

/// One finding, confirmed if it can be, and written where asked.
fn finding(
    task: &Stress,
    scenario: &Scenario,
    circumstances: &Circumstances,
    found: &Found,
    directory: Option<&mut ScheduleDirectory>,
) -> Result<StressFinding, CliError> {
    let case = Case {
        scenario,
        strategy: &task.strategy,
        waits: task.waits,
        circumstances,
    };
    let confirmed = confirm(case, found);
    let file = match (&confirmed, directory) {
        (Some(counterexample), Some(directory)) => {
            let paths = directory.save_one(scenario, &task.strategy, task.waits, counterexample)?;
            paths.first().map(|path| path.display().to_string())
        }
        (Some(_) | None, _) => None,
    };
    let violation = &found.violation;
    Ok(StressFinding {
        property: violation.property.name(),
        status: violation.status.map(NtStatus::short),
        cause: violation.cause.clone(),
        attempts: found.attempts,
        confirmed,
        file,
    })
}

fn ask_the_checker(
    task: &Stress,
    scenario: &Scenario,
    progress: bool,
) -> Result<CheckReport, CliError> {
    let searcher = Searcher {
        progress,
        time_max: None,
        measures: false,
    };
    let scope = Scope {
        fault_budget: 0,
        ..task.wanted.scope(scenario.scope())?
    };
    let request = Request {
        waits: task.waits,
        scope: Some(scope),
        explorer: ExplorerKind::Dpor,
        bounds: Bounds {
            executions_max: CHECKER_EXECUTIONS_MAX,
            ..Bounds::default()
        },
        seed: 0,
        keep: Keep::default(),
        verify: false,
        proofs: Proofs::Once,
    };
    Ok(searcher.run(scenario, &task.strategy, &request).report)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn nothing_for_long_enough_is_a_hang_and_a_step_is_not_nothing() {
        let mut patient = HangWatchdog::new(Duration::from_secs(1_000));
        assert_eq!(patient.look(0, false), Supervision::GoOn);
        assert_eq!(patient.look(1, false), Supervision::GoOn);
        assert_eq!(patient.look(1, true), Supervision::GiveUp);

        let mut impatient = HangWatchdog::new(Duration::ZERO);
        assert_eq!(impatient.look(0, false), Supervision::GiveUp);
    }

    #[test]
    fn a_hang_is_as_bad_as_a_violation() {
        let mut report = sample::stressed();
        assert_eq!(exit(&report), Exit::Violated);
        report.findings.clear();
        assert_eq!(exit(&report), Exit::Inconclusive);
        report.end = StressEnd::Hung {
            after: Duration::ZERO,
            sleeping: Vec::new(),
            running: Vec::new(),
        };
        assert_eq!(exit(&report), Exit::Violated);
    }
}
