//! The proof by a second explorer: `source` searches beside `dpor`, and what both saw is compared.

use std::ops::ControlFlow;
use std::panic;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::sync::mpsc::channel;
use std::thread;

use tracing::Span;

use crate::execution::Execution;
use crate::explore::Bounds;
use crate::explore::Classes;
use crate::explore::Coverage;
use crate::explore::Executions;
use crate::explore::Lacking;
use crate::explore::NotDeterministic;
use crate::explore::Pace;
use crate::explore::Paced;
use crate::explore::Ran;
use crate::explore::Reruns;
use crate::explore::SecondProof;
use crate::explore::SourceExplorer;
use crate::explore::Watch;
use crate::explore::compare;
use crate::explore::go_through;
use crate::explore::on_machine;
use crate::explore::show;
use crate::property::Property;
use crate::property::judge;
use crate::replay::RecordedSchedule;
use crate::report::Disagreement;
use crate::runtime::controlled::System;
use crate::wfp::Circumstances;

use super::Keep;
use super::Proofs;
use super::explorers::limits;
use super::findings::Findings;
use super::rounds::Sum;
use super::rounds::go_through_all;
use super::subject::Subject;

/// What is to be searched again: one round.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) circumstances: Circumstances,
    /// How far the first search of the round is.
    pub(super) pace: Arc<Pace>,
}

/// What the second search of one round came to.
#[derive(Debug)]
struct Again {
    circumstances: Circumstances,
    findings: Findings,
    classes: Vec<u128>,
    /// Whether it saw everything.
    whole: bool,
    not_deterministic: Option<NotDeterministic>,
}

/// What a second search says of a check.
#[derive(Debug, Default)]
pub(super) struct Second {
    pub(super) proof: Option<SecondProof>,
    pub(super) disagreement: Option<Disagreement>,
}

/// Searches by the explorer of the request, and by `source` beside it if that is asked for. What
/// only the second found is among the findings.
pub(super) fn search(subject: Subject<'_>, watch: &mut dyn Watch, span: &Span) -> (Sum, Second) {
    if !subject.request.is_proved_twice() {
        let sum = go_through_all(subject, watch, span, &mut |_| ());
        return (sum, Second::default());
    }
    let (mut sum, rounds) = if subject.request.proofs == Proofs::SideBySide {
        side_by_side(subject, watch, span)
    } else {
        in_turn(subject, watch, span)
    };
    let second = subject.settle(&mut sum, rounds);
    (sum, second)
}

/// One search after the other.
fn in_turn(subject: Subject<'_>, watch: &mut dyn Watch, span: &Span) -> (Sum, Vec<Again>) {
    let mut jobs = Vec::new();
    let sum = go_through_all(subject, watch, span, &mut |job| jobs.push(job));
    if sum.is_stopped() {
        return (sum, Vec::new());
    }
    let jobs = jobs.into_iter();
    let rounds = jobs.map(|job| subject.again(job, watch)).collect();
    (sum, rounds)
}

/// What the second search sends to the thread of the first.
enum Message {
    /// May it go on? It has begun so many executions.
    Asks(u64),
    /// A round is done.
    Done(Box<Again>),
}

/// Asks the watch of another thread, and goes on: an answer that comes later ends the search by its
/// pace.
struct Far(Sender<Message>);

impl Watch for Far {
    fn go_on(&mut self, executions: u64) -> bool {
        // Nobody listens any more: it is cancelled, too.
        self.0.send(Message::Asks(executions)).is_ok()
    }
}

/// Every search that was begun. When it goes, in a panic as well, the second search ends.
#[derive(Default)]
struct Begun(Vec<Arc<Pace>>);

impl Drop for Begun {
    fn drop(&mut self) {
        self.0.iter().for_each(|pace| pace.cancel());
    }
}

