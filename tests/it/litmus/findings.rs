//! What is found in a program, how it is told, and how it replays.

use super::*;

use selvedge::explore::Coverage;
use selvedge::explore::ExplorerKind;
use selvedge::explore::Limit;
use selvedge::litmus::Atomic;
use selvedge::litmus::Condvar;
use selvedge::litmus::Explore;
use selvedge::litmus::Explored;
use selvedge::litmus::FindingKind;
use selvedge::litmus::Mutex;
use selvedge::litmus::ReplayError;
use selvedge::litmus::RwLock;
use selvedge::litmus::choose;
use selvedge::litmus::observe;
use selvedge::litmus::prove;
use selvedge::litmus::spawn;
use selvedge::litmus::threads;
use selvedge::report::Verdict;
use std::collections::BTreeMap;

/// Of (2!)^2 = 4 classes, the two in which one thread has stored before the other loads are right.
/// To spawn and to join adds none: who starts and who ends first is no choice of theirs.
#[test]
fn a_lost_update_is_found_in_its_simplest_execution() {
    let explored = explored(lost_update);
    let [finding] = &explored.findings[..] else {
        panic!("{explored}");
    };

    assert_eq!((explored.executions, explored.panicked), (4, 2));
    assert_eq!(
        (explored.verdict, finding.kind),
        (Verdict::Violated, FindingKind::Panic)
    );
    assert_eq!(finding.execution.preemptions(), 1);
    assert!(
        finding.cause.contains("an update was lost"),
        "{}",
        finding.cause
    );
}

#[test]
fn a_proof_that_fails_shows_a_lane_for_each_thread_and_the_schedule() {
    let message = message(|| prove(lost_update));

    for part in [
        "VIOLATED after 4 executions, 2 failing (exhausted by dpor and by source)",
        "thread main panics: assertion `left == right` failed: an update was lost",
        "step  main",
        "load counter = 0",
        "(preempted)",
        "replay with Explore::replay and \"sv3:program:-:-:sufficient:-:no-panic:",
    ] {
        assert!(message.contains(part), "{part} in {message}");
    }
}

#[test]
fn a_finding_replays_from_its_schedule_alone() {
    let found = explored(lost_update).findings.pop();
    let schedule = found.as_ref().unwrap().schedule.clone();
    let replay = |schedule: &str| Explore::new().replay(schedule, lost_update);

    let again = replay(&schedule).unwrap().unwrap();
    let found = found.unwrap();
    assert_eq!(again.execution, found.execution);
    assert_eq!((again.cause, again.because), (found.cause, found.because));
    assert_eq!(again.contrast, found.contrast);
    let other = "sv3:program:-:-:sufficient:-:no-panic:main-join@thread/main/0+7.2";
    let Err(ReplayError::Diverged {
        expected, found, ..
    }) = replay(other)
    else {
        panic!("it fits");
    };
    assert_eq!(expected, "7 until its end");
    assert_eq!(found, "thread 7 is not running");
    let model = "sv3:m:push-lock:documented:sufficient:0:no-panic:0.1";
    let Err(ReplayError::NotASchedule(problem)) = replay(model) else {
        panic!("a program is no model");
    };
    assert!(problem.contains("of the model `m`"), "{problem}");
}

/// A guard that a panic drops frees its mutex: the other thread goes on.
#[test]
fn a_panic_frees_what_the_thread_holds() {
    let explored = explored(threads(|threads| {
        let mutex = Mutex::new(());
        let held = mutex.clone();
        threads.spawn(move || {
            let _held = held.lock();
            panic!("dropped it");
        });
        threads.spawn(move || drop(mutex.lock()));
    }));

    assert_eq!(
        (explored.executions, explored.panicked, explored.deadlocked),
        (2, 2, 0)
    );
}

/// Threads that threads start are named by their place in the tree, whichever comes first.
#[test]
fn a_tree_of_threads_has_names_that_do_not_depend_on_the_schedule() {
    let tree = || {
        let count = Atomic::new(0_u32);
        let branch = |count: &Atomic<u32>| {
            let count = count.clone();
            spawn(move || {
                let leaf = spawn({
                    let count = count.clone();
                    move || count.fetch_add(1)
                });
                leaf.join();
            })
        };
        let both = [branch(&count), branch(&count)];
        for thread in both {
            thread.join();
        }
        assert_ne!(count.load(), 2);
    };
    let explored = explored(tree);
    let finding = &explored.findings[0];

    // Two orders of the two additions, of which both come to 2.
    assert_eq!((explored.executions, explored.panicked), (2, 2));
    let mut names = finding.names.labels().to_vec();
    names.sort_unstable();
    assert_eq!(names, ["1", "1.0", "2", "2.0", "main"]);
    let again = Explore::new()
        .replay(&finding.schedule, tree)
        .unwrap()
        .unwrap();
    assert_eq!(again.cause, finding.cause);
}

