//! Going through circumstances: one search for each that makes a difference, and none twice.
//!
//! A search under some [`Circumstances`] asks for the readings of some questions and for the fates
//! of some calls. Circumstances that agree on all of that are one *class*: the search is the same
//! under each. [`Rounds`] goes through the classes: those with fewer faults first, then those with
//! fewer readings that differ from the start.
//!
//! After a round, every circumstances that differ from it in one thing that was asked are to be
//! gone through, unless they belong to a class that was. That misses none. A search is a function
//! of the answers it gets, so its questions form a decision tree, in some order, and the classes
//! are the leaves. Take a class that is still missing, and of those gone through the one whose path
//! has the longest beginning in common with its path. At the node where they part something was
//! asked; change that answer, and what comes of it has a longer beginning in common. The class of
//! that was gone through, or is to be.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Asked;
use super::CallKey;
use super::Circumstances;
use super::EngineFault;
use super::Profile;
use super::Scope;

/// Faults of calls.
type Faults = BTreeMap<CallKey, EngineFault>;

/// What is still to be gone through, and what was.
#[derive(Debug)]
pub struct Rounds {
    scope: Scope,
    start: Profile,
    /// By the number of faults and of differing readings: the next one first.
    pending: BTreeSet<(usize, usize, Circumstances)>,
    /// The classes that were gone through, by their faults.
    classes: BTreeMap<Faults, Vec<(Profile, Asked)>>,
}

impl Rounds {
    /// Nothing was gone through yet.
    pub fn new(scope: &Scope) -> Self {
        let start = scope.start();
        Self {
            scope: scope.clone(),
            start: start.profile,
            pending: BTreeSet::from([(0, 0, start)]),
            classes: BTreeMap::new(),
        }
    }

    /// The next circumstances to search under. What the search asks is to be handed to
    /// [`Rounds::take_in`] before the next call.
    pub fn advance(&mut self) -> Option<Circumstances> {
        while let Some((_, _, next)) = self.pending.pop_first() {
            if !self.is_known(&next) {
                return Some(next);
            }
        }
        None
    }

    /// Takes in what a search has asked: the circumstances without what it did not.
    pub fn take_in(&mut self, circumstances: &Circumstances, asked: Asked) -> Circumstances {
        let class = circumstances.restricted(&asked, &self.start);
        for other in self.neighbours(&class, &asked) {
            let differing = other.profile.differences(&self.start).len();
            self.pending.insert((other.faults.len(), differing, other));
        }
        let alike = self.classes.entry(class.faults.clone()).or_default();
        alike.push((class.profile, asked));
        class
    }

    /// Whether they belong to a class that was gone through. Its faults are among theirs.
    fn is_known(&self, circumstances: &Circumstances) -> bool {
        subsets(&circumstances.faults).any(|faults| {
            let classes = self.classes.get(&faults).into_iter().flatten();
            let mut classes = classes.filter(|(_, asked)| {
                let mut others = circumstances
                    .faults
                    .keys()
                    .filter(|key| !faults.contains_key(key));
                others.all(|key| !asked.calls.contains(key))
            });
            classes.any(|(profile, asked)| {
                let mut questions = asked.questions.iter();
                questions.all(|one| profile.reading(one) == circumstances.profile.reading(one))
            })
        })
    }

    /// The circumstances that differ in one thing that was asked.
    fn neighbours(&self, class: &Circumstances, asked: &Asked) -> Vec<Circumstances> {
        let mut others = Vec::new();
        let explored = asked
            .questions
            .iter()
            .filter(|&question| self.scope.explores(question));
        for question in explored {
            let readings = (0_u8..).map_while(|reading| class.profile.with(question, reading));
            let differing = readings.filter(|profile| *profile != class.profile);
            others.extend(differing.map(|profile| Circumstances {
                profile,
                ..class.clone()
            }));
        }
        for &call in &asked.calls {
            others.extend(self.fates(class, call));
        }
        others
    }

    /// The circumstances in which one call has another fate.
    fn fates(&self, class: &Circumstances, call: CallKey) -> Vec<Circumstances> {
        let faults = EngineFault::of(call.verb).iter().copied();
        let faults = faults.filter(|fault| self.scope.faults.contains(fault));
        let fates = std::iter::once(None).chain(faults.map(Some));
        let other = |fate: Option<EngineFault>| {
            let mut other = class.clone();
            match fate {
                Some(fault) => other.faults.insert(call, fault),
                None => other.faults.remove(&call),
            };
            other
        };
        let budget = usize::try_from(self.scope.fault_budget).unwrap_or(usize::MAX);
        let allowed = |other: &Circumstances| other != class && other.faults.len() <= budget;
        fates.map(other).filter(allowed).collect()
    }
}

