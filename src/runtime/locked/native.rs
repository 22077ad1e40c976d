//! Operating-system threads and the locks of `parking_lot`: what a strategy does in the open.
//!
//! Nothing is explored here: the system runs once, as the machine pleases, as fast as it can. The
//! threads start together. A deadlock is seen exactly, when every thread that lives sleeps; a
//! finite wait then expires, the one of the first such thread, and if there is none the execution
//! has ended. A thread that neither steps nor sleeps is seen by who supervises.

use std::cell::RefCell;
use std::hint;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;
use std::thread;
use std::thread::Builder;
use std::time::Duration;

use parking_lot::Condvar;
use parking_lot::Mutex;

use crate::execution::Blocked;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Operation;
use crate::execution::THREADS_MAX;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::runtime::Waiting;
use crate::runtime::Waits;
use crate::runtime::controlled::Finish;
use crate::runtime::panics;

use super::Body;
use super::Chooser;
use super::Current;
use super::Locked;
use super::Platform;
use super::Woken;
use super::World;

/// The runtime of operating-system threads.
pub type Native = Locked<Threads>;

/// How often whoever supervises is asked.
const SUPERVISE_EVERY: Duration = Duration::from_millis(50);

/// The platform of operating-system threads.
#[derive(Debug, Clone, Copy)]
pub enum Threads {}

thread_local! {
    static CURRENT: RefCell<Option<Current<Threads>>> = const { RefCell::new(None) };
}

/// The payload that unwinds a thread of an execution that has ended.
#[derive(Debug)]
struct Aborted;

/// Who lives, who sleeps, and who is to wake.
#[derive(Debug)]
pub struct NativeCrew {
    latency: Option<Duration>,
    /// How many of the first threads have come to the start, and whether all have.
    started: AtomicU32,
    go: AtomicBool,
    aborting: AtomicBool,
    state: Mutex<State>,
    /// By thread index.
    beds: Vec<Condvar>,
    /// Told when the last thread ends.
    done: Condvar,
}

#[derive(Debug, Default)]
struct State {
    alive: ThreadSet,
    asleep: ThreadSet,
    /// Of those asleep, those whose wait is finite.
    finite: ThreadSet,
    /// Who was woken, perhaps before it slept.
    woken: ThreadSet,
    expired: ThreadSet,
    deadlock: bool,
}

impl State {
    /// If nothing can run, lets one wait expire: its thread. Whether nothing can ever run again is
    /// in `deadlock`.
    fn settle(&mut self) -> Option<ThreadId> {
        let still = self.alive == self.asleep && !self.alive.is_empty();
        if !still {
            return None;
        }
        let first = self.finite.first();
        match first {
            Some(thread) => {
                self.rise(thread);
                self.expired.insert(thread);
            }
            None => self.deadlock = true,
        }
        first
    }

    fn rise(&mut self, thread: ThreadId) {
        self.asleep.remove(thread);
        self.finite.remove(thread);
    }
}

impl NativeCrew {
    fn new(latency: Option<Duration>) -> Self {
        Self {
            latency,
            started: AtomicU32::new(0),
            go: AtomicBool::new(false),
            aborting: AtomicBool::new(false),
            state: Mutex::default(),
            beds: (0..THREADS_MAX).map(|_| Condvar::new()).collect(),
            done: Condvar::new(),
        }
    }

    fn is_aborting(&self) -> bool {
        self.aborting.load(Ordering::Relaxed)
    }

    /// Unwinds every thread at its next step, or where it sleeps.
    fn abort(&self) {
        self.aborting.store(true, Ordering::Relaxed);
        let _state = self.state.lock();
        self.beds.iter().for_each(|bed| {
            bed.notify_all();
        });
    }

    /// After a change of who lives or sleeps.
    fn settle(&self, state: &mut State) {
        if let Some(thread) = state.settle() {
            self.beds[thread.index()].notify_all();
        }
        if state.deadlock || state.alive.is_empty() {
            self.done.notify_all();
        }
    }

    /// Comes to the start and waits for the others, without sleep: so that they start together.
    fn line_up(&self, all: u32) {
        if 1 + self.started.fetch_add(1, Ordering::AcqRel) == all {
            self.go.store(true, Ordering::Release);
        }
        while !self.go.load(Ordering::Acquire) {
            hint::spin_loop();
            thread::yield_now();
        }
    }
}

impl Platform for Threads {
    type Gate = ();
    type Pass<'a> = ();
    type Crew = NativeCrew;

    fn gate() {}

    // The value's own lock is the lock.
    fn enter((): &()) {}

    fn with_current<O>(look: impl FnOnce(Option<&Current<Self>>) -> O) -> O {
        CURRENT.with(|current| look(current.borrow().as_ref()))
    }

    fn sleep(world: &Arc<World<Self>>, thread: ThreadId, waiting: Waiting) -> Woken {
        let crew = &world.crew;
        let mut state = crew.state.lock();
        let mut lies = false;
        loop {
            if crew.is_aborting() {
                state.rise(thread);
                drop(state);
                panic::resume_unwind(Box::new(Aborted));
            }
            if state.woken.contains(thread) {
                state.woken.remove(thread);
                return Woken::Changed;
            }
            if state.expired.contains(thread) {
                state.expired.remove(thread);
                return Woken::Expired;
            }
            if !lies {
                lies = true;
                state.asleep.insert(thread);
                if waiting == Waiting::Finite {
                    state.finite.insert(thread);
                }
                crew.settle(&mut state);
                continue;
            }
            crew.beds[thread.index()].wait(&mut state);
        }
    }

