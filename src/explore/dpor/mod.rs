//! Optimal partial-order reduction.
mod bits;
mod explorer;
mod habits;
mod planned;
mod race;
mod reversal;
mod trace;
mod wakeup;

pub use explorer::DporExplorer;
