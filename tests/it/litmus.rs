//! Programs of one's own: what each kind of object does, what is found, and how it is told.

use std::collections::BTreeMap;

use selvedge::explore::Coverage;
use selvedge::explore::ExplorerKind;
use selvedge::explore::Limit;
use selvedge::litmus::Atomic;
use selvedge::litmus::Condvar;
use selvedge::litmus::Explore;
use selvedge::litmus::Explored;
use selvedge::litmus::FindingKind;
use selvedge::litmus::Mutex;
use selvedge::litmus::Program;
use selvedge::litmus::ReplayError;
use selvedge::litmus::RwLock;
use selvedge::litmus::choose;
use selvedge::litmus::observe;
use selvedge::litmus::prove;
use selvedge::litmus::spawn;
use selvedge::litmus::threads;
use selvedge::report::Verdict;
use selvedge::runtime::Waits;

fn explored(program: impl Into<Program>) -> Explored {
    let explored = Explore::new().run(program);
    assert_eq!(explored.coverage, Coverage::Exhausted, "{explored}");
    explored
}

fn outcomes(explored: &Explored) -> Vec<(&str, u64)> {
    let all = explored.outcomes.iter();
    all.map(|(outcome, count)| (outcome.as_str(), *count))
        .collect()
}

/// What an assertion panics with, as a `#[test]` would show it.
fn message(assertion: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let payload = std::panic::catch_unwind(assertion).unwrap_err();
    payload.downcast_ref::<String>().cloned().unwrap()
}

fn lost_update() {
    let counter = Atomic::new(0_u32).named("counter");
    let add = |counter: Atomic<u32>| move || counter.store(counter.load() + 1);
    let both = [(); 2].map(|()| spawn(add(counter.clone())));
    both.map(selvedge::litmus::JoinHandle::join);
    assert_eq!(counter.load(), 2, "an update was lost");
}

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
        "VIOLATED after 4 executions, 2 failing (exhausted)",
        "thread main panics: assertion `left == right` failed: an update was lost",
        "step  main",
        "load counter = 0",
        "(preempted)",
        "replay with Explore::replay and \"lt1:sufficient:",
    ] {
        assert!(message.contains(part), "{part} in {message}");
    }
}

#[test]
fn a_finding_replays_from_its_schedule_alone() {
    let found = explored(lost_update).findings.pop();
    let schedule = found.as_ref().unwrap().schedule.clone();
    let replay = |schedule: &str| Explore::new().replay(schedule, lost_update);

    assert_eq!(replay(&schedule), Ok(found));
    let (whole, _) = schedule.rsplit_once('+').unwrap();
    let steps = whole.matches(['+', ':']).count();
    assert!(steps > 1, "{whole}");
    assert_eq!(
        replay("lt1:sufficient:mainx1:1"),
        Err(ReplayError::TooShort { steps: 1 })
    );
    assert_eq!(
        replay("lt1:sufficient:1x1:1"),
        Err(ReplayError::Misfit { step: 1 })
    );
    let nonsense = "lt1:sufficient:mainx1:2";
    assert_eq!(
        replay(nonsense),
        Err(ReplayError::NotASchedule(nonsense.into()))
    );
}

/// The order of two sections, and nothing else.
#[test]
fn a_mutex_excludes_and_its_value_takes_no_steps() {
    let program = || {
        let counter = Mutex::new(0_u32);
        let both = [(); 2].map(|()| {
            let counter = counter.clone();
            spawn(move || *counter.lock() += 1)
        });
        both.map(selvedge::litmus::JoinHandle::join);
        assert_eq!(*counter.lock(), 2);
    };

    assert_eq!(explored(program).executions, 2);
}

