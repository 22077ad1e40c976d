//! Shrinking: on small programs, whose least failing schedule `dfs` knows.

use std::ops::ControlFlow;

use proptest::strategy::Strategy;
use proptest::strategy::ValueTree;
use proptest::test_runner::Config;
use proptest::test_runner::RngAlgorithm;
use proptest::test_runner::TestRng;
use proptest::test_runner::TestRunner;

use selvedge::execution::Decision;
use selvedge::execution::End;
use selvedge::execution::Execution;
use selvedge::execution::Outcome;
use selvedge::explore::Bounds;
use selvedge::explore::Coverage;
use selvedge::explore::DfsExplorer;
use selvedge::explore::DporExplorer;
use selvedge::explore::Explorer;
use selvedge::explore::RandomExplorer;
use selvedge::explore::Unwatched;
use selvedge::explore::search;
use selvedge::replay::Shrunk;
use selvedge::replay::Size;
use selvedge::replay::Target;
use selvedge::replay::shrink;
use selvedge::runtime::Waits;
use selvedge::runtime::controlled::Policy;
use selvedge::runtime::controlled::Position;

use crate::differential::program;
use crate::small::Small;
use crate::small::Statement::*;
use crate::small::machine;

/// How many failing programs are shrunk, if `SELVEDGE_SHRINK_PROGRAMS` does not say so.
const PROGRAMS: u32 = 60;

/// After how many executions `dfs` gives up on a program.
const DFS_EXECUTIONS_MAX: u64 = 3_000;

/// All executions that an explorer chooses, as long as `visit` wants more.
fn executions<E: Explorer>(
    program: &Small,
    waits: Waits,
    mut explorer: E,
    visit: impl FnMut(&Execution) -> ControlFlow<()>,
) -> Coverage {
    let bounds = Bounds {
        executions_max: DFS_EXECUTIONS_MAX,
        ..Bounds::default()
    };
    let watch = &mut Unwatched;
    search(
        &mut machine(waits),
        program,
        &mut explorer,
        (&bounds, watch),
        visit,
    )
    .coverage
}

