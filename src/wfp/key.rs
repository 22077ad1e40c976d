//! Names of engine objects: keys, identifiers and handles.

use crate::execution::ObjectId;
use crate::execution::ObjectKind;
use crate::runtime::Runtime;
use crate::status::NtStatus;

/// The name of an object that the engine is about to make.
///
/// # Errors
///
/// `NO_MEMORY` for the 65,537th of a kind by one thread in one execution: more have no names. Of
/// Windows no such limit is known.
pub(super) fn name<R: Runtime>(kind: ObjectKind) -> Result<ObjectId, NtStatus> {
    R::try_fresh(kind).ok_or(NtStatus::NO_MEMORY)
}

/// A key: stands for the GUID of a provider, sublayer, callout or filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(u64);

impl Key {
    /// The zero GUID: the engine makes up a key of its own.
    pub const ZERO: Self = Self(0);

    /// The key that the engine makes up for an object of which this is the name.
    pub(super) fn generated(object: ObjectId) -> Self {
        // No name hashes to this in practice, and no two objects share it.
        Self(u64::from(u32::MAX) << 32 | u64::from(object.serial()))
    }

    /// The key that the engine makes up for a session that asks for none.
    pub(super) fn of_session(handle: EngineHandle) -> Self {
        Self(u64::from(u32::MAX) << 32 | u64::from(handle.0))
    }

    /// The same key, or one that the engine makes up if it is zero.
    pub(super) fn or_generated<R: Runtime>(self) -> Result<Self, NtStatus> {
        if self == Self::ZERO {
            name::<R>(ObjectKind::GeneratedKey).map(Self::generated)
        } else {
            Ok(self)
        }
    }

    /// The key that a name stands for: its 64-bit FNV-1a hash, the same everywhere.
    pub const fn of(name: &str) -> Self {
        let bytes = name.as_bytes();
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut index = 0;
        while index < bytes.len() {
            #[expect(
                clippy::as_conversions,
                reason = "`From` is not const; a byte always fits"
            )]
            let byte = bytes[index] as u64;
            hash = (hash ^ byte).wrapping_mul(0x0100_0000_01b3);
            index += 1;
        }
        Self(hash)
    }
}

/// An engine handle, as `FwpmEngineOpen0` returns it. Any number may be passed in; [`Self::NULL`]
/// and numbers that were never handed out are told apart by the calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EngineHandle(u32);

impl EngineHandle {
    /// The null handle.
    pub const NULL: Self = Self(0);

    /// The handle of the session whose slot this is.
    pub(super) fn of(slot: ObjectId) -> Self {
        Self(slot.serial() + 1)
    }

    /// The handle as a number.
    pub const fn value(self) -> u32 {
        self.0
    }
}

/// A session, for the rules about who owns what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(ObjectId);

impl SessionId {
    pub(super) const fn of(slot: ObjectId) -> Self {
        Self(slot)
    }

    /// A session by number, for tests of the rules on plain values.
    pub const fn numbered(number: u16) -> Self {
        Self(ObjectId::initial(ObjectKind::SessionSlot, number))
    }
}

/// The run-time identifier of a filter, as `FwpmFilterAdd0` returns it. Never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FilterId(u32);

impl FilterId {
    /// The identifier with this number.
    pub const fn numbered(number: u32) -> Self {
        Self(number)
    }

    /// The identifier as a number.
    pub const fn value(self) -> u32 {
        self.0
    }
}

/// The run-time identifier of a callout: the same from `FwpmCalloutAdd0` and from
/// `FwpsCalloutRegister`, whichever comes first. Here it is a function of the key, so that it needs
/// no counter that threads would share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CalloutId(u32);

impl CalloutId {
    /// The identifier of the callout with this key.
    pub const fn of(key: Key) -> Self {
        let bytes = key.0.to_be_bytes();
        let mut folded = [0; 4];
        let mut place = 0;
        while place < folded.len() {
            folded[place] = bytes[place] ^ bytes[place + 4];
            place += 1;
        }
        Self(u32::from_be_bytes(folded))
    }

    /// The identifier as a number.
    pub const fn value(self) -> u32 {
        self.0
    }
}

/// An enumeration, as `Fwpm…CreateEnumHandle0` returns it. Of its session only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnumHandle(pub(super) u32);

/// A subscription to changes, as `Fwpm…SubscribeChanges0` returns it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionHandle(pub(super) u32);

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn different_names_have_different_keys() {
        let names = [
            "",
            "CONNECT_V4",
            "CONNECT_V6",
            "AUTH_CONNECT_V4",
            "AUTH_CONNECT_V6",
        ];
        let keys: BTreeSet<Key> = names.into_iter().map(Key::of).collect();

        assert_eq!(keys.len(), names.len());
    }
}
