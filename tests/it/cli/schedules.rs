//! Broken schedules, as files and as tokens.

use selvedge::replay::RecordedSchedule;
use selvedge::replay::ScheduleError;
use selvedge::replay::replay;

use super::*;

/// A good schedule file: the headline, as `compare --out` writes it.
fn good() -> String {
    let folder = Folder::new();
    let out = text_of(&folder.path("found"));
    let headline = ["--strategy", "shared-handle", "--waits", "sufficient"];
    selvedge(&[&["compare", "--out", &out], &headline[..]].concat());
    let name = "attach.connect4_connect6.shared-handle.sufficient.non-interference.schedule";
    fs::read_to_string(folder.path("found").join(name)).unwrap()
}

/// A file is refused, with its name and, where that is known, the line.
fn assert_refused(bytes: &[u8], place: &str, problem: &str) {
    let folder = Folder::new();
    let file = folder.file("case.schedule", bytes);
    assert_bad_input(&["replay", &file], place, problem);
}

/// The good file with one part of it replaced is refused.
fn assert_change_refused(from: &str, to: &str, place: &str, problem: &str) {
    assert_refused(good().replacen(from, to, 1).as_bytes(), place, problem);
}

/// What the others change is good before.
#[test]
fn the_file_itself_replays() {
    let folder = Folder::new();
    let ran = selvedge(&["replay", &folder.file("good.schedule", good())]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""));
}

#[test]
fn an_unknown_key_is_refused() {
    let (from, to) = ("waits =", "colour = \"red\"\nwaits =");
    assert_change_refused(from, to, "case.schedule:7: ", "unknown field `colour`");
}

#[test]
fn a_wrong_type_is_refused() {
    assert_change_refused(
        "version = 3",
        "version = \"3\"",
        "case.schedule:2: ",
        "string \"3\"",
    );
    assert_change_refused("\"1 until its end\"", "7", "case.schedule:", "integer `7`");
}

#[test]
fn a_file_that_is_not_utf8_is_refused() {
    let mut bytes = good().into_bytes();
    bytes[9] = 0xFF;
    assert_refused(&bytes, "case.schedule", "is not UTF-8 text");
}

#[test]
fn an_empty_file_is_refused() {
    let expected = "expected the line `format = \"selvedge/schedule\"`";
    assert_refused(b"", "case.schedule:1: ", expected);
}

#[test]
fn a_directory_is_refused() {
    let folder = Folder::new();
    let path = text_of(folder.0.path());

    assert_bad_input(
        &["replay", &path],
        &format!("cannot read `{path}`: "),
        "directory",
    );
}

#[test]
fn a_file_of_30_mb_is_refused() {
    let text = format!("{}#{}", good(), "#".repeat(30 << 20));
    assert_refused(
        text.as_bytes(),
        "case.schedule",
        "is larger than 8388608 bytes",
    );
}

/// The scenario that a schedule carries is checked like any other.
#[test]
fn a_contradictory_expectation_inside_is_refused() {
    let (from, to) = (
        "verdict = \"PROVED\"",
        "verdict = \"PROVED\", property = \"atomicity\"",
    );
    assert_change_refused(
        from,
        to,
        "the scenario of the schedule: ",
        "`property` contradicts",
    );
}

#[test]
fn a_file_that_is_cut_off_is_refused_wherever_it_ends() {
    let good = good();
    let folder = Folder::new();
    for tenth in 0..10 {
        let cut = &good.as_bytes()[..good.len() * tenth / 10];
        let file = folder.file("case.schedule", cut);
        assert_bad_input(&["replay", &file], "", "");
    }
    assert_refused(
        &good.as_bytes()[..good.len() / 2],
        "case.schedule:",
        "not a schedule file",
    );
}

#[test]
fn a_foreign_file_is_refused() {
    let expected = "expected the line `format = \"selvedge/schedule\"`";
    assert_refused(RACE.as_bytes(), "case.schedule:1: ", expected);
    assert_refused(
        b"{\"steps\": []}",
        "case.schedule:1: ",
        "not a schedule file",
    );
}

#[test]
fn another_version_is_refused() {
    for version in ["1", "2", "4"] {
        let other = format!("version = {version}");
        let found = format!("format version {version}");
        assert_change_refused("version = 3", &other, &found, "reads version 3");
    }
}

/// A key of an older version is none of this.
#[test]
fn the_list_of_an_older_version_is_refused() {
    let problem = "unknown field `steps`";
    let with_steps = "steps = []\nschedule =";
    assert_change_refused("schedule =", with_steps, "case.schedule:10: ", problem);
}

#[test]
fn a_schedule_of_nothing_but_failures_is_refused() {
    let good = good();
    let (before, list) = good.split_once("schedule = [").unwrap();
    let (_, after) = list.split_once("]\n").unwrap();
    let text = format!("{before}schedule = []\n{after}");
    assert_refused(text.as_bytes(), "", "the schedule has no steps");
}

