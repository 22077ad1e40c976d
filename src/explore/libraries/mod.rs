//! The searches of loom and of shuttle, which have search loops of their own. Only with the feature
//! `second-opinions`.

mod elsewhere;
mod loom;
mod shuttle;
mod shuttle_replay;

pub use loom::CheckpointError;
pub use loom::LOOM_STEPS_MAX;
pub use loom::loom_checkpoint;
pub use loom::loom_executions;
pub use shuttle::ShuttleExecutions;
pub use shuttle::ShuttleSearch;
pub use shuttle_replay::NativeReplayError;
pub use shuttle_replay::replay_native_shuttle;
