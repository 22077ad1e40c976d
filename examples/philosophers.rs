//! Dining philosophers: who all take the left fork first can starve together. If one of them takes
//! the right fork first, nobody starves.
//!
//! ```sh
//! cargo run --example philosophers
//! ```

#![expect(clippy::print_stdout, reason = "an example prints what it finds")]

use selvedge::litmus::Explore;
use selvedge::litmus::Mutex;
use selvedge::litmus::Program;
use selvedge::litmus::threads;

const PHILOSOPHERS: usize = 4;

/// Philosophers at a round table; fork i lies to the left of philosopher i.
fn dinner(last_is_left_handed: bool) -> Program {
    threads(move |threads| {
        let fork = |place: usize| Mutex::new(()).named(&format!("fork {place}"));
        let forks: Vec<Mutex<()>> = (0..PHILOSOPHERS).map(fork).collect();
        for seat in 0..PHILOSOPHERS {
            let left = forks[seat].clone();
            let right = forks[(seat + 1) % PHILOSOPHERS].clone();
            let swaps = last_is_left_handed && seat == PHILOSOPHERS - 1;
            let (first, second) = if swaps { (right, left) } else { (left, right) };
            threads.spawn(move || {
                let _first = first.lock();
                let _second = second.lock();
                // Eats.
            });
        }
    })
}

fn main() {
    println!("all alike: {}", Explore::new().run(dinner(false)));
    println!("one differs: {}", Explore::new().run(dinner(true)));
}
