//! Loops of several looks: what holds a thread back, what wakes it, and what a round may not do.

use std::collections::BTreeSet;

use selvedge::explore::Coverage;
use selvedge::explore::ExplorerKind;
use selvedge::litmus::Atomic;
use selvedge::litmus::Condvar;
use selvedge::litmus::Explore;
use selvedge::litmus::Explored;
use selvedge::litmus::FindingKind;
use selvedge::litmus::Mutex;
use selvedge::litmus::Program;
use selvedge::litmus::RwLock;
use selvedge::litmus::choose;
use selvedge::litmus::observe;
use selvedge::litmus::retry;
use selvedge::litmus::spawn;
use selvedge::litmus::threads;
use selvedge::recount::Recount;
use selvedge::report::Verdict;

const EXPLORERS: [ExplorerKind; 4] = [
    ExplorerKind::Dfs,
    ExplorerKind::Dpor,
    ExplorerKind::Source,
    ExplorerKind::Icb,
];

/// What each explorer that sees everything comes to, and that a recount agrees with `dpor`.
fn everywhere(program: impl Fn() -> Program) -> Vec<Explored> {
    let run = |explorer: ExplorerKind| {
        let explored = Explore::new().explorer(explorer).steps_max(200).run(program());
        println!("{:8} {explored}", explorer.name());
        explored
    };
    let all: Vec<Explored> = EXPLORERS.map(run).into();
    for one in &all {
        assert_eq!(one.coverage, Coverage::Exhausted, "{one}");
        assert_eq!(one.verdict, all[0].verdict, "{one}");
        assert_eq!(outcomes(one), outcomes(&all[0]), "{one}");
        assert_eq!(kinds(one), kinds(&all[0]), "{one}");
    }
    match Explore::new().recount(program(), 100_000) {
        Recount::Complete { traces, deadlocked, .. } => {
            assert_eq!((traces, deadlocked), (all[1].executions, all[1].deadlocked));
        }
        other => panic!("{other:?}"),
    }
    all
}

fn outcomes(explored: &Explored) -> BTreeSet<&String> {
    explored.outcomes.keys().collect()
}

fn kinds(explored: &Explored) -> Vec<(FindingKind, &String)> {
    let findings = explored.findings.iter();
    findings.map(|found| (found.kind, &found.cause)).collect()
}

/// T0: `a := 1; b := 1`. T1: `first := a; while !(a && b) {}; assert first`.
fn two_flags() -> Program {
    threads(|threads| {
        let (a, b) = (Atomic::new(false).named("a"), Atomic::new(false).named("b"));
        let (sets_a, sets_b) = (a.clone(), b.clone());
        threads.spawn(move || {
            sets_a.store(true);
            sets_b.store(true);
        });
        threads.spawn(move || {
            let first = a.load();
            retry(|| (a.load() && b.load()).then_some(()));
            assert!(first, "a was not set at first");
        });
    })
}

#[test]
fn what_comes_behind_a_loop_of_two_looks_is_found_under_every_explorer() {
    let all = everywhere(two_flags);

    assert_eq!(all[1].verdict, Verdict::Violated);
}
