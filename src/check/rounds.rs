//! One search for each of the circumstances that make a difference, and what all came to.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::btree_map::Entry;
use std::ops::ControlFlow;
use std::sync::Arc;

use tracing::Span;

use crate::attach::NoRoom;
use crate::execution::Execution;
use crate::execution::Looping;
use crate::execution::Outcome;
use crate::explore::Bounds;
use crate::explore::Classes;
use crate::explore::Coverage;
use crate::explore::ExplorerKind;
use crate::explore::FirstCutOff;
use crate::explore::Limit;
use crate::explore::NotDeterministic;
use crate::explore::Pace;
use crate::explore::Ran;
use crate::explore::Reruns;
use crate::explore::Tally;
use crate::explore::Unsuitability;
use crate::explore::Watch;
use crate::explore::go_through;
use crate::program::Program;
use crate::recount::Verification;
use crate::report::Round;
use crate::runtime::controlled::System;
use crate::status::NtStatus;
use crate::wfp::Asked;
use crate::wfp::CallKey;
use crate::wfp::Circumstances;
use crate::wfp::Rounds;

use super::Keep;
use super::Request;
use super::explorers::executions;
use super::findings::Finding;
use super::findings::Findings;
use super::recounted::recounted;
use super::recounted::together;
use super::second::Job;
use super::subject::Subject;

/// What makes two findings the same in a report: the place of the property in the order of all, and
/// the status.
type ReportKey = (usize, Option<NtStatus>);

/// What all rounds came to.
#[derive(Debug)]
pub(super) struct Sum {
    pub(super) tally: Tally,
    /// The threads that loop in the first execution that was cut off.
    pub(super) loops: Vec<Looping>,
    pub(super) failing: u64,
    pub(super) outcomes: Option<BTreeSet<(Circumstances, Outcome)>>,
    /// The best finding of each kind, and the number of rounds that have it.
    pub(super) found: BTreeMap<ReportKey, (Finding, u64)>,
    pub(super) rounds: Vec<Round>,
    /// The calls that could have failed, if faults are gone through.
    pub(super) calls: BTreeSet<CallKey>,
    /// What the recounts of all rounds say, if they were asked for.
    pub(super) verification: Option<Verification>,
    /// By round: the classes that were seen, if they are all there are.
    pub(super) classes: Vec<Option<Vec<u128>>>,
    pub(super) not_deterministic: Option<NotDeterministic>,
}

/// What one round came to.
struct RoundResult {
    tally: Tally,
    findings: Findings,
    asked: Asked,
    verification: Option<Verification>,
    classes: Option<Vec<u128>>,
    not_deterministic: Option<NotDeterministic>,
}

/// Searches under one circumstances after another, until there are no more or a bound is reached.
/// `begin` is called as each search begins, for whoever searches beside it.
pub(super) fn go_through_all(
    subject: Subject<'_>,
    watch: &mut dyn Watch,
    span: &Span,
    begin: &mut dyn FnMut(Job),
) -> Sum {
    let Subject { request, scope, .. } = subject;
    let mut rounds = Rounds::new(scope);
    let start = scope.start();
    let mut sum = Sum::new(request);
    while let Some(circumstances) = rounds.advance() {
        let bounds = sum.left(request);
        let seen = sum.tally.executions + sum.tally.redundant;
        if bounds.executions_max == 0 {
            sum.stop(Limit::Executions(request.bounds.executions_max));
        } else if !sum.rounds.is_empty() && !watch.go_on(seen) {
            sum.stop(Limit::Time);
        } else {
            let differing = circumstances.profile.differences(&start.profile).len();
            let keep = Keep {
                outcomes: request.keep.outcomes || request.verify,
                ..request.keep
            };
            let findings = Findings::under(&circumstances, differing, keep);
            if let Err(lacks) = subject.scenario.workload().require_room(&circumstances) {
                sum.add(subject, circumstances, unsuitable(lacks, findings));
                break;
            }
            let pace = Arc::new(Pace::default());
            begin(Job {
                circumstances: circumstances.clone(),
                pace: Arc::clone(&pace),
            });
            let program = subject.program(&circumstances);
            let first = FirstCutOff::default();
            let mut onward = Onward { seen, watch, first };
            let job = RoundSearch {
                program: &program,
                request,
                bounds: &bounds,
                before: seen,
                pace: &pace,
            };
            let searched = job.run(&mut onward, span, findings);
            if let Some(loops) = onward.first.loops.take().filter(|_| sum.tally.cut_off == 0) {
                sum.loops = loops;
            }
            let class = rounds.take_in(&circumstances, searched.asked.clone());
            sum.add(subject, class, searched);
        }
        if sum.is_stopped() {
            break;
        }
    }
    sum
}

