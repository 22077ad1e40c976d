//! The log: `replay -v` and `RUST_LOG`, on stderr, and nothing of either on stdout.

use std::ffi::OsString;

use selvedge::cli::Channel;
use selvedge::cli::Console;
use selvedge::cli::Log;
use selvedge::report::Palette;

use super::*;

const COMPARE: [&str; 3] = ["compare", "--strategy", "shared-handle"];

/// The line that netebpfext logs when two attaches meet on one handle.
const REFUSED: &str = "FwpmTransactionBegin failed with status 0xC022000E";

/// A command with this value of `RUST_LOG`.
fn logged(filter: &str, arguments: &[&str]) -> Ran {
    ran(command(arguments).env("RUST_LOG", filter))
}

/// One command in this process: what it wrote to its two channels.
fn here(log: Log<'_>, arguments: &[&str]) -> (String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let palette = Palette::PLAIN;
    let mut console = Console {
        out: Channel {
            writer: &mut out,
            palette,
        },
        err: Channel {
            writer: &mut err,
            palette,
        },
        width: 100,
        progress: false,
        log,
    };
    let arguments = std::iter::once("selvedge").chain(arguments.iter().copied());
    selvedge::cli::run(arguments.map(OsString::from), &mut console);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(out), text(err))
}

/// The headline has 31 steps: each is one line, with its number, in order, and the refused begin is
/// the one that is no `TRACE`. It comes after the begin that succeeded and before its commit.
#[test]
fn a_verbose_replay_logs_every_step_once_and_in_order() {
    let ran = selvedge(&["replay", "-v", &headline()]);
    let lines: Vec<&str> = ran.err.lines().collect();
    let place = |words: &str| {
        let mut places = (0..lines.len()).filter(|&place| lines[place].contains(words));
        let place = places
            .next()
            .unwrap_or_else(|| panic!("{words}: {}", ran.err));
        assert_eq!(places.next(), None, "{words} is there once");
        place
    };

    assert_eq!((ran.code, lines.len()), (Some(1), 32), "{}", ran.err);
    for (before, line) in lines[..31].iter().enumerate() {
        assert!(
            line.contains(&format!(" index={} thread=", before + 1)),
            "{line}"
        );
    }
    let refused = place(REFUSED);
    assert_eq!(
        lines[refused],
        format!(
            "DEBUG {REFUSED} index={} thread=0 operation=\"begin\" object=\"session 0\" \
             status=0xC022000E",
            refused + 1
        )
    );
    assert!(place("FwpmTransactionBegin succeeded") < refused);
    assert!(refused < place("FwpmTransactionCommit succeeded"));
    assert_eq!(
        lines
            .iter()
            .filter(|line| line.starts_with("TRACE "))
            .count(),
        30
    );
    assert_eq!(lines[31], "DEBUG finished");
}

#[test]
fn nothing_is_logged_unless_somebody_asks() {
    for arguments in [&COMPARE[..], &["replay", &headline()]] {
        assert_eq!(selvedge(arguments).err, "");
        assert_eq!(logged("", arguments).err, "");
    }
}

#[test]
fn the_report_is_the_same_bytes_with_and_without_the_log() {
    let token = headline();
    for arguments in [
        &COMPARE[..],
        &["replay", &token],
        &["check", "direct/three_types"],
    ] {
        let plain = selvedge(arguments);
        for filter in ["trace", "selvedge=debug", "nonsense=loud"] {
            let with = logged(filter, arguments);
            assert_eq!((with.code, with.out), (plain.code, plain.out.clone()));
            assert_ne!(with.err, "");
        }
    }
    let plain = selvedge(&["replay", &token]).out;
    assert_eq!(selvedge(&["replay", "--verbose", &token]).out, plain);
}

#[test]
fn two_logs_of_one_command_are_the_same_bytes() {
    assert_eq!(logged("trace", &COMPARE), logged("trace", &COMPARE));
}

