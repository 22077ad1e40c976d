//! The reference, as it follows the mock through a sequence.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use selvedge::status::NtStatus;
use selvedge::wfp::AnyObject;

use crate::reference::Answer;
use crate::reference::Call;
use crate::reference::Event;
use crate::reference::Handle;
use crate::reference::Kind;
use crate::reference::Name;
use crate::reference::Object;
use crate::reference::Outcome;
use crate::reference::Phase;
use crate::reference::Profile;
use crate::reference::Reply;
use crate::reference::Request;
use crate::reference::State;
use crate::reference::Status;
use crate::reference::Target;
use crate::reference::Transaction;
use crate::reference::Word;
use crate::reference::happen;

use super::changes::Changes;
use super::defects;
use super::defects::Defect;
use super::matching::Done;
use super::matching::fits;
use super::matching::shows;
use super::mock::Named;
use super::mock::Order;
use super::names::Names;
use super::shares::Sight;
use super::shares::THREADS_OF_SESSIONS;

/// The reference's state beside the mock's names.
#[derive(Debug)]
pub(crate) struct ScheduleReplayer {
    pub(crate) state: State,
    pub(crate) profile: Profile,
    defect: Option<Defect>,
    pub(crate) names: Names,
    /// The session of each thread, open or not.
    pub(crate) own: [Option<u32>; THREADS_OF_SESSIONS],
    /// What subscribers may still be told.
    pub(crate) changes: Changes,
    /// The calls that wait.
    pub(crate) waiting: BTreeMap<u8, Request>,
    pub(crate) seen: BTreeSet<Sight>,
    pub(crate) log: Vec<String>,
}

/// A difference between mock and reference, in words.
pub(crate) type Difference = String;

impl ScheduleReplayer {
    pub(crate) fn new(profile: Profile, defect: Option<Defect>) -> Self {
        Self {
            state: State::new(),
            profile,
            defect,
            names: Names::default(),
            own: [None; THREADS_OF_SESSIONS],
            changes: Changes::default(),
            waiting: BTreeMap::new(),
            seen: BTreeSet::new(),
            log: Vec::new(),
        }
    }

    /// What may come of a call.
    fn answer(&self, request: &Request) -> Answer {
        defects::answer(self.defect, &self.state, request, &self.profile)
    }

    /// What the mock did with a call: it must be one of the things that may happen.
    pub(crate) fn settle(&mut self, request: &Request, done: &Done) -> Result<(), Difference> {
        let answer = self.answer(request);
        self.follow(&answer, Some(request), done)
    }

    /// A call that waited ran out of time.
    pub(crate) fn settle_expiry(
        &mut self,
        request: &Request,
        done: &Done,
    ) -> Result<(), Difference> {
        let answer = defects::expiry(self.defect, &self.state, request);
        self.seen.insert(Sight::Expired);
        self.follow(&answer, Some(request), done)
    }

    /// Something happened to the engine.
    pub(crate) fn settle_event(&mut self, event: Event, done: &Done) -> Result<(), Difference> {
        let Some(outcome) = happen(&self.state, event, &self.profile) else {
            return Ok(());
        };
        self.log.push(format!("{event:?}"));
        self.seen.extend(match event {
            Event::ForcedAbort(_) => Some(Sight::ForcedAbort),
            Event::Stop => Some(Sight::Stop),
            Event::Start | Event::Deferred => None,
        });
        self.follow(&[outcome], None, done)
    }

    fn follow(
        &mut self,
        answer: &[Outcome],
        request: Option<&Request>,
        done: &Done,
    ) -> Result<(), Difference> {
        if let Some(request) = request {
            let again = if request.waited { " (goes on)" } else { "" };
            self.log
                .push(format!("{request}{again} -> {:?}", done.reply()));
        }
        let names = &mut self.names;
        let state = &self.state;
        let fitting = answer
            .iter()
            .find(|outcome| fits(outcome, done, state, request, names));
        let Some(outcome) = fitting else {
            return Err(difference(answer, done));
        };
        self.note(outcome, request);
        self.adopt(outcome, request, done);
        Ok(())
    }

