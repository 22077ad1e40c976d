//! A sequential reference of the engine: what each call may answer, and what is there after it.
//!
//! Written from the documentation alone and sharing no code with the mock: states are plain maps,
//! a call is a value, and `step` is a function from a state and a call to everything that the
//! engine may answer. Each rule names where it comes from: DOC is a page of Microsoft's
//! documentation, OBS something seen in the field, ASM a reading that `docs/model.md` discusses.
//!
//! Where the documentation leaves the order of checks open (ASM A-04), a call that several rules
//! forbid may fail by any of them; the reference then follows what the engine answered. A call that
//! must wait is an answer of its own, later granted, when the lock is free, or expired.
//!
//! Left out: what the engine leaves out, and two threads inside one call at the same moment, which
//! `serial` looks at.
//!
//! # The defects it must notice
//!
//! This list was written before the tests that use it. Each defect is put into the reference, one
//! at a time (`sequences/defects.rs`): the tests must then report a difference, just as they would
//! if the mock had it. They say after how many random sequences they do.
//!
//! |    | defect | rule it breaks |
//! |----|--------|----------------|
//! |  1 | an abort keeps what the transaction did | Object Management: rollback |
//! |  2 | a look-up sees another session's uncommitted objects | Object Management: isolation |
//! |  3 | what is referred to can be deleted | Object Management: `IN_USE` |
//! |  4 | a begin that must wait fails with `TXN_IN_PROGRESS` instead | Object Management |
//! |  5 | a delete that fails is told to the callout | notifyFn |
//! |  6 | a call that waits is not woken when the lock is free | Object Management |
//! |  7 | a commit drops what the transaction did | Object Management: atomicity |
//! |  8 | a commit makes only a part of the transaction visible | Object Management: atomicity |
//! |  9 | a begin that timed out leaves a transaction open | error codes: `TIMEOUT` |
//! | 10 | a call that fails aborts the transaction | Object Management |
//! | 11 | a dynamic session deletes what another dynamic session added | delete: `WRONG_SESSION` |
//! | 12 | a dynamic session deletes static objects | delete: `DYNAMIC_SESSION_IN_PROGRESS` |
//! | 13 | a persistent object may refer to a static one | Object Management: lifetimes |
//! | 14 | the objects of a dynamic session outlive it | Object Management |
//! | 15 | a close commits the open transaction | engine close |
//! | 16 | a second begin on a session succeeds | transaction begin |
//! | 17 | a read-only transaction changes objects | add and delete: `INCOMPATIBLE_TXN` |
//! | 18 | a callout's refusal of a filter is ignored | notifyFn |
//! | 19 | a delete is told after the functions were unregistered | seen in the field |
//! | 20 | a key is used twice | Object Management: `ALREADY_EXISTS` |
//! | 21 | a writer does not wait for readers | Object Management: isolation |
//! | 22 | a rolled-back delete is told on the abort | ASM A-08 |
//! | 23 | a read-only commit keeps the lock | transaction commit |
//! | 24 | a session does not see its own uncommitted objects | seen in the field |

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "most of this looks at a few calls and lets all others be"
)]

mod add;
mod answer;
mod call;
mod close;
mod delete;
mod object;
pub(crate) mod profile;
mod state;
mod step;
mod tell;
mod transaction;

pub(crate) use answer::Answer;
pub(crate) use answer::Found;
pub(crate) use answer::Outcome;
pub(crate) use answer::Reply;
pub(crate) use answer::Status;
pub(crate) use answer::Told;
pub(crate) use answer::Word;
pub(crate) use call::Action;
pub(crate) use call::Addition;
pub(crate) use call::Call;
pub(crate) use call::Event;
pub(crate) use call::Handle;
pub(crate) use call::Mode;
pub(crate) use call::Opening;
pub(crate) use call::Request;
pub(crate) use call::Target;
pub(crate) use close::happen;
pub(crate) use object::Key;
pub(crate) use object::Kind;
pub(crate) use object::Lifetime;
pub(crate) use object::Name;
pub(crate) use object::Object;
pub(crate) use object::Objects;
pub(crate) use profile::Profile;
pub(crate) use state::Deed;
pub(crate) use state::Draft;
pub(crate) use state::Functions;
pub(crate) use state::Phase;
pub(crate) use state::Session;
pub(crate) use state::State;
pub(crate) use state::Transaction;
pub(crate) use step::expire;
pub(crate) use step::step;
