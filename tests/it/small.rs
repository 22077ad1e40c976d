//! Small programs of locks, variables, tries, waits and choices, written with the seam alone.
//!
//! They are the common ground of the explorers: each has an exact set of traces and outcomes.

use std::sync::Arc;
use std::sync::Mutex;

use selvedge::execution::Fact;
use selvedge::execution::FinalState;
use selvedge::execution::Operation;
use selvedge::execution::ThreadId;
use selvedge::execution::Verb;
use selvedge::runtime::Runtime;
use selvedge::runtime::controlled::Controlled;
use selvedge::runtime::controlled::Finish;
use selvedge::runtime::controlled::Start;
use selvedge::runtime::controlled::System;
use selvedge::status::NtStatus;

use crate::objects::Objects;
use crate::sizes::Sizes;

pub(crate) use crate::seen::dfs;
pub(crate) use crate::seen::dpor;
pub(crate) use crate::seen::explore_up_to;
pub(crate) use crate::seen::machine;

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
    /// Wait until an event is set or a lock is free, and look whether it is set.
    WaitEither(u16),
    /// Wait until an event is set and a lock is free.
    WaitBoth(u16),
    /// Wait for either, then increment the variable, in one step.
    EitherIncrement(u16),
    Clear(u16),
    /// One of so many values into the thread's local value.
    Choose(u8),
    /// Compare-and-swap 0 to 1, up to so many times, then back to 0.
    Tries(u16, u32),
    /// Spin until a variable is not 0.
    SpinLoad(u16),
    /// Compare-and-swap 0 to 1, for ever; the body; then back to 0.
    SpinLocked(u16, Vec<Statement>),
    /// A try of a shared acquire: the body runs if it succeeds.
    TriedReading(u16, Vec<Statement>),
    /// Let go of a lock that is held, wait for a condition, take the lock again.
    ConditionWait {
        condition: u16,
        lock: u16,
    },
    NotifyOne(u16),
    NotifyAll(u16),
    /// Frees a lock that is held and begins to wait, wakes when notified, takes the lock again:
    /// three steps. A finite wait may expire.
    Await {
        condition: u16,
        lock: u16,
        finite: bool,
    },
    /// Wakes one, or all, of the threads in [`Await`].
    Notify {
        condition: u16,
        all: bool,
    },
    /// Compare-and-swap 0 to 1, once. The thread sees whether it succeeded.
    CompareExchange(u16),
    /// Panics if the value that the thread saw last is 0.
    Require,
    /// Load, and store one more to another variable: two steps.
    Copy {
        from: u16,
        to: u16,
    },
    /// Load this variable and those before it, down to the first that is 0.
    Scan(u16),
    /// Start the thread with this index.
    Fork(usize, Vec<Statement>),
    /// Wait for the end of a thread that was forked.
    Join(usize),
}

use Statement::{
    Await, Choose, Clear, CompareExchange, ConditionWait, Copy, EitherIncrement, Fork, Increment,
    Join, Load, LoadStore, Locked, Notify, NotifyAll, NotifyOne, Reading, Require, Scan, Set,
    SpinLoad, SpinLocked, Store, StoreLocal, Timed, Tried, TriedReading, Tries, Wait, WaitBoth,
    WaitEither, WaitTimed,
};

/// A small program: the statements of each thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Small(pub(crate) Vec<Vec<Statement>>);

/// What a thread of a small program keeps to itself.
#[derive(Debug)]
struct Local {
    value: u32,
    /// Everything it has seen, in order.
    seen: Vec<u32>,
    thread: usize,
    /// A copy of what every thread has seen, for programs that are watched.
    log: Option<Arc<Log>>,
}

impl Local {
    fn see(&mut self, value: u32) {
        self.value = value;
        self.seen.push(value);
        if let Some(log) = &self.log {
            let mut log = log.lock().expect("no thread panics while it holds the log");
            log.push((ThreadId::new(self.thread), value));
        }
    }
}

/// What threads have seen, in the order of the execution. Threads that never end are in it, too.
type Log = Mutex<Vec<(ThreadId, u32)>>;

