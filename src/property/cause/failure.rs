//! What makes two executions fail in the same way.

use crate::execution::Execution;
use crate::property::Property;
use crate::property::Violation;
use crate::property::judge;
use crate::status::NtStatus;

use super::Cause;
use super::CauseKind;

/// A way to fail: the property, the status at the root, and the kind of the cause. Which of the
/// threads it hits makes no difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Failure {
    /// What is broken.
    pub property: Property,
    /// The status at the root, if there is one.
    pub status: Option<NtStatus>,
    /// What kind of mistake it is.
    pub kind: CauseKind,
}

impl Failure {
    /// The way in which an execution fails, as the violation says.
    pub fn of(execution: &Execution, violation: &Violation) -> Self {
        Self {
            property: violation.property,
            status: violation.status,
            kind: Cause::find(execution, violation).kind,
        }
    }

    /// The violation by which an execution fails in this way, if it does.
    pub fn find(&self, execution: &Execution) -> Option<Violation> {
        judge(execution).into_iter().find(|violation| {
            let alike = violation.property == self.property && violation.status == self.status;
            alike && Self::of(execution, violation) == *self
        })
    }
}
