//! Programs whose course follows from a clock or from a random hash: each run finds them out.

use super::*;

use std::hash::BuildHasher;
use std::hash::RandomState;
#[expect(clippy::disallowed_types, reason = "what a program must not use")]
use std::time::Instant;

use selvedge::explore::ExplorerKind;
use selvedge::litmus::Threads;
use selvedge::litmus::observe;
use selvedge::litmus::prove;
use selvedge::litmus::threads;
use selvedge::report::Verdict;

/// How often each program is explored if `SELVEDGE_COINS` does not say so.
fn runs() -> u32 {
    let asked = std::env::var("SELVEDGE_COINS").ok();
    asked.and_then(|count| count.parse().ok()).unwrap_or(10)
}

#[expect(clippy::disallowed_types, reason = "what a program must not use")]
fn clock() -> bool {
    Instant::now().elapsed().as_nanos().is_multiple_of(2)
}

fn hash() -> bool {
    RandomState::new().hash_one(0_u8).is_multiple_of(2)
}

type Coin = fn() -> bool;

type Made = fn(Coin) -> Program;

/// Two threads race on one object, or on another.
fn touches(coin: fn() -> bool) -> Program {
    threads(move |threads: &mut Threads| {
        let (x, y) = (Atomic::new(0_u32), Atomic::new(0_u32));
        for value in 1..3 {
            let (x, y) = (x.clone(), y.clone());
            threads.spawn(move || {
                if coin() {
                    x.store(value);
                } else {
                    y.store(value);
                }
            });
        }
    })
}

/// A thread stores one value or another, which decides nothing.
fn stores(coin: fn() -> bool) -> Program {
    let main = move || {
        let x = Atomic::new(0_u32);
        let other = x.clone();
        let thread = spawn(move || _ = other.load());
        x.store(u32::from(coin()));
        thread.join();
    };
    main.into()
}

/// The same with values beyond what a trace shows.
fn stores_much(coin: fn() -> bool) -> Program {
    let main = move || {
        let x = Atomic::new(0_u64);
        x.store(if coin() { u64::MAX } else { u64::MAX - 1 });
        _ = x.load();
    };
    main.into()
}

/// No step differs, only what is observed.
fn observes(coin: fn() -> bool) -> Program {
    let main = move || {
        let x = Atomic::new(0_u32);
        x.store(1);
        observe("coin", coin());
    };
    main.into()
}

/// Every other execution panics.
fn panics(coin: fn() -> bool) -> Program {
    let main = move || {
        let x = Atomic::new(0_u32);
        x.store(1);
        assert!(coin(), "the coin is on its edge");
    };
    main.into()
}

const PROGRAMS: [(&str, Made); 5] = [
    ("touches", touches),
    ("stores", stores),
    ("stores much", stores_much),
    ("observes", observes),
    ("panics", panics),
];

#[test]
fn a_program_that_asks_a_clock_or_a_random_hash_is_found_out_each_time() {
    for (name, program) in PROGRAMS {
        let coins: [(&str, Coin); 2] = [("clock", clock), ("hash", hash)];
        for (source, coin) in coins {
            let found = (0..runs()).filter(|_| {
                let explored = Explore::new().run(program(coin));
                explored.verdict == Verdict::NotDeterministic
            });
            let found = u32::try_from(found.count()).unwrap();
            assert_eq!(found, runs(), "{name}, {source}");
        }
    }
}

#[test]
fn every_explorer_finds_it_out() {
    for explorer in [
        ExplorerKind::Source,
        ExplorerKind::Icb,
        ExplorerKind::Dfs,
        ExplorerKind::Random,
    ] {
        let explore = Explore::new().explorer(explorer).executions_max(100);
        for (name, program) in PROGRAMS {
            let explored = explore.run(program(hash));
            assert_eq!(
                explored.verdict,
                Verdict::NotDeterministic,
                "{explorer:?}, {name}: {explored}"
            );
        }
    }
}

#[test]
fn what_is_found_out_is_told_with_its_place() {
    let message = message(|| prove(stores(hash)));

    for part in [
        "NOT DETERMINISTIC after ",
        "  execution 1, step ",
        ", thread 0: it was store",
        ", and is now store",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
}

/// The counts are those of one run for each class: 3 classes of two threads that store and load.
#[test]
fn what_is_run_again_is_not_counted() {
    let program = || {
        threads(|threads| {
            let (x, y) = (Atomic::new(0_u32), Atomic::new(0_u32));
            for (mine, other) in [(x.clone(), y.clone()), (y, x)] {
                threads.spawn(move || {
                    mine.store(1);
                    observe("seen", other.load());
                });
            }
        })
    };
    let explored = explored(program());

    assert_eq!((explored.executions, explored.redundant), (3, 0));
    assert_eq!(explored.not_deterministic, None);
    assert_eq!(explored.outcomes.values().sum::<u64>(), 3);
}
