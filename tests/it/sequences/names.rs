//! What the reference calls by a number and the mock by a key, an identifier or a handle.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use selvedge::status::NtStatus;
use selvedge::wfp;
use selvedge::wfp::CalloutId;
use selvedge::wfp::EngineHandle;
use selvedge::wfp::EnumHandle;
use selvedge::wfp::FilterId;
use selvedge::wfp::SubscriptionHandle;

use crate::reference::Action;
use crate::reference::Call;
use crate::reference::Found;
use crate::reference::Handle;
use crate::reference::Key;
use crate::reference::Kind;
use crate::reference::Name;
use crate::reference::Outcome;
use crate::reference::Request;
use crate::reference::Status;
use crate::reference::Target;

use super::matching::Done;
use super::mock::Brought;

/// The mock's key of an object with a given one.
pub(crate) fn given(kind: Kind, key: u8) -> wfp::Key {
    const NAMES: [[&str; 2]; 5] = [
        ["P0", "P1"],
        ["S0", "S1"],
        ["C0", "C1"],
        ["X0", "X1"],
        ["F0", "F1"],
    ];
    let place = Kind::ALL.iter().position(|one| *one == kind);
    let names = NAMES[place.expect("every kind is listed")];
    wfp::Key::of(names[usize::from(key)])
}

/// The mock's key of a session with a given one.
pub(crate) fn session_key(key: u8) -> wfp::Key {
    wfp::Key::of(["T0", "T1", "T2", "T3"][usize::from(key)])
}

/// The mock's key of a layer; `None` is one that does not exist.
pub(crate) fn layer(layer: Option<u8>) -> wfp::Key {
    wfp::Key::of(match layer {
        Some(0) => "ALE_AUTH_CONNECT_V4",
        Some(_) => "ALE_AUTH_CONNECT_V6",
        None => "NO_SUCH_LAYER",
    })
}

/// The mock's word for a kind.
pub(crate) const fn kind(kind: Kind) -> wfp::Kind {
    match kind {
        Kind::Provider => wfp::Kind::Provider,
        Kind::Sublayer => wfp::Kind::Sublayer,
        Kind::Callout => wfp::Kind::Callout,
        Kind::Context => wfp::Kind::ProviderContext,
        Kind::Filter => wfp::Kind::Filter,
    }
}

/// The action with the mock's keys.
pub(crate) fn action(action: Action) -> wfp::Action {
    let callout = |key| given(Kind::Callout, key);
    match action {
        Action::Permit => wfp::Action::Permit,
        Action::Terminating(key) => wfp::Action::Terminating(callout(key)),
        Action::Unknown(key) => wfp::Action::Unknown(callout(key)),
        Action::Inspection(key) => wfp::Action::Inspection(callout(key)),
    }
}

