//! Two threads add one to a counter without a lock, and sometimes one of the updates is lost.
//!
//! ```sh
//! cargo run --example lost_update
//! ```

#![expect(clippy::print_stdout, reason = "an example prints what it finds")]

use selvedge::litmus::Atomic;
use selvedge::litmus::Explore;
use selvedge::litmus::Mutex;
use selvedge::litmus::spawn;

/// The bug: between a load and its store there is room for another store.
fn unlocked() {
    let counter = Atomic::new(0_u32).named("counter");
    let adder = || {
        let counter = counter.clone();
        spawn(move || counter.store(counter.load() + 1))
    };
    let (one, other) = (adder(), adder());
    one.join();
    other.join();
    assert_eq!(counter.load(), 2, "an update was lost");
}

/// The fix.
fn locked() {
    let counter = Mutex::new(0_u32);
    let adder = || {
        let counter = counter.clone();
        spawn(move || *counter.lock() += 1)
    };
    let (one, other) = (adder(), adder());
    one.join();
    other.join();
    assert_eq!(*counter.lock(), 2, "an update was lost");
}

fn main() {
    println!("without a lock: {}", Explore::new().run(unlocked));
    println!("with a lock: {}", Explore::new().run(locked));
}
