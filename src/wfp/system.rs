//! The threads of the system: what the engine does later, or by itself.
//!
//! Each thread that calls has two threads of the system. One does what is left to it, in order:
//! notifications that come late, the end of a dynamic session whose close has returned, callbacks
//! about changes. The other is a watchdog: it watches the explicit transactions that its thread
//! began on user-mode sessions, the oldest first. Such a transaction may hold the lock for an hour,
//! and is aborted then. Source: Object Management,
//! <https://learn.microsoft.com/windows/win32/fwp/object-management>. They are two because what is
//! left to the first may wait for that very lock, and the hour passes all the same.
//!
//! There is no clock. That hour is a finite wait like any other: it runs out as the run's reading
//! of waits says, when nothing else can run or at any moment.
//!
//! A thread of the system starts with the first thing that is left to it and ends when its thread
//! has said that it makes no further calls ([`Engine::leave`]) and nothing is left. What a thread
//! of the system itself leaves to be done later, in a callback, it does itself.

use std::collections::VecDeque;
use std::fmt;

use crate::execution::ObjectKind;
use crate::execution::Operation;
use crate::execution::StepResult;
use crate::execution::ThreadId;
use crate::execution::Verb;
use crate::runtime::Recorded;
use crate::runtime::Runtime;
use crate::runtime::Shared;
use crate::runtime::Waiting;
use crate::runtime::WakeReason;
use crate::runtime::awaiting;

use super::Engine;
use super::Filter;
use super::session::Session;
use super::session::Staged;
use super::session::State;
use super::subscription::Event;
use super::transaction::roll_back;

/// Something to be done later.
pub(super) enum Task<R: Runtime> {
    /// Tell a callout of a deleted filter.
    Deleted(Filter),
    /// Delete the objects of a dynamic session.
    TearDown(Session<R>),
    /// Tell a subscriber of a change.
    Changed(Event),
    /// Abort the explicit transaction of a session, by its number, after an hour.
    Watch(Session<R>, u32),
}

/// Which of its two threads of the system a thread leaves something to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DeferredTask {
    /// The one that does what is done later.
    Later,
    /// The watchdog.
    Watch,
}

impl DeferredTask {
    /// Both.
    pub(super) const ALL: [Self; 2] = [Self::Later, Self::Watch];
}

impl<R: Runtime> Task<R> {
    const fn errand(&self) -> DeferredTask {
        match self {
            Self::Deleted(_) | Self::TearDown(_) | Self::Changed(_) => DeferredTask::Later,
            Self::Watch(..) => DeferredTask::Watch,
        }
    }
}

impl<R: Runtime> fmt::Debug for Task<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Deleted(_) => "Deleted",
            Self::TearDown(_) => "TearDown",
            Self::Changed(_) => "Changed",
            Self::Watch(..) => "Watch",
        })
    }
}

/// What is left to one thread of the system.
#[derive(Debug)]
pub(super) struct Queue<R: Runtime> {
    tasks: VecDeque<Task<R>>,
    /// Nobody adds to it any more.
    left: bool,
}

/// What a thread of the system does next.
enum Next<R: Runtime> {
    Do(Task<R>),
    /// The watched transaction has ended.
    Ended,
    /// The watched transaction was aborted, with what it had changed.
    Aborted(Vec<Staged>),
    /// Nothing any more.
    Leave,
}

impl<R: Runtime> Recorded for Next<R> {
    fn recorded(&self) -> StepResult {
        ().recorded()
    }
}

