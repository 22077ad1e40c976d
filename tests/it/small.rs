//! Small programs of locks, variables, tries, waits and choices, written with the seam alone.
//!
//! They are the common ground of the explorers: each has an exact set of traces and outcomes.

use std::collections::BTreeSet;
use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;
use std::ops::ControlFlow;

use selvedge::execution::Access;
use selvedge::execution::End;
use selvedge::execution::Execution;
use selvedge::execution::Fact;
use selvedge::execution::ObjectId;
use selvedge::execution::ObjectKind;
use selvedge::execution::Operation;
use selvedge::execution::Rest;
use selvedge::execution::Step;
use selvedge::execution::ThreadId;
use selvedge::execution::Verb;
use selvedge::explore::Bounds;
use selvedge::explore::DfsExplorer;
use selvedge::explore::DporExplorer;
use selvedge::explore::Explorer;
use selvedge::explore::Tally;
use selvedge::explore::Unwatched;
use selvedge::explore::search;
use selvedge::runtime::Runtime;
use selvedge::runtime::Shared;
use selvedge::runtime::Turn;
use selvedge::runtime::View;
use selvedge::runtime::Waits;
use selvedge::runtime::controlled::Controlled;
use selvedge::runtime::controlled::Finish;
use selvedge::runtime::controlled::Limits;
use selvedge::runtime::controlled::Machine;
use selvedge::runtime::controlled::Start;
use selvedge::runtime::controlled::System;
use selvedge::status::NtStatus;

/// One statement of a small program. Objects are numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Statement {
    Load(u16),
    Store(u16, u32),
    /// Read, add one and write, in one step.
    Increment(u16),
    /// Load, and store one more: two steps.
    LoadStore(u16),
    /// The thread's local value, from the last load, to a variable.
    StoreLocal(u16),
    /// A lock around the body.
    Locked(u16, Vec<Statement>),
    /// A try-lock: the body runs if it succeeds.
    Tried(u16, Vec<Statement>),
    /// A lock whose wait is finite: the body runs unless it expires.
    Timed(u16, Vec<Statement>),
    /// A shared acquire around the body.
    Reading(u16, Vec<Statement>),
    Set(u16),
    Wait(u16),
    /// A finite wait for an event.
    WaitTimed(u16),
    /// One of so many values into the thread's local value.
    Choose(u8),
    /// Compare-and-swap 0 to 1, up to so many times, then back to 0.
    Tries(u16, u32),
}

use Statement::*;

/// A small program: the statements of each thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Small(pub(crate) Vec<Vec<Statement>>);

#[derive(Debug, Default)]
struct RwState {
    writer: bool,
    readers: u32,
}

impl RwState {
    fn is_free(&self) -> bool {
        !self.writer && self.readers == 0
    }
}

struct Objects<R: Runtime> {
    variables: Vec<Shared<R, u32>>,
    locks: Vec<Shared<R, RwState>>,
    events: Vec<Shared<R, bool>>,
}

const OBJECTS: u16 = 6;

impl<R: Runtime> Objects<R> {
    fn new() -> Self {
        let id = ObjectId::initial;
        Self {
            variables: (0..OBJECTS)
                .map(|i| Shared::new(id(ObjectKind::Variable, i), 0))
                .collect(),
            locks: (0..OBJECTS)
                .map(|i| Shared::new(id(ObjectKind::RwLock, i), RwState::default()))
                .collect(),
            events: (0..OBJECTS)
                .map(|i| Shared::new(id(ObjectKind::Event, i), false))
                .collect(),
        }
    }

    fn variable(&self, index: u16) -> &Shared<R, u32> {
        &self.variables[usize::from(index)]
    }

    fn lock(&self, index: u16) -> &Shared<R, RwState> {
        &self.locks[usize::from(index)]
    }

    fn event(&self, index: u16) -> &Shared<R, bool> {
        &self.events[usize::from(index)]
    }

    fn load(&self, index: u16) -> u32 {
        let cell = self.variable(index);
        R::act(Operation::on(Verb::Load, cell.id()), (cell,), |(value,)| {
            *value
        })
    }

    fn store(&self, index: u16, new: u32) {
        let cell = self.variable(index);
        R::act(
            Operation::on(Verb::Store, cell.id()),
            (cell,),
            |(mut value,)| *value = new,
        );
    }

    fn increment(&self, index: u16) -> u32 {
        let cell = self.variable(index);
        let operation = Operation::on(Verb::Update, cell.id());
        R::act(operation, (cell,), |(mut value,)| {
            *value += 1;
            *value
        })
    }

    fn acquire(&self, index: u16) {
        let cell = self.lock(index);
        let operation = Operation::on(Verb::Lock, cell.id());
        R::wait(
            operation,
            (cell,),
            |(lock,)| lock.is_free(),
            |(mut lock,)| {
                lock.writer = true;
            },
        );
    }

