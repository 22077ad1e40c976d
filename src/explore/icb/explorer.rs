//! The search: levels of steps that are still to be taken, by what they cost.

use std::collections::BTreeMap;

use crate::execution::Decision;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Step;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::explore::Coverage;
use crate::explore::Explorer;
use crate::explore::Limit;
use crate::explore::deterministic::NotDeterministic;
use crate::explore::deterministic::require_able;
use crate::runtime::controlled::Pending;
use crate::runtime::controlled::Policy;
use crate::runtime::controlled::Position;

use super::prefix::Prefix;

/// How many prefixes a search may keep: about a gigabyte.
pub const PREFIXES_MAX: usize = 8_000_000;

/// How a prefix was reached.
#[derive(Debug, Clone, Copy)]
struct Arrival {
    /// The arrival before its last step. That of the empty prefix is its own.
    before: u32,
    decision: Decision,
}

/// A step that is still to be taken.
#[derive(Debug, Clone, Copy)]
struct Branch {
    from: u32,
    class: u32,
    decision: Decision,
}

/// What the run at hand is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Run {
    /// To explore.
    Within,
    /// To find out whether a step beyond the bound leads to something new.
    Beyond,
}

/// The explorer.
#[derive(Debug)]
pub struct IcbExplorer {
    preemptions_max: Option<u32>,
    prefixes_max: usize,
    /// The preemptions of the schedules that are run now.
    level: u32,
    now: Vec<Branch>,
    /// What costs one more.
    later: Vec<Branch>,
    arrivals: Vec<Arrival>,
    /// By class of equivalent prefixes: the threads that were gone on with from there, or are to be
    /// at this level. One level above that of its first arrival, these are all that could step.
    begun: Vec<ThreadSet>,
    by_name: BTreeMap<u128, u32>,
    run: Run,
    /// The decisions of the run at hand, and where they lead.
    path: Vec<Decision>,
    at: Option<u32>,
    prefix: Prefix,
    repeats: bool,
    limit: Option<Limit>,
    started: bool,
}

impl IcbExplorer {
    /// An explorer of all executions with at most so many preemptions, or of all.
    pub fn new(preemptions_max: Option<u32>) -> Self {
        Self {
            preemptions_max,
            prefixes_max: PREFIXES_MAX,
            level: 0,
            now: Vec::new(),
            later: Vec::new(),
            arrivals: Vec::new(),
            begun: Vec::new(),
            by_name: BTreeMap::new(),
            run: Run::Within,
            path: Vec::new(),
            at: None,
            prefix: Prefix::default(),
            repeats: false,
            limit: None,
            started: false,
        }
    }

    /// The class of the prefix that these steps are, and whether it is new.
    fn class_of(&mut self, steps: &[Step]) -> (u32, bool) {
        // Invariant: the prefix has the first of these steps.
        let known = self.prefix.len();
        if known > steps.len() {
            let texts = (format!("one of {known} steps"), "the end".to_owned());
            NotDeterministic::at(steps.len(), None, texts).raise();
        }
        for step in &steps[known..] {
            self.prefix.push(step);
        }
        let next = number(self.begun.len());
        let class = *self.by_name.entry(self.prefix.name()).or_insert(next);
        let new = class == next;
        if new {
            self.begun.push(ThreadSet::EMPTY);
        }
        (class, new)
    }

    /// Keeps what is to be done at the prefix that was just reached, and takes the first of it.
    fn arrive(&mut self, position: &Position<'_>) -> Option<Decision> {
        let (class, new) = self.class_of(position.steps);
        if self.run == Run::Beyond {
            self.found_beyond(new);
            return None;
        }
        let last = position.steps.last().map(|step| step.thread);
        let going_on = last.filter(|&thread| position.enabled.contains(thread));
        let free = going_on.map_or(position.enabled, ThreadSet::only);
        let begun = &mut self.begun[index(class)];
        let todo = free.difference(*begun);
        if todo.is_empty() {
            return None;
        }
        *begun = begun.union(todo);
        let from = self.arrived();
        let branches = |threads: ThreadSet| branches(position, threads, (from, class));
        if new {
            self.later
                .extend(branches(position.enabled.difference(free)));
        }
        // What is taken last is gone on with first, so that runs share their beginnings.
        let waiting = self.now.len();
        self.now.extend(branches(todo));
        self.now[waiting..].reverse();
        let next = self.now.pop().expect("there is something to do");
        self.path.push(next.decision);
        self.at = Some(from);
        Some(next.decision)
    }

