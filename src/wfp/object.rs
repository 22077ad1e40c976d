//! The objects of the engine, as plain values.
//!
//! One type stands for what a caller asks to add and for what the engine then has: the engine fills
//! in what it assigns (keys and identifiers left zero, the lifetime) and leaves the rest. Left out:
//! conditions, weights' order, security descriptors: nothing here classifies traffic.

use super::FilterFlags;
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
    /// A filter that is in force from the start of TCP/IP until the engine runs. The stored object
    /// lives like a persistent one.
    BootTime,
    /// As long as the engine runs.
    Static,
    /// As long as this session.
    Dynamic(SessionId),
}

/// How a provider's service starts: whether its persistent objects come back with the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Service {
    /// It names none: its objects come back.
    #[default]
    Unnamed,
    /// It starts with the system: its objects come back.
    AutoStart,
    /// It starts when somebody asks: its objects do not come back.
    OnDemand,
}

/// A provider: whose policy an object is (`FWPM_PROVIDER0`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provider {
    /// Its key; [`Key::ZERO`] asks for one.
    pub key: Key,
    /// Whether `displayData.name` is there.
    pub named: bool,
    /// How long it lives. Asked for: static or persistent.
    pub lifetime: Lifetime,
    /// Its service.
    pub service: Service,
}

/// A sublayer: a group of filters with a weight (`FWPM_SUBLAYER0`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sublayer {
    /// Its key; [`Key::ZERO`] asks for one.
    pub key: Key,
    /// Whether `displayData.name` is there.
    pub named: bool,
    /// Its provider, if any.
    pub provider: Option<Key>,
    /// How long it lives. Asked for: static or persistent.
    pub lifetime: Lifetime,
    /// Its weight. The engine changes that of a newer one if another has it already.
    pub weight: u16,
}

/// A callout: the management object for functions that a driver registers (`FWPM_CALLOUT0`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Callout {
    /// Its key; [`Key::ZERO`] asks for one.
    pub key: Key,
    /// Whether `displayData.name` is there.
    pub named: bool,
    /// Its provider, if any.
    pub provider: Option<Key>,
    /// The layer it applies to.
    pub layer: Key,
    /// How long it lives. Asked for: static or persistent.
    pub lifetime: Lifetime,
}

/// A provider context: data of a provider that filters point their callout to, as far as references
/// need it (`FWPM_PROVIDER_CONTEXT0`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProviderContext {
    /// Its key; [`Key::ZERO`] asks for one.
    pub key: Key,
    /// Whether `displayData.name` is there.
    pub named: bool,
    /// Its provider, if any.
    pub provider: Option<Key>,
    /// How long it lives. Asked for: static or persistent.
    pub lifetime: Lifetime,
}

/// What a filter does with what it matches (`FWPM_ACTION0`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// It lets it pass.
    Permit,
    /// It blocks it.
    Block,
    /// It asks the callout, which permits or blocks.
    Terminating(Key),
    /// It asks the callout, which may do either or neither.
    Unknown(Key),
    /// It shows it to the callout.
    Inspection(Key),
    /// A value of any other type, which no filter may have.
    OtherType,
}

/// The weight that a filter asks for (`FWPM_FILTER0::weight`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// `FWP_EMPTY`: the engine takes one.
    Automatic,
    /// `FWP_UINT8`: a range, from 0 to 15, in which the engine takes one.
    Range(u8),
    /// `FWP_UINT64`: this one.
    Exact(u64),
    /// A value of any other type, which no filter may have.
    OtherType,
}

/// A filter (`FWPM_FILTER0`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filter {
    /// Its run-time identifier, which the engine assigns.
    pub id: FilterId,
    /// Its key; [`Key::ZERO`] asks for one.
    pub key: Key,
    /// Whether `displayData.name` is there.
    pub named: bool,
    /// Its provider, if any.
    pub provider: Option<Key>,
    /// The layer it is in.
    pub layer: Key,
    /// The sublayer it is in; `None` is the built-in default.
    pub sublayer: Option<Key>,
    /// What it does.
    pub action: Action,
    /// Its provider context: `FWPM_FILTER_FLAG_HAS_PROVIDER_CONTEXT` and the key.
    pub provider_context: Option<Key>,
    /// The other flags.
    pub flags: FilterFlags,
    /// The weight it asks for.
    pub weight: Weight,
    /// The context that the callout gets to see.
    pub raw_context: u32,
    /// How long it lives. What is asked for, its flags say.
    pub lifetime: Lifetime,
}

impl Provider {
    /// A static provider.
    pub const fn with_key(key: Key) -> Self {
        Self {
            key,
            named: true,
            lifetime: Lifetime::Static,
            service: Service::Unnamed,
        }
    }
}

impl Sublayer {
    /// A static sublayer of no provider.
    pub const fn with_key(key: Key) -> Self {
        Self {
            key,
            named: true,
            provider: None,
            lifetime: Lifetime::Static,
            weight: 0,
        }
    }
}

impl Callout {
    /// A static callout of no provider.
    pub const fn with_key(key: Key, layer: Key) -> Self {
        Self {
            key,
            named: true,
            provider: None,
            layer,
            lifetime: Lifetime::Static,
        }
    }
}

impl ProviderContext {
    /// A static provider context of no provider.
    pub const fn with_key(key: Key) -> Self {
        Self {
            key,
            named: true,
            provider: None,
            lifetime: Lifetime::Static,
        }
    }
}

impl Filter {
    /// A static filter in the default sublayer of a layer that permits, with a key that the engine
    /// makes up.
    pub const fn in_layer(layer: Key) -> Self {
        Self {
            id: FilterId::numbered(0),
            key: Key::ZERO,
            named: true,
            provider: None,
            layer,
            sublayer: None,
            action: Action::Permit,
            provider_context: None,
            flags: FilterFlags::NONE,
            weight: Weight::Automatic,
            raw_context: 0,
            lifetime: Lifetime::Static,
        }
    }

    /// The callout that its action names, if it is a callout action.
    pub const fn callout(&self) -> Option<Key> {
        self.action.callout()
    }
}

impl Action {
    /// The callout that it names, if it is a callout action.
    pub const fn callout(self) -> Option<Key> {
        match self {
            Self::Permit | Self::Block | Self::OtherType => None,
            Self::Terminating(key) | Self::Unknown(key) | Self::Inspection(key) => Some(key),
        }
    }
}
