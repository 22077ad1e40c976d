//! What one search says of another: whether two explorers agree on a model.
//!
//! An opinion compares a report with that of the reference explorer, on three things: the verdict,
//! what was found (property and status), and what the executions came to. Numbers of executions are
//! not compared: explorers differ in how many equivalent ones they run.
//!
//! Two searches that have both seen everything must agree on all three. One that was stopped by a
//! bound, or that samples, may lack what the other has; it differs if it has what a whole search
//! lacks, and also if it found what does not replay.
//!
//! One finding depends on how much was seen: a call that fails is counted as interference until it
//! is seen to fail alone, too, with whatever status. So a search that has not seen everything may
//! say [`Property::NonInterference`] where a whole one says [`Property::SucceedsAlone`]; that is no
//! contradiction.

use std::collections::BTreeSet;
use std::fmt;

use crate::execution::Outcome;
use crate::explore::Coverage;
use crate::explore::Limit;
use crate::explore::Unsuitability;
use crate::property::Property;
use crate::status::NtStatus;
use crate::wfp::Circumstances;

use super::CheckReport;
use super::Verdict;
use super::phrases::counted;
use super::phrases::grouped;

/// What one search says of another.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Opinion {
    /// Both have seen everything, and it is the same.
    Agrees,
    /// At least one has not seen everything; what it has seen is nothing new to the other.
    AgreesSoFar {
        /// How many outcomes both saw.
        seen: usize,
        /// How many outcomes the one saw that saw more: the reference, or this search if only it
        /// has seen everything.
        of: usize,
    },
    /// This explorer cannot run the model.
    CannotRun(Unsuitability),
    /// They contradict each other. Never empty.
    Differs(Vec<Difference>),
}

/// One thing in which two searches contradict each other.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// The verdict.
    Verdict {
        /// That of the reference.
        reference: Verdict,
        /// This one.
        here: Verdict,
    },
    /// The reference does not have this finding.
    Extra(Property, Option<NtStatus>),
    /// Only the reference has this finding.
    Missing(Property, Option<NtStatus>),
    /// The outcomes are not the same.
    Outcomes {
        /// How many only the reference has.
        missing: usize,
        /// How many only this search has.
        extra: usize,
    },
    /// It found something that does not replay on the controlled runtime.
    Unconfirmed,
}

impl Opinion {
    /// What the report `here` says of the report `reference`: of the same strategy on the same
    /// model, under the same reading of waits.
    ///
    /// # Panics
    ///
    /// If a report does not hold its outcomes: `Keep::outcomes` has to be asked for.
    pub fn of(reference: &CheckReport, here: &CheckReport) -> Self {
        if let Coverage::Unsuitable(why) = here.coverage {
            return Self::CannotRun(why);
        }
        let exhausted = |report: &CheckReport| report.coverage == Coverage::Exhausted;
        let (whole_reference, whole) = (exhausted(reference), exhausted(here));
        let (there, seen) = (outcomes(reference), outcomes(here));
        let mut differences = Vec::new();
        if whole_reference && whole && reference.verdict != here.verdict {
            differences.push(Difference::Verdict {
                reference: reference.verdict,
                here: here.verdict,
            });
        }
        if here.coverage == Coverage::Bounded(Limit::Unconfirmed) {
            differences.push(Difference::Unconfirmed);
        }
        let (known, found) = (findings(reference), findings(here));
        // Whoever has seen everything must have all that the other has.
        if whole_reference {
            let extra = unknown(&found, &known, whole);
            differences.extend(extra.map(|(property, status)| Difference::Extra(property, status)));
        }
        if whole {
            let missing = unknown(&known, &found, whole_reference);
            let missing = missing.map(|(property, status)| Difference::Missing(property, status));
            differences.extend(missing);
        }
        let missing = there.difference(seen).filter(|_| whole).count();
        let extra = seen.difference(there).filter(|_| whole_reference).count();
        if missing + extra > 0 {
            differences.push(Difference::Outcomes { missing, extra });
        }
        if !differences.is_empty() {
            Self::Differs(differences)
        } else if whole_reference && whole {
            Self::Agrees
        } else {
            Self::AgreesSoFar {
                seen: there.intersection(seen).count(),
                of: if whole && !whole_reference {
                    seen.len()
                } else {
                    there.len()
                },
            }
        }
    }

    /// Whether it is a contradiction.
    pub const fn differs(&self) -> bool {
        matches!(self, Self::Differs(_))
    }

    /// The opinion in one or two words.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::AgreesSoFar { .. } => "agrees so far",
            Self::CannotRun(_) => "cannot run",
            Self::Differs(_) => "DIFFERS",
        }
    }
}

