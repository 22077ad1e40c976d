//! The engine alone: calls on one thread of the controlled runtime, without exploration.
//!
//! Each step happens at once, so this is what the mock itself costs. Criterion's throughput is in
//! calls of the engine.

use std::time::Duration;

use criterion::Criterion;
use criterion::Throughput;
use criterion::criterion_group;
use criterion::criterion_main;

use selvedge::runtime::controlled::Controlled;
use selvedge::runtime::controlled::start_up;
use selvedge::status::NtStatus;
use selvedge::wfp::Action;
use selvedge::wfp::Callout;
use selvedge::wfp::Engine;
use selvedge::wfp::EngineHandle;
use selvedge::wfp::EngineImage;
use selvedge::wfp::EngineOptions;
use selvedge::wfp::Filter;
use selvedge::wfp::Key;
use selvedge::wfp::SessionOptions;
use selvedge::wfp::TransactionMode;

type Calls = fn(&Engine<Controlled>, EngineHandle);

const LAYER: Key = Key::of("ALE_AUTH_CONNECT_V4");
const CALLOUT: Key = Key::of("callout");

fn must(status: NtStatus) {
    assert_eq!(status, NtStatus::SUCCESS);
}

fn begin_and_commit(engine: &Engine<Controlled>, handle: EngineHandle) {
    must(engine.transaction_begin(handle, TransactionMode::ReadWrite));
    must(engine.transaction_commit(handle));
}

fn look_up(engine: &Engine<Controlled>, handle: EngineHandle) {
    assert!(engine.callout_get(handle, CALLOUT).is_ok());
}

/// As an attach and a detach: begin, three adds, commit, three deletes.
fn attach_and_detach(engine: &Engine<Controlled>, handle: EngineHandle) {
    let filter = Filter {
        action: Action::Terminating(CALLOUT),
        ..Filter::in_layer(LAYER)
    };
    must(engine.transaction_begin(handle, TransactionMode::ReadWrite));
    let added = [(); 3].map(|()| engine.filter_add(handle, filter));
    must(engine.transaction_commit(handle));
    for filter in added {
        must(engine.filter_delete(handle, filter.expect("nothing forbids it")));
    }
}

fn open_and_close(engine: &Engine<Controlled>, _: EngineHandle) {
    let opened = engine.engine_open(SessionOptions::default());
    must(engine.engine_close(opened.expect("the engine runs")));
}

/// One round on an engine of its own, as an execution has one; so names do not run out.
fn round(calls: Calls, rounds: u32) {
    start_up(|| {
        let options = EngineOptions {
            callouts_change: false,
            closes_meet_calls: false,
            ..EngineOptions::default()
        };
        let engine = Engine::<Controlled>::new(&EngineImage::default(), &options);
        let handle = engine.engine_open(SessionOptions::default());
        let handle = handle.expect("the engine runs");
        let callout = engine.callout_add(handle, Callout::with_key(CALLOUT, LAYER));
        callout.expect("nothing forbids it");
        for _ in 0..rounds {
            calls(&engine, handle);
        }
    });
}

fn engine(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("engine");
    let cases: [(&str, Calls, u64); 4] = [
        ("begin, commit", begin_and_commit, 2),
        ("look-up", look_up, 1),
        ("begin, 3 adds, commit, 3 deletes", attach_and_detach, 8),
        ("open, close", open_and_close, 2),
    ];
    for (name, calls, count) in cases {
        group.throughput(Throughput::Elements(1000 * count));
        group.bench_function(name, |bencher| bencher.iter(|| round(calls, 1000)));
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = engine
}
criterion_main!(benches);
