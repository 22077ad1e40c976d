//! Recorded schedules: written down in two forms, read back, and run again step by step.
//!
//! A *file* ([`RecordedSchedule::to_file_text`]) is TOML: it lists every step in the notation of
//! [`StepNote`] and carries its scenario, so it can be run anywhere. A *token*
//! ([`RecordedSchedule::to_token`]) is one line for a shell: it names its scenario and says how
//! many steps each thread takes in a row and which the last of them is. Both name a format version.
//!
//! [`replay`] forces the recorded choices and compares as it goes: the thread can step, it offers
//! the alternative, it does what was recorded, and it fails as recorded. The first difference ends
//! the replay and is reported; nothing is guessed.
//!
//! What fails is brought to the least schedule that fails in the same way ([`reduce()`],
//! [`shrink()`]), with replay as the only oracle.
//!
//! A file may also carry the same schedule in the terms of shuttle, which runs that by itself
//! ([`replay_with_shuttle`]).
//!
//! [`StepNote`]: crate::execution::StepNote

mod contrast;
mod file;
mod native;
mod recorded;
mod run;
mod shrink;
mod token;
mod under;

pub use contrast::contrast;
pub use native::NativeReplayError;
pub use native::ShuttleSchedule;
pub use native::replay_with_shuttle;
pub use recorded::Expected;
pub use recorded::RecordedSchedule;
pub use recorded::STEPS_MAX;
pub use recorded::ScheduleError;
pub use run::Ending;
pub use run::Replay;
pub use run::replay;
pub use shrink::Reduced;
pub use shrink::Shrunk;
pub use shrink::Size;
pub use shrink::Target;
pub use shrink::reduce;
pub use shrink::shrink;
pub use under::Under;
