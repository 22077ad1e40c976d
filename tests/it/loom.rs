//! Loom as an explorer: the same outcomes as ours, and the traps of the library.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::Config;
use proptest::test_runner::RngAlgorithm;
use proptest::test_runner::TestRng;
use proptest::test_runner::TestRunner;

use selvedge::execution::End;
use selvedge::execution::Execution;
use selvedge::execution::FinalState;
use selvedge::execution::ObjectId;
use selvedge::execution::ObjectKind;
use selvedge::execution::Operation;
use selvedge::execution::Outcome;
use selvedge::execution::ThreadId;
use selvedge::execution::Verb;
use selvedge::explore::Bounds;
use selvedge::explore::Coverage;
use selvedge::explore::Limit;
use selvedge::explore::Unsuitability;
use selvedge::explore::Unwatched;
use selvedge::explore::Watch;
use selvedge::explore::go_through;
use selvedge::explore::loom_executions;
use selvedge::runtime::Runtime;
use selvedge::runtime::Shared;
use selvedge::runtime::Waits;
use selvedge::runtime::controlled::Finish;
use selvedge::runtime::controlled::Start;
use selvedge::runtime::locked::Loom;

use crate::differential::program;
use crate::seen::trace_class;
use crate::small::Small;
use crate::small::Statement::*;
use crate::small::dfs;
use crate::small::dpor;

/// What a search of loom's saw.
#[derive(Debug)]
struct Seen {
    executions: Vec<Execution>,
    coverage: Coverage,
}

impl Seen {
    fn outcomes(&self) -> BTreeSet<Outcome> {
        self.executions.iter().map(Execution::outcome).collect()
    }

    fn ends(&self) -> BTreeSet<&End> {
        self.executions.iter().map(|seen| &seen.end).collect()
    }
}

/// More than loom is ever allowed.
const STEPS_MAX: u32 = 1_000_000;

fn loom(start: Start, threads: usize, waits: Waits, executions_max: u64) -> Seen {
    let mut executions = loom_executions(start, threads, waits, STEPS_MAX);
    let mut seen = Vec::new();
    let bounds = Bounds {
        executions_max,
        ..Bounds::default()
    };
    let tally = go_through(&mut *executions, (&bounds, &mut Unwatched), |ran| {
        seen.push(ran.execution.clone());
        ControlFlow::Continue(())
    });
    Seen {
        executions: seen,
        coverage: tally.coverage,
    }
}

fn loom_on(program: &Small, waits: Waits) -> Seen {
    loom(program.starter::<Loom>(), program.0.len(), waits, 10_000)
}

/// How many random programs are compared.
const PROGRAMS: u32 = 60;

