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

use super::broken::Broken;
use super::habits::Habits;
use super::node::Node;
use super::node::settle;
use super::planned::Certainty;
use super::planned::Planned;
use super::planned::Racers;
use super::planned::Sleeper;
use super::planned::Verdict;
use super::race::Found;
use super::race::Later;
use super::race::Race;
use super::race::blocked;
use super::reversal::Reversal;
use super::trace::Attempt;
use super::trace::Event;
use super::trace::Trace;
use super::wakeup::Branches;
use super::wakeup::Forest;
use super::wakeup::Taken;
use super::wakeup::Trust;

/// The explorer.
#[derive(Debug)]
pub struct DporExplorer {
    pub(super) waits: Waits,
    pub(super) nodes: Vec<Node>,
    /// By node: what was asleep on entry, and what was tried before the step taken now.
    pub(super) sleepers: Vec<Sleeper>,
    pub(super) trace: Trace,
    /// In order of the later event.
    pub(super) races: Vec<Race>,
    pub(super) forest: Forest,
    /// What is to follow the step taken at the deepest node.
    following: Branches,
    /// Whether sequences may have been left to what is explored behind the deepest node, because
    /// the branch that was taken there could begin them.
    relied_on: bool,
    /// The sequences of them that were kept.
    left: Branches,
    pub(super) habits: Habits,
    pub(super) reversal: Reversal,
    pub(super) found: Found,
    started: bool,
}

impl DporExplorer {
    /// An explorer for machines that read waits like this.
    pub fn new(waits: Waits) -> Self {
        Self {
            waits,
            nodes: Vec::new(),
            sleepers: Vec::new(),
            trace: Trace::default(),
            races: Vec::new(),
            forest: Forest::default(),
            following: Branches::default(),
            relied_on: false,
            left: Branches::default(),
            habits: Habits::default(),
            reversal: Reversal::default(),
            found: Found::default(),
            started: false,
        }
    }

    /// Takes in the last step: a new one, or one that must be the same as before.
    fn observe(&mut self, steps: &[Step]) {
        let Some((index, step)) = steps.iter().enumerate().next_back() else {
            return;
        };
        let Some(known) = self.trace.get(index) else {
            self.take_in(step);
            return;
        };
        require_same_step(index, (known.thread, known.operation), step);
    }

    /// A step that was taken for the first time: its event, and its races.
    fn take_in(&mut self, step: &Step) {
        let attempt = self.nodes[self.trace.len()].attempt;
        let last_of = self.trace.last_of(step.thread);
        let event = Event {
            thread: step.thread,
            alternative: step.alternative,
            operation: step.operation,
            number: last_of.map_or(0, |last| self.trace.event(last).number) + 1,
            footprint: step.footprint,
            attempt,
            enabled: step.enabled,
            arrived: self.trace.arrived(step.thread),
            last_resort: step.expired && step.footprint.is_everything(),
        };
        let last_resort = event.last_resort && !Broken::LastResortsAreNotRaced.is_on();
        let several = attempt.waits_for_several() && !Broken::OnlyTheLastLookCounts.is_on();
        // An expiry itself comes after everything, and a step that one thing made ready says
        // nothing of another that had blocked it. But had the step been ready earlier, it would
        // have been taken then.
        if several {
            self.look(&event, Some(Later::Blocked));
        } else if last_resort {
            self.look(&blocked(&self.trace, event), Some(Later::Blocked));
        }
        self.look(&event, Some(Later::Event));
        self.trace.push(event, &self.found.before);
        self.habits.learn(event.operation, event.footprint);
    }

    pub(super) fn sleepers_of(&self, node: usize) -> (usize, usize) {
        let end = self
            .nodes
            .get(node + 1)
            .map_or(self.sleepers.len(), |next| next.sleepers);
        (self.nodes[node].sleepers, end)
    }

    /// Adds what is asleep after the last step: all that was asleep or tried before it and does not
    /// depend on it.
    fn still_asleep(&mut self) {
        let (Some(node), Some(event)) = (self.nodes.last(), self.trace.last()) else {
            return;
        };
        let (thread, footprint) = (event.thread, event.footprint);
        for index in node.sleepers..self.sleepers.len() {
            let step = &self.sleepers[index].step;
            let wakes = step.decision.thread == thread || step.footprint.depends(&footprint);
            if (!wakes || Broken::NobodyWakes.is_on()) && !Broken::NobodySleeps.is_on() {
                self.sleepers.push(self.sleepers[index]);
            }
        }
    }

