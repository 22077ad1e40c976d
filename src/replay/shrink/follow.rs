//! Policies that shrinking runs: one that follows a plan as far as it goes, and one that follows
//! the beginning of an execution exactly. Both then go on with as few preemptions as there can be.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::execution::Decision;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::runtime::controlled::Policy;
use crate::runtime::controlled::Position;

use super::plan::Plan;
use super::plan::Run;

/// How many steps each thread has taken.
#[derive(Debug, Default)]
struct Counts {
    taken: BTreeMap<ThreadId, u32>,
    seen: usize,
}

impl Counts {
    fn take_in(&mut self, position: &Position<'_>) {
        for step in &position.steps[self.seen..] {
            *self.taken.entry(step.thread).or_default() += 1;
        }
        self.seen = position.steps.len();
    }

    fn of(&self, thread: ThreadId) -> u32 {
        self.taken.get(&thread).copied().unwrap_or(0)
    }
}

/// The threads that can step without letting a wait expire.
fn ready(position: &Position<'_>) -> ThreadSet {
    let is_ready = |&thread: &ThreadId| position.offered(thread).start == 0;
    position.enabled.iter().filter(is_ready).collect()
}

/// Who goes on if nothing else is said: the thread at hand, else the least that is ready, else the
/// least whose wait can expire.
pub(super) fn go_on(position: &Position<'_>) -> Decision {
    let ready = ready(position);
    let last = position.steps.last().map(|step| step.thread);
    let going_on = last.filter(|&thread| ready.contains(thread));
    let first = || ready.first().or_else(|| position.enabled.first());
    let thread = going_on
        .or_else(first)
        .expect("somebody is enabled when a policy is asked");
    Decision {
        thread,
        alternative: position.offered(thread).start,
    }
}

/// Follows a plan.
#[derive(Debug)]
pub(super) struct Following<'p> {
    plan: &'p Plan,
    next: usize,
    counts: Counts,
}

impl<'p> Following<'p> {
    pub(super) fn new(plan: &'p Plan) -> Self {
        Self {
            plan,
            next: 0,
            counts: Counts::default(),
        }
    }

    /// The alternative that the plan says, if the thread can take it, or else the first.
    fn alternative(&self, thread: ThreadId, offered: &Range<u8>) -> Option<u8> {
        let own = self.counts.of(thread);
        let chosen = self.plan.chosen.get(&(thread, own)).copied();
        match chosen.filter(|chosen| offered.contains(chosen)) {
            Some(chosen) => Some(chosen),
            None => (offered.start == 0).then_some(0),
        }
    }

    fn planned(&mut self, position: &Position<'_>) -> Option<Decision> {
        while let Some(&Run { thread, until }) = self.plan.runs.get(self.next) {
            if self.counts.of(thread) < until && position.enabled.contains(thread) {
                let offered = position.offered(thread);
                if let Some(alternative) = self.alternative(thread, &offered) {
                    return Some(Decision {
                        thread,
                        alternative,
                    });
                }
            }
            self.next += 1;
        }
        None
    }
}

impl Policy for Following<'_> {
    fn choose(&mut self, position: &Position<'_>) -> Option<Decision> {
        self.counts.take_in(position);
        if let Some(decision) = self.planned(position) {
            return Some(decision);
        }
        let going_on = go_on(position);
        let offered = position.offered(going_on.thread);
        let alternative = self.alternative(going_on.thread, &offered);
        Some(Decision {
            alternative: alternative.unwrap_or(going_on.alternative),
            ..going_on
        })
    }
}

/// What could have been chosen before one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) thread: ThreadId,
    pub(super) alternatives: Range<u8>,
}

/// Takes exactly these decisions, then goes on, and notes what else was offered from then on.
#[derive(Debug)]
pub(in crate::replay) struct Beginning<'p> {
    decisions: &'p [Decision],
    /// By step from the end of the decisions on.
    pub(super) offers: Vec<Vec<Offer>>,
}

impl<'p> Beginning<'p> {
    pub(in crate::replay) const fn of(decisions: &'p [Decision]) -> Self {
        Self {
            decisions,
            offers: Vec::new(),
        }
    }
}

impl Policy for Beginning<'_> {
    fn choose(&mut self, position: &Position<'_>) -> Option<Decision> {
        if let Some(decision) = self.decisions.get(position.steps.len()) {
            let there = position.enabled.contains(decision.thread)
                && position
                    .offered(decision.thread)
                    .contains(&decision.alternative);
            return there.then_some(*decision);
        }
        let offer = |thread| Offer {
            thread,
            alternatives: position.offered(thread),
        };
        self.offers
            .push(position.enabled.iter().map(offer).collect());
        Some(go_on(position))
    }
}
