//! `selvedge calibrate`.

use super::*;

fn rows(arguments: &[&str]) -> (Option<i32>, Vec<Value>) {
    let ran = selvedge(&[&["calibrate", "--format", "json"], arguments].concat());
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(document["format"], "selvedge/calibration");
    assert_eq!(document["version"], 1);
    (ran.code, document["rows"].as_array().unwrap().clone())
}

/// T(3,2) = 75: the formula is derived in the tests of the formulas, and by hand in the pages.
#[test]
fn a_row_has_these_fields_and_no_others() {
    let (code, rows) = rows(&["try", "-n", "3", "-k", "2"]);
    let expected = serde_json::json!({
        "program": "try", "n": 3, "k": 2, "explorer": "dpor",
        "executions": 75, "expected": 75, "redundant": 0,
        "deadlocked": 0, "expected_deadlocked": 0,
    });

    assert_eq!((code, rows), (Some(0), vec![expected]));
}

/// Of two threads that take two locks in opposite order, one goes first, or both wait for ever.
#[test]
fn deadlocks_are_counted_apart() {
    let (code, rows) = rows(&["abba"]);
    let row = &rows[0];

    assert_eq!(code, Some(0));
    assert_eq!(
        (&row["executions"], &row["deadlocked"]),
        (&2.into(), &1.into())
    );
    assert_eq!(row["k"], Value::Null);
}

#[test]
fn a_measured_row_says_what_it_cost() {
    let (code, rows) = rows(&["mutex_inc", "-n", "4", "--measure"]);

    assert_eq!(code, Some(0));
    assert_eq!(rows[0]["executions"], 24);
    assert!(rows[0]["seconds"].is_f64(), "{rows:?}");
    if cfg!(target_os = "linux") {
        assert!(
            rows[0]["peak_memory_bytes"].as_u64() > Some(1 << 20),
            "{rows:?}"
        );
    }
}

/// Every program of the table, each in the sizes that are named there.
#[test]
fn the_whole_table_is_as_the_formulas_say() {
    let ran = selvedge(&["calibrate"]);
    let programs: std::collections::BTreeSet<&str> = ran
        .out
        .lines()
        .filter(|line| line.ends_with("ok"))
        .filter_map(|line| line.split(' ').next())
        .collect();

    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    assert_eq!(programs.len(), 15, "{programs:?}");
    let last = "\nall 45 as expected, 0 redundant; ";
    assert!(ran.out.contains(last), "{}", ran.out);
}

/// No bound on the steps of an execution makes a large program look wrong.
#[test]
fn a_program_of_many_steps_is_as_its_formula_says() {
    let ran = selvedge(&["calibrate", "mutex_disj", "-n", "62", "-k", "100"]);

    assert_eq!(ran.code, Some(0), "{}", ran.out);
    assert!(
        ran.out.contains("all 1 as expected, 0 redundant\n"),
        "{}",
        ran.out
    );
}

#[test]
fn a_size_that_a_program_does_not_have_is_refused() {
    for (arguments, place, problem) in [
        (
            &["ninc", "-k", "2"][..],
            "`ninc`",
            "takes no K: leave `-k` out",
        ),
        (&["abba", "-n", "3"], "`abba`", "takes no N: leave `-n` out"),
        (
            &["phil_sym", "-n", "2"],
            "`phil_sym`",
            "takes N from 3 to 62, not 2",
        ),
        (
            &["mutex_inc", "-n", "63"],
            "`mutex_inc`",
            "takes N from 1 to 62, not 63",
        ),
        (&["try", "-k", "0"], "`try`", "takes K from 1 to 100, not 0"),
        (&["writers", "-n", "12"], "479001600 traces", "take less"),
        (&["writers", "-n", "40"], "over 10^19 traces", "take less"),
    ] {
        assert_bad_input(&[&["calibrate"], arguments].concat(), place, problem);
    }
}

#[test]
fn an_unknown_program_is_refused_with_one_that_is_like_it() {
    let ran = selvedge(&["calibrate", "mutex_incr"]);

    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    assert!(
        ran.err.contains("mutex_incr") && ran.err.contains("similar value exists"),
        "{}",
        ran.err
    );
}

#[test]
fn a_size_without_a_program_is_refused() {
    let ran = selvedge(&["calibrate", "-n", "3"]);

    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    assert!(
        ran.err.contains("[PROGRAM]") || ran.err.contains("<PROGRAM>"),
        "{}",
        ran.err
    );
}

#[test]
fn the_help_says_what_each_program_does_and_its_formula() {
    let help = selvedge(&["calibrate", "--help"]).out;

    for part in [
        "T(N,K)",
        "(NK)! / (K!)^N",
        "2^N - 2, and 1 deadlock",
        "Exit codes",
    ] {
        assert!(help.contains(part), "{help}");
    }
}
