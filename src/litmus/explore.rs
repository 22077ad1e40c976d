//! Exploring a program.

use std::path::PathBuf;

use crate::execution::Execution;
use crate::explore::Bounds;
use crate::explore::Choosing;
use crate::explore::Coverage;
use crate::explore::Executions;
use crate::explore::ExplorerKind;
use crate::explore::Reruns;
use crate::recount::Recount;
use crate::recount::recount;
use crate::replay::follow;
use crate::runtime::Waits;
use crate::runtime::controlled::Limits;

use super::Explored;
use super::Finding;
use super::Program;
use super::ReplayError;
use super::counterexample::Counterexample;
use super::findings::Wrong;
use super::registry;
use super::registry::Paths;
use super::schedule::Recorded;

/// How to explore a program: who chooses the schedules, how waits are read, and what ends it.
///
/// ```
/// use selvedge::explore::ExplorerKind;
/// use selvedge::litmus::Atomic;
/// use selvedge::litmus::Explore;
/// use selvedge::litmus::observe;
/// use selvedge::litmus::threads;
///
/// // The store buffering test. Memory is sequentially consistent here, so that one of the two
/// // threads at least sees what the other has stored.
/// let store_buffering = || {
///     threads(|threads| {
///         let (x, y) = (Atomic::new(0_u32), Atomic::new(0_u32));
///         for (name, mine, other) in [("a", x.clone(), y.clone()), ("b", y, x)] {
///             threads.spawn(move || {
///                 mine.store(1);
///                 observe(name, other.load());
///             });
///         }
///     })
/// };
/// let explored = Explore::new().run(store_buffering());
/// let outcomes: Vec<&str> = explored.outcomes.keys().map(String::as_str).collect();
/// assert_eq!(outcomes, ["a=0 b=1", "a=1 b=0", "a=1 b=1"]);
///
/// // Three classes of equivalent executions, of six interleavings.
/// assert_eq!(explored.executions, 3);
/// let every = Explore::new().explorer(ExplorerKind::Dfs).run(store_buffering());
/// assert_eq!(every.executions, 6);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explore {
    pub(super) explorer: ExplorerKind,
    pub(super) waits: Waits,
    pub(super) bounds: Bounds,
    seed: u64,
    /// Whether `source` is to explore it after `dpor`.
    pub(super) twice: bool,
    /// What the program is called in schedules.
    pub(super) name: String,
    /// The folder of schedules that once failed, if there is to be one.
    pub(super) regressions: Option<PathBuf>,
}

impl Default for Explore {
    fn default() -> Self {
        Self::new()
    }
}

/// Explores every execution of a program and panics unless nothing is wrong with any: what to call
/// in a `#[test]`.
///
/// # Panics
///
/// If something is wrong, or if a bound of [`Explore::new`] was reached first, or if the two
/// searches disagree, or if the program is not deterministic. The message shows the simplest
/// execution that is wrong, step by step.
#[track_caller]
pub fn prove(program: impl Into<Program>) {
    Explore::new().prove(program);
}

impl Explore {
    /// With `dpor`, and `source` after it; sufficient waits, and bounds of 1,000,000 executions and
    /// 10,000 steps each.
    pub fn new() -> Self {
        Self {
            explorer: ExplorerKind::Dpor,
            waits: Waits::Sufficient,
            bounds: Bounds::default(),
            seed: 0,
            twice: true,
            name: "program".to_owned(),
            regressions: None,
        }
    }

    /// Who chooses the schedules, alone.
    ///
    /// # Panics
    ///
    /// If it is loom or one of shuttle's: they do not run these programs.
    #[must_use]
    #[track_caller]
    pub fn explorer(self, explorer: ExplorerKind) -> Self {
        let name = explorer.name();
        assert!(explorer.is_own(), "`{name}` does not run these programs");
        Self {
            explorer,
            twice: false,
            ..self
        }
    }

    /// How waits are read that may expire: [`Mutex::lock_or_expire`](super::Mutex::lock_or_expire)
    /// and [`Condvar::wait_or_expire`](super::Condvar::wait_or_expire).
    #[must_use]
    pub fn waits(self, waits: Waits) -> Self {
        Self { waits, ..self }
    }

    /// After how many executions the search ends, redundant ones included.
    #[must_use]
    pub const fn executions_max(mut self, executions_max: u64) -> Self {
        self.bounds.executions_max = executions_max;
        self
    }

    /// After how many steps an execution is cut off. The search goes on, and the verdict is BOUNDED
    /// at best: see [`Explored::cut_off`] and [`Explored::loops`].
    #[must_use]
    pub const fn steps_max(mut self, steps_max: u32) -> Self {
        self.bounds.steps_max = steps_max;
        self
    }

    /// Explores every trace that has an execution with at most so many preemptions, and no other:
    /// those with the fewest first, by `icb`. A preemption is a switch away from a thread that
    /// could have gone on. If no trace needs more, the program is proved.
    ///
    /// Of this and [`explorer`](Self::explorer) the last one counts.
    #[must_use]
    pub const fn preemptions_max(mut self, preemptions_max: u32) -> Self {
        self.explorer = ExplorerKind::Icb;
        self.twice = false;
        self.bounds.preemptions_max = Some(preemptions_max);
        self
    }

