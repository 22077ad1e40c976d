//! Code under test that panics: recorded, and the search goes on.

use std::panic;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use selvedge::execution::End;
use selvedge::execution::Execution;
use selvedge::execution::Operation;
use selvedge::execution::Step;
use selvedge::execution::StepResult;
use selvedge::execution::Verb;
use selvedge::explore::Coverage;
use selvedge::runtime::Runtime;
use selvedge::runtime::Waits;
use selvedge::runtime::controlled::Controlled;
use selvedge::runtime::controlled::System;

use crate::small::dfs;
use crate::small::dpor;

use super::*;

/// Who panicked in an execution, and with what.
fn panicked(execution: &Execution) -> (usize, &str) {
    let End::Panicked { thread, message } = &execution.end else {
        panic!("the execution ended otherwise: {:?}", execution.end);
    };
    (thread.index(), message)
}

/// The message and the place come from the panic itself; nothing is printed.
#[test]
fn a_panic_is_told_with_its_thread_message_and_place() {
    let execution = run(&over(|x, _| {
        let x = x.clone();
        let fatal = move || panic!("counted {} in line {}", x.count(), line!());
        vec![body(|| ()), body(fatal)]
    }));

    let (thread, message) = panicked(&execution);
    let line = message.strip_prefix("counted 1 in line ").unwrap();
    let (line, place) = line.split_once(' ').unwrap();
    assert_eq!(place, format!("(tests/it/runtime/panics.rs:{line})"));
    assert_eq!((thread, notes(&execution).as_str()), (1, "1:update"));
}

/// The thread goes on without a switch, and its next step panics inside: what is recorded of it is
/// not the result of the step before.
#[test]
fn a_step_that_panics_has_no_result() {
    let execution = run(&over(|x, _| {
        let x = x.clone();
        let fatal = move || {
            x.count();
            let operation = x.on(Verb::Update);
            Controlled::act(operation, (&x.0,), |(_,)| -> u32 { panic!("inside") });
        };
        vec![body(fatal)]
    }));

    let results: Vec<StepResult> = execution.steps.iter().map(|step| step.result).collect();
    assert_eq!(results, [StepResult::Value(1), StepResult::Done]);
}

/// Half of the orders panic. All are run, the machine is none the worse, and the other thread ends.
#[test]
fn the_search_goes_on_after_a_panic() {
    let system = over(|x, _| {
        let count = |x: &Cell, fatal: u32| {
            let x = x.clone();
            body(move || assert_ne!(x.count(), fatal))
        };
        vec![count(x, 9), count(x, 2)]
    });

    let seen = dfs(&system, Waits::Sufficient);
    assert_eq!(
        (seen.tally.executions, seen.tally.coverage),
        (2, Coverage::Exhausted)
    );
    let ends = seen
        .outcomes
        .iter()
        .map(|outcome| matches!(outcome.end, End::Finished));
    assert_eq!(ends.collect::<Vec<_>>(), [true, false]);
    let counted = |outcome: &selvedge::execution::Outcome| outcome.rest.values[0].1 == 2;
    assert!(seen.outcomes.iter().all(counted), "both threads counted");
}

#[test]
fn a_payload_without_text_is_told_by_its_place() {
    let plain = run(&over(|_, _| vec![body(|| panic::panic_any(7_u32))]));
    let raised = run(&over(|_, _| {
        vec![body(|| panic::resume_unwind(Box::new(7_u32)))]
    }));

    let (_, message) = panicked(&plain);
    assert!(message.starts_with("a payload that is no text (tests/it/runtime/panics.rs:"));
    // Without the panic hook there is no place either.
    assert_eq!(panicked(&raised), (0, "a panic without a message"));
}

#[test]
fn a_thread_may_panic_before_its_first_step() {
    let execution = run(&over(|x, _| {
        let x = x.clone();
        vec![body(|| panic!("at once")), body(move || x.store(1))]
    }));

    let (thread, message) = panicked(&execution);
    assert!(thread == 0 && message.starts_with("at once ("), "{message}");
    assert_eq!(notes(&execution), "1:store");
}

