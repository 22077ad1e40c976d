//! Profiles, readings and engine faults, as a user asks for them and reads of them.

use super::*;
use crate::circumstances::LEAK;

/// The arguments of a comparison of [`LEAK`] with commits that fail, and more.
fn leaking<'a>(file: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let usual = [
        "compare",
        file,
        "--strategy",
        "push-lock",
        "--waits",
        "sufficient",
        "--fault",
        "commit-fails",
    ];
    [&usual, more].concat()
}

#[test]
fn a_violation_says_which_fault_it_needs_and_replays_from_its_token_and_its_file() {
    let folder = Folder::new();
    let file = folder.file("leak.toml", LEAK);
    let found = text_of(&folder.path("found"));
    let ran = selvedge(&leaking(
        &file,
        &["--engine-faults", "2", "--show", "--out", &found],
    ));

    assert_eq!(ran.code, Some(1), "{}", ran.err);
    for part in [
        "needs fault 0.commit.1=commit-fails\n",
        "  needs: fault 0.commit.1=commit-fails; found under 2 of 4 circumstances\n",
        "  faults: 2 calls could fail, at most 2 together: 3 ways (commit-fails 3)\n",
        "at most 1 fault, at most 2 engine faults",
        "fault    FwpmTransactionCommit 1 of thread 0: commit-fails: the commit fails with\n",
        "push-lock (waits sufficient): 4 rounds\n",
        "           2        0  documented+1.commit.1=commit-fails\n",
    ] {
        assert!(ran.out.contains(part), "{part} in {}", ran.out);
    }
    let token = ran
        .out
        .split_whitespace()
        .find(|word| word.starts_with("sv3:"));
    let token = selvedge(&["replay", token.unwrap(), "--model", &file]);
    assert_eq!(token.code, Some(1), "{}", token.err);
    assert!(
        token.out.contains("FwpmTransactionCommit 1 of thread 0"),
        "{}",
        token.out
    );
    let schedules = fs::read_dir(folder.path("found")).unwrap();
    let mut replayed = 0;
    for schedule in schedules {
        let ran = selvedge(&["replay", &text_of(&schedule.unwrap().path())]);
        assert_eq!(ran.code, Some(1), "{}", ran.out);
        replayed += 1;
    }
    assert_eq!(replayed, 2);
}

#[test]
fn the_json_report_has_each_round_and_what_a_violation_needs() {
    let folder = Folder::new();
    let file = folder.file("leak.toml", LEAK);
    let ran = selvedge(&leaking(
        &file,
        &["--engine-faults", "1", "--format", "json"],
    ));
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let result = &report["results"][0];

    assert_eq!(result["assumptions"]["engine_faults"], 1);
    let gone = &result["circumstances"];
    assert_eq!(gone["fault_kinds"], serde_json::json!(["commit-fails"]));
    assert_eq!(
        (&gone["engine_faults"], &gone["calls"]),
        (&1.into(), &2.into())
    );
    let rounds = gone["rounds"].as_array().unwrap();
    let names: Vec<&str> = rounds
        .iter()
        .map(|round| round["circumstances"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "documented",
            "documented+0.commit.1=commit-fails",
            "documented+1.commit.1=commit-fails"
        ]
    );
    assert_eq!(rounds[1]["found"][0]["property"], "non-interference");
    let violation = &result["violations"][0];
    assert_eq!(
        violation["circumstances"],
        "documented+0.commit.1=commit-fails"
    );
    assert_eq!(violation["needs"], serde_json::json!([]));
    let faults = serde_json::json!(["0.commit.1=commit-fails"]);
    assert_eq!(
        (&violation["engine_faults"], &violation["rounds"]),
        (&faults, &1.into())
    );
}

/// `push-lock` on a model, under every reading.
fn adversarial(model: &str) -> Ran {
    let profile = ["compare", model, "--profile", "adversarial", "--show"];
    let row = ["--strategy", "push-lock", "--waits", "sufficient"];
    selvedge(&[&profile[..], &row].concat())
}

