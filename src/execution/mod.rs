//! Plain data about one execution: who ran which step, what it touched, and how it ended.
//!
//! Nothing here runs anything. A property judges these values, a replay compares them, a report
//! prints them, a [`Journal`] tells them to `tracing`; all of them can be written by hand in a
//! test.

mod decision;
mod excerpt;
mod fact;
mod footprint;
mod form;
mod journal;
mod looping;
mod names;
mod notation;
mod object;
mod operation;
mod outcome;
mod point;
mod record;
mod remark;
mod rest;
mod step;
mod telling;
mod thread;
mod visible;
mod wait_for;

pub use decision::Decision;
pub use decision::Schedule;
pub use excerpt::excerpt;
pub use fact::Fact;
pub use fact::FactRecord;
pub use fact::Misuse;
pub use footprint::Access;
pub use footprint::Footprint;
pub use footprint::FootprintFull;
pub use footprint::Touch;
pub(crate) use form::Prefix;
pub use journal::Journal;
pub use looping::Looping;
pub use names::Names;
pub use notation::NotationError;
pub use notation::StepNote;
pub use notation::status_from_notation;
pub use object::ObjectId;
pub use object::ObjectKind;
pub use operation::Operation;
pub use operation::Verb;
pub use outcome::Blocked;
pub use outcome::End;
pub use outcome::Outcome;
pub use outcome::ThreadResult;
pub use point::Point;
pub use point::PointError;
pub use record::Execution;
pub use remark::Remark;
pub use rest::ContextAtRest;
pub use rest::FilterAtRest;
pub use rest::LinkAtRest;
pub use rest::ProviderAtRest;
pub use rest::Rest;
pub use step::Step;
pub use step::StepResult;
pub use telling::Telling;
pub use thread::THREADS_MAX;
pub use thread::ThreadId;
pub use thread::ThreadSet;
pub(crate) use visible::visible;
pub use wait_for::Holder;
pub use wait_for::Wait;
pub use wait_for::WaitFor;
