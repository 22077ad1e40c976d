//! The choices that determine an execution.

use super::ThreadId;

/// One choice: which thread steps, and which of the step's alternatives it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decision {
    /// The thread that steps.
    pub thread: ThreadId,
    /// The alternative: 0 for a plain step; the chosen value of a choice; 1 for an expiry.
    pub alternative: u8,
}

/// The choices that determine an execution: element `i` decides its `i`-th step.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Schedule(pub Vec<Decision>);