impl<R: Runtime> Engine<R> {
    /// Leaves something to the system. During the start-up it is done at once.
    pub(super) fn defer(&self, task: Task<R>) {
        let Some(thread) = R::current() else {
            if !matches!(task, Task::Watch(..)) {
                self.perform(task);
            }
            return;
        };
        let errand = task.errand();
        let own = &self.inner().own;
        if let Some(queue) = own.queue(errand) {
            let operation = Operation::on(Verb::Defer, queue.id());
            R::act(operation, (&queue,), |(mut queue,)| {
                queue.tasks.push_back(task);
            });
            return;
        }
        let queue = Queue {
            tasks: VecDeque::from([task]),
            left: false,
        };
        let queue = Shared::new(R::fresh(ObjectKind::SystemQueue), queue);
        own.set_queue(errand, Some(queue.clone()));
        let options = &self.inner().options;
        let first = match errand {
            DeferredTask::Later => options.system_threads,
            DeferredTask::Watch => options.watchdogs,
        };
        let first =
            first.expect("internal bug: a workload without room runs where nothing is late");
        let system = ThreadId::new(first + thread.index());
        let engine = self.clone();
        R::spawn(system, move || {
            for errand in DeferredTask::ALL {
                engine.inner().own.set_queue(errand, Some(queue.clone()));
            }
            engine.work(&queue);
        });
    }

    /// The calling thread makes no further calls: the threads of the system that do what was left
    /// to them may end. To be called at the end of every thread that calls the engine.
    pub fn leave(&self) {
        let own = &self.inner().own;
        for errand in DeferredTask::ALL {
            if let Some(queue) = own.queue(errand) {
                let operation = Operation::on(Verb::Leave, queue.id());
                R::act(operation, (&queue,), |(mut queue,)| queue.left = true);
                own.set_queue(errand, None);
            }
        }
    }

    /// The life of a thread of the system.
    fn work(&self, queue: &Shared<R, Queue<R>>) {
        let mut watched: VecDeque<(Session<R>, u32)> = VecDeque::new();
        loop {
            let next = match watched.front() {
                None => Self::next(queue),
                Some((session, begun)) => self.next_or_abort(queue, session, *begun),
            };
            match next {
                Next::Do(Task::Watch(session, begun)) => watched.push_back((session, begun)),
                Next::Do(task) => self.perform(task),
                Next::Ended => drop(watched.pop_front()),
                Next::Aborted(staged) => {
                    watched.pop_front();
                    self.rolled_back(&staged);
                }
                Next::Leave => return,
            }
        }
    }

    fn next(queue: &Shared<R, Queue<R>>) -> Next<R> {
        R::wait(
            Operation::on(Verb::SystemWork, queue.id()),
            (queue,),
            |(queue,)| queue.left || !queue.tasks.is_empty(),
            |(mut queue,)| queue.tasks.pop_front().map_or(Next::Leave, Next::Do),
        )
    }

    fn next_or_abort(
        &self,
        queue: &Shared<R, Queue<R>>,
        session: &Session<R>,
        begun: u32,
    ) -> Next<R> {
        R::step(
            Operation::on(Verb::Watchdog, session.slot.id()),
            Waiting::Finite,
            awaiting::<2, _>((queue, &session.slot, &session.writes, &self.inner().lock)),
            |(queue, slot, ..)| {
                let ended = slot.begun != begun || !matches!(slot.state, State::Open(_));
                ended || !queue.tasks.is_empty()
            },
            |(mut queue, mut slot, mut writes, mut lock), turn| {
                if turn == WakeReason::Expired {
                    let staged = roll_back(&mut slot, &mut writes, &mut lock);
                    slot.state = State::ForciblyAborted;
                    return Next::Aborted(staged);
                }
                let ended = slot.begun != begun || !matches!(slot.state, State::Open(_));
                if ended {
                    Next::Ended
                } else {
                    Next::Do(
                        queue
                            .tasks
                            .pop_front()
                            .expect("a task or the end was there"),
                    )
                }
            },
        )
    }

    fn perform(&self, task: Task<R>) {
        match task {
            Task::Deleted(filter) => self.tell_deleted(&filter),
            Task::TearDown(session) => self.tear_down(&session),
            Task::Changed(event) => self.tell_changed(&event),
            Task::Watch(..) => unreachable!("internal bug: a watch is kept by its thread"),
        }
    }
}