    /// Takes over the state after the call, and the names that came with it.
    fn adopt(&mut self, outcome: &Outcome, request: Option<&Request>, done: &Done) {
        self.names.learn(outcome, request, done);
        if let Some(state) = &outcome.state {
            let by = match request.map(|request| request.handle) {
                Some(Handle::Of(session)) => Some(session),
                _ => None,
            };
            self.changes.note(&self.state, state, by);
            self.state = state.clone();
        }
        if let Some(request) = request {
            match outcome.reply {
                Reply::Waits => {
                    let waited = true;
                    let waiting = Request { waited, ..*request };
                    self.waiting.insert(request.thread, waiting);
                }
                Reply::Status(_) => {
                    self.waiting.remove(&request.thread);
                }
            }
        }
    }

    /// Whether a thread that waits is as ready as it should be.
    pub(crate) fn check_ready(&self, thread: u8, ready: bool) -> Result<(), Difference> {
        let Some(request) = self.waiting.get(&thread) else {
            return Ok(());
        };
        let answer = self.answer(request);
        let waits = |outcome: &Outcome| outcome.reply == Reply::Waits;
        let must_wait = answer.iter().all(waits);
        let may_wait = answer.iter().any(waits);
        match ready {
            true if must_wait => Err(format!("{request} goes on, and should wait")),
            false if !may_wait => Err(format!("{request} waits, and should go on")),
            _ => Ok(()),
        }
    }

    /// The sessions with an open transaction, in which a look-up never waits.
    pub(crate) fn drafting(&self) -> Vec<u32> {
        let open =
            self.state.sessions.iter().filter(|(_, session)| {
                session.transaction.is_some() && session.phase == Phase::Open
            });
        open.map(|(number, _)| *number).collect()
    }

    /// What is worth a look: all that anybody sees, and what a call just named.
    pub(crate) fn looks(&self, session: u32, named: Option<Target>) -> Vec<Target> {
        let view = self.state.view(session).0.keys();
        let all = view.chain(self.state.committed.0.keys());
        let all: BTreeSet<_> = all.copied().collect();
        let targets = all.into_iter().map(Target::ByKey).chain(named);
        targets
            .filter(|target| self.names.target(target).is_some())
            .collect()
    }

    pub(crate) fn check_look(
        &mut self,
        session: u32,
        target: &Target,
        shown: &Result<AnyObject, NtStatus>,
    ) -> Result<(), Difference> {
        let request = Request {
            thread: 0,
            handle: Handle::Of(session),
            call: Call::Get(*target),
            waited: false,
        };
        let answer = self.answer(&request);
        if shows(&answer, shown, &mut self.names) {
            return Ok(());
        }
        let expected = difference_of(&answer);
        Err(format!(
            "session {session} sees {shown:?} for {target}, expected: {expected}"
        ))
    }

    /// Whether the mock's committed objects are those of the reference.
    pub(crate) fn check_committed(&mut self, seen: &[AnyObject]) -> Result<(), Difference> {
        let objects: Vec<Object> = self.state.committed.0.values().cloned().collect();
        for object in &objects {
            if !seen.iter().any(|seen| self.names.are_same(seen, object)) {
                return Err(format!("{object:?} is missing; there are {seen:?}"));
            }
        }
        if seen.len() == objects.len() {
            return Ok(());
        }
        Err(format!("there are {seen:?} and should be {objects:?}"))
    }

    /// The order to the mock that a call is.
    pub(crate) fn order(&self, request: &Request) -> Order {
        let call = request.call;
        let named = Named {
            target: match &call {
                Call::Delete(target) | Call::Get(target) => self.names.target(target),
                _ => None,
            },
            enumerator: match call {
                Call::EnumRest(number) | Call::EnumDestroy(number) => {
                    number.and_then(|number| self.names.enumerator(number))
                }
                _ => None,
            },
            subscription: match call {
                Call::Unsubscribe(kind) => self.names.subscription(request.handle, kind),
                _ => None,
            },
            flow: self.flow(&call),
        };
        Order::Make {
            handle: self.names.handle(request.handle),
            call,
            named,
        }
    }

    /// The flow that is marked, or whose mark is removed: a callout marks one after the other.
    fn flow(&self, call: &Call) -> u32 {
        let (callout, marks) = match call {
            Call::FlowAssociate(callout) => (*callout, true),
            Call::FlowRemove(callout) => (*callout, false),
            _ => return 0,
        };
        let functions = self.state.functions.get(&callout);
        let marked = functions.map_or(0, |functions| functions.flows);
        100 * u32::from(callout) + marked + u32::from(marks)
    }

