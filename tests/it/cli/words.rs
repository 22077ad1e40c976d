//! `explain`, `list` and `check`: what they say.

use super::*;

/// The kernel's and the user's value and name, and the bare name, are one code.
#[test]
fn a_status_is_explained_by_all_its_names() {
    let first = selvedge(&["explain", "0xC022000E"]);
    assert_eq!((first.code, first.err.as_str()), (Some(0), ""));
    assert!(
        first
            .out
            .starts_with("0xC022000E STATUS_FWP_TXN_IN_PROGRESS\n"),
        "{}",
        first.out
    );
    for other in [
        "STATUS_FWP_TXN_IN_PROGRESS",
        "0x8032000E",
        "FWP_E_TXN_IN_PROGRESS",
        "TXN_IN_PROGRESS",
    ] {
        assert_eq!(selvedge(&["explain", other]), first, "{other}");
    }
}

#[test]
fn an_errno_is_explained_with_the_way_it_came() {
    let words = selvedge(&["explain", "errno", "22"]);
    assert_eq!(words.code, Some(0));
    for frame in [
        "STATUS_FWP_TXN_IN_PROGRESS",
        "STATUS_ACCESS_DENIED",
        "ERROR_BAD_DRIVER",
    ] {
        assert!(words.out.contains(frame), "{}", words.out);
    }
    for other in [
        &["explain", "errno 22"][..],
        &["explain", "22"],
        &["explain", "EINVAL"],
    ] {
        assert_eq!(selvedge(other), words, "{other:?}");
    }
}

#[test]
fn an_unknown_code_is_bad_input() {
    assert_bad_input(&["explain", "0xDEADBEEF"], "", "unknown code `0xDEADBEEF`");
    assert_bad_input(&["explain", "errno 99"], "", "unknown code `errno 99`");
    assert_bad_input(
        &["explain", "0xC022000E", "TXN_IN_PROGRES"],
        "",
        "unknown code `TXN_IN_PRO",
    );
}

/// The first words of the lines are the names that the other commands take.
#[test]
fn each_of_the_four_lists_names_what_there_is() {
    let names = |topic: &str| -> Vec<String> {
        let ran = selvedge(&["list", topic]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
        let first = |line: &str| line.split(' ').next().unwrap().to_owned();
        ran.out
            .lines()
            .map(first)
            .filter(|name| !name.is_empty())
            .collect()
    };
    let embedded: Vec<&str> = selvedge::scenario::Scenario::embedded_names().collect();
    assert_eq!(names("models"), embedded);
    for preset in selvedge::strategy::Strategy::PRESETS {
        assert!(
            names("strategies").iter().any(|name| name == preset.name),
            "{preset}"
        );
    }
    let properties = selvedge::property::Property::ALL.map(selvedge::property::Property::name);
    assert_eq!(names("properties"), properties);
    let explorers = selvedge::explore::ExplorerKind::ALL;
    let explorers = explorers.map(selvedge::explore::ExplorerKind::name);
    assert_eq!(names("explorers"), explorers);
}

#[test]
fn check_holds_every_model_to_what_it_expects() {
    let ran = selvedge(&["check"]);

    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    let models = selvedge::scenario::Scenario::embedded_names().count();
    let last = ran.out.lines().last().unwrap();
    assert!(
        last.ends_with(&format!(" passed, 0 failed in {models} models")),
        "{last}"
    );
}

/// A bound that is reached says nothing of the model; `compare` says the same of it.
#[test]
fn check_is_inconclusive_where_a_bound_is_reached() {
    let ran = selvedge(&["check", "direct/connect4_connect6", "--executions", "1"]);

    assert_eq!((ran.code, ran.err.as_str()), (Some(3), ""), "{}", ran.out);
    let row = "INCONCLUSIVE  push-lock (waits sufficient): BOUNDED, 1 execution\n";
    assert!(ran.out.contains(row), "{}", ran.out);
    assert!(!ran.out.contains("FAIL"), "{}", ran.out);
    assert!(ran.out.contains(" 0 failed, "), "{}", ran.out);
    assert!(
        ran.out.ends_with(" inconclusive in 1 model\n"),
        "{}",
        ran.out
    );
}

/// What differs is said, and how to see it.
#[test]
fn check_fails_on_a_wrong_expectation() {
    let folder = Folder::new();
    let expects = |verdict: &str, waits: &str| {
        let row = "[[expect]]\nstrategy = \"shared-handle\"";
        format!("{row}\nwaits = \"{waits}\"\nverdict = \"{verdict}\"\n")
    };
    let text = format!(
        "{RACE}{}{}",
        expects("PROVED", "sufficient"),
        expects("VIOLATED", "may-expire")
    );
    folder.file("wrong.toml", text);
    let ran = selvedge(&["check", &text_of(folder.0.path())]);

    assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""));
    assert!(
        ran.out
            .contains("FAIL  shared-handle (waits sufficient): VIOLATED"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("verdict: expected PROVED, found VIOLATED"),
        "{}",
        ran.out
    );
    assert!(
        ran.out
            .contains("PASS  shared-handle (waits may expire): VIOLATED"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("  replay: selvedge replay "),
        "{}",
        ran.out
    );
    assert!(
        ran.out.ends_with("\n1 passed, 1 failed in 1 model\n"),
        "{}",
        ran.out
    );
}
