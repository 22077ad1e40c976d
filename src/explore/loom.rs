//! Loom's own search, as a second opinion on small systems.
//!
//! Loom knows no choices. So it searches once for each script of them: first with every choice as
//! it comes, then with the scripts that this search has shown to be missing, until none is. What it
//! has seen is everything if each of these searches has seen everything.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::runtime::Script;
use crate::runtime::Waits;
use crate::runtime::controlled::Start;
use crate::runtime::locked::LOOM_THREADS_MAX;
use crate::runtime::locked::LoomEnd;
use crate::runtime::locked::LoomRun;
use crate::runtime::locked::search_with_loom;

use super::Coverage;
use super::Executions;
use super::Limit;
use super::NativeSchedule;
use super::Ran;
use super::Unsuitability;
use super::elsewhere::Elsewhere;
use super::elsewhere::Outlet;
use super::elsewhere::Sent;

/// After how many steps an execution under loom is cut off: its branch points take memory that it
/// sets aside beforehand.
pub const LOOM_STEPS_MAX: u32 = 10_000;

/// The executions of loom's search of a system that has at most so many threads at a time, deferred
/// work included.
pub fn loom_executions(start: Start, threads: usize, waits: Waits) -> Box<dyn Executions> {
    if threads > LOOM_THREADS_MAX {
        let why = Unsuitability::Threads {
            needs: threads,
            has: LOOM_THREADS_MAX,
        };
        return Box::new(Unable(why));
    }
    Box::new(Elsewhere::start(move |outlet| {
        search(&start, waits, &outlet)
    }))
}

/// No executions, and why.
#[derive(Debug)]
pub(super) struct Unable(pub(super) Unsuitability);

impl Executions for Unable {
    fn advance(&mut self) -> bool {
        false
    }

    fn run(&mut self) -> Ran<'_> {
        unreachable!("internal bug: there is no execution")
    }

    fn coverage(&self) -> Coverage {
        Coverage::Unsuitable(self.0)
    }
}

fn search(start: &Start, waits: Waits, outlet: &Outlet) -> Coverage {
    let mut scripts = VecDeque::from([Script::default()]);
    let mut limit = None;
    while let Some(script) = scripts.pop_front() {
        let run = LoomRun {
            start: Arc::clone(start),
            waits,
            script: script.clone(),
            steps_max: LOOM_STEPS_MAX,
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
