//! Recorded schedules: written down in two forms, read back, and run again.
//!
//! A schedule says which thread runs up to which point ([`Course`]): the nth time that it
//! is about to do an operation on an object. What happens on the way is not recorded, so a schedule
//! still fits after an edit elsewhere. A *file* ([`RecordedSchedule::to_file_text`]) is TOML and
//! carries its scenario, so it can be run anywhere. A *token* ([`RecordedSchedule::to_token`]) is
//! one line for a shell and names its scenario. Both name the version of the
//! format, which is 3.
//!
//! [`replay`] does what was recorded up to the first difference, which ends it and is reported.
//! [`replay_best_effort`] leaves out what does not fit, and says what that was.
//!
//! What fails is brought to the least schedule that fails in the same way ([`reduce()`],
//! [`shrink()`]), with replay as the only oracle.
//!
//! A file may also carry the same schedule in the terms of shuttle, which runs that by itself
//! ([`replay_with_shuttle`]).

mod contrast;
mod course;
mod file;
mod folder;
mod item_text;
mod native;
mod recorded;
mod rename;
mod renamed;
mod replayer;
mod run;
mod shrink;
mod stepper;
mod token;

pub use contrast::contrast;
pub use contrast::reordered;
pub use course::Choice;
pub use course::Course;
pub use course::Failure;
pub use course::Item;
pub use course::Turn;
pub(crate) use folder::Of;
pub(crate) use folder::file_name;
pub(crate) use folder::keep;
pub(crate) use folder::schedules;
pub(crate) use item_text::ThreadLabels;
pub use native::NativeReplayError;
pub use native::ShuttleSchedule;
pub use native::replay_with_shuttle;
pub use recorded::RecordedSchedule;
pub use recorded::STEPS_MAX;
pub use recorded::ScheduleError;
pub use replayer::Divergence;
pub use run::Ending;
pub use run::Replay;
pub(crate) use run::follow;
pub use run::replay;
pub use run::replay_best_effort;
pub use shrink::Reduced;
pub use shrink::Shrunk;
pub use shrink::Size;
pub use shrink::Target;
pub use shrink::reduce;
pub use shrink::shrink;
pub use stepper::PendingStep;
pub use stepper::Place;
pub use stepper::Refusal;
pub use stepper::Stepper;
pub(crate) use token::NONE;
pub(crate) use token::harmless;
pub(crate) use token::parts;