/// Whoever locks twice waits for itself.
#[test]
fn a_mutex_is_not_reentrant() {
    let explored = explored(|| {
        let mutex = Mutex::new(());
        let _held = mutex.lock();
        let _again = mutex.lock();
    });

    assert_eq!((explored.executions, explored.deadlocked), (1, 1));
    assert_eq!(explored.findings[0].kind, FindingKind::Deadlock);
    assert!(
        explored.findings[0]
            .cause
            .contains("thread main: lock mutex 0.0"),
        "{explored}"
    );
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

/// T(2,1) = 4: each of two tries may come first; the other falls into its section or behind it.
#[test]
fn a_try_succeeds_or_fails() {
    let explored = explored(threads(|threads| {
        let mutex = Mutex::new(());
        for name in ["a", "b"] {
            let mutex = mutex.clone();
            threads.spawn(move || observe(name, mutex.try_lock().is_some()));
        }
    }));

    let expected = [
        ("a=false b=true", 1),
        ("a=true b=false", 1),
        ("a=true b=true", 2),
    ];
    assert_eq!(outcomes(&explored), expected);
}

/// A wait that may expire at any moment is a try; one that expires only when nothing else can run
/// waits its turn.
#[test]
fn a_wait_expires_as_the_reading_of_waits_says() {
    let program = || {
        threads(|threads| {
            let mutex = Mutex::new(());
            for name in ["a", "b"] {
                let mutex = mutex.clone();
                threads.spawn(move || observe(name, mutex.lock_or_expire().is_some()));
            }
        })
    };
    let run = |waits| Explore::new().waits(waits).run(program());

    assert_eq!(outcomes(&run(Waits::Sufficient)), [("a=true b=true", 2)]);
    let expected = [
        ("a=false b=true", 1),
        ("a=true b=false", 1),
        ("a=true b=true", 2),
    ];
    assert_eq!(outcomes(&run(Waits::MayExpire)), expected);
}

/// Two readers are independent; the writer comes before, between or behind them: it is ordered with
/// each of the two, which makes 2^2.
#[test]
fn readers_share_and_a_writer_excludes() {
    let explored = explored(threads(|threads| {
        let lock = RwLock::new(0_u32);
        for name in ["a", "b"] {
            let lock = lock.clone();
            threads.spawn(move || observe(name, *lock.read()));
        }
        threads.spawn(move || *lock.write() = 1);
    }));

    let one = |outcome| (outcome, 1);
    assert_eq!(
        outcomes(&explored),
        ["a=0 b=0", "a=0 b=1", "a=1 b=0", "a=1 b=1"].map(one)
    );
}

#[test]
fn a_reader_keeps_a_writer_out_and_lets_a_reader_in() {
    prove(|| {
        let lock = RwLock::new(7_u32);
        let first = lock.read();
        assert!(lock.try_write().is_none());
        assert_eq!(lock.try_read().map(|second| *second + *first), Some(14));
        drop(first);
        *lock.try_write().unwrap() = 8;
        let writer = lock.write();
        assert!(lock.try_read().is_none());
        drop(writer);
    });
}

/// A condition variable with a flag under the mutex: nobody sleeps for ever.
#[test]
fn who_waits_on_a_condition_is_woken() {
    prove(|| {
        let (ready, condition) = (Mutex::new(false), Condvar::new());
        let setter = {
            let (ready, condition) = (ready.clone(), condition.clone());
            spawn(move || {
                *ready.lock() = true;
                condition.notify_one();
            })
        };
        let guard = condition.wait_while(ready.lock(), |ready| !ready);
        assert!(*guard);
        drop(guard);
        setter.join();
    });
}

/// Without the flag, the notification can come before anybody waits, and is lost.
#[test]
fn a_notification_that_nobody_waits_for_is_lost() {
    let explored = explored(threads(|threads| {
        let (mutex, condition) = (Mutex::new(()), Condvar::new());
        let notifier = condition.clone();
        threads.spawn(move || drop(condition.wait(mutex.lock())));
        threads.spawn(move || notifier.notify_one());
    }));

    assert_eq!((explored.executions, explored.deadlocked), (2, 1));
}

/// Two wait, one notification: whichever takes it, the other expires. If waits may expire only when
/// nothing else can run, somebody is always notified unless the notification comes first; each of
/// the two can be the one.
#[test]
fn a_notification_of_one_may_wake_any_of_those_who_wait() {
    let explored = explored(threads(|threads| {
        let (mutex, condition) = (Mutex::new(()), Condvar::new());
        for name in ["a", "b"] {
            let (mutex, condition) = (mutex.clone(), condition.clone());
            threads.spawn(move || {
                let (_held, notified) = condition.wait_or_expire(mutex.lock());
                observe(name, notified);
            });
        }
        threads.spawn(move || condition.notify_one());
    }));
    let seen: Vec<&str> = explored.outcomes.keys().map(String::as_str).collect();

    assert_eq!(
        seen,
        ["a=false b=false", "a=false b=true", "a=true b=false"]
    );
}

#[test]
fn a_notification_of_all_wakes_all_who_wait() {
    let explored = explored(threads(|threads| {
        let (mutex, condition) = (Mutex::new(()), Condvar::new());
        for name in ["a", "b"] {
            let (mutex, condition) = (mutex.clone(), condition.clone());
            threads.spawn(move || {
                let (_held, notified) = condition.wait_or_expire(mutex.lock());
                observe(name, notified);
            });
        }
        threads.spawn(move || condition.notify_all());
    }));
    let seen: Vec<&str> = explored.outcomes.keys().map(String::as_str).collect();

    let expected = [
        "a=false b=false",
        "a=false b=true",
        "a=true b=false",
        "a=true b=true",
    ];
    assert_eq!(seen, expected);
}

#[test]
fn a_spin_that_never_ends_is_a_livelock() {
    let explored = explored(threads(|threads| {
        let flag = Atomic::new(false);
        threads.spawn(move || {
            flag.spin_until(|set| set);
        });
    }));

    assert_eq!(explored.findings[0].kind, FindingKind::Livelock);
    assert_eq!(explored.deadlocked, 1);
}

/// 3 · 2 values, each explored once.
#[test]
fn every_alternative_of_a_choice_is_explored() {
    let explored = explored(|| {
        observe("first", choose(3));
        observe("second", choose(2));
    });

    assert_eq!(explored.executions, 6);
    assert_eq!(explored.outcomes.len(), 6);
}

#[test]
fn what_a_thread_returns_is_joined() {
    prove(|| assert_eq!(spawn(|| 6 * 7).join(), 42));
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
        both.map(selvedge::litmus::JoinHandle::join);
        assert_ne!(count.load(), 2);
    };
    let explored = explored(tree);
    let finding = &explored.findings[0];

    // Two orders of the two additions, of which both come to 2.
    assert_eq!((explored.executions, explored.panicked), (2, 2));
    let mut names = finding.threads.clone();
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
        message(|| drop(choose(2))),
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
