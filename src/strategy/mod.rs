//! Strategies: how a pipeline holds engine handles and guards its transactions.
//!
//! A [`Strategy`] is a point of a small design space: whose handle an attach uses, what kind of
//! session the driver and the attach open, what lock is put around the engine calls, and how often
//! a refused begin is tried again. The real proposals of ebpf-for-windows are presets of it
//! ([`Strategy::PRESETS`]). A strategy is plain data; the pipelines act on it, the engine never
//! sees it.

mod preset;

use std::fmt;
use std::num::NonZeroU8;

use thiserror::Error;

use crate::execution::excerpt;

/// Whose engine handle an attach works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HandleScope {
    /// The one handle that the driver opens at start.
    Driver,
    /// One handle for each module of the driver, opened at start; the socket-address hooks share
    /// one.
    Module,
    /// One handle for each hook provider, opened at start.
    Provider,
    /// One handle for each filter context, opened by the attach and closed with the context.
    Context,
    /// One handle for each thread, opened at the thread's first call and closed at its end.
    Thread,
}

/// Whether what a session adds goes when the session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SessionKind {
    /// Objects stay until they are deleted.
    Static,
    /// Objects are deleted with the session.
    Dynamic,
}

/// What is held around the engine calls of an attach or detach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Guard {
    /// Nothing.
    None,
    /// One push lock for the whole driver.
    PushLock,
    /// One spin lock for the whole driver: it raises the IRQL.
    SpinLock,
}

/// A way to hold engine handles and to guard transactions: what is under test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Strategy {
    /// The name: a preset's, or your own.
    pub name: &'static str,
    /// What it is, in half a sentence.
    pub summary: &'static str,
    /// Where it was proposed.
    pub origin: &'static str,
    /// Whose handle an attach works on.
    pub scope: HandleScope,
    /// The kind of the session that the driver opens at start, for the objects all attaches share.
    pub driver_session: SessionKind,
    /// The kind of the sessions that the scope adds to it. No effect for [`HandleScope::Driver`].
    pub own_session: SessionKind,
    /// What is held around the engine calls.
    pub guard: Guard,
    /// How often a begin is tried before the attach gives up.
    pub attempts: NonZeroU8,
}

/// No preset has this name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown strategy `{name}`; known are {known}", known = Strategy::known_names())]
pub struct UnknownStrategy {
    name: String,
}

impl Strategy {
    /// The preset with this name, or `retry-N` with 1 to 9 attempts.
    ///
    /// # Errors
    ///
    /// [`UnknownStrategy`] if there is none.
    pub fn named(name: &str) -> Result<Self, UnknownStrategy> {
        if let Some(preset) = Self::PRESETS.iter().find(|preset| preset.name == name) {
            return Ok(*preset);
        }
        let unknown = || UnknownStrategy {
            name: excerpt(name),
        };
        let digits = name
            .strip_prefix("retry-")
            .filter(|digits| digits.len() == 1);
        let attempts = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        let attempts = attempts
            .and_then(|digits| digits.parse().ok())
            .ok_or_else(unknown)?;
        preset::retry(attempts)
            .filter(|retry| retry.name == name)
            .ok_or_else(unknown)
    }

    fn known_names() -> String {
        let names: Vec<&str> = Self::PRESETS.iter().map(|preset| preset.name).collect();
        format!("{}, and retry-N for 1 to 9 attempts", names.join(", "))
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_found_by_its_name() {
        for preset in Strategy::PRESETS {
            assert_eq!(Strategy::named(preset.name), Ok(*preset));
        }
    }

    #[test]
    fn retry_takes_its_attempts_from_the_name() {
        let attempts = |name| Strategy::named(name).map(|strategy| strategy.attempts.get());

        assert_eq!(attempts("retry"), Ok(5));
        assert_eq!(attempts("retry-3"), Ok(3));
        for name in [
            "retry-0", "retry-", "retry-+3", "retry-03", "retry-10", "lock", "",
        ] {
            assert!(attempts(name).is_err(), "{name}");
        }
    }
}
