//! Loom under this seam: its primitives as a platform, and its search. Only with the feature
//! `second-opinions`.

mod platform;
mod search;

pub use platform::LOOM_THREADS_MAX;
pub use platform::Loom;
pub use platform::LoomCrew;
pub use platform::Model;
pub use search::LoomEnd;
pub use search::LoomRun;
pub use search::Visit;
pub use search::search_with_loom;
