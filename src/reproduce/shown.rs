//! Whether an execution shows what a line claims, and why none does.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::attach::CallKind;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Fact;
use crate::execution::FactRecord;
use crate::execution::FilterAtRest;
use crate::execution::Step;
use crate::execution::ThreadId;
use crate::execution::Verb;
use crate::property::Property;
use crate::property::judge;
use crate::status::NtStatus;

use super::claim::Call;
use super::claim::Callee;
use super::claim::Claim;
use super::claim::Event;
use super::claim::Leak;
use super::claim::Outcome;

impl Claim {
    /// Whether an execution shows every event.
    pub fn is_shown(&self, execution: &Execution) -> bool {
        self.events.iter().all(|event| event.is_shown(execution))
    }
}

impl Event {
    pub(super) fn is_shown(&self, execution: &Execution) -> bool {
        match self.outcome {
            Some(Outcome::Breaks(property)) => return breaks(execution, property),
            Some(Outcome::Leaks(leak)) => return leaks(execution, leak),
            Some(Outcome::Misuses(misuse)) => {
                let misused = Fact::Misused(misuse);
                return execution.facts.iter().any(|it| it.fact == misused);
            }
            _ => {}
        }
        match &self.call {
            Some(Call::Foreign(_)) => false,
            Some(Call::Known(Callee::Engine(verb))) => self.is_shown_by(execution, *verb),
            Some(Call::Known(Callee::Program(kind))) => self.is_shown_by_call(execution, *kind),
            None => self.is_shown_by_any(execution),
        }
    }

    /// Whether a call of the engine or the kernel shows it.
    fn is_shown_by(&self, execution: &Execution, verb: Verb) -> bool {
        if self.outcome == Some(Outcome::Waits) {
            let blocked = execution.end.blocked();
            return blocked.iter().any(|it| it.operation.verb == verb);
        }
        let is_meant = |step: &Step| match (step.result.failure(), self.status, self.outcome) {
            _ if step.operation.verb != verb || self.errno.is_some() => false,
            (Some(failure), Some(status), _) => failure == status,
            (Some(failure), None, Some(Outcome::TimesOut)) => failure == NtStatus::TIMEOUT,
            (failure, None, Some(Outcome::Succeeds)) => failure.is_none(),
            (Some(_), None, _) => true,
            (None, _, _) => false,
        };
        execution.steps.iter().any(is_meant)
    }

    /// Whether a call of the scenario shows it.
    fn is_shown_by_call(&self, execution: &Execution, kind: CallKind) -> bool {
        if self.outcome == Some(Outcome::Waits) {
            let blocked = execution.end.blocked();
            let mut within = blocked.iter().map(|it| kind_within(execution, it.thread));
            return within.any(|within| within == Some(kind));
        }
        let is_meant = |record: &FactRecord| {
            let Fact::CallReturns {
                errno,
                expected,
                cause,
                ..
            } = record.fact
            else {
                return false;
            };
            let of_kind = kind_of(execution, record) == Some(kind);
            let wrong = errno != expected;
            of_kind
                && match self.outcome {
                    Some(Outcome::Succeeds) => errno == 0,
                    Some(Outcome::TimesOut) => wrong && cause == NtStatus::TIMEOUT,
                    _ => {
                        wrong
                            && self.status.is_none_or(|status| cause == status)
                            && self.errno.is_none_or(|wanted| errno == wanted)
                    }
                }
        };
        execution.facts.iter().any(is_meant)
    }

