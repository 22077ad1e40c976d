//! The conformance suite of the mock engine: each rule of the engine as one row of a table.
//!
//! A row says the rule, what it rests on, where that is found, and for which readings of the open
//! questions it holds; what runs is the engine alone, on the controlled runtime. A case about one
//! thread makes its calls one after another, and a call that would have to wait fails the case. A
//! case about several is explored to the end, and speaks of the set of what can come of it. Each is
//! run under the nearest profile that has the readings it presupposes, and under every other that
//! differs from that in one question: what a row does not name must not matter to it.
//!
//! Where several rules forbid a call, the documentation leaves open which of them answers: such a
//! case names every status that conforms.
//!
//! `docs/conformance.md` is made from the tables ([`page`]).

mod answer;
mod callouts;
mod case;
mod changes;
mod client;
mod codes;
mod contention;
mod control;
mod desk;
mod faults;
mod forced_abort;
mod functions;
mod lifetimes;
mod names;
mod notifications;
mod objects;
mod ownership;
mod page;
mod references;
mod rights;
mod rules;
mod service;
mod sessions;
mod source;
mod stage;
mod told;
mod visibility;
mod watching;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::sync::OnceLock;

use selvedge::execution::Verb;
use selvedge::runtime::controlled::start_up;
use selvedge::status::NtStatus;
use selvedge::wfp::Circumstances;
use selvedge::wfp::EngineFault;
use selvedge::wfp::Profile;

use answer::Log;
use case::Case;
use case::Run;
use desk::Desk;
use stage::Stage;

/// A group of cases.
struct Area {
    title: &'static str,
    cases: &'static [Case],
}

/// All cases, in the order of the page.
const AREAS: &[Area] = &[
    area("Transactions of one session", control::CASES),
    area("What a transaction shows", visibility::CASES),
    area("Sessions that compete for the lock", contention::CASES),
    area("Transactions that take too long", forced_abort::CASES),
    area("Opening and closing sessions", sessions::CASES),
    area("Who may call", rights::CASES),
    area("What an object must be", objects::CASES),
    area("Owners", ownership::CASES),
    area("Lifetimes", lifetimes::CASES),
    area("References", references::CASES),
    area("Callouts and their filters", callouts::CASES),
    area("Functions of callouts", functions::CASES),
    area("Notifications and transactions", notifications::CASES),
    area("What is told, and when", told::CASES),
    area(
        "Enumerations, subscriptions and the state of the service",
        watching::CASES,
    ),
    area(
        "What subscribers and other sessions see of changes",
        changes::CASES,
    ),
    area("The end and the start of the service", service::CASES),
    area("Faults", faults::CASES),
];

const fn area(title: &'static str, cases: &'static [Case]) -> Area {
    Area { title, cases }
}

fn all() -> impl Iterator<Item = &'static Case> {
    AREAS.iter().flat_map(|area| area.cases)
}

/// What the run of a case came to.
struct Report {
    /// Under how many profiles it ran.
    profiles: usize,
    /// The statuses that it insisted on.
    statuses: BTreeSet<NtStatus>,
    /// The faults that it tried.
    faults: BTreeSet<(Verb, EngineFault)>,
    /// The profile under which it failed first, and what was said.
    failure: Option<String>,
}

/// The reports of all cases, by their number.
fn reports() -> &'static BTreeMap<&'static str, Report> {
    static REPORTS: OnceLock<BTreeMap<&'static str, Report>> = OnceLock::new();
    REPORTS.get_or_init(|| all().map(|case| (case.id, report(case))).collect())
}

fn report(case: &Case) -> Report {
    let log = Log::default();
    let profiles = case.profiles();
    let failure = profiles.iter().find_map(|profile| {
        let failed = failure(case, *profile, &log)?;
        let nearest = Profile::DOCUMENTED;
        let differs = profile.differences(&nearest).into_iter().map(|question| {
            let reading = question.readings()[usize::from(profile.reading(question))];
            format!("{question}={reading}")
        });
        let differs: Vec<String> = differs.collect();
        Some(format!("{} [{}]: {failed}", case.id, differs.join(" ")))
    });
    Report {
        profiles: profiles.len(),
        statuses: log.statuses(),
        faults: log.faults(),
        failure,
    }
}

/// What a case says that fails under a profile.
fn failure(case: &Case, profile: Profile, log: &Log) -> Option<String> {
    let circumstances = Circumstances::of(profile);
    let run = || match case.run {
        Run::Alone(run) => {
            log.take_notes();
            start_up(|| run(&Desk::new(&circumstances, log)));
        }
        Run::Threads(run) => run(&Stage::new(circumstances.clone(), log)),
    };
    let payload = panic::catch_unwind(AssertUnwindSafe(run)).err()?;
    let text = payload.downcast_ref::<String>().cloned();
    let text = text.or_else(|| payload.downcast_ref::<&str>().map(ToString::to_string));
    let text = text.unwrap_or_else(|| "a panic without a message".to_owned());
    Some(text.replace('\n', " "))
}

/// Every rule is kept, under every profile for which it is one.
#[test]
fn every_case_holds() {
    let failures = reports()
        .values()
        .filter_map(|report| report.failure.as_deref());
    let failures: Vec<&str> = failures.collect();

    assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
}

#[test]
fn a_number_is_given_once_and_a_rule_is_a_sentence() {
    let mut numbers = BTreeSet::new();
    for case in all() {
        assert!(numbers.insert(case.id), "{} is given twice", case.id);
        assert!(!case.rule.ends_with('.'), "{}", case.id);
        assert!(!case.sources.is_empty(), "{} has no source", case.id);
        assert!(case.profiles().len() > 1, "{} presupposes all", case.id);
    }
}

/// The cases that the suite started from, by number: what was read off the sources first.
const FIRST: [u32; 74] = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 17, 18, 20, 21, 23, 24, 25, 26, 28, 29, 30, 32,
    33, 34, 36, 38, 40, 41, 43, 44, 45, 46, 48, 49, 50, 51, 53, 54, 55, 56, 57, 58, 60, 61, 63, 65,
    66, 68, 70, 71, 72, 74, 75, 78, 80, 82, 83, 85, 87, 88, 89, 90, 92, 94, 95, 96, 97, 98, 99,
    103,
];

/// Each of them is here, and no other has a plain number.
#[test]
fn the_first_cases_are_all_here() {
    let numbers: BTreeSet<u32> = all().filter_map(Case::number).collect();

    assert_eq!(numbers, BTreeSet::from(FIRST));
}
