//! What the sequences reached, so that a generator gone dull is noticed.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::run::say;

/// How many sessions a sequence has.
pub(crate) const SESSIONS: u8 = 4;

/// The same, for an array.
pub(crate) const THREADS_OF_SESSIONS: usize = 4;

/// A thread of no session, which is always free: it looks, and helps where all others wait.
pub(crate) const SPARE: u8 = SESSIONS;

/// Something that a sequence may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sight {
    /// A call that waits.
    Wait,
    /// A call that waited and went on.
    Granted,
    /// A call that waited and timed out.
    Expired,
    /// The rollback of a transaction that had changed something.
    Rollback,
    /// The commit of one that had.
    Commit,
    InUse,
    WrongSession,
    LifetimeMismatch,
    DynamicSessionInProgress,
    /// A callout was told something.
    Told,
    /// A callout refused a filter.
    Refused,
    ForcedAbort,
    Stop,
}

impl Sight {
    /// Those that at least a fifth of the sequences must reach.
    const COMMON: [Self; 4] = [Self::Wait, Self::Rollback, Self::InUse, Self::WrongSession];
}

/// How many sequences reached what.
#[derive(Debug, Default)]
pub(crate) struct Shares {
    sequences: u32,
    reached: BTreeMap<Sight, u32>,
}

impl Shares {
    pub(crate) fn count(&mut self, seen: &BTreeSet<Sight>) {
        self.sequences += 1;
        for sight in seen {
            *self.reached.entry(*sight).or_default() += 1;
        }
    }

    fn percent(&self, sight: Sight) -> f64 {
        let reached = self.reached.get(&sight).copied().unwrap_or_default();
        100.0 * f64::from(reached) / f64::from(self.sequences)
    }

    pub(crate) fn print(&self) {
        say(&format!(
            "{} sequences without a difference",
            self.sequences
        ));
        for sight in self.reached.keys() {
            say(&format!("{:5.1} % {sight:?}", self.percent(*sight)));
        }
    }

    pub(crate) fn assert_that_they_are_large(&self) {
        for sight in Sight::COMMON {
            let percent = self.percent(sight);
            assert!(percent >= 20.0, "only {percent:.1} % reach {sight:?}");
        }
    }
}
