//! Circumstances in one word: a profile, the readings that differ from it, and the calls that fail.
//!
//! ```text
//! circumstances := PROFILE { '+' reading } { '+' fault }
//! reading       := QUESTION '=' READING
//! fault         := THREAD '.' OPERATION '.' OCCURRENCE '=' FAULT
//! ```
//!
//! `documented+notify-delete=deferred+1.commit.1=commit-fails`: the documented profile, but delete
//! notifications come late, and the first commit of thread 1 fails. Nothing in it needs quoting in
//! a shell or has a meaning in a token. One parser and one printer, for schedules, reports, the
//! command line and scenario files.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::execution::THREADS_MAX;
use crate::execution::ThreadId;
use crate::execution::Verb;

use super::CallKey;
use super::Circumstances;
use super::EngineFault;
use super::NamedProfile;
use super::Profile;
use super::Question;

/// Why a text is no circumstances. The message lists what is known.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CircumstancesError {
    /// No profile has this name.
    #[error("unknown profile `{0}`; known are documented, observed-windows")]
    Profile(String),
    /// The name stands for many profiles.
    #[error(
        "`adversarial` is no single profile: write documented or observed-windows, and the \
         readings that differ"
    )]
    Adversarial,
    /// It is neither a reading nor a fault.
    #[error(
        "`{0}` is neither a reading such as `notify-delete=deferred` nor the fault of a call such \
         as `1.commit.1=commit-fails`"
    )]
    Part(String),
    /// No question has this name.
    #[error("unknown question `{0}`; known are {known}", known = questions())]
    Question(String),
    /// The question has no such reading.
    #[error("`{question}` has no reading `{name}`; known are {known}", known = readings(*question))]
    Reading {
        /// The question.
        question: Question,
        /// The name.
        name: String,
    },
    /// A question or a call stands there twice.
    #[error("`{0}` stands there twice; remove one")]
    Twice(String),
    /// The thread or the occurrence is no number.
    #[error("`{0}` is not a call: expected THREAD.OPERATION.OCCURRENCE, such as `1.commit.1`")]
    Call(String),
    /// No call of this name can fail.
    #[error("no call `{0}` can fail; known are {known}", known = fallible())]
    Verb(String),
    /// A call cannot fail in this way.
    #[error("`{call}` cannot have the fault `{name}`; known are {known}", known = faults(*call))]
    Fault {
        /// The call.
        call: CallKey,
        /// The name of the fault.
        name: String,
    },
}

/// One reading of a question: `lock-mode=exclusive`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reading {
    /// The question.
    pub question: Question,
    /// Its place in [`Question::readings`].
    pub reading: u8,
}

impl Reading {
    /// The readings in which a profile differs from another, in order of question.
    pub fn differences(profile: &Profile, from: &Profile) -> Vec<Self> {
        let reading = |question| Self {
            question,
            reading: profile.reading(question),
        };
        profile.differences(from).into_iter().map(reading).collect()
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reading = self.question.readings()[usize::from(self.reading)];
        write!(f, "{}={reading}", self.question)
    }
}

impl FromStr for Reading {
    type Err = CircumstancesError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let part = || CircumstancesError::Part(text.to_owned());
        let (question, reading) = text.split_once('=').ok_or_else(part)?;
        Self::named(question, reading)
    }
}

impl Reading {
    /// The reading of these names.
    ///
    /// # Errors
    ///
    /// [`CircumstancesError::Question`] or [`CircumstancesError::Reading`], with what is known.
    pub fn named(question: &str, reading: &str) -> Result<Self, CircumstancesError> {
        let unknown = || CircumstancesError::Question(question.to_owned());
        let question = Question::named(question).ok_or_else(unknown)?;
        let unknown = || CircumstancesError::Reading {
            question,
            name: reading.to_owned(),
        };
        let reading = question.reading_named(reading).ok_or_else(unknown)?;
        Ok(Self { question, reading })
    }
}

impl fmt::Display for CallKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            thread,
            verb,
            occurrence,
        } = self;
        write!(f, "{thread}.{}.{occurrence}", verb.name())
    }
}

/// The named profile that the circumstances are nearest to: the documented one of two alike.
fn base(profile: &Profile) -> NamedProfile {
    let distance = |named: NamedProfile| profile.differences(&named.start()).len();
    let (documented, observed) = (NamedProfile::Documented, NamedProfile::ObservedWindows);
    if distance(observed) < distance(documented) {
        observed
    } else {
        documented
    }
}

impl fmt::Display for Circumstances {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base = base(&self.profile);
        f.write_str(base.name())?;
        for reading in Reading::differences(&self.profile, &base.start()) {
            write!(f, "+{reading}")?;
        }
        for (call, fault) in &self.faults {
            write!(f, "+{call}={}", fault.name())?;
        }
        Ok(())
    }
}

