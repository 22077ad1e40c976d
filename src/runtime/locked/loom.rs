//! Loom: each object's gate is a mutex of loom's, which alone decides who gets it.
//!
//! Loom (<https://docs.rs/loom>) runs a closure under every interleaving of its own primitives. The
//! value of an object lies beside its gate, out of loom's sight, so that looking at what is left
//! costs no branch. What loom gets to see is the least there is: a mutex for each object, and for
//! each thread a flag and a condition variable to sleep on. Its main thread only starts the first
//! thread of the system, which sets the system up and starts the others, because only of a started
//! thread can the stack be made larger; nobody joins, because joins multiply loom's executions: the
//! last thread to end looks at what is left.
//!
//! Traps of loom that are handled here (0.7.3):
//!
//! - Every field of its `Builder` is set, so that no variable of the environment puts a bound under
//!   a search. One that it cannot read makes it panic: that is [`LoomEnd::Environment`].
//! - It ends a search at a deadlock, and by a panic, after which it unwinds the other threads outside
//!   of any model, where dropping a guard of its own panics again and ends the process. So it never
//!   meets one: the last thread to fall asleep notices, looks at what is left, and has all threads
//!   unwound inside the model. The same goes for its limit on branches: a limit on steps comes
//!   first.
//! - It has no time-outs. A finite wait that would expire because nothing else can run ends the
//!   execution: [`LoomEnd::FiniteWait`]. If waits may expire at any moment, whether one does is a
//!   choice of the [`Script`].
//! - `notify_one` wakes in the order of arrival only; here each condition variable has one waiter.
//! - It knows neither `try_lock` nor weak memory well enough to be an oracle, and is asked for
//!   neither.

use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::thread;

use parking_lot::Mutex;

use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Operation;
use crate::execution::Rest;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::runtime::Script;
use crate::runtime::Waiting;
use crate::runtime::Waits;
use crate::runtime::controlled::Finish;
use crate::runtime::controlled::Start;
use crate::runtime::panics;

use super::Body;
use super::Chooser;
use super::Current;
use super::Locked;
use super::Platform;
use super::Woken;
use super::World;

/// The runtime of loom.
pub type Loom = Locked<Model>;

/// The platform of loom's primitives.
#[derive(Debug, Clone, Copy)]
pub enum Model {}

/// How many threads loom can run beside its main thread, which only starts them.
pub const LOOM_THREADS_MAX: usize = loom::MAX_THREADS - 1;

/// How many branch points a step has at most: a gate for each object, and what it takes to sleep and
/// to wake others.
const BRANCHES_OF_A_STEP: usize = 4 + 4 * LOOM_THREADS_MAX;

/// The size of a thread's stack in words, as the crate under loom counts: 256 KiB.
const STACK_WORDS: usize = 32 * 1024;

thread_local! {
    /// Who runs while steps happen at once: during the start-up, the look at what is left, and
    /// after loom has given up.
    static AT_REST: RefCell<Option<Current<Model>>> = const { RefCell::new(None) };
}

loom::thread_local! {
    static CURRENT: RefCell<Option<Current<Model>>> = RefCell::new(None);
}

/// The payload that ends loom's search.
#[derive(Debug)]
struct Enough;

/// What the threads of an execution sleep and wake with.
#[derive(Debug)]
pub struct LoomCrew {
    beds: Mutex<BTreeMap<ThreadId, Arc<Bed>>>,
    roll: Mutex<Roll>,
    /// How many steps may still be taken.
    steps_left: AtomicU32,
    aborting: AtomicBool,
    /// What looks at what is left.
    finish: Mutex<Option<FinishBox>>,
    /// How the execution ended: `None` in it if it is none.
    ended: Mutex<Option<Result<(End, Rest), Cut>>>,
}

struct FinishBox(Finish);

impl fmt::Debug for FinishBox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Finish")
    }
}

/// Why an execution was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    FiniteWait,
    Steps,
}

/// The payload that unwinds a thread of an execution that has ended.
#[derive(Debug)]
struct Aborted;

/// Whether a thread was woken, and how to tell it.
#[derive(Debug)]
struct Bed {
    woken: loom::sync::Mutex<bool>,
    bell: loom::sync::Condvar,
}

