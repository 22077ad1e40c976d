//! The functions of callouts: registering and unregistering them, and flows that they mark.
//!
//! Source: <https://learn.microsoft.com/windows-hardware/drivers/ddi/fwpsk/nf-fwpsk-fwpscalloutregister2>
//! and <https://learn.microsoft.com/windows-hardware/drivers/ddi/fwpsk/nf-fwpsk-fwpscalloutunregisterbyid0>.
//! No part of any transaction, and possible while the engine does not run. A callout whose
//! functions marked flows is not unregistered before the marks are removed. Left out: classifying.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::execution::Operation;
use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::runtime::View;
use crate::status::NtStatus;

use super::CalloutId;
use super::Engine;
use super::Filter;
use super::Key;
use super::Question;
use super::Unregister;

/// What a callout's notify function is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notification {
    /// `FWPS_CALLOUT_NOTIFY_ADD_FILTER`. With the filter's key.
    FilterAdded(Filter),
    /// `FWPS_CALLOUT_NOTIFY_DELETE_FILTER`. Windows passes no key here.
    FilterDeleted(Filter),
    /// `FWPS_CALLOUT_NOTIFY_ADD_FILTER_POST_COMMIT`.
    FilterCommitted(Filter),
}

impl Notification {
    /// The filter that it is about.
    pub const fn filter(&self) -> &Filter {
        match self {
            Self::FilterAdded(filter)
            | Self::FilterDeleted(filter)
            | Self::FilterCommitted(filter) => filter,
        }
    }

    /// What Windows passes as `filterKey`: the filter's key, but a null pointer of one deleted.
    pub const fn filter_key(&self) -> Option<Key> {
        match self {
            Self::FilterAdded(filter) | Self::FilterCommitted(filter) => Some(filter.key),
            Self::FilterDeleted(_) => None,
        }
    }
}

/// A callout's notify function. It may take steps.
pub type NotifyFn = Arc<dyn Fn(Notification) -> NtStatus + Send + Sync>;

/// A callout's function for the end of a flow's mark, with the mark. It may take steps.
pub type FlowDeleteFn = Arc<dyn Fn(u32) + Send + Sync>;

/// The functions of a callout (`FWPS_CALLOUT2`).
#[derive(Clone)]
pub struct CalloutFunctions {
    /// Called when filters come and go.
    pub notify: NotifyFn,
    /// Called when the mark of a flow is removed.
    pub flow_delete: Option<FlowDeleteFn>,
    /// `FWP_CALLOUT_FLAG_ENABLE_COMMIT_ADD_NOTIFY`: also called when an added filter is committed.
    pub commit_add_notify: bool,
}

impl fmt::Debug for CalloutFunctions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CalloutFunctions")
            .field("commit_add_notify", &self.commit_add_notify)
            .finish_non_exhaustive()
    }
}

impl From<NotifyFn> for CalloutFunctions {
    fn from(notify: NotifyFn) -> Self {
        Self {
            notify,
            flow_delete: None,
            commit_add_notify: false,
        }
    }
}

/// A callout with registered functions.
#[derive(Debug)]
struct Registered {
    key: Key,
    functions: CalloutFunctions,
    /// How many of its functions run now.
    running: u32,
    /// Whether somebody is about to unregister it, and waits.
    unregistering: bool,
    /// The marks of flows that were not removed.
    flows: Vec<u32>,
}

/// The callouts with registered functions.
#[derive(Debug, Default)]
pub(super) struct Callouts(Vec<Registered>);

impl Callouts {
    fn find(&self, key: Key) -> Option<&Registered> {
        self.0.iter().find(|registered| registered.key == key)
    }

    fn find_mut(&mut self, key: Key) -> Option<&mut Registered> {
        self.0.iter_mut().find(|registered| registered.key == key)
    }

    pub(super) fn functions(&self, key: Key) -> Option<&CalloutFunctions> {
        self.find(key).map(|registered| &registered.functions)
    }
}

/// One of the functions of a callout begins or ends to run.
pub(super) fn count_running(callouts: &mut View<'_, Callouts>, key: Key, begins: bool) {
    // Others that only count do not see it.
    let Some(registered) = callouts.commuting().find_mut(key) else {
        return;
    };
    if begins {
        registered.running += 1;
    } else {
        registered.running -= 1;
    }
}

/// What an unregister finds.
enum LookedUp {
    Failed(NtStatus),
    Running,
    Gone,
}

