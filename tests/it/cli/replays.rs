//! What a report found, replayed in a fresh process.

use std::ffi::OsString;

use selvedge::cli::Channel;
use selvedge::cli::Console;
use selvedge::cli::Log;
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
    let warning = "warning: `attach/connect4_connect6` has changed since; replaying on it all the \
        same\n";
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

/// The token of the shared handle under the push lock: the 13th step is another one there.
#[test]
fn a_token_whose_step_no_longer_fits_names_the_step() {
    let ran = selvedge(&[
        "replay",
        &with(&headline(), ":shared-handle:", ":push-lock:"),
    ]);

    assert_eq!((ran.code, ran.err.as_str()), (Some(3), ""));
    let last = ran.out.lines().last().unwrap();
    let told = "DIVERGED at step 13: recorded 1:notify-add; found: ";
    assert!(last.starts_with(told), "{last}");
}

/// A file has every step, so the first that differs is named: by what it does, and by how it fails.
#[test]
fn a_file_whose_step_no_longer_fits_names_the_step() {
    let folder = Folder::new();
    let text = fs::read_to_string(headline_file(&folder)).unwrap();
    for (from, to, last) in [
        (
            "\"1:begin\"",
            "\"1:commit\"",
            "DIVERGED at step 7: recorded 1:commit; found: thread 1 is about to take \
             FwpmTransactionBegin",
        ),
        (
            "\"0:begin!TXN_IN_PROGRESS\"",
            "\"0:begin\"",
            "DIVERGED at step 20: recorded 0:begin; found: 0:begin!TXN_IN_PROGRESS",
        ),
        (
            "\"1:link-attaching\"",
            "\"1:link-attaching=1\"",
            "DIVERGED at step 1: recorded 1:link-attaching=1; found: link: ATTACHING of thread 1 \
             does not offer alternative 1",
        ),
    ] {
        let file = folder.file("changed.schedule", with(&text, from, to));
        let ran = selvedge(&["replay", &file]);
        assert_eq!((ran.code, ran.out.lines().last()), (Some(3), Some(last)));
    }
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
            format!("NOT REPRODUCED every recorded step fits, and `{property}` is not broken");
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
