//! What the code under test and the adaptor tell each other: a thread-local, because shuttle stands
//! between them. It is borrowed for moments, never while code under test or shuttle runs.

use std::any::Any;
use std::cell::RefCell;

use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Fact;
use crate::execution::Footprint;
use crate::execution::ObjectId;
use crate::execution::ObjectKind;
use crate::execution::StepResult;
use crate::execution::THREADS_MAX;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::runtime::ChoiceKey;
use crate::runtime::ChoiceKind;
use crate::runtime::WakeReason;
use crate::runtime::names::Names;
use crate::runtime::panics;

use super::Choices;
use super::Limits;
use super::state::Pending;
use super::state::ShadowState;

/// What a thread starts with.
pub(super) type Body = Box<dyn FnOnce() + Send>;

/// The payload that unwinds a thread of an execution that is over.
#[derive(Debug)]
pub(super) struct Aborted;

/// How far an execution is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The start-up: steps happen at once.
    Starting,
    /// The threads under test run.
    Running,
    /// The last look: steps happen at once.
    Finishing,
    /// It is over, and every thread that has not finished unwinds.
    Unwinding,
}

/// What a task is to do with its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// To go on to its next step.
    GoOn,
    /// To ask again whether its step is ready.
    Ask,
    /// To take its step.
    Step(WakeReason),
    /// To unwind.
    Abort,
}

/// Whose turn it is next, as a position in the list of tasks that shuttle could run.
#[derive(Debug, Clone, Copy)]
pub(super) enum Next {
    /// A turn that is no step.
    Hidden(usize),
    /// One of these threads takes a step.
    Step(ThreadSet, bool),
}

pub(super) struct ExecutionTls {
    limits: Limits,
    pub(super) choices: Choices,
    phase: Phase,
    /// Whether the main task has something to do.
    main_is_busy: bool,
    board: ShadowState,
    /// The thread of each task, by task id. The main task has none.
    threads: Vec<Option<ThreadId>>,
    running: Option<ThreadId>,
    order: Order,
    /// Whether the body of a step is running.
    inside: bool,
    names: Names,
    /// How many choices each thread has made, by thread index.
    occurrences: [u32; THREADS_MAX],
    /// The threads that are to be started.
    spawned: Vec<(ThreadId, Body)>,
    /// Whether the execution is complete, and nobody has taken it.
    finished: bool,
    /// What went wrong outside of the code under test.
    pub(super) failure: Option<Box<dyn Any + Send>>,
}

impl ExecutionTls {
    fn new(limits: Limits, choices: Choices) -> Self {
        Self {
            limits,
            choices,
            phase: Phase::Starting,
            main_is_busy: true,
            board: ShadowState::new(),
            threads: Vec::new(),
            running: None,
            order: Order::GoOn,
            inside: false,
            names: Names::default(),
            occurrences: [0; THREADS_MAX],
            spawned: Vec::new(),
            finished: false,
            failure: None,
        }
    }

    fn thread(&self, task: usize) -> Option<ThreadId> {
        self.threads.get(task).copied().flatten()
    }

    /// The turns that come before any step: of tasks that go on, and of threads that ask.
    fn hidden(&self, tasks: &[usize]) -> Option<usize> {
        if self.phase != Phase::Running || self.main_is_busy {
            // The main task is the first, for as long as it has not finished.
            return Some(0);
        }
        let due = |thread| self.board.is_local(thread) || self.board.is_stale(thread);
        tasks
            .iter()
            .position(|&task| self.thread(task).is_some_and(due))
    }

    fn next(&mut self, tasks: &[usize]) -> Next {
        if let Some(position) = self.hidden(tasks) {
            return Next::Hidden(position);
        }
        let (enabled, quiescent) = self.board.enabled(self.limits.waits);
        let end = if enabled.is_empty() {
            self.board.stop()
        } else if self.board.steps() >= u64::from(self.limits.steps_max) {
            End::StepLimit
        } else {
            return Next::Step(enabled, quiescent);
        };
        self.board.execution.end = end;
        self.phase = Phase::Finishing;
        Next::Hidden(0)
    }

