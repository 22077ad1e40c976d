//! The integration tests, one module for each area.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that cannot go on fails its test, as the test itself would"
)]

mod causes;
mod cell;
mod cli;
mod counts;
mod differential;
mod journal;
mod least;
mod loom;
mod models;
mod native;
mod opinions;
mod properties;
mod runtime;
mod shrink;
mod shuttle;
mod small;
mod tidy;
