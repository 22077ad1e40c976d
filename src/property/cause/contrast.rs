//! The passing neighbour of a failing execution: what one difference makes.

use std::collections::BTreeMap;

use crate::execution::Execution;
use crate::execution::ObjectId;
use crate::execution::Step;
use crate::execution::ThreadId;
use crate::execution::Verb;

/// What is different in a passing neighbour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// Two steps that depend on each other come in the other order. Both by index in the failing
    /// execution, where `later` comes later; `None` if a thread took other steps altogether.
    Order {
        /// What comes first in the failing execution.
        earlier: Option<usize>,
        /// What comes first in the passing one.
        later: Option<usize>,
    },
    /// A fault is not injected.
    NoFault,
}

/// An execution that differs in one ordering, or one fault, and passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contrast {
    /// The difference.
    pub change: Change,
    /// The execution.
    pub execution: Execution,
    /// Whether it breaks nothing at all; otherwise it only does not fail in the same way.
    pub is_clean: bool,
}

impl Contrast {
    /// What it is, in a few words.
    pub const fn title(&self) -> &'static str {
        if self.is_clean {
            "the nearest execution that passes"
        } else {
            "the nearest execution that does not fail in this way"
        }
    }
}

/// What a step does: whose it is, and which operation on which object.
type Deed = (ThreadId, Verb, Option<ObjectId>);

/// A step by what it does, and its number among such steps: the same in another execution even
/// if its thread takes other steps in between.
type Name = (Deed, usize);

fn names(execution: &Execution) -> Vec<Name> {
    let mut counts: BTreeMap<Deed, usize> = BTreeMap::new();
    let name = |step: &Step| {
        let deed = (step.thread, step.operation.verb, step.operation.object);
        let times = counts.entry(deed).or_default();
        *times += 1;
        (deed, *times)
    };
    execution.steps.iter().map(name).collect()
}

/// The pairs of steps that depend on each other and come in the other order in another execution:
/// by index here, the earlier first.
pub fn reversed(execution: &Execution, other: &Execution) -> Vec<(usize, usize)> {
    let mine = names(execution);
    let places: BTreeMap<Name, usize> = names(other)
        .into_iter()
        .enumerate()
        .map(|(place, name)| (name, place))
        .collect();
    let mut pairs = Vec::new();
    for (later, step) in execution.steps.iter().enumerate() {
        for (earlier, before) in execution.steps[..later].iter().enumerate() {
            let depends = before.thread != step.thread && before.footprint.depends(&step.footprint);
            let (Some(one), Some(two)) = (places.get(&mine[earlier]), places.get(&mine[later]))
            else {
                continue;
            };
            if depends && two < one {
                pairs.push((earlier, later));
            }
        }
    }
    pairs
}

impl Change {
    /// The difference in order between a failing and a passing execution. Of several pairs it is
    /// the one that ends a transaction, or else the first whose later step is least.
    pub fn between(failing: &Execution, passing: &Execution) -> Self {
        let pairs = reversed(failing, passing);
        let ends = |&&(_, later): &&(usize, usize)| {
            matches!(
                failing.steps[later].operation.verb,
                Verb::Commit | Verb::Abort | Verb::Unlock | Verb::GuardRelease
            )
        };
        let found = pairs.iter().find(ends).or_else(|| pairs.first());
        Self::Order {
            earlier: found.map(|(earlier, _)| *earlier),
            later: found.map(|(_, later)| *later),
        }
    }
}
