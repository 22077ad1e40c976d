//! The mock engine: sessions, transactions and objects of the Windows Filtering Platform.
//!
//! What it models: handles and sessions, static and dynamic; explicit transactions, read-write and
//! read-only, at most one for a session; implicit transactions; the engine's transaction lock with
//! finite and infinite waits; isolation and rollback; references between objects, their lifetimes
//! and who may delete them; call-backs for added and deleted filters. `docs/model.md` lists the
//! rules with their sources and what is left out.
//!
//! One function stands for one `Fwpm…0` or `Fwps…0` call, takes a handle and returns a status. The
//! engine knows neither which thread calls nor which strategy runs: a transaction belongs to the
//! session, so two threads on one handle work inside whatever transaction is open on it.
//!
//! The rules about objects are plain functions on plain values ([`Objects`]); only [`Engine`] takes
//! steps. Its state is four kinds of shared object, so that what is independent stays so: each
//! session's transaction slot and uncommitted writes, the engine's lock, the committed objects.
//!
//! Deviations, and why:
//!
//! - A call-back runs after the step that causes it, as steps of the same thread; an implicit
//!   transaction that must call back before it can end holds the lock meanwhile, as Windows does.
//!   A delete's call-backs run when it is done: the lock is free again by then.
//! - Whether a callout's functions are registered is looked up when the call-back is due.

mod circumstances;
mod engine;
mod key;
mod management;
mod notation;
mod notify;
mod object;
mod objects;
mod profile;
mod scope;
mod session;
#[cfg(test)]
mod tests;
mod transaction;

pub use circumstances::Asked;
pub use circumstances::CallKey;
pub use circumstances::Circumstances;
pub use circumstances::EngineFault;
pub use circumstances::Ledger;
pub use engine::Engine;
pub use engine::EngineImage;
pub use engine::EngineOptions;
pub use key::EngineHandle;
pub use key::FilterId;
pub use key::Key;
pub use key::SessionId;
pub use notation::CircumstancesError;
pub use notation::Reading;
pub use notify::Notification;
pub use notify::NotifyFn;
pub use object::Callout;
pub use object::Filter;
pub use object::Lifetime;
pub use object::Provider;
pub use object::Sublayer;
pub use objects::Change;
pub use objects::Objects;
pub use objects::Origin;
pub use profile::AccessChecks;
pub use profile::AddAgain;
pub use profile::AfterRestart;
pub use profile::BadHandle;
pub use profile::CloseTeardown;
pub use profile::ClosedWhileWaiting;
pub use profile::CommitFailure;
pub use profile::DefaultWait;
pub use profile::ForcedAbort;
pub use profile::ForeignDelete;
pub use profile::ForeignReference;
pub use profile::LateRegistration;
pub use profile::LockMode;
pub use profile::LookUp;
pub use profile::NamedProfile;
pub use profile::NotifyAbort;
pub use profile::NotifyAdd;
pub use profile::NotifyDelete;
pub use profile::NotifyRestart;
pub use profile::PersistentInDynamic;
pub use profile::Profile;
pub use profile::Question;
pub use profile::Questions;
pub use profile::Reentrancy;
pub use profile::Unregister;
pub use scope::FAULT_BUDGET_MAX;
pub use scope::Scope;
pub use session::SessionOptions;
pub use session::TransactionMode;
