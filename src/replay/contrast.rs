//! The nearest execution that passes: it differs from a failing one in one ordering, or one fault.
//!
//! At each step of the failing execution another thread goes first and everybody then runs with as
//! few preemptions as there can be. Of those that break nothing the nearest is kept: the fewest
//! pairs of steps that depend on each other are the other way round, and it parts from the failing
//! one as late as can be. Where no order helps, a fault is left out instead.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::case::Case;
use crate::execution::Decision;
use crate::execution::End;
use crate::execution::Execution;
use crate::property::Change;
use crate::property::Contrast;
use crate::property::Failure;
use crate::property::judge;
use crate::property::reversed;
use crate::runtime::Waits;
use crate::runtime::controlled::Limits;
use crate::runtime::controlled::Machine;
use crate::runtime::controlled::Policy;
use crate::scenario::Omitted;
use crate::scenario::Scenario;
use crate::wfp::CallKey;

use super::Target;
use super::shrink::Beginning;
use super::shrink::Landmarks;

/// How many executions are run to find it.
const REPLAYS_MAX: usize = 200;

/// How near a neighbour is, the least the nearest: whether it breaks something, how many pairs are
/// the other way round, and where it parts.
type Distance = (bool, usize, Reverse<usize>);

/// The nearest execution of a case that does not fail in the same way, if one is found.
pub fn contrast(case: Case<'_>, failure: &Failure, failing: &Execution) -> Option<Contrast> {
    let search = Neighbours {
        case,
        failure,
        failing,
    };
    let target = Target {
        system: &case.program(),
        waits: case.waits,
        fails: &|execution| failure.find(execution).is_some(),
    };
    let is_clean = |execution: &Execution| judge(execution).is_empty();
    let ordered = reordered(&target, &is_clean, failing);
    if ordered.as_ref().is_some_and(|found| found.is_clean) {
        return ordered;
    }
    search.without_a_fault().or(ordered)
}

/// The nearest execution of a system that does not fail in the same way and differs in the order of
/// its steps alone, if one is found. `is_clean` says whether an execution breaks nothing at all.
pub fn reordered(
    target: &Target<'_>,
    is_clean: &dyn Fn(&Execution) -> bool,
    failing: &Execution,
) -> Option<Contrast> {
    let mut machine = machine(target.waits, failing);
    let mut nearest: Option<(Distance, Contrast)> = None;
    for (at, decisions) in branches(failing).into_iter().take(REPLAYS_MAX) {
        let mut beginning = Beginning::of(&decisions);
        let Some(execution) = passing(&mut machine, target, &mut beginning) else {
            continue;
        };
        let is_clean = is_clean(&execution);
        let pairs = reversed(failing, &execution).len();
        let distance = (!is_clean, pairs, Reverse(at));
        if nearest.as_ref().is_none_or(|(known, _)| distance < *known) {
            let same_thread = decisions[at].thread == failing.steps[at].thread;
            let contrast = Contrast {
                change: if same_thread {
                    Change::NoFault
                } else {
                    Change::between(failing, &execution)
                },
                execution,
                is_clean,
            };
            nearest = Some((distance, contrast));
        }
    }
    nearest.map(|(_, contrast)| contrast)
}

/// Runs a policy: the execution, unless it is cut off or fails in the same way.
fn passing(
    machine: &mut Machine,
    target: &Target<'_>,
    policy: &mut impl Policy,
) -> Option<Execution> {
    let execution = machine.run(target.system, policy);
    let complete = !matches!(execution.end, End::StepLimit | End::Redundant);
    let passes = complete && !(target.fails)(execution);
    passes.then(|| execution.clone())
}

fn machine(waits: Waits, failing: &Execution) -> Machine {
    let steps_max = u32::try_from(failing.steps.len()).unwrap_or(u32::MAX);
    Machine::new(Limits {
        waits,
        steps_max: steps_max.saturating_mul(2).saturating_add(200),
    })
}

/// The failing execution up to a step, and another decision in its place; from the last step to the
/// first.
fn branches(failing: &Execution) -> Vec<(usize, Vec<Decision>)> {
    let decisions = failing.schedule().0;
    let mut branches = Vec::new();
    for (at, step) in failing.steps.iter().enumerate().rev() {
        let others = step.enabled.iter().map(|thread| Decision {
            thread,
            alternative: 0,
        });
        for other in others.filter(|other| *other != decisions[at]) {
            let mut branch = decisions[..at].to_vec();
            branch.push(other);
            branches.push((at, branch));
        }
    }
    branches
}

struct Neighbours<'a> {
    case: Case<'a>,
    failure: &'a Failure,
    failing: &'a Execution,
}

impl Neighbours<'_> {
    fn without_a_fault(&self) -> Option<Contrast> {
        let failing: Vec<CallKey> = self.case.circumstances.faults.keys().copied().collect();
        let spared = failing.into_iter().find_map(|call| {
            let mut circumstances = self.case.circumstances.clone();
            circumstances.faults.remove(&call);
            self.passing(self.case.under(&circumstances))
        });
        spared.or_else(|| self.without_a_fault_of_the_scenario())
    }

    fn without_a_fault_of_the_scenario(&self) -> Option<Contrast> {
        let (_, omitted) = Scenario::split_name(self.case.scenario.name());
        let faults = 0..self.case.scenario.workload().faults.len() + omitted.len();
        faults.map(Omitted::Fault).find_map(|fault| {
            let scenario = self.without(fault)?;
            self.passing(self.case.on(&scenario))
        })
    }

    /// What the failing execution comes to in a case without a fault, if nothing is broken then.
    fn passing(&self, case: Case<'_>) -> Option<Contrast> {
        let policy = &mut Landmarks::of(self.failing);
        let machine = &mut machine(case.waits, self.failing);
        let target = Target {
            system: &case.program(),
            waits: case.waits,
            fails: &|execution| self.failure.find(execution).is_some(),
        };
        let execution = passing(machine, &target, policy)?;
        judge(&execution).is_empty().then_some(Contrast {
            change: Change::NoFault,
            execution,
            is_clean: true,
        })
    }

    /// The scenario without one fault more.
    fn without(&self, fault: Omitted) -> Option<Scenario> {
        let scenario = self.case.scenario;
        let (_, omitted) = Scenario::split_name(scenario.name());
        if omitted.contains(&fault) {
            return None;
        }
        let whole = Scenario::parse(scenario.name(), scenario.text()).ok()?;
        let all: BTreeSet<Omitted> = omitted.into_iter().chain([fault]).collect();
        whole.without(&all)
    }
}