    /// Whether anything shows it.
    fn is_shown_by_any(&self, execution: &Execution) -> bool {
        let mut steps = execution.steps.iter();
        let mut facts = execution.facts.iter();
        let returned = |record: &FactRecord| {
            let Fact::CallReturns {
                errno,
                expected,
                cause,
                ..
            } = record.fact
            else {
                return None;
            };
            Some((errno, errno != expected, cause))
        };
        match (self.status, self.errno, self.outcome) {
            (_, _, Some(Outcome::Waits)) => matches!(execution.end, End::Deadlock(_)),
            (None, None, Some(Outcome::TimesOut)) => {
                let timeout = Some(NtStatus::TIMEOUT);
                steps.any(|step| step.expired || step.result.failure() == timeout)
            }
            (Some(status), None, _) => {
                steps.any(|step| step.result.failure() == Some(status))
                    || facts.any(|it| returned(it).is_some_and(|(_, _, cause)| cause == status))
            }
            (status, Some(wanted), _) => facts.any(|it| {
                let is_meant = |(errno, wrong, cause)| {
                    wrong && errno == wanted && status.is_none_or(|status| cause == status)
                };
                returned(it).is_some_and(is_meant)
            }),
            (None, None, _) => false,
        }
    }
}

fn breaks(execution: &Execution, property: Property) -> bool {
    judge(execution).iter().any(|it| it.property == property)
}

/// Whether this is leaked at rest.
fn leaks(execution: &Execution, leak: Leak) -> bool {
    let rest = &execution.rest;
    let live = rest.contexts.iter().filter(|context| !context.freed);
    let mut spare = live.map(|context| {
        let own = |left: &&FilterAtRest| left.context == context.context;
        let filters = rest.filters.iter().filter(own);
        let owed = filters.map(|left| left.filters).sum::<u32>() + u32::from(context.listed);
        (context.references > owed, owed == 0)
    });
    let leaked = match leak {
        Leak::Reference => {
            let mut providers = rest.providers.iter();
            spare.any(|(references, _)| references) || providers.any(|it| it.rundown > it.contexts)
        }
        Leak::Memory => rest.leaked > 0 || spare.any(|(_, unowned)| unowned),
        Leak::Transaction => rest.transactions_open > 0,
    };
    leaked && breaks(execution, Property::ReferenceAccounting)
}

/// What kind of call returned: before the threads start, only attaches do.
fn kind_of(execution: &Execution, returned: &FactRecord) -> Option<CallKind> {
    let Fact::CallReturns { call, .. } = returned.fact else {
        return None;
    };
    if returned.thread.is_none() {
        return Some(CallKind::Attach);
    }
    let mut records = execution.facts.iter();
    records.find_map(|record| {
        let Fact::CallBegins {
            call: begun,
            attaches,
        } = record.fact
        else {
            return None;
        };
        let same = record.thread == returned.thread && begun == call;
        same.then_some(kind(attaches))
    })
}

/// The kind of the call that a thread is in at the end.
fn kind_within(execution: &Execution, thread: ThreadId) -> Option<CallKind> {
    let mut within = None;
    let own = execution.facts.iter();
    for record in own.filter(|record| record.thread == Some(thread)) {
        if let Fact::CallBegins { attaches, .. } = record.fact {
            within = Some(kind(attaches));
        } else if matches!(record.fact, Fact::CallReturns { .. }) {
            within = None;
        }
    }
    within
}

const fn kind(attaches: bool) -> CallKind {
    if attaches {
        CallKind::Attach
    } else {
        CallKind::Detach
    }
}

/// What a kind of call did in any execution that was seen.
#[derive(Debug, Clone, Default)]
struct Answers {
    statuses: BTreeSet<NtStatus>,
    waited: bool,
}

/// What was seen of calls in all executions: why a claim is not shown by any.
#[derive(Debug, Clone, Default)]
pub struct Witness {
    calls: BTreeMap<Verb, Answers>,
    errnos: BTreeSet<u32>,
    /// Which of the events some execution showed, by place.
    shown: BTreeSet<usize>,
}

impl Witness {
    /// Takes in an execution.
    pub(super) fn take_in(&mut self, claim: &Claim, execution: &Execution) {
        for step in &execution.steps {
            let answers = self.calls.entry(step.operation.verb).or_default();
            answers.statuses.extend(step.result.failure());
        }
        for blocked in execution.end.blocked() {
            self.calls.entry(blocked.operation.verb).or_default().waited = true;
        }
        for record in &execution.facts {
            if let Fact::CallReturns { errno, .. } = record.fact {
                self.errnos.extend(Some(errno).filter(|errno| *errno != 0));
            }
        }
        for (place, event) in claim.events.iter().enumerate() {
            if !self.shown.contains(&place) && event.is_shown(execution) {
                self.shown.insert(place);
            }
        }
    }