/// Who lives, who sleeps, and who is about to wake. Out of loom's sight: that nothing can run is the
/// same in every order of independent steps.
#[derive(Debug, Default)]
struct Roll {
    alive: ThreadSet,
    asleep: ThreadSet,
    /// Of those asleep, those whose wait is finite.
    finite: ThreadSet,
    /// Who was woken and has not noticed, perhaps because it is only about to sleep.
    due: ThreadSet,
}

impl Roll {
    /// Whether nothing can run, and somebody should.
    fn is_still(&self) -> bool {
        let still = self.asleep.difference(self.due);
        !self.alive.is_empty() && self.alive.difference(still).is_empty()
    }

    fn rise(&mut self, thread: ThreadId) {
        for set in [&mut self.asleep, &mut self.finite, &mut self.due] {
            set.remove(thread);
        }
    }
}

impl LoomCrew {
    fn new(steps_max: u32) -> Self {
        Self {
            beds: Mutex::default(),
            roll: Mutex::default(),
            steps_left: AtomicU32::new(steps_max),
            aborting: AtomicBool::new(false),
            finish: Mutex::new(None),
            ended: Mutex::new(None),
        }
    }

    fn bed(&self, thread: ThreadId) -> Arc<Bed> {
        let beds = self.beds.lock();
        Arc::clone(
            beds.get(&thread)
                .expect("internal bug: who steps was enlisted"),
        )
    }

    fn is_aborting(&self) -> bool {
        self.aborting.load(Ordering::Relaxed)
    }

    /// Counts a step: whether it may be taken.
    fn count_step(&self) -> bool {
        let left = self.steps_left.load(Ordering::Relaxed);
        self.steps_left
            .store(left.saturating_sub(1), Ordering::Relaxed);
        left > 0
    }
}

impl Platform for Model {
    type Gate = loom::sync::Mutex<()>;
    type Pass<'a> = Option<loom::sync::MutexGuard<'a, ()>>;
    type Crew = LoomCrew;

    fn gate() -> Self::Gate {
        loom::sync::Mutex::new(())
    }

    fn enter(gate: &Self::Gate) -> Self::Pass<'_> {
        let free = AT_REST.with(|at_rest| at_rest.borrow().is_some()) || thread::panicking();
        (!free).then(|| gate.lock().expect("loom's locks are never poisoned"))
    }

    fn with_current<O>(look: impl FnOnce(Option<&Current<Self>>) -> O) -> O {
        AT_REST.with(|at_rest| {
            // Not borrowed beyond this: a step may come to rest on its way.
            let resting = at_rest.borrow().is_some();
            if resting {
                look(at_rest.borrow().as_ref())
            } else {
                CURRENT.with(|current| look(current.borrow().as_ref()))
            }
        })
    }

    fn sleep(world: &Arc<World<Self>>, thread: ThreadId, waiting: Waiting) -> Woken {
        let still = {
            let mut roll = world.crew.roll.lock();
            roll.asleep.insert(thread);
            if waiting == Waiting::Finite {
                roll.finite.insert(thread);
            }
            roll.is_still()
        };
        if still {
            end_where_it_stands(world);
        } else {
            let bed = world.crew.bed(thread);
            let mut woken = bed.woken.lock().expect("loom's locks are never poisoned");
            while !*woken {
                woken = bed
                    .bell
                    .wait(woken)
                    .expect("loom's locks are never poisoned");
            }
            *woken = false;
        }
        world.crew.roll.lock().rise(thread);
        if world.crew.is_aborting() {
            panic::resume_unwind(Box::new(Aborted));
        }
        Woken::Changed
    }

    fn wake(world: &World<Self>, threads: ThreadSet) {
        {
            let mut roll = world.crew.roll.lock();
            roll.due = roll.due.union(threads);
        }
        for thread in threads.iter() {
            let bed = world.crew.bed(thread);
            *bed.woken.lock().expect("loom's locks are never poisoned") = true;
            bed.bell.notify_one();
        }
    }

    fn enlist(world: &World<Self>, thread: ThreadId) {
        let bed = Bed {
            woken: loom::sync::Mutex::new(false),
            bell: loom::sync::Condvar::new(),
        };
        world.crew.beds.lock().insert(thread, Arc::new(bed));
        let mut roll = world.crew.roll.lock();
        assert!(
            !roll.alive.contains(thread),
            "thread {thread} was started twice"
        );
        roll.alive.insert(thread);
    }

    fn before_step(world: &Arc<World<Self>>, _operation: Operation) {
        if !world.crew.is_aborting() && !world.crew.count_step() {
            cut_off(world, Cut::Steps);
        }
        if world.crew.is_aborting() {
            panic::resume_unwind(Box::new(Aborted));
        }
    }

    fn start(world: &Arc<World<Self>>, thread: ThreadId, body: Body) {
        let world = Arc::clone(world);
        spawn(move || run_body(&world, thread, body));
    }
}

