//! Plain data about one execution: who ran which step, what it touched, and how it ended.
//!
//! Nothing here runs anything. A property judges these values, a replay compares them, a report
//! prints them, a [`Journal`] tells them to `tracing`; all of them can be written by hand in a
//! test.

mod decision;
mod excerpt;
mod fact;
mod final_state;
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
mod result_note;
mod step;
mod step_display;
mod thread;
mod visible;
mod wait_for;

pub use decision::Decision;
pub use decision::Schedule;
pub use excerpt::excerpt;
pub use fact::Fact;
pub use fact::FactRecord;
pub use fact::Misuse;
pub use final_state::ContextAtRest;
pub use final_state::FilterAtRest;
pub use final_state::FinalState;
pub use final_state::LinkAtRest;
pub use final_state::ProviderAtRest;
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
pub use result_note::ResultNote;
pub use step::Step;
pub use step::StepResult;
pub use step_display::StepDisplay;
pub use thread::THREADS_MAX;
pub use thread::ThreadId;
pub use thread::ThreadSet;
pub(crate) use visible::visible;
pub use wait_for::Holder;
pub use wait_for::Wait;
pub use wait_for::WaitFor;
