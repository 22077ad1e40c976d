//! The differential test sees every way to break the algorithm.

use std::panic;
use std::sync::Arc;
use std::sync::atomic::AtomicU16;
use std::sync::atomic::Ordering;

use selvedge::execution::ObjectId;
use selvedge::execution::ObjectKind;
use selvedge::execution::Operation;
use selvedge::execution::Rest;
use selvedge::execution::ThreadId;
use selvedge::execution::Verb;
use selvedge::explore::Mutation;
use selvedge::runtime::Runtime;
use selvedge::runtime::Shared;
use selvedge::runtime::Waits;
use selvedge::runtime::controlled::Controlled;
use selvedge::runtime::controlled::Finish;

use crate::differential::Oracle;
use crate::differential::wrong;
use crate::seen::dfs;
use crate::seen::dpor;

/// No program here shows these. The first needs an execution that a bound cuts off
/// (`a_bare_loop_hides_nothing_of_the_other_executions`), the second a class that is rare, the
/// third a step that waits beside six others that it may depend on.
const NOT_SHOWN: [Mutation; 3] = [
    Mutation::CutOffsAreNotRaced,
    Mutation::AnswersLast,
    Mutation::TooManyOrdersAreNone,
];

/// Each way to break the algorithm, but for three, changes what it sees of some program: it misses
/// a class, sees one twice, begins executions in vain where none is needed, or notices itself that
/// something is wrong.
#[test]
#[expect(clippy::print_stdout, reason = "which program caught which variant")]
fn every_mutation_of_dpor_but_three_is_caught_by_a_small_program() {
    if !cfg!(debug_assertions) {
        return;
    }
    let asked = std::env::var("SELVEDGE_MUTANT_PROGRAMS").ok();
    let programs = asked.and_then(|count| count.parse().ok()).unwrap_or(500);
    let oracles: Vec<Oracle> = Oracle::some(programs);
    let caught = |mutation: &Mutation| {
        let differs = |(_, oracle): &(usize, &Oracle)| {
            let run = || mutation.during(|| oracle.differs());
            panic::catch_unwind(panic::AssertUnwindSafe(run)).unwrap_or(true)
        };
        oracles
            .iter()
            .enumerate()
            .find(differs)
            .map(|(place, _)| place + 1)
    };
    let shown = |mutation: &&Mutation| !NOT_SHOWN.contains(mutation);
    let found: Vec<_> = Mutation::ALL
        .iter()
        .filter(shown)
        .map(|mutation| (mutation, caught(mutation)))
        .collect();
    for (mutation, place) in &found {
        println!("{mutation:?}: {place:?}");
    }
    let sound = oracles.iter().all(|oracle| !oracle.differs());
    assert!(sound, "the algorithm as it is differs from nothing");
    let missed: Vec<_> = found.iter().filter(|(_, place)| place.is_none()).collect();
    assert!(missed.is_empty(), "not caught: {missed:?}");
}

/// How the objects that a thread makes on its way get their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Naming {
    /// By the thread, and the how-manieth of it they are.
    ByMaker,
    /// By the how-manieth of all they are: who makes one first depends on the interleaving.
    ByOrder,
}

/// Two threads look at the same variable, and then write to one that each makes.
fn makers(naming: Naming) -> Finish {
    let seen = Shared::<Controlled, u32>::new(ObjectId::initial(ObjectKind::Variable, 99), 0);
    let made = Arc::new(AtomicU16::new(0));
    for thread in [0, 1].map(ThreadId::new) {
        let (seen, made) = (seen.clone(), Arc::clone(&made));
        Controlled::spawn(thread, move || {
            let load = Operation::on(Verb::Load, seen.id());
            Controlled::act(load, (&seen,), |(value,)| *value);
            let id = match naming {
                Naming::ByMaker => Controlled::fresh(ObjectKind::Variable),
                Naming::ByOrder => {
                    ObjectId::initial(ObjectKind::Variable, made.fetch_add(1, Ordering::Relaxed))
                }
            };
            let own = Shared::<Controlled, u32>::new(id, 0);
            let store = Operation::on(Verb::Store, id);
            Controlled::act(store, (&own,), |(mut value,)| *value = 1);
        });
    }
    Box::new(Rest::default)
}

/// Executions that differ in nothing but whose variable is called what are one class. Named by who
/// came first they look like two, of which `dpor` sees one.
#[test]
fn names_that_follow_the_interleaving_are_noticed() {
    let differs = |naming| {
        let system = move || makers(naming);
        let waits = Waits::Sufficient;
        wrong(&dpor(&system, waits), &dfs(&system, waits))
    };
    assert_eq!(differs(Naming::ByMaker), None);
    assert_eq!(
        differs(Naming::ByOrder).as_deref(),
        Some("missed 1 of 2 classes")
    );
}
