//! How an execution ended, in a form that two explorers can be compared by.

use crate::status::NtStatus;

use super::FinalState;
use super::Operation;
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
    /// No thread could step, and all that had not finished spin for ever: they run, and get
    /// nowhere. In order of thread, never empty.
    Livelock(Vec<Blocked>),
    /// A thread panicked; the others ran on.
    Panicked {
        /// The thread; of several the one with the least index.
        thread: ThreadId,
        /// What it said, with the place in the source.
        message: String,
    },
    /// The explorer cut the execution off: it would only repeat another.
    Redundant,
    /// The bound on steps cut the execution off.
    StepLimit,
}

impl End {
    /// How an execution ended in which these threads had not finished and none could step.
    pub fn stuck(blocked: Vec<Blocked>) -> Self {
        if blocked.is_empty() {
            Self::Finished
        } else if blocked.iter().all(|who| who.operation.verb.spins()) {
            Self::Livelock(blocked)
        } else {
            Self::Deadlock(blocked)
        }
    }

    /// The threads that can never go on, in order of thread. Empty if all finished, or if something
    /// else ended the execution.
    pub fn blocked(&self) -> &[Blocked] {
        match self {
            Self::Deadlock(blocked) | Self::Livelock(blocked) => blocked,
            Self::Finished | Self::Panicked { .. } | Self::Redundant | Self::StepLimit => &[],
        }
    }

    /// Whether some thread can never go on.
    pub fn is_stuck(&self) -> bool {
        !self.blocked().is_empty()
    }
}

/// What one call of the scenario returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThreadResult {
    /// Who called.
    pub thread: ThreadId,
    /// The nth call of that thread, from 0.
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
    pub rest: FinalState,
}

#[cfg(test)]
mod tests {
    use crate::execution::Verb;

    use super::*;

    fn waits(verb: Verb) -> Blocked {
        Blocked {
            thread: ThreadId::new(0),
            operation: Operation::local(verb),
        }
    }

    #[test]
    fn only_threads_that_all_spin_are_a_livelock() {
        let (spins, sleeps) = (waits(Verb::SpinLoad), waits(Verb::Lock));

        assert_eq!(End::stuck(vec![]), End::Finished);
        assert_eq!(End::stuck(vec![spins]), End::Livelock(vec![spins]));
        assert!(matches!(End::stuck(vec![spins, sleeps]), End::Deadlock(_)));
        assert_eq!(End::stuck(vec![sleeps]).blocked(), [sleeps]);
        assert!(!End::Finished.is_stuck());
    }
}
