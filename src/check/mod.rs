//! Checks one strategy on one scenario: explores, judges, confirms, and holds the result to what
//! the scenario expects.
//!
//! There is one search for each of the circumstances that make a difference, and their results are
//! added up: see [`Rounds`](crate::wfp::Rounds).

mod confirm;
mod expected;
mod explorers;
mod findings;
#[cfg(feature = "second-opinions")]
mod libraries;
mod recounted;
mod request;
mod rounds;
mod run;
mod second;
mod subject;

pub use request::Keep;
pub use request::Proofs;
pub use request::Request;
pub use run::check;
