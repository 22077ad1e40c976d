//! What is held, open and installed after the steps of an execution, read from its trace.
//!
//! Locks and transactions are those of the steps that took and gave them back; filters are those
//! that became visible to every session and did not cease to be. What was so before the threads
//! started is not in the trace, and not here.

use std::collections::BTreeMap;

use crate::execution::Execution;
use crate::execution::Fact;
use crate::execution::ObjectId;
use crate::execution::Step;
use crate::execution::StepResult;
use crate::execution::ThreadId;
use crate::execution::Verb;

/// The steps that take a hold, if they are not refused.
const TAKES: [Verb; 6] = [
    Verb::GuardAcquire,
    Verb::ProviderAcquire,
    Verb::Lock,
    Verb::TryLock,
    Verb::LockShared,
    Verb::RundownAcquire,
];

/// The steps that give it back.
const GIVES_BACK: [Verb; 5] = [
    Verb::GuardRelease,
    Verb::ProviderRelease,
    Verb::Unlock,
    Verb::UnlockShared,
    Verb::RundownRelease,
];

/// Whether a step did what it was to do: a try that did not get its object gave back 0.
fn is_done(step: &Step) -> bool {
    let tries = matches!(step.operation.verb, Verb::TryLock | Verb::RundownAcquire);
    let is_refused = tries && step.result == StepResult::Value(0);
    step.result.failure().is_none() && !step.expired && !is_refused
}

/// What is held, open and installed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// Each lock or reference that is held, with those who hold it, each as often as it does.
    pub held: BTreeMap<ObjectId, Vec<ThreadId>>,
    /// Each session with an open transaction, and who began it.
    pub open: BTreeMap<ObjectId, ThreadId>,
    /// The filters of each context that came since the threads started, less those that went.
    pub filters: BTreeMap<u32, i64>,
}

impl State {
    /// The state after all steps.
    pub fn after(execution: &Execution) -> Self {
        let mut state = Self::default();
        execution.steps.iter().for_each(|step| state.take_in(step));
        let own = execution
            .facts
            .iter()
            .filter(|record| record.thread.is_some());
        for fact in own.map(|record| record.fact) {
            if let Fact::FilterCommitted { context } = fact {
                *state.filters.entry(context).or_default() += 1;
            } else if let Fact::FilterRemoved { context } = fact {
                *state.filters.entry(context).or_default() -= 1;
            }
        }
        state.filters.retain(|_, count| *count != 0);
        state
    }

    fn take_in(&mut self, step: &Step) {
        let verb = step.operation.verb;
        let Some(object) = step.operation.object.filter(|_| is_done(step)) else {
            return;
        };
        if TAKES.contains(&verb) {
            self.held.entry(object).or_default().push(step.thread);
        } else if GIVES_BACK.contains(&verb) {
            self.release(object, step.thread);
        } else if verb == Verb::Begin {
            self.open.insert(object, step.thread);
        } else if verb == Verb::Commit || verb == Verb::Abort {
            self.open.remove(&object);
        }
    }

    /// Its own hold, or that of whoever has one.
    fn release(&mut self, object: ObjectId, thread: ThreadId) {
        if let Some(holders) = self.held.get_mut(&object) {
            let own = holders.iter().position(|holder| *holder == thread);
            if !holders.is_empty() {
                holders.remove(own.unwrap_or(0));
            }
            if holders.is_empty() {
                self.held.remove(&object);
            }
        }
    }

    /// A line for each thing; none if there is nothing.
    pub fn lines(&self) -> Vec<String> {
        let held = self.held.iter().map(|(object, holders)| {
            let holders: Vec<String> = holders.iter().map(ThreadId::to_string).collect();
            format!("{object}: held by {}", holders.join(", "))
        });
        let open = self
            .open
            .iter()
            .map(|(session, thread)| format!("{session}: transaction open, begun by {thread}"));
        let filters =
            self.filters.values().enumerate().map(|(place, count)| {
                format!("context {}: {count:+} committed filters", place + 1)
            });
        held.chain(open).chain(filters).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_transaction_is_open_until_it_is_committed() {
        let mut race = sample::race();
        assert_eq!(
            State::after(&race).lines(),
            ["context 1: +2 committed filters"]
        );

        race.steps.truncate(3);
        race.facts.clear();
        let open = ["session 0: transaction open, begun by 0"];
        assert_eq!(State::after(&race).lines(), open);
    }
}
