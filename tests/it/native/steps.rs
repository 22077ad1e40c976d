//! Steps and choices: atomic, never inside one another, logged in an order that is a schedule.

use selvedge::execution::End;
use selvedge::execution::Step;

use super::*;

/// Eight threads add one to a variable, reading and writing in two steps, each time under a lock.
#[test]
fn a_lock_keeps_a_counter_right() {
    const TIMES: u32 = 200;
    let execution = run(|cells| {
        let adder = |_| {
            let (lock, counter) = (cells[0].clone(), cells[1].clone());
            body(move || {
                for _ in 0..TIMES {
                    lock.lock();
                    counter.store(counter.load() + 1);
                    lock.unlock();
                }
            })
        };
        (0..8).map(adder).collect()
    });

    assert_eq!(execution.end, End::Finished);
    assert_eq!(execution.rest.values[1].1, 8 * TIMES);
    // Lock, load, store, unlock: each is in the log, once.
    assert_eq!(execution.steps.len(), 8 * 200 * 4);
}

/// The log is an order that the lock agrees with: between two acquires stands a release.
#[test]
fn the_log_is_in_the_order_of_the_lock() {
    let execution = run(|cells| {
        let taker = |_| {
            let lock = cells[0].clone();
            body(move || {
                for _ in 0..100 {
                    lock.lock();
                    lock.unlock();
                }
            })
        };
        (0..4).map(taker).collect()
    });

    let verbs = execution.steps.iter().map(|step| step.operation.verb);
    let expected = [Verb::Lock, Verb::Unlock].into_iter().cycle();
    assert!(verbs.eq(expected.take(800)));
    let pairs = execution.steps.chunks(2);
    assert!(
        pairs
            .into_iter()
            .all(|pair| pair[0].thread == pair[1].thread)
    );
}

/// A thread that sleeps on two objects is woken by a change of either.
#[test]
fn a_condition_over_two_objects_is_asked_again_when_either_changes() {
    for setter in [0, 1] {
        let execution = run(move |cells| {
            let (first, second) = (cells[0].clone(), cells[1].clone());
            let set = cells[setter].clone();
            let never = cells[2].clone();
            let either = body(move || {
                Native::wait(
                    first.on(Verb::EventWait),
                    (&first.0, &second.0),
                    |(first, second)| **first == 1 || **second == 1,
                    |_| (),
                );
                saw(1);
            });
            let setter = body(move || {
                // Runs out when the other thread sleeps.
                assert!(!never.wait_timed());
                set.set();
            });
            vec![either, setter]
        });

        assert_eq!(
            (&execution.end, &seen(&execution)[..]),
            (&End::Finished, &[(0, 1)][..])
        );
    }
}

fn panic_of(execution: &Execution) -> &str {
    let End::Panicked { message, .. } = &execution.end else {
        panic!("{:?}", execution.end);
    };
    message
}

#[test]
fn a_step_inside_a_step_is_refused() {
    let inside = |act: fn(&Cell)| {
        run(move |cells| {
            let (outer, inner) = (cells[0].clone(), cells[1].clone());
            vec![body(move || {
                Native::act(outer.on(Verb::Load), (&outer.0,), |_| act(&inner));
            })]
        })
    };
    let acts: [fn(&Cell); 3] = [
        |inner| inner.set(),
        |_| assert_eq!(Native::choose(Operation::local(Verb::Choose), 1), 0),
        |_| Native::spawn(thread(1), || ()),
    ];
    for act in acts {
        let execution = inside(act);
        assert!(panic_of(&execution).starts_with("a step was taken inside another step"));
    }
}

#[test]
fn choices_follow_the_seed() {
    let chosen = |seed| {
        let chooser = |_: &[Cell]| {
            vec![body(|| {
                for _ in 0..32 {
                    saw(u32::from(Native::choose(Operation::local(Verb::Choose), 4)));
                }
            })]
        };
        let execution = run_with(NativeSettings { seed, ..SETTINGS }, &over(chooser));
        let steps = execution.steps.iter();
        steps.map(|step| step.alternative).collect::<Vec<u8>>()
    };

    assert_eq!(chosen(7), chosen(7));
    assert_ne!(chosen(7), chosen(8));
    assert!((0..4).all(|alternative| chosen(7).contains(&alternative)));
}

/// Whether a wait that is blocked runs out is drawn from the seed too, where waits may expire. One
/// that does not waits on, and runs out because nothing else can run: that depends on everything.
#[test]
fn whether_a_wait_expires_follows_the_seed() {
    let drawn = |seed| {
        let settings = NativeSettings {
            waits: Waits::MayExpire,
            seed,
            ..SETTINGS
        };
        let waiter = |cells: &[Cell]| {
            let never = cells[0].clone();
            vec![body(move || {
                for _ in 0..32 {
                    assert!(!never.wait_timed());
                }
            })]
        };
        let execution = run_with(settings, &over(waiter));
        assert_eq!(execution.end, End::Finished);
        assert!(execution.steps.iter().all(|step| step.expired));
        let at_once = |step: &Step| !step.footprint.is_everything();
        execution.steps.iter().map(at_once).collect::<Vec<bool>>()
    };

    assert_eq!(drawn(7), drawn(7));
    assert_ne!(drawn(7), drawn(8));
    assert!(drawn(7).contains(&true) && drawn(7).contains(&false));
}

/// An index is free again when its thread has taken its last step, even if the machine has not yet
/// let the thread end.
#[test]
fn an_index_is_used_again_as_soon_as_its_thread_is_done() {
    for _ in 0..100 {
        let execution = run(|cells| {
            let event = cells[0].clone();
            vec![body(move || {
                for _ in 0..10 {
                    let done = event.clone();
                    Native::spawn(thread(1), move || done.set());
                    event.wait_for(1);
                    event.store(0);
                }
            })]
        });

        assert_eq!(execution.end, End::Finished);
    }
}

#[test]
fn a_thread_that_sleeps_is_not_started_twice() {
    let execution = run(|cells| {
        let (never, event) = (cells[0].clone(), cells[1].clone());
        vec![body(move || {
            Native::spawn(thread(1), move || never.wait_for(1));
            assert!(!event.wait_timed());
            Native::spawn(thread(1), || ());
        })]
    });

    assert!(panic_of(&execution).starts_with("thread 1 was started twice"));
}