fn first<E: Explorer>(
    program: &Small,
    waits: Waits,
    explorer: E,
    fails: impl Fn(&Execution) -> bool,
) -> Option<Execution> {
    let mut found = None;
    executions(program, waits, explorer, |execution| {
        if fails(execution) {
            found = Some(execution.clone());
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    found
}

fn shrunk(
    program: &Small,
    waits: Waits,
    execution: &Execution,
    fails: &dyn Fn(&Execution) -> bool,
) -> Shrunk {
    let target = Target {
        system: program,
        waits,
        fails,
    };
    shrink(&target, execution)
}

/// The first execution that fails, of those that `dpor` chooses.
pub(crate) fn first_of(program: &Small, fails: &dyn Fn(&Execution) -> bool) -> Execution {
    let waits = Waits::Sufficient;
    first(program, waits, DporExplorer::new(waits), fails).unwrap()
}

/// Two threads read, then write one more: one update is lost.
pub(crate) fn lost_update() -> Small {
    Small(vec![vec![LoadStore(0)], vec![LoadStore(0)]])
}

pub(crate) fn loses(execution: &Execution) -> bool {
    execution.rest.values[0].1 == 1
}

/// So many philosophers in a circle, each of whom takes the left fork first.
pub(crate) fn philosophers(count: u16) -> Small {
    let philosopher = |left: u16| vec![Locked(left, vec![Locked((left + 1) % count, vec![])])];
    Small((0..count).map(philosopher).collect())
}

pub(crate) fn deadlocks(execution: &Execution) -> bool {
    matches!(execution.end, End::Deadlock(_))
}

/// Load, load, store, store.
#[test]
fn a_lost_update_shrinks_to_four_steps_and_one_preemption() {
    for seed in 0..20 {
        let explorer = RandomExplorer::new(seed, 1_000);
        let found = first(&lost_update(), Waits::Sufficient, explorer, loses).unwrap();
        let shrunk = shrunk(&lost_update(), Waits::Sufficient, &found, &loses);

        let size = Size::of(&shrunk.execution);
        assert_eq!((size.steps, size.preemptions, size.switches), (4, 1, 2));
        assert!(
            shrunk.is_least && shrunk.replays <= 200,
            "{}",
            shrunk.replays
        );
    }
}

/// Each takes its left fork; only the first of them could have gone on, because each of the others
/// comes after his right neighbour.
#[test]
fn five_philosophers_shrink_to_five_locks_and_one_preemption() {
    let program = philosophers(5);
    let mut least = None;
    for seed in 0..20 {
        let explorer = RandomExplorer::new(seed, 3_000);
        let found = first(&program, Waits::Sufficient, explorer, deadlocks).unwrap();
        let shrunk = shrunk(&program, Waits::Sufficient, &found, &deadlocks);

        let size = Size::of(&shrunk.execution);
        assert_eq!((size.steps, size.preemptions, size.switches), (5, 1, 4));
        assert!(shrunk.replays <= 200, "{}", shrunk.replays);
        let known = least.get_or_insert(shrunk.execution.clone());
        assert_eq!(*known, shrunk.execution, "seed {seed}");
    }
    let dpor = first_of(&program, &deadlocks);
    let shrunk = shrunk(&program, Waits::Sufficient, &dpor, &deadlocks);
    assert_eq!(least, Some(shrunk.execution));
}

/// A failing program: it comes to something that no execution without a preemption comes to, or to
/// a deadlock.
struct Failing {
    program: Small,
    waits: Waits,
    found: Execution,
    outcome: Outcome,
    /// The least size of all its executions that come to the same, by `dfs`.
    least: Size,
}

fn failing(program: Small, waits: Waits, seed: u64) -> Option<Failing> {
    let mut all: Vec<(Outcome, Size)> = Vec::new();
    let coverage = executions(&program, waits, DfsExplorer::default(), |execution| {
        all.push((execution.outcome(), Size::of(execution)));
        ControlFlow::Continue(())
    });
    if coverage != Coverage::Exhausted {
        return None;
    }
    let plain = |outcome: &Outcome| {
        let mut same = all.iter().filter(|(other, _)| other == outcome);
        same.any(|(_, size)| size.preemptions == 0)
    };
    let fails = |execution: &Execution| deadlocks(execution) || !plain(&execution.outcome());
    let found = first(&program, waits, RandomExplorer::new(seed, 40), fails)?;
    let outcome = found.outcome();
    let same = all.iter().filter(|(other, _)| *other == outcome);
    let least = same.map(|(_, size)| size).min().unwrap().clone();
    Some(Failing {
        program,
        waits,
        found,
        outcome,
        least,
    })
}

/// Runs given threads for given numbers of steps, as far as they can, and then as few switches as
/// there can be. Written from the definition, and not with the code under test.
struct Runs {
    runs: Vec<(selvedge::execution::ThreadId, usize)>,
    chosen: Vec<Decision>,
}

impl Policy for Runs {
    fn choose(&mut self, position: &Position<'_>) -> Option<Decision> {
        let able = |thread| {
            let ready = position.enabled.contains(thread) && position.offered(thread).start == 0;
            ready.then(|| self.next_of(position, thread))
        };
        let planned = self.runs.iter().find_map(|&(thread, left)| {
            let can = left > 0 && position.enabled.contains(thread);
            can.then(|| self.next_of(position, thread))
        });
        let last = position.steps.last().map(|step| step.thread);
        let other = || {
            last.and_then(able)
                .or_else(|| position.enabled.iter().find_map(able))
        };
        let decision = planned.or_else(other).unwrap_or_else(|| {
            let thread = position.enabled.first().unwrap();
            let alternative = position.offered(thread).start;
            Decision {
                thread,
                alternative,
            }
        });
        let at = self
            .runs
            .iter()
            .position(|&(thread, left)| thread == decision.thread && left > 0);
        if let Some(at) = at.filter(|_| planned.is_some()) {
            self.runs.drain(..at);
            self.runs[0].1 -= 1;
        } else {
            self.runs.clear();
        }
        Some(decision)
    }
}

impl Runs {
    /// The next decision of a thread, as the shrunk schedule has it.
    fn next_of(&self, position: &Position<'_>, thread: selvedge::execution::ThreadId) -> Decision {
        let own = position.steps.iter().filter(|step| step.thread == thread);
        let own = own.count();
        let mut decisions = self
            .chosen
            .iter()
            .filter(|decision| decision.thread == thread);
        let offered = position.offered(thread);
        let chosen = decisions
            .nth(own)
            .filter(|it| offered.contains(&it.alternative));
        chosen.copied().unwrap_or(Decision {
            thread,
            alternative: offered.start,
        })
    }
}

/// Each schedule that has one switch less: the run after it comes with the thread's next run, or
/// the run before it goes on as far as that.
fn with_a_switch_less(execution: &Execution) -> Vec<Runs> {
    let chunks = execution
        .steps
        .chunk_by(|one, other| one.thread == other.thread);
    let runs: Vec<_> = chunks.map(|run| (run[0].thread, run.len())).collect();
    let mut all = Vec::new();
    for at in 0..runs.len() {
        let next = (at + 1..runs.len()).find(|&next| runs[next].0 == runs[at].0);
        let mut later = runs.clone();
        let (_, steps) = later.remove(at);
        if let Some(next) = next {
            later[next - 1].1 += steps;
            let mut earlier = runs.clone();
            let (_, steps) = earlier.remove(next);
            earlier[at].1 += steps;
            all.push(earlier);
        }
        all.push(later);
    }
    let chosen = execution.schedule().0;
    all.into_iter()
        .map(|runs| Runs {
            runs,
            chosen: chosen.clone(),
        })
        .collect()
}

#[derive(Debug, Default)]
struct Shares {
    failing: u32,
    with_three_switches: u32,
    least: u32,
    /// Of which another execution was found that comes to the same.
    others: u32,
    /// Of which that shrinks to the same bytes.
    alike: u32,
    deadlocks: u32,
    most_replays: u32,
    replays: u64,
}

/// Programs that fail by chance, each shrunk: what comes out fails in the same way, shrinks to
/// itself, and does without none of its switches.
#[test]
#[expect(
    clippy::print_stdout,
    reason = "the figures of the full run, with --nocapture"
)]
fn random_failing_programs_shrink_to_what_needs_each_of_its_switches() {
    let asked = std::env::var("SELVEDGE_SHRINK_PROGRAMS").ok();
    let programs = asked
        .and_then(|count| count.parse().ok())
        .unwrap_or(PROGRAMS);
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut shares = Shares::default();
    let mut seed = 0;
    while shares.failing < programs {
        seed += 1;
        let waits = [Waits::Sufficient, Waits::MayExpire][usize::try_from(seed % 2).unwrap()];
        let drawn = program().new_tree(&mut runner).unwrap().current();
        if let Some(failing) = failing(drawn, waits, seed) {
            require_least(&failing, &mut shares);
        }
    }
    println!("{shares:?}");
    assert!(
        shares.with_three_switches >= programs * 3 / 10,
        "{shares:?}"
    );
    assert!(shares.deadlocks >= programs / 20, "{shares:?}");
    assert_eq!(shares.least, programs, "{shares:?}");
    assert!(shares.others >= programs / 2, "{shares:?}");
    assert!(shares.alike >= shares.others * 95 / 100, "{shares:?}");
}

fn require_least(failing: &Failing, shares: &mut Shares) {
    let Failing {
        program,
        waits,
        found,
        outcome,
        least,
    } = failing;
    let fails = |execution: &Execution| execution.outcome() == *outcome;
    let result = shrunk(program, *waits, found, &fails);
    let size = Size::of(&result.execution);
    assert!(fails(&result.execution), "{program:?}");
    assert!(size <= Size::of(found), "{program:?}");
    let again = shrunk(program, *waits, &result.execution, &fails);
    assert_eq!(again.execution, result.execution, "{program:?}");
    for mut runs in with_a_switch_less(&result.execution) {
        let other = machine(*waits).run(program, &mut runs).clone();
        let other_size = Size::of(&other);
        let cost = |size: &Size| (size.faults, size.preemptions, size.switches);
        let better = fails(&other) && cost(&other_size) < cost(&size);
        assert!(!better, "{program:?}: {size:?}, and {other_size:?}");
    }
    let elsewhere = RandomExplorer::new(0xE15E, 200);
    if let Some(other) = first(program, *waits, elsewhere, fails) {
        let other = shrunk(program, *waits, &other, &fails);
        shares.others += 1;
        shares.alike += u32::from(other.execution == result.execution);
    }
    shares.failing += 1;
    shares.with_three_switches += u32::from(found.switches() >= 3);
    shares.deadlocks += u32::from(deadlocks(found));
    let parts = |size: &Size| {
        let costs = (size.faults, size.preemptions, size.switches);
        (costs, size.expiries, size.steps)
    };
    shares.least += u32::from(parts(&size) == parts(least));
    shares.most_replays = shares.most_replays.max(result.replays);
    shares.replays += u64::from(result.replays);
}
