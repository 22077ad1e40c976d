//! `icb` against a brute-force count: for each trace the fewest preemptions of any schedule.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

use selvedge::calibration::Bounded;
use selvedge::calibration::Classic;
use selvedge::explore::Bounds;
use selvedge::explore::Coverage;
use selvedge::explore::DfsExplorer;
use selvedge::explore::IcbExplorer;
use selvedge::explore::Limit;
use selvedge::explore::Unwatched;
use selvedge::explore::Watch;
use selvedge::explore::search;
use selvedge::litmus::Atomic;
use selvedge::litmus::Explore;
use selvedge::litmus::FindingKind;
use selvedge::litmus::Mutex;
use selvedge::litmus::Program;
use selvedge::litmus::threads;
use selvedge::report::Verdict;
use selvedge::runtime::Waits;
use selvedge::runtime::controlled::System;

use crate::programs::Dice;
use crate::programs::Drawn;
use crate::programs::draw;
use crate::seen::explore_up_to;
use crate::seen::machine;
use crate::seen::trace_class;

/// How many programs are compared, if `SELVEDGE_PROGRAMS` does not say so.
const PROGRAMS: u64 = 80;

/// After how many executions `dfs` gives up on a program.
const DFS_EXECUTIONS_MAX: u64 = 3_000;

/// By class, the fewest preemptions of all its executions; `None` if there are too many of these.
fn fewest(
    program: &dyn System,
    waits: Waits,
    executions_max: u64,
) -> Option<BTreeMap<Vec<u64>, u32>> {
    let mut fewest: BTreeMap<Vec<u64>, u32> = BTreeMap::new();
    let bounds = Bounds {
        executions_max,
        ..Bounds::default()
    };
    let mut dfs = DfsExplorer::default();
    let with: (&Bounds, &mut dyn Watch) = (&bounds, &mut Unwatched);
    let tally = search(&mut machine(waits), program, &mut dfs, with, |execution| {
        let preemptions = execution.preemptions();
        let least = fewest.entry(trace_class(execution)).or_insert(preemptions);
        *least = preemptions.min(*least);
        ControlFlow::Continue(())
    });
    (tally.coverage == Coverage::Exhausted).then_some(fewest)
}

fn within(fewest: &BTreeMap<Vec<u64>, u32>, bound: u32) -> BTreeSet<Vec<u64>> {
    let within = fewest.iter().filter(|(_, least)| **least <= bound);
    within.map(|(class, _)| class.clone()).collect()
}

/// Under each bound, the traces that have an execution within it, each once, and no other; the
/// executions themselves keep to the bound, and come in the order of their preemptions.
#[test]
#[expect(clippy::print_stdout, reason = "how many programs were of use")]
fn a_bound_covers_every_trace_that_has_an_execution_within_it_and_no_other() {
    let asked = std::env::var("SELVEDGE_PROGRAMS").ok();
    let programs = asked
        .and_then(|count| count.parse().ok())
        .unwrap_or(PROGRAMS);
    let (mut compared, mut bounded, mut covered) = (0, 0, 0);
    for seed in 0_u64.. {
        let Drawn { program, waits, .. } = draw(&mut Dice::new(seed));
        let Some(fewest) = fewest(&program, waits, DFS_EXECUTIONS_MAX) else {
            continue;
        };
        let most = fewest.values().max().copied().unwrap_or(0);
        for bound in 0..=most + 1 {
            let mut icb = IcbExplorer::new(Some(bound));
            let mut order = Vec::new();
            let bounds = Bounds::default();
            let with: (&Bounds, &mut dyn Watch) = (&bounds, &mut Unwatched);
            let mut seen = BTreeSet::new();
            let tally = search(&mut machine(waits), &program, &mut icb, with, |execution| {
                order.push(execution.preemptions());
                seen.insert(trace_class(execution));
                ControlFlow::Continue(())
            });
            let why = format!("seed {seed}, {bound} preemptions, {waits:?}: {program:?}");
            assert_eq!(seen, within(&fewest, bound), "{why}");
            assert_eq!(Ok(tally.executions), u64::try_from(seen.len()), "{why}");
            assert!(
                order.is_sorted() && order.iter().all(|it| *it <= bound),
                "{why}"
            );
            match tally.coverage {
                Coverage::Exhausted => {
                    assert!(
                        bound >= most,
                        "nothing is called covered that is not: {why}"
                    );
                    covered += 1;
                }
                other @ (Coverage::Bounded(_)
                | Coverage::Sampled { .. }
                | Coverage::Unsuitable(_)) => {
                    assert_eq!(other, Coverage::Bounded(Limit::Preemptions(bound)), "{why}");
                    bounded += 1;
                }
            }
        }
        let mut icb = IcbExplorer::new(None);
        let whole = explore_up_to(&program, waits, &mut icb, u64::MAX);
        assert_eq!(whole.tally.coverage, Coverage::Exhausted);
        assert_eq!(whole.traces, fewest.into_keys().collect(), "seed {seed}");
        compared += 1;
        if compared == programs {
            break;
        }
    }
    println!("{compared} programs, {bounded} bounded searches, {covered} that covered everything");
    assert!(bounded > compared && covered > compared, "both are seen");
}

