//! One execution of shuttle's again, by shuttle's own replay.

use std::cell::RefCell;
use std::rc::Rc;

use ::shuttle::scheduler::ReplayScheduler;
use ::shuttle::scheduler::Schedule;
use shuttle_engine::scheduler::ScheduleStep;
use shuttle_engine::scheduler::serialization::deserialize_schedule;
use thiserror::Error;

use crate::execution::Execution;
use crate::runtime::Script;
use crate::runtime::Waits;
use crate::runtime::controlled::Start;
use crate::runtime::shuttle::Choices;
use crate::runtime::shuttle::Hidden;
use crate::runtime::shuttle::Limits;
use crate::runtime::shuttle::run;

/// The first byte of what shuttle encodes, in its hexadecimal text.
const MAGIC: &str = "91";

/// Why an execution of shuttle's did not run again.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NativeReplayError {
    /// The text is not what shuttle encodes a schedule to.
    #[error("not a schedule of shuttle's")]
    Unreadable,
    /// The schedule is one of another system, or of another version of it.
    #[error("shuttle's schedule does not fit the system: {0}")]
    Misfit(String),
}

/// Runs one execution again, by shuttle's own replay scheduler, from a
/// [`NativeSchedule::Shuttle`](super::NativeSchedule::Shuttle).
///
/// # Errors
///
/// [`NativeReplayError::Unreadable`] if the text is no schedule, and [`NativeReplayError::Misfit`]
/// if the system does not follow it to its end.
pub fn replay_native_shuttle(
    script: &Script,
    encoded: &str,
    start: Start,
    waits: Waits,
) -> Result<Execution, NativeReplayError> {
    let schedule = decode(encoded).ok_or(NativeReplayError::Unreadable)?;
    let length = schedule.steps.len();
    // Numbers are only drawn where choices are.
    let choices = if schedule.steps.contains(&ScheduleStep::Random) {
        Choices::Drawn
    } else {
        Choices::Scripted(script.clone())
    };
    let limits = Limits {
        waits,
        steps_max: u32::MAX,
        hidden: Hidden::Seen,
    };
    let ran = Rc::new(RefCell::new(None));
    let take = {
        let ran = Rc::clone(&ran);
        move |execution, turns: &Schedule| {
            ran.replace(Some((execution, turns.steps.len())));
            true
        }
    };
    let scheduler = Box::new(ReplayScheduler::new_from_schedule(schedule));
    run(scheduler, limits, choices, start, take)
        .map_err(|failure| NativeReplayError::Misfit(misfit(&failure.message).to_owned()))?;
    let ran = ran.take();
    match ran {
        Some((execution, turns)) if turns == length => Ok(execution),
        Some((_, turns)) => Err(NativeReplayError::Misfit(format!(
            "it ends after {turns} of {length} turns"
        ))),
        None => Err(NativeReplayError::Misfit("it does not end".to_owned())),
    }
}

/// What shuttle's replay means by a panic, whose own text has addresses and places in it.
fn misfit(message: &str) -> &'static str {
    let known = [
        (
            "scheduled task is not runnable",
            "it wants a thread to go on that cannot",
        ),
        ("schedule ended early", "it ends before the execution does"),
        (
            "expected context switch",
            "it draws a number where there is no choice",
        ),
        (
            "expected random choice",
            "it draws no number where there is a choice",
        ),
    ];
    let found = known.iter().find(|(said, _)| message.starts_with(said));
    found.map_or("shuttle cannot follow it", |(_, meant)| meant)
}

/// Whether a text is what shuttle encodes a schedule to: no more and no less.
pub fn is_shuttle_schedule(encoded: &str) -> bool {
    decode(encoded).is_some()
}

/// The schedule that a text encodes. Shuttle's decoder is not made for texts that are none: it
/// believes their length, and panics at their end.
fn decode(encoded: &str) -> Option<Schedule> {
    let digits: String = encoded.chars().filter(|c| !c.is_whitespace()).collect();
    if !digits.starts_with(MAGIC) || !is_as_long_as_it_says(&digits) {
        return None;
    }
    deserialize_schedule(&digits)
}

/// Whether a text holds the number of steps that its head announces.
fn is_as_long_as_it_says(digits: &str) -> bool {
    let byte = |pair: &[u8]| {
        let text = str::from_utf8(pair).ok().filter(|text| text.len() == 2)?;
        let plain = text.bytes().all(|digit| digit.is_ascii_hexdigit());
        plain.then(|| u8::from_str_radix(text, 16).ok())?
    };
    let bytes: Option<Vec<u8>> = digits.as_bytes().chunks(2).map(byte).collect();
    let Some(bytes) = bytes else {
        return false;
    };
    let mut rest = bytes.into_iter().skip(1);
    let mut number = || {
        let mut number = 0_u64;
        for place in 0..9 {
            let byte = rest.next()?;
            number |= u64::from(byte & 0x7F) << (7 * place);
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        // The tenth byte has the last bit of 64.
        let last = rest.next()?;
        (last == 1).then_some(number | 1 << 63)
    };
    let (Some(width), Some(steps), Some(_seed)) = (number(), number(), number()) else {
        return false;
    };
    if !(1..=16).contains(&width) {
        return false;
    }
    let bits: Vec<bool> = rest
        .flat_map(|byte| (0..8).map(move |place| byte >> place & 1 == 1))
        .collect();
    let width = usize::try_from(width).expect("at most 16");
    let mut place = 0;
    for _ in 0..steps {
        match bits.get(place) {
            None => return false,
            Some(true) => place += 1,
            Some(false) => place += 1 + width,
        }
    }
    // Shuttle makes room for a thread in every step, and leaves what it does not need empty.
    let room = usize::try_from(steps)
        .ok()
        .and_then(|steps| steps.checked_mul(1 + width));
    let is_all = room.is_some_and(|room| bits.len() == room.div_ceil(8) * 8);
    let rest = bits.get(place..);
    is_all && rest.is_some_and(|rest| !rest.contains(&true))
}
