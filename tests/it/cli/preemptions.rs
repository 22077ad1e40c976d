//! `--preemptions K`.

use super::*;

const MODEL: &str = "direct/connect4_connect6";

fn results(arguments: &[&str]) -> Vec<Value> {
    let ran = selvedge(&[&["compare", MODEL, "--format", "json"], arguments].concat());
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    document["results"].as_array().unwrap().clone()
}

/// The race of the shared handle needs one preemption: within the transaction.
#[test]
fn the_headline_race_is_found_with_one_preemption_and_not_with_none() {
    let shared = ["--strategy", "shared-handle", "--waits", "sufficient"];
    let found = |bound| results(&[&shared[..], &["--preemptions", bound]].concat())[0].clone();
    let (none, one) = (found("0"), found("1"));

    assert_eq!(none["verdict"], "BOUNDED");
    assert_eq!(none["explorer"], "icb");
    assert_eq!(none["failing"], 0);
    assert_eq!(one["verdict"], "VIOLATED");
    assert_eq!(one["violations"][0]["preemptions"], 1, "{one}");
}

/// Either section comes first, and whoever is preempted within it is waited for: no preemption
/// leads anywhere.
#[test]
fn a_bound_that_covers_everything_proves() {
    let lock = ["--strategy", "push-lock", "--waits", "sufficient"];
    let found = results(&[&lock[..], &["--preemptions", "0"]].concat());

    assert_eq!(found[0]["verdict"], "PROVED");
    assert_eq!(found[0]["executions"], 2);
}

#[test]
fn a_table_names_the_bound() {
    let arguments = ["--strategy", "handle-per-context", "--preemptions", "0"];
    let ran = selvedge(&[&["compare", MODEL], &arguments[..]].concat());

    assert_eq!(ran.code, Some(3));
    assert!(ran.out.contains("bound: 0 preemptions"), "{}", ran.out);
}

#[test]
fn a_bound_belongs_to_one_explorer_and_is_a_number() {
    for arguments in [
        &["--preemptions", "1", "--explorer", "dfs"][..],
        &["--preemptions", "1", "--second-opinion"],
        &["--preemptions", "many"],
        &["--preemptions", "99999999999"],
    ] {
        let ran = selvedge(&[&["compare"], arguments].concat());
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(ran.err.contains("--preemptions"), "{}", ran.err);
    }
}

#[test]
fn calibration_knows_some_bounded_numbers_and_says_which() {
    let ran = selvedge(&["calibrate", "ninc", "-n", "4", "--preemptions", "2"]);
    assert!(ran.out.contains("432"), "{}", ran.out);
    assert_eq!(ran.code, Some(0));

    let unknown = ["calibrate", "ninc", "-n", "5", "--preemptions", "2"];
    assert_bad_input(&unknown, "`ninc`", "few preemptions is not known");
}
