//! The models that are built in: what they expect, how many executions they take, what `dfs` says
//! to them, and what each property means in them.

use std::sync::Arc;

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use selvedge::check::Request;
use selvedge::check::check;
use selvedge::execution::Outcome;
use selvedge::explore::Bounds;
use selvedge::explore::Coverage;
use selvedge::explore::DfsExplorer;
use selvedge::explore::DporExplorer;
use selvedge::explore::Explorer;
use selvedge::explore::Unwatched;
use selvedge::explore::search;
use selvedge::program::Program;
use selvedge::property::Property;
use selvedge::property::judge;
use selvedge::report::CheckReport;
use selvedge::runtime::Waits;
use selvedge::scenario::Scenario;
use selvedge::status::NtStatus;
use selvedge::strategy::SessionKind;
use selvedge::strategy::Strategy;

use crate::counts::retry_traces;
use crate::small::machine;

const SUFFICIENT: Waits = Waits::Sufficient;
const MAY_EXPIRE: Waits = Waits::MayExpire;
const BOTH: [Waits; 2] = [SUFFICIENT, MAY_EXPIRE];

/// One search with `dpor` and the default bounds.
pub(crate) fn checked(model: &str, strategy: &str, waits: Waits) -> CheckReport {
    let scenario = Scenario::embedded(model).unwrap();
    let strategy = Strategy::named(strategy).unwrap();
    let request = Request {
        waits,
        ..Request::default()
    };
    check(&scenario, &strategy, &request, &mut Unwatched)
}

fn models() -> impl Iterator<Item = Scenario> {
    Scenario::embedded_names().map(|name| Scenario::embedded(name).unwrap())
}

/// Every expectation of every model, as `selvedge check` holds them.
#[test]
fn every_model_meets_what_it_expects() {
    let mut held = 0;
    for scenario in models() {
        for expectation in scenario.expectations() {
            let strategy = Strategy::named(&expectation.strategy).unwrap();
            let request = Request {
                waits: expectation.waits,
                scope: Some(expectation.scope.clone()),
                ..Request::default()
            };
            let report = check(&scenario, &strategy, &request, &mut Unwatched);
            let what = format!("{} {}", scenario.name(), expectation.strategy);
            assert_eq!(
                report.unexpected,
                Some(Vec::new()),
                "{what} {:?}",
                report.waits
            );
            assert_eq!(report.coverage, Coverage::Exhausted, "{what}");
            held += 1;
        }
    }
    assert!(held >= 320, "{held} expectations");
}

/// A row without an expectation is a row that nobody looks at.
#[test]
fn every_model_expects_something_of_each_of_its_strategies_under_both_readings() {
    for scenario in models() {
        for strategy in scenario.strategies() {
            for waits in BOTH {
                let expectation = scenario.expectation(strategy.name, waits, scenario.scope());
                let expectation =
                    expectation.unwrap_or_else(|| panic!("{} {strategy}", scenario.name()));
                assert!(
                    expectation.executions.is_some(),
                    "{} {strategy}",
                    scenario.name()
                );
            }
        }
        let own = scenario.expectations().iter();
        let rows = own.filter(|row| row.scope == *scenario.scope()).count();
        assert_eq!(rows, 2 * scenario.strategies().len(), "{}", scenario.name());
    }
}

/// How many executions there are of a model, and how many of them fail.
fn counts(model: &str, strategy: &str, waits: Waits) -> (u64, u64) {
    let report = checked(model, strategy, waits);
    assert_eq!(report.coverage, Coverage::Exhausted);
    (report.executions, report.failing)
}

const fn factorial(n: u64) -> u64 {
    if n == 0 { 1 } else { n * factorial(n - 1) }
}

/// Attaches to different hooks share the engine's lock and nothing else. Under the lock of the
/// strategy, or with own handles whose waits suffice, each is one critical section: N! orders.
#[test]
fn attaches_of_n_types_come_in_n_factorial_orders() {
    let own = [
        "handle-per-provider",
        "handle-per-context",
        "handle-per-context-dynamic",
        "handle-per-thread",
    ];
    for (types, model) in [
        (2, "connect4_connect6"),
        (3, "three_types"),
        (5, "five_types"),
    ] {
        for model in [format!("attach/{model}"), format!("direct/{model}")] {
            for waits in BOTH {
                assert_eq!(counts(&model, "push-lock", waits), (factorial(types), 0));
            }
            for strategy in own {
                assert_eq!(counts(&model, strategy, SUFFICIENT), (factorial(types), 0));
            }
        }
    }
}