fn spawn(body: impl FnOnce() + Send + 'static) {
    let builder = loom::thread::Builder::new().stack_size(STACK_WORDS);
    builder.spawn(body).expect("loom always has a thread");
}

fn run_body(world: &Arc<World<Model>>, thread: ThreadId, body: Body) {
    CURRENT.with(|current| {
        *current.borrow_mut() = Some(Current::new(Arc::clone(world), Some(thread)));
    });
    if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(body)) {
        if payload.is::<generator::Error>() {
            // Loom has given up and unwinds its threads.
            panic::resume_unwind(payload);
        }
        if !payload.is::<Aborted>() {
            world.panicked(thread, panics::said(&*payload));
        }
    }
    CURRENT.with(|current| current.borrow_mut().take());
    let (last, still) = {
        let mut roll = world.crew.roll.lock();
        roll.alive.remove(thread);
        (roll.alive.is_empty(), roll.is_still())
    };
    if last {
        look_at_what_is_left(world);
    } else if still {
        end_where_it_stands(world);
    }
}

/// Ends an execution in which nothing can run: looks at what is left, and has all threads unwound.
fn end_where_it_stands(world: &Arc<World<Model>>) {
    if world.crew.roll.lock().finite.is_empty() {
        look_at_what_is_left(world);
        abort(world);
    } else {
        cut_off(world, Cut::FiniteWait);
    }
}

fn cut_off(world: &Arc<World<Model>>, cut: Cut) {
    world.crew.ended.lock().get_or_insert(Err(cut));
    abort(world);
}

fn abort(world: &Arc<World<Model>>) {
    world.close();
    world.crew.aborting.store(true, Ordering::Relaxed);
    let asleep = world.crew.roll.lock().asleep;
    Model::wake(world, asleep);
}

fn enter_rest(world: &Arc<World<Model>>) {
    AT_REST.with(|at_rest| {
        *at_rest.borrow_mut() = Some(Current::new(Arc::clone(world), None));
    });
}

fn leave_rest() {
    AT_REST.with(|at_rest| at_rest.borrow_mut().take());
}

/// Runs code at which steps happen at once.
fn at_rest<O>(world: &Arc<World<Model>>, body: impl FnOnce() -> O) -> O {
    enter_rest(world);
    let result = body();
    leave_rest();
    result
}

/// Looks at what is left, unless somebody has.
fn look_at_what_is_left(world: &Arc<World<Model>>) {
    if world.crew.ended.lock().is_some() {
        return;
    }
    let finish = world.crew.finish.lock().take();
    let FinishBox(finish) = finish.expect("internal bug: an execution ends once");
    let end = world.end();
    let rest = at_rest(world, finish);
    *world.crew.ended.lock() = Some(Ok((end, rest)));
}

/// What loom is to run.
pub struct LoomRun {
    /// Makes the system of one execution.
    pub start: Start,
    /// How finite waits are read.
    pub waits: Waits,
    /// The choices from outside.
    pub script: Script,
    /// After how many steps an execution is cut off.
    pub steps_max: u32,
    /// Where to leave loom's checkpoint, and before which execution, counted from 1.
    pub checkpoint: Option<(PathBuf, u64)>,
}

impl fmt::Debug for LoomRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoomRun").finish_non_exhaustive()
    }
}

/// How a search of loom's ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoomEnd {
    /// It has seen all it set out to see.
    Complete,
    /// Nobody wanted more.
    Stopped,
    /// The same, but for executions with too many steps, which were cut off.
    Steps,
    /// The same, but for executions in which a finite wait would have expired because nothing else
    /// could run, which were cut off.
    FiniteWait,
    /// It could not read a variable of the environment.
    Environment,
    /// It panicked for another reason.
    Panicked(String),
}

/// What the executions of one search share.
struct Search {
    run: LoomRun,
    /// The execution before, which may not have been handed over.
    before: Mutex<Option<Arc<World<Model>>>>,
    script: Mutex<Script>,
    visit: Mutex<Visit>,
    iterations: AtomicU64,
    stopped: AtomicBool,
    /// Why executions were cut off, if any were.
    cut: Mutex<Option<Cut>>,
}