/// Which is which, as far as the sequence has come.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    /// The handle of each session, by number.
    handles: Vec<EngineHandle>,
    /// The mock's sessions that own dynamic objects, as they are learned.
    pub(super) owners: BTreeMap<wfp::SessionId, u32>,
    /// The keys that the engine made up, by the number of the object, as they are learned.
    pub(super) made: BTreeMap<u32, (Kind, wfp::Key)>,
    /// The identifier of each filter, by number.
    pub(super) ids: BTreeMap<u32, FilterId>,
    /// Every identifier that anybody was ever told.
    used: BTreeSet<FilterId>,
    callouts: BTreeMap<u8, CalloutId>,
    /// The handle of each enumeration, and the session it belongs to, by number.
    enumerators: Vec<(Handle, EnumHandle)>,
    /// The subscriptions that were not cancelled.
    subscriptions: Vec<(Handle, Kind, SubscriptionHandle)>,
    /// A handle that no open returned.
    pub(crate) garbage: Option<EngineHandle>,
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
            Handle::Garbage => self.garbage.unwrap_or(EngineHandle::NULL),
        }
    }

    /// The session with this handle.
    pub(crate) fn session(&self, handle: EngineHandle) -> Option<u32> {
        let index = self.handles.iter().position(|one| *one == handle)?;
        u32::try_from(index).ok()
    }

    /// Whether nobody was ever told this identifier (ASM A-11: none is used twice).
    pub(crate) fn is_new(&self, id: FilterId) -> bool {
        !self.used.contains(&id)
    }

    /// Whether this is the identifier of this callout as anybody knows it (DOC callout add: the one
    /// from the add is the one from the registration).
    pub(crate) fn is_callout(&self, callout: u8, id: CalloutId) -> bool {
        let mut others = self.callouts.iter().filter(|(other, _)| **other != callout);
        let known = self.callouts.get(&callout);
        known.is_none_or(|known| *known == id) && others.all(|(_, other)| *other != id)
    }

    /// Learns what a call brought.
    pub(crate) fn learn(&mut self, outcome: &Outcome, request: Option<&Request>, done: &Done) {
        let heard = done.heard.iter().map(|heard| heard.filter.id);
        self.used.extend(heard);
        let (Some(request), Some(came)) = (request, &done.came) else {
            return;
        };
        match (&came.brought, &outcome.found, request.call) {
            (Brought::Session(handle), ..) => self.handles.push(*handle),
            (Brought::Callout(callout, id), ..) => {
                self.callouts.insert(*callout, *id);
            }
            (Brought::Enumerator(handle), ..) => self.enumerators.push((request.handle, *handle)),
            (Brought::Subscription(handle), _, Call::Subscribe(kind)) => {
                self.subscriptions.push((request.handle, kind, *handle));
            }
            (Brought::Filter(id), Found::Made(number), _) => {
                self.ids.insert(*number, *id);
                self.used.insert(*id);
            }
            (_, _, Call::Unsubscribe(kind)) if came.status == NtStatus::SUCCESS => {
                let cancelled = self.subscription_at(request.handle, kind);
                cancelled.map(|index| self.subscriptions.remove(index));
            }
            _ => {}
        }
    }

    fn subscription_at(&self, handle: Handle, kind: Kind) -> Option<usize> {
        let mut all = self.subscriptions.iter();
        all.position(|(other, one, _)| *other == handle && *one == kind)
    }

    /// A subscription of a session to a kind.
    pub(crate) fn subscription(&self, handle: Handle, kind: Kind) -> Option<SubscriptionHandle> {
        let index = self.subscription_at(handle, kind)?;
        Some(self.subscriptions[index].2)
    }

    /// The number of the next enumeration.
    pub(crate) fn enumerations(&self) -> u32 {
        u32::try_from(self.enumerators.len()).expect("few enumerations")
    }

    /// The enumerations of a session, the latest first.
    pub(crate) fn enumerations_of(&self, handle: Handle) -> Vec<u32> {
        let all = (0..self.enumerations()).zip(&self.enumerators).rev();
        let own = all.filter(|(_, (owner, _))| *owner == handle);
        own.map(|(number, _)| number).collect()
    }

    pub(crate) fn enumerator(&self, number: u32) -> Option<EnumHandle> {
        let index = usize::try_from(number).ok()?;
        self.enumerators.get(index).map(|(_, handle)| *handle)
    }

    pub(crate) fn number(&self, id: FilterId) -> Option<u32> {
        let mut ids = self.ids.iter();
        ids.find(|(_, one)| **one == id).map(|(number, _)| *number)
    }

    /// The numbers of all filters ever added, the latest first.
    pub(crate) fn filters(&self) -> Vec<u32> {
        self.ids.keys().rev().copied().collect()
    }

    /// The mock's target; `None` if its key is not known yet.
    pub(crate) fn target(&self, target: &Target) -> Option<wfp::Target> {
        match target {
            Target::ById(number) => {
                let id = number.and_then(|number| self.ids.get(&number)).copied();
                let id = id.unwrap_or(FilterId::numbered(u32::MAX));
                Some(wfp::Target::Filter(id))
            }
            Target::ByKey(name) => {
                let key = self.key(*name)?;
                Some(match name.kind {
                    Kind::Provider => wfp::Target::Provider(key),
                    Kind::Sublayer => wfp::Target::Sublayer(key),
                    Kind::Callout => wfp::Target::Callout(key),
                    Kind::Context => wfp::Target::ProviderContext(key),
                    Kind::Filter => wfp::Target::FilterKey(key),
                })
            }
        }
    }

    /// The mock's key of an object, if it is known.
    pub(crate) fn key(&self, name: Name) -> Option<wfp::Key> {
        match name.key {
            Key::Given(key) => Some(given(name.kind, key)),
            Key::Made(number) => self.made.get(&number).map(|(_, key)| *key),
            Key::BuiltIn => Some(wfp::DEFAULT_SUBLAYER),
        }
    }
}

/// The mock's status in the words of the documentation.
pub(crate) fn status(status: NtStatus) -> Status {
    match status {
        NtStatus::SUCCESS => Status::Success,
        NtStatus::CALLOUT_NOT_FOUND => Status::CalloutNotFound,
        NtStatus::FILTER_NOT_FOUND => Status::FilterNotFound,
        NtStatus::LAYER_NOT_FOUND => Status::LayerNotFound,
        NtStatus::PROVIDER_CONTEXT_NOT_FOUND => Status::ProviderContextNotFound,
        NtStatus::UNSUCCESSFUL => Status::Unsuccessful,
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
