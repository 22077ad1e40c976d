//! Transactions: begin, commit, abort, and what adds and deletes do inside and outside of them.

use super::Addition;
use super::Answer;
use super::Found;
use super::Mode;
use super::Object;
use super::Outcome;
use super::Profile;
use super::State;
use super::Status;
use super::Target;
use super::Told;
use super::Word;
use super::add;
use super::answer::Objections;
use super::answer::refused;
use super::delete;
use super::profile::LateRegistration;
use super::profile::NotifyAdd;
use super::profile::NotifyDelete;
use super::state::Deed;
use super::state::Draft;
use super::state::Later;
use super::state::Transaction;
use super::tell;

/// `FwpmTransactionBegin0`.
pub(crate) fn begin(state: &State, session: u32, mode: Mode, profile: &Profile) -> Answer {
    let open = state.session(session).transaction.is_some();
    // DOC transaction begin: at most one for a session; a second begin neither nests nor waits.
    // ASM A-20 for flags that mean nothing.
    let second = open.then_some(Status::TxnInProgress);
    let flags = (mode == Mode::Unknown).then_some(Status::InvalidFlags);
    let refusals: Vec<Status> = second.into_iter().chain(flags).collect();
    if !refusals.is_empty() {
        return refused(refusals);
    }
    // DOC Object Management: it waits for the lock.
    if !state.lock_is_free(session, mode, profile.lock_mode) {
        return vec![Outcome::waits()];
    }
    let mut after = state.clone();
    after.session_mut(session).transaction = Some(match mode {
        Mode::ReadOnly => Transaction::ReadOnly,
        Mode::ReadWrite | Mode::Unknown => Transaction::ReadWrite(Draft {
            objects: state.committed.clone(),
            deeds: Vec::new(),
        }),
    });
    vec![Outcome::success(after)]
}

/// `FwpmTransactionCommit0`.
pub(crate) fn commit(state: &State, session: u32, profile: &Profile) -> Answer {
    let mut after = state.clone();
    match after.session_mut(session).transaction.take() {
        // DOC transaction commit.
        None => refused([Status::NoTxnInProgress]),
        Some(Transaction::ReadOnly) => vec![Outcome::success(after)],
        Some(Transaction::ReadWrite(draft)) => {
            // ASM A-29: is a callout told of a filter that was added before it was registered? If
            // adds are told at the commit anyway (ASM A-07), the filter was not there before.
            let told_late = profile.late_registration == LateRegistration::AtCommit
                || profile.notify_add == NotifyAdd::AtCommit;
            committed(after, &draft, told_late, profile)
        }
    }
}

/// All changes become visible at once (DOC Object Management: atomicity). Callouts are told of what
/// they were not told before, and of the commit (DOC `FWPS_CALLOUT`: the flag for it).
fn committed(mut after: State, draft: &Draft, told_late: bool, profile: &Profile) -> Answer {
    after.committed = draft.objects.clone();
    let (mut told, refused) = adds_at_commit(&mut after, &draft.deeds, told_late, profile);
    told.extend(deletes_at_commit(&mut after, &draft.deeds, profile));
    let last = draft.deeds.iter().filter_map(|deed| match deed {
        Deed::Added { object, .. } => after_commit(&after, object),
        Deed::Deleted { .. } => None,
    });
    told.extend(last);
    let outcome = Outcome::success(after).telling(told);
    let mut answer = vec![outcome.clone()];
    if refused {
        // ASM A-07: a refusal at the commit drops that filter only. What the commit returns then,
        // no source in scope says.
        let status = Status::CalloutNotificationFailed;
        let failed = Outcome::status(status).telling(outcome.told);
        answer.extend(outcome.state.map(|state| failed.leading_to(state)));
    }
    answer
}

