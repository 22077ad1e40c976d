//! A search of loom's: every execution it makes of a system, and how it ended.

use std::any::Any;
use std::fmt;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use parking_lot::Mutex;

use crate::execution::Execution;
use crate::runtime::Script;
use crate::runtime::Waits;
use crate::runtime::controlled::Start;
use crate::runtime::locked::Chooser;
use crate::runtime::locked::Platform;
use crate::runtime::locked::World;
use crate::runtime::panics;

use super::platform::Cut;
use super::platform::FinishBox;
use super::platform::LOOM_THREADS_MAX;
use super::platform::LoomCrew;
use super::platform::Model;
use super::platform::at_rest;
use super::platform::leave_rest;
use super::platform::look_at_what_is_left;
use super::platform::run_body;
use super::platform::spawn;

/// How many branch points a step has at most: a gate for each object, and what it takes to sleep
/// and to wake others.
const BRANCHES_OF_A_STEP: usize = 4 + 4 * LOOM_THREADS_MAX;

/// The payload that ends loom's search.
#[derive(Debug)]
struct Enough;

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
    /// Where to leave loom's checkpoint, and before which execution, counted from 1: there the
    /// search ends. If there is a checkpoint already, the search goes on from it.
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
    /// could run, which were cut off. Only if waits are sufficient.
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
        let Ok(mut builder) = panic::catch_unwind(::loom::model::Builder::new) else {
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

fn set_every_field(builder: &mut ::loom::model::Builder, run: &LoomRun) {
    builder.max_threads = ::loom::MAX_THREADS;
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
        if !self.hand_over() || self.is_at_checkpoint() {
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
        if let Chooser::Script(script) = world.chooser() {
            *self.script.lock() = script;
        }
        let ended = world.crew.ended.lock().take();
        match ended.expect("internal bug: an execution ends before the next begins") {
            Ok((end, rest)) => {
                let iteration = self.iterations.load(Ordering::Relaxed);
                (self.visit.lock())(world.execution(end, rest), iteration)
            }
            // Another script lets the wait expire, so nothing is missed.
            Err(Cut::FiniteWait) if self.run.waits == Waits::MayExpire => true,
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
