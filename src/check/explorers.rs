//! The executions that each explorer chooses.

use crate::explore::Bounds;
use crate::explore::DfsExplorer;
use crate::explore::DporExplorer;
use crate::explore::Executions;
use crate::explore::ExplorerKind;
use crate::explore::IcbExplorer;
use crate::explore::RandomExplorer;
use crate::explore::Reruns;
use crate::explore::SourceExplorer;
#[cfg(not(feature = "second-opinions"))]
use crate::explore::Unable;
#[cfg(not(feature = "second-opinions"))]
use crate::explore::Unsuitability;
use crate::explore::on_machine;
use crate::program::Program;
use crate::runtime::controlled::Limits;

use super::Request;
#[cfg(feature = "second-opinions")]
use super::libraries::by_library;

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
    (bounds, reruns): (&Bounds, Reruns),
) -> Box<dyn Executions + 'p> {
    let Request {
        waits,
        explorer,
        seed,
        ..
    } = request;
    let limits = limits(request);
    match *explorer {
        ExplorerKind::Dpor => Box::new(on_machine(
            limits,
            program,
            DporExplorer::new(*waits),
            reruns,
        )),
        ExplorerKind::Source => Box::new(on_machine(
            limits,
            program,
            SourceExplorer::new(*waits),
            reruns,
        )),
        ExplorerKind::Icb => {
            let icb = IcbExplorer::new(bounds.preemptions_max);
            Box::new(on_machine(limits, program, icb, reruns))
        }
        ExplorerKind::Dfs => Box::new(on_machine(limits, program, DfsExplorer::default(), reruns)),
        ExplorerKind::Random => {
            let random = RandomExplorer::new(*seed, bounds.executions_max);
            Box::new(on_machine(limits, program, random, reruns))
        }
        ExplorerKind::Loom
        | ExplorerKind::ShuttleRandom
        | ExplorerKind::ShuttlePct
        | ExplorerKind::ShuttleUrw
        | ExplorerKind::ShuttleDfs => by_library(program, request, bounds),
    }
}

/// Loom and shuttle are not there.
#[cfg(not(feature = "second-opinions"))]
fn by_library(_: &Program, _: &Request, _: &Bounds) -> Box<dyn Executions> {
    Box::new(Unable(Unsuitability::NotBuiltIn))
}
