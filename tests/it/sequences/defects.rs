//! The reference with a defect: the list of [`reference`](crate::reference), put to work.
//!
//! A defect changes what the reference answers, so that a mock without it differs where it would
//! show, just as a mock with it would differ from the sound reference. The reference itself stays
//! as it is: a defect replaces outcomes from outside.

use crate::reference::Answer;
use crate::reference::Call;
use crate::reference::Deed;
use crate::reference::Draft;
use crate::reference::Found;
use crate::reference::Handle;
use crate::reference::Mode;
use crate::reference::Object;
use crate::reference::Outcome;
use crate::reference::Phase;
use crate::reference::Profile;
use crate::reference::Reply;
use crate::reference::Request;
use crate::reference::State;
use crate::reference::Status;
use crate::reference::Target;
use crate::reference::Told;
use crate::reference::Transaction;
use crate::reference::Word;
use crate::reference::expire;
use crate::reference::step;

macro_rules! defects {
    ($($number:literal $name:ident)+) => {
        /// A defect, by what goes wrong; its number is that of the list.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Defect {
            $($name,)+
        }

        impl Defect {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name,)+];

            pub(crate) const fn number(self) -> u32 {
                match self { $(Self::$name => $number,)+ }
            }
        }
    };
}

defects! {
    1 AbortKeeps
    2 DirtyRead
    3 DeletesWhatIsInUse
    4 BeginDoesNotWait
    5 FailedDeleteIsTold
    6 LostWakeUp
    7 CommitDrops
    8 CommitIsPartial
    9 TimeoutLeavesTransaction
    10 FailureAborts
    11 DeletesForeignDynamic
    12 DynamicDeletesStatic
    13 PersistentRefersToStatic
    14 DynamicObjectsStay
    15 CloseCommits
    16 SecondBeginSucceeds
    17 ReadOnlyWrites
    18 RefusalIsIgnored
    19 ToldAfterUnregister
    20 KeyIsUsedTwice
    21 WriterIgnoresReaders
    22 RolledBackDeleteIsTold
    23 ReadOnlyCommitKeepsLock
    24 OwnWritesUnseen
}

/// What the reference answers, with the defect.
pub(crate) fn answer(
    defect: Option<Defect>,
    state: &State,
    request: &Request,
    profile: &Profile,
) -> Answer {
    let sound = step(state, request, profile);
    match defect {
        None => sound,
        Some(defect) => {
            let spoilt = spoil(defect, state, request, &sound);
            spoilt.unwrap_or(sound)
        }
    }
}

/// What the reference says of a wait that ran out, with the defect.
pub(crate) fn expiry(defect: Option<Defect>, state: &State, request: &Request) -> Answer {
    let sound = expire(state, request);
    if defect != Some(Defect::TimeoutLeavesTransaction) {
        return sound;
    }
    let opened = request.call == Call::Begin(Mode::ReadWrite);
    let leave = |outcome: Outcome| match session(state, request) {
        Some(number) if opened => outcome.leading_to(with_transaction(state, number)),
        _ => outcome,
    };
    sound.into_iter().map(leave).collect()
}

/// The open session that a call is on.
fn session(state: &State, request: &Request) -> Option<u32> {
    let Handle::Of(number) = request.handle else {
        return None;
    };
    let open = state.sessions.get(&number)?.phase == Phase::Open;
    open.then_some(number)
}

/// The uncommitted changes of the session that a call is on.
fn draft<'s>(state: &'s State, request: &Request) -> Option<&'s Draft> {
    let number = session(state, request)?;
    match state.session(number).transaction.as_ref()? {
        Transaction::ReadWrite(draft) => Some(draft),
        Transaction::ReadOnly => None,
    }
}

fn with_transaction(state: &State, session: u32) -> State {
    let mut state = state.clone();
    state.session_mut(session).transaction = Some(Transaction::ReadWrite(Draft {
        objects: state.committed.clone(),
        deeds: Vec::new(),
    }));
    state
}

/// The same outcomes with another state after each.
fn after(sound: &Answer, change: impl Fn(&mut State)) -> Answer {
    let changed = |outcome: &Outcome| {
        let mut outcome = outcome.clone();
        outcome.state.iter_mut().for_each(&change);
        outcome
    };
    sound.iter().map(changed).collect()
}

