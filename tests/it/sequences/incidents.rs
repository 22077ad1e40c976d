//! What happens to the engine by itself, and the threads of the system that do it.

use selvedge::execution::Verb;
use selvedge::runtime::controlled::Position;
use selvedge::status::NtStatus;

use crate::reference::Call;
use crate::reference::Event;
use crate::reference::Handle;
use crate::reference::Request;

use super::conductor::Chosen;
use super::conductor::Doing;
use super::conductor::Next;
use super::conductor::SchedulerHandle;
use super::conductor::id;
use super::conductor::step;
use super::follower::Difference;
use super::matching::Done;
use super::mock::Order;
use super::mock::SYSTEM;
use super::mock::THREADS;
use super::mock::WATCHDOGS;
use super::plan::Incident;
use super::shares::SPARE;

impl SchedulerHandle {
    pub(super) fn incident(&mut self, incident: Incident, position: &Position<'_>) -> Chosen {
        match incident {
            Incident::Deferred => self.system(position),
            Incident::ForcedAbort(thread) => {
                // The thread that aborts does first what was put off.
                self.todo.push_front(Next::Watchdog(thread));
                self.system(position)
            }
            Incident::StopOrStart => {
                let starts = !self.follower.state.running;
                let event = if starts { Event::Start } else { Event::Stop };
                self.board.give(SPARE, Order::Service { starts });
                self.running = Some((SPARE, Doing::Service(event)));
                step(SPARE, 0)
            }
        }
    }

    /// Has the threads of the system do what was put off.
    pub(super) fn system(&mut self, position: &Position<'_>) -> Chosen {
        let ready = |thread: &u8| {
            let pending = position.pending(id(*thread));
            pending.is_some_and(|pending| pending.ready)
        };
        let thread = (SYSTEM..THREADS).find(ready);
        self.running = Some((thread.unwrap_or(SYSTEM), Doing::System));
        thread.map_or(Chosen::Nothing, |thread| step(thread, 0))
    }

    /// Lets a thread of the system go on. When none can, what was put off is done.
    pub(super) fn system_goes_on(
        &mut self,
        thread: u8,
        doing: Doing,
        position: &Position<'_>,
    ) -> Result<Chosen, Difference> {
        let pending = position.pending(id(thread));
        if pending.is_some_and(|pending| pending.ready) {
            self.running = Some((thread, doing));
            return Ok(step(thread, 0));
        }
        let others = (SYSTEM..THREADS).map(|thread| position.pending(id(thread)));
        let others = others.flatten().any(|pending| pending.ready);
        if others && matches!(doing, Doing::System) {
            return Ok(self.system(position));
        }
        let done = Done {
            came: Some(NtStatus::SUCCESS.into()),
            heard: self.board.heard(),
        };
        self.finished(doing, &done, position)?;
        Ok(Chosen::Nothing)
    }

    /// The time is up of the transaction that a thread began first.
    pub(super) fn watchdog(
        &mut self,
        thread: u8,
        position: &Position<'_>,
    ) -> Result<Chosen, Difference> {
        let mut begun = self.begun.iter();
        let victim = begun
            .find(|(by, _)| *by == thread)
            .map(|(_, session)| *session);
        let watches = position
            .pending(id(WATCHDOGS + thread))
            .is_some_and(|pending| pending.operation.verb == Verb::Watchdog && !pending.ready);
        match (victim, watches) {
            (None, false) => Ok(Chosen::Nothing),
            (Some(session), true) => {
                self.running = Some((WATCHDOGS + thread, Doing::Aborts(session)));
                Ok(step(WATCHDOGS + thread, 1))
            }
            _ => Err(format!(
                "thread {thread} began {victim:?}, and is it watched? {watches}"
            )),
        }
    }

    /// Forgets who began the transactions that have ended.
    pub(super) fn forget_ended(&mut self) {
        let sessions = &self.follower.state.sessions;
        self.begun
            .retain(|(_, session)| sessions[session].transaction.is_some());
    }

    /// Which user-mode transactions are open, and who began them.
    pub(super) fn note_begun(&mut self, request: &Request) {
        let sessions = &self.follower.state.sessions;
        let is_open = |session: u32| sessions[&session].transaction.is_some();
        let known = |session: u32| self.begun.iter().any(|(_, one)| *one == session);
        if let (Call::Begin(_), Handle::Of(session)) = (request.call, request.handle)
            && is_open(session)
            && !known(session)
            && !sessions[&session].opening.kernel
        {
            self.begun.push((request.thread, session));
        }
    }
}
