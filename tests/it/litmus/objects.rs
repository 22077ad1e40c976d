//! What each kind of object does.

use super::*;

use selvedge::litmus::Atomic;
use selvedge::litmus::Condvar;
use selvedge::litmus::Explore;
use selvedge::litmus::FindingKind;
use selvedge::litmus::Mutex;
use selvedge::litmus::RwLock;
use selvedge::litmus::choose;
use selvedge::litmus::observe;
use selvedge::litmus::prove;
use selvedge::litmus::spawn;
use selvedge::litmus::threads;
use selvedge::runtime::Waits;

/// The order of two sections, and nothing else.
#[test]
fn a_mutex_excludes_and_its_value_takes_no_steps() {
    let program = || {
        let counter = Mutex::new(0_u32);
        let both = [(); 2].map(|()| {
            let counter = counter.clone();
            spawn(move || *counter.lock() += 1)
        });
        for thread in both {
            thread.join();
        }
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
