//! Taking the steps of version 1, one by one, and comparing each.
//!
//! Version 1 lists steps, so every step is compared: its thread can take it, it offers the recorded
//! alternative, it does what was recorded, and it fails as recorded. *Best effort* leaves out the
//! steps that do not fit, each by itself, and lets the threads run on where the list ends.

use crate::execution::Decision;
use crate::execution::Execution;
use crate::execution::Step;
use crate::execution::StepNote;
use crate::runtime::controlled::Policy;
use crate::runtime::controlled::Position;

use super::Expected;
use super::follow::Fit;
use super::follow::Misfit;
use super::follow::by_default;

/// Chooses what was recorded, as long as it is there.
pub(super) struct Forced<'a> {
    steps: &'a [Expected],
    fit: Fit,
    /// How many recorded steps were taken or left out.
    done: usize,
    /// The recorded step that was taken last.
    last: Option<&'a Expected>,
    /// What did not fit. Strict: at most one, and then it is over.
    pub(super) misfits: Vec<Misfit>,
}

impl<'a> Forced<'a> {
    pub(super) const fn new(steps: &'a [Expected], fit: Fit) -> Self {
        Self {
            steps,
            fit,
            done: 0,
            last: None,
            misfits: Vec::new(),
        }
    }

    /// What is left to say when the execution is over.
    pub(super) fn finish(&mut self, execution: &Execution) {
        self.compare_last(&execution.steps);
        let taken = execution.steps.len();
        for expected in &self.steps[self.done..] {
            if self.fit == Fit::BestEffort || self.misfits.is_empty() {
                self.misfits.push(Misfit {
                    step: taken + 1,
                    expected: describe(expected),
                    found: "the execution is over".to_owned(),
                });
            }
        }
    }

    /// The step before: did it fail or succeed as recorded? Where best effort is asked for, it did
    /// what it did.
    fn compare_last(&mut self, steps: &[Step]) {
        let Some((expected, step)) = self.last.take().zip(steps.last()) else {
            return;
        };
        if self.fit == Fit::Strict {
            self.misfits.extend(differs(expected, step, steps.len()));
        }
    }

    /// The next recorded step: what there is instead, if it cannot be taken.
    fn compare_next(expected: &Expected, position: &Position<'_>) -> Option<Misfit> {
        let found = obstacle(expected, position)?;
        Some(Misfit {
            step: position.steps.len() + 1,
            expected: describe(expected),
            found,
        })
    }

    /// The list is over, and the execution is not.
    fn beyond(&mut self, position: &Position<'_>) -> Option<Decision> {
        if self.fit == Fit::BestEffort {
            return Some(by_default(position));
        }
        let able = position.enabled.iter().map(|thread| thread.to_string());
        let able: Vec<String> = able.collect();
        self.misfits.push(Misfit {
            step: position.steps.len() + 1,
            expected: "the end".to_owned(),
            found: format!("these threads can still go on: {}", able.join(", ")),
        });
        None
    }
}

impl Policy for Forced<'_> {
    fn choose(&mut self, position: &Position<'_>) -> Option<Decision> {
        self.compare_last(position.steps);
        if self.fit == Fit::Strict && !self.misfits.is_empty() {
            return None;
        }
        while let Some(expected) = self.steps.get(self.done) {
            self.done += 1;
            match Self::compare_next(expected, position) {
                None => {
                    self.last = Some(expected);
                    return Some(expected.decision);
                }
                Some(misfit) => self.misfits.push(misfit),
            }
            if self.fit == Fit::Strict {
                return None;
            }
        }
        self.beyond(position)
    }
}

/// What there is instead of a recorded step, if it cannot be taken.
fn obstacle(expected: &Expected, position: &Position<'_>) -> Option<String> {
    let Decision {
        thread,
        alternative,
    } = expected.decision;
    let Some(pending) = position.pending(thread) else {
        return Some(format!("thread {thread} is not running"));
    };
    let (verb, title) = (pending.operation.verb, pending.operation.verb.title());
    if expected.verb.is_some_and(|recorded| recorded != verb) {
        return Some(format!("thread {thread} is about to take {title}"));
    }
    match position.enabled.contains(thread) {
        true if position.offered(thread).contains(&alternative) => None,
        true => Some(format!(
            "{title} of thread {thread} does not offer alternative {alternative}"
        )),
        false => Some(format!("thread {thread} is blocked in {title}")),
    }
}

/// Whether the step with this number differs from the record.
fn differs(expected: &Expected, step: &Step, number: usize) -> Option<Misfit> {
    let found = StepNote::of(step);
    let other_verb = expected.verb.is_some_and(|verb| verb != found.verb);
    let other_result = expected
        .failure
        .is_some_and(|failure| failure != found.failure);
    (other_verb || other_result).then(|| Misfit {
        step: number,
        expected: describe(expected),
        found: found.to_string(),
    })
}

fn describe(expected: &Expected) -> String {
    let Decision {
        thread,
        alternative,
    } = expected.decision;
    match (expected.verb, expected.failure) {
        (Some(verb), failure) => StepNote {
            decision: expected.decision,
            verb,
            failure: failure.flatten(),
        }
        .to_string(),
        (None, _) if alternative > 0 => format!("thread {thread}, alternative {alternative}"),
        (None, _) => format!("a step of thread {thread}"),
    }
}
