//! Circumstances: one search for each that makes a difference, the same whoever searches, added up
//! to one verdict, and kept in what replays.
//!
//! The tests that count fix every reading but those that they are about, so that the counts say
//! nothing of what else the engine asks.

use std::collections::BTreeSet;

use selvedge::case::Case;
use selvedge::check::Keep;
use selvedge::check::Request;
use selvedge::check::check;
use selvedge::explore::Bounds;
use selvedge::explore::Coverage;
use selvedge::explore::ExplorerKind;
use selvedge::explore::Limit;
use selvedge::explore::Unwatched;
use selvedge::explore::Watch;
use selvedge::property::Property;
use selvedge::replay::Ending;
use selvedge::replay::RecordedSchedule;
use selvedge::replay::replay;
use selvedge::report::CheckReport;
use selvedge::report::Counterexample;
use selvedge::report::Opinion;
use selvedge::report::Round;
use selvedge::report::Verdict;
use selvedge::runtime::Waits;
use selvedge::scenario::Scenario;
use selvedge::strategy::Strategy;
use selvedge::wfp::Circumstances;
use selvedge::wfp::EngineFault;
use selvedge::wfp::NamedProfile;
use selvedge::wfp::Question;
use selvedge::wfp::Reading;
use selvedge::wfp::Scope;

/// Two attaches, each a transaction with one commit. The abort of thread 0 fails, if it comes to
/// one: then its transaction stays open on the session, which under `push-lock` both share.
pub(crate) const LEAK: &str = r#"summary = "Two threads attach, and an abort of the first fails"
pipeline = "direct"
strategies = ["push-lock", "handle-per-context"]

[[link]]
name = "v4"
attach = "CONNECT4"

[[link]]
name = "v6"
attach = "CONNECT6"

[[thread]]
calls = [{ attach = "v4" }]

[[thread]]
calls = [{ attach = "v6" }]

[[fault]]
thread = 0
call = "FwpmTransactionAbort"
"#;

/// Every way in which so many commits fail, under the documented readings.
fn commits_fail(budget: u32) -> Scope {
    Scope {
        fault_budget: budget,
        faults: BTreeSet::from([EngineFault::CommitFails]),
        ..Scope::default()
    }
}

/// Every reading of one question, and the documented one of every other.
fn readings_of(question: Question) -> Scope {
    let others = Question::ALL.iter().filter(|other| **other != question);
    Scope {
        fixed: others.map(|&other| (other, 0)).collect(),
        ..Scope::of(NamedProfile::Adversarial)
    }
}

fn request(scope: &Scope) -> Request {
    Request {
        scope: Some(scope.clone()),
        ..Request::default()
    }
}

fn leak() -> Scenario {
    Scenario::parse("leak", LEAK).unwrap()
}

fn checked(scenario: &Scenario, request: &Request) -> CheckReport {
    let strategy = Strategy::named("push-lock").unwrap();
    check(scenario, &strategy, request, &mut Unwatched)
}

/// What was gone through, in order, with the number of executions.
fn rounds(report: &CheckReport) -> Vec<(String, u64)> {
    let rounds = report.rounds.iter();
    let round = |round: &Round| (round.circumstances.to_string(), round.executions);
    rounds.map(round).collect()
}

/// Two sections under the lock of the strategy come in 2 orders, whichever commits fail.
#[test]
fn the_executions_of_all_rounds_add_up() {
    let none = checked(&leak(), &request(&Scope::default()));
    assert_eq!(rounds(&none), [("documented".to_owned(), 2)]);
    assert_eq!(none.verdict, Verdict::Proved);

    let two = checked(&leak(), &request(&commits_fail(2)));
    assert_eq!(
        rounds(&two),
        [
            ("documented".to_owned(), 2),
            ("documented+0.commit.1=commit-fails".to_owned(), 2),
            ("documented+1.commit.1=commit-fails".to_owned(), 2),
            (
                "documented+0.commit.1=commit-fails+1.commit.1=commit-fails".to_owned(),
                2
            ),
        ]
    );
    assert_eq!((two.executions, two.coverage), (8, Coverage::Exhausted));
    // Both executions of the two rounds in which the first commit fails.
    assert_eq!((two.verdict, two.failing), (Verdict::Violated, 4));
    assert_eq!(two.calls.len(), 2);
}

