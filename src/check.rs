//! Checks one strategy on one scenario: explores, judges, confirms, and holds the result to what
//! the scenario expects.

use std::sync::Arc;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

use tracing::Span;

use crate::confirm;
use crate::execution::Decision;
use crate::execution::Execution;
use crate::execution::Outcome;
use crate::execution::Schedule;
use crate::explore::Bounds;
use crate::explore::Coverage;
use crate::explore::DfsExplorer;
use crate::explore::DporExplorer;
use crate::explore::Executions;
use crate::explore::ExplorerKind;
use crate::explore::Limit;
use crate::explore::NativeSchedule;
use crate::explore::Ran;
use crate::explore::RandomExplorer;
use crate::explore::ShuttleExecutions;
use crate::explore::ShuttleSearch;
use crate::explore::Tally;
use crate::explore::Watch;
use crate::explore::go_through;
use crate::explore::loom_executions;
use crate::explore::on_machine;
use crate::program::Program;
use crate::property::Property;
use crate::property::Violation;
use crate::property::judge;
use crate::report::Assumptions;
use crate::report::CheckReport;
use crate::report::Counterexample;
use crate::report::Verdict;
use crate::report::waits_name;
use crate::runtime::Waits;
use crate::runtime::controlled::Limits;
use crate::runtime::locked::Loom;
use crate::runtime::shuttle::Shuttle;
use crate::scenario::Expectation;
use crate::scenario::ExpectedVerdict;
use crate::scenario::Scenario;
use crate::status::NtStatus;
use crate::strategy::Strategy;

/// How to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// How finite waits are read.
    pub waits: Waits,
    /// Who chooses the schedules.
    pub explorer: ExplorerKind,
    /// What stops the search early.
    pub bounds: Bounds,
    /// What a random explorer draws with.
    pub seed: u64,
    /// What to keep beside the verdict.
    pub keep: Keep,
}

/// What a check keeps beside its verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Keep {
    /// The set of outcomes, to compare explorers by.
    pub outcomes: bool,
    /// The schedule in the terms of the library that found it.
    pub native: bool,
}

impl Default for Request {
    /// A proof with sufficient waits, if the default bounds allow it.
    fn default() -> Self {
        let explorer = ExplorerKind::Dpor;
        Self {
            waits: Waits::Sufficient,
            explorer,
            bounds: Bounds::default(),
            seed: 0,
            keep: Keep::default(),
        }
    }
}

/// How good a counterexample is, the least the best: faults, preemptions, switches, steps, and the
/// schedule itself, so that no two are alike.
type Rank = (u32, u32, u32, usize, Vec<Decision>);

/// The best execution so far for one violation.
#[derive(Debug)]
struct Finding {
    rank: Rank,
    violation: Violation,
    execution: Execution,
    native: Option<NativeSchedule>,
}

/// What a search found, by what makes two violations the same.
#[derive(Debug, Default)]
struct Findings {
    best: BTreeMap<Key, Finding>,
    failing: u64,
    /// If they are to be kept.
    outcomes: Option<BTreeSet<Outcome>>,
}

type Key = (
    usize,
    Option<crate::execution::ThreadId>,
    Option<u16>,
    Option<NtStatus>,
);

impl Findings {
    /// Judges an execution: whether it breaks anything.
    fn take_in(&mut self, ran: Ran<'_>) -> bool {
        let execution = ran.execution;
        if let Some(outcomes) = &mut self.outcomes {
            outcomes.insert(execution.outcome());
        }
        let violations = judge(execution);
        if violations.is_empty() {
            return false;
        }
        self.failing += 1;
        let rank = rank(execution);
        for violation in violations {
            let key = violation.key();
            if self.best.get(&key).is_none_or(|known| rank < known.rank) {
                let finding = Finding {
                    rank: rank.clone(),
                    violation,
                    execution: execution.clone(),
                    native: ran.native.cloned(),
                };
                self.best.insert(key, finding);
            }
        }
        true
    }