impl<R: Runtime> Engine<R> {
    /// `FwpsCalloutRegister`: registers the functions of a callout. The identifier is the one that
    /// `FwpmCalloutAdd0` returns.
    ///
    /// # Errors
    ///
    /// `ALREADY_EXISTS` if the callout has functions, `IN_USE` while they are being unregistered,
    /// `TOO_MANY_CALLOUTS` if as many have functions as may.
    pub fn callout_register(
        &self,
        key: Key,
        functions: impl Into<CalloutFunctions>,
    ) -> Result<CalloutId, NtStatus> {
        let callouts = &self.inner().callouts;
        let functions = functions.into();
        let ever = &self.inner().ever;
        let wants_commits = functions.commit_add_notify;
        let callouts_max = self.inner().options.callouts_max;
        let operation = Operation::on(Verb::CalloutRegister, callouts.id());
        let status = R::act(operation, (callouts,), |(mut callouts,)| {
            match callouts.find(key) {
                Some(known) if known.unregistering => NtStatus::IN_USE,
                Some(_) => NtStatus::ALREADY_EXISTS,
                None if callouts.0.len() >= callouts_max => NtStatus::TOO_MANY_CALLOUTS,
                None => {
                    callouts.0.push(Registered {
                        key,
                        functions,
                        running: 0,
                        unregistering: false,
                        flows: Vec::new(),
                    });
                    ever.registered.store(true, Ordering::Relaxed);
                    ever.wants_commits
                        .fetch_or(wants_commits, Ordering::Relaxed);
                    NtStatus::SUCCESS
                }
            }
        });
        if !status.is_success() {
            return Err(status);
        }
        Ok(CalloutId::of(key))
    }

    /// `FwpsCalloutUnregisterByKey0`. Succeeds also while filters name the callout.
    ///
    /// Returns `CALLOUT_NOT_FOUND` if the callout has no functions, `DEVICE_BUSY` while flows have
    /// its marks, `IN_USE` while somebody else unregisters it.
    pub fn callout_unregister(&self, key: Key) -> NtStatus {
        let callouts = &self.inner().callouts;
        let operation = Operation::on(Verb::CalloutUnregister, callouts.id());
        let status = |found: LookedUp| match found {
            LookedUp::Failed(status) => status,
            LookedUp::Running => NtStatus::PENDING,
            LookedUp::Gone => NtStatus::SUCCESS,
        };
        let found = R::act(operation, (callouts,), |(mut callouts,)| {
            status(self.unregister(&mut callouts, key))
        });
        if found != NtStatus::PENDING {
            return found;
        }
        R::wait(
            operation.with(1),
            (callouts,),
            |(callouts,)| callouts.find(key).is_none_or(|known| known.running == 0),
            |(mut callouts,)| callouts.0.retain(|known| known.key != key),
        );
        NtStatus::SUCCESS
    }

    fn unregister(&self, callouts: &mut View<'_, Callouts>, key: Key) -> LookedUp {
        let Some(known) = callouts.find(key) else {
            return LookedUp::Failed(NtStatus::CALLOUT_NOT_FOUND);
        };
        if known.unregistering {
            return LookedUp::Failed(NtStatus::IN_USE);
        }
        if !known.flows.is_empty() {
            return LookedUp::Failed(NtStatus::DEVICE_BUSY);
        }
        if known.running == 0 {
            callouts.0.retain(|known| known.key != key);
            return LookedUp::Gone;
        }
        match self.ledger().consult(Question::Unregister).unregister {
            Unregister::Fails => LookedUp::Failed(NtStatus::DEVICE_BUSY),
            Unregister::Waits => {
                let known = callouts.find_mut(key).expect("it was found");
                known.unregistering = true;
                LookedUp::Running
            }
        }
    }

    /// `FwpsFlowAssociateContext0`: marks a flow.
    ///
    /// Returns `CALLOUT_NOT_FOUND` if the callout has no functions, `INVALID_PARAMETER` if these
    /// have none for the end of the mark, `ALREADY_EXISTS` if the flow has one.
    pub fn flow_associate_context(&self, key: Key, flow: u32) -> NtStatus {
        let callouts = &self.inner().callouts;
        let operation = Operation::on(Verb::FlowAssociate, callouts.id()).with(flow);
        R::act(operation, (callouts,), |(mut callouts,)| {
            let Some(known) = callouts.find_mut(key) else {
                return NtStatus::CALLOUT_NOT_FOUND;
            };
            if known.functions.flow_delete.is_none() {
                return NtStatus::INVALID_PARAMETER;
            }
            if known.flows.contains(&flow) {
                return NtStatus::ALREADY_EXISTS;
            }
            known.flows.push(flow);
            NtStatus::SUCCESS
        })
    }

    /// `FwpsFlowRemoveContext0`: removes the mark of a flow. The callout's function for that has
    /// run when it returns.
    ///
    /// Returns `UNSUCCESSFUL` if the flow has no mark of this callout.
    pub fn flow_remove_context(&self, key: Key, flow: u32) -> NtStatus {
        let callouts = &self.inner().callouts;
        let operation = Operation::on(Verb::FlowRemove, callouts.id()).with(flow);
        let (status, function) = R::act(operation, (callouts,), |(mut callouts,)| {
            let marked = callouts.find_mut(key);
            let Some(known) = marked.filter(|known| known.flows.contains(&flow)) else {
                return (NtStatus::UNSUCCESSFUL, None);
            };
            known.flows.retain(|other| *other != flow);
            (NtStatus::SUCCESS, known.functions.flow_delete.clone())
        });
        if let Some(function) = function {
            function(flow);
        }
        status
    }
}
