//! The examples say what the pages say they say.

use std::path::PathBuf;
use std::process::Command;

/// The text that an example prints. `cargo test` builds examples beside the tests.
fn printed(name: &str) -> String {
    let own = std::env::current_exe().unwrap();
    let target = own.parent().and_then(|deps| deps.parent()).unwrap();
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let example: PathBuf = [target, "examples".as_ref(), file.as_ref()]
        .iter()
        .collect();
    let output = Command::new(&example).output();
    let output = output.unwrap_or_else(|error| {
        panic!(
            "{}: {error}; `cargo build --examples` makes it",
            example.display()
        )
    });
    assert!(output.status.success(), "{name}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn assert_prints(name: &str, parts: &[&str]) {
    let text = printed(name);
    let mut rest = text.as_str();
    for part in parts {
        let place = rest.find(part);
        let place = place.unwrap_or_else(|| panic!("`{part}` is not where it should be:\n{text}"));
        rest = &rest[place + part.len()..];
    }
}

/// Two loads before two stores: of the four classes, those in which one increment comes before the
/// other lose nothing. Under a lock there are two.
#[test]
fn an_update_is_lost_without_a_lock_and_never_with_one() {
    let parts = [
        "without a lock: VIOLATED after 4 executions, 2 failing (exhausted by dpor and by source)",
        "an update was lost",
        "load counter = 0",
        "(preempted)",
        "store counter := 1",
        "replay with Explore::replay and \"sv3:",
        "with a lock: PROVED after 2 executions (exhausted by dpor and by source)",
    ];

    assert_prints("lost_update", &parts);
}

/// 2^4 − 2 orientations of the ring, and the one in which all hold their left fork.
#[test]
fn four_philosophers_starve_together_in_one_of_fifteen_executions() {
    let parts = [
        "all alike: VIOLATED after 15 executions, 1 deadlocked (exhausted by dpor and by source)",
        "deadlock: no thread can go on",
        "1 preemption",
        "one differs: PROVED after 14 executions (exhausted by dpor and by source)",
    ];

    assert_prints("philosophers", &parts);
}

/// T(3,2) = 75, of which 3!·C(1,1)·C(2,1)·C(3,1) = 36 leave nobody without; and 3! orders.
#[test]
fn who_tries_twice_may_go_without_and_who_tries_until_it_works_does_not() {
    let parts = [
        "two tries: PROVED after 75 executions (exhausted by dpor and by source)",
        "36  a=\"had it\" b=\"had it\" c=\"had it\"",
        "until it works: PROVED after 6 executions (exhausted by dpor and by source)",
        "6  a=\"had it\" b=\"had it\" c=\"had it\"",
    ];

    assert_prints("retry", &parts);
}
