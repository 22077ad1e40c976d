//! The assertions themselves, and what a failing one prints.

use std::fmt::Write;
use std::path::Path;

use crate::case::Case;
use crate::check::Request;
use crate::check::check;
use crate::confirm::Finding;
use crate::explore::Unwatched;
use crate::property::Property;
use crate::report::CheckReport;
use crate::report::Look;
use crate::report::Setting;
use crate::report::Verdict;
use crate::report::disagreement_text;
use crate::report::write_counterexample;
use crate::report::write_counterexample_of;
use crate::runtime::Waits;
use crate::scenario::Scenario;
use crate::strategy::Strategy;

use super::regressions::Regression;
use super::regressions::first_failing;
use super::regressions::keep;

/// A model: an embedded one by name, or a file whose name ends in `.toml`.
fn load(model: &str) -> Scenario {
    let path = Path::new(model);
    let is_file = path
        .extension()
        .is_some_and(|extension| extension == "toml");
    let scenario = if is_file {
        Scenario::read(path)
    } else {
        Scenario::embedded(model)
    };
    scenario.unwrap_or_else(|error| panic!("{error}"))
}

fn named(strategy: &str) -> Strategy {
    Strategy::named(strategy).unwrap_or_else(|error| panic!("{error}"))
}

fn check_scenario(scenario: &Scenario, strategy: &Strategy, waits: Waits) -> CheckReport {
    let request = Request {
        waits,
        ..Request::default()
    };
    check(scenario, strategy, &request, &mut Unwatched)
}

/// Checks a strategy on a model: an embedded one by name, or a file whose name ends in `.toml`.
///
/// # Panics
///
/// If there is no such model or strategy, or the model is broken.
#[track_caller]
pub fn check_model(model: &str, strategy: &str, waits: Waits) -> CheckReport {
    check_scenario(&load(model), &named(strategy), waits)
}

/// Replays the schedules of a folder that are of this model, strategy and reading of waits, and
/// then checks the strategy on the model. What is found is kept in the folder.
///
/// # Panics
///
/// If a schedule of the folder still fails, or the verdict is not PROVED; the message shows what
/// was found. As [`check_model`], too.
#[track_caller]
pub fn prove(model: &str, strategy: &str, waits: Waits, regressions: &Path) {
    let (scenario, strategy) = (load(model), named(strategy));
    if let Some(failing) = first_failing(regressions, &scenario, &strategy, waits) {
        panic!("{}", describe_regression(&failing));
    }
    let report = check_scenario(&scenario, &strategy, waits);
    if report.verdict == Verdict::Proved {
        return;
    }
    let mut text = describe(&report, "PROVED");
    for found in &report.counterexamples {
        let kept = keep(regressions, &scenario, &strategy, waits, found);
        let line = match kept {
            Ok(path) => format!("kept in `{}`, to be replayed first", path.display()),
            Err(error) => format!("could not be kept in `{}`: {error}", regressions.display()),
        };
        // Writing to a string does not fail.
        let _infallible = write!(text, "\n{}: {line}\n", found.property.name());
    }
    panic!("{text}");
}

/// What a schedule of the folder shows that still fails.
fn describe_regression(failing: &Regression) -> String {
    let (recorded, scenario) = (&failing.recorded, &failing.scenario);
    let finding = Finding {
        case: Case {
            scenario,
            strategy: &recorded.strategy,
            waits: recorded.waits,
            circumstances: &recorded.circumstances,
        },
        violation: &failing.violation,
        execution: &failing.execution,
    };
    let counterexample = finding.as_found(&recorded.circumstances.profile);
    let names = scenario.workload().names();
    let setting = Setting {
        scenario: scenario.name(),
        strategy: recorded.strategy.name,
        waits: recorded.waits,
        names: &names,
    };
    let path = failing.path.display().to_string();
    let mut table = Vec::new();
    let (whole, _) = Scenario::split_name(scenario.name());
    let model = file_of(whole);
    // Writing to memory does not fail.
    let _infallible = write_counterexample_of(
        &mut table,
        &setting,
        &counterexample,
        model.as_deref(),
        &Look::PLAIN,
    );
    let table = String::from_utf8_lossy(&table);
    format!("the regression `{path}` fails again; nothing else was searched\n\n{table}")
}

/// The path of a scenario that is not embedded.
fn file_of(scenario: &str) -> Option<String> {
    let embedded = Scenario::embedded_names().any(|name| name == scenario);
    (!embedded).then(|| format!("{scenario}.toml"))
}

/// Panics unless the report says PROVED.
///
/// # Panics
///
/// If it says anything else; the message shows what was found.
#[track_caller]
pub fn require_proved(report: &CheckReport) {
    assert!(
        report.verdict == Verdict::Proved,
        "{}",
        describe(report, "PROVED")
    );
}

/// Panics unless the report has a counterexample to the property.
///
/// # Panics
///
/// If it has none, or if two explorers disagree; the message shows what was found.
#[track_caller]
pub fn require_refuted(report: &CheckReport, property: &str) {
    let known = Property::named(property);
    let property = known.unwrap_or_else(|| panic!("unknown property `{property}`"));
    let refuted = report
        .counterexamples
        .iter()
        .any(|found| found.property == property);
    let expected = format!("VIOLATED {}", property.name());
    let refuted = refuted && report.disagreement.is_none();
    assert!(refuted, "{}", describe(report, &expected));
}