    /// The best finding for each property and status. What fails alone is no interference.
    fn into_list(self) -> Vec<Finding> {
        let alone: BTreeSet<_> = self
            .best
            .values()
            .filter(|finding| finding.violation.property == Property::SucceedsAlone)
            .map(|finding| (finding.violation.thread, finding.violation.call))
            .collect();
        let mut list: BTreeMap<(usize, Option<NtStatus>), Finding> = BTreeMap::new();
        for ((property, thread, call, status), finding) in self.best {
            let interference = finding.violation.property == Property::NonInterference;
            if interference && alone.contains(&(thread, call)) {
                continue;
            }
            let key = (property, status);
            // Of two alike, the one that a thread of the scenario shows.
            let order = |finding: &Finding| finding.violation.thread.is_none();
            let better =
                |known: &Finding| (&finding.rank, order(&finding)) < (&known.rank, order(known));
            if list.get(&key).is_none_or(better) {
                list.insert(key, finding);
            }
        }
        list.into_values().collect()
    }
}

fn rank(execution: &Execution) -> Rank {
    let Schedule(decisions) = execution.schedule();
    let (faults, preemptions) = (execution.faults(), execution.preemptions());
    (
        faults,
        preemptions,
        execution.switches(),
        execution.steps.len(),
        decisions,
    )
}

/// Checks one strategy on one scenario.
///
/// # Panics
///
/// If a counterexample does not replay, which would be a bug of this crate, or if code under test
/// is not deterministic.
pub fn check(
    scenario: &Scenario,
    strategy: &Strategy,
    request: &Request,
    watch: &mut dyn Watch,
) -> CheckReport {
    let span = tracing::info_span!(
        target: "selvedge::check",
        "check",
        scenario = scenario.name(),
        strategy = strategy.name,
        explorer = request.explorer.name(),
        waits = waits_name(request.waits),
    );
    let program = Program::new(scenario.workload(), strategy, &Arc::default());
    let mut findings = Findings {
        outcomes: request.keep.outcomes.then(BTreeSet::new),
        ..Findings::default()
    };
    let mut tally = explore(&program, request, (watch, &span), &mut findings);
    let (failing, outcomes) = (findings.failing, findings.outcomes.take());
    let found = findings.into_list();
    let (all, found) = (found.len(), found.into_iter());
    let counterexamples: Vec<Counterexample> = found
        .filter_map(|finding| confirm(scenario, strategy, request, finding))
        .collect();
    if counterexamples.len() < all {
        // Whatever this is, it is no proof.
        tally.coverage = Coverage::Bounded(Limit::Unconfirmed);
    }
    for found in &counterexamples {
        tell(&span, found);
    }
    let workload = scenario.workload();
    let mut report = CheckReport {
        scenario: scenario.name().to_owned(),
        digest: scenario.digest().to_owned(),
        strategy: strategy.name.to_owned(),
        profile: scenario.profile().name().to_owned(),
        waits: request.waits,
        explorer: request.explorer,
        verdict: verdict(&counterexamples, tally.coverage),
        assumptions: Assumptions {
            threads: count(workload.threads.len()),
            faults: count(workload.faults.len()),
            fairness: "none: every schedule counts, also one that starves a thread",
            memory_model: "sequential consistency",
        },
        threads: workload.thread_names(),
        executions: tally.executions,
        redundant: tally.redundant,
        deadlocked: tally.deadlocked,
        failing,
        coverage: tally.coverage,
        counterexamples,
        outcomes,
        unexpected: None,
    };
    let expectation = scenario.expectation(strategy.name, request.waits);
    report.unexpected = expectation.map(|expectation| differences(&report, expectation));
    report
}

fn count(number: usize) -> u32 {
    u32::try_from(number).expect("a scenario is small")
}

fn explore(
    program: &Program,
    request: &Request,
    (watch, span): (&mut dyn Watch, &Span),
    findings: &mut Findings,
) -> Tally {
    let visit = |ran: Ran<'_>| {
        let found = findings.take_in(ran);
        if found && request.bounds.fail_fast {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    // Whatever makes executions belongs to the span in which it is made.
    let mut executions = span.in_scope(|| executions(program, request));
    go_through(&mut *executions, (&request.bounds, watch), visit)
}

/// The executions that the explorer chooses.
fn executions<'p>(program: &'p Program, request: &Request) -> Box<dyn Executions + 'p> {
    let Request {
        waits,
        explorer,
        bounds,
        seed,
        keep,
    } = request;
    let limits = Limits {
        waits: *waits,
        steps_max: bounds.steps_max,
    };
    match *explorer {
        ExplorerKind::Dpor => Box::new(on_machine(limits, program, DporExplorer::new(*waits))),
        ExplorerKind::Dfs => Box::new(on_machine(limits, program, DfsExplorer::default())),
        ExplorerKind::Random => {
            let random = RandomExplorer::new(*seed, bounds.executions_max);
            Box::new(on_machine(limits, program, random))
        }
        ExplorerKind::Loom => {
            let threads = program.workload().threads_started_max();
            let start = program.starter::<Loom>();
            loom_executions(start, threads, *waits, bounds.steps_max)
        }
        kind @ (ExplorerKind::ShuttleRandom
        | ExplorerKind::ShuttlePct
        | ExplorerKind::ShuttleUrw
        | ExplorerKind::ShuttleDfs) => {
            let search = ShuttleSearch {
                kind,
                waits: *waits,
                seed: *seed,
                keep_native: keep.native,
            };
            let start = program.starter::<Shuttle>();
            Box::new(ShuttleExecutions::new(start, search, bounds))
        }
    }
}

