//! How executions end: waiting for ever, too long, or not the same as before.

use std::panic;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use selvedge::execution::Blocked;
use selvedge::execution::End;
use selvedge::explore::Bounds;
use selvedge::explore::Coverage;
use selvedge::explore::DporExplorer;
use selvedge::explore::Limit;
use selvedge::explore::Unwatched;
use selvedge::explore::search;
use selvedge::runtime::controlled::Limits;
use selvedge::runtime::controlled::Machine;

use crate::small::dfs;
use crate::small::dpor;

use super::*;

/// Two locks in opposite order, each thread with one of them, and a third thread that is done.
#[test]
fn a_deadlock_lists_who_waits_for_what() {
    let system = over(|a, b| {
        let both = |first: &Cell, second: &Cell| {
            let (first, second) = (first.clone(), second.clone());
            body(move || {
                first.lock();
                second.lock();
                second.unlock();
                first.unlock();
            })
        };
        let last = a.clone();
        vec![
            both(a, b),
            both(b, a),
            body(move || {
                last.load();
            }),
        ]
    });
    let seen = dpor(&system, Waits::Sufficient);

    let waits = |index, cell: u16| Blocked {
        thread: thread(index),
        operation: Cell::new(cell).on(Verb::Lock),
    };
    let deadlock = End::Deadlock(vec![waits(0, 1), waits(1, 0)]);
    let ends: Vec<&End> = seen.outcomes.iter().map(|outcome| &outcome.end).collect();
    assert!(
        ends.contains(&&deadlock) && ends.contains(&&End::Finished),
        "{ends:?}"
    );
    assert_eq!(seen.tally.coverage, Coverage::Exhausted);
    assert!(seen.tally.deadlocked > 0 && seen.tally.deadlocked < seen.tally.executions);
}

/// Steps that never end are cut off, and the coverage says so; one step less than the limit, and
/// exactly the limit, are whole.
#[test]
fn an_execution_is_cut_off_at_the_step_limit() {
    let system = over(|x, _| {
        let x = x.clone();
        vec![body(move || while x.load() == 0 {})]
    });
    let waits = Waits::Sufficient;
    let mut machine = Machine::new(Limits {
        waits,
        steps_max: 7,
    });
    let bounds = Bounds {
        steps_max: 7,
        ..Bounds::default()
    };
    let explorer = &mut DporExplorer::new(waits);
    let watch = &mut Unwatched;
    let never = |_: &Execution| unreachable!("every execution is cut off");
    let tally = search(&mut machine, &system, explorer, (&bounds, watch), never);

    assert_eq!(
        (tally.executions, tally.coverage),
        (0, Coverage::Bounded(Limit::Steps(7)))
    );
    assert_eq!(
        (&machine.execution().end, machine.execution().steps.len()),
        (&End::StepLimit, 7)
    );
}

#[test]
fn an_execution_as_long_as_the_limit_is_whole() {
    let system = over(|x, y| {
        let (x, y) = (x.clone(), y.clone());
        vec![body(move || x.store(y.load()))]
    });
    for (steps_max, end) in [(1, End::StepLimit), (2, End::Finished), (3, End::Finished)] {
        let waits = Waits::Sufficient;
        let mut machine = Machine::new(Limits { waits, steps_max });
        let execution = machine.run(&system, &mut InOrder { cut_at: usize::MAX });
        assert_eq!(execution.end, end, "{steps_max}");
    }
}

/// Two threads of two stores each. In every other execution one of them begins with something else.
fn changing(other: impl Fn(&Cell) + Copy + Send + 'static) -> impl Fn() -> Finish {
    let started = Arc::new(AtomicU32::new(0));
    over(move |x, _| {
        let even = started.fetch_add(1, Ordering::Relaxed).is_multiple_of(2);
        let stores = |x: &Cell, same: bool| {
            let x = x.clone();
            body(move || {
                if same {
                    x.store(1);
                } else {
                    other(&x);
                }
                x.store(2);
            })
        };
        vec![stores(x, even), stores(x, true)]
    })
}

fn message(run: impl FnOnce()) -> String {
    let raised = panic::catch_unwind(AssertUnwindSafe(run)).unwrap_err();
    *raised.downcast::<String>().expect("a panic with a text")
}

/// `dpor` runs the beginning of an execution again and compares it.
#[test]
fn a_system_that_is_not_deterministic_is_told_by_dpor() {
    let system = changing(|x| {
        x.load();
    });
    let message = message(|| drop(dpor(&system, Waits::Sufficient)));

    let told = "NOT DETERMINISTIC: execution 2, step 1, thread 0: it was store";
    assert!(message.starts_with(told), "{message}");
    assert!(message.contains(", and is now load"), "{message}");
}

/// The same, where a thread that stood at a step before has none now.
#[test]
fn a_thread_that_has_no_step_any_more_is_told() {
    let vanishing = || {
        let started = AtomicU32::new(0);
        over(move |x, _| {
            let even = started.fetch_add(1, Ordering::Relaxed).is_multiple_of(2);
            let (first, second) = (x.clone(), x.clone());
            let second = body(move || (0..u32::from(even)).for_each(|_| second.store(2)));
            vec![body(move || first.store(1)), second]
        })
    };
    for message in [
        message(|| drop(dpor(&vanishing(), Waits::Sufficient))),
        message(|| drop(dfs(&vanishing(), Waits::Sufficient))),
    ] {
        assert!(
            message.starts_with("NOT DETERMINISTIC: execution "),
            "{message}"
        );
    }
}

/// Stores when it goes: a step in a destructor that waits for nobody.
struct StoresAtEnd(Cell);

impl Drop for StoresAtEnd {
    fn drop(&mut self) {
        self.0.store(9);
    }
}

/// The panic that tells it must not end the process, whatever the suspended threads hold.
#[test]
fn a_machine_that_goes_in_a_panic_unwinds_its_threads() {
    let other = |x: &Cell| {
        let _at_end = StoresAtEnd(x.clone());
        x.load();
        x.load();
    };
    let message = message(|| drop(dpor(&changing(other), Waits::Sufficient)));

    assert!(
        message.starts_with("NOT DETERMINISTIC: execution "),
        "{message}"
    );
}
