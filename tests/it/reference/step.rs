//! One call: who may make it, and which rules it goes by.

use super::Answer;
use super::Call;
use super::Found;
use super::Functions;
use super::Handle;
use super::Kind;
use super::Mode;
use super::Object;
use super::Opening;
use super::Outcome;
use super::Phase;
use super::Profile;
use super::Request;
use super::Session;
use super::State;
use super::Status;
use super::answer::refused;
use super::close::close;
use super::delete::find;
use super::profile::AfterRestart;
use super::profile::ForcedAbort;
use super::profile::LookUp;
use super::transaction;
use super::transaction::Change;

/// Everything that may come of a call in a state.
pub(crate) fn step(state: &State, request: &Request, profile: &Profile) -> Answer {
    let mut answer = dispatch(state, request, profile);
    for outcome in &mut answer {
        if let Some(after) = &mut outcome.state {
            after.put_off_by(request.thread);
        }
    }
    answer
}

fn dispatch(state: &State, request: &Request, profile: &Profile) -> Answer {
    match request.call {
        Call::Open(opening) => open(state, opening),
        Call::Register {
            callout,
            after_commit,
            refuses,
        } => {
            let flows = 0;
            let functions = Functions {
                after_commit,
                refuses,
                flows,
            };
            register(state, callout, functions)
        }
        Call::Unregister(callout) => unregister(state, callout),
        Call::FlowAssociate(callout) => flows(state, callout, 1),
        Call::FlowRemove(callout) => flows(state, callout, -1),
        _ => on_handle(state, request, profile),
    }
}

/// A wait that ran out: it fails, and nothing has changed (DOC error codes; DOC Object Management:
/// the acquisition and the call both fail).
pub(crate) fn expire(state: &State, request: &Request) -> Answer {
    let Handle::Of(session) = request.handle else {
        return Vec::new();
    };
    // DOC `FWPM_SESSION0`: an infinite wait never times out. A close waits without a time-out.
    let infinite = state.session(session).opening.infinite_wait;
    if infinite || request.call == Call::Close {
        return Vec::new();
    }
    refused([Status::Timeout])
}

/// `FwpmEngineOpen0`. Needs no lock (ASM A-03).
fn open(state: &State, opening: Opening) -> Answer {
    if !state.running {
        // DOC engine open: the engine must run. ASM A-15 for the code.
        return refused([Status::ServerUnavailable]);
    }
    // DOC engine open: a session with that key is already open. One that the engine's stop ended is
    // not (ASM A-15).
    let open = |session: &Session| session.phase == Phase::Open;
    let same = |session: &Session| opening.key.is_some() && session.opening.key == opening.key;
    if state.sessions.values().any(|one| open(one) && same(one)) {
        return refused([Status::AlreadyExists]);
    }
    let mut after = state.clone();
    let number = u32::try_from(state.sessions.len()).expect("few sessions");
    after.sessions.insert(number, Session::new(opening));
    vec![Outcome::success(after)]
}

/// `FwpsCalloutRegister`: at any time, without a session (DOC callout register).
fn register(state: &State, callout: u8, functions: Functions) -> Answer {
    if state.functions.contains_key(&callout) {
        return refused([Status::AlreadyExists]);
    }
    let mut after = state.clone();
    after.functions.insert(callout, functions);
    vec![Outcome::success(after)]
}

/// `FwpsCalloutUnregisterByKey0`: succeeds while filters name the callout, but not while it has
/// flow contexts (DOC callout unregister).
fn unregister(state: &State, callout: u8) -> Answer {
    match state.functions.get(&callout) {
        None => refused([Status::CalloutNotFound]),
        Some(functions) if functions.flows > 0 => refused([Status::DeviceBusy]),
        Some(_) => {
            let mut after = state.clone();
            after.functions.remove(&callout);
            // What was put off and comes after another register: nobody says whether it is told.
            after.doubt_what_is_late();
            vec![Outcome::success(after)]
        }
    }
}