/// The adds that callouts are told of at the commit, and whether one was refused.
fn adds_at_commit(
    after: &mut State,
    deeds: &[Deed],
    told_late: bool,
    profile: &Profile,
) -> (Vec<Told>, bool) {
    let mut told = Vec::new();
    let mut refused = false;
    for deed in deeds {
        let Deed::Added {
            object, registered, ..
        } = deed
        else {
            continue;
        };
        // ASM A-07 for one that was registered at the time, A-29 for one that was not.
        let due = if *registered {
            profile.notify_add == NotifyAdd::AtCommit
        } else {
            told_late
        };
        let there = after.committed.get(object.name) == Some(object);
        let Some(functions) = tell::functions(after, object).filter(|_| due) else {
            continue;
        };
        // Whether one is told of that the transaction has deleted again, nobody says.
        let one = tell::tell(after, Word::Added, object);
        told.extend(one.map(|told| Told {
            certain: there,
            ..told
        }));
        if functions.refuses {
            refused = true;
            if there {
                after.committed.remove(object.name);
            }
        }
    }
    (told, refused)
}

/// The deletes that callouts are told of at the commit.
fn deletes_at_commit(after: &mut State, deeds: &[Deed], profile: &Profile) -> Vec<Told> {
    let unknown = |number: u32| {
        let added = |deed: &Deed| match deed {
            Deed::Added { object, told, .. } => object.number == number && !told,
            Deed::Deleted { .. } => false,
        };
        deeds.iter().any(added)
    };
    let mut told = Vec::new();
    for deed in deeds {
        if let Deed::Deleted {
            object,
            told: false,
        } = deed
        {
            // Added and deleted inside the transaction, and never told of: it never was there for
            // anybody else. DOC notifyFn tells also who was not told of the add.
            let certain = !unknown(object.number);
            let due = tell::deleted(after, object, profile);
            told.extend(due.map(|told| Told { certain, ..told }));
            if let Some((None, Later::Deleted(last, sure))) = after.later.back_mut() {
                *sure &= certain || *last != *object;
            }
        }
    }
    told
}

/// DOC `FWPS_CALLOUT`: told after the commit, if the callout asked for it and the filter is there.
fn after_commit(after: &State, object: &Object) -> Option<Told> {
    let there = after.committed.get(object.name) == Some(object);
    let asked = tell::functions(after, object).is_some_and(|functions| functions.after_commit);
    tell::tell(after, Word::Committed, object).filter(|_| asked && there)
}

/// `FwpmTransactionAbort0`: undoes everything (DOC Object Management: rollback).
pub(crate) fn abort(state: &State, session: u32, profile: &Profile) -> Answer {
    if state.session(session).transaction.is_none() {
        // DOC transaction abort; OBS O-10.
        return refused([Status::NoTxnInProgress]);
    }
    let mut after = state.clone();
    let told = roll_back(&mut after, session, profile);
    vec![Outcome::success(after).telling(told)]
}

/// Ends a session's transaction, if there is one, without a trace.
pub(crate) fn roll_back(after: &mut State, session: u32, profile: &Profile) -> Vec<Told> {
    match after.session_mut(session).transaction.take() {
        None | Some(Transaction::ReadOnly) => Vec::new(),
        Some(Transaction::ReadWrite(draft)) => tell::rolled_back(after, &draft.deeds, profile),
    }
}

