//! Calling back: what callouts are told of filters, and when.
//!
//! Source: <https://learn.microsoft.com/windows-hardware/drivers/ddi/fwpsk/nc-fwpsk-fwps_callout_notify_fn2>.
//! An added filter is told to its callout, and an error refuses it; nothing is told of filters that
//! were there before the functions were registered. A deleted filter is told, and the answer is
//! ignored. A delete that fails tells nothing, and neither does anything after the functions are
//! unregistered. When exactly, Windows leaves open: the profile says.
//!
//! Whether a callout has functions is looked up when the notification is due.

use crate::execution::Fact;
use crate::execution::Operation;
use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::runtime::View;
use crate::status::NtStatus;

use super::CalloutFunctions;
use super::Change;
use super::Engine;
use super::EngineFault;
use super::Filter;
use super::Key;
use super::LateRegistration;
use super::Notification;
use super::NotifyAbort;
use super::NotifyAdd;
use super::NotifyDelete;
use super::Question;
use super::call::Call;
use super::callout::Callouts;
use super::callout::count_running;
use super::session::Session;
use super::session::Staged;
use super::system::Task;

/// The functions of a callout that are to be called.
struct Due {
    key: Key,
    functions: CalloutFunctions,
}

/// The filters that were added, with whether their callout was told.
fn added(staged: &[Staged]) -> impl Iterator<Item = (Filter, bool)> {
    staged.iter().filter_map(|staged| {
        if let Change::AddFilter(filter) = staged.change {
            Some((filter, staged.told))
        } else {
            None
        }
    })
}

impl<R: Runtime> Engine<R> {
    /// Whether the filter has a callout and any callout has ever had functions: if not, nobody can
    /// be told of it, and no question about that matters.
    pub(super) fn may_tell(&self, filter: &Filter) -> bool {
        filter.callout().is_some() && self.inner().may_tell()
    }

    /// Whether it is kept of each added filter if its callout was told.
    fn keeps_told(&self) -> bool {
        let profile = self.profile();
        self.inner().options.callouts_change
            || profile.notify_abort == NotifyAbort::CompensatingDelete
            || profile.notify_add == NotifyAdd::AtCommit
    }

    /// Tells a callout of a filter that is being added, by the explicit transaction of a session or
    /// an implicit one.
    pub(super) fn tell_added(
        &self,
        filter: &Filter,
        explicit: Option<&Session<R>>,
    ) -> Result<(), NtStatus> {
        if explicit.is_some() && self.may_tell(filter) {
            let later = self.ledger().consult(Question::NotifyAdd).notify_add;
            if later == NotifyAdd::AtCommit {
                return Ok(());
            }
        }
        self.tell_addition(filter, explicit)
    }

    fn tell_addition(
        &self,
        filter: &Filter,
        explicit: Option<&Session<R>>,
    ) -> Result<(), NtStatus> {
        let keeps = explicit.filter(|_| self.keeps_told());
        let Some(due) = self.due(Verb::NotifyAdd, filter, keeps) else {
            return Ok(());
        };
        let answer = self.call_back(&due, Notification::FilterAdded(*filter));
        if answer.is_success() {
            Ok(())
        } else {
            Err(NtStatus::CALLOUT_NOTIFICATION_FAILED)
        }
    }

    /// Before a commit: tells callouts of the added filters that they are to be told of only now.
    /// Whether any was refused, and so taken out again.
    pub(super) fn tell_before_commit(&self, call: &Call<R>) -> bool {
        let profile = self.profile();
        let late = self.inner().options.callouts_change
            && profile.late_registration == LateRegistration::AtCommit;
        if profile.notify_add != NotifyAdd::AtCommit && !late {
            return false;
        }
        let session = &call.session;
        let operation = Operation::on(Verb::Prepare, session.slot.id());
        let ((), untold) = R::act(operation, (&session.writes,), |(writes,)| {
            let untold = added(&writes.changes).filter(|(_, told)| !told);
            let untold: Vec<Filter> = untold.map(|(filter, _)| filter).collect();
            ((), untold)
        });
        let mut refused = false;
        for filter in untold.iter().filter(|filter| self.may_tell(filter)) {
            if self.tell_addition(filter, Some(session)).is_err() {
                Self::unstage(session, filter);
                refused = true;
            }
        }
        refused
    }

    /// After a commit: tells the callouts that asked for it.
    pub(super) fn tell_committed(&self, staged: &[Staged]) {
        for (filter, told) in added(staged) {
            let gone = Change::RemoveFilter(filter);
            let there = !staged.iter().any(|staged| staged.change == gone);
            if !there || !self.may_tell(&filter) || !self.inner().may_tell_commits() {
                continue;
            }
            if !told && self.is_registered(&filter) {
                // Its functions came after the filter: another reading has told them by now.
                self.ledger().consult(Question::LateRegistration);
            }
            if let Some(due) = self.due(Verb::NotifyCommit, &filter, None) {
                let _ignored = self.call_back(&due, Notification::FilterCommitted(filter));
            }
        }
    }

    /// A delete has taken effect or was staged: tells the callout, if that is when it is told.
    pub(super) fn deleted_by_call(&self, change: Change, staged: bool) {
        let Change::RemoveFilter(filter) = change else {
            return;
        };
        if !self.may_tell(&filter) {
            return;
        }
        let when = self.ledger().consult(Question::NotifyDelete).notify_delete;
        match when {
            NotifyDelete::AtCall => self.tell_deleted_or_fail(&filter),
            NotifyDelete::BeforeReturn if !staged => self.tell_deleted_or_fail(&filter),
            NotifyDelete::Deferred if !staged => self.defer(Task::Deleted(filter)),
            NotifyDelete::BeforeReturn | NotifyDelete::Deferred => {}
        }
    }

