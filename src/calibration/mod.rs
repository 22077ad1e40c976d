//! Calibration: the classic programs, whose numbers of traces are known by formulas, explored and
//! compared.
//!
//! An explorer that finds one trace too few has missed something, and one that finds one too many
//! has repeated something. The programs are those by which papers on partial-order reduction
//! measure; they are written with [`litmus`](crate::litmus) and read as its examples. The formulas
//! know nothing of the exploring.
//!
//! An execution that ends in a deadlock is a trace of its own, and is counted apart.

mod bounded;
mod classic;
mod formulas;
mod programs;
mod row;

pub use bounded::Bounded;
pub use classic::CLASSICS;
pub use classic::Classic;
pub use classic::Instance;
pub use classic::SizeError;
pub use classic::TRACES_MAX;
pub use row::Row;
pub use row::write_calibration;
pub use row::write_calibration_json;
