//! What the code under test and the machine tell each other: the one thread-local of this crate.
//!
//! The machine sits on one side of a coroutine switch and the code under test on the other. What
//! belongs to the execution as a whole is the machine's; this is only the table between them.

use std::any::Any;
use std::cell::Cell;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::ops::Range;
use std::panic;
use std::ptr;

use corosensei::Yielder;

use crate::execution::Fact;
use crate::execution::Footprint;
use crate::execution::ObjectId;
use crate::execution::ObjectKind;
use crate::execution::Operation;
use crate::execution::Step;
use crate::execution::StepResult;
use crate::execution::THREADS_MAX;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::runtime::Waiting;
use crate::runtime::WakeReason;
use crate::runtime::names::Names;
use crate::runtime::panics;

use super::Pending;
use super::slot::Poll;
use super::slot::Slot;
use super::state::Go;
use super::state::SchedulerHandle;

/// What the machine says when it lets a coroutine go on.
#[derive(Debug, Clone, Copy)]
pub(super) enum Resume {
    /// Start, or take the step with this alternative.
    Run { turn: WakeReason, alternative: u8 },
    /// Unwind.
    Abort,
}

impl From<Go> for Resume {
    fn from(go: Go) -> Self {
        Self::Run {
            turn: go.turn,
            alternative: go.alternative,
        }
    }
}

/// The payload that unwinds a coroutine of an execution that was cut off.
#[derive(Debug)]
pub(super) struct Aborted;

/// Who is running on this operating-system thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Nobody under test.
    Idle,
    /// The start-up or the inspection at the end: steps run at once.
    SetUp,
    /// A thread under test.
    Running,
    /// A thread under test, which is being unwound.
    Aborting,
}

/// What a thread starts with.
pub(super) type Body = Box<dyn FnOnce() + Send>;

/// A started thread that the machine has not seen yet.
pub(super) struct Spawned {
    pub(super) thread: ThreadId,
    pub(super) body: Body,
}

struct Hot {
    mode: Cell<Mode>,
    /// The index of the running thread, or [`NOBODY`].
    thread: Cell<usize>,
    yielder: Cell<*const Yielder<Resume, ()>>,
    /// What each suspended thread is about to do. By thread index.
    slots: [Slot; THREADS_MAX],
    /// Whether the body of a step is running.
    inside: Cell<bool>,
    footprint: Cell<Footprint>,
    result: Cell<StepResult>,
    /// Whether there are facts in [`Cold`].
    news: Cell<bool>,
    /// The started threads in [`Cold`].
    spawned: Cell<ThreadSet>,
    /// Whether the running thread has not come to its first step.
    starting: Cell<bool>,
    /// Whether steps are told.
    heard: Cell<bool>,
    /// Who decides, while a machine runs.
    conductor: Cell<*mut SchedulerHandle<'static>>,
}

impl Hot {
    /// What is known of a step before its body is done: should it panic, it may have done anything
    /// to what it names.
    fn begin_step(&self, declared: Footprint) {
        self.footprint.set(declared);
        self.result.set(StepResult::Done);
    }
}

#[derive(Default)]
struct Cold {
    facts: RefCell<Vec<(Option<ThreadId>, Fact)>>,
    spawned: RefCell<VecDeque<Spawned>>,
    names: RefCell<Names>,
    failure: RefCell<Option<Box<dyn Any + Send>>>,
}

/// The value of [`Hot::thread`] outside of any thread under test.
const NOBODY: usize = THREADS_MAX;

thread_local! {
    static HOT: Hot = const {
        Hot {
            mode: Cell::new(Mode::Idle),
            thread: Cell::new(NOBODY),
            yielder: Cell::new(ptr::null()),
            slots: [const { Slot::new() }; THREADS_MAX],
            inside: Cell::new(false),
            footprint: Cell::new(Footprint::EMPTY),
            result: Cell::new(StepResult::Done),
            news: Cell::new(false),
            spawned: Cell::new(ThreadSet::EMPTY),
            starting: Cell::new(false),
            heard: Cell::new(false),
            conductor: Cell::new(ptr::null_mut()),
        }
    };
    static COLD: Cold = Cold::default();
}

pub(super) fn mode() -> Mode {
    HOT.with(|hot| hot.mode.get())
}

pub(super) fn set_mode(mode: Mode) {
    HOT.with(|hot| hot.mode.set(mode));
}

/// Clears what an earlier execution may have left.
pub(super) fn reset() {
    HOT.with(|hot| {
        hot.thread.set(NOBODY);
        hot.inside.set(false);
        hot.news.set(false);
        hot.spawned.set(ThreadSet::EMPTY);
        hot.starting.set(false);
    });
    COLD.with(|cold| {
        cold.facts.borrow_mut().clear();
        cold.spawned.borrow_mut().clear();
        cold.names.borrow_mut().clear();
    });
    panics::clear();
}

pub(super) fn thread() -> Option<ThreadId> {
    let index = HOT.with(|hot| hot.thread.get());
    (index != NOBODY).then(|| ThreadId::new(index))
}