    /// An explicit transaction or the end of a dynamic session has deleted filters.
    pub(super) fn deleted_at_commit(&self, staged: &[Staged]) {
        for staged in staged {
            if let Change::RemoveFilter(filter) = staged.change {
                self.deleted_later(&filter);
            }
        }
    }

    fn deleted_later(&self, filter: &Filter) {
        if !self.may_tell(filter) {
            return;
        }
        match self.ledger().consult(Question::NotifyDelete).notify_delete {
            NotifyDelete::BeforeReturn => self.tell_deleted_or_fail(filter),
            NotifyDelete::Deferred => self.defer(Task::Deleted(*filter)),
            NotifyDelete::AtCall => {}
        }
    }

    /// The filters of a dynamic session have gone with it.
    pub(super) fn torn_down(&self, changes: &[Change]) {
        for change in changes {
            if let Change::RemoveFilter(filter) = change
                && self.may_tell(filter)
            {
                match self.ledger().consult(Question::NotifyDelete).notify_delete {
                    NotifyDelete::BeforeReturn | NotifyDelete::AtCall => {
                        self.tell_deleted_or_fail(filter);
                    }
                    NotifyDelete::Deferred => self.defer(Task::Deleted(*filter)),
                }
            }
        }
    }

    /// A transaction was rolled back: whether its added filters are told again.
    pub(super) fn rolled_back(&self, staged: &[Staged]) {
        let keeps = self.keeps_told();
        let at_call = self.profile().notify_delete == NotifyDelete::AtCall;
        // Its callout was told of the end when the transaction deleted it again.
        let known_gone = |filter: &Filter| {
            let gone = Change::RemoveFilter(*filter);
            at_call && staged.iter().any(|staged| staged.change == gone)
        };
        for (filter, told) in added(staged) {
            if (told || !keeps) && self.may_tell(&filter) && !known_gone(&filter) {
                let again = self.ledger().consult(Question::NotifyAbort).notify_abort;
                if again == NotifyAbort::CompensatingDelete {
                    self.tell_deleted(&filter);
                }
            }
        }
    }

    /// Tells a callout of a deleted filter, unless a fault delays or loses that.
    fn tell_deleted_or_fail(&self, filter: &Filter) {
        match self.fault(Verb::NotifyDelete) {
            Some(EngineFault::NotificationLate) => {
                R::record(Fact::FaultInjected);
                self.defer(Task::Deleted(*filter));
            }
            Some(EngineFault::NotificationLost) => {
                R::record(Fact::FaultInjected);
                let operation = self.notification(Verb::NotificationLost, filter);
                R::act(operation, (), |()| ());
            }
            _ => self.tell_deleted(filter),
        }
    }

    /// Tells a callout of a deleted filter, if it has functions now. The answer is ignored.
    pub(super) fn tell_deleted(&self, filter: &Filter) {
        if let Some(due) = self.due(Verb::NotifyDelete, filter, None) {
            let _ignored = self.call_back(&due, Notification::FilterDeleted(*filter));
        }
    }

    fn notification(&self, verb: Verb, filter: &Filter) -> Operation {
        Operation::on(verb, self.inner().callouts.id()).with(filter.id.value())
    }

    /// Whether the filter's callout has functions now, where that can change.
    fn is_registered(&self, filter: &Filter) -> bool {
        let key = filter.callout();
        self.inner().options.callouts_change
            && key.is_some_and(|key| {
                let operation = self.notification(Verb::CalloutLookUp, filter);
                let callouts = (&self.inner().callouts,);
                R::act(operation, callouts, |(callouts,)| {
                    callouts.functions(key).is_some()
                })
            })
    }

    /// The functions of a filter's callout that are to be called now, if there are any; kept in a
    /// session whose transaction wants to know.
    fn due(&self, verb: Verb, filter: &Filter, keeps: Option<&Session<R>>) -> Option<Due> {
        let key = filter.callout()?;
        let operation = self.notification(verb, filter);
        let counts = self.inner().options.callouts_change;
        let find = |callouts: &mut View<'_, Callouts>| {
            let functions = callouts.functions(key).cloned();
            let wanted = |functions: &CalloutFunctions| {
                verb != Verb::NotifyCommit || functions.commit_add_notify
            };
            let functions = functions.filter(wanted)?;
            if counts {
                count_running(callouts, key, true);
            }
            Some(Due { key, functions })
        };
        let callouts = &self.inner().callouts;
        let (_, due) = match keeps {
            None => R::act(operation, (callouts,), |(mut callouts,)| {
                let due = find(&mut callouts);
                (due.is_some(), due)
            }),
            Some(session) => {
                let objects = (callouts, &session.writes);
                R::act(operation, objects, |(mut callouts, mut writes)| {
                    let due = find(&mut callouts);
                    if due.is_some() {
                        let added = Change::AddFilter(*filter);
                        let mut staged = writes.changes.iter_mut();
                        let staged = staged.find(|staged| staged.change == added);
                        if let Some(staged) = staged {
                            staged.told = true;
                        }
                    }
                    (due.is_some(), due)
                })
            }
        };
        due
    }

    /// Calls a notify function.
    fn call_back(&self, due: &Due, notification: Notification) -> NtStatus {
        let inner = self.inner();
        let answer = inner.own.notifying(|| (due.functions.notify)(notification));
        if inner.options.callouts_change {
            let callouts = &inner.callouts;
            let operation = Operation::on(Verb::NotifyReturns, callouts.id());
            R::act(operation, (callouts,), |(mut callouts,)| {
                count_running(&mut callouts, due.key, false);
            });
        }
        answer
    }
}
