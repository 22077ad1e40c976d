//! The number of executions is known in advance: each test derives it.

use std::ops::ControlFlow;

use selvedge::execution::End;
use selvedge::execution::Execution;
use selvedge::explore::Bounds;
use selvedge::explore::Coverage;
use selvedge::explore::DporExplorer;
use selvedge::explore::Tally;
use selvedge::explore::Unwatched;
use selvedge::explore::search;
use selvedge::runtime::Waits;

use crate::small::Small;
use crate::small::Statement;
use crate::small::Statement::*;
use crate::small::dfs;
use crate::small::dpor;
use crate::small::machine;

/// The executions of `dpor`: all complete, each another class, none redundant.
fn executions(program: &Small, waits: Waits) -> u64 {
    let seen = dpor(program, waits);
    assert_eq!(seen.tally.coverage, Coverage::Exhausted);
    assert_eq!(
        u64::try_from(seen.traces.len()),
        Ok(seen.tally.executions),
        "{program:?}"
    );
    assert_eq!(seen.tally.redundant, 0, "{program:?}");
    seen.tally.executions
}

fn all(threads: usize, statements: &[Statement]) -> Small {
    Small(vec![statements.to_vec(); threads])
}

const BOTH: [Waits; 2] = [Waits::Sufficient, Waits::MayExpire];

/// Sections on one lock exclude each other: a class is a total order of the sections.
#[test]
fn n_sections_on_one_lock_take_n_factorial_executions() {
    for (threads, expected) in [(2, 2), (3, 6), (4, 24), (5, 120)] {
        let program = all(threads, &[Locked(0, vec![LoadStore(0)])]);
        assert_eq!(executions(&program, Waits::Sufficient), expected);
    }
}

/// Interleavings of N words of length K: (NK)! / (K!)^N.
#[test]
fn k_sections_each_interleave() {
    for (threads, sections, expected) in [(2, 2, 6), (2, 3, 20), (3, 2, 90), (2, 5, 252)] {
        let program = all(threads, &vec![Locked(0, vec![]); sections]);
        assert_eq!(executions(&program, Waits::Sufficient), expected);
    }
}

#[test]
fn own_locks_need_one_execution() {
    let own = |index| vec![Locked(index, vec![LoadStore(index)]), Locked(index, vec![])];
    let program = Small((0..4).map(own).collect());

    assert_eq!(executions(&program, Waits::Sufficient), 1);
}

/// Independent components multiply: (N!)^2.
#[test]
fn two_locks_one_after_the_other_multiply() {
    for (threads, expected) in [(2, 4), (3, 36)] {
        let program = all(threads, &[Locked(0, vec![]), Locked(1, vec![])]);
        assert_eq!(executions(&program, Waits::Sufficient), expected);
    }
}

/// A reader's load falls before or after the one store: 2^N.
#[test]
fn loads_are_independent_of_each_other() {
    let threads = |readers| {
        let loads = vec![vec![Load(0)]; readers];
        Small([vec![vec![Store(0, 1)]], loads].concat())
    };

    assert_eq!(executions(&threads(3), Waits::Sufficient), 8);
    assert_eq!(executions(&threads(8), Waits::Sufficient), 256);
}

/// N! orders of the stores; the p-th to store may have loaded in any of p intervals: (N!)^2.
#[test]
fn unlocked_increments_square_the_factorial() {
    for (threads, expected) in [(2, 4), (3, 36)] {
        let program = all(threads, &[LoadStore(0)]);
        assert_eq!(executions(&program, Waits::Sufficient), expected);
    }
}

/// Who takes each fork first must be acyclic: 2^N - 2; and once everybody holds one.
#[test]
fn symmetric_philosophers_deadlock_once() {
    for (count, complete) in [(3_u16, 6), (4, 14), (5, 30)] {
        let philosopher = |left| vec![Locked(left, vec![Locked((left + 1) % count, vec![])])];
        let program = Small((0..count).map(philosopher).collect());
        let seen = dpor(&program, Waits::Sufficient);

        assert_eq!(
            (seen.tally.executions, seen.tally.deadlocked),
            (complete + 1, 1)
        );
        assert_eq!(seen.tally.redundant, 0);
        assert_eq!(seen.tally.coverage, Coverage::Exhausted);
    }
}