/// Locks, read/write locks, tries, events, choices, finite waits and deadlocks; what loom does not
/// finish does not count.
#[test]
fn loom_sees_the_outcomes_of_dpor_on_60_random_programs() {
    let config = Config {
        cases: PROGRAMS,
        failure_persistence: None,
        max_global_rejects: 100 * PROGRAMS,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let waits = prop_oneof![Just(Waits::Sufficient), Just(Waits::MayExpire)];
    let several = std::cell::Cell::new(0_u32);
    let result = runner.run(&(program(), waits), |(program, waits)| {
        // Loom's executions multiply with each thread and each statement.
        let statements: usize = program.0.iter().map(Vec::len).sum();
        prop_assume!(program.0.len() == 2 && statements <= 4 || statements == 3);
        // Where a finite wait would have to expire loom stops short.
        let finite = format!("{program:?}").contains("Timed");
        prop_assume!(waits == Waits::MayExpire || !finite);
        let ours = dpor(&program, waits);
        prop_assume!((2..=12).contains(&ours.tally.executions));
        let theirs = loom(program.starter::<Loom>(), program.0.len(), waits, 400);
        prop_assume!(theirs.coverage == Coverage::Exhausted);
        prop_assert_eq!(theirs.outcomes(), ours.outcomes);
        several.set(several.get() + u32::from(theirs.outcomes().len() > 1));
        Ok(())
    });
    assert!(result.is_ok(), "{}", result.unwrap_err());
    assert!(several.get() >= PROGRAMS / 3, "{several:?}");
}

/// How many programs of locks alone are compared, if `SELVEDGE_PROGRAMS` does not say so.
const LOCK_PROGRAMS: u32 = 30;

/// Two threads with a few sections, or three with one each, under up to three locks, some within
/// another, and some with a count. More is more than loom finishes.
fn of_locks() -> impl Strategy<Value = Small> {
    let lock = prop_oneof![3 => Just(0_u16), 1 => 1..3_u16];
    let counted = Just(vec![Increment(0)]);
    let inner = prop_oneof![5 => Just(Vec::new()), 1 => counted];
    let section = (lock.clone(), inner).prop_map(|(lock, body)| Locked(lock, body));
    let nested = (lock, section.clone()).prop_map(|(lock, body)| Locked(lock, vec![body]));
    let statement = prop_oneof![4 => section, 1 => nested];
    let threads = |statements: std::ops::Range<usize>, count: usize| {
        let thread = prop::collection::vec(statement.clone(), statements);
        prop::collection::vec(thread, count)
    };
    prop_oneof![4 => threads(2..4, 2), 1 => threads(1..2, 3)].prop_map(Small)
}

/// Locks, and deadlocks of locks, are what both know best: not only the outcomes are the same, but
/// the classes of equivalent executions.
#[test]
#[expect(clippy::print_stdout, reason = "what the programs were like")]
fn loom_sees_the_classes_of_dpor_on_random_programs_of_locks_alone() {
    let asked = std::env::var("SELVEDGE_PROGRAMS").ok();
    let cases = asked
        .and_then(|count| count.parse().ok())
        .unwrap_or(LOCK_PROGRAMS);
    let config = Config {
        cases,
        failure_persistence: None,
        max_global_rejects: 100 * cases,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let (several, stuck) = (std::cell::Cell::new(0_u32), std::cell::Cell::new(0_u32));
    let result = runner.run(&of_locks(), |program| {
        let ours = dpor(&program, Waits::Sufficient);
        prop_assume!((3..=40).contains(&ours.tally.executions));
        let start = program.starter::<Loom>();
        let theirs = loom(start, program.0.len(), Waits::Sufficient, 1_500);
        prop_assume!(theirs.coverage == Coverage::Exhausted);
        let classes: BTreeSet<_> = theirs.executions.iter().map(trace_class).collect();
        prop_assert_eq!(&classes, &ours.traces);
        prop_assert_eq!(u64::try_from(classes.len()), Ok(ours.tally.executions));
        prop_assert_eq!(theirs.outcomes(), ours.outcomes);
        several.set(several.get() + u32::from(classes.len() > 4));
        stuck.set(stuck.get() + u32::from(ours.tally.deadlocked > 0));
        Ok(())
    });
    assert!(result.is_ok(), "{}", result.unwrap_err());
    println!("{several:?} of {cases} have five classes or more, {stuck:?} can deadlock");
    assert!(several.get() >= cases / 5 && stuck.get() >= cases / 20);
}

/// Each choice is made from outside: loom searches once for each of the nine assignments.
#[test]
fn choices_are_explored_by_enumeration_from_outside() {
    let program = Small(vec![vec![Choose(3), Choose(3), StoreLocal(0)]]);
    let seen = loom_on(&program, Waits::Sufficient);

    assert_eq!(seen.coverage, Coverage::Exhausted);
    assert_eq!(seen.executions.len(), 9);
    assert_eq!(seen.outcomes(), dfs(&program, Waits::Sufficient).outcomes);
}

/// Two threads want one lock in time: under loom an expiry is a choice from outside, which is only
/// met where the lock is taken.
#[test]
fn a_wait_that_may_expire_does_so_under_loom() {
    let program = Small(vec![
        vec![Timed(0, vec![Increment(0)])],
        vec![Timed(0, vec![Increment(0)])],
    ]);
    let seen = loom_on(&program, Waits::MayExpire);

    assert_eq!(seen.coverage, Coverage::Exhausted);
    assert_eq!(seen.outcomes(), dfs(&program, Waits::MayExpire).outcomes);
    assert!(seen.executions.iter().any(|seen| {
        let expired = seen.steps.iter().filter(|step| step.expired);
        expired.count() == 1
    }));
}

/// Loom alone would end its search at a deadlock, by a panic.
#[test]
fn a_deadlock_is_an_outcome_like_any_other() {
    let program = Small(vec![
        vec![Locked(0, vec![Locked(1, vec![])])],
        vec![Locked(1, vec![Locked(0, vec![])])],
    ]);
    let seen = loom_on(&program, Waits::Sufficient);

    assert_eq!(seen.coverage, Coverage::Exhausted);
    let deadlocks = seen
        .ends()
        .into_iter()
        .filter(|end| matches!(end, End::Deadlock(_)));
    assert_eq!(deadlocks.count(), 1);
    assert_eq!(seen.outcomes(), dfs(&program, Waits::Sufficient).outcomes);
}

/// With sufficient waits a finite wait expires where nothing else can run, for which loom has no
/// words. What it sees where none expires still counts.
#[test]
fn a_finite_wait_that_would_have_to_expire_is_a_bound_and_no_deadlock() {
    let program = Small(vec![vec![WaitTimed(0)], vec![Increment(0)]]);
    let seen = loom_on(&program, Waits::Sufficient);

    assert_eq!(seen.coverage, Coverage::Bounded(Limit::FiniteWait));
    assert_eq!(seen.executions, []);
}

#[test]
fn more_threads_than_loom_has_are_told_before_the_first_execution() {
    let program = Small(vec![vec![Increment(0)]; 5]);
    let seen = loom_on(&program, Waits::Sufficient);

    let why = Unsuitability::Threads { needs: 5, has: 4 };
    assert_eq!(seen.coverage, Coverage::Unsuitable(why));
    assert_eq!(seen.executions, []);
}

#[test]
fn four_threads_are_not_too_many() {
    let program = Small(vec![vec![Load(0)]; 4]);
    let seen = loom_on(&program, Waits::Sufficient);

    assert_eq!(seen.ends(), BTreeSet::from([&End::Finished]));
}

#[test]
fn too_many_steps_are_a_bound_with_their_number() {
    let many = vec![Increment(0); 20_000];
    let program = Small(vec![many.clone(), vec![Wait(0)], many]);
    let seen = loom_on(&program, Waits::Sufficient);

    assert_eq!(seen.coverage, Coverage::Bounded(Limit::LoomSteps(10_000)));
}

/// As everywhere, a bound on the steps of an execution is no proof.
#[test]
fn an_execution_is_cut_off_after_as_many_steps_as_asked() {
    let program = Small(vec![vec![Increment(0); 3], vec![Increment(0); 3]]);
    let run = |steps_max| {
        let start = program.starter::<Loom>();
        let mut executions = loom_executions(start, 2, Waits::Sufficient, steps_max);
        let with: (_, &mut dyn Watch) = (&Bounds::default(), &mut Unwatched);
        let tally = go_through(&mut *executions, with, |_| ControlFlow::Continue(()));
        (tally.executions > 0, tally.coverage)
    };

    assert_eq!(run(5), (false, Coverage::Bounded(Limit::Steps(5))));
    assert_eq!(run(6), (true, Coverage::Exhausted));
}

/// A wait that may expire and is not to, in a script, and is never over: the script in which it
/// expires stands for all there is.
#[test]
fn a_wait_that_never_ends_expires_where_waits_may() {
    let program = Small(vec![vec![WaitTimed(0), Increment(0)], vec![Increment(0)]]);
    let seen = loom_on(&program, Waits::MayExpire);

    assert_eq!(seen.coverage, Coverage::Exhausted);
    assert_eq!(seen.outcomes(), dfs(&program, Waits::MayExpire).outcomes);
}

/// A thread's body, and the bodies of one system.
type Body = fn(&Shared<Loom, u32>);

fn system(bodies: &'static [Body]) -> Start {
    Arc::new(move || -> Finish {
        let id = ObjectId::initial(ObjectKind::Variable, 0);
        let cell = Shared::<Loom, u32>::new(id, 0);
        for (index, body) in bodies.iter().enumerate() {
            let cell = cell.clone();
            Loom::spawn(ThreadId::new(index), move || body(&cell));
        }
        Box::new(move || FinalState {
            values: vec![(ThreadId::new(0), cell.inspect(|value| *value))],
            ..FinalState::default()
        })
    })
}

fn increment(cell: &Shared<Loom, u32>) {
    let operation = Operation::on(Verb::Update, cell.id());
    Loom::act(operation, (cell,), |(mut value,)| *value += 1);
}

fn wait_for_ever(cell: &Shared<Loom, u32>) {
    let operation = Operation::on(Verb::EventWait, cell.id());
    Loom::wait(operation, (cell,), |(value,)| **value > 100, |_| ());
}

fn run(bodies: &'static [Body]) -> Seen {
    loom(system(bodies), bodies.len(), Waits::Sufficient, 10_000)
}

#[test]
fn a_panic_is_told_with_its_thread_and_place_and_the_others_run_on() {
    let seen = run(&[
        |cell| {
            increment(cell);
            panic!("as planned");
        },
        increment,
    ]);

    assert_eq!(seen.coverage, Coverage::Exhausted);
    for execution in &seen.executions {
        let End::Panicked { thread, message } = &execution.end else {
            panic!("{:?}", execution.end);
        };
        assert_eq!(thread.index(), 0);
        assert!(
            message.starts_with("as planned (tests/it/loom.rs:"),
            "{message}"
        );
        assert_eq!(execution.rest.values[0].1, 2);
    }
}

/// The body of a step panics while loom's locks are held: they are let go, and not poisoned.
#[test]
fn a_panic_inside_a_step_lets_its_objects_go() {
    let seen = run(&[
        |cell| {
            let operation = Operation::on(Verb::Update, cell.id());
            Loom::act(operation, (cell,), |(mut value,)| {
                *value += 10;
                assert!(*value < 10, "as planned");
            });
        },
        increment,
    ]);

    assert_eq!(seen.coverage, Coverage::Exhausted);
    assert!(
        seen.executions
            .iter()
            .all(|seen| seen.rest.values[0].1 == 11)
    );
}

/// Takes a step when it is dropped, as the guard of a lock does.
struct Guard<'c>(&'c Shared<Loom, u32>);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        increment(self.0);
    }
}