    fn wake(world: &World<Self>, threads: ThreadSet) {
        let mut state = world.crew.state.lock();
        for thread in threads.iter() {
            state.woken.insert(thread);
            state.rise(thread);
            world.crew.beds[thread.index()].notify_all();
        }
    }

    fn enlist(world: &World<Self>, thread: ThreadId) {
        let mut state = world.crew.state.lock();
        assert!(
            !state.alive.contains(thread),
            "thread {thread} was started twice"
        );
        state.alive.insert(thread);
    }

    fn start(world: &Arc<World<Self>>, thread: ThreadId, body: Body) {
        spawn(world, thread, body);
    }

    fn before_step(world: &Arc<World<Self>>, operation: Operation) {
        let crew = &world.crew;
        if crew.is_aborting() {
            panic::resume_unwind(Box::new(Aborted));
        }
        if let Some(latency) = crew.latency.filter(|_| operation.verb.is_engine_call()) {
            thread::sleep(latency);
        }
    }
}

fn spawn(world: &Arc<World<Threads>>, thread: ThreadId, body: Body) {
    let world = Arc::clone(world);
    let name = format!("selvedge {thread}");
    let run = move || panics::quietly(|| run_body(&world, thread, body));
    Builder::new()
        .name(name)
        .spawn(run)
        .expect("an operating-system thread");
}

fn run_body(world: &Arc<World<Threads>>, thread: ThreadId, body: Body) {
    become_current(Some(Current::new(Arc::clone(world), Some(thread))));
    if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(body))
        && !payload.is::<Aborted>()
    {
        world.panicked(thread, panics::said(&*payload));
    }
    become_current(None);
    let mut state = world.crew.state.lock();
    state.alive.remove(thread);
    state.rise(thread);
    world.crew.settle(&mut state);
}

fn become_current(current: Option<Current<Threads>>) {
    CURRENT.with(|place| *place.borrow_mut() = current);
}

/// How to run natively.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NativeSettings {
    /// How finite waits are read: with [`Waits::MayExpire`] a blocked one expires at once or not,
    /// as the seed says.
    pub waits: Waits,
    /// What choices follow from.
    pub seed: u64,
    /// How long each call of the engine takes beyond its own work.
    pub latency: Option<Duration>,
    /// Whether steps and facts are logged. Without, an execution has none, and costs less.
    pub records: bool,
}

/// What whoever supervises wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Supervision {
    /// To go on.
    GoOn,
    /// To give the execution up.
    GiveUp,
}

/// An execution that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// The threads that sleep, and in what. In order of thread.
    pub sleeping: Vec<Blocked>,
    /// The threads that neither ended nor sleep: they run, or hang outside of any step.
    pub running: Vec<ThreadId>,
}

/// Runs a system once, each of its threads on one of the machine's.
///
/// `supervise` is asked every now and then, with the number of steps so far.
///
/// # Errors
///
/// [`Unfinished`] if whoever supervises gives up; threads that do not come to a step again are left
/// behind.
///
/// # Panics
///
/// If the system has no thread to spare, or the start-up panics.
pub fn run_natively(
    start: &dyn Fn() -> Finish,
    settings: &NativeSettings,
    supervise: &mut dyn FnMut(u64) -> Supervision,
) -> Result<Execution, Unfinished> {
    panics::install();
    let chooser = Chooser::Seed(settings.seed);
    let crew = NativeCrew::new(settings.latency);
    let world = Arc::new(World::new(crew, settings.waits, chooser, settings.records));
    let finish = at_rest(&world, start);
    let kept = world.take_kept();
    let all = u32::try_from(kept.len()).expect("few threads");
    for (thread, body) in kept {
        let crew = Arc::clone(&world);
        let lined_up = move || {
            crew.crew.line_up(all);
            body();
        };
        spawn(&world, thread, Box::new(lined_up));
    }
    wait_for_all(&world, supervise)?;
    let end = world.end();
    let deadlock = matches!(end, End::Deadlock(_));
    let rest = at_rest(&world, finish);
    let execution = world.execution(end, rest);
    if deadlock || !world.crew.state.lock().alive.is_empty() {
        world.crew.abort();
    }
    Ok(execution)
}

/// Runs code at which steps happen at once.
fn at_rest<O>(world: &Arc<World<Threads>>, body: impl FnOnce() -> O) -> O {
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            become_current(None);
        }
    }
    become_current(Some(Current::new(Arc::clone(world), None)));
    let leave = Leave;
    let result = body();
    drop(leave);
    result
}

fn wait_for_all(
    world: &World<Threads>,
    supervise: &mut dyn FnMut(u64) -> Supervision,
) -> Result<(), Unfinished> {
    let mut state = world.crew.state.lock();
    while !state.deadlock && !state.alive.is_empty() {
        let timed_out = world
            .crew
            .done
            .wait_for(&mut state, SUPERVISE_EVERY)
            .timed_out();
        if timed_out && supervise(world.steps()) == Supervision::GiveUp {
            let running = state.alive.difference(state.asleep).iter().collect();
            drop(state);
            let sleeping = world.sleeping().into_iter().map(|(who, _)| who).collect();
            world.crew.abort();
            return Err(Unfinished { sleeping, running });
        }
    }
    Ok(())
}
