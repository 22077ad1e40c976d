//! What a step does, as data: text is made only when a trace is rendered.

use super::ObjectId;
use super::THREADS_MAX;
use super::ThreadId;

/// The operation of one step: what it does, to which object, with which number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Operation {
    /// What it does.
    pub verb: Verb,
    /// The object it is about; a step may touch others too. `None` for a choice.
    pub object: Option<ObjectId>,
    /// A number that tells alike operations apart for a reader: an index, a key, a count.
    pub argument: u32,
}

impl Operation {
    /// An operation on an object.
    pub const fn on(verb: Verb, object: ObjectId) -> Self {
        Self {
            verb,
            object: Some(object),
            argument: 0,
        }
    }

    /// An operation on no object.
    pub const fn local(verb: Verb) -> Self {
        Self {
            verb,
            object: None,
            argument: 0,
        }
    }

    /// The start of a thread by one that runs.
    pub fn start_of(thread: ThreadId) -> Self {
        Self::local(Verb::Spawn).with(u32::from(thread.byte()))
    }

    /// The thread that the operation starts, if it starts one.
    pub fn started(self) -> Option<ThreadId> {
        let index = usize::try_from(self.argument).ok()?;
        (self.verb == Verb::Spawn && index < THREADS_MAX).then(|| ThreadId::new(index))
    }

    /// The same operation with a number.
    #[must_use]
    pub const fn with(self, argument: u32) -> Self {
        Self { argument, ..self }
    }
}