/// A later panic may be a consequence of the first.
#[test]
fn the_first_of_two_panics_is_told() {
    let execution = run(&over(|x, y| {
        let fatal = |cell: &Cell, what: &'static str| {
            let cell = cell.clone();
            body(move || {
                cell.load();
                panic!("{what}");
            })
        };
        vec![fatal(x, "first"), fatal(y, "second")]
    }));

    assert!(panicked(&execution).1.starts_with("first ("));
    assert_eq!(notes(&execution), "0:load 1:load");
}

/// `std::thread::panicking` is true for the whole operating-system thread: a switch in a destructor
/// would show it to the others. So the steps of a destructor run at once, and are no steps of the
/// trace; what they do is done all the same.
#[test]
fn a_destructor_that_takes_steps_during_a_panic_does_not_switch() {
    let others = Arc::new(AtomicU32::new(0));
    let system = {
        let others = Arc::clone(&others);
        over(move |lock, y| {
            let (lock, other, others) = (lock.clone(), lock.clone(), Arc::clone(&others));
            let y = y.clone();
            let panics = body(move || {
                let _guard = Guard::of(&lock);
                panic!("while it holds the lock, after {}", y.load());
            });
            let locks = body(move || {
                let _guard = Guard::of(&other);
                others.fetch_add(1, Ordering::Relaxed);
                assert!(!std::thread::panicking());
            });
            vec![panics, locks]
        })
    };

    let execution = run(&system);
    assert_eq!(notes(&execution), "0:lock 0:load 1:lock 1:unlock");
    assert!(
        panicked(&execution)
            .1
            .starts_with("while it holds the lock, after 0 (")
    );
    let seen = dfs(&system, Waits::Sufficient);
    assert!(
        seen.outcomes
            .iter()
            .all(|outcome| matches!(outcome.end, End::Panicked { .. }))
    );
    // Once for the run by itself.
    assert_eq!(
        u64::from(others.load(Ordering::Relaxed)),
        1 + seen.tally.executions
    );
}

/// What the destructors of a panicking thread do behind its last step, that step answers for.
#[test]
fn the_step_before_a_panic_holds_what_the_destructors_touch() {
    let execution = run(&over(|x, y| {
        let (x, y) = (x.clone(), y.clone());
        let panics = body(move || {
            let _guard = Guard::of(&x);
            y.load();
            panic!("now");
        });
        vec![panics]
    }));

    let [lock, load] = &execution.steps[..] else {
        panic!("two steps: {}", notes(&execution));
    };
    let touched = |step: &Step| step.footprint.iter().count();
    assert_eq!((touched(lock), touched(load)), (1, 2));
}

/// A system of one thread, which does something inside the body of a step.
fn inside(what: impl Fn(&Cell) + Clone + Send + 'static) -> impl System {
    over(move |x, y| {
        let (x, y, what) = (x.clone(), y.clone(), what.clone());
        vec![body(move || {
            Controlled::act(x.on(Verb::Load), (&x.0,), |(_value,)| what(&y));
        })]
    })
}

/// The engine's call-backs run after the step that causes them; so does everything else.
#[test]
fn a_step_inside_a_step_is_refused() {
    let load = run(&inside(|y| {
        y.load();
    }));
    let wait = run(&inside(Cell::lock));
    let choose = run(&inside(|_| {
        Controlled::choose(Operation::local(Verb::Choose), 2);
    }));
    let spawn = run(&inside(|_| Controlled::spawn(thread(1), || ())));

    for execution in [load, wait, choose, spawn] {
        let (_, message) = panicked(&execution);
        assert!(
            message.starts_with("a step was taken inside another step ("),
            "{message}"
        );
        assert_eq!(execution.steps.len(), 1);
    }
}

/// To ask whether a step is ready is a part of the step.
#[test]
fn a_step_inside_the_condition_of_a_wait_is_refused() {
    let execution = run(&over(|x, y| {
        let (x, y) = (x.clone(), y.clone());
        let ready = move || {
            let operation = x.on(Verb::EventWait);
            Controlled::wait(operation, (&x.0,), |_| y.load() == 1, |_| ());
        };
        vec![body(ready)]
    }));

    assert!(
        panicked(&execution)
            .1
            .starts_with("a step was taken inside another step (")
    );
    assert!(execution.steps.is_empty());
}

