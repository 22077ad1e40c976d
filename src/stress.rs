//! What the attempts of a stress run came to, counted.
//!
//! An attempt is one native execution: the driver at rest, all threads start together. Each is
//! judged by the same properties as any other execution, and attempts that a driver engineer would
//! describe alike are counted together. Nothing here runs, and nothing has a clock.
//!
//! A count says what this machine did this time. It is no proof of anything, but what it finds is a
//! fact: the first of each kind is brought to a schedule of the controlled runtime by [`confirm`].

use std::collections::BTreeMap;

use crate::attach::CallKind;
use crate::attach::Workload;
use crate::case::Case;
use crate::confirm::Finding;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Fact;
use crate::property::Violation;
use crate::property::judge;
use crate::report::Counterexample;
use crate::report::OutcomeCount;
use crate::status::NtStatus;

/// What one call came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Came {
    Back { errno: u32, cause: NtStatus },
    Never,
}

/// What makes attempts alike: what their calls came to, whoever made them, how they ended, and what
/// they broke.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    calls: BTreeMap<(CallKind, Came), u32>,
    /// How it ended, if not with the end of all threads.
    end: Option<String>,
    /// In the order in which reports show properties.
    broken: Vec<&'static str>,
}

/// A violation that attempts have shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// In how many attempts.
    pub attempts: u64,
    /// The first of these violations.
    pub violation: Violation,
    /// The execution that shows it.
    pub execution: Execution,
}

/// What makes two violations the same here: the place of the property in the order of all, and the
/// status.
type OutcomeKey = (usize, Option<NtStatus>);

/// The counts of a stress run.
#[derive(Debug, Clone)]
pub struct Tally {
    /// What each call is, by thread and call.
    calls: Vec<Vec<CallKind>>,
    attempts: u64,
    attaches: u64,
    attaches_failed: u64,
    groups: BTreeMap<Group, u64>,
    found: BTreeMap<OutcomeKey, Found>,
}

impl Tally {
    /// Nothing counted yet, of executions of this workload.
    pub fn new(workload: &Workload) -> Self {
        let kinds = |thread: &crate::attach::ThreadSpec| {
            let kinds = thread.calls.iter().map(|call| call.kind);
            kinds.collect()
        };
        Self {
            calls: workload.threads.iter().map(kinds).collect(),
            attempts: 0,
            attaches: 0,
            attaches_failed: 0,
            groups: BTreeMap::new(),
            found: BTreeMap::new(),
        }
    }

    /// Counts one attempt.
    pub fn take_in(&mut self, execution: &Execution) {
        let violations = judge(execution);
        let calls = self.came(execution);
        self.attempts += 1;
        for ((kind, came), count) in &calls {
            let failed = !matches!(came, Came::Back { errno: 0, .. });
            if *kind == CallKind::Attach {
                self.attaches += u64::from(*count);
                self.attaches_failed += if failed { u64::from(*count) } else { 0 };
            }
        }
        let mut broken: Vec<&str> = violations.iter().map(|it| it.property.name()).collect();
        broken.dedup();
        let group = Group {
            calls,
            end: ended(&execution.end),
            broken,
        };
        *self.groups.entry(group).or_default() += 1;
        self.keep(violations, execution);
    }

    /// What the calls of an execution came to, and how often.
    fn came(&self, execution: &Execution) -> BTreeMap<(CallKind, Came), u32> {
        let mut all: BTreeMap<(usize, usize), Came> = BTreeMap::new();
        for (thread, calls) in self.calls.iter().enumerate() {
            all.extend((0..calls.len()).map(|call| ((thread, call), Came::Never)));
        }
        for record in &execution.facts {
            if let (
                Some(thread),
                Fact::CallReturns {
                    call, errno, cause, ..
                },
            ) = (record.thread, record.fact)
            {
                let call = (thread.index(), usize::from(call));
                all.insert(call, Came::Back { errno, cause });
            }
        }
        let mut counts = BTreeMap::new();
        for ((thread, call), came) in all {
            *counts.entry((self.calls[thread][call], came)).or_default() += 1;
        }
        counts
    }

    /// Counts each violation once, and keeps the first execution that shows it.
    fn keep(&mut self, violations: Vec<Violation>, execution: &Execution) {
        let mut once: BTreeMap<OutcomeKey, Violation> = BTreeMap::new();
        for violation in violations {
            let (property, _, _, status) = violation.key();
            once.entry((property, status)).or_insert(violation);
        }
        for (key, violation) in once {
            let found = self.found.entry(key).or_insert_with(|| Found {
                attempts: 0,
                violation,
                execution: execution.clone(),
            });
            found.attempts += 1;
        }
    }

