//! Checks one strategy on one scenario, from start to verdict.

use tracing::Span;

use crate::explore::Coverage;
use crate::explore::Limit;
use crate::explore::Watch;
use crate::report::Assumptions;
use crate::report::CheckReport;
use crate::report::Counterexample;
use crate::report::Verdict;
use crate::report::waits_name;
use crate::scenario::Scenario;
use crate::strategy::Strategy;

use super::Request;
use super::confirm::confirm;
use super::expected::differences;
use super::rounds::Sum;
use super::second::search;
use super::subject::Subject;

/// Checks one strategy on one scenario.
///
/// # Panics
///
/// If a counterexample does not replay, which would be a bug of this crate.
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
    let scope = request.scope.as_ref().unwrap_or_else(|| scenario.scope());
    let subject = Subject {
        scenario,
        strategy,
        request,
        scope,
    };
    let (mut sum, second) = search(subject, watch, &span);
    if sum.not_deterministic.is_some() {
        // Nothing that it did need happen again.
        sum.found.clear();
    }
    let found = std::mem::take(&mut sum.found);
    let (all, found) = (found.len(), found.into_values());
    let counterexamples: Vec<Counterexample> = found
        .filter_map(|finding| confirm(subject, finding))
        .collect();
    if counterexamples.len() < all {
        // Whatever this is, it is no proof.
        sum.tally.coverage = Coverage::Bounded(Limit::Unconfirmed);
    }
    for found in &counterexamples {
        tell(&span, found);
    }
    let mut report = CheckReport {
        counterexamples,
        second_proof: second.proof,
        disagreement: second.disagreement,
        ..report(subject, sum)
    };
    report.verdict = verdict(&report);
    let expectation = scenario.expectation(strategy.name, request.waits, scope);
    report.unexpected = expectation.map(|expectation| differences(&report, expectation));
    report
}

/// The report but for its counterexamples, what a second search says, and what depends on them.
fn report(subject: Subject<'_>, sum: Sum) -> CheckReport {
    let Subject {
        scenario,
        strategy,
        request,
        scope,
    } = subject;
    let workload = scenario.workload();
    CheckReport {
        scenario: scenario.name().to_owned(),
        digest: scenario.digest().to_owned(),
        strategy: strategy.name.to_owned(),
        scope: scope.clone(),
        waits: request.waits,
        explorer: request.explorer,
        verdict: Verdict::Unsuitable,
        assumptions: Assumptions {
            threads: count(workload.threads.len()),
            faults: count(workload.faults.len()),
            engine_faults: scope.fault_budget,
            fairness: "none: every schedule counts, also one that starves a thread",
            memory_model: "sequential consistency",
        },
        names: workload.names(),
        executions: sum.tally.executions,
        redundant: sum.tally.redundant,
        deadlocked: sum.tally.deadlocked,
        cut_off: sum.tally.cut_off,
        loops: sum.loops,
        failing: sum.failing,
        coverage: sum.tally.coverage,
        counterexamples: Vec::new(),
        rounds: sum.rounds,
        calls: sum.calls,
        outcomes: sum.outcomes,
        verification: sum.verification,
        second_proof: None,
        disagreement: None,
        not_deterministic: sum.not_deterministic,
        unexpected: None,
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).expect("a scenario is small")
}

/// What may be said, by all that stands in the report.
const fn verdict(report: &CheckReport) -> Verdict {
    match report.coverage {
        _ if report.not_deterministic.is_some() => Verdict::NotDeterministic,
        _ if !report.counterexamples.is_empty() => Verdict::Violated,
        _ if report.disagreement.is_some() => Verdict::ExplorersDisagree,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Proofs;
    use crate::explore::SecondProof;
    use crate::explore::Unwatched;
    use crate::program::unsteady;

    fn checked(model: &str, strategy: &str, proofs: Proofs) -> CheckReport {
        let scenario = Scenario::embedded(model).unwrap();
        let strategy = Strategy::named(strategy).unwrap();
        let request = Request {
            proofs,
            ..Request::default()
        };
        check(&scenario, &strategy, &request, &mut Unwatched)
    }

    #[test]
    fn a_scenario_that_is_not_deterministic_is_never_proved() {
        for _ in 0..20 {
            let run = || checked("attach/connect4_connect6", "push-lock", Proofs::InTurn);
            let report = unsteady::during(run);

            assert_eq!(report.verdict, Verdict::NotDeterministic);
            let found = report.not_deterministic.unwrap().to_string();
            assert!(found.starts_with("execution 1, step 1"), "{found}");
            assert!(found.contains("FaultInjected"), "{found}");
            assert_eq!((report.second_proof, report.disagreement), (None, None));
        }
    }

    /// On how many cores the two searches run is seen nowhere.
    #[test]
    fn side_by_side_is_the_same_as_in_turn() {
        for model in ["attach/connect4_connect6", "direct/three_types"] {
            for strategy in ["shared-handle", "push-lock"] {
                let [one, other] = [Proofs::InTurn, Proofs::SideBySide]
                    .map(|proofs| checked(model, strategy, proofs));
                let classes = one.executions;

                assert_eq!(one, other);
                assert_eq!(one.second_proof, Some(SecondProof::Agrees { classes }));
            }
        }
    }

    #[test]
    fn once_is_by_the_explorer_alone() {
        let report = checked("attach/connect4_connect6", "push-lock", Proofs::Once);

        assert_eq!(report.verdict, Verdict::Proved);
        assert_eq!(report.second_proof, None);
    }
}
