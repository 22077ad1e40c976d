//! What the tasks of an execution do: the main one, which starts the threads and looks at what they
//! left, and one for each thread under test.

use std::panic;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use ::shuttle::rand::RngCore;
use ::shuttle::rand::thread_rng;
use ::shuttle::thread::Builder;
use ::shuttle::thread::sleep;

use crate::execution::FinalState;
use crate::execution::Footprint;
use crate::runtime::WakeReason;
use crate::runtime::controlled::Start;
use crate::runtime::panics;

use super::state::Pending;
use super::tls;
use super::tls::Aborted;
use super::tls::Body;
use super::tls::Order;
use super::tls::Phase;

/// Asks whether a pending step is ready, and what that was read from.
type Ask<'a> = dyn Fn() -> (bool, Footprint) + 'a;

/// Stops before a step until it is the step's turn. `ask` is for steps that wait.
pub(super) fn pause(pending: Pending, ask: Option<&Ask<'_>>) -> WakeReason {
    assert!(!tls::is_inside(), "a step was taken inside another step");
    start_spawned();
    tls::arrive(pending);
    loop {
        sleep(Duration::ZERO);
        match tls::order() {
            Order::Step(turn) => return turn,
            Order::Abort => panic::resume_unwind(Box::new(Aborted)),
            Order::Ask => {
                let ask = ask.expect("internal bug: who waits can be asked");
                let answer = panic::catch_unwind(AssertUnwindSafe(ask));
                // A question that panics does so again before the step, where it belongs.
                tls::answer(answer.unwrap_or((true, Footprint::EMPTY)));
            }
            Order::GoOn => unreachable!("internal bug: a thread before a step is not on its way"),
        }
    }
}

/// The alternative that a choice takes.
pub(super) fn draw(alternatives: u8) -> u8 {
    tls::consult(alternatives).unwrap_or_else(|| {
        // The remainder of 2^64 by a byte: a bias that nobody can measure.
        let drawn = thread_rng().next_u64() % u64::from(alternatives);
        u8::try_from(drawn).expect("below the number of alternatives")
    })
}

/// Starts the threads that wait for it. They run to their first step when their starter has come to
/// its next.
fn start_spawned() {
    while let Some((thread, body)) = tls::take_spawned() {
        if tls::phase() == Some(Phase::Running) {
            // Without a name of its own a task is called like its parent.
            let builder = Builder::new().name(format!("thread {thread}"));
            let task = builder.spawn(move || run_thread(body));
            let task = task.expect("shuttle starts a thread");
            tls::enlist(thread, task.thread().id().into());
        }
    }
}

/// A thread under test, from its first turn to its last.
fn run_thread(body: Body) {
    if tls::phase() == Some(Phase::Running) {
        let caught = panic::catch_unwind(AssertUnwindSafe(body)).err();
        let said = caught.and_then(|panic| (!panic.is::<Aborted>()).then(|| panics::said(&*panic)));
        start_spawned();
        tls::retire(said);
    }
}

/// The main task.
pub(super) fn run_main(start: &Start) {
    let run = || {
        let finish = start();
        tls::start_threads();
        start_spawned();
        tls::rest();
        while tls::phase() == Some(Phase::Running) {
            sleep(Duration::ZERO);
        }
        if tls::phase() == Some(Phase::Finishing) {
            let cut_off = tls::is_cut_off();
            tls::finish(if cut_off {
                FinalState::default()
            } else {
                finish()
            });
        }
    };
    if let Err(failure) = panic::catch_unwind(AssertUnwindSafe(run)) {
        tls::fail(failure);
    }
}
