//! How an execution ended, in a form that two explorers can be compared by.

use crate::status::NtStatus;

use super::Operation;
use super::Rest;
use super::ThreadId;

/// A thread that waits for something that never comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Blocked {
    /// Who waits.
    pub thread: ThreadId,
    /// In which operation.
    pub operation: Operation,
}

/// How an execution ended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum End {
    /// Every thread ran to its end.
    Finished,
    /// No thread could step and at least one had not finished. In order of thread, never empty.
    Deadlock(Vec<Blocked>),
    /// A thread panicked; the others ran on.
    Panicked {
        /// Who.
        thread: ThreadId,
        /// What it said, with the place in the source.
        message: String,
    },
    /// The explorer cut the execution off: it would only repeat another.
    Redundant,
    /// The bound on steps cut the execution off.
    StepLimit,
}

/// What one call of the scenario returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThreadResult {
    /// Who called.
    pub thread: ThreadId,
    /// The how-manieth call of that thread, from 0.
    pub call: u16,
    /// The errno that came back: 0 for success.
    pub errno: u32,
    /// The status that was the cause, whatever was made of it on the way up.
    pub cause: NtStatus,
}

/// What an execution came to: everything about it that does not depend on the order of independent
/// steps.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Outcome {
    /// How it ended.
    pub end: End,
    /// What each call returned, in order of thread and call.
    pub results: Vec<ThreadResult>,
    /// What was left when all was at rest.
    pub rest: Rest,
}
