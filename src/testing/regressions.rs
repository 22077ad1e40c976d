//! A folder of schedules that once failed: replayed before anything is searched, and added to.
//!
//! A schedule is a file of its own, named for what it is of and for its bytes. So an old file is
//! never changed, and two tests that find the same at once write the same. A file appears whole or
//! not at all.

use std::fs;
use std::fs::File;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use sha2::Digest;
use sha2::Sha256;

use crate::property::Violation;
use crate::replay::Ending;
use crate::replay::RecordedSchedule;
use crate::replay::replay;
use crate::report::Counterexample;
use crate::report::waits_name;
use crate::runtime::Waits;
use crate::scenario::Scenario;
use crate::strategy::Strategy;

/// What the name of a schedule file ends with.
const EXTENSION: &str = "schedule";

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
    schedules(folder).into_iter().find_map(|path| {
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

/// The schedule files of a folder, sorted by name.
fn schedules(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_schedule = |path: &PathBuf| path.extension().is_some_and(|it| it == EXTENSION);
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(is_schedule)
        .collect();
    paths.sort_unstable();
    paths
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
    (scenario, strategy, waits): (&Scenario, &Strategy, Waits),
    found: &Counterexample,
) -> io::Result<PathBuf> {
    let smaller = scenario.without(&found.explained.omitted);
    let smaller = smaller.expect("a counterexample leaves out what there is");
    let broken = (found.property, found.status);
    let under = (waits, &found.circumstances);
    let recorded = RecordedSchedule::of(&smaller, strategy, under, broken, &found.execution);
    let text = recorded.to_file_text(&smaller);
    let parts = [
        safe(scenario.name()),
        safe(strategy.name),
        waits_name(waits).to_owned(),
        found.property.name().to_owned(),
        digest(&text),
        EXTENSION.to_owned(),
    ];
    let path = folder.join(parts.join("."));
    if fs::read(&path).is_ok_and(|known| known == text.as_bytes()) {
        return Ok(path);
    }
    fs::create_dir_all(folder)?;
    write_whole(&path, text.as_bytes())?;
    Ok(path)
}

/// Writes a file under another name and then gives it its own.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = path.with_extension(format!("{}.fresh", std::process::id()));
    let written = File::create(&fresh).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let moved = written.and_then(|()| fs::rename(&fresh, path));
    if moved.is_err() {
        // What is half-written is nobody's.
        drop(fs::remove_file(&fresh));
    }
    moved
}

/// A name as a part of a file's name, on any system. Only the last bytes of a long one are kept.
fn safe(name: &str) -> String {
    const BYTES_MAX: usize = 80;
    let safe = |character: char| match character {
        '/' | '\\' => '.',
        other if other.is_ascii_alphanumeric() || "-_.".contains(other) => other,
        _ => '-',
    };
    let name: String = name.chars().map(safe).collect();
    let kept = &name[name.len().saturating_sub(BYTES_MAX)..];
    kept.trim_start_matches(['.', '-']).to_owned()
}

/// The first 8 digits of the SHA-256 of a text.
fn digest(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    let first = hash.first_chunk().expect("a hash has 32 bytes");
    format!("{:08x}", u32::from_be_bytes(*first))
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
        let of = (&scenario, &strategy, Waits::Sufficient);

        let path = keep(&folder, of, &found).unwrap();
        let bytes = fs::read(&path).unwrap();
        assert_eq!(keep(&folder, of, &found).unwrap(), path);
        assert_eq!(schedules(&folder), std::slice::from_ref(&path));
        assert_eq!(fs::read(&path).unwrap(), bytes);

        let first = first_failing(&folder, &scenario, &strategy, Waits::Sufficient).unwrap();
        assert_eq!((first.path, first.execution), (path, found.execution));
        let locked = Strategy::named("push-lock").unwrap();
        assert!(first_failing(&folder, &scenario, &locked, Waits::Sufficient).is_none());
        assert!(first_failing(&folder, &scenario, &strategy, Waits::MayExpire).is_none());
    }

    #[test]
    fn a_file_that_cannot_get_its_name_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("taken.schedule");
        fs::create_dir(&taken).unwrap();

        assert!(write_whole(&taken, b"text").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    #[should_panic(expected = "remove it, or record it again")]
    fn a_broken_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("x.schedule"), "half").unwrap();
        let (scenario, strategy, _) = bug();

        first_failing(folder.path(), &scenario, &strategy, Waits::Sufficient);
    }

    #[test]
    fn a_folder_that_is_not_there_has_no_regressions() {
        assert_eq!(
            schedules(Path::new("no/such/folder")),
            [""; 0].map(PathBuf::from)
        );
    }
}