/// One search, under the circumstances of its program.
struct RoundSearch<'a> {
    program: &'a Program,
    request: &'a Request,
    bounds: &'a Bounds,
    /// How many executions other rounds have begun.
    before: u64,
    /// How far the search is, for one that runs beside it.
    pace: &'a Pace,
}

impl RoundSearch<'_> {
    fn run(&self, watch: &mut dyn Watch, span: &Span, mut findings: Findings) -> RoundResult {
        let Self {
            program,
            request,
            bounds,
            before,
            pace,
        } = *self;
        let twice = request.is_proved_twice();
        let mut classes = Classes::default();
        let mut visited = 0;
        let visit = |ran: Ran<'_>| {
            visited += 1;
            if twice {
                pace.reach(visited);
                classes.take_in(ran.execution, &program.noted());
            }
            let found = findings.take_in(ran);
            if found && bounds.fail_fast {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        // Whatever makes executions belongs to the span in which it is made.
        let reruns = Reruns::Usual {
            before,
            cut_offs: request.explorer == ExplorerKind::Dpor,
        };
        let mut executions = span.in_scope(|| executions(program, request, bounds, reruns));
        let mut tally = go_through(&mut *executions, (bounds, &mut *watch), visit);
        let mut not_deterministic = executions.not_deterministic().cloned();
        drop(executions);
        let whole = tally.coverage == Coverage::Exhausted;
        if whole {
            pace.end(tally.executions + tally.redundant);
        } else {
            pace.cancel();
        }
        let verification = request
            .verify
            .then(|| recounted(program, request, &tally, &findings, watch));
        match verification {
            Some(Verification::Differs(_)) => tally.coverage = Coverage::Bounded(Limit::Recount),
            Some(Verification::NotDeterministic { steps, thread }) => {
                not_deterministic = Some(NotDeterministic::unable(steps, thread));
                tally.coverage = Coverage::Bounded(Limit::NotDeterministic);
            }
            Some(_) | None => {}
        }
        // A library that was stopped has run ahead, and what it asked there depends on how far.
        let reliable = request.explorer.is_own() || !stops(tally.coverage);
        let asked = if reliable {
            program.ledger().asked()
        } else {
            Asked::default()
        };
        RoundResult {
            tally,
            findings,
            asked,
            verification,
            classes: (twice && whole).then(|| classes.into_set()),
            not_deterministic,
        }
    }
}

/// A search of what no search can run under its circumstances.
fn unsuitable(lacks: NoRoom, findings: Findings) -> RoundResult {
    let why = Unsuitability::Threads {
        needs: 2 * lacks.callers,
        has: lacks.max,
    };
    RoundResult {
        tally: Tally {
            executions: 0,
            redundant: 0,
            deadlocked: 0,
            cut_off: 0,
            coverage: Coverage::Unsuitable(why),
        },
        findings,
        asked: Asked::default(),
        verification: None,
        classes: None,
        not_deterministic: None,
    }
}

/// Looks on as if all rounds were one search.
struct Onward<'w> {
    seen: u64,
    watch: &'w mut dyn Watch,
    first: FirstCutOff,
}

impl Watch for Onward<'_> {
    fn go_on(&mut self, executions: u64) -> bool {
        self.watch.go_on(self.seen.saturating_add(executions))
    }

    fn cut_off(&mut self, execution: &Execution) {
        self.first.cut_off(execution);
        self.watch.cut_off(execution);
    }
}

/// Whether a search that ends like this was stopped: then there is no next one.
const fn stops(coverage: Coverage) -> bool {
    match coverage {
        Coverage::Bounded(limit) => matches!(
            limit,
            Limit::Executions(_) | Limit::Time | Limit::FirstViolation | Limit::NotDeterministic
        ),
        Coverage::Unsuitable(_) => true,
        Coverage::Exhausted | Coverage::Sampled { .. } => false,
    }
}

impl Sum {
    fn new(request: &Request) -> Self {
        Self {
            tally: Tally {
                executions: 0,
                redundant: 0,
                deadlocked: 0,
                cut_off: 0,
                coverage: Coverage::Exhausted,
            },
            loops: Vec::new(),
            failing: 0,
            outcomes: request.keep.outcomes.then(BTreeSet::new),
            found: BTreeMap::new(),
            rounds: Vec::new(),
            calls: BTreeSet::new(),
            verification: None,
            classes: Vec::new(),
            not_deterministic: None,
        }
    }