fn outcomes(report: &CheckReport) -> &BTreeSet<(Circumstances, Outcome)> {
    let outcomes = report.outcomes.as_ref();
    outcomes.expect("an opinion is of reports that keep their outcomes")
}

/// What a search found: a property and a status each.
type Findings = BTreeSet<(Property, Option<NtStatus>)>;

fn findings(report: &CheckReport) -> Findings {
    let found = report.counterexamples.iter();
    found.map(|found| (found.property, found.status)).collect()
}

/// What is found and not known. `all` says whether who found it has seen everything; if not, what
/// looks like interference may be known to fail alone.
fn unknown<'a>(
    found: &'a Findings,
    known: &'a Findings,
    all: bool,
) -> impl Iterator<Item = (Property, Option<NtStatus>)> {
    let some_alone = known
        .iter()
        .any(|(property, _)| *property == Property::SucceedsAlone);
    let alone = move |&(property, _): &(Property, Option<NtStatus>)| {
        let interference = property == Property::NonInterference;
        !all && interference && some_alone
    };
    found
        .difference(known)
        .copied()
        .filter(move |finding| !alone(finding))
}

/// The opinion with its reason.
impl fmt::Display for Opinion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())?;
        match self {
            Self::Agrees => Ok(()),
            Self::AgreesSoFar { seen, of } => {
                let plural = if *of == 1 { "" } else { "s" };
                write!(
                    f,
                    ": saw {} of {} outcome{plural}",
                    number(*seen),
                    number(*of)
                )
            }
            Self::CannotRun(why) => write!(f, ": {why}"),
            Self::Differs(differences) => {
                let differences: Vec<String> =
                    differences.iter().map(ToString::to_string).collect();
                write!(f, ": {}", differences.join("; "))
            }
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |property: Property, status: Option<NtStatus>| match status {
            Some(status) => format!("{} {}", property.name(), status.short()),
            None => property.name().to_owned(),
        };
        match *self {
            Self::Verdict { reference, here } => {
                write!(f, "{} instead of {}", here.word(), reference.word())
            }
            Self::Extra(property, status) => write!(f, "found {}", named(property, status)),
            Self::Missing(property, status) => {
                write!(f, "did not find {}", named(property, status))
            }
            Self::Outcomes { missing, extra } => {
                let (missing, extra) = (count(missing), count(extra));
                write!(
                    f,
                    "{} missing, {} more",
                    counted(missing, "outcome"),
                    grouped(extra)
                )
            }
            Self::Unconfirmed => f.write_str("found what does not replay"),
        }
    }
}

fn number(count: usize) -> String {
    grouped(self::count(count))
}

