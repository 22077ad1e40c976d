//! Explorers: what chooses schedules.
//!
//! One loop ([`search()`]) runs a system again and again on the controlled runtime; an [`Explorer`]
//! chooses each schedule. `dpor` proves with few executions, `icb` goes by preemptions, fewest
//! first, `dfs` takes every schedule and is the oracle of all else, `random` samples. Loom and
//! shuttle have searches of their own (`libraries`), which go the same way from [`go_through`] on;
//! they come with the feature `second-opinions`.

mod classes;
mod coverage;
mod deterministic;
mod dfs;
mod dpor;
mod icb;
mod kind;
#[cfg(feature = "second-opinions")]
mod libraries;
mod native;
mod on_machine;
mod own;
mod random;
mod rerun;
mod search;
mod second_proof;
mod source;
mod unable;

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
#[cfg(feature = "second-opinions")]
pub use libraries::*;
pub use native::NativeSchedule;
pub use native::is_shuttle_schedule;
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
pub use source::SourceExplorer;
pub use unable::Unable;
