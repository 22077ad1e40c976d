//! What the reference calls by a number and the mock by a key, an identifier or a handle.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use selvedge::status::NtStatus;
use selvedge::wfp;
use selvedge::wfp::EngineHandle;
use selvedge::wfp::FilterId;

use crate::reference::Found;
use crate::reference::Handle;
use crate::reference::Key;
use crate::reference::Kind;
use crate::reference::Lifetime;
use crate::reference::Name;
use crate::reference::Object;
use crate::reference::Outcome;
use crate::reference::Status;
use crate::reference::Target;

use super::matching::Done;
use super::mock::Brought;
use super::mock::Place;
use super::mock::Seen;

/// The mock's key of an object with a given one.
pub(crate) fn given(kind: Kind, key: u8) -> wfp::Key {
    const NAMES: [[&str; 3]; 5] = [
        ["P0", "P1", "P2"],
        ["S0", "S1", "S2"],
        ["C0", "C1", "C2"],
        ["X0", "X1", "X2"],
        ["F0", "F1", "F2"],
    ];
    let place = Kind::ALL.iter().position(|one| *one == kind);
    let names = NAMES[place.expect("every kind is listed")];
    wfp::Key::of(names[usize::from(key)])
}

/// The mock's key of a layer; `None` is one that does not exist.
pub(crate) fn layer(layer: Option<u8>) -> wfp::Key {
    wfp::Key::of(match layer {
        Some(0) => "ALE_AUTH_CONNECT_V4",
        Some(_) => "ALE_AUTH_CONNECT_V6",
        None => "NO_SUCH_LAYER",
    })
}

/// Which is which, as far as the sequence has come.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    /// The handle of each session, by number.
    handles: Vec<EngineHandle>,
    /// The mock's sessions that own dynamic objects.
    owners: BTreeMap<wfp::SessionId, u32>,
    /// The identifier of each filter, by number.
    ids: BTreeMap<u32, FilterId>,
    /// Every identifier that anybody was ever told.
    used: BTreeSet<FilterId>,
}

impl Names {
    /// Whether no open returned this handle before.
    pub(crate) fn is_new_handle(&self, handle: EngineHandle) -> bool {
        !self.handles.contains(&handle) && handle != EngineHandle::NULL
    }

    pub(crate) fn handle(&self, handle: Handle) -> EngineHandle {
        match handle {
            Handle::Of(session) => {
                let index = usize::try_from(session).expect("a small number");
                self.handles[index]
            }
            Handle::Null => EngineHandle::NULL,
            Handle::Garbage => garbage(),
        }
    }

    /// Whether nobody was ever told this identifier (ASM A-11: none is used twice).
    pub(crate) fn is_new(&self, id: FilterId) -> bool {
        !self.used.contains(&id)
    }

    /// Learns what a call brought.
    pub(crate) fn learn(&mut self, outcome: &Outcome, done: &Done) {
        self.used
            .extend(done.heard.iter().map(|heard| heard.filter.id));
        match done.came.as_ref().map(|came| &came.brought) {
            Some(Brought::Session(handle)) => self.handles.push(*handle),
            Some(Brought::Filter(id)) => {
                if let Found::Made(number) = outcome.found {
                    self.ids.insert(number, *id);
                    self.used.insert(*id);
                }
            }
            _ => {}
        }
    }

    pub(crate) fn number(&self, id: FilterId) -> Option<u32> {
        let mut ids = self.ids.iter();
        ids.find(|(_, one)| **one == id).map(|(number, _)| *number)
    }

    /// The numbers of all filters ever added, the latest first.
    pub(crate) fn filters(&self) -> Vec<u32> {
        self.ids.keys().rev().copied().collect()
    }

    pub(crate) fn place(&self, target: &Target) -> Place {
        match target {
            Target::ById(number) => {
                let id = number.and_then(|number| self.ids.get(&number));
                Place::Id(id.copied().unwrap_or(FilterId::numbered(u32::MAX)))
            }
            Target::ByKey(name) => self.named(*name),
        }
    }

    /// Whether the mock can be asked for an object of this name.
    pub(crate) fn can_look(&self, name: Name) -> bool {
        name.key != Key::BuiltIn && name.kind != Kind::Context
    }

    pub(crate) fn named(&self, name: Name) -> Place {
        match name.key {
            Key::Made(number) => self.place(&Target::ById(Some(number))),
            Key::Given(key) => Place::Key(name.kind, given(name.kind, key)),
            Key::BuiltIn => panic!("no key of what is built in"),
        }
    }

    fn key(name: Name) -> Option<wfp::Key> {
        match name.key {
            Key::Given(key) => Some(given(name.kind, key)),
            Key::Made(_) | Key::BuiltIn => None,
        }
    }