/// Runs the body of a step, or asks whether it is ready. Neither may take a step.
pub(super) fn inside<O>(body: impl FnOnce() -> O) -> O {
    let entered = HOT.with(|hot| hot.inside.replace(true));
    assert!(!entered, "a step was taken inside another step");
    let leave = Leave;
    let result = body();
    drop(leave);
    result
}

/// Leaves the inside of a step, also when its body panics.
struct Leave;

impl Drop for Leave {
    fn drop(&mut self) {
        HOT.with(|hot| hot.inside.set(false));
    }
}

/// Puts the running thread before a step, at which it is to [`pause`]. `poll` is for steps that
/// wait, and has to stay where it is until `pause` returns.
///
/// Expanded where it is called, so that what the step is does not pass through memory twice.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "every step of every execution passes here"
)]
pub(super) fn stand_before(pending: &Pending, poll: Option<&Poll<'_>>) {
    HOT.with(|hot| {
        assert!(!hot.inside.get(), "a step was taken inside another step");
        hot.slots[hot.thread.get()].set(pending, poll);
    });
}

/// Stops before a step until it is the step's turn.
///
/// Whose turn it is, is decided right here; only if it is another's does the thread switch.
pub(super) fn pause() -> (WakeReason, u8) {
    HOT.with(|hot| {
        let thread = hot.thread.get();
        let starting = hot.starting.replace(false);
        let own = (!starting).then(|| decide(hot, thread)).flatten();
        let (turn, alternative) = match own.map_or_else(|| suspend(hot), Resume::from) {
            Resume::Run { turn, alternative } => (turn, alternative),
            Resume::Abort => panic::resume_unwind(Box::new(Aborted)),
        };
        hot.begin_step(hot.slots[thread].declared.get());
        (turn, alternative)
    })
}

/// The thread's own next turn, if the next turn is its own. A panic of whoever decides is kept for
/// the machine: it must not unwind through code under test.
fn decide(hot: &Hot, thread: usize) -> Option<Go> {
    hot.mode.set(Mode::Idle);
    let ask = || conduct(|conductor| conductor.arrive(ThreadId::new(thread)));
    let go = panic::catch_unwind(panic::AssertUnwindSafe(ask)).unwrap_or_else(|failure| {
        COLD.with(|cold| cold.failure.replace(Some(failure)));
        None
    });
    hot.mode.set(Mode::Running);
    go
}

fn suspend(hot: &Hot) -> Resume {
    let (yielder, thread) = (hot.yielder.get(), hot.thread.get());
    assert!(
        !yielder.is_null(),
        "internal bug: a running thread has a yielder"
    );
    #[expect(
        unsafe_code,
        reason = "the switch: a yielder lives on the stack it suspends"
    )]
    // SAFETY: `occupy` set the pointer from a reference that its frame, the bottom of this very
    // coroutine, holds for as long as the coroutine runs; each switch back restores the pointer of
    // the coroutine that goes on.
    let resume = unsafe { &*yielder }.suspend(());
    hot.yielder.set(yielder);
    hot.thread.set(thread);
    resume
}

/// Makes a conductor reachable for the length of a run.
pub(super) fn with_conductor<O>(conductor: &mut SchedulerHandle<'_>, run: impl FnOnce() -> O) -> O {
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            HOT.with(|hot| hot.conductor.set(ptr::null_mut()));
        }
    }
    let heard = conductor.board.journal.is_heard();
    let conductor = ptr::from_mut(conductor).cast::<SchedulerHandle<'static>>();
    HOT.with(|hot| {
        hot.conductor.set(conductor);
        hot.heard.set(heard);
    });
    let leave = Leave;
    let result = run();
    drop(leave);
    result
}

/// Asks the conductor something. Neither the machine nor a thread does so from within the question.
pub(super) fn conduct<O>(ask: impl FnOnce(&mut SchedulerHandle<'static>) -> O) -> O {
    let conductor = HOT.with(|hot| hot.conductor.get());
    assert!(
        !conductor.is_null(),
        "internal bug: a running machine has a conductor"
    );
    #[expect(
        unsafe_code,
        reason = "part of the switch: both sides of it take turns"
    )]
    // SAFETY: `with_conductor` holds the only reference and lends it to this pointer until it
    // returns. The machine and the coroutines run on one thread and take turns, none of them keeps
    // what it gets here across a switch, and code under test that runs inside the question (a
    // readiness) cannot get here: a step inside a step is refused before.
    ask(unsafe { &mut *conductor })
}

/// What went wrong while a thread's next turn was decided.
pub(super) fn take_failure() -> Option<Box<dyn Any + Send>> {
    COLD.with(|cold| cold.failure.borrow_mut().take())
}

/// Whether the next thread to run has not come to its first step.
pub(super) fn set_starting(starting: bool) {
    HOT.with(|hot| hot.starting.set(starting));
}

fn slot<O>(thread: ThreadId, look: impl FnOnce(&Slot) -> O) -> O {
    HOT.with(|hot| look(&hot.slots[thread.index()]))
}

