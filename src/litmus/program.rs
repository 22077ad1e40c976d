//! Programs: a closure that is the main thread, or threads that start together.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use crate::execution::FinalState;
use crate::execution::ThreadId;
use crate::runtime::Runtime;
use crate::runtime::controlled::Controlled;
use crate::runtime::controlled::Finish;
use crate::runtime::controlled::System;
use crate::runtime::said_quietly;

use super::registry;

/// What looks at the end of an execution.
type Closing = Box<dyn FnOnce() + Send>;

/// A program to explore.
///
/// A closure without arguments is one: it runs as the main thread, spawns others and joins them.
/// [`threads`] makes one whose threads start together.
pub struct Program {
    start: Box<dyn Fn() -> Option<Closing>>,
}

impl<F: Fn() + Send + Sync + 'static> From<F> for Program {
    fn from(main: F) -> Self {
        let main = Arc::new(main);
        let start = move || {
            let main = Arc::clone(&main);
            start(registry::main_thread(), move || main());
            None
        };
        Self {
            start: Box::new(start),
        }
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program").finish_non_exhaustive()
    }
}

impl System for Program {
    fn start(&self) -> Finish {
        registry::begin_execution();
        let closing = (self.start)();
        Box::new(move || {
            let closing = closing.filter(|_| registry::all_finished());
            let looked = closing.map(|closing| said_quietly(AssertUnwindSafe(closing)));
            registry::close();
            FinalState {
                objection: looked.and_then(Result::err),
                ..FinalState::default()
            }
        })
    }

    fn noted(&self) -> String {
        registry::noted()
    }
}

/// Starts a thread of the start-up.
fn start(thread: ThreadId, body: impl FnOnce() + Send + 'static) {
    Controlled::spawn(thread, move || {
        body();
        registry::finished();
    });
}

/// The threads of a program that start together, and what has to hold at its end.
#[derive(Default)]
pub struct Threads {
    closing: Option<Closing>,
}

impl Threads {
    /// Adds a thread. The first one has the index 0.
    pub fn spawn(&mut self, body: impl FnOnce() + Send + 'static) {
        start(registry::next_thread(), body);
    }

    /// What is looked at when every thread has come to its end: a panic there is a finding. It is
    /// left out where a thread panicked or waits for ever. Of several, the last one counts.
    pub fn finally(&mut self, look: impl FnOnce() + Send + 'static) {
        self.closing = Some(Box::new(look));
    }
}

impl fmt::Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Threads").finish_non_exhaustive()
    }
}

/// A program of threads that start together: the classic shape of a litmus test.
///
/// `set_up` makes what the threads share. It runs before any of them, and what it does takes no
/// steps; neither does the look at the end. So there is nothing in an execution but the threads.
///
/// ```
/// use selvedge::litmus::Atomic;
/// use selvedge::litmus::prove;
/// use selvedge::litmus::threads;
///
/// prove(threads(|threads| {
///     let count = Atomic::new(0_u32);
///     for _ in 0..2 {
///         let count = count.clone();
///         threads.spawn(move || {
///             count.fetch_add(1);
///         });
///     }
///     threads.finally(move || assert_eq!(count.load(), 2));
/// }));
/// ```
pub fn threads(set_up: impl Fn(&mut Threads) + 'static) -> Program {
    let start = move || {
        let mut threads = Threads::default();
        set_up(&mut threads);
        threads.closing
    };
    Program {
        start: Box::new(start),
    }
}