/// A condition may panic when it is asked again: it is the thread that panics, not the machine.
#[test]
fn a_condition_that_panics_is_a_panic_of_its_thread() {
    let execution = run(&over(|x, _| {
        let (waits, sets) = (x.clone(), x.clone());
        let waits = body(move || {
            let ready = |value: &u32| {
                assert_eq!(*value, 0, "asked again");
                false
            };
            let operation = waits.on(Verb::EventWait);
            Controlled::wait(operation, (&waits.0,), |(value,)| ready(value), |_| ());
        });
        vec![waits, body(move || sets.store(1))]
    }));

    let (thread, message) = panicked(&execution);
    assert!(thread == 0 && message.contains("asked again"), "{message}");
}

/// Each execution has the operating-system thread for itself.
#[test]
fn an_execution_inside_an_execution_is_refused() {
    let execution = run(&over(|x, _| {
        let x = x.clone();
        let nested = move || {
            x.load();
            run(&over(|_, _| Vec::new()));
        };
        vec![body(nested)]
    }));

    assert!(
        panicked(&execution)
            .1
            .contains("an execution runs inside another")
    );
}

#[test]
fn a_step_outside_of_any_execution_is_refused() {
    let step = panic::catch_unwind(AssertUnwindSafe(|| Cell::new(0).load()));

    let message = step.unwrap_err().downcast::<String>().unwrap();
    assert!(
        message.starts_with("a step outside of any execution: "),
        "{message}"
    );
}

/// The order in which thread 1 does not panic is another outcome.
#[test]
fn dpor_finds_the_orders_in_which_nobody_panics() {
    let system = over(|x, _| {
        let count = |x: &Cell, fatal: u32| {
            let x = x.clone();
            body(move || assert_ne!(x.count(), fatal))
        };
        vec![count(x, 9), count(x, 2)]
    });

    let (all, seen) = (
        dfs(&system, Waits::Sufficient),
        dpor(&system, Waits::Sufficient),
    );
    assert_eq!(all.outcomes, seen.outcomes);
}

/// A step whose body panics has touched what it touched, also if its thread catches the panic.
#[test]
fn a_step_whose_panic_is_caught_has_its_own_footprint() {
    let system = over(|x, _| {
        let (x, reads) = (x.clone(), x.clone());
        let catches = body(move || {
            let store = || {
                Controlled::act(x.on(Verb::Store), (&x.0,), |(mut value,)| {
                    *value = 1;
                    assert_eq!(*value, 0, "caught");
                });
            };
            drop(panic::catch_unwind(AssertUnwindSafe(store)));
        });
        vec![catches, body(move || saw(reads.load()))]
    });

    let (all, seen) = (
        dfs(&system, Waits::Sufficient),
        dpor(&system, Waits::Sufficient),
    );
    assert_eq!(all.outcomes.len(), 2);
    assert_eq!(all.outcomes, seen.outcomes);
}

/// A panic that is caught is over, but what its destructors did is not.
#[test]
fn dpor_finds_the_orders_around_a_panic_that_is_caught() {
    let system = over(|x, y| {
        let (lock, y, other) = (x.clone(), y.clone(), x.clone());
        let catches = body(move || {
            let locked = || {
                let _guard = Guard::of(&lock);
                y.load();
                panic!("caught");
            };
            drop(panic::catch_unwind(AssertUnwindSafe(locked)));
        });
        vec![catches, body(move || saw(other.load()))]
    });

    let (all, seen) = (
        dfs(&system, Waits::Sufficient),
        dpor(&system, Waits::Sufficient),
    );
    assert_eq!(all.outcomes.len(), 2);
    assert_eq!(all.outcomes, seen.outcomes);
}

/// A thread that caught a panic has dealt with it.
#[test]
fn a_caught_panic_is_not_told_of_another_thread() {
    let execution = run(&over(|x, y| {
        let (x, y) = (x.clone(), y.clone());
        let catches = move || {
            x.load();
            drop(panic::catch_unwind(|| panic!("caught")));
        };
        let raises = move || {
            y.load();
            panic::resume_unwind(Box::new(7_u32));
        };
        vec![body(catches), body(raises)]
    }));

    assert_eq!(panicked(&execution), (1, "a panic without a message"));
}