    /// A new node: follows what is planned, or goes on with the thread of the last step if it can.
    fn extend(&mut self, position: &Position<'_>) -> Option<Decision> {
        let sleepers = self.sleepers.len();
        self.still_asleep();
        let mut branches = std::mem::take(&mut self.following);
        self.rely_no_more(sleepers, &mut branches);
        if position.quiescent && !Broken::OneExpires.is_on() {
            self.try_everybody(position, &mut branches);
        }
        let planned = self.next_branch(&mut branches, position.enabled, sleepers);
        let decision = if let Some(taken) = planned {
            self.relied_on = taken.relied_on;
            self.left = taken.left;
            self.following = taken.children;
            taken.step.decision
        } else {
            self.any(position, sleepers)?
        };
        let decision = settle(decision, position);
        self.nodes.push(Node {
            decision,
            enabled: position.enabled,
            attempt: self.attempt(position, decision.thread),
            branches,
            sleepers,
            racers: Racers::default(),
            repeats: self.repeats_from(self.nodes.len(), decision, sleepers),
        });
        Some(decision)
    }

    /// Behind a leaf to which sequences were left they are found, unless somebody is still asleep
    /// who was expected to wake. Then those that were kept are planned; if some were not, all is
    /// explored.
    fn rely_no_more(&mut self, sleepers: usize, branches: &mut Branches) {
        let left = std::mem::take(&mut self.left);
        let asleep = &mut self.sleepers[sleepers..];
        if std::mem::take(&mut self.relied_on) {
            for sleeper in asleep {
                sleeper.may_repeat = true;
            }
        } else if asleep.iter().any(|it| !it.may_repeat) && !Broken::LeftIsLost.is_on() {
            return self.forest.resume(branches, left);
        }
        self.forest.drop(left);
    }

    /// Whether what follows this decision at a new node repeats what was seen.
    fn repeats_from(&self, depth: usize, decision: Decision, sleepers: usize) -> bool {
        let repeats = |sleeper: &Sleeper| sleeper.may_repeat && sleeper.step.decision == decision;
        (depth > 0 && self.nodes[depth - 1].repeats)
            || self.sleepers[sleepers..].iter().any(repeats)
    }

    /// Waits that expire because nothing else can run depend on every step: each is a start.
    fn try_everybody(&mut self, position: &Position<'_>, branches: &mut Branches) {
        for thread in position.enabled.iter() {
            let alternative = position.offered(thread).start;
            let step = Planned {
                decision: Decision {
                    thread,
                    alternative,
                },
                footprint: Footprint::EMPTY.and_everything(),
                most: Footprint::EMPTY.and_everything(),
                certainty: Certainty::Known,
                number: 0,
            };
            let stays = |_, _: &Planned| false;
            self.forest
                .insert(branches, &mut vec![step], Trust::Sure, stays);
        }
    }

    /// The first branch that can be taken and leads somewhere new. Those before it are dropped.
    fn next_branch(
        &mut self,
        branches: &mut Branches,
        enabled: ThreadSet,
        sleepers: usize,
    ) -> Option<Taken> {
        while let Some(mut taken) = self.forest.take(branches) {
            let asleep = &self.sleepers[sleepers..];
            let thread = taken.step.decision.thread;
            let able = enabled.contains(thread)
                && !asleep
                    .iter()
                    .any(|sleeper| !sleeper.may_repeat && sleeper.is(&taken.step));
            let covered = able && taken.trust > Trust::Sure && {
                let sequence = self.forest.sequence_of(&taken);
                let covers = |sleeper: &Sleeper| {
                    !sleeper.may_repeat && sleeper.judge(&sequence) == Verdict::Covered
                };
                asleep.iter().any(covers)
            };
            if able && !covered {
                if self.forest.any_doubtful(branches) {
                    let does =
                        taken.trust < Trust::Supposed || Broken::SuppositionsAreKnown.is_on();
                    let wakes = |sleeper: &Sleeper| sleeper.surely_wakes(&taken.step, does);
                    let whole = asleep.iter().all(wakes) || Broken::DoubtfulStayBehind.is_on();
                    self.forest.share(branches, &mut taken, whole);
                }
                return Some(taken);
            }
            self.forest.drop(taken.children);
            self.forest.drop(taken.left);
        }
        None
    }

