//! Executions from a library that has a search loop of its own.
//!
//! Such a library calls the code under test as often as it likes and returns when it is done; a
//! search here asks for one execution at a time. So the library runs on an operating-system thread
//! of its own and hands its executions over in order. It may run ahead a little; what it ran ahead
//! when the search ends is dropped, so the number of executions seen does not depend on it.

use std::mem;
use std::panic;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::SyncSender;
use std::sync::mpsc::sync_channel;
use std::thread::Builder;
use std::thread::JoinHandle;

use tracing::Span;
use tracing::dispatcher;

use crate::execution::Execution;
use crate::explore::Coverage;
use crate::explore::Executions;
use crate::explore::NativeSchedule;
use crate::explore::Ran;

/// How many executions a library may run ahead.
const AHEAD: usize = 64;

/// One execution on its way.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) execution: Execution,
    pub(super) native: Option<NativeSchedule>,
}

/// Where a library's executions go.
#[derive(Debug, Clone)]
pub(super) struct Outlet(SyncSender<Sent>);

impl Outlet {
    /// Hands an execution over: `false` if nobody wants any more.
    pub(super) fn send(&self, sent: Sent) -> bool {
        self.0.send(sent).is_ok()
    }
}

/// The executions of a library's search.
#[derive(Debug)]
pub(super) struct ForeignSearch {
    receiver: Receiver<Sent>,
    /// What [`Executions::advance`] took in.
    next: Option<Sent>,
    thread: Option<JoinHandle<Coverage>>,
    /// How much the library says it has seen, when it is done.
    coverage: Option<Coverage>,
    /// The span that was current when the search was started.
    span: Span,
}

impl ForeignSearch {
    /// Starts a search, which is to end soon after [`Outlet::send`] says `false`, and returns how
    /// much of the space it has seen. Its executions belong to the span that is current now, and
    /// whoever listens to `tracing` here listens there.
    ///
    /// # Panics
    ///
    /// If the system has no thread to spare.
    pub(super) fn start(search: impl FnOnce(Outlet) -> Coverage + Send + 'static) -> Self {
        let (sender, receiver) = sync_channel(AHEAD);
        let listener = dispatcher::get_default(Clone::clone);
        let search = move || search(Outlet(sender));
        let thread = Builder::new()
            .name("selvedge search".to_owned())
            .spawn(move || dispatcher::with_default(&listener, search))
            .expect("an operating-system thread");
        Self {
            receiver,
            next: None,
            thread: Some(thread),
            coverage: None,
            span: Span::current(),
        }
    }

    /// Waits for the search to end. A panic of it goes on here.
    fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            let coverage = thread.join();
            self.coverage = Some(coverage.unwrap_or_else(|panic| panic::resume_unwind(panic)));
        }
    }
}

impl Executions for ForeignSearch {
    fn advance(&mut self) -> bool {
        self.next = self.receiver.recv().ok();
        if self.next.is_none() {
            self.join();
        }
        self.next.is_some()
    }

    fn run(&mut self) -> Option<Ran<'_>> {
        let sent = self.next.as_ref();
        let sent = sent.expect("internal bug: `advance` found an execution");
        Some(Ran {
            execution: &sent.execution,
            native: sent.native.as_ref(),
        })
    }

    fn coverage(&self) -> Coverage {
        self.coverage.expect("internal bug: the search has ended")
    }

    fn span(&self) -> Span {
        self.span.clone()
    }
}

impl Drop for ForeignSearch {
    fn drop(&mut self) {
        // Whoever sends now is told that nobody listens.
        let (_, nobody) = sync_channel(0);
        drop(mem::replace(&mut self.receiver, nobody));
        if let Some(thread) = self.thread.take() {
            // What a search says that nobody listens to is of no account.
            let _ignored = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::execution::ThreadId;

    use super::*;

    /// A search that hands over `total` executions, told apart by how they ended.
    fn counting(total: usize) -> ForeignSearch {
        ForeignSearch::start(move |outlet| {
            for index in 0..total {
                let mut execution = Execution::empty();
                execution.end = crate::execution::End::Panicked {
                    thread: ThreadId::new(0),
                    message: index.to_string(),
                };
                let native = None;
                if !outlet.send(Sent { execution, native }) {
                    return Coverage::Exhausted;
                }
            }
            Coverage::Exhausted
        })
    }

    #[test]
    fn executions_come_in_order_and_then_the_coverage() {
        let mut executions = counting(200);
        for index in 0..200 {
            assert!(executions.advance());
            let ended = crate::execution::End::Panicked {
                thread: ThreadId::new(0),
                message: index.to_string(),
            };
            assert_eq!(executions.run().unwrap().execution.end, ended);
        }
        assert!(!executions.advance());
        assert_eq!(executions.coverage(), Coverage::Exhausted);
    }

    /// Somebody who listens here hears the library, too.
    #[test]
    fn a_search_is_listened_to_by_whoever_listens_where_it_is_started() {
        let subscriber = tracing_subscriber::fmt().finish();
        tracing::subscriber::with_default(subscriber, || {
            let mut executions = ForeignSearch::start(|_| {
                assert!(tracing::enabled!(tracing::Level::INFO));
                Coverage::Exhausted
            });
            assert!(!executions.advance());
        });
    }

    #[test]
    fn a_search_that_nobody_listens_to_ends() {
        let mut executions = counting(usize::MAX);
        assert!(executions.advance());
        drop(executions);
    }
}
