//! Iterative context bounding: every class of equivalent executions, those with the fewest
//! preemptions first.
//!
//! Musuvathi, Qadeer: *Iterative context bounding for systematic testing of multithreaded programs*
//! (PLDI 2007). A *preemption* is a switch away from a thread that could have gone on. Most bugs
//! need few of them, and the schedules with at most K are polynomially many in the length of an
//! execution; all schedules are exponentially many.
//!
//! # Why it is not `dpor` with a bound
//!
//! Pruning the search of `dpor` by preemptions is not sound: the execution in which the race is
//! seen that leads to a trace may need more preemptions than the trace itself (Coons et al., OOPSLA
//! 2013). Slack repairs that where it was proved how much is needed (Marmanis, Vafeiadis, TACAS
//! 2023), which for wakeup trees it was not. So this is another algorithm, which needs none.
//!
//! # How
//!
//! A shortest-path search (Dijkstra's, where each step costs 0 or 1) over *prefixes* of executions,
//! up to equivalence, together with the thread that stepped last. To go on with that thread costs
//! nothing; to switch costs 1 if it could have gone on, and otherwise nothing. So a prefix is
//! reached by a schedule with as few preemptions as any schedule of it has, and level after level
//! is exhausted. Two prefixes are equivalent if they have the same steps and order dependent ones
//! alike; then they lead to the same state (`prefix.rs`). What leads to a prefix that was reached
//! at no greater cost, with nothing left to do there, is cut off, and counted as redundant.
//!
//! - **It covers** every trace that has some schedule with at most K preemptions: all beginnings of
//!   that schedule have at most K, and each is explored or equivalent to one that was, at the same
//!   cost or below.
//! - **It is exact**: it reports no other trace, and each once.
//! - **It knows when a bound covers everything**: if each step that would exceed the bound leads to
//!   a prefix that was reached within it. These steps are taken to find out, until one does not.
//!
//! The price is memory for each prefix, bounded by [`PREFIXES_MAX`].

mod explorer;
mod prefix;

pub use explorer::IcbExplorer;
pub use explorer::PREFIXES_MAX;
