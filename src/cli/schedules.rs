//! Schedules as files: each counterexample with the model it belongs to, so that it replays
//! anywhere.

use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use crate::case::Case;
use crate::explore::NativeSchedule;
use crate::replay::RecordedSchedule;
use crate::replay::ShuttleSchedule;
use crate::replay::file_name;
use crate::report::CheckReport;
use crate::report::Counterexample;
use crate::report::waits_name;
use crate::runtime::Waits;
use crate::scenario::Scenario;
use crate::strategy::Strategy;

#[cfg(feature = "second-opinions")]
use super::checkpoint::with_checkpoint;
use super::console::Console;
use super::error::CliError;
use super::files::make_directory;
use super::files::write_file;

/// A directory that schedules are written into. No two schedules of one run get the same name.
#[derive(Debug)]
pub(super) struct ScheduleDirectory {
    path: PathBuf,
    names: BTreeSet<String>,
}

impl ScheduleDirectory {
    /// Makes the directory, if need be.
    pub(super) fn open(path: &Path) -> Result<Self, CliError> {
        make_directory(path)?;
        Ok(Self {
            path: path.to_owned(),
            names: BTreeSet::new(),
        })
    }

    /// Writes the schedules of all counterexamples, and returns their paths in the same order;
    /// after that of a schedule, that of loom's checkpoint if there is one. Last comes the schedule
    /// of an execution that one of two explorers lacks.
    fn save(
        &mut self,
        scenario: &Scenario,
        report: &CheckReport,
    ) -> Result<Vec<PathBuf>, CliError> {
        let strategy = Strategy::named(&report.strategy);
        let strategy = strategy.expect("only known strategies are compared");
        let mut paths = Vec::new();
        for found in &report.counterexamples {
            paths.extend(self.save_one(scenario, &strategy, report.waits, found)?);
        }
        if let Some(found) = &report.disagreement {
            let lacks = format!("{}-lacks", found.lacks.name());
            let waits = waits_name(report.waits);
            let stem = file_name(&[scenario.name(), strategy.name, waits, &lacks]);
            let name = self.free_name(&stem);
            let path = self.path.join(name);
            write_file(&path, found.file.as_bytes())?;
            paths.push(path);
        }
        Ok(paths)
    }

    /// The same, and names each file on stderr.
    pub(super) fn save_and_tell(
        &mut self,
        scenario: &Scenario,
        report: &CheckReport,
        console: &mut Console<'_>,
    ) -> Result<(), CliError> {
        for path in self.save(scenario, report)? {
            writeln!(console.err.writer, "wrote {}", path.display())?;
        }
        Ok(())
    }

    /// Writes the schedule of one counterexample, and what belongs beside it. Returns the paths.
    pub(super) fn save_one(
        &mut self,
        scenario: &Scenario,
        strategy: &Strategy,
        waits: Waits,
        found: &Counterexample,
    ) -> Result<Vec<PathBuf>, CliError> {
        let broken = (found.property, found.status);
        let smaller = scenario.without(&found.explained.omitted);
        let smaller = smaller.expect("a counterexample leaves out what there is");
        let case = Case {
            scenario: &smaller,
            strategy,
            waits,
            circumstances: &found.circumstances,
        };
        let mut recorded = RecordedSchedule::of(case, broken, &found.execution);
        if let Some(NativeSchedule::Shuttle { script, encoded }) = &found.native {
            recorded.shuttle = Some(ShuttleSchedule {
                script: script.clone(),
                encoded: encoded.clone(),
            });
        }
        let stem = file_name(&[
            scenario.name(),
            strategy.name,
            waits_name(waits),
            found.property.name(),
        ]);
        let name = self.free_name(&stem);
        let path = self.path.join(name);
        write_file(&path, recorded.to_file_text(scenario).as_bytes())?;
        let paths = vec![path];
        #[cfg(feature = "second-opinions")]
        let paths = with_checkpoint(paths, case.on(scenario), found)?;
        Ok(paths)
    }

    fn free_name(&mut self, stem: &str) -> String {
        let numbered = (2_u32..).map(|number| format!("{stem}-{number}.schedule"));
        let mut names = std::iter::once(format!("{stem}.schedule")).chain(numbered);
        let free = names
            .find(|name| !self.names.contains(name))
            .expect("numbers do not end");
        self.names.insert(free.clone());
        free
    }
}