fn fails_by(sound: &Answer, status: Status) -> bool {
    let mut outcomes = sound.iter();
    outcomes.any(|outcome| outcome.reply == Reply::Status(status))
}

fn waits(sound: &Answer) -> bool {
    sound.iter().any(|outcome| outcome.reply == Reply::Waits)
}

/// A success where the sound reference has this failure.
fn allow(state: &State, sound: &Answer, status: Status) -> Option<Answer> {
    let allowed = || vec![Outcome::success(state.clone())];
    fails_by(sound, status).then(allowed)
}

/// What the defect makes of an answer; `None` if it does not show here.
fn spoil(defect: Defect, state: &State, request: &Request, sound: &Answer) -> Option<Answer> {
    let call = &request.call;
    let deletes = matches!(call, Call::Delete(_));
    let adds = matches!(call, Call::Add(_));
    match defect {
        Defect::AbortKeeps if *call == Call::Abort => keep(state, request, sound),
        Defect::CloseCommits if *call == Call::Close => keep(state, request, sound),
        Defect::DirtyRead => dirty_read(state, request),
        Defect::DeletesWhatIsInUse if deletes => allow(state, sound, Status::InUse),
        Defect::BeginDoesNotWait => {
            let begins = matches!(call, Call::Begin(_));
            let refused = || vec![Outcome::status(Status::TxnInProgress)];
            (begins && waits(sound)).then(refused)
        }
        Defect::FailedDeleteIsTold => failed_delete(state, request, sound),
        Defect::LostWakeUp if request.waited => Some(vec![Outcome::waits()]),
        Defect::CommitDrops if *call == Call::Commit => {
            let draft = draft(state, request)?;
            let none = draft.objects == state.committed;
            let dropped = || {
                after(sound, |state_after| {
                    state_after.committed.clone_from(&state.committed);
                })
            };
            (!none).then(dropped)
        }
        Defect::CommitIsPartial if *call == Call::Commit => partial(state, request, sound),
        Defect::FailureAborts if adds || deletes => {
            draft(state, request)?;
            Some(aborting(state, session(state, request)?, sound))
        }
        Defect::DeletesForeignDynamic if deletes => allow(state, sound, Status::WrongSession),
        Defect::DynamicDeletesStatic if deletes => {
            allow(state, sound, Status::DynamicSessionInProgress)
        }
        Defect::PersistentRefersToStatic if adds => allow(state, sound, Status::LifetimeMismatch),
        Defect::DynamicObjectsStay if *call == Call::Close => Some(after(sound, |state_after| {
            state_after.committed.clone_from(&state.committed);
        })),
        Defect::SecondBeginSucceeds if matches!(call, Call::Begin(_)) => {
            allow(state, sound, Status::TxnInProgress)
        }
        Defect::ReadOnlyWrites => allow(state, sound, Status::IncompatibleTxn),
        Defect::RefusalIsIgnored if adds => allow(state, sound, Status::CalloutNotificationFailed),
        Defect::ToldAfterUnregister if deletes => after_unregister(state, request, sound),
        Defect::KeyIsUsedTwice if adds => allow(state, sound, Status::AlreadyExists),
        Defect::WriterIgnoresReaders => writer(state, request, sound),
        Defect::RolledBackDeleteIsTold if *call == Call::Abort => {
            rolled_back_delete(state, request, sound)
        }
        Defect::ReadOnlyCommitKeepsLock if *call == Call::Commit => {
            let number = session(state, request)?;
            let transaction = state.session(number).transaction.as_ref()?;
            let reads = *transaction == Transaction::ReadOnly;
            reads.then(|| after(sound, |state_after| *state_after = state.clone()))
        }
        Defect::OwnWritesUnseen => {
            draft(state, request)?;
            look(request, |target| find(&state.committed.0, target))
        }
        _ => None,
    }
}

/// The end of a transaction that keeps what it did.
fn keep(state: &State, request: &Request, sound: &Answer) -> Option<Answer> {
    let draft = draft(state, request)?;
    Some(after(sound, |after| {
        after.committed = draft.objects.clone();
    }))
}

type Table = std::collections::BTreeMap<crate::reference::Name, Object>;

fn find(objects: &Table, target: &Target) -> Option<Object> {
    match target {
        Target::ByKey(name) => objects.get(name).cloned(),
        Target::ById(number) => {
            let mut all = objects.values();
            all.find(|object| Some(object.number) == *number && object.name.is_filter())
                .cloned()
        }
    }
}

