//! A folder of schedules of models that once failed: replayed before anything is searched.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use crate::case::Case;
use crate::property::Violation;
use crate::replay::Ending;
use crate::replay::Of;
use crate::replay::RecordedSchedule;
use crate::replay::keep as keep_schedule;
use crate::replay::replay;
use crate::replay::schedules;
use crate::report::Counterexample;
use crate::report::waits_name;
use crate::runtime::Waits;
use crate::scenario::Scenario;
use crate::strategy::Strategy;

/// A schedule that still fails.
pub(super) struct Regression {
    pub(super) path: PathBuf,
    pub(super) recorded: RecordedSchedule,
    pub(super) scenario: Scenario,
    pub(super) violation: Violation,
    pub(super) execution: crate::execution::Execution,
}

/// The first schedule of the folder, by name, that is of this scenario, strategy and reading of
/// waits and still fails. A folder that is not there has none.
///
/// # Panics
///
/// If a schedule file cannot be read: it says which, and what to do.
pub(super) fn first_failing(
    folder: &Path,
    scenario: &Scenario,
    strategy: &Strategy,
    waits: Waits,
) -> Option<Regression> {
    schedules(folder, Of::Model).into_iter().find_map(|path| {
        let recorded = read(&path);
        let (model, _) = Scenario::split_name(&recorded.model);
        let is_meant =
            model == scenario.name() && recorded.strategy == *strategy && recorded.waits == waits;
        if !is_meant {
            return None;
        }
        // A part that the model has no more cannot be left out: the schedule is of another time.
        let smaller = recorded.scenario(Some(scenario.clone())).ok()?;
        let replayed = replay(&recorded, &smaller);
        let Ending::Reproduced(violation) = replayed.ending else {
            return None;
        };
        Some(Regression {
            path,
            recorded,
            scenario: smaller,
            violation,
            execution: replayed.execution,
        })
    })
}

fn read(path: &Path) -> RecordedSchedule {
    let name = path.display();
    let text = fs::read_to_string(path);
    let text = text.unwrap_or_else(|error| panic!("cannot read the regression `{name}`: {error}"));
    let schedule = RecordedSchedule::from_file_text(&name.to_string(), &text);
    schedule.unwrap_or_else(|error| {
        panic!("the regression `{name}` is no schedule: {error}; remove it, or record it again")
    })
}

/// Keeps a counterexample in the folder, which is made if need be. Returns the path of its file.
pub(super) fn keep(
    folder: &Path,
    scenario: &Scenario,
    strategy: &Strategy,
    waits: Waits,
    found: &Counterexample,
) -> io::Result<PathBuf> {
    let smaller = scenario.without(&found.explained.omitted);
    let smaller = smaller.expect("a counterexample leaves out what there is");
    let broken = (found.property, found.status);
    let case = Case {
        scenario: &smaller,
        strategy,
        waits,
        circumstances: &found.circumstances,
    };
    let recorded = RecordedSchedule::of(case, broken, &found.execution);
    let text = recorded.to_file_text(&smaller);
    let names = [
        scenario.name(),
        strategy.name,
        waits_name(waits),
        found.property.name(),
    ];
    keep_schedule(folder, Of::Model, &names, &text)
}

#[cfg(test)]
mod tests {
    use crate::testing::check_model;

    use super::*;

    const MODEL: &str = "direct/connect4_connect6";

    fn bug() -> (Scenario, Strategy, Counterexample) {
        let report = check_model(MODEL, "shared-handle", Waits::Sufficient);
        let scenario = Scenario::embedded(MODEL).unwrap();
        let strategy = Strategy::named("shared-handle").unwrap();
        (scenario, strategy, report.counterexamples[0].clone())
    }

    #[test]
    fn what_is_kept_fails_again_and_is_kept_once() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("regressions");
        let (scenario, strategy, found) = bug();
        let keep = |found| keep(&folder, &scenario, &strategy, Waits::Sufficient, found);

        let path = keep(&found).unwrap();
        let bytes = fs::read(&path).unwrap();
        assert_eq!(keep(&found).unwrap(), path);
        assert_eq!(schedules(&folder, Of::Model), std::slice::from_ref(&path));
        assert_eq!(fs::read(&path).unwrap(), bytes);

        let first = first_failing(&folder, &scenario, &strategy, Waits::Sufficient).unwrap();
        assert_eq!((first.path, first.execution), (path, found.execution));
        let locked = Strategy::named("push-lock").unwrap();
        assert!(first_failing(&folder, &scenario, &locked, Waits::Sufficient).is_none());
        assert!(first_failing(&folder, &scenario, &strategy, Waits::MayExpire).is_none());
    }

    #[test]
    #[should_panic(expected = "remove it, or record it again")]
    fn a_broken_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("x.schedule"), "half").unwrap();
        let (scenario, strategy, _) = bug();

        first_failing(folder.path(), &scenario, &strategy, Waits::Sufficient);
    }
}
