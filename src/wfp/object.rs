//! The objects of the engine, as plain values.

use super::FilterId;
use super::Key;
use super::SessionId;

/// How long an object lives, if nobody deletes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lifetime {
    /// For ever: it came with the engine and cannot be deleted.
    BuiltIn,
    /// Across restarts of the engine.
    Persistent,
    /// As long as the engine runs.
    Static,
    /// As long as this session.
    Dynamic(SessionId),
}

/// A provider: whose policy an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provider {
    /// Its key.
    pub key: Key,
    /// Whether `displayData.name` is there.
    pub named: bool,
    /// How long it lives.
    pub lifetime: Lifetime,
}

/// A sublayer: a group of filters with a weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sublayer {
    /// Its key.
    pub key: Key,
    /// Whether `displayData.name` is there.
    pub named: bool,
    /// Its provider, if any.
    pub provider: Option<Key>,
    /// How long it lives.
    pub lifetime: Lifetime,
}

/// A callout: the management object for functions that a driver registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Callout {
    /// Its key.
    pub key: Key,
    /// Whether `displayData.name` is there.
    pub named: bool,
    /// Its provider, if any.
    pub provider: Option<Key>,
    /// The layer it applies to.
    pub layer: Key,
    /// How long it lives.
    pub lifetime: Lifetime,
}

/// A filter. Conditions and weights are left out: nothing here classifies traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filter {
    /// Its run-time identifier, which the engine assigns.
    pub id: FilterId,
    /// Whether `displayData.name` is there.
    pub named: bool,
    /// Its provider, if any.
    pub provider: Option<Key>,
    /// The layer it is in.
    pub layer: Key,
    /// The sublayer it is in; `None` is the built-in default.
    pub sublayer: Option<Key>,
    /// The callout that its action names, if it is a callout action.
    pub callout: Option<Key>,
    /// The context that the callout gets to see.
    pub raw_context: u32,
    /// How long it lives.
    pub lifetime: Lifetime,
}
