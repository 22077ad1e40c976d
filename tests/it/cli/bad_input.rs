//! Broken scenario files, and places that cannot be written to.

use super::*;

/// An expectation that says two things.
const CONTRADICTION: &str = r#"
[[expect]]
strategy = "push-lock"
waits = "sufficient"
verdict = "PROVED"
property = "atomicity"
"#;

/// As many threads, each with a link of its own.
fn threads(count: usize) -> String {
    let one = |index: usize| {
        let link = format!("[[link]]\nname = \"l{index}\"\nattach = \"BIND\"\n");
        format!("{link}[[thread]]\ncalls = [{{ attach = \"l{index}\" }}]\n")
    };
    let rows: Vec<String> = (0..count).map(one).collect();
    format!(
        "summary = \"many\"\npipeline = \"direct\"\n{}",
        rows.concat()
    )
}

/// Both commands that read a scenario refuse it, with the place in the file.
fn assert_refused(bytes: &[u8], place: &str, problem: &str) {
    let folder = Folder::new();
    let file = folder.file("case.toml", bytes);
    for command in ["compare", "check"] {
        assert_bad_input(&[command, &file], &format!("case.toml{place}"), problem);
    }
}

#[test]
fn an_unknown_key_is_refused() {
    let text = with(RACE, "strategies =", "strategy =");
    assert_refused(text.as_bytes(), ":3:1: ", "unknown key `strategy`");
}

#[test]
fn a_wrong_type_is_refused() {
    let text = with(RACE, "name = \"v4\"", "name = 4");
    assert_refused(text.as_bytes(), ":6:8: ", "integer `4`, expected a string");
}

#[test]
fn a_file_with_65_threads_is_refused() {
    assert_refused(threads(65).as_bytes(), ":326:1: ", "65 threads");
}

#[test]
fn a_file_that_is_not_utf8_is_refused() {
    let mut bytes = RACE.as_bytes().to_vec();
    bytes[11] = 0xFF;
    assert_refused(&bytes, ":1:12: ", "not UTF-8 text");
}

#[test]
fn an_empty_file_is_refused() {
    assert_refused(b"", ":1:1: ", "the file is empty");
}

#[test]
fn a_directory_is_refused() {
    let folder = Folder::new();
    let path = text_of(folder.0.path());

    assert_bad_input(&["compare", &path], &path, "is a directory");
    assert_bad_input(&["check", &path], &path, "there is no `.toml` file below");
}

#[test]
fn a_file_of_30_mb_is_refused() {
    let text = format!("{RACE}#{}", "#".repeat(30 << 20));
    assert_refused(text.as_bytes(), ": ", "more than the 1048576 bytes");
}

#[test]
fn a_contradictory_expectation_is_refused() {
    let text = format!("{RACE}{CONTRADICTION}");
    assert_refused(
        text.as_bytes(),
        ":23:12: ",
        "`property` contradicts the verdict PROVED",
    );
}

#[test]
fn a_file_that_is_cut_off_is_refused() {
    let (text, _) = RACE.split_once(" }]").unwrap();
    assert_refused(text.as_bytes(), ":14:25: ", "the text ends too early");
}

#[test]
fn a_foreign_file_is_refused() {
    assert_refused(b"{\"threads\": []}", ":1:1: ", "this looks like JSON");
    assert_refused(b"0:begin 1:begin", ":1:9: ", "this looks like a schedule");
    assert_refused(b"\x89PNG\r\n\x1A\n", ":1:1: ", "not UTF-8 text");
}

#[test]
fn a_file_that_is_not_there_is_refused() {
    let folder = Folder::new();
    let path = text_of(&folder.path("none.toml"));

    assert_bad_input(&["compare", &path], "none.toml: ", "there is no such file");
}

/// Two threads on one link would race on the link, not on the engine.
#[test]
fn calls_that_make_no_sense_are_refused() {
    let shared = with(RACE, "{ attach = \"v6\" }", "{ attach = \"v4\" }");
    assert_refused(
        shared.as_bytes(),
        ":17:21: ",
        "used by thread 0 and by thread 1",
    );
    let early = with(RACE, "{ attach = \"v6\" }", "{ detach = \"v6\" }");
    assert_refused(
        early.as_bytes(),
        ":17:21: ",
        "not attached when it is detached",
    );
}

/// All is loaded before the first search, so nothing was printed or written.
#[test]
fn one_broken_file_among_good_ones_refuses_all() {
    let folder = Folder::new();
    let (good, broken) = (
        folder.file("good.toml", RACE),
        folder.file("broken.toml", ""),
    );
    let out = folder.path("found");

    let arguments = ["compare", &good, &broken, "--out", &text_of(&out)];
    assert_bad_input(&arguments, "broken.toml:1:1: ", "the file is empty");
    assert!(!out.exists());
}

/// A directory below a file, which not even root can make.
#[test]
fn a_directory_that_cannot_be_made_is_bad_input() {
    let folder = Folder::new();
    let inside = format!("{}/found", folder.file("file", ""));

    assert_bad_input(
        &["compare", "--out", &inside],
        "cannot write `",
        "file/found`: ",
    );
    assert_bad_input(
        &["compare", "--output", &inside],
        "cannot write `",
        "file/found`: ",
    );
}

/// In this profile notifications may be late, by a thread of the system for each thread and work
/// item: for 33 there is no room. Where nothing is late they run.
#[test]
fn a_model_without_room_for_the_threads_of_the_system_is_refused() {
    let folder = Folder::new();
    let file = folder.file("many.toml", threads(33));
    let schedule = "sv3:many:shared-handle:observed-windows:sufficient:00000000:atomicity:0.1";
    let late = ["--profile", "observed-windows"];
    let problem = "66 are more than the 64 that one execution can have; remove threads";
    let commands: [&[&str]; 3] = [
        &["stress", &file, "--attempts", "1"],
        &["reproduce", "--like", "errno 22", &file],
        &["replay", schedule, "--model", &file],
    ];
    for (index, command) in commands.into_iter().enumerate() {
        let late: &[&str] = if index < 2 { &late } else { &[] };
        assert_bad_input(&[command, late].concat(), "33 threads", problem);
    }

    let bounds = ["--explorer", "random", "--executions", "3"];
    let check = [&["compare", file.as_str()][..], &bounds];
    let ran = selvedge(&[&check.concat()[..], &late].concat());
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    assert!(
        ran.out.contains("66 threads, takes at most 64"),
        "{}",
        ran.out
    );
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
    let ran = selvedge(&check.concat());
    assert!(ran.out.contains("SAMPLED"), "{}", ran.out);
}
