//! A proof by a second explorer: the same system, searched by `source` beside `dpor`, and the
//! classes of executions that both saw compared.
//!
//! The second search is bounded by ten executions for each one of the first, those that were cut
//! off included. It may run at the same time as the first. It is then held back where it would
//! overtake that bound, so that what it sees does not depend on which of the two is quicker.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use tracing::Span;

use crate::execution::Execution;
use crate::execution::Journal;
use crate::runtime::controlled::Limits;
use crate::runtime::controlled::System;

use super::Bounds;
use super::Choosing;
use super::Classes;
use super::Coverage;
use super::Executions;
use super::ExplorerKind;
use super::Limit;
use super::NotDeterministic;
use super::Ran;
use super::Reruns;
use super::Unwatched;
use super::go_through;

/// How many executions the second search may begin for each one of the first.
pub const SECOND_MAX: u64 = 10;

/// What a second search says of a first one that saw everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondProof {
    /// It saw everything, too: the same classes of executions with the same outcomes.
    Agrees {
        /// How many classes.
        classes: u64,
    },
    /// It was stopped, and had seen no other classes than the first.
    Stopped {
        /// How many classes it had seen.
        seen: u64,
        /// How many the first saw.
        classes: u64,
    },
    /// One of the two saw a class that the other lacks: nothing is proved.
    Differs {
        /// How many classes the first lacks.
        first_lacks: u64,
        /// How many classes the second lacks.
        second_lacks: u64,
    },
}

impl SecondProof {
    /// What is said of two systems together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (
                Self::Differs {
                    first_lacks,
                    second_lacks,
                },
                Self::Differs {
                    first_lacks: more,
                    second_lacks: others,
                },
            ) => Self::Differs {
                first_lacks: first_lacks + more,
                second_lacks: second_lacks + others,
            },
            (differs @ Self::Differs { .. }, _) | (_, differs @ Self::Differs { .. }) => differs,
            (Self::Agrees { classes }, Self::Agrees { classes: more }) => Self::Agrees {
                classes: classes + more,
            },
            (one, other) => {
                let ((seen, classes), (also, more)) = (one.counts(), other.counts());
                Self::Stopped {
                    seen: seen + also,
                    classes: classes + more,
                }
            }
        }
    }

    /// How many classes the second search saw, and how many the first.
    const fn counts(self) -> (u64, u64) {
        match self {
            Self::Agrees { classes } => (classes, classes),
            Self::Stopped { seen, classes } => (seen, classes),
            Self::Differs { .. } => (0, 0),
        }
    }
}

/// The classes that one of two searches lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lacking {
    /// Which explorer lacks them.
    pub lacks: ExplorerKind,
    /// Which one saw them.
    pub has: ExplorerKind,
    /// Their fingerprints, in order. Never empty.
    pub classes: Vec<u128>,
}

/// Compares the classes of `dpor`, which saw everything, with those of `source`. Both sets are in
/// order. If they contradict each other, also says what one of them lacks: `dpor` if it lacks any.
pub fn compare(
    first: &[u128],
    (second, is_whole): (&[u128], bool),
) -> (SecondProof, Option<Lacking>) {
    let beyond = |set: &[u128], other: &[u128]| -> Vec<u128> {
        let missing = set.iter().filter(|one| other.binary_search(one).is_err());
        missing.copied().collect()
    };
    let first_lacks = beyond(second, first);
    let second_lacks = beyond(first, second);
    let contradicted = is_whole && !second_lacks.is_empty();
    if first_lacks.is_empty() && !contradicted {
        let classes = count(first.len());
        let proof = if is_whole {
            SecondProof::Agrees { classes }
        } else {
            let seen = count(second.len());
            SecondProof::Stopped { seen, classes }
        };
        return (proof, None);
    }
    let proof = SecondProof::Differs {
        first_lacks: count(first_lacks.len()),
        // What a search that was stopped has not seen, it does not lack.
        second_lacks: if is_whole {
            count(second_lacks.len())
        } else {
            0
        },
    };
    let (dpor, source) = (ExplorerKind::Dpor, ExplorerKind::Source);
    let lacking = if first_lacks.is_empty() {
        Lacking {
            lacks: source,
            has: dpor,
            classes: second_lacks,
        }
    } else {
        Lacking {
            lacks: dpor,
            has: source,
            classes: first_lacks,
        }
    };
    (proof, Some(lacking))
}

/// The first execution of a class that one of two searches of a system lacks: the other runs again
/// until it comes. Bounds on executions are left out.
///
/// # Panics
///
/// If it does not come: the system is not deterministic.
pub fn show(system: &dyn System, limits: Limits, bounds: &Bounds, lacking: &Lacking) -> Execution {
    let bounds = Bounds {
        executions_max: u64::MAX,
        fail_fast: false,
        ..*bounds
    };
    let choosing = Choosing {
        explorer: lacking.has,
        limits,
        bounds: &bounds,
        seed: 0,
    };
    let executions = choosing.executions(system, Reruns::None);
    let mut executions = executions.expect("both explorers are of this crate");
    let mut classes = Classes::default();
    let mut shown = None;
    _ = go_through(&mut *executions, (&bounds, &mut Unwatched), |ran| {
        let class = classes.take_in(ran.execution, &system.noted());
        if lacking.classes.binary_search(&class).is_err() {
            return ControlFlow::Continue(());
        }
        shown = Some(ran.execution.clone());
        ControlFlow::Break(())
    });
    shown.expect("internal bug: a search that is run again sees the same classes")
}

fn count(number: usize) -> u64 {
    u64::try_from(number).expect("a set in memory has less than 2^64 elements")
}

/// How far the first search is, for the second to keep to its bound.
#[derive(Debug, Default)]
pub struct Pace {
    state: Mutex<PaceState>,
    changed: Condvar,
}

