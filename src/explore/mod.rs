//! Explorers: what chooses schedules.
//!
//! One loop ([`search()`]) runs a system again and again on the controlled runtime; an [`Explorer`]
//! chooses each schedule. `dpor` proves with few executions, `icb` goes by preemptions, fewest
//! first, `dfs` takes every schedule and is the oracle of all else, `random` samples. Shuttle has
//! searches of its own ([`ShuttleExecutions`]), which go the same way from [`go_through`] on.

mod classes;
mod coverage;
mod deterministic;
mod dfs;
mod dpor;
mod elsewhere;
mod icb;
mod kind;
mod loom;
mod native;
mod on_machine;
mod own;
mod random;
mod rerun;
mod search;
mod second_proof;
mod shuttle;
mod shuttle_replay;
mod source;

pub use classes::Classes;
pub use coverage::Bounds;
pub use coverage::Coverage;
pub(crate) use coverage::FirstCutOff;
pub use coverage::Limit;
pub use coverage::Unsuitability;
pub use coverage::Unwatched;
pub use coverage::Watch;
pub use deterministic::NotDeterministic;
pub use dfs::DfsExplorer;
pub use dpor::DporExplorer;
#[doc(hidden)]
pub use dpor::Mutation;
pub use icb::IcbExplorer;
pub use icb::PREFIXES_MAX;
pub use kind::ExplorerKind;
pub use loom::CheckpointError;
pub use loom::LOOM_STEPS_MAX;
pub use loom::loom_checkpoint;
pub use loom::loom_executions;
pub use native::NativeSchedule;
pub use on_machine::on_machine;
pub use own::Choosing;
pub use random::RandomExplorer;
pub use rerun::Reruns;
pub use rerun::difference;
pub use search::Executions;
pub use search::Explorer;
pub use search::Ran;
pub use search::Tally;
pub use search::go_through;
pub use search::search;
pub use second_proof::Lacking;
pub use second_proof::Pace;
pub use second_proof::Paced;
pub use second_proof::SECOND_MAX;
pub use second_proof::SecondProof;
pub use second_proof::compare;
pub use second_proof::show;
pub use shuttle::ShuttleExecutions;
pub use shuttle::ShuttleSearch;
pub use shuttle_replay::NativeReplayError;
pub use shuttle_replay::is_shuttle_schedule;
pub use shuttle_replay::replay_native_shuttle;
pub use source::SourceExplorer;
