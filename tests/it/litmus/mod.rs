//! Programs of one's own: what each kind of object does, what is found, and how it is told.

mod coins;
mod findings;
mod objects;
mod refused;
pub(crate) mod retry;
mod told;
mod twice;

use selvedge::explore::Coverage;
use selvedge::litmus::Atomic;
use selvedge::litmus::Explore;
use selvedge::litmus::Explored;
use selvedge::litmus::Program;
use selvedge::litmus::spawn;

fn explored(program: impl Into<Program>) -> Explored {
    let explored = Explore::new().run(program);
    assert_eq!(explored.coverage, Coverage::Exhausted, "{explored}");
    explored
}

fn outcomes(explored: &Explored) -> Vec<(&str, u64)> {
    let all = explored.outcomes.iter();
    all.map(|(outcome, count)| (outcome.as_str(), *count))
        .collect()
}

/// What an assertion panics with, as a `#[test]` would show it.
fn message(assertion: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let payload = std::panic::catch_unwind(assertion).unwrap_err();
    payload.downcast_ref::<String>().cloned().unwrap()
}

fn lost_update() {
    let counter = Atomic::new(0_u32).named("counter");
    let add = |counter: Atomic<u32>| move || counter.store(counter.load() + 1);
    let both = [(); 2].map(|()| spawn(add(counter.clone())));
    for thread in both {
        thread.join();
    }
    assert_eq!(counter.load(), 2, "an update was lost");
}