    /// Remembers how the prefix at hand was reached.
    fn arrived(&mut self) -> u32 {
        let from = number(self.arrivals.len());
        let first = Decision {
            thread: ThreadId::new(0),
            alternative: 0,
        };
        self.arrivals.push(Arrival {
            before: self.at.unwrap_or(from),
            decision: self.path.last().copied().unwrap_or(first),
        });
        from
    }

    /// A step beyond the bound led to a prefix, new or not.
    fn found_beyond(&mut self, new: bool) {
        if new {
            self.limit = self.preemptions_max.map(Limit::Preemptions);
        }
    }

    /// The next step to take: `None` if there is none.
    fn next_branch(&mut self) -> Option<Branch> {
        if self.limit.is_some() {
            return None;
        }
        if self.begun.len() > self.prefixes_max {
            self.limit = Some(Limit::Prefixes(self.prefixes_max));
            return None;
        }
        if self.now.is_empty() && self.run == Run::Within {
            self.rise();
        }
        self.now.pop()
    }

    /// The next level: what was not begun at this one.
    fn rise(&mut self) {
        self.now = std::mem::take(&mut self.later);
        let begun = &mut self.begun;
        self.now
            .retain(|branch| !begun[index(branch.class)].contains(branch.decision.thread));
        if self.preemptions_max == Some(self.level) {
            self.run = Run::Beyond;
        } else {
            self.level += 1;
            for branch in &self.now {
                begun[index(branch.class)].insert(branch.decision.thread);
            }
        }
        // The deepest branches were added last, and are taken first.
    }

    /// The decisions that lead to this arrival.
    fn lead_to(&mut self, arrival: u32) {
        let mut decisions = Vec::with_capacity(self.path.len());
        let mut at = arrival;
        loop {
            let Arrival { before, decision } = self.arrivals[index(at)];
            if before == at {
                break;
            }
            decisions.push(decision);
            at = before;
        }
        decisions.reverse();
        let same = decisions.iter().zip(&self.path);
        let shared = same.take_while(|(one, other)| one == other).count();
        self.prefix.truncate(shared.min(self.prefix.len()));
        self.path = decisions;
    }
}

/// A branch for each alternative of each of these threads.
fn branches(position: &Position<'_>, threads: ThreadSet, (from, class): (u32, u32)) -> Vec<Branch> {
    let of = |thread| {
        let offered = position.offered(thread);
        offered.map(move |alternative| Branch {
            from,
            class,
            decision: Decision {
                thread,
                alternative,
            },
        })
    };
    threads.iter().flat_map(of).collect()
}

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("there are fewer prefixes than 2^32")
}

fn index(number: u32) -> usize {
    usize::try_from(number).expect("32 bits fit")
}

impl Policy for IcbExplorer {
    fn choose(&mut self, position: &Position<'_>) -> Option<Decision> {
        let depth = position.steps.len();
        let Some(&decision) = self.path.get(depth) else {
            return self.arrive(position);
        };
        require_able(decision, position);
        Some(decision)
    }
}

impl Explorer for IcbExplorer {
    fn next_execution(&mut self) -> bool {
        self.repeats = false;
        if !self.started {
            self.started = true;
            return true;
        }
        let Some(branch) = self.next_branch() else {
            return false;
        };
        self.lead_to(branch.from);
        self.path.push(branch.decision);
        self.at = Some(branch.from);
        true
    }

    fn ended(&mut self, execution: &Execution, _blocked: &[(ThreadId, Pending)]) {
        if matches!(execution.end, End::Redundant | End::StepLimit) {
            return;
        }
        let (_, new) = self.class_of(&execution.steps);
        if self.run == Run::Beyond {
            self.found_beyond(new);
        }
        self.repeats = !new || self.run == Run::Beyond;
    }

    fn repeats(&self) -> bool {
        self.repeats
    }

    fn coverage(&self) -> Coverage {
        self.limit.map_or(Coverage::Exhausted, Coverage::Bounded)
    }
}
