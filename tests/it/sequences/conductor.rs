//! The policy that plays a sequence: one call at a time, and after each a comparison.

use std::collections::VecDeque;

use selvedge::execution::Decision;
use selvedge::execution::ThreadId;
use selvedge::execution::Verb;
use selvedge::runtime::Waiting;
use selvedge::runtime::controlled::Policy;
use selvedge::runtime::controlled::Position;
use selvedge::status::NtStatus;

use crate::reference::Action;
use crate::reference::Addition;
use crate::reference::Call;
use crate::reference::Event;
use crate::reference::Handle;
use crate::reference::Key;
use crate::reference::Kind;
use crate::reference::Object;
use crate::reference::Objects;
use crate::reference::Phase;
use crate::reference::Request;
use crate::reference::Target;

use super::board::Board;
use super::board::GATE;
use super::follower::Difference;
use super::follower::Follower;
use super::matching::Done;
use super::mock::Brought;
use super::mock::Mock;
use super::mock::Order;
use super::mock::SYSTEM;
use super::mock::THREADS;
use super::plan::Incident;
use super::plan::Item;
use super::plan::Plan;
use super::plan::Whose;
use super::shares::SESSIONS;
use super::shares::SPARE;

/// What the running thread does.
#[derive(Debug, Clone)]
enum Doing {
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
enum Next {
    Item(Item),
    Look(u32),
    /// The transaction is aborted that this thread began first.
    Watchdog(u8),
}

/// Plays a plan.
pub(crate) struct Conductor {
    todo: VecDeque<Next>,
    running: Option<(u8, Doing)>,
    /// The open transactions of user-mode sessions, and who began them, the oldest first.
    begun: Vec<(u8, u32)>,
    /// What the last call named.
    named: Option<Target>,
    pub(crate) follower: Follower,
    mock: Mock,
    board: Board,
    pub(crate) difference: Option<Difference>,
}

fn id(thread: u8) -> ThreadId {
    ThreadId::new(usize::from(thread))
}

impl Policy for Conductor {
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
enum Chosen {
    Step(Decision),
    Nothing,
    End,
}

impl Conductor {
    pub(crate) fn new(plan: &Plan, follower: Follower, mock: Mock, board: Board) -> Self {
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
    fn finished(
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
        self.follower.check_committed(&self.mock.committed())?;
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
            Some(Next::Item(item)) => self.item(&item, position),
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

    fn item(&mut self, item: &Item, position: &Position<'_>) -> Result<Chosen, Difference> {
        if let Some(incident) = item.incident {
            let incident_done = Item {
                incident: None,
                ..*item
            };
            self.todo.push_front(Next::Item(incident_done));
            return Ok(self.incident(incident, position));
        }
        if let Some(request) = self.follower.waiting.get(&item.thread).copied() {
            return Ok(self.waiting_item(item, request, position));
        }
        let request = self.request(item);
        Ok(self.make(request))
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

    fn incident(&mut self, incident: Incident, position: &Position<'_>) -> Chosen {
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
    fn system(&mut self, position: &Position<'_>) -> Chosen {
        let ready = |thread: &u8| {
            let pending = position.pending(id(*thread));
            pending.is_some_and(|pending| pending.ready)
        };
        let thread = (SYSTEM..THREADS).find(ready);
        self.running = Some((thread.unwrap_or(SYSTEM), Doing::System));
        thread.map_or(Chosen::Nothing, |thread| step(thread, 0))
    }

    /// Lets a thread of the system go on. When none can, what was put off is done.
    fn system_goes_on(
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
    fn watchdog(&mut self, thread: u8, position: &Position<'_>) -> Result<Chosen, Difference> {
        let mut begun = self.begun.iter();
        let victim = begun
            .find(|(by, _)| *by == thread)
            .map(|(_, session)| *session);
        let watches = position
            .pending(id(SYSTEM + thread))
            .is_some_and(|pending| pending.operation.verb == Verb::Watchdog && !pending.ready);
        match (victim, watches) {
            (None, false) => Ok(Chosen::Nothing),
            (Some(session), true) => {
                self.running = Some((SYSTEM + thread, Doing::Aborts(session)));
                Ok(step(SYSTEM + thread, 1))
            }
            // FINDING 4
            (Some(_), false) if self.follower.tears_down(thread) => Ok(Chosen::Nothing),
            _ => Err(format!(
                "thread {thread} began {victim:?}, and is it watched? {watches}"
            )),
        }
    }

    /// Which user-mode transactions are open, and who began them.
    fn note_begun(&mut self, request: &Request) {
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
        self.begun.retain(|(_, session)| is_open(*session));
    }

    /// The call that an item stands for, as things are.
    fn request(&self, item: &Item) -> Request {
        let whose = match item.whose {
            Whose::Own => Some(item.thread),
            Whose::Of(thread) => Some(thread),
            Whose::Null | Whose::Garbage => None,
        };
        let session = whose.and_then(|thread| self.follower.own[usize::from(thread)]);
        let handle = match (item.whose, session) {
            (Whose::Null, _) => Handle::Null,
            (Whose::Garbage, _) => Handle::Garbage,
            (_, Some(session)) => Handle::Of(session),
            (_, None) => Handle::Null,
        };
        let own = self.follower.own[usize::from(item.thread)];
        let phase = own.map(|session| self.follower.state.session(session).phase);
        let call = match phase {
            None | Some(Phase::Closed) if !item.stubborn => Call::Open(item.opening),
            Some(Phase::Ended) if !item.stubborn => Call::Close,
            _ => {
                let state = &self.follower.state;
                let view = session.map_or(&state.committed, |session| state.view(session));
                let call = item.pick.map(|pick| guided(item.call, view, pick));
                self.resolved(call.unwrap_or(item.call), handle)
            }
        };
        Request {
            thread: item.thread,
            handle,
            call,
            waited: false,
        }
    }

    /// The call with the numbers of what it means.
    fn resolved(&self, call: Call, handle: Handle) -> Call {
        match call {
            // An open session is not left behind.
            Call::Open(opening) if !self.is_taken(opening.key) => Call::Close,
            other => self.follower.counted_back(other, handle),
        }
    }

    /// Whether an open session has this key.
    fn is_taken(&self, key: Option<u8>) -> bool {
        let mut sessions = self.follower.state.sessions.values();
        sessions.any(|session| {
            key.is_some() && session.phase == Phase::Open && session.opening.key == key
        })
    }
}

/// The call with other objects in place of those it names: ones that are there.
fn guided(call: Call, view: &Objects, pick: u8) -> Call {
    let any = |kind: Kind| {
        let all: Vec<&Object> = view.of(kind).collect();
        let index = usize::from(pick).checked_rem(all.len())?;
        match all[index].name.key {
            Key::Given(key) => Some(key),
            Key::BuiltIn | Key::Made(_) => None,
        }
    };
    let there = |kind: Kind, named: Option<u8>| named.map(|key| any(kind).unwrap_or(key));
    let target = || {
        let all: Vec<&Object> = view.0.values().collect();
        let index = usize::from(pick).checked_rem(all.len())?;
        Some(Target::ByKey(all[index].name))
    };
    match call {
        Call::Delete(named) => Call::Delete(target().unwrap_or(named)),
        Call::Get(named) => Call::Get(target().unwrap_or(named)),
        Call::Add(add) => Call::Add(Addition {
            provider: there(Kind::Provider, add.provider),
            sublayer: there(Kind::Sublayer, add.sublayer),
            context: there(Kind::Context, add.context),
            action: match add.action {
                Action::Terminating(key) => Action::Terminating(any(Kind::Callout).unwrap_or(key)),
                other => other,
            },
            ..add
        }),
        other => other,
    }
}

fn step(thread: u8, alternative: u8) -> Chosen {
    Chosen::Step(Decision {
        thread: id(thread),
        alternative,
    })
}
