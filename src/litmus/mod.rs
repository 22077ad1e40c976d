//! Explore a small concurrent program of your own under every interleaving of its threads.
//!
//! A program is a closure. Whatever its threads share is made inside of it from the types here,
//! which stand for those of the standard library: every access to them is a *step*, and the search
//! runs the closure again and again until it has seen every order of the steps that could make a
//! difference. Whatever panics in one of these executions is a finding, and so is a deadlock.
//!
//! # A lost update
//!
//! ```
//! use selvedge::litmus::Atomic;
//! use selvedge::litmus::Explore;
//! use selvedge::litmus::spawn;
//!
//! let lost_update = || {
//!     let counter = Atomic::new(0_u32);
//!     let add = |counter: Atomic<u32>| move || counter.store(counter.load() + 1);
//!     let both = [(); 2].map(|()| spawn(add(counter.clone())));
//!     for thread in both {
//!         thread.join();
//!     }
//!     assert_eq!(counter.load(), 2, "an update was lost");
//! };
//!
//! let explored = Explore::new().run(lost_update);
//! assert_eq!(explored.panicked, 2);
//! assert!(explored.to_string().contains("an update was lost"));
//!
//! // The least execution that shows it runs again, as often as you like.
//! let found = &explored.findings[0];
//! let again = Explore::new().replay(&found.schedule, lost_update)?;
//! assert_eq!(again.map(|again| again.execution).as_ref(), Some(&found.execution));
//! # Ok::<(), selvedge::litmus::ReplayError>(())
//! ```
//!
//! In a `#[test]`, [`prove`] panics unless every execution is as it should be, with the least one
//! that is not in its message, step by step.
//!
//! # What there is
//!
//! | for | here |
//! |---|---|
//! | `std::sync::atomic`, and any other shared variable | [`Atomic`] |
//! | `Mutex`, `RwLock`, `Condvar` | [`Mutex`], [`RwLock`], [`Condvar`] |
//! | `thread::spawn`, `join` | [`spawn`], [`JoinHandle`], [`threads`] |
//! | `while !ready {}` | [`Atomic::spin_until`] |
//! | `while compare_exchange.is_err() {}` | [`Atomic::spin_exchange`] |
//! | a loop of several looks that changes nothing | [`retry()`] |
//! | a time-out | [`Mutex::lock_or_expire`], [`Condvar::wait_or_expire`] |
//! | any input, any failure | [`choose`] |
//! | the outcomes of a litmus test | [`observe`] |
//!
//! The page `docs/litmus.md` teaches all of it.
//!
//! # What it means, and what is left out
//!
//! With an exhausted search (PROVED) no order of the steps makes the program panic or hang, under
//! sequential consistency. Left out: weak memory; accesses that are no steps, such as those to a
//! `static` or to what an `Arc` of the standard library holds; fairness; waking up for no reason;
//! real time. The program must be deterministic but for its steps (checked as executions are run
//! again: see [`Explore::run`]) and is run on one operating-system thread, so it must not block
//! outside of its steps.

mod atomic;
mod condvar;
mod counterexample;
mod explore;
mod explored;
mod finding;
mod findings;
mod json;
mod mutex;
mod program;
mod registry;
mod regressions;
mod retry;
mod rounds;
mod rwlock;
mod schedule;
mod search;
mod thread;

pub use atomic::Atomic;
pub use atomic::Plain;
pub use condvar::Condvar;
pub use explore::Explore;
pub use explore::prove;
pub use explored::Explored;
pub use finding::Finding;
pub use finding::FindingKind;
pub use mutex::Mutex;
pub use mutex::MutexGuard;
pub use program::Program;
pub use program::Threads;
pub use program::threads;
pub use retry::retry;
pub use rwlock::ReadGuard;
pub use rwlock::RwLock;
pub use rwlock::WriteGuard;
pub use schedule::ReplayError;
pub use thread::JoinHandle;
pub use thread::choose;
pub use thread::observe;
pub use thread::spawn;
