//! The search: a stack of nodes, one for each step of the execution at hand.

use crate::execution::Decision;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Footprint;
use crate::execution::Step;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::explore::Explorer;
use crate::explore::deterministic::require_same_choice;
use crate::explore::deterministic::require_same_step;
use crate::explore::deterministic::require_same_threads;
use crate::runtime::Waits;
use crate::runtime::controlled::Pending;
use crate::runtime::controlled::Policy;
use crate::runtime::controlled::Position;

use super::mutation::Mutation;
use super::notdep::ReversedSequence;
use super::race::Race;
use super::race::RaceScan;
use super::race::RacedAs;
use super::step_plan::PlannedStep;
use super::step_plan::SleepEntry;
use super::trace::Event;
use super::trace::PreState;
use super::trace::Trace;
use super::wakeup::Branches;
use super::wakeup::WakeupForest;

/// What is known of the state before one step.
#[derive(Debug)]
pub(super) struct Node {
    /// The step taken now.
    decision: Decision,
    pub(super) enabled: ThreadSet,
    pre: PreState,
    /// The wakeup tree: what is still to be explored from here.
    pub(super) branches: Branches,
    /// Where its sleep set starts; it ends where that of the next node starts.
    sleep: usize,
}

/// The explorer.
#[derive(Debug)]
pub struct DporExplorer {
    pub(super) waits: Waits,
    pub(super) nodes: Vec<Node>,
    /// The sleep sets, by node: what was asleep on entry, then what was taken before the step taken
    /// now.
    pub(super) sleep: Vec<SleepEntry>,
    pub(super) trace: Trace,
    /// In order of the later event.
    pub(super) races: Vec<Race>,
    pub(super) forest: WakeupForest,
    /// What is planned behind the step taken at the deepest node.
    following: Branches,
    pub(super) sequence: ReversedSequence,
    pub(super) scan: RaceScan,
    started: bool,
}

impl DporExplorer {
    /// An explorer for machines that read waits like this.
    pub fn new(waits: Waits) -> Self {
        Self {
            waits,
            nodes: Vec::new(),
            sleep: Vec::new(),
            trace: Trace::default(),
            races: Vec::new(),
            forest: WakeupForest::default(),
            following: Branches::default(),
            sequence: ReversedSequence::default(),
            scan: RaceScan::default(),
            started: false,
        }
    }

    /// Takes in the last step: a new one, or one that must be the same as before.
    fn observe(&mut self, steps: &[Step]) {
        let Some((index, step)) = steps.iter().enumerate().next_back() else {
            return;
        };
        match self.trace.get(index) {
            Some(known) => require_same_step(index, (known.thread, known.operation), step),
            None => self.record_new_event(step),
        }
    }

    /// A step that was taken for the first time: its event, and its races.
    fn record_new_event(&mut self, step: &Step) {
        let event = Event {
            thread: step.thread,
            alternative: step.alternative,
            operation: step.operation,
            footprint: step.footprint,
            pre: self.nodes[self.trace.len()].pre,
            enabled: step.enabled,
            predecessor: self.trace.predecessor(step.thread),
            forced_expiry: step.expired && step.footprint.is_everything(),
        };
        if event.forced_expiry && !Mutation::ForcedExpiriesAreNotRaced.is_on() {
            // It depends on everything. But had the step been ready before, it would have been
            // taken then.
            self.find_races(&event.pending(), RacedAs::Pending);
        }
        self.find_races(&event, RacedAs::Taken);
        self.trace.push(event, &self.scan.before);
    }

    fn find_races(&mut self, event: &Event, raced_as: RacedAs) {
        self.trace.reserve();
        self.scan.scan(&self.trace, event);
        let later = self.trace.len();
        let race = |&earlier: &usize| Race {
            earlier,
            later,
            raced_as,
            settled: false,
        };
        self.races.extend(self.scan.races.iter().map(race));
    }