const fn verdict(counterexamples: &[Counterexample], coverage: Coverage) -> Verdict {
    match coverage {
        _ if !counterexamples.is_empty() => Verdict::Violated,
        Coverage::Exhausted => Verdict::Proved,
        Coverage::Bounded(_) => Verdict::Bounded,
        Coverage::Sampled { .. } => Verdict::Sampled,
        Coverage::Unsuitable(_) => Verdict::Unsuitable,
    }
}

/// Tells whoever listens to `tracing` of a violation.
fn tell(span: &Span, found: &Counterexample) {
    span.in_scope(|| {
        tracing::info!(
            target: "selvedge::check",
            property = found.property.name(),
            status = found.status.map(|status| status.to_string()),
            schedule = found.schedule,
            "violation found"
        );
    });
}

/// Brings a finding to the least counterexample. What another library found is brought to a
/// schedule of the controlled runtime first; `None` if it does not come to the same there.
fn confirm(
    scenario: &Scenario,
    strategy: &Strategy,
    request: &Request,
    found: Finding,
) -> Option<Counterexample> {
    let finding = confirm::Finding {
        scenario,
        strategy,
        waits: request.waits,
        violation: &found.violation,
        execution: &found.execution,
    };
    if request.explorer.is_own() {
        return Some(finding.counterexample());
    }
    let execution = &finding.replayed(true)?;
    let finding = confirm::Finding {
        execution,
        ..finding
    };
    match found.native.filter(|_| request.keep.native) {
        // The library's own schedule is of what it found, so that stays as it is.
        native @ Some(_) => Some(Counterexample {
            native,
            ..finding.as_found()
        }),
        None => Some(finding.counterexample()),
    }
}

/// What differs from the expectation, a line each.
fn differences(report: &CheckReport, expected: &Expectation) -> Vec<String> {
    if !report.verdict.is_conclusive() && expected.verdict != ExpectedVerdict::Bounded {
        // A search that ends early does not contradict a file: it says nothing.
        let (expected, found) = (expected.verdict, report.verdict.word());
        return vec![format!("expected {expected}, found {found}")];
    }
    let mut lines = Vec::new();
    let mut hold = |what: &str, expected: Option<String>, found: String| {
        if let Some(expected) = expected.filter(|expected| *expected != found) {
            lines.push(format!("{what}: expected {expected}, found {found}"));
        }
    };
    hold(
        "verdict",
        Some(expected.verdict.to_string()),
        report.verdict.word().to_owned(),
    );
    let first = report.counterexamples.first();
    let property = first.map_or("none", |first| first.property.name());
    hold("property", expected.property.clone(), property.to_owned());
    let status = first
        .and_then(|first| first.status)
        .map(|status| status.to_string());
    let cause = expected.cause.map(|status| status.to_string());
    hold("cause", cause, status.unwrap_or_else(|| "none".to_owned()));
    let counts = [
        ("executions", expected.executions, report.executions),
        ("failing", expected.failing, report.failing),
        ("deadlocked", expected.deadlocked, report.deadlocked),
    ];
    // The counts are those of a whole search with the default explorer.
    let whole = report.coverage == Coverage::Exhausted;
    let bounded = expected.verdict == ExpectedVerdict::Bounded;
    if report.explorer == ExplorerKind::Dpor && (whole || bounded) {
        for (what, expected, found) in counts {
            hold(
                what,
                expected.map(|number| number.to_string()),
                found.to_string(),
            );
        }
    }
    lines
}
