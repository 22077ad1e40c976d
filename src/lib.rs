//! A deterministic concurrency model checker and reproducer for code that drives WFP.

pub mod attach;
pub mod check;
pub mod cli;
pub mod execution;
pub mod explore;
pub mod kernel;
pub mod program;
pub mod property;
pub mod replay;
pub mod report;
pub mod runtime;
pub mod scenario;
pub mod status;
pub mod strategy;
pub mod testing;
pub mod wfp;