/// Takes an execution and its number, from 1: `false` if it was enough.
pub type Visit = Box<dyn FnMut(Execution, u64) -> bool + Send>;

/// Lets loom search. `visit` is called, on this thread, with every execution in loom's order.
/// Returns how the search ended and the script with every choice that was met.
pub fn search_with_loom(run: LoomRun, visit: Visit) -> (LoomEnd, Script) {
    panics::install();
    panics::quietly(|| {
        leave_rest();
        let Ok(mut builder) = panic::catch_unwind(loom::model::Builder::new) else {
            return (LoomEnd::Environment, run.script);
        };
        set_every_field(&mut builder, &run);
        let search = Arc::new(Search {
            script: Mutex::new(run.script.clone()),
            run,
            before: Mutex::new(None),
            visit: Mutex::new(visit),
            iterations: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
            cut: Mutex::new(None),
        });
        let model = Arc::clone(&search);
        let check = || builder.check(move || model.execute());
        let checked = panic::catch_unwind(AssertUnwindSafe(check));
        let end = search.end(checked.err());
        leave_rest();
        (end, search.script.lock().clone())
    })
}

fn set_every_field(builder: &mut loom::model::Builder, run: &LoomRun) {
    builder.max_threads = loom::MAX_THREADS;
    let steps_max = usize::try_from(run.steps_max).expect("32 bits fit");
    builder.max_branches = steps_max
        .saturating_add(1)
        .saturating_mul(BRANCHES_OF_A_STEP);
    builder.max_permutations = None;
    builder.max_duration = None;
    builder.preemption_bound = None;
    builder.checkpoint_file = None;
    builder.checkpoint_interval = usize::MAX;
    builder.expect_explicit_explore = false;
    builder.location = false;
    builder.log = false;
    if let Some((path, before)) = &run.checkpoint {
        builder.checkpoint_file = Some(path.clone());
        builder.checkpoint_interval = usize::try_from(*before).expect("loom has counted as far");
    }
}

impl Search {
    /// One execution, as loom's main thread sees it.
    fn execute(self: &Arc<Self>) {
        let search = Arc::clone(self);
        spawn(move || search.set_up_and_run());
    }

    fn set_up_and_run(&self) {
        if !self.hand_over() {
            self.stopped.store(true, Ordering::Relaxed);
            panic::resume_unwind(Box::new(Enough));
        }
        self.iterations.fetch_add(1, Ordering::Relaxed);
        let chooser = Chooser::Script(self.script.lock().clone());
        let world = Arc::new(World::new(
            LoomCrew::new(self.run.steps_max),
            self.run.waits,
            chooser,
            true,
        ));
        let finish = at_rest(&world, || (self.run.start)());
        *world.crew.finish.lock() = Some(FinishBox(finish));
        *self.before.lock() = Some(Arc::clone(&world));
        let mut kept = world.take_kept();
        if kept.is_empty() {
            look_at_what_is_left(&world);
            return;
        }
        let (thread, body) = kept.remove(0);
        for (thread, body) in kept {
            Model::start(&world, thread, body);
        }
        run_body(&world, thread, body);
    }

    /// Hands over the execution before, if there is one: whether more are wanted.
    fn hand_over(&self) -> bool {
        let Some(world) = self.before.lock().take() else {
            return true;
        };
        if let Chooser::Script(script) = world.chooser() {
            *self.script.lock() = script;
        }
        let ended = world.crew.ended.lock().take();
        match ended.expect("internal bug: an execution ends before the next begins") {
            Ok((end, rest)) => {
                let iteration = self.iterations.load(Ordering::Relaxed);
                (self.visit.lock())(world.execution(end, rest), iteration)
            }
            Err(cut) => {
                self.cut.lock().get_or_insert(cut);
                true
            }
        }
    }

    /// How the search ended, if this is what loom panicked with.
    fn end(&self, panic: Option<Box<dyn Any + Send>>) -> LoomEnd {
        if self.stopped.load(Ordering::Relaxed) {
            return LoomEnd::Stopped;
        }
        if let Some(payload) = panic {
            return LoomEnd::Panicked(panics::said(&*payload));
        }
        if !self.hand_over() {
            return LoomEnd::Stopped;
        }
        match *self.cut.lock() {
            None => LoomEnd::Complete,
            Some(Cut::Steps) => LoomEnd::Steps,
            Some(Cut::FiniteWait) => LoomEnd::FiniteWait,
        }
    }
}