/// A driver sets a context on a flow, or removes one.
fn flows(state: &State, callout: u8, change: i32) -> Answer {
    let mut after = state.clone();
    let functions = after.functions.get_mut(&callout);
    let changed = functions.and_then(|functions| {
        functions.flows = functions.flows.checked_add_signed(change)?;
        Some(())
    });
    match changed {
        Some(()) => vec![Outcome::success(after)],
        // Nothing is marked, or no functions are registered: the pages name one code each.
        None if change < 0 => refused([Status::CalloutNotFound, Status::Unsuccessful]),
        None => refused([Status::CalloutNotFound]),
    }
}

/// A call on a handle.
fn on_handle(state: &State, request: &Request, profile: &Profile) -> Answer {
    let closes = request.call == Call::Close;
    let session = match request.handle {
        // DOC uninstalling a provider: closing a null handle is fine. OBS O-24 for the code.
        Handle::Null if closes => return refused([Status::Success]),
        Handle::Null => return refused([Status::NullPointer]),
        // ASM A-14.
        Handle::Garbage => return refused([Status::InvalidHandle]),
        Handle::Of(session) => session,
    };
    match state.session(session).phase {
        Phase::Open if closes => close(state, session, false, profile),
        Phase::Ended if closes => close(state, session, request.waited, profile),
        Phase::Closed if closes && request.waited => close(state, session, true, profile),
        // ASM A-22: a call that waits while its handle is closed.
        Phase::Closed if request.waited => refused([Status::SessionAborted]),
        // ASM A-14: a handle that was closed before the call.
        Phase::Closed => refused([Status::InvalidHandle]),
        Phase::Ended => refused(ended(state, request, profile)),
        Phase::Open if state.session(session).forcibly_aborted => {
            aborted(state, session, request, profile)
        }
        Phase::Open => in_session(state, session, request, profile),
    }
}

/// ASM A-15: what the handle of a session returns that the engine's stop ended.
fn ended(state: &State, request: &Request, profile: &Profile) -> Vec<Status> {
    let after = match profile.after_restart {
        AfterRestart::SessionAborted => Status::SessionAborted,
        AfterRestart::ServerUnavailable => Status::ServerUnavailable,
    };
    // While the engine is down no call gets through; a call that waited may be told either.
    let down = (!state.running || request.waited).then_some(Status::ServerUnavailable);
    let waited = request.waited.then_some(Status::SessionAborted);
    [after].into_iter().chain(down).chain(waited).collect()
}

/// After a forced abort "the next call made within that transaction" fails (DOC Object Management);
/// which calls these are is open (ASM A-05).
fn aborted(state: &State, session: u32, request: &Request, profile: &Profile) -> Answer {
    let mut cleared = state.clone();
    cleared.session_mut(session).forcibly_aborted = false;
    let failed = Outcome::status(Status::TxnAborted);
    let uses = !matches!(
        request.call,
        Call::Subscribe(_)
            | Call::Unsubscribe(_)
            | Call::SetOption
            | Call::EnumRest(_)
            | Call::EnumDestroy(_)
    );
    let mut answer = match (profile.forced_abort, request.call) {
        (ForcedAbort::Once, _) => vec![failed.leading_to(cleared)],
        (ForcedAbort::UntilAbort, Call::Abort) => vec![Outcome::success(cleared)],
        (ForcedAbort::UntilAbort, _) => vec![failed],
    };
    // These do not use the transaction, so they may not notice.
    if !uses {
        answer.extend(in_session(state, session, request, profile));
    }
    answer
}