    fn try_acquire(&self, index: u16) -> bool {
        let cell = self.lock(index);
        let operation = Operation::on(Verb::TryLock, cell.id());
        R::act(operation, (cell,), |(mut lock,)| {
            let free = lock.is_free();
            if free {
                lock.writer = true;
            }
            free
        })
    }

    fn acquire_in_time(&self, index: u16) -> bool {
        let cell = self.lock(index);
        let operation = Operation::on(Verb::Lock, cell.id());
        let take = |mut lock: View<'_, RwState>, turn| {
            if turn == Turn::Ready {
                lock.writer = true;
            }
            turn == Turn::Ready
        };
        R::wait_or_expire(
            operation,
            (cell,),
            |(lock,)| lock.is_free(),
            |(lock,), turn| take(lock, turn),
        )
    }

    fn release(&self, index: u16) {
        let cell = self.lock(index);
        let operation = Operation::on(Verb::Unlock, cell.id());
        R::act(operation, (cell,), |(mut lock,)| {
            lock.release().writer = false;
        });
    }

    fn acquire_shared(&self, index: u16) {
        let cell = self.lock(index);
        let operation = Operation::on(Verb::LockShared, cell.id());
        R::wait(
            operation,
            (cell,),
            |(lock,)| !lock.writer,
            |(mut lock,)| {
                lock.commuting().readers += 1;
            },
        );
    }

    fn release_shared(&self, index: u16) {
        let cell = self.lock(index);
        let operation = Operation::on(Verb::UnlockShared, cell.id());
        R::act(operation, (cell,), |(mut lock,)| {
            lock.commuting().readers -= 1;
        });
    }

    fn set(&self, index: u16) {
        let cell = self.event(index);
        R::act(
            Operation::on(Verb::EventSet, cell.id()),
            (cell,),
            |(mut set,)| {
                if !*set {
                    *set.release() = true;
                }
            },
        );
    }

    fn wait(&self, index: u16) {
        let cell = self.event(index);
        let operation = Operation::on(Verb::EventWait, cell.id());
        R::wait(operation, (cell,), |(set,)| **set, |_| ());
    }

    fn wait_in_time(&self, index: u16) -> bool {
        let cell = self.event(index);
        let operation = Operation::on(Verb::EventWait, cell.id());
        R::wait_or_expire(
            operation,
            (cell,),
            |(set,)| **set,
            |_, turn| turn == Turn::Ready,
        )
    }

    fn swap(&self, index: u16) -> bool {
        let cell = self.variable(index);
        R::act(
            Operation::on(Verb::Swap, cell.id()),
            (cell,),
            |(mut value,)| {
                let free = *value == 0;
                if free {
                    *value = 1;
                }
                free
            },
        )
    }
}

/// What a thread of a small program keeps to itself.
#[derive(Debug, Default)]
struct Local {
    value: u32,
    /// Everything it has seen, in order.
    seen: Vec<u32>,
}

impl Local {
    fn see(&mut self, value: u32) {
        self.value = value;
        self.seen.push(value);
    }
}

fn run<R: Runtime>(objects: &Objects<R>, statements: &[Statement], local: &mut Local) {
    for statement in statements {
        run_one(objects, statement, local);
    }
}

fn run_one<R: Runtime>(objects: &Objects<R>, statement: &Statement, local: &mut Local) {
    match statement {
        Load(index) => local.see(objects.load(*index)),
        Store(index, value) => objects.store(*index, *value),
        StoreLocal(index) => objects.store(*index, local.value),
        Increment(index) => local.see(objects.increment(*index)),
        LoadStore(index) => {
            local.see(objects.load(*index));
            objects.store(*index, local.value + 1);
        }
        Locked(index, body) => {
            objects.acquire(*index);
            run(objects, body, local);
            objects.release(*index);
        }
        Tried(index, body) => {
            let taken = objects.try_acquire(*index);
            run_if(objects, taken, (*index, body), local);
        }
        Timed(index, body) => {
            let taken = objects.acquire_in_time(*index);
            run_if(objects, taken, (*index, body), local);
        }
        Reading(index, body) => {
            objects.acquire_shared(*index);
            run(objects, body, local);
            objects.release_shared(*index);
        }
        Set(index) => objects.set(*index),
        Wait(index) => objects.wait(*index),
        WaitTimed(index) => local.see(u32::from(objects.wait_in_time(*index))),
        Choose(alternatives) => {
            let operation = Operation::local(Verb::Choose);
            local.see(u32::from(R::choose(operation, *alternatives)));
        }
        Tries(index, most) => {
            let won = (0..*most).any(|_| objects.swap(*index));
            local.see(u32::from(won));
            if won {
                objects.store(*index, 0);
            }
        }
    }
}

