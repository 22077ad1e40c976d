//! From arguments to an exit code.

use std::ffi::OsString;
use std::io;
use std::io::Write;

use clap::Parser;

use super::args::Arguments;
use super::calibrate::calibrate;
use super::check::check;
use super::compare::compare;
use super::console::Channel;
use super::console::Console;
use super::error::CliError;
use super::exit::Exit;
use super::explain::explain;
use super::list::list;
use super::log::with_log;
use super::replay::replay;
use super::reproduce::reproduce;
use super::stress::stress;
use super::task::Task;

/// Runs one command: the first argument is the program's name. Whatever goes wrong is said on
/// `console.err`; a reader who leaves early is not missed, and the command goes on to its exit
/// code.
pub fn run(arguments: impl IntoIterator<Item = OsString>, console: &mut Console<'_>) -> Exit {
    let task = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => Task::from(arguments),
        Err(usage) => return show_usage(&usage, console),
    };
    let verbose = task.is_verbose();
    // Whether the reader leaves before or after the last line is a race, and no matter of the
    // exit code.
    let mut out = IgnoreBrokenPipe(&mut *console.out.writer);
    let mut console = Console {
        out: Channel {
            writer: &mut out,
            palette: console.out.palette,
        },
        err: Channel {
            writer: &mut *console.err.writer,
            palette: console.err.palette,
        },
        ..*console
    };
    let console = &mut console;
    match with_log(verbose, console, |console| perform(task, console)) {
        Ok(exit) => exit,
        Err(error) => {
            error.write(&mut console.err);
            Exit::BadInput
        }
    }
}

/// Goes on without a word when the reader has gone.
struct IgnoreBrokenPipe<'a>(&'a mut dyn Write);

impl IgnoreBrokenPipe<'_> {
    fn whatever<T>(result: io::Result<T>, gone: T) -> io::Result<T> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(gone),
            result => result,
        }
    }
}

impl Write for IgnoreBrokenPipe<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Self::whatever(self.0.write(bytes), bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Self::whatever(self.0.flush(), ())
    }
}

fn perform(task: Task, console: &mut Console<'_>) -> Result<Exit, CliError> {
    match task {
        Task::Compare(task) => compare(&task, console),
        Task::Check(task) => check(&task, console),
        Task::Replay(task) => replay(&task, console),
        Task::Reproduce(task) => reproduce(&task, console),
        Task::Stress(task) => stress(&task, console),
        Task::Calibrate(task) => calibrate(&task, console),
        Task::List(what) => list(what, console),
        Task::Explain(codes) => explain(&codes, console),
    }
}