fn run<R: Runtime>(objects: &Arc<Objects<R>>, statements: &[Statement], local: &mut Local) {
    for statement in statements {
        run_one(objects, statement, local);
    }
}

fn run_one<R: Runtime>(objects: &Arc<Objects<R>>, statement: &Statement, local: &mut Local) {
    match statement {
        Load(_)
        | Store(..)
        | StoreLocal(_)
        | Increment(_)
        | LoadStore(_)
        | Copy { .. }
        | Scan(_)
        | SpinLoad(_)
        | CompareExchange(_)
        | Tries(..) => {
            run_variable(objects, statement, local);
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
        Set(_) | Clear(_) | Wait(_) | WaitTimed(_) | WaitEither(_) | WaitBoth(_)
        | EitherIncrement(_) => {
            run_event(objects, statement, local);
        }
        Choose(alternatives) => {
            let operation = Operation::local(Verb::Choose);
            local.see(u32::from(R::choose(operation, *alternatives)));
        }
        SpinLocked(index, body) => {
            objects.spin_swap(*index);
            run(objects, body, local);
            objects.store(*index, 0);
        }
        TriedReading(index, body) => {
            let taken = objects.try_shared(*index);
            local.see(u32::from(taken));
            if taken {
                run(objects, body, local);
                objects.release_shared(*index);
            }
        }
        ConditionWait { .. } | NotifyOne(_) | NotifyAll(_) | Await { .. } | Notify { .. } => {
            run_condition(objects, statement, local);
        }
        Require => assert!(local.value != 0, "a value that is required is 0"),
        Fork(thread, body) => {
            let log = local.log.clone();
            start(objects, (*thread, true), log, Body::Own(body.clone()));
        }
        Join(thread) => objects.join(*thread),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the caller looks")]
fn run_variable<R: Runtime>(objects: &Objects<R>, statement: &Statement, local: &mut Local) {
    match statement {
        Load(index) => local.see(objects.load(*index)),
        Store(index, value) => objects.store(*index, *value),
        StoreLocal(index) => objects.store(*index, local.value),
        Increment(index) => local.see(objects.increment(*index)),
        LoadStore(index) => {
            local.see(objects.load(*index));
            objects.store(*index, local.value + 1);
        }
        Copy { from, to } => {
            local.see(objects.load(*from));
            objects.store(*to, local.value + 1);
        }
        Scan(last) => {
            let zero = (0..=*last).rev().find(|index| objects.load(*index) == 0);
            local.see(zero.map_or(0, u32::from));
        }
        SpinLoad(index) => local.see(objects.spin_load(*index)),
        CompareExchange(index) => local.see(u32::from(objects.swap(*index))),
        Tries(index, most) => {
            let won = (0..*most).any(|_| objects.swap(*index));
            local.see(u32::from(won));
            if won {
                objects.store(*index, 0);
            }
        }
        _ => unreachable!("a statement of no variable"),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the caller looks")]
fn run_event<R: Runtime>(objects: &Arc<Objects<R>>, statement: &Statement, local: &mut Local) {
    match statement {
        Set(index) => objects.set(*index),
        Clear(index) => objects.clear(*index),
        Wait(index) => objects.wait(*index),
        WaitTimed(index) => local.see(u32::from(objects.wait_in_time(*index))),
        WaitEither(index) => local.see(u32::from(objects.wait_either(*index))),
        WaitBoth(index) => objects.wait_both(*index),
        EitherIncrement(index) => local.see(objects.either_increment(*index)),
        _ => unreachable!("a statement of no event"),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the caller looks")]
fn run_condition<R: Runtime>(objects: &Arc<Objects<R>>, statement: &Statement, local: &mut Local) {
    match statement {
        ConditionWait { condition, lock } => objects.condition_wait(*condition, *lock),
        NotifyOne(index) => objects.notify(*index, false),
        NotifyAll(index) => objects.notify(*index, true),
        Await {
            condition,
            lock,
            finite: false,
        } => objects.wait_notified(*condition, *lock),
        Await {
            condition, lock, ..
        } => {
            // The thread sees it before it has the lock.
            local.see(u32::from(objects.wait_notified_in_time(*condition, *lock)));
            objects.acquire(*lock);
        }
        Notify { condition, all } => objects.notify_waiters(*condition, *all),
        _ => unreachable!("a statement of no condition"),
    }
}

/// The body of a lock that was taken, or not.
fn run_if<R: Runtime>(
    objects: &Arc<Objects<R>>,
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

/// The statements of a thread.
enum Body {
    /// Those of a root, by its index.
    Root(Arc<Small>, usize),
    Own(Vec<Statement>),
}

impl Body {
    fn statements(&self) -> &[Statement] {
        match self {
            Self::Root(program, index) => &program.0[*index],
            Self::Own(statements) => statements,
        }
    }
}

/// Starts a thread. Another may join it.
fn start<R: Runtime>(
    objects: &Arc<Objects<R>>,
    (index, joined): (usize, bool),
    log: Option<Arc<Log>>,
    body: Body,
) {
    let objects = Arc::clone(objects);
    R::spawn(ThreadId::new(index), move || {
        let mut local = Local {
            value: 0,
            seen: Vec::new(),
            thread: index,
            log,
        };
        run(&objects, body.statements(), &mut local);
        // What a thread saw is its result: a call for each value.
        for (call, value) in local.seen.into_iter().enumerate() {
            let (call, cause) = (u16::try_from(call).expect("few values"), NtStatus::SUCCESS);
            R::record(Fact::CallReturns {
                call,
                errno: value,
                expected: value,
                cause,
            });
        }
        if joined {
            objects.end(index);
        }
    });
}

/// Starts the threads of a program.
fn start_all<R: Runtime>(program: &Arc<Small>, sizes: Sizes, log: Option<&Arc<Log>>) -> Made<R> {
    let objects = Arc::new(Objects::<R>::sized(sizes));
    for index in 0..program.0.len() {
        let body = Body::Root(Arc::clone(program), index);
        start(&objects, (index, false), log.cloned(), body);
    }
    objects
}

type Made<R> = Arc<Objects<R>>;

impl Small {
    /// Starts the program on a runtime.
    pub(crate) fn start_on<R: Runtime>(&self) -> Finish {
        let objects = start_all::<R>(&Arc::new(self.clone()), Sizes::of(self), None);
        Box::new(move || {
            let values = objects
                .variables
                .iter()
                .map(|cell| cell.inspect(|value| *value));
            let values = values.map(|value| (ThreadId::new(0), value)).collect();
            FinalState {
                values,
                ..FinalState::default()
            }
        })
    }

    /// How many threads it has, forked ones included.
    pub(crate) fn threads(&self) -> usize {
        fn forks(statements: &[Statement]) -> usize {
            let forks = |statement: &&Statement| matches!(statement, Fork(..));
            statements.iter().filter(forks).count()
        }
        self.0.iter().map(|thread| 1 + forks(thread)).sum()
    }

    /// The same, for whoever keeps it.
    pub(crate) fn starter<R: Runtime>(&self) -> Start {
        let program = self.clone();
        Arc::new(move || program.start_on::<R>())
    }
}

impl System for Small {
    fn start(&self) -> Finish {
        self.start_on::<Controlled>()
    }
}

/// A small program of which everything is left at the end: the state of all objects, a number for
/// each in the order of [`Objects::words`], with the thread 0; and then what the threads saw, in
/// the order of the execution.
#[derive(Debug)]
pub(crate) struct Watched {
    program: Arc<Small>,
    sizes: Sizes,
}

impl Watched {
    pub(crate) fn new(program: Small) -> Self {
        Self {
            sizes: Sizes::of(&program),
            program: Arc::new(program),
        }
    }

    pub(crate) const fn sizes(&self) -> Sizes {
        self.sizes
    }
}

impl System for Watched {
    fn start(&self) -> Finish {
        let log = Arc::new(Log::default());
        let objects = start_all::<Controlled>(&self.program, self.sizes, Some(&log));
        Box::new(move || {
            let mut values = Vec::with_capacity(16);
            objects.words(|word| values.push((ThreadId::new(0), word)));
            let seen = log.lock().expect("no thread panics while it holds the log");
            values.extend_from_slice(&seen);
            FinalState {
                values,
                ..FinalState::default()
            }
        })
    }
}
