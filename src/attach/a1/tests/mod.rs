//! Every step of an attach and a detach, in order, each with its failure exit.
//!
//! The comments of the tests count as the driver's own way is told: first the link object in
//! the execution context (`ebpf_core.c`, `ebpf_link.c`), then the hook provider
//! (`net_ebpf_ext_hook_provider.c`, `net_ebpf_ext.c`), whose steps carry the same numbers in
//! `provider.rs`. A step that nothing here can observe has a line that says so.
//!
//! One thread calls, so that faults have somebody to hit; it runs until it waits, and deferred work
//! goes on then. What each call did is written in the notation of schedules.

mod context;
mod detach;
mod link;
mod provider;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::attach::Attach;
use crate::attach::AttachType;
use crate::attach::Call;
use crate::attach::CallKind;
use crate::attach::Fault;
use crate::attach::FaultPoint;
use crate::attach::LinkSpec;
use crate::attach::Pipeline;
use crate::attach::Returned;
use crate::attach::StartUp;
use crate::attach::ThreadSpec;
use crate::attach::Workload;
use crate::execution::ContextAtRest;
use crate::execution::Decision;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Fact;
use crate::execution::FilterAtRest;
use crate::execution::FinalState;
use crate::execution::LinkAtRest;
use crate::execution::ProviderAtRest;
use crate::execution::StepNote;
use crate::execution::ThreadId;
use crate::runtime::Runtime;
use crate::runtime::Waits;
use crate::runtime::controlled::Controlled;
use crate::runtime::controlled::Finish;
use crate::runtime::controlled::Limits;
use crate::runtime::controlled::Machine;
use crate::runtime::controlled::Policy;
use crate::runtime::controlled::Position;
use crate::runtime::controlled::set_up;
use crate::status::NtStatus;
use crate::strategy::Strategy;

use super::A1;

/// What every injected fault fails with: no part of the pipeline returns it by itself.
const FAULT: NtStatus = NtStatus::INSUFFICIENT_RESOURCES;

/// What a call that did what it says returns: errno and cause.
const DONE: (u32, NtStatus) = (0, NtStatus::SUCCESS);

/// A call of the thread: what it does, and to which link.
type Calls<'a> = &'a [(CallKind, usize)];

/// Attaches the first link.
const ATTACH: (CallKind, usize) = (CallKind::Attach, 0);
/// Detaches the first link.
const DETACH: (CallKind, usize) = (CallKind::Detach, 0);

/// Attaches the first two links, one after the other.
const ATTACH_BOTH: Calls<'_> = &[ATTACH, (CallKind::Attach, 1)];

/// From the request to the provider: steps 3, 4 and 5 of the link object.
const UP: &str = "link-attaching nmr-register link-bind";
/// The provider has taken the link: the rest of steps 5 and 4.
const BOUND: &str = "nmr-bound link-provider link-attached";
/// No provider has taken it: the failure tail of step 4.
const TAIL: &str = "link-attached nmr-deregister";
/// Steps 3 to 5 of the provider, up to the context.
const LOCKED: &str = "provider-lock list-scan rundown-acquire";
/// Step 7 of the provider after a failure.
const UNLOCKED: &str = "provider-unlock rundown-release";

/// Refused by the provider: the errno says nothing, the cause everything.
const REFUSED: (u32, NtStatus) = (22, FAULT);

/// A driver, the links there are, and what goes wrong.
struct Setting {
    strategy: Strategy,
    links: Vec<LinkSpec>,
    faults: Vec<Fault>,
    /// Whether somebody waits for the providers' rundown before the threads start.
    unloading: bool,
}

/// A driver with the one shared handle and a link for each attach type and compartment.
fn driver(links: &[(AttachType, u32)]) -> Setting {
    let link = |&(attach_type, compartment): &(AttachType, u32)| LinkSpec {
        name: "link".to_owned(),
        attach_type,
        compartment,
        attached: false,
    };
    Setting {
        strategy: Strategy::named("shared-handle").unwrap(),
        links: links.iter().map(link).collect(),
        faults: Vec::new(),
        unloading: false,
    }
}

impl Setting {
    fn under(self, strategy: &str) -> Self {
        let strategy = Strategy::named(strategy).unwrap();
        Self { strategy, ..self }
    }

    /// The links are attached before the threads start.
    fn attached(mut self) -> Self {
        self.links.iter_mut().for_each(|link| link.attached = true);
        self
    }

    fn unloading(self) -> Self {
        Self {
            unloading: true,
            ..self
        }
    }

    /// The first such call of the first thread fails.
    fn failing(self, point: FaultPoint) -> Self {
        self.failing_at(point, 1)
    }

    fn failing_at(mut self, point: FaultPoint, occurrence: u32) -> Self {
        self.faults.push(Fault {
            thread: 0,
            point,
            occurrence,
            status: FAULT,
            maybe: false,
        });
        self
    }

    /// One thread makes these calls.
    fn run(&self, calls: Calls<'_>) -> Ran {
        self.run_threads(&[calls], &[])
    }

