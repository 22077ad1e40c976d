//! Pipelines: what a driver does, from the user's call down to the engine, to attach and detach.

mod kind;
mod workload;

pub use kind::AttachType;
pub use kind::Capability;
pub use kind::FilterSpec;
pub use kind::Module;
pub use workload::Call;
pub use workload::CallKind;
pub use workload::Fault;
pub use workload::FaultPoint;
pub use workload::LinkSpec;
pub use workload::Pipeline;
pub use workload::ThreadSpec;
pub use workload::Workload;
