//! Optimal partial-order reduction: one execution for each class of equivalent ones.
//!
//! # The algorithm
//!
//! Abdulla, Aronis, Jonsson, Sagonas: *Source sets: a foundation for optimal dynamic partial order
//! reduction* (JACM 2017), with wakeup trees. A depth-first search over schedules. When an
//! execution is complete, each of its *races* is looked at: an earlier step *e* and a later step
//! *f* of another thread that depend on each other with nothing between. The other order is the
//! sequence *v* of all that comes after *e* and does not happen after it, and then *f*. If nothing
//! that was explored from the node before *e* can begin *v*, then *v* is inserted into the wakeup
//! tree of that node, and is explored later, step by step. Sleep sets keep out what was explored
//! already.
//!
//! # What differs from the paper
//!
//! - **Footprints depend on the state.** Dependence is judged by what steps really touched. All of
//!   *v* but *f* did what it will do again; *f* itself may do something else without *e*, unless
//!   *e* only looked. What it will touch is then not known, only the most it may touch.
//!   - Against steps that *sleep* this is settled: had *f* depended on a sleeper, it would have
//!     raced with it behind it, and all that was explored. So each sleeper keeps who raced with it
//!     ([`planned::Racers`]), and covers what did not.
//!   - In *wakeup trees* a step is expected to do what its operation always did ([`habits`]). If it
//!     has done several things, the sequence is kept beside the others as *doubtful*: nothing
//!     relies on it, and it is looked at again when its turn comes. An expectation that fails
//!     leaves somebody asleep at a leaf on which others rely: then everything behind it is explored
//!     all the same, and what repeats is counted as redundant.
//! - **Steps that wait.** A step that waits without a time-out depends on who makes it ready, and
//!   cannot come before. Who ends a hold ([`Access::Release`], [`Access::Leave`]) is no race of it,
//!   and a sequence in which somebody still holds what it waits for is dropped. An earlier race is
//!   hidden behind a later one only where the thread already stood before the step and could have
//!   taken it: otherwise a release would hide the race of two acquires.
//! - **Steps that wait for several objects** may be ready, blocked and ready again. They race with
//!   all that changes one of these, and come before it with any part of the other changes.
//! - **Steps that wait for ever** are raced as if they came last, writing all that they wait for.
//! - **Waits that expire.** If at any moment, an expiry is a step like any other. If only when
//!   nothing else can run, it depends on every step: the node tries every thread that could expire,
//!   and the step is also raced as the blocked one that it was before.
//! - **Choices.** Another alternative is the other order of a race of the choice with itself.
//!
//! The pages of the project have the invariants and why nothing is missed
//! (`docs/internals/exploration.md`).
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