    /// The sleep set of a node, as places in [`Self::sleep`].
    pub(super) fn sleep_set(&self, node: usize) -> std::ops::Range<usize> {
        let end = self.nodes.get(node + 1);
        self.nodes[node].sleep..end.map_or(self.sleep.len(), |next| next.sleep)
    }

    /// Adds what is asleep after the last step: all that was asleep before it and does not depend
    /// on it.
    fn propagate_sleep_set(&mut self) {
        let (Some(node), Some(event)) = (self.nodes.last(), self.trace.last()) else {
            return;
        };
        let (thread, footprint) = (event.thread, event.footprint);
        for index in node.sleep..self.sleep.len() {
            let step = &self.sleep[index].step;
            let wakes = step.decision.thread == thread || step.footprint.depends(&footprint);
            if (!wakes || Mutation::NobodyWakes.is_on()) && !Mutation::NobodySleeps.is_on() {
                self.sleep.push(self.sleep[index]);
            }
        }
    }

    /// A new node: follows what is planned. Where nothing is, the search is free.
    fn extend(&mut self, position: &Position<'_>) -> Option<Decision> {
        let sleep = self.sleep.len();
        self.propagate_sleep_set();
        let mut branches = std::mem::take(&mut self.following);
        if position.quiescent && !Mutation::OneExpires.is_on() {
            // Waits that expire because nothing else can run depend on every step: each is a start.
            self.forest.drop(std::mem::take(&mut branches));
            self.plan_every_thread(&mut branches, position.enabled);
        }
        let planned = self.next_branch(&mut branches, position.enabled, sleep);
        let decision = planned.or_else(|| {
            self.retire_sleep_set(sleep);
            self.any_awake(position, sleep)
        });
        let Some(decision) = decision else {
            self.sleep.truncate(sleep);
            return None;
        };
        let decision = settle(decision, position);
        self.nodes.push(Node {
            decision,
            enabled: position.enabled,
            pre: self.pre_state(position, decision.thread),
            branches,
            sleep,
        });
        Some(decision)
    }

    /// What sleeps at the deepest node answers for nothing any more but its own steps.
    fn retire_sleep_set(&mut self, sleep: usize) {
        for entry in &mut self.sleep[sleep..] {
            entry.stale = !Mutation::LeavesKeepAnswering.is_on();
        }
    }

    /// Plans a step of every thread that is enabled.
    pub(super) fn plan_every_thread(&mut self, branches: &mut Branches, enabled: ThreadSet) {
        for thread in enabled.iter() {
            self.sequence.only(PlannedStep {
                decision: Decision {
                    thread,
                    alternative: 0,
                },
                footprint: Footprint::EMPTY.and_everything(),
                exact: false,
                chooses: false,
                enabled: true,
            });
            self.forest
                .insert(branches, &mut self.sequence, &self.trace);
        }
    }

    /// The first branch whose step is enabled and awake. Those before it are dropped: what a step
    /// that sleeps would lead to was explored.
    fn next_branch(
        &mut self,
        branches: &mut Branches,
        enabled: ThreadSet,
        sleep: usize,
    ) -> Option<Decision> {
        while let Some((step, children)) = self.forest.take(branches) {
            let asleep = |entry: &SleepEntry| entry.step.is_same_step(&step);
            if !enabled.contains(step.decision.thread) {
                if step.enabled {
                    // It was wrong to rely on that: start from here with everything.
                    self.retire_sleep_set(sleep);
                    self.plan_every_thread(branches, enabled);
                }
            } else if !self.sleep[sleep..].iter().any(asleep) {
                self.following = children;
                return Some(step.decision);
            }
            self.forest.drop(children);
        }
        None
    }

