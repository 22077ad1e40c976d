//! What every search assumes and checks on the way: the same choices lead to the same execution.

use std::any::Any;
use std::fmt;
use std::ops::Range;
use std::panic;

use crate::execution::Decision;
use crate::execution::Operation;
use crate::execution::Step;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::runtime::controlled::Position;

/// The first difference between two executions that made the same choices: something beside its
/// steps decides what the system does, such as a clock or a random number.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotDeterministic {
    /// Which execution of the search it is, from 1. Those that were cut off count, too. `None`:
    /// that of a finding, which was run again when the search had ended.
    pub execution: Option<u64>,
    /// The place of the step in the execution, from 1. `None`: the difference is one of the end.
    pub step: Option<usize>,
    /// The thread whose step, fact or outcome it is, if it is that of one thread.
    pub thread: Option<ThreadId>,
    /// What the execution did there first.
    pub before: String,
    /// What it does there now.
    pub now: String,
}

impl std::error::Error for NotDeterministic {}

impl fmt::Display for NotDeterministic {
    /// `execution 1, step 3, thread 0: it was load variable 0 = 1, and is now load variable 0 = 2`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.execution {
            Some(number) => write!(f, "execution {number}")?,
            None => f.write_str("the execution of a finding")?,
        }
        match self.step {
            Some(step) => write!(f, ", step {step}")?,
            None => f.write_str(", at its end")?,
        }
        if let Some(thread) = self.thread {
            write!(f, ", thread {thread}")?;
        }
        write!(f, ": it was {}, and is now {}", self.before, self.now)
    }
}

impl NotDeterministic {
    /// A difference at the step with this index, in an execution whose number is not known yet.
    pub(super) fn at(
        index: usize,
        thread: Option<ThreadId>,
        (before, now): (String, String),
    ) -> Self {
        Self {
            execution: None,
            step: Some(index + 1),
            thread,
            before,
            now,
        }
    }

    /// A difference of the end.
    pub(crate) fn at_the_end((before, now): (String, String)) -> Self {
        Self {
            execution: None,
            step: None,
            thread: None,
            before,
            now,
        }
    }

    /// A thread that cannot take a step any more after so many others.
    pub(crate) fn unable(steps: usize, thread: ThreadId) -> Self {
        let now = format!("that thread {thread} could not");
        Self::at(steps, Some(thread), (able(ThreadSet::only(thread)), now))
    }

    /// Ends the execution that runs: [`NotDeterministic::caught`] gets this back.
    pub(super) fn raise(self) -> ! {
        panic::resume_unwind(Box::new(self))
    }

    /// Runs a part of an execution, and returns what was raised in it. Any other panic goes on.
    pub(super) fn caught<O>(body: impl FnOnce() -> O) -> Result<O, Self> {
        let caught = panic::catch_unwind(panic::AssertUnwindSafe(body));
        caught.map_err(
            |payload: Box<dyn Any + Send>| match payload.downcast::<Self>() {
                Ok(found) => *found,
                Err(other) => panic::resume_unwind(other),
            },
        )
    }
}

/// Which threads could go on, in words.
pub(super) fn able(threads: ThreadSet) -> String {
    let names: Vec<String> = threads.iter().map(|thread| thread.to_string()).collect();
    match &names[..] {
        [] => "that no thread could go on".to_owned(),
        [one] => format!("that thread {one} could go on"),
        many => format!("that the threads {} could go on", many.join(", ")),
    }
}

/// An operation in words.
pub(super) fn named(operation: Operation) -> String {
    let title = operation.verb.title();
    let object = operation.object;
    object.map_or_else(|| title.to_owned(), |object| format!("{title} {object}"))
}

/// Refuses a step that is not the one which was taken there before.
pub(super) fn require_same_step(index: usize, before: (ThreadId, Operation), step: &Step) {
    let (thread, operation) = before;
    if thread != step.thread || operation != step.operation {
        let texts = (named(operation), named(step.operation));
        NotDeterministic::at(index, Some(thread), texts).raise();
    }
}

/// Refuses a state in which other threads can go on than before.
pub(super) fn require_same_threads(before: ThreadSet, position: &Position<'_>) {
    if before != position.enabled {
        let texts = (able(before), able(position.enabled));
        NotDeterministic::at(position.steps.len(), None, texts).raise();
    }
}

/// Refuses a state in which a thread cannot go on that could before.
pub(super) fn require_able(decision: Decision, position: &Position<'_>) {
    if !position.enabled.contains(decision.thread) {
        let before = able(ThreadSet::only(decision.thread));
        let texts = (before, able(position.enabled));
        NotDeterministic::at(position.steps.len(), Some(decision.thread), texts).raise();
    }
}

/// Refuses a choice that has not as many alternatives as before.
pub(super) fn require_same_choice(before: u8, offered: Range<u8>, depth: usize) {
    // A wait that can only expire offers nothing but its alternative 1.
    if offered.start == 0 && offered.end != before {
        let count = |alternatives: u8| format!("a step with {alternatives} alternatives");
        let texts = (count(before), count(offered.end));
        NotDeterministic::at(depth, None, texts).raise();
    }
}
