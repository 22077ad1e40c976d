//! The second runtime that knows what every thread is about to do: shuttle's tasks, so that the
//! schedulers of shuttle judge the same code under test.
//!
//! Shuttle ([docs](https://docs.rs/shuttle/0.9.9)) brings the tasks, the switch between them and
//! its schedulers. What threads share, who waits for what and who can go on is known here: nothing
//! ever blocks inside shuttle, and there is one scheduling point for each step. All tasks of an
//! execution share one operating-system thread.
//!
//! A thread that waits asks by itself whether it is ready: when it comes to its step, and again
//! when somebody has written what it looked at, in a turn that no scheduler sees. The rest follows
//! the rules of the controlled runtime, in an implementation of its own: under the same decisions
//! both make the same [`Execution`](crate::execution::Execution).
//!
//! What can still end the process is what can under the controlled runtime: a panic in a destructor
//! that runs because of a panic, and an overflow of a task's stack of [`STACK_BYTES`].

mod adaptor;
mod cell;
mod run;
mod state;
mod task;
mod tls;

use std::panic;
use std::thread;

use crate::execution::Fact;
use crate::execution::Footprint;
use crate::execution::ObjectId;
use crate::execution::ObjectKind;
use crate::execution::Operation;
use crate::execution::ThreadId;

use super::Objects;
use super::Recorded;
use super::Runtime;
use super::Value;
use super::Waiting;
use super::WakeReason;
use super::at_once::at_once;

use state::Pending;
use tls::Aborted;
use tls::Phase;

pub use cell::ShuttleCell;
pub use run::Choices;
pub use run::Hidden;
pub use run::Limits;
pub use run::RunFailure;
pub use run::STACK_BYTES;
pub use run::run;

/// Code under test as tasks of shuttle. It has no value: an execution belongs to the
/// operating-system thread that runs it.
#[derive(Debug, Clone, Copy)]
pub enum Shuttle {}

impl Runtime for Shuttle {
    type Raw<T: Value> = ShuttleCell<T>;

    fn step<F: Objects<Self>, O: Recorded>(
        operation: Operation,
        waiting: Waiting,
        objects: F,
        ready: impl Fn(&F::Views<'_>) -> bool,
        body: impl FnOnce(F::Views<'_>, WakeReason) -> O,
    ) -> O {
        let turn = match tls::phase() {
            Some(Phase::Running) if thread::panicking() => {
                let (result, footprint) = inline(&objects, body);
                tls::step_unscheduled(footprint);
                return result;
            }
            Some(Phase::Running) if waiting == Waiting::Never => {
                task::pause(Pending::act(operation, objects.declared()), None)
            }
            Some(Phase::Running) => {
                let ask = || inside(|| objects.open(|views| ready(&views)));
                let pending = Pending {
                    operation,
                    waiting,
                    answer: ask(),
                    declared: objects.declared(),
                };
                task::pause(pending, Some(&ask))
            }
            Some(Phase::Starting | Phase::Finishing) => {
                return inside(|| at_once(operation, waiting, &objects, ready, body));
            }
            Some(Phase::Unwinding) if thread::panicking() => return inline(&objects, body).0,
            Some(Phase::Unwinding) => panic::resume_unwind(Box::new(Aborted)),
            None => panic!("a step outside of any execution: {operation:?}"),
        };
        let (result, footprint) = inside(|| {
            objects.open(|views| {
                let as_offered =
                    waiting == Waiting::Never || ready(&views) == (turn == WakeReason::Ready);
                assert!(
                    as_offered,
                    "internal bug: readiness changed unseen: {operation:?}"
                );
                body(views, turn)
            })
        });
        tls::step_done(footprint, result.recorded());
        result
    }

    fn choose(operation: Operation, alternatives: u8) -> u8 {
        assert!(alternatives > 0, "a choice needs an alternative");
        match tls::phase() {
            Some(Phase::Running) if !thread::panicking() => {
                task::pause(Pending::act(operation, Footprint::EMPTY), None);
                let alternative = task::draw(alternatives);
                tls::choice_done(alternative);
                alternative
            }
            Some(Phase::Unwinding) if !thread::panicking() => {
                panic::resume_unwind(Box::new(Aborted))
            }
            None => panic!("a choice outside of any execution: {operation:?}"),
            Some(_) => 0,
        }
    }

    fn spawn(thread: ThreadId, body: impl FnOnce() + Send + 'static) {
        if tls::phase() == Some(Phase::Running) {
            Self::act(Operation::start_of(thread), (), |()| ());
        }
        let started = tls::is_started(thread);
        assert!(!started, "thread {thread} was started twice");
        tls::spawn(thread, Box::new(body));
    }

    fn current() -> Option<ThreadId> {
        tls::current()
    }

    fn try_fresh(kind: ObjectKind) -> Option<ObjectId> {
        tls::fresh(kind)
    }

    fn record(fact: Fact) {
        tls::record(fact);
    }
}

/// Runs the body of a step, or asks whether it is ready. Neither may take a step.
fn inside<O>(body: impl FnOnce() -> O) -> O {
    /// Leaves the inside of a step, also when its body panics.
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            tls::step_outside();
        }
    }
    tls::step_inside();
    let leave = Leave;
    let result = body();
    drop(leave);
    result
}

/// Runs a step's body on the spot, ready or not: nobody can be let in between.
fn inline<F: Objects<Shuttle>, O>(
    objects: &F,
    body: impl FnOnce(F::Views<'_>, WakeReason) -> O,
) -> (O, Footprint) {
    inside(|| objects.open(|views| body(views, WakeReason::Ready)))
}
