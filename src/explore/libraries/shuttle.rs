//! Shuttle's own searches over the same system under test.
//!
//! Random, PCT (Burckhardt et al., ASPLOS 2010) and URW (Zhao et al., ASPLOS 2025) sample; DFS
//! takes every schedule. Each is shuttle's published scheduler, which is asked for nothing but who
//! takes the next step. A sampler also draws the values of choices; DFS cannot, so there they are
//! made from outside: one whole search for each assignment of those that were met.
//!
//! # What they can miss
//!
//! A sampler misses what it does not draw, and PCT also what it cannot draw: from its second
//! execution on it changes priorities twice, so in a program of few decisions the schedules with
//! fewer changes never come. DFS misses nothing, and takes a schedule again under an assignment
//! that differs only in choices the schedule does not meet.

use std::cell::Cell;
use std::env;
use std::mem::ManuallyDrop;
use std::rc::Rc;

use ::shuttle::scheduler::DfsScheduler;
use ::shuttle::scheduler::PctScheduler;
use ::shuttle::scheduler::RandomScheduler;
use ::shuttle::scheduler::Schedule;
use ::shuttle::scheduler::Scheduler;
use ::shuttle::scheduler::Task;
use ::shuttle::scheduler::TaskId;
use ::shuttle::scheduler::UrwRandomScheduler;
use shuttle_engine::scheduler::serialization::serialize_schedule;
use tracing::Span;

use crate::execution::Execution;
use crate::explore::Bounds;
use crate::explore::Coverage;
use crate::explore::Executions;
use crate::explore::ExplorerKind;
use crate::explore::NativeSchedule;
use crate::explore::Ran;
use crate::explore::Unsuitability;
use crate::runtime::Script;
use crate::runtime::Waits;
use crate::runtime::controlled::Start;
use crate::runtime::shuttle::Choices;
use crate::runtime::shuttle::Hidden;
use crate::runtime::shuttle::Limits;
use crate::runtime::shuttle::run;

use super::elsewhere::ForeignSearch;
use super::elsewhere::Outlet;
use super::elsewhere::Sent;

/// How many orderings PCT looks for at once: what its papers call the depth of a bug.
const PCT_DEPTH: usize = 3;

/// Overrules the seed of every sampler of shuttle's, whatever it is given.
const SEED_VARIABLE: &str = "SHUTTLE_RANDOM_SEED";

/// Makes shuttle's random scheduler write a file.
const FILE_VARIABLE: &str = "SHUTTLE_ALWAYS_PERSIST_SEED";

/// Which search, and what it assumes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShuttleSearch {
    /// One of shuttle's explorers.
    pub kind: ExplorerKind,
    /// How finite waits are read.
    pub waits: Waits,
    /// What a sampler draws with.
    pub seed: u64,
    /// Whether each execution is to come with a [`NativeSchedule`]. It is dear.
    pub keep_native: bool,
}

/// The executions of one of shuttle's explorers.
#[derive(Debug)]
pub struct ShuttleExecutions(ForeignSearch);

impl ShuttleExecutions {
    /// Starts a search, on an operating-system thread of its own. A sampler draws as many
    /// executions as the bounds admit; if an environment variable that it would obey is set, it is
    /// unsuitable.
    ///
    /// # Panics
    ///
    /// If the explorer is none of shuttle's, or the system has no thread to spare.
    pub fn new(start: Start, search: ShuttleSearch, bounds: &Bounds) -> Self {
        let (limits, executions_max) = (limits(search, bounds), bounds.executions_max);
        let executions_max = usize::try_from(executions_max).unwrap_or(usize::MAX);
        let policy = Policy::of(search.kind);
        Self(ForeignSearch::start(move |outlet| {
            let searching = Searching {
                search,
                limits,
                start,
                delivery: Delivery::new(outlet),
            };
            match policy {
                Policy::Exhaust => searching.exhaust(),
                Policy::Sample(sampler) => searching.sample(sampler, executions_max),
            }
        }))
    }
}

impl Executions for ShuttleExecutions {
    fn advance(&mut self) -> bool {
        self.0.advance()
    }

    fn run(&mut self) -> Option<Ran<'_>> {
        self.0.run()
    }

    fn coverage(&self) -> Coverage {
        self.0.coverage()
    }

    fn span(&self) -> Span {
        self.0.span()
    }
}

/// How schedules are chosen.
#[derive(Debug, Clone, Copy)]
enum Policy {
    Exhaust,
    Sample(Sampler),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sampler {
    Random,
    Pct,
    Urw,
}

impl Policy {
    fn of(kind: ExplorerKind) -> Self {
        match kind {
            ExplorerKind::ShuttleRandom => Self::Sample(Sampler::Random),
            ExplorerKind::ShuttlePct => Self::Sample(Sampler::Pct),
            ExplorerKind::ShuttleUrw => Self::Sample(Sampler::Urw),
            ExplorerKind::ShuttleDfs => Self::Exhaust,
            ExplorerKind::Dpor
            | ExplorerKind::Source
            | ExplorerKind::Icb
            | ExplorerKind::Dfs
            | ExplorerKind::Random
            | ExplorerKind::Loom => {
                panic!("internal bug: {} is no explorer of shuttle's", kind.name())
            }
        }
    }
}

impl Sampler {
    fn scheduler(self, seed: u64, count: usize) -> Box<dyn Scheduler + Send> {
        match self {
            Self::Random => Box::new(Silent::new(RandomScheduler::new_from_seed(seed, count))),
            Self::Pct => {
                let scheduler = PctScheduler::new_from_seed(seed, PCT_DEPTH, count);
                Box::new(Concurrent::new(scheduler))
            }
            Self::Urw => Box::new(UrwRandomScheduler::new_from_seed(seed, count)),
        }
    }