/// T(N,K) of the retry strategy, failed tries commuting with each other.
#[test]
fn tries_take_the_number_that_the_formula_gives() {
    for (threads, tries, expected) in [
        (2, 1, 4),
        (3, 1, 21),
        (3, 2, 75),
        (4, 1, 148),
        (3, 3, 183),
        (4, 2, 1_660),
    ] {
        assert_eq!(retry_traces(threads, tries), expected, "the formula itself");
        let program = all(
            usize::try_from(threads).unwrap(),
            &[Tries(0, u32::try_from(tries).unwrap())],
        );
        let seen = dpor(&program, Waits::Sufficient);
        assert_eq!(u64::try_from(seen.traces.len()), Ok(expected));
        assert_eq!((seen.tally.executions, seen.tally.redundant), (expected, 0));
    }
}

/// A blocking acquire that may expire at any moment is a single try: T(N,1).
#[test]
fn an_acquire_that_may_expire_is_a_single_try() {
    for (threads, expected) in [(2, 4), (3, 21), (4, 148), (5, 1305)] {
        assert_eq!(retry_traces(u64::try_from(threads).unwrap(), 1), expected);
        let program = all(threads, &[Timed(0, vec![])]);
        let seen = dpor(&program, Waits::MayExpire);
        assert_eq!(u64::try_from(seen.traces.len()), Ok(expected));
        assert_eq!((seen.tally.executions, seen.tally.redundant), (expected, 0));
    }
    assert_eq!(
        executions(&all(4, &[Timed(0, vec![])]), Waits::Sufficient),
        24
    );
}

/// `T(N,K) = Σ_s N!/(N−s)! · Π_{p≤s} C(p+K−2, K−1) · C(s+K−1, K)^(N−s)`.
pub(crate) fn retry_traces(threads: u64, tries: u64) -> u64 {
    let choose = |n: u64, k: u64| (0..k).fold(1, |product, i| product * (n - i) / (i + 1));
    (1..=threads)
        .map(|winners| {
            let orders: u64 = (threads - winners + 1..=threads).product();
            let before: u64 = (1..=winners)
                .map(|p| choose(p + tries - 2, tries - 1))
                .product();
            let losers = choose(winners + tries - 1, tries);
            let power = u32::try_from(threads - winners).expect("few threads");
            orders * before * losers.pow(power)
        })
        .sum()
}

#[test]
fn every_alternative_of_a_choice_is_taken() {
    for waits in BOTH {
        let program = Small(vec![vec![Choose(3), Choose(2)], vec![Choose(2)]]);
        assert_eq!(executions(&program, waits), 12);
    }
}

/// Shared acquires and releases commute.
#[test]
fn readers_of_a_lock_need_one_execution() {
    assert_eq!(
        executions(&all(4, &[Reading(0, vec![Load(0)])]), Waits::Sufficient),
        1
    );
}

/// Nested the same way, the outer lock orders all: N!.
#[test]
fn locks_nested_the_same_way_order_as_the_outer_one() {
    for (threads, expected) in [(2, 2), (3, 6), (4, 24)] {
        let program = all(threads, &[Locked(0, vec![Locked(1, vec![])])]);
        assert_eq!(executions(&program, Waits::Sufficient), expected);
    }
}

/// Each its own handle, and one transaction lock below: N!.
#[test]
fn own_handles_over_one_lock_order_as_the_lock() {
    for (count, expected) in [(2_u16, 2), (3, 6), (4, 24), (5, 120)] {
        let thread = |own| vec![Locked(own, vec![Locked(5, vec![])])];
        let program = Small((0..count).map(thread).collect());
        assert_eq!(executions(&program, Waits::Sufficient), expected);
    }
}

/// One philosopher takes the forks the other way: no cycle, 2^N - 2.
#[test]
fn ordered_philosophers_never_deadlock() {
    for (count, expected) in [(3_u16, 6), (4, 14), (5, 30), (6, 62)] {
        let fork = |index| {
            let (left, right) = (index, (index + 1) % count);
            if index == count - 1 {
                (right, left)
            } else {
                (left, right)
            }
        };
        let philosopher = |index| {
            let (first, second) = fork(index);
            vec![Locked(first, vec![Locked(second, vec![])])]
        };
        let program = Small((0..count).map(philosopher).collect());
        assert_eq!(executions(&program, Waits::Sufficient), expected);
    }
}

/// Two locks in opposite order: one first, the other first, and each one.
#[test]
fn opposite_locks_deadlock_once() {
    let thread = |outer, inner| vec![Locked(outer, vec![Locked(inner, vec![])])];
    let program = Small(vec![thread(0, 1), thread(1, 0)]);
    let seen = dpor(&program, Waits::Sufficient);

    let Tally {
        executions,
        redundant,
        deadlocked,
        cut_off,
        coverage,
    } = seen.tally;
    assert_eq!((executions, redundant, deadlocked, cut_off), (3, 0, 1, 0));
    assert_eq!(coverage, Coverage::Exhausted);
}

