//! The machine: runs one execution after another.

use std::fmt;
use std::panic;
use std::sync::Arc;

use corosensei::Coroutine;
use corosensei::CoroutineResult;
use corosensei::stack::DefaultStack;
use tracing::Span;

use crate::execution::End;
use crate::execution::Execution;
use crate::execution::FinalState;
use crate::execution::Journal;
use crate::execution::ThreadId;
use crate::runtime::Waits;
use crate::runtime::WakeReason;
use crate::runtime::panics;

use super::Pending;
use super::Policy;
use super::STACK_BYTES;
use super::state::ExecutionState;
use super::state::Next;
use super::state::SchedulerHandle;
use super::tls;
use super::tls::Mode;
use super::tls::Resume;
use super::tls::Spawned;

/// Looks at what is left when all threads of an execution have stopped.
pub type Finish = Box<dyn FnOnce() -> FinalState + Send>;

/// Makes the shared objects of one execution and starts its threads, on whatever runtime.
pub type Start = Arc<dyn Fn() -> Finish + Send + Sync>;

/// What a machine runs: code that makes shared objects and starts threads.
///
/// `start` runs once for each execution, outside scheduling, and must do the same each time.
pub trait System {
    /// Makes the shared objects, starts the threads, and says how to look at what is left.
    fn start(&self) -> Finish;

    /// What the system has noted of the execution that ran last and what is not in it. Compared
    /// when an execution is run again.
    fn noted(&self) -> String {
        String::new()
    }
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
    board: ExecutionState,
    crew: Crew,
    /// What the threads wait for that had not finished when the execution ended.
    blocked: Vec<(ThreadId, Pending)>,
    /// The span that its executions belong to.
    span: Span,
}

impl Machine {
    /// A machine with these limits. Its executions belong to the span that is current now.
    pub fn new(limits: Limits) -> Self {
        panics::install();
        Self {
            board: ExecutionState::new(limits),
            crew: Crew::default(),
            blocked: Vec::new(),
            span: Span::current(),
        }
    }

    /// What bounds and shapes its executions.
    pub const fn limits(&self) -> Limits {
        self.board.limits
    }

    /// The span that was current when the machine was made.
    pub(crate) const fn span(&self) -> &Span {
        &self.span
    }

    /// Tells the steps of all further executions in this journal, each after it was taken and
    /// before its thread goes on.
    pub(crate) fn tell_in(&mut self, journal: Journal) {
        self.board.journal = journal;
    }

    /// Runs one execution, from the start of the system to the end of its last thread or until the
    /// policy or a limit cuts it off.
    ///
    /// # Panics
    ///
    /// If the system's own start-up panics, or the policy chooses what was not offered.
    pub fn run<P: Policy>(&mut self, system: &dyn System, policy: &mut P) -> &Execution {
        assert_eq!(tls::mode(), Mode::Idle, "an execution runs inside another");
        self.board.clear();
        tls::reset();
        let finish = set_up(|| system.start());
        self.board.take_facts();
        let mut conductor = SchedulerHandle {
            board: &mut self.board,
            policy,
        };
        let crew = &mut self.crew;
        let end = tls::with_conductor(&mut conductor, || crew.run());
        self.board.execution.rest = match end {
            End::Redundant | End::StepLimit => FinalState::default(),
            End::Finished | End::Deadlock(_) | End::Livelock(_) | End::Panicked { .. } => {
                set_up(finish)
            }
        };
        self.board.execution.end = end;
        self.blocked = self.board.blocked();
        self.abort();
        &self.board.execution
    }

    /// What the threads were about to do that had not finished when the last execution ended, in
    /// order of thread. Empty if all finished.
    pub fn blocked(&self) -> &[(ThreadId, Pending)] {
        &self.blocked
    }

    /// The last execution.
    pub const fn execution(&self) -> &Execution {
        &self.board.execution
    }

    /// Says of the last execution, which is complete, that it only repeats another.
    pub(crate) fn discard(&mut self) {
        self.board.execution.end = End::Redundant;
    }

    /// Unwinds every thread that has not finished. An execution does that at its end; whoever
    /// catches a panic of a policy has to.
    pub(crate) fn abort(&mut self) {
        while let Some(thread) = self.crew.abort_one() {
            self.board.retire(thread, None);
        }
        tls::reset();
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.abort();
    }
}

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine")
            .field("limits", &self.board.limits)
            .finish_non_exhaustive()
    }
}

