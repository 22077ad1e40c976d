//! What executions tell `tracing`, and when.

use std::io;
use std::io::Write;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::Mutex;

use selvedge::execution::Execution;
use selvedge::execution::FinalState;
use selvedge::execution::ObjectId;
use selvedge::execution::ObjectKind;
use selvedge::execution::Operation;
use selvedge::execution::ThreadId;
use selvedge::execution::Verb;
use selvedge::explore::Bounds;
use selvedge::explore::Coverage;
use selvedge::explore::DfsExplorer;
use selvedge::explore::Executions;
use selvedge::explore::Ran;
use selvedge::explore::Unwatched;
use selvedge::explore::Watch;
use selvedge::explore::go_through;
use selvedge::explore::search;
use selvedge::runtime::Runtime;
use selvedge::runtime::Shared;
use selvedge::runtime::Waits;
use selvedge::runtime::controlled::Controlled;
use selvedge::runtime::controlled::Finish;
use selvedge::runtime::controlled::System;

use crate::small::machine;

/// What has been logged so far.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// Listens while a body runs on this operating-system thread.
    fn listen<O>(&self, body: impl FnOnce() -> O) -> O {
        let lines = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || lines.clone())
            .with_ansi(false)
            .without_time()
            .finish();
        tracing::subscriber::with_default(subscriber, body)
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn store(shared: &Shared<Controlled, u32>) {
    let operation = Operation::on(Verb::Store, shared.id());
    Controlled::act(operation, (shared,), |(mut value,)| *value = 1);
}

/// One thread stores twice and calls `between` after the first.
fn two_stores(between: impl Fn() + Clone + Send + 'static) -> impl System {
    move || -> Finish {
        let id = ObjectId::initial(ObjectKind::Variable, 0);
        let shared = Shared::<Controlled, u32>::new(id, 0);
        let between = between.clone();
        Controlled::spawn(ThreadId::new(0), move || {
            store(&shared);
            between();
            store(&shared);
        });
        Box::new(FinalState::default)
    }
}

fn run(system: &dyn System) -> Execution {
    let mut executions = Vec::new();
    let watch: &mut dyn Watch = &mut Unwatched;
    let with = (&Bounds::default(), watch);
    let mut machine = machine(Waits::Sufficient);
    let tally = search(
        &mut machine,
        system,
        &mut DfsExplorer::default(),
        with,
        |execution| {
            executions.push(execution.clone());
            ControlFlow::Continue(())
        },
    );
    assert_eq!((tally.executions, tally.coverage), (1, Coverage::Exhausted));
    executions.remove(0)
}

const FIRST: &str = "step{index=1 thread=0}: selvedge::step: store variable 0 index=1";
const SECOND: &str = "step{index=2 thread=0}: selvedge::step: store variable 0 index=2";

/// Whatever the thread does next, even if it ends the process: the step before is in the log.
#[test]
fn a_step_is_told_before_its_thread_goes_on() {
    let lines = Lines::default();
    let seen = lines.clone();
    let system = two_stores(move || {
        let text = seen.text();
        assert!(text.contains(FIRST) && !text.contains(SECOND), "{text}");
    });
    let execution = lines.listen(|| run(&system));

    assert_eq!(execution.end, selvedge::execution::End::Finished);
    let text = lines.text();
    assert_eq!(
        (text.matches(FIRST).count(), text.matches(SECOND).count()),
        (1, 1),
        "{text}"
    );
}

/// The code under test sees no span of the search as the current one: nothing is entered while
/// coroutines switch.
#[test]
fn no_span_is_entered_while_a_thread_runs() {
    let lines = Lines::default();
    let system = two_stores(|| assert!(tracing::Span::current().is_none()));
    let execution = lines.listen(|| run(&system));

    assert_eq!(execution.end, selvedge::execution::End::Finished);
}

/// Executions of another runtime: complete when they arrive.
struct Arrived(Vec<Execution>, usize);

impl Executions for Arrived {
    fn advance(&mut self) -> bool {
        self.1 += 1;
        self.1 <= self.0.len()
    }

    fn run(&mut self) -> Option<Ran<'_>> {
        Some(Ran {
            execution: &self.0[self.1 - 1],
            native: None,
        })
    }

    fn coverage(&self) -> Coverage {
        Coverage::Exhausted
    }
}

#[test]
fn an_execution_of_another_runtime_is_told_when_it_arrives() {
    let mut arrived = Arrived(vec![run(&two_stores(|| ())); 2], 0);
    let lines = Lines::default();
    lines.listen(|| {
        let watch: &mut dyn Watch = &mut Unwatched;
        let with = (&Bounds::default(), watch);
        let tally = go_through(&mut arrived, with, |_| ControlFlow::Continue(()));
        assert_eq!((tally.executions, tally.coverage), (2, Coverage::Exhausted));
    });

    let text = lines.text();
    let ends: Vec<&str> = text
        .lines()
        .filter(|line| line.ends_with("finished"))
        .collect();
    assert_eq!(
        text.matches("TRACE execution{index=2}:step{").count(),
        2,
        "{text}"
    );
    assert_eq!(text.matches(SECOND).count(), 2, "{text}");
    assert_eq!(ends.len(), 2, "{text}");
}
