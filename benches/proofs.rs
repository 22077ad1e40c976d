//! A whole proof of small programs, beside loom and shuttle, each program in the terms of the
//! library that runs it.
//!
//! Compare by ratio within one run; the numbers of two runs on a shared machine say little.

use std::hint::black_box;
use std::sync::Arc;

use criterion::BenchmarkId;
use criterion::Criterion;
use criterion::criterion_group;
use criterion::criterion_main;

use selvedge::litmus::Explore;
use selvedge::litmus::Mutex;
use selvedge::litmus::Program;
use selvedge::litmus::spawn;
use selvedge::litmus::threads;
use selvedge::report::Verdict;

/// Threads, and sections of each under one lock.
const SIZES: [(usize, usize); 4] = [(2, 1), (2, 2), (2, 3), (3, 1)];

/// Shuttle's depth-first search takes minutes beyond this many sections in all.
const SHUTTLE_SECTIONS_MAX: usize = 4;

/// A main thread that starts the others and joins them: the shape that loom and shuttle know.
fn joined(threads: usize, sections: usize) {
    let mutex = Mutex::new(0_u32);
    let section = |mutex: Mutex<u32>| move || (0..sections).for_each(|_| *mutex.lock() += 1);
    let all: Vec<_> = (0..threads)
        .map(|_| spawn(section(mutex.clone())))
        .collect();
    for thread in all {
        thread.join();
    }
}

/// The same without a main thread.
fn together(count: usize, sections: usize) -> Program {
    threads(move |threads| {
        let mutex = Mutex::new(0_u32);
        for _ in 0..count {
            let mutex = mutex.clone();
            threads.spawn(move || (0..sections).for_each(|_| *mutex.lock() += 1));
        }
    })
}

fn joined_in_loom(threads: usize, sections: usize) {
    let mutex = loom::sync::Arc::new(loom::sync::Mutex::new(0_u32));
    let section = |mutex: loom::sync::Arc<loom::sync::Mutex<u32>>| {
        move || (0..sections).for_each(|_| *mutex.lock().expect("nobody panics") += 1)
    };
    let all: Vec<_> = (0..threads)
        .map(|_| loom::thread::spawn(section(loom::sync::Arc::clone(&mutex))))
        .collect();
    for thread in all {
        thread.join().expect("nobody panics");
    }
}

fn joined_in_shuttle(threads: usize, sections: usize) {
    let mutex = Arc::new(shuttle::sync::Mutex::new(0_u32));
    let section = |mutex: Arc<shuttle::sync::Mutex<u32>>| {
        move || (0..sections).for_each(|_| *mutex.lock().expect("nobody panics") += 1)
    };
    let all: Vec<_> = (0..threads)
        .map(|_| shuttle::thread::spawn(section(Arc::clone(&mutex))))
        .collect();
    for thread in all {
        thread.join().expect("nobody panics");
    }
}

fn prove(program: impl Into<Program>) {
    let explored = Explore::new().run(program);
    assert_eq!(explored.verdict, Verdict::Proved);
    black_box(explored.executions);
}

fn sections_on_one_lock(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a whole proof: sections on one lock");
    for (threads, sections) in SIZES {
        let size = format!("{threads} threads x {sections}");
        group.bench_function(BenchmarkId::new("selvedge, together", &size), |bencher| {
            bencher.iter(|| prove(together(threads, sections)));
        });
        group.bench_function(BenchmarkId::new("selvedge, joined", &size), |bencher| {
            bencher.iter(|| prove(move || joined(threads, sections)));
        });
        group.bench_function(BenchmarkId::new("loom", &size), |bencher| {
            bencher.iter(|| {
                loom::model::Builder::new().check(move || joined_in_loom(threads, sections));
            });
        });
        if threads * sections <= SHUTTLE_SECTIONS_MAX {
            group.bench_function(BenchmarkId::new("shuttle dfs", &size), |bencher| {
                let program = move || joined_in_shuttle(threads, sections);
                bencher.iter(|| shuttle::check_dfs(program, None));
            });
        }
    }
    group.finish();
}

/// What the explorers of this crate make of the same, and what a recount costs beside a proof.
fn recounted(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a recount: 3 threads x 2 sections");
    group.bench_function("dpor", |bencher| {
        bencher.iter(|| prove(together(3, 2)));
    });
    group.bench_function("recount", |bencher| {
        bencher.iter(|| black_box(Explore::new().recount(together(3, 2), 1_000_000)));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(std::time::Duration::from_millis(200))
        .measurement_time(std::time::Duration::from_millis(800));
    targets = sections_on_one_lock, recounted
}
criterion_main!(benches);