/// Both searches at the same time.
fn side_by_side(subject: Subject<'_>, watch: &mut dyn Watch, span: &Span) -> (Sum, Vec<Again>) {
    thread::scope(|threads| {
        let mut begun = Begun::default();
        let (jobs, queue) = channel::<Job>();
        let (sender, messages) = channel();
        let second = threads.spawn(move || {
            for job in queue {
                let again = subject.again(job, &mut Far(sender.clone()));
                if sender.send(Message::Done(Box::new(again))).is_err() {
                    break;
                }
            }
        });
        let mut send = |job: Job| {
            begun.0.push(Arc::clone(&job.pace));
            // The other thread has panicked: it is joined below.
            _ = jobs.send(job);
        };
        let sum = go_through_all(subject, watch, span, &mut send);
        drop(jobs);
        let mut wanted = !sum.is_stopped();
        let mut rounds = Vec::new();
        if !wanted {
            drop(std::mem::take(&mut begun));
        }
        for message in messages {
            match message {
                Message::Done(again) => rounds.push(*again),
                Message::Asks(executions) if wanted && !watch.go_on(executions) => {
                    drop(std::mem::take(&mut begun));
                    wanted = false;
                }
                Message::Asks(_) => {}
            }
        }
        if let Err(panicked) = second.join() {
            panic::resume_unwind(panicked);
        }
        if sum.is_stopped() {
            rounds.clear();
        }
        (sum, rounds)
    })
}

impl Subject<'_> {
    /// Searches one round again. Nothing of that is told to whoever listens to `tracing`.
    fn again(self, job: Job, watch: &mut dyn Watch) -> Again {
        let Job {
            circumstances,
            pace,
        } = job;
        let program = self.program(&circumstances);
        let start = self.scope.start().profile;
        let differing = circumstances.profile.differences(&start).len();
        let mut findings = Findings::under(&circumstances, differing, Keep::default());
        let mut classes = Classes::default();
        let source = SourceExplorer::new(self.request.waits);
        let executions = on_machine(limits(self.request), &program, source, Reruns::None);
        let mut executions = Paced::new(executions, pace);
        let bounds = self.unbounded();
        let tally = go_through(&mut executions, (&bounds, watch), |ran: Ran<'_>| {
            classes.take_in(ran.execution, &program.noted());
            findings.take_in(ran);
            ControlFlow::Continue(())
        });
        Again {
            circumstances,
            findings,
            classes: classes.into_set(),
            whole: tally.coverage == Coverage::Exhausted,
            not_deterministic: executions.not_deterministic().cloned(),
        }
    }

    /// The bounds of a search that its pace ends.
    fn unbounded(self) -> Bounds {
        Bounds {
            executions_max: u64::MAX,
            fail_fast: false,
            ..self.request.bounds
        }
    }

    /// Compares round by round, where the first search saw everything.
    fn settle(self, sum: &mut Sum, rounds: Vec<Again>) -> Second {
        let mut second = Second::default();
        let firsts = std::mem::take(&mut sum.classes);
        for (first, again) in firsts.into_iter().zip(rounds) {
            let Some(first) = first else { continue };
            if again.not_deterministic.is_some() {
                sum.not_deterministic = again.not_deterministic;
                return Second::default();
            }
            let (proof, lacking) = compare(&first, (&again.classes, again.whole));
            second.proof = Some(second.proof.map_or(proof, |before| before.and(proof)));
            again
                .findings
                .into_list()
                .into_iter()
                .for_each(|finding| sum.keep_new(finding));
            if let (None, Some(lacking)) = (&second.disagreement, lacking) {
                let program = self.program(&again.circumstances);
                let request = self.request;
                let shown = show(&program, limits(request), &request.bounds, &lacking);
                second.disagreement = Some(self.disagreement(again.circumstances, &lacking, shown));
            }
        }
        let proved = sum.tally.coverage == Coverage::Exhausted;
        if !proved && second.disagreement.is_none() {
            second.proof = None;
        }
        second
    }

    /// What is reported of it. A schedule names a property: what the execution breaks, or
    /// `no-panic`.
    fn disagreement(
        self,
        circumstances: Circumstances,
        lacking: &Lacking,
        execution: Execution,
    ) -> Disagreement {
        let broken = judge(&execution).into_iter().next();
        let broken = broken.map_or((Property::NoPanic, None), |it| (it.property, it.status));
        let recorded = RecordedSchedule::of(self.case(&circumstances), broken, &execution);
        Disagreement {
            lacks: lacking.lacks,
            has: lacking.has,
            classes: u64::try_from(lacking.classes.len()).expect("a set is smaller than 2^64"),
            schedule: recorded.to_token(),
            file: recorded.to_file_text(self.scenario),
            circumstances,
            execution,
        }
    }
}