/// The coroutines, and the stacks that none of them uses.
#[derive(Default)]
struct Crew {
    /// By thread index; `None` is not started or finished.
    threads: Vec<Option<Thread>>,
    stacks: Vec<DefaultStack>,
}

impl Crew {
    /// Runs threads until the conductor says that the execution has ended, and how.
    fn run(&mut self) -> End {
        loop {
            while let Some(spawned) = tls::take_spawned() {
                self.start(spawned);
            }
            match tls::conduct(SchedulerHandle::next) {
                Next::End(end) => return end,
                Next::Step(go) => self.resume(go.thread, Resume::from(go)),
            }
            if let Some(failure) = tls::take_failure() {
                // What went wrong while deciding on a thread's stack is no fault of the thread.
                panic::resume_unwind(failure);
            }
        }
    }

    /// Starts a thread and lets it run to its first step.
    fn start(&mut self, Spawned { thread, body }: Spawned) {
        let index = thread.index();
        if self.threads.len() <= index {
            self.threads.resize_with(index + 1, || None);
        }
        let new_stack = || DefaultStack::new(STACK_BYTES).expect("memory for a stack");
        let stack = self.stacks.pop().unwrap_or_else(new_stack);
        let coroutine = Coroutine::with_stack(stack, move |yielder, _first: Resume| {
            tls::occupy(yielder, thread, body)
        });
        tls::conduct(|conductor| conductor.board.enlist(thread));
        self.threads[index] = Some(coroutine);
        tls::set_starting(true);
        let turn = WakeReason::Ready;
        self.resume(
            thread,
            Resume::Run {
                turn,
                alternative: 0,
            },
        );
        tls::set_starting(false);
        if self.threads[index].is_some() {
            tls::conduct(|conductor| {
                conductor.board.arrive(thread);
                conductor.board.take_facts();
            });
        }
    }

    /// Lets a coroutine go on to where it is suspended again, or to its end.
    fn resume(&mut self, thread: ThreadId, resume: Resume) {
        let coroutine = self.threads[thread.index()].as_mut();
        let coroutine = coroutine.expect("internal bug: only a live thread is resumed");
        tls::set_mode(Mode::Running);
        let result = coroutine.resume(resume);
        tls::set_mode(Mode::Idle);
        if let CoroutineResult::Return(panic) = result {
            self.dismiss(thread);
            tls::conduct(|conductor| {
                conductor.board.retire(thread, panic);
                conductor.board.complete();
            });
        }
    }

    fn dismiss(&mut self, thread: ThreadId) {
        let coroutine = self.threads[thread.index()].take();
        self.stacks.extend(coroutine.map(Coroutine::into_stack));
    }

    /// Unwinds one thread that has not finished.
    fn abort_one(&mut self) -> Option<ThreadId> {
        let index = self.threads.iter().position(Option::is_some)?;
        let coroutine = self.threads[index].as_mut()?;
        tls::set_mode(Mode::Aborting);
        let result = coroutine.resume(Resume::Abort);
        tls::set_mode(Mode::Idle);
        let returned = matches!(result, CoroutineResult::Return(_));
        assert!(
            returned,
            "internal bug: an aborted thread stopped at a step"
        );
        let thread = ThreadId::new(index);
        self.dismiss(thread);
        Some(thread)
    }
}

/// Runs a start-up that executions are to go on from: like [`set_up`], with no name given before.
///
/// # Panics
///
/// If an execution is running.
pub fn start_up<O>(body: impl FnOnce() -> O) -> O {
    assert_eq!(tls::mode(), Mode::Idle, "a start-up inside an execution");
    // Whoever ran here before may have left names: another start-up, or code outside of executions.
    tls::reset();
    set_up(body)
}

/// Runs code that takes steps outside of any execution: every step happens at once.
pub fn set_up<O>(body: impl FnOnce() -> O) -> O {
    struct Restore(Mode);
    impl Drop for Restore {
        fn drop(&mut self) {
            tls::set_mode(self.0);
        }
    }
    let restore = Restore(tls::mode());
    tls::set_mode(Mode::SetUp);
    let result = body();
    drop(restore);
    result
}
