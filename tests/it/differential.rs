//! `dpor` against `dfs` on random small programs: the same classes and outcomes.

use proptest::prelude::*;
use proptest::test_runner::Config;
use proptest::test_runner::TestRunner;

use selvedge::explore::Coverage;
use selvedge::explore::DfsExplorer;
use selvedge::explore::DporExplorer;
use selvedge::runtime::Waits;

use crate::once_failed::once_failed;
use crate::programs::Dice;
use crate::programs::Drawn;
use crate::programs::KINDS;
use crate::programs::draw;
use crate::programs::smaller;
use crate::seen::Seen;
use crate::seen::source;
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

/// How many programs of [`programs::draw`] are compared, if `SELVEDGE_PROGRAMS` does not say so.
const DRAWN: u64 = 120;

/// After how many executions `dfs` gives up on one of them: few, so that the test is quick.
const DRAWN_EXECUTIONS_MAX: u64 = 1_500;

/// The same, if somebody asks for more programs.
const ASKED_EXECUTIONS_MAX: u64 = 2_000;

/// What the programs were like, so that a generator gone dull is noticed.
#[derive(Debug, Default)]
struct Census {
    compared: u64,
    given_up: u64,
    kinds: [u64; KINDS.len()],
    /// With three threads or more and fifty classes or more.
    large: u64,
    deadlocking: u64,
    traces: u64,
    executions: u64,
    redundant: u64,
    /// Programs with a redundant execution.
    with_redundant: u64,
    source_executions: u64,
    source_redundant: u64,
    dfs_executions: u64,
    /// After how many executions `dfs` gives up.
    dfs_executions_max: u64,
}

/// What is wrong with what an explorer saw, if the oracle is right.
pub(crate) fn wrong(seen: &Seen, oracle: &Seen) -> Option<String> {
    let classes = oracle.traces.len();
    let missed = oracle.traces.difference(&seen.traces).count();
    if missed > 0 {
        return Some(format!("missed {missed} of {classes} classes"));
    }
    if seen.traces != oracle.traces || seen.outcomes != oracle.outcomes {
        return Some("saw what there is not, or other outcomes".to_owned());
    }
    let executions = seen.tally.executions;
    let twice = u64::try_from(classes) != Ok(executions);
    twice.then(|| format!("{executions} executions of {classes} classes"))
}

/// The smallest program found that is wrong, too, if statements are left out, and how.
fn smallest(mut program: Small, waits: Waits, mut how: String) -> (Small, String) {
    loop {
        let next = smaller(&program).into_iter().find_map(|less| {
            let explorer = &mut DfsExplorer::default();
            let oracle = explore_up_to(&less, waits, explorer, ASKED_EXECUTIONS_MAX);
            let whole = oracle.tally.coverage == Coverage::Exhausted;
            let wrong = whole.then(|| wrong(&dpor(&less, waits), &oracle)).flatten();
            wrong.map(|wrong| (less, wrong))
        });
        let Some((less, wrong)) = next else {
            return (program, how);
        };
        (program, how) = (less, wrong);
    }
}