/// With both faults the same is broken; with the second alone nothing is.
#[test]
fn a_counterexample_has_the_fewest_faults_and_its_token_carries_them() {
    let report = checked(&leak(), &request(&commits_fail(2)));
    for found in &report.counterexamples {
        let circumstances = found.circumstances.to_string();
        assert_eq!(circumstances, "documented+0.commit.1=commit-fails");
        assert_eq!(found.rounds, 2);
        assert!(found.schedule.contains(&format!(":{circumstances}:")));

        let recorded = RecordedSchedule::from_token(&found.schedule).unwrap();
        let smaller = recorded.scenario(Some(leak())).unwrap();
        let replayed = replay(&recorded, &smaller);
        assert!(matches!(replayed.ending, Ending::Reproduced(_)));
        assert_eq!(replayed.execution, found.execution);
        let text = recorded_with_steps(found).to_file_text(&leak());
        let read = RecordedSchedule::from_file_text("x", &text).unwrap();
        assert_eq!(read.circumstances, found.circumstances);
    }
    assert_eq!(
        report.counterexamples[0].property,
        Property::NonInterference
    );
}

fn recorded_with_steps(found: &Counterexample) -> RecordedSchedule {
    let case = Case {
        scenario: &leak(),
        strategy: &Strategy::named("push-lock").unwrap(),
        waits: Waits::Sufficient,
        circumstances: &found.circumstances,
    };
    let broken = (found.property, found.status);
    RecordedSchedule::of(case, broken, &found.execution)
}

/// Without its fault, the commit succeeds where it was recorded to fail.
#[test]
fn a_schedule_without_its_fault_diverges() {
    let report = checked(&leak(), &request(&commits_fail(1)));
    let token = &report.counterexamples[0].schedule;
    let without = token.replace("+0.commit.1=commit-fails", "");
    assert_ne!(*token, without);

    let recorded = RecordedSchedule::from_token(&without).unwrap();
    let smaller = recorded.scenario(Some(leak())).unwrap();
    let replayed = replay(&recorded, &smaller);
    assert!(!matches!(replayed.ending, Ending::Reproduced(_)));
}

/// A detach deletes filters, and asks when their callout is told. The lock of the strategy makes
/// one section of it whenever that is.
#[test]
fn every_reading_that_matters_is_searched_and_a_proof_holds_under_each() {
    let scenario = Scenario::embedded("attach/attach_detach").unwrap();
    let report = checked(&scenario, &request(&readings_of(Question::NotifyDelete)));

    let names: Vec<String> = rounds(&report).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "documented",
            "documented+notify-delete=deferred",
            "documented+notify-delete=at-call"
        ]
    );
    assert_eq!(report.verdict, Verdict::Proved);
    let gone_through: Vec<Question> = report.gone_through().collect();
    assert_eq!(gone_through, [Question::NotifyDelete]);
}

/// The abort of an attach that failed undoes a filter. If its callout is told of that, the driver
/// looks for the identifiers of its filters, and it has none yet. Under each reading there are the
/// 2 orders of `push-lock`; under the second both fail.
#[test]
fn a_violation_names_the_reading_that_it_needs() {
    let scenario = Scenario::embedded("attach/fault_in_add").unwrap();
    let report = checked(&scenario, &request(&readings_of(Question::NotifyAbort)));

    let told = "documented+notify-abort=compensating-delete";
    let expected = [("documented".to_owned(), 2), (told.to_owned(), 2)];
    assert_eq!(rounds(&report), expected);
    let failing: Vec<u64> = report.rounds.iter().map(|round| round.failing).collect();
    assert_eq!(failing, [0, 2]);
    let first = &report.counterexamples[0];
    assert_eq!(
        (first.circumstances.to_string().as_str(), first.rounds),
        (told, 1)
    );
    let needs: Vec<String> = report.needs(first).iter().map(Reading::to_string).collect();
    assert_eq!(needs, ["notify-abort=compensating-delete"]);
}

