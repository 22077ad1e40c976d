//! The controlled runtime: what it does with code under test that panics, waits for ever, catches
//! what it should not, or is cut off.
//!
//! Threads here are closures over a few variables and locks, made anew for each execution.

mod cut_off;
mod ends;
mod panics;
mod threads;

use std::sync::Arc;

use selvedge::execution::Decision;
use selvedge::execution::Execution;
use selvedge::execution::Fact;
use selvedge::execution::FinalState;
use selvedge::execution::ObjectId;
use selvedge::execution::ObjectKind;
use selvedge::execution::Operation;
use selvedge::execution::StepNote;
use selvedge::execution::ThreadId;
use selvedge::execution::Verb;
use selvedge::runtime::Runtime;
use selvedge::runtime::Shared;
use selvedge::runtime::Waits;
use selvedge::runtime::controlled::Controlled;
use selvedge::runtime::controlled::Finish;
use selvedge::runtime::controlled::Policy;
use selvedge::runtime::controlled::Position;
use selvedge::runtime::controlled::System;

use crate::cell;
use crate::cell::Body;
use crate::cell::body;
use crate::small::machine;

type Cell = cell::Cell<Controlled>;
type Guard = cell::Guard<Controlled>;

fn thread(index: usize) -> ThreadId {
    ThreadId::new(index)
}

/// Records what a thread saw, so that outcomes tell it.
fn saw(value: u32) {
    cell::saw::<Controlled>(value);
}

/// A system of threads over two cells, of which it shows the values at rest.
fn over(threads: impl Fn(&Cell, &Cell) -> Vec<Body>) -> impl Fn() -> Finish {
    move || {
        let cells = [Cell::new(0), Cell::new(1)];
        for (index, body) in threads(&cells[0], &cells[1]).into_iter().enumerate() {
            Controlled::spawn(thread(index), body);
        }
        Box::new(move || FinalState {
            values: cells.iter().map(|cell| (thread(0), cell.value())).collect(),
            ..FinalState::default()
        })
    }
}

/// Takes the first thread that can go on, and cuts the execution off before some step.
struct InOrder {
    cut_at: usize,
}

impl Policy for InOrder {
    fn choose(&mut self, position: &Position<'_>) -> Option<Decision> {
        let thread = position
            .enabled
            .first()
            .filter(|_| position.steps.len() < self.cut_at)?;
        let alternative = position.offered(thread).start;
        Some(Decision {
            thread,
            alternative,
        })
    }
}

/// One execution, the first threads first.
fn run(system: &dyn System) -> Execution {
    let policy = &mut InOrder { cut_at: usize::MAX };
    machine(Waits::Sufficient).run(system, policy).clone()
}

fn notes(execution: &Execution) -> String {
    let notes = execution
        .steps
        .iter()
        .map(|step| StepNote::of(step).to_string());
    notes.collect::<Vec<_>>().join(" ")
}
