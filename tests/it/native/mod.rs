//! The runtime of operating-system threads: what it keeps atomic, what it sees, what it gives up.
//!
//! Nothing here waits for luck or for time: an order that a test needs is forced by events, or by a
//! finite wait, which runs out exactly when every other thread sleeps.

mod ends;
mod replays;
mod steps;

use std::sync::Arc;

use selvedge::execution::Blocked;
use selvedge::execution::Execution;
use selvedge::execution::Fact;
use selvedge::execution::ObjectId;
use selvedge::execution::ObjectKind;
use selvedge::execution::Operation;
use selvedge::execution::Rest;
use selvedge::execution::ThreadId;
use selvedge::execution::Verb;
use selvedge::runtime::Runtime;
use selvedge::runtime::Shared;
use selvedge::runtime::Turn;
use selvedge::runtime::Waits;
use selvedge::runtime::controlled::Finish;
use selvedge::runtime::locked::Native;
use selvedge::runtime::locked::NativeSettings;
use selvedge::runtime::locked::Supervision;
use selvedge::runtime::locked::run_natively;
use selvedge::status::NtStatus;

/// What a thread does.
type Body = Box<dyn FnOnce() + Send>;

const SETTINGS: NativeSettings = NativeSettings {
    waits: Waits::Sufficient,
    seed: 0,
    latency: None,
    records: true,
};

/// A variable, a lock that is free at 0, or an event that is set at 1.
#[derive(Clone)]
struct Cell(Shared<Native, u32>);

impl Cell {
    fn new(index: u16) -> Self {
        let id = ObjectId::initial(ObjectKind::Variable, index);
        Self(Shared::new(id, 0))
    }

    fn on(&self, verb: Verb) -> Operation {
        Operation::on(verb, self.0.id())
    }

    fn load(&self) -> u32 {
        Native::act(self.on(Verb::Load), (&self.0,), |(value,)| *value)
    }

    fn store(&self, new: u32) {
        Native::act(self.on(Verb::Store), (&self.0,), |(mut value,)| {
            *value = new;
        });
    }

    fn lock(&self) {
        let operation = self.on(Verb::Lock);
        Native::wait(
            operation,
            (&self.0,),
            |(value,)| **value == 0,
            |(mut value,)| *value = 1,
        );
    }

    fn unlock(&self) {
        let operation = self.on(Verb::Unlock);
        Native::act(operation, (&self.0,), |(mut value,)| *value.release() = 0);
    }

    fn set(&self) {
        let operation = self.on(Verb::EventSet);
        Native::act(operation, (&self.0,), |(mut value,)| *value = 1);
    }

    fn wait(&self) {
        let operation = self.on(Verb::EventWait);
        Native::wait(
            operation,
            (&self.0,),
            |(value,)| **value == 1,
            |(value,)| assert_eq!(*value, 1),
        );
    }

    /// Whether the event was set before the wait ran out.
    fn wait_timed(&self) -> bool {
        let operation = self.on(Verb::EventWait);
        Native::wait_or_expire(
            operation,
            (&self.0,),
            |(value,)| **value == 1,
            |_, turn| turn == Turn::Ready,
        )
    }

    /// The value, outside any execution.
    fn value(&self) -> u32 {
        self.0.inspect(|value| *value)
    }
}

fn thread(index: usize) -> ThreadId {
    ThreadId::new(index)
}

fn body(body: impl FnOnce() + Send + 'static) -> Body {
    Box::new(body)
}

/// Records what a thread saw, so that the execution tells it.
fn saw(value: u32) {
    Native::record(Fact::CallReturns {
        call: 0,
        errno: value,
        expected: value,
        cause: NtStatus::SUCCESS,
    });
}

/// What was seen, with the thread that saw it.
fn seen(execution: &Execution) -> Vec<(usize, u32)> {
    let results = execution.results();
    let seen = results
        .iter()
        .map(|result| (result.thread.index(), result.errno));
    seen.collect()
}

/// A system of threads over six cells, of which it shows the values at rest.
fn over(threads: impl Fn(&[Cell]) -> Vec<Body>) -> impl Fn() -> Finish {
    move || {
        let cells: Arc<[Cell]> = (0..6).map(Cell::new).collect();
        for (index, body) in threads(&cells).into_iter().enumerate() {
            Native::spawn(thread(index), body);
        }
        Box::new(move || Rest {
            values: cells.iter().map(|cell| (thread(0), cell.value())).collect(),
            ..Rest::default()
        })
    }
}

fn run_with(settings: NativeSettings, system: &dyn Fn() -> Finish) -> Execution {
    let ended = run_natively(system, &settings, &mut |_| Supervision::GoOn);
    ended.expect("nobody gives up")
}

fn run(threads: impl Fn(&[Cell]) -> Vec<Body>) -> Execution {
    run_with(SETTINGS, &over(threads))
}

/// A thread that waits in an operation on a cell.
fn blocked(index: usize, verb: Verb, cell: u16) -> Blocked {
    let object = ObjectId::initial(ObjectKind::Variable, cell);
    Blocked {
        thread: thread(index),
        operation: Operation::on(verb, object),
    }
}
