//! Each exit code, by each way that leads to it.

use super::*;

fn code(arguments: &[&str]) -> i32 {
    let ran = selvedge(arguments);
    let code = ran.code.unwrap();
    assert!(
        code == 2 || ran.err.is_empty(),
        "{arguments:?}: {}",
        ran.err
    );
    assert!(code == 2 || !ran.out.is_empty(), "{arguments:?}");
    code
}

/// As the model expects, violated or not; without an expectation, proved; an answer.
#[test]
fn zero_is_as_expected_or_proved() {
    let folder = Folder::new();
    let race = folder.file("race.toml", RACE);

    assert_eq!(code(&["compare"]), 0);
    assert_eq!(code(&["compare", "--strategy", "shared-handle"]), 0);
    assert_eq!(
        code(&["compare", "--explorer", "dfs", "direct/attach_detach"]),
        0
    );
    assert_eq!(code(&["compare", &race, "--strategy", "push-lock"]), 0);
    assert_eq!(code(&["check", "attach/connect4_connect6"]), 0);
    assert_eq!(code(&["list", "models"]), 0);
    assert_eq!(code(&["explain", "22"]), 0);
    assert_eq!(code(&["--help"]), 0);
}

/// Without an expectation, violated; with one, not as it says; a replay that reproduces.
#[test]
fn one_is_violated_or_not_as_expected() {
    let folder = Folder::new();
    let race = folder.file("race.toml", RACE);
    let expects = "\n[[expect]]\nstrategy = \"push-lock\"\nwaits = \"sufficient\"\n";
    let wrong = folder.file(
        "wrong.toml",
        format!("{RACE}{expects}verdict = \"VIOLATED\"\n"),
    );

    assert_eq!(code(&["compare", &race]), 1);
    assert_eq!(code(&["compare", &wrong, "--strategy", "push-lock"]), 1);
    assert_eq!(code(&["check", &wrong]), 1);
    assert_eq!(code(&["replay", &headline()]), 1);
}

#[test]
fn two_is_bad_input() {
    for arguments in [
        &[][..],
        &["compare", "no/such/model"],
        &["compare", "--strategy", "lock"],
        &["check", "no.toml"],
        &["replay", "nothing"],
        &["list", "nothing"],
        &["explain", "NOTHING"],
        &["nothing"],
    ] {
        assert_eq!(code(arguments), 2, "{arguments:?}");
    }
}

/// A bound or a sample without an expectation, and nothing to check.
#[test]
fn three_is_inconclusive() {
    let folder = Folder::new();
    let race = folder.file("race.toml", RACE);
    let compare = ["compare", &race, "--strategy", "push-lock"];

    assert_eq!(code(&[&compare[..], &["--executions", "1"]].concat()), 3);
    assert_eq!(code(&[&compare[..], &["--steps", "3"]].concat()), 3);
    assert_eq!(
        code(&[&compare[..], &["--explorer", "random", "--executions", "9"]].concat()),
        3
    );
    assert_eq!(code(&["check", &race]), 3);
}

/// A search that ends early neither meets nor contradicts the expectation of a proof: a limit must
/// not return like success.
#[test]
fn a_search_that_ends_early_does_not_meet_a_proof() {
    let compare = [
        "compare",
        "--strategy",
        "push-lock",
        "--executions",
        "1",
        "--explorer",
    ];
    for (explorer, word) in [
        ("dpor", "BOUNDED"),
        ("dfs", "BOUNDED"),
        ("random", "SAMPLED"),
    ] {
        let ran = selvedge(&[&compare[..], &[explorer]].concat());
        assert_eq!(ran.code, Some(3), "{}", ran.out);
        let told = format!("inconclusive: expected PROVED, found {word}");
        assert!(ran.out.contains(&told), "{}", ran.out);
        assert!(
            ran.out.ends_with("as the model expects: 0 of 2\n"),
            "{}",
            ran.out
        );
    }
}
