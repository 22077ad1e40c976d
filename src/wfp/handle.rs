//! Opening and closing sessions.
//!
//! Source: <https://learn.microsoft.com/windows/win32/api/fwpmu/nf-fwpmu-fwpmengineopen0> and
//! <https://learn.microsoft.com/windows/win32/api/fwpmu/nf-fwpmu-fwpmengineclose0>. Neither needs
//! the transaction lock; only the end of a dynamic session is a transaction of its own.

use crate::execution::Operation;
use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::runtime::awaiting;
use crate::status::NtStatus;

use super::CloseTeardown;
use super::ClosedWhileWaiting;
use super::Engine;
use super::EngineFault;
use super::EngineHandle;
use super::Key;
use super::Question;
use super::SessionOptions;
use super::call::fail;
use super::engine::record_changes;
use super::session::Session;
use super::session::State;
use super::system::Task;
use super::transaction::roll_back;

impl<R: Runtime> Engine<R> {
    /// `FwpmEngineOpen0`: opens a session.
    ///
    /// # Errors
    ///
    /// `ALREADY_EXISTS` if a session with this key is open, `RPC_SERVER_UNAVAILABLE` while the
    /// engine does not run, `NO_MEMORY` for the 65,537th session of a thread.
    pub fn engine_open(&self, options: SessionOptions) -> Result<EngineHandle, NtStatus> {
        let session = Session::<R>::new(options)?;
        let handle = session.handle();
        let operation = Operation::on(Verb::EngineOpen, session.slot.id());
        if let Some(fault @ EngineFault::NoMemory) = self.fault(Verb::EngineOpen) {
            return Err(fail::<R>(operation, fault));
        }
        let objects = (&session.slot, &self.inner().service);
        let opened = R::act(operation, objects, |(mut slot, mut service)| {
            if !service.runs() {
                return NtStatus::RPC_SERVER_UNAVAILABLE;
            }
            if options.key == Key::ZERO {
                // Sessions with keys of the engine's own come and go in any order.
                service.commuting().register(handle, &options);
            } else {
                if service.knows_key(options.key) {
                    return NtStatus::ALREADY_EXISTS;
                }
                service.register(handle, &options);
            }
            slot.state = State::Idle;
            // In the step, so that who can see the session in the service finds it in the book.
            self.inner()
                .sessions
                .write()
                .insert(handle, session.clone());
            NtStatus::SUCCESS
        });
        if opened.is_success() {
            Ok(handle)
        } else {
            Err(opened)
        }
    }

    /// `FwpmEngineClose0`: aborts an open transaction; a dynamic session's objects are deleted.
    ///
    /// The deletion is one implicit transaction that waits without a time-out; the handle is dead
    /// before it. Returns `INVALID_HANDLE` for a handle that is not open; a null handle is fine.
    pub fn engine_close(&self, handle: EngineHandle) -> NtStatus {
        if handle == EngineHandle::NULL {
            return NtStatus::SUCCESS;
        }
        let session = match self.require(handle) {
            Ok(session) => session,
            Err(status) => return status,
        };
        let waits = self.profile().closed_while_waiting == ClosedWhileWaiting::CloseWaits;
        let inner = self.inner();
        let operation = Operation::on(Verb::EngineClose, session.slot.id());
        let objects = (&session.slot, &session.writes, &inner.lock, &inner.service);
        let objects = awaiting::<1, _>(objects);
        let (status, (was, staged)) = R::wait(
            operation,
            objects,
            |(slot, ..)| !waits || slot.calls == 0,
            |(mut slot, mut writes, mut lock, mut service)| {
                let was = slot.state;
                if was == State::Closed {
                    return (self.stale(), (was, Vec::new()));
                }
                let staged = roll_back(&mut slot, &mut writes, &mut lock);
                slot.state = State::Closed;
                if session.options.key == Key::ZERO {
                    service.commuting().forget(handle);
                } else {
                    service.forget(handle);
                }
                (NtStatus::SUCCESS, (was, staged))
            },
        );
        self.rolled_back(&staged);
        self.cancel_subscriptions(&session);
        let dynamic = session.options.dynamic && was != State::Cancelled;
        if status.is_success() && dynamic {
            self.end_dynamic(session);
        }
        status
    }

    /// The objects of a dynamic session go, now or later.
    fn end_dynamic(&self, session: Session<R>) {
        if self.inner().own.is_notifying() {
            // It needs the lock that the notification is called under.
            self.reports_reentrancy();
        }
        match self
            .ledger()
            .consult(Question::CloseTeardown)
            .close_teardown
        {
            CloseTeardown::Synchronous => self.tear_down(&session),
            CloseTeardown::Deferred => self.defer(Task::TearDown(session)),
        }
    }

    /// Deletes the objects of a dynamic session that was closed, in one implicit transaction.
    pub(super) fn tear_down(&self, session: &Session<R>) {
        let operation = Operation::on(Verb::EngineClose, session.slot.id()).with(1);
        let ((), removed) = R::wait(
            operation,
            awaiting::<1, _>((&self.inner().lock, &self.inner().committed)),
            |(lock, _)| lock.admits_writers(),
            |(_, mut committed)| {
                let changes = committed.owned_by(session.id());
                for &change in &changes {
                    committed.apply(change);
                }
                record_changes::<R>(changes.iter().copied());
                ((), changes)
            },
        );
        self.torn_down(&removed);
        self.publish(session, removed.into_iter());
    }
}
