//! The search for the least schedule, by preemptions and switches: best first.
//!
//! A node is the beginning of an execution; it is run and completed without preemption. Wherever
//! the completion could have gone another way there is another node, which costs what the other way
//! costs. A preemption is only looked at before a step that depends on one of another thread:
//! elsewhere the step could as well come first.

use std::collections::BTreeMap;

use crate::execution::Decision;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Step;
use crate::execution::ThreadId;

use super::follow::Beginning;
use super::follow::Offer;
use super::size::Cost;
use super::size::chooses_fault;
use super::target::Trial;

/// How many executions one search runs at most.
const REPLAYS_MAX: u32 = 100;

/// How often a beginning leaves the plain course and switches, and its number: the least is first.
type Priority = ((u32, u32), u64);

/// What a beginning costs, and the beginning.
type OpenNode = (Cost, Vec<Decision>);

/// What a search came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SearchResult {
    /// Whether it found something less.
    pub(super) improved: bool,
    /// Whether it was not cut off.
    pub(super) complete: bool,
}

/// Looks for a lesser execution that fails in the same way.
pub(super) fn search(trial: &mut Trial<'_>) -> SearchResult {
    let until = trial.replays + REPLAYS_MAX;
    let mut improved = false;
    // By what is searched first, then in the order of their making.
    let mut open: BTreeMap<Priority, OpenNode> = BTreeMap::new();
    let mut made = 0;
    open.insert(((0, 0), made), (Cost::default(), Vec::new()));
    while let Some((_, (cost, decisions))) = open.pop_first() {
        if !cost.can_be_within(trial.size.cost()) {
            continue;
        }
        if trial.replays == until {
            return SearchResult {
                improved,
                complete: false,
            };
        }
        let mut beginning = Beginning::of(&decisions);
        improved |= trial.run(&mut beginning);
        let offers = beginning.offers;
        for (cost, branch) in branches(trial.last(), decisions.len(), &offers) {
            if cost.can_be_within(trial.size.cost()) {
                made += 1;
                open.insert((cost.deviations(), made), (cost, branch));
            }
        }
    }
    SearchResult {
        improved,
        complete: true,
    }
}

/// The other ways that an execution could have gone after its beginning, with their costs.
fn branches(
    execution: &Execution,
    begun: usize,
    offers: &[Vec<Offer>],
) -> Vec<(Cost, Vec<Decision>)> {
    let steps = &execution.steps;
    let decisions = execution.schedule().0;
    let mut costs = Costs::default();
    let mut found = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let offers = index.checked_sub(begun).and_then(|place| offers.get(place));
        for offer in offers.into_iter().flatten() {
            for alternative in offer.alternatives.clone() {
                let other = Decision {
                    thread: offer.thread,
                    alternative,
                };
                if other == decisions[index] || !costs.matters(execution, index, other) {
                    continue;
                }
                let mut branch = decisions[..index].to_vec();
                branch.push(other);
                let expires = offer.alternatives.start == 1;
                found.push((costs.with(execution, index, (other, expires)), branch));
            }
        }
        costs.take_in(step);
    }
    found
}

/// The cost of an execution so far.
#[derive(Debug, Default)]
struct Costs {
    cost: Cost,
    last: Option<ThreadId>,
}

impl Costs {
    fn take_in(&mut self, step: &Step) {
        self.cost.expiries += u32::from(step.expired);
        self.cost.faults += u32::from(chooses_fault(step, step.alternative));
        if let Some(last) = self.last.filter(|last| *last != step.thread) {
            self.cost.switches += 1;
            self.cost.preemptions += u32::from(step.enabled.contains(last));
        }
        self.last = Some(step.thread);
    }

    /// The cost if another decision were taken before a step.
    fn with(
        &self,
        execution: &Execution,
        index: usize,
        (other, expires): (Decision, bool),
    ) -> Cost {
        let step = &execution.steps[index];
        let mut cost = self.cost;
        cost.expiries += u32::from(expires);
        cost.faults +=
            u32::from(other.thread == step.thread && chooses_fault(step, other.alternative));
        if let Some(last) = self.last.filter(|last| *last != other.thread) {
            cost.switches += 1;
            cost.preemptions += u32::from(step.enabled.contains(last));
        }
        cost
    }

    /// Whether it can make a difference to do otherwise before a step.
    fn matters(&self, execution: &Execution, index: usize, other: Decision) -> bool {
        let step = &execution.steps[index];
        let goes_on = self.last == Some(step.thread);
        !goes_on || other.thread == step.thread || is_contended(execution, step)
    }
}

/// Whether a step depends on one of another thread, or on what somebody waits for in the end.
fn is_contended(execution: &Execution, step: &Step) -> bool {
    let of_others = |other: &&Step| other.thread != step.thread;
    let mut others = execution.steps.iter().filter(of_others);
    let blocked = match &execution.end {
        End::Deadlock(blocked) | End::Livelock(blocked) => &blocked[..],
        End::Finished | End::Panicked { .. } | End::Redundant | End::StepLimit => &[],
    };
    let mut awaited = blocked
        .iter()
        .filter(|blocked| blocked.thread != step.thread)
        .filter_map(|blocked| blocked.operation.object);
    others.any(|other| other.footprint.depends(&step.footprint))
        || awaited.any(|object| step.footprint.access(object).is_some())
}
