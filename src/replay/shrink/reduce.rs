//! Which faults, readings, threads and calls a failure needs.
//!
//! One part after another is left out, as long as what is left of the schedule fails in the same
//! way without it: faults first, those of the scenario and then those of the circumstances; then
//! readings, which are brought back to those of a profile to begin with; then threads, then calls;
//! each from the last to the first. Of threads that are alike the first ones are kept.

use std::collections::BTreeSet;

use crate::case::Case;
use crate::execution::End;
use crate::execution::Execution;
use crate::runtime::controlled::Limits;
use crate::runtime::controlled::Machine;
use crate::scenario::Omitted;
use crate::scenario::Scenario;
use crate::wfp::Circumstances;
use crate::wfp::Profile;

use super::alike::exchanges;
use super::follow::Following;
use super::landmarks::Landmarks;
use super::parts::Gone;
use super::parts::Part;
use super::parts::is_there;
use super::parts::parts;
use super::parts::simpler;
use super::plan::Plan;
use super::target::STEPS_MORE;

/// A scenario with only what a failure needs, under circumstances that it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reduced {
    /// The smaller scenario; its name says what is left out.
    pub scenario: Scenario,
    /// What is left out of the whole.
    pub omitted: BTreeSet<Omitted>,
    /// The circumstances under which it still fails.
    pub circumstances: Circumstances,
    /// An execution of it that fails in the same way.
    pub execution: Execution,
    /// How many executions were run for it.
    pub replays: u32,
}

/// Leaves out of a scenario and its circumstances what an execution does not need to fail.
///
/// `omitted` is what is left out of the whole already: the execution is of the scenario without it.
/// Readings are brought back to those of `start`.
///
/// # Panics
///
/// If the whole has no such parts.
pub fn reduce(
    whole: Case<'_>,
    start: &Profile,
    fails: &dyn Fn(&Execution) -> bool,
    (omitted, execution): (BTreeSet<Omitted>, Execution),
) -> Reduced {
    let scenario = whole.scenario.without(&omitted);
    let scenario = scenario.expect("the whole has these parts");
    let mut reduced = Reduced {
        scenario,
        omitted,
        circumstances: whole.circumstances.clone(),
        execution,
        replays: 0,
    };
    let reducing = Reducing {
        whole,
        start,
        fails,
    };
    loop {
        let mut changed = false;
        let workload = whole.scenario.workload();
        for part in parts(workload, &reduced.circumstances, start) {
            if is_there(workload, &reduced, part) {
                changed |= reducing.try_without(part, &mut reduced);
            }
        }
        if !changed {
            reducing.exchange_alike(&mut reduced);
            return reduced;
        }
    }
}

/// What is reduced, and how what is left has to fail.
struct Reducing<'a> {
    whole: Case<'a>,
    start: &'a Profile,
    fails: &'a dyn Fn(&Execution) -> bool,
}

impl Reducing<'_> {
    /// Leaves a part out, if what is left of the execution fails in the same way without it.
    fn try_without(&self, part: Part, reduced: &mut Reduced) -> bool {
        let mut omitted = reduced.omitted.clone();
        let mut circumstances = simpler(&reduced.circumstances, part, self.start);
        let mut plan = None;
        if let Part::Scenario(part) = part {
            omitted.insert(part);
            // A fault has no steps of its own.
            if !matches!(part, Omitted::Fault(_)) {
                let gone = Gone::of(self.whole.scenario.workload(), &reduced.execution, part);
                circumstances = gone.renumbered(&circumstances);
                plan = Some(gone.rest());
            }
        }
        self.try_with((omitted, circumstances), plan, reduced)
    }

    /// Puts threads in the place of others before them that are alike and left out.
    fn exchange_alike(&self, reduced: &mut Reduced) {
        let workload = self.whole.scenario.workload();
        while exchanges(workload, &reduced.omitted)
            .into_iter()
            .any(|exchange| {
                let omitted = exchange.omitted(&reduced.omitted);
                let circumstances = exchange.circumstances(&reduced.circumstances);
                let plan = exchange.plan(&reduced.execution);
                self.try_with((omitted, circumstances), Some(plan), reduced)
            })
        {}
    }

    /// Takes what is left out, the circumstances and the schedule, if that fails in the same way.
    fn try_with(
        &self,
        (omitted, circumstances): (BTreeSet<Omitted>, Circumstances),
        plan: Option<Plan>,
        reduced: &mut Reduced,
    ) -> bool {
        let scenario = self.whole.scenario.without(&omitted);
        let scenario = scenario.expect("the part is there");
        let case = self.whole.on(&scenario).under(&circumstances);
        let program = case.program();
        let steps_max = reduced.execution.steps.len().saturating_mul(2) + STEPS_MORE;
        let mut machine = Machine::new(Limits {
            waits: case.waits,
            steps_max: u32::try_from(steps_max).unwrap_or(u32::MAX),
        });
        reduced.replays += 1;
        let candidate = match plan {
            Some(plan) => machine.run(&program, &mut Following::new(&plan)),
            None => machine.run(&program, &mut Landmarks::of(&reduced.execution)),
        };
        let complete = !matches!(candidate.end, End::StepLimit | End::Redundant);
        let fails = complete && (self.fails)(candidate);
        if fails {
            reduced.execution = candidate.clone();
            reduced.omitted = omitted;
            reduced.scenario = scenario;
            reduced.circumstances = circumstances;
        }
        fails
    }
}
