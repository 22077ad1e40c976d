//! The runtimes on which every object has a lock of its own: real threads, and loom.
//!
//! A step takes the locks of its objects in the order of their names, looks whether it is ready,
//! runs its body and lets go: two-phase locking, so steps are atomic and nobody waits in a circle.
//! A step that is not ready notes its thread at each object that its condition read, lets go, and
//! sleeps. A step that changed an object wakes all who are noted there; they look again. So a
//! condition may read several objects, and no wake-up is lost: who is noted was noted under the
//! very lock that the change is made under.
//!
//! What differs between the two is behind [`Platform`]: what a lock is, who the current thread is,
//! how a thread sleeps and is woken, and how one is started. Everything else, the log included, is
//! shared and unmodelled: [`World`].
//!
//! The log holds each step with its place in an order that all objects agree with: a step draws its
//! number while it holds its locks. So the log of an execution is a schedule of the controlled
//! runtime. Who else could have stepped is not known here: [`Step::enabled`] is the thread itself.
//!
//! A step that is taken while its thread unwinds runs at once, ready or not, as on the controlled
//! runtime. A choice is made from outside ([`Chooser`]).
//!
//! [`Step::enabled`]: crate::execution::Step::enabled

mod cell;
#[cfg(feature = "second-opinions")]
mod loom;
mod native;
mod world;

use std::marker::PhantomData;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::thread;

use crate::execution::Access;
use crate::execution::Fact;
use crate::execution::Footprint;
use crate::execution::ObjectId;
use crate::execution::ObjectKind;
use crate::execution::Operation;
use crate::execution::Step;
use crate::execution::StepResult;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;

use super::ChoiceKind;
use super::Objects;
use super::Recorded;
use super::Runtime;
use super::Sleepers;
use super::Value;
use super::Waiting;
use super::Waits;
use super::WakeReason;
use super::at_once::at_once;

pub use cell::LockedCell;
pub use cell::LockedGuard;
#[cfg(feature = "second-opinions")]
pub use loom::*;
pub use native::Native;
pub use native::NativeCrew;
pub use native::NativeSettings;
pub use native::Supervision;
pub use native::Threads;
pub use native::Unfinished;
pub use native::run_natively;
pub use world::Chooser;
pub use world::Current;
pub use world::World;

/// What a runtime of locks is made of.
pub trait Platform: Sized + Send + Sync + 'static {
    /// What is locked for the length of a step.
    type Gate: Send + Sync + 'static;
    /// Held while a gate is locked.
    type Pass<'a>;
    /// What the threads of an execution sleep and wake with.
    type Crew: Send + Sync + 'static;

    /// A free gate.
    fn gate() -> Self::Gate;

    /// Locks a gate.
    fn enter(gate: &Self::Gate) -> Self::Pass<'_>;

    /// Looks at who is running on this thread.
    fn with_current<O>(look: impl FnOnce(Option<&Current<Self>>) -> O) -> O;

    /// Sleeps until somebody wakes the thread, or its wait has run out.
    fn sleep(world: &Arc<World<Self>>, thread: ThreadId, waiting: Waiting) -> Woken;

    /// Wakes threads, those too that are only about to sleep.
    fn wake(world: &World<Self>, threads: ThreadSet);

    /// Learns of a thread before it is started.
    fn enlist(world: &World<Self>, thread: ThreadId);

    /// Starts a thread of a running execution.
    fn start(world: &Arc<World<Self>>, thread: ThreadId, body: Body);

    /// Wakes threads on behalf of one that unwinds, where a platform can do that.
    fn wake_unwinding(_world: &World<Self>, _threads: ThreadSet) {}

    /// Called before every step: a place to wait a while in, or to raise from.
    fn before_step(world: &Arc<World<Self>>, operation: Operation);
}

/// What a thread starts with.
pub type Body = Box<dyn FnOnce() + Send>;

