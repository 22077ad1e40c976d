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
//! - It ends a search at a deadlock. A finite wait would expire there if waits are sufficient,
//!   which it cannot do: [`LoomEnd::Deadlock`] says whether one was among them. If waits may
//!   expire, whether one does is a choice of the [`Script`].
//! - Its panics unwind through the thread that happens to run. The others are unwound outside of
//!   any model, where its primitives panic; from then on no step reaches them.
//! - `notify_one` wakes in the order of arrival only; here each condition variable has one waiter.
//! - It knows neither `try_lock` nor weak memory well enough to be an oracle, and is asked for
//!   neither.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::thread;

use parking_lot::Mutex;

use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Rest;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::runtime::Script;
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

/// The runtime of loom.
pub type Loom = Locked<Model>;

/// The platform of loom's primitives.
#[derive(Debug, Clone, Copy)]
pub enum Model {}

/// How many threads loom can run beside its main thread, which only starts them.
pub const LOOM_THREADS_MAX: usize = loom::MAX_THREADS - 1;

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
    /// How many threads have been started and have not ended.
    alive: AtomicU64,
    /// What looks at what is left, and what it saw.
    finish: Mutex<Option<FinishBox>>,
    rest: Mutex<Option<Rest>>,
    /// What loom said when it gave up.
    gave_up: Mutex<Option<String>>,
}

struct FinishBox(Finish);

impl std::fmt::Debug for FinishBox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Finish")
    }
}

/// Whether a thread was woken, and how to tell it.
#[derive(Debug)]
struct Bed {
    woken: loom::sync::Mutex<bool>,
    bell: loom::sync::Condvar,
}

impl LoomCrew {
    fn new() -> Self {
        Self {
            beds: Mutex::default(),
            alive: AtomicU64::new(0),
            finish: Mutex::new(None),
            rest: Mutex::new(None),
            gave_up: Mutex::new(None),
        }
    }

    fn bed(&self, thread: ThreadId) -> Arc<Bed> {
        let beds = self.beds.lock();
        Arc::clone(
            beds.get(&thread)
                .expect("internal bug: who steps was enlisted"),
        )
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
            let at_rest = at_rest.borrow();
            if at_rest.is_some() {
                look(at_rest.as_ref())
            } else {
                CURRENT.with(|current| look(current.borrow().as_ref()))
            }
        })
    }

    fn sleep(world: &World<Self>, thread: ThreadId, _waiting: Waiting) -> Woken {
        let bed = world.crew.bed(thread);
        let mut woken = bed.woken.lock().expect("loom's locks are never poisoned");
        while !*woken {
            woken = bed
                .bell
                .wait(woken)
                .expect("loom's locks are never poisoned");
        }
        *woken = false;
        Woken::Changed
    }

    fn wake(world: &World<Self>, threads: ThreadSet) {
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
        world.crew.alive.fetch_add(1, Ordering::Relaxed);
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
            panic::resume_unwind(payload);
        }
        let said = panics::said(&*payload);
        if is_of_loom(&said) {
            // Nothing of loom may be touched any more.
            *world.crew.gave_up.lock() = Some(said);
            enter_rest(world);
            panic::resume_unwind(payload);
        }
        world.panicked(thread, said);
    }
    CURRENT.with(|current| current.borrow_mut().take());
    if world.crew.alive.fetch_sub(1, Ordering::Relaxed) == 1 {
        look_at_what_is_left(world);
    }
}

/// How loom says that it cannot go on.
const DEADLOCK: &str = "deadlock; threads = ";
const BRANCHES: &str = "Model exceeded maximum number of branches";

