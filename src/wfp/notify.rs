//! The functions of callouts: registering them, and calling back.
//!
//! Source: <https://learn.microsoft.com/windows-hardware/drivers/ddi/fwpsk/nc-fwpsk-fwps_callout_notify_fn2>.
//! An added filter is told when `FwpmFilterAdd0` adds it, and an error refuses it; nothing is told
//! of filters that were there before the functions were registered. A deleted filter is told when
//! the delete takes effect, and the answer is ignored. A delete that fails or is rolled back tells
//! nothing, and neither does anything after the functions are unregistered.

use std::fmt;
use std::sync::Arc;

use crate::execution::Operation;
use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::status::NtStatus;

use super::Change;
use super::Engine;
use super::Filter;
use super::Key;

/// What a callout's notify function is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notification {
    /// `FWPS_CALLOUT_NOTIFY_ADD_FILTER`.
    FilterAdded(Filter),
    /// `FWPS_CALLOUT_NOTIFY_DELETE_FILTER`.
    FilterDeleted(Filter),
}

/// A callout's notify function. It may take steps.
pub type NotifyFn = Arc<dyn Fn(Notification) -> NtStatus + Send + Sync>;

/// The callouts with registered functions.
#[derive(Default)]
pub(super) struct CalloutFunctions(Vec<(Key, NotifyFn)>);

impl fmt::Debug for CalloutFunctions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(key, _)| key))
            .finish()
    }
}

impl CalloutFunctions {
    fn find(&self, key: Key) -> Option<NotifyFn> {
        let registered = self.0.iter().find(|(registered, _)| *registered == key);
        registered.map(|(_, notify)| Arc::clone(notify))
    }
}

impl<R: Runtime> Engine<R> {
    /// `FwpsCalloutRegister`: registers the functions of a callout. Not part of any transaction.
    ///
    /// Returns `ALREADY_EXISTS` if the callout has functions.
    pub fn callout_register(&self, key: Key, notify: NotifyFn) -> NtStatus {
        let operation = Operation::on(Verb::CalloutRegister, self.functions().id());
        R::act(operation, (self.functions(),), |(mut functions,)| {
            if functions.find(key).is_some() {
                return NtStatus::ALREADY_EXISTS;
            }
            functions.0.push((key, notify));
            NtStatus::SUCCESS
        })
    }

    /// `FwpsCalloutUnregisterByKey0`. Succeeds also while filters name the callout.
    ///
    /// Returns `CALLOUT_NOT_FOUND` if the callout has no functions.
    pub fn callout_unregister(&self, key: Key) -> NtStatus {
        let operation = Operation::on(Verb::CalloutUnregister, self.functions().id());
        R::act(operation, (self.functions(),), |(mut functions,)| {
            if functions.find(key).is_none() {
                return NtStatus::CALLOUT_NOT_FOUND;
            }
            functions.0.retain(|(registered, _)| *registered != key);
            NtStatus::SUCCESS
        })
    }

    /// Tells a callout of a filter that is being added.
    pub(super) fn notify_added(&self, filter: &Filter) -> Result<(), NtStatus> {
        let Some(notify) = self.functions_of(Verb::NotifyAdd, filter) else {
            return Ok(());
        };
        let accepted = notify(Notification::FilterAdded(*filter)).is_success();
        if accepted {
            Ok(())
        } else {
            Err(NtStatus::CALLOUT_NOTIFICATION_FAILED)
        }
    }

    /// Tells the callouts of the filters among what was removed.
    pub(super) fn notify_deleted(&self, changes: &[Change]) {
        for change in changes {
            if let Change::RemoveFilter(filter) = change
                && let Some(notify) = self.functions_of(Verb::NotifyDelete, filter)
            {
                // The answer to a delete is ignored.
                let _ignored = notify(Notification::FilterDeleted(*filter));
            }
        }
    }

    /// The notify function of a filter's callout, if there is one now.
    fn functions_of(&self, verb: Verb, filter: &Filter) -> Option<NotifyFn> {
        let key = filter.callout?;
        let operation = Operation::on(verb, self.functions().id()).with(filter.id.value());
        let look = R::act(operation, (self.functions(),), |(functions,)| {
            let found = functions.find(key);
            (found.is_some(), found)
        });
        look.1
    }
}
