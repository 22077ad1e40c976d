//! The machine: runs one execution after another, a step at a time.

use std::fmt;

use corosensei::Coroutine;
use corosensei::CoroutineResult;
use corosensei::stack::DefaultStack;

use crate::execution::Blocked;
use crate::execution::Decision;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::FactRecord;
use crate::execution::Footprint;
use crate::execution::Rest;
use crate::execution::Step;
use crate::execution::THREADS_MAX;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::runtime::Turn;
use crate::runtime::Waiting;
use crate::runtime::Waits;

use super::Pending;
use super::Policy;
use super::Position;
use super::STACK_BYTES;
use super::seat;
use super::seat::Mode;
use super::seat::Resume;
use super::seat::Spawned;

/// Looks at what is left when all threads of an execution have stopped.
pub type Finish = Box<dyn FnOnce() -> Rest>;

/// What a machine runs: code that makes shared objects and starts threads.
///
/// `start` runs once for each execution, outside scheduling, and must do the same each time.
pub trait System {
    /// Makes the shared objects, starts the threads, and says how to look at what is left.
    fn start(&self) -> Finish;
}

impl<F: Fn() -> Finish> System for F {
    fn start(&self) -> Finish {
        self()
    }
}

/// What bounds and shapes every execution of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How finite waits are read.
    pub waits: Waits,
    /// After how many steps an execution is cut off.
    pub steps_max: u32,
}

type Thread = Coroutine<Resume, (), Option<String>, DefaultStack>;

/// Runs executions on the calling thread. Stacks and buffers are kept from one to the next.
pub struct Machine {
    limits: Limits,
    stacks: Vec<DefaultStack>,
    /// By thread index; `None` is not started or finished.
    threads: Vec<Option<Thread>>,
    /// The threads that wait, ready or not. Invariant: their pending step is not `Never`.
    waiting: ThreadSet,
    /// The threads whose pending step is ready.
    ready: ThreadSet,
    /// The threads that have not finished.
    alive: ThreadSet,
    /// The first panic of the execution: who, and what it said.
    panicked: Option<(ThreadId, String)>,
    /// What the threads wait for that had not finished when the execution ended.
    blocked: Vec<(ThreadId, Pending)>,
    execution: Execution,
}

impl Machine {
    /// A machine with these limits.
    pub fn new(limits: Limits) -> Self {
        seat::install_panic_hook();
        Self {
            limits,
            stacks: Vec::new(),
            threads: Vec::new(),
            waiting: ThreadSet::EMPTY,
            ready: ThreadSet::EMPTY,
            alive: ThreadSet::EMPTY,
            panicked: None,
            blocked: Vec::new(),
            execution: Execution::empty(),
        }
    }

    /// Runs one execution, from the start of the system to the end of its last thread or until the
    /// policy or a limit cuts it off.
    ///
    /// # Panics
    ///
    /// If the system's own start-up panics, or the policy chooses what was not offered.
    pub fn run<P: Policy>(&mut self, system: &dyn System, policy: &mut P) -> &Execution {
        assert_eq!(seat::mode(), Mode::Idle, "an execution runs inside another");
        self.execution.steps.clear();
        self.execution.facts.clear();
        self.panicked = None;
        seat::reset();
        let finish = set_up(|| system.start());
        self.take_news();
        self.execution.end = self.advance(policy);
        self.execution.rest = match self.execution.end {
            End::Redundant | End::StepLimit => Rest::default(),
            End::Finished | End::Deadlock(_) | End::Panicked { .. } => set_up(finish),
        };
        let pending = |thread| (thread, self.pending_of(thread));
        self.blocked = self.alive.iter().map(pending).collect();
        self.abort();
        &self.execution
    }

    /// What the threads were about to do that had not finished when the last execution ended, in
    /// order of thread. Empty if all finished.
    pub fn blocked(&self) -> &[(ThreadId, Pending)] {
        &self.blocked
    }

    /// The last execution.
    pub const fn execution(&self) -> &Execution {
        &self.execution
    }

    /// Runs steps until the execution ends, and says how it ended.
    fn advance<P: Policy>(&mut self, policy: &mut P) -> End {
        loop {
            let (enabled, quiescent) = self.enabled();
            if enabled.is_empty() {
                return self.stop();
            }
            let index = self.execution.steps.len();
            if u64::try_from(index).is_ok_and(|steps| steps >= u64::from(self.limits.steps_max)) {
                return End::StepLimit;
            }
            let steps = &self.execution.steps;
            let position = Position {
                steps,
                enabled,
                quiescent,
                alive: self.alive,
            };
            let Some(decision) = policy.choose(&position) else {
                return End::Redundant;
            };
            assert!(
                enabled.contains(decision.thread),
                "internal bug: chose a disabled thread"
            );
            self.step(decision, enabled, quiescent);
        }
    }

    /// The threads that can step, and whether all they can do is to let a wait expire because
    /// nothing else can run.
    fn enabled(&self) -> (ThreadSet, bool) {
        let expiring = || {
            let blocked = self.waiting.difference(self.ready).iter();
            blocked
                .filter(|&thread| self.pending_of(thread).waiting == Waiting::Finite)
                .collect()
        };
        match self.limits.waits {
            Waits::MayExpire if self.waiting.is_empty() => (self.ready, false),
            Waits::MayExpire => (self.ready.union(expiring()), false),
            Waits::Sufficient if self.ready.is_empty() => {
                let expiring: ThreadSet = expiring();
                (expiring, !expiring.is_empty())
            }
            Waits::Sufficient => (self.ready, false),
        }
    }

    fn pending_of(&self, thread: ThreadId) -> Pending {
        debug_assert!(self.alive.contains(thread), "a dead thread has no step");
        seat::pending(thread)
    }

