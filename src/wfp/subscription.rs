//! Subscriptions to changes.
//!
//! Source: <https://learn.microsoft.com/windows/win32/fwp/change-notifications>. A subscriber is
//! told by a thread of the system, later; nothing is promised about when, and a notification may be
//! lost. It is not told of changes through its own session. A session's end cancels its
//! subscriptions; cancelling one waits for its callback, if that runs. Left out: templates, and
//! subscriptions to sessions and connections.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::execution::Fact;
use crate::execution::ObjectKind;
use crate::execution::Operation;
use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::status::NtStatus;

use super::Change;
use super::Engine;
use super::EngineFault;
use super::EngineHandle;
use super::FilterId;
use super::Key;
use super::Kind;
use super::SubscriptionHandle;
use super::key::name;
use super::session::Session;
use super::session::Slot;
use super::session::State;
use super::system::Task;

/// What a subscriber is told (`FWPM_FILTER_CHANGE0` and its siblings).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChangeNotice {
    /// The kind of object.
    pub kind: Kind,
    /// Its key.
    pub key: Key,
    /// Its identifier, if it is a filter.
    pub filter: Option<FilterId>,
    /// Whether it was added; else it was deleted.
    pub added: bool,
}

/// A subscriber's function. It may take steps.
pub type ChangeFn = Arc<dyn Fn(ChangeNotice) + Send + Sync>;

struct Subscription {
    handle: SubscriptionHandle,
    session: EngineHandle,
    kind: Kind,
    function: ChangeFn,
    /// How many callbacks run now.
    running: u32,
}

/// The subscriptions that were not cancelled.
#[derive(Default)]
pub(super) struct Subscriptions(Vec<Subscription>);

impl fmt::Debug for Subscriptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|subscription| subscription.handle))
            .finish()
    }
}

/// A change that a subscriber is to be told of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    subscription: SubscriptionHandle,
    notice: ChangeNotice,
}

impl ChangeNotice {
    fn of(change: Change) -> Self {
        let notice = |kind, key, added| Self {
            kind,
            key,
            filter: None,
            added,
        };
        match change {
            Change::AddProvider(provider) => notice(Kind::Provider, provider.key, true),
            Change::RemoveProvider(key) => notice(Kind::Provider, key, false),
            Change::AddSublayer(sublayer) => notice(Kind::Sublayer, sublayer.key, true),
            Change::RemoveSublayer(key) => notice(Kind::Sublayer, key, false),
            Change::AddCallout(callout) => notice(Kind::Callout, callout.key, true),
            Change::RemoveCallout(key) => notice(Kind::Callout, key, false),
            Change::AddProviderContext(context) => notice(Kind::ProviderContext, context.key, true),
            Change::RemoveProviderContext(key) => notice(Kind::ProviderContext, key, false),
            Change::AddFilter(filter) => Self {
                filter: Some(filter.id),
                ..notice(Kind::Filter, filter.key, true)
            },
            Change::RemoveFilter(filter) => Self {
                filter: Some(filter.id),
                ..notice(Kind::Filter, filter.key, false)
            },
        }
    }
}

impl<R: Runtime> Engine<R> {
    /// `Fwpm…SubscribeChanges0` for all objects of a kind.
    ///
    /// # Errors
    ///
    /// `TXN_IN_PROGRESS` inside an explicit transaction, and what is common to all calls.
    pub fn subscribe_changes(
        &self,
        handle: EngineHandle,
        kind: Kind,
        function: ChangeFn,
    ) -> Result<SubscriptionHandle, NtStatus> {
        let call = self.call_without_lock(handle, Verb::Subscribe)?;
        let own = SubscriptionHandle(name::<R>(ObjectKind::Subscription)?.serial());
        let subscriptions = &self.inner().subscriptions;
        let objects = (&call.session.slot, subscriptions);
        let denied = self.is_denied(call.verb, call.session.options.kernel);
        R::act(
            call.operation(),
            objects,
            |(mut slot, mut subscriptions)| {
                if let Some(refused) = self
                    .refusal(&mut slot, call.began_open)
                    .or_else(|| in_transaction(&slot))
                {
                    return Err(refused);
                }
                if denied {
                    return Err(NtStatus::ACCESS_DENIED);
                }
                subscriptions.0.push(Subscription {
                    handle: own,
                    session: handle,
                    kind,
                    function,
                    running: 0,
                });
                self.inner().ever.subscribed.store(true, Ordering::Relaxed);
                Ok(own)
            },
        )
    }

