//! The second count against the formulas, against `dfs`, and as a check of `dpor`.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::Config;
use proptest::test_runner::RngAlgorithm;
use proptest::test_runner::TestRng;
use proptest::test_runner::TestRunner;

use selvedge::calibration::CLASSICS;
use selvedge::calibration::Classic;
use selvedge::execution::Execution;
use selvedge::execution::Outcome;
use selvedge::explore::Coverage;
use selvedge::explore::DfsExplorer;
use selvedge::litmus::Explore;
use selvedge::recount::Claim;
use selvedge::recount::PREFIXES_MAX;
use selvedge::recount::Recount;
use selvedge::recount::Verification;
use selvedge::recount::recount;
use selvedge::recount::verify;
use selvedge::runtime::Waits;
use selvedge::runtime::controlled::Limits;

use crate::differential::program;
use crate::seen::Seen;
use crate::seen::dpor;
use crate::seen::explore_up_to;
use crate::small::Small;
use crate::small::Statement::*;

/// The formulas know neither of the two searches.
#[test]
fn every_small_classic_has_as_many_traces_as_its_formula_says() {
    // What is independent multiplies prefixes, so that few threads are enough of them.
    let all = CLASSICS.iter().flat_map(Classic::usual);
    for instance in all.filter(|instance| instance.traces <= 600 && instance.n <= 5) {
        let counted = Explore::new().recount(instance.program(), PREFIXES_MAX);
        let Recount::Complete {
            traces, deadlocked, ..
        } = counted
        else {
            panic!("{instance:?}: {counted:?}");
        };
        assert_eq!(
            (traces - deadlocked, deadlocked),
            (instance.traces, instance.deadlocks),
            "{instance:?}"
        );
    }
}

/// Two threads of two independent steps: each of them has come 0, 1 or 2 steps far, 3 · 3.
#[test]
fn a_prefix_is_visited_once_up_to_equivalence() {
    let independent = Small(vec![vec![Load(0), Load(1)], vec![Load(2), Load(3)]]);

    assert_eq!(
        recount(
            limits(Waits::Sufficient),
            &independent,
            100,
            |_| (),
            &mut |_| true
        ),
        Recount::Complete {
            traces: 1,
            deadlocked: 0,
            prefixes: 9
        }
    );
    assert_eq!(
        recount(
            limits(Waits::Sufficient),
            &independent,
            8,
            |_| (),
            &mut |_| true
        ),
        Recount::TooLarge(8)
    );
}

fn limits(waits: Waits) -> Limits {
    Limits {
        waits,
        steps_max: 10_000,
    }
}

/// A recount of the number of classes and of the outcomes.
fn count(program: &Small, waits: Waits) -> (usize, BTreeSet<Outcome>) {
    let mut outcomes = BTreeSet::new();
    let visit = |execution: &Execution| {
        outcomes.insert(execution.outcome());
    };
    let counted = recount(limits(waits), program, PREFIXES_MAX, visit, &mut |_| true);
    let Recount::Complete { traces, .. } = counted else {
        panic!("{program:?}: {counted:?}");
    };
    (usize::try_from(traces).unwrap(), outcomes)
}

#[test]
fn the_recount_finds_the_classes_and_outcomes_of_dfs_on_random_programs() {
    let config = Config {
        cases: 150,
        failure_persistence: None,
        max_global_rejects: 15_000,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let waits = prop_oneof![Just(Waits::Sufficient), Just(Waits::MayExpire)];
    let result =
        TestRunner::new_with_rng(config, rng).run(&(program(), waits), |(program, waits)| {
            let oracle = explore_up_to(&program, waits, &mut DfsExplorer::default(), 2_000);
            prop_assume!(oracle.tally.coverage == Coverage::Exhausted);
            let (traces, outcomes) = count(&program, waits);
            prop_assert_eq!(traces, oracle.traces.len());
            prop_assert_eq!(outcomes, oracle.outcomes);
            Ok(())
        });
    assert!(result.is_ok(), "{}", result.unwrap_err());
}

/// The claim of a search that saw everything, and one that missed a trace, counted a deadlock too
/// few, a failure too many, or came to other outcomes.
#[test]
fn a_wrong_claim_is_noticed_by_each_of_its_parts() {
    let cross = |a, b| vec![Locked(a, vec![Locked(b, vec![LoadStore(0)])])];
    let program = Small(vec![cross(0, 1), cross(1, 0)]);
    let Seen {
        tally, outcomes, ..
    } = dpor(&program, Waits::Sufficient);
    let right = Claim {
        traces: tally.executions,
        deadlocked: tally.deadlocked,
        failing: tally.deadlocked,
        outcomes: &outcomes,
    };
    let said = |claim: &Claim<'_>| {
        let limits = limits(Waits::Sufficient);
        let fails = |execution: &Execution| execution.end.is_stuck();
        verify(limits, &program, claim, fails, &mut |_| true)
    };
    let none = BTreeSet::new();
    let wrong = [
        (
            "traces: the search says 2, the recount 3",
            Claim { traces: 2, ..right },
        ),
        (
            "deadlocks: the search says 0, the recount 1",
            Claim {
                deadlocked: 0,
                ..right
            },
        ),
        (
            "failing: the search says 2, the recount 1",
            Claim {
                failing: 2,
                ..right
            },
        ),
        (
            "the outcomes are not the same",
            Claim {
                outcomes: &none,
                ..right
            },
        ),
    ];

    assert!(matches!(
        said(&right),
        Verification::Agrees { traces: 3, .. }
    ));
    for (difference, claim) in wrong {
        let differs = Verification::Differs(vec![difference.to_owned()]);
        assert_eq!(said(&claim), differs);
    }
}

/// Six threads with eight steps of their own: 9^6 prefixes.
#[test]
fn a_recount_ends_when_whoever_looks_on_says_so() {
    let independent = |thread: u16| vec![Load(thread); 8];
    let program = Small((0..6).map(independent).collect());
    let mut asked = Vec::new();
    let mut go_on = |executions| {
        asked.push(executions);
        asked.len() < 2
    };
    let stopped = recount(
        limits(Waits::Sufficient),
        &program,
        PREFIXES_MAX,
        |_| (),
        &mut go_on,
    );

    assert_eq!(stopped, Recount::Stopped);
    assert_eq!(asked, [256, 512]);
}
