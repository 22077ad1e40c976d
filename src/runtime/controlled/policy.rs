//! What a policy is asked, and what it may look at.

use std::ops::Range;

use crate::execution::Decision;
use crate::execution::Footprint;
use crate::execution::Operation;
use crate::execution::Step;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::runtime::Waiting;

use super::tls;

/// The step that a suspended thread is about to take.
#[derive(Debug, Clone, Copy)]
pub struct Pending {
    /// What it is about to do.
    pub operation: Operation,
    /// Whether it waits.
    pub waiting: Waiting,
    /// How many alternatives a choice has; 1 for every other step.
    pub alternatives: u8,
    /// Whether it is ready.
    pub ready: bool,
    /// What its readiness was read from: a write to any of these can change it.
    pub watch: Footprint,
    /// What its readiness may be read from, as if it were written.
    pub awaited: Footprint,
    /// Everything it may touch, as if it wrote it.
    pub declared: Footprint,
}

impl Pending {
    /// A step that does not wait.
    pub(super) const fn act(operation: Operation, declared: Footprint) -> Self {
        Self {
            operation,
            waiting: Waiting::Never,
            alternatives: 1,
            ready: true,
            watch: Footprint::EMPTY,
            awaited: Footprint::EMPTY,
            declared,
        }
    }

    pub(super) const fn choice(operation: Operation, alternatives: u8) -> Self {
        Self {
            alternatives,
            ..Self::act(operation, Footprint::EMPTY)
        }
    }

    /// The alternatives that can be taken now: those of a choice, or 1 for the expiry of a wait.
    pub fn offered(&self) -> Range<u8> {
        offers(self.ready, self.alternatives)
    }
}

/// The alternatives of a step that is ready or of one whose wait can only expire.
pub(super) const fn offers(ready: bool, alternatives: u8) -> Range<u8> {
    if ready { 0..alternatives } else { 1..2 }
}

/// Where an execution stands when a policy is asked.
#[derive(Debug)]
pub struct Position<'m> {
    /// The steps so far.
    pub steps: &'m [Step],
    /// The threads that can step. Never empty.
    pub enabled: ThreadSet,
    /// Whether nothing can run but waits that expire: the next step depends on every other.
    pub quiescent: bool,
    /// The threads that have been started and have not finished.
    pub(super) alive: ThreadSet,
}

impl Position<'_> {
    /// What the thread is about to do, if it has been started and has not finished.
    pub fn pending(&self, thread: ThreadId) -> Option<Pending> {
        let alive = self.alive.contains(thread);
        alive.then(|| tls::pending(thread))
    }

    /// The alternatives of an enabled thread.
    ///
    /// # Panics
    ///
    /// If the thread has nothing pending.
    pub fn offered(&self, thread: ThreadId) -> Range<u8> {
        assert!(self.alive.contains(thread), "a dead thread offers nothing");
        tls::offered(thread)
    }
}

/// Chooses who steps next.
pub trait Policy {
    /// Chooses one of the enabled threads and one of the alternatives it offers; `None` cuts the
    /// execution off as redundant.
    fn choose(&mut self, position: &Position<'_>) -> Option<Decision>;
}

impl<P: Policy> Policy for &mut P {
    fn choose(&mut self, position: &Position<'_>) -> Option<Decision> {
        (**self).choose(position)
    }
}
