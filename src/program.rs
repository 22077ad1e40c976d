//! Binds a workload to a pipeline and a strategy: what an execution runs.
//!
//! The runtime, the one type parameter of everything below, ends here.

use std::sync::Arc;

use crate::attach::Attach;
use crate::attach::Call;
use crate::attach::CallKind;
use crate::attach::Returned;
use crate::attach::StartUp;
use crate::attach::Workload;
use crate::attach::pipeline;
use crate::execution::Fact;
use crate::execution::FinalState;
use crate::execution::ThreadId;
use crate::runtime::Runtime;
use crate::runtime::controlled::Controlled;
use crate::runtime::controlled::Finish;
use crate::runtime::controlled::Start;
use crate::runtime::controlled::System;
use crate::runtime::controlled::start_up;
use crate::strategy::Strategy;
use crate::wfp::CircumstanceLog;

/// A workload under a strategy. The driver has started; each execution goes on from there.
#[derive(Debug, Clone)]
pub struct Program {
    workload: Arc<Workload>,
    strategy: Strategy,
    start_up: StartUp,
}

impl Program {
    /// Starts the driver, outside any execution. What this and every execution asks of the
    /// circumstances is kept in the ledger.
    pub fn new(workload: &Workload, strategy: &Strategy, ledger: &Arc<CircumstanceLog>) -> Self {
        let start_up = start_up(|| StartUp::run::<Controlled>(strategy, workload, ledger));
        Self {
            workload: Arc::new(workload.clone()),
            strategy: *strategy,
            start_up,
        }
    }

    /// What the executions are under, and what they have asked of it.
    pub fn ledger(&self) -> &CircumstanceLog {
        &self.start_up.options.ledger
    }

    /// The workload.
    pub fn workload(&self) -> &Workload {
        &self.workload
    }

    /// Makes the shared objects of one execution on a runtime, attaches what is attached before the
    /// threads start, and starts the threads. To be called where the runtime lets steps happen at
    /// once. The result says what is left, when all threads have stopped.
    ///
    /// # Panics
    ///
    /// If the workload has 2^16 links or calls, which no checked scenario has.
    pub fn start<R: Runtime>(&self) -> impl FnOnce() -> FinalState + Send + use<R> {
        let pipeline = pipeline::<R>(&self.start_up, &self.strategy, &self.workload);
        for (index, link) in self.workload.links.iter().enumerate() {
            if link.attached {
                let call = u16::try_from(index).expect("a scenario has few links");
                record_return::<R>(call, 0, pipeline.attach(index, call));
            }
        }
        for (index, thread) in self.workload.threads.iter().enumerate() {
            let (pipeline, calls) = (Arc::clone(&pipeline), thread.calls.clone());
            R::spawn(ThreadId::new(index), move || {
                run_thread::<R>(&*pipeline, &calls);
            });
        }
        move || pipeline.rest()
    }
}

impl Program {
    /// The start of one execution on a runtime, to be kept by whoever runs it there.
    pub fn starter<R: Runtime>(&self) -> Start {
        let program = self.clone();
        Arc::new(move || Box::new(program.start::<R>()))
    }
}

impl System for Program {
    fn start(&self) -> Finish {
        #[cfg(test)]
        unsteady::record();
        Box::new(self.start::<Controlled>())
    }
}

fn run_thread<R: Runtime>(pipeline: &dyn Attach, calls: &[Call]) {
    for (number, call) in calls.iter().enumerate() {
        let index = u16::try_from(number).expect("a thread has few calls");
        R::record(Fact::CallBegins {
            call: index,
            attaches: call.kind == CallKind::Attach,
        });
        let returned = match call.kind {
            CallKind::Attach => pipeline.attach(call.link, index),
            CallKind::Detach => pipeline.detach(call.link, index),
        };
        record_return::<R>(index, call.returns, returned);
    }
    pipeline.thread_ends();
}

fn record_return<R: Runtime>(call: u16, expected: u32, returned: Returned) {
    let Returned { errno, cause } = returned;
    R::record(Fact::CallReturns {
        call,
        errno,
        expected,
        cause,
    });
}

/// Executions that differ by chance, to see that they are found out. Nothing that a scenario can
/// name does that.
#[cfg(test)]
pub(crate) mod unsteady {
    use std::cell::Cell;
    use std::hash::BuildHasher;
    use std::hash::RandomState;

    use super::Controlled;
    use super::Fact;
    use super::Runtime;

    thread_local! {
        static ON: Cell<bool> = const { Cell::new(false) };
    }

    /// Runs something with executions in every other of which a fact more is recorded, by chance.
    pub(crate) fn during<O>(body: impl FnOnce() -> O) -> O {
        ON.with(|on| on.set(true));
        let result = body();
        ON.with(|on| on.set(false));
        result
    }

    pub(super) fn record() {
        if ON.with(Cell::get) && RandomState::new().hash_one(0_u8).is_multiple_of(2) {
            Controlled::record(Fact::FaultInjected);
        }
    }
}
