//! What a step's result looks like in a trace.

use crate::execution::StepResult;
use crate::status::NtStatus;

/// A result of a step that can stand in a trace.
pub trait Recorded {
    /// The result as the trace keeps it.
    fn recorded(&self) -> StepResult;
}

macro_rules! recorded_as_itself {
    ($($type:ty),+) => {
        $(impl Recorded for $type {
            fn recorded(&self) -> StepResult {
                StepResult::from(*self)
            }
        })+
    };
}

recorded_as_itself!((), bool, u32, NtStatus);

/// The status of the failure, or success.
impl<T> Recorded for Result<T, NtStatus> {
    fn recorded(&self) -> StepResult {
        StepResult::Status(self.as_ref().err().copied().unwrap_or(NtStatus::SUCCESS))
    }
}

/// What is recorded, and something for the code that took the step.
impl<O: Recorded, T> Recorded for (O, T) {
    fn recorded(&self) -> StepResult {
        self.0.recorded()
    }
}