#[test]
fn a_proof_says_that_it_holds_under_every_reading() {
    let ran = adversarial("attach/attach_detach");

    assert_eq!(ran.code, Some(0), "{}", ran.out);
    let mut lines = ran.out.lines();
    assert!(
        lines.any(|line| line == "  holds under every reading"),
        "{}",
        ran.out
    );
    let consulted = lines.next().unwrap_or_default();
    assert!(consulted.contains("notify-delete"), "{}", ran.out);
    assert!(ran.out.contains("profile: adversarial"), "{}", ran.out);
}

#[test]
fn a_violation_says_which_reading_it_needs_and_replays_under_it() {
    let ran = adversarial("attach/fault_in_add");

    // As the model expects.
    assert_eq!(ran.code, Some(0), "{}", ran.out);
    for part in [
        "  needs: notify-abort=compensating-delete; found under ",
        "\n  reading  notify-abort=compensating-delete (A-08): As of a deleted filter",
    ] {
        assert!(ran.out.contains(part), "{part} in {}", ran.out);
    }
    let mut words = ran.out.split_whitespace();
    let token = words.find(|word| word.starts_with("sv3:")).unwrap();
    let replayed = selvedge(&["replay", token]);
    assert_eq!(replayed.code, Some(1), "{}", replayed.err);
    assert!(replayed.out.contains("(A-08)"), "{}", replayed.out);
}

/// A fixed reading is part of the schedule of what is found under it.
#[test]
fn a_reading_that_is_fixed_is_kept_by_the_schedule() {
    let ran = selvedge(&[
        "compare",
        "attach/fault_in_add",
        "--reading",
        "notify-abort=compensating-delete",
        "--strategy",
        "shared-handle",
        "--waits",
        "sufficient",
        "--show",
    ]);

    let token = ran
        .out
        .split_whitespace()
        .find(|word| word.starts_with("sv3:"))
        .unwrap();
    let words: Vec<&str> = ran.out.split_whitespace().collect();
    let profile = ["profile:", "documented+notify-abort=compensating-delete"];
    assert!(words.windows(2).any(|pair| pair == profile), "{}", ran.out);
    let replayed = selvedge(&["replay", token]);
    assert_eq!(replayed.code, Some(1), "{token}: {}", replayed.out);
}

/// What is not said on the command line is what the model says.
#[test]
fn the_command_line_overrides_the_model() {
    let folder = Folder::new();
    let keys = "pipeline = \"direct\"\nprofile = \"observed-windows\"\nengine_faults = 1\n\
                engine_fault_kinds = [\"commit-fails\"]";
    let text = with(LEAK, "pipeline = \"direct\"", keys);
    let file = folder.file("leak.toml", text);
    let rounds = |more: &[&str]| {
        let usual = [
            "compare",
            &file,
            "--strategy",
            "push-lock",
            "--format",
            "json",
        ];
        let ran = selvedge(&[&usual, more].concat());
        let report: Value = serde_json::from_str(&ran.out).unwrap();
        let result = &report["results"][0];
        // Nothing is said of the documented circumstances alone.
        let rounds = result["circumstances"]["rounds"].as_array();
        let rounds = rounds.map_or(1, Vec::len);
        (result["profile"].as_str().unwrap().to_owned(), rounds)
    };

    assert_eq!(rounds(&[]), ("observed-windows".to_owned(), 3));
    let none = ["--engine-faults", "0", "--profile", "documented"];
    assert_eq!(rounds(&none), ("documented".to_owned(), 1));
    assert_eq!(
        rounds(&["--engine-faults", "2"]),
        ("observed-windows".to_owned(), 4)
    );
}

