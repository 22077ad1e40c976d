//! The mock engine: sessions, transactions and objects of the Windows Filtering Platform.
//!
//! What it models: handles and sessions, static and dynamic, of the kernel and of user mode;
//! explicit transactions, read-write and read-only, at most one for a session; implicit
//! transactions; the engine's transaction lock with finite and infinite waits; the forced abort of
//! user-mode transactions that take too long; isolation and rollback; providers, sublayers,
//! callouts, provider contexts and filters, with their references, their lifetimes and who may
//! delete them; enumerations; subscriptions to changes; notifications of callouts, their
//! registration, and flow contexts; the engine's stop and start. `docs/model.md` lists the rules
//! with their sources and what is left out.
//!
//! One function stands for one `Fwpm…0` or `Fwps…0` call, takes a handle and returns a status. The
//! engine knows neither which thread calls nor which strategy runs: a transaction belongs to the
//! session, so two threads on one handle work inside whatever transaction is open on it.
//!
//! Where Windows leaves something open, the engine asks the profile of its [`Circumstances`], and
//! only where the readings differ. The rules about objects are plain functions on plain values;
//! only [`Engine`] takes steps. Its state is split by owner, so that what is independent stays so:
//! each session's slot and what it alone sees, the engine's lock, the committed objects, the
//! callouts with functions, the service with its list of sessions.
//!
//! Deviations, and why:
//!
//! - A call-back runs after the step that causes it, as steps of the same thread; an implicit
//!   transaction that must call back before it can end holds the lock meanwhile, as Windows does.
//!   A delete's call-backs run when it is done: the lock is free again by then, unless the profile
//!   says that a call from inside one waits for it.
//! - Whether a callout's functions are registered is looked up when the call-back is due.
//! - The engine stops in several steps: it serves nobody new, then cancels session by session, then
//!   drops what is not stored. A call on a session that is not cancelled yet comes before the stop.

mod add;
mod call;
mod caller;
mod callout;
mod change;
mod circumstances;
mod engine;
mod enumeration;
mod flags;
mod handle;
mod key;
mod layer;
mod management;
mod named;
mod notation;
mod notify;
mod object;
mod objects;
mod own;
mod profile;
mod remove;
mod rounds;
mod scope;
mod security;
mod service;
mod session;
mod subscription;
mod system;
mod transaction;

pub use caller::Caller;
pub use caller::VisibleObjects;
pub use callout::CalloutFunctions;
pub use callout::FlowDeleteFn;
pub use callout::Notification;
pub use callout::NotifyFn;
pub use circumstances::Asked;
pub use circumstances::CallKey;
pub use circumstances::CircumstanceLog;
pub use circumstances::Circumstances;
pub use circumstances::EngineFault;
pub use engine::CALLOUTS_MAX;
pub use engine::Engine;
pub use engine::EngineImage;
pub use engine::EngineOptions;
pub use enumeration::AnyObject;
pub use enumeration::Kind;
pub use flags::FilterFlags;
pub use flags::TransactionFlags;
pub use key::CalloutId;
pub use key::EngineHandle;
pub use key::EnumHandle;
pub use key::FilterId;
pub use key::Key;
pub use key::SessionId;
pub use key::SubscriptionHandle;
pub use layer::DEFAULT_SUBLAYER;
pub use layer::LAYERS;
pub use named::NamedProfile;
pub use notation::CircumstancesError;
pub use notation::Reading;
pub use object::Action;
pub use object::Callout;
pub use object::Filter;
pub use object::Lifetime;
pub use object::Provider;
pub use object::ProviderContext;
pub use object::Service;
pub use object::Sublayer;
pub use object::Weight;
pub use objects::Change;
pub use objects::Objects;
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
pub use remove::Target;
pub use rounds::Rounds;
pub use scope::FAULT_BUDGET_MAX;
pub use scope::Scope;
pub use service::ServiceState;
pub use service::StateFn;
pub use session::SessionInfo;
pub use session::SessionOptions;
pub use session::TransactionMode;
pub use session::Wait;
pub use subscription::ChangeFn;
pub use subscription::ChangeNotice;
