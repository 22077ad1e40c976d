//! From what was seen in the field to a schedule: which model shows it, and how.
//!
//! A [`Claim`] is read from a status, an errno, a line of a log, or words for an outcome: which
//! call, which status, which outcome. What in the line is not understood is refused, and nothing is
//! searched. [`hunt()`] goes through models, strategies and readings of waits, the smallest models
//! first, and keeps the least execution whose trace shows it; what breaks a property goes before
//! what breaks none. What it cannot find is not impossible: the models are few, and each search has
//! a bound. A [`Witness`] then says what was seen instead.

mod claim;
mod form;
mod number;
mod reading;
mod search;
mod shown;
mod token;
mod words;

#[cfg(test)]
mod tests;

pub use claim::Claim;
pub use claim::NotUnderstood;
pub use search::Ground;
pub use search::Reproduction;
pub use search::ReproductionSearch;
pub use search::hunt;
pub use shown::Witness;
