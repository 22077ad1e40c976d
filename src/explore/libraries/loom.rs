//! Loom's own search, as a second opinion on small systems.
//!
//! Loom knows no choices. So it searches once for each script of them: first with every choice as
//! it comes, then with the scripts that this search has shown to be missing, until none is. What it
//! has seen is everything if each of these searches has seen everything.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use thiserror::Error;

use crate::explore::Coverage;
use crate::explore::Executions;
use crate::explore::Limit;
use crate::explore::NativeSchedule;
use crate::explore::Unable;
use crate::explore::Unsuitability;
use crate::runtime::Script;
use crate::runtime::Waits;
use crate::runtime::controlled::Start;
use crate::runtime::locked::LOOM_THREADS_MAX;
use crate::runtime::locked::LoomEnd;
use crate::runtime::locked::LoomRun;
use crate::runtime::locked::search_with_loom;

use super::elsewhere::ForeignSearch;
use super::elsewhere::Outlet;
use super::elsewhere::Sent;

/// After how many steps an execution under loom is cut off: its branch points take memory that it
/// sets aside beforehand.
pub const LOOM_STEPS_MAX: u32 = 10_000;

/// The executions of loom's search of a system that has at most so many threads at a time, deferred
/// work included.
///
/// An execution is cut off after `steps_max` steps, or [`LOOM_STEPS_MAX`] if that is less.
pub fn loom_executions(
    start: Start,
    threads: usize,
    waits: Waits,
    steps_max: u32,
) -> Box<dyn Executions> {
    if threads > LOOM_THREADS_MAX {
        let why = Unsuitability::Threads {
            needs: threads,
            has: LOOM_THREADS_MAX,
        };
        return Box::new(Unable(why));
    }
    Box::new(ForeignSearch::start(move |outlet| {
        search(&start, waits, steps_max, &outlet)
    }))
}

fn search(start: &Start, waits: Waits, steps_max: u32, outlet: &Outlet) -> Coverage {
    let mut scripts = VecDeque::from([Script::default()]);
    let mut limit = None;
    while let Some(script) = scripts.pop_front() {
        let run = LoomRun {
            start: Arc::clone(start),
            waits,
            script: script.clone(),
            steps_max: steps_max.min(LOOM_STEPS_MAX),
            checkpoint: None,
        };
        let outlet = outlet.clone();
        let visit = move |execution, iteration| {
            let script = script.clone();
            let native = Some(NativeSchedule::Loom { script, iteration });
            outlet.send(Sent { execution, native })
        };
        let (end, met) = search_with_loom(run, Box::new(visit));
        let reached = match end {
            LoomEnd::Complete => None,
            LoomEnd::Stopped => return Coverage::Exhausted,
            LoomEnd::Steps if steps_max <= LOOM_STEPS_MAX => Some(Limit::Steps(steps_max)),
            LoomEnd::Steps => Some(Limit::LoomSteps(LOOM_STEPS_MAX)),
            LoomEnd::FiniteWait => Some(Limit::FiniteWait),
            LoomEnd::Environment => {
                return Coverage::Unsuitable(Unsuitability::Environment("a variable LOOM_*"));
            }
            LoomEnd::Panicked(_) => Some(Limit::Library("loom")),
        };
        limit = limit.or(reached);
        scripts.extend(met.others());
    }
    limit.map_or(Coverage::Exhausted, Coverage::Bounded)
}

/// Why loom left no checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// Loom would go on from what is there.
    #[error("there is a file already")]
    Exists,
    /// The search ended before.
    #[error("loom ended before its execution {0}")]
    NotReached(u64),
}

