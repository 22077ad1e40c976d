//! A deterministic concurrency model checker and reproducer for code that drives the Windows
//! Filtering Platform (WFP).
//!
//! A [`Scenario`](scenario::Scenario) says which threads attach and detach what. A
//! [`Strategy`](strategy::Strategy) says how they hold engine handles and guard transactions.
//! [`check`](check::check) runs the scenario under the strategy, on a mock of the engine, under
//! every interleaving: either nothing breaks in any of them, or there is a counterexample that
//! replays step by step.
//!
//! # Example
//!
//! Two threads attach CONNECT4 and CONNECT6. Through one engine handle the second begin can be
//! refused; under a lock it cannot.
//!
//! ```
//! use selvedge::check::Request;
//! use selvedge::check::check;
//! use selvedge::explore::Unwatched;
//! use selvedge::property::Property;
//! use selvedge::report::Verdict;
//! use selvedge::scenario::Scenario;
//! use selvedge::strategy::Strategy;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let scenario = Scenario::embedded("attach/connect4_connect6")?;
//! let request = Request::default();
//!
//! let shared = check(&scenario, &Strategy::named("shared-handle")?, &request, &mut Unwatched);
//! assert_eq!(shared.verdict, Verdict::Violated);
//! let first = &shared.counterexamples[0];
//! assert_eq!(first.property, Property::NonInterference);
//! assert_eq!(first.errno, Some(22));
//! println!("selvedge replay {}", first.schedule);
//!
//! let locked = check(&scenario, &Strategy::named("push-lock")?, &request, &mut Unwatched);
//! assert_eq!(locked.verdict, Verdict::Proved);
//! assert_eq!(locked.executions, 2);
//! # Ok(())
//! # }
//! ```
//!
//! A [`Request`](check::Request) also says how finite waits are read, which explorer chooses the
//! schedules, and what stops it early.
//!
//! # Modules
//!
//! A module uses only those above it in this table.
//!
//! | module | what it has |
//! |---|---|
//! | [`status`] | status codes by value and by name |
//! | [`execution`] | one run as data: steps, footprints, facts, schedules, and their notation |
//! | [`runtime`] | the seam to what runs threads and steps, and the controlled runtime |
//! | [`kernel`] | what Windows gives a driver: locks, rundown, reference counts, IRQL |
//! | [`wfp`] | the mock engine: sessions, transactions, objects, notifications |
//! | [`strategy`] | how a pipeline holds handles and guards transactions |
//! | [`attach`] | the pipelines: `direct` and `a1` |
//! | [`property`] | named predicates on an execution |
//! | [`scenario`] | scenario files, and the models that are built in |
//! | [`program`] | a scenario bound to a pipeline and a strategy |
//! | [`explore`] | the explorers: `dpor`, `dfs`, `random` |
//! | [`recount`] | an independent second count of the traces of a system |
//! | [`replay`] | recorded schedules, and running them again |
//! | [`report`] | results as data, and their renderers |
//! | [`confirm`] | from what was found to the least counterexample, with its cause |
//! | [`mod@check`] | one search from start to verdict |
//! | [`litmus`] | exploring small concurrent programs of your own |
//! | [`calibration`] | classic programs, whose number of executions is known |
//! | [`reproduce`] | from what was seen in the field to a schedule |
//! | [`stress`] | what the attempts of a stress run came to, counted |
//! | [`testing`] | assertions for `cargo test` |
//! | `cli` | the command line, with the feature `cli` |
//!
//! # Features
//!
//! Both are on by default. A development dependency does well without them:
//! `default-features = false`.
//!
//! | feature | what it brings |
//! |---|---|
//! | `cli` | the module `cli` and the program `selvedge` |
//! | `second-opinions` | the explorers of loom and of shuttle, and their runtimes |
//!
//! Without `second-opinions` these explorers can still be named. A search by one of them is then
//! [unsuitable](explore::Unsuitability::NotBuiltIn) for every system.
//!
//! The pages of `docs/` say more: `docs/start.md` to begin with, `docs/model.md` for what the mock
//! models and leaves out, `docs/internals/` for how it works.

pub mod attach;
pub mod calibration;
pub mod case;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod confirm;
pub mod execution;
pub mod explore;
pub mod kernel;
pub mod litmus;
pub mod program;
pub mod property;
pub mod recount;
pub mod replay;
pub mod report;
pub mod reproduce;
pub mod robust;
pub mod runtime;
pub mod scenario;
pub mod status;
pub mod strategy;
pub mod stress;
pub mod testing;
pub mod wfp;

/// The Rust blocks of the pages in `docs/` are doctests.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../docs/litmus.md")]
    struct Litmus;

    #[doc = include_str!("../docs/strategies.md")]
    struct Strategies;

    #[doc = include_str!("../docs/testing.md")]
    struct Testing;
}