    /// Some threads make their calls. The first steps are those of `turns`; then the thread with
    /// the least index goes on that can.
    fn run_threads(&self, threads: &[Calls<'_>], turns: &[usize]) -> Ran {
        let workload = Arc::new(self.workload(threads));
        let start_up =
            set_up(|| StartUp::run::<Controlled>(&self.strategy, &workload, &Arc::default()));
        let unloading = self.unloading;
        let strategy = self.strategy;
        let system = move || {
            start(
                &A1::start(&start_up, &strategy, &workload),
                unloading,
                &workload,
            )
        };
        let mut machine = Machine::new(Limits {
            waits: Waits::Sufficient,
            steps_max: 1_000,
        });
        let execution = machine.run(&system, &mut InTurn(turns)).clone();
        let misused = |fact: &Fact| matches!(fact, Fact::Misused(_));
        assert_eq!(execution.end, End::Finished);
        assert!(!execution.facts.iter().any(|record| misused(&record.fact)));
        Ran(execution)
    }

    fn workload(&self, threads: &[Calls<'_>]) -> Workload {
        let call = |&(kind, link): &(CallKind, usize)| Call {
            kind,
            link,
            returns: 0,
        };
        let thread = |calls: &Calls<'_>| ThreadSpec {
            name: "thread".to_owned(),
            calls: calls.iter().map(call).collect(),
        };
        Workload {
            pipeline: Pipeline::A1,
            infinite_wait: false,
            links: self.links.clone(),
            threads: threads.iter().map(thread).collect(),
            faults: self.faults.clone(),
        }
    }
}

fn start(pipeline: &Arc<A1<Controlled>>, unloading: bool, workload: &Workload) -> Finish {
    for (index, link) in workload.links.iter().enumerate() {
        if link.attached {
            let call = u16::try_from(index).unwrap();
            assert_eq!(pipeline.attach(index, call), Returned::SUCCESS);
        }
    }
    if unloading {
        for provider in pipeline.providers.values() {
            provider.rundown.run_down();
        }
    }
    for (index, thread) in workload.threads.iter().enumerate() {
        let (pipeline, calls) = (Arc::clone(pipeline), thread.calls.clone());
        Controlled::spawn(ThreadId::new(index), move || make(&pipeline, &calls));
    }
    let pipeline = Arc::clone(pipeline);
    Box::new(move || {
        let allocated = pipeline.allocated.load(Ordering::Relaxed);
        // In the place of a variable, which a pipeline does not have.
        let values = vec![(ThreadId::new(0), allocated)];
        FinalState {
            values,
            ..pipeline.rest()
        }
    })
}

fn make(pipeline: &A1<Controlled>, calls: &[Call]) {
    for (number, call) in calls.iter().enumerate() {
        let number = u16::try_from(number).unwrap();
        let returned = match call.kind {
            CallKind::Attach => pipeline.attach(call.link, number),
            CallKind::Detach => pipeline.detach(call.link, number),
        };
        Controlled::record(Fact::CallReturns {
            call: number,
            errno: returned.errno,
            expected: 0,
            cause: returned.cause,
        });
    }
    pipeline.thread_ends();
}

/// Chooses the threads of a list, then always the first that can go on.
struct InTurn<'a>(&'a [usize]);

impl Policy for InTurn<'_> {
    fn choose(&mut self, position: &Position<'_>) -> Option<Decision> {
        let turn = self.0.get(position.steps.len());
        let thread = turn.map_or_else(
            || position.enabled.first(),
            |&turn| Some(ThreadId::new(turn)),
        );
        Some(Decision {
            thread: thread?,
            alternative: 0,
        })
    }
}

/// An attach to `attach_type` in which the first such call fails.
fn failing(attach_type: AttachType, point: FaultPoint) -> Ran {
    driver(&[(attach_type, 0)]).failing(point).run(&[ATTACH])
}

/// One execution.
struct Ran(Execution);

impl Ran {
    /// Errno and cause of each call.
    fn returned(&self) -> Vec<(u32, NtStatus)> {
        let results = self.0.results();
        results
            .iter()
            .map(|result| (result.errno, result.cause))
            .collect()
    }

    /// The steps of the first thread's `call`-th call, with those that ran meanwhile. Steps of the
    /// first thread are written without its number.
    fn steps(&self, call: usize) -> String {
        let returns = |record: &&crate::execution::FactRecord| {
            let first = record.thread == Some(ThreadId::new(0));
            first && matches!(record.fact, Fact::CallReturns { .. })
        };
        let ends = self.0.facts.iter().filter(returns);
        let ends = ends.map(|record| usize::try_from(record.after).unwrap());
        let bounds: Vec<usize> = std::iter::once(0).chain(ends).collect();
        let steps = &self.0.steps[bounds[call]..bounds[call + 1]];
        let notes = steps.iter().map(|step| StepNote::of(step).to_string());
        let notes: Vec<String> = notes
            .map(|note| note.strip_prefix("0:").unwrap_or(&note).to_owned())
            .collect();
        notes.join(" ")
    }

    fn rest(&self) -> &FinalState {
        &self.0.rest
    }

    /// How many allocations were not given back, those of attached links included.
    fn allocated(&self) -> u32 {
        self.rest().values[0].1
    }

    /// The only context that was ever made.
    fn context(&self) -> ContextAtRest {
        let [context] = self.rest().contexts[..] else {
            panic!("one context: {:?}", self.rest().contexts);
        };
        context
    }

    /// Nothing is left of what was called: no filter, binding, reference, lock or allocation, and
    /// every context was freed.
    fn left_nothing(&self) -> bool {
        let rest = self.rest();
        let gone = |context: &ContextAtRest| context.freed && !context.listed;
        let at_peace = |provider: &ProviderAtRest| {
            (provider.rundown, provider.contexts, provider.locked) == (0, 0, false)
        };
        let loose =
            |link: &LinkAtRest| (link.attached, link.bound, link.attach_count) == (false, false, 0);
        rest.filters.is_empty()
            && rest.contexts.iter().all(gone)
            && rest.providers.iter().all(at_peace)
            && rest.links.iter().all(loose)
            && (rest.transactions_open, rest.leaked, self.allocated()) == (0, 0, 0)
    }

    /// How many filters are committed, over all contexts.
    fn filters(&self) -> u32 {
        let count = |left: &FilterAtRest| left.filters;
        self.rest().filters.iter().map(count).sum()
    }
}
