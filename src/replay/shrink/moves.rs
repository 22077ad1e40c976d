//! Moves from the schedule at hand to a lesser one: delta debugging of its runs.

use crate::execution::Execution;
use crate::execution::Step;

use super::plan::Plan;
use super::target::Trial;

/// Above so many runs only neighbours change places.
const MOVED_MAX: usize = 8;

/// Moves to lesser schedules until no move leads to one.
pub(super) fn descend(trial: &mut Trial<'_>) {
    remove_chunks(trial);
    loop {
        let plan = Plan::of(&trial.least);
        let better = candidates(&plan, &trial.least)
            .into_iter()
            .any(|candidate| candidate != plan && trial.run_plan(&candidate));
        if !better {
            return;
        }
    }
}

/// Removes runs by halves, quarters, and so on.
fn remove_chunks(trial: &mut Trial<'_>) {
    let mut count = trial.size_in_runs() / 2;
    while count > 1 {
        let mut from = 0;
        while from < trial.size_in_runs() {
            let plan = Plan::of(&trial.least);
            if !trial.run_plan(&plan.without(from, count)) {
                from += count;
            }
        }
        count /= 2;
    }
}

impl Trial<'_> {
    fn size_in_runs(&self) -> usize {
        Plan::of(&self.least).runs.len()
    }
}

/// The moves, those that remove a switch first.
fn candidates(plan: &Plan, execution: &Execution) -> Vec<Plan> {
    let runs = plan.runs.len();
    let mut candidates: Vec<Plan> = (0..runs).filter_map(|at| plan.pulled(at)).collect();
    candidates.extend((0..runs).map(|at| plan.without(at, 1)));
    for key in plan.chosen.keys() {
        let mut without = plan.clone();
        without.chosen.remove(key);
        candidates.push(without);
    }
    candidates.extend(later(plan, execution));
    let far = if runs <= MOVED_MAX { runs } else { 1 };
    for from in 0..runs {
        let places = from.saturating_sub(far)..=(from + far).min(runs - 1);
        let others = places.filter(|&to| to != from);
        candidates.extend(others.map(|to| plan.moved(from, to)));
    }
    candidates
}

/// Each run made longer by those steps of its thread that commute with all that comes between.
fn later(plan: &Plan, execution: &Execution) -> Vec<Plan> {
    let mut plans = Vec::new();
    let mut end = 0;
    let runs = execution
        .steps
        .chunk_by(|one, other| one.thread == other.thread);
    for (at, run) in runs.enumerate() {
        end += run.len();
        let more = commuting(&execution.steps, end);
        if more > 0 {
            plans.push(plan.extended(at, plan.runs[at].until + more));
        }
    }
    plans
}

/// How many of the next steps of the thread whose run ends here commute with all between.
fn commuting(steps: &[Step], end: usize) -> u32 {
    let thread = steps[end - 1].thread;
    let mut between: Vec<&Step> = Vec::new();
    let mut count = 0;
    for step in &steps[end..] {
        if step.thread != thread {
            between.push(step);
        } else if between
            .iter()
            .any(|other| other.footprint.depends(&step.footprint))
        {
            return count;
        } else {
            count += 1;
        }
    }
    count
}
