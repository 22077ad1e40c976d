//! The shared objects that steps touch, by a name that no schedule can change.

use std::fmt;

/// What kind of thing an object is. The kind orders and names objects; it has no behaviour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ObjectKind {
    /// The open / not-open slot of an engine session.
    SessionSlot,
    /// The uncommitted writes of an engine session.
    SessionWrites,
    /// The engine's transaction lock.
    EngineLock,
    /// The committed objects of the engine.
    Committed,
    /// Which callouts have registered functions.
    CalloutFunctions,
    /// A filter: its name is its identifier.
    Filter,
    /// The lock a strategy puts around engine calls.
    StrategyLock,
    /// The push lock of a hook provider.
    ProviderLock,
    /// The list of live filter contexts of a hook provider.
    ProviderList,
    /// The rundown reference of a hook provider.
    ProviderRundown,
    /// A link object of the execution context.
    Link,
    /// An NMR binding between a link and a hook provider.
    Binding,
    /// The rundown reference of a hook client.
    ClientRundown,
    /// The clients of a filter context.
    ContextClients,
    /// The states of the filters of a filter context.
    ContextFilters,
    /// The reference count of a filter context.
    ContextReferences,
    /// A mutex of a small program.
    Mutex,
    /// A reader-writer lock of a small program.
    RwLock,
    /// A shared variable of a small program.
    Variable,
    /// A manual-reset event of a small program.
    Event,
}

impl ObjectKind {
    /// The kind in words, as a trace prints it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SessionSlot => "session",
            Self::SessionWrites => "writes",
            Self::EngineLock => "engine-lock",
            Self::Committed => "committed",
            Self::CalloutFunctions => "callout-functions",
            Self::Filter => "filter",
            Self::StrategyLock => "strategy-lock",
            Self::ProviderLock => "provider-lock",
            Self::ProviderList => "provider-list",
            Self::ProviderRundown => "provider-rundown",
            Self::Link => "link",
            Self::Binding => "binding",
            Self::ClientRundown => "client-rundown",
            Self::ContextClients => "context-clients",
            Self::ContextFilters => "context-filters",
            Self::ContextReferences => "context-references",
            Self::Mutex => "mutex",
            Self::RwLock => "rwlock",
            Self::Variable => "variable",
            Self::Event => "event",
        }
    }
}

/// A shared object: its kind, the thread that made it, and the how-manieth of that kind it was.
///
/// The three parts do not depend on the interleaving, so one object has one name in all executions
/// of a scenario. Objects made before the threads start have no thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    kind: ObjectKind,
    /// The index of the making thread plus one; 0 is the start-up.
    owner: u8,
    index: u16,
}

impl ObjectId {
    /// The object of this kind and index that exists before the threads start.
    pub const fn initial(kind: ObjectKind, index: u16) -> Self {
        Self {
            kind,
            owner: 0,
            index,
        }
    }

    /// The `index`-th object of this kind that the thread makes.
    pub const fn of_thread(kind: ObjectKind, thread: super::ThreadId, index: u16) -> Self {
        Self {
            kind,
            owner: thread.byte() + 1,
            index,
        }
    }

    /// The object of another kind with the same maker and index: the parts of one thing share them.
    #[must_use]
    pub const fn sibling(self, kind: ObjectKind) -> Self {
        Self { kind, ..self }
    }

    /// The kind.
    pub const fn kind(self) -> ObjectKind {
        self.kind
    }

    /// The how-manieth of its kind and maker it is, from 0.
    pub const fn index(self) -> u16 {
        self.index
    }

    /// Maker and index as one number: equal for the parts of one thing.
    pub fn serial(self) -> u32 {
        u32::from(self.owner) << 16 | u32::from(self.index)
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.owner {
            0 => write!(f, "{} {}", self.kind.name(), self.index),
            owner => write!(f, "{} {}.{}", self.kind.name(), owner - 1, self.index),
        }
    }
}
