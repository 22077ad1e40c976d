//! One counterexample for one bug: whoever finds it, it comes to the same bytes.

use selvedge::case::Case;
use selvedge::check::Request;
use selvedge::check::check;
use selvedge::explore::Bounds;
use selvedge::explore::ExplorerKind;
use selvedge::explore::Unwatched;
use selvedge::replay::RecordedSchedule;
use selvedge::replay::replay;
use selvedge::report::Counterexample;
use selvedge::runtime::Waits;
use selvedge::scenario::Scenario;
use selvedge::strategy::Strategy;
use selvedge::stress::Tally;
use selvedge::stress::confirm;

fn found(model: &str, strategy: &str, explorer: ExplorerKind) -> Counterexample {
    let scenario = Scenario::embedded(model).unwrap();
    let strategy = Strategy::named(strategy).unwrap();
    let bounds = Bounds {
        fail_fast: true,
        ..Bounds::default()
    };
    let request = Request {
        explorer,
        bounds,
        seed: 7,
        ..Request::default()
    };
    let report = check(&scenario, &strategy, &request, &mut Unwatched);
    report.counterexamples.into_iter().next().unwrap()
}

/// The race of the headline needs one preemption, in the middle of a transaction, and the switch
/// back. It ends in the same token from each explorer, within 200 replays.
#[test]
fn the_headline_is_one_counterexample_from_every_explorer() {
    let explorers = [
        ExplorerKind::Dpor,
        ExplorerKind::Dfs,
        ExplorerKind::Random,
        ExplorerKind::Loom,
        ExplorerKind::ShuttleRandom,
        ExplorerKind::ShuttlePct,
        ExplorerKind::ShuttleUrw,
        ExplorerKind::ShuttleDfs,
    ];
    let model = "direct/connect4_connect6";
    let of_dpor = found(model, "shared-handle", ExplorerKind::Dpor).schedule;
    for explorer in explorers {
        let least = found(model, "shared-handle", explorer);
        let execution = &least.execution;
        assert_eq!(
            (execution.switches(), execution.preemptions()),
            (2, 1),
            "{explorer:?}"
        );
        assert!(least.explained.is_least && least.explained.replays <= 200);
        assert_eq!(least.schedule, of_dpor, "{explorer:?}");
    }
}

/// The same in the whole pipeline, by the explorers that meet it soon: the two that go depth first
/// without reduction take hundreds of thousands of executions.
#[test]
fn so_is_the_headline_in_the_whole_pipeline() {
    let model = "attach/connect4_connect6";
    let of_dpor = found(model, "shared-handle", ExplorerKind::Dpor);
    let (execution, explained) = (&of_dpor.execution, &of_dpor.explained);
    assert_eq!((execution.switches(), execution.preemptions()), (2, 1));
    assert!(explained.is_least && explained.replays <= 200);
    for explorer in [
        ExplorerKind::Random,
        ExplorerKind::Loom,
        ExplorerKind::ShuttleRandom,
        ExplorerKind::ShuttlePct,
        ExplorerKind::ShuttleUrw,
    ] {
        let least = found(model, "shared-handle", explorer);
        assert_eq!(least.schedule, of_dpor.schedule, "{explorer:?}");
        assert!(least.explained.replays <= 200, "{explorer:?}");
    }
}

/// What a stress run finds goes the same way.
#[test]
fn what_real_threads_find_is_the_same_counterexample() {
    let model = "direct/connect4_connect6";
    let least = found(model, "shared-handle", ExplorerKind::Dpor);
    let scenario = Scenario::embedded(model).unwrap();
    let strategy = Strategy::named("shared-handle").unwrap();
    let mut tally = Tally::new(scenario.workload());
    // 0 is preempted at once, and 1 is refused: another execution than the least.
    let token = "sv3:direct/connect4_connect6:shared-handle:documented:sufficient:36204c01:\
                 non-interference@TXN_IN_PROGRESS:0-add@session/0+1+0.3";
    let recorded = RecordedSchedule::from_token(token).unwrap();
    tally.take_in(&replay(&recorded, &scenario).execution);

    let all = tally.found().next().unwrap();
    let case = Case {
        scenario: &scenario,
        strategy: &strategy,
        waits: Waits::Sufficient,
        circumstances: &recorded.circumstances,
    };
    let confirmed = confirm(case, all).unwrap();
    assert_eq!(confirmed.schedule, least.schedule);
}

/// A counterexample of five threads is one of two.
#[test]
fn threads_that_are_not_needed_are_left_out() {
    let scenario = Scenario::embedded("direct/five_types").unwrap();
    let strategy = Strategy::named("handle-per-context").unwrap();
    let request = Request {
        waits: Waits::MayExpire,
        ..Request::default()
    };
    let report = check(&scenario, &strategy, &request, &mut Unwatched);
    let least = &report.counterexamples[0];

    assert_eq!(least.explained.omitted.len(), 3);
    assert!(
        least.schedule.starts_with("sv3:direct/five_types~"),
        "{}",
        least.schedule
    );
    let recorded = RecordedSchedule::from_token(&least.schedule).unwrap();
    let smaller = recorded.scenario(None).unwrap();
    assert_eq!(replay(&recorded, &smaller).execution, least.execution);
}
