//! Calls as values, and how a failing sequence prints them.

use std::fmt;

use super::Kind;
use super::Name;
use super::Status;
use super::add::not_found;

/// The handle that a call is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Handle {
    /// That of the session with this number, open or not.
    Of(u32),
    Null,
    /// A number that no open returned.
    Garbage,
}

/// What a session is opened with (`FWPM_SESSION0`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Opening {
    pub(crate) dynamic: bool,
    pub(crate) kernel: bool,
    pub(crate) infinite_wait: bool,
    /// The session's key; `None` is zero.
    pub(crate) key: Option<u8>,
}

/// The flags of `FwpmTransactionBegin0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    ReadWrite,
    ReadOnly,
    /// Flags that mean nothing.
    Unknown,
}

/// The action of a filter, with the callout that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Permit,
    Terminating(u8),
    Unknown(u8),
    Inspection(u8),
}

impl Action {
    pub(crate) const fn callout(self) -> Option<u8> {
        match self {
            Self::Permit => None,
            Self::Terminating(key) | Self::Unknown(key) | Self::Inspection(key) => Some(key),
        }
    }
}

/// What is asked for in an add. A kind ignores what it does not have.
#[expect(
    clippy::struct_excessive_bools,
    reason = "the flags of the Windows structures"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Addition {
    pub(crate) kind: Kind,
    /// `None` is the zero key.
    pub(crate) key: Option<u8>,
    /// Whether `displayData.name` is there.
    pub(crate) named: bool,
    pub(crate) persistent: bool,
    pub(crate) boot_time: bool,
    pub(crate) disabled: bool,
    pub(crate) permit_if_unregistered: bool,
    pub(crate) provider: Option<u8>,
    /// The layer; `None` is one that does not exist.
    pub(crate) layer: Option<u8>,
    /// `None` is the zero key: the default sublayer.
    pub(crate) sublayer: Option<u8>,
    pub(crate) action: Action,
    /// `FWPM_FILTER_FLAG_HAS_PROVIDER_CONTEXT` and its key.
    pub(crate) context: Option<u8>,
    pub(crate) raw_context: u8,
}

impl Addition {
    /// A named static object without references.
    pub(crate) const fn plain(kind: Kind, key: Option<u8>) -> Self {
        Self {
            kind,
            key,
            named: true,
            persistent: false,
            boot_time: false,
            disabled: false,
            permit_if_unregistered: false,
            provider: None,
            layer: Some(0),
            sublayer: None,
            action: Action::Permit,
            context: None,
            raw_context: 0,
        }
    }
}

/// The object that a delete or look-up names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    ByKey(Name),
    /// The filter with the identifier that stands for this number, or with an unknown one.
    ById(Option<u32>),
}

impl Target {
    /// The status for an object that is not there.
    pub(crate) const fn missing(&self) -> Status {
        match self {
            Self::ByKey(name) => not_found(name.kind),
            Self::ById(_) => not_found(Kind::Filter),
        }
    }
}

/// One call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Open(Opening),
    Close,
    Begin(Mode),
    Commit,
    Abort,
    Add(Addition),
    Delete(Target),
    Get(Target),
    /// `…CreateEnumHandle0`; the enumerator is known by this number.
    EnumCreate(Kind, u32),
    /// `…Enum0`, for all that is left; `None` is an enumerator that was never made.
    EnumRest(Option<u32>),
    EnumDestroy(Option<u32>),
    Subscribe(Kind),
    Unsubscribe(Kind),
    /// `FwpmEngineSetOption0`.
    SetOption,
    /// `FwpsCalloutRegister`: whether it asks to be told after commits, and whether its notifyFn
    /// refuses every filter.
    Register {
        callout: u8,
        after_commit: bool,
        refuses: bool,
    },
    Unregister(u8),
    /// `FwpsFlowAssociateContext0` for the callout, and the removal of one such context.
    FlowAssociate(u8),
    FlowRemove(u8),
}

/// A call on a handle by a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) thread: u8,
    pub(crate) handle: Handle,
    pub(crate) call: Call,
    /// Whether the engine had it wait before.
    pub(crate) waited: bool,
}

/// What happens to the engine by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    /// A transaction of this session has held the lock for too long.
    ForcedAbort(u32),
    /// The engine stops.
    Stop,
    /// The engine is running again.
    Start,
    /// What was put off is done.
    Deferred,
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Of(session) => write!(f, "session {session}"),
            Self::Null => f.write_str("null handle"),
            Self::Garbage => f.write_str("garbage handle"),
        }
    }
}

impl fmt::Display for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dynamic = if self.dynamic { "dynamic" } else { "static" };
        let caller = if self.kernel { "kernel" } else { "user" };
        let wait = if self.infinite_wait {
            "infinite"
        } else {
            "finite"
        };
        write!(f, "{dynamic} {caller} {wait}")?;
        self.key.map_or(Ok(()), |key| write!(f, " key {key}"))
    }
}

impl fmt::Display for Addition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key {
            Some(key) => write!(f, "{} {key}", self.kind)?,
            None => write!(f, "{} with a zero key", self.kind)?,
        }
        let flags = [
            (!self.named, "unnamed"),
            (self.persistent, "persistent"),
            (self.boot_time, "boot-time"),
            (self.disabled, "disabled"),
            (self.permit_if_unregistered, "permit-if-unregistered"),
            (self.layer.is_none(), "unknown-layer"),
        ];
        let set = flags.iter().filter(|(set, _)| *set);
        set.map(|(_, flag)| *flag)
            .try_for_each(|flag| write!(f, " {flag}"))?;
        let named = [
            ("provider", self.provider),
            ("layer", self.layer.filter(|layer| *layer != 0)),
            ("sublayer", self.sublayer),
            ("context", self.context),
        ];
        for (what, key) in named {
            key.map_or(Ok(()), |key| write!(f, " {what}={key}"))?;
        }
        match self.action {
            Action::Permit => Ok(()),
            action => write!(f, " {action:?}"),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByKey(name) => write!(f, "{name}"),
            Self::ById(Some(number)) => write!(f, "filter with the id of #{number}"),
            Self::ById(None) => f.write_str("filter with an unknown id"),
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(opening) => write!(f, "open {opening}"),
            Self::Begin(mode) => write!(f, "begin {mode:?}"),
            Self::Add(addition) => write!(f, "add {addition}"),
            Self::Delete(target) => write!(f, "delete {target}"),
            Self::Get(target) => write!(f, "get {target}"),
            other => write!(f, "{other:?}"),
        }
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "thread {}, {}: {}", self.thread, self.handle, self.call)
    }
}
