//! The differential test sees every way to break the algorithm.

use std::panic;
use std::sync::Arc;
use std::sync::atomic::AtomicU16;
use std::sync::atomic::Ordering;

use selvedge::execution::FinalState;
use selvedge::execution::ObjectId;
use selvedge::execution::ObjectKind;
use selvedge::execution::Operation;
use selvedge::execution::ThreadId;
use selvedge::execution::Verb;
use selvedge::explore::ExplorerKind;
use selvedge::explore::Mutation;
use selvedge::litmus::Explore;
use selvedge::litmus::RwLock;
use selvedge::litmus::threads;
use selvedge::report::Verdict;
use selvedge::runtime::Runtime;
use selvedge::runtime::Shared;
use selvedge::runtime::Waits;
use selvedge::runtime::controlled::Controlled;
use selvedge::runtime::controlled::Finish;

use crate::differential::Oracle;
use crate::differential::wrong;
use crate::litmus::retry::two_flags_in_a_bare_loop;
use crate::seen::dfs;
use crate::seen::dpor;

/// The small programs do not show these. The first needs an execution that a bound cuts off, the
/// second a step that waits beside six others that it may depend on: each has a test of its own.
/// The third needs a class that is rare, which no test has.
const NOT_SHOWN: [Mutation; 3] = [
    Mutation::CutOffsAreNotRaced,
    Mutation::TooManyOrdersAreNone,
    Mutation::AnswersLast,
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

/// The threads of an execution that the step bound cuts off are raced, or the failure of another
/// execution is not found.
#[test]
fn a_bare_loop_shows_that_cut_offs_are_raced() {
    let explored = || {
        let explore = Explore::new().explorer(ExplorerKind::Dpor).steps_max(100);
        explore.run(two_flags_in_a_bare_loop()).verdict
    };
    assert_eq!(explored(), Verdict::Violated);
    if cfg!(debug_assertions) {
        let verdict = Mutation::CutOffsAreNotRaced.during(explored);
        assert_eq!(verdict, Verdict::Bounded);
    }
}

/// A writer comes after each set of six readers: where so many orders are not written down one by
/// one, each thread is tried.
#[test]
fn a_writer_among_six_readers_shows_that_too_many_orders_are_planned() {
    let explored = || {
        let explore = Explore::new().explorer(ExplorerKind::Dpor);
        let program = threads(|threads| {
            let lock = RwLock::new(0_u32).named("lock");
            for _ in 0..6 {
                let lock = lock.clone();
                threads.spawn(move || _ = *lock.read());
            }
            threads.spawn(move || *lock.write() = 1);
        });
        explore.run(program).executions
    };
    assert_eq!(explored(), 1 << 6);
    if cfg!(debug_assertions) {
        let executions = Mutation::TooManyOrdersAreNone.during(explored);
        assert!(executions < 1 << 6, "{executions}");
    }
}

/// How the objects that a thread makes on its way get their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Naming {
    /// By the thread, and their number among its own.
    ByMaker,
    /// By their number among all: who makes one first depends on the interleaving.
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
    Box::new(FinalState::default)
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
