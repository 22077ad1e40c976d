//! The executions that each explorer chooses.

use crate::explore::Bounds;
use crate::explore::Choosing;
use crate::explore::Executions;
use crate::explore::Reruns;
#[cfg(not(feature = "second-opinions"))]
use crate::explore::Unable;
#[cfg(not(feature = "second-opinions"))]
use crate::explore::Unsuitability;
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
    bounds: &Bounds,
    reruns: Reruns,
) -> Box<dyn Executions + 'p> {
    let choosing = Choosing {
        explorer: request.explorer,
        limits: limits(request),
        bounds,
        seed: request.seed,
    };
    let own = choosing.executions(program, reruns);
    own.unwrap_or_else(|| by_library(program, request, bounds))
}

/// Loom and shuttle are not there.
#[cfg(not(feature = "second-opinions"))]
fn by_library(_: &Program, _: &Request, _: &Bounds) -> Box<dyn Executions> {
    Box::new(Unable(Unsuitability::NotBuiltIn))
}
