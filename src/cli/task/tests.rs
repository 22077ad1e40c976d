//! What the command line says becomes the task that it means.

use clap::Parser;

use super::*;

fn compare(arguments: &[&str]) -> Compare {
    let all = [&["selvedge", "compare"], arguments].concat();
    let Task::Compare(compare) = Task::from(Arguments::try_parse_from(all).unwrap()) else {
        panic!("{arguments:?} is another command");
    };
    compare
}

#[test]
fn compare_alone_takes_the_headline_model_and_both_readings() {
    let task = compare(&[]);

    assert_eq!(task.models, Selection::Named(vec![HEADLINE.to_owned()]));
    assert_eq!(task.readings, [Waits::Sufficient, Waits::MayExpire]);
    assert_eq!(task.explorer, ExplorerKind::Dpor);
    assert_eq!(task.budget.bounds, Bounds::default());
    assert_eq!(task.strategies, []);
}

#[test]
fn a_strategy_that_is_named_twice_has_one_row() {
    let task = compare(&["--strategy", "retry-3", "--strategy", "retry-3"]);

    assert_eq!(task.strategies.len(), 1);
}

#[test]
fn every_bound_can_be_set() {
    let task = compare(&[
        "--executions",
        "7",
        "--steps",
        "9",
        "--time",
        "0.5",
        "--fail-fast",
    ]);

    assert_eq!(
        task.budget.bounds,
        Bounds {
            executions_max: 7,
            steps_max: 9,
            preemptions_max: None,
            fail_fast: true
        }
    );
    assert_eq!(task.budget.time, Some(Duration::from_millis(500)));
}

#[test]
fn each_explorer_has_its_own_bound_unless_one_is_said() {
    let bound = |arguments: &[&str], explorer| {
        let task = compare(arguments);
        let request = task.request(&Scope::default(), Waits::Sufficient, explorer);
        request.bounds.executions_max
    };
    let second = ["--second-opinion"];
    let said = ["--second-opinion", "--executions", "7"];
    for (explorer, alone, beside) in [
        (ExplorerKind::Dpor, 1_000_000, 1_000_000),
        (ExplorerKind::Dfs, 1_000_000, 20_000),
        (ExplorerKind::Random, 1_000_000, 2_000),
        (ExplorerKind::Loom, 200_000, 20_000),
        (ExplorerKind::ShuttleDfs, 200_000, 20_000),
        (ExplorerKind::ShuttlePct, 10_000, 2_000),
    ] {
        assert_eq!(bound(&[], explorer), alone);
        assert_eq!(bound(&["--executions", "7"], explorer), 7);
        assert_eq!(bound(&second, explorer), beside);
        let expected = if explorer == ExplorerKind::Dpor {
            1_000_000
        } else {
            7
        };
        assert_eq!(bound(&said, explorer), expected);
    }
}

#[test]
fn what_contradicts_itself_or_is_unknown_is_refused() {
    for arguments in [
        &["compare", "--all", "attach/x"][..],
        &["compare", "--strategy", "lock"],
        &["compare", "--explorer", "dfp"],
        &["compare", "--profile", "measured"],
        &["compare", "--reading", "notify-delete"],
        &["compare", "--reading", "notify-delete=soon"],
        &["compare", "--engine-faults", "9"],
        &["compare", "--fault", "memory"],
        &["stress", "--engine-faults", "1"],
        &["compare", "--waits", "never"],
        &["compare", "--executions", "0"],
        &["compare", "--second-opinion", "--explorer", "dpor"],
        &["compare", "--second-opinion", "--fail-fast"],
        &["compare", "--native-schedule"],
        &["replay", "x.schedule", "--explorer", "dpor"],
        &["compare", "--width", "10"],
        &["explain"],
        &["list", "threads"],
    ] {
        let all = [&["selvedge"], arguments].concat();
        let error = Arguments::try_parse_from(all).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{arguments:?}");
    }
}