macro_rules! verbs {
    ($($(#[$doc:meta])* $verb:ident = $name:literal, $title:literal;)*) => {
        /// Every kind of step there is. The set is closed, so that a schedule with an unknown
        /// operation is noticed when it is read.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Verb {
            $($(#[$doc])* $verb,)*
        }

        impl Verb {
            /// All verbs, in the order of their declaration.
            pub const ALL: &'static [Self] = &[$(Self::$verb,)*];

            /// The verb as a schedule writes it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$verb => $name,)* }
            }

            /// The verb as a table shows it to a driver engineer.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$verb => $title,)* }
            }
        }
    };
}

verbs! {
    /// `FwpmEngineOpen0`.
    EngineOpen = "open", "FwpmEngineOpen";
    /// `FwpmEngineClose0`.
    EngineClose = "close", "FwpmEngineClose";
    /// `FwpmTransactionBegin0`.
    Begin = "begin", "FwpmTransactionBegin";
    /// `FwpmTransactionCommit0`.
    Commit = "commit", "FwpmTransactionCommit";
    /// `FwpmTransactionAbort0`.
    Abort = "abort", "FwpmTransactionAbort";
    /// `FwpmProviderAdd0`.
    ProviderAdd = "provider-add", "FwpmProviderAdd";
    /// `FwpmProviderDeleteByKey0`.
    ProviderDelete = "provider-delete", "FwpmProviderDeleteByKey";
    /// `FwpmSubLayerAdd0`.
    SublayerAdd = "sublayer-add", "FwpmSubLayerAdd";
    /// `FwpmSubLayerDeleteByKey0`.
    SublayerDelete = "sublayer-delete", "FwpmSubLayerDeleteByKey";
    /// `FwpmCalloutAdd0`.
    CalloutAdd = "callout-add", "FwpmCalloutAdd";
    /// `FwpmCalloutDeleteByKey0`.
    CalloutDelete = "callout-delete", "FwpmCalloutDeleteByKey";
    /// `FwpsCalloutRegister`.
    CalloutRegister = "register", "FwpsCalloutRegister";
    /// `FwpsCalloutUnregisterById0`.
    CalloutUnregister = "unregister", "FwpsCalloutUnregisterById";
    /// `FwpmFilterAdd0`.
    FilterAdd = "add", "FwpmFilterAdd";
    /// `FwpmFilterDeleteById0`.
    FilterDelete = "delete", "FwpmFilterDeleteById";
    /// `FwpmProviderContextAdd0`.
    ProviderContextAdd = "context-add", "FwpmProviderContextAdd";
    /// `FwpmProviderContextDeleteByKey0`.
    ProviderContextDelete = "context-delete", "FwpmProviderContextDeleteByKey";
    /// `FwpmEngineSetOption0`.
    SetOption = "set-option", "FwpmEngineSetOption";
    /// `Fwpm…SetSecurityInfo0`.
    SetSecurity = "set-security", "Fwpm…SetSecurityInfo";
    /// `Fwpm…CreateEnumHandle0`.
    EnumCreate = "enum-create", "Fwpm…CreateEnumHandle";
    /// `Fwpm…Enum0`.
    Enumerate = "enum", "Fwpm…Enum";
    /// `Fwpm…DestroyEnumHandle0`.
    EnumDestroy = "enum-destroy", "Fwpm…DestroyEnumHandle";
    /// `Fwpm…SubscribeChanges0`.
    Subscribe = "subscribe", "Fwpm…SubscribeChanges";
    /// `Fwpm…UnsubscribeChanges0`.
    Unsubscribe = "unsubscribe", "Fwpm…UnsubscribeChanges";
    /// `FwpmBfeStateGet0`.
    ServiceState = "service-state", "FwpmBfeStateGet";
    /// The engine stops: one step of that.
    ServiceStop = "service-stop", "engine stops";
    /// The engine starts again: one step of that.
    ServiceStart = "service-start", "engine starts";
    /// `FwpsFlowAssociateContext0`.
    FlowAssociate = "flow-associate", "FwpsFlowAssociateContext";
    /// `FwpsFlowRemoveContext0`.
    FlowRemove = "flow-remove", "FwpsFlowRemoveContext";
    /// A look-up: `FwpmFilterGetById0` and its siblings.
    Lookup = "get", "Fwpm…Get";
    /// The end of an implicit transaction that had to call back before it could end.
    ImplicitEnd = "implicit-end", "implicit transaction ends";
    /// Acquire the lock that a strategy puts around engine calls.
    GuardAcquire = "guard", "acquire engine guard";
    /// Release that lock.
    GuardRelease = "unguard", "release engine guard";
    /// The link object leaves INITIAL for ATTACHING.
    LinkAttaching = "link-attaching", "link: ATTACHING";
    /// The link object takes the provider's data during the NMR call-back.
    LinkBind = "link-bind", "link: store provider";
    /// The link object records that a provider is attached.
    LinkProvider = "link-provider", "link: provider attached";
    /// The link object ends its attach: ATTACHED, or the failure tail.
    LinkAttached = "link-attached", "link: attach ends";
    /// The link object leaves ATTACHED for DETACHING.
    LinkDetaching = "link-detaching", "link: DETACHING";
    /// The link object becomes DETACHED.
    LinkDetached = "link-detached", "link: DETACHED";
    /// `NmrRegisterClient`.
    NmrRegister = "nmr-register", "NmrRegisterClient";
    /// `NmrClientAttachProvider` has succeeded: the binding exists.
    NmrBound = "nmr-bound", "NMR: bound";
    /// `NmrDeregisterClient`.
    NmrDeregister = "nmr-deregister", "NmrDeregisterClient";
    /// `NmrProviderDetachClientComplete`.
    NmrDetachComplete = "nmr-complete", "NmrProviderDetachClientComplete";
    /// `NmrWaitForClientDeregisterComplete`.
    NmrWait = "nmr-wait", "NmrWaitForClientDeregisterComplete";
    /// Acquire the provider's push lock.
    ProviderAcquire = "provider-lock", "ExAcquirePushLockExclusive";
    /// Release the provider's push lock.
    ProviderRelease = "provider-unlock", "ExReleasePushLockExclusive";
    /// Look at the provider's list of filter contexts.
    ListScan = "list-scan", "provider: check capability";
    /// Insert a filter context into the provider's list.
    ListInsert = "list-insert", "provider: insert context";
    /// Remove a filter context from the provider's list.
    ListRemove = "list-remove", "provider: remove context";
    /// Acquire a rundown reference.
    RundownAcquire = "rundown-acquire", "ExAcquireRundownProtection";
    /// Release a rundown reference.
    RundownRelease = "rundown-release", "ExReleaseRundownProtection";
    /// Wait until every rundown reference is released.
    RundownWait = "rundown-wait", "ExWaitForRundownProtectionRelease";
    /// Add a client to a filter context.
    ClientAdd = "client-add", "context: add client";
    /// Remove a client from a filter context.
    ClientRemove = "client-remove", "context: remove client";
    /// Take a reference on a filter context.
    Reference = "reference", "context: reference";
    /// Give a reference on a filter context back.
    Dereference = "dereference", "context: dereference";
    /// Publish the filter ids of a filter context.
    FiltersPublish = "filters-publish", "context: publish filter ids";
    /// Note the state of a filter after its delete call.
    FilterState = "filter-state", "context: filter state";
    /// The call-back for a deleted filter.
    NotifyDelete = "notify-delete", "notifyFn DELETE_FILTER";
    /// The call-back for an added filter.
    NotifyAdd = "notify-add", "notifyFn ADD_FILTER";
    /// The call-back for an added filter that was committed.
    NotifyCommit = "notify-commit", "notifyFn ADD_FILTER_POST_COMMIT";
    /// The call-back for a change that somebody subscribed to.
    NotifyChange = "notify-change", "change callback";
    /// A notification that never comes.
    NotificationLost = "notification-lost", "notification lost";
    /// A call-back has returned.
    NotifyReturns = "notify-returns", "call-back returns";
    /// Look whether a callout has functions.
    CalloutLookUp = "callout-look-up", "callout registered?";
    /// A commit looks for filters that no callout was told of.
    Prepare = "prepare", "commit prepares";
    /// A commit looks for who subscribed to what it has changed.
    Publish = "publish", "changes published";
    /// A call has done its work and its answer gets lost.
    AnswerLost = "answer-lost", "answer lost";
    /// A call begins, where a close of its handle by another thread may meet it.
    CallEnters = "call-enters", "call under way";
    /// Something is left to a thread of the system.
    Defer = "defer", "left to the system";
    /// A thread of the system takes up what was left to it.
    SystemWork = "system-work", "system goes on";
    /// A thread of the system watches how long a transaction takes.
    Watchdog = "watchdog", "transaction watchdog";
    /// A thread leaves nothing to the system any more.
    Leave = "leave", "no further calls";
    /// Start a thread or a work item.
    Spawn = "spawn", "IoQueueWorkItem";
    /// A fault is injected, or not: a choice.
    Fault = "fault", "inject a fault?";
    /// A choice of a small program.
    Choose = "choose", "choose";
    /// Read a shared variable.
    Load = "load", "load";
    /// Write a shared variable.
    Store = "store", "store";
    /// Read, change and write a shared variable in one step.
    Update = "update", "read-modify-write";
    /// Compare-and-swap: a try.
    Swap = "cas", "compare-and-swap";
    /// Spin until a shared variable reads as wanted.
    SpinLoad = "spin-load", "spin until loaded";
    /// Spin until a compare-and-swap succeeds.
    SpinSwap = "spin-cas", "spin until swapped";
    /// Wait until something that a round of a loop has looked at changes.
    Retry = "retry", "wait to retry";
    /// Acquire a lock.
    Lock = "lock", "lock";
    /// Try to acquire a lock.
    TryLock = "try-lock", "try-lock";
    /// Release a lock.
    Unlock = "unlock", "unlock";
    /// Acquire a lock in shared mode.
    LockShared = "lock-shared", "lock shared";
    /// Release a lock held in shared mode.
    UnlockShared = "unlock-shared", "unlock shared";
    /// Signal an event.
    EventSet = "set", "set event";
    /// Wait for an event.
    EventWait = "wait", "wait for event";
    /// Give a mutex up and begin to wait on a condition variable.
    ConditionWait = "condition-wait", "wait on condition";
    /// Wake from a wait on a condition variable.
    ConditionWake = "condition-wake", "wake from condition";
    /// Notify one who waits on a condition variable.
    NotifyOne = "notify-one", "notify one";
    /// Notify all who wait on a condition variable.
    NotifyAll = "notify-all", "notify all";
    /// The end of a thread that may be joined.
    Finish = "finish", "finish";
    /// Wait for the end of a thread.
    Join = "join", "join";
}

impl Verb {
    /// Whether it is a call of the engine or of the kernel's side of it.
    pub fn is_engine_call(self) -> bool {
        self.title().starts_with("Fwp")
    }

    /// Whether a thread that waits in it runs all the while: a loop that looks, and goes round.
    pub const fn spins(self) -> bool {
        matches!(self, Self::SpinLoad | Self::SpinSwap | Self::Retry)
    }

    /// Whether it takes something that it or another gives back later, if it does anything.
    pub const fn takes_hold(self) -> bool {
        matches!(
            self,
            Self::Begin
                | Self::GuardAcquire
                | Self::ProviderAcquire
                | Self::RundownAcquire
                | Self::Lock
                | Self::TryLock
                | Self::LockShared
        )
    }

    /// The verb with this name in schedules.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|verb| verb.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_name_reads_back_and_is_used_once() {
        let names: BTreeSet<&str> = Verb::ALL.iter().map(|verb| verb.name()).collect();

        assert_eq!(names.len(), Verb::ALL.len());
        for &verb in Verb::ALL {
            assert_eq!(Verb::from_name(verb.name()), Some(verb));
        }
    }
}
