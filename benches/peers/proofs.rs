//! A whole proof of small programs, beside loom, shuttle and stateright, each program in the terms
//! of the library that checks it.
//!
//! Three of them run code; stateright explores the states of a model that is written as states and
//! actions. Its model has a step where the code has one that others can see.
//!
//! Compare by ratio within one run; the numbers of two runs on a shared machine say little.

#![expect(
    clippy::print_stdout,
    reason = "this is a program that prints its figures"
)]

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

use stateright::Checker;
use stateright::Model;
use stateright::Property;

/// Threads, and sections of each under one lock.
const SIZES: [(usize, usize); 7] = [(2, 1), (2, 2), (2, 3), (3, 1), (3, 2), (5, 1), (7, 1)];

/// Loom takes minutes beyond this many sections in all, if there are more than two threads.
const LOOM_SECTIONS_MAX: usize = 3;

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

/// The same, without a main thread, as a model of states and actions.
struct Sections {
    threads: usize,
    sections: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct State {
    /// Who is in a section.
    owner: Option<usize>,
    count: usize,
    /// By thread: how many sections it has behind it.
    done: Vec<usize>,
}

impl Model for Sections {
    type State = State;
    /// The thread that takes its next step: into a section, or through it and out.
    type Action = usize;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            owner: None,
            count: 0,
            done: vec![0; self.threads],
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<usize>) {
        match state.owner {
            Some(owner) => actions.push(owner),
            None => actions.extend((0..self.threads).filter(|&it| state.done[it] < self.sections)),
        }
    }

    fn next_state(&self, state: &State, thread: usize) -> Option<State> {
        let mut next = state.clone();
        if state.owner.is_none() {
            next.owner = Some(thread);
        } else {
            next.owner = None;
            next.count += 1;
            next.done[thread] += 1;
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("nothing is lost", |_, state: &State| {
            state.count == state.done.iter().sum::<usize>()
        })]
    }
}

/// The states that stateright sees, of which none breaks the property.
fn check(model: Sections) -> usize {
    let checker = model.checker().spawn_dfs().join();
    checker.assert_properties();
    checker.unique_state_count()
}

/// The executions that a proof takes.
fn prove(program: impl Into<Program>) -> u64 {
    let explored = Explore::new().once().run(program);
    assert_eq!(explored.verdict, Verdict::Proved);
    explored.executions
}

fn sections_on_one_lock(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a whole proof: sections on one lock");
    for (threads, sections) in SIZES {
        let size = format!("{threads} threads x {sections}");
        println!(
            "{size}: {} executions, {} joined; {} states",
            prove(together(threads, sections)),
            prove(move || joined(threads, sections)),
            check(Sections { threads, sections }),
        );
        group.bench_function(BenchmarkId::new("selvedge, together", &size), |bencher| {
            bencher.iter(|| prove(together(threads, sections)));
        });
        group.bench_function(BenchmarkId::new("selvedge, joined", &size), |bencher| {
            bencher.iter(|| prove(move || joined(threads, sections)));
        });
        group.bench_function(BenchmarkId::new("stateright", &size), |bencher| {
            bencher.iter(|| check(Sections { threads, sections }));
        });
        if threads == 2 || threads * sections <= LOOM_SECTIONS_MAX {
            group.bench_function(BenchmarkId::new("loom", &size), |bencher| {
                bencher.iter(|| {
                    loom::model::Builder::new().check(move || joined_in_loom(threads, sections));
                });
            });
        }
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
        bencher.iter(|| Explore::new().recount(together(3, 2), 1_000_000));
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