/// Loom unwinds the threads of a deadlock outside of any model, where its primitives panic; a
/// second panic in a destructor would end the process.
#[test]
fn destructors_that_take_steps_outlive_a_deadlock_and_a_panic() {
    let seen = run(&[
        |cell| {
            let _guard = Guard(cell);
            wait_for_ever(cell);
        },
        |cell| {
            let _guard = Guard(cell);
            wait_for_ever(cell);
        },
    ]);
    assert_eq!(seen.coverage, Coverage::Exhausted);
    assert!(
        seen.ends()
            .iter()
            .all(|end| matches!(end, End::Deadlock(_)))
    );
    assert!(
        seen.executions
            .iter()
            .all(|seen| seen.rest.values[0].1 == 0)
    );

    let seen = run(&[
        |cell| {
            let _guard = Guard(cell);
            panic!("as planned");
        },
        increment,
    ]);
    assert_eq!(seen.coverage, Coverage::Exhausted);
    assert!(
        seen.executions
            .iter()
            .all(|seen| seen.rest.values[0].1 == 2)
    );
}

#[test]
fn a_step_inside_a_step_is_refused() {
    let seen = run(&[|cell| {
        let operation = Operation::on(Verb::Update, cell.id());
        let other = cell.clone();
        Loom::act(operation, (cell,), move |_| increment(&other));
    }]);

    let End::Panicked { message, .. } = &seen.executions[0].end else {
        panic!("{:?}", seen.executions[0].end);
    };
    assert!(
        message.starts_with("a step was taken inside another step"),
        "{message}"
    );
}

