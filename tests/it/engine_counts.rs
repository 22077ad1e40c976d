//! What of the engine is independent, shown by numbers of executions that are known in advance.

use std::ops::ControlFlow;
use std::sync::Arc;

use selvedge::execution::End;
use selvedge::execution::FinalState;
use selvedge::execution::ThreadId;
use selvedge::explore::Bounds;
use selvedge::explore::Coverage;
use selvedge::explore::DporExplorer;
use selvedge::explore::Unwatched;
use selvedge::explore::Watch;
use selvedge::explore::search;
use selvedge::runtime::Runtime;
use selvedge::runtime::Waits;
use selvedge::runtime::controlled::Controlled;
use selvedge::runtime::controlled::Finish;
use selvedge::runtime::controlled::Limits;
use selvedge::runtime::controlled::Machine;
use selvedge::status::NtStatus;
use selvedge::wfp::CircumstanceLog;
use selvedge::wfp::Circumstances;
use selvedge::wfp::Engine;
use selvedge::wfp::EngineHandle;
use selvedge::wfp::EngineImage;
use selvedge::wfp::EngineOptions;
use selvedge::wfp::Key;
use selvedge::wfp::LockMode;
use selvedge::wfp::Profile;
use selvedge::wfp::Provider;
use selvedge::wfp::SessionOptions;
use selvedge::wfp::TransactionMode;

type Client = fn(&Engine<Controlled>, EngineHandle, u64);

/// How many executions there are of two threads, each with a session of its own that was opened
/// before, that do the same. None may be redundant, and none may end otherwise than by itself.
fn executions(client: Client, writes: u64) -> u64 {
    executions_in(Profile::default(), client, writes)
}

fn executions_in(profile: Profile, client: Client, writes: u64) -> u64 {
    let system = move || -> Finish {
        let circumstances = Circumstances {
            profile,
            ..Circumstances::default()
        };
        let options = EngineOptions {
            ledger: Arc::new(CircumstanceLog::new(circumstances, false)),
            ..EngineOptions::default()
        };
        let engine = Engine::<Controlled>::new(&EngineImage::default(), &options);
        for thread in 0..2 {
            let own = engine.clone();
            let handle = engine.engine_open(SessionOptions::default());
            let handle = handle.expect("the engine runs");
            Controlled::spawn(ThreadId::new(thread), move || client(&own, handle, writes));
        }
        Box::new(FinalState::default)
    };
    let waits = Waits::Sufficient;
    let mut machine = Machine::new(Limits {
        waits,
        steps_max: 1000,
    });
    let mut explorer = DporExplorer::new(waits);
    let (bounds, mut unwatched) = (Bounds::default(), Unwatched);
    let with: (&Bounds, &mut dyn Watch) = (&bounds, &mut unwatched);
    let tally = search(&mut machine, &system, &mut explorer, with, |execution| {
        assert_eq!(execution.end, End::Finished);
        ControlFlow::Continue(())
    });
    assert_eq!((tally.coverage, tally.redundant), (Coverage::Exhausted, 0));
    tally.executions
}

/// Adds providers, with keys that no other session uses.
fn add(engine: &Engine<Controlled>, handle: EngineHandle, writes: u64) {
    for _ in 0..writes {
        let added = engine.provider_add(handle, Provider::with_key(Key::ZERO));
        assert_eq!(added, NtStatus::SUCCESS);
    }
}

fn explicitly(engine: &Engine<Controlled>, handle: EngineHandle, writes: u64) {
    let begun = engine.transaction_begin(handle, TransactionMode::ReadWrite);
    assert_eq!(begun, NtStatus::SUCCESS);
    add(engine, handle, writes);
    assert_eq!(engine.transaction_commit(handle), NtStatus::SUCCESS);
}

fn reading(engine: &Engine<Controlled>, handle: EngineHandle, reads: u64) {
    let begun = engine.transaction_begin(handle, TransactionMode::ReadOnly);
    assert_eq!(begun, NtStatus::SUCCESS);
    for _ in 0..reads {
        let found = engine.provider_get(handle, Key::of("nobody's"));
        assert_eq!(found, Err(NtStatus::PROVIDER_NOT_FOUND));
    }
    assert_eq!(engine.transaction_commit(handle), NtStatus::SUCCESS);
}

/// The lock orders the transactions, and nothing in them is seen from outside: 2! orders.
#[test]
fn two_explicit_transactions_take_2_executions_however_much_they_write() {
    for writes in 0..6 {
        assert_eq!(executions(explicitly, writes), 2, "{writes} writes each");
    }
}

/// Each write is a transaction, and any two are dependent: the interleavings of two words of
/// length k, (2k)! / (k!)^2.
#[test]
fn k_implicit_writes_each_take_2k_over_k_executions() {
    for (writes, expected) in [(1, 2), (2, 6), (3, 20), (4, 70), (5, 252)] {
        assert_eq!(executions(add, writes), expected, "{writes} writes each");
    }
}

/// Readers share the lock, and taking and giving back a share commute.
#[test]
fn two_readers_take_1_execution() {
    for reads in 0..3 {
        assert_eq!(executions(reading, reads), 1, "{reads} reads each");
    }
}

/// Where readers do not share the lock, it orders them like writers: 2! orders.
#[test]
fn two_readers_that_exclude_each_other_take_2_executions() {
    let profile = Profile {
        lock_mode: LockMode::Exclusive,
        ..Profile::default()
    };
    for reads in 0..3 {
        assert_eq!(
            executions_in(profile, reading, reads),
            2,
            "{reads} reads each"
        );
    }
}

/// Opening and closing sessions with keys of the engine's own needs nobody else.
#[test]
fn two_sessions_that_open_and_close_take_1_execution() {
    let open_and_close: Client = |engine, _, count| {
        for _ in 0..count {
            let handle = engine.engine_open(SessionOptions::default());
            assert_eq!(
                engine.engine_close(handle.expect("it runs")),
                NtStatus::SUCCESS
            );
        }
    };
    assert_eq!(executions(open_and_close, 3), 1);
}