    /// How many attempts were counted.
    pub const fn attempts(&self) -> u64 {
        self.attempts
    }

    /// How many attaches they made.
    pub const fn attaches(&self) -> u64 {
        self.attaches
    }

    /// How many attaches returned an errno, or not at all.
    pub const fn attaches_failed(&self) -> u64 {
        self.attaches_failed
    }

    /// What the attempts came to, the most frequent first, then by text.
    pub fn outcomes(&self) -> Vec<OutcomeCount> {
        let count = |(group, attempts): (&Group, &u64)| OutcomeCount {
            outcome: group.describe(),
            violated: group.broken.clone(),
            attempts: *attempts,
        };
        let mut counts: Vec<OutcomeCount> = self.groups.iter().map(count).collect();
        counts.sort_by(|one, other| {
            let order = other.attempts.cmp(&one.attempts);
            let texts = || (&one.outcome, &one.violated).cmp(&(&other.outcome, &other.violated));
            order.then_with(texts)
        });
        counts
    }

    /// What was broken, in the order in which reports show properties, then of status.
    pub fn found(&self) -> impl Iterator<Item = &Found> {
        self.found.values()
    }
}

/// How an execution ended, if not with the end of all threads.
fn ended(end: &End) -> Option<String> {
    match end {
        End::Finished => None,
        End::Deadlock(blocked) | End::Livelock(blocked) => {
            let mut places: BTreeMap<&str, u64> = BTreeMap::new();
            for who in blocked {
                *places.entry(who.operation.verb.title()).or_default() += 1;
            }
            let wait = |(place, count): (&str, u64)| {
                let (noun, verb) = if count == 1 {
                    ("thread", "waits")
                } else {
                    ("threads", "wait")
                };
                format!("{count} {noun} {verb} in {place}")
            };
            let waits: Vec<String> = places.into_iter().map(wait).collect();
            let what = if matches!(end, End::Livelock(_)) {
                "livelock"
            } else {
                "deadlock"
            };
            Some(format!("{what}: {}", waits.join(", ")))
        }
        End::Panicked { message, .. } => Some(format!("a thread panics: {message}")),
        End::Redundant | End::StepLimit => Some("cut off".to_owned()),
    }
}

impl Group {
    /// `7 attaches succeed, 1 fails with errno 22, TXN_IN_PROGRESS`.
    fn describe(&self) -> String {
        let mut parts = Vec::new();
        let mut last = None;
        for (&(kind, came), &count) in &self.calls {
            let noun = match (kind, count) {
                _ if last == Some(kind) => "",
                (CallKind::Attach, 1) => " attach",
                (CallKind::Attach, _) => " attaches",
                (CallKind::Detach, 1) => " detach",
                (CallKind::Detach, _) => " detaches",
            };
            last = Some(kind);
            parts.push(format!("{count}{noun} {}", came.describe(count == 1)));
        }
        parts.extend(self.end.clone());
        parts.join(", ")
    }
}

impl Came {
    fn describe(self, one: bool) -> String {
        let verb = match (self, one) {
            (Self::Back { errno: 0, .. }, true) => "succeeds",
            (Self::Back { errno: 0, .. }, false) => "succeed",
            (Self::Back { .. }, true) => "fails",
            (Self::Back { .. }, false) => "fail",
            (Self::Never, true) => "never returns",
            (Self::Never, false) => "never return",
        };
        match self {
            Self::Back { errno, cause } if errno > 0 && cause != NtStatus::SUCCESS => {
                format!("{verb} with errno {errno}, {}", cause.short())
            }
            Self::Back { errno, .. } if errno > 0 => format!("{verb} with errno {errno}"),
            Self::Back { .. } | Self::Never => verb.to_owned(),
        }
    }
}

/// Brings what was found to a schedule of the controlled runtime, by the log of its steps: `None`
/// if the schedule does not break the same there, and then nothing may be said of it.
pub fn confirm(case: Case<'_>, found: &Found) -> Option<Counterexample> {
    let finding = Finding {
        case,
        violation: &found.violation,
        execution: &found.execution,
    };
    // Other properties may come to something else there; this one must be broken as it was.
    let execution = finding.replayed(false)?;
    let confirmed = Finding {
        execution: &execution,
        ..finding
    };
    // A run keeps to its profile, so its readings are those to begin with.
    Some(confirmed.counterexample(&case.circumstances.profile))
}

#[cfg(test)]
mod tests {
    use crate::execution::Blocked;
    use crate::execution::FactRecord;
    use crate::execution::Operation;
    use crate::execution::ThreadId;
    use crate::execution::Verb;
    use crate::property::Property;
    use crate::runtime::Waits;
    use crate::scenario::Scenario;
    use crate::strategy::Strategy;
    use crate::wfp::Circumstances;

