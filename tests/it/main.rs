//! The integration tests, one module for each area.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that cannot go on fails its test, as the test itself would"
)]

mod broken;
mod causes;
mod cell;
mod circumstances;
mod cli;
mod conformance;
mod counts;
mod differential;
mod engine_counts;
mod engine_threads;
mod examples;
mod icb;
mod journal;
mod late;
mod least;
mod litmus;
mod loom;
mod models;
mod native;
mod objects;
mod opinions;
mod programs;
mod properties;
mod recount;
mod reference;
mod runtime;
mod seen;
mod sequences;
mod serial;
mod shrink;
mod shuttle;
mod small;
mod tidy;
