//! The integration tests, one module for each area.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that cannot go on fails its test, as the test itself would"
)]

mod causes;
mod cell;
mod circumstances;
mod cli;
mod counts;
mod differential;
mod engine_counts;
mod journal;
mod least;
mod loom;
mod models;
mod native;
mod objects;
mod opinions;
mod programs;
mod properties;
mod runtime;
mod seen;
mod shrink;
mod shuttle;
mod small;
mod tidy;
