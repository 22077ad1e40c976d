//! What a strategy costs where nobody is in anybody's way, and what it costs when many are.
//!
//! Each thread attaches and detaches a link of its own, over and over, on the `direct` pipeline:
//! the engine calls and what the strategy puts around them, on the `native` runtime, with nothing
//! logged. The time is that of one attach with its detach, all threads together: the wall clock of
//! a run, divided by how many pairs all its threads made.
//!
//! Read the ratios, not the times: each line against `shared-handle/1`, which is the engine mock
//! alone. A machine with c cores does c things at a time, so with perfect scaling the time of n
//! threads would be 1/min(n, c) of that of one. The engine admits one transaction at a time, so
//! nothing here scales; a ratio above 1 is what waiting, waking and trying again cost.
//!
//! A pair of `shared-handle`, `handle-per-module` and `retry` costs little under contention because
//! it fails: an attach that is refused has nothing to detach. Their lines are the price of a
//! failure, not of an attach; `handle-per-context-on-dynamic-global` fails always.

#![expect(
    clippy::disallowed_types,
    reason = "a benchmark measures time: that is what it is for"
)]

use std::sync::Arc;

use std::time::Duration;
use std::time::Instant;

use criterion::BenchmarkId;
use criterion::Criterion;
use criterion::criterion_group;
use criterion::criterion_main;

use selvedge::attach::AttachType;
use selvedge::attach::Call;
use selvedge::attach::CallKind;
use selvedge::attach::LinkSpec;
use selvedge::attach::Pipeline;
use selvedge::attach::ThreadSpec;
use selvedge::attach::Workload;
use selvedge::program::Program;
use selvedge::runtime::Waits;
use selvedge::runtime::locked::Native;
use selvedge::runtime::locked::NativeSettings;
use selvedge::runtime::locked::Supervision;
use selvedge::runtime::locked::run_natively;
use selvedge::strategy::Strategy;

/// How often each thread attaches and detaches in one run: enough that starting the threads, once a
/// run, does not count.
const PAIRS: u64 = 200;

const THREADS: [usize; 4] = [2, 4, 8, 16];

const SETTINGS: NativeSettings = NativeSettings {
    waits: Waits::Sufficient,
    seed: 0,
    latency: None,
    records: false,
};

/// Threads that attach and detach a link of their own each.
fn workload(threads: usize) -> Workload {
    let types = [AttachType::Connect4, AttachType::Connect6];
    let link = |index: usize| LinkSpec {
        name: format!("l{index}"),
        attach_type: types[index % 2],
        compartment: u32::try_from(index).expect("few threads"),
        attached: false,
    };
    let thread = |index: usize| {
        let call = |kind| Call {
            kind,
            link: index,
            returns: 0,
        };
        let pair = || [call(CallKind::Attach), call(CallKind::Detach)];
        ThreadSpec {
            name: format!("t{index}"),
            calls: (0..PAIRS).flat_map(|_| pair()).collect(),
        }
    };
    Workload {
        pipeline: Pipeline::Direct,
        infinite_wait: true,
        links: (0..threads).map(link).collect(),
        threads: (0..threads).map(thread).collect(),
        faults: Vec::new(),
    }
}

/// How long so many pairs take, shared out among the threads.
fn time(strategy: &Strategy, threads: usize, pairs: u64) -> Duration {
    let program = Program::new(&workload(threads), strategy, &Arc::default());
    let start = program.starter::<Native>();
    let pairs_in_run = PAIRS * u64::try_from(threads).expect("few threads");
    let runs = pairs.div_ceil(pairs_in_run);
    let begun = Instant::now();
    for _ in 0..runs {
        let ended = run_natively(&*start, &SETTINGS, &mut |_| Supervision::GoOn);
        ended.expect("nobody gives up");
    }
    let nanoseconds = begun.elapsed().as_nanos() * u128::from(pairs);
    let share = nanoseconds / u128::from(runs * pairs_in_run);
    Duration::from_nanos(u64::try_from(share).expect("a benchmark ends"))
}

fn strategies(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("attach and detach");
    let mut measure = |strategy: &'static Strategy, threads: usize| {
        let name = BenchmarkId::new(strategy.name, threads);
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|pairs| time(strategy, threads, pairs));
        });
    };
    let base = Strategy::PRESETS.first().expect("there are presets");
    assert_eq!(base.name, "shared-handle");
    measure(base, 1);
    for strategy in Strategy::PRESETS {
        for threads in THREADS {
            measure(strategy, threads);
        }
    }
    group.finish();
}

criterion_group!(benches, strategies);
criterion_main!(benches);