    /// `Fwpm…UnsubscribeChanges0`: when it returns, no callback runs or will run.
    ///
    /// Returns `TXN_IN_PROGRESS` inside an explicit transaction, `NOT_FOUND` for a subscription
    /// that is none of this session, and what is common to all calls.
    pub fn unsubscribe_changes(
        &self,
        handle: EngineHandle,
        subscription: SubscriptionHandle,
    ) -> NtStatus {
        let call = match self.call_without_lock(handle, Verb::Unsubscribe) {
            Ok(call) => call,
            Err(status) => return status,
        };
        let objects = (&call.session.slot, &self.inner().subscriptions);
        R::wait(
            call.operation(),
            objects,
            |(slot, subscriptions)| {
                let mut known = subscriptions.0.iter();
                !slot.is_idle()
                    || known.all(|known| known.handle != subscription || known.running == 0)
            },
            |(mut slot, mut subscriptions)| {
                if let Some(refused) = self
                    .refusal(&mut slot, call.began_open)
                    .or_else(|| in_transaction(&slot))
                {
                    return refused;
                }
                let before = subscriptions.0.len();
                let own =
                    |known: &Subscription| known.handle == subscription && known.session == handle;
                subscriptions.0.retain(|known| !own(known));
                if subscriptions.0.len() == before {
                    return NtStatus::NOT_FOUND;
                }
                NtStatus::SUCCESS
            },
        )
    }

    /// A session has ended: its subscriptions are cancelled.
    pub(super) fn cancel_subscriptions(&self, session: &Session<R>) {
        if !self.inner().ever.subscribed.load(Ordering::Relaxed) {
            return;
        }
        let subscriptions = &self.inner().subscriptions;
        let operation = Operation::on(Verb::Unsubscribe, session.slot.id()).with(1);
        let handle = session.handle();
        R::act(operation, (subscriptions,), |(mut subscriptions,)| {
            subscriptions.0.retain(|known| known.session != handle);
        });
    }

    /// Objects have changed: leaves it to the system to tell the subscribers of other sessions.
    pub(super) fn publish(
        &self,
        session: &Session<R>,
        changes: impl ExactSizeIterator<Item = Change>,
    ) {
        if changes.len() == 0 || !self.inner().ever.subscribed.load(Ordering::Relaxed) {
            return;
        }
        let subscriptions = &self.inner().subscriptions;
        let operation = Operation::on(Verb::Publish, session.slot.id());
        let handle = session.handle();
        let ((), events) = R::act(operation, (subscriptions,), |(subscriptions,)| {
            let events = changes.flat_map(|change| {
                let notice = ChangeNotice::of(change);
                let wanted = subscriptions.0.iter();
                let wanted =
                    wanted.filter(move |one| one.session != handle && one.kind == notice.kind);
                wanted.map(move |one| Event {
                    subscription: one.handle,
                    notice,
                })
            });
            ((), events.collect::<Vec<Event>>())
        });
        for event in events {
            match self.fault(Verb::NotifyChange) {
                Some(EngineFault::NotificationLost) => {
                    R::record(Fact::FaultInjected);
                    let operation = Operation::on(Verb::NotificationLost, session.slot.id());
                    R::act(operation, (), |()| ());
                }
                _ => self.defer(Task::Changed(event)),
            }
        }
    }

    /// Tells a subscriber of a change, if the subscription is still there.
    pub(super) fn tell_changed(&self, event: &Event) {
        let subscriptions = &self.inner().subscriptions;
        let operation = Operation::on(Verb::NotifyChange, subscriptions.id());
        let own = |known: &&mut Subscription| known.handle == event.subscription;
        let (_, function) = R::act(operation, (subscriptions,), |(mut subscriptions,)| {
            let function = subscriptions.0.iter_mut().find(own).map(|known| {
                known.running += 1;
                Arc::clone(&known.function)
            });
            (function.is_some(), function)
        });
        let Some(function) = function else {
            return;
        };
        function(event.notice);
        let operation = Operation::on(Verb::NotifyReturns, subscriptions.id());
        R::act(operation, (subscriptions,), |(mut subscriptions,)| {
            if let Some(known) = subscriptions.0.iter_mut().find(own) {
                known.running -= 1;
            }
        });
    }
}

/// What is not legal inside any explicit transaction.
pub(super) fn in_transaction(slot: &Slot) -> Option<NtStatus> {
    matches!(slot.state, State::Open(_)).then_some(NtStatus::TXN_IN_PROGRESS)
}
