//! The integration tests, one module for each area.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that cannot go on fails its test, as the test itself would"
)]

mod cause_programs;
mod causes;
mod cell;
mod circumstances;
mod cli;
mod conformance;
mod counts;
mod differential;
mod edits;
mod engine_counts;
mod engine_threads;
mod examples;
mod explorer_mutations;
mod golden;
mod icb;
mod journal;
mod late;
mod least;
mod least_of_schedules;
mod litmus;
mod loom;
mod models;
mod mutations;
mod native;
mod objects;
mod once_failed;
mod opinions;
mod programs;
mod properties;
mod recount;
mod reference;
mod runtime;
#[expect(dead_code, reason = "the runner in `benches/` uses the rest")]
mod scope;
mod scope_tests;
mod seen;
mod sequences;
mod serial;
mod shrink;
mod shuttle;
mod sizes;
mod small;
mod tidy;
