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
use selvedge::execution::ObjectId;
use selvedge::execution::ObjectKind;
use selvedge::execution::Operation;
use selvedge::execution::Rest;
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
use selvedge::status::NtStatus;

use crate::small::machine;

/// What a thread does.
type Body = Box<dyn FnOnce() + Send>;

/// A variable, or a lock that is free at 0.
#[derive(Clone)]
struct Cell(Arc<Shared<Controlled, u32>>);

impl Cell {
    fn new(index: u16) -> Self {
        let id = ObjectId::initial(ObjectKind::Variable, index);
        Self(Arc::new(Shared::new(id, 0)))
    }

    fn on(&self, verb: Verb) -> Operation {
        Operation::on(verb, self.0.id())
    }

    fn load(&self) -> u32 {
        Controlled::act(self.on(Verb::Load), (&*self.0,), |(value,)| *value)
    }

    fn store(&self, new: u32) {
        Controlled::act(self.on(Verb::Store), (&*self.0,), |(mut value,)| {
            *value = new;
        });
    }

    /// Adds one: the new value.
    fn count(&self) -> u32 {
        Controlled::act(self.on(Verb::Update), (&*self.0,), |(mut value,)| {
            *value += 1;
            *value
        })
    }

    fn lock(&self) {
        let free = |value: &u32| *value == 0;
        let operation = self.on(Verb::Lock);
        Controlled::wait(
            operation,
            (&*self.0,),
            |(value,)| free(value),
            |(mut value,)| *value = 1,
        );
    }

    fn unlock(&self) {
        let operation = self.on(Verb::Unlock);
        Controlled::act(operation, (&*self.0,), |(mut value,)| *value.release() = 0);
    }

    /// The value, outside any execution.
    fn value(&self) -> u32 {
        self.0.inspect(|value| *value)
    }
}

/// Gives a lock back when it goes: a step in a destructor.
struct Guard(Cell);

impl Guard {
    fn of(cell: &Cell) -> Self {
        cell.lock();
        Self(cell.clone())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.unlock();
    }
}

fn thread(index: usize) -> ThreadId {
    ThreadId::new(index)
}

fn body(body: impl FnOnce() + Send + 'static) -> Body {
    Box::new(body)
}

/// Records what a thread saw, so that outcomes tell it.
fn saw(value: u32) {
    Controlled::record(Fact::CallReturns {
        call: 0,
        errno: value,
        expected: value,
        cause: NtStatus::SUCCESS,
    });
}

/// A system of threads over two cells, of which it shows the values at rest.
fn over(threads: impl Fn(&Cell, &Cell) -> Vec<Body>) -> impl Fn() -> Finish {
    move || {
        let cells = [Cell::new(0), Cell::new(1)];
        for (index, body) in threads(&cells[0], &cells[1]).into_iter().enumerate() {
            Controlled::spawn(thread(index), body);
        }
        Box::new(move || Rest {
            values: cells.iter().map(|cell| (thread(0), cell.value())).collect(),
            ..Rest::default()
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
