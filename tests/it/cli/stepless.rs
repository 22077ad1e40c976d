//! Executions in which no thread takes a step: a schedule without items.
//!
//! What a scenario attaches before its threads start can break a property by itself. Where a thread
//! then takes no step, or shrinking leaves none that does, `compare` once panicked: the token of a
//! schedule without items could not be read back.

use super::*;

/// BIND, attached from the start. Under this strategy no attach succeeds.
const ATTACHED: &str = r#"summary = "BIND is attached before its thread starts"
pipeline = "direct"
strategies = ["handle-per-context-on-dynamic-global"]

[[link]]
name = "bind"
attach = "BIND"
attached = true

[[thread]]
calls = [CALLS]
"#;

/// The calls of the thread, and how many parts the schedule of the counterexample has.
const CASES: [&str; 2] = [
    r#"{ detach = "bind" }, { attach = "bind" }"#,
    r#"{ detach = "bind" }"#,
];

#[test]
fn an_attach_that_fails_before_any_step_is_violated_and_its_token_and_file_replay() {
    for pipeline in ["direct", "a1"] {
        for calls in CASES {
            let folder = Folder::new();
            let text = with(ATTACHED, "CALLS", calls);
            let model = folder.file("bind.toml", with(&text, "direct", pipeline));
            let out = text_of(&folder.path("out"));

            let ran = selvedge(&["compare", &model, "--out", &out]);

            assert_eq!(ran.code, Some(1), "{calls}: {}", ran.err);
            assert!(
                ran.out.contains("succeeds-alone WRONG_SESSION"),
                "{}",
                ran.out
            );
            let tokens = ran
                .out
                .lines()
                .filter_map(|line| line.split_once("replay "));
            let replays: Vec<Vec<&str>> = tokens.map(|(_, it)| it.split(' ').collect()).collect();
            assert_eq!(
                replays.len(),
                2,
                "one for each reading of waits: {}",
                ran.out
            );
            for arguments in replays {
                let arguments = [&["replay"], &arguments[..]].concat();
                assert_eq!(selvedge(&arguments).code, Some(1), "{arguments:?}");
            }
            let files: Vec<_> = fs::read_dir(&out).unwrap().collect();
            assert_eq!(files.len(), 2);
            for file in files {
                let replayed = selvedge(&["replay", &text_of(&file.unwrap().path())]);
                assert_eq!(replayed.code, Some(1), "{}", replayed.err);
            }
        }
    }
}

/// Where the model takes steps, a schedule without items is no schedule of it.
#[test]
fn a_schedule_without_items_diverges_where_a_thread_takes_a_step() {
    let token = "sv3:direct/connect4_connect6:shared-handle:documented:sufficient:00000000:\
        non-interference@TXN_IN_PROGRESS:.0";

    let ran = selvedge(&["replay", token]);

    assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
    assert!(
        ran.out.contains("these threads can go on: 0, 1"),
        "{}",
        ran.out
    );
}

/// A token that was cut off before its items is not taken for one without.
#[test]
fn only_a_token_that_counts_no_items_has_none() {
    let folder = Folder::new();
    let text = with(ATTACHED, "CALLS", CASES[1]);
    let model = folder.file("bind.toml", text);
    let ran = selvedge(&["compare", &model]);
    let (_, token) = ran.out.split_once("replay sv3:").unwrap();
    let token = format!("sv3:{}", token.split(' ').next().unwrap());

    let rest = token.strip_suffix(":.0").unwrap();
    for (end, problem) in [
        (":", "says it has no number of parts and lists 0"),
        (":.", "lists 0"),
        (":.1", "says it has 1 parts and lists 0"),
        (":+.2", "`` is not a thread"),
    ] {
        let cut = format!("{rest}{end}");
        assert_bad_input(&["replay", &cut, "--model", &model], "", problem);
    }
}