/// A search at `debug`: the steps that failed, how executions ended, and what was found.
#[test]
fn a_search_logs_failures_and_violations_within_its_spans() {
    let err = logged("selvedge=debug", &COMPARE).err;

    assert!(err.contains(&format!("DEBUG {REFUSED} index=")), "{err}");
    assert!(!err.contains("TRACE"), "{err}");
    let check = "check{scenario=\"attach/connect4_connect6\" strategy=\"shared-handle\" \
        explorer=\"dpor\" waits=\"sufficient\"}";
    let finished = format!("DEBUG finished execution{{index=1}} {check}");
    assert!(err.lines().any(|line| line == finished), "{err}");
    let found = " INFO violation found property=\"non-interference\" ";
    let found = err.lines().find(|line| line.starts_with(found)).unwrap();
    assert!(
        found.ends_with(check) && found.contains(&headline()),
        "{found}"
    );
}

/// What a filter by span lets through is of that span.
#[test]
fn a_filter_can_name_the_strategy() {
    let both = [
        "compare",
        "--strategy",
        "shared-handle",
        "--strategy",
        "push-lock",
    ];
    let err = logged("[check{strategy=push-lock}]=trace", &both).err;

    assert!(
        err.contains("TRACE FwpmTransactionBegin succeeded"),
        "{err}"
    );
    assert!(
        err.lines()
            .all(|line| line.contains("strategy=\"push-lock\"")),
        "{err}"
    );
}

/// `--verbose` is the default of the filter, and `RUST_LOG` has the last word.
#[test]
fn rust_log_overrides_verbose() {
    let token = headline();
    let err = logged("selvedge=debug", &["replay", "-v", &token]).err;
    assert_eq!(err.lines().count(), 2, "{err}");

    let err = logged("info", &["replay", "-v", &token]).err;
    assert_eq!(err.lines().count(), 32, "{err}");
}

#[test]
fn a_malformed_rust_log_is_one_warning_and_no_more() {
    let ran = logged("selvedge=loud\n", &COMPARE);
    let warning = "warning: RUST_LOG=`selvedge=loud ` is no filter and is ignored: ";

    assert!(ran.err.starts_with(warning), "{}", ran.err);
    assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    assert_eq!((ran.code, ran.out), (Some(0), selvedge(&COMPARE).out));

    let verbose = logged("selvedge=loud", &["replay", "-v", &headline()]);
    assert_eq!(verbose.err.lines().count(), 33, "{}", verbose.err);
}

#[test]
fn the_log_has_colours_only_where_they_are_wanted() {
    let replay = ["replay", "-v", &headline()];
    let plain = selvedge(&replay).err;
    assert!(!plain.contains('\u{1b}'), "{plain}");

    let forced = ran(command(&replay).env("CLICOLOR_FORCE", "1")).err;
    assert!(forced.contains('\u{1b}'), "{forced}");
    let refused = ran(command(&replay).env("NO_COLOR", "1")).err;
    assert_eq!(refused, plain);
}

/// The same lines in a process that goes on, on the channel of the command; and none after it.
#[test]
fn a_console_gets_the_log_on_its_own_channel() {
    let token = headline();
    let ran = selvedge(&["replay", "-v", &token]);
    let replay = ["replay", &token];

    assert_eq!(
        here(Log::kept(None), &["replay", "-v", &token]),
        (ran.out.clone(), ran.err)
    );
    assert_eq!(
        here(Log::kept(None), &replay),
        (ran.out.clone(), String::new())
    );
    let (out, err) = here(Log::kept(Some("selvedge=trace")), &replay);
    assert_eq!((out, err.lines().count()), (ran.out, 32));
}

#[test]
fn help_teaches_the_log() {
    assert!(selvedge(&["--help"]).out.contains("RUST_LOG"));
    assert!(
        selvedge(&["replay", "--help"])
            .out
            .contains("-v, --verbose")
    );
}
