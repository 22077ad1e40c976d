//! Partial-order reduction with source sets and sleep sets: an oracle of `dpor`.
//!
//! # The algorithm
//!
//! Abdulla, Aronis, Jonsson, Sagonas: *Optimal dynamic partial order reduction* (POPL 2014) and
//! *Source sets* (JACM 2017), the variant without wakeup trees. A depth-first search over schedules
//! in which each node holds the threads still to be tried there (`backtrack`). When a step is taken
//! for the first time, its *races* are looked for: earlier steps of other threads that it depends
//! on and with which it could have come first. For each, the node before the earlier step must try
//! some thread that can begin the other order. Sleep sets keep out what was tried already.
//!
//! # What differs from the paper, and why it stays complete
//!
//! - **Footprints depend on the state.** Dependence is judged by what steps really touched. A
//!   footprint holds everything its step's course was read from, so two adjacent steps that do not
//!   depend can be swapped with the same result. Where the paper asks whether the later step of a
//!   race could itself come first, that step might touch other things there than it did here; so it
//!   counts as such only if nothing before it shares what it *may* touch.
//! - **Steps that wait.** A step that waits without a time-out depends on whoever makes it ready,
//!   but cannot come before it. A step that ended a hold ([`Access::Release`]) is therefore no
//!   race of one that waited for it. Other races of a waiting step hide earlier ones only where the
//!   thread stood before the step and could have taken it: the race of two acquires is found
//!   although a release lies between them.
//! - **Steps that wait for ever.** Threads that are blocked when an execution ends have not taken
//!   their step, so it is raced as if it came last. Otherwise deadlocks would hide orders.
//! - **Waits that expire.** If waits may expire at any moment, a blocked thread can step: its step
//!   is an expiry, which read what it waited for. If they expire only when nothing else can run, an
//!   expiry depends on every step and is never raced; the node tries every thread that can expire.
//!   But the step that expired is raced as one that is blocked: had it been ready before, it would
//!   have been taken.
//! - **Choices.** All alternatives of a thread's step are tried wherever the thread is.
//!
//! It never reports what it did not run. With an exhausted search it misses nothing, under the
//! assumptions that the system is deterministic (checked as prefixes are run again) and that every
//! step names all it touches (enforced by the seam). Not optimal: it may cut executions off as
//! redundant, and says how many.
//!
//! [`Access::Release`]: crate::execution::Access::Release

mod event;
mod explorer;
mod race;

pub use explorer::SourceExplorer;
