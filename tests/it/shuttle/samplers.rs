//! Shuttle's samplers: random, PCT and URW.

use selvedge::execution::Execution;
use selvedge::explore::Bounds;
use selvedge::explore::Coverage;
use selvedge::explore::ExplorerKind;
use selvedge::runtime::Waits;

use super::BOTH;
use super::by;
use super::dfs;
use super::programs;
use super::programs::named;

const SAMPLERS: [ExplorerKind; 3] = [
    ExplorerKind::ShuttleRandom,
    ExplorerKind::ShuttlePct,
    ExplorerKind::ShuttleUrw,
];

fn bounds(executions_max: u64) -> Bounds {
    Bounds {
        executions_max,
        ..Bounds::default()
    }
}

/// Each execution that is drawn is one of the oracle's, to the last bit; together they have all
/// outcomes of these small programs. Not so with PCT: it always changes priorities twice, which in
/// a program of few steps rules out the schedules with fewer changes.
#[test]
fn samplers_draw_executions_that_dfs_takes() {
    for twin in programs::all() {
        for waits in BOTH {
            let (_, all) = dfs(&twin, waits, &Bounds::default());
            for kind in SAMPLERS {
                let seen = by(kind, &twin, waits, &bounds(400));
                let known = |execution: &Execution| {
                    let place =
                        all.binary_search_by_key(&execution.schedule(), Execution::schedule);
                    place.is_ok_and(|place| all[place] == *execution)
                };
                assert!(seen.executions.iter().all(known), "{} {kind:?}", twin.name);
                let drawn = |one: &Execution| {
                    let outcome = one.outcome();
                    seen.executions.iter().any(|seen| seen.outcome() == outcome)
                };
                let complete = kind == ExplorerKind::ShuttlePct || all.iter().all(drawn);
                assert!(complete, "{} {kind:?} {waits:?}", twin.name);
            }
        }
    }
}

#[test]
fn the_same_seed_draws_the_same_executions() {
    for kind in SAMPLERS {
        let twin = named("finite_waits");
        let [one, two] = [(); 2].map(|()| by(kind, &twin, Waits::MayExpire, &bounds(300)));

        assert_eq!(one, two, "{kind:?}");
        let (seed, executions) = (7, 300);
        let coverage = Coverage::Sampled { seed, executions };
        assert_eq!((one.tally.executions, one.tally.coverage), (300, coverage));
    }
}

/// Shuttle's PCT panics when there is nothing to decide.
#[test]
fn pct_ends_when_there_is_nothing_to_decide() {
    let twin = named("swallows");
    let drawn = by(
        ExplorerKind::ShuttlePct,
        &twin,
        Waits::Sufficient,
        &bounds(300),
    );

    let (seed, executions) = (7, 1);
    let coverage = Coverage::Sampled { seed, executions };
    assert_eq!(
        (drawn.tally.executions, drawn.tally.coverage),
        (1, coverage)
    );
}
