//! The journal of an execution: its steps and its end as events of `tracing`, for whoever looks
//! into what a search does. Nothing reads it back: no verdict and no report depends on it.
//!
//! # What is told
//!
//! A search or a replay has a span, each execution in it a span `execution{index}`, each step in
//! that a span `step{index, thread}` with one event in a driver's words ([`StepDisplay`]). The
//! event has `index`, `thread`, `operation` (as a schedule writes it), `object` and `status` as
//! fields, too, since a filter may leave its spans out. A step that did what it was asked is told
//! at
//! `TRACE`, one that did not at `DEBUG`, and so is how the execution ended. The targets are
//! `selvedge::step` and `selvedge::execution`. Executions and steps count from 1, as in a lane
//! table. Other than the rest of this crate's messages, that of a step is not constant: what is
//! wanted here is the line that a driver would have logged.
//!
//! # One mechanism
//!
//! A journal is a plain value, and whoever knows the steps writes into it. The controlled runtime
//! writes each step right after it was taken and before its thread goes on, so that code which then
//! kills the process leaves every step it took. An execution that comes from elsewhere is complete
//! when it arrives, and the search writes its steps then.
//!
//! Spans are kept as values and entered only for as long as one event takes. So nothing that
//! `tracing` keeps for each operating-system thread is held while coroutines switch, and a filter
//! by span (`RUST_LOG='[check{strategy=push-lock}]=trace'`) still works.
//!
//! Whether anybody listens is asked once for each execution: one relaxed load. A step asks a
//! `bool`.

use tracing::Level;
use tracing::Span;
use tracing::level_filters::LevelFilter;

use super::Blocked;
use super::End;
use super::Execution;
use super::Step;
use super::step_display::Hexadecimal;
use super::step_display::StepDisplay;

/// Where the steps of one execution are told.
#[derive(Debug, Clone)]
pub struct Journal {
    /// The span of the search or replay.
    search: Span,
    /// The span of the execution.
    execution: Span,
    /// Whether anybody listened when the execution began.
    heard: bool,
}

impl Journal {
    /// A journal that takes nothing.
    pub const fn closed() -> Self {
        Self {
            search: Span::none(),
            execution: Span::none(),
            heard: false,
        }
    }

    /// The journal of the execution with this number, from 1, within the span of its search. It is
    /// closed if nobody listens.
    pub fn open(search: &Span, index: u64) -> Self {
        if LevelFilter::current() < LevelFilter::DEBUG {
            return Self::closed();
        }
        let make = || tracing::debug_span!(target: "selvedge::execution", "execution", index);
        Self {
            search: search.clone(),
            execution: search.in_scope(make),
            heard: true,
        }
    }

    /// Whether anybody listened when the execution began.
    pub const fn is_heard(&self) -> bool {
        self.heard
    }

    /// Tells a step; `index` counts from 1.
    pub fn step(&self, index: usize, step: &Step) {
        if self.heard {
            self.within(|| tell(index, step));
        }
    }

    /// Tells all steps of an execution that is over.
    pub fn steps(&self, execution: &Execution) {
        for (before, step) in execution.steps.iter().enumerate() {
            self.step(before + 1, step);
        }
    }

    /// Tells how the execution ended.
    pub fn end(&self, end: &End) {
        if self.heard {
            self.within(|| tell_end(end));
        }
    }

    /// Tells that the execution was cut off because it does not go on as recorded.
    pub fn diverged(&self) {
        if self.heard {
            self.within(|| {
                tracing::debug!(
                    target: "selvedge::execution",
                    "cut off: it does not go on as recorded"
                );
            });
        }
    }

    fn within(&self, tell: impl FnOnce()) {
        self.search.in_scope(|| self.execution.in_scope(tell));
    }
}

/// The event of a step, in its span.
macro_rules! told {
    ($level:expr, $index:ident, $thread:ident, $step:ident) => {
        tracing::event!(
            target: "selvedge::step",
            $level,
            index = $index,
            thread = $thread,
            operation = $step.operation.verb.name(),
            object = $step.operation.object.map(|object| object.to_string()),
            status = $step.result.failure().map(Hexadecimal).map(tracing::field::display),
            "{}",
            StepDisplay::of($step)
        )
    };
}

#[cold]
fn tell(index: usize, step: &Step) {
    let thread = step.thread.index();
    let span = tracing::trace_span!(target: "selvedge::step", "step", index, thread);
    span.in_scope(|| {
        if StepDisplay::of(step).is_as_asked() {
            told!(Level::TRACE, index, thread, step);
        } else {
            told!(Level::DEBUG, index, thread, step);
        }
    });
}

#[cold]
fn tell_end(end: &End) {
    const TARGET: &str = "selvedge::execution";
    match end {
        End::Finished => tracing::debug!(target: TARGET, "finished"),
        End::Deadlock(blocked) => {
            tracing::debug!(target: TARGET, threads = threads(blocked), "deadlocked");
        }
        End::Livelock(blocked) => {
            tracing::debug!(target: TARGET, threads = threads(blocked), "livelocked");
        }
        End::Panicked { thread, message } => {
            let thread = thread.index();
            tracing::debug!(target: TARGET, thread, said = message.as_str(), "panicked");
        }
        End::Redundant => tracing::debug!(target: TARGET, "cut off: it would repeat another"),
        End::StepLimit => tracing::debug!(target: TARGET, "cut off: too many steps"),
    }
}

fn threads(blocked: &[Blocked]) -> String {
    let threads = blocked.iter().map(|blocked| blocked.thread.to_string());
    threads.collect::<Vec<_>>().join(" ")
}
