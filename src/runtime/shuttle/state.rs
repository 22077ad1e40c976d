//! What an execution looks like between two steps, and who can take the next.
//!
//! The same rules as the controlled runtime's, written again: whether a thread is ready is asked by
//! the thread itself, in a turn of its own, so here a thread can be *stale* until it has answered.

use crate::execution::Blocked;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Fact;
use crate::execution::FactRecord;
use crate::execution::Footprint;
use crate::execution::Operation;
use crate::execution::Step;
use crate::execution::StepResult;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::execution::Verb;
use crate::runtime::Waiting;
use crate::runtime::Waits;
use crate::runtime::WakeReason;
use crate::runtime::panics;

/// The step that a thread is about to take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pending {
    pub(super) operation: Operation,
    pub(super) waiting: Waiting,
    /// Whether it is ready, and what that was read from.
    pub(super) answer: (bool, Footprint),
    /// Everything it may touch, as if it wrote it.
    pub(super) declared: Footprint,
}

impl Pending {
    /// A step that does not wait.
    pub(super) const fn act(operation: Operation, declared: Footprint) -> Self {
        Self {
            operation,
            waiting: Waiting::Never,
            answer: (true, Footprint::EMPTY),
            declared,
        }
    }
}

/// The step that is being taken: the last of the execution's, which is filled in as it goes.
#[derive(Debug, Clone, Copy)]
struct Current {
    thread: ThreadId,
    quiescent: bool,
}

/// The state of an execution but for the tasks.
#[derive(Debug)]
pub(super) struct ShadowState {
    /// What each thread is about to do, by thread index.
    pending: Vec<Pending>,
    /// The threads that have been started and have not finished.
    alive: ThreadSet,
    /// The threads on their way to their next step.
    local: ThreadSet,
    /// The waiting threads that have to ask again whether they are ready.
    stale: ThreadSet,
    /// The threads that wait, ready or not.
    waiting: ThreadSet,
    /// The threads whose pending step is ready.
    ready: ThreadSet,
    current: Option<Current>,
    /// The panic of the execution, of several that of the least index: the thread, and its message.
    panicked: Option<(ThreadId, String)>,
    pub(super) execution: Execution,
}

impl ShadowState {
    pub(super) const fn new() -> Self {
        Self {
            pending: Vec::new(),
            alive: ThreadSet::EMPTY,
            local: ThreadSet::EMPTY,
            stale: ThreadSet::EMPTY,
            waiting: ThreadSet::EMPTY,
            ready: ThreadSet::EMPTY,
            current: None,
            panicked: None,
            execution: Execution::empty(),
        }
    }

    pub(super) fn is_alive(&self, thread: ThreadId) -> bool {
        self.alive.contains(thread)
    }

    pub(super) fn is_local(&self, thread: ThreadId) -> bool {
        self.local.contains(thread)
    }

    pub(super) fn is_stale(&self, thread: ThreadId) -> bool {
        self.stale.contains(thread)
    }

    /// A thread is started.
    pub(super) fn enlist(&mut self, thread: ThreadId) {
        assert!(
            !self.is_alive(thread),
            "internal bug: thread {thread} was started twice"
        );
        self.alive.insert(thread);
        self.local.insert(thread);
        let nothing = Pending::act(Operation::local(Verb::Choose), Footprint::EMPTY);
        let enough = self.pending.len().max(thread.index() + 1);
        self.pending.resize(enough, nothing);
    }

    /// A thread stands before a step.
    pub(super) fn arrive(&mut self, thread: ThreadId, pending: Pending) {
        self.local.remove(thread);
        self.pending[thread.index()] = pending;
        if pending.waiting == Waiting::Never {
            self.waiting.remove(thread);
        } else {
            self.waiting.insert(thread);
        }
        self.answer(thread, pending.answer);
        self.complete();
    }

    /// A thread says whether it is ready, and what that was read from.
    pub(super) fn answer(&mut self, thread: ThreadId, answer: (bool, Footprint)) {
        self.stale.remove(thread);
        self.pending[thread.index()].answer = answer;
        if answer.0 {
            self.ready.insert(thread);
        } else {
            self.ready.remove(thread);
        }
    }

    /// A thread has ended, with a panic or without.
    pub(super) fn retire(&mut self, thread: ThreadId, panic: Option<String>) {
        let Self {
            alive,
            local,
            stale,
            waiting,
            ready,
            ..
        } = self;
        for set in [alive, local, stale, waiting, ready] {
            set.remove(thread);
        }
        if let Some(message) = panic {
            panics::keep_least(&mut self.panicked, thread, message);
        }
        self.complete();
    }

