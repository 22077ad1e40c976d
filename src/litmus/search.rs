//! Searching a program, once or twice, and what all of it came to.

use std::ops::ControlFlow;

use crate::execution::Execution;
use crate::execution::ThreadId;
use crate::execution::Verb;
use crate::explore::Classes;
use crate::explore::Coverage;
use crate::explore::Executions;
use crate::explore::FirstCutOff;
use crate::explore::Lacking;
use crate::explore::NotDeterministic;
use crate::explore::Pace;
use crate::explore::Paced;
use crate::explore::Ran;
use crate::explore::Reruns;
use crate::explore::SecondProof;
use crate::explore::SourceExplorer;
use crate::explore::Tally;
use crate::explore::compare;
use crate::explore::difference;
use crate::explore::go_through;
use crate::explore::on_machine;
use crate::explore::show;
use crate::report::Verdict;
use crate::report::cut_off_lines;
use crate::runtime::controlled::System;

use super::Explore;
use super::Explored;
use super::FindingKind;
use super::Program;
use super::counterexample::Counterexample;
use super::findings::Findings;
use super::findings::Wrong;
use super::registry;
use super::schedule::Recorded;

/// What one search came to.
#[derive(Debug)]
pub(super) struct ProgramSearch {
    pub(super) tally: Tally,
    findings: Findings,
    /// Empty if nothing is compared with them.
    classes: Classes,
    not_deterministic: Option<NotDeterministic>,
    /// What there is to say of the executions that were cut off.
    loops: Vec<String>,
}

/// What a second search says of a first one.
#[derive(Debug)]
pub(super) struct SecondSearch {
    proof: SecondProof,
    /// The first execution of a class that one of the two lacks, and which explorer that is.
    lacking: Option<(Lacking, Execution)>,
}

impl Explore {
    /// The search that was asked for.
    pub(super) fn search(&self, program: &Program) -> ProgramSearch {
        self.search_by(program, &mut *self.executions(program))
    }