    use super::*;

    const REFUSED: NtStatus = NtStatus::TXN_IN_PROGRESS;

    fn tally() -> Tally {
        let headline = Scenario::embedded("attach/connect4_connect6").unwrap();
        Tally::new(headline.scaled(3).unwrap().workload())
    }

    /// What each thread's one attach returned.
    fn returned(errnos: &[(usize, u32)]) -> Execution {
        let mut execution = Execution::empty();
        let fact = |&(thread, errno): &(usize, u32)| FactRecord {
            after: 0,
            thread: Some(ThreadId::new(thread)),
            fact: Fact::CallReturns {
                call: 0,
                errno,
                expected: 0,
                cause: if errno == 0 {
                    NtStatus::SUCCESS
                } else {
                    REFUSED
                },
            },
        };
        execution.facts = errnos.iter().map(fact).collect();
        execution
    }

    fn lines(tally: &Tally) -> Vec<String> {
        let line = |count: &OutcomeCount| format!("{} x {}", count.attempts, count.outcome);
        tally.outcomes().iter().map(line).collect()
    }

    #[test]
    fn who_fails_does_not_matter_and_the_most_frequent_comes_first() {
        let mut tally = tally();
        tally.take_in(&returned(&[(0, 22), (1, 22), (2, 22)]));
        tally.take_in(&returned(&[(0, 0), (1, 22), (2, 0)]));
        tally.take_in(&returned(&[(0, 0), (1, 0), (2, 22)]));
        tally.take_in(&returned(&[(0, 0), (1, 0), (2, 0)]));

        assert_eq!(
            lines(&tally),
            [
                "2 x 2 attaches succeed, 1 fails with errno 22, TXN_IN_PROGRESS",
                "1 x 3 attaches fail with errno 22, TXN_IN_PROGRESS",
                "1 x 3 attaches succeed",
            ]
        );
        assert_eq!(
            (tally.attempts(), tally.attaches(), tally.attaches_failed()),
            (4, 12, 5)
        );
    }

    /// Of three refused attaches of one attempt, one violation is kept.
    #[test]
    fn a_violation_is_counted_once_for_an_attempt() {
        let mut tally = tally();
        tally.take_in(&returned(&[(0, 22), (1, 22), (2, 22)]));
        tally.take_in(&returned(&[(0, 22), (1, 0), (2, 0)]));
        tally.take_in(&returned(&[(0, 0), (1, 0), (2, 0)]));

        let found: Vec<&Found> = tally.found().collect();
        assert_eq!(found.len(), 1);
        let Violation {
            property, status, ..
        } = found[0].violation;
        // Nothing is known of the steps, so each failed alone.
        assert_eq!((property, status), (Property::SucceedsAlone, Some(REFUSED)));
        assert_eq!(found[0].attempts, 2);
        assert_eq!(found[0].execution.facts.len(), 3);
    }

    #[test]
    fn a_deadlock_and_a_panic_are_outcomes() {
        let mut tally = tally();
        let begin = |index| Blocked {
            thread: ThreadId::new(index),
            operation: Operation::local(Verb::Begin),
        };
        let mut deadlock = returned(&[(0, 0)]);
        deadlock.end = End::Deadlock(vec![begin(1), begin(2)]);
        tally.take_in(&deadlock);
        let mut panicked = returned(&[(0, 0), (1, 0)]);
        panicked.end = End::Panicked {
            thread: ThreadId::new(2),
            message: "oh".into(),
        };
        tally.take_in(&panicked);

        assert_eq!(
            lines(&tally),
            [
                "1 x 1 attach succeeds, 2 never return, deadlock: 2 threads wait in \
                 FwpmTransactionBegin",
                "1 x 2 attaches succeed, 1 never returns, a thread panics: oh",
            ]
        );
        assert_eq!(tally.attaches_failed(), 3);
    }

    /// A log that is no schedule confirms nothing.
    #[test]
    fn what_does_not_replay_is_not_confirmed() {
        let scenario = Scenario::embedded("attach/connect4_connect6").unwrap();
        let strategy = Strategy::named("shared-handle").unwrap();
        let mut tally = Tally::new(scenario.workload());
        tally.take_in(&returned(&[(0, 22), (1, 0)]));
        let found = tally.found().next().unwrap();
        let case = Case {
            scenario: &scenario,
            strategy: &strategy,
            waits: Waits::Sufficient,
            circumstances: &Circumstances::default(),
        };

        assert_eq!(confirm(case, found), None);
    }
}
