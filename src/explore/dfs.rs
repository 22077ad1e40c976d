//! Every schedule, without any reduction: the oracle for all else.
//!
//! A stack of choices, one for each step: replay all but the deepest that has another option, take
//! that, and go on with the first option of each new step. It misses nothing and repeats much.

use crate::execution::Decision;
use crate::execution::Execution;
use crate::execution::Operation;
use crate::execution::ThreadId;
use crate::runtime::controlled::Pending;
use crate::runtime::controlled::Policy;
use crate::runtime::controlled::Position;

use super::Explorer;
use super::deterministic::NotDeterministic;
use super::deterministic::named;
use super::deterministic::require_able;

/// One step's options.
#[derive(Debug)]
struct Choice {
    /// Never empty.
    options: Vec<Decision>,
    taken: usize,
    /// What the thread of the taken option was about to do when it was taken first.
    operation: Option<Operation>,
}

/// All that can be done there.
fn options(position: &Position<'_>) -> Vec<Decision> {
    let of = |thread| {
        let alternatives = position.offered(thread);
        alternatives.map(move |alternative| Decision {
            thread,
            alternative,
        })
    };
    position.enabled.iter().flat_map(of).collect()
}

/// The explorer.
#[derive(Debug, Default)]
pub struct DfsExplorer {
    choices: Vec<Choice>,
    started: bool,
}

impl Policy for DfsExplorer {
    fn choose(&mut self, position: &Position<'_>) -> Option<Decision> {
        let depth = position.steps.len();
        if depth == self.choices.len() {
            self.choices.push(Choice {
                options: options(position),
                taken: 0,
                operation: None,
            });
        }
        let choice = &mut self.choices[depth];
        let decision = choice.options[choice.taken];
        require_able(decision, position);
        let pending = position.pending(decision.thread);
        let now = pending.map(|pending| pending.operation);
        let before = choice.operation.or(now);
        let threads = position.enabled.iter();
        let count: usize = threads.map(|thread| position.offered(thread).len()).sum();
        let options = choice.options.len();
        if before != now || options != count {
            let shown = |operation: Option<Operation>, count: usize| {
                let operation = operation.map(named).unwrap_or_default();
                format!("{operation}, one of {count} options")
            };
            let texts = (shown(before, options), shown(now, count));
            NotDeterministic::at(depth, Some(decision.thread), texts).raise();
        }
        choice.operation = now;
        Some(decision)
    }
}

impl Explorer for DfsExplorer {
    fn next_execution(&mut self) -> bool {
        if !self.started {
            self.started = true;
            return true;
        }
        while let Some(choice) = self.choices.last_mut() {
            choice.taken += 1;
            choice.operation = None;
            if choice.taken < choice.options.len() {
                return true;
            }
            self.choices.pop();
        }
        false
    }

    fn ended(&mut self, execution: &Execution, _blocked: &[(ThreadId, Pending)]) {
        // Invariant: a choice for each step that was taken.
        self.choices.truncate(execution.steps.len());
    }
}