    fn fail(&mut self, failure: Box<dyn Any + Send>) {
        self.failure.get_or_insert(failure);
        self.phase = Phase::Unwinding;
    }
}

thread_local! {
    static SEAT: RefCell<Option<Box<ExecutionTls>>> = const { RefCell::new(None) };
}

fn with<O>(look: impl FnOnce(&mut ExecutionTls) -> O) -> O {
    let look_in = |seat: &RefCell<Option<Box<ExecutionTls>>>| {
        let mut seat = seat.borrow_mut();
        look(seat.as_mut().expect("code under test runs in an execution"))
    };
    SEAT.with(look_in)
}

fn is_taken() -> bool {
    SEAT.with(|seat| seat.borrow().is_some())
}

/// Takes the seat for a search.
pub(super) fn occupy(limits: Limits, choices: Choices) {
    assert!(!is_taken(), "an execution runs inside another");
    let seat = Box::new(ExecutionTls::new(limits, choices));
    SEAT.with(|place| place.replace(Some(seat)));
}

/// Leaves the seat when the search is over.
pub(super) fn leave() -> Box<ExecutionTls> {
    let seat = SEAT.with(RefCell::take);
    seat.expect("internal bug: a search that ends has begun")
}

/// Clears what the last execution left.
pub(super) fn reset() {
    with(|seat| {
        let choices = std::mem::replace(&mut seat.choices, Choices::Drawn);
        *seat = ExecutionTls::new(seat.limits, choices);
    });
    panics::clear();
}

/// The execution, if it is complete.
pub(super) fn take_execution() -> Option<Execution> {
    with(|seat| {
        let execution = || std::mem::replace(&mut seat.board.execution, Execution::empty());
        std::mem::take(&mut seat.finished).then(execution)
    })
}

/// Something went wrong that is no fault of the code under test: nothing goes on.
pub(super) fn fail(failure: Box<dyn Any + Send>) {
    with(|seat| seat.fail(failure));
}

pub(super) fn has_failed() -> bool {
    with(|seat| seat.failure.is_some())
}

/// How far the execution is, if one runs.
pub(super) fn phase() -> Option<Phase> {
    SEAT.with(|seat| seat.borrow().as_ref().map(|seat| seat.phase))
}

/// How the execution ended.
pub(super) fn is_cut_off() -> bool {
    with(|seat| seat.board.execution.end == End::StepLimit)
}

/// The start-up is over.
pub(super) fn start_threads() {
    with(|seat| seat.phase = Phase::Running);
}

/// The main task has nothing to do until the execution ends.
pub(super) fn rest() {
    with(|seat| seat.main_is_busy = false);
}

/// The execution is complete but for its unwinding.
pub(super) fn finish(rest: crate::execution::FinalState) {
    with(|seat| {
        seat.board.execution.rest = rest;
        seat.phase = Phase::Unwinding;
        seat.finished = true;
    });
}

/// Whose turn it is next of these tasks, which are in ascending order.
pub(super) fn next(tasks: &[usize]) -> Next {
    with(|seat| seat.next(tasks))
}

/// The thread of a task.
pub(super) fn thread_of(task: usize) -> Option<ThreadId> {
    with(|seat| seat.thread(task))
}

/// A thread is to take its step.
pub(super) fn begin(thread: ThreadId, enabled: (ThreadSet, bool)) {
    with(|seat| seat.order = Order::Step(seat.board.begin(thread, enabled)));
}

/// A task gets a turn that is no step.
pub(super) fn go_on(task: usize) {
    with(|seat| {
        let asks = |thread| seat.board.is_stale(thread);
        seat.order = match seat.phase {
            Phase::Unwinding => Order::Abort,
            Phase::Running if seat.thread(task).is_some_and(asks) => Order::Ask,
            Phase::Starting | Phase::Running | Phase::Finishing => Order::GoOn,
        };
    });
}