/// Loom's own stacks are 32 KiB.
#[test]
#[expect(
    clippy::large_stack_arrays,
    reason = "it is about the size of the stack"
)]
fn a_thread_has_room_for_128_kib_on_its_stack() {
    let seen = run(&[|cell| {
        let room = std::hint::black_box([1_u8; 128 * 1024]);
        assert_eq!(
            room.iter().map(|&byte| usize::from(byte)).sum::<usize>(),
            room.len()
        );
        increment(cell);
    }]);

    assert_eq!(seen.ends(), BTreeSet::from([&End::Finished]));
}

/// A thread that a running thread starts, as a work item is.
#[test]
fn a_thread_may_start_another_and_both_are_seen() {
    let seen = run(&[|cell| {
        let other = cell.clone();
        Loom::spawn(ThreadId::new(1), move || increment(&other));
        increment(cell);
    }]);

    assert_eq!(seen.coverage, Coverage::Exhausted);
    for execution in &seen.executions {
        assert_eq!(execution.rest.values[0].1, 2);
        assert_eq!(execution.steps.len(), 3);
    }
}

/// What loom is told before may say nothing to whoever searches next on the same thread.
#[test]
fn a_search_after_a_deadlock_is_like_any_other() {
    for _ in 0..3 {
        let seen = run(&[wait_for_ever]);
        assert!(matches!(seen.executions[0].end, End::Deadlock(_)));
        let seen = run(&[increment, increment]);
        assert_eq!(seen.coverage, Coverage::Exhausted);
    }
}
