//! A resource that only one thread can have at a time, and threads that try to get it.
//!
//! To try a fixed number of times is a gamble: whoever is unlucky each time goes without. To try
//! until it works is not, and takes far fewer executions, because tries that fail change nothing.
//!
//! ```sh
//! cargo run --example retry
//! ```

#![expect(clippy::print_stdout, reason = "an example prints what it finds")]

use selvedge::litmus::Atomic;
use selvedge::litmus::Explore;
use selvedge::litmus::Program;
use selvedge::litmus::observe;
use selvedge::litmus::threads;

const FREE: u32 = 0;
const TAKEN: u32 = 1;

/// Three threads that each try up to so many times.
fn tries(most: u32) -> Program {
    threads(move |threads| {
        let resource = Atomic::new(FREE);
        for name in ["a", "b", "c"] {
            let resource = resource.clone();
            threads.spawn(move || {
                let got = (0..most).any(|_| resource.compare_exchange(FREE, TAKEN).is_ok());
                if got {
                    resource.store(FREE);
                }
                observe(name, if got { "had it" } else { "went without" });
            });
        }
    })
}

/// Three threads that try until it works.
fn until_it_works() -> Program {
    threads(|threads| {
        let resource = Atomic::new(FREE);
        for name in ["a", "b", "c"] {
            let resource = resource.clone();
            threads.spawn(move || {
                resource.spin_exchange(FREE, TAKEN);
                resource.store(FREE);
                observe(name, "had it");
            });
        }
    })
}

fn main() {
    println!("two tries: {}", Explore::new().run(tries(2)));
    println!("until it works: {}", Explore::new().run(until_it_works()));
}