    /// Any step that is not asleep, of the last thread if possible.
    fn any(&self, position: &Position<'_>, sleepers: usize) -> Option<Decision> {
        let asleep = &self.sleepers[sleepers..];
        let awake = |thread: ThreadId| {
            let decisions = position.offered(thread).map(move |alternative| Decision {
                thread,
                alternative,
            });
            let mut decisions = decisions;
            decisions.find(|decision| {
                !asleep
                    .iter()
                    .any(|it| !it.may_repeat && it.step.decision == *decision)
            })
        };
        let last = position.steps.last().map(|step| step.thread);
        let going_on = last.filter(|&thread| position.enabled.contains(thread));
        going_on
            .into_iter()
            .chain(position.enabled.iter())
            .find_map(awake)
    }

    fn attempt(&self, position: &Position<'_>, thread: ThreadId) -> Attempt {
        let pending = position
            .pending(thread)
            .expect("internal bug: enabled without a step");
        Attempt::of(&pending, self.waits)
    }

    /// Puts the step of the deepest node to sleep and takes the next branch there.
    fn advance_deepest(&mut self) -> bool {
        let depth = self.nodes.len() - 1;
        if let Some(event) = self.trace.get(depth) {
            self.sleepers.push(Sleeper {
                step: event.planned(),
                racers: self.nodes[depth].racers,
                may_repeat: false,
                choice: event.attempt.alternatives > 1,
            });
        }
        self.trace.truncate(depth);
        let kept = self.races.partition_point(|race| race.later < depth);
        self.races.truncate(kept);
        let following = std::mem::take(&mut self.following);
        self.forest.drop(following);
        let left = std::mem::take(&mut self.left);
        self.forest.drop(left);
        let node = &mut self.nodes[depth];
        let (enabled, sleepers) = (node.enabled, node.sleepers);
        let mut branches = std::mem::take(&mut node.branches);
        let taken = self.next_branch(&mut branches, enabled, sleepers);
        let node = &mut self.nodes[depth];
        node.branches = branches;
        node.racers = Racers::default();
        let Some(taken) = taken else { return false };
        node.decision = taken.step.decision;
        self.relied_on = taken.relied_on;
        self.left = taken.left;
        self.following = taken.children;
        true
    }

    /// The node at this depth, where an earlier execution has been.
    fn again(&mut self, depth: usize, position: &Position<'_>) -> Decision {
        let node = &self.nodes[depth];
        require_same_threads(node.enabled, position);
        if depth < self.trace.len() {
            let offered = position.offered(node.decision.thread);
            require_same_choice(node.attempt.alternatives, offered, depth);
            return node.decision;
        }
        // The node whose decision changed: its step is new.
        let decision = settle(node.decision, position);
        let attempt = self.attempt(position, decision.thread);
        let repeats = self.repeats_from(depth, decision, self.nodes[depth].sleepers);
        let node = &mut self.nodes[depth];
        (node.decision, node.attempt, node.repeats) = (decision, attempt, repeats);
        decision
    }
}

impl Policy for DporExplorer {
    fn choose(&mut self, position: &Position<'_>) -> Option<Decision> {
        self.observe(position.steps);
        let depth = position.steps.len();
        if depth < self.nodes.len() {
            return Some(self.again(depth, position));
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
            self.sleepers.truncate(node.sleepers);
        }
        false
    }

    fn repeats(&self) -> bool {
        self.nodes.last().is_some_and(|node| node.repeats)
    }

    fn ended(&mut self, execution: &Execution, blocked_threads: &[(ThreadId, Pending)]) {
        self.observe(&execution.steps);
        // What a repeated execution would show is shown elsewhere; but who is blocked in it raced
        // with the steps here that keep it so.
        let complete = execution.end != End::Redundant;
        let looked_at = !(Broken::StuckEndsAreNotLookedAt.is_on() && execution.end.is_stuck());
        if complete && looked_at {
            self.reverse_all();
        }
        if Broken::BlockedRaceWithNothing.is_on()
            || (Broken::CutOffsHaveNoRacers.is_on() && !complete)
        {
            return;
        }
        for (thread, pending) in blocked_threads {
            self.race_blocked(*thread, pending, complete);
        }
    }
}
