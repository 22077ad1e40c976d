//! A second count: the traces of a system, recounted by a search that shares nothing with `dpor`.
//!
//! # What it is for
//!
//! A proof by partial-order reduction is as good as the reduction: an explorer that wrongly takes
//! two executions for equivalent misses one and says PROVED. This recounts without any reduction of
//! that kind. It visits every *prefix* of every execution, each prefix up to equivalence once, and
//! takes every thread that can step from there. What ends somewhere is a complete trace. If the
//! number of these, how many of them are deadlocked, and their outcomes are those of the proof,
//! then two algorithms agree that have no line in common.
//!
//! # How
//!
//! Two prefixes are equivalent if they have the same steps and order dependent ones alike; then
//! they lead to the same state, so that what follows need be looked at once. Whether a prefix is
//! known is asked by a canonical form (`execution/form.rs`): for each step its place within its
//! thread, what it did, and for each thread how many of its steps are before it in the
//! happens-before relation. That set of descriptions determines the relation, whatever order the
//! steps came in. Dependence is judged there from the objects that the steps touched, by a
//! definition that no explorer uses.
//!
//! There are no races, no sleep sets, no wakeup trees, no backtracking points: just a depth-first
//! search over states, of which the canonical form is the name. The price is one visit for each
//! prefix, of which there can be exponentially more than traces, so it is bounded
//! ([`PREFIXES_MAX`]).
//!
//! # What it assumes, as the proof does
//!
//! - The system is deterministic, and its steps touch no more than their footprints say: both are
//!   the seam's to see to, which records footprints rather than trust them.
//! - Two steps of different threads that touch no common object, or such an object only by reads
//!   or only by changes that commute, commute. A step that ran because nothing else could depends
//!   on every other.
//! - The controlled runtime offers every thread that can step: both counts run on it.
//! - No two of at most a million canonical forms have the same 128 bits by accident: a chance of
//!   about 10^-27.

mod search;
mod verify;

pub use search::PREFIXES_MAX;
pub use search::Recount;
pub use search::recount;
pub use search::recount_on;
pub use verify::Claim;
pub use verify::Verification;
pub use verify::verify;