#[test]
fn one_file_expects_something_of_each_profile_and_number_of_faults() {
    let folder = Folder::new();
    let row = |more: &str| {
        format!("\n[[expect]]\nstrategy = \"push-lock\"\nwaits = \"sufficient\"\n{more}\n")
    };
    let rows = [
        row("verdict = \"PROVED\"\nexecutions = 2"),
        row("profile = \"adversarial\"\nverdict = \"PROVED\""),
        row("engine_faults = 1\nverdict = \"VIOLATED\"\nproperty = \"non-interference\""),
    ];
    let kinds = "pipeline = \"direct\"\nengine_fault_kinds = [\"commit-fails\"]";
    let text = with(LEAK, "pipeline = \"direct\"", kinds) + &rows.concat();
    let ran = selvedge(&["check", &folder.file("leak.toml", &text)]);

    assert_eq!(ran.code, Some(0), "{}", ran.out);
    for part in [
        "PASS  push-lock (waits sufficient): PROVED, 2 executions\n",
        "PASS  push-lock (waits sufficient, adversarial): PROVED",
        "PASS  push-lock (waits sufficient, at most 1 engine fault): VIOLATED",
        "3 passed, 0 failed",
    ] {
        assert!(ran.out.contains(part), "{part} in {}", ran.out);
    }
    let twice = format!(
        "{text}{}",
        row("profile = \"documented\"\nverdict = \"PROVED\"")
    );
    let file = folder.file("twice.toml", twice);
    assert_bad_input(
        &["check", &file],
        "twice.toml:",
        "under the same circumstances",
    );
}

#[test]
fn what_contradicts_itself_or_is_unknown_is_refused_with_what_is_known() {
    let compare = |more: &[&'static str]| [&["compare"], more].concat();
    let twice = [
        "--reading",
        "look-up=snapshot",
        "--reading",
        "look-up=takes-lock",
    ];
    for (arguments, place, problem) in [
        (
            compare(&twice),
            "--reading look-up",
            "a question has one reading",
        ),
        (
            compare(&["--fault", "no-memory"]),
            "--fault",
            "add --engine-faults 1",
        ),
        (
            vec!["stress", "--profile", "adversarial"],
            "stress",
            "adversarial stands for many: pass --profile documented",
        ),
        (
            vec![
                "replay",
                "sv3:m:push-lock:documented+1.commit.1=x:sufficient:0:no-panic:0.1",
            ],
            "`1.commit.1`",
            "cannot have the fault `x`; known are commit-fails",
        ),
        (
            vec![
                "replay",
                "sv3:m:push-lock:adversarial:sufficient:0:no-panic:0.1",
            ],
            "`adversarial`",
            "write documented or observed-windows",
        ),
    ] {
        assert_bad_input(&arguments, place, problem);
    }
}

#[test]
fn a_stress_run_takes_a_fixed_profile() {
    let ran = selvedge(&[
        "stress",
        "direct/connect4_connect6",
        "--profile",
        "observed-windows",
        "--reading",
        "look-up=snapshot",
        "--strategy",
        "push-lock",
        "--attempts",
        "3",
        "--format",
        "json",
    ]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();

    assert_eq!(ran.code, Some(3), "{}", ran.err);
    assert_eq!(report["profile"], "observed-windows+look-up=snapshot");
}

#[test]
fn explain_teaches_questions_profiles_and_faults() {
    let ran = selvedge(&[
        "explain",
        "profiles",
        "notify-delete",
        "A-06",
        "commit-fails",
    ]);

    assert_eq!(ran.code, Some(0), "{}", ran.err);
    for part in [
        "adversarial       every combination",
        "notify-delete (A-09)\n",
        "commit-failure (A-06)\n",
        "--engine-faults 1 --fault commit-fails\n",
    ] {
        assert!(ran.out.contains(part), "{part} in {}", ran.out);
    }
    let near = selvedge(&["explain", "notify-delet"]);
    assert_eq!(near.code, Some(2));
    assert!(
        near.err.contains("did you mean notify-delete"),
        "{}",
        near.err
    );
}
