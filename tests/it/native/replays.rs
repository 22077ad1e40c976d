//! The log of a native execution is a schedule of the controlled runtime.

use std::sync::Arc;

use std::collections::BTreeMap;

use selvedge::case::Case;
use selvedge::execution::Outcome;
use selvedge::execution::StepNote;
use selvedge::program::Program;
use selvedge::property::Property;
use selvedge::replay::Ending;
use selvedge::replay::RecordedSchedule;
use selvedge::replay::replay;
use selvedge::scenario::Scenario;
use selvedge::strategy::Strategy;
use selvedge::wfp::Circumstances;

use super::*;

/// How often each scenario runs.
const ATTEMPTS: u64 = 200;

/// Runs a scenario natively, and each log that was not there before on the controlled runtime: all
/// come to the same. How many different logs there were.
fn assert_replays(scenario: &Scenario, strategy: &Strategy, waits: Waits) -> usize {
    let program = Program::new(scenario.workload(), strategy, &Arc::default());
    let start = program.starter::<Native>();
    let mut known: BTreeMap<String, Outcome> = BTreeMap::new();
    for seed in 0..ATTEMPTS {
        let settings = NativeSettings {
            waits,
            seed,
            ..SETTINGS
        };
        let execution = run_with(settings, &*start);
        let notes = execution.steps.iter().map(StepNote::of);
        let log: Vec<String> = notes.map(|note| note.to_string()).collect();
        let replayed = known.entry(log.join(" ")).or_insert_with_key(|log| {
            let broken = (Property::NoPanic, None);
            let case = Case {
                scenario,
                strategy,
                waits,
                circumstances: &Circumstances::default(),
            };
            let recorded = RecordedSchedule::of(case, broken, &execution);
            let replayed = replay(&recorded, scenario);
            let what = format!("{} / {strategy}: {log}", scenario.name());
            assert!(
                !matches!(replayed.ending, Ending::Diverged { .. }),
                "{what}: {:?}",
                replayed.ending
            );
            replayed.execution.outcome()
        });
        assert_eq!(*replayed, execution.outcome(), "{}", scenario.name());
    }
    known.len()
}

fn every_model_replays(strategy: &str, waits: Waits) {
    let strategy = Strategy::named(strategy).unwrap();
    let mut logs = 0;
    for name in Scenario::embedded_names() {
        let scenario = Scenario::embedded(name).unwrap();
        logs += assert_replays(&scenario, &strategy, waits);
    }
    // Else nothing was tried.
    assert!(logs > Scenario::embedded_names().count(), "{logs}");
}

#[test]
fn every_log_under_the_shared_handle_replays() {
    every_model_replays("shared-handle", Waits::Sufficient);
}

#[test]
fn every_log_under_the_push_lock_replays() {
    every_model_replays("push-lock", Waits::Sufficient);
}

/// With handles of their own threads wait for the engine, and waits run out as the seed says.
#[test]
fn every_log_with_waits_that_expire_replays() {
    every_model_replays("handle-per-context", Waits::MayExpire);
}

/// The work item of a link's second detach has the index of the first one.
#[test]
fn a_link_is_attached_and_detached_twice() {
    let twice =
        "{ attach = \"v4\" }, { detach = \"v4\" }, { attach = \"v4\" }, { detach = \"v4\" }";
    let scenario = Scenario::parse(
        "twice",
        &format!(
            "summary = \"twice\"\npipeline = \"a1\"\n\
             [[link]]\nname = \"v4\"\nattach = \"CONNECT4\"\n\
             [[thread]]\ncalls = [{twice}]\n"
        ),
    );
    let strategy = Strategy::named("push-lock").unwrap();

    assert!(assert_replays(&scenario.unwrap(), &strategy, Waits::Sufficient) > 0);
}