    /// A step is over, if one was being taken: who waits for what it wrote has to ask again.
    fn complete(&mut self) {
        let Some(Current { thread, quiescent }) = self.current.take() else {
            return;
        };
        let step = self.execution.steps.last_mut();
        let step = step.expect("internal bug: the step being taken has its place");
        if quiescent {
            step.footprint = step.footprint.and_everything();
        }
        let footprint = step.footprint;
        let watches = |other: &ThreadId| {
            let watch = &self.pending[other.index()].answer.1;
            *other != thread && footprint.depends(watch)
        };
        let stale = self.waiting.iter().filter(watches).collect();
        self.stale = self.stale.union(stale);
    }

    /// The threads that can step, and whether all they can do is to let a wait expire because
    /// nothing else can run.
    pub(super) fn enabled(&self, waits: Waits) -> (ThreadSet, bool) {
        let blocked = self.waiting.difference(self.ready).iter();
        let finite = |thread: &ThreadId| self.pending[thread.index()].waiting == Waiting::Finite;
        let expiring: ThreadSet = blocked.filter(finite).collect();
        match waits {
            Waits::MayExpire => (self.ready.union(expiring), false),
            Waits::Sufficient if self.ready.is_empty() => (expiring, !expiring.is_empty()),
            Waits::Sufficient => (self.ready, false),
        }
    }

    /// How many steps have been taken.
    pub(super) fn steps(&self) -> u64 {
        u64::try_from(self.execution.steps.len()).expect("few steps")
    }

    /// A thread takes its step: how.
    pub(super) fn begin(
        &mut self,
        thread: ThreadId,
        (enabled, quiescent): (ThreadSet, bool),
    ) -> WakeReason {
        assert!(
            enabled.contains(thread) && self.current.is_none() && self.stale.is_empty(),
            "internal bug: thread {thread} was let go on"
        );
        let pending = self.pending[thread.index()];
        let turn = if self.ready.contains(thread) {
            WakeReason::Ready
        } else {
            WakeReason::Expired
        };
        self.current = Some(Current { thread, quiescent });
        self.execution.steps.push(Step {
            thread,
            operation: pending.operation,
            alternative: u8::from(turn == WakeReason::Expired),
            expired: turn == WakeReason::Expired,
            // Until its body is done: should it panic, it may have done anything to what it names.
            footprint: pending.declared,
            result: StepResult::Done,
            enabled,
        });
        self.local.insert(thread);
        turn
    }

    /// The step that is being taken, if one is.
    fn step(&mut self) -> Option<&mut Step> {
        let steps = &mut self.execution.steps;
        self.current.and_then(|_| steps.last_mut())
    }

    /// What the step that is being taken did.
    pub(super) fn step_done(&mut self, footprint: Footprint, result: StepResult) {
        let step = self.step().expect("internal bug: a step is being taken");
        step.footprint = footprint;
        step.result = result;
    }

    /// What the choice that is being made came to.
    pub(super) fn choice_done(&mut self, alternative: u8) {
        let step = self.step().expect("internal bug: a step is being taken");
        step.alternative = alternative;
        step.result = StepResult::from(u32::from(alternative));
        step.footprint = Footprint::EMPTY;
    }

    /// What was done behind the step that is being taken, unscheduled.
    pub(super) fn step_unscheduled(&mut self, footprint: Footprint) {
        if let Some(step) = self.step() {
            step.footprint = step.footprint.union(footprint);
        }
    }

    pub(super) fn record(&mut self, thread: Option<ThreadId>, fact: Fact) {
        // The step that is being taken has its place already.
        let after = u32::try_from(self.execution.steps.len()).expect("bounded by `steps_max`");
        let record = FactRecord {
            after,
            thread,
            fact,
        };
        self.execution.facts.push(record);
    }

    /// How an execution ends in which nothing can run.
    pub(super) fn stop(&mut self) -> End {
        if let Some((thread, message)) = self.panicked.take() {
            return End::Panicked { thread, message };
        }
        let blocked = |thread: ThreadId| Blocked {
            thread,
            operation: self.pending[thread.index()].operation,
        };
        End::stuck(self.alive.iter().map(blocked).collect())
    }
}
