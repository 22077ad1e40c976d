//! Whole scenarios under shuttle.

use std::collections::BTreeSet;
use std::sync::Arc;

use selvedge::execution::Execution;
use selvedge::execution::Outcome;
use selvedge::explore::Bounds;
use selvedge::explore::Coverage;
use selvedge::explore::ExplorerKind;
use selvedge::program::Program;
use selvedge::runtime::Waits;
use selvedge::runtime::controlled::Finish;
use selvedge::runtime::shuttle::Shuttle;
use selvedge::scenario::Scenario;
use selvedge::strategy::Strategy;

use super::BOTH;
use super::Twin;
use super::by;
use super::dfs;
use super::shuttle_dfs;

const SAMPLED: Bounds = Bounds {
    executions_max: 50,
    steps_max: 10_000,
    preemptions_max: None,
    fail_fast: false,
};

fn twin(model: &str, strategy: &'static str) -> Twin {
    let scenario = Scenario::embedded(model).unwrap();
    let strategy_of = Strategy::named(strategy).unwrap();
    let program = Program::new(scenario.workload(), &strategy_of, &Arc::default());
    let shuttles = program.clone();
    let start = move || -> Finish { Box::new(shuttles.start::<Shuttle>()) };
    Twin {
        name: strategy,
        controlled: Box::new(program),
        shuttle: Arc::new(start),
    }
}

/// Under locks, handles and both readings of waits: the same outcomes from as many executions.
#[test]
fn shuttle_dfs_sees_of_a_scenario_what_dfs_sees() {
    for strategy in ["shared-handle", "push-lock", "handle-per-context"] {
        for waits in BOTH {
            // Other programs start in between: none leaves a trace in the next.
            let twin = twin("direct/connect4_connect6", strategy);
            let bounds = Bounds {
                executions_max: 50_000,
                ..Bounds::default()
            };
            let (oracle, expected) = dfs(&twin, waits, &bounds);
            assert_eq!(oracle.coverage, Coverage::Exhausted, "{strategy}");
            let (tally, executions) = shuttle_dfs(&twin, waits, &bounds);
            assert_eq!(tally, oracle, "{strategy} {waits:?}");
            assert_eq!(outcomes(&executions), outcomes(&expected), "{strategy}");
            assert!(executions == expected, "{strategy} {waits:?}");
        }
    }
}

/// Programs that shuttle runs leave nothing behind on this operating-system thread.
#[test]
fn programs_may_start_one_after_the_other() {
    let [one, two] = ["shared-handle", "push-lock"].map(|strategy| {
        let twin = twin("direct/connect4_connect6", strategy);
        by(
            ExplorerKind::ShuttleRandom,
            &twin,
            Waits::Sufficient,
            &SAMPLED,
        )
    });

    assert_eq!((one.executions.len(), two.executions.len()), (50, 50));
}

fn outcomes(executions: &[Execution]) -> BTreeSet<Outcome> {
    executions.iter().map(Execution::outcome).collect()
}
