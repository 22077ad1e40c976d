//! What lines are understood to claim, and what is shown of it.

use crate::report::sample;

use super::Claim;
use super::NotUnderstood;

/// What a line is understood to say.
fn understood(line: &str) -> String {
    match Claim::parse(line) {
        Ok(claim) => claim.to_string(),
        Err(refused) => panic!("{line}: {refused}"),
    }
}

fn refused(line: &str) -> String {
    match Claim::parse(line) {
        Ok(claim) => panic!("{line}: {claim}"),
        Err(refused) => refused.to_string(),
    }
}

#[test]
fn the_race_is_known_by_each_of_its_signs() {
    for text in [
        "0xC022000E",
        "0xc022000e",
        "0x8032000E",
        "8032000E",
        "-2144206834",
        "TXN_IN_PROGRESS",
        "STATUS_FWP_TXN_IN_PROGRESS",
        "FWP_E_TXN_IN_PROGRESS",
        "errno 22",
        "errno=-22",
        "EINVAL",
        "22",
        "FwpmTransactionBegin0 failed",
        "[12:00:01] FwpmTransactionBegin failed with status 0xC022000E",
        "non-interference",
        "failed to begin transaction: 0x8032000E",
    ] {
        let claim = Claim::parse(text).unwrap_or_else(|error| panic!("{error}"));
        assert!(claim.is_shown(&sample::race()), "{text}: {claim}");
    }
}

#[test]
fn what_it_does_not_show_is_no_sign_of_it() {
    for text in [
        "0xC0220012",
        "errno 12",
        "FwpmTransactionBegin failed with status 0xC0220012",
        "FwpmTransactionBegin0 failed: -2144206830",
        "FwpmTransactionBegin0 failed with 0x00000005",
        "FwpmTransactionCommit failed with status 0xC022000E",
        "FwpmTransactionBegin0: errno 22",
        "deadlock",
        "FwpmTransactionBegin0 hangs",
        "TXN_IN_PROGRESS and then a hang",
        "WinDivertOpen failed with 0xC022000E",
    ] {
        let claim = Claim::parse(text).unwrap_or_else(|error| panic!("{error}"));
        assert!(!claim.is_shown(&sample::race()), "{text}: {claim}");
    }
}

#[test]
fn a_line_is_understood_as_its_call_its_status_and_its_outcome() {
    let begin = "FwpmTransactionBegin returns TIMEOUT";
    for (line, claim) in [
        ("FwpmTransactionBegin0 failed: -2144206830", begin),
        ("error code 80320012 in FwpmTransactionBegin0", begin),
        (
            "FwpmTransactionBegin0 returned FWP_E_TIMEOUT (0x80320012)",
            begin,
        ),
        ("fwpuclnt!FwpmTransactionBegin0() = 2150760466", begin),
        ("could not begin the transaction (0x80320012)", begin),
        (
            "FwpmTransactionBegin0 timed out",
            "FwpmTransactionBegin times out",
        ),
        (
            "FwpmTransactionBegin0 failed with ERROR_ACCESS_DENIED",
            "FwpmTransactionBegin returns ACCESS_DENIED",
        ),
        (
            "FwpmFilterAdd0 failed: 0x80070005 Access is denied.",
            "FwpmFilterAdd returns ACCESS_DENIED",
        ),
        (
            "FwpmTransactionCommit hangs",
            "FwpmTransactionCommit waits for ever",
        ),
        (
            "thread stuck in FwpmTransactionBegin0",
            "FwpmTransactionBegin waits for ever",
        ),
        ("the attach hangs", "an attach waits for ever"),
        ("bpf_prog_attach: errno 22", "an attach returns errno 22"),
        ("WinDivertOpen hangs", "WinDivertOpen waits for ever"),
        (
            "Error opening filter: -2144206839",
            "some call returns ALREADY_EXISTS",
        ),
    ] {
        assert_eq!(understood(line), claim, "{line}");
    }
}

#[test]
fn what_is_said_of_no_call_or_of_several_is_understood_too() {
    for (line, claim) in [
        ("leaked filter", "error-truthfulness is broken"),
        ("leaked a transaction", "a transaction is left open"),
        ("nonpaged pool leak", "memory is leaked"),
        ("leaked a reference", "a reference is leaked"),
        ("it leaks", "reference-accounting is broken"),
        (
            "use-after-free in NetEbpfExt",
            "memory used after it was freed",
        ),
        (
            "DRIVER_IRQL_NOT_LESS_OR_EQUAL",
            "a PASSIVE_LEVEL call at DISPATCH_LEVEL",
        ),
        (
            "FwpmEngineOpen0 failed: 6d9",
            "FwpmEngineOpen returns EPT_NT_NOT_REGISTERED",
        ),
        (
            "begin failed with 22",
            "FwpmTransactionBegin returns INVALID_DEVICE_STATE",
        ),
        ("attach failed with 22", "an attach returns errno 22"),
        (
            "FwpmGetAppIdFromFileName0 failed",
            "FwpmGetAppIdFromFileName0 fails",
        ),
        ("FwpmFilterGetById0 failed", "Fwpm\u{2026}Get fails"),
        (
            "NetEbpfExt: FwpmTransactionBegin failed",
            "FwpmTransactionBegin fails",
        ),
        ("last error 5", "some call returns ACCESS_DENIED"),
        (
            "FwpmTransactionBegin0 failed: 0xC022000E; then the attach hangs",
            "FwpmTransactionBegin returns TXN_IN_PROGRESS; an attach waits for ever",
        ),
        (
            "FwpmTransactionBegin0 failed 0xC022000E (errno 22)",
            "FwpmTransactionBegin returns TXN_IN_PROGRESS; some call returns errno 22",
        ),
        (
            "FwpmTransactionBegin0 succeeded; FwpmFilterAdd0 failed: 0x80320007",
            "FwpmTransactionBegin succeeds; FwpmFilterAdd returns SUBLAYER_NOT_FOUND",
        ),
        (
            "ext!net_ebpf_ext_add+0x4f FwpmFilterAdd0 failed: STATUS_NO_MEMORY",
            "FwpmFilterAdd returns NO_MEMORY",
        ),
        (
            "FwpmFilterDeleteByKey0 failed",
            "FwpmFilterDeleteByKey0 fails",
        ),
    ] {
        assert_eq!(understood(line), claim, "{line}");
    }
}

