//! Explorers that share no code of search come to the same, wherever each sees everything.

use std::collections::BTreeSet;
use std::fs;

use selvedge::check::Keep;
use selvedge::check::Request;
use selvedge::check::check;
use selvedge::explore::Bounds;
use selvedge::explore::Coverage;
use selvedge::explore::ExplorerKind;
use selvedge::explore::Unwatched;
use selvedge::property::Property;
use selvedge::report::CheckReport;
use selvedge::report::Opinion;
use selvedge::report::Verdict;
use selvedge::runtime::Waits;
use selvedge::scenario::Scenario;
use selvedge::status::NtStatus;
use selvedge::strategy::Strategy;

/// Who is compared with `dpor`, each with the executions it may take, few where each is dear, and
/// how many comparisons of whole searches there are at least.
const OTHERS: [(ExplorerKind, u64, usize); 3] = [
    (ExplorerKind::Dfs, 3_000, 100),
    (ExplorerKind::Loom, 1_200, 75),
    (ExplorerKind::ShuttleDfs, 3_000, 100),
];

fn report(
    scenario: &Scenario,
    strategy: &Strategy,
    (waits, explorer): (Waits, ExplorerKind),
    executions_max: u64,
) -> CheckReport {
    let request = Request {
        waits,
        explorer,
        bounds: Bounds {
            executions_max,
            ..Bounds::default()
        },
        keep: Keep {
            outcomes: true,
            native: false,
        },
        ..Request::default()
    };
    check(scenario, strategy, &request, &mut Unwatched)
}

/// Every `direct` model, every strategy it lists, both readings of waits. A search that its bound
/// stops is not compared here; how many are is a floor.
#[test]
#[expect(clippy::print_stdout, reason = "it says how much it compared")]
fn whole_searches_of_different_explorers_see_the_same_outcomes() {
    let mut compared = OTHERS.map(|_| 0);
    let mut suitable = BTreeSet::new();
    let mut differing = Vec::new();
    let direct = Scenario::embedded_names().filter(|name| name.starts_with("direct/"));
    for name in direct {
        let scenario = Scenario::embedded(name).unwrap();
        for strategy in scenario.strategies() {
            for waits in [Waits::Sufficient, Waits::MayExpire] {
                let dpor = report(&scenario, strategy, (waits, ExplorerKind::Dpor), 1_000_000);
                assert_eq!(dpor.coverage, Coverage::Exhausted);
                for (place, &(explorer, executions_max, _)) in OTHERS.iter().enumerate() {
                    let other = report(&scenario, strategy, (waits, explorer), executions_max);
                    let opinion = Opinion::of(&dpor, &other);
                    let what = format!("{name} / {strategy} ({waits:?}), {}", explorer.name());
                    differing.extend(opinion.differs().then(|| format!("{what}: {opinion}")));
                    compared[place] += usize::from(opinion == Opinion::Agrees);
                    suitable.extend((opinion == Opinion::Agrees).then_some((name, explorer)));
                }
            }
        }
    }
    assert_eq!(differing, [""; 0]);
    // So that it is seen with `--nocapture`, and cannot become vacuous.
    let said = OTHERS.map(|(explorer, ..)| explorer.name());
    println!("compared {compared:?} of {said:?}, on {}", suitable.len());
    for ((explorer, _, floor), compared) in OTHERS.iter().zip(compared) {
        assert!(compared >= *floor, "{}: {compared}", explorer.name());
    }
}

/// How many pages this process has in memory, where the system tells.
fn resident_pages() -> Option<u64> {
    let text = fs::read_to_string("/proc/self/statm").ok()?;
    text.split(' ').nth(1)?.parse().ok()
}

/// Each of loom's executions takes fresh stacks and gives them back; shuttle keeps its own.
#[test]
fn ten_thousand_executions_of_loom_and_of_shuttle_leave_memory_as_it_was() {
    let scenario = Scenario::embedded("direct/three_types").unwrap();
    let strategy = Strategy::named("handle-per-context").unwrap();
    for explorer in [ExplorerKind::Loom, ExplorerKind::ShuttleRandom] {
        let run = |executions| {
            let search = (Waits::Sufficient, explorer);
            let report = report(&scenario, &strategy, search, executions);
            assert_eq!(report.executions, executions);
        };
        run(1_000);
        let before = resident_pages();
        run(10_000);
        let after = resident_pages();
        // Other tests run meanwhile in this process. A stack that is kept would be at least a page
        // for each of three threads of each execution.
        if let (Some(before), Some(after)) = (before, after) {
            assert!(after < before + 20_000, "{before} pages, then {after}");
        }
    }
}

/// The samplers of shuttle, and the race on the whole pipeline: each finds it, and what it finds
/// was confirmed; behind a lock none finds anything.
#[test]
fn every_sampler_finds_the_race_and_nothing_behind_a_lock() {
    let scenario = Scenario::embedded("attach/connect4_connect6").unwrap();
    let samplers = ExplorerKind::ALL.into_iter().filter(|kind| kind.samples());
    for explorer in samplers {
        let sample = |strategy| {
            let strategy = Strategy::named(strategy).unwrap();
            report(&scenario, &strategy, (Waits::Sufficient, explorer), 500)
        };
        let race = sample("shared-handle");
        let found: Vec<_> = race
            .counterexamples
            .iter()
            .map(|found| (found.property, found.status))
            .collect();
        let race_is = (Property::NonInterference, Some(NtStatus::TXN_IN_PROGRESS));
        assert_eq!(
            (race.verdict, found),
            (Verdict::Violated, vec![race_is]),
            "{explorer:?}"
        );
        assert_eq!(
            sample("push-lock").verdict,
            Verdict::Sampled,
            "{explorer:?}"
        );
    }
}