#[test]
fn blind_stores_come_in_every_order() {
    let program = all(5, &[Store(0, 1)]);

    assert_eq!(executions(&program, Waits::Sufficient), 120);
}

/// Writer j stores a[j-1] + 1 to a[j]; a reader scans a[N], a[N-1], … to the first 0, where it
/// stops at k. k = N or 0: all 2^(N-1) orders of neighbouring writers; otherwise one of them is
/// forced: 2^(N-2) each. Sum: (N + 3) · 2^(N-2).
#[test]
fn a_scan_to_the_last_zero_takes_the_number_of_the_formula() {
    for (count, expected) in [(2, 5), (3, 12), (4, 28), (5, 64), (6, 144)] {
        assert_eq!(executions(&last_zero(count), Waits::Sufficient), expected);
    }
}

fn last_zero(count: u16) -> Small {
    let writer = |j: u16| vec![Copy { from: j - 1, to: j }];
    let mut threads: Vec<_> = (1..=count).map(writer).collect();
    threads.push(vec![Scan(count)]);
    Small(threads)
}

/// C(2k,k) orders of the implicit writes of two sessions; two inside explicit transactions.
#[test]
fn writes_of_two_sessions_interleave_one_by_one_or_as_a_whole() {
    let implicit = all(2, &vec![Locked(0, vec![]); 5]);
    let explicit = all(2, &[Locked(0, vec![Increment(1); 5])]);

    assert_eq!(executions(&implicit, Waits::Sufficient), 252);
    assert_eq!(executions(&explicit, Waits::Sufficient), 2);
}

/// No round of a spin but the last is a step: all who spin see the one store.
#[test]
fn spinning_on_a_flag_takes_one_execution() {
    for spinners in [1, 2, 4] {
        let spin = vec![vec![SpinLoad(0)]; spinners];
        let program = Small([vec![vec![Store(0, 1)]], spin].concat());
        assert_eq!(executions(&program, Waits::Sufficient), 1);
    }
}

/// A test-and-set lock is a lock: N!.
#[test]
fn a_spin_lock_takes_n_factorial_executions() {
    for (threads, expected) in [(2, 2), (3, 6), (4, 24), (5, 120)] {
        let program = all(threads, &[SpinLocked(0, vec![LoadStore(1)])]);
        assert_eq!(executions(&program, Waits::Sufficient), expected);
    }
}

/// Two threads spin on what the other would set after.
#[test]
fn threads_that_spin_for_each_other_are_a_livelock() {
    let program = Small(vec![
        vec![SpinLoad(0), Store(1, 1)],
        vec![SpinLoad(1), Store(0, 1)],
    ]);
    let seen = dpor(&program, Waits::Sufficient);

    assert_eq!((seen.tally.executions, seen.tally.deadlocked), (1, 1));
    let outcome = seen.outcomes.first().unwrap();
    assert!(matches!(outcome.end, End::Livelock(_)));
}

/// The large counts of tries, of philosophers, and of sections: minutes without optimisation.
#[test]
fn large_counts_are_exact_too() {
    if std::env::var("SELVEDGE_LARGE").is_err() {
        return;
    }
    for (threads, tries, expected) in [(4, 2, 1_660), (4, 3, 9_220), (5, 3, 867_845)] {
        let program = all(threads, &[Tries(0, tries)]);
        count(&program, expected);
    }
    count(&all(8, &[Locked(0, vec![LoadStore(0)])]), 40_320);
    count(&all(9, &[Locked(0, vec![LoadStore(0)])]), 362_880);
    let readers = [vec![vec![Store(0, 1)]], vec![vec![Load(0)]; 15]].concat();
    count(&Small(readers), 32_768);
    count(&last_zero(15), 147_456);
}

/// Only the number, and how long it takes: classes are not kept.
fn count(program: &Small, expected: u64) {
    let mut explorer = DporExplorer::new(Waits::Sufficient);
    let bounds = Bounds {
        executions_max: u64::MAX,
        ..Bounds::default()
    };
    let watch = &mut Unwatched;
    let mut machine = machine(Waits::Sufficient);
    let go_on = |_: &Execution| ControlFlow::Continue(());
    let tally = search(
        &mut machine,
        program,
        &mut explorer,
        (&bounds, watch),
        go_on,
    );
    assert_eq!((tally.executions, tally.redundant), (expected, 0));
    assert_eq!(tally.coverage, Coverage::Exhausted);
}

#[test]
fn dfs_counts_every_schedule() {
    // Two threads of two independent steps: C(4,2).
    let program = Small(vec![vec![Load(0), Load(1)], vec![Load(2), Load(3)]]);

    assert_eq!(dfs(&program, Waits::Sufficient).tally.executions, 6);
}
