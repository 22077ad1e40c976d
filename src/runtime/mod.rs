//! The seam: all that code under test may do to what its threads share.
//!
//! Shared state lives in [`Shared`] objects and is reached only in *steps*. A step is atomic: no
//! other thread sees its middle. It names up to four objects, and its body gets a [`View`] of each;
//! what the body really reads and writes is recorded by the view, so that a footprint cannot lie.
//! There are three kinds of step: do ([`Runtime::act`]), wait until ready, then do
//! ([`Runtime::wait`]), and the same, or expire ([`Runtime::wait_or_expire`]). A loop that spins
//! until it is ready is a step that waits, too ([`Runtime::spin`]).
//!
//! Rules for code under test:
//!
//! - No step runs inside another (asserted). What a step calls back runs after it.
//! - The body of a step is short, total and touches no other shared state.
//! - A condition reads nothing but the objects of its step: a change to one makes it be
//!   asked again, on every runtime. If it reads only some of them, [`awaiting`] says so.
//! - The names of objects come from [`Runtime::fresh`] or are constants, never from a counter that
//!   several threads share: a name must not depend on the interleaving.
//!
//! Four runtimes stand behind the seam, in one binary: [`controlled`], on which proofs and replays
//! run, `shuttle`, and [`locked`], which is loom and real threads. Shuttle and loom come with the
//! feature `second-opinions`.
//!
//! Left out, on purpose: weak memory (every step is sequentially consistent) and time (a finite
//! wait expires as the explorer's reading of waits says).

mod at_once;
mod cell;
pub mod controlled;
#[cfg(feature = "second-opinions")]
mod foreign_panics;
pub mod locked;
mod names;
mod objects;
mod panics;
mod recorded;
mod script;
#[cfg(feature = "second-opinions")]
pub mod shuttle;
mod view;

use crate::execution::Fact;
use crate::execution::ObjectId;
use crate::execution::ObjectKind;
use crate::execution::Operation;
use crate::execution::ThreadId;

pub(crate) use panics::said_quietly;

pub use cell::RawCell;
pub use cell::Shared;
pub use cell::Value;
pub use objects::Awaiting;
pub use objects::Objects;
pub use objects::Sleepers;
pub use objects::Touching;
pub use objects::awaiting;
pub use objects::touching;
pub use recorded::Recorded;
pub use script::ChoiceKey;
pub use script::ChoiceKind;
pub use script::Script;
pub use view::View;

/// Whether a step waits, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Waiting {
    /// The step never waits.
    Never,
    /// The step waits until it is ready.
    Forever,
    /// The step waits until it is ready or its time runs out.
    Finite,
}

/// How finite waits are read: there is no clock, so a run assumes something about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Waits {
    /// A finite wait expires only when nothing else can run, as if every holder were quick enough.
    Sufficient,
    /// A finite wait may expire at any moment at which it is blocked.
    MayExpire,
}

/// How a step came to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WakeReason {
    /// It is ready.
    Ready,
    /// Its time ran out. Only a step with [`Waiting::Finite`] meets this.
    Expired,
}

/// What code under test is generic over: who runs its threads and its steps.
///
/// All functions are static, because an execution owns its thread: there is one at a time for an
/// operating-system thread, and code under test never holds it.
pub trait Runtime: Sized + Send + Sync + 'static {
    /// Where the value of a shared object lives.
    type Raw<T: Value>: RawCell<T>;

    /// Takes one step: waits as `waiting` says until `ready`, then runs `body` at once.
    ///
    /// `ready` is asked any number of times and must only read. With [`Waiting::Never`] it is not
    /// asked.
    fn step<F: Objects<Self>, O: Recorded>(
        operation: Operation,
        waiting: Waiting,
        objects: F,
        ready: impl Fn(&F::Views<'_>) -> bool,
        body: impl FnOnce(F::Views<'_>, WakeReason) -> O,
    ) -> O;

    /// Chooses a number below `alternatives`: every one of them is explored.
    fn choose(operation: Operation, alternatives: u8) -> u8;

    /// Starts a thread. Its index must be free; a thread that runs takes a step for it.
    fn spawn(thread: ThreadId, body: impl FnOnce() + Send + 'static);

    /// The thread that calls, or `None` during start-up.
    fn current() -> Option<ThreadId>;

    /// A name for an object of this kind that the calling thread makes; `None` if it has made
    /// 65,536 of them.
    fn try_fresh(kind: ObjectKind) -> Option<ObjectId>;

    /// The same, where nobody makes so many.
    ///
    /// # Panics
    ///
    /// If the calling thread has made 65,536 objects of this kind.
    fn fresh(kind: ObjectKind) -> ObjectId {
        Self::try_fresh(kind).expect("a thread makes at most 65,536 objects of a kind")
    }

    /// Records something that no thread can observe.
    fn record(fact: Fact);

    /// A step that never waits.
    fn act<F: Objects<Self>, O: Recorded>(
        operation: Operation,
        objects: F,
        body: impl FnOnce(F::Views<'_>) -> O,
    ) -> O {
        Self::step(
            operation,
            Waiting::Never,
            objects,
            |_| true,
            |views, _| body(views),
        )
    }

    /// A step that waits until it is ready, for ever if need be.
    fn wait<F: Objects<Self>, O: Recorded>(
        operation: Operation,
        objects: F,
        ready: impl Fn(&F::Views<'_>) -> bool,
        body: impl FnOnce(F::Views<'_>) -> O,
    ) -> O {
        Self::step(operation, Waiting::Forever, objects, ready, |views, _| {
            body(views)
        })
    }

    /// A step that waits until it is ready or its time runs out.
    fn wait_or_expire<F: Objects<Self>, O: Recorded>(
        operation: Operation,
        objects: F,
        ready: impl Fn(&F::Views<'_>) -> bool,
        body: impl FnOnce(F::Views<'_>, WakeReason) -> O,
    ) -> O {
        Self::step(operation, Waiting::Finite, objects, ready, body)
    }

    /// A loop that looks, round by round, until it is ready, and then does its step.
    ///
    /// # Why a step and not a loop
    ///
    /// A loop without end has executions without number: one for each round that found nothing new.
    /// No round but the last changes anything, since `ready` can only look; so the thread is held
    /// back until somebody writes what its last round read, and the rounds between are left out
    /// (Kokologiannakis, Ren, Vafeiadis: *Dynamic partial order reductions for spinloops*, 2021).
    /// To every other thread, and at the end, an execution looks the same with and without them.
    ///
    /// On every runtime this waits like [`Runtime::wait`]. What differs is what it means to wait in
    /// it for ever: such a thread runs. If nobody can step and all who are left spin, that is a
    /// livelock ([`End::Livelock`]), not a deadlock.
    ///
    /// A round of several steps, between which others may come, is no `spin`. A loop of such rounds
    /// is explored round by round, and needs a bound of its own, unless it spins between the rounds
    /// until something that the last one read is written, as `litmus::retry` does.
    ///
    /// [`End::Livelock`]: crate::execution::End::Livelock
    fn spin<F: Objects<Self>, O: Recorded>(
        operation: Operation,
        objects: F,
        ready: impl Fn(&F::Views<'_>) -> bool,
        body: impl FnOnce(F::Views<'_>) -> O,
    ) -> O {
        assert!(
            operation.verb.spins(),
            "a spin says that it is one: {operation:?}"
        );
        Self::wait(operation, objects, ready, body)
    }
}