    /// What both saw.
    #[must_use]
    pub(super) fn and(mut self, other: Self) -> Self {
        for (verb, answers) in other.calls {
            let known = self.calls.entry(verb).or_default();
            known.statuses.extend(answers.statuses);
            known.waited |= answers.waited;
        }
        self.errnos.extend(other.errnos);
        self.shown.extend(other.shown);
        self
    }

    /// The statuses that any step failed with.
    pub fn statuses(&self) -> BTreeSet<NtStatus> {
        let all = self.calls.values();
        all.flat_map(|answers| answers.statuses.iter().copied())
            .collect()
    }

    /// Why no execution that was seen shows a claim: a sentence for each event that none shows.
    /// Never empty.
    pub fn reasons(&self, claim: &Claim) -> Vec<String> {
        let events = claim.events.iter().enumerate();
        let missing = events.filter(|(place, _)| !self.shown.contains(place));
        let mut reasons: Vec<String> = missing.map(|(_, event)| self.reason(event)).collect();
        if reasons.is_empty() {
            reasons.push("each part of it was seen, but not all in one execution".to_owned());
        }
        reasons
    }

    fn reason(&self, event: &Event) -> String {
        match &event.call {
            Some(Call::Foreign(name)) => {
                let made: Vec<&str> = self
                    .calls
                    .keys()
                    .filter(|verb| verb.is_engine_call())
                    .map(|verb| verb.title())
                    .collect();
                format!(
                    "no model makes the call {name}; of the engine they make {}",
                    listed(&made)
                )
            }
            Some(Call::Known(Callee::Engine(verb))) => self.reason_of(*verb, event),
            Some(Call::Known(Callee::Program(_))) if event.errno.is_some() => {
                format!(
                    "no execution shows that {event}; seen was {}",
                    self.seen_errnos()
                )
            }
            Some(Call::Known(Callee::Program(_))) => format!("in no execution was seen: {event}"),
            None => match (event.status, event.errno) {
                (Some(status), _) => format!("no call returned {}", status.short()),
                (None, Some(errno)) => {
                    format!(
                        "no call returned errno {errno}; seen was {}",
                        self.seen_errnos()
                    )
                }
                (None, None) => format!("in no execution was seen: {event}"),
            },
        }
    }

    fn seen_errnos(&self) -> String {
        let seen: Vec<String> = self.errnos.iter().map(u32::to_string).collect();
        if seen.is_empty() {
            "no errno".to_owned()
        } else {
            format!("errno {}", seen.join(", "))
        }
    }

    fn reason_of(&self, verb: Verb, event: &Event) -> String {
        let title = verb.title();
        let Some(answers) = self.calls.get(&verb) else {
            return format!("no thread of these models calls {title}");
        };
        if event.outcome == Some(Outcome::Waits) {
            let waiting = self.calls.iter().filter(|(_, answers)| answers.waited);
            let titles: Vec<&str> = waiting.map(|(verb, _)| verb.title()).collect();
            return format!(
                "no thread waited for ever in {title}; seen to wait for ever was {}",
                listed(&titles)
            );
        }
        if event.errno.is_some() {
            return format!("{title} returns a status, and an errno is what an attach returns");
        }
        let statuses: Vec<String> = answers.statuses.iter().map(|it| it.short()).collect();
        let wanted = match (event.status, event.outcome) {
            (Some(status), _) => format!("{title} never returned {}", status.short()),
            (None, Some(Outcome::Succeeds)) => format!("{title} never succeeded"),
            (None, Some(Outcome::TimesOut)) => format!("{title} never timed out"),
            (None, _) => format!("{title} never failed"),
        };
        match (event.status, statuses.is_empty()) {
            (Some(_), true) => format!("{wanted}; it never failed"),
            (_, true) => wanted,
            (_, false) => format!("{wanted}; it failed with {}", listed(&statuses)),
        }
    }
}

/// Some names in a sentence.
fn listed<T: AsRef<str>>(names: &[T]) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}
