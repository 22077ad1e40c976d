//! The mock engine.

mod profile;

pub use profile::Profile;
