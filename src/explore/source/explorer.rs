//! The search: a stack of nodes, one for each step of the execution at hand.

use crate::execution::Decision;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Footprint;
use crate::execution::Operation;
use crate::execution::Step;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::explore::Explorer;
use crate::explore::deterministic::require_same_step;
use crate::explore::deterministic::require_same_threads;
use crate::runtime::Waits;
use crate::runtime::controlled::Pending;
use crate::runtime::controlled::Policy;
use crate::runtime::controlled::Position;

use super::event::Attempt;
use super::event::Clock;
use super::event::Event;
use super::event::Taken;
use super::race::races;

/// A step that was tried at a node, or asleep on entry: to take it again leads nowhere new, until
/// something that depends on it has happened.
#[derive(Debug, Clone, Copy)]
struct Tried {
    decision: Decision,
    footprint: Footprint,
}

/// What is known of the state before one step.
#[derive(Debug)]
struct Node {
    /// The step taken now.
    decision: Decision,
    /// What each thread offers, by the threads that can step.
    offers: Vec<(ThreadId, std::ops::Range<u8>)>,
    enabled: ThreadSet,
    /// What the step taken now was like before it was taken.
    attempt: Attempt,
    /// The threads that must be tried, the tried ones included.
    backtrack: ThreadSet,
    /// The threads of which everything was tried.
    done: ThreadSet,
    /// What was asleep on entry, and what was tried before the step taken now.
    asleep: Vec<Tried>,
}

impl Node {
    /// The first alternative of a thread that is not asleep.
    fn awake(&self, thread: ThreadId) -> Option<Decision> {
        let (_, offered) = self
            .offers
            .iter()
            .find(|(offering, _)| *offering == thread)?;
        let mut decisions = offered.clone().map(|alternative| Decision {
            thread,
            alternative,
        });
        decisions.find(|decision| !self.asleep.iter().any(|tried| tried.decision == *decision))
    }
}

/// The explorer.
#[derive(Debug)]
pub struct SourceExplorer {
    waits: Waits,
    nodes: Vec<Node>,
    /// The events so far, by step.
    events: Vec<Event>,
    /// How many steps are the same as in the execution before.
    replayed: usize,
    started: bool,
}

impl SourceExplorer {
    /// An explorer for machines that read waits like this.
    pub const fn new(waits: Waits) -> Self {
        Self {
            waits,
            nodes: Vec::new(),
            events: Vec::new(),
            replayed: 0,
            started: false,
        }
    }

    /// Takes in the last step: a new one, or one that must be the same as before.
    fn observe(&mut self, steps: &[Step]) {
        let Some((index, step)) = steps.iter().enumerate().next_back() else {
            return;
        };
        let Some(known) = self.events.get(index) else {
            self.take_in(step);
            return;
        };
        require_same_step(index, (known.thread, known.operation), step);
    }

    /// A step that was taken for the first time: its event, and its races.
    fn take_in(&mut self, step: &Step) {
        let attempt = self.nodes[self.events.len()].attempt;
        let Step {
            thread,
            operation,
            footprint,
            enabled,
            ..
        } = *step;
        let last_resort = step.expired && footprint.is_everything();
        if last_resort || attempt.waits_for_several() {
            // An expiry itself comes after everything, and a step that one thing made ready says
            // nothing of another that had blocked it. But had the step been ready earlier, it would
            // have been taken then.
            self.race_blocked(thread, operation, attempt);
        }
        let taken = Taken {
            thread,
            operation,
            footprint,
            attempt,
            enabled,
            last_resort,
        };
        let (event, program_order) = Event::after(&self.events, taken);
        self.race(&event, &program_order);
        self.events.push(event);
    }

    /// Races the step of a blocked thread as if it came now.
    fn race_blocked(&mut self, thread: ThreadId, operation: Operation, attempt: Attempt) {
        if attempt.waits_for_several() {
            return self.race_with_blockers(thread, attempt);
        }
        // A step that does not wait is pending only where a bound cut the execution off.
        let footprint = if attempt.pure_wait {
            attempt.awaited
        } else {
            attempt.declared
        };
        let enabled = ThreadSet::EMPTY;
        let taken = Taken {
            thread,
            operation,
            footprint,
            attempt,
            enabled,
            last_resort: false,
        };
        let (event, program_order) = Event::after(&self.events, taken);
        self.race(&event, &program_order);
    }

    /// The same for a step that waits for several objects. What makes it ready without one of the
    /// changes to them may be any of the others: everybody is tried in its place.
    fn race_with_blockers(&mut self, thread: ThreadId, attempt: Attempt) {
        let (program_order, _) = Event::program_order(&self.events, thread);
        for (node, event) in self.nodes.iter_mut().zip(&self.events) {
            let before = program_order.covers(event);
            if !before && !event.last_resort && event.footprint.depends(&attempt.awaited) {
                node.backtrack = node.backtrack.union(node.enabled);
            }
        }
    }