impl FromStr for Circumstances {
    type Err = CircumstancesError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split('+');
        let name = parts.next().unwrap_or_default();
        let unknown = || CircumstancesError::Profile(name.to_owned());
        let base = NamedProfile::named(name).ok_or_else(unknown)?;
        if base.explores() {
            return Err(CircumstancesError::Adversarial);
        }
        let mut circumstances = Self::of(base.start());
        let mut seen = BTreeSet::new();
        for part in parts {
            let whole = || CircumstancesError::Part(part.to_owned());
            let (left, right) = part.split_once('=').ok_or_else(whole)?;
            if !seen.insert(left) {
                return Err(CircumstancesError::Twice(left.to_owned()));
            }
            if left.contains('.') {
                let (call, fault) = parse_fault(left, right)?;
                circumstances.faults.insert(call, fault);
            } else {
                let Reading { question, reading } = Reading::named(left, right)?;
                let with = circumstances.profile.with(question, reading);
                circumstances.profile = with.expect("a reading that was found by its name");
            }
        }
        Ok(circumstances)
    }
}

fn parse_fault(text: &str, name: &str) -> Result<(CallKey, EngineFault), CircumstancesError> {
    let none = || CircumstancesError::Call(text.to_owned());
    let (thread, rest) = text.split_once('.').ok_or_else(none)?;
    let (verb, occurrence) = rest.split_once('.').ok_or_else(none)?;
    let thread: usize = thread.parse().map_err(|_| none())?;
    let occurrence: u32 = occurrence.parse().map_err(|_| none())?;
    if thread >= THREADS_MAX || occurrence == 0 {
        return Err(none());
    }
    let known = Verb::from_name(verb).filter(|verb| !EngineFault::of(*verb).is_empty());
    let call = CallKey {
        thread: ThreadId::new(thread),
        verb: known.ok_or_else(|| CircumstancesError::Verb(verb.to_owned()))?,
        occurrence,
    };
    if call.to_string() != text {
        // Signs and leading zeros are other ways to write the same; there is one way.
        return Err(none());
    }
    let fault = EngineFault::named(name).filter(|fault| EngineFault::of(call.verb).contains(fault));
    let unknown = || CircumstancesError::Fault {
        call,
        name: name.to_owned(),
    };
    Ok((call, fault.ok_or_else(unknown)?))
}

fn questions() -> String {
    let names: Vec<&str> = Question::ALL
        .iter()
        .map(|question| question.name())
        .collect();
    names.join(", ")
}

fn readings(question: Question) -> String {
    question.readings().join(", ")
}

fn fallible() -> String {
    let fails = |verb: &&Verb| !EngineFault::of(**verb).is_empty();
    let names: Vec<&str> = Verb::ALL
        .iter()
        .filter(fails)
        .map(|verb| verb.name())
        .collect();
    names.join(", ")
}

fn faults(call: CallKey) -> String {
    let names: Vec<&str> = EngineFault::of(call.verb)
        .iter()
        .map(|fault| fault.name())
        .collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        text.parse::<Circumstances>().unwrap_err().to_string()
    }

    #[test]
    fn circumstances_print_as_they_were_read() {
        for text in [
            "documented",
            "observed-windows",
            "documented+lock-mode=exclusive+notify-delete=deferred",
            "observed-windows+lock-mode=exclusive",
            "documented+1.commit.1=commit-fails",
            "documented+look-up=snapshot+0.add.2=no-memory+12.notify-delete.1=notification-lost",
        ] {
            let circumstances: Circumstances = text.parse().unwrap();
            assert_eq!(circumstances.to_string(), text);
        }
    }

    #[test]
    fn the_nearest_profile_is_named() {
        let observed = "documented+default-wait=100min+notify-delete=deferred+close-teardown=\
                        deferred+unregister=fails";
        let circumstances: Circumstances = observed.parse().unwrap();

        assert_eq!(circumstances.to_string(), "observed-windows");
    }

    #[test]
    fn each_wrong_part_is_named_with_what_is_known() {
        let cases = [
            ("real", "unknown profile `real`; known are documented, obs"),
            ("", "unknown profile ``"),
            (
                "adversarial",
                "`adversarial` is no single profile: write documented",
            ),
            ("documented+", "`` is neither a reading such as"),
            (
                "documented+notify-delete",
                "`notify-delete` is neither a reading",
            ),
            (
                "documented+notify=x",
                "unknown question `notify`; known are default-wait, lock",
            ),
            (
                "documented+look-up=x",
                "`look-up` has no reading `x`; known are takes-lock, snap",
            ),
            (
                "documented+look-up=snapshot+look-up=snapshot",
                "`look-up` stands there twice",
            ),
            (
                "documented+1.commit=x",
                "`1.commit` is not a call: expected THREAD.",
            ),
            ("documented+64.commit.1=x", "`64.commit.1` is not a call"),
            ("documented+1.commit.0=x", "`1.commit.0` is not a call"),
            (
                "documented+01.commit.1=commit-fails",
                "`01.commit.1` is not a call",
            ),
            (
                "documented+1.guard.1=x",
                "no call `guard` can fail; known are open, begin, commit",
            ),
            (
                "documented+1.commit.1=no-memory",
                "`1.commit.1` cannot have the fault `no-memory`; \
             known are commit-fails",
            ),
        ];
        for (text, message) in cases {
            let error = error(text);
            assert!(error.starts_with(message), "{text}: {error}");
        }
    }
}
