//! What was seen, the way it was seen: `0xC022000E`, `errno 22`, `FwpmTransactionBegin failed with
//! status 0xC022000E`, `deadlock`.
//!
//! Every word that means something is a part; an execution has to show all parts. Words that mean
//! nothing here are passed over, because a line of a log has many.

use std::collections::BTreeSet;

use thiserror::Error;

use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Fact;
use crate::execution::Step;
use crate::execution::Verb;
use crate::property::Property;
use crate::property::Violation;
use crate::property::judge;
use crate::status::FWP_STATUSES;
use crate::status::NtStatus;

/// The words for an outcome, and the property that it breaks.
const WORDS: [(&str, Property); 19] = [
    ("deadlock", Property::NoDeadlock),
    ("deadlocks", Property::NoDeadlock),
    ("hang", Property::NoDeadlock),
    ("hangs", Property::NoDeadlock),
    ("hung", Property::NoDeadlock),
    ("stuck", Property::NoDeadlock),
    ("panic", Property::NoPanic),
    ("panics", Property::NoPanic),
    ("partial", Property::Atomicity),
    ("partly", Property::Atomicity),
    ("half", Property::Atomicity),
    ("orphan", Property::ErrorTruthfulness),
    ("orphaned", Property::ErrorTruthfulness),
    ("stale", Property::ErrorTruthfulness),
    ("leak", Property::ReferenceAccounting),
    ("leaks", Property::ReferenceAccounting),
    ("leaked", Property::ReferenceAccounting),
    ("irql", Property::KernelDiscipline),
    ("bugcheck", Property::KernelDiscipline),
];

/// The errno values by name.
const ERRNOS: [(&str, u32); 3] = [("EINVAL", 22), ("ENOMEM", 12), ("EPERM", 1)];

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Like {
    /// Statuses that a step failed with, or that were the cause of a failed call.
    statuses: BTreeSet<NtStatus>,
    /// Calls that failed: with one of the statuses, if there are any.
    calls: BTreeSet<&'static str>,
    /// Errnos that a call returned though it should not.
    errnos: BTreeSet<u32>,
    /// Properties that are broken.
    properties: BTreeSet<&'static str>,
}