/// Threads that only load and store, and each thing they do changes what the others may see: the
/// one execution that is begun in vain is that which finds out that the bound leaves something.
#[test]
fn no_execution_is_begun_in_vain_where_all_steps_depend() {
    let ninc = |n| Classic::named("ninc").unwrap().instance(Some(n), None);
    for instance in [ninc(3).unwrap(), ninc(4).unwrap()] {
        for bounded in Bounded::all(instance) {
            let explore = Explore::new().preemptions_max(bounded.preemptions);
            let came = explore.run(instance.program());
            let covered = came.coverage == Coverage::Exhausted;
            assert_eq!(came.redundant, u64::from(!covered), "{bounded:?}");
        }
    }
}

/// The lists of the calibration, by running every schedule.
#[test]
fn the_bounded_numbers_of_the_classics_are_those_of_brute_force() {
    for (name, n, k) in Bounded::sizes() {
        let instance = Classic::named(name).unwrap().instance(Some(n), k).unwrap();
        let least = fewest(&instance.program(), Waits::Sufficient, u64::MAX).unwrap();
        for bounded in Bounded::all(instance) {
            let traces = within(&least, bounded.preemptions);
            assert_eq!(
                u64::try_from(traces.len()),
                Ok(bounded.instance.traces + bounded.instance.deadlocks),
                "{name} {n} {k:?} up to {} preemptions",
                bounded.preemptions
            );
        }
        let covering = Bounded::all(instance).last().unwrap().preemptions;
        assert_eq!(least.values().max(), Some(&covering), "{name} {n} {k:?}");
    }
}

fn lost_update() -> Program {
    threads(|threads| {
        let count = Atomic::new(0_u32);
        for _ in 0..2 {
            let count = count.clone();
            threads.spawn(move || {
                count.store(count.load() + 1);
            });
        }
        threads.finally(move || assert_eq!(count.load(), 2, "an update was lost"));
    })
}

/// An update is lost only if a thread is preempted between its load and its store.
#[test]
fn a_bug_that_needs_a_preemption_is_bounded_without_one_and_found_with_one() {
    let none = Explore::new().preemptions_max(0).run(lost_update());
    let one = Explore::new().preemptions_max(1).fail_fast();
    let one = one.run(lost_update());

    assert_eq!(none.verdict, Verdict::Bounded);
    assert_eq!(none.coverage, Coverage::Bounded(Limit::Preemptions(0)));
    assert_eq!(one.verdict, Verdict::Violated);
    assert_eq!(one.findings[0].kind, FindingKind::Objection);
    assert_eq!(one.findings[0].execution.preemptions(), 1);
}

/// One section of two threads: every order of the sections needs no preemption, and a thread that
/// is preempted within its section leads to nothing else.
#[test]
fn a_bound_that_covers_everything_is_a_proof() {
    let sections = || {
        threads(|threads| {
            let mutex = Mutex::new(0_u32);
            for _ in 0..2 {
                let mutex = mutex.clone();
                threads.spawn(move || *mutex.lock() += 1);
            }
        })
    };
    let one = Explore::new().preemptions_max(1).run(sections());

    assert_eq!((one.verdict, one.executions), (Verdict::Proved, 2));
}
