//! What bad input may never do: panic, hang, or be refused with anything but one clear message.
//!
//! Fuzzing and the tests hold any input to this, the same way. Not held to it is what a scenario
//! would cost to check: it is parsed, and only a schedule that somebody wrote is run on it.

use crate::replay::RecordedSchedule;
use crate::replay::ScheduleError;
use crate::replay::replay;
use crate::replay::replay_best_effort;
use crate::report::Detail;
use crate::report::LaneTable;
use crate::scenario::Scenario;

/// How long a message is at most, in characters: one line that can be read.
const MESSAGE_MAX: usize = 2_000;

/// Takes bytes as a scenario file: whether it is one.
///
/// # Panics
///
/// If the message of a refusal is not one.
pub fn scenario(bytes: &[u8]) -> bool {
    match Scenario::from_bytes("t", bytes) {
        Ok(_) => true,
        Err(error) => refused(&error.to_string()),
    }
}

/// Takes a text as a schedule file, and replays it if it is one: whether it is.
///
/// # Panics
///
/// If the message of a refusal is not one.
pub fn schedule(text: &str) -> bool {
    run(RecordedSchedule::from_file_text("t.schedule", text))
}

/// Takes a text as a token, and replays it if it is one: whether it is.
///
/// # Panics
///
/// If the message of a refusal is not one.
pub fn token(text: &str) -> bool {
    run(RecordedSchedule::from_token(text))
}

fn run(read: Result<RecordedSchedule, ScheduleError>) -> bool {
    let ready = read.and_then(|recorded| {
        let scenario = recorded.scenario(None)?;
        Ok((recorded, scenario))
    });
    match ready {
        Err(error) => refused(&error.to_string()),
        Ok((recorded, scenario)) => {
            if let Err(error) = scenario.workload().require_room(&recorded.circumstances) {
                return refused(&error.to_string());
            }
            for replayed in [
                replay(&recorded, &scenario),
                replay_best_effort(&recorded, &scenario),
            ] {
                LaneTable::of(&replayed.execution, &replayed.names, Detail::Folded);
            }
            true
        }
    }
}

/// A refusal has one clear message.
fn refused(message: &str) -> bool {
    assert!(!message.is_empty(), "a refusal says nothing");
    let length = message.chars().count();
    assert!(length <= MESSAGE_MAX, "a refusal of {length} characters");
    false
}
