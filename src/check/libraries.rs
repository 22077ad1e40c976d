//! The executions that loom and shuttle choose. Only with the feature `second-opinions`.

use crate::explore::Bounds;
use crate::explore::Executions;
use crate::explore::ExplorerKind;
use crate::explore::ShuttleExecutions;
use crate::explore::ShuttleSearch;
use crate::explore::loom_executions;
use crate::program::Program;
use crate::runtime::locked::Loom;
use crate::runtime::shuttle::Shuttle;

use super::Request;

/// The executions that loom chooses, or one of shuttle's explorers.
pub(super) fn by_library(
    program: &Program,
    request: &Request,
    bounds: &Bounds,
) -> Box<dyn Executions> {
    let Request {
        waits,
        explorer,
        seed,
        keep,
        ..
    } = request;
    if *explorer == ExplorerKind::Loom {
        let threads = program.workload().threads_started_max();
        let start = program.starter::<Loom>();
        return loom_executions(start, threads, *waits, bounds.steps_max);
    }
    let search = ShuttleSearch {
        kind: *explorer,
        waits: *waits,
        seed: *seed,
        keep_native: keep.native,
    };
    let start = program.starter::<Shuttle>();
    Box::new(ShuttleExecutions::new(start, search, bounds))
}
