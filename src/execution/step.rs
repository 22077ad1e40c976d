//! One recorded step.

use crate::status::NtStatus;

use super::Footprint;
use super::Operation;
use super::ThreadId;
use super::ThreadSet;

/// What a step gave back to the code that took it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepResult {
    /// Nothing to tell.
    Done,
    /// A status.
    Status(NtStatus),
    /// A number, or a truth value as 0 or 1.
    Value(u32),
}

impl StepResult {
    /// The status, if it is one that tells of a failure.
    pub fn failure(self) -> Option<NtStatus> {
        match self {
            Self::Status(status) if !status.is_success() => Some(status),
            Self::Done | Self::Status(_) | Self::Value(_) => None,
        }
    }
}

impl From<()> for StepResult {
    fn from((): ()) -> Self {
        Self::Done
    }
}

impl From<NtStatus> for StepResult {
    fn from(status: NtStatus) -> Self {
        Self::Status(status)
    }
}

impl From<u32> for StepResult {
    fn from(value: u32) -> Self {
        Self::Value(value)
    }
}

impl From<bool> for StepResult {
    fn from(truth: bool) -> Self {
        Self::Value(u32::from(truth))
    }
}

/// One recorded step of one thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Who took it.
    pub thread: ThreadId,
    /// What it did.
    pub operation: Operation,
    /// Which of its alternatives it took: 0, unless it is a choice or a wait that expired (1).
    pub alternative: u8,
    /// Whether it is the expiry of a wait.
    pub expired: bool,
    /// What it really touched, which may be less than it might have.
    pub footprint: Footprint,
    /// What it gave back.
    pub result: StepResult,
    /// The threads that could have taken the step in its place, itself included.
    pub enabled: ThreadSet,
}
