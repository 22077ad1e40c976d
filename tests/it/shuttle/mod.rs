//! Shuttle's explorers: the same programs, written once with the seam, on the controlled runtime
//! and as tasks of shuttle.

mod natively;
mod programs;
mod samplers;
mod scenarios;
mod twins;

use std::ops::ControlFlow;
use std::sync::Arc;

use selvedge::execution::Execution;
use selvedge::explore::Bounds;
use selvedge::explore::DfsExplorer;
use selvedge::explore::Executions;
use selvedge::explore::ExplorerKind;
use selvedge::explore::NativeSchedule;
use selvedge::explore::ShuttleExecutions;
use selvedge::explore::ShuttleSearch;
use selvedge::explore::Tally;
use selvedge::explore::Unwatched;
use selvedge::explore::go_through;
use selvedge::explore::search;
use selvedge::runtime::Waits;
use selvedge::runtime::controlled::Finish;
use selvedge::runtime::controlled::Limits;
use selvedge::runtime::controlled::Machine;
use selvedge::runtime::controlled::Start;
use selvedge::runtime::controlled::System;

const BOTH: [Waits; 2] = [Waits::Sufficient, Waits::MayExpire];

/// A program on both runtimes.
struct Twin {
    name: &'static str,
    controlled: Box<dyn System>,
    shuttle: Start,
}

impl Twin {
    fn new(name: &'static str, controlled: fn() -> Finish, shuttle: fn() -> Finish) -> Self {
        Self {
            name,
            controlled: Box::new(controlled),
            shuttle: Arc::new(shuttle),
        }
    }
}

/// Everything that a search saw: its executions in order of schedule.
#[derive(Debug, PartialEq)]
struct Seen {
    tally: Tally,
    executions: Vec<Execution>,
    natives: Vec<NativeSchedule>,
}

fn collect(executions: &mut dyn Executions, bounds: &Bounds) -> Seen {
    let (mut seen, mut natives) = (Vec::new(), Vec::new());
    let tally = go_through(executions, (bounds, &mut Unwatched), |ran| {
        seen.push(ran.execution.clone());
        natives.extend(ran.native.cloned());
        ControlFlow::Continue(())
    });
    Seen {
        tally,
        executions: seen,
        natives,
    }
}

fn by_schedule(mut executions: Vec<Execution>) -> Vec<Execution> {
    executions.sort_by_key(Execution::schedule);
    executions
}

fn by(kind: ExplorerKind, twin: &Twin, waits: Waits, bounds: &Bounds) -> Seen {
    let search = ShuttleSearch {
        kind,
        waits,
        seed: 7,
        keep_native: true,
    };
    let start = Start::clone(&twin.shuttle);
    collect(&mut ShuttleExecutions::new(start, search, bounds), bounds)
}

/// What shuttle's depth-first search sees.
fn shuttle_dfs(twin: &Twin, waits: Waits, bounds: &Bounds) -> (Tally, Vec<Execution>) {
    let seen = by(ExplorerKind::ShuttleDfs, twin, waits, bounds);
    (seen.tally, by_schedule(seen.executions))
}

/// What the oracle sees.
fn dfs(twin: &Twin, waits: Waits, bounds: &Bounds) -> (Tally, Vec<Execution>) {
    let limits = Limits {
        waits,
        steps_max: bounds.steps_max,
    };
    let mut seen = Vec::new();
    let tally = search(
        &mut Machine::new(limits),
        &*twin.controlled,
        &mut DfsExplorer::default(),
        (bounds, &mut Unwatched),
        |execution| {
            seen.push(execution.clone());
            ControlFlow::Continue(())
        },
    );
    (tally, by_schedule(seen))
}
