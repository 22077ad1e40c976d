//! Stands between shuttle and one of its schedulers, so that the scheduler decides steps only.
//!
//! Shuttle asks at every switch who goes on. Most of these turns decide nothing: a thread runs to
//! its next step, or asks again whether it is ready. Those are given away here, in ascending order
//! of task; the scheduler is asked only who takes the next step, and of those that can.

use std::any::Any;
use std::panic;
use std::panic::AssertUnwindSafe;

use ::shuttle::scheduler::Schedule;
use ::shuttle::scheduler::Scheduler;
use ::shuttle::scheduler::Task;
use ::shuttle::scheduler::TaskId;

use crate::execution::Execution;

use super::Hidden;
use super::tls;
use super::tls::Next;

/// Takes a complete execution and the schedule by which shuttle can run it again; says whether
/// more are wanted.
pub(super) type Take = Box<dyn FnMut(Execution, &Schedule) -> bool>;

pub(super) struct Adaptor {
    pub(super) scheduler: Box<dyn Scheduler + Send>,
    pub(super) hidden: Hidden,
    pub(super) take: Take,
    /// All turns of the execution, hidden ones included, and its random numbers.
    pub(super) schedule: Schedule,
    /// The task that took the last step.
    pub(super) last: Option<TaskId>,
    /// How many tasks have had a turn. Invariant: those with the lowest ids.
    pub(super) seen: usize,
}

impl Adaptor {
    /// Chooses the next task. `runnable` is in ascending order.
    fn choose(&mut self, runnable: &[&Task]) -> TaskId {
        let tasks: Vec<usize> = runnable.iter().map(|task| task.id().into()).collect();
        match tls::next(&tasks) {
            Next::Hidden(position) => {
                let (task, number) = (runnable[position], tasks[position]);
                let new = number >= self.seen;
                self.seen = self.seen.max(number + 1);
                let shown = match self.hidden {
                    Hidden::Unseen => false,
                    Hidden::Starts => new,
                    Hidden::Seen => !tls::has_failed(),
                };
                if shown {
                    self.ask(&[task]);
                }
                tls::go_on(number);
                task.id()
            }
            Next::Step(enabled, quiescent) => {
                let can = |task: usize| {
                    let thread = tls::thread_of(task);
                    thread.is_some_and(|thread| enabled.contains(thread))
                };
                let candidates = runnable.iter().zip(&tasks).filter(|(_, task)| can(**task));
                let candidates: Vec<&Task> = candidates.map(|(task, _)| *task).collect();
                let chosen = self.ask(&candidates);
                let thread = tls::thread_of(chosen.into());
                let thread = thread.expect("internal bug: the main task takes no step");
                tls::begin(thread, (enabled, quiescent));
                self.last = Some(chosen);
                chosen
            }
        }
    }

    fn ask(&mut self, candidates: &[&Task]) -> TaskId {
        let chosen = self.scheduler.next_task(candidates, self.last, false);
        let chosen = chosen.expect("internal bug: a scheduler of shuttle's chooses");
        let offered = candidates.iter().any(|task| task.id() == chosen);
        assert!(offered, "internal bug: chose a task that was not offered");
        chosen
    }
}

/// Runs what must not panic through shuttle, which may be on the stack of code under test.
fn guarded<O>(body: impl FnOnce() -> O) -> Result<O, Box<dyn Any + Send>> {
    panic::catch_unwind(AssertUnwindSafe(body))
}

impl Scheduler for Adaptor {
    fn new_execution(&mut self) -> Option<Schedule> {
        let execution = tls::take_execution();
        let wanted = execution.is_none_or(|execution| (self.take)(execution, &self.schedule));
        if !wanted || tls::has_failed() {
            return None;
        }
        let schedule = self.scheduler.new_execution()?;
        tls::reset();
        self.schedule = schedule.clone();
        self.last = None;
        self.seen = 0;
        Some(schedule)
    }

    fn next_task(
        &mut self,
        runnable: &[&Task],
        _current: Option<TaskId>,
        _is_yielding: bool,
    ) -> Option<TaskId> {
        let chosen = guarded(|| self.choose(runnable)).unwrap_or_else(|failure| {
            // Everything unwinds now, whoever begins.
            tls::fail(failure);
            let first = runnable[0].id();
            tls::go_on(first.into());
            first
        });
        tls::enter(chosen.into());
        self.schedule.push_task(chosen);
        Some(chosen)
    }

    fn next_u64(&mut self) -> u64 {
        self.schedule.push_random();
        guarded(|| self.scheduler.next_u64()).unwrap_or_else(|failure| {
            tls::fail(failure);
            0
        })
    }
}
