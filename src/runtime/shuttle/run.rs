//! A search of shuttle's, from its first execution to its last.

use std::fmt;
use std::panic;
use std::panic::AssertUnwindSafe;

use ::shuttle::Config;
use ::shuttle::ContinuationFunctionBehavior;
use ::shuttle::FailurePersistence;
use ::shuttle::MaxSteps;
use ::shuttle::Runner;
use ::shuttle::scheduler::Schedule;
use ::shuttle::scheduler::Scheduler;

use crate::execution::Execution;
use crate::runtime::Script;
use crate::runtime::Waits;
use crate::runtime::controlled::Start;
use crate::runtime::panics;

use super::adaptor::Adaptor;
use super::task::run_main;
use super::tls;

/// The size of a task's stack in bytes. Shuttle's own 60 KiB are too few for a build without
/// optimisation, and what overflows them kills the process.
pub const STACK_BYTES: usize = 256 * 1024;

/// What bounds and shapes every execution of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How finite waits are read.
    pub waits: Waits,
    /// After how many steps an execution is cut off.
    pub steps_max: u32,
    /// What the scheduler sees of turns that are no steps.
    pub hidden: Hidden,
}

/// What a scheduler sees of turns that are no steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hidden {
    /// Nothing.
    Unseen,
    /// The first turn of every task, in order of task: for a scheduler that wants to meet them.
    Starts,
    /// Everything: for a scheduler that replays all turns.
    Seen,
}

/// Where the values of choices come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choices {
    /// From outside.
    Scripted(Script),
    /// From the scheduler's random numbers.
    Drawn,
}

/// What ended a search that did not go its way: the start-up or the last look panicked, or a
/// scheduler did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFailure {
    /// What the panic said.
    pub message: String,
}

impl fmt::Display for RunFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Every field, so that nothing is left to a default that may change.
fn config() -> Config {
    let mut config = Config::new();
    config.stack_size = STACK_BYTES;
    config.failure_persistence = FailurePersistence::None;
    config.max_steps = MaxSteps::None;
    config.max_time = None;
    config.silence_warnings = true;
    config.record_steps_in_span = false;
    config
        .ungraceful_shutdown_config
        .immediately_return_on_panic = false;
    config
        .ungraceful_shutdown_config
        .continuation_function_behavior = ContinuationFunctionBehavior::Leak;
    config
}

/// Runs a search on the calling operating-system thread: one execution after another, until the
/// scheduler has no more or `take` says that none is wanted. `take` gets each with the schedule by
/// which shuttle runs it again.
///
/// The result is the choices, with the keys that were consulted.
///
/// # Errors
///
/// [`RunFailure`] if something went wrong that is no fault of the threads under test.
///
/// # Panics
///
/// If an execution is running on this operating-system thread.
pub fn run(
    scheduler: Box<dyn Scheduler + Send>,
    limits: Limits,
    choices: Choices,
    start: Start,
    take: impl FnMut(Execution, &Schedule) -> bool + 'static,
) -> Result<Choices, RunFailure> {
    panics::install();
    tls::occupy(limits, choices);
    let adaptor = Adaptor {
        scheduler,
        hidden: limits.hidden,
        take: Box::new(take),
        schedule: Schedule::new(0),
        last: None,
        seen: 0,
    };
    let search = || Runner::new(adaptor, config()).run(move || run_main(&start));
    let caught = panics::quietly(|| panic::catch_unwind(AssertUnwindSafe(search)).err());
    let seat = tls::leave();
    let failure = seat.failure.or(caught);
    let told = failure.map(|failure| RunFailure {
        message: panics::said(&*failure),
    });
    told.map_or(Ok(seat.choices), Err)
}
