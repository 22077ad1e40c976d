//! From what was seen in the field to a schedule: which model shows it, and how.
//!
//! A [`Like`] is read from a status, an errno, a line of a log, or words for an outcome. [`hunt()`]
//! goes through models, strategies and readings of waits, the smallest models first, and keeps the
//! least execution whose trace shows it; what breaks a property goes before what breaks none. What
//! it cannot find is not impossible: the models are few, and each search has a bound.

mod hunt;
mod like;

pub use hunt::Ground;
pub use hunt::Hunt;
pub use hunt::Reproduction;
pub use hunt::hunt;
pub use like::Like;
pub use like::NotAlike;
