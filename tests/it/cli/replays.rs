//! What a report found, replayed in a fresh process.

use std::ffi::OsString;

use selvedge::cli::Channel;
use selvedge::cli::Console;
use selvedge::cli::Log;
use selvedge::replay::Ending;
use selvedge::replay::RecordedSchedule;
use selvedge::replay::replay;
use selvedge::report::Palette;

use super::*;

/// The property and the token of each violation of every embedded model.
fn violations() -> Vec<(String, String)> {
    let results = results();
    let of = |result: &Value| result["violations"].as_array().unwrap().clone();
    let text = |violation: &Value, key: &str| violation[key].as_str().unwrap().to_owned();
    let pair = |violation: Value| (text(&violation, "property"), text(&violation, "schedule"));
    results.iter().flat_map(of).map(pair).collect()
}

#[test]
fn every_violation_replays_from_its_token_alone() {
    let violations = violations();
    assert!(violations.len() >= 300, "{} violations", violations.len());
    for (property, token) in violations {
        let replayed = selvedge(&["replay", &token]);
        assert_eq!(
            (replayed.code, replayed.err.as_str()),
            (Some(1), ""),
            "{token}"
        );
        assert!(
            replayed.out.contains(&format!("VIOLATED {property}")),
            "{token}"
        );
    }
}

/// One command in this process.
fn here(arguments: &[&str]) -> Vec<u8> {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut console = Console {
        out: Channel {
            writer: &mut out,
            palette: Palette::PLAIN,
        },
        err: Channel {
            writer: &mut err,
            palette: Palette::PLAIN,
        },
        width: 100,
        charset: selvedge::report::Charset::Ascii,
        progress: false,
        log: Log::kept(None),
    };
    let arguments = std::iter::once("selvedge").chain(arguments.iter().copied());
    selvedge::cli::run(arguments.map(OsString::from), &mut console);
    assert_eq!(err, b"");
    out
}

/// In a process of its own, and in one in which every other strategy has run before.
#[test]
fn a_token_replays_ten_times_to_the_same_bytes() {
    let token = headline();
    let first = selvedge(&["replay", &token]);
    for _ in 0..9 {
        assert_eq!(selvedge(&["replay", &token]), first);
    }
    for _ in 0..10 {
        here(&["compare"]);
        assert_eq!(here(&["replay", &token]), first.out.as_bytes());
    }
}

#[test]
fn a_report_is_the_same_bytes_twice() {
    assert_eq!(selvedge(&["compare", "--all", "--format", "json"]), *ALL);
    assert_eq!(ALL.err, "");
    let terminal = || selvedge(&["compare", "--all", "--show"]);
    assert_eq!(terminal(), terminal());
    let random = || selvedge(&["compare", "--explorer", "random", "--executions", "50"]);
    assert_eq!(random(), random());
}

/// A token without the first eight digits of the model's digest, and a file whose scenario has
/// another comment: both say so, and go on.
#[test]
fn a_changed_model_is_a_warning() {
    let token = headline();
    let parts: Vec<&str> = token.split(':').collect();
    let ran = selvedge(&["replay", &with(&token, parts[5], "00000000")]);
    let warning = "warning: `attach/connect4_connect6` has changed since the schedule was \
        recorded; replaying all the same\n";
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), warning));

    let folder = Folder::new();
    let path = headline_file(&folder);
    let text = fs::read_to_string(&path).unwrap();
    let changed = text.replacen("# Two programs", "# Three programs", 1);
    let ran = selvedge(&["replay", &folder.file("changed.schedule", changed)]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), warning));
}

/// The schedule of the headline as a file.
fn headline_file(folder: &Folder) -> PathBuf {
    let out = folder.path("found");
    let headline = ["--strategy", "shared-handle", "--waits", "sufficient"];
    selvedge(&[&["compare", "--out", &text_of(&out)], &headline[..]].concat());
    let mut files = fs::read_dir(&out).unwrap();
    let file = files.next().unwrap().unwrap().path();
    assert!(files.next().is_none(), "one violation, one file");
    file
}

/// Another model is not one that has changed.
#[test]
fn another_model_is_called_another_model() {
    let ran = selvedge(&["replay", &headline(), "--model", "direct/three_types"]);
    let warning = "warning: the schedule was recorded on `attach/connect4_connect6`, and \
        `direct/three_types` is another model; replaying all the same\n";

    assert_eq!((ran.code, ran.err.as_str()), (Some(1), warning));
}

/// Recorded violations replay: a token for each model, property and reading of waits, and 15 with
/// readings or with calls that fail. They are not the least, and were recorded on other systems.
#[test]
fn recorded_tokens_replay() {
    let tokens = include_str!("../../golden/tokens.txt").lines();
    let mut count = 0;
    for token in tokens {
        let schedule = RecordedSchedule::from_token(token).unwrap();
        let scenario = schedule.scenario(None).unwrap();
        let replayed = replay(&schedule, &scenario);
        assert!(
            matches!(replayed.ending, Ending::Reproduced(_)),
            "{token}: {:?}",
            replayed.ending
        );
        assert_eq!(schedule.to_token(), token);
        count += 1;
    }
    assert_eq!(count, 132 + 15);
}