/// Makes loom leave the checkpoint from which its next execution is this one: a file of JSON, of
/// loom's own form. Loom searches again, up to that execution.
///
/// # Errors
///
/// [`CheckpointError::Exists`] if there is a file of this name, and [`CheckpointError::NotReached`]
/// if there is no such execution, or the file cannot be written.
pub fn loom_checkpoint(
    start: &Start,
    waits: Waits,
    script: &Script,
    iteration: u64,
    path: &Path,
) -> Result<(), CheckpointError> {
    if path.exists() {
        return Err(CheckpointError::Exists);
    }
    let run = LoomRun {
        start: Arc::clone(start),
        waits,
        script: script.clone(),
        steps_max: LOOM_STEPS_MAX,
        checkpoint: Some((path.to_owned(), iteration)),
    };
    // Loom also leaves a checkpoint where a multiple of the number is, but stops at the first.
    search_with_loom(run, Box::new(|_, _| true));
    if path.exists() {
        Ok(())
    } else {
        Err(CheckpointError::NotReached(iteration))
    }
}

#[cfg(test)]
mod tests {
    use parking_lot::Mutex;

    use super::*;
    use crate::execution::Execution;
    use crate::explore::Bounds;
    use crate::explore::Unwatched;
    use crate::explore::go_through;
    use crate::program::Program;
    use crate::property::judge;
    use crate::runtime::locked::Loom;
    use crate::scenario::Scenario;
    use crate::strategy::Strategy;

    fn race() -> Start {
        let scenario = Scenario::embedded("direct/connect4_connect6").unwrap();
        let strategy = Strategy::named("shared-handle").unwrap();
        Program::new(scenario.workload(), &strategy, &Arc::default()).starter::<Loom>()
    }

    /// Every execution of the race, and how loom gets to it.
    fn all() -> Vec<(Execution, Script, u64)> {
        let mut executions = loom_executions(race(), 2, Waits::Sufficient, LOOM_STEPS_MAX);
        let mut all = Vec::new();
        let bounds = Bounds::default();
        let tally = go_through(&mut *executions, (&bounds, &mut Unwatched), |ran| {
            let Some(NativeSchedule::Loom { script, iteration }) = ran.native else {
                panic!("{:?}", ran.native);
            };
            all.push((ran.execution.clone(), script.clone(), *iteration));
            std::ops::ControlFlow::Continue(())
        });
        assert_eq!(tally.coverage, Coverage::Exhausted);
        all
    }

    /// The first execution of a search that goes on from a checkpoint.
    fn first_from(path: &Path, script: Script) -> Execution {
        let run = LoomRun {
            start: race(),
            waits: Waits::Sufficient,
            script,
            steps_max: LOOM_STEPS_MAX,
            checkpoint: Some((path.to_owned(), u64::MAX)),
        };
        let first = Arc::new(Mutex::new(None));
        let taken = Arc::clone(&first);
        let visit = move |execution, _| {
            taken.lock().get_or_insert(execution);
            false
        };
        let (end, _) = search_with_loom(run, Box::new(visit));
        assert_eq!(end, LoomEnd::Stopped);
        first.lock().take().unwrap()
    }

    /// Each failing execution is the first of the search that goes on from its checkpoint; so is
    /// loom's very first, before which it leaves a checkpoint, too.
    #[test]
    fn a_search_from_a_checkpoint_begins_with_the_execution() {
        let folder = tempfile::tempdir().unwrap();
        let all = all();
        let failing = all.iter().filter(|(run, ..)| !judge(run).is_empty());
        let mut checked = 0;
        for (execution, script, iteration) in all.iter().take(1).chain(failing.take(5)) {
            let path = folder.path().join(format!("{checked}.json"));
            let left = loom_checkpoint(&race(), Waits::Sufficient, script, *iteration, &path);
            assert_eq!(left, Ok(()));
            assert_eq!(first_from(&path, script.clone()), *execution);
            checked += 1;
        }
        assert_eq!(checked, 6);
    }

    #[test]
    fn a_checkpoint_is_new_and_of_an_execution_that_there_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json");
        let leave = |iteration| {
            let script = Script::default();
            loom_checkpoint(&race(), Waits::Sufficient, &script, iteration, &path)
        };

        assert_eq!(leave(1_000), Err(CheckpointError::NotReached(1_000)));
        assert_eq!(leave(2), Ok(()));
        assert_eq!(leave(2), Err(CheckpointError::Exists));
    }
}
