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
use selvedge::execution::FinalState;
use selvedge::execution::ObjectId;
use selvedge::execution::ObjectKind;
use selvedge::execution::Operation;
use selvedge::execution::ThreadId;
use selvedge::execution::Verb;
use selvedge::runtime::Runtime;
use selvedge::runtime::Waits;
use selvedge::runtime::controlled::Finish;
use selvedge::runtime::locked::Native;
use selvedge::runtime::locked::NativeSettings;
use selvedge::runtime::locked::Supervision;
use selvedge::runtime::locked::run_natively;

use crate::cell;
use crate::cell::Body;
use crate::cell::body;

const SETTINGS: NativeSettings = NativeSettings {
    waits: Waits::Sufficient,
    seed: 0,
    latency: None,
    records: true,
};

type Cell = cell::Cell<Native>;

fn thread(index: usize) -> ThreadId {
    ThreadId::new(index)
}

/// Records what a thread saw, so that the execution tells it.
fn saw(value: u32) {
    cell::saw::<Native>(value);
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
        Box::new(move || FinalState {
            values: cells.iter().map(|cell| (thread(0), cell.value())).collect(),
            ..FinalState::default()
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
