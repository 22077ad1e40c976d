//! The search over prefixes.

use std::collections::BTreeSet;

use crate::execution::Decision;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Prefix;
use crate::execution::Step;
use crate::execution::ThreadId;
use crate::runtime::controlled::Limits;
use crate::runtime::controlled::Machine;
use crate::runtime::controlled::Policy;
use crate::runtime::controlled::Position;
use crate::runtime::controlled::System;

/// How many prefixes a recount visits at most, if nobody says otherwise.
pub const PREFIXES_MAX: u64 = 1_000_000;

/// What a recount came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recount {
    /// Everything was seen.
    Complete {
        /// The number of complete traces, those that end in a deadlock included.
        traces: u64,
        /// How many of them end in a deadlock or a livelock.
        deadlocked: u64,
        /// How many prefixes were visited, the complete ones included.
        prefixes: u64,
    },
    /// There are more prefixes than this.
    TooLarge(u64),
    /// An execution has more steps than this.
    TooLong(u32),
    /// Whoever looks on ended it.
    Stopped,
    /// After so many steps a thread could not do what it could before: the system is not
    /// deterministic.
    NotDeterministic {
        /// The number of steps.
        steps: usize,
        /// The thread.
        thread: ThreadId,
    },
}

/// Where the search stands at one prefix.
#[derive(Debug)]
struct Node {
    /// Everything that can come next. Never empty.
    options: Vec<Decision>,
    taken: usize,
}

/// Walks to one prefix after another.
#[derive(Debug, Default)]
struct Walker {
    nodes: Vec<Node>,
    prefix: Prefix,
    known: BTreeSet<u128>,
    /// Where a thread could not do what it could before.
    misfit: Option<(usize, ThreadId)>,
}

impl Walker {
    /// Takes in the step that leads to where the walk stands, if it is new. Whether the prefix up
    /// to there is new.
    fn arrive(&mut self, steps: &[Step]) -> bool {
        // Invariant: the prefix has the steps that led to the deepest node.
        for step in &steps[self.prefix.len()..] {
            self.prefix.push(step);
        }
        self.known.insert(self.prefix.form())
    }

    /// Prepares the next walk: `false` if there is none.
    fn advance(&mut self) -> bool {
        while let Some(node) = self.nodes.last_mut() {
            node.taken += 1;
            let more = node.taken < node.options.len();
            self.prefix.truncate(self.nodes.len() - 1);
            if more {
                return true;
            }
            self.nodes.pop();
        }
        false
    }
}

impl Policy for Walker {
    fn choose(&mut self, position: &Position<'_>) -> Option<Decision> {
        let depth = position.steps.len();
        if depth == self.nodes.len() {
            if !self.arrive(position.steps) {
                return None;
            }
            let offered = |thread| {
                let alternatives = position.offered(thread);
                alternatives.map(move |alternative| Decision {
                    thread,
                    alternative,
                })
            };
            let options = position.enabled.iter().flat_map(offered).collect();
            self.nodes.push(Node { options, taken: 0 });
        }
        let node = &self.nodes[depth];
        let decision = node.options[node.taken];
        let able = position.enabled.contains(decision.thread)
            && position
                .offered(decision.thread)
                .contains(&decision.alternative);
        if !able {
            self.misfit = Some((depth, decision.thread));
            return None;
        }
        Some(decision)
    }
}

/// How often whoever looks on is asked, in executions.
const WATCH_EVERY: u64 = 256;

/// Recounts the traces of a system. `visit` sees an execution of each. `go_on` is asked now and
/// then, with the number of executions so far, and may end it.
///
/// # Panics
///
/// If the system is not deterministic.
pub fn recount(
    limits: Limits,
    system: &dyn System,
    prefixes_max: u64,
    visit: impl FnMut(&Execution),
    go_on: &mut dyn FnMut(u64) -> bool,
) -> Recount {
    let mut machine = Machine::new(limits);
    recount_on(&mut machine, system, prefixes_max, visit, go_on)
}

/// The same on a machine that is there: many small systems need no new one each.
///
/// # Panics
///
/// If the system is not deterministic.
pub fn recount_on(
    machine: &mut Machine,
    system: &dyn System,
    prefixes_max: u64,
    mut visit: impl FnMut(&Execution),
    go_on: &mut dyn FnMut(u64) -> bool,
) -> Recount {
    let mut walker = Walker::default();
    let (mut traces, mut deadlocked) = (0, 0);
    for begun in 0_u64.. {
        if begun > 0 && begun.is_multiple_of(WATCH_EVERY) && !go_on(begun) {
            return Recount::Stopped;
        }
        let execution = machine.run(system, &mut walker);
        if let Some((steps, thread)) = walker.misfit {
            return Recount::NotDeterministic { steps, thread };
        }
        match &execution.end {
            End::Redundant => {}
            End::StepLimit => return Recount::TooLong(machine.limits().steps_max),
            End::Finished | End::Deadlock(_) | End::Livelock(_) | End::Panicked { .. } => {
                if walker.arrive(&execution.steps) {
                    traces += 1;
                    deadlocked += u64::from(execution.end.is_stuck());
                    visit(execution);
                }
            }
        }
        let prefixes = u64::try_from(walker.known.len()).expect("few enough to be in memory");
        if prefixes > prefixes_max {
            return Recount::TooLarge(prefixes_max);
        }
        if !walker.advance() {
            return Recount::Complete {
                traces,
                deadlocked,
                prefixes,
            };
        }
    }
    unreachable!("internal bug: 2^64 executions")
}
