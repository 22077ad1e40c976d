//! What a step chose, or gave back where that says more than that it was done.
//!
//! Data, so that a lane table and a line of the log say the same thing, each in its own way.

use super::Step;
use super::StepResult;
use super::Verb;

/// What there is to say of a step's result beside its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultNote {
    /// A value: what was read, made, or chosen.
    Equals(u32),
    /// The value that a variable has from now on.
    Becomes(u32),
    /// How many of something.
    Count(u32, &'static str),
    /// The object would not have it.
    Refused,
    /// Anything else.
    Note(&'static str),
    /// The answer to a question.
    Answer(&'static str),
}

impl ResultNote {
    /// The remark on a step, if there is anything to say.
    pub fn on(step: &Step) -> Option<Self> {
        let verb = step.operation.verb;
        match (verb, step.alternative) {
            (Verb::Fault, 0) => return Some(Self::Answer("no")),
            (Verb::Fault, 1) => return Some(Self::Answer("yes")),
            (Verb::Fault | Verb::Choose, chosen) => return Some(Self::Equals(chosen.into())),
            (_, _) => {}
        }
        let StepResult::Value(value) = step.result else {
            return None;
        };
        match (verb, value) {
            (Verb::Load | Verb::Reference | Verb::Dereference, _) => Some(Self::Equals(value)),
            (Verb::Store | Verb::Update, _) => Some(Self::Becomes(value)),
            (Verb::Swap | Verb::TryLock, 0) => Some(Self::Note("refused")),
            (Verb::NotifyOne | Verb::NotifyAll, 0) => Some(Self::Note("no thread waits")),
            (Verb::ListScan, _) => Some(Self::Count(value, "listed")),
            (Verb::ClientRemove, _) => Some(Self::Count(value, "left")),
            (
                Verb::RundownAcquire | Verb::ClientAdd | Verb::LinkAttaching | Verb::LinkDetaching,
                0,
            ) => Some(Self::Refused),
            (Verb::LinkAttached, 0) => Some(Self::Note("not attached")),
            (Verb::RundownWait, 0) => Some(Self::Note("has to wait")),
            (Verb::NotifyAdd | Verb::NotifyDelete, 0) => Some(Self::Note("nobody to tell")),
            (_, _) => None,
        }
    }
}
