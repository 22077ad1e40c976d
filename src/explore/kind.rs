//! The explorers by name.

/// Who chooses the schedules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ExplorerKind {
    /// Partial-order reduction: about one execution for each class of equivalent ones.
    Dpor,
    /// Every schedule: the oracle.
    Dfs,
    /// A random schedule each time.
    Random,
}

impl ExplorerKind {
    /// All explorers, the default first.
    pub const ALL: [Self; 3] = [Self::Dpor, Self::Dfs, Self::Random];

    /// The name on the command line and in a report.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dpor => "dpor",
            Self::Dfs => "dfs",
            Self::Random => "random",
        }
    }

    /// What it does, in a sentence.
    pub const fn summary(self) -> &'static str {
        match self {
            Self::Dpor => "source sets and sleep sets: proves, with few executions",
            Self::Dfs => "every schedule, no reduction: proves small models, checks the others",
            Self::Random => "random schedules from a seed: samples what cannot be exhausted",
        }
    }
}
