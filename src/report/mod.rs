//! Reports as data, and their renderers.

mod result;

pub use result::Assumptions;
pub use result::CheckReport;
pub use result::Counterexample;
pub use result::Verdict;
