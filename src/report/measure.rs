//! What a search cost. Measured by the caller: nothing below the command line has a clock.

use super::CheckReport;

/// What a search cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    /// How long it took, in seconds.
    pub seconds: f64,
    /// How many executions it did in a second, redundant ones included.
    pub executions_per_second: u64,
    /// The most memory that the process has had so far, in bytes, where the system tells.
    pub peak_memory_bytes: Option<u64>,
}

/// A report, and what it cost if that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// The report.
    pub report: CheckReport,
    /// What it cost.
    pub measure: Option<Measure>,
}