    /// The bounds of the next round. The number of executions is for all of them together; but a
    /// sample is drawn in each.
    fn left(&self, request: &Request) -> Bounds {
        let seen = self.tally.executions + self.tally.redundant;
        let all = request.bounds.executions_max;
        Bounds {
            executions_max: if request.explorer.samples() {
                all
            } else {
                all.saturating_sub(seen)
            },
            ..request.bounds
        }
    }

    fn stop(&mut self, limit: Limit) {
        self.tally.coverage = Coverage::Bounded(limit);
    }

    pub(super) const fn is_stopped(&self) -> bool {
        stops(self.tally.coverage)
    }

    /// Adds a round.
    fn add(&mut self, subject: Subject<'_>, circumstances: Circumstances, searched: RoundResult) {
        let Subject { request, scope, .. } = subject;
        let RoundResult {
            tally,
            mut findings,
            asked,
            verification,
            classes,
            not_deterministic,
        } = searched;
        self.classes.push(classes);
        self.not_deterministic = not_deterministic;
        self.verification = match (self.verification.take(), verification) {
            (Some(first), Some(second)) => Some(together(first, second)),
            (first, second) => first.or(second),
        };
        let coverage = match tally.coverage {
            // The bound that was reached is that of all rounds.
            Coverage::Bounded(Limit::Executions(_)) => {
                Coverage::Bounded(Limit::Executions(request.bounds.executions_max))
            }
            seen @ (Coverage::Exhausted
            | Coverage::Bounded(_)
            | Coverage::Sampled { .. }
            | Coverage::Unsuitable(_)) => seen,
        };
        self.tally.executions += tally.executions;
        self.tally.redundant += tally.redundant;
        self.tally.deadlocked += tally.deadlocked;
        self.tally.cut_off += tally.cut_off;
        self.tally.coverage = if self.rounds.is_empty() {
            coverage
        } else {
            weaker(self.tally.coverage, coverage)
        };
        self.failing += findings.failing;
        let fallible = asked.calls.into_iter();
        self.calls
            .extend(fallible.filter(|call| scope.may_fail(*call)));
        if let (Some(all), Some(here)) = (&mut self.outcomes, findings.outcomes.take()) {
            all.extend(here.into_iter().map(|one| (circumstances.clone(), one)));
        }
        let failing = findings.failing;
        let mut found = Vec::new();
        for finding in findings.into_list() {
            found.push((finding.violation.property, finding.violation.status));
            self.keep(finding);
        }
        self.rounds.push(Round {
            circumstances,
            consulted: asked.questions,
            executions: tally.executions,
            redundant: tally.redundant,
            deadlocked: tally.deadlocked,
            failing,
            coverage,
            found,
        });
    }

    /// Keeps a finding of a kind that was not found before, of one round.
    pub(super) fn keep_new(&mut self, finding: Finding) {
        let (property, _, _, status) = finding.violation.key();
        let place = self.found.entry((property, status));
        place.or_insert((finding, 1));
    }

    /// Keeps the better one of two findings of a kind.
    fn keep(&mut self, finding: Finding) {
        let (property, _, _, status) = finding.violation.key();
        match self.found.entry((property, status)) {
            Entry::Vacant(place) => {
                place.insert((finding, 1));
            }
            Entry::Occupied(mut place) => {
                let (best, rounds) = place.get_mut();
                *rounds += 1;
                if finding.rank < best.rank {
                    *best = finding;
                }
            }
        }
    }
}

/// How much two searches have seen together: what the one missed that saw less. What stops the
/// second stops all.
fn weaker(first: Coverage, second: Coverage) -> Coverage {
    let rank = |coverage| match coverage {
        Coverage::Exhausted => 0,
        Coverage::Sampled { .. } => 1,
        Coverage::Bounded(_) if !stops(coverage) => 2,
        Coverage::Bounded(_) | Coverage::Unsuitable(_) => 3,
    };
    match (first, second) {
        (
            Coverage::Sampled { seed, executions },
            Coverage::Sampled {
                executions: more, ..
            },
        ) => Coverage::Sampled {
            seed,
            executions: executions.saturating_add(more),
        },
        _ if rank(second) > rank(first) => second,
        _ => first,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coverage_of_all_rounds_is_the_weakest() {
        let steps = Coverage::Bounded(Limit::Steps(7));
        let executions = Coverage::Bounded(Limit::Executions(7));
        let sample = |executions| Coverage::Sampled {
            seed: 3,
            executions,
        };
        let whole = Coverage::Exhausted;
        for (first, second, both) in [
            (whole, whole, whole),
            (whole, steps, steps),
            (steps, whole, steps),
            (steps, executions, executions),
            (sample(5), sample(6), sample(11)),
            (sample(5), steps, steps),
            (steps, sample(5), steps),
        ] {
            assert_eq!(weaker(first, second), both);
        }
    }
}
