//! Shrinking: from an execution that fails to the least one that fails in the same way.
//!
//! The only oracle is a replay that is judged again: what does not run, or does not fail in the
//! same way, is no candidate. Least means, in this order: faults, preemptions, switches,
//! expired waits, steps, and then a *form* that no two schedules share ([`Size`]). Which calls and
//! threads of a scenario are needed at all is decided before ([`reduce()`]).
//!
//! Two things are done in turn until neither finds anything better. *Moves* take the switches of
//! the schedule at hand away, in halves, then one by one (Choi and Zeller, ISSTA 2002), merge and
//! move runs, and push preemptions as late as the steps commute. A *search* then runs the schedules
//! with the fewest preemptions and switches first, whatever the schedule at hand looks like, so
//! that equal failures come to equal bytes from wherever they were found. The search is bounded; if
//! its bound is not reached, there is no lesser schedule but such as the search deems equivalent.
//!
//! Both are functions of the schedule at hand alone and stop when it is the best they know, so that
//! to shrink again changes nothing.

mod follow;
mod landmarks;
mod moves;
mod parts;
mod plan;
mod reduce;
mod search;
mod size;
mod target;

use crate::execution::Execution;

pub use reduce::Reduced;
pub use reduce::reduce;
pub use size::Size;
pub use target::Target;

pub(super) use follow::Beginning;
pub(super) use landmarks::Landmarks;

use target::Trial;

/// What shrinking came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shrunk {
    /// The least execution found, which fails in the same way.
    pub execution: Execution,
    /// How many executions were run for it.
    pub replays: u32,
    /// Whether every schedule with fewer preemptions and switches was looked at, so that it is the
    /// least there is and not only the least that was found.
    pub is_least: bool,
}

/// Shrinks an execution that fails.
///
/// Every switch of the result is necessary: without it the execution does not fail in the same way,
/// or does not exist. The replays are bounded by the length of the execution and its switches.
///
/// # Panics
///
/// If the execution does not fail in the way that the target says.
pub fn shrink(target: &Target<'_>, execution: &Execution) -> Shrunk {
    assert!((target.fails)(execution), "only what fails can be shrunk");
    let mut trial = Trial::new(target, execution);
    loop {
        moves::descend(&mut trial);
        let found = search::search(&mut trial);
        if !found.improved {
            return trial.into_shrunk(found.complete);
        }
    }
}