/// Help and version go to stdout and are a success, refused arguments go to stderr.
fn show_usage(usage: &clap::Error, console: &mut Console<'_>) -> Exit {
    let (channel, exit) = if usage.use_stderr() {
        (&mut console.err, Exit::BadInput)
    } else {
        (&mut console.out, Exit::Success)
    };
    let text = usage.render();
    let text = if channel.palette.is_coloured() {
        text.ansi().to_string()
    } else {
        text.to_string()
    };
    let _gone = channel.writer.write_all(text.as_bytes());
    exit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Log;
    use crate::report::Palette;

    /// What a command wrote, and how it ended.
    struct Ran {
        exit: Exit,
        out: String,
        err: String,
    }

    fn selvedge(arguments: &[&str]) -> Ran {
        let mut out = Vec::new();
        let (exit, err) = selvedge_into(&mut out, arguments);
        Ran {
            exit,
            out: String::from_utf8(out).unwrap(),
            err,
        }
    }

    fn selvedge_into(out: &mut dyn Write, arguments: &[&str]) -> (Exit, String) {
        let mut err = Vec::new();
        let mut console = Console {
            out: Channel {
                writer: out,
                palette: Palette::PLAIN,
            },
            err: Channel {
                writer: &mut err,
                palette: Palette::PLAIN,
            },
            width: 100,
            charset: crate::report::Charset::Ascii,
            progress: false,
            log: Log::kept(None),
        };
        let arguments = std::iter::once("selvedge").chain(arguments.iter().copied());
        let exit = run(arguments.map(OsString::from), &mut console);
        (exit, String::from_utf8(err).unwrap())
    }

    /// Takes nothing, for the reason it has.
    struct Closed(io::ErrorKind);

    impl Write for Closed {
        fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    const QUICK: [&str; 5] = [
        "compare",
        "--strategy",
        "push-lock",
        "--waits",
        "sufficient",
    ];

    #[test]
    fn help_is_a_report_and_no_command_is_bad_input() {
        let help = selvedge(&["--help"]);
        assert_eq!((help.exit, help.err.as_str()), (Exit::Success, ""));
        assert!(help.out.contains("Exit codes:"), "{}", help.out);

        let nothing = selvedge(&[]);
        assert_eq!((nothing.exit, nothing.out.as_str()), (Exit::BadInput, ""));
        assert!(nothing.err.contains("Examples:"), "{}", nothing.err);
    }

    #[test]
    fn bad_input_is_one_message_on_stderr_and_nothing_on_stdout() {
        for arguments in [
            &["compare", "attach/no_such_model"][..],
            &["compare", "no/such/file.toml"],
            &["compare", "--strategy", "lock"],
            &["check", "no_such_directory/x.toml"],
            &["replay", "no_such_file.schedule"],
            &["replay", "what is this"],
            &["replay", "src"],
            &["reproduce", "--like", "it does not work"],
            &["reproduce", "--like", "0xC022000E", "attach/no_such_model"],
            &["stress", "attach/no_such_model"],
            &["stress", "--threads", "33"],
            &["stress", "--threads", "0"],
            &["stress", "--engine-latency", "fast"],
            &["stress", "--attempts", "0"],
            &["explain", "NO_SUCH_CODE"],
            &["list", "nothing"],
        ] {
            let ran = selvedge(arguments);
            assert_eq!(
                (ran.exit, ran.out.as_str()),
                (Exit::BadInput, ""),
                "{arguments:?}"
            );
            assert!(ran.err.starts_with("error: "), "{}", ran.err);
        }
    }

    #[test]
    fn a_report_in_a_file_is_not_on_stdout() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report.txt").display().to_string();
        let ran = selvedge(&[&QUICK[..], &["--output", &file]].concat());

        assert_eq!(
            (ran.exit, ran.out.as_str()),
            (Exit::Success, ""),
            "{}",
            ran.err
        );
        assert_eq!(
            std::fs::read_to_string(&file).unwrap(),
            selvedge(&QUICK).out
        );
    }

    #[test]
    fn a_report_that_cannot_be_written_is_refused_before_the_search() {
        let ran = selvedge(&[&QUICK[..], &["--output", "no/such/directory/report"]].concat());

        assert_eq!(ran.exit, Exit::BadInput);
        assert!(
            ran.err
                .starts_with("error: cannot write `no/such/directory/report`: ")
        );
    }

    #[test]
    fn the_json_report_is_one_document_and_measures_only_when_asked() {
        let document = |more: &[&str]| -> serde_json::Value {
            let ran = selvedge(&[&QUICK[..], &["--format", "json"], more].concat());
            serde_json::from_str(&ran.out).unwrap()
        };
        let plain = document(&[]);
        assert_eq!(plain["format"], "selvedge/report");
        assert_eq!(plain["results"][0]["strategy"], "push-lock");
        assert_eq!(plain["results"][0]["verdict"], "PROVED");
        assert!(plain["results"][0].get("measure").is_none());

        assert!(document(&["--measure"])["results"][0]["measure"]["seconds"].is_f64());
    }

    /// The bug, from the report to the replay: by the token alone, and by the file that carries its
    /// model.
    #[test]
    fn what_compare_finds_replays_from_its_token_and_from_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let found = folder.path().join("found").display().to_string();
        let bug = [
            "compare",
            "--strategy",
            "shared-handle",
            "--waits",
            "sufficient",
        ];
        let ran = selvedge(&[&bug[..], &["--format", "json", "--out", &found]].concat());
        let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        let violation = &report["results"][0]["violations"][0];
        assert_eq!(violation["status"], "0xC022000E STATUS_FWP_TXN_IN_PROGRESS");
        assert_eq!(violation["errno"], 22);

        let token = violation["schedule"].as_str().unwrap();
        let file = std::fs::read_dir(&found)
            .unwrap()
            .next()
            .unwrap()
            .unwrap()
            .path();
        let [token, file] = [token, file.to_str().unwrap()].map(|it| selvedge(&["replay", it]));
        assert_eq!((token.exit, token.err.as_str()), (Exit::Violated, ""));
        assert!(
            token.out.contains("VIOLATED non-interference"),
            "{}",
            token.out
        );
        assert_eq!((file.exit, file.out), (Exit::Violated, token.out));
    }

    #[test]
    fn a_reader_who_leaves_early_changes_no_exit_code() {
        let unproved = ["compare", "--explorer", "random", "--executions", "5"];
        for arguments in [
            &QUICK[..],
            &unproved,
            &["list", "models"],
            &["explain", "22"],
        ] {
            let mut out = Closed(io::ErrorKind::BrokenPipe);
            assert_eq!(
                selvedge_into(&mut out, arguments),
                (selvedge(arguments).exit, String::new())
            );
        }
    }

    #[test]
    fn a_full_disk_is_said() {
        let (exit, err) =
            selvedge_into(&mut Closed(io::ErrorKind::StorageFull), &["list", "models"]);

        assert_eq!(exit, Exit::BadInput);
        assert!(err.starts_with("error: cannot write the report: "), "{err}");
    }

    #[test]
    fn every_topic_has_a_list() {
        for (topic, name) in [
            ("models", "attach/connect4_connect6"),
            ("strategies", "push-lock"),
            ("properties", "non-interference"),
            ("explorers", "dpor"),
        ] {
            let ran = selvedge(&["list", topic]);
            assert_eq!(ran.exit, Exit::Success);
            assert!(
                ran.out.lines().any(|line| line.starts_with(name)),
                "{}",
                ran.out
            );
        }
    }
}
