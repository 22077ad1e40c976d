//! `dpor` against `dfs` on random small programs: the same classes and outcomes.

use proptest::prelude::*;
use proptest::test_runner::Config;
use proptest::test_runner::TestRunner;

use selvedge::explore::Coverage;
use selvedge::explore::DfsExplorer;
use selvedge::runtime::Waits;

use crate::small::Small;
use crate::small::Statement;
use crate::small::Statement::*;
use crate::small::dpor;
use crate::small::explore_up_to;

/// How many programs are compared, if `PROPTEST_CASES` does not say so. Those that `dfs` does not
/// finish do not count.
const PROGRAMS: u32 = 500;

/// After how many executions `dfs` gives up on a program.
const DFS_EXECUTIONS_MAX: u64 = 5_000;

fn simple() -> impl Strategy<Value = Statement> {
    let object = 0..2_u16;
    prop_oneof![
        object.clone().prop_map(Load),
        (object.clone(), 1..3_u32).prop_map(|(index, value)| Store(index, value)),
        object.clone().prop_map(Increment),
        object.clone().prop_map(StoreLocal),
        object.clone().prop_map(Set),
        object.clone().prop_map(Wait),
        object.clone().prop_map(WaitTimed),
        (2..4_u8).prop_map(Choose),
        (object, 1..3_u32).prop_map(|(index, tries)| Tries(index + 2, tries)),
    ]
}

fn statement() -> impl Strategy<Value = Statement> {
    simple().prop_recursive(2, 4, 2, |inner| {
        let body = prop::collection::vec(inner, 0..2);
        let object = 0..2_u16;
        prop_oneof![
            (object.clone(), body.clone()).prop_map(|(index, body)| Locked(index, body)),
            (object.clone(), body.clone()).prop_map(|(index, body)| Tried(index, body)),
            (object.clone(), body.clone()).prop_map(|(index, body)| Timed(index, body)),
            (object, body).prop_map(|(index, body)| Reading(index, body)),
        ]
    })
}

pub(crate) fn program() -> impl Strategy<Value = Small> {
    let thread = prop::collection::vec(statement(), 1..4);
    prop::collection::vec(thread, 2..4).prop_map(Small)
}

/// What the compared programs were like, so that a generator gone dull is noticed.
#[derive(Debug, Default)]
struct Shares {
    compared: u32,
    /// With an execution that deadlocks.
    deadlocking: u32,
    /// With ten classes or more.
    large: u32,
    /// With an execution that was cut off as redundant.
    redundant: u32,
}

#[test]
fn dpor_sees_what_dfs_sees_on_500_random_programs() {
    // Without persistence: the seed is fixed, and a failure prints its smallest program.
    let asked = std::env::var("PROPTEST_CASES").ok();
    let cases = asked
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(PROGRAMS);
    let config = Config {
        cases,
        failure_persistence: None,
        max_global_rejects: 100 * cases,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    let shares = std::cell::RefCell::new(Shares::default());
    let waits = prop_oneof![Just(Waits::Sufficient), Just(Waits::MayExpire)];
    let result = runner.run(&(program(), waits), |(program, waits)| {
        let mut explorer = DfsExplorer::default();
        let oracle = explore_up_to(&program, waits, &mut explorer, DFS_EXECUTIONS_MAX);
        prop_assume!(oracle.tally.coverage == Coverage::Exhausted);
        let seen = dpor(&program, waits);
        prop_assert_eq!(seen.tally.coverage, Coverage::Exhausted);
        prop_assert_eq!(&seen.traces, &oracle.traces);
        prop_assert_eq!(&seen.outcomes, &oracle.outcomes);
        let mut shares = shares.borrow_mut();
        shares.compared += 1;
        shares.deadlocking += u32::from(seen.tally.deadlocked > 0);
        shares.large += u32::from(seen.traces.len() >= 10);
        shares.redundant += u32::from(seen.tally.redundant > 0);
        Ok(())
    });
    assert!(result.is_ok(), "{}", result.unwrap_err());
    let shares = shares.into_inner();
    assert_eq!(shares.compared, cases);
    assert!(
        shares.deadlocking >= cases / 20 && shares.large >= cases / 5,
        "{shares:?}"
    );
}
