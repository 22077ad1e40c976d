//! A deterministic concurrency model checker and reproducer for code that drives WFP.

pub mod attach;
pub mod execution;
pub mod runtime;
pub mod scenario;
pub mod status;
pub mod strategy;
pub mod wfp;
