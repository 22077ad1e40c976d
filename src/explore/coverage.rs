//! How much of the space a search has seen, and what stopped it.

use std::fmt;

use crate::execution::Execution;
use crate::execution::Looping;

/// A bound that stopped a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// The number of executions, redundant ones included.
    Executions(u64),
    /// The number of steps of one execution: at least one was cut off.
    Steps(u32),
    /// The number of preemptions of one execution: what needs more was not seen.
    Preemptions(u32),
    /// The number of prefixes that a search keeps.
    Prefixes(usize),
    /// The time the caller gave.
    Time,
    /// The search was to stop at the first violation.
    FirstViolation,
    /// The bound on the steps of one execution under loom.
    LoomSteps(u32),
    /// A finite wait would have run out because nothing else could run, which loom has no way to
    /// express.
    FiniteWait,
    /// The library said something that was not foreseen.
    Library(&'static str),
    /// A recount that differs from the search: no verdict rests on either.
    Recount,
    /// A finding that did not replay on the controlled runtime: no verdict rests on it.
    Unconfirmed,
    /// Two executions that made the same choices and differ: no verdict rests on such a system.
    NotDeterministic,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Executions(1) => f.write_str("1 execution"),
            Self::Executions(bound) => write!(f, "{bound} executions"),
            Self::Steps(1) => f.write_str("1 step"),
            Self::Steps(bound) => write!(f, "{bound} steps"),
            Self::Preemptions(1) => f.write_str("1 preemption"),
            Self::Preemptions(bound) => write!(f, "{bound} preemptions"),
            Self::Prefixes(bound) => write!(f, "{bound} prefixes in memory"),
            Self::Time => f.write_str("time"),
            Self::FirstViolation => f.write_str("first violation"),
            Self::LoomSteps(bound) => write!(f, "{bound} steps under loom"),
            Self::FiniteWait => f.write_str("a finite wait ran out, which loom cannot express"),
            Self::Library(library) => write!(f, "{library} stopped"),
            Self::Recount => f.write_str("a recount that differs"),
            Self::Unconfirmed => f.write_str("a finding that does not replay"),
            Self::NotDeterministic => f.write_str("a system that is not deterministic"),
        }
    }
}

/// How much of the space a search has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Coverage {
    /// All of it.
    Exhausted,
    /// What fits below a bound.
    Bounded(Limit),
    /// A random sample.
    Sampled {
        /// What the sample was drawn with.
        seed: u64,
        /// How many executions it has.
        executions: u64,
    },
    /// None: the explorer cannot run this system.
    Unsuitable(Unsuitability),
}

/// Why an explorer cannot run a system. Known before the first execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Unsuitability {
    /// It has too few threads.
    Threads {
        /// How many the system needs, deferred work included.
        needs: usize,
        /// How many there are.
        has: usize,
    },
    /// An environment variable that the library reads, and that nobody else can overrule.
    Environment(&'static str),
    /// The library is not in this build of the crate.
    NotBuiltIn,
}

impl fmt::Display for Unsuitability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Threads { needs, has } => write!(f, "{needs} threads, takes at most {has}"),
            Self::Environment(variable) => write!(f, "{variable} is set: unset it"),
            Self::NotBuiltIn => f.write_str("built without the feature `second-opinions`"),
        }
    }
}

/// What stops a search early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// After how many executions, redundant ones included.
    pub executions_max: u64,
    /// After how many steps one execution is cut off.
    pub steps_max: u32,
    /// The most preemptions of one execution, for an explorer that goes by them; `None` is any
    /// number.
    pub preemptions_max: Option<u32>,
    /// Whether the first violation stops it.
    pub fail_fast: bool,
}

impl Default for Bounds {
    /// Enough for every model here under `dpor`, and few enough that `dfs` returns.
    fn default() -> Self {
        Self {
            executions_max: 1_000_000,
            steps_max: 10_000,
            preemptions_max: None,
            fail_fast: false,
        }
    }
}

/// Looks on while a search runs: shows progress, and may end it.
pub trait Watch {
    /// Called now and then with the number of executions so far. `false` ends the search with
    /// [`Limit::Time`].
    fn go_on(&mut self, executions: u64) -> bool;

    /// Sees an execution that the bound on steps has cut off.
    fn cut_off(&mut self, _execution: &Execution) {}
}

/// Looks on for the first execution that is cut off.
#[derive(Debug, Clone, Default)]
pub(crate) struct FirstCutOff {
    /// The threads that loop in it; `None` if none was cut off.
    pub(crate) loops: Option<Vec<Looping>>,
}

impl Watch for FirstCutOff {
    fn go_on(&mut self, _executions: u64) -> bool {
        true
    }

    fn cut_off(&mut self, execution: &Execution) {
        self.loops.get_or_insert_with(|| Looping::all(execution));
    }
}

/// Looks on without a word.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn go_on(&mut self, _executions: u64) -> bool {
        true
    }
}
