//! The policy that plays a sequence: one call at a time, and after each a comparison.

use std::collections::VecDeque;

use selvedge::execution::Decision;
use selvedge::execution::ThreadId;
use selvedge::runtime::Waiting;
use selvedge::runtime::controlled::Policy;
use selvedge::runtime::controlled::Position;

use crate::reference::Call;
use crate::reference::Event;
use crate::reference::Handle;
use crate::reference::Request;
use crate::reference::Target;

use super::board::Board;
use super::board::GATE;
use super::follower::Difference;
use super::follower::ScheduleReplayer;
use super::matching::Done;
use super::mock::Brought;
use super::mock::Mock;
use super::mock::Order;
use super::mock::SYSTEM;
use super::plan::Item;
use super::plan::Plan;
use super::shares::SESSIONS;
use super::shares::SPARE;

/// What the running thread does.
#[derive(Debug, Clone)]
pub(super) enum Doing {
    /// A call, from its start.
    Call(Request),
    /// A call that waited and goes on.
    GoesOn(Request),
    /// A call whose time is up.
    Expires(Request),
    /// Look-ups in a session.
    Looks(u32, Vec<Target>),
    /// The engine starts or stops.
    Service(Event),
    /// A thread of the system does what was put off.
    System,
    /// A thread of the system aborts the transaction of this session.
    Aborts(u32),
}

/// What is next, beside the items of the plan.
#[derive(Debug, Clone)]
pub(super) enum Next {
    Item(Item),
    Look(u32),
    /// The transaction is aborted that this thread began first.
    Watchdog(u8),
}

/// Plays a plan.
pub(crate) struct SchedulerHandle {
    pub(super) todo: VecDeque<Next>,
    pub(super) running: Option<(u8, Doing)>,
    /// The open transactions of user-mode sessions, and who began them, the oldest first.
    pub(super) begun: Vec<(u8, u32)>,
    /// What the last call named.
    named: Option<Target>,
    pub(crate) follower: ScheduleReplayer,
    pub(super) mock: Mock,
    pub(super) board: Board,
    pub(crate) difference: Option<Difference>,
}

pub(super) fn id(thread: u8) -> ThreadId {
    ThreadId::new(usize::from(thread))
}

impl Policy for SchedulerHandle {
    fn choose(&mut self, position: &Position<'_>) -> Option<Decision> {
        loop {
            let chosen = match self.running.take() {
                Some((thread, doing)) => self.go_on(thread, doing, position),
                None => self.begin(position),
            };
            match chosen {
                Ok(Chosen::Step(decision)) => return Some(decision),
                Ok(Chosen::Nothing) => {}
                Ok(Chosen::End) => return None,
                Err(difference) => {
                    self.difference = Some(difference);
                    return None;
                }
            }
        }
    }
}

/// What a turn of the policy led to.
pub(super) enum Chosen {
    Step(Decision),
    Nothing,
    End,
}

impl SchedulerHandle {
    pub(crate) fn new(plan: &Plan, follower: ScheduleReplayer, mock: Mock, board: Board) -> Self {
        Self {
            todo: plan.items.iter().map(|item| Next::Item(*item)).collect(),
            running: None,
            begun: Vec::new(),
            named: None,
            follower,
            mock,
            board,
            difference: None,
        }
    }

    /// Lets the running thread go on: to the end of its order, or to where it waits.
    fn go_on(
        &mut self,
        thread: u8,
        doing: Doing,
        position: &Position<'_>,
    ) -> Result<Chosen, Difference> {
        if thread >= SYSTEM {
            return self.system_goes_on(thread, doing, position);
        }
        let pending = position.pending(id(thread)).expect("threads do not end");
        if pending.operation == GATE
            && let Some(came) = self.board.take(thread)
        {
            let heard = self.board.heard();
            let done = Done {
                came: Some(came),
                heard,
            };
            self.finished(doing, &done, position)?;
            return Ok(Chosen::Nothing);
        }
        if pending.ready || matches!(doing, Doing::Expires(_)) {
            let alternative = position.offered(id(thread)).start;
            self.running = Some((thread, doing));
            return Ok(step(thread, alternative));
        }
        self.waits(&doing, pending.waiting, position)?;
        Ok(Chosen::Nothing)
    }

    /// An order is done.
    pub(super) fn finished(
        &mut self,
        doing: Doing,
        done: &Done,
        position: &Position<'_>,
    ) -> Result<(), Difference> {
        match doing {
            Doing::Call(request) | Doing::GoesOn(request) => {
                self.follower.settle(&request, done)?;
                self.note_session(&request, done);
                self.note_begun(&request);
            }
            Doing::Expires(request) => self.follower.settle_expiry(&request, done)?,
            Doing::Looks(session, targets) => return self.compare_looks(session, &targets, done),
            Doing::Service(event) => self.follower.settle_event(event, done)?,
            Doing::System => self.follower.settle_event(Event::Deferred, done)?,
            Doing::Aborts(session) => {
                self.follower
                    .settle_event(Event::ForcedAbort(session), done)?;
            }
        }
        self.compare(position)
    }

    /// The running thread cannot go on.
    fn waits(
        &mut self,
        doing: &Doing,
        waiting: Waiting,
        position: &Position<'_>,
    ) -> Result<(), Difference> {
        let (Doing::Call(request) | Doing::GoesOn(request)) = doing else {
            return Err(format!("{doing:?} waits"));
        };
        let done = Done {
            came: None,
            heard: self.board.heard(),
        };
        self.follower.settle(request, &done)?;
        let infinite = self.is_infinite(request);
        if infinite != (waiting == Waiting::Forever) {
            return Err(format!("{request} waits {waiting:?}"));
        }
        self.compare(position)
    }

