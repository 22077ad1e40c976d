//! What the engine keeps of each thread that only that thread looks at.
//!
//! Not shared state, so it needs no steps: how deep the thread is in notifications, how often it
//! made each call, and where it leaves what is to be done later.

use std::collections::BTreeMap;
use std::fmt;

use parking_lot::Mutex;

use crate::execution::ThreadId;
use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::runtime::Shared;

use super::system::DeferredTask;
use super::system::Queue;

/// What is kept of one thread.
#[derive(Debug)]
struct OwnState<R: Runtime> {
    notifications: u32,
    calls: BTreeMap<Verb, u32>,
    later: Option<Shared<R, Queue<R>>>,
    watch: Option<Shared<R, Queue<R>>>,
}

impl<R: Runtime> OwnState<R> {
    const fn new() -> Self {
        Self {
            notifications: 0,
            calls: BTreeMap::new(),
            later: None,
            watch: None,
        }
    }

    const fn queue(&mut self, errand: DeferredTask) -> &mut Option<Shared<R, Queue<R>>> {
        match errand {
            DeferredTask::Later => &mut self.later,
            DeferredTask::Watch => &mut self.watch,
        }
    }
}

/// What is kept, by thread; `None` is the start-up.
pub(super) struct ThreadStates<R: Runtime>(Mutex<BTreeMap<Option<ThreadId>, OwnState<R>>>);

impl<R: Runtime> Default for ThreadStates<R> {
    fn default() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }
}

impl<R: Runtime> fmt::Debug for ThreadStates<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThreadStates").finish_non_exhaustive()
    }
}

impl<R: Runtime> ThreadStates<R> {
    fn with<O>(&self, look: impl FnOnce(&mut OwnState<R>) -> O) -> O {
        let mut states = self.0.lock();
        let own = states.entry(R::current()).or_insert_with(OwnState::new);
        look(own)
    }

    /// Runs a function of a callout: calls that it makes come from inside a notification.
    pub(super) fn notifying<O>(&self, function: impl FnOnce() -> O) -> O {
        self.with(|own| own.notifications += 1);
        let result = function();
        self.with(|own| own.notifications -= 1);
        result
    }

    /// Whether the calling thread is inside a notification.
    pub(super) fn is_notifying(&self) -> bool {
        // Most threads never were: they have no entry, and get none.
        let states = self.0.lock();
        let own = states.get(&R::current());
        own.is_some_and(|own| own.notifications > 0)
    }

    /// The nth call of this kind the calling thread makes, from 1.
    pub(super) fn occurrence(&self, verb: Verb) -> u32 {
        self.with(|own| {
            let count = own.calls.entry(verb).or_default();
            *count += 1;
            *count
        })
    }

    /// Where the calling thread leaves what is to be done later, if it did before.
    pub(super) fn queue(&self, errand: DeferredTask) -> Option<Shared<R, Queue<R>>> {
        let mut states = self.0.lock();
        let own = states.get_mut(&R::current());
        own.and_then(|own| own.queue(errand).clone())
    }

    /// From now on the calling thread leaves it here.
    pub(super) fn set_queue(&self, errand: DeferredTask, queue: Option<Shared<R, Queue<R>>>) {
        self.with(|own| *own.queue(errand) = queue);
    }
}
