//! One program under the oracle, `dpor`, `source` and the recount.

use std::ops::ControlFlow;
use std::panic;

use selvedge::execution::Execution;
use selvedge::explore::Bounds;
use selvedge::explore::Coverage;
use selvedge::explore::DporExplorer;
use selvedge::explore::Explorer;
use selvedge::explore::SourceExplorer;
use selvedge::explore::Unwatched;
use selvedge::explore::search;
use selvedge::recount::Recount;
use selvedge::recount::recount_on;
use selvedge::runtime::Waits;
use selvedge::runtime::controlled::Machine;

use crate::seen::machine;
use crate::seen::trace_class_in;
use crate::small::Small;
use crate::small::Watched;

use super::code::Code;
use super::digest::Digest;
use super::oracle::Oracle;
use super::outcome;

/// What is held to the oracle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Searcher {
    Dpor,
    Source,
    Recount,
}

impl Searcher {
    pub(crate) const ALL: [Self; 3] = [Self::Dpor, Self::Source, Self::Recount];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Dpor => "dpor",
            Self::Source => "source",
            Self::Recount => "recount",
        }
    }
}

/// What a search does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    MissesOutcomes,
    /// It comes to an outcome that the oracle does not have.
    InventsOutcomes,
    /// It misses classes that another search ran.
    MissesClasses,
    RepeatsClasses,
    Panics,
}

/// A difference between searches, with its reading of waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Difference {
    pub(crate) searcher: Searcher,
    pub(crate) fault: Fault,
    pub(crate) waits: Waits,
}

/// How far a comparison goes.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_field_names, reason = "each is a bound")]
pub(crate) struct Reach {
    /// The most states of the oracle: a program with more is given up.
    pub(crate) states_max: usize,
    /// The most executions of a search: a program with more is given up.
    pub(crate) executions_max: u64,
    /// The most states of a program that is recounted, too.
    pub(crate) recounted_max: usize,
}

/// What a comparison came to. Programs with finite waits count both readings.
#[derive(Debug, Clone, Default)]
pub(crate) struct Compared {
    /// Executions of `dpor`.
    pub(crate) executions: u64,
    /// Classes of them.
    pub(crate) classes: u64,
    pub(crate) redundant: u64,
    pub(crate) redundant_of_source: u64,
    /// How many readings were recounted.
    pub(crate) recounted: u64,
    /// True if the program was too large under one reading.
    pub(crate) given_up: bool,
    pub(crate) differences: Vec<Difference>,
}

impl Compared {
    /// Adds the numbers of another program.
    pub(crate) fn add(&mut self, other: &Self) {
        self.executions += other.executions;
        self.classes += other.classes;
        self.redundant += other.redundant;
        self.redundant_of_source += other.redundant_of_source;
        self.recounted += other.recounted;
    }
}

/// What one search saw, as sorted digests.
#[derive(Debug, Default)]
struct Seen {
    classes: Vec<u128>,
    outcomes: Vec<u128>,
    executions: u64,
    redundant: u64,
    panicked: bool,
}

impl Seen {
    fn clear(&mut self) {
        self.classes.clear();
        self.outcomes.clear();
        (self.executions, self.redundant) = (0, 0);
        self.panicked = false;
    }

    fn sort(&mut self) {
        for digests in [&mut self.classes, &mut self.outcomes] {
            digests.sort_unstable();
            digests.dedup();
        }
    }
}

/// True if the first of two sorted sequences lacks something of the second.
fn lacks(first: &[u128], second: &[u128]) -> bool {
    let mut own = first.iter();
    second
        .iter()
        .any(|digest| !own.by_ref().any(|mine| mine == digest))
}

/// Compares one program after another. Machines and buffers are kept.
pub(crate) struct Comparer {
    reach: Reach,
    machines: [Machine; 2],
    oracle: Oracle,
    outcomes: Vec<u128>,
    seen: [Seen; 3],
    words: Vec<u32>,
    names: Vec<u64>,
}

/// A program with more states, or a search with more executions, than is asked for.
struct GivenUp;

impl Comparer {
    pub(crate) fn new(reach: Reach) -> Self {
        Self {
            reach,
            machines: [machine(Waits::MayExpire), machine(Waits::Sufficient)],
            oracle: Oracle::default(),
            outcomes: Vec::new(),
            seen: Default::default(),
            words: Vec::new(),
            names: Vec::new(),
        }
    }

    /// Compares a program under every reading of waits that matters to it.
    pub(crate) fn compare(&mut self, program: &Small) -> Compared {
        let code = Code::of(program);
        let system = Watched::new(program.clone());
        let mut compared = Compared::default();
        let readings = [Waits::MayExpire, Waits::Sufficient];
        for waits in &readings[..=usize::from(code.expires)] {
            let compared_so = self.compare_one(&code, &system, (*waits, &mut compared));
            compared.given_up |= compared_so.is_err();
        }
        compared
    }

