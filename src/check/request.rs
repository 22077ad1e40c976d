//! How to check.

use crate::explore::Bounds;
use crate::explore::ExplorerKind;
use crate::runtime::Waits;
use crate::wfp::Scope;

/// How to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// How finite waits are read.
    pub waits: Waits,
    /// Which circumstances are gone through: those of the scenario if it is `None`.
    pub scope: Option<Scope>,
    /// Who chooses the schedules.
    pub explorer: ExplorerKind,
    /// What stops the search early.
    pub bounds: Bounds,
    /// What a random explorer draws with.
    pub seed: u64,
    /// What to keep beside the verdict.
    pub keep: Keep,
    /// Whether a search that saw everything is recounted.
    pub verify: bool,
    /// Who proves beside the explorer. Counts for [`ExplorerKind::Dpor`] only.
    pub proofs: Proofs,
}

/// How many explorers search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proofs {
    /// The explorer alone.
    Once,
    /// `source` too, when `dpor` has ended, on the same thread.
    InTurn,
    /// `source` too, at the same time, on a thread of its own.
    SideBySide,
}

/// What a check keeps beside its verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Keep {
    /// The set of outcomes, to compare explorers by.
    pub outcomes: bool,
    /// The schedule in the terms of the library that found it.
    pub native: bool,
}

impl Default for Request {
    /// A proof by two explorers with sufficient waits, if the default bounds allow it.
    fn default() -> Self {
        let explorer = ExplorerKind::Dpor;
        Self {
            waits: Waits::Sufficient,
            scope: None,
            explorer,
            bounds: Bounds::default(),
            seed: 0,
            keep: Keep::default(),
            verify: false,
            proofs: Proofs::InTurn,
        }
    }
}

impl Request {
    /// Whether `source` searches beside the explorer.
    pub(super) fn is_proved_twice(&self) -> bool {
        self.explorer == ExplorerKind::Dpor && self.proofs != Proofs::Once
    }
}
