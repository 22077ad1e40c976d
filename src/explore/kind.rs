//! The explorers by name.

/// Who chooses the schedules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ExplorerKind {
    /// Optimal partial-order reduction: one execution for each class of equivalent ones.
    Dpor,
    /// Partial-order reduction with source sets: simpler, an oracle of the first.
    Source,
    /// Iterative context bounding: one execution for each class, fewest preemptions first.
    Icb,
    /// Every schedule: the oracle.
    Dfs,
    /// A random schedule each time.
    Random,
    /// Loom: an exhaustive search of its own, for small systems.
    Loom,
    /// Shuttle's random scheduler.
    ShuttleRandom,
    /// Shuttle's probabilistic concurrency testing.
    ShuttlePct,
    /// Shuttle's uniform random walk.
    ShuttleUrw,
    /// Shuttle's depth-first search: every schedule.
    ShuttleDfs,
}

impl ExplorerKind {
    /// All explorers, the default first.
    pub const ALL: [Self; 10] = [
        Self::Dpor,
        Self::Source,
        Self::Icb,
        Self::Dfs,
        Self::Random,
        Self::Loom,
        Self::ShuttleRandom,
        Self::ShuttlePct,
        Self::ShuttleUrw,
        Self::ShuttleDfs,
    ];

    /// The name on the command line and in a report.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dpor => "dpor",
            Self::Source => "source",
            Self::Icb => "icb",
            Self::Dfs => "dfs",
            Self::Random => "random",
            Self::Loom => "loom",
            Self::ShuttleRandom => "shuttle-random",
            Self::ShuttlePct => "shuttle-pct",
            Self::ShuttleUrw => "shuttle-urw",
            Self::ShuttleDfs => "shuttle-dfs",
        }
    }

    /// What it does, in a sentence.
    pub const fn summary(self) -> &'static str {
        match self {
            Self::Dpor => "wakeup trees: proves, with one execution for each class",
            Self::Source => "source sets and sleep sets: proves, may begin executions in vain",
            Self::Icb => "every class by its preemptions, fewest first: proves, or up to a bound",
            Self::Dfs => "every schedule, no reduction: proves small models, checks the others",
            Self::Random => "random schedules from a seed: samples what cannot be exhausted",
            Self::Loom => "loom's own search: a second opinion on small models, up to 4 threads",
            Self::ShuttleRandom => "shuttle's random scheduler: samples",
            Self::ShuttlePct => "shuttle's probabilistic concurrency testing, depth 3: samples",
            Self::ShuttleUrw => "shuttle's uniform random walk: samples",
            Self::ShuttleDfs => "shuttle's depth-first search: every schedule, no reduction",
        }
    }

    /// Whether it runs on the controlled runtime of this crate.
    pub const fn is_own(self) -> bool {
        matches!(
            self,
            Self::Dpor | Self::Source | Self::Icb | Self::Dfs | Self::Random
        )
    }

    /// Whether it is in this build: those of loom and shuttle come with the feature
    /// `second-opinions`. Where one is missing, it can be asked for and finds every system
    /// [unsuitable](super::Unsuitability::NotBuiltIn).
    pub const fn is_built_in(self) -> bool {
        self.is_own() || cfg!(feature = "second-opinions")
    }

    /// Whether it takes one execution for each class of equivalent ones, and no more.
    pub const fn reduces(self) -> bool {
        matches!(self, Self::Dpor | Self::Source | Self::Icb)
    }

    /// Whether it draws schedules at random, so that it never exhausts a system.
    pub const fn samples(self) -> bool {
        match self {
            Self::Random | Self::ShuttleRandom | Self::ShuttlePct | Self::ShuttleUrw => true,
            Self::Dpor | Self::Source | Self::Icb | Self::Dfs | Self::Loom | Self::ShuttleDfs => {
                false
            }
        }
    }

    /// After how many executions it ends if nobody says otherwise: few where each is dear.
    pub const fn executions_default(self) -> u64 {
        match self {
            Self::Dpor | Self::Source | Self::Icb | Self::Dfs | Self::Random => 1_000_000,
            Self::Loom | Self::ShuttleDfs => 200_000,
            Self::ShuttleRandom | Self::ShuttlePct | Self::ShuttleUrw => 10_000,
        }
    }
}
