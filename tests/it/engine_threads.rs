//! Small programs of engine calls in every interleaving, about rules that depend on when threads
//! meet: calls on a handle that another thread closes, and the watchdog of a transaction.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::Mutex;

use selvedge::execution::End;
use selvedge::execution::FinalState;
use selvedge::execution::ThreadId;
use selvedge::explore::Bounds;
use selvedge::explore::Coverage;
use selvedge::explore::DfsExplorer;
use selvedge::explore::DporExplorer;
use selvedge::explore::Explorer;
use selvedge::explore::Unwatched;
use selvedge::explore::Watch;
use selvedge::explore::search;
use selvedge::runtime::Runtime;
use selvedge::runtime::Waits;
use selvedge::runtime::controlled::Controlled;
use selvedge::runtime::controlled::Finish;
use selvedge::runtime::controlled::System;
use selvedge::status::NtStatus;
use selvedge::wfp::CircumstanceLog;
use selvedge::wfp::Circumstances;
use selvedge::wfp::CloseTeardown;
use selvedge::wfp::Engine;
use selvedge::wfp::EngineHandle;
use selvedge::wfp::EngineImage;
use selvedge::wfp::EngineOptions;
use selvedge::wfp::Key;
use selvedge::wfp::Profile;
use selvedge::wfp::Provider;
use selvedge::wfp::SessionOptions;
use selvedge::wfp::TransactionMode;
use selvedge::wfp::Wait;

use crate::seen::machine;

type MockEngine = Engine<Controlled>;

/// A session that waits for ever.
const PATIENT: SessionOptions = SessionOptions {
    key: Key::ZERO,
    dynamic: false,
    wait: Wait::Infinite,
    kernel: true,
};

/// What the program saw in one execution, in an order that does not depend on the schedule.
type Seen = Vec<NtStatus>;

/// One thread's calls, and what it saw.
type Calls = fn(&MockEngine, [EngineHandle; 2]) -> Seen;

/// What threads on two sessions that were opened before can see, the same by both explorers. Every
/// execution ends by itself.
fn outcomes(profile: Profile, threads: &[Calls]) -> BTreeSet<Vec<Seen>> {
    let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
    let system = || -> Finish {
        let options = EngineOptions {
            ledger: Arc::new(CircumstanceLog::new(Circumstances::of(profile), false)),
            ..EngineOptions::default()
        };
        let engine = MockEngine::new(&EngineImage::default(), &options);
        let handles = [PATIENT; 2].map(|options| engine.engine_open(options).unwrap());
        *seen.lock().unwrap() = vec![Seen::new(); threads.len()];
        for (index, &calls) in threads.iter().enumerate() {
            let (engine, seen) = (engine.clone(), Arc::clone(&seen));
            Controlled::spawn(ThreadId::new(index), move || {
                let own = calls(&engine, handles);
                engine.leave();
                seen.lock().unwrap()[index] = own;
            });
        }
        Box::new(FinalState::default)
    };
    let waits = Waits::Sufficient;
    let found = by(DporExplorer::new(waits), (&system, waits), &seen);
    assert_eq!(found, by(DfsExplorer::default(), (&system, waits), &seen));
    found
}

/// What an explorer finds that threads can see.
fn by(
    mut explorer: impl Explorer,
    (system, waits): (&dyn System, Waits),
    seen: &Mutex<Vec<Seen>>,
) -> BTreeSet<Vec<Seen>> {
    let mut all = BTreeSet::new();
    let (bounds, mut unwatched) = (Bounds::default(), Unwatched);
    let with: (&Bounds, &mut dyn Watch) = (&bounds, &mut unwatched);
    let tally = search(&mut machine(waits), system, &mut explorer, with, |one| {
        assert_eq!(one.end, End::Finished, "{:?}", one.steps);
        all.insert(seen.lock().unwrap().clone());
        ControlFlow::Continue(())
    });
    assert_eq!(tally.coverage, Coverage::Exhausted);
    all
}

fn add(engine: &MockEngine, handle: EngineHandle) -> NtStatus {
    engine.provider_add(handle, Provider::with_key(Key::of("a provider")))
}

fn transaction(engine: &MockEngine, [own, _]: [EngineHandle; 2]) -> Seen {
    let begun = engine.transaction_begin(own, TransactionMode::ReadWrite);
    vec![begun, engine.transaction_commit(own)]
}

/// A call that begins after the close of its handle is `INVALID_HANDLE`, also while another session
/// has the lock that the call would have waited for.
#[test]
fn a_handle_that_was_closed_before_the_call_is_invalid_whoever_has_the_lock() {
    let closes_and_adds: Calls = |engine, [_, other]| {
        let closed = engine.engine_close(other);
        vec![closed, add(engine, other)]
    };
    let seen = outcomes(Profile::DOCUMENTED, &[transaction, closes_and_adds]);

    let only = vec![
        vec![NtStatus::SUCCESS, NtStatus::SUCCESS],
        vec![NtStatus::SUCCESS, NtStatus::INVALID_HANDLE],
    ];
    assert_eq!(seen, BTreeSet::from([only]));
}

/// One that is under way when its handle is closed is `SESSION_ABORTED`, also if the lock that it
/// waits for is free by the time it goes on. It is told of one or the other, or came first.
#[test]
fn a_call_whose_handle_is_closed_while_it_waits_is_aborted_whoever_has_the_lock() {
    let closes_inside: Calls = |engine, [own, other]| {
        let begun = engine.transaction_begin(own, TransactionMode::ReadWrite);
        let closed = engine.engine_close(other);
        vec![begun, closed, engine.transaction_commit(own)]
    };
    let adds: Calls = |engine, [_, other]| vec![add(engine, other)];
    let seen = outcomes(Profile::DOCUMENTED, &[closes_inside, adds]);

    let with = |added| vec![vec![NtStatus::SUCCESS; 3], vec![added]];
    let all = [
        NtStatus::SUCCESS,
        NtStatus::SESSION_ABORTED,
        NtStatus::INVALID_HANDLE,
    ];
    assert_eq!(seen, all.map(with).into_iter().collect());
}

/// The end of a dynamic session is left to a thread of the system, and its thread goes on to begin
/// a user-mode transaction that it never ends. The teardown waits for the lock of that transaction,
/// and so does the other thread, for ever; the forced abort comes all the same. Either thread may
/// be first.
#[test]
fn a_teardown_that_waits_keeps_no_forced_abort_from_coming() {
    let leaks: Calls = |engine, _| {
        let dynamic = SessionOptions {
            dynamic: true,
            ..PATIENT
        };
        let user = SessionOptions {
            kernel: false,
            ..PATIENT
        };
        let dynamic = engine.engine_open(dynamic).unwrap();
        let added = add(engine, dynamic);
        let closed = engine.engine_close(dynamic);
        let user = engine.engine_open(user).unwrap();
        let begun = engine.transaction_begin(user, TransactionMode::ReadWrite);
        vec![added, closed, begun]
    };
    let profile = Profile {
        close_teardown: CloseTeardown::Deferred,
        ..Profile::DOCUMENTED
    };
    let seen = outcomes(profile, &[leaks, transaction]);

    let only = vec![vec![NtStatus::SUCCESS; 3], vec![NtStatus::SUCCESS; 2]];
    assert_eq!(seen, BTreeSet::from([only]));
}
