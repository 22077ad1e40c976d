//! Pipelines: what a driver does, from the user's call down to the engine, to attach and detach.
//!
//! There are two. `direct` makes the engine calls of an attach or detach and nothing else, the
//! smallest honest model. `a1` is netebpfext with the execution context above it, as it was between
//! the multi-attach refactor (#3751) and the fix of the race (#3866). Both go to the engine through
//! one `Driver`, which holds handles, guards and retries as the strategy says.

mod a1;
mod direct;
mod driver;
mod error;
mod fault;
mod kind;
mod start_up;
mod workload;

use std::sync::Arc;

use crate::execution::FinalState;
use crate::runtime::Runtime;
use crate::strategy::Strategy;

use a1::A1;
use direct::Direct;

pub use error::EbpfResult;
pub use error::Failure;
pub use error::Returned;
pub use kind::AttachType;
pub use kind::Capability;
pub use kind::FilterSpec;
pub use kind::Module;
pub use start_up::StartUp;
pub use workload::Call;
pub use workload::CallKind;
pub use workload::Fault;
pub use workload::FaultPoint;
pub use workload::LinkSpec;
pub use workload::NoRoom;
pub use workload::Pipeline;
pub use workload::ThreadSpec;
pub use workload::Workload;

/// A way to attach and detach links: what the threads of a scenario call.
pub trait Attach: Send + Sync {
    /// Attaches a link; `call` counts the calls of the thread.
    fn attach(&self, link: usize, call: u16) -> Returned;

    /// Detaches a link.
    fn detach(&self, link: usize, call: u16) -> Returned;

    /// A thread ends.
    fn thread_ends(&self);

    /// What is left, when all threads have stopped.
    fn rest(&self) -> FinalState;
}

/// The pipeline of a workload, on an engine where the driver has started.
pub fn pipeline<R: Runtime>(
    start_up: &StartUp,
    strategy: &Strategy,
    workload: &Arc<Workload>,
) -> Arc<dyn Attach> {
    match workload.pipeline {
        Pipeline::Direct => Arc::new(Direct::<R>::new(start_up, strategy, workload)),
        Pipeline::A1 => A1::<R>::start(start_up, strategy, workload),
    }
}