/// Nothing is undone without a fault, so the question is not asked. If a commit fails, the attach
/// aborts, and it is: 1 round without faults, 2 for each commit that fails, 2 for both.
#[test]
fn a_question_that_only_a_fault_raises_is_gone_through_with_the_fault_only() {
    let scenario = Scenario::embedded("attach/connect4_connect6").unwrap();
    let scope = Scope {
        fault_budget: 2,
        faults: BTreeSet::from([EngineFault::CommitFails]),
        ..readings_of(Question::NotifyAbort)
    };
    let report = checked(&scenario, &request(&scope));

    let asked = |round: &&Round| round.consulted.contains(Question::NotifyAbort);
    assert_eq!(report.rounds.len(), 7);
    assert_eq!(report.rounds.iter().filter(asked).count(), 6);
    assert_eq!(report.executions, 14);
}

/// With own handles, a commit that fails breaks nothing as long as it has done nothing: the attach
/// aborts or closes. If it was carried out and only the answer was lost, the attach says that it
/// failed, and its filters are there.
#[test]
fn a_violation_names_the_reading_and_the_fault_that_it_needs_together() {
    let scenario = Scenario::embedded("direct/connect4_connect6").unwrap();
    let strategy = Strategy::named("handle-per-context").unwrap();
    let scope = Scope {
        profile: NamedProfile::Adversarial,
        ..commits_fail(1)
    };
    let report = check(&scenario, &strategy, &request(&scope), &mut Unwatched);

    let first = &report.counterexamples[0];
    assert_eq!(first.property, Property::ErrorTruthfulness);
    let needs: Vec<String> = report.needs(first).iter().map(Reading::to_string).collect();
    assert_eq!(needs, ["commit-failure=committed"]);
    let circumstances = "documented+commit-failure=committed+0.commit.1=commit-fails";
    assert_eq!(first.circumstances.to_string(), circumstances);
    // Either commit.
    assert_eq!(first.rounds, 2);
    // None, and either commit with each of three readings.
    assert_eq!(report.rounds.len(), 7);
    let documented = check(
        &scenario,
        &strategy,
        &request(&commits_fail(1)),
        &mut Unwatched,
    );
    assert_eq!(documented.verdict, Verdict::Proved);
}

#[test]
fn a_fixed_profile_is_one_round() {
    let scenario = Scenario::embedded("direct/connect4_connect6").unwrap();
    let observed = Scope::of(NamedProfile::ObservedWindows);
    let report = checked(&scenario, &request(&observed));

    assert_eq!(rounds(&report), [("observed-windows".to_owned(), 2)]);
}

/// 2 executions in each of 4 rounds.
#[test]
fn a_bound_on_executions_is_over_all_rounds() {
    let bounded = |executions_max| {
        let bounds = Bounds {
            executions_max,
            ..Bounds::default()
        };
        checked(
            &leak(),
            &Request {
                bounds,
                ..request(&commits_fail(2))
            },
        )
    };
    for (executions, rounds) in [(1, 1), (2, 1), (3, 2), (5, 3), (7, 4)] {
        let report = bounded(executions);
        assert_eq!(report.executions, executions);
        let limit = Limit::Executions(executions);
        assert_eq!(report.coverage, Coverage::Bounded(limit));
        assert_eq!(report.rounds.len(), rounds, "{executions}");
    }
    assert_eq!(bounded(8).coverage, Coverage::Exhausted);
}

#[test]
fn the_first_violation_ends_all_rounds_if_that_was_asked_for() {
    let bounds = Bounds {
        fail_fast: true,
        ..Bounds::default()
    };
    let report = checked(
        &leak(),
        &Request {
            bounds,
            ..request(&commits_fail(2))
        },
    );

    assert_eq!(report.coverage, Coverage::Bounded(Limit::FirstViolation));
    assert_eq!((report.rounds.len(), report.executions), (2, 3));
}

/// Watches until it has been asked so often.
struct Patience(u32);

impl Watch for Patience {
    fn go_on(&mut self, _executions: u64) -> bool {
        self.0 = self.0.saturating_sub(1);
        self.0 > 0
    }
}

