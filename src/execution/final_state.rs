//! What is left when every thread has stopped.

use super::ThreadId;

/// A filter context of the driver, at rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContextAtRest {
    /// Which context: the number its filters carry as raw context.
    pub context: u32,
    /// How many filters it is made of.
    pub filters: u32,
    /// Its reference count.
    pub references: u32,
    /// Whether it is on its provider's list.
    pub listed: bool,
    /// Whether its memory was given back.
    pub freed: bool,
}

/// A hook provider, at rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderAtRest {
    /// Which provider: the index of its attach type.
    pub provider: u16,
    /// The count of its rundown reference.
    pub rundown: u32,
    /// How many of its filter contexts are alive.
    pub contexts: u32,
    /// Whether a thread still holds its lock.
    pub locked: bool,
}

/// The committed filters of one filter context, at rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FilterAtRest {
    /// Their raw context: the filter context they belong to.
    pub context: u32,
    /// How many there are. Never 0.
    pub filters: u32,
}

/// A link object, at rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkAtRest {
    /// Which link, by its index in the scenario.
    pub link: u16,
    /// Whether it is attached.
    pub attached: bool,
    /// Whether an NMR binding exists.
    pub bound: bool,
    /// How often its program counts as attached.
    pub attach_count: u32,
}

/// What is left when every thread has stopped: nothing here is in motion.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FinalState {
    /// Every filter context ever made, in order of number.
    pub contexts: Vec<ContextAtRest>,
    /// The hook providers in use, in order of index.
    pub providers: Vec<ProviderAtRest>,
    /// The committed filters, in order of context.
    pub filters: Vec<FilterAtRest>,
    /// The links of the scenario, in order of index.
    pub links: Vec<LinkAtRest>,
    /// How many transactions are still open.
    pub transactions_open: u32,
    /// How many allocations of the driver (clients, work items) were never given back.
    pub leaked: u32,
    /// What the look at the end of a program panicked with, if it did.
    pub objection: Option<String>,
    /// What a small program leaves in its variables, in order of index.
    pub values: Vec<(ThreadId, u32)>,
}