#[test]
fn what_is_no_part_of_the_claim_is_listed_as_passed_over() {
    let line = "2026-11-28 07:36:12.123 [ERROR] [1234] pid=4 tid 0x1f4 callout 7: \
                FwpmTransactionBegin0 at fffff802`1a2b3c4d failed after 15 ms: 0x8032000E";
    let claim = Claim::parse(line).unwrap();

    assert_eq!(
        claim.passed_over(),
        [
            "2026-11-28 (a date)",
            "07:36:12.123 (a time)",
            "ERROR (a level)",
            "1234 (at the head of the line)",
            "4 (after `pid`)",
            "0x1f4 (after `tid`)",
            "7 (after `callout`)",
            "fffff802`1a2b3c4d (an address)",
            "15 (a number of ms)",
            "the words pid tid callout at after ms",
        ]
    );
}

#[test]
fn a_text_that_says_nothing_is_refused_with_what_would_say_something() {
    for text in [
        "",
        "it does not work",
        "0x0",
        "STATUS_SUCCESS",
        "errno",
        "it failed",
    ] {
        assert!(refused(text).contains("expected a status"), "{text}");
    }
}

#[test]
fn what_may_say_something_and_is_not_understood_is_refused_by_name() {
    for (line, problem) in [
        (
            "FwpmFilterAdd0 failed: 0xC0FFEE00",
            "`0xC0FFEE00` is no code",
        ),
        ("filter broke 17", "`17` may be a code or a mere number"),
        (
            "FwpmFilterAdd0: STATUS_NO_SUCH_THING",
            "`STATUS_NO_SUCH_THING` is no error",
        ),
        (
            "the WireGuard service: 0x8032000E",
            "`WireGuard` may be the name",
        ),
        (
            "the unload hangs",
            "`unload` is said to be where it `hangs`",
        ),
        (
            "WebShield: it hangs",
            "`WebShield` is said to be where it `hangs`",
        ),
        (
            "FWPM_ENGINE_OPEN hangs",
            "`FWPM_ENGINE_OPEN` is said to be where it `hangs`",
        ),
        (
            "the connection timed out",
            "`connection` is said to be where it `timed out`",
        ),
        (
            "hangs in cleanup",
            "`cleanup` is said to be where it `hangs`",
        ),
        (
            "no deadlock, error 0x8032000E",
            "`no deadlock` says that something does not",
        ),
        ("handle leak", "no trace shows that a `handle` is leaked"),
        (
            "FwpmTransactionCommit leaks",
            "`leaks` is said of `FwpmTransactionCommit`",
        ),
        (
            "FwpmTransactionBegin0 hangs with 0x80320012",
            "cannot be said of one call",
        ),
        (
            "FwpmTransactionBegin0 failed 0x80320012 0x8032000E",
            "TIMEOUT and TXN_IN_PROGRESS are both said of one call",
        ),
        (
            "FwpmEngineOpen0 before FwpmFilterAdd0 failed: 0x80320012",
            "are both named before it is said",
        ),
        (
            "the driver crashes",
            "`crashes` is nothing that a trace shows",
        ),
    ] {
        let said = refused(line);
        assert!(said.contains(problem), "{line}: {said}");
    }
}

/// A message is one line that can be read, whatever the text.
#[test]
fn no_text_is_too_long_or_too_strange() {
    let many = "FwpmFilterAdd0 -2144206830 ".repeat(20_000);
    assert!(matches!(
        Claim::parse(&many),
        Err(NotUnderstood::TooLong { .. })
    ));
    let digits = "error ".to_owned() + &"1 ".repeat(2_000);
    for text in [
        "\u{0}",
        "\u{202e}0x",
        "-",
        "--1",
        "0x-",
        "\u{b5}s",
        "\u{e4}_\u{e4}",
        &digits,
    ] {
        let said = Claim::parse(text).map_or_else(|error| error.to_string(), |it| it.to_string());
        assert!(said.chars().count() < 1_500, "{said}");
    }
}
