//! The runtime that proves: one operating-system thread, a stackful coroutine for each thread under
//! test, and exactly one scheduling point for each step.
//!
//! A thread runs up to its next step, says what it is about to do, and is suspended. The
//! [`Machine`] knows which threads can go on, asks a [`Policy`] for one of them, and lets its step
//! happen. Nothing else switches: between two steps a thread runs alone.
//!
//! # What can still end the process
//!
//! Code under test that panics is recorded and the search goes on. Two things cannot be caught: a
//! panic in a destructor that runs because of a panic (Rust aborts), and an overflow of a
//! coroutine's stack of [`STACK_BYTES`] (the guard page kills the process).
//!
//! # Traps handled here
//!
//! - A step taken while its thread unwinds (in a destructor) never switches: `thread::panicking`
//!   is true for the whole operating-system thread, and a coroutine suspended in a destructor would
//!   make it true for all others. Such a step runs at once, whether it is ready or not, as a part
//!   of the step before it.
//! - An execution that is cut off is unwound: each suspended step raises, without the panic hook,
//!   so that destructors run. Code that catches the unwinding and goes on meets the same at its
//!   next step.
//! - Nothing thread-local of others is held across a switch by this crate; code under test must not
//!   hold such things either (an entered tracing span, a guard of `std::sync`).

mod cell;
mod machine;
mod policy;
mod questions;
mod slot;
mod state;
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

use tls::Aborted;
use tls::Mode;

pub use cell::ControlledCell;
pub use machine::Finish;
pub use machine::Limits;
pub use machine::Machine;
pub use machine::Start;
pub use machine::System;
pub use machine::set_up;
pub use machine::start_up;
pub use policy::Pending;
pub use policy::Policy;
pub use policy::Position;
pub(crate) use questions::Question;
pub(crate) use questions::Questions;
pub(crate) use tls::steps_since;
pub(crate) use tls::steps_so_far;

/// The size of a coroutine's stack in bytes. Stacks are kept and used again.
pub const STACK_BYTES: usize = 256 * 1024;

/// The controlled runtime. It has no value: an execution belongs to the thread that runs it.
#[derive(Debug, Clone, Copy)]
pub enum Controlled {}

impl Runtime for Controlled {
    type Raw<T: Value> = ControlledCell<T>;

    fn step<F: Objects<Self>, O: Recorded>(
        operation: Operation,
        waiting: Waiting,
        objects: F,
        ready: impl Fn(&F::Views<'_>) -> bool,
        body: impl FnOnce(F::Views<'_>, WakeReason) -> O,
    ) -> O {
        let turn = match tls::mode() {
            Mode::Running if thread::panicking() => {
                let (result, footprint) = inline(&objects, body);
                tls::step_unscheduled(footprint);
                return result;
            }
            Mode::Running if waiting == Waiting::Never => {
                tls::stand_before(&Pending::act(operation, objects.declared()), None);
                tls::pause().0
            }
            Mode::Running => {
                let awaited = objects.awaited();
                let poll = || {
                    let answer = tls::inside(|| objects.open(|views| ready(&views)));
                    require_awaited(operation, &awaited, &answer.1);
                    answer
                };
                let (ready, watch) = poll();
                let pending = Pending {
                    waiting,
                    ready,
                    watch,
                    awaited,
                    ..Pending::act(operation, objects.declared())
                };
                tls::stand_before(&pending, Some(&poll));
                tls::pause().0
            }
            Mode::SetUp => {
                return tls::inside(|| at_once(operation, waiting, &objects, ready, body));
            }
            Mode::Aborting if thread::panicking() => return inline(&objects, body).0,
            Mode::Aborting => panic::resume_unwind(Box::new(Aborted)),
            Mode::Idle => panic!("a step outside of any execution: {operation:?}"),
        };
        let (result, footprint) = tls::inside(|| {
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
        assert!(
            objects.allows(&footprint),
            "a step touches {footprint:?}, which is more than it declares: {operation:?}"
        );
        tls::step_done(footprint, result.recorded());
        result
    }

    fn choose(operation: Operation, alternatives: u8) -> u8 {
        assert!(alternatives > 0, "a choice needs an alternative");
        match tls::mode() {
            Mode::Running if !thread::panicking() => {
                tls::stand_before(&Pending::choice(operation, alternatives), None);
                let (_, alternative) = tls::pause();
                tls::step_done(Footprint::EMPTY, u32::from(alternative).recorded());
                alternative
            }
            Mode::Aborting if !thread::panicking() => panic::resume_unwind(Box::new(Aborted)),
            Mode::Idle => panic!("a choice outside of any execution: {operation:?}"),
            Mode::Running | Mode::SetUp | Mode::Aborting => 0,
        }
    }

    fn spawn(thread: ThreadId, body: impl FnOnce() + Send + 'static) {
        if tls::mode() == Mode::Running {
            Self::act(Operation::start_of(thread), (), |()| ());
        }
        assert!(!tls::is_taken(thread), "thread {thread} was started twice");
        tls::spawn(thread, Box::new(body));
    }

    fn current() -> Option<ThreadId> {
        tls::thread()
    }

    fn try_fresh(kind: ObjectKind) -> Option<ObjectId> {
        tls::fresh(kind)
    }

    fn record(fact: Fact) {
        tls::record(fact);
    }
}

/// Whether a thread under test runs on this operating-system thread.
pub(super) fn is_running() -> bool {
    matches!(tls::mode(), Mode::Running | Mode::Aborting)
}

/// A condition reads nothing but what it is said to read.
fn require_awaited(operation: Operation, awaited: &Footprint, read: &Footprint) {
    let unsaid = read
        .iter()
        .find(|touch| awaited.access(touch.object).is_none());
    if let Some(touch) = unsaid {
        panic!(
            "a condition reads {:?}, which is not among what its step awaits: {operation:?}",
            touch.object
        );
    }
}

/// Runs a step's body on the spot, ready or not: nobody can be let in between.
fn inline<F: Objects<Controlled>, O>(
    objects: &F,
    body: impl FnOnce(F::Views<'_>, WakeReason) -> O,
) -> (O, Footprint) {
    tls::inside(|| objects.open(|views| body(views, WakeReason::Ready)))
}