/// All that can be left of some faults if some are left out: 2^n of them, of a small n.
fn subsets(faults: &Faults) -> impl Iterator<Item = Faults> {
    (0..1_u64 << faults.len()).map(|mask| {
        let listed = faults.iter().enumerate();
        let kept = listed.filter(|(place, _)| mask >> place & 1 == 1);
        kept.map(|(_, (call, fault))| (*call, *fault)).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::ThreadId;
    use crate::execution::Verb;
    use crate::wfp::NamedProfile;
    use crate::wfp::Question;
    use crate::wfp::Questions;

    const LOCK: Question = Question::LockMode;
    const LOOK: Question = Question::LookUp;
    const ADD: Question = Question::NotifyAdd;
    const ABORT: Question = Question::NotifyAbort;
    /// A question with three readings.
    const DELETE: Question = Question::NotifyDelete;

    fn asks(questions: &[Question]) -> Asked {
        let and = |all: Questions, &one: &Question| all.and(Questions::only(one));
        Asked {
            questions: questions.iter().fold(Questions::NONE, and),
            calls: BTreeSet::new(),
        }
    }

    fn call(thread: usize, verb: Verb) -> CallKey {
        CallKey {
            thread: ThreadId::new(thread),
            verb,
            occurrence: 1,
        }
    }

    /// Goes through everything: the circumstances in order, as texts. `search` stands for a search.
    fn gone_through(scope: &Scope, search: impl Fn(&Circumstances) -> Asked) -> Vec<String> {
        let mut rounds = Rounds::new(scope);
        let mut seen = Vec::new();
        while let Some(circumstances) = rounds.advance() {
            let asked = search(&circumstances);
            let class = rounds.take_in(&circumstances, asked);
            assert_eq!(class, circumstances, "nothing is in it that was not asked");
            seen.push(class.to_string());
            assert!(seen.len() <= 100, "it ends");
        }
        let different: BTreeSet<&String> = seen.iter().collect();
        assert_eq!(different.len(), seen.len(), "none twice");
        seen
    }

    fn adversarial() -> Scope {
        Scope::of(NamedProfile::Adversarial)
    }

    fn faults(budget: u32) -> Scope {
        Scope {
            fault_budget: budget,
            ..Scope::default()
        }
    }

    #[test]
    fn what_asks_nothing_is_searched_once() {
        assert_eq!(
            gone_through(&adversarial(), |_| Asked::default()),
            ["documented"]
        );
    }

    #[test]
    fn a_fixed_profile_is_searched_once_whatever_is_asked() {
        let observed = Scope::of(NamedProfile::ObservedWindows);

        assert_eq!(
            gone_through(&observed, |_| asks(&[LOCK, DELETE])),
            ["observed-windows"]
        );
    }

    /// 2 · 2 · 2: the documented readings, three with one other, three with two, one with three.
    #[test]
    fn three_independent_questions_of_two_readings_take_eight_searches() {
        let seen = gone_through(&adversarial(), |_| asks(&[LOCK, LOOK, ADD]));

        let differing: Vec<usize> = seen.iter().map(|text| text.matches('+').count()).collect();
        assert_eq!(differing, [0, 1, 1, 1, 2, 2, 2, 3]);
    }

    /// 2 · 3.
    #[test]
    fn every_reading_of_a_question_is_gone_through() {
        let seen = gone_through(&adversarial(), |_| asks(&[LOCK, DELETE]));

        assert_eq!(seen.len(), 6);
        assert!(seen.contains(&"documented+lock-mode=exclusive+notify-delete=at-call".to_owned()));
    }

    /// The second question is asked under one reading of the first: 2 + 1.
    #[test]
    fn a_question_that_one_reading_raises_is_not_gone_through_under_the_other() {
        let raised = |wanted: u8| {
            move |here: &Circumstances| {
                if here.profile.reading(LOCK) == wanted {
                    asks(&[LOCK, LOOK])
                } else {
                    asks(&[LOCK])
                }
            }
        };

        assert_eq!(
            gone_through(&adversarial(), raised(0)),
            [
                "documented",
                "documented+look-up=snapshot",
                "documented+lock-mode=exclusive"
            ]
        );
        assert_eq!(
            gone_through(&adversarial(), raised(1)),
            [
                "documented",
                "documented+lock-mode=exclusive",
                "documented+lock-mode=exclusive+look-up=snapshot"
            ]
        );
    }

    /// A tree with a question of its own on each side: the first decides which of two others is
    /// asked, and one of those raises a fourth. Leaves: 2 on one side; 1 + 2 on the other.
    #[test]
    fn a_tree_of_questions_has_one_search_for_each_leaf() {
        let search = |here: &Circumstances| {
            let reading = |question| here.profile.reading(question);
            match (reading(LOCK), reading(ADD)) {
                (0, _) => asks(&[LOCK, LOOK]),
                (_, 0) => asks(&[LOCK, ADD]),
                (_, _) => asks(&[LOCK, ADD, ABORT]),
            }
        };

        assert_eq!(gone_through(&adversarial(), search).len(), 5);
    }

    /// All trees of two levels of three questions, counted by going through all 2^3 combinations
    /// and taking those together that agree on what is asked.
    #[test]
    fn there_is_one_search_for_each_class_of_what_is_asked() {
        let questions = [LOCK, LOOK, ADD];
        for code in 0_u32..48 {
            // Which question is asked first, and which under each of its readings: none, one of the
            // two others, or both.
            let search = |here: &Circumstances| {
                let first = usize::try_from(code % 3).unwrap();
                let reading = here.profile.reading(questions[first]);
                let under = (code / 3) >> (2 * u32::from(reading));
                let others = questions.iter().filter(|one| **one != questions[first]);
                let asked = others.zip([1, 2]).filter(|(_, bit)| under & bit != 0);
                let mut all = vec![questions[first]];
                all.extend(asked.map(|(one, _)| *one));
                asks(&all)
            };
            let mut classes = BTreeSet::new();
            for combination in 0_u8..8 {
                let mut here = Circumstances::default();
                for (place, question) in questions.into_iter().enumerate() {
                    let reading = combination >> place & 1;
                    here.profile = here.profile.with(question, reading).unwrap();
                }
                let asked = search(&here).questions;
                let answers: Vec<_> = asked.iter().map(|one| here.profile.reading(one)).collect();
                classes.insert((asked, answers));
            }
            let seen = gone_through(&adversarial(), search);
            assert_eq!(seen.len(), classes.len(), "{code}");
        }
    }

    #[test]
    fn a_fixed_reading_is_kept_throughout() {
        let mut scope = adversarial();
        scope.fixed.insert(DELETE, 1);
        let seen = gone_through(&scope, |_| asks(&[LOCK, DELETE]));

        assert_eq!(
            seen,
            [
                "documented+notify-delete=deferred",
                "documented+lock-mode=exclusive+notify-delete=deferred"
            ]
        );
    }

    /// Two commits, which fail in one way each: none, one of the two, both.
    #[test]
    fn fewer_faults_come_first_and_the_budget_is_kept() {
        let asked = || Asked {
            calls: BTreeSet::from([call(0, Verb::Commit), call(1, Verb::Commit)]),
            ..Asked::default()
        };
        let one = [
            "documented",
            "documented+0.commit.1=commit-fails",
            "documented+1.commit.1=commit-fails",
        ];
        assert_eq!(gone_through(&faults(1), |_| asked()), one);
        let two = gone_through(&faults(2), |_| asked());
        assert_eq!(two.len(), 4);
        assert_eq!(two[..3], one);
        assert_eq!(gone_through(&faults(0), |_| asked()), ["documented"]);
    }

    /// An add fails in three ways, a delete in two: 1 + 3 + 2, and 3 · 2 for both.
    #[test]
    fn every_way_to_fail_is_gone_through_and_no_other() {
        let asked = |_: &Circumstances| Asked {
            calls: BTreeSet::from([call(0, Verb::FilterAdd), call(0, Verb::FilterDelete)]),
            ..Asked::default()
        };

        assert_eq!(gone_through(&faults(1), asked).len(), 6);
        assert_eq!(gone_through(&faults(2), asked).len(), 12);
        let mut few = faults(2);
        few.faults = BTreeSet::from([EngineFault::NotExecuted]);
        assert_eq!(gone_through(&few, asked).len(), 4);
    }

    /// After a begin that fails there is no commit. Begin fails in three ways: 1 + 3 + 1 with one
    /// fault, and no more with two.
    #[test]
    fn a_call_that_is_not_made_has_no_fate() {
        let begin = call(0, Verb::Begin);
        let asked = |here: &Circumstances| {
            let mut calls = BTreeSet::from([begin]);
            if !here.faults.contains_key(&begin) {
                calls.insert(call(0, Verb::Commit));
            }
            Asked {
                calls,
                ..Asked::default()
            }
        };

        assert_eq!(gone_through(&faults(1), asked).len(), 5);
        assert_eq!(gone_through(&faults(2), asked).len(), 5);
    }

    /// What a failed commit has done is asked only if one fails: 1 + 3.
    #[test]
    fn a_question_that_a_fault_raises_is_gone_through() {
        let asked = |here: &Circumstances| {
            let questions = if here.faults.is_empty() {
                Questions::NONE
            } else {
                Questions::only(Question::CommitFailure)
            };
            Asked {
                questions,
                calls: BTreeSet::from([call(0, Verb::Commit)]),
            }
        };
        let scope = Scope {
            fault_budget: 1,
            ..adversarial()
        };

        assert_eq!(gone_through(&scope, asked).len(), 4);
        assert_eq!(gone_through(&faults(1), asked).len(), 2);
    }
}