fn is_of_loom(said: &str) -> bool {
    said.starts_with(DEADLOCK) || said.starts_with(BRANCHES)
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

fn look_at_what_is_left(world: &Arc<World<Model>>) {
    let finish = world.crew.finish.lock().take();
    let FinishBox(finish) = finish.expect("internal bug: an execution ends once");
    let rest = at_rest(world, finish);
    *world.crew.rest.lock() = Some(rest);
}

/// What loom is to run.
pub struct LoomRun {
    /// Makes the system of one execution.
    pub start: Arc<dyn Fn() -> Finish + Send + Sync>,
    /// How finite waits are read.
    pub waits: Waits,
    /// The choices from outside.
    pub script: Script,
    /// After how many branch points loom gives an execution up.
    pub branches_max: u32,
    /// Where to leave loom's checkpoint, and before which execution, counted from 1: there the
    /// search ends. If there is a checkpoint already, the search goes on from it.
    pub checkpoint: Option<(PathBuf, u64)>,
}

impl std::fmt::Debug for LoomRun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
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
    /// An execution had too many branch points.
    Branches,
    /// Nothing could run any more. It was handed over as the last execution, unless a finite wait
    /// was among those that wait: then it is none.
    Deadlock {
        /// Whether a finite wait was among those that wait.
        finite: bool,
    },
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
    let branches_max = usize::try_from(run.branches_max).expect("32 bits fit");
    builder.max_threads = loom::MAX_THREADS;
    builder.max_branches = branches_max;
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
        if !self.hand_over() || self.is_at_checkpoint() {
            self.stopped.store(true, Ordering::Relaxed);
            panic::resume_unwind(Box::new(Enough));
        }
        self.iterations.fetch_add(1, Ordering::Relaxed);
        let chooser = Chooser::Script(self.script.lock().clone());
        let world = Arc::new(World::new(LoomCrew::new(), self.run.waits, chooser, true));
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

    /// Whether loom has just left its checkpoint, so that there is nothing more to do.
    fn is_at_checkpoint(&self) -> bool {
        let next = self.iterations.load(Ordering::Relaxed) + 1;
        let checkpoint = self.run.checkpoint.as_ref();
        checkpoint.is_some_and(|(_, before)| *before == next)
    }

    /// Hands over the execution before, if there is one: whether more are wanted.
    fn hand_over(&self) -> bool {
        let Some(world) = self.before.lock().take() else {
            return true;
        };
        let rest = world.crew.rest.lock().take();
        let rest = rest.expect("internal bug: an execution ends before the next begins");
        self.visit(&world, world.end(), rest)
    }

    fn visit(&self, world: &World<Model>, end: End, rest: Rest) -> bool {
        if let Chooser::Script(script) = world.chooser() {
            *self.script.lock() = script;
        }
        let iteration = self.iterations.load(Ordering::Relaxed);
        (self.visit.lock())(world.execution(end, rest), iteration)
    }

    /// How the search ended, if this is what loom panicked with.
    fn end(&self, panic: Option<Box<dyn std::any::Any + Send>>) -> LoomEnd {
        let Some(payload) = panic else {
            return if self.hand_over() {
                LoomEnd::Complete
            } else {
                LoomEnd::Stopped
            };
        };
        if self.stopped.load(Ordering::Relaxed) {
            return LoomEnd::Stopped;
        }
        let world = self.before.lock().take();
        let said = world
            .as_ref()
            .and_then(|world| world.crew.gave_up.lock().take())
            .unwrap_or_else(|| panics::said(&*payload));
        match world {
            Some(world) if said.starts_with(DEADLOCK) => self.end_in_deadlock(&world),
            Some(_) if said.starts_with(BRANCHES) => LoomEnd::Branches,
            _ => LoomEnd::Panicked(said),
        }
    }

    fn end_in_deadlock(&self, world: &Arc<World<Model>>) -> LoomEnd {
        let finite = world
            .sleeping()
            .iter()
            .any(|(_, waiting)| *waiting == Waiting::Finite);
        if !finite {
            let finish = world.crew.finish.lock().take();
            let FinishBox(finish) = finish.expect("internal bug: nobody has looked yet");
            let rest = at_rest(world, finish);
            self.visit(world, world.end(), rest);
        }
        LoomEnd::Deadlock { finite }
    }
}
