//! How sessions end: closed, together with the engine, or robbed of their transaction.

use std::collections::VecDeque;

use super::Answer;
use super::Event;
use super::Lifetime;
use super::Mode;
use super::Object;
use super::Outcome;
use super::Phase;
use super::Profile;
use super::State;
use super::Told;
use super::Word;
use super::profile::CloseTeardown;
use super::profile::NotifyRestart;
use super::state::Later;
use super::tell;
use super::transaction::roll_back;

/// `FwpmEngineClose0` on a session that is not closed, or that closes already and waits.
pub(crate) fn close(state: &State, session: u32, waited: bool, profile: &Profile) -> Answer {
    let mut after = state.clone();
    if waited {
        return finish(&after, session, Vec::new(), profile);
    }
    let ended = after.session(session).phase == Phase::Ended;
    // DOC engine close: a transaction in progress is aborted, and that comes first (DOC Object
    // Management). DOC unsubscribe: subscriptions are cancelled.
    let told = roll_back(&mut after, session, profile);
    let closed = after.session_mut(session);
    closed.phase = Phase::Closed;
    closed.forcibly_aborted = false;
    closed.subscribed.clear();
    closed.enumerators.clear();
    if ended || !closed.opening.dynamic {
        return vec![Outcome::success(after).telling(told)];
    }
    match profile.close_teardown {
        CloseTeardown::Synchronous => finish(&after, session, told, profile),
        CloseTeardown::Deferred => {
            after.later.push_back((None, Later::TearDown(session)));
            vec![Outcome::success(after).telling(told)]
        }
    }
}

/// Deletes the objects of a closed dynamic session (DOC Object Management) in one implicit
/// transaction that waits without a time-out (ASM A-16); others see all of it or nothing.
fn finish(state: &State, session: u32, mut told: Vec<Told>, profile: &Profile) -> Answer {
    let mut after = state.clone();
    let free = state.lock_is_free(session, Mode::ReadWrite, profile.lock_mode);
    let owned = owned_by(state, session);
    let mut answer = Vec::new();
    if !free {
        let waits = Outcome::waits().telling(told.clone());
        answer.push(waits.leading_to(state.clone()));
    }
    // A session without objects has nothing to wait for.
    if free || owned.is_empty() {
        told.extend(tear_down(&mut after, session, profile));
        let done = Outcome::success(after).telling(told);
        answer.push(done.in_any_order());
    }
    answer
}

fn owned_by(state: &State, session: u32) -> Vec<Object> {
    let dynamic = Lifetime::Dynamic(session);
    let objects = state.committed.0.values();
    let owned = objects.filter(|object| object.lifetime == dynamic);
    owned.cloned().collect()
}

fn tear_down(after: &mut State, session: u32, profile: &Profile) -> Vec<Told> {
    let owned = owned_by(after, session);
    for object in &owned {
        after.committed.remove(object.name);
    }
    // DOC processing notify callouts: told like any deleted filter.
    let tell_one = |object: &Object| tell::deleted(after, object, profile);
    owned.iter().filter_map(tell_one).collect()
}

/// What happens to the engine by itself, where it can happen.
pub(crate) fn happen(state: &State, event: Event, profile: &Profile) -> Option<Outcome> {
    match event {
        Event::ForcedAbort(session) => forced_abort(state, session, profile),
        Event::Stop => state.running.then(|| stop(state, profile)),
        Event::Start => (!state.running).then(|| start(state, profile)),
        Event::Deferred => Some(deferred(state, profile)),
    }
}

/// DOC Object Management: a user-mode transaction may own the lock for an hour; then it is forcibly
/// aborted. Not those of kernel-mode callers.
fn forced_abort(state: &State, session: u32, profile: &Profile) -> Option<Outcome> {
    let found = state.sessions.get(&session)?;
    if found.opening.kernel || found.transaction.is_none() {
        return None;
    }
    let mut after = state.clone();
    let told = roll_back(&mut after, session, profile);
    after.session_mut(session).forcibly_aborted = true;
    Some(Outcome::success(after).telling(told))
}

/// ASM A-15: open transactions are aborted, static and dynamic objects are gone (DOC Object
/// Management for the lifetimes), persistent ones and registered functions stay.
fn stop(state: &State, profile: &Profile) -> Outcome {
    let mut after = state.clone();
    let mut told = Vec::new();
    let numbers: Vec<u32> = state.sessions.keys().copied().collect();
    for number in numbers {
        told.extend(roll_back(&mut after, number, profile));
        let session = after.session_mut(number);
        if session.phase == Phase::Open {
            session.phase = Phase::Ended;
        }
        session.forcibly_aborted = false;
        session.subscribed.clear();
        session.enumerators.clear();
    }
    let gone = after.committed.clone();
    after
        .committed
        .0
        .retain(|_, object| object.lifetime.is_stored());
    // Whether callouts are told of what goes with the engine, nobody says.
    let lost = gone
        .0
        .values()
        .filter(|object| !object.lifetime.is_stored());
    told.extend(lost.filter_map(|object| tell::tell(state, Word::Deleted, object)));
    for told in &mut told {
        told.certain = false;
    }
    after.doubt_what_is_late();
    after.running = false;
    Outcome::success(after).telling(told).in_any_order()
}

/// ASM A-28: registered callouts are told of the persistent filters that come back.
fn start(state: &State, profile: &Profile) -> Outcome {
    let mut after = state.clone();
    after.running = true;
    let told: Vec<Told> = match profile.notify_restart {
        NotifyRestart::Nothing => Vec::new(),
        NotifyRestart::Told => {
            let filters = state.committed.of(super::Kind::Filter);
            filters
                .filter_map(|filter| tell::tell(state, Word::Added, filter))
                .collect()
        }
    };
    Outcome::success(after).telling(told).in_any_order()
}

/// What was put off is done, that of each thread in order, up to where it waits for the lock.
fn deferred(state: &State, profile: &Profile) -> Outcome {
    let mut after = state.clone();
    let mut told = Vec::new();
    let mut stuck: Vec<Option<u8>> = Vec::new();
    let mut left = VecDeque::new();
    while let Some((whose, later)) = after.later.pop_front() {
        let waits = stuck.contains(&whose);
        match &later {
            Later::Deleted(filter, certain) if !waits => {
                let due = tell::tell(&after, Word::Deleted, filter);
                told.extend(due.map(|told| Told {
                    certain: *certain,
                    ..told
                }));
            }
            Later::TearDown(session)
                if !waits && after.lock_is_free(*session, Mode::ReadWrite, profile.lock_mode) =>
            {
                // What this puts off in turn comes in the same go.
                told.extend(tear_down(&mut after, *session, profile));
            }
            Later::Deleted(..) | Later::TearDown(_) => {
                stuck.push(whose);
                left.push_back((whose, later));
            }
        }
    }
    after.later = left;
    Outcome::success(after).telling(told).in_any_order()
}
