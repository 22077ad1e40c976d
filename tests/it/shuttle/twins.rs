//! Shuttle's depth-first search against the oracle: not the same outcomes, the same executions.

use selvedge::execution::End;
use selvedge::explore::Bounds;
use selvedge::explore::Coverage;
use selvedge::explore::Limit;
use selvedge::runtime::Waits;

use super::BOTH;
use super::dfs;
use super::programs;
use super::programs::named;
use super::shuttle_dfs;

/// Every step with its footprint, its result and the threads that could have taken it, every fact,
/// every end and what is left: the same on two runtimes that share no line of scheduling.
#[test]
fn both_runtimes_make_the_same_executions() {
    for twin in programs::all() {
        for waits in BOTH {
            let bounds = Bounds::default();
            let (oracle, expected) = dfs(&twin, waits, &bounds);
            let (tally, mut executions) = shuttle_dfs(&twin, waits, &bounds);
            if twin.name == "choice_met_sometimes" {
                // Chosen from outside: a schedule that does not meet the choice runs under each.
                assert_eq!(executions.len(), expected.len() + 1);
                executions.dedup();
            } else {
                assert_eq!(tally, oracle, "{} {waits:?}", twin.name);
            }
            assert_eq!(tally.coverage, Coverage::Exhausted);
            for (execution, expected) in executions.iter().zip(&expected) {
                assert_eq!(execution, expected, "{} {waits:?}", twin.name);
            }
            assert_eq!(executions.len(), expected.len(), "{}", twin.name);
        }
    }
}

/// The programs are what they are called: otherwise the comparison would be of nothing.
#[test]
fn the_programs_end_in_every_way() {
    let ends = |name| {
        let (_, executions) = shuttle_dfs(&named(name), Waits::Sufficient, &Bounds::default());
        executions.into_iter().map(|execution| execution.end)
    };

    assert!(ends("deadlock").any(|end| matches!(end, End::Deadlock(_))));
    assert!(ends("deadlock").any(|end| end == End::Finished));
    assert!(ends("panics_and_blocks").any(|end| matches!(end, End::Panicked { .. })));
    assert!(ends("swallows").all(|end| matches!(end, End::Deadlock(_))));
}

/// 4 steps of 2 threads: 4! / (2! 2!).
#[test]
fn two_threads_of_two_steps_have_six_schedules() {
    let (tally, _) = shuttle_dfs(&named("lost_update"), Waits::Sufficient, &Bounds::default());

    assert_eq!((tally.executions, tally.coverage), (6, Coverage::Exhausted));
}

/// An execution that is too long is cut off, its threads are unwound, and the search goes on.
#[test]
fn an_execution_is_cut_off_at_the_same_step() {
    let bounds = Bounds {
        steps_max: 6,
        ..Bounds::default()
    };
    let twin = named("finite_waits");
    let (oracle, expected) = dfs(&twin, Waits::MayExpire, &bounds);
    let (tally, executions) = shuttle_dfs(&twin, Waits::MayExpire, &bounds);

    assert_eq!((tally, &executions), (oracle, &expected));
    assert_eq!(tally.coverage, Coverage::Bounded(Limit::Steps(6)));
    assert!(!executions.is_empty());
}

/// What the search ran ahead is dropped.
#[test]
fn a_bound_on_the_executions_is_kept() {
    let bounds = Bounds {
        executions_max: 5,
        ..Bounds::default()
    };
    let (tally, _) = shuttle_dfs(&named("lost_update"), Waits::Sufficient, &bounds);

    let limit = Limit::Executions(5);
    assert_eq!(
        (tally.executions, tally.coverage),
        (5, Coverage::Bounded(limit))
    );
}
