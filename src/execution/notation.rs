//! The one-line notation of a step: `0:begin`, `1:begin!TXN_IN_PROGRESS`, `2:fault=1`.
//!
//! ```text
//! step := THREAD ':' VERB [ '=' ALTERNATIVE ] [ '!' STATUS ]
//! ```
//!
//! `THREAD` and `ALTERNATIVE` are decimal, `VERB` is a name of [`Verb`], `STATUS` the symbol of a
//! failing status without `STATUS_FWP_`, or its value as `0x` and eight digits. Alternative 0 is
//! not written. One parser and one printer, used by tests, reports and schedule files alike.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::status::NtStatus;

use super::Decision;
use super::Step;
use super::THREADS_MAX;
use super::ThreadId;
use super::Verb;
use super::excerpt;

/// What the notation says of one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepNote {
    /// Who steps, and which alternative.
    pub decision: Decision,
    /// What the step does.
    pub verb: Verb,
    /// The status with which it fails, if it fails.
    pub failure: Option<NtStatus>,
}

/// Why a text is not a step.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NotationError {
    /// There is no `:` after the thread.
    #[error("`{0}` is not a step: expected THREAD:OPERATION, such as `0:begin`")]
    Shape(String),
    /// The thread is not a number, or too large.
    #[error("`{0}` is not a thread: expected a number from 0 to {max}", max = THREADS_MAX - 1)]
    Thread(String),
    /// No operation has this name.
    #[error("unknown operation `{0}`")]
    Verb(String),
    /// The alternative is not a number below 256.
    #[error("`{0}` is not an alternative: expected a number from 0 to 255")]
    Alternative(String),
    /// No status has this name.
    #[error("unknown status `{0}`: expected a name such as `TXN_IN_PROGRESS`, or 0x and 8 digits")]
    Status(String),
}

impl StepNote {
    /// The note of a recorded step.
    pub fn of(step: &Step) -> Self {
        let decision = Decision {
            thread: step.thread,
            alternative: step.alternative,
        };
        Self {
            decision,
            verb: step.operation.verb,
            failure: step.result.failure(),
        }
    }
}

impl fmt::Display for StepNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.decision.thread, self.verb.name())?;
        if self.decision.alternative > 0 {
            write!(f, "={}", self.decision.alternative)?;
        }
        match self.failure {
            Some(status) => write!(f, "!{}", status.short()),
            None => Ok(()),
        }
    }
}

impl FromStr for StepNote {
    type Err = NotationError;

    fn from_str(text: &str) -> Result<Self, NotationError> {
        let shape = || NotationError::Shape(excerpt(text));
        let (thread, rest) = text.split_once(':').ok_or_else(shape)?;
        let (rest, failure) = match rest.split_once('!') {
            Some((rest, status)) => (rest, Some(status_from_notation(status)?)),
            None => (rest, None),
        };
        let (verb, alternative) = match rest.split_once('=') {
            Some((verb, alternative)) => (verb, parse_alternative(alternative)?),
            None => (rest, 0),
        };
        let thread = parse_thread(thread)?;
        let verb = Verb::from_name(verb).ok_or_else(|| NotationError::Verb(excerpt(verb)))?;
        Ok(Self {
            decision: Decision {
                thread,
                alternative,
            },
            verb,
            failure,
        })
    }
}

/// A number as the notation writes it: digits only, no sign.
fn parse_digits(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn parse_thread(text: &str) -> Result<ThreadId, NotationError> {
    let index = parse_digits(text).filter(|&index| index < THREADS_MAX);
    index
        .map(ThreadId::new)
        .ok_or_else(|| NotationError::Thread(excerpt(text)))
}

fn parse_alternative(text: &str) -> Result<u8, NotationError> {
    let number = parse_digits(text).and_then(|number| u8::try_from(number).ok());
    number.ok_or_else(|| NotationError::Alternative(excerpt(text)))
}

/// Reads a status as the notation writes it: `TXN_IN_PROGRESS`, or `0x` and eight digits.
///
/// # Errors
///
/// [`NotationError::Status`] if it is neither.
pub fn status_from_notation(text: &str) -> Result<NtStatus, NotationError> {
    let hexadecimal = text.strip_prefix("0x").filter(|digits| digits.len() == 8);
    let value = hexadecimal.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let status = value
        .map(NtStatus::from_value)
        .or_else(|| NtStatus::from_symbol(text));
    status.ok_or_else(|| NotationError::Status(excerpt(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_prints_as_it_was_read() {
        for text in [
            "0:begin",
            "63:fault=1",
            "1:begin=1!TIMEOUT",
            "1:begin!TXN_IN_PROGRESS",
        ] {
            assert_eq!(
                text.parse::<StepNote>().map(|note| note.to_string()),
                Ok(text.to_owned())
            );
        }
    }

    #[test]
    fn each_part_is_refused_by_name() {
        let refused = |text: &str| text.parse::<StepNote>().unwrap_err();

        assert_eq!(refused("begin"), NotationError::Shape("begin".into()));
        assert_eq!(refused("64:begin"), NotationError::Thread("64".into()));
        assert_eq!(refused("+1:begin"), NotationError::Thread("+1".into()));
        assert_eq!(refused("0:bgin"), NotationError::Verb("bgin".into()));
        assert_eq!(
            refused("0:fault=256"),
            NotationError::Alternative("256".into())
        );
        assert_eq!(
            refused("0:begin!WHAT"),
            NotationError::Status("WHAT".into())
        );
    }
}