/// A text says nothing that a trace can show.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "`{0}` is nothing that a trace shows: expected a status (0xC022000E, TXN_IN_PROGRESS), `errno \
     22`, a line of a log with one of them, or a word such as `deadlock`, `orphan`, `partial`, \
     `leak`, `irql`, or the name of a property"
)]
pub struct NotAlike(String);

impl Like {
    /// Reads what was seen.
    ///
    /// # Errors
    ///
    /// [`NotAlike`] if no word of it means anything.
    pub fn parse(text: &str) -> Result<Self, NotAlike> {
        let mut like = Self::default();
        let is_part = |character: char| character.is_alphanumeric() || "_-".contains(character);
        let mut words = text.split(|character| !is_part(character)).peekable();
        while let Some(word) = words.next() {
            let is_errno = word.eq_ignore_ascii_case("errno");
            let number = words.peek().map(|next| next.trim_start_matches('-'));
            match number
                .and_then(|digits| digits.parse().ok())
                .filter(|_| is_errno)
            {
                Some(errno) => {
                    like.errnos.insert(errno);
                    words.next();
                }
                None => like.take_in(word),
            }
        }
        let says_nothing = like == Self::default();
        if says_nothing {
            Err(NotAlike(text.trim().to_owned()))
        } else {
            Ok(like)
        }
    }

    fn take_in(&mut self, word: &str) {
        let lower = word.to_ascii_lowercase();
        if let Some((_, errno)) = ERRNOS.iter().find(|(name, _)| *name == word) {
            self.errnos.insert(*errno);
        } else if let Some(status) = status(word) {
            self.statuses.insert(status);
        } else if let Some(call) = call(&lower) {
            self.calls.insert(call);
        } else if let Some(property) = property(&lower) {
            self.properties.insert(property.name());
        }
    }

    /// Whether the trace of an execution shows it.
    pub fn is_shown(&self, execution: &Execution) -> bool {
        let calls = self.calls.iter().all(|call| self.fails(execution, call));
        let statuses = self.statuses.iter();
        let mut statuses = statuses.filter(|_| self.calls.is_empty());
        calls
            && statuses.all(|status| shows(execution, *status))
            && self.errnos.iter().all(|errno| returns(execution, *errno))
            && self.breaks(execution)
    }

    /// Whether a violation is what was seen, and not another of the same execution.
    pub(super) fn means(&self, violation: &Violation) -> bool {
        let status = violation.status;
        self.properties.contains(violation.property.name())
            || status.is_some_and(|status| self.statuses.contains(&status))
    }

    fn fails(&self, execution: &Execution, call: &str) -> bool {
        let alike =
            |failure: NtStatus| self.statuses.is_empty() || self.statuses.contains(&failure);
        let is_meant = |step: &Step| {
            step.operation.verb.title() == call && step.result.failure().is_some_and(alike)
        };
        execution.steps.iter().any(is_meant)
    }

    fn breaks(&self, execution: &Execution) -> bool {
        if self.properties.is_empty() {
            return true;
        }
        let stuck = matches!(execution.end, End::Deadlock(_));
        let broken = judge(execution);
        self.properties.iter().all(|name| {
            let deadlock = *name == Property::NoDeadlock.name();
            (deadlock && stuck) || broken.iter().any(|it| it.property.name() == *name)
        })
    }
}

/// A status by value, by name, or by the value or name of its twin in user mode.
fn status(word: &str) -> Option<NtStatus> {
    let upper = word.to_ascii_uppercase();
    if let Some(digits) = upper.strip_prefix("0X") {
        let value = u32::from_str_radix(digits, 16).ok()?;
        let twin = FWP_STATUSES.iter().find(|row| row.twin == Some(value));
        let status = NtStatus::from_value(twin.map_or(value, |row| row.value));
        return (!status.is_success()).then_some(status);
    }
    let named = upper.strip_prefix("FWP_E_").unwrap_or(&upper);
    // A word in small letters is prose: `timeout` is not, but `busy` might be.
    let is_symbol = word == upper && word.len() > 3;
    NtStatus::from_symbol(named).filter(|status| is_symbol && !status.is_success())
}

/// A call of the engine or the kernel, with or without the digit that its name ends with.
fn call(lower: &str) -> Option<&'static str> {
    let mut verbs = Verb::ALL.iter().map(|verb| verb.title());
    verbs.find(|title| {
        let title = title.to_ascii_lowercase();
        title.len() > 6 && !title.contains(' ') && lower.trim_end_matches('0') == title
    })
}

fn property(lower: &str) -> Option<Property> {
    let by_word = WORDS.iter().find(|(word, _)| *word == lower);
    by_word
        .map(|(_, property)| *property)
        .or_else(|| Property::named(lower))
}

/// Whether a step fails with a status, or a call returns because of it.
fn shows(execution: &Execution, status: NtStatus) -> bool {
    let mut steps = execution.steps.iter();
    let mut facts = execution.facts.iter();
    steps.any(|step| step.result.failure() == Some(status))
        || facts
            .any(|record| matches!(record.fact, Fact::CallReturns { cause, .. } if cause == status))
}

/// Whether a call returns an errno that it should not.
fn returns(execution: &Execution, wanted: u32) -> bool {
    execution.facts.iter().any(|record| {
        matches!(
            record.fact,
            Fact::CallReturns { errno, expected, .. } if errno == wanted && errno != expected
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::report::sample;

    use super::*;

    fn is_shown(text: &str) -> bool {
        Like::parse(text).unwrap().is_shown(&sample::race())
    }

    #[test]
    fn the_race_is_known_by_each_of_its_signs() {
        for text in [
            "0xC022000E",
            "0xc022000e",
            "0x8032000E",
            "TXN_IN_PROGRESS",
            "STATUS_FWP_TXN_IN_PROGRESS",
            "FWP_E_TXN_IN_PROGRESS",
            "errno 22",
            "errno=-22",
            "EINVAL",
            "FwpmTransactionBegin0 failed",
            "[12:00:01] FwpmTransactionBegin failed with status 0xC022000E",
            "succeeds-alone",
        ] {
            assert!(is_shown(text), "{text}");
        }
    }

    #[test]
    fn what_it_does_not_show_is_no_sign_of_it() {
        for text in [
            "0xC0220012",
            "errno 12",
            "FwpmTransactionBegin failed with status 0xC0220012",
            "FwpmTransactionCommit failed with status 0xC022000E",
            "deadlock",
            "TXN_IN_PROGRESS and then a hang",
        ] {
            assert!(!is_shown(text), "{text}");
        }
    }

    #[test]
    fn a_text_that_says_nothing_is_refused_with_what_would_say_something() {
        for text in ["", "it does not work", "0x0", "STATUS_SUCCESS", "errno"] {
            let refused = Like::parse(text).unwrap_err().to_string();
            assert!(refused.contains("expected a status"), "{refused}");
        }
    }
}
