//! Assertions for `#[test]`: a strategy is proved on a model, or refuted by a property.
//!
//! The macros [`assert_proves!`](crate::assert_proves) and
//! [`assert_refutes!`](crate::assert_refutes) take the name of an embedded model or the path of a
//! scenario file, and the name of a strategy. A failing one prints what was found: the lane table
//! of the counterexample and the line that replays it, or what stopped the search.

use std::fmt::Write;
use std::path::Path;

use crate::check::Request;
use crate::check::check;
use crate::explore::Unwatched;
use crate::property::Property;
use crate::report::CheckReport;
use crate::report::Look;
use crate::report::Verdict;
use crate::report::write_counterexample;
use crate::runtime::Waits;
use crate::scenario::Scenario;
use crate::strategy::Strategy;

/// Checks a strategy on a model: an embedded one by name, or a file whose name ends in `.toml`.
///
/// # Panics
///
/// If there is no such model or strategy, or the model is broken.
#[track_caller]
pub fn check_model(model: &str, strategy: &str, waits: Waits) -> CheckReport {
    let path = Path::new(model);
    let is_file = path
        .extension()
        .is_some_and(|extension| extension == "toml");
    let scenario = if is_file {
        Scenario::read(path)
    } else {
        Scenario::embedded(model)
    };
    let scenario = scenario.unwrap_or_else(|error| panic!("{error}"));
    let strategy = Strategy::named(strategy).unwrap_or_else(|error| panic!("{error}"));
    let request = Request {
        waits,
        ..Request::default()
    };
    check(&scenario, &strategy, &request, &mut Unwatched)
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
/// If it has none; the message shows what was found.
#[track_caller]
pub fn require_refuted(report: &CheckReport, property: &str) {
    let known = Property::named(property);
    let property = known.unwrap_or_else(|| panic!("unknown property `{property}`"));
    let refuted = report
        .counterexamples
        .iter()
        .any(|found| found.property == property);
    let expected = format!("VIOLATED {}", property.name());
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
    let embedded = Scenario::embedded_names().any(|name| name == scenario);
    let path = format!("{scenario}.toml");
    let model = (!embedded).then_some(path.as_str());
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
        $crate::testing::require_proved(&$crate::testing::check_model($model, $strategy, $waits))
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
        let message = message(|| crate::assert_proves!(HEADLINE, "shared-handle"));

        for part in [
            "expected PROVED, found VIOLATED",
            "TXN_IN_PROGRESS",
            "selvedge replay sv2:",
        ] {
            assert!(message.contains(part), "{part} in {message}");
        }
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