/// The token of the shared handle under the push lock: the second thread has to wait for the first
/// there.
#[test]
fn a_token_that_no_longer_fits_names_the_first_difference() {
    let ran = selvedge(&[
        "replay",
        &with(&headline(), ":shared-handle:", ":push-lock:"),
    ]);

    assert_eq!((ran.code, ran.err.as_str()), (Some(3), ""));
    let told = "DIVERGED at step 21: recorded 0 until its end; found: thread 0 has to wait at \
        guard on strategy-lock 0";
    assert_eq!(ran.out.lines().last(), Some(told));
}

/// What does not fit is left out, and whether the property is broken is said all the same.
#[test]
fn best_effort_leaves_out_what_does_not_fit() {
    let token = headline();
    let broken = with(
        &token,
        ":1-commit@session/0+",
        ":1-abort+1-commit@session/0+1a1-fault+",
    )
    .replace(".3", ".5");
    let strict = selvedge(&["replay", &broken]);
    assert_eq!(strict.code, Some(3), "{}", strict.out);

    let ran = selvedge(&["replay", &broken, "--best-effort"]);
    let skipped: Vec<&str> = ran
        .out
        .lines()
        .filter(|line| line.starts_with("SKIPPED"))
        .collect();
    assert_eq!(
        skipped,
        [
            "SKIPPED before step 21: recorded 1 until before abort; found: thread 1 has ended",
            "SKIPPED before step 32: recorded 1 takes 1 at fault; found: thread 1 does not come \
             there",
        ]
    );
    assert_eq!(ran.code, Some(1), "{}", ran.out);
}

/// The same steps on a model that expects the refusal, and for a property that they do not break.
#[test]
fn a_violation_that_no_longer_occurs_is_inconclusive() {
    let folder = Folder::new();
    let text = fs::read_to_string(headline_file(&folder)).unwrap();
    let (call, expects) = ("{ attach = \"v4\" }", "{ attach = \"v4\", returns = 22 }");
    let fixed = folder.file("fixed.schedule", with(&text, call, expects));
    let other = with(&headline(), "non-interference@TXN_IN_PROGRESS", "atomicity");

    for (schedule, property) in [(fixed, "non-interference"), (other, "atomicity")] {
        let ran = selvedge(&["replay", &schedule]);
        let last =
            format!("NOT REPRODUCED the whole schedule fits, and `{property}` is not broken");
        assert_eq!(
            (ran.code, ran.out.lines().last()),
            (Some(3), Some(last.as_str()))
        );
    }
}

/// A file carries its scenario. It replays under another name, in another folder, from another
/// working directory, to the same bytes; also that of a model which is no embedded one.
#[test]
fn a_schedule_file_replays_anywhere() {
    let (folder, elsewhere) = (Folder::new(), Folder::new());
    let race = folder.file("race.toml", RACE);
    let out = folder.path("found");
    let wrote = selvedge(&[
        "compare",
        &race,
        "--waits",
        "sufficient",
        "--out",
        &text_of(&out),
    ]);
    assert_eq!((wrote.code, wrote.err.lines().count()), (Some(1), 1));
    assert!(wrote.err.starts_with("wrote "), "{}", wrote.err);

    let file = fs::read_dir(&out).unwrap().next().unwrap().unwrap().path();
    let here = selvedge(&["replay", &text_of(&file)]);
    fs::copy(&file, elsewhere.path("copy.schedule")).unwrap();
    drop(folder);
    let mut there = command(&["replay", "copy.schedule"]);
    assert_eq!(ran(there.current_dir(elsewhere.0.path())), here);
    assert_eq!((here.code, here.err.as_str()), (Some(1), ""));
}

/// The token of a model that is not embedded takes the path of its file.
#[test]
fn a_token_takes_the_path_of_its_model() {
    let folder = Folder::new();
    let race = folder.file("race.toml", RACE);
    let report = selvedge(&["compare", &race, "--format", "json"]).out;
    let report: Value = serde_json::from_str(&report).unwrap();
    let token = report["results"][0]["violations"][0]["schedule"]
        .as_str()
        .unwrap();

    assert_bad_input(
        &["replay", token],
        "/race`",
        "pass its file with --model PATH",
    );
    let ran = selvedge(&["replay", token, "--model", &race]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""));
}

/// Commands from a pipe, each answered in order; the same bytes each time.
#[test]
fn a_walk_is_driven_from_a_pipe() {
    let folder = Folder::new();
    let script = folder.file("script", "g 20\ns\np\nb 13\nt 0\ng end\nq\n");
    let walk = || {
        let mut command = command(&["replay", "--step", &headline()]);
        ran(command.stdin(fs::File::open(&script).unwrap()))
    };
    let walked = walk();

    assert_eq!((walked.code, walked.err.as_str()), (Some(0), ""));
    let mut lines = walked.out.lines();
    for expected in [
        "step 20 of 31: 0 FwpmTransactionBegin failed with status 0xC022000E",
        "session 0: transaction open, begun by 1",
        "nothing is broken so far",
        "step 7 of 31: 1 FwpmTransactionBegin succeeded",
        "step 8 of 8: 0 link: ATTACHING link 0",
        "the end",
    ] {
        assert!(
            lines.any(|line| line == expected),
            "{expected}: {}",
            walked.out
        );
    }
    assert_eq!(walk(), walked);
}

/// Whoever reads may leave before the first line: the exit code is the verdict's.
#[test]
fn a_closed_pipe_is_no_matter_of_the_exit_code() {
    for _ in 0..5 {
        let mut child = command(&["replay", &headline()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        assert_eq!(child.wait().unwrap().code(), Some(1));
    }
}