/// A look-up that finds what `find` finds.
fn look(request: &Request, find: impl Fn(&Target) -> Option<Object>) -> Option<Answer> {
    let Call::Get(target) = &request.call else {
        return None;
    };
    let success = Outcome::status(Status::Success);
    Some(match find(target) {
        Some(object) => vec![success.finding(Found::Object(object))],
        None => vec![Outcome::status(Target::missing(target))],
    })
}

/// A look-up in what another session has not committed.
fn dirty_read(state: &State, request: &Request) -> Option<Answer> {
    let number = session(state, request)?;
    let others = state.sessions.iter().filter(|(other, _)| **other != number);
    let mut drafts = others.filter_map(|(_, other)| match other.transaction.as_ref()? {
        Transaction::ReadWrite(draft) => Some(draft),
        Transaction::ReadOnly => None,
    });
    let draft = drafts.next()?;
    look(request, |target| find(&draft.objects.0, target))
}

/// The filter that a delete names, if its callout can be told anything.
fn told_filter<'s>(state: &'s State, request: &Request) -> Option<(&'s Object, bool)> {
    let Call::Delete(target) = &request.call else {
        return None;
    };
    let view = state.view(session(state, request)?);
    let filter = find(&view.0, target)?;
    let filter = view.get(filter.name)?;
    let callout = filter.callout()?;
    Some((filter, state.has_functions(callout)))
}

fn telling(sound: &Answer, filter: &Object, only: Status) -> Answer {
    let told = Told {
        word: Word::Deleted,
        filter: filter.number,
        certain: true,
    };
    let tell = |outcome: &Outcome| {
        let mut outcome = outcome.clone();
        let fails = outcome.reply != Reply::Status(Status::Success);
        let fits = fails == (only != Status::Success) && outcome.reply != Reply::Waits;
        outcome.told.extend(fits.then_some(told));
        outcome
    };
    sound.iter().map(tell).collect()
}

fn failed_delete(state: &State, request: &Request, sound: &Answer) -> Option<Answer> {
    let (filter, registered) = told_filter(state, request)?;
    registered.then(|| telling(sound, filter, Status::InUse))
}

fn after_unregister(state: &State, request: &Request, sound: &Answer) -> Option<Answer> {
    let (filter, registered) = told_filter(state, request)?;
    (!registered).then(|| telling(sound, filter, Status::Success))
}

/// A commit without the last thing that the transaction did.
fn partial(state: &State, request: &Request, sound: &Answer) -> Option<Answer> {
    let draft = draft(state, request)?;
    let (last, _) = draft
        .deeds
        .split_last()
        .filter(|(_, rest)| !rest.is_empty())?;
    Some(after(sound, |after| match last {
        Deed::Added { object, .. } => after.committed.remove(object.name),
        Deed::Deleted { object, .. } => after.committed.insert(object.clone()),
    }))
}

/// Every failure ends the transaction.
fn aborting(state: &State, session: u32, sound: &Answer) -> Answer {
    let abort = |outcome: &Outcome| {
        if outcome.reply == Reply::Status(Status::Success) {
            return outcome.clone();
        }
        let mut ended = state.clone();
        ended.session_mut(session).transaction = None;
        outcome.clone().leading_to(ended)
    };
    sound.iter().map(abort).collect()
}

/// A writer that waits for writers only.
fn writer(state: &State, request: &Request, sound: &Answer) -> Option<Answer> {
    let number = session(state, request)?;
    let writes = |session: &crate::reference::Session| {
        matches!(session.transaction, Some(Transaction::ReadWrite(_)))
    };
    let begins = request.call == Call::Begin(Mode::ReadWrite);
    let free = begins && waits(sound) && !state.sessions.values().any(writes);
    free.then(|| vec![Outcome::success(with_transaction(state, number))])
}

fn rolled_back_delete(state: &State, request: &Request, sound: &Answer) -> Option<Answer> {
    let draft = draft(state, request)?;
    let told = draft.deeds.iter().find_map(|deed| match deed {
        Deed::Deleted { object, .. } => {
            let callout = object.callout()?;
            state.has_functions(callout).then_some(object)
        }
        Deed::Added { .. } => None,
    })?;
    Some(telling(sound, told, Status::Success))
}