#[derive(Debug, Default, Clone, Copy)]
struct PaceState {
    /// How many executions the first search has certainly begun.
    begun: u64,
    /// Whether it has ended, so that there will be no more.
    ended: bool,
    /// Whether nobody wants the second search any more.
    cancelled: bool,
}

impl Pace {
    /// That of a first search that has ended after so many executions, redundant ones included.
    pub fn of_ended(begun: u64) -> Arc<Self> {
        let pace = Self::default();
        pace.end(begun);
        Arc::new(pace)
    }

    /// The first search has begun at least so many executions.
    pub fn reach(&self, begun: u64) {
        self.change(|state| state.begun = begun);
    }

    /// The first search has ended after so many executions, redundant ones included.
    pub fn end(&self, begun: u64) {
        self.change(|state| {
            state.begun = begun;
            state.ended = true;
        });
    }

    /// Ends the second search soon, wherever it is.
    pub fn cancel(&self) {
        self.change(|state| state.cancelled = true);
    }

    fn change(&self, change: impl FnOnce(&mut PaceState)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    // A counter is as good after a panic elsewhere as before it.
    fn lock(&self) -> MutexGuard<'_, PaceState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an execution may be begun after so many others. Waits until that is known.
    fn allows(&self, begun: u64) -> Result<(), u64> {
        let mut state = self.lock();
        loop {
            let bound = state.begun.saturating_mul(SECOND_MAX);
            if state.cancelled {
                return Err(begun);
            }
            if begun < bound {
                return Ok(());
            }
            if state.ended {
                return Err(bound);
            }
            let changed = self.changed.wait(state);
            state = changed.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The executions of a second search: as many as the first one allows.
#[derive(Debug)]
pub struct Paced<E> {
    executions: E,
    pace: Arc<Pace>,
    begun: u64,
    stopped: Option<u64>,
}

impl<E: Executions> Paced<E> {
    /// These executions, at this pace.
    pub const fn new(executions: E, pace: Arc<Pace>) -> Self {
        Self {
            executions,
            pace,
            begun: 0,
            stopped: None,
        }
    }
}

impl<E: Executions> Executions for Paced<E> {
    fn advance(&mut self) -> bool {
        if !self.executions.advance() {
            return false;
        }
        self.stopped = self.pace.allows(self.begun).err();
        self.begun += 1;
        self.stopped.is_none()
    }

    fn run(&mut self) -> Option<Ran<'_>> {
        self.executions.run()
    }

    fn run_last_again(&mut self) -> bool {
        self.executions.run_last_again()
    }

    fn not_deterministic(&self) -> Option<&NotDeterministic> {
        self.executions.not_deterministic()
    }

    fn coverage(&self) -> Coverage {
        let stopped = self
            .stopped
            .map(|bound| Coverage::Bounded(Limit::Executions(bound)));
        stopped.unwrap_or_else(|| self.executions.coverage())
    }

    fn span(&self) -> Span {
        self.executions.span()
    }

    /// The first search tells what there is to tell.
    fn is_quiet(&self) -> bool {
        true
    }

    fn takes(&mut self, journal: &Journal) -> bool {
        self.executions.takes(journal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_whole_searches_agree_only_on_equal_sets() {
        let agrees = SecondProof::Agrees { classes: 3 };

        assert_eq!(compare(&[1, 2, 3], (&[1, 2, 3], true)), (agrees, None));
        let (proof, lacking) = compare(&[1, 2, 3], (&[1, 2, 4], true));
        let differs = SecondProof::Differs {
            first_lacks: 1,
            second_lacks: 1,
        };
        assert_eq!(proof, differs);
        let lacking = lacking.unwrap();
        assert_eq!(
            (lacking.lacks, lacking.has),
            (ExplorerKind::Dpor, ExplorerKind::Source)
        );
        assert_eq!(lacking.classes, [4]);
        let (_, lacking) = compare(&[1, 2, 3], (&[1, 3], true));
        let lacking = lacking.unwrap();
        assert_eq!(
            (lacking.lacks, lacking.classes),
            (ExplorerKind::Source, vec![2])
        );
    }

    #[test]
    fn a_second_search_that_was_stopped_differs_only_by_what_it_saw() {
        let stopped = SecondProof::Stopped {
            seen: 1,
            classes: 2,
        };

        assert_eq!(compare(&[1, 2], (&[2], false)), (stopped, None));
        let (proof, lacking) = compare(&[1, 2], (&[3], false));
        let differs = SecondProof::Differs {
            first_lacks: 1,
            second_lacks: 0,
        };
        assert_eq!(proof, differs);
        assert_eq!(lacking.unwrap().classes, [3]);
    }

    #[test]
    fn a_difference_outweighs_all_else() {
        let agrees = SecondProof::Agrees { classes: 3 };
        let stopped = SecondProof::Stopped {
            seen: 1,
            classes: 2,
        };
        let differs = SecondProof::Differs {
            first_lacks: 1,
            second_lacks: 2,
        };

        assert_eq!(agrees.and(agrees), SecondProof::Agrees { classes: 6 });
        let part = SecondProof::Stopped {
            seen: 4,
            classes: 5,
        };
        assert_eq!(agrees.and(stopped), part);
        assert_eq!(stopped.and(agrees), part);
        assert_eq!(agrees.and(differs), differs);
        assert_eq!(differs.and(stopped), differs);
    }

    #[test]
    fn a_second_search_begins_ten_executions_for_each_of_the_first() {
        let pace = Pace::default();
        pace.reach(2);
        assert_eq!(pace.allows(19), Ok(()));
        pace.end(2);
        assert_eq!(pace.allows(20), Err(20));
        pace.cancel();
        assert_eq!(pace.allows(3), Err(3));
    }
}