    /// Any step that is awake, of the last thread if possible.
    fn any_awake(&self, position: &Position<'_>, sleep: usize) -> Option<Decision> {
        let asleep = &self.sleep[sleep..];
        let awake = |thread: ThreadId| {
            let mut decisions = position.offered(thread).map(|alternative| Decision {
                thread,
                alternative,
            });
            decisions.find(|decision| !asleep.iter().any(|it| it.step.decision == *decision))
        };
        let last = position.steps.last().map(|step| step.thread);
        let going_on = last.filter(|&thread| position.enabled.contains(thread));
        let mut threads = going_on.into_iter().chain(position.enabled.iter());
        threads.find_map(awake)
    }

    fn pre_state(&self, position: &Position<'_>, thread: ThreadId) -> PreState {
        let pending = position
            .pending(thread)
            .expect("internal bug: enabled without a step");
        PreState::of(&pending, self.waits)
    }

    /// Puts the step of the deepest node to sleep and takes the next branch there.
    fn advance_deepest(&mut self) -> bool {
        let depth = self.nodes.len() - 1;
        if let Some(event) = self.trace.get(depth) {
            self.sleep.push(SleepEntry {
                step: event.planned(),
                stale: false,
            });
        }
        self.trace.truncate(depth);
        let kept = self.races.partition_point(|race| race.later < depth);
        self.races.truncate(kept);
        let following = std::mem::take(&mut self.following);
        self.forest.drop(following);
        let node = &mut self.nodes[depth];
        let (enabled, sleep) = (node.enabled, node.sleep);
        let mut branches = std::mem::take(&mut node.branches);
        let decision = self.next_branch(&mut branches, enabled, sleep);
        let node = &mut self.nodes[depth];
        node.branches = branches;
        let Some(decision) = decision else {
            return false;
        };
        node.decision = decision;
        true
    }

    /// The node at this depth, where an earlier execution has been.
    fn revisit(&mut self, depth: usize, position: &Position<'_>) -> Decision {
        let node = &self.nodes[depth];
        require_same_threads(node.enabled, position);
        if depth < self.trace.len() {
            let offered = position.offered(node.decision.thread);
            require_same_choice(node.pre.alternatives, offered, depth);
            return node.decision;
        }
        // The node whose decision changed: its step is new.
        let decision = settle(node.decision, position);
        let pre = self.pre_state(position, decision.thread);
        let node = &mut self.nodes[depth];
        (node.decision, node.pre) = (decision, pre);
        decision
    }
}

/// The same step, with the alternative that is offered: a wait may be ready or not.
fn settle(decision: Decision, position: &Position<'_>) -> Decision {
    let offered = position.offered(decision.thread);
    let alternative = if offered.contains(&decision.alternative) {
        decision.alternative
    } else {
        offered.start
    };
    Decision {
        alternative,
        ..decision
    }
}

impl Policy for DporExplorer {
    fn choose(&mut self, position: &Position<'_>) -> Option<Decision> {
        self.observe(position.steps);
        let depth = position.steps.len();
        if depth < self.nodes.len() {
            return Some(self.revisit(depth, position));
        }
        self.extend(position)
    }
}

impl Explorer for DporExplorer {
    fn next_execution(&mut self) -> bool {
        if !self.started {
            self.started = true;
            return true;
        }
        while !self.nodes.is_empty() {
            if self.advance_deepest() {
                return true;
            }
            let node = self.nodes.pop().expect("not empty");
            self.sleep.truncate(node.sleep);
        }
        false
    }

    fn ended(&mut self, execution: &Execution, pending: &[(ThreadId, Pending)]) {
        self.observe(&execution.steps);
        if execution.end == End::Redundant && Mutation::BlockedEndsAreNotReversed.is_on() {
            return;
        }
        self.reverse_all();
        let cut_off = execution.end == End::StepLimit && !Mutation::CutOffsAreNotRaced.is_on();
        for (thread, pending) in pending {
            let waits = PreState::of(pending, self.waits).pure_wait;
            if (waits || cut_off) && !Mutation::PendingRaceWithNothing.is_on() {
                self.race_pending(*thread, pending);
            }
        }
    }
}