#[test]
fn a_look_at_the_end_may_object() {
    let explored = explored(threads(|threads| {
        let x = Atomic::new(0_u32);
        let stored = x.clone();
        threads.spawn(move || stored.store(1));
        threads.finally(move || assert_eq!(x.load(), 0, "somebody stored"));
    }));
    let finding = &explored.findings[0];

    assert_eq!((explored.executions, explored.panicked), (1, 1));
    assert_eq!(finding.kind, FindingKind::Objection);
    assert!(
        finding.cause.starts_with("at the end: assertion"),
        "{}",
        finding.cause
    );
}

/// The look at the end is left out where there is no end.
#[test]
fn a_deadlock_is_not_looked_at() {
    let explored = explored(threads(|threads| {
        let mutex = Mutex::new(());
        let twice = mutex.clone();
        threads.spawn(move || {
            let _held = twice.lock();
            let _again = twice.lock();
        });
        threads.finally(move || drop(mutex.lock()));
    }));

    assert_eq!((explored.deadlocked, explored.panicked), (1, 0));
}

#[test]
fn what_is_made_outside_would_be_shared_by_executions_and_is_refused() {
    for outside in [
        message(|| drop(Atomic::new(0_u32))),
        message(|| drop(Mutex::new(()))),
        message(|| drop(RwLock::new(()))),
        message(|| drop(Condvar::new())),
        message(|| drop(spawn(|| ()))),
        message(|| assert_eq!(choose(1), 0)),
    ] {
        assert!(outside.contains("outside of an exploration"), "{outside}");
    }
}

#[test]
fn a_bound_is_no_proof() {
    let program = || {
        threads(|threads| {
            let x = Atomic::new(0_u32);
            for value in 1..=4 {
                let x = x.clone();
                threads.spawn(move || x.store(value));
            }
        })
    };
    let few = Explore::new().executions_max(5).run(program());
    let short = Explore::new().steps_max(2).run(program());

    assert_eq!(few.coverage, Coverage::Bounded(Limit::Executions(5)));
    assert_eq!(
        (few.verdict, short.verdict),
        (Verdict::Bounded, Verdict::Bounded)
    );
    assert_eq!(short.coverage, Coverage::Bounded(Limit::Steps(2)));
    let message = message(move || few.require_proved());
    assert!(
        message.contains("BOUNDED after 5 executions (bounded by 5 executions)"),
        "{message}"
    );
}

/// `dfs` is the oracle: the same outcomes, and every schedule instead of every class.
#[test]
fn the_explorers_agree_on_the_outcomes() {
    let program = || {
        threads(|threads| {
            let (x, y) = (Atomic::new(0_u32), Atomic::new(0_u32));
            for (name, mine, other) in [("a", x.clone(), y.clone()), ("b", y, x)] {
                threads.spawn(move || {
                    mine.store(1);
                    observe(name, other.load());
                });
            }
        })
    };
    let by = |explorer| {
        Explore::new()
            .explorer(explorer)
            .executions_max(500)
            .run(program())
    };
    let names =
        |explored: &Explored| -> Vec<String> { explored.outcomes.keys().cloned().collect() };
    let (dpor, dfs) = (by(ExplorerKind::Dpor), by(ExplorerKind::Dfs));

    // C(4,2) interleavings of two threads of two steps.
    assert_eq!((dpor.executions, dfs.executions), (3, 6));
    assert_eq!(names(&dpor), names(&dfs));
    let random = by(ExplorerKind::Random);
    assert_eq!(
        (random.verdict, names(&random)),
        (Verdict::Sampled, names(&dfs))
    );
}

#[test]
fn a_search_that_stops_at_the_first_finding_says_so() {
    let first = Explore::new().fail_fast().run(lost_update);

    assert_eq!(first.coverage, Coverage::Bounded(Limit::FirstViolation));
    assert_eq!(first.panicked, 1);
    assert_eq!(first.verdict, Verdict::Violated);
}

#[test]
fn what_was_observed_is_counted_by_name_and_value() {
    let explored = explored(threads(|threads| {
        threads.spawn(|| observe("text", "a b"));
        threads.spawn(|| observe("number", 7));
    }));

    assert_eq!(
        explored.outcomes,
        BTreeMap::from([("number=7 text=\"a b\"".to_owned(), 1)])
    );
}
