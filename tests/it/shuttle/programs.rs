//! Small programs, generic over the runtime.

use std::panic;
use std::panic::AssertUnwindSafe;

use selvedge::execution::FinalState;
use selvedge::execution::Operation;
use selvedge::execution::ThreadId;
use selvedge::execution::Verb;
use selvedge::runtime::Runtime;
use selvedge::runtime::controlled::Controlled;
use selvedge::runtime::controlled::Finish;
use selvedge::runtime::shuttle::Shuttle;

use crate::cell::Body;
use crate::cell::Cell;
use crate::cell::Guard;
use crate::cell::body;
use crate::cell::saw;

use super::Twin;

/// A program of threads over two cells, of which it shows the values at rest.
fn over<R: Runtime>(threads: impl FnOnce(&Cell<R>, &Cell<R>) -> Vec<Body>) -> Finish {
    let cells = [Cell::<R>::new(0), Cell::new(1)];
    for (index, body) in threads(&cells[0], &cells[1]).into_iter().enumerate() {
        R::spawn(ThreadId::new(index), body);
    }
    Box::new(move || {
        let value = |cell: &Cell<R>| (ThreadId::new(0), cell.value());
        FinalState {
            values: cells.iter().map(value).collect(),
            ..FinalState::default()
        }
    })
}

fn lost_update<R: Runtime>() -> Finish {
    over::<R>(|x, _| {
        let update = |x: &Cell<R>| {
            let x = x.clone();
            body(move || x.store(x.load() + 1))
        };
        vec![update(x), update(x)]
    })
}

fn locked_update<R: Runtime>() -> Finish {
    over::<R>(|x, lock| {
        let update = |x: &Cell<R>, lock: &Cell<R>| {
            let (x, lock) = (x.clone(), lock.clone());
            body(move || {
                let _guard = Guard::of(&lock);
                x.store(x.load() + 1);
            })
        };
        vec![update(x, lock), update(x, lock), update(x, lock)]
    })
}

/// Two locks in two orders.
fn deadlock<R: Runtime>() -> Finish {
    over::<R>(|a, b| {
        let both = |a: &Cell<R>, b: &Cell<R>| {
            let (a, b) = (a.clone(), b.clone());
            body(move || {
                let _first = Guard::of(&a);
                let _second = Guard::of(&b);
            })
        };
        vec![both(a, b), both(b, a)]
    })
}

/// One holds the lock for a step; two others wait for it, but not for ever.
fn finite_waits<R: Runtime>() -> Finish {
    over::<R>(|lock, x| {
        let hold = {
            let (lock, x) = (lock.clone(), x.clone());
            body(move || {
                let _guard = Guard::of(&lock);
                x.store(1);
            })
        };
        let wait = |lock: &Cell<R>| {
            let lock = lock.clone();
            body(move || {
                let taken = lock.lock_in_time();
                saw::<R>(u32::from(taken));
                if taken {
                    lock.unlock();
                }
            })
        };
        vec![hold, wait(lock), wait(lock)]
    })
}

/// A lock that nobody gives back: all that can happen is that waits expire.
fn quiescence<R: Runtime>() -> Finish {
    over::<R>(|lock, x| {
        let wait = |lock: &Cell<R>, x: &Cell<R>| {
            let (lock, x) = (lock.clone(), x.clone());
            body(move || {
                saw::<R>(u32::from(lock.lock_in_time()));
                saw::<R>(x.count());
            })
        };
        vec![wait(lock, x), wait(lock, x), wait(lock, x)]
    })
}

/// A choice on every schedule, and another thread that sees it.
fn choice<R: Runtime>() -> Finish {
    over::<R>(|x, _| {
        let (stores, loads) = (x.clone(), x.clone());
        let choose = body(move || {
            stores.store(1);
            stores.store(u32::from(R::choose(Operation::local(Verb::Choose), 3)));
            saw::<R>(u32::from(R::choose(Operation::local(Verb::Choose), 2)));
        });
        vec![choose, body(move || saw::<R>(loads.load()))]
    })
}

/// A choice that only some schedules meet.
fn choice_met_sometimes<R: Runtime>() -> Finish {
    over::<R>(|x, _| {
        let (stores, loads) = (x.clone(), x.clone());
        let choose = body(move || {
            if loads.load() == 1 {
                saw::<R>(u32::from(R::choose(Operation::local(Verb::Choose), 2)));
            }
        });
        vec![choose, body(move || stores.store(1))]
    })
}

/// Threads that start threads, one of them two at once.
fn spawns<R: Runtime>() -> Finish {
    over::<R>(|x, y| {
        let spawner = {
            let (x, y) = (x.clone(), y.clone());
            body(move || {
                x.store(1);
                let (first, second) = (x.clone(), y.clone());
                R::spawn(ThreadId::new(5), move || saw::<R>(first.load()));
                R::spawn(ThreadId::new(3), move || {
                    saw::<R>(9);
                    second.wait_for(1);
                });
                saw::<R>(8);
            })
        };
        let y = y.clone();
        vec![spawner, body(move || y.store(1))]
    })
}

