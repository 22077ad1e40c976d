//! What a call may answer.

use std::collections::BTreeSet;

use super::Object;
use super::State;

/// The statuses that the rules in scope name. The documentation's own names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    Success,
    CalloutNotFound,
    FilterNotFound,
    LayerNotFound,
    ProviderNotFound,
    ProviderContextNotFound,
    SublayerNotFound,
    AlreadyExists,
    InUse,
    DynamicSessionInProgress,
    WrongSession,
    NoTxnInProgress,
    TxnInProgress,
    TxnAborted,
    SessionAborted,
    IncompatibleTxn,
    Timeout,
    LifetimeMismatch,
    BuiltinObject,
    NullPointer,
    InvalidEnumerator,
    InvalidFlags,
    NullDisplayName,
    CalloutNotificationFailed,
    InvalidHandle,
    DeviceBusy,
    ServerUnavailable,
    Unsuccessful,
    /// None of these: no rule allows it.
    Other(u32),
}

/// What comes back from a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reply {
    /// Nothing yet: it waits for the lock.
    Waits,
    Status(Status),
}

/// What a successful call returns beside its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    Nothing,
    /// The object that was added has this number.
    Made(u32),
    Object(Object),
    /// Those of an enumeration, in an order that nobody promises.
    Objects(Vec<Object>),
}

/// What a callout's notifyFn is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Word {
    /// `FWPS_CALLOUT_NOTIFY_ADD_FILTER`.
    Added,
    /// `FWPS_CALLOUT_NOTIFY_DELETE_FILTER`.
    Deleted,
    /// `FWPS_CALLOUT_NOTIFY_ADD_FILTER_POST_COMMIT`.
    Committed,
}

/// A notification: the word, and the number of the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Told {
    pub(crate) word: Word,
    pub(crate) filter: u32,
    /// Whether a rule asks for it; if not, it may come or not.
    pub(crate) certain: bool,
}

/// One thing that may happen.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub(crate) reply: Reply,
    pub(crate) found: Found,
    /// What callouts are told meanwhile. Those of one word are in order, unless `any_order`.
    pub(crate) told: Vec<Told>,
    pub(crate) any_order: bool,
    /// The state after it; `None` is the state before.
    pub(crate) state: Option<State>,
}

impl Outcome {
    fn of(reply: Reply) -> Self {
        Self {
            reply,
            found: Found::Nothing,
            told: Vec::new(),
            any_order: false,
            state: None,
        }
    }

    pub(crate) fn waits() -> Self {
        Self::of(Reply::Waits)
    }

    /// A status that changes nothing.
    pub(crate) fn status(status: Status) -> Self {
        Self::of(Reply::Status(status))
    }

    /// A success that leads to this state.
    pub(crate) fn success(state: State) -> Self {
        Self::status(Status::Success).leading_to(state)
    }

    pub(crate) fn leading_to(mut self, state: State) -> Self {
        self.state = Some(state);
        self
    }

    pub(crate) fn finding(mut self, found: Found) -> Self {
        self.found = found;
        self
    }

    pub(crate) fn telling(mut self, told: Vec<Told>) -> Self {
        self.told = told;
        self
    }

    pub(crate) fn in_any_order(mut self) -> Self {
        self.any_order = true;
        self
    }
}

/// Everything that may happen. Never empty.
pub(crate) type Answer = Vec<Outcome>;

/// Any of the statuses, and nothing has changed.
pub(crate) fn refused(statuses: impl IntoIterator<Item = Status>) -> Answer {
    statuses.into_iter().map(Outcome::status).collect()
}

/// The rules that a call breaks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Objections {
    /// It must fail, by any of these.
    pub(crate) must: BTreeSet<Status>,
    /// It may fail by these, too: the documentation can be read either way.
    pub(crate) may: BTreeSet<Status>,
}

impl Objections {
    pub(crate) fn must(&mut self, broken: bool, status: Status) {
        if broken {
            self.must.insert(status);
        }
    }

    pub(crate) fn may(&mut self, broken: bool, status: Status) {
        if broken {
            self.may.insert(status);
        }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = Status> {
        self.must.union(&self.may).copied()
    }
}
