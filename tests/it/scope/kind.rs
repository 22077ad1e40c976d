//! The kinds of statement that slices are made of.

/// What a statement works on. A slice has one or two objects of each class that its kinds name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    Variable,
    Mutex,
    RwLock,
    Event,
    /// There is one condition, whatever the slice says.
    Condition,
    /// A choice, a start, a join: no object.
    Nothing,
}

impl Class {
    pub(crate) const ALL: [Self; 6] = [
        Self::Variable,
        Self::Mutex,
        Self::RwLock,
        Self::Event,
        Self::Condition,
        Self::Nothing,
    ];
}

/// Whether a statement has a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Plain,
    Section,
    /// A section whose body is another thread.
    Thread,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal, $class:ident, $shape:ident;)*) => {
        /// A kind of statement.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Kind {
            $($(#[$doc])* $kind,)*
        }

        impl Kind {
            /// All kinds, in the order of their declaration.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$kind,)*];

            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }

            pub(crate) const fn class(self) -> Class {
                match self { $(Self::$kind => Class::$class,)* }
            }

            pub(crate) const fn shape(self) -> Shape {
                match self { $(Self::$kind => Shape::$shape,)* }
            }
        }
    };
}

kinds! {
    Mutex = "lock", Mutex, Section;
    TryMutex = "try-lock", Mutex, Section;
    TimedMutex = "lock-or-expire", Mutex, Section;
    Read = "read", RwLock, Section;
    Write = "write", RwLock, Section;
    /// A write inside a read of the same lock: it waits for its own thread. Counts as two.
    Upgrade = "upgrade", RwLock, Plain;
    TryRead = "try-read", RwLock, Section;
    TryWrite = "try-write", RwLock, Section;
    Load = "load", Variable, Plain;
    Store = "store", Variable, Plain;
    CompareExchange = "compare-exchange", Variable, Plain;
    FetchAdd = "fetch-add", Variable, Plain;
    /// A wait for a condition: inside of a section of the mutex as it is, and elsewhere in a
    /// section of its own.
    Await = "await", Mutex, Plain;
    AwaitTimed = "await-or-expire", Mutex, Plain;
    NotifyOne = "notify-one", Condition, Plain;
    NotifyAll = "notify-all", Condition, Plain;
    Set = "set", Event, Plain;
    Clear = "clear", Event, Plain;
    Wait = "wait", Event, Plain;
    WaitTimed = "wait-or-expire", Event, Plain;
    /// Waits until the event is set or the mutex is free.
    WaitEither = "wait-either", Event, Plain;
    WaitBoth = "wait-both", Event, Plain;
    Choose = "choose", Nothing, Plain;
    Spin = "spin", Variable, Plain;
    Spawn = "spawn", Nothing, Thread;
    Join = "join", Nothing, Plain;
    /// Stores the value that the thread saw last. Not one of the kinds that must meet all others.
    StoreLocal = "store-local", Variable, Plain;
    /// Panics if the value that the thread saw last is 0. Not one of those either.
    Require = "require", Nothing, Plain;
}

impl Kind {
    /// The kinds that must meet all others in some slice.
    pub(crate) fn vocabulary() -> impl Iterator<Item = Self> {
        let all = Self::ALL.iter().copied();
        all.filter(|kind| !matches!(kind, Self::StoreLocal | Self::Require))
    }

    /// How many statements it counts as.
    pub(crate) const fn weight(self) -> usize {
        if matches!(self, Self::Upgrade) { 2 } else { 1 }
    }
}