/// Every line is refused with the line of the file that it is on.
#[test]
fn a_wrong_line_is_refused_with_its_place() {
    let line = "\"1 until before commit on session 0\"";
    for (to, problem) in [
        ("\"64 until its end\"", "`64` is not a thread"),
        ("\"0 until before comit\"", "unknown operation `comit`"),
        (
            "\"0 until before commit on sesion 0\"",
            "`sesion 0` is not an object",
        ),
        ("\"0 until before commit #0\"", "`0` is not an occurrence"),
        ("\"0 takes 0 at commit\"", "`0` is not an alternative"),
        ("\"hello\"", "`hello` is not a line of a schedule"),
    ] {
        assert_change_refused(line, to, "case.schedule:11: ", problem);
    }
    let failure = "0 at begin on session 0 with TXN_IN_PROGRESS";
    assert_change_refused(
        failure,
        "1 at begin",
        "case.schedule:15: ",
        "is not a failure",
    );
    assert_change_refused(
        failure,
        "1 at begin with X",
        "case.schedule:15: ",
        "unknown status `X`",
    );
}

/// The headline's token with one part of it replaced is refused.
fn assert_token_refused(from: &str, to: &str, place: &str, problem: &str) {
    assert_bad_input(&["replay", &with(&headline(), from, to)], place, problem);
}

#[test]
fn a_token_of_an_unknown_model_is_refused() {
    let (place, problem) = ("`attach/other`", "pass its file with --model");
    assert_token_refused("attach/connect4_connect6", "attach/other", place, problem);
}

#[test]
fn each_part_of_a_token_that_is_unknown_is_named() {
    assert_token_refused("shared-handle", "shared", "", "unknown strategy `shared`");
    assert_token_refused("documented", "real", "", "unknown profile `real`");
    assert_token_refused(
        ":sufficient",
        ":long",
        "",
        "unknown reading of waits `long`",
    );
    assert_token_refused("non-interference", "peace", "", "unknown property `peace`");
    assert_token_refused(
        "@TXN_IN_PROGRESS",
        "@NOTHING",
        "",
        "unknown status `NOTHING`",
    );
}

#[test]
fn a_token_with_a_thread_or_an_operation_that_is_unknown_is_refused() {
    assert_token_refused(":1-commit", ":64-commit", "item 1 ", "`64` is not a thread");
    assert_token_refused(
        "1-commit",
        "1-comit",
        "item 1 ",
        "unknown operation `comit`",
    );
}

#[test]
fn a_token_of_another_version_is_refused() {
    for (token, found) in [("sv1:", "format version 1"), ("sv2:", "format version 2")] {
        assert_token_refused("sv3:", token, found, "reads version 3");
    }
}

/// Wherever it is cut off: what is missing is a part, or the total at the end.
#[test]
fn a_token_that_is_cut_off_is_refused() {
    let token = headline();
    for cut in [3, 10, token.len() / 2, token.len() - 3, token.len() - 1] {
        assert_bad_input(&["replay", &token[..cut]], "", "");
    }
    let told = "says it has  parts and lists 3";
    assert_bad_input(&["replay", &token[..token.len() - 1]], told, "cut off");
    assert_bad_input(
        &["replay", &token[..40]],
        "a token has 8 parts",
        "is it cut off?",
    );
}

#[test]
fn a_token_with_a_bad_total_is_refused() {
    let place = "says it has 4 parts and lists 3";
    assert_token_refused("+1.3", "+1.4", place, "it is cut off or was changed");
    let place = "says it has 3 parts and lists 2";
    assert_token_refused("+0+1.3", "+1.3", place, "it is cut off or was changed");
}

#[test]
fn what_is_neither_a_file_nor_a_token_is_told_as_both() {
    let ran = selvedge(&["replay", "nothing"]);

    assert_eq!(ran.code, Some(2));
    assert!(
        ran.err
            .starts_with("error: not a schedule token: expected `sv3:MODEL:")
    );
    assert!(
        ran.err
            .ends_with("hint: there is no file of this name either\n"),
        "{}",
        ran.err
    );
}

/// What is done with a schedule that can be read: it is run. Nothing of that may panic.
fn run_if_readable(schedule: Result<RecordedSchedule, ScheduleError>) -> bool {
    let Ok(schedule) = schedule else {
        return false;
    };
    let Ok(scenario) = schedule.scenario(None) else {
        return false;
    };
    replay(&schedule, &scenario);
    true
}

/// Most are refused; those that are not are replayed, whatever they say now.
#[test]
fn no_change_of_one_byte_of_a_token_panics() {
    let token = headline();
    let mut readable = 0;
    for index in 0..token.len() {
        for byte in b"\0 !+,-./0129:@AZ_abx~\x7F" {
            let mut changed = token.clone().into_bytes();
            changed[index] = *byte;
            let changed = String::from_utf8(changed).unwrap();
            readable += u32::from(run_if_readable(RecordedSchedule::from_token(&changed)));
        }
    }
    assert!(readable > 100, "{readable} changed tokens could be run");
}

/// The same for a file, whose scenario changes too.
#[test]
fn no_change_of_one_byte_of_a_file_panics() {
    let good = good();
    let mut readable = 0;
    for index in 0..good.len() {
        let byte = b"\0 \"#=019[]ax{}"[index % 14];
        let mut changed = good.clone().into_bytes();
        changed[index] = byte;
        let changed = String::from_utf8(changed).unwrap();
        readable += u32::from(run_if_readable(RecordedSchedule::from_file_text(
            "t", &changed,
        )));
    }
    assert!(readable > 100, "{readable} changed files could be run");
}
