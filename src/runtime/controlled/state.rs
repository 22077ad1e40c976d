//! What an execution looks like between two steps, and who is to take the next.
//!
//! A thread that stops before a step does not have to be suspended if the next step is its own
//! again, which is so more often than not. So the decision is made where the thread stands, by the
//! [`SchedulerHandle`], on the thread's own stack; only if another thread is chosen is there a
//! switch.

use crate::execution::Blocked;
use crate::execution::Decision;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::FactRecord;
use crate::execution::Footprint;
use crate::execution::Journal;
use crate::execution::Operation;
use crate::execution::Step;
use crate::execution::StepResult;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::runtime::Waiting;
use crate::runtime::Waits;
use crate::runtime::WakeReason;
use crate::runtime::panics;

use super::Limits;
use super::Pending;
use super::Policy;
use super::Position;
use super::tls;

/// A thread's turn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Go {
    pub(super) thread: ThreadId,
    pub(super) turn: WakeReason,
    pub(super) alternative: u8,
}

/// What comes next.
#[derive(Debug)]
pub(super) enum Next {
    Step(Go),
    End(End),
}

/// The step that is being taken.
#[derive(Debug, Clone, Copy)]
struct Current {
    go: Go,
    operation: Operation,
    enabled: ThreadSet,
    quiescent: bool,
    /// Whether the journal has it.
    told: bool,
}

impl Current {
    /// The step, when it has been taken.
    fn taken(&self, footprint: Footprint, result: StepResult) -> Step {
        let Go {
            thread,
            turn,
            alternative,
        } = self.go;
        Step {
            thread,
            operation: self.operation,
            alternative,
            expired: turn == WakeReason::Expired,
            footprint,
            result,
            enabled: self.enabled,
        }
    }
}

/// The state of an execution but for the coroutines.
#[derive(Debug)]
pub(super) struct ExecutionState {
    pub(super) limits: Limits,
    /// The threads that wait, ready or not. Invariant: their pending step is not `Never`.
    waiting: ThreadSet,
    /// The threads whose pending step is ready.
    ready: ThreadSet,
    /// The threads that have not finished.
    alive: ThreadSet,
    /// The panic of the execution, of several that of the least index: the thread, and its message.
    panicked: Option<(ThreadId, String)>,
    current: Option<Current>,
    /// What was decided on a thread's own stack, for the machine.
    next: Option<Next>,
    /// Where the steps are told.
    pub(super) journal: Journal,
    pub(super) execution: Execution,
}

impl ExecutionState {
    pub(super) const fn new(limits: Limits) -> Self {
        Self {
            limits,
            waiting: ThreadSet::EMPTY,
            ready: ThreadSet::EMPTY,
            alive: ThreadSet::EMPTY,
            panicked: None,
            current: None,
            next: None,
            journal: Journal::closed(),
            execution: Execution::empty(),
        }
    }

    /// Clears what the last execution left.
    pub(super) fn clear(&mut self) {
        self.execution.steps.clear();
        self.execution.facts.clear();
        self.panicked = None;
        self.current = None;
        self.next = None;
    }

    /// What the threads are about to do that have not finished, in order of thread.
    pub(super) fn blocked(&self) -> Vec<(ThreadId, Pending)> {
        let pending = |thread| (thread, tls::pending(thread));
        self.alive.iter().map(pending).collect()
    }

    /// A thread is started.
    pub(super) fn enlist(&mut self, thread: ThreadId) {
        assert!(
            !self.alive.contains(thread),
            "thread {thread} was started twice"
        );
        self.alive.insert(thread);
    }

    /// Whether a thread has been started and has not finished.
    pub(super) fn is_alive(&self, thread: ThreadId) -> bool {
        self.alive.contains(thread)
    }

    /// A thread has stopped before a step.
    pub(super) fn arrive(&mut self, thread: ThreadId) {
        let (waiting, ready) = tls::readiness(thread);
        if waiting == Waiting::Never {
            self.waiting.remove(thread);
        } else {
            self.waiting.insert(thread);
        }
        self.set_ready(thread, ready);
    }

    /// A thread has ended, with a panic or without.
    pub(super) fn retire(&mut self, thread: ThreadId, panic: Option<String>) {
        for set in [&mut self.waiting, &mut self.ready, &mut self.alive] {
            set.remove(thread);
        }
        if let Some(message) = panic {
            panics::keep_least(&mut self.panicked, thread, message);
        }
    }

    fn set_ready(&mut self, thread: ThreadId, ready: bool) {
        if ready {
            self.ready.insert(thread);
        } else {
            self.ready.remove(thread);
        }
    }

    /// Takes over what was recorded since the last step was.
    pub(super) fn take_facts(&mut self) {
        if tls::take_news() {
            let after = u32::try_from(self.execution.steps.len()).expect("bounded by `steps_max`");
            let facts = &mut self.execution.facts;
            tls::drain_facts(|thread, fact| {
                facts.push(FactRecord {
                    after,
                    thread,
                    fact,
                });
            });
        }
    }

