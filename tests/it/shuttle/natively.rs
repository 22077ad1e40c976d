//! Shuttle's own replay of what its searches ran.

use selvedge::explore::Bounds;
use selvedge::explore::ExplorerKind;
use selvedge::explore::NativeReplayError;
use selvedge::explore::NativeSchedule;
use selvedge::explore::replay_native_shuttle;
use selvedge::runtime::Script;
use selvedge::runtime::Waits;
use selvedge::runtime::controlled::Start;

use super::Twin;
use super::by;
use super::programs;
use super::programs::named;

const SAMPLED: Bounds = Bounds {
    executions_max: 20,
    steps_max: 10_000,
    preemptions_max: None,
    fail_fast: false,
};

fn encoded(native: &NativeSchedule) -> (&Script, &str) {
    let NativeSchedule::Shuttle { script, encoded } = native else {
        panic!("a schedule of shuttle's: {native:?}");
    };
    (script, encoded)
}

fn replay(twin: &Twin, text: &str) -> Option<NativeReplayError> {
    let start = Start::clone(&twin.shuttle);
    replay_native_shuttle(&Script::default(), text, start, Waits::MayExpire).err()
}

/// Hidden turns, unwinding and random numbers included.
#[test]
fn a_native_schedule_replays_to_the_same_execution() {
    for twin in programs::all() {
        for kind in [
            ExplorerKind::ShuttleDfs,
            ExplorerKind::ShuttleRandom,
            ExplorerKind::ShuttlePct,
            ExplorerKind::ShuttleUrw,
        ] {
            let seen = by(kind, &twin, Waits::MayExpire, &SAMPLED);
            assert!(seen.natives.len() == seen.executions.len() && !seen.natives.is_empty());
            for (native, execution) in seen.natives.iter().zip(&seen.executions) {
                let (script, text) = encoded(native);
                let start = Start::clone(&twin.shuttle);
                let again = replay_native_shuttle(script, text, start, Waits::MayExpire);
                assert_eq!(again.as_ref(), Ok(execution), "{} {kind:?}", twin.name);
            }
        }
    }
}

#[test]
fn a_schedule_of_another_program_does_not_fit() {
    let (one, other) = (named("finite_waits"), named("lost_update"));
    let seen = by(
        ExplorerKind::ShuttleRandom,
        &one,
        Waits::MayExpire,
        &SAMPLED,
    );
    for native in &seen.natives {
        let misfit = replay(&other, encoded(native).1).unwrap();
        assert!(
            matches!(misfit, NativeReplayError::Divergence(_)),
            "{misfit}"
        );
        let said = misfit.to_string();
        assert!(!said.contains("internal bug"), "{said}");
    }
}

/// Shuttle's decoder believes what it reads, and panics or asks for all memory there is.
#[test]
fn a_text_that_is_no_schedule_is_refused() {
    let twin = named("lost_update");
    for text in [
        "",
        "9",
        "91",
        "00",
        "é1",
        "not a schedule",
        "9101",
        "910110",
        "91010100",
        "9101ffffffffffffffffff0100",
        "91ffffffffffffffffff01010000",
        "9100010000",
        "9140010000",
        "91zz",
    ] {
        let error = replay(&twin, text).unwrap();
        assert_eq!(error, NativeReplayError::Unreadable, "{text}");
    }
}

/// Nor does one changed digit, or a lost half, do more harm than to be told.
#[test]
fn a_schedule_that_was_changed_is_an_error_or_another_schedule() {
    let twin = named("choice");
    let seen = by(
        ExplorerKind::ShuttleRandom,
        &twin,
        Waits::MayExpire,
        &SAMPLED,
    );
    let text = encoded(&seen.natives[0]).1;
    assert_eq!(replay(&twin, text), None);
    let mut refused = 0;
    for place in 0..text.len() {
        let half = place / 2;
        assert!(replay(&twin, &text[..half]).is_some(), "{half}");
        for digit in ["0", "1", "8", "f", "\n"] {
            let changed = [&text[..place], digit, &text[place + 1..]].concat();
            refused += u32::from(replay(&twin, &changed).is_some());
        }
    }
    assert!(refused > 0);
}