/// What a report says, beside what was expected of it.
fn describe(report: &CheckReport, expected: &str) -> String {
    let CheckReport {
        scenario,
        strategy,
        verdict,
        executions,
        ..
    } = report;
    let found = verdict.word();
    let mut text = format!(
        "{scenario} / {strategy}: expected {expected}, found {found} after {executions} \
         executions\n"
    );
    let path = file_of(scenario);
    let model = path.as_deref();
    // Writing to a string does not fail.
    if let Some(found) = &report.not_deterministic {
        let _infallible = write!(text, "\n{found}\n");
    }
    if let Some(found) = disagreement_text(report, model) {
        let _infallible = write!(text, "\n{found}");
    }
    for counterexample in &report.counterexamples {
        let mut table = Vec::new();
        // Writing to memory does not fail.
        let _infallible =
            write_counterexample(&mut table, report, counterexample, model, &Look::PLAIN);
        let _infallible = write!(text, "\n{}", String::from_utf8_lossy(&table));
    }
    text
}

/// Asserts that a strategy is proved correct on a model.
///
/// ```
/// selvedge::assert_proves!("attach/connect4_connect6", "push-lock");
/// ```
///
/// The third argument says how finite waits are read; without it they are sufficient.
///
/// ```
/// use selvedge::runtime::Waits;
///
/// selvedge::assert_proves!("attach/connect4_connect6", "push-lock", Waits::MayExpire);
/// ```
///
/// Schedules that failed before are replayed first, and new ones are kept: in the folder
/// `regressions` of the package, or in one that a fourth argument names.
///
/// # Panics
///
/// If there is a counterexample, which is printed as a lane table with the line that replays it, or
/// if a bound was reached first.
#[macro_export]
macro_rules! assert_proves {
    ($model:expr, $strategy:expr $(,)?) => {
        $crate::assert_proves!($model, $strategy, $crate::runtime::Waits::Sufficient)
    };
    ($model:expr, $strategy:expr, $waits:expr $(,)?) => {
        $crate::assert_proves!(
            $model,
            $strategy,
            $waits,
            concat!(env!("CARGO_MANIFEST_DIR"), "/regressions")
        )
    };
    ($model:expr, $strategy:expr, $waits:expr, $regressions:expr $(,)?) => {
        $crate::testing::prove(
            $model,
            $strategy,
            $waits,
            ::std::path::Path::new($regressions),
        )
    };
}

/// Asserts that a strategy breaks a property on a model.
///
/// ```
/// selvedge::assert_refutes!("attach/connect4_connect6", "shared-handle", "non-interference");
/// ```
///
/// The fourth argument says how finite waits are read; without it they are sufficient.
///
/// # Panics
///
/// If no counterexample to the property is found. What else was found is printed.
#[macro_export]
macro_rules! assert_refutes {
    ($model:expr, $strategy:expr, $property:expr $(,)?) => {
        $crate::assert_refutes!(
            $model,
            $strategy,
            $property,
            $crate::runtime::Waits::Sufficient
        )
    };
    ($model:expr, $strategy:expr, $property:expr, $waits:expr $(,)?) => {
        $crate::testing::require_refuted(
            &$crate::testing::check_model($model, $strategy, $waits),
            $property,
        )
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADLINE: &str = "attach/connect4_connect6";

    fn message(assertion: impl FnOnce() + std::panic::UnwindSafe) -> String {
        let payload = std::panic::catch_unwind(assertion).unwrap_err();
        payload
            .downcast_ref::<String>()
            .cloned()
            .unwrap_or_default()
    }

    #[test]
    fn a_proof_that_fails_prints_the_lane_table_and_how_to_replay_it() {
        let folder = tempfile::tempdir().unwrap();
        let assertion = || {
            let waits = Waits::Sufficient;
            crate::assert_proves!(HEADLINE, "shared-handle", waits, folder.path());
        };
        let first = message(assertion);

        for part in [
            "expected PROVED, found VIOLATED",
            "TXN_IN_PROGRESS",
            "had 1 committed first, both attach",
            "selvedge replay sv3:",
            "to be replayed first",
        ] {
            assert!(first.contains(part), "{part} in {first}");
        }
        let again = message(assertion);
        let table = |text: &str| text[text.find("VIOLATED non").unwrap()..].to_owned();
        assert!(again.contains(".schedule` fails again"), "{again}");
        let kept = "\nnon-interference: kept";
        let (shown, _) = first.split_once(kept).unwrap();
        assert_eq!(table(&again), table(shown));
    }

    #[test]
    fn a_refutation_that_fails_says_what_was_found() {
        let message = message(|| crate::assert_refutes!(HEADLINE, "push-lock", "atomicity"));

        assert!(
            message.contains("expected VIOLATED atomicity, found PROVED"),
            "{message}"
        );
    }

    #[test]
    fn a_model_may_be_a_path() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/models/attach/connect4_connect6.toml"
        );

        crate::assert_proves!(path, "handle-per-context");
        let waits = Waits::MayExpire;
        crate::assert_refutes!(path, "handle-per-context", "non-interference", waits);
    }
}