/// A begin that may time out once while another transaction is open is a single try: T(N,1), and
/// all succeed in the N! of them without a time-out: 4 - 2, 21 - 6, 1,305 - 120 fail.
#[test]
fn begins_that_may_expire_are_single_tries() {
    for (types, model) in [
        (2, "connect4_connect6"),
        (3, "three_types"),
        (5, "five_types"),
    ] {
        for model in [format!("attach/{model}"), format!("direct/{model}")] {
            for strategy in [
                "handle-per-provider",
                "handle-per-context",
                "handle-per-thread",
            ] {
                let all = retry_traces(types, 1);
                assert_eq!(
                    counts(&model, strategy, MAY_EXPIRE),
                    (all, all - factorial(types))
                );
            }
        }
    }
    assert_eq!([2, 3, 5].map(|types| retry_traces(types, 1)), [4, 21, 1305]);
}

/// On one handle a begin is refused instead, and a retry tries five times: T(N,1) and T(N,5). All
/// succeed in N! · Π_{p≤N} C(p+K−2, K−1) of them: for N = 3, K = 5 in 6 · 1 · 5 · 15 = 450.
#[test]
fn begins_on_one_handle_are_tries() {
    for (types, model) in [(2, "connect4_connect6"), (3, "three_types")] {
        for model in [format!("attach/{model}"), format!("direct/{model}")] {
            for waits in BOTH {
                let one = retry_traces(types, 1);
                assert_eq!(
                    counts(&model, "shared-handle", waits),
                    (one, one - factorial(types))
                );
                let succeed = if types == 2 { 2 * 5 } else { 450 };
                let five = retry_traces(types, 5);
                assert_eq!(counts(&model, "retry", waits), (five, five - succeed));
            }
        }
    }
    assert_eq!([retry_traces(2, 5), retry_traces(3, 5)], [12, 633]);
}

/// `Σ_s N!/(N−s)! · (s(s+1)/2)^(N−s)`.
fn dynamic_traces(threads: u64) -> u64 {
    let of = |winners: u64| {
        let orders: u64 = (threads - winners + 1..=threads).product();
        let losers = u32::try_from(threads - winners).unwrap();
        orders * (winners * (winners + 1) / 2).pow(losers)
    };
    (1..=threads).map(of).sum()
}

/// Whoever times out closes its dynamic session, which waits for the engine's lock. A loser that
/// times out in the w-th of s sections closes in one of the s - w + 1 gaps after it: s(s+1)/2 ways
/// instead of s. Closes only look, so they commute with each other.
#[test]
fn a_loser_with_a_dynamic_session_waits_once_more_to_close_it() {
    for (types, model) in [
        (2, "connect4_connect6"),
        (3, "three_types"),
        (5, "five_types"),
    ] {
        for model in [format!("attach/{model}"), format!("direct/{model}")] {
            let all = dynamic_traces(types);
            let expected = (all, all - factorial(types));
            assert_eq!(
                counts(&model, "handle-per-context-dynamic", MAY_EXPIRE),
                expected
            );
        }
    }
    assert_eq!([2, 3, 5].map(dynamic_traces), [4, 27, 4025]);
}

/// Two CONNECT4 attaches and a CONNECT6 one. The provider's lock orders the first two (2 ways);
/// whoever of them comes second joins the context of the other and makes no engine call, so only
/// the first and CONNECT6 meet at the engine: 2 · 2! = 4 with a lock or with own handles.
#[test]
fn an_attach_that_joins_a_context_orders_nothing() {
    let model = "attach/three_threads_two_types";
    for (strategy, waits) in [
        ("push-lock", SUFFICIENT),
        ("push-lock", MAY_EXPIRE),
        ("handle-per-provider", SUFFICIENT),
        ("handle-per-context", SUFFICIENT),
        ("handle-per-context-dynamic", SUFFICIENT),
        ("handle-per-thread", SUFFICIENT),
    ] {
        assert_eq!(counts(model, strategy, waits), (2 * 2, 0), "{strategy}");
    }
}

