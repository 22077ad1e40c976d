//! The executions that each explorer chooses.

use crate::explore::Bounds;
use crate::explore::Choosing;
use crate::explore::Executions;
use crate::explore::ExplorerKind;
use crate::explore::Reruns;
use crate::explore::ShuttleExecutions;
use crate::explore::ShuttleSearch;
use crate::explore::loom_executions;
use crate::program::Program;
use crate::runtime::controlled::Limits;
use crate::runtime::locked::Loom;
use crate::runtime::shuttle::Shuttle;

use super::Request;

/// What shapes every execution of a search on the controlled runtime.
pub(super) const fn limits(request: &Request) -> Limits {
    Limits {
        waits: request.waits,
        steps_max: request.bounds.steps_max,
    }
}

/// The executions that the explorer chooses.
pub(super) fn executions<'p>(
    program: &'p Program,
    request: &Request,
    bounds: &Bounds,
    reruns: Reruns,
) -> Box<dyn Executions + 'p> {
    let Request {
        waits,
        explorer,
        seed,
        keep,
        ..
    } = request;
    let choosing = Choosing {
        explorer: *explorer,
        limits: limits(request),
        bounds,
        seed: *seed,
    };
    if let Some(own) = choosing.executions(program, reruns) {
        return own;
    }
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
