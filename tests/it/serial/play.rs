//! Runs a program under every interleaving, and keeps what its threads observe.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;

use selvedge::execution::Execution;
use selvedge::execution::ThreadId;
use selvedge::explore::Bounds;
use selvedge::explore::Coverage;
use selvedge::explore::DporExplorer;
use selvedge::explore::Explorer;
use selvedge::explore::Unwatched;
use selvedge::explore::search;
use selvedge::runtime::Runtime;
use selvedge::runtime::controlled::Controlled;
use selvedge::runtime::controlled::Finish;
use selvedge::runtime::controlled::Limits;
use selvedge::runtime::controlled::Machine;
use selvedge::status::NtStatus;
use selvedge::wfp::AnyObject;

use crate::reference::Action;
use crate::reference::Addition;
use crate::reference::Call;
use crate::reference::Handle;
use crate::reference::Kind;
use crate::reference::Opening;
use crate::reference::Request;
use crate::seen::trace_class;
use crate::sequences::Board;
use crate::sequences::Came;
use crate::sequences::Done;
use crate::sequences::GATE;
use crate::sequences::Mock;
use crate::sequences::Order;
use crate::sequences::ScheduleReplayer;

use super::check::unordered;
use super::program::Program;
use super::program::Unit;
use super::sabotage::Flaw;
use super::sabotage::Sabotage;
use super::sabotage::instead;

/// After how many executions a program is left.
const EXECUTIONS_MAX: u64 = 2_000;

/// One call of a program, and what came of it.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Which transaction of its thread.
    pub(super) unit: usize,
    pub(super) call: Call,
    pub(super) done: Done,
}

/// What the threads of one execution observe, in their own order.
#[derive(Debug, Clone, Default)]
pub(super) struct Log {
    pub(super) threads: Vec<Vec<Entry>>,
    /// The committed objects at the end.
    pub(super) committed: Vec<AnyObject>,
}

/// What came of all executions of a program.
#[derive(Debug)]
pub(super) struct Explored {
    pub(super) executions: u64,
    /// How many classes of equivalent executions they are.
    pub(super) classes: u64,
    pub(super) deadlocked: u64,
    pub(super) exhausted: bool,
    /// An execution that no serial order explains, in words.
    pub(super) unordered: Option<String>,
}

type Shared = Arc<Mutex<Log>>;

fn open(log: &Shared) -> MutexGuard<'_, Log> {
    log.lock().unwrap()
}

/// Goes through the interleavings of a program.
pub(super) fn explore(program: &Program, flaw: Option<Flaw>) -> Explored {
    let (defect, sabotage) = match flaw {
        None => (None, None),
        Some(Flaw::Reference(defect)) => (Some(defect), None),
        Some(Flaw::Mock(sabotage)) => (None, Some(sabotage)),
    };
    let log = Shared::default();
    let waits = program.waits();
    let limits = Limits {
        waits,
        steps_max: 10_000,
    };
    let begun: Arc<Mutex<Option<ScheduleReplayer>>> = Arc::default();
    let system = || -> Finish { start(program, sabotage, &log, &begun) };
    let bounds = Bounds {
        executions_max: EXECUTIONS_MAX,
        ..Bounds::default()
    };
    let mut found = None;
    let mut classes = BTreeSet::new();
    let visit = |execution: &Execution| {
        classes.insert(trace_class(execution));
        let follower = begun.lock().unwrap().take().expect("it was started");
        found = unordered(program, execution, &open(&log), &follower, defect);
        match found {
            Some(_) => ControlFlow::Break(()),
            None => ControlFlow::Continue(()),
        }
    };
    let mut explorer = DporExplorer::new(waits);
    let watch = &mut Unwatched;
    let tally = search(
        &mut Machine::new(limits),
        &system,
        &mut explorer,
        (&bounds, watch),
        visit,
    );
    Explored {
        executions: tally.executions,
        classes: u64::try_from(classes.len()).unwrap(),
        deadlocked: tally.deadlocked,
        exhausted: tally.coverage == Coverage::Exhausted,
        unordered: found,
    }
}

/// The classes of equivalent executions that an explorer sees, unless it needs more than so many.
pub(super) fn classes<E: Explorer>(
    program: &Program,
    explorer: &mut E,
    executions_max: u64,
) -> Option<BTreeSet<Vec<u64>>> {
    let (log, begun) = (Shared::default(), Arc::default());
    let limits = Limits {
        waits: program.waits(),
        steps_max: 10_000,
    };
    let system = || -> Finish { start(program, None, &log, &begun) };
    let bounds = Bounds {
        executions_max,
        ..Bounds::default()
    };
    let mut classes = BTreeSet::new();
    let watch = &mut Unwatched;
    let visit = |execution: &Execution| {
        classes.insert(trace_class(execution));
        ControlFlow::Continue(())
    };
    let mut machine = Machine::new(limits);
    let tally = search(&mut machine, &system, explorer, (&bounds, watch), visit);
    (tally.coverage == Coverage::Exhausted).then_some(classes)
}