/// The same with refusals. Twice: F comes first of the CONNECT4 attaches, S second; C is CONNECT6.
/// F begins before C, after C, or C is refused: 3, and S joins. Or F is refused while C has its
/// transaction. Then S makes a context of its own; F gives back the provider's rundown after its
/// lock, so that falls before, between or after the steps of S on that rundown: S is refused too
/// (acquires and releases: 3), or begins after C (acquires: 2). 2 · (3 + 3 + 2) = 16, of which the
/// 2 · 2 succeed in which nobody is refused.
///
/// With five tries F or C may fail up to four times before it begins: 2 · 5 with both, 1 with C
/// refused; F refused, and S begins after 0 to 4 tries (5 · 2) or is refused (1 · 3):
/// 2 · (10 + 1 + 13) = 48, of which 2 · 10 succeed.
///
/// A dynamic session that closes makes F wait for C under the provider's lock, so S always begins
/// after C: 2 · (3 + 2) = 10.
#[test]
fn a_refused_attach_leaves_its_context_to_the_next() {
    let model = "attach/three_threads_two_types";

    for waits in BOTH {
        assert_eq!(counts(model, "shared-handle", waits), (16, 12));
        assert_eq!(counts(model, "handle-per-module", waits), (16, 12));
        assert_eq!(counts(model, "retry", waits), (48, 28));
    }
    for strategy in [
        "handle-per-provider",
        "handle-per-context",
        "handle-per-thread",
    ] {
        assert_eq!(counts(model, strategy, MAY_EXPIRE), (16, 12), "{strategy}");
    }
    assert_eq!(
        counts(model, "handle-per-context-dynamic", MAY_EXPIRE),
        (10, 6)
    );
}

/// After how many executions `dfs` gives up on a model.
const DFS_EXECUTIONS_MAX: u64 = 20_000;

/// What an execution came to, and the properties it breaks.
type Judged = (Outcome, Vec<Property>);

fn judged<E: Explorer>(
    program: &Program,
    waits: Waits,
    (explorer, executions_max): (&mut E, u64),
) -> (BTreeSet<Judged>, Coverage) {
    let mut judged = BTreeSet::new();
    let bounds = Bounds {
        executions_max,
        ..Bounds::default()
    };
    let watch = &mut Unwatched;
    let tally = search(
        &mut machine(waits),
        program,
        explorer,
        (&bounds, watch),
        |execution| {
            let broken = judge(execution)
                .iter()
                .map(|found| found.property)
                .collect();
            judged.insert((execution.outcome(), broken));
            ControlFlow::Continue(())
        },
    );
    (judged, tally.coverage)
}

/// Whether `dfs` came to its end, and `dpor` saw exactly what it saw; otherwise at least that.
fn dfs_agrees(scenario: &Scenario, strategy: &Strategy, waits: Waits) -> bool {
    let program = Program::new(scenario.workload(), strategy, &Arc::default());
    let mut dpor = DporExplorer::new(waits);
    let (seen, coverage) = judged(&program, waits, (&mut dpor, u64::MAX));
    assert_eq!(coverage, Coverage::Exhausted);
    let mut dfs = DfsExplorer::default();
    let (oracle, coverage) = judged(&program, waits, (&mut dfs, DFS_EXECUTIONS_MAX));
    let ended = coverage == Coverage::Exhausted;
    let what = format!("{} {strategy} {waits:?}", scenario.name());
    assert!(oracle.is_subset(&seen), "{what}");
    assert!(!ended || oracle == seen, "{what}");
    ended
}

/// The same outcomes, and the same properties broken, without any reduction. Of the 130 searches
/// `dfs` ends 116 within its bound, among them all 100 of two threads.
#[test]
fn dpor_finds_what_dfs_finds_on_every_direct_model() {
    let mut ended = 0;
    for scenario in models().filter(|scenario| scenario.name().starts_with("direct/")) {
        for strategy in scenario.strategies() {
            for waits in BOTH {
                let complete = dfs_agrees(&scenario, strategy, waits);
                let must = scenario.workload().threads.len() == 2;
                assert!(complete || !must, "{} {strategy}", scenario.name());
                ended += u32::from(complete);
            }
        }
    }
    assert!(ended >= 116, "{ended} searches ended");
}

/// A link that is attached before the threads start opens a session of its own, whose objects refer
/// to those of the driver's dynamic session: refused, as it would be for a thread.
#[test]
fn an_attach_before_the_threads_start_has_a_session_of_its_own() {
    let own = Strategy {
        name: "my own",
        driver_session: SessionKind::Dynamic,
        own_session: SessionKind::Dynamic,
        ..Strategy::named("handle-per-context").unwrap()
    };
    let scenario = Scenario::embedded("attach/attach_detach").unwrap();
    let report = check(&scenario, &own, &Request::default(), &mut Unwatched);

    let [first] = &report.counterexamples[..] else {
        panic!("one counterexample: {report:?}");
    };
    let wrong_session = Some(NtStatus::WRONG_SESSION);
    assert_eq!(
        (first.property, first.status),
        (Property::SucceedsAlone, wrong_session)
    );
}
