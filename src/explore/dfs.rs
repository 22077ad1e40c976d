//! Every schedule, without any reduction: the oracle for all else.
//!
//! A stack of choices, one for each step: replay all but the deepest that has another option, take
//! that, and go on with the first option of each new step. It misses nothing and repeats much.

use crate::execution::Decision;
use crate::execution::Execution;
use crate::execution::ThreadId;
use crate::runtime::controlled::Pending;
use crate::runtime::controlled::Policy;
use crate::runtime::controlled::Position;

use super::Explorer;
use super::deterministic::require_able;

/// One step's options.
#[derive(Debug)]
struct Choice {
    /// Never empty.
    options: Vec<Decision>,
    taken: usize,
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
            let of = |thread| {
                let alternatives = position.offered(thread);
                alternatives.map(move |alternative| Decision {
                    thread,
                    alternative,
                })
            };
            let options = position.enabled.iter().flat_map(of).collect();
            self.choices.push(Choice { options, taken: 0 });
        }
        let choice = &self.choices[depth];
        let decision = choice.options[choice.taken];
        require_able(decision, position);
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