/// A task gets a turn.
pub(super) fn enter(task: usize) {
    with(|seat| seat.running = seat.thread(task));
}

/// What the running task is to do with its turn.
pub(super) fn order() -> Order {
    with(|seat| seat.order)
}

pub(super) fn current() -> Option<ThreadId> {
    SEAT.with(|seat| seat.borrow().as_ref().and_then(|seat| seat.running))
}

fn mine(seat: &ExecutionTls) -> ThreadId {
    seat.running
        .expect("internal bug: a thread under test runs")
}

/// The running thread stands before a step.
pub(super) fn arrive(pending: Pending) {
    with(|seat| seat.board.arrive(mine(seat), pending));
}

/// The running thread says whether it is ready.
pub(super) fn answer(answer: (bool, Footprint)) {
    with(|seat| seat.board.answer(mine(seat), answer));
}

/// The running thread ends.
pub(super) fn retire(panic: Option<String>) {
    with(|seat| {
        let over = seat.phase != Phase::Running;
        seat.board.retire(mine(seat), panic.filter(|_| !over));
    });
}

/// A step's body begins to run, or its readiness to be asked for.
pub(super) fn step_inside() {
    let entered = with(|seat| std::mem::replace(&mut seat.inside, true));
    assert!(!entered, "a step was taken inside another step");
}

pub(super) fn step_outside() {
    with(|seat| seat.inside = false);
}

pub(super) fn is_inside() -> bool {
    with(|seat| seat.inside)
}

pub(super) fn step_done(footprint: Footprint, result: StepResult) {
    with(|seat| seat.board.step_done(footprint, result));
}

pub(super) fn choice_done(alternative: u8) {
    with(|seat| seat.board.choice_done(alternative));
}

pub(super) fn step_unscheduled(footprint: Footprint) {
    with(|seat| seat.board.step_unscheduled(footprint));
}

/// What the script says to the running thread's next choice. `None` if shuttle is to draw.
pub(super) fn consult(alternatives: u8) -> Option<u8> {
    with(|seat| {
        let thread = mine(seat);
        let Choices::Scripted(script) = &mut seat.choices else {
            return None;
        };
        let occurrence = &mut seat.occurrences[thread.index()];
        let key = ChoiceKey {
            thread,
            kind: ChoiceKind::Choice,
            occurrence: *occurrence,
        };
        *occurrence += 1;
        Some(script.consult(key, alternatives))
    })
}

/// Whether a thread of this index is running or about to.
pub(super) fn is_started(thread: ThreadId) -> bool {
    with(|seat| {
        let queued = seat.spawned.iter().any(|(other, _)| *other == thread);
        queued || seat.board.is_alive(thread)
    })
}

/// A thread is to be started, at the next moment at which shuttle can.
pub(super) fn spawn(thread: ThreadId, body: Body) {
    with(|seat| seat.spawned.push((thread, body)));
}

/// The next thread that is to be started.
pub(super) fn take_spawned() -> Option<(ThreadId, Body)> {
    with(|seat| (!seat.spawned.is_empty()).then(|| seat.spawned.remove(0)))
}

/// A thread was started as a task.
pub(super) fn enlist(thread: ThreadId, task: usize) {
    with(|seat| {
        let enough = seat.threads.len().max(task + 1);
        seat.threads.resize(enough, None);
        seat.threads[task] = Some(thread);
        seat.board.enlist(thread);
    });
}

pub(super) fn record(fact: Fact) {
    with(|seat| {
        if matches!(seat.phase, Phase::Starting | Phase::Running) {
            seat.board.record(seat.running, fact);
        }
    });
}

pub(super) fn fresh(kind: ObjectKind) -> Option<ObjectId> {
    with(|seat| seat.names.fresh(seat.running, kind))
}
