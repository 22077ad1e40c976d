//! The one search loop. Explorers differ in how they choose, so only choosing is theirs.

use std::ops::ControlFlow;

use tracing::Span;

use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Journal;
use crate::execution::ThreadId;
use crate::runtime::controlled::Machine;
use crate::runtime::controlled::Pending;
use crate::runtime::controlled::Policy;
use crate::runtime::controlled::System;

use super::Bounds;
use super::Coverage;
use super::Limit;
use super::NativeSchedule;
use super::Watch;
use super::deterministic::NotDeterministic;
use super::on_machine::OnMachine;
use super::rerun::Reruns;

/// How often a [`Watch`] is asked, in executions.
const WATCH_EVERY: u64 = 256;

/// Chooses the schedules of one execution after another.
pub trait Explorer: Policy {
    /// Prepares the next execution: `false` if there is none.
    fn next_execution(&mut self) -> bool;

    /// Learns how the execution ended, and what the threads that had not finished were waiting for.
    fn ended(&mut self, execution: &Execution, blocked: &[(ThreadId, Pending)]);

    /// Whether the execution that has just ended was complete and yet only repeated another.
    fn repeats(&self) -> bool {
        false
    }

    /// What the coverage is when there is no next execution.
    fn coverage(&self) -> Coverage {
        Coverage::Exhausted
    }
}

impl<E: Explorer> Explorer for &mut E {
    fn next_execution(&mut self) -> bool {
        (**self).next_execution()
    }

    fn ended(&mut self, execution: &Execution, blocked: &[(ThreadId, Pending)]) {
        (**self).ended(execution, blocked);
    }

    fn repeats(&self) -> bool {
        (**self).repeats()
    }

    fn coverage(&self) -> Coverage {
        (**self).coverage()
    }
}

/// Executions of one system, one after another: what a search goes through.
pub trait Executions {
    /// Prepares the next execution: `false` if there is none.
    fn advance(&mut self) -> bool;

    /// Runs the execution that [`Executions::advance`] prepared. `None`: it showed that the system
    /// is not deterministic, and there is no next one.
    fn run(&mut self) -> Option<Ran<'_>>;

    /// Runs the last execution again, if that is done at the end of a search: `false` if it showed
    /// that the system is not deterministic.
    fn run_last_again(&mut self) -> bool {
        true
    }

    /// What showed that the system is not deterministic, if anything did.
    fn not_deterministic(&self) -> Option<&NotDeterministic> {
        None
    }

    /// What the coverage is when there is no next execution.
    fn coverage(&self) -> Coverage;

    /// The span that the executions belong to.
    fn span(&self) -> Span {
        Span::none()
    }

    /// True if nothing of the executions is to be told to whoever listens to `tracing`.
    fn is_quiet(&self) -> bool {
        false
    }

    /// Takes the journal of the next execution, to tell each step in it right after it was taken.
    /// `false`: the search is to tell them, when the execution is complete.
    fn takes(&mut self, _journal: &Journal) -> bool {
        false
    }
}

/// An execution as a search sees it.
#[derive(Debug, Clone, Copy)]
pub struct Ran<'e> {
    /// The execution.
    pub execution: &'e Execution,
    /// How the library that ran it can run it again, if it was not this crate.
    pub native: Option<&'e NativeSchedule>,
}

/// What a search counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Complete executions, those that end in a deadlock included.
    pub executions: u64,
    /// Executions that were cut off because they would have repeated others.
    pub redundant: u64,
    /// Complete executions that ended in a deadlock or a livelock.
    pub deadlocked: u64,
    /// Executions that the bound on steps cut off: what would have come of them is not known.
    pub cut_off: u64,
    /// How much of the space was seen.
    pub coverage: Coverage,
}

/// Runs a system under one schedule after another, until the explorer has no more or a bound is
/// reached. `visit` sees every complete execution and may end the search.
///
/// # Panics
///
/// If an execution shows that the system is not deterministic. None is run again to find that out.
pub fn search<E: Explorer>(
    machine: &mut Machine,
    system: &dyn System,
    explorer: &mut E,
    with: (&Bounds, &mut dyn Watch),
    mut visit: impl FnMut(&Execution) -> ControlFlow<()>,
) -> Tally {
    let mut executions = OnMachine::new(machine, system, explorer, Reruns::None);
    let tally = go_through(&mut executions, with, |ran| visit(ran.execution));
    if let Some(found) = executions.not_deterministic() {
        panic!("NOT DETERMINISTIC: {found}");
    }
    tally
}

/// Goes through executions until there are no more or a bound is reached. `visit` sees every
/// complete one and may end the search.
pub fn go_through(
    executions: &mut dyn Executions,
    (bounds, watch): (&Bounds, &mut dyn Watch),
    mut visit: impl FnMut(Ran<'_>) -> ControlFlow<()>,
) -> Tally {
    let coverage = Coverage::Exhausted;
    let mut tally = Tally {
        executions: 0,
        redundant: 0,
        deadlocked: 0,
        cut_off: 0,
        coverage,
    };
    let mut stopped = None;
    let mut begun: u64 = 0;
    let span = executions.span();
    while stopped.is_none() && executions.advance() {
        let seen = tally.executions + tally.redundant;
        if seen >= bounds.executions_max {
            stopped = Some(Limit::Executions(bounds.executions_max));
        } else if seen > 0 && seen.is_multiple_of(WATCH_EVERY) && !watch.go_on(seen) {
            stopped = Some(Limit::Time);
        } else {
            begun += 1;
            let journal = if executions.is_quiet() {
                Journal::closed()
            } else {
                Journal::open(&span, begun)
            };
            let Some(ran) = run_told(executions, &journal) else {
                stopped = Some(Limit::NotDeterministic);
                break;
            };
            match &ran.execution.end {
                End::Redundant => tally.redundant += 1,
                End::StepLimit => {
                    tally.cut_off += 1;
                    watch.cut_off(ran.execution);
                }
                End::Finished | End::Deadlock(_) | End::Livelock(_) | End::Panicked { .. } => {
                    tally.executions += 1;
                    tally.deadlocked += u64::from(ran.execution.end.is_stuck());
                    if visit(ran).is_break() {
                        stopped = Some(Limit::FirstViolation);
                    }
                }
            }
        }
    }
    if stopped != Some(Limit::NotDeterministic) && !executions.run_last_again() {
        stopped = Some(Limit::NotDeterministic);
    }
    let steps = || Limit::Steps(bounds.steps_max);
    let limit = stopped.or_else(|| (tally.cut_off > 0).then(steps));
    tally.coverage = limit.map_or_else(|| executions.coverage(), Coverage::Bounded);
    tally
}

/// Runs the prepared execution and sees to it that it is told: by whoever runs it, or else here.
fn run_told<'e>(executions: &'e mut dyn Executions, journal: &Journal) -> Option<Ran<'e>> {
    let told = executions.takes(journal);
    let ran = executions.run()?;
    if !told {
        journal.steps(ran.execution);
    }
    journal.end(&ran.execution.end);
    Some(ran)
}