/// Makes the engine, opens the sessions, adds what is there from the start, and starts the threads.
fn start(
    program: &Program,
    sabotage: Option<Sabotage>,
    log: &Shared,
    begun: &Arc<Mutex<Option<ScheduleReplayer>>>,
) -> Finish {
    let mock = Mock::of_own_sessions(&program.profile);
    let board = Board::default();
    let mut follower = ScheduleReplayer::new(program.profile, None);
    for (handle, call) in start_up(program) {
        let request = Request {
            thread: 0,
            handle,
            call,
            waited: false,
        };
        let came = mock.carry_out(follower.order(&request), &board);
        let done = Done {
            came: Some(came),
            heard: board.heard(),
        };
        follower.settle(&request, &done).unwrap();
    }
    *open(log) = Log {
        threads: vec![Vec::new(); program.threads.len()],
        committed: Vec::new(),
    };
    for (thread, units) in program.threads.iter().enumerate() {
        let runner = Runner {
            mock: mock.clone(),
            board: board.clone(),
            log: Arc::clone(log),
            thread,
            sabotage,
            units: units.clone(),
            orders: orders(units, thread, &follower),
        };
        Controlled::spawn(ThreadId::new(thread), move || runner.run());
    }
    *begun.lock().unwrap() = Some(follower);
    let log = Arc::clone(log);
    Box::new(move || {
        open(&log).committed = mock.committed();
        selvedge::execution::FinalState::default()
    })
}

/// The calls before the program: a session for each thread, a provider, a sublayer, a callout with
/// functions, a filter.
fn start_up(program: &Program) -> Vec<(Handle, Call)> {
    let opening = Opening {
        dynamic: false,
        kernel: true,
        infinite_wait: program.infinite_wait,
        key: None,
    };
    let opens = program
        .threads
        .iter()
        .map(|_| (Handle::Null, Call::Open(opening)));
    let provider = Addition::plain(Kind::Provider, Some(0));
    let callout = Addition::plain(Kind::Callout, Some(0));
    let filter = Addition {
        action: Action::Terminating(0),
        ..Addition::plain(Kind::Filter, None)
    };
    let registers = Call::Register {
        callout: 0,
        after_commit: false,
        refuses: false,
    };
    let adds = [provider, callout, filter].map(Call::Add);
    let rest = [registers].into_iter().chain(adds);
    opens
        .chain(rest.map(|call| (Handle::Of(0), call)))
        .collect()
}

/// A call as a program has it, and the order that it is to the mock.
type Ordered = (Call, Order);

/// The calls of a transaction, in order.
pub(super) fn calls(unit: &Unit) -> Vec<Call> {
    match unit {
        Unit::Implicit(call) => vec![*call],
        Unit::Explicit {
            mode,
            calls,
            commits,
        } => {
            let end = if *commits { Call::Commit } else { Call::Abort };
            let begin = [Call::Begin(*mode)];
            begin
                .into_iter()
                .chain(calls.iter().copied())
                .chain([end])
                .collect()
        }
    }
}

fn orders(units: &[Unit], thread: usize, follower: &ScheduleReplayer) -> Vec<Vec<Ordered>> {
    let session = u32::try_from(thread).expect("few threads");
    let order = |call: Call| {
        let call = follower.counted_back(call, Handle::Of(session));
        let request = Request {
            thread: 0,
            handle: Handle::Of(session),
            call,
            waited: false,
        };
        (call, follower.order(&request))
    };
    units
        .iter()
        .map(|unit| calls(unit).into_iter().map(order).collect())
        .collect()
}

/// A thread of a program.
struct Runner {
    mock: Mock,
    board: Board,
    log: Shared,
    thread: usize,
    sabotage: Option<Sabotage>,
    units: Vec<Unit>,
    orders: Vec<Vec<Ordered>>,
}

impl Runner {
    fn run(self) {
        let mut before: Vec<(Call, Came)> = Vec::new();
        for (unit, orders) in self.orders.iter().enumerate() {
            for (place, (call, order)) in orders.iter().enumerate() {
                // The gate marks in the trace where a call begins; it depends on nothing.
                Controlled::act(GATE, (), |()| ());
                let instead = instead(self.sabotage, &self.units[unit], *call, &before);
                let made = || self.mock.carry_out(order.clone(), &self.board);
                let came = instead.unwrap_or_else(made);
                before.push((*call, came.clone()));
                let failed = came.status != NtStatus::SUCCESS;
                self.note(unit, *call, came);
                if place == 0 && failed {
                    break;
                }
            }
        }
    }

    fn note(&self, unit: usize, call: Call, came: Came) {
        let done = Done {
            came: Some(came),
            heard: self.board.heard_by(self.thread),
        };
        open(&self.log).threads[self.thread].push(Entry { unit, call, done });
    }
}
