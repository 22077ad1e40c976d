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
    /// A proof with sufficient waits, if the default bounds allow it.
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
        }
    }
}