/// Why a thread does not sleep any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Woken {
    /// Something changed: look again.
    Changed,
    /// Nothing else can run, so the wait is over.
    Expired,
}

/// A runtime of locks. It has no value.
#[derive(Debug)]
pub enum Locked<P> {
    /// Never: this only mentions the platform.
    #[doc(hidden)]
    Never(std::convert::Infallible, PhantomData<P>),
}

/// What came of an attempt at a step.
enum Attempt<O> {
    Taken(thread::Result<O>, WakeReason),
    Blocked,
}

impl<P: Platform> Runtime for Locked<P> {
    type Raw<T: Value> = LockedCell<P, T>;

    fn step<F: Objects<Self>, O: Recorded>(
        operation: Operation,
        waiting: Waiting,
        objects: F,
        ready: impl Fn(&F::Views<'_>) -> bool,
        body: impl FnOnce(F::Views<'_>, WakeReason) -> O,
    ) -> O {
        P::with_current(|current| match current {
            Some(current) if thread::panicking() => {
                let mut awake = ThreadSet::EMPTY;
                let close = |_: &mut O, _: &Footprint, sleepers: &mut [Sleepers<'_>]| {
                    awake = woken_by(sleepers);
                };
                let run = |views: F::Views<'_>| body(views, WakeReason::Ready);
                let (result, footprint) = current.inside(|| objects.open_and_close(run, close));
                current.step_unscheduled(footprint);
                P::wake_unwinding(&current.world, awake);
                result
            }
            Some(current) => match current.thread {
                Some(thread) => {
                    let taking = Taking {
                        current,
                        thread,
                        operation,
                        waiting,
                    };
                    taking.take(&objects, ready, body)
                }
                None => current.inside(|| at_once(operation, waiting, &objects, ready, body)),
            },
            None => panic!("a step outside of any execution: {operation:?}"),
        })
    }

    fn choose(operation: Operation, alternatives: u8) -> u8 {
        assert!(alternatives > 0, "a choice needs an alternative");
        P::with_current(|current| {
            let current = current.unwrap_or_else(|| {
                panic!("a choice outside of any execution: {operation:?}");
            });
            let Some(thread) = current.thread.filter(|_| !thread::panicking()) else {
                return 0;
            };
            current.require_outside();
            P::before_step(&current.world, operation);
            let occurrence = current.log().next_choice();
            let alternative =
                current
                    .world
                    .choose(thread, ChoiceKind::Choice, occurrence, alternatives);
            let result = u32::from(alternative).recorded();
            current.record_step(Step {
                thread,
                operation,
                alternative,
                expired: false,
                footprint: Footprint::EMPTY,
                result,
                enabled: ThreadSet::only(thread),
            });
            alternative
        })
    }

    fn spawn(thread: ThreadId, body: impl FnOnce() + Send + 'static) {
        let running = Self::current().is_some();
        if running {
            Self::act(Operation::start_of(thread), (), |()| ());
        }
        P::with_current(|current| {
            let current = current.expect("a thread is started outside of any execution");
            current.world.enlist(thread, current.log().last());
            if running {
                P::start(&current.world, thread, Box::new(body));
            } else {
                current.world.keep_for_the_start(thread, Box::new(body));
            }
        });
    }

    fn current() -> Option<ThreadId> {
        P::with_current(|current| current.and_then(|current| current.thread))
    }

    fn try_fresh(kind: ObjectKind) -> Option<ObjectId> {
        P::with_current(|current| {
            let current = current.expect("a name is made outside of any execution");
            current.log().fresh(current.thread, kind)
        })
    }

    fn record(fact: Fact) {
        P::with_current(|current| {
            if let Some(current) = current {
                current.record_fact(fact);
            }
        });
    }
}

/// A step on its way.
struct Taking<'c, P: Platform> {
    current: &'c Current<P>,
    thread: ThreadId,
    operation: Operation,
    waiting: Waiting,
}

impl<P: Platform> Taking<'_, P> {
    fn take<F: Objects<Locked<P>>, O: Recorded>(
        &self,
        objects: &F,
        ready: impl Fn(&F::Views<'_>) -> bool,
        body: impl FnOnce(F::Views<'_>, WakeReason) -> O,
    ) -> O {
        let world = &self.current.world;
        let occurrence = self.current.log().next_wait(self.waiting);
        let mut body = Some(body);
        let mut expires = false;
        P::before_step(world, self.operation);
        loop {
            let attempt = |views: F::Views<'_>| {
                let blocked = self.waiting != Waiting::Never && !ready(&views);
                if blocked && !expires && !self.runs_out(occurrence) {
                    return Attempt::Blocked;
                }
                let turn = if blocked {
                    WakeReason::Expired
                } else {
                    WakeReason::Ready
                };
                let body = body.take().expect("internal bug: a step is taken once");
                // Caught, so that the locks are let go before anything unwinds.
                let result = panic::catch_unwind(AssertUnwindSafe(|| body(views, turn)));
                Attempt::Taken(result, turn)
            };
            let mut awake = ThreadSet::EMPTY;
            let close = |attempt: &mut Attempt<O>,
                         footprint: &Footprint,
                         sleepers: &mut [Sleepers<'_>]| match attempt {
                Attempt::Blocked => self.lie_down(sleepers),
                Attempt::Taken(result, turn) => {
                    awake = woken_by(sleepers);
                    self.log(result.as_ref().ok(), *turn, *footprint, expires);
                }
            };
            let opened = || objects.open_and_close(attempt, close);
            let (attempt, _) = self.current.inside(opened);
            if !awake.is_empty() {
                P::wake(world, awake);
            }
            match attempt {
                Attempt::Taken(Ok(result), _) => return result,
                Attempt::Taken(Err(payload), _) => panic::resume_unwind(payload),
                Attempt::Blocked => {
                    expires = P::sleep(world, self.thread, self.waiting) == Woken::Expired;
                    self.current.log().awake();
                }
            }
        }
    }

    /// Whether the blocked wait runs out here and now, for a reason that is chosen.
    fn runs_out(&self, occurrence: u32) -> bool {
        let world = &self.current.world;
        let may = self.waiting == Waiting::Finite && world.waits() == Waits::MayExpire;
        may && world.choose(self.thread, ChoiceKind::Expiry, occurrence, 2) == 1
    }

    /// Notes the thread at every object that its condition read.
    fn lie_down(&self, sleepers: &mut [Sleepers<'_>]) {
        self.current.log().asleep(self.operation, self.waiting);
        for object in sleepers {
            if let (Some(_), Some(threads)) = (object.touched, &mut object.threads) {
                threads.insert(self.thread);
            }
        }
    }

    fn log<O: Recorded>(
        &self,
        result: Option<&O>,
        turn: WakeReason,
        footprint: Footprint,
        quiescent: bool,
    ) {
        let expired = turn == WakeReason::Expired;
        let footprint = if expired && quiescent {
            footprint.and_everything()
        } else {
            footprint
        };
        self.current.record_step(Step {
            thread: self.thread,
            operation: self.operation,
            alternative: u8::from(expired),
            expired,
            footprint,
            result: result.map_or(StepResult::Done, Recorded::recorded),
            enabled: ThreadSet::only(self.thread),
        });
    }
}

/// Takes the threads that sleep on what a step changed.
fn woken_by(sleepers: &mut [Sleepers<'_>]) -> ThreadSet {
    let mut awake = ThreadSet::EMPTY;
    for object in sleepers {
        let changed = object.touched.is_some_and(|access| access != Access::Read);
        if let (true, Some(threads)) = (changed, &mut object.threads) {
            awake = awake.union(std::mem::take(*threads));
        }
    }
    awake
}