fn count(number: usize) -> u64 {
    u64::try_from(number).expect("what fits into memory fits into 64 bits")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::End;
    use crate::execution::FinalState;
    use crate::execution::ThreadId;
    use crate::execution::ThreadResult;
    use crate::report::sample;
    use crate::runtime::Waits;

    /// The outcomes in which a call returned one of these.
    fn seen(errnos: &[u32]) -> BTreeSet<(Circumstances, Outcome)> {
        let outcome = |&errno: &u32| Outcome {
            end: End::Finished,
            results: vec![ThreadResult {
                thread: ThreadId::new(0),
                call: 0,
                errno,
                cause: NtStatus::SUCCESS,
            }],
            rest: FinalState::default(),
        };
        let under = |outcome| (Circumstances::default(), outcome);
        errnos.iter().map(outcome).map(under).collect()
    }

    fn proved(errnos: &[u32]) -> CheckReport {
        CheckReport {
            outcomes: Some(seen(errnos)),
            ..sample::proved("any", Waits::Sufficient)
        }
    }

    fn violated(errnos: &[u32]) -> CheckReport {
        CheckReport {
            outcomes: Some(seen(errnos)),
            ..sample::violated("any", Waits::Sufficient)
        }
    }

    /// The same report of a search that did not see everything.
    fn bounded(report: CheckReport) -> CheckReport {
        let proved = report.verdict == Verdict::Proved;
        let verdict = if proved {
            Verdict::Bounded
        } else {
            report.verdict
        };
        let coverage = Coverage::Bounded(Limit::Executions(9));
        CheckReport {
            verdict,
            coverage,
            ..report
        }
    }

    fn opinion(reference: &CheckReport, here: &CheckReport) -> String {
        Opinion::of(reference, here).to_string()
    }

    #[test]
    fn two_whole_searches_agree_if_they_saw_the_same() {
        assert_eq!(opinion(&proved(&[0]), &proved(&[0])), "agrees");
        assert_eq!(opinion(&violated(&[0, 22]), &violated(&[0, 22])), "agrees");
    }

    #[test]
    fn two_whole_searches_differ_in_verdict_findings_and_outcomes() {
        assert_eq!(
            opinion(&violated(&[0, 22]), &proved(&[0])),
            "DIFFERS: PROVED instead of VIOLATED; did not find non-interference TXN_IN_PROGRESS; \
             1 outcome missing, 0 more"
        );
        assert_eq!(
            opinion(&proved(&[0]), &violated(&[0, 22])),
            "DIFFERS: VIOLATED instead of PROVED; found non-interference TXN_IN_PROGRESS; \
             0 outcomes missing, 1 more"
        );
        assert_eq!(
            opinion(&proved(&[0, 1, 2]), &proved(&[3])),
            "DIFFERS: 3 outcomes missing, 1 more"
        );
    }

    #[test]
    fn a_search_that_saw_less_agrees_so_far() {
        let here = bounded(proved(&[0]));
        assert_eq!(
            opinion(&violated(&[0, 22]), &here),
            "agrees so far: saw 1 of 2 outcomes"
        );
        let sampled = CheckReport {
            verdict: Verdict::Sampled,
            coverage: Coverage::Sampled {
                seed: 0,
                executions: 9,
            },
            ..proved(&[])
        };
        assert_eq!(
            opinion(&proved(&[0]), &sampled),
            "agrees so far: saw 0 of 1 outcome"
        );
    }

    /// Seeing less is no excuse for seeing something else.
    #[test]
    fn a_search_that_saw_less_differs_if_it_saw_something_new() {
        assert_eq!(
            opinion(&proved(&[0]), &bounded(violated(&[0, 22]))),
            "DIFFERS: found non-interference TXN_IN_PROGRESS; 0 outcomes missing, 1 more"
        );
        assert_eq!(
            opinion(&proved(&[0]), &bounded(proved(&[1]))),
            "DIFFERS: 0 outcomes missing, 1 more"
        );
    }

    /// The reference was stopped: what it has not seen it cannot know, what it found the other must
    /// find.
    #[test]
    fn a_reference_that_saw_less_is_contradicted_by_what_it_found_alone() {
        let reference = bounded(proved(&[0]));
        assert_eq!(
            opinion(&reference, &proved(&[0, 1])),
            "agrees so far: saw 1 of 2 outcomes"
        );
        assert_eq!(
            opinion(&reference, &violated(&[0, 22])),
            "agrees so far: saw 1 of 2 outcomes"
        );
        assert_eq!(
            opinion(&reference, &proved(&[1])),
            "DIFFERS: 1 outcome missing, 0 more"
        );
        assert_eq!(
            opinion(&bounded(violated(&[0])), &proved(&[0])),
            "DIFFERS: did not find non-interference TXN_IN_PROGRESS"
        );
        assert!(!Opinion::of(&reference, &violated(&[0])).differs());
        assert!(!Opinion::of(&reference, &bounded(proved(&[1]))).differs());
    }

    /// A search that was stopped had not seen the call fail alone.
    #[test]
    fn interference_of_what_may_fail_alone_is_no_contradiction() {
        let mut alone = violated(&[22]);
        alone.counterexamples[0].property = Property::SucceedsAlone;
        let interference = violated(&[22]);

        assert!(!Opinion::of(&alone, &bounded(interference.clone())).differs());
        assert!(Opinion::of(&alone, &interference).differs());
        assert!(Opinion::of(&interference, &bounded(alone)).differs());
    }

    #[test]
    fn what_cannot_run_has_no_opinion_and_says_why() {
        let why = Unsuitability::Threads { needs: 5, has: 4 };
        let here = CheckReport {
            verdict: Verdict::Unsuitable,
            coverage: Coverage::Unsuitable(why),
            ..proved(&[])
        };

        assert_eq!(
            opinion(&violated(&[22]), &here),
            "cannot run: 5 threads, takes at most 4"
        );
    }

    /// Whatever it is, it is not the same.
    #[test]
    fn a_finding_that_does_not_replay_differs() {
        let here = CheckReport {
            verdict: Verdict::Bounded,
            coverage: Coverage::Bounded(Limit::Unconfirmed),
            ..proved(&[0])
        };

        assert_eq!(
            opinion(&proved(&[0]), &here),
            "DIFFERS: found what does not replay"
        );
    }

    #[test]
    #[should_panic(expected = "keep their outcomes")]
    fn an_opinion_without_outcomes_is_refused() {
        let without = sample::proved("any", Waits::Sufficient);
        Opinion::of(&without, &without);
    }
}
