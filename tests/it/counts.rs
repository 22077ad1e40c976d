//! The number of executions is known in advance: each test derives it.

use selvedge::explore::Coverage;
use selvedge::runtime::Waits;

use crate::small::Small;
use crate::small::Statement;
use crate::small::Statement::*;
use crate::small::dfs;
use crate::small::dpor;

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
        assert_eq!(seen.tally.coverage, Coverage::Exhausted);
    }
}

/// T(N,K) of the retry strategy, failed tries commuting with each other.
#[test]
fn tries_take_the_number_that_the_formula_gives() {
    for (threads, tries, expected) in [(2, 1, 4), (3, 1, 21), (3, 2, 75), (4, 1, 148), (3, 3, 183)]
    {
        assert_eq!(retry_traces(threads, tries), expected, "the formula itself");
        let program = all(
            usize::try_from(threads).unwrap(),
            &[Tries(0, u32::try_from(tries).unwrap())],
        );
        let seen = dpor(&program, Waits::Sufficient);
        assert_eq!(u64::try_from(seen.traces.len()), Ok(expected));
        assert_eq!(seen.tally.executions, expected);
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
        assert_eq!(seen.tally.executions, expected);
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

#[test]
fn dfs_counts_every_schedule() {
    // Two threads of two independent steps: C(4,2).
    let program = Small(vec![vec![Load(0), Load(1)], vec![Load(2), Load(3)]]);

    assert_eq!(dfs(&program, Waits::Sufficient).tally.executions, 6);
}