    fn search_by(&self, program: &Program, executions: &mut dyn Executions) -> ProgramSearch {
        let mut findings = Findings::default();
        let mut classes = Classes::default();
        let visit = |ran: Ran<'_>| {
            if self.twice {
                classes.take_in(ran.execution, &program.noted());
            }
            if findings.take_in(ran.execution) && self.bounds.fail_fast {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let mut first = FirstCutOff::default();
        let tally = go_through(executions, (&self.bounds, &mut first), visit);
        ProgramSearch {
            loops: loops(&tally, &first),
            tally,
            findings,
            classes,
            not_deterministic: executions.not_deterministic().cloned(),
        }
    }

    /// Searches the program again, by `source`. What that finds and the first has not found is
    /// added to the first.
    ///
    /// Nothing of it is told to whoever listens to `tracing`.
    pub(super) fn second(
        &self,
        program: &Program,
        first: &mut ProgramSearch,
    ) -> Option<SecondSearch> {
        let begun = first.tally.executions + first.tally.redundant;
        let source = SourceExplorer::new(self.waits);
        let executions = on_machine(self.limits(), program, source, Reruns::None);
        let mut executions = Paced::new(executions, Pace::of_ended(begun));
        let unbounded = self.clone().executions_max(u64::MAX);
        let second = unbounded.search_by(program, &mut executions);
        if second.not_deterministic.is_some() {
            first.not_deterministic = second.not_deterministic;
            return None;
        }
        first.findings.add_new(second.findings);
        let whole = second.tally.coverage == Coverage::Exhausted;
        let classes = std::mem::take(&mut first.classes).into_set();
        let (proof, lacking) = compare(&classes, (&second.classes.into_set(), whole));
        let lacking = lacking.map(|lacking| {
            let shown = show(program, self.limits(), &self.bounds, &lacking);
            (lacking, shown)
        });
        Some(SecondSearch { proof, lacking })
    }

    /// The report, for which each finding is run again.
    pub(super) fn explored(
        &self,
        program: &Program,
        first: ProgramSearch,
        second: Option<SecondSearch>,
    ) -> Explored {
        let ProgramSearch {
            tally,
            findings,
            mut not_deterministic,
            loops,
            ..
        } = first;
        let (panicked, outcomes) = (findings.panicked, findings.outcomes.clone());
        let mut found = Vec::new();
        for (wrong, execution) in findings.into_list() {
            not_deterministic =
                not_deterministic.or_else(|| self.replayed(program, &wrong, &execution));
            if not_deterministic.is_some() {
                break;
            }
            let counterexample = Counterexample {
                explore: self,
                program,
                waits: self.waits,
                wrong: &wrong,
            };
            let least = counterexample.least(&execution);
            not_deterministic = self.replayed(program, &wrong, &least.execution);
            found.push(least);
        }
        let lacking = second.as_ref().and_then(|second| second.lacking.as_ref());
        let mut differing = lacking.map(|(lacking, execution)| {
            let wrong = Wrong {
                kind: FindingKind::Disagreement,
                cause: lacks(lacking),
            };
            self.finding(&wrong, execution.clone(), self.waits)
        });
        if not_deterministic.is_some() {
            found.clear();
            differing = None;
        }
        let verdict = match tally.coverage {
            _ if not_deterministic.is_some() => Verdict::NotDeterministic,
            _ if !found.is_empty() => Verdict::Violated,
            _ if differing.is_some() => Verdict::ExplorersDisagree,
            Coverage::Exhausted => Verdict::Proved,
            Coverage::Bounded(_) => Verdict::Bounded,
            Coverage::Sampled { .. } => Verdict::Sampled,
            Coverage::Unsuitable(_) => Verdict::Unsuitable,
        };
        Explored {
            program: self.name.clone(),
            verdict,
            executions: tally.executions,
            redundant: tally.redundant,
            deadlocked: tally.deadlocked,
            panicked,
            cut_off: tally.cut_off,
            loops,
            coverage: tally.coverage,
            findings: found,
            second_proof: second.map(|second| second.proof),
            disagreement: differing,
            not_deterministic,
            outcomes,
        }
    }

    /// Runs a finding again by its schedule: what differs.
    fn replayed(
        &self,
        program: &Program,
        wrong: &Wrong,
        execution: &Execution,
    ) -> Option<NotDeterministic> {
        let recorded = Recorded::of(&self.name, self.waits, wrong.kind, execution);
        let again = match Self::follow(&recorded.to_token(), program) {
            Ok((again, _)) => again,
            Err(misfit) => {
                let before = wrong.cause.clone();
                return Some(NotDeterministic::at_the_end((before, misfit.to_string())));
            }
        };
        difference((execution, &again), ("", ""))
    }
}

/// Which explorer lacks what, in a sentence.
fn lacks(lacking: &Lacking) -> String {
    let (without, with) = (lacking.lacks.name(), lacking.has.name());
    let count = lacking.classes.len();
    format!(
        "explorers disagree: `{without}` lacks this execution, which `{with}` has, and every \
         equivalent one: the first of {count}"
    )
}

/// What there is to say of the executions that were cut off.
fn loops(tally: &Tally, first: &FirstCutOff) -> Vec<String> {
    let names = registry::names();
    let thread = |thread: ThreadId| format!("thread {}", names.label(thread));
    let loops = first.loops.as_deref().unwrap_or_default();
    let does = |operation| names.operation(operation);
    cut_off_lines(tally.cut_off, loops, thread, does, |found| {
        match (found.looks, found.round.as_slice()) {
            (true, [one]) if one.verb == Verb::Load => {
                "it only looks: write the loop as `Atomic::spin_until`, which needs no bound"
            }
            (true, _) => "it only looks: write the loop as `retry`, which needs no bound",
            (false, _) => "it changes something: give the loop a bound of its own",
        }
    })
}
