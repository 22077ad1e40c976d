//! Engines with a flaw: what the check of serial orders must notice.
//!
//! A saboteur stands between a thread and the mock and keeps some of its calls from it.

use selvedge::status::NtStatus;

use crate::reference::Call;
use crate::reference::Mode;
use crate::sequences::Brought;
use crate::sequences::Came;
use crate::sequences::Defect;

use super::program::Unit;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// The reference has a defect.
    Reference(Defect),
    /// The mock has one.
    Mock(Sabotage),
}

/// What the saboteur does to the calls of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sabotage {
    /// A transaction that will commit is never begun: its calls take effect one by one.
    NoTransactions,
    /// A read-only transaction is never begun: it locks nobody out.
    UnlockedReaders,
    /// A look-up returns what the thread saw there first.
    StaleLookUps,
}

impl Sabotage {
    pub(super) const ALL: [Self; 3] = [
        Self::NoTransactions,
        Self::UnlockedReaders,
        Self::StaleLookUps,
    ];
}

/// What a thread is told instead of what the mock would say; `None` if the call is made.
pub(super) fn instead(
    sabotage: Option<Sabotage>,
    unit: &Unit,
    call: Call,
    before: &[(Call, Came)],
) -> Option<Came> {
    let ends = matches!(call, Call::Begin(_) | Call::Commit);
    match (sabotage?, unit) {
        (Sabotage::NoTransactions, Unit::Explicit { mode, commits, .. }) => {
            let kept = ends && *commits && *mode == Mode::ReadWrite;
            kept.then(success)
        }
        (
            Sabotage::UnlockedReaders,
            Unit::Explicit {
                mode,
                commits,
                calls,
            },
        ) => {
            let reads = calls.iter().all(|call| matches!(call, Call::Get(_)));
            let kept = ends && *commits && *mode == Mode::ReadOnly && reads;
            kept.then(success)
        }
        (Sabotage::StaleLookUps, _) if matches!(call, Call::Get(_)) => {
            let mut before = before.iter();
            before
                .find(|(one, _)| *one == call)
                .map(|(_, came)| came.clone())
        }
        _ => None,
    }
}

fn success() -> Came {
    Came {
        status: NtStatus::SUCCESS,
        brought: Brought::Nothing,
    }
}
