//! Executions that are cut off: every thread is unwound, and nothing is left.

use std::panic;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use selvedge::execution::End;
use selvedge::runtime::controlled::Limits;
use selvedge::runtime::controlled::Machine;

use super::*;

/// How many there are and were of something.
#[derive(Clone, Default)]
struct Census {
    made: Arc<AtomicU32>,
    gone: Arc<AtomicU32>,
}

impl Census {
    fn counts(&self) -> (u32, u32) {
        (
            self.made.load(Ordering::Relaxed),
            self.gone.load(Ordering::Relaxed),
        )
    }
}

/// One of them.
struct Counted(Census);

impl Counted {
    fn new(census: &Census) -> Self {
        census.made.fetch_add(1, Ordering::Relaxed);
        Self(census.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.gone.fetch_add(1, Ordering::Relaxed);
    }
}

/// Two threads that take a lock in turn, and one that waits for ever; each owns something before
/// its first step, and something under the lock.
fn counted(census: &Census) -> impl Fn() -> Finish + use<> {
    let census = census.clone();
    over(move |lock, never| {
        let locks = |first: u32| {
            let (lock, census, own) = (lock.clone(), census.clone(), Counted::new(&census));
            body(move || {
                let _own = own;
                for _ in first..3 {
                    let _guard = Guard::of(&lock);
                    let _inner = Counted::new(&census);
                    lock.load();
                }
            })
        };
        let (own, never) = (Counted::new(&census), never.clone());
        let waits = body(move || {
            let _own = own;
            let operation = never.on(Verb::EventWait);
            Controlled::wait(operation, (&never.0,), |(value,)| **value == 9, |_| ());
        });
        vec![locks(0), locks(1), waits]
    })
}

/// The destructors run wherever the threads stand: before their first step, in front of the lock,
/// under it (where the destructor itself takes a step). 3,333 times or more at each of three ways
/// to end: the explorer's, the limit's, and the deadlock's.
#[test]
fn ten_thousand_executions_that_are_cut_off_leave_nothing() {
    let census = Census::default();
    let system = counted(&census);
    let mut ends = [0; 3];
    for index in 0..10_002_u32 {
        let (at, way) = (index / 3 % 16, index % 3);
        let steps_max = if way == 1 { at } else { u32::MAX };
        let waits = Waits::Sufficient;
        let mut machine = Machine::new(Limits { waits, steps_max });
        let cut_at = if way == 0 {
            usize::try_from(at).unwrap()
        } else {
            usize::MAX
        };
        let place = match machine.run(&system, &mut InOrder { cut_at }).end {
            End::Redundant => 0,
            End::StepLimit => 1,
            End::Deadlock(_) => 2,
            End::Finished | End::Panicked { .. } | _ => panic!("one thread waits for ever"),
        };
        ends[place] += 1;
    }

    let (made, gone) = census.counts();
    assert!(
        made >= 4 * 10_002 && ends.into_iter().all(|count| count > 3_000),
        "{made} {ends:?}"
    );
    assert_eq!(made, gone);
}

/// One machine for all of them: what is left of one would be seen by the next.
#[test]
fn a_machine_goes_on_after_an_execution_that_was_cut_off() {
    let census = Census::default();
    let system = counted(&census);
    let mut machine = machine(Waits::Sufficient);
    let whole = machine
        .run(&system, &mut InOrder { cut_at: usize::MAX })
        .clone();
    for cut_at in 0..whole.steps.len() {
        let cut = machine.run(&system, &mut InOrder { cut_at });
        assert_eq!(
            (&cut.end, &cut.steps[..]),
            (&End::Redundant, &whole.steps[..cut_at])
        );
        let again = machine.run(&system, &mut InOrder { cut_at: usize::MAX });
        assert_eq!(*again, whole);
    }
    let (made, gone) = census.counts();
    assert_eq!(made, gone);
}

/// What unwinds a thread is no panic: the hook is not called, and nothing is recorded of it.
#[test]
fn to_be_cut_off_is_no_panic() {
    let system = counted(&Census::default());
    let mut machine = machine(Waits::Sufficient);
    let execution = machine.run(&system, &mut InOrder { cut_at: 2 });

    assert_eq!(execution.end, End::Redundant);
    assert_eq!(machine.blocked().len(), 3);
}

/// Code that catches the unwinding and goes on meets the same at its next step, and the one after.
#[test]
fn code_that_catches_being_cut_off_is_raised_again() {
    let caught = Arc::new(AtomicU32::new(0));
    let system = {
        let caught = Arc::clone(&caught);
        over(move |x, y| {
            let (x, y, caught) = (x.clone(), y.clone(), Arc::clone(&caught));
            vec![body(move || {
                let steps: [&dyn Fn(); 4] = [
                    &|| {
                        x.load();
                    },
                    &|| x.lock(),
                    &|| {
                        Controlled::choose(Operation::local(Verb::Choose), 3);
                    },
                    &|| {
                        y.count();
                    },
                ];
                for step in steps {
                    let raised = panic::catch_unwind(AssertUnwindSafe(step)).is_err();
                    caught.fetch_add(u32::from(raised), Ordering::Relaxed);
                }
            })]
        })
    };
    let mut machine = machine(Waits::Sufficient);
    let execution = machine.run(&system, &mut InOrder { cut_at: 1 });

    assert_eq!(
        (&execution.end, notes(execution).as_str()),
        (&End::Redundant, "0:load")
    );
    assert_eq!(caught.load(Ordering::Relaxed), 3);
}

/// A machine that goes while its threads wait takes them with it.
#[test]
fn nothing_is_left_of_a_deadlock() {
    let census = Census::default();
    let execution = run(&counted(&census));

    assert!(matches!(execution.end, End::Deadlock(_)));
    let (made, gone) = census.counts();
    assert_eq!((made, gone), (3 + 3 + 2, 8));
}