    /// The call with the numbers of the filters and enumerations that it counts back to. What
    /// cannot be named looks for a provider instead.
    pub(crate) fn counted_back(&self, call: Call, handle: Handle) -> Call {
        let target = |target: Target| match target {
            Target::ById(Some(back)) => {
                let back = usize::try_from(back).expect("a small number");
                Target::ById(self.names.filters().get(back).copied())
            }
            other => other,
        };
        let enumeration = |back: Option<u32>| {
            let back = usize::try_from(back?).ok()?;
            let own = self.names.enumerations_of(handle);
            own.get(back).copied()
        };
        let call = match call {
            Call::Delete(one) => Call::Delete(target(one)),
            Call::Get(one) => Call::Get(target(one)),
            Call::EnumCreate(kind, _) => Call::EnumCreate(kind, self.names.enumerations()),
            Call::EnumRest(back) => Call::EnumRest(enumeration(back)),
            Call::EnumDestroy(back) => Call::EnumDestroy(enumeration(back)),
            other => other,
        };
        let can_be_named = match call {
            Call::Delete(one) | Call::Get(one) => self.names.target(&one).is_some(),
            Call::EnumRest(None) | Call::EnumDestroy(None) => false,
            Call::Unsubscribe(kind) => self.names.subscription(handle, kind).is_some(),
            _ => true,
        };
        let provider = Target::ByKey(Name::given(Kind::Provider, 0));
        if can_be_named {
            call
        } else {
            Call::Get(provider)
        }
    }

    fn note(&mut self, outcome: &Outcome, request: Option<&Request>) {
        let mut sights = Vec::new();
        let status = match outcome.reply {
            Reply::Waits => None,
            Reply::Status(status) => Some(status),
        };
        sights.extend(match status {
            None => Some(Sight::Wait),
            Some(Status::InUse) => Some(Sight::InUse),
            Some(Status::WrongSession) => Some(Sight::WrongSession),
            Some(Status::LifetimeMismatch) => Some(Sight::LifetimeMismatch),
            Some(Status::DynamicSessionInProgress) => Some(Sight::DynamicSessionInProgress),
            Some(Status::CalloutNotificationFailed) => Some(Sight::Refused),
            Some(_) => None,
        });
        let told = outcome.told.iter().any(|told| told.word == Word::Added);
        sights.extend(told.then_some(Sight::Told));
        if let Some(request) = request {
            let granted = request.waited && status.is_some_and(|one| one != Status::Timeout);
            sights.extend(granted.then_some(Sight::Granted));
            if status == Some(Status::Success) && self.has_changes(request) {
                sights.extend(match request.call {
                    Call::Abort | Call::Close => Some(Sight::Rollback),
                    Call::Commit => Some(Sight::Commit),
                    _ => None,
                });
            }
        }
        self.seen.extend(sights);
    }

    /// Whether a call is on a session whose transaction has changed something.
    fn has_changes(&self, request: &Request) -> bool {
        let Handle::Of(session) = request.handle else {
            return false;
        };
        let session = self.state.sessions.get(&session);
        let transaction = session.and_then(|session| session.transaction.as_ref());
        transaction.is_some_and(|transaction| match transaction {
            Transaction::ReadOnly => false,
            Transaction::ReadWrite(draft) => !draft.deeds.is_empty(),
        })
    }
}

fn difference(answer: &[Outcome], done: &Done) -> Difference {
    let heard: Vec<_> = done.heard.iter().map(|heard| heard.word).collect();
    let brought = done.came.as_ref().map(|came| &came.brought);
    let expected = difference_of(answer);
    format!(
        "got {:?}, told {heard:?}, {brought:?}; expected: {expected}",
        done.reply()
    )
}

fn difference_of(answer: &[Outcome]) -> String {
    let one = |outcome: &Outcome| {
        let Outcome {
            reply, found, told, ..
        } = outcome;
        format!("{reply:?}, told {told:?}, {found:?}")
    };
    let all: Vec<String> = answer.iter().map(one).collect();
    all.join("\n  or ")
}
