//! `--verify` of `compare` and `check`.

use super::*;

/// Under the lock there are two orders of two attaches; through one handle, T(2,1) = 4 classes.
#[test]
fn a_verified_comparison_says_how_many_traces_were_recounted() {
    let compare = ["compare", "--waits", "sufficient", "--verify"];
    let strategies = ["--strategy", "push-lock", "--strategy", "shared-handle"];
    let ran = selvedge(&[&compare[..], &strategies].concat());
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    for count in [
        "verified: 2 traces recounted",
        "verified: 4 traces recounted",
    ] {
        assert!(ran.out.contains(count), "{}", ran.out);
    }

    let json = [&compare[..], &strategies, &["--format", "json"]].concat();
    let report: Value = serde_json::from_str(&selvedge(&json).out).unwrap();
    let recount = &report["results"][0]["recount"];
    assert_eq!(
        (&recount["kind"], &recount["traces"]),
        (&"agrees".into(), &2.into())
    );
    assert!(recount["prefixes"].as_u64() > Some(2), "{recount}");
}

#[test]
fn without_being_asked_nothing_is_recounted() {
    let ran = selvedge(&["compare", "--strategy", "push-lock", "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();

    assert!(report["results"][0].get("recount").is_none());
}

#[test]
fn a_verified_check_says_so_for_each_expectation() {
    let ran = selvedge(&["check", "direct/attach_detach", "--verify"]);

    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    let rows = ran.out.matches("PASS").count();
    assert!(rows > 0, "{}", ran.out);
    assert_eq!(ran.out.matches("verified: ").count(), rows, "{}", ran.out);
}

/// A bound leaves nothing to compare; and so does an explorer that repeats itself.
#[test]
fn what_did_not_see_everything_once_is_not_recounted() {
    let compare = [
        "compare",
        "--strategy",
        "push-lock",
        "--waits",
        "sufficient",
        "--verify",
    ];
    for more in [
        &["--executions", "1"][..],
        &["--explorer", "random", "--executions", "3"],
    ] {
        let ran = selvedge(&[&compare[..], more].concat());
        assert_eq!(ran.code, Some(3), "{}", ran.out);
        assert!(ran.out.contains("not recounted"), "{}", ran.out);
    }
}
