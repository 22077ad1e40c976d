//! One execution of shuttle's again, by shuttle's own replay.

use std::cell::RefCell;
use std::rc::Rc;

use ::shuttle::scheduler::ReplayScheduler;
use ::shuttle::scheduler::Schedule;
use shuttle_engine::scheduler::ScheduleStep;
use shuttle_engine::scheduler::serialization::deserialize_schedule;
use thiserror::Error;

use crate::execution::Execution;
use crate::explore::is_shuttle_schedule;
use crate::runtime::Script;
use crate::runtime::Waits;
use crate::runtime::controlled::Start;
use crate::runtime::shuttle::Choices;
use crate::runtime::shuttle::Hidden;
use crate::runtime::shuttle::Limits;
use crate::runtime::shuttle::run;

/// Why an execution of shuttle's did not run again.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NativeReplayError {
    /// The text is not what shuttle encodes a schedule to.
    #[error("not a schedule of shuttle's")]
    Unreadable,
    /// The schedule is one of another system, or of another version of it.
    #[error("shuttle's schedule does not fit the system: {0}")]
    Divergence(String),
}

/// Runs one execution again, by shuttle's own replay scheduler, from a
/// [`NativeSchedule::Shuttle`](crate::explore::NativeSchedule::Shuttle).
///
/// # Errors
///
/// [`NativeReplayError::Unreadable`] if the text is no schedule, and
/// [`NativeReplayError::Divergence`] if the system does not follow it to its end.
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
        .map_err(|failure| NativeReplayError::Divergence(misfit(&failure.message).to_owned()))?;
    let ran = ran.take();
    match ran {
        Some((execution, turns)) if turns == length => Ok(execution),
        Some((_, turns)) => Err(NativeReplayError::Divergence(format!(
            "it ends after {turns} of {length} turns"
        ))),
        None => Err(NativeReplayError::Divergence("it does not end".to_owned())),
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

/// The schedule that a text encodes. Shuttle's decoder is not made for texts that are none: it
/// believes their length, and panics at their end.
fn decode(encoded: &str) -> Option<Schedule> {
    if !is_shuttle_schedule(encoded) {
        return None;
    }
    deserialize_schedule(encoded)
}
