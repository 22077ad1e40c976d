//! `selvedge stress`: counts, verdicts, schedules, and Ctrl-C.
//!
//! What real threads do depends on the machine, so a test that needs a race widens it: with an
//! engine that takes a millisecond for a call, attaches that start together meet.

use super::*;

const STRESS: [&str; 2] = ["stress", "--format=json"];

fn json(arguments: &[&str]) -> (Option<i32>, Value) {
    let ran = selvedge(&[&STRESS, arguments].concat());
    assert!(!ran.out.is_empty(), "{}", ran.err);
    (ran.code, serde_json::from_str(&ran.out).unwrap())
}

/// The race, on real threads: found, confirmed, and replayed from the token that is printed.
#[test]
fn the_race_is_found_and_its_token_replays() {
    let (code, report) = json(&["--attempts", "20", "--engine-latency", "1ms"]);

    assert_eq!((code, &report["verdict"]), (Some(1), &"VIOLATED".into()));
    let counts = ["attempts", "attaches"].map(|key| report[key].as_u64().unwrap());
    assert_eq!(counts, [20, 40]);
    let violations = report["violations"].as_array().unwrap();
    let race = violations
        .iter()
        .find(|it| it["property"] == "non-interference");
    let token = race.unwrap()["schedule"].as_str().unwrap();
    let replayed = selvedge(&["replay", token]);
    assert_eq!(replayed.code, Some(1), "{}", replayed.err);
    assert!(replayed.out.contains("VIOLATED non-interference"));
    assert_eq!(report["checker"]["executions"], 4);
}

#[test]
fn a_lock_is_a_sample_and_the_checker_a_proof() {
    let (code, report) = json(&[
        "--strategy",
        "push-lock",
        "--threads",
        "8",
        "--attempts",
        "50",
    ]);

    assert_eq!((code, &report["verdict"]), (Some(3), &"SAMPLED".into()));
    assert_eq!(report["outcomes"][0]["outcome"], "8 attaches succeed");
    assert_eq!(report["outcomes"][0]["attempts"], 50);
    assert_eq!(report["attaches_failed"], 0);
    assert_eq!(report["checker"]["verdict"], "PROVED");
    assert_eq!(report["checker"]["threads"], 2);
}

/// With more threads than the model has, a schedule carries the model that was run.
#[test]
fn a_schedule_of_more_threads_is_written_with_its_model() {
    let folder = Folder::new();
    let out = text_of(&folder.path("found"));
    let more = [
        "--threads",
        "4",
        "--attempts",
        "20",
        "--engine-latency",
        "1ms",
    ];
    let ran = selvedge(&[&["stress"], &more[..]].concat());
    assert!(
        ran.out.contains("--out DIR writes its schedule"),
        "{}",
        ran.out
    );

    let (code, report) = json(&[&more[..], &["--out", &out]].concat());
    assert_eq!(code, Some(1));
    let file = report["violations"][0]["file"].as_str().unwrap();
    assert_eq!(selvedge(&["replay", file]).code, Some(1));
}

/// A deadlock is seen exactly: no time passes before it is an outcome. Whichever thread comes first
/// leaves its transaction open, so that the other waits for ever in every attempt.
#[test]
fn a_deadlock_is_an_outcome() {
    let folder = Folder::new();
    let model = fs::read_to_string("models/faults/leaked_transaction.toml").unwrap();
    let fault = |call| {
        format!("[[fault]]\nthread = 1\ncall = \"{call}\"\nstatus = \"RPC_NT_CALL_FAILED\"\n")
    };
    let faults = ["FwpmTransactionCommit", "FwpmTransactionAbort"].map(fault);
    let model = folder.file("leaked.toml", format!("{model}\n{}", faults.join("\n")));
    let (code, report) = json(&[
        &model,
        "--strategy",
        "handle-per-provider",
        "--attempts",
        "20",
    ]);

    assert_eq!(code, Some(1), "{report}");
    let deadlock = &report["outcomes"][0];
    assert_eq!(deadlock["attempts"], 20, "{report}");
    assert!(deadlock["outcome"].as_str().unwrap().contains("deadlock: "));
    assert_eq!(deadlock["violated"][0], "no-deadlock");
}

#[test]
fn nonsense_is_refused_in_one_message() {
    for (arguments, said) in [
        (
            &["--engine-latency", "fast"][..],
            "a whole number with us, ms or s",
        ),
        (&["--engine-latency", "2h"], "such as 50us, 1ms or 2s"),
        (&["--attempts", "0"], "0 is not in 1.."),
        (&["--threads", "0"], "0 is not in 1..=64"),
        (&["--threads", "33"], "33 threads with 33 work items"),
        (&["--hang-after", "never"], "a number of seconds above 0"),
        (&["--waits", "never"], "invalid value 'never'"),
        (&["attach/no_such_model"], "no model that is built in"),
    ] {
        let ran = selvedge(&[&["stress"], arguments].concat());
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(ran.err.contains(said), "{}", ran.err);
        assert_eq!(ran.err.matches("error:").count(), 1, "{}", ran.err);
    }
}

/// `--output` writes what stdout would have got.
#[test]
fn a_stress_report_in_a_file_is_not_on_stdout() {
    let folder = Folder::new();
    let path = text_of(&folder.path("stress.txt"));
    let ran = selvedge(&["stress", "--strategy", "push-lock", "--output", &path]);

    assert_eq!(
        (ran.code, ran.out.as_str(), ran.err.as_str()),
        (Some(3), "", "")
    );
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.starts_with("SAMPLED  attach/connect4_connect6 / push-lock"),
        "{text}"
    );
}

/// As much memory after six thousand attempts as after one thousand, within what the allocator
/// keeps for itself.
#[test]
#[cfg(target_os = "linux")]
fn attempts_leave_no_memory_behind() {
    const SLACK: u64 = 2 << 20;
    let peak = |attempts: &str| {
        let (_, report) = json(&[
            "direct/connect4_connect6",
            "--measure",
            "--attempts",
            attempts,
        ]);
        report["measure"]["peak_memory_bytes"].as_u64().unwrap()
    };
    let (few, many) = (peak("1000"), peak("6000"));

    assert!(many < few + SLACK, "{few} bytes, then {many}");
}

/// Ctrl-C ends the run, not the report. The signal is sent once the process listens for it.
#[test]
#[cfg(target_os = "linux")]
fn an_interrupted_run_reports_what_it_counted() {
    let endless = [
        "stress",
        "--strategy",
        "push-lock",
        "--attempts",
        "1000000000",
    ];
    let child = command(&endless)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let listens = || {
        let status = fs::read_to_string(&status).unwrap();
        let caught = status
            .lines()
            .find_map(|line| line.strip_prefix("SigCgt:"))
            .unwrap();
        u64::from_str_radix(caught.trim(), 16).unwrap() & 0b10 != 0
    };
    while !listens() {
        std::thread::yield_now();
    }
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(killed.unwrap().success());

    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("\ninterrupted after "), "{text}");
    assert!(
        text.contains("checker  dpor with 2 threads says in every run: PROVED"),
        "{text}"
    );
}