/// No round is long enough to be interrupted, so it is the next one that does not begin.
#[test]
fn time_that_is_up_ends_the_rounds() {
    let strategy = Strategy::named("push-lock").unwrap();
    let request = request(&commits_fail(2));
    let report = check(&leak(), &strategy, &request, &mut Patience(3));

    assert_eq!(report.coverage, Coverage::Bounded(Limit::Time));
    assert_eq!(report.rounds.len(), 3);
}

#[test]
fn a_sample_is_drawn_in_each_round() {
    for explorer in [ExplorerKind::Random, ExplorerKind::ShuttleRandom] {
        let bounds = Bounds {
            executions_max: 10,
            ..Bounds::default()
        };
        let report = checked(
            &Scenario::embedded("direct/connect4_connect6").unwrap(),
            &Request {
                explorer,
                bounds,
                seed: 7,
                ..request(&commits_fail(1))
            },
        );
        let coverage = Coverage::Sampled {
            seed: 7,
            executions: 30,
        };
        assert_eq!((report.rounds.len(), report.coverage), (3, coverage));
    }
}

/// Each sees everything under each of the circumstances, and the outcomes are the same under each.
#[test]
fn explorers_that_see_everything_go_through_the_same_and_agree() {
    let report = |explorer| {
        let keep = Keep {
            outcomes: true,
            native: false,
        };
        let request = Request {
            explorer,
            keep,
            ..request(&commits_fail(2))
        };
        checked(&leak(), &request)
    };
    let dpor = report(ExplorerKind::Dpor);
    for explorer in [
        ExplorerKind::Dfs,
        ExplorerKind::Loom,
        ExplorerKind::ShuttleDfs,
    ] {
        let other = report(explorer);
        let circumstances = |report: &CheckReport| {
            let names = rounds(report).into_iter().map(|(name, _)| name);
            names.collect::<Vec<String>>()
        };
        assert_eq!(circumstances(&other), circumstances(&dpor), "{explorer:?}");
        assert_eq!(Opinion::of(&dpor, &other), Opinion::Agrees, "{explorer:?}");
        let tokens = |report: &CheckReport| {
            let found = report.counterexamples.iter();
            found
                .map(|one| one.circumstances.clone())
                .collect::<Vec<Circumstances>>()
        };
        assert_eq!(tokens(&other), tokens(&dpor), "{explorer:?}");
    }
}

/// Only the outcomes are swapped between two rounds: overall they are the same set.
#[test]
fn outcomes_are_compared_under_each_of_the_circumstances() {
    let keep = Keep {
        outcomes: true,
        native: false,
    };
    let request = Request {
        keep,
        ..request(&commits_fail(1))
    };
    let report = checked(&leak(), &request);
    let mut swapped = report.clone();
    let [first, second] = [0, 1].map(|place| report.rounds[place].circumstances.clone());
    let swap = |circumstances: &Circumstances| match circumstances {
        one if *one == first => second.clone(),
        one if *one == second => first.clone(),
        other => other.clone(),
    };
    let outcomes = report.outcomes.iter().flatten();
    let outcomes = outcomes.map(|(under, outcome)| (swap(under), outcome.clone()));
    swapped.outcomes = Some(outcomes.collect());

    assert_ne!(swapped.outcomes, report.outcomes);
    assert!(Opinion::of(&report, &swapped).differs());
}

#[test]
fn the_same_check_says_the_same_twice() {
    let report = || checked(&leak(), &request(&commits_fail(2)));

    assert_eq!(report(), report());
}

/// The table in the documentation has each question in its row, with its readings.
#[test]
fn the_page_on_the_model_lists_every_question_with_its_readings() {
    let page = include_str!("../../docs/model.md");
    for question in Question::ALL {
        let begins = format!(
            "| {} | `{question}` | {} |",
            question.number(),
            question.readings()[0]
        );
        let row = page.lines().find(|line| line.starts_with(&begins));
        let row = row.unwrap_or_else(|| panic!("{begins}"));
        assert!(
            question
                .readings()
                .iter()
                .all(|reading| row.contains(reading)),
            "{row}"
        );
    }
}