    /// Ends the search at the first finding, which is then not always the simplest.
    #[must_use]
    pub const fn fail_fast(mut self) -> Self {
        self.bounds.fail_fast = true;
        self
    }

    /// What `random` draws with.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// What the program is called in schedules and in the names of their files.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..self
        }
    }

    /// A folder of schedules that once failed, for [`Explore::prove`]: those of the program's name
    /// are replayed before anything is searched, and what is found is kept there. The folder is
    /// made when there is something to keep.
    #[must_use]
    pub fn regressions(self, folder: impl Into<PathBuf>) -> Self {
        Self {
            regressions: Some(folder.into()),
            ..self
        }
    }

    /// Explores it by `dpor` alone. Otherwise, and unless [`explorer`](Self::explorer) or
    /// [`preemptions_max`](Self::preemptions_max) names another way, `source` explores it again
    /// when `dpor` has seen everything, and the classes of executions that both saw are compared.
    #[must_use]
    pub const fn once(mut self) -> Self {
        self.twice = false;
        self
    }

    /// Explores the program.
    ///
    /// In each execution the program must do the same for the same choices. The first execution is
    /// run 32 times more, each thousandth and the last once more, and all are compared with what
    /// they were: steps, what they gave back, what was observed, and how they ended. A program that
    /// is found out is [NOT DETERMINISTIC](Explored::not_deterministic).
    ///
    /// # Panics
    ///
    /// If the program's set-up panics, or if it is called from inside an exploration.
    pub fn run(&self, program: impl Into<Program>) -> Explored {
        self.explore(&program.into())
    }

    pub(super) fn explore(&self, program: &Program) -> Explored {
        registry::begin_exploration();
        let mut first = self.search(program);
        let whole = first.tally.coverage == Coverage::Exhausted;
        let second = (self.twice && whole)
            .then(|| self.second(program, &mut first))
            .flatten();
        registry::close();
        self.explored(program, first, second)
    }

    /// Runs the one execution that a schedule describes, for a debugger or a closer look: what is
    /// wrong with it, if anything. The schedule says how waits are read.
    ///
    /// # Errors
    ///
    /// [`ReplayError`] if the text is no schedule, or one of another program.
    ///
    /// # Panics
    ///
    /// As [`Explore::run`].
    pub fn replay(
        &self,
        schedule: &str,
        program: impl Into<Program>,
    ) -> Result<Option<Finding>, ReplayError> {
        self.replay_program(schedule, &program.into())
    }

    pub(super) fn replay_program(
        &self,
        schedule: &str,
        program: &Program,
    ) -> Result<Option<Finding>, ReplayError> {
        registry::begin_exploration();
        let (execution, waits) = Self::follow(schedule, program)?;
        let wrong = Wrong::of(&execution);
        let found = wrong.map(|wrong| {
            let counterexample = Counterexample {
                explore: self,
                program,
                waits,
                wrong: &wrong,
            };
            counterexample.explained(execution)
        });
        registry::close();
        Ok(found)
    }

    /// Counts the traces of the program again, by another algorithm than any explorer's: see
    /// [`recount`](crate::recount). Gives up beyond so many prefixes.
    ///
    /// # Panics
    ///
    /// As [`Explore::run`].
    pub fn recount(&self, program: impl Into<Program>, prefixes_max: u64) -> Recount {
        registry::begin_exploration();
        let (limits, program) = (self.limits(), program.into());
        let counted = recount(limits, &program, prefixes_max, |_| (), &mut |_| true);
        registry::close();
        counted
    }

    pub(super) const fn limits(&self) -> Limits {
        Limits {
            waits: self.waits,
            steps_max: self.bounds.steps_max,
        }
    }

    pub(super) fn executions<'p>(&self, program: &'p Program) -> Box<dyn Executions + 'p> {
        let choosing = Choosing {
            explorer: self.explorer,
            limits: self.limits(),
            bounds: &self.bounds,
            seed: self.seed,
        };
        let reruns = Reruns::Usual {
            before: 0,
            cut_offs: self.explorer == ExplorerKind::Dpor,
        };
        let executions = choosing.executions(program, reruns);
        executions.expect("internal bug: other explorers are refused")
    }

    /// Runs the execution that a schedule describes.
    pub(super) fn follow(
        schedule: &str,
        program: &Program,
    ) -> Result<(Execution, Waits), ReplayError> {
        let recorded = Recorded::from_token(schedule)?;
        let followed = follow(program, recorded.waits, &recorded.course, &Paths);
        registry::close();
        let is_wrong = Wrong::of(&followed.execution).is_some();
        match followed.misfit(is_wrong) {
            Some(misfit) => Err(misfit.into()),
            None => Ok((followed.execution, recorded.waits)),
        }
    }
}
