//! Programs that no search can explore, and what is said of them.

use super::*;

use std::sync::Arc;
use std::sync::atomic::AtomicU8;
use std::sync::atomic::Ordering;

use selvedge::explore::ExplorerKind;
use selvedge::litmus::FindingKind;
use selvedge::litmus::JoinHandle;
use selvedge::litmus::choose;
use selvedge::recount::Recount;
use selvedge::report::Verdict;

/// Two threads that race, and before them what is told how often it ran.
fn counting(first: impl Fn(u8) + Send + Sync + 'static) -> Program {
    let ran = Arc::new(AtomicU8::new(0));
    let main = move || {
        first(ran.fetch_add(1, Ordering::Relaxed));
        let x = Atomic::new(0_u32);
        let stores = |value| {
            let x = x.clone();
            spawn(move || x.store(value))
        };
        let (one, other) = (stores(1), stores(2));
        one.join();
        other.join();
    };
    main.into()
}

fn require_told(by: ExplorerKind, program: Program) {
    let explored = Explore::new().explorer(by).run(program);
    assert_eq!(
        explored.verdict,
        Verdict::NotDeterministic,
        "{by:?}: {explored}"
    );
}

#[test]
fn a_choice_that_has_other_alternatives_than_before_is_told() {
    let changing = || {
        counting(|ran| {
            choose(2 + ran % 2);
        })
    };
    require_told(ExplorerKind::Dpor, changing());
    require_told(ExplorerKind::Dfs, changing());
}

/// Each run starts other threads.
#[test]
fn a_number_of_threads_that_changes_is_told() {
    let changing = || {
        counting(|ran| {
            let started: Vec<_> = (0..(3 - ran % 3)).map(|_| spawn(|| ())).collect();
            started.into_iter().for_each(JoinHandle::join);
        })
    };
    for explorer in [
        ExplorerKind::Dpor,
        ExplorerKind::Source,
        ExplorerKind::Icb,
        ExplorerKind::Dfs,
    ] {
        require_told(explorer, changing());
    }
    let recounted = Explore::new().recount(changing(), 1_000);
    assert!(
        matches!(recounted, Recount::NotDeterministic { .. }),
        "{recounted:?}"
    );
}

/// The exploration inside is refused, the one outside goes on, and so does whoever comes next.
#[test]
fn an_exploration_inside_of_a_program_is_a_finding_of_it() {
    let explored = explored(|| {
        Explore::new().run(|| ());
    });
    let [finding] = &explored.findings[..] else {
        panic!("{explored}");
    };

    assert_eq!(finding.kind, FindingKind::Panic);
    let told = "an exploration begins inside of a program that is explored";
    assert!(finding.cause.contains(told), "{}", finding.cause);
    assert_eq!(super::explored(|| ()).executions, 1);
}
