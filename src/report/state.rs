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
use crate::execution::ThreadId;
use crate::execution::Verb;

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
        for record in execution
            .facts
            .iter()
            .filter(|record| record.thread.is_some())
        {
            let (context, change) = match record.fact {
                Fact::FilterCommitted { context } => (context, 1),
                Fact::FilterRemoved { context } => (context, -1),
                _ => continue,
            };
            *state.filters.entry(context).or_default() += change;
        }
        state.filters.retain(|_, count| *count != 0);
        state
    }

    fn take_in(&mut self, step: &Step) {
        let Some(object) = step.operation.object else {
            return;
        };
        let is_refused = step.result.failure().is_some()
            || step.expired
            || step.result == crate::execution::StepResult::Value(0);
        match step.operation.verb {
            Verb::TryLock | Verb::RundownAcquire if is_refused => {}
            Verb::Begin | Verb::Commit | Verb::Abort if is_refused => {}
            Verb::GuardAcquire | Verb::ProviderAcquire | Verb::Lock | Verb::TryLock
                if step.expired => {}
            Verb::GuardAcquire
            | Verb::ProviderAcquire
            | Verb::Lock
            | Verb::TryLock
            | Verb::LockShared
            | Verb::RundownAcquire => self.held.entry(object).or_default().push(step.thread),
            Verb::GuardRelease
            | Verb::ProviderRelease
            | Verb::Unlock
            | Verb::UnlockShared
            | Verb::RundownRelease => self.release(object, step.thread),
            Verb::Begin => {
                self.open.insert(object, step.thread);
            }
            Verb::Commit | Verb::Abort => {
                self.open.remove(&object);
            }
            _ => {}
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
