//! Proofs by two explorers, and what is said where they disagree.

use super::*;

use selvedge::check::Proofs;
use selvedge::check::Request;
use selvedge::check::check;
use selvedge::explore::ExplorerKind;
use selvedge::explore::Mutation;
use selvedge::explore::SecondProof;
use selvedge::explore::Unwatched;
use selvedge::litmus::FindingKind;
use selvedge::litmus::choose;
use selvedge::litmus::observe;
use selvedge::litmus::prove;
use selvedge::litmus::threads;
use selvedge::report::CheckReport;
use selvedge::report::Verdict;
use selvedge::scenario::Scenario;
use selvedge::strategy::Strategy;

/// A choice of three beside a thread that stores: 3 classes, or 1 to who takes one alternative.
fn chooses() {
    let x = Atomic::new(0_u8);
    let other = x.clone();
    let thread = spawn(move || other.store(9));
    observe("chosen", choose(3));
    thread.join();
}

#[test]
fn a_proof_is_by_two_explorers_unless_it_is_to_be_by_one() {
    let second = |explore: Explore| explore.run(chooses).second_proof;
    let agrees = Some(SecondProof::Agrees { classes: 3 });

    assert_eq!(second(Explore::new()), agrees);
    assert_eq!(second(Explore::new().once()), None);
    assert_eq!(second(Explore::new().explorer(ExplorerKind::Dpor)), None);
    assert_eq!(second(Explore::new().preemptions_max(9)), None);
    assert_eq!(second(Explore::new().executions_max(2)), None);
}

#[test]
fn a_broken_explorer_is_found_out_and_what_it_lacks_replays() {
    if !cfg!(debug_assertions) {
        return;
    }
    let explored = Mutation::OneAlternative.during(|| Explore::new().run(chooses));
    let lacking = explored.disagreement.clone().unwrap();

    assert_eq!(explored.verdict, Verdict::ExplorersDisagree, "{explored}");
    let differs = SecondProof::Differs {
        first_lacks: 2,
        second_lacks: 0,
    };
    assert_eq!(explored.second_proof, Some(differs));
    assert_eq!(lacking.kind, FindingKind::Disagreement);
    let text = explored.to_string();
    for part in [
        "EXPLORERS DISAGREE after 1 execution (exhausted by dpor, but not as by source)",
        "`dpor` lacks this execution, which `source` has",
        "replay with Explore::replay and",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // Nothing is wrong with the execution, and it runs.
    let again = Explore::new().replay(&lacking.schedule, chooses);
    assert_eq!(again.unwrap(), None);
    let message = message(|| Mutation::OneAlternative.during(|| prove(chooses)));
    assert!(message.starts_with("EXPLORERS DISAGREE"), "{message}");
}

/// What `dpor` misses can be what is wrong with the program.
#[test]
fn a_violation_that_only_the_second_explorer_finds_is_one() {
    if !cfg!(debug_assertions) {
        return;
    }
    let panics = || {
        let chosen = choose(3);
        assert_ne!(chosen, 2, "the last alternative");
    };
    let explored = Mutation::OneAlternative.during(|| Explore::new().run(panics));

    assert_eq!(explored.verdict, Verdict::Violated);
    assert_eq!(explored.findings.len(), 1);
    assert!(explored.disagreement.is_some());
}

/// Two threads that note the same name: the last one counts, and that is no part of a class.
#[test]
fn notes_of_the_same_name_make_no_disagreement() {
    let program = || {
        threads(|threads| {
            let both = Atomic::new(0_u32);
            for value in 0..3 {
                let both = both.clone();
                threads.spawn(move || {
                    _ = both.load();
                    observe("last", value);
                    both.fetch_add(1);
                });
            }
        })
    };
    let explored = explored(program());

    assert_eq!(explored.verdict, Verdict::Proved, "{explored}");
}

fn checked(proofs: Proofs) -> CheckReport {
    let scenario = Scenario::embedded("direct/maybe_fault_in_add").unwrap();
    let strategy = Strategy::named("handle-per-context").unwrap();
    let request = Request {
        proofs,
        ..Request::default()
    };
    check(&scenario, &strategy, &request, &mut Unwatched)
}

#[test]
fn a_broken_explorer_is_found_out_on_a_scenario() {
    if !cfg!(debug_assertions) {
        return;
    }
    for proofs in [Proofs::InTurn, Proofs::SideBySide] {
        let sound = checked(proofs);
        let broken = Mutation::OneAlternative.during(|| checked(proofs));
        let lacking = broken.disagreement.as_ref().unwrap();

        assert_eq!(sound.disagreement, None);
        assert!(broken.executions < sound.executions);
        assert_eq!(lacking.lacks, ExplorerKind::Dpor);
        assert!(
            lacking
                .schedule
                .starts_with("sv3:direct/maybe_fault_in_add:")
        );
        assert!(
            !broken
                .unexpected
                .as_deref()
                .unwrap_or(&["x".into()])
                .is_empty()
        );
        let at_most = [Verdict::ExplorersDisagree, Verdict::Violated];
        assert!(at_most.contains(&broken.verdict), "{:?}", broken.verdict);
    }
    assert_eq!(
        Mutation::OneAlternative.during(|| checked(Proofs::InTurn)),
        Mutation::OneAlternative.during(|| checked(Proofs::SideBySide))
    );
}