    /// Records the step that was taken, if one was, and asks again who waits for what it wrote.
    pub(super) fn complete(&mut self) {
        if let Some(current) = self.current.take() {
            let (mut footprint, result) = tls::last_step();
            if current.quiescent {
                footprint = footprint.and_everything();
            }
            let steps = &mut self.execution.steps;
            steps.push(current.taken(footprint, result));
            if let Some(step) = steps.last().filter(|_| !current.told) {
                // Its body panicked, or nobody listens.
                self.journal.step(steps.len(), step);
            }
            self.poll_waiting(current.go.thread, &footprint);
        }
        self.take_facts();
    }

    /// Tells the step that was taken just now, whose thread has not gone on: should it kill the
    /// process, the step is told.
    pub(super) fn tell(&mut self, footprint: Footprint, result: StepResult) {
        if let Some(current) = &mut self.current {
            current.told = true;
            let step = current.taken(footprint, result);
            self.journal.step(self.execution.steps.len() + 1, &step);
        }
    }

    /// How many steps were taken, that which is not complete included.
    pub(super) fn taken(&self) -> usize {
        self.execution.steps.len() + usize::from(self.current.is_some())
    }

    /// The steps of a thread from this one of the execution on, that which is not complete
    /// included: `last` is what it did.
    pub(super) fn steps_of(
        &self,
        thread: ThreadId,
        since: usize,
        (footprint, result): (Footprint, StepResult),
    ) -> Vec<Step> {
        let current = self.current.as_ref();
        let current = current.map(|current| current.taken(footprint, result));
        let complete = self.execution.steps.iter().copied();
        let steps = complete.chain(current).skip(since);
        steps.filter(|step| step.thread == thread).collect()
    }

    /// Asks again the waiting threads that watch what the step wrote.
    fn poll_waiting(&mut self, stepped: ThreadId, footprint: &Footprint) {
        let waiting = self.waiting;
        for thread in waiting.iter().filter(|&thread| thread != stepped) {
            // What is watched was read, so to depend on it is to write it.
            if footprint.depends(&tls::watch(thread)) {
                let ready = tls::poll(thread);
                self.set_ready(thread, ready);
            }
        }
    }

    /// The threads that can step, and whether all they can do is to let a wait expire because
    /// nothing else can run.
    fn enabled(&self) -> (ThreadSet, bool) {
        let expiring = || -> ThreadSet {
            let blocked = self.waiting.difference(self.ready).iter();
            blocked
                .filter(|&thread| tls::readiness(thread).0 == Waiting::Finite)
                .collect()
        };
        match self.limits.waits {
            Waits::MayExpire if self.waiting.is_empty() => (self.ready, false),
            Waits::MayExpire => (self.ready.union(expiring()), false),
            Waits::Sufficient if self.ready.is_empty() => {
                let expiring = expiring();
                (expiring, !expiring.is_empty())
            }
            Waits::Sufficient => (self.ready, false),
        }
    }

    /// How an execution ends in which nothing can run.
    fn stop(&mut self) -> End {
        if let Some((thread, message)) = self.panicked.take() {
            return End::Panicked { thread, message };
        }
        let blocked = |thread| Blocked {
            thread,
            operation: tls::operation(thread),
        };
        End::stuck(self.alive.iter().map(blocked).collect())
    }
}

/// Decides who takes the next step.
pub(super) struct SchedulerHandle<'p> {
    pub(super) board: &'p mut ExecutionState,
    pub(super) policy: &'p mut dyn Policy,
}

impl SchedulerHandle<'_> {
    /// A thread has taken a step and stopped before its next: its turn, if the next turn is its
    /// own. Otherwise what comes next is kept for the machine.
    pub(super) fn arrive(&mut self, thread: ThreadId) -> Option<Go> {
        self.board.arrive(thread);
        self.board.complete();
        if tls::has_spawned() {
            // The machine has to start a thread before anything can be decided.
            return None;
        }
        let next = self.decide();
        if let Next::Step(go) = next
            && go.thread == thread
        {
            return Some(go);
        }
        self.board.next = Some(next);
        None
    }

    /// What comes next: what was decided already, or what is decided now.
    pub(super) fn next(&mut self) -> Next {
        let decided = self.board.next.take();
        decided.unwrap_or_else(|| self.decide())
    }

    fn decide(&mut self) -> Next {
        let board = &mut *self.board;
        let (enabled, quiescent) = board.enabled();
        if enabled.is_empty() {
            return Next::End(board.stop());
        }
        let steps = &board.execution.steps;
        if u64::try_from(steps.len()).is_ok_and(|len| len >= u64::from(board.limits.steps_max)) {
            return Next::End(End::StepLimit);
        }
        let position = Position {
            steps,
            enabled,
            quiescent,
            alive: board.alive,
        };
        let Some(Decision {
            thread,
            alternative,
        }) = self.policy.choose(&position)
        else {
            return Next::End(End::Redundant);
        };
        assert!(
            enabled.contains(thread),
            "internal bug: chose a disabled thread"
        );
        let (operation, (_, ready)) = (tls::operation(thread), tls::readiness(thread));
        let offered = tls::offered(thread);
        let good = offered.contains(&alternative);
        assert!(
            good,
            "internal bug: alternative {alternative} was not offered"
        );
        let turn = if ready {
            WakeReason::Ready
        } else {
            WakeReason::Expired
        };
        let go = Go {
            thread,
            turn,
            alternative,
        };
        board.current = Some(Current {
            go,
            operation,
            enabled,
            quiescent,
            told: false,
        });
        Next::Step(go)
    }
}
