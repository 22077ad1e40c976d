//! One complete run under one schedule, as data.

use super::Decision;
use super::End;
use super::Fact;
use super::FactRecord;
use super::FinalState;
use super::Operation;
use super::Outcome;
use super::Schedule;
use super::Step;
use super::ThreadId;
use super::ThreadResult;

/// One complete run under one schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execution {
    /// The steps, in the order in which they ran: the trace.
    pub steps: Vec<Step>,
    /// What happened beside them, in order of [`FactRecord::after`].
    pub facts: Vec<FactRecord>,
    /// How it ended.
    pub end: End,
    /// What was left.
    pub rest: FinalState,
}

impl Execution {
    /// An execution in which nothing has happened.
    pub const fn empty() -> Self {
        let rest = FinalState {
            contexts: Vec::new(),
            providers: Vec::new(),
            filters: Vec::new(),
            links: Vec::new(),
            transactions_open: 0,
            leaked: 0,
            objection: None,
            values: Vec::new(),
        };
        Self {
            steps: Vec::new(),
            facts: Vec::new(),
            end: End::Finished,
            rest,
        }
    }

    /// The choices that lead to this execution.
    pub fn schedule(&self) -> Schedule {
        let decide = |step: &Step| Decision {
            thread: step.thread,
            alternative: step.alternative,
        };
        Schedule(self.steps.iter().map(decide).collect())
    }

    /// What each call returned, in order of thread and call.
    pub fn results(&self) -> Vec<ThreadResult> {
        let mut results: Vec<ThreadResult> = self.facts.iter().filter_map(result_of).collect();
        results.sort_unstable();
        results
    }

    /// What it came to.
    pub fn outcome(&self) -> Outcome {
        Outcome {
            end: self.end.clone(),
            results: self.results(),
            rest: self.rest.clone(),
        }
    }

    /// The next step of the thread that took the step at `index`, unless that thread has ended
    /// meanwhile and another was started at its index.
    ///
    /// # Panics
    ///
    /// If there is no step at `index`.
    pub fn next_of_thread(&self, index: usize) -> Option<&Step> {
        let thread = self.steps[index].thread;
        let start = Operation::start_of(thread);
        let mut later = self.steps[index + 1..].iter();
        later
            .find(|step| step.thread == thread || step.operation == start)
            .filter(|step| step.thread == thread)
    }

    /// How often another thread goes on than the one before.
    pub fn switches(&self) -> u32 {
        self.count_switches(|_, _| true)
    }

    /// How often another thread goes on although the one before could have.
    pub fn preemptions(&self) -> u32 {
        self.count_switches(|previous, step| step.enabled.contains(previous))
    }

    /// How many faults were injected.
    ///
    /// # Panics
    ///
    /// If there are 2^32 or more: executions are far shorter.
    pub fn faults(&self) -> u32 {
        let faults = self
            .facts
            .iter()
            .filter(|record| record.fact == Fact::FaultInjected);
        u32::try_from(faults.count()).expect("an execution is shorter than 2^32 steps")
    }

    fn count_switches(&self, counts: impl Fn(ThreadId, &Step) -> bool) -> u32 {
        let switches = self
            .steps
            .windows(2)
            .filter(|pair| pair[0].thread != pair[1].thread && counts(pair[0].thread, &pair[1]));
        u32::try_from(switches.count()).expect("an execution is shorter than 2^32 steps")
    }
}

fn result_of(record: &FactRecord) -> Option<ThreadResult> {
    let thread = record.thread?;
    if let Fact::CallReturns {
        call, errno, cause, ..
    } = record.fact
    {
        Some(ThreadResult {
            thread,
            call,
            errno,
            cause,
        })
    } else {
        None
    }
}