    /// How an execution ends in which nothing can run.
    fn stop(&mut self) -> End {
        if let Some((thread, message)) = self.panicked.take() {
            return End::Panicked { thread, message };
        }
        if self.alive.is_empty() {
            return End::Finished;
        }
        let blocked = |thread| Blocked {
            thread,
            operation: self.pending_of(thread).operation,
        };
        End::Deadlock(self.alive.iter().map(blocked).collect())
    }

    /// Lets one thread take its step.
    fn step(&mut self, decision: Decision, enabled: ThreadSet, quiescent: bool) {
        let Decision {
            thread,
            alternative,
        } = decision;
        let pending = self.pending_of(thread);
        let (operation, ready) = (pending.operation, pending.ready);
        let offered = pending.offered().contains(&alternative);
        assert!(
            offered,
            "internal bug: alternative {alternative} was not offered"
        );
        let turn = if ready { Turn::Ready } else { Turn::Expired };
        self.resume(thread, Resume::Run { turn, alternative });
        let (mut footprint, result) = seat::last_step();
        let died = self
            .panicked
            .as_ref()
            .is_some_and(|(panicked, _)| *panicked == thread);
        if quiescent || died {
            footprint = footprint.and_everything();
        }
        let expired = turn == Turn::Expired;
        self.execution.steps.push(Step {
            thread,
            operation,
            alternative,
            expired,
            footprint,
            result,
            enabled,
        });
        self.take_news();
        self.poll_waiting(thread, &footprint);
    }

    /// Lets a coroutine go on to its next stop.
    fn resume(&mut self, thread: ThreadId, resume: Resume) {
        let coroutine = self.threads[thread.index()].as_mut();
        let coroutine = coroutine.expect("internal bug: only a live thread is resumed");
        seat::set_mode(Mode::Running);
        let result = coroutine.resume(resume);
        seat::set_mode(Mode::Idle);
        match result {
            CoroutineResult::Yield(()) => {
                let (waiting, ready) = seat::readiness(thread);
                if waiting == Waiting::Never {
                    self.waiting.remove(thread);
                } else {
                    self.waiting.insert(thread);
                }
                self.set_ready(thread, ready);
            }
            CoroutineResult::Return(panic) => {
                self.retire(thread);
                if let Some(message) = panic {
                    self.panicked.get_or_insert((thread, message));
                }
            }
        }
    }

    fn set_ready(&mut self, thread: ThreadId, ready: bool) {
        if ready {
            self.ready.insert(thread);
        } else {
            self.ready.remove(thread);
        }
    }

    fn retire(&mut self, thread: ThreadId) {
        let coroutine = self.threads[thread.index()].take();
        self.stacks.extend(coroutine.map(Coroutine::into_stack));
        for set in [&mut self.waiting, &mut self.ready, &mut self.alive] {
            set.remove(thread);
        }
    }

    /// Asks again the waiting threads that watch what the step wrote.
    fn poll_waiting(&mut self, stepped: ThreadId, footprint: &Footprint) {
        let waiting = self.waiting;
        for thread in waiting.iter().filter(|&thread| thread != stepped) {
            // What is watched was read, so to depend on it is to write it.
            if footprint.depends(&self.pending_of(thread).watch) {
                let ready = seat::poll(thread);
                self.set_ready(thread, ready);
            }
        }
    }

    /// Takes over what the code under test recorded and started since the last step.
    fn take_news(&mut self) {
        while seat::take_news() {
            let after = u32::try_from(self.execution.steps.len()).expect("bounded by `steps_max`");
            let facts = &mut self.execution.facts;
            seat::drain_facts(|thread, fact| {
                facts.push(FactRecord {
                    after,
                    thread,
                    fact,
                });
            });
            while let Some(Spawned { thread, body }) = seat::take_spawned() {
                self.start_thread(thread, body);
            }
        }
    }

    /// Starts a thread and lets it run to its first step.
    fn start_thread(&mut self, thread: ThreadId, body: seat::Body) {
        let index = thread.index();
        if self.threads.len() <= index {
            self.threads.resize_with(index + 1, || None);
        }
        assert!(
            !self.alive.contains(thread),
            "thread {thread} was started twice"
        );
        let new_stack = || DefaultStack::new(STACK_BYTES).expect("memory for a stack");
        let stack = self.stacks.pop().unwrap_or_else(new_stack);
        let coroutine = Coroutine::with_stack(stack, move |yielder, _first: Resume| {
            seat::occupy(yielder, thread, body)
        });
        self.threads[index] = Some(coroutine);
        self.alive.insert(thread);
        self.resume(
            thread,
            Resume::Run {
                turn: Turn::Ready,
                alternative: 0,
            },
        );
    }

    /// Unwinds every thread that has not finished.
    fn abort(&mut self) {
        for index in 0..self.threads.len().min(THREADS_MAX) {
            if let Some(coroutine) = self.threads[index].as_mut() {
                seat::set_mode(Mode::Aborting);
                let result = coroutine.resume(Resume::Abort);
                seat::set_mode(Mode::Idle);
                let returned = matches!(result, CoroutineResult::Return(_));
                assert!(
                    returned,
                    "internal bug: an aborted thread stopped at a step"
                );
                self.retire(ThreadId::new(index));
            }
        }
        seat::reset();
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.abort();
        }
    }
}

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// Runs code that takes steps outside of any execution: every step happens at once.
pub fn set_up<O>(body: impl FnOnce() -> O) -> O {
    struct Restore(Mode);
    impl Drop for Restore {
        fn drop(&mut self) {
            seat::set_mode(self.0);
        }
    }
    let restore = Restore(seat::mode());
    seat::set_mode(Mode::SetUp);
    let result = body();
    drop(restore);
    result
}