/// The body of a lock that was taken, or not.
fn run_if<R: Runtime>(
    objects: &Objects<R>,
    taken: bool,
    (index, body): (u16, &[Statement]),
    local: &mut Local,
) {
    local.see(u32::from(taken));
    if taken {
        run(objects, body, local);
        objects.release(index);
    }
}

impl Small {
    /// Starts the program on a runtime.
    pub(crate) fn start_on<R: Runtime>(&self) -> Finish {
        let objects = std::sync::Arc::new(Objects::<R>::new());
        for (index, statements) in self.0.iter().enumerate() {
            let (objects, statements) = (std::sync::Arc::clone(&objects), statements.clone());
            R::spawn(ThreadId::new(index), move || {
                let mut local = Local::default();
                run(&objects, &statements, &mut local);
                // What a thread saw is its result: a call for each value.
                for (call, value) in local.seen.into_iter().enumerate() {
                    let (call, cause) =
                        (u16::try_from(call).expect("few values"), NtStatus::SUCCESS);
                    let fact = Fact::CallReturns {
                        call,
                        errno: value,
                        expected: value,
                        cause,
                    };
                    R::record(fact);
                }
            });
        }
        Box::new(move || {
            let values = objects
                .variables
                .iter()
                .map(|cell| cell.inspect(|value| *value));
            let values = values.map(|value| (ThreadId::new(0), value)).collect();
            Rest {
                values,
                ..Rest::default()
            }
        })
    }

    /// The same, for whoever keeps it.
    pub(crate) fn starter<R: Runtime>(&self) -> Start {
        let program = self.clone();
        std::sync::Arc::new(move || program.start_on::<R>())
    }
}

impl System for Small {
    fn start(&self) -> Finish {
        self.start_on::<Controlled>()
    }
}

/// What an exploration of a small program saw.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) tally: Tally,
    /// The different classes of equivalent executions.
    pub(crate) traces: BTreeSet<Vec<u64>>,
    /// The different outcomes.
    pub(crate) outcomes: BTreeSet<selvedge::execution::Outcome>,
}

pub(crate) fn machine(waits: Waits) -> Machine {
    Machine::new(Limits {
        waits,
        steps_max: 10_000,
    })
}

pub(crate) fn explore<E: Explorer>(program: &dyn System, waits: Waits, mut explorer: E) -> Seen {
    explore_up_to(program, waits, &mut explorer, u64::MAX)
}

pub(crate) fn explore_up_to<E: Explorer>(
    program: &dyn System,
    waits: Waits,
    explorer: &mut E,
    executions_max: u64,
) -> Seen {
    let mut traces = BTreeSet::new();
    let mut outcomes = BTreeSet::new();
    let bounds = Bounds {
        executions_max,
        ..Bounds::default()
    };
    let watch = &mut Unwatched;
    let tally = search(
        &mut machine(waits),
        program,
        explorer,
        (&bounds, watch),
        |execution| {
            traces.insert(trace_class(execution));
            outcomes.insert(execution.outcome());
            ControlFlow::Continue(())
        },
    );
    Seen {
        tally,
        traces,
        outcomes,
    }
}

pub(crate) fn dpor(program: &dyn System, waits: Waits) -> Seen {
    explore(program, waits, DporExplorer::new(waits))
}

pub(crate) fn dfs(program: &dyn System, waits: Waits) -> Seen {
    explore(program, waits, DfsExplorer::default())
}

/// The class of equivalent executions that this one is in: for each step, named by thread and
/// number, what it did and which earlier steps it directly depends on, in an order of its own. Made
/// from the definition of dependence alone, not from anything the explorers compute.
pub(crate) fn trace_class(execution: &Execution) -> Vec<u64> {
    let steps = &execution.steps;
    let mut counts = [0_usize; 64];
    let mut names: Vec<(usize, usize)> = Vec::new();
    let mut class: Vec<u64> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let thread = step.thread.index();
        counts[thread] += 1;
        names.push((thread, counts[thread]));
        let mut before: Vec<(usize, usize)> = (0..index)
            .filter(|&i| dependent(&steps[i], step))
            .map(|i| names[i])
            .collect();
        before.sort_unstable();
        let mut hasher = DefaultHasher::new();
        (names[index], step.operation, step.alternative, before).hash(&mut hasher);
        class.push(hasher.finish());
    }
    class.sort_unstable();
    class.push(u64::from(matches!(execution.end, End::Deadlock(_))));
    class
}

fn dependent(a: &Step, b: &Step) -> bool {
    if a.thread == b.thread || a.footprint.is_everything() || b.footprint.is_everything() {
        return true;
    }
    a.footprint.iter().any(|mine| {
        b.footprint.iter().any(|theirs| {
            let both = |access| mine.access == access && theirs.access == access;
            mine.object == theirs.object && !both(Access::Read) && !both(Access::Commute)
        })
    })
}
