//! A stage: threads on one engine, in every interleaving.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

use selvedge::execution::End;
use selvedge::execution::Execution;
use selvedge::execution::Fact;
use selvedge::execution::FinalState;
use selvedge::execution::ThreadId;
use selvedge::execution::Verb;
use selvedge::explore::Bounds;
use selvedge::explore::Coverage;
use selvedge::explore::DporExplorer;
use selvedge::explore::Unwatched;
use selvedge::explore::search;
use selvedge::runtime::Waits;
use selvedge::runtime::controlled::Finish;
use selvedge::wfp::CallKey;
use selvedge::wfp::Circumstances;
use selvedge::wfp::EngineFault;

use crate::small::machine;

use super::answer::Log;
use super::desk::Desk;

/// How many executions a case may take. None comes near.
const EXECUTIONS_MAX: u64 = 20_000;

/// The circumstances of a case about threads.
pub(super) struct Stage<'l> {
    circumstances: Circumstances,
    log: &'l Log,
}

impl<'l> Stage<'l> {
    pub(super) const fn new(circumstances: Circumstances, log: &'l Log) -> Self {
        Self { circumstances, log }
    }

    /// The same, where a call of the first thread fails: the nth of its kind, from 1.
    pub(super) fn failing(&self, verb: Verb, occurrence: u32, fault: EngineFault) -> Self {
        self.log.tries(verb, fault);
        let mut circumstances = self.circumstances.clone();
        let call = CallKey {
            thread: ThreadId::new(0),
            verb,
            occurrence,
        };
        circumstances.faults.insert(call, fault);
        Self::new(circumstances, self.log)
    }

    /// What can come of it when every holder of a lock is quick enough.
    pub(super) fn outcomes(&self, set_up: impl Fn(&Desk)) -> Outcomes {
        self.outcomes_if(Waits::Sufficient, set_up)
    }

    /// What can come of it when a finite wait may run out at any moment.
    pub(super) fn hasty_outcomes(&self, set_up: impl Fn(&Desk)) -> Outcomes {
        self.outcomes_if(Waits::MayExpire, set_up)
    }

    /// What one thread comes to, which waits for nobody.
    pub(super) fn one_thread<O>(
        &self,
        body: impl Fn(&Desk) -> O + Clone + Send + 'static,
    ) -> Outcomes {
        let outcomes = self.outcomes(|desk| {
            let (own, body) = (desk.clone(), body.clone());
            desk.thread(move || body(&own));
        });
        outcomes.always("finished");
        outcomes
    }

    fn outcomes_if(&self, waits: Waits, set_up: impl Fn(&Desk)) -> Outcomes {
        let system = || -> Finish {
            self.log.take_notes();
            set_up(&Desk::new(&self.circumstances, self.log));
            Box::new(FinalState::default)
        };
        let bounds = Bounds {
            executions_max: EXECUTIONS_MAX,
            ..Bounds::default()
        };
        let mut outcomes = BTreeSet::new();
        let tally = search(
            &mut machine(waits),
            &system,
            &mut DporExplorer::new(waits),
            (&bounds, &mut Unwatched),
            |execution| {
                outcomes.insert(outcome(execution, &self.log.take_notes()));
                ControlFlow::Continue(())
            },
        );
        assert_eq!(tally.coverage, Coverage::Exhausted);
        Outcomes(outcomes)
    }
}

/// How an execution ended, and what each thread noted: all that does not depend on the order of
/// independent steps.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "ends that no search visits, and facts that are no misuse"
)]
fn outcome(execution: &Execution, notes: &BTreeMap<Option<ThreadId>, Vec<String>>) -> String {
    let mut text = match &execution.end {
        End::Finished => "finished".to_owned(),
        End::Deadlock(_) => "deadlock".to_owned(),
        End::Panicked { message, .. } => panic!("{message}"),
        _ => unreachable!("a search visits what is complete"),
    };
    for (thread, notes) in notes {
        let who = thread.map_or("start".to_owned(), |thread| thread.to_string());
        text.push_str("; ");
        text.push_str(&who);
        text.push_str(": ");
        text.push_str(&notes.join(" "));
    }
    let facts = execution.facts.iter();
    let misuses: BTreeSet<String> = facts
        .filter_map(|record| match record.fact {
            Fact::Misused(misuse) => Some(format!("{misuse:?}")),
            _ => None,
        })
        .collect();
    for misuse in misuses {
        text.push_str("; ");
        text.push_str(&misuse);
    }
    text
}

/// What the interleavings came to, each as `finished` or `deadlock`, the notes of each thread, and
/// the misuses that were found.
#[derive(Debug)]
pub(super) struct Outcomes(BTreeSet<String>);

impl Outcomes {
    /// These are all of them.
    #[track_caller]
    pub(super) fn are(&self, expected: &[&str]) {
        let expected: BTreeSet<String> = expected.iter().map(ToString::to_string).collect();
        assert_eq!(self.0, expected);
    }

    /// All of them, in order.
    pub(super) fn list(&self) -> Vec<String> {
        self.0.iter().cloned().collect()
    }

    /// Every interleaving shows this.
    #[track_caller]
    pub(super) fn always(&self, text: &str) {
        let missing = self.0.iter().find(|outcome| !outcome.contains(text));
        assert_eq!(missing, None, "without {text:?}");
    }

    /// No interleaving shows this.
    #[track_caller]
    pub(super) fn never(&self, text: &str) {
        let found = self.0.iter().find(|outcome| outcome.contains(text));
        assert_eq!(found, None, "with {text:?}");
    }

    /// Some interleaving shows all of these together.
    #[track_caller]
    pub(super) fn sometimes(&self, texts: &[&str]) {
        let shows = |outcome: &String| texts.iter().all(|text| outcome.contains(text));
        assert!(self.0.iter().any(shows), "none with {texts:?}: {self:#?}");
    }
}
