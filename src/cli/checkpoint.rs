//! Loom's checkpoint beside a schedule. Only with the feature `second-opinions`.

use std::path::PathBuf;
use std::sync::Arc;

use crate::explore::NativeSchedule;
use crate::explore::loom_checkpoint;
use crate::program::Program;
use crate::report::Counterexample;
use crate::runtime::Waits;
use crate::runtime::locked::Loom;
use crate::scenario::Scenario;
use crate::strategy::Strategy;
use crate::wfp::Ledger;

use super::error::CliError;
use super::files::write_file_by;

/// Adds the path of loom's checkpoint to that of the schedule, and writes it, if loom found the
/// counterexample.
pub(super) fn with_checkpoint(
    mut paths: Vec<PathBuf>,
    (scenario, strategy, waits): (&Scenario, &Strategy, Waits),
    found: &Counterexample,
) -> Result<Vec<PathBuf>, CliError> {
    if let Some(NativeSchedule::Loom { script, iteration }) = &found.native {
        let beside = paths[0].with_extension("loom.json");
        let ledger = Arc::new(Ledger::new(found.circumstances.clone(), false));
        let program = Program::new(scenario.workload(), strategy, &ledger);
        let start = program.starter::<Loom>();
        write_file_by(&beside, |fresh| {
            loom_checkpoint(&start, waits, script, *iteration, fresh)
        })?;
        paths.push(beside);
    }
    Ok(paths)
}
