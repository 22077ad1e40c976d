//! The shared objects that steps touch, by a name that no schedule can change.

use std::fmt;
use std::num::NonZeroU32;

use super::THREADS_MAX;
use super::ThreadId;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal;)*) => {
        /// What kind of thing an object is. The kind orders and names objects; it has no behaviour.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum ObjectKind {
            $($(#[$doc])* $kind,)*
        }

        impl ObjectKind {
            const ALL: &'static [Self] = &[$(Self::$kind,)*];

            /// The kind in words, as a trace prints it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }
        }
    };
}

kinds! {
    /// The open / not-open slot of an engine session.
    SessionSlot = "session";
    /// The uncommitted writes of an engine session.
    SessionWrites = "writes";
    /// The engine's transaction lock.
    EngineLock = "engine-lock";
    /// The committed objects of the engine.
    Committed = "committed";
    /// Which callouts have registered functions.
    CalloutFunctions = "callout-functions";
    /// A filter: its name is its identifier.
    Filter = "filter";
    /// The engine as a service: its state and its open sessions.
    Service = "service";
    /// Who subscribed to changes.
    Subscriptions = "subscriptions";
    /// A subscription: its name is its handle.
    Subscription = "subscription";
    /// An enumeration: its name is its handle.
    Enumeration = "enumeration";
    /// An object with a key that the engine made up: the key stands for its name.
    GeneratedKey = "generated-key";
    /// What a thread has left to a thread of the system.
    SystemQueue = "system-queue";
    /// The lock a strategy puts around engine calls.
    StrategyLock = "strategy-lock";
    /// The push lock of a hook provider.
    ProviderLock = "provider-lock";
    /// The list of live filter contexts of a hook provider.
    ProviderList = "provider-list";
    /// The rundown reference of a hook provider.
    ProviderRundown = "provider-rundown";
    /// A link object of the execution context.
    Link = "link";
    /// An NMR binding between a link and a hook provider.
    Binding = "binding";
    /// The rundown reference of a hook client.
    ClientRundown = "client-rundown";
    /// The clients of a filter context.
    ContextClients = "context-clients";
    /// The states of the filters of a filter context.
    ContextFilters = "context-filters";
    /// The reference count of a filter context.
    ContextReferences = "context-references";
    /// A mutex of a small program.
    Mutex = "mutex";
    /// A reader-writer lock of a small program.
    RwLock = "rwlock";
    /// A shared variable of a small program.
    Variable = "variable";
    /// A manual-reset event of a small program.
    Event = "event";
    /// A condition variable of a small program.
    Condition = "condition";
    /// The end of a thread of a small program.
    Thread = "thread";
    /// How often a mutex of a small program was given back.
    MutexChanges = "mutex-changes";
    /// How often a reader-writer lock of a small program was given back.
    RwLockChanges = "rwlock-changes";
}

impl ObjectKind {
    /// The kind with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// The place in [`ObjectKind::ALL`], from 1.
    #[expect(
        clippy::as_conversions,
        reason = "the discriminant of a small enum, in a constant"
    )]
    const fn place(self) -> u32 {
        self as u32 + 1
    }
}

/// A shared object: its kind, the thread that made it, and its number among those of that kind.
///
/// The three parts do not depend on the interleaving, so one object has one name in all executions
/// of a scenario. Objects made before the threads start have no thread.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(
    /// From the top: the kind's place (8 bits), the index of the making thread plus one or 0 for
    /// the start-up (8 bits), the index (16 bits). One number, because it is compared so often.
    NonZeroU32,
);

impl ObjectId {
    const fn pack(kind: ObjectKind, owner: u32, index: u32) -> Self {
        let packed = kind.place() << 24 | owner << 16 | index;
        Self(NonZeroU32::new(packed).expect("places count from 1"))
    }

    /// The object of this kind and index that exists before the threads start.
    #[expect(
        clippy::as_conversions,
        reason = "`From` is not const; 16 bits fit in 32"
    )]
    pub const fn initial(kind: ObjectKind, index: u16) -> Self {
        Self::pack(kind, 0, index as u32)
    }

    /// The `index`-th object of this kind that the thread makes.
    pub fn of_thread(kind: ObjectKind, thread: ThreadId, index: u16) -> Self {
        Self::pack(kind, u32::from(thread.byte()) + 1, u32::from(index))
    }

    /// The object of another kind with the same maker and index: the parts of one thing share them.
    #[must_use]
    pub fn sibling(self, kind: ObjectKind) -> Self {
        Self::pack(kind, self.serial() >> 16, self.serial() & 0xFFFF)
    }

    /// The kind.
    pub fn kind(self) -> ObjectKind {
        let place = usize::from(self.0.get().to_be_bytes()[0]);
        ObjectKind::ALL[place - 1]
    }

    /// The nth of its kind and maker it is, from 0.
    pub const fn index(self) -> u16 {
        let [_, _, high, low] = self.0.get().to_be_bytes();
        u16::from_be_bytes([high, low])
    }

    /// Maker and index as one number: equal for the parts of one thing.
    pub const fn serial(self) -> u32 {
        self.0.get() & 0x00FF_FFFF
    }

    /// The thread that made it; `None` for an object made before the threads start.
    pub fn maker(self) -> Option<ThreadId> {
        let owner = usize::try_from(self.serial() >> 16).ok()?;
        owner.checked_sub(1).map(ThreadId::new)
    }

    /// The object that prints like this, such as `session 0` or `session 1.0`.
    pub fn named(text: &str) -> Option<Self> {
        let (kind, number) = text.rsplit_once(' ')?;
        let kind = ObjectKind::named(kind)?;
        let object = match number.split_once('.') {
            None => Self::initial(kind, number.parse().ok()?),
            Some((maker, index)) => {
                let maker: usize = maker.parse().ok().filter(|&maker| maker < THREADS_MAX)?;
                Self::of_thread(kind, ThreadId::new(maker), index.parse().ok()?)
            }
        };
        // Signs and leading zeros are other ways to write the same; there is one way.
        (object.to_string() == text).then_some(object)
    }

    /// All parts as one number that is not 0.
    pub(super) const fn packed(self) -> NonZeroU32 {
        self.0
    }

    /// The object whose parts are these, as [`ObjectId::packed`] gave them.
    pub(super) const fn from_packed(packed: NonZeroU32) -> Self {
        Self(packed)
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, index) = (self.kind().name(), self.index());
        match self.serial() >> 16 {
            0 => write!(f, "{kind} {index}"),
            owner => write!(f, "{kind} {}.{index}", owner - 1),
        }
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_name_read_back() {
        for (thread, index) in [(0, 0), (63, u16::MAX), (7, 300)] {
            for &kind in ObjectKind::ALL {
                let object = ObjectId::of_thread(kind, ThreadId::new(thread), index);
                assert_eq!((object.kind(), object.index()), (kind, index));
                assert_eq!(object.maker(), Some(ThreadId::new(thread)));
                assert_eq!(ObjectId::named(&object.to_string()), Some(object));
            }
        }
        let slot = ObjectId::initial(ObjectKind::SessionSlot, 3);
        assert_eq!(
            slot.sibling(ObjectKind::SessionWrites).to_string(),
            "writes 3"
        );
    }
}
