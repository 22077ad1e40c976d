//! What an explorer sees of a small program: the tally, the classes, the outcomes.

use std::collections::BTreeSet;
use std::hash::Hash;
use std::hash::Hasher;
use std::ops::ControlFlow;

use selvedge::execution::Access;
use selvedge::execution::Execution;
use selvedge::execution::Outcome;
use selvedge::execution::Step;
use selvedge::explore::Bounds;
use selvedge::explore::DfsExplorer;
use selvedge::explore::DporExplorer;
use selvedge::explore::Explorer;
use selvedge::explore::SourceExplorer;
use selvedge::explore::Tally;
use selvedge::explore::Unwatched;
use selvedge::explore::search;
use selvedge::runtime::Waits;
use selvedge::runtime::controlled::Limits;
use selvedge::runtime::controlled::Machine;
use selvedge::runtime::controlled::System;

/// What an exploration of a small program saw.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) tally: Tally,
    /// The different classes of equivalent executions.
    pub(crate) traces: BTreeSet<Vec<u64>>,
    /// The different outcomes.
    pub(crate) outcomes: BTreeSet<Outcome>,
}

pub(crate) fn machine(waits: Waits) -> Machine {
    Machine::new(Limits {
        waits,
        steps_max: 10_000,
    })
}

pub(crate) fn explore<E: Explorer>(program: &dyn System, waits: Waits, mut explorer: E) -> Seen {
    explore_up_to(program, waits, &mut explorer, u64::MAX)
}

pub(crate) fn explore_up_to<E: Explorer>(
    program: &dyn System,
    waits: Waits,
    explorer: &mut E,
    executions_max: u64,
) -> Seen {
    let mut traces = BTreeSet::new();
    let mut outcomes = BTreeSet::new();
    let bounds = Bounds {
        executions_max,
        ..Bounds::default()
    };
    let watch = &mut Unwatched;
    let tally = search(
        &mut machine(waits),
        program,
        explorer,
        (&bounds, watch),
        |execution| {
            traces.insert(trace_class(execution));
            outcomes.insert(execution.outcome());
            ControlFlow::Continue(())
        },
    );
    Seen {
        tally,
        traces,
        outcomes,
    }
}

pub(crate) fn dpor(program: &dyn System, waits: Waits) -> Seen {
    explore(program, waits, DporExplorer::new(waits))
}

pub(crate) fn source(program: &dyn System, waits: Waits) -> Seen {
    explore(program, waits, SourceExplorer::new(waits))
}

pub(crate) fn dfs(program: &dyn System, waits: Waits) -> Seen {
    explore(program, waits, DfsExplorer::default())
}

/// The class of equivalent executions that this one is in: for each step, named by thread and
/// number, what it did and which earlier steps it directly depends on, in no order. Made from the
/// definition of dependence alone, not from anything the explorers compute.
///
/// Two sums of 64 bits stand for the whole, so that millions of executions can be told apart
/// quickly; and one bit for whether somebody is stuck.
pub(crate) fn trace_class(execution: &Execution) -> Vec<u64> {
    trace_class_in(execution, &mut Vec::new()).to_vec()
}

/// The same, with a buffer.
pub(crate) fn trace_class_in(execution: &Execution, names: &mut Vec<u64>) -> [u64; 3] {
    let steps = &execution.steps;
    let mut counts = [0_u64; 64];
    names.clear();
    let mut class = [0_u64; 2];
    for (index, step) in steps.iter().enumerate() {
        let count = &mut counts[step.thread.index()];
        *count += 1;
        names.push(mixed(*count << 8 | u64::from(step.thread.byte())));
        let before = (0..index).filter(|&i| dependent(&steps[i], step));
        let before = before.fold(0_u64, |sum, i| sum.wrapping_add(mixed(names[i])));
        let mut hasher = Fnv(0xCBF2_9CE4_8422_2325);
        (names[index], step.operation, step.alternative, before).hash(&mut hasher);
        class[0] = class[0].wrapping_add(mixed(hasher.0));
        class[1] = class[1].wrapping_add(mixed(hasher.0 ^ 0x5555_5555_5555_5555));
    }
    let stuck = u64::from(execution.end.is_stuck());
    [class[0], class[1], stuck]
}

/// Fowler, Noll, Vo: quick, and the same everywhere.
struct Fnv(u64);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }
}

const fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

fn dependent(a: &Step, b: &Step) -> bool {
    if a.thread == b.thread || a.footprint.is_everything() || b.footprint.is_everything() {
        return true;
    }
    a.footprint.iter().any(|mine| {
        b.footprint.iter().any(|theirs| {
            let looks = |access| access == Access::Read;
            let commutes = |access| matches!(access, Access::Commute | Access::Leave);
            let both = |is: fn(Access) -> bool| is(mine.access) && is(theirs.access);
            mine.object == theirs.object && !both(looks) && !both(commutes)
        })
    })
}