/// What a call that changes objects is about to do.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Change<'c> {
    Add(&'c Addition),
    Delete(&'c Target),
}

/// An add or a delete.
pub(crate) fn change(state: &State, session: u32, change: Change<'_>, profile: &Profile) -> Answer {
    let mode = Mode::ReadWrite;
    match may_write(state, session) {
        None if !state.lock_is_free(session, mode, profile.lock_mode) => {
            // DOC Object Management: outside an explicit transaction it is one of its own, and
            // waits. What is wrong with the call itself may be told before (ASM A-04).
            let early = early(state, session, change, profile);
            let refusals = refused(early.all());
            [vec![Outcome::waits()], refusals].concat()
        }
        Some(false) => {
            // DOC, the remarks of each add and delete page. Which of several rules tells is open.
            let mut all = late(state, session, change, profile).0;
            all.must(true, Status::IncompatibleTxn);
            refused(all.all())
        }
        None | Some(true) => attempt(state, session, change, profile),
    }
}

/// Whether the session's transaction may write; `None` if it has none.
fn may_write(state: &State, session: u32) -> Option<bool> {
    let transaction = state.session(session).transaction.as_ref();
    transaction.map(|transaction| matches!(transaction, Transaction::ReadWrite(_)))
}

/// The rules that need no view of the objects.
fn early(state: &State, session: u32, change: Change<'_>, profile: &Profile) -> Objections {
    match change {
        Change::Add(addition) => add::structure(addition, state.session(session), profile),
        Change::Delete(_) => Objections::default(),
    }
}

/// All rules, and the object in question, if it can be told.
fn late(
    state: &State,
    session: u32,
    change: Change<'_>,
    profile: &Profile,
) -> (Objections, Option<Object>) {
    match change {
        Change::Add(addition) => {
            let objections = add::objections(state, session, addition, profile);
            (objections, Some(add::object(state, session, addition)))
        }
        Change::Delete(target) => match delete::find(state.view(session), target) {
            Ok(object) => {
                let objections = delete::objections(state, session, object, profile);
                (objections, Some(object.clone()))
            }
            Err(missing) => {
                let mut objections = Objections::default();
                objections.must(true, missing);
                (objections, None)
            }
        },
    }
}

fn attempt(state: &State, session: u32, change: Change<'_>, profile: &Profile) -> Answer {
    let (objections, object) = late(state, session, change, profile);
    // DOC Object Management: a call that fails leaves the transaction as it was.
    let mut answer = refused(objections.all());
    if let Some(object) = object.filter(|_| objections.must.is_empty()) {
        answer.push(match change {
            Change::Add(_) => add_one(state, session, object, profile),
            Change::Delete(_) => delete_one(state, session, object, profile),
        });
    }
    answer
}

fn add_one(state: &State, session: u32, object: Object, profile: &Profile) -> Outcome {
    let implicit = state.session(session).transaction.is_none();
    let functions = tell::functions(state, &object);
    // ASM A-07. Outside an explicit transaction the call is its own commit.
    let now = implicit || profile.notify_add == NotifyAdd::AtCall;
    let told = tell::tell(state, Word::Added, &object).filter(|_| now);
    // DOC notifyFn: an error refuses the filter.
    if functions.is_some_and(|functions| functions.refuses) && now {
        let refused = Outcome::status(Status::CalloutNotificationFailed);
        return refused.telling(told.into_iter().collect());
    }
    let mut after = state.clone();
    after.made += 1;
    let found = Found::Made(object.number);
    let mut all: Vec<Told> = told.into_iter().collect();
    match &mut after.session_mut(session).transaction {
        Some(Transaction::ReadWrite(draft)) => {
            draft.objects.insert(object.clone());
            draft.deeds.push(Deed::Added {
                object,
                registered: functions.is_some(),
                told: told.is_some(),
            });
        }
        Some(Transaction::ReadOnly) | None => {
            after.committed.insert(object.clone());
            all.extend(after_commit(&after, &object));
        }
    }
    Outcome::success(after).finding(found).telling(all)
}

fn delete_one(state: &State, session: u32, object: Object, profile: &Profile) -> Outcome {
    let mut after = state.clone();
    // ASM A-09: one reading tells it here, even if the transaction may still abort.
    let now = profile.notify_delete == NotifyDelete::AtCall;
    let told = tell::tell(state, Word::Deleted, &object).filter(|_| now);
    let told = match &mut after.session_mut(session).transaction {
        Some(Transaction::ReadWrite(draft)) => {
            draft.objects.remove(object.name);
            draft.deeds.push(Deed::Deleted { object, told: now });
            told
        }
        Some(Transaction::ReadOnly) | None => {
            after.committed.remove(object.name);
            tell::deleted(&mut after, &object, profile)
        }
    };
    Outcome::success(after).telling(told.into_iter().collect())
}