    /// Whether what the mock returned is this object.
    pub(crate) fn are_same(&mut self, seen: &Seen, object: &Object) -> bool {
        let refers = |kind: Kind| object.referred(kind).and_then(Self::key);
        let own = Self::key(object.name);
        match seen {
            Seen::Provider(seen) => {
                object.name.kind == Kind::Provider
                    && own == Some(seen.key)
                    && self.live_alike(seen.lifetime, object.lifetime)
            }
            Seen::Sublayer(seen) => {
                object.name.kind == Kind::Sublayer
                    && own == Some(seen.key)
                    && seen.provider == refers(Kind::Provider)
                    && self.live_alike(seen.lifetime, object.lifetime)
            }
            Seen::Callout(seen) => {
                object.name.kind == Kind::Callout
                    && own == Some(seen.key)
                    && seen.provider == refers(Kind::Provider)
                    && seen.layer == layer(object.layer)
                    && self.live_alike(seen.lifetime, object.lifetime)
            }
            Seen::Filter(seen) => self.are_same_filter(seen, object),
        }
    }

    pub(crate) fn are_same_filter(&mut self, seen: &wfp::Filter, object: &Object) -> bool {
        let refers = |kind: Kind| object.referred(kind).and_then(Self::key);
        object.name.kind == Kind::Filter
            && self.ids.get(&object.number).is_none_or(|id| *id == seen.id)
            && seen.provider == refers(Kind::Provider)
            && seen.layer == layer(object.layer)
            && seen.sublayer == refers(Kind::Sublayer)
            && seen.callout == refers(Kind::Callout)
            && seen.raw_context == u32::from(object.raw_context)
            && self.live_alike(seen.lifetime, object.lifetime)
    }

    /// Whether two lifetimes are the same. The mock's name of a session is learned from the first
    /// dynamic object of it that is seen.
    fn live_alike(&mut self, seen: wfp::Lifetime, object: Lifetime) -> bool {
        match (seen, object) {
            (wfp::Lifetime::BuiltIn, Lifetime::BuiltIn)
            | (wfp::Lifetime::Persistent, Lifetime::Persistent)
            | (wfp::Lifetime::Static, Lifetime::Static) => true,
            (wfp::Lifetime::Dynamic(owner), Lifetime::Dynamic(session)) => {
                *self.owners.entry(owner).or_insert(session) == session
            }
            _ => false,
        }
    }
}

/// A handle that no open returned.
fn garbage() -> EngineHandle {
    unimplemented!("the mock cannot be given one yet")
}

/// The mock's status in the words of the documentation.
pub(crate) fn status(status: NtStatus) -> Status {
    match status {
        NtStatus::SUCCESS => Status::Success,
        NtStatus::CALLOUT_NOT_FOUND => Status::CalloutNotFound,
        NtStatus::FILTER_NOT_FOUND => Status::FilterNotFound,
        NtStatus::PROVIDER_NOT_FOUND => Status::ProviderNotFound,
        NtStatus::SUBLAYER_NOT_FOUND => Status::SublayerNotFound,
        NtStatus::ALREADY_EXISTS => Status::AlreadyExists,
        NtStatus::IN_USE => Status::InUse,
        NtStatus::DYNAMIC_SESSION_IN_PROGRESS => Status::DynamicSessionInProgress,
        NtStatus::WRONG_SESSION => Status::WrongSession,
        NtStatus::NO_TXN_IN_PROGRESS => Status::NoTxnInProgress,
        NtStatus::TXN_IN_PROGRESS => Status::TxnInProgress,
        NtStatus::TXN_ABORTED => Status::TxnAborted,
        NtStatus::SESSION_ABORTED => Status::SessionAborted,
        NtStatus::INCOMPATIBLE_TXN => Status::IncompatibleTxn,
        NtStatus::TIMEOUT => Status::Timeout,
        NtStatus::LIFETIME_MISMATCH => Status::LifetimeMismatch,
        NtStatus::BUILTIN_OBJECT => Status::BuiltinObject,
        NtStatus::NULL_POINTER => Status::NullPointer,
        NtStatus::INVALID_ENUMERATOR => Status::InvalidEnumerator,
        NtStatus::INVALID_FLAGS => Status::InvalidFlags,
        NtStatus::NULL_DISPLAY_NAME => Status::NullDisplayName,
        NtStatus::CALLOUT_NOTIFICATION_FAILED => Status::CalloutNotificationFailed,
        NtStatus::INVALID_HANDLE => Status::InvalidHandle,
        NtStatus::DEVICE_BUSY => Status::DeviceBusy,
        NtStatus::RPC_SERVER_UNAVAILABLE => Status::ServerUnavailable,
        other => Status::Other(other.value()),
    }
}
