//! What a line of a log claims, as a value: which call, which status, which outcome.
//!
//! A claim is a list of events, and one execution has to show them all; in which order is not
//! compared. It also holds what was passed over, so that a report can say so.

use std::fmt;

use thiserror::Error;

use crate::attach::CallKind;
use crate::execution::Misuse;
use crate::execution::Verb;
use crate::execution::excerpt;
use crate::property::Property;
use crate::property::Violation;
use crate::status::NtStatus;

use super::reading::Reading;

/// How many characters a line may have: one of a log has fewer.
const LINE_MAX: usize = 4_096;

/// How many problems a message names.
const PROBLEMS_MAX: usize = 3;

/// A call that models make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Callee {
    /// A call of the engine or the kernel, by a thread.
    Engine(Verb),
    /// A call of the scenario.
    Program(CallKind),
}

/// A call that the line names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Call {
    /// One that models make.
    Known(Callee),
    /// A function that no model has.
    Foreign(String),
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The call failed.
    Fails,
    /// The call succeeded.
    Succeeds,
    /// A wait of the call ran out.
    TimesOut,
    /// The call waits for something that never comes.
    Waits,
    /// A property of the whole execution is broken.
    Breaks(Property),
    /// Something is leaked.
    Leaks(Leak),
    /// A primitive of the kernel is misused.
    Misuses(Misuse),
}

impl Outcome {
    /// Whether it is said of a whole execution, and not of a call.
    pub(super) const fn is_of_all(self) -> bool {
        matches!(self, Self::Breaks(_) | Self::Leaks(_) | Self::Misuses(_))
    }
}

/// What is leaked, where the line says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leak {
    /// A reference that is never given back.
    Reference,
    /// Memory that is never freed.
    Memory,
    /// A transaction that nobody ends.
    Transaction,
}

impl Leak {
    const fn describe(self) -> &'static str {
        match self {
            Self::Reference => "a reference is leaked",
            Self::Memory => "memory is leaked",
            Self::Transaction => "a transaction is left open",
        }
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Event {
    /// The call it happened to; `None` is any.
    pub(super) call: Option<Call>,
    /// The status that the call returned.
    pub(super) status: Option<NtStatus>,
    /// The errno that the call returned.
    pub(super) errno: Option<u32>,
    /// What became of the call.
    pub(super) outcome: Option<Outcome>,
}

/// What a line of a log claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The events. Never empty.
    pub(super) events: Vec<Event>,
    passed: Vec<String>,
}

/// Why nothing can be looked for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NotUnderstood {
    /// A text says nothing that a trace can show.
    #[error(
        "`{0}` is nothing that a trace shows: expected a status (0xC022000E, TXN_IN_PROGRESS), \
         `errno 22`, a line of a log with one of them, or a word such as `deadlock`, `orphan`, \
         `partial`, `leak`, `irql`, or the name of a property"
    )]
    Nothing(String),
    /// It is longer than a line of a log is.
    #[error(
        "the text has {length} characters, at most {LINE_MAX} are read: pass one line of a log"
    )]
    TooLong {
        /// How many characters it has.
        length: usize,
    },
    /// Parts of it may say something, and it is not known what.
    #[error("`{line}` is not understood, so nothing was searched: {}", problems.join("; "))]
    Parts {
        /// The text.
        line: String,
        /// What is not understood, each with what to do about it. Never empty.
        problems: Vec<String>,
    },
}

impl Claim {
    /// Reads what a line claims.
    ///
    /// # Errors
    ///
    /// [`NotUnderstood`] if it claims nothing, if it is too long, or if a number, a symbol, a function or a word for an
    /// outcome in it is not understood.
    pub fn parse(line: &str) -> Result<Self, NotUnderstood> {
        let length = line.chars().count();
        if length > LINE_MAX {
            return Err(NotUnderstood::TooLong { length });
        }
        let reading = Reading::of(line);
        let mut problems = reading.problems;
        if !problems.is_empty() {
            problems.truncate(PROBLEMS_MAX);
            let line = excerpt(line.trim());
            return Err(NotUnderstood::Parts { line, problems });
        }
        let succeeds = |event: &Event| event.outcome == Some(Outcome::Succeeds);
        if reading.events.iter().all(succeeds) {
            return Err(NotUnderstood::Nothing(excerpt(line.trim())));
        }
        Ok(Self {
            events: reading.events,
            passed: reading.passed,
        })
    }

    /// What was passed over, each with what it was taken for; at the end all words that say nothing
    /// here. In the order of the line.
    pub fn passed_over(&self) -> &[String] {
        &self.passed
    }

    /// Whether a violation is what the line claims, and not another of the same execution.
    pub(super) fn means(&self, violation: &Violation) -> bool {
        self.events.iter().any(|event| match event.outcome {
            Some(Outcome::Breaks(property)) => violation.property == property,
            Some(Outcome::Waits) => violation.property == Property::NoDeadlock,
            Some(Outcome::Leaks(_)) => violation.property == Property::ReferenceAccounting,
            Some(Outcome::Misuses(misuse)) => violation.cause.contains(misuse.describe()),
            _ => violation.status.is_some() && violation.status == event.status,
        })
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, event) in self.events.iter().enumerate() {
            if place > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{event}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.outcome {
            Some(Outcome::Breaks(property)) => {
                return write!(f, "{} is broken", property.name());
            }
            Some(Outcome::Leaks(leak)) => return f.write_str(leak.describe()),
            Some(Outcome::Misuses(misuse)) => return f.write_str(misuse.describe()),
            _ => {}
        }
        match &self.call {
            Some(call) => write!(f, "{call}")?,
            None => f.write_str("some call")?,
        }
        match (self.status, self.errno, self.outcome) {
            (Some(status), Some(errno), _) => {
                write!(f, " returns errno {errno} because of {}", status.short())
            }
            (Some(status), None, _) => write!(f, " returns {}", status.short()),
            (None, Some(errno), _) => write!(f, " returns errno {errno}"),
            (None, None, Some(Outcome::Waits)) => f.write_str(" waits for ever"),
            (None, None, Some(Outcome::TimesOut)) => f.write_str(" times out"),
            (None, None, Some(Outcome::Succeeds)) => f.write_str(" succeeds"),
            (None, None, _) => f.write_str(" fails"),
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(Callee::Engine(verb)) => f.write_str(verb.title()),
            Self::Known(Callee::Program(CallKind::Attach)) => f.write_str("an attach"),
            Self::Known(Callee::Program(CallKind::Detach)) => f.write_str("a detach"),
            Self::Foreign(name) => f.write_str(name),
        }
    }
}