    /// The environment variable that is set and would be obeyed, if there is one.
    fn obeys(self) -> Option<&'static str> {
        let file = (self == Self::Random).then_some(FILE_VARIABLE);
        let variables = [Some(SEED_VARIABLE), file].into_iter().flatten();
        let mut set = variables.filter(|variable| env::var_os(variable).is_some());
        set.next()
    }
}

fn limits(search: ShuttleSearch, bounds: &Bounds) -> Limits {
    let hidden = if search.kind == ExplorerKind::ShuttleUrw {
        Hidden::Starts
    } else {
        Hidden::Unseen
    };
    Limits {
        waits: search.waits,
        steps_max: bounds.steps_max,
        hidden,
    }
}

/// Hands executions over, and counts them.
#[derive(Clone)]
struct Delivery {
    outlet: Outlet,
    delivered: Rc<Cell<u64>>,
    wanted: Rc<Cell<bool>>,
}

impl Delivery {
    fn new(outlet: Outlet) -> Self {
        Self {
            outlet,
            delivered: Rc::new(Cell::new(0)),
            wanted: Rc::new(Cell::new(true)),
        }
    }

    /// Whether more are wanted.
    fn deliver(&self, execution: Execution, native: Option<NativeSchedule>) -> bool {
        self.delivered.set(self.delivered.get() + 1);
        self.wanted
            .set(self.outlet.send(Sent { execution, native }));
        self.wanted.get()
    }
}

/// A search on its way.
struct Searching {
    search: ShuttleSearch,
    limits: Limits,
    start: Start,
    delivery: Delivery,
}

impl Searching {
    /// One search of shuttle's.
    fn run(&self, scheduler: Box<dyn Scheduler + Send>, choices: Choices) -> Choices {
        let delivery = self.delivery.clone();
        let script = match &choices {
            Choices::Scripted(script) => script.clone(),
            Choices::Drawn => Script::default(),
        };
        let keep = self.search.keep_native;
        let take = move |execution, schedule: &Schedule| {
            let native = keep.then(|| NativeSchedule::Shuttle {
                script: script.clone(),
                encoded: serialize_schedule(schedule),
            });
            delivery.deliver(execution, native)
        };
        let start = Start::clone(&self.start);
        let ran = run(scheduler, self.limits, choices, start, take);
        ran.unwrap_or_else(|failure| panic!("{failure}"))
    }

    fn sample(self, sampler: Sampler, executions_max: usize) -> Coverage {
        if let Some(variable) = sampler.obeys() {
            return Coverage::Unsuitable(Unsuitability::Environment(variable));
        }
        let seed = self.search.seed;
        let scheduler = sampler.scheduler(seed, executions_max);
        self.run(scheduler, Choices::Drawn);
        let executions = self.delivery.delivered.get();
        Coverage::Sampled { seed, executions }
    }

    fn exhaust(self) -> Coverage {
        let mut scripts = vec![Script::default()];
        while let Some(script) = scripts.pop().filter(|_| self.delivery.wanted.get()) {
            let scheduler = Box::new(DfsScheduler::new(None, false));
            if let Choices::Scripted(consulted) = self.run(scheduler, Choices::Scripted(script)) {
                scripts.extend(consulted.others());
            }
        }
        Coverage::Exhausted
    }
}

/// Shuttle's random scheduler, but that it does not print its seed when it goes before its last
/// execution. It owns nothing on the heap, so nothing is lost by not dropping it.
struct Silent(ManuallyDrop<RandomScheduler>);

impl Silent {
    const fn new(scheduler: RandomScheduler) -> Self {
        Self(ManuallyDrop::new(scheduler))
    }
}

impl Scheduler for Silent {
    fn new_execution(&mut self) -> Option<Schedule> {
        self.0.new_execution()
    }

    fn next_task(&mut self, of: &[&Task], last: Option<TaskId>, yields: bool) -> Option<TaskId> {
        self.0.next_task(of, last, yields)
    }

    fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }
}

/// Shuttle's PCT, but that it ends after an execution in which there was nothing to decide, where
/// shuttle's panics: there is one schedule and it was seen.
struct Concurrent {
    scheduler: PctScheduler,
    started: bool,
    /// Whether there was ever more than one thread to choose from.
    decided: bool,
}

impl Concurrent {
    const fn new(scheduler: PctScheduler) -> Self {
        Self {
            scheduler,
            started: false,
            decided: false,
        }
    }
}

impl Scheduler for Concurrent {
    fn new_execution(&mut self) -> Option<Schedule> {
        if self.started && !self.decided {
            return None;
        }
        self.started = true;
        self.scheduler.new_execution()
    }

    fn next_task(&mut self, of: &[&Task], last: Option<TaskId>, yields: bool) -> Option<TaskId> {
        self.decided |= of.len() > 1;
        self.scheduler.next_task(of, last, yields)
    }

    fn next_u64(&mut self) -> u64 {
        self.scheduler.next_u64()
    }
}