/// The second to count panics.
fn panics<R: Runtime>() -> Finish {
    over::<R>(|x, y| {
        let count = |x: &Cell<R>, y: &Cell<R>| {
            let (x, y) = (x.clone(), y.clone());
            body(move || {
                assert_ne!(x.count(), 2, "the second");
                y.count();
            })
        };
        vec![count(x, y), count(x, y)]
    })
}

/// A destructor gives a lock back while its thread panics.
fn panics_in_a_lock<R: Runtime>() -> Finish {
    over::<R>(|lock, x| {
        let (held, y) = (lock.clone(), x.clone());
        let panics = body(move || {
            let _guard = Guard::of(&held);
            panic!("while it holds the lock, after {}", y.load());
        });
        let (lock, x) = (lock.clone(), x.clone());
        let locks = body(move || {
            x.store(1);
            let _guard = Guard::of(&lock);
            assert!(!std::thread::panicking());
        });
        vec![panics, locks]
    })
}

/// A panic that leaves a lock held, on which another thread then waits.
fn panics_and_blocks<R: Runtime>() -> Finish {
    over::<R>(|lock, _| {
        let (held, wanted) = (lock.clone(), lock.clone());
        let panics = body(move || {
            held.lock();
            panic!("the lock stays");
        });
        vec![panics, body(move || drop(Guard::of(&wanted)))]
    })
}

/// A destructor that starts a thread while its own panics.
fn spawns_in_a_panic<R: Runtime>() -> Finish {
    struct Spawns<R: Runtime>(Cell<R>);
    impl<R: Runtime> Drop for Spawns<R> {
        fn drop(&mut self) {
            let cell = self.0.clone();
            R::spawn(ThreadId::new(7), move || cell.store(2));
        }
    }
    over::<R>(|x, _| {
        let (spawns, loads) = (x.clone(), x.clone());
        let panics = body(move || {
            let _spawns = Spawns(spawns.clone());
            assert_eq!(spawns.count(), 0, "now");
        });
        vec![panics, body(move || saw::<R>(loads.load()))]
    })
}

/// The body of a step panics, and its thread goes on.
fn catches_a_panic_of_a_step<R: Runtime>() -> Finish {
    over::<R>(|x, y| {
        let (x, y, reads) = (x.clone(), y.clone(), x.clone());
        let catches = body(move || {
            y.count();
            let store = || {
                R::act(x.on(Verb::Store), (&x.0,), |(mut value,)| {
                    *value = 1;
                    assert_eq!(*value, 0, "caught");
                });
            };
            drop(panic::catch_unwind(AssertUnwindSafe(store)));
            x.count();
        });
        vec![catches, body(move || saw::<R>(reads.load()))]
    })
}

/// A condition that panics when it is asked again.
fn asks_in_panic<R: Runtime>() -> Finish {
    over::<R>(|x, _| {
        let (waits, sets) = (x.clone(), x.clone());
        let waits = body(move || {
            let ready = |value: &u32| {
                assert_eq!(*value, 0, "asked again");
                false
            };
            let operation = waits.on(Verb::EventWait);
            R::wait(operation, (&waits.0,), |(value,)| ready(value), |_| ());
        });
        vec![waits, body(move || sets.store(1))]
    })
}

/// Waits for what two others do, in between and at the end.
fn events<R: Runtime>() -> Finish {
    over::<R>(|x, y| {
        let waits = |wanted: u32, x: &Cell<R>, y: &Cell<R>| {
            let (x, y) = (x.clone(), y.clone());
            body(move || {
                x.wait_for(wanted);
                saw::<R>(y.count());
            })
        };
        let x_ = x.clone();
        let sets = body(move || {
            x_.store(1);
            x_.store(2);
        });
        vec![waits(2, x, y), sets, waits(1, x, y)]
    })
}

/// Swallows what unwinds it, and goes on as if nothing had been.
fn swallows<R: Runtime>() -> Finish {
    over::<R>(|x, y| {
        let (x, y) = (x.clone(), y.clone());
        let stubborn = body(move || {
            while panic::catch_unwind(AssertUnwindSafe(|| x.wait_for(1))).is_err() {
                y.count();
            }
        });
        vec![stubborn]
    })
}

macro_rules! twins {
    ($($program:ident),+) => {
        /// All programs.
        pub(super) fn all() -> Vec<Twin> {
            vec![$(Twin::new(stringify!($program), $program::<Controlled>, $program::<Shuttle>)),+]
        }
    };
}

twins!(
    lost_update,
    locked_update,
    deadlock,
    finite_waits,
    quiescence,
    choice,
    choice_met_sometimes,
    spawns,
    panics,
    panics_in_a_lock,
    panics_and_blocks,
    spawns_in_a_panic,
    catches_a_panic_of_a_step,
    asks_in_panic,
    events,
    swallows
);

/// A program by name.
pub(super) fn named(name: &str) -> Twin {
    let mut all = all().into_iter();
    all.find(|twin| twin.name == name).unwrap()
}
