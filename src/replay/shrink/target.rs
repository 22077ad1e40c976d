//! What is shrunk, and the runs that it takes.

use std::collections::BTreeSet;
use std::fmt;

use crate::execution::End;
use crate::execution::Execution;
use crate::runtime::Waits;
use crate::runtime::controlled::Limits;
use crate::runtime::controlled::Machine;
use crate::runtime::controlled::Policy;
use crate::runtime::controlled::System;

use super::Shrunk;
use super::follow::Following;
use super::plan::Plan;
use super::size::Size;

/// How many steps more than the execution at hand a candidate may have.
pub(super) const STEPS_MORE: usize = 200;

/// A system, and what it is to fail with.
pub struct Target<'a> {
    /// What runs.
    pub system: &'a dyn System,
    /// How finite waits are read.
    pub waits: Waits,
    /// Whether an execution fails in the way that is to be kept.
    pub fails: &'a dyn Fn(&Execution) -> bool,
}

impl fmt::Debug for Target<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("waits", &self.waits)
            .finish_non_exhaustive()
    }
}

/// The runs for one target, and the least execution among them that fails.
pub(super) struct Trial<'a> {
    target: &'a Target<'a>,
    machine: Machine,
    pub(super) least: Execution,
    pub(super) size: Size,
    pub(super) replays: u32,
    /// The plans that were run: what was not less then is not less now.
    tried: BTreeSet<Plan>,
}

impl<'a> Trial<'a> {
    pub(super) fn new(target: &'a Target<'a>, execution: &Execution) -> Self {
        let steps_max = execution.steps.len().saturating_mul(2) + STEPS_MORE;
        Self {
            target,
            machine: Machine::new(Limits {
                waits: target.waits,
                steps_max: u32::try_from(steps_max).unwrap_or(u32::MAX),
            }),
            least: execution.clone(),
            size: Size::of(execution),
            replays: 0,
            tried: BTreeSet::new(),
        }
    }

    /// Runs under a policy: whether the execution fails in the same way and is less than the least
    /// so far, which it then is.
    pub(super) fn run(&mut self, policy: &mut impl Policy) -> bool {
        self.replays += 1;
        let execution = self.machine.run(self.target.system, policy);
        let complete = !matches!(execution.end, End::Redundant | End::StepLimit);
        if !complete || !(self.target.fails)(execution) {
            return false;
        }
        let size = Size::of(execution);
        let less = size < self.size;
        if less {
            self.least = execution.clone();
            self.size = size;
        }
        less
    }

    /// Runs a plan, unless it was run before.
    pub(super) fn run_plan(&mut self, plan: &Plan) -> bool {
        self.tried.insert(plan.clone()) && self.run(&mut Following::new(plan))
    }

    /// The last execution that ran.
    pub(super) const fn last(&self) -> &Execution {
        self.machine.execution()
    }

    pub(super) fn into_shrunk(self, is_least: bool) -> Shrunk {
        Shrunk {
            execution: self.least,
            replays: self.replays,
            is_least,
        }
    }
}
