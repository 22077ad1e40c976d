//! Scenario files: what a user writes, and the checked form everything else uses.
//!
//! [`Scenario`] has no public constructor that skips the checks, so a `Scenario` in hand is a
//! valid one: its [`Workload`] has indices in range, each link belongs to one thread, no link is
//! detached before it is attached, and no two expectations contradict each other. Every refusal
//! says where in the text it is, what was expected there and what to do about it.
//!
//! Text in, value or [`ScenarioError`] out: the one function that reads a file is
//! [`Scenario::read`], and none reads a clock. Left out: whether a driver would admit the links
//! that are attached before the start together (two BIND links, say), and whether a fault is ever
//! met; a pipeline finds that out.
//!
//! [`Workload`]: crate::attach::Workload

mod checked;
mod expectation;
mod fault;
mod file;
mod flaw;
mod ledger;
mod library;
mod omitted;
mod refusal;
#[cfg(test)]
mod sample;
mod scaled;
mod scope;
mod text;
mod workload;

pub use checked::Scenario;
pub use expectation::Expectation;
pub use expectation::ExpectedVerdict;
pub use flaw::Flaw;
pub use omitted::Omitted;
pub use refusal::Place;
pub use refusal::ScenarioError;
pub use text::SCENARIO_BYTES_MAX;