    fn race(&mut self, last: &Event, program_order: &Clock) {
        for race in races(&self.events, last, program_order) {
            let node = &mut self.nodes[race.earlier];
            let initials = race.initials;
            if !initials.intersection(node.backtrack).is_empty() {
                continue;
            }
            let able = initials.intersection(node.enabled);
            let begins = if able.contains(last.thread) {
                Some(last.thread)
            } else {
                able.first()
            };
            match begins {
                Some(thread) => node.backtrack.insert(thread),
                // Who begins the other order is not known here: try everybody.
                None => node.backtrack = node.backtrack.union(node.enabled),
            }
        }
    }

    /// What is asleep after the last step: all that was asleep or tried before it and does not
    /// depend on it.
    fn still_asleep(&self) -> Vec<Tried> {
        let (Some(node), Some(event)) = (self.nodes.last(), self.events.last()) else {
            return Vec::new();
        };
        let sleeps = |tried: &&Tried| {
            tried.decision.thread != event.thread && !tried.footprint.depends(&event.footprint)
        };
        node.asleep.iter().filter(sleeps).copied().collect()
    }

    /// A new node: goes on with the thread of the last step, if it can.
    fn extend(&mut self, position: &Position<'_>) -> Option<Decision> {
        let unknown = Decision {
            thread: ThreadId::new(0),
            alternative: 0,
        };
        let offers = position
            .enabled
            .iter()
            .map(|thread| (thread, position.offered(thread)));
        let nothing = Footprint::EMPTY;
        let mut node = Node {
            decision: unknown,
            offers: offers.collect(),
            enabled: position.enabled,
            attempt: Attempt {
                pure_wait: false,
                watch: nothing,
                awaited: nothing,
                declared: nothing,
            },
            backtrack: ThreadSet::EMPTY,
            done: ThreadSet::EMPTY,
            asleep: self.still_asleep(),
        };
        let last = position.steps.last().map(|step| step.thread);
        let going_on = last.filter(|&thread| position.enabled.contains(thread));
        let mut candidates = going_on.into_iter().chain(position.enabled.iter());
        node.decision = candidates.find_map(|thread| node.awake(thread))?;
        node.attempt = self.attempt(position, node.decision.thread);
        node.backtrack = if position.quiescent {
            position.enabled
        } else {
            ThreadSet::only(node.decision.thread)
        };
        let decision = node.decision;
        self.nodes.push(node);
        Some(decision)
    }

    fn attempt(&self, position: &Position<'_>, thread: ThreadId) -> Attempt {
        let pending = position
            .pending(thread)
            .expect("internal bug: enabled without a step");
        Attempt::of(&pending, self.waits)
    }

    /// Puts the step taken at the deepest node to sleep and picks what is to be tried there next.
    fn advance_deepest(&mut self) -> Option<Decision> {
        let depth = self.nodes.len() - 1;
        let node = self.nodes.last_mut()?;
        let footprint = self.events[depth].footprint;
        node.asleep.push(Tried {
            decision: node.decision,
            footprint,
        });
        if let Some(decision) = node.awake(node.decision.thread) {
            return Some(decision);
        }
        node.done.insert(node.decision.thread);
        let open = node.backtrack.difference(node.done);
        open.iter().find_map(|thread| node.awake(thread))
    }
}

impl Policy for SourceExplorer {
    fn choose(&mut self, position: &Position<'_>) -> Option<Decision> {
        self.observe(position.steps);
        let depth = position.steps.len();
        if let Some(node) = self.nodes.get(depth) {
            require_same_threads(node.enabled, position);
        }
        if depth == self.replayed && depth + 1 == self.nodes.len() {
            // The node whose decision changed: its step is new.
            let thread = self.nodes[depth].decision.thread;
            self.nodes[depth].attempt = self.attempt(position, thread);
        }
        match self.nodes.get(depth) {
            Some(node) => Some(node.decision),
            None => self.extend(position),
        }
    }
}

impl Explorer for SourceExplorer {
    fn next_execution(&mut self) -> bool {
        if !self.started {
            self.started = true;
            return true;
        }
        while !self.nodes.is_empty() {
            if let Some(decision) = self.advance_deepest() {
                let depth = self.nodes.len() - 1;
                self.nodes[depth].decision = decision;
                self.events.truncate(depth);
                self.replayed = depth;
                return true;
            }
            self.nodes.pop();
            self.events.truncate(self.nodes.len());
        }
        false
    }

    fn ended(&mut self, execution: &Execution, blocked: &[(ThreadId, Pending)]) {
        self.observe(&execution.steps);
        for (thread, pending) in blocked {
            let attempt = Attempt::of(pending, self.waits);
            if attempt.pure_wait || execution.end == End::StepLimit {
                self.race_blocked(*thread, pending.operation, attempt);
            }
        }
    }
}
