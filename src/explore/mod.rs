//! Explorers: what chooses schedules.

mod coverage;
mod kind;

pub use coverage::Bounds;
pub use coverage::Coverage;
pub use coverage::Limit;
pub use coverage::Unwatched;
pub use coverage::Watch;
pub use kind::ExplorerKind;
