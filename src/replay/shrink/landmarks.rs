//! A schedule by what its steps do, for a system that takes other steps: one with a fault less.
//!
//! A run ends where its thread has done a thing for the nth time, so that steps which are
//! new or gone in between do not shift the rest.

use std::collections::BTreeMap;

use crate::execution::Decision;
use crate::execution::Execution;
use crate::execution::ThreadId;
use crate::execution::Verb;
use crate::runtime::controlled::Policy;
use crate::runtime::controlled::Position;

use super::follow::go_on;

/// What a thread does, and for the nth time, from 1.
type Landmark = (ThreadId, Verb, u32);

/// Follows an execution by its landmarks, and then goes on.
#[derive(Debug)]
pub(in crate::replay) struct Landmarks {
    runs: Vec<Landmark>,
    chosen: BTreeMap<Landmark, u8>,
    next: usize,
    counts: BTreeMap<(ThreadId, Verb), u32>,
    seen: usize,
}

impl Landmarks {
    pub(in crate::replay) fn of(execution: &Execution) -> Self {
        let mut counts: BTreeMap<(ThreadId, Verb), u32> = BTreeMap::new();
        let mut runs: Vec<Landmark> = Vec::new();
        let mut chosen = BTreeMap::new();
        for step in &execution.steps {
            let (thread, verb) = (step.thread, step.operation.verb);
            let count = counts.entry((thread, verb)).or_default();
            *count += 1;
            let landmark = (thread, verb, *count);
            if step.alternative > 0 {
                chosen.insert(landmark, step.alternative);
            }
            match runs.last_mut() {
                Some(run) if run.0 == thread => *run = landmark,
                Some(_) | None => runs.push(landmark),
            }
        }
        Self {
            runs,
            chosen,
            next: 0,
            counts: BTreeMap::new(),
            seen: 0,
        }
    }

    fn count(&self, thread: ThreadId, verb: Verb) -> u32 {
        self.counts.get(&(thread, verb)).copied().unwrap_or(0)
    }

    /// The next decision of a thread, if it can take one as the execution has it.
    fn decision(&self, position: &Position<'_>, thread: ThreadId) -> Option<Decision> {
        let verb = position.pending(thread)?.operation.verb;
        let offered = position.offered(thread);
        let chosen = self
            .chosen
            .get(&(thread, verb, self.count(thread, verb) + 1));
        let plain = || (offered.start == 0).then_some(0);
        let alternative = chosen
            .copied()
            .filter(|it| offered.contains(it))
            .or_else(plain)?;
        Some(Decision {
            thread,
            alternative,
        })
    }

    fn planned(&mut self, position: &Position<'_>) -> Option<Decision> {
        while let Some(&(thread, verb, until)) = self.runs.get(self.next) {
            let goes = self.count(thread, verb) < until && position.enabled.contains(thread);
            let decision = goes.then(|| self.decision(position, thread)).flatten();
            if decision.is_some() {
                return decision;
            }
            self.next += 1;
        }
        None
    }
}

impl Policy for Landmarks {
    fn choose(&mut self, position: &Position<'_>) -> Option<Decision> {
        for step in &position.steps[self.seen..] {
            let key = (step.thread, step.operation.verb);
            *self.counts.entry(key).or_default() += 1;
        }
        self.seen = position.steps.len();
        let planned = self.planned(position);
        planned.or_else(|| {
            let going_on = go_on(position);
            let decision = self.decision(position, going_on.thread);
            Some(decision.unwrap_or(going_on))
        })
    }
}
