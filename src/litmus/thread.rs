//! Threads that threads start, choices, and observations.

use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex as Slot;

use crate::execution::ObjectKind;
use crate::execution::Operation;
use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::runtime::Shared;
use crate::runtime::controlled::Controlled;

use super::registry;
use super::rounds;

/// A started thread, to be joined. Whoever drops it lets the thread go on by itself.
pub struct JoinHandle<T> {
    finished: Shared<Controlled, bool>,
    result: Arc<Slot<Option<T>>>,
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").finish_non_exhaustive()
    }
}

/// Starts a thread that runs beside the caller, which takes a step for it. It may start others.
///
/// # Panics
///
/// Outside of an exploration, or if it would be the 65th thread of the program.
#[track_caller]
pub fn spawn<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    registry::require_open("a thread was spawned");
    rounds::before_step();
    let finished = Shared::new(Controlled::fresh(ObjectKind::Thread), false);
    let result = Arc::new(Slot::new(None));
    let handle = JoinHandle {
        finished: finished.clone(),
        result: Arc::clone(&result),
    };
    let thread = registry::next_thread();
    registry::name_end(finished.id(), thread);
    Controlled::spawn(thread, move || {
        *result.lock() = Some(body());
        let operation = Operation::on(Verb::Finish, finished.id());
        Controlled::act(operation, (&finished,), |(mut finished,)| {
            *finished.release() = true;
        });
        registry::finished();
    });
    handle
}

impl<T> JoinHandle<T> {
    /// Waits for the end of the thread and takes what it returned.
    ///
    /// Who joins a thread that panicked waits for ever; the panic is what is reported then.
    ///
    /// # Panics
    ///
    /// Never, unless a thread is joined in a destructor that runs because of a panic.
    pub fn join(self) -> T {
        rounds::before_step();
        let operation = Operation::on(Verb::Join, self.finished.id());
        Controlled::wait(
            operation,
            (&self.finished,),
            |(finished,)| **finished,
            |_| (),
        );
        let result = self.result.lock().take();
        result.expect("who has finished has left a result, which is taken once")
    }
}

/// Chooses a number below `alternatives`: every one of them is explored.
///
/// # Panics
///
/// If there is no alternative, or outside of an exploration.
#[track_caller]
pub fn choose(alternatives: u8) -> u8 {
    registry::require_open("something was chosen");
    rounds::before_step();
    Controlled::choose(Operation::local(Verb::Choose), alternatives)
}

/// Notes a value under a name. What an execution noted is its outcome, and all outcomes are
/// counted: [`Explored::outcomes`](super::Explored::outcomes). Takes no step.
///
/// A name that is noted twice keeps the value of the last time. Where several threads note the same
/// name, the order of their notes is no part of the search: give each thread names of its own.
pub fn observe(name: impl Into<String>, value: impl fmt::Debug) {
    registry::observe(name.into(), format!("{value:?}"));
}
