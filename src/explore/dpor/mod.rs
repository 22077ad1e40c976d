//! Optimal partial-order reduction: one execution for each class of equivalent ones.
//!
//! # The algorithm
//!
//! Abdulla, Aronis, Jonsson, Sagonas: *Source sets: a foundation for optimal dynamic partial order
//! reduction* (JACM 2017), Algorithm 2: a depth-first search over schedules with wakeup trees and
//! sleep sets. When an execution has ended, each of its *races* is reversed: an event *e* and a
//! later event *f* of another thread that depend on each other with nothing between. Let
//! *v* = notdep(*e*, *E*).*f* be all that comes after *e* and does not happen after it, and then
//! *f*. If no sleep-set entry of the node before *e* is a weak initial of *v*, then *v* is inserted
//! into the wakeup tree of that node.
//!
//! | in the paper | here |
//! |---|---|
//! | event, happens-before | [`trace::Event`], [`trace::Trace`] |
//! | race *e* ≾ *f* | [`race::Race`], found by [`race::RaceScan`] |
//! | *v* = notdep(*e*, *E*).*f* | [`notdep::ReversedSequence`] |
//! | WI(*v*), weak initials | [`notdep::ReversedSequence::weak_initial`] |
//! | sleep(*E*) | [`step_plan::SleepEntry`], `DporExplorer::sleep_set` |
//! | wut(*E*), insert | [`wakeup::Branches`], [`wakeup::WakeupForest::insert`] |
//!
//! # What differs from the paper
//!
//! - **Only known steps are relied on.** Dependence is judged by what steps really touched. The
//!   events of *v* run as they were recorded. What *f* does without *e* is not known, unless *e*
//!   only read: then *f* is planned with the most that it may touch. A branch is followed on the
//!   way down the tree only if it is a weak initial of *v* for certain. A sleep-set entry need not
//!   be independent of *f* to cover *v*: what was explored behind the entry races with *f* itself.
//! - **Sleep sets retire at leaves.** In the paper nothing is asleep at a leaf of a wakeup tree.
//!   Here something may be, because *f* touched less than it might. Where nothing is planned, every
//!   sleep-set entry becomes *stale*: it still blocks its own step, but it no longer covers a
//!   sequence in which it does not occur. An execution in which only sleeping threads are left is
//!   cut off as redundant, and its races are reversed like any other's.
//! - **Steps that wait** race with every event that changes what they wait for, also with one that
//!   another hides, because a release comes between two acquires. Which other steps come before
//!   the waiting one is open then: *v* is tried with every closed subset of those that it may
//!   depend on, or, where these are many, with every thread that is enabled. An event that ends the
//!   hold for which the step waited ([`Access::Release`], [`Access::Leave`]) is no race.
//! - **Pending steps**: a thread that is blocked when an execution ends, or that a bound cut off,
//!   is raced as if its step came last.
//! - **Waits that expire.** If at any moment, an expiry is a step like any other. If only when
//!   nothing else can run, it depends on every step: the node plans every thread that can expire,
//!   and the step is also raced as the pending one that it was before.
//! - **Choices.** Another alternative is the reversal of a race of the choice with itself.
//!
//! Why nothing is missed stands in `docs/internals/exploration.md`.
//!
//! [`Access::Leave`]: crate::execution::Access::Leave
//! [`Access::Release`]: crate::execution::Access::Release

mod bits;
mod explorer;
mod mutation;
mod notdep;
mod object_index;
mod race;
mod reversal;
mod step_plan;
mod trace;
mod wakeup;

pub use explorer::DporExplorer;
pub use mutation::Mutation;
