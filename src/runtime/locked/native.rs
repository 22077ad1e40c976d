//! Operating-system threads and the locks of `parking_lot`: what a strategy does in the open.
//!
//! Nothing is explored here: the system runs once, as the machine pleases, as fast as it can. The
//! threads start together. A deadlock is seen exactly, when every thread that lives sleeps; a
//! finite wait then expires, the one of the first such thread, and if there is none the execution
//! has ended. A thread that neither steps nor sleeps is seen by who supervises. When an execution
//! has ended, so have its threads: one that was not given up leaves nothing behind.
//!
//! What a thread does while it unwinds from a panic is in no place of the log's order: the log of
//! such an execution need not replay.

use std::cell::RefCell;
use std::hint;
use std::io;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;
use std::thread;
use std::thread::Builder;
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::Condvar;
use parking_lot::Mutex;
use parking_lot::MutexGuard;

use crate::execution::Blocked;
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
    /// All threads that were started.
    handles: Mutex<Vec<JoinHandle<()>>>,
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
            handles: Mutex::default(),
        }
    }

    /// Ends the calling thread if the execution has ended.
    fn leave_if_aborting(&self) {
        if self.is_aborting() {
            panic::resume_unwind(Box::new(Aborted));
        }
    }

    /// A thread has ended, or was never started.
    fn strike_off(&self, thread: ThreadId) {
        let mut state = self.state.lock();
        state.alive.remove(thread);
        state.rise(thread);
        self.settle(&mut state);
    }

    /// Waits until every thread is gone. All have ended, or sleep and are told to.
    fn join(&self) {
        let handles = std::mem::take(&mut *self.handles.lock());
        for handle in handles {
            // What is caught at the bottom of a thread cannot come out of it.
            let _ended = handle.join();
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
            self.leave_if_aborting();
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

    fn wake_unwinding(world: &World<Self>, threads: ThreadSet) {
        Self::wake(world, threads);
    }

    fn enlist(world: &World<Self>, thread: ThreadId) {
        let crew = &world.crew;
        let mut state = crew.state.lock();
        // Who had the index before may have taken its last step and not be gone yet.
        while state.alive.contains(thread) {
            let going = crew.go.load(Ordering::Acquire);
            let ending = going && !state.asleep.contains(thread) && !is_current(thread);
            assert!(ending, "thread {thread} was started twice");
            MutexGuard::unlocked(&mut state, || {
                crew.leave_if_aborting();
                thread::yield_now();
            });
        }
        state.alive.insert(thread);
    }

    fn start(world: &Arc<World<Self>>, thread: ThreadId, body: Body) {
        if let Err(error) = spawn(world, thread, body) {
            world.crew.strike_off(thread);
            panic!("the system has no thread to spare: {error}");
        }
    }

    fn before_step(world: &Arc<World<Self>>, operation: Operation) {
        let crew = &world.crew;
        crew.leave_if_aborting();
        if let Some(latency) = crew.latency.filter(|_| operation.verb.is_engine_call()) {
            thread::sleep(latency);
        }
    }
}

fn is_current(thread: ThreadId) -> bool {
    Threads::with_current(|current| current.is_some_and(|current| current.thread == Some(thread)))
}

fn spawn(world: &Arc<World<Threads>>, thread: ThreadId, body: Body) -> io::Result<()> {
    let name = format!("selvedge {thread}");
    let run = {
        let world = Arc::clone(world);
        move || panics::quietly(|| run_body(&world, thread, body))
    };
    let handle = Builder::new().name(name).spawn(run)?;
    world.crew.handles.lock().push(handle);
    Ok(())
}

fn run_body(world: &Arc<World<Threads>>, thread: ThreadId, body: Body) {
    become_current(Some(Current::new(Arc::clone(world), Some(thread))));
    if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(body))
        && !payload.is::<Aborted>()
    {
        world.panicked(thread, panics::said(&*payload));
    }
    become_current(None);
    world.crew.strike_off(thread);
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
        if let Err(error) = spawn(&world, thread, Box::new(lined_up)) {
            world.crew.abort();
            panic!("the system has no thread to spare: {error}");
        }
    }
    wait_for_all(&world, supervise)?;
    let end = world.end();
    let rest = at_rest(&world, finish);
    let execution = world.execution(end, rest);
    // Those who sleep for ever are told to go.
    world.crew.abort();
    world.crew.join();
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
            let asleep = state.asleep;
            let running = state.alive.difference(asleep).iter().collect();
            drop(state);
            let sleeping = world.sleeping().into_iter().map(|(who, _)| who);
            let sleeping = sleeping.filter(|who| asleep.contains(who.thread)).collect();
            world.crew.abort();
            return Err(Unfinished { sleeping, running });
        }
    }
    Ok(())
}