fn in_session(state: &State, session: u32, request: &Request, profile: &Profile) -> Answer {
    match &request.call {
        Call::Begin(mode) => transaction::begin(state, session, *mode, profile),
        Call::Commit => transaction::commit(state, session, profile),
        Call::Abort => transaction::abort(state, session, profile),
        Call::Add(add) => transaction::change(state, session, Change::Add(add), profile),
        Call::Delete(target) => {
            transaction::change(state, session, Change::Delete(target), profile)
        }
        Call::Get(target) => look_up(state, session, profile, |_| {
            match find(state.view(session), target) {
                Ok(object) => {
                    let found = Found::Object(object.clone());
                    Outcome::status(Status::Success).finding(found)
                }
                Err(missing) => Outcome::status(missing),
            }
        }),
        Call::EnumCreate(kind, number) => look_up(state, session, profile, |after| {
            let snapshot = enumerated(after, session, *kind);
            let enumerators = &mut after.session_mut(session).enumerators;
            enumerators.insert(*number, snapshot);
            Outcome::success(after.clone())
        }),
        Call::EnumRest(number) => enum_rest(state, session, *number),
        Call::EnumDestroy(number) => enum_destroy(state, session, *number),
        Call::Subscribe(kind) => subscribe(state, session, *kind, true),
        Call::Unsubscribe(kind) => subscribe(state, session, *kind, false),
        Call::SetOption => set_option(state, session, profile),
        Call::Open(_)
        | Call::Close
        | Call::Register { .. }
        | Call::Unregister(_)
        | Call::FlowAssociate(_)
        | Call::FlowRemove(_) => unreachable!("handled before"),
    }
}

/// A call that only looks. Outside an explicit transaction it takes the lock to read, or reads what
/// was committed last (ASM A-03).
fn look_up(
    state: &State,
    session: u32,
    profile: &Profile,
    look: impl Fn(&mut State) -> Outcome,
) -> Answer {
    let inside = state.session(session).transaction.is_some();
    let takes = profile.look_up == LookUp::TakesLock && !inside;
    if takes && !state.lock_is_free(session, Mode::ReadOnly, profile.lock_mode) {
        return vec![Outcome::waits()];
    }
    vec![look(&mut state.clone())]
}

/// The snapshot that an enumeration goes through (DOC filter create enum handle). Boot-time filters
/// are not in it (OBS O-32).
fn enumerated(state: &State, session: u32, kind: Kind) -> Vec<Object> {
    let objects = state.view(session).of(kind);
    let shown = objects.filter(|object| object.lifetime != super::Lifetime::BootTime);
    shown.cloned().collect()
}

/// DOC filter enum: each call goes on where the last one stopped. No lock (ASM A-03).
fn enum_rest(state: &State, session: u32, number: Option<u32>) -> Answer {
    let mut after = state.clone();
    let enumerators = &mut after.session_mut(session).enumerators;
    let rest = number.and_then(|number| enumerators.get_mut(&number));
    match rest.map(std::mem::take) {
        // DOC error codes.
        None => refused([Status::InvalidEnumerator]),
        Some(rest) => vec![Outcome::success(after).finding(Found::Objects(rest))],
    }
}

fn enum_destroy(state: &State, session: u32, number: Option<u32>) -> Answer {
    let mut after = state.clone();
    let enumerators = &mut after.session_mut(session).enumerators;
    match number.and_then(|number| enumerators.remove(&number)) {
        None => refused([Status::InvalidEnumerator]),
        Some(_) => vec![Outcome::success(after)],
    }
}

/// DOC subscribe and unsubscribe: not inside any explicit transaction. No lock (ASM A-03).
fn subscribe(state: &State, session: u32, kind: Kind, on: bool) -> Answer {
    if state.session(session).transaction.is_some() {
        return refused([Status::TxnInProgress]);
    }
    let mut after = state.clone();
    let subscribed = &mut after.session_mut(session).subscribed;
    if on {
        subscribed.push(kind);
    } else if let Some(place) = subscribed.iter().position(|one| *one == kind) {
        subscribed.remove(place);
    }
    vec![Outcome::success(after)]
}

/// `FwpmEngineSetOption0`: not inside an explicit transaction, not in a dynamic session (DOC engine
/// set option). ASM A-03: it takes the lock.
fn set_option(state: &State, session: u32, profile: &Profile) -> Answer {
    let found = state.session(session);
    let open = found.transaction.is_some().then_some(Status::TxnInProgress);
    let dynamic = found.opening.dynamic;
    let dynamic = dynamic.then_some(Status::DynamicSessionInProgress);
    let refusals: Vec<Status> = open.into_iter().chain(dynamic).collect();
    if !refusals.is_empty() {
        return refused(refusals);
    }
    if !state.lock_is_free(session, Mode::ReadWrite, profile.lock_mode) {
        return vec![Outcome::waits()];
    }
    refused([Status::Success])
}
