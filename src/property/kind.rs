//! The properties by name.

/// A named predicate on an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Property {
    /// Run by itself, every call returns what the scenario says.
    SucceedsAlone,
    /// Every call returns what the scenario says, whatever the other threads do.
    NonInterference,
    /// No engine call runs inside a transaction that another thread began.
    SessionDiscipline,
    /// No attach is ever partly visible, and at rest neither is a detach.
    Atomicity,
    /// Success means that it was done, and failure that it was not.
    ErrorTruthfulness,
    /// At rest every reference count equals what refers to it.
    ReferenceAccounting,
    /// No kernel primitive is misused.
    KernelDiscipline,
    /// Some thread can always go on until all have finished.
    NoDeadlock,
    /// Threads that spin get on in the end.
    NoLivelock,
    /// No thread panics.
    NoPanic,
}

impl Property {
    /// All properties, in the order in which a report shows them: causes before consequences.
    pub const ALL: [Self; 10] = [
        Self::NoPanic,
        Self::NoDeadlock,
        Self::NoLivelock,
        Self::SucceedsAlone,
        Self::NonInterference,
        Self::SessionDiscipline,
        Self::Atomicity,
        Self::ErrorTruthfulness,
        Self::ReferenceAccounting,
        Self::KernelDiscipline,
    ];

    /// The name in scenario files, schedules and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SucceedsAlone => "succeeds-alone",
            Self::NonInterference => "non-interference",
            Self::SessionDiscipline => "session-discipline",
            Self::Atomicity => "atomicity",
            Self::ErrorTruthfulness => "error-truthfulness",
            Self::ReferenceAccounting => "reference-accounting",
            Self::KernelDiscipline => "kernel-discipline",
            Self::NoDeadlock => "no-deadlock",
            Self::NoLivelock => "no-livelock",
            Self::NoPanic => "no-panic",
        }
    }

    /// What it says, in a sentence.
    pub const fn summary(self) -> &'static str {
        match self {
            Self::SucceedsAlone => "run by itself, every call returns what the scenario says",
            Self::NonInterference => "every call returns that under every interleaving",
            Self::SessionDiscipline => {
                "no engine call runs inside a transaction that another thread began"
            }
            Self::Atomicity => {
                "no attach is ever partly visible; at rest a context is whole or gone"
            }
            Self::ErrorTruthfulness => {
                "an attach that returned 0 was committed, a detach that returned 0 left nothing"
            }
            Self::ReferenceAccounting => "at rest every count equals what refers to it",
            Self::KernelDiscipline => "IRQL, locks, references and memory are used as allowed",
            Self::NoDeadlock => "some thread can always go on until all have finished",
            Self::NoLivelock => "no threads spin for ever on what nobody will change",
            Self::NoPanic => "no thread panics",
        }
    }

    /// The property with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|property| property.name() == name)
    }
}
