//! The program as a user runs it: the binary itself, in a process of its own each time.

mod bad_input;
mod calibrate;
mod circumstances;
mod environment;
mod exit;
mod formats;
mod log;
mod opinions;
mod preemptions;
mod replays;
mod reproduce;
mod reproduce_lines;
mod schedules;
mod stepless;
mod stress;
mod verify;
mod words;

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

/// What one process came to.
#[derive(Debug, PartialEq, Eq)]
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

/// The binary with arguments, without what the environment of the tests says about colours
/// and the log.
fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_selvedge"));
    command.args(arguments).stdin(Stdio::null());
    let colours = ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"];
    for variable in colours.into_iter().chain(["RUST_BACKTRACE", "RUST_LOG"]) {
        command.env_remove(variable);
    }
    command
}

fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn selvedge(arguments: &[&str]) -> Ran {
    ran(&mut command(arguments))
}

/// Bad input: exit 2, nothing on stdout, and on stderr one message of one line, perhaps with a hint
/// below it, that names the place and the problem. No panic is a message.
fn assert_bad_input(arguments: &[&str], place: &str, problem: &str) {
    let ran = selvedge(arguments);
    let what = format!("{arguments:?}: {}", ran.err);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{what}");
    let mut lines = ran.err.lines();
    let message = lines.next().unwrap_or_default();
    assert!(message.starts_with("error: "), "{what}");
    assert!(
        message.contains(place) && message.contains(problem),
        "{what}"
    );
    assert!(lines.all(|line| line.starts_with("hint: ")), "{what}");
    assert_eq!(ran.err.matches("error:").count(), 1, "{what}");
    for panic in ["panicked", "internal bug", "RUST_BACKTRACE"] {
        assert!(!ran.err.contains(panic), "{what}");
    }
}

/// Two attaches that meet on one handle. It expects nothing.
const RACE: &str = r#"summary = "Two threads attach at once"
pipeline = "direct"
strategies = ["shared-handle", "push-lock"]

[[link]]
name = "v4"
attach = "CONNECT4"

[[link]]
name = "v6"
attach = "CONNECT6"

[[thread]]
calls = [{ attach = "v4" }]

[[thread]]
calls = [{ attach = "v6" }]
"#;

/// A folder with files, which goes when it is dropped.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file: its path.
    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        text_of(&path)
    }
}

fn text_of(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// The text with one part of it replaced.
fn with(text: &str, from: &str, to: &str) -> String {
    assert_eq!(
        text.matches(from).count(),
        1,
        "`{from}` is in the text once"
    );
    text.replace(from, to)
}

/// The whole report on every embedded model, as JSON.
static ALL: LazyLock<Ran> = LazyLock::new(|| selvedge(&["compare", "--all", "--format", "json"]));

/// The results of [`ALL`].
fn results() -> Vec<Value> {
    let report: Value = serde_json::from_str(&ALL.out).unwrap();
    report["results"].as_array().unwrap().clone()
}

/// Strategy and token of the headline: the refused begin on the shared handle.
fn headline() -> String {
    let is_headline = |result: &&Value| {
        let part = |key: &str| result[key].as_str().unwrap().to_owned();
        let parts = ["scenario", "strategy", "waits"].map(part);
        parts == ["attach/connect4_connect6", "shared-handle", "sufficient"]
    };
    let results = results();
    let result = results.iter().find(is_headline).unwrap();
    result["violations"][0]["schedule"]
        .as_str()
        .unwrap()
        .to_owned()
}
