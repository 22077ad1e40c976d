//! How native executions end: deadlocks, expiries, panics, and being given up.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread;

use selvedge::execution::End;
use selvedge::runtime::locked::Unfinished;

use super::*;

/// Each thread takes its lock, and goes for the other's once both are taken.
fn crossed(cells: &[Cell]) -> Vec<Body> {
    let one = |own: usize, other: usize| {
        let (mine, theirs) = (cells[own].clone(), cells[other].clone());
        let (here, there) = (cells[2 + own].clone(), cells[2 + other].clone());
        body(move || {
            mine.lock();
            here.set();
            there.wait_for(1);
            theirs.lock();
        })
    };
    vec![one(0, 1), one(1, 0)]
}

#[test]
fn a_deadlock_is_seen_and_its_threads_are_named() {
    for _ in 0..50 {
        let execution = run(crossed);

        let waits = vec![blocked(0, Verb::Lock, 1), blocked(1, Verb::Lock, 0)];
        assert_eq!(execution.end, End::Deadlock(waits));
        assert_eq!(execution.steps.len(), 6);
    }
}

/// Nobody sets the event. Each wait runs out by itself, the first thread's first, and only when the
/// threads before it are gone.
#[test]
fn waits_run_out_one_at_a_time() {
    let execution = run(|cells| {
        let waiter = |_| {
            let (event, last) = (cells[0].clone(), cells[1].clone());
            body(move || {
                assert!(!event.wait_timed());
                last.store(last.load() + 1);
            })
        };
        (0..4).map(waiter).collect()
    });

    assert_eq!(execution.end, End::Finished);
    let threads = execution.steps.iter().map(|step| step.thread.index());
    assert!(threads.eq([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]));
    assert_eq!(execution.rest.values[1].1, 4);
}

/// The first wait runs out and its thread sets the event, so that no other does.
#[test]
fn one_wait_runs_out_and_the_others_are_woken() {
    let execution = run(|cells| {
        let waiter = |_| {
            let event = cells[0].clone();
            body(move || {
                let in_time = event.wait_timed();
                saw(u32::from(in_time));
                if !in_time {
                    event.set();
                }
            })
        };
        (0..4).map(waiter).collect()
    });

    assert_eq!(seen(&execution), [(0, 0), (1, 1), (2, 1), (3, 1)]);
}

/// Gives a lock back when it goes: a step in a destructor.
struct Guard(Cell);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.unlock();
    }
}

/// The thread panics when the other already sleeps on its lock. Unwinding gives the lock back.
#[test]
fn a_panic_is_reported_and_the_others_go_on() {
    let execution = run(|cells| {
        let (lock, held, never) = (cells[0].clone(), cells[1].clone(), cells[2].clone());
        let panics = {
            let (lock, held) = (lock.clone(), held.clone());
            body(move || {
                lock.lock();
                let _guard = Guard(lock);
                held.set();
                assert!(!never.wait_timed(), "the other sleeps");
                panic!("on purpose");
            })
        };
        let waits = body(move || {
            held.wait_for(1);
            lock.lock();
            saw(7);
        });
        vec![panics, waits]
    });

    let End::Panicked {
        thread: who,
        message,
    } = &execution.end
    else {
        panic!("{:?}", execution.end);
    };
    assert_eq!(*who, thread(0));
    assert!(
        message.starts_with("on purpose (tests/it/native/ends.rs:"),
        "{message}"
    );
    assert_eq!(seen(&execution), [(1, 7)]);
    assert_eq!(execution.rest.values[0].1, 1);
}

/// A panic inside the body of a step lets go of its objects.
#[test]
fn a_panic_inside_a_step_leaves_no_lock_behind() {
    let execution = run(|cells| {
        let (first, second) = (cells[0].clone(), cells[0].clone());
        let panics = body(move || {
            Native::act(first.on(Verb::Store), (&first.0,), |(mut value,)| {
                *value = 1;
                assert_ne!(*value, 1, "in a step");
            });
        });
        let waits = body(move || second.wait_for(1));
        vec![panics, waits]
    });

    assert!(matches!(&execution.end, End::Panicked { message, .. }
        if message.contains("in a step")));
    assert_eq!(execution.steps.len(), 2);
}

/// A thread hangs outside of any step while another waits for it.
#[test]
fn a_thread_that_hangs_is_given_up_and_named() {
    let (entered, leave) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicBool::new(false)),
    );
    let system = {
        let (entered, leave) = (Arc::clone(&entered), Arc::clone(&leave));
        over(move |cells| {
            let (entered, leave) = (Arc::clone(&entered), Arc::clone(&leave));
            let event = cells[0].clone();
            let hangs = body(move || {
                entered.store(true, Ordering::Release);
                while !leave.load(Ordering::Acquire) {
                    thread::yield_now();
                }
            });
            vec![hangs, body(move || event.wait_for(1))]
        })
    };
    let mut asked = 0;
    let supervise = &mut |_: u64| {
        asked += u32::from(entered.load(Ordering::Acquire));
        // Long enough for the other to fall asleep: but nothing here depends on it.
        if asked == 2 {
            Supervision::GiveUp
        } else {
            Supervision::GoOn
        }
    };
    let unfinished = run_natively(&system, &SETTINGS, supervise).unwrap_err();
    leave.store(true, Ordering::Release);

    let Unfinished { sleeping, running } = unfinished;
    assert!(running.contains(&thread(0)), "{running:?}");
    let other = sleeping == [blocked(1, Verb::EventWait, 0)];
    assert!(other || running.contains(&thread(1)), "{sleeping:?}");
}

/// A thread that steps for ever without getting anywhere can be given up too, and then ends.
#[test]
fn a_thread_that_only_steps_is_given_up_and_ends() {
    let ended = Arc::new(());
    let system = {
        let ended = Arc::clone(&ended);
        over(move |cells| {
            let (cell, alive) = (cells[0].clone(), Arc::clone(&ended));
            vec![body(move || {
                while cell.load() == 0 {}
                drop(alive);
            })]
        })
    };
    let given_up = run_natively(&system, &SETTINGS, &mut |steps| {
        assert!(steps > 0);
        Supervision::GiveUp
    });

    assert_eq!(given_up.unwrap_err().running, [thread(0)]);
    drop(system);
    while Arc::strong_count(&ended) > 1 {
        thread::yield_now();
    }
}