/// What a suspended thread is about to do.
pub(super) fn pending(thread: ThreadId) -> Pending {
    slot(thread, Slot::pending)
}

/// Whether a suspended thread waits, and whether it is ready.
pub(super) fn readiness(thread: ThreadId) -> (Waiting, bool) {
    slot(thread, |slot| (slot.waiting.get(), slot.ready.get()))
}

/// What a suspended thread's readiness was read from.
pub(super) fn watch(thread: ThreadId) -> Footprint {
    slot(thread, |slot| slot.watch.get())
}

/// What a suspended thread is about to do.
pub(super) fn operation(thread: ThreadId) -> Operation {
    slot(thread, |slot| slot.operation.get())
}

/// The alternatives that a suspended thread offers.
pub(super) fn offered(thread: ThreadId) -> Range<u8> {
    slot(thread, Slot::offered)
}

/// Asks a suspended thread that waits again: whether it is ready.
pub(super) fn poll(thread: ThreadId) -> bool {
    let before = HOT.with(|hot| hot.thread.replace(thread.index()));
    let ready = slot(thread, Slot::poll);
    HOT.with(|hot| hot.thread.set(before));
    ready
}

/// Takes the seat for a coroutine that starts, and says what its body panicked with, if it did.
pub(super) fn occupy(
    yielder: &Yielder<Resume, ()>,
    thread: ThreadId,
    body: Body,
) -> Option<String> {
    HOT.with(|hot| {
        hot.yielder.set(ptr::from_ref(yielder));
        hot.thread.set(thread.index());
    });
    let payload = panic::catch_unwind(panic::AssertUnwindSafe(body)).err()?;
    (!payload.is::<Aborted>()).then(|| panics::said(&*payload))
}

/// Leaves what the step did for the machine, and tells it where somebody listens.
pub(super) fn step_done(footprint: Footprint, result: StepResult) {
    let heard = HOT.with(|hot| {
        hot.footprint.set(footprint);
        hot.result.set(result);
        hot.heard.get()
    });
    if heard {
        conduct(|conductor| conductor.board.tell(footprint, result));
    }
}

/// Adds to the step before what another did that ran behind it, unscheduled.
pub(super) fn step_unscheduled(footprint: Footprint) {
    HOT.with(|hot| hot.footprint.set(hot.footprint.get().union(footprint)));
}

/// What the last step did.
pub(super) fn last_step() -> (Footprint, StepResult) {
    HOT.with(|hot| (hot.footprint.get(), hot.result.get()))
}

/// How many steps the execution has taken. To be called by a thread under test.
pub(crate) fn steps_so_far() -> usize {
    conduct(|conductor| conductor.board.taken())
}

/// The steps that the calling thread has taken since the execution had so many.
pub(crate) fn steps_since(since: usize) -> Vec<Step> {
    let last = last_step();
    thread().map_or_else(Vec::new, |thread| {
        conduct(|conductor| conductor.board.steps_of(thread, since, last))
    })
}

pub(super) fn spawn(thread: ThreadId, body: Body) {
    COLD.with(|cold| {
        cold.spawned
            .borrow_mut()
            .push_back(Spawned { thread, body });
    });
    HOT.with(|hot| {
        hot.spawned
            .set(hot.spawned.get().union(ThreadSet::only(thread)));
    });
}

/// Whether a thread of this index is running or about to.
pub(super) fn is_taken(thread: ThreadId) -> bool {
    let (started, runs) = HOT.with(|hot| {
        let runs = !hot.conductor.get().is_null();
        (hot.spawned.get().contains(thread), runs)
    });
    started || (runs && conduct(|conductor| conductor.board.is_alive(thread)))
}

/// Whether there are started threads that the machine has not taken.
pub(super) fn has_spawned() -> bool {
    HOT.with(|hot| !hot.spawned.get().is_empty())
}

pub(super) fn record(fact: Fact) {
    COLD.with(|cold| cold.facts.borrow_mut().push((thread(), fact)));
    HOT.with(|hot| hot.news.set(true));
}

/// Whether there are facts that have not been taken.
pub(super) fn take_news() -> bool {
    HOT.with(|hot| hot.news.replace(false))
}

pub(super) fn drain_facts(mut take: impl FnMut(Option<ThreadId>, Fact)) {
    COLD.with(|cold| {
        cold.facts
            .borrow_mut()
            .drain(..)
            .for_each(|(thread, fact)| take(thread, fact));
    });
}

/// The next thread that was started and not taken, in the order of their starts.
pub(super) fn take_spawned() -> Option<Spawned> {
    if !has_spawned() {
        return None;
    }
    let spawned = COLD.with(|cold| cold.spawned.borrow_mut().pop_front())?;
    HOT.with(|hot| {
        let taken = ThreadSet::only(spawned.thread);
        hot.spawned.set(hot.spawned.get().difference(taken));
    });
    Some(spawned)
}

pub(super) fn fresh(kind: ObjectKind) -> Option<ObjectId> {
    COLD.with(|cold| cold.names.borrow_mut().fresh(thread(), kind))
}
