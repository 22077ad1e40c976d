//! The command line: arguments, files, the clock, stdout and exit codes.
//!
//! [`run()`] is the whole program but for the process around it: it takes the arguments and a
//! [`Console`], and returns an [`Exit`], so a test can drive it in-process. stdout gets the report,
//! stderr gets progress, warnings, errors and the log. Nothing below this module reads a clock, a
//! terminal or the environment.

mod args;
mod calibrate;
mod check;
#[cfg(feature = "second-opinions")]
mod checkpoint;
mod compare;
mod console;
mod error;
mod exit;
mod explain;
mod files;
mod help;
mod interrupt;
mod list;
mod log;
mod measure;
mod models;
mod opinions;
mod profile_topics;
mod progress;
mod replay;
mod reproduce;
mod run;
mod schedules;
mod scope;
mod search;
mod stress;
mod task;
mod values;
mod walk;

pub use console::Channel;
pub use console::Console;
pub use console::Log;
pub use console::charset_of_locale;
pub use console::palette_of;
pub use console::rust_log;
pub use exit::Exit;
pub use run::run;