    fn compare_one(
        &mut self,
        code: &Code,
        system: &Watched,
        (waits, compared): (Waits, &mut Compared),
    ) -> Result<(), GivenUp> {
        self.outcomes.clear();
        let outcomes = &mut self.outcomes;
        let found = self
            .oracle
            .outcomes(code, (waits, self.reach.states_max), |digest, _| {
                outcomes.push(digest);
            });
        let states = found.map_err(|_| GivenUp)?;
        self.outcomes.sort_unstable();
        self.outcomes.dedup();
        self.explore(system, (waits, Searcher::Dpor), DporExplorer::new(waits))?;
        self.explore(
            system,
            (waits, Searcher::Source),
            SourceExplorer::new(waits),
        )?;
        let recounted = states <= self.reach.recounted_max && self.recount(system, waits);
        let searchers = &Searcher::ALL[..2 + usize::from(recounted)];
        for &searcher in searchers {
            self.judge(searcher, searchers, (waits, compared));
        }
        let [dpor, source, _] = &self.seen;
        compared.executions += dpor.executions;
        compared.classes += u64::try_from(dpor.classes.len()).expect("few classes");
        compared.redundant += dpor.redundant;
        compared.redundant_of_source += source.redundant;
        compared.recounted += u64::from(recounted);
        Ok(())
    }

    fn judge(
        &self,
        searcher: Searcher,
        searchers: &[Searcher],
        (waits, compared): (Waits, &mut Compared),
    ) {
        let place = |searcher: Searcher| Searcher::ALL.iter().position(|known| *known == searcher);
        let seen = |searcher| &self.seen[place(searcher).expect("a searcher")];
        let own = seen(searcher);
        let mut others = searchers.iter().filter(|other| **other != searcher);
        let classes = u64::try_from(own.classes.len()).expect("few classes");
        let repeats = searcher == Searcher::Dpor && own.executions > classes;
        let faults = if own.panicked {
            [(Fault::Panics, true); 4]
        } else {
            [
                (Fault::MissesOutcomes, lacks(&own.outcomes, &self.outcomes)),
                (Fault::InventsOutcomes, lacks(&self.outcomes, &own.outcomes)),
                (
                    Fault::MissesClasses,
                    others.any(|other| lacks(&own.classes, &seen(*other).classes)),
                ),
                (Fault::RepeatsClasses, repeats),
            ]
        };
        let count = if own.panicked { 1 } else { faults.len() };
        let found = faults[..count].iter().filter(|(_, wrong)| *wrong);
        compared
            .differences
            .extend(found.map(|&(fault, _)| Difference {
                searcher,
                fault,
                waits,
            }));
    }

    fn machine(waits: Waits) -> usize {
        usize::from(waits == Waits::Sufficient)
    }

    fn explore<E: Explorer>(
        &mut self,
        system: &Watched,
        (waits, searcher): (Waits, Searcher),
        mut explorer: E,
    ) -> Result<(), GivenUp> {
        let place = usize::from(searcher == Searcher::Source);
        let (seen, words, names) = (&mut self.seen[place], &mut self.words, &mut self.names);
        seen.clear();
        let machine = &mut self.machines[Self::machine(waits)];
        let bounds = Bounds {
            executions_max: self.reach.executions_max,
            ..Bounds::default()
        };
        let visit = |execution: &Execution| {
            take_in(seen, execution, system, (words, names));
            ControlFlow::Continue(())
        };
        let result = panic::catch_unwind(panic::AssertUnwindSafe(|| {
            search(
                machine,
                system,
                &mut explorer,
                (&bounds, &mut Unwatched),
                visit,
            )
        }));
        let Ok(tally) = result else {
            // A machine that was left in the middle of an execution is of no more use.
            self.machines = [machine_of(0), machine_of(1)];
            seen.panicked = true;
            return Ok(());
        };
        if tally.coverage != Coverage::Exhausted {
            return Err(GivenUp);
        }
        (seen.executions, seen.redundant) = (tally.executions, tally.redundant);
        seen.sort();
        Ok(())
    }

    /// False if there are too many prefixes.
    fn recount(&mut self, system: &Watched, waits: Waits) -> bool {
        let [.., seen] = &mut self.seen;
        let (words, names) = (&mut self.words, &mut self.names);
        seen.clear();
        let machine = &mut self.machines[Self::machine(waits)];
        let visit = |execution: &Execution| take_in(seen, execution, system, (words, names));
        let prefixes_max = u64::try_from(self.reach.recounted_max * 20).expect("a bound");
        let counted = recount_on(machine, system, prefixes_max, visit, &mut |_| true);
        seen.sort();
        matches!(counted, Recount::Complete { .. })
    }
}

fn machine_of(place: usize) -> Machine {
    machine([Waits::MayExpire, Waits::Sufficient][place])
}

fn take_in(
    seen: &mut Seen,
    execution: &Execution,
    system: &Watched,
    (words, names): (&mut Vec<u32>, &mut Vec<u64>),
) {
    outcome::words_of(execution, system.sizes(), words);
    let outcome = Digest::of(words);
    seen.outcomes.push(outcome);
    let [one, two, stuck] = trace_class_in(execution, names);
    let class = u128::from(one) << 64 | u128::from(two);
    seen.classes.push(class ^ u128::from(stuck));
}
