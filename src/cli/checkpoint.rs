//! Loom's checkpoint beside a schedule. Only with the feature `second-opinions`.

use std::path::PathBuf;

use crate::case::Case;
use crate::explore::NativeSchedule;
use crate::explore::loom_checkpoint;
use crate::report::Counterexample;
use crate::runtime::locked::Loom;

use super::error::CliError;
use super::files::write_file_by;

/// Adds the path of loom's checkpoint to that of the schedule, and writes it, if loom found the
/// counterexample.
pub(super) fn with_checkpoint(
    mut paths: Vec<PathBuf>,
    case: Case<'_>,
    found: &Counterexample,
) -> Result<Vec<PathBuf>, CliError> {
    if let Some(NativeSchedule::Loom { script, iteration }) = &found.native {
        let beside = paths[0].with_extension("loom.json");
        let program = case.program_that_keeps(false);
        let start = program.starter::<Loom>();
        write_file_by(&beside, |fresh| {
            loom_checkpoint(&start, case.waits, script, *iteration, fresh)
        })?;
        paths.push(beside);
    }
    Ok(paths)
}
