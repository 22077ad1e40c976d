//! The classic programs: what calibrates an explorer, and what the library looks like in use.
//!
//! Each is the text of its doc comment, word for word: threads that start together, and nothing
//! else in an execution.

use std::sync::Arc;

use crate::litmus::Atomic;
use crate::litmus::Mutex;
use crate::litmus::Program;
use crate::litmus::threads;

/// N threads with K sections each: lock m; c := c + 1, a load and a store; unlock.
pub(super) fn mutex_inc(n: usize, k: usize) -> Program {
    threads(move |threads| {
        let (mutex, count) = (Mutex::new(()), Atomic::new(0_u32));
        for _ in 0..n {
            let (mutex, count) = (mutex.clone(), count.clone());
            threads.spawn(move || {
                for _ in 0..k {
                    let _held = mutex.lock();
                    count.store(count.load() + 1);
                }
            });
        }
    })
}

/// The same, but each thread has a lock and a counter of its own.
pub(super) fn mutex_disj(n: usize, k: usize) -> Program {
    threads(move |threads| {
        for _ in 0..n {
            let (mutex, count) = (Mutex::new(()), Atomic::new(0_u32));
            threads.spawn(move || {
                for _ in 0..k {
                    let _held = mutex.lock();
                    count.store(count.load() + 1);
                }
            });
        }
    })
}

/// N threads that take A, then B within.
pub(super) fn nested(n: usize, _k: usize) -> Program {
    threads(move |threads| {
        let (a, b) = (Mutex::new(()), Mutex::new(()));
        for _ in 0..n {
            let (a, b) = (a.clone(), b.clone());
            threads.spawn(move || {
                let _a = a.lock();
                let _b = b.lock();
            });
        }
    })
}

/// N threads with a section on A and then a section on B.
pub(super) fn twolock(n: usize, _k: usize) -> Program {
    threads(move |threads| {
        let (a, b) = (Mutex::new(()), Mutex::new(()));
        for _ in 0..n {
            let (a, b) = (a.clone(), b.clone());
            threads.spawn(move || {
                drop(a.lock());
                drop(b.lock());
            });
        }
    })
}

/// Thread i: lock h (its own); lock txn; unlock; unlock.
pub(super) fn perhandle(n: usize, _k: usize) -> Program {
    threads(move |threads| {
        let transaction = Mutex::new(());
        for _ in 0..n {
            let (handle, transaction) = (Mutex::new(()), transaction.clone());
            threads.spawn(move || {
                let _handle = handle.lock();
                let _transaction = transaction.lock();
            });
        }
    })
}

/// N philosophers: each takes the left fork, then the right one.
pub(super) fn phil_sym(n: usize, _k: usize) -> Program {
    philosophers(n, false)
}

/// N philosophers, of whom the last one takes the right fork first.
pub(super) fn phil_ord(n: usize, _k: usize) -> Program {
    philosophers(n, true)
}

fn philosophers(n: usize, last_reversed: bool) -> Program {
    threads(move |threads| {
        let forks: Vec<Mutex<()>> = (0..n).map(|_| Mutex::new(())).collect();
        for seat in 0..n {
            let (left, right) = (forks[seat].clone(), forks[(seat + 1) % n].clone());
            let reversed = last_reversed && seat == n - 1;
            let (first, second) = if reversed {
                (right, left)
            } else {
                (left, right)
            };
            threads.spawn(move || {
                let _first = first.lock();
                let _second = second.lock();
            });
        }
    })
}

/// Two threads and two locks, taken in opposite order.
pub(super) fn abba(_n: usize, _k: usize) -> Program {
    threads(|threads| {
        let (a, b) = (Mutex::new(()), Mutex::new(()));
        for (first, second) in [(a.clone(), b.clone()), (b, a)] {
            threads.spawn(move || {
                let _first = first.lock();
                let _second = second.lock();
            });
        }
    })
}

/// One store to x, and N loads of it.
pub(super) fn readers(n: usize, _k: usize) -> Program {
    threads(move |threads| {
        let x = Atomic::new(0_u32);
        for _ in 0..n {
            let x = x.clone();
            threads.spawn(move || {
                x.load();
            });
        }
        threads.spawn(move || x.store(1));
    })
}

/// N blind stores to x.
pub(super) fn writers(n: usize, _k: usize) -> Program {
    threads(move |threads| {
        let x = Atomic::new(0);
        for value in 1..=n {
            let x = x.clone();
            threads.spawn(move || x.store(value));
        }
    })
}

/// N threads: r := x; x := r + 1, without a lock.
pub(super) fn ninc(n: usize, _k: usize) -> Program {
    threads(move |threads| {
        let x = Atomic::new(0_u32);
        for _ in 0..n {
            let x = x.clone();
            threads.spawn(move || x.store(x.load() + 1));
        }
    })
}

/// Writer j: `a[j] := a[j−1] + 1`, for j = 1 … N; and a reader, which scans `a[N]`, `a[N−1]`, …
/// to the first 0. Nobody writes `a[0]`.
pub(super) fn lastzero(n: usize, _k: usize) -> Program {
    threads(move |threads| {
        let array: Arc<[Atomic<u32>]> = (0..=n).map(|_| Atomic::new(0)).collect();
        for j in 1..=n {
            let array = Arc::clone(&array);
            threads.spawn(move || array[j].store(array[j - 1].load() + 1));
        }
        threads.spawn(move || {
            array.iter().rposition(|element| element.load() == 0);
        });
    })
}

/// N threads with up to K tries of compare-and-swap(txn, 0, 1); on success txn := 0, and stop.
pub(super) fn tries(n: usize, k: usize) -> Program {
    threads(move |threads| {
        let transaction = Atomic::new(0_u32);
        for _ in 0..n {
            let transaction = transaction.clone();
            threads.spawn(move || {
                if (0..k).any(|_| transaction.compare_exchange(0, 1).is_ok()) {
                    transaction.store(0);
                }
            });
        }
    })
}

/// One thread sets a flag, and N−1 spin until it is set.
pub(super) fn awaits(n: usize, _k: usize) -> Program {
    threads(move |threads| {
        let flag = Atomic::new(false);
        for _ in 1..n {
            let flag = flag.clone();
            threads.spawn(move || {
                flag.spin_until(|set| set);
            });
        }
        threads.spawn(move || flag.store(true));
    })
}

/// N threads with a section under a spin lock: test-and-set until it works, without a bound.
pub(super) fn spinlock(n: usize, _k: usize) -> Program {
    threads(move |threads| {
        let (lock, count) = (Atomic::new(false), Atomic::new(0_u32));
        for _ in 0..n {
            let (lock, count) = (lock.clone(), count.clone());
            threads.spawn(move || {
                lock.spin_exchange(false, true);
                count.store(count.load() + 1);
                lock.store(false);
            });
        }
    })
}
