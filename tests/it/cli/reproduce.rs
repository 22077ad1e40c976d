//! `selvedge reproduce`: from what was seen to a schedule that replays.

use super::*;

/// The token of the line that replays, as it stands in the report.
fn token(out: &str) -> &str {
    let line = out
        .lines()
        .find_map(|line| line.trim().strip_prefix("replay  selvedge replay "));
    line.unwrap()
}

/// Each sign of the race leads to a schedule that shows it, and that replays.
#[test]
fn the_race_is_reproduced_from_each_of_its_signs() {
    for like in [
        "0xC022000E",
        "FWP_E_TXN_IN_PROGRESS",
        "FwpmTransactionBegin failed with status 0xC022000E",
        "bpf_prog_attach: errno 22",
    ] {
        let ran = selvedge(&["reproduce", "--like", like]);
        assert_eq!(ran.code, Some(1), "{like}: {}", ran.err);
        assert!(
            ran.out.starts_with(&format!("REPRODUCED `{like}`\n")),
            "{}",
            ran.out
        );
        assert!(ran.out.contains("VIOLATED non-interference"), "{}", ran.out);
        assert!(
            ran.out.contains("2 switches, 1 preemption\n"),
            "{}",
            ran.out
        );
        let again = selvedge(&["replay", token(&ran.out)]);
        assert_eq!(again.code, Some(1), "{}", again.out);
        assert!(again.out.contains("because"), "{}", again.out);
        assert_eq!(selvedge(&["reproduce", "--like", like]), ran);
    }
}

/// What was seen may be that nothing comes any more.
#[test]
fn a_deadlock_and_an_orphan_are_reproduced_from_a_word() {
    for (like, property) in [
        ("the attach hangs", "no-deadlock"),
        ("orphaned filter", "error-truthfulness"),
    ] {
        let ran = selvedge(&["reproduce", "--like", like]);
        assert_eq!(ran.code, Some(1), "{like}: {}", ran.err);
        assert!(
            ran.out.contains(&format!("VIOLATED {property}")),
            "{}",
            ran.out
        );
    }
}

#[test]
fn what_no_model_shows_is_not_found_and_the_report_says_where_it_looked() {
    let ran = selvedge(&["reproduce", "--like", "0xC0220009"]);

    assert_eq!(ran.code, Some(3), "{}", ran.err);
    for part in [
        "NOT FOUND `0xC0220009`\n",
        "  looked at  18 models",
        "attach/five_types\n",
        "TXN_IN_PROGRESS",
    ] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
}

/// Under a lock a begin is never refused.
#[test]
fn models_strategies_and_readings_can_be_chosen() {
    let folder = Folder::new();
    let race = folder.file("race.toml", RACE);
    let like = [
        "reproduce",
        "--like",
        "TXN_IN_PROGRESS",
        &race,
        "--waits",
        "sufficient",
    ];

    let locked = selvedge(&[&like[..], &["--strategy", "push-lock"]].concat());
    assert_eq!(locked.code, Some(3));
    assert!(locked.out.contains("looked at  1 model"), "{}", locked.out);
    let out = text_of(&folder.path("found"));
    let shared = selvedge(&[&like[..], &["--out", &out, "--contrast"]].concat());
    assert_eq!(shared.code, Some(1), "{}", shared.err);
    assert!(
        shared
            .out
            .contains("CONTRAST  the nearest execution that passes")
    );
    let file = shared.err.trim_end().strip_prefix("wrote ").unwrap();
    assert_eq!(selvedge(&["replay", file]).code, Some(1));
}

#[test]
fn what_says_nothing_is_bad_input() {
    assert_bad_input(
        &["reproduce", "--like", "it does not work"],
        "`it does not work`",
        "nothing that a trace shows",
    );
}
