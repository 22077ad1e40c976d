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

/// Some statuses are seen only where Windows is read otherwise, or where an engine call fails.
#[test]
fn it_is_looked_for_under_the_circumstances_that_were_asked_for() {
    let mismatch = ["reproduce", "--like", "LIFETIME_MISMATCH"];
    let model = "attach/connect4_connect6";
    let plain = selvedge(&[&mismatch[..], &[model]].concat());
    assert_eq!(plain.code, Some(3), "{}", plain.out);

    let reading = "foreign-reference=lifetime-mismatch";
    for circumstances in [["--reading", reading], ["--profile", "adversarial"]] {
        let ran = selvedge(&[&mismatch[..], &[model], &circumstances].concat());
        assert_eq!(ran.code, Some(1), "{}", ran.err);
        let told = format!("  reading  {reading} (A-18): ");
        assert!(ran.out.contains(&told), "{}", ran.out);
        assert!(ran.out.contains(&format!(":documented+{reading}:")));
    }

    let left_open = ["reproduce", "--like", "TXN_IN_PROGRESS", model];
    let locked = [&left_open[..], &["--strategy", "push-lock"]].concat();
    assert_eq!(selvedge(&locked).code, Some(3));
    let ran = selvedge(&[&locked[..], &["--engine-faults", "1"]].concat());
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert!(ran.out.contains("\n  fault    "), "{}", ran.out);
    let other = ["--engine-faults", "1", "--fault", "no-memory"];
    assert_eq!(selvedge(&[&locked[..], &other].concat()).code, Some(3));
}

/// A search that was ended says so, and what it saw of statuses, be it none.
#[test]
fn where_the_search_was_ended_is_said() {
    let ran = selvedge(&[
        "reproduce",
        "--like",
        "TIMEOUT",
        "direct/five_types",
        "--strategy",
        "handle-per-context",
        "--executions",
        "1",
    ]);

    assert_eq!(ran.code, Some(3), "{}", ran.err);
    for part in [
        "under each strategy and reading of waits: 2 settings, 2 executions\n",
        "  not all of 2 settings: the search ended after 1 execution\n",
        "  seen there no status\n",
    ] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
}

/// The lane table is that of every other command: its width, its characters, every step.
#[test]
fn its_lane_table_takes_the_options_of_a_lane_table() {
    let like = [
        "reproduce",
        "--like",
        "errno 22",
        "direct/connect4_connect6",
    ];
    let narrow = selvedge(&[&like[..], &["--width", "60"]].concat());
    let (_, table) = narrow.out.split_once("  step  ").unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    assert!(table.lines().all(|line| line.len() <= 60), "{table}");
    let unicode = selvedge(&[&like[..], &["--charset", "utf-8"]].concat());
    assert!(unicode.out.contains("\u{2192} TXN_IN_PROGRESS"));
    let every = selvedge(&[&like[..], &["--every-step"]].concat());
    assert!(!every.out.contains("steps of its own"), "{}", every.out);
    assert!(narrow.out.contains("steps of its own"), "{}", narrow.out);
}

#[test]
fn what_says_nothing_is_bad_input() {
    assert_bad_input(
        &["reproduce", "--like", "it does not work"],
        "`it does not work`",
        "nothing that a trace shows",
    );
}
