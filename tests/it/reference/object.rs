//! Objects: what a session adds, and how long it lives.

use std::collections::BTreeMap;
use std::fmt;

/// The kinds of object. GUIDs are unique among the objects of one kind (DOC Object Management).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Provider,
    Sublayer,
    Callout,
    Context,
    Filter,
}

impl Kind {
    pub(crate) const ALL: [Self; 5] = [
        Self::Provider,
        Self::Sublayer,
        Self::Callout,
        Self::Context,
        Self::Filter,
    ];
}

/// A key, which stands for a GUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    /// That of the default sublayer, which is built in.
    BuiltIn,
    /// One that the client chose.
    Given(u8),
    /// One that the engine made for the object with this number (DOC Object Management: a zero
    /// GUID is replaced by a generated one).
    Made(u32),
}

/// The name of an object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name {
    pub(crate) kind: Kind,
    pub(crate) key: Key,
}

impl Name {
    pub(crate) const DEFAULT_SUBLAYER: Self = Self {
        kind: Kind::Sublayer,
        key: Key::BuiltIn,
    };

    pub(crate) const fn given(kind: Kind, key: u8) -> Self {
        Self {
            kind,
            key: Key::Given(key),
        }
    }
}

impl Name {
    pub(crate) fn is_filter(self) -> bool {
        self.kind == Kind::Filter
    }
}

/// How long an object lives (DOC Object Management: object lifetimes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lifetime {
    BuiltIn,
    Persistent,
    BootTime,
    Static,
    /// As long as the session with this number.
    Dynamic(u32),
}

impl Lifetime {
    /// Whether it outlives the engine's stop.
    pub(crate) const fn is_stored(self) -> bool {
        matches!(self, Self::BuiltIn | Self::Persistent | Self::BootTime)
    }
}

/// An object. What a kind does not have is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Object {
    pub(crate) name: Name,
    /// How many objects were made before it; for a filter, what stands for its run-time identifier.
    pub(crate) number: u32,
    pub(crate) lifetime: Lifetime,
    /// The dynamic session that added it.
    pub(crate) dynamic_adder: Option<u32>,
    /// What it refers to, its provider included.
    pub(crate) refers: Vec<Name>,
    /// The layer of a callout or filter.
    pub(crate) layer: Option<u8>,
    pub(crate) raw_context: u8,
}

impl Object {
    /// What it refers to of this kind.
    pub(crate) fn referred(&self, kind: Kind) -> Option<Name> {
        self.refers.iter().copied().find(|name| name.kind == kind)
    }

    pub(crate) fn provider(&self) -> Option<Name> {
        self.referred(Kind::Provider)
    }

    /// The callout that a filter's action names.
    pub(crate) fn callout(&self) -> Option<Name> {
        self.referred(Kind::Callout)
    }
}

/// All objects there are, as somebody sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Objects(pub(crate) BTreeMap<Name, Object>);

impl Objects {
    /// What comes with the engine: the default sublayer (DOC `FWPM_FILTER0`: a zero sublayer key
    /// is the default sublayer).
    pub(crate) fn built_in() -> Self {
        let name = Name::DEFAULT_SUBLAYER;
        let sublayer = Object {
            name,
            number: 0,
            lifetime: Lifetime::BuiltIn,
            dynamic_adder: None,
            refers: Vec::new(),
            layer: None,
            raw_context: 0,
        };
        Self(BTreeMap::from([(name, sublayer)]))
    }

    pub(crate) fn get(&self, name: Name) -> Option<&Object> {
        self.0.get(&name)
    }

    pub(crate) fn filter(&self, number: u32) -> Option<&Object> {
        let mut filters = self.of(Kind::Filter);
        filters.find(|filter| filter.number == number)
    }

    /// Those of a kind, in order of key.
    pub(crate) fn of(&self, kind: Kind) -> impl Iterator<Item = &Object> {
        self.0.values().filter(move |one| one.name.kind == kind)
    }

    pub(crate) fn insert(&mut self, object: Object) {
        self.0.insert(object.name, object);
    }

    pub(crate) fn remove(&mut self, name: Name) {
        self.0.remove(&name);
    }

    /// Whether any object refers to this one.
    pub(crate) fn refer_to(&self, name: Name) -> bool {
        self.0.values().any(|object| object.refers.contains(&name))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Provider => "provider",
            Self::Sublayer => "sublayer",
            Self::Callout => "callout",
            Self::Context => "context",
            Self::Filter => "filter",
        })
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key {
            Key::BuiltIn => write!(f, "{} built-in", self.kind),
            Key::Given(key) => write!(f, "{} {key}", self.kind),
            Key::Made(number) => write!(f, "{} made as #{number}", self.kind),
        }
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