impl Census {
    /// Compares one program.
    fn take(&mut self, drawn: &Drawn, number: u64) {
        let Drawn {
            program,
            waits,
            kinds,
        } = drawn;
        let mut explorer = DfsExplorer::default();
        let oracle = explore_up_to(program, *waits, &mut explorer, self.dfs_executions_max);
        if oracle.tally.coverage != Coverage::Exhausted {
            self.given_up += 1;
            return;
        }
        let seen = dpor(program, *waits);
        if let Some(wrong) = wrong(&seen, &oracle) {
            let (program, wrong) = smallest(program.clone(), *waits, wrong);
            panic!("seed {number}: {wrong}: {program:?} {waits:?}");
        }
        let traces = u64::try_from(seen.traces.len()).expect("64 bits");
        let large = program.threads() >= 3 && traces >= 50;
        if !large && self.large <= self.compared / 2 {
            // Small programs are compared, too, but no more of them than of large ones.
            return;
        }
        for (count, &has) in self.kinds.iter_mut().zip(kinds) {
            *count += u64::from(has);
        }
        self.compared += 1;
        self.large += u64::from(large);
        self.deadlocking += u64::from(seen.tally.deadlocked > 0);
        self.traces += traces;
        self.executions += seen.tally.executions;
        self.redundant += seen.tally.redundant;
        self.with_redundant += u64::from(seen.tally.redundant > 0);
        self.dfs_executions += oracle.tally.executions;
        let source = source(program, *waits);
        let same = source.traces == oracle.traces;
        assert!(same, "seed {number}: source: {program:?} {waits:?}");
        self.source_executions += source.tally.executions;
        self.source_redundant += source.tally.redundant;
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "the census of the programs")]
fn dpor_runs_each_class_of_random_programs_once() {
    let asked = std::env::var("SELVEDGE_PROGRAMS").ok();
    let programs = asked.and_then(|count| count.parse().ok()).unwrap_or(DRAWN);
    let mut census = Census {
        dfs_executions_max: if programs > DRAWN {
            ASKED_EXECUTIONS_MAX
        } else {
            DRAWN_EXECUTIONS_MAX
        },
        ..Census::default()
    };
    let mut seed = 0;
    while census.compared < programs {
        let drawn = draw(&mut Dice::new(seed));
        census.take(&drawn, seed);
        seed += 1;
        if programs > DRAWN && seed.is_multiple_of(1_000) {
            println!("{} compared of {seed}", census.compared);
        }
    }
    println!("{census:?}");
    assert!(census.large >= programs / 2, "{census:?}");
    assert!(census.deadlocking >= programs / 20, "{census:?}");
    let rare = census.kinds.iter().zip(KINDS);
    // A few programs have each kind less evenly than many.
    let least = programs / if programs > DRAWN { 10 } else { 20 };
    let rare: Vec<_> = rare.filter(|(count, _)| **count < least).collect();
    assert!(rare.is_empty(), "{rare:?}: {census:?}");
    // Waits for something that plain writes make true: see `docs/internals/exploration.md`.
    assert!(census.redundant * 100 <= census.executions, "{census:?}");
}

#[test]
fn programs_that_failed_once_do_so_no_more() {
    for program in once_failed() {
        for waits in [Waits::Sufficient, Waits::MayExpire] {
            let oracle = Oracle::of(program.clone(), waits, u64::MAX).unwrap();
            assert_eq!(
                wrong(&dpor(&program, waits), &oracle.seen),
                None,
                "{program:?}"
            );
            let source = source(&program, waits);
            assert_eq!(source.traces, oracle.seen.traces, "source: {program:?}");
        }
    }
}

/// What is known of a program, to hold an explorer to it again and again.
#[derive(Debug)]
pub(crate) struct Oracle {
    program: Small,
    waits: Waits,
    seen: Seen,
    /// How many executions the algorithm as it is begins in vain.
    redundant: u64,
}

impl Oracle {
    /// What there is to know, unless `dfs` needs more executions than this.
    fn of(program: Small, waits: Waits, executions_max: u64) -> Option<Self> {
        let mut explorer = DfsExplorer::default();
        let seen = explore_up_to(&program, waits, &mut explorer, executions_max);
        let redundant = dpor(&program, waits).tally.redundant;
        (seen.tally.coverage == Coverage::Exhausted).then_some(Self {
            program,
            waits,
            seen,
            redundant,
        })
    }

    /// The programs that failed once, and so many others that `dfs` finishes quickly.
    pub(crate) fn some(count: usize) -> Vec<Self> {
        let quick = |(program, waits)| Self::of(program, waits, 300);
        let known = |(program, waits)| Self::of(program, waits, u64::MAX);
        let draw = |seed| {
            let Drawn { program, waits, .. } = draw(&mut Dice::new(seed));
            (program, waits)
        };
        let drawn = (0..).map(draw).filter_map(quick);
        let drawn = drawn.filter(|oracle| oracle.seen.traces.len() > 1);
        let failed = once_failed().into_iter().flat_map(|program| {
            let of = |waits| (program.clone(), waits);
            [of(Waits::Sufficient), of(Waits::MayExpire)]
        });
        failed.filter_map(known).chain(drawn.take(count)).collect()
    }

    /// Whether `dpor` sees anything else, or needs other executions.
    pub(crate) fn differs(&self) -> bool {
        let most = 4 * self.seen.tally.executions + 50;
        let explorer = &mut DporExplorer::new(self.waits);
        let seen = explore_up_to(&self.program, self.waits, explorer, most);
        seen.tally.coverage != Coverage::Exhausted
            || wrong(&seen, &self.seen).is_some()
            || seen.tally.redundant != self.redundant
    }
}
