//! The differential test sees every way to break the algorithm.

use std::panic;

use selvedge::explore::Broken;

use crate::differential::Oracle;

/// Each way to break the algorithm changes what it sees of some program: it misses a class, sees
/// one twice, begins executions in vain where none is needed, or notices itself that something is
/// wrong.
#[test]
#[expect(clippy::print_stdout, reason = "which program caught which variant")]
fn every_broken_variant_is_caught() {
    if !cfg!(debug_assertions) {
        return;
    }
    let asked = std::env::var("SELVEDGE_MUTANT_PROGRAMS").ok();
    let programs = asked.and_then(|count| count.parse().ok()).unwrap_or(500);
    let oracles: Vec<Oracle> = Oracle::some(programs);
    let before = panic::take_hook();
    panic::set_hook(Box::new(|_| ()));
    let caught = |broken: &Broken| {
        let differs = |(_, oracle): &(usize, &Oracle)| {
            let run = || broken.during(|| oracle.differs());
            panic::catch_unwind(panic::AssertUnwindSafe(run)).unwrap_or(true)
        };
        oracles
            .iter()
            .enumerate()
            .find(differs)
            .map(|(place, _)| place + 1)
    };
    let found: Vec<_> = Broken::ALL
        .iter()
        .map(|broken| (broken, caught(broken)))
        .collect();
    panic::set_hook(before);
    for (broken, place) in &found {
        println!("{broken:?}: {place:?}");
    }
    let sound = oracles.iter().all(|oracle| !oracle.differs());
    assert!(sound, "the algorithm as it is differs from nothing");
    let missed: Vec<_> = found.iter().filter(|(_, place)| place.is_none()).collect();
    assert!(missed.is_empty(), "not caught: {missed:?}");
}
