//! The integration tests, one module for each area.

mod cli;
mod counts;
mod differential;
mod models;
mod properties;
mod runtime;
mod small;
mod tidy;
