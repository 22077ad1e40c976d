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
//!   a search. One that it cannot read makes it panic: that is [`super::LoomEnd::Environment`].
//! - It ends a search at a deadlock, and by a panic, after which it unwinds the other threads
//!   outside of any model, where dropping a guard of its own panics again and ends the process. So
//!   it never meets one: the last thread to fall asleep notices, looks at what is left, and has all
//!   threads unwound inside the model. The same goes for its limit on branches: a limit on steps
//!   comes first.
//! - It has no time-outs. A finite wait that would expire because nothing else can run ends the
//!   execution: [`super::LoomEnd::FiniteWait`]. If waits may expire at any moment, whether one does
//!   is a choice of the [`Script`](crate::runtime::Script).
//! - `notify_one` wakes in the order of arrival only; here each condition variable has one waiter.
//! - It knows neither `try_lock` nor weak memory well enough to be an oracle, and is asked for
//!   neither.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::mem;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;
use std::thread;

use parking_lot::Mutex;

use crate::execution::End;
use crate::execution::FinalState;
use crate::execution::Operation;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::runtime::Waiting;
use crate::runtime::controlled::Finish;
use crate::runtime::locked::Body;
use crate::runtime::locked::Current;
use crate::runtime::locked::Locked;
use crate::runtime::locked::Platform;
use crate::runtime::locked::Woken;
use crate::runtime::locked::World;
use crate::runtime::panics;

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

/// What the threads of an execution sleep and wake with.
#[derive(Debug)]
pub struct LoomCrew {
    beds: Mutex<BTreeMap<ThreadId, Arc<Bed>>>,
    roll: Mutex<Roll>,
    /// How many steps may still be taken.
    steps_left: AtomicU32,
    aborting: AtomicBool,
    /// Who is to be woken for threads that unwound, as soon as loom may switch again.
    owed: Mutex<ThreadSet>,
    /// What looks at what is left.
    pub(super) finish: Mutex<Option<FinishBox>>,
    /// How the execution ended: `None` in it if it is none.
    pub(super) ended: Mutex<Option<Result<(End, FinalState), Cut>>>,
}

pub(super) struct FinishBox(pub(super) Finish);

impl fmt::Debug for FinishBox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Finish")
    }
}

/// Why an execution was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
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

/// Who lives, who sleeps, and who is about to wake. Out of loom's sight: that nothing can run is
/// the same in every order of independent steps.
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
    pub(super) fn new(steps_max: u32) -> Self {
        Self {
            beds: Mutex::default(),
            roll: Mutex::default(),
            steps_left: AtomicU32::new(steps_max),
            aborting: AtomicBool::new(false),
            owed: Mutex::default(),
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

    fn wake_unwinding(world: &World<Self>, threads: ThreadSet) {
        let mut owed = world.crew.owed.lock();
        *owed = owed.union(threads);
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
        wake_the_owed(world);
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

pub(super) fn spawn(body: impl FnOnce() + Send + 'static) {
    let builder = loom::thread::Builder::new().stack_size(STACK_WORDS);
    builder.spawn(body).expect("loom always has a thread");
}

pub(super) fn run_body(world: &Arc<World<Model>>, thread: ThreadId, body: Body) {
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
    wake_the_owed(world);
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

/// Wakes whom a thread that unwound could not wake.
fn wake_the_owed(world: &World<Model>) {
    let owed = mem::take(&mut *world.crew.owed.lock());
    if !owed.is_empty() {
        Model::wake(world, owed);
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

pub(super) fn leave_rest() {
    AT_REST.with(|at_rest| at_rest.borrow_mut().take());
}

/// Runs code at which steps happen at once.
pub(super) fn at_rest<O>(world: &Arc<World<Model>>, body: impl FnOnce() -> O) -> O {
    enter_rest(world);
    let result = body();
    leave_rest();
    result
}

/// Looks at what is left, unless somebody has.
pub(super) fn look_at_what_is_left(world: &Arc<World<Model>>) {
    if world.crew.ended.lock().is_some() {
        return;
    }
    let finish = world.crew.finish.lock().take();
    let FinishBox(finish) = finish.expect("internal bug: an execution ends once");
    let end = world.end();
    let rest = at_rest(world, finish);
    *world.crew.ended.lock() = Some(Ok((end, rest)));
}
