//! The integration tests, one module for each area.

mod counts;
mod differential;
mod small;