    /// Whether a call that waits does so without a time-out.
    fn is_infinite(&self, request: &Request) -> bool {
        let Handle::Of(session) = request.handle else {
            return false;
        };
        let opening = self.follower.state.session(session).opening;
        opening.infinite_wait || request.call == Call::Close
    }

    fn note_session(&mut self, request: &Request, done: &Done) {
        let opened = done.came.as_ref().map(|came| &came.brought);
        if let (Call::Open(_), Some(Brought::Session(_))) = (request.call, opened) {
            let number = self.follower.state.sessions.len() - 1;
            let number = u32::try_from(number).expect("few sessions");
            self.follower.own[usize::from(request.thread)] = Some(number);
        }
    }

    /// Compares all that can be seen without a call, and asks for the looks.
    fn compare(&mut self, position: &Position<'_>) -> Result<(), Difference> {
        self.forget_ended();
        self.follower.check_committed(&self.mock.committed())?;
        for (session, notice) in self.board.notices() {
            let follower = &mut self.follower;
            follower.changes.told(session, notice, &follower.names)?;
        }
        let waiting: Vec<u8> = self.follower.waiting.keys().copied().collect();
        for thread in waiting {
            let pending = position.pending(id(thread)).expect("threads do not end");
            self.follower.check_ready(thread, pending.ready)?;
        }
        for session in self.follower.drafting() {
            self.todo.push_front(Next::Look(session));
        }
        Ok(())
    }

    fn compare_looks(
        &mut self,
        session: u32,
        targets: &[Target],
        done: &Done,
    ) -> Result<(), Difference> {
        let Some(Brought::Looked(shown)) = done.came.as_ref().map(|came| &came.brought) else {
            return Err("internal bug: looks bring what was looked at".into());
        };
        for (target, shown) in targets.iter().zip(shown) {
            self.follower.check_look(session, target, shown)?;
        }
        Ok(())
    }

    /// Starts what is next.
    fn begin(&mut self, position: &Position<'_>) -> Result<Chosen, Difference> {
        match self.todo.pop_front() {
            None => Ok(Chosen::End),
            Some(Next::Look(session)) => Ok(self.look(session)),
            Some(Next::Item(item)) => Ok(self.item(&item, position)),
            Some(Next::Watchdog(thread)) => self.watchdog(thread, position),
        }
    }

    /// Has somebody look at all that a session sees.
    fn look(&mut self, session: u32) -> Chosen {
        let targets = self.follower.looks(session, self.named);
        let named = targets
            .iter()
            .filter_map(|target| self.follower.names.target(target))
            .collect();
        let handle = self.follower.names.handle(Handle::Of(session));
        self.board.give(
            SPARE,
            Order::Look {
                handle,
                targets: named,
            },
        );
        self.running = Some((SPARE, Doing::Looks(session, targets)));
        step(SPARE, 0)
    }

    fn item(&mut self, item: &Item, position: &Position<'_>) -> Chosen {
        if let Some(incident) = item.incident {
            let incident_done = Item {
                incident: None,
                ..*item
            };
            self.todo.push_front(Next::Item(incident_done));
            return self.incident(incident, position);
        }
        if let Some(request) = self.follower.waiting.get(&item.thread).copied() {
            return self.waiting_item(item, request, position);
        }
        let request = self.follower.request(item);
        self.make(request)
    }

    /// Starts a call.
    fn make(&mut self, request: Request) -> Chosen {
        self.named = match request.call {
            Call::Delete(target) | Call::Get(target) => Some(target),
            _ => None,
        };
        let order = self.follower.order(&request);
        self.board.give(request.thread, order);
        self.running = Some((request.thread, Doing::Call(request)));
        step(request.thread, 0)
    }

    /// The turn of a thread that waits: it goes on, or expires, or waits on. If all wait, somebody
    /// ends the transaction that they wait for.
    fn waiting_item(&mut self, item: &Item, request: Request, position: &Position<'_>) -> Chosen {
        let pending = |thread: u8| position.pending(id(thread)).expect("threads do not end");
        let own = pending(item.thread);
        if own.ready {
            self.running = Some((item.thread, Doing::GoesOn(request)));
            return step(item.thread, 0);
        }
        if item.impatient && own.waiting == Waiting::Finite {
            self.running = Some((item.thread, Doing::Expires(request)));
            return step(item.thread, 1);
        }
        let waits = |thread: u8| self.follower.waiting.contains_key(&thread);
        let all_wait = (0..SESSIONS).all(|thread| waits(thread) && !pending(thread).ready);
        let holder = self.follower.drafting().first().copied();
        match holder.filter(|_| all_wait) {
            None => Chosen::Nothing,
            Some(session) => {
                let call = if item.stubborn {
                    Call::Commit
                } else {
                    Call::Abort
                };
                self.make(Request {
                    thread: SPARE,
                    handle: Handle::Of(session),
                    call,
                    waited: false,
                })
            }
        }
    }
}

pub(super) fn step(thread: u8, alternative: u8) -> Chosen {
    Chosen::Step(Decision {
        thread: id(thread),
        alternative,
    })
}
