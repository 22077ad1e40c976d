//! What is wrong with the input, or with where the output should go.

use std::error::Error;
use std::io;

use thiserror::Error;

use crate::attach::NoRoom;
use crate::calibration::SizeError;
use crate::execution::visible;
use crate::replay::NativeReplayError;
use crate::replay::ScheduleError;
use crate::report::Tone;
use crate::reproduce::NotUnderstood;
use crate::scenario::ScenarioError;

use super::console::Channel;

/// Why a command did not do what it was asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub(super) enum CliError {
    /// A model cannot be read.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// A schedule cannot be read.
    #[error(transparent)]
    Schedule(ScheduleError),
    /// A text is neither a file nor anything like a token.
    #[error(transparent)]
    NeitherFileNorToken(ScheduleError),
    /// A directory has no model in it.
    #[error("there is no `.toml` file below `{0}`")]
    EmptyDirectory(String),
    /// A question is given two readings.
    #[error("--reading {0}=… is there twice: a question has one reading")]
    ReadTwice(&'static str),
    /// Kinds of faults, but no call that may fail.
    #[error("--fault says how calls fail, and none may: add --engine-faults 1, or more")]
    NoEngineFaults,
    /// A run is under one profile.
    #[error(
        "a stress run is under one profile, and adversarial stands for many: pass --profile \
         documented or --profile observed-windows, and --reading for others"
    )]
    ManyProfiles,
    /// A model is too large for its circumstances.
    #[error(transparent)]
    NoRoom(#[from] NoRoom),
    /// An explorer has no other terms for its schedules than the usual ones.
    #[error(
        "the schedules of `{0}` have no other terms: --native-schedule goes with --explorer loom, \
         or one of shuttle's"
    )]
    NoOtherTerms(&'static str),
    /// A library cannot run a schedule in its own terms.
    #[error(transparent)]
    Native(#[from] NativeReplayError),
    /// What was seen says nothing.
    #[error(transparent)]
    NotUnderstood(#[from] NotUnderstood),
    /// No table has this code.
    #[error("unknown code `{code}`")]
    UnknownCode {
        /// As it was typed.
        code: String,
        /// The names that are like it, the most alike first. May be empty.
        near: Vec<String>,
    },
    /// A classic program has no such size.
    #[error(transparent)]
    Size(#[from] SizeError),
    /// How many traces of a classic program have an execution with few preemptions is not known.
    #[error("how many traces of `{program}` in this size need few preemptions is not known")]
    NoBoundedNumbers {
        /// The program.
        program: &'static str,
        /// Of what it is known.
        known: String,
    },
    /// A process that was to measure a row did not.
    #[error("cannot measure `{program}`: {why}")]
    Measuring {
        /// The program.
        program: &'static str,
        /// Why.
        why: String,
    },
    /// A file or directory cannot be read.
    #[error("cannot read `{path}`")]
    Read {
        /// Which.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A file is too large to be a schedule.
    #[error("`{path}` is larger than {max} bytes, too large for a schedule")]
    TooLarge {
        /// Which.
        path: String,
        /// How large it may be.
        max: u64,
    },
    /// A file is not text.
    #[error("`{path}` is not UTF-8 text")]
    NotText {
        /// Which.
        path: String,
    },
    /// A file cannot be written.
    #[error("cannot write `{path}`")]
    Write {
        /// Which.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// The report cannot be written to stdout.
    #[error("cannot write the report")]
    Output(#[from] io::Error),
}

impl CliError {
    /// What to do about it.
    fn hint(&self) -> Option<String> {
        match self {
            Self::NeitherFileNorToken(_) => Some("there is no file of this name either".into()),
            Self::UnknownCode { near, .. } if near.is_empty() => {
                let known = "known are the 73 STATUS_FWP codes, the NTSTATUS and Win32 codes of \
                             this trade, errno 22, `profiles` and `faults`";
                Some(known.into())
            }
            Self::UnknownCode { near, .. } => Some(format!("did you mean {}?", near.join(", "))),
            Self::EmptyDirectory(_) => Some("`selvedge check` alone checks all models".into()),
            Self::NoBoundedNumbers { known, .. } => Some(format!("it is of {known}")),
            Self::Scenario(_)
            | Self::Schedule(_)
            | Self::ReadTwice(_)
            | Self::NoEngineFaults
            | Self::ManyProfiles
            | Self::NoRoom(_)
            | Self::NoOtherTerms(_)
            | Self::Native(_)
            | Self::Size(_)
            | Self::Measuring { .. }
            | Self::NotUnderstood(_)
            | Self::Read { .. }
            | Self::TooLarge { .. }
            | Self::NotText { .. }
            | Self::Write { .. }
            | Self::Output(_) => None,
        }
    }

    /// Writes the message with its causes, and the hint. Where even stderr cannot be written to,
    /// there is nothing left to do.
    pub(super) fn write(&self, to: &mut Channel<'_>) {
        let label = to.palette.paint(Tone::Bad, "error:");
        let mut text = format!("{label} {}\n", chain(self));
        if let Some(hint) = self.hint() {
            let label = to.palette.paint(Tone::Strong, "hint:");
            text = format!("{text}{label} {}\n", visible(&hint));
        }
        let _gone = to.writer.write_all(text.as_bytes());
    }
}

/// The message and its causes, from the outside in. A cause that the message before it repeats is
/// said once.
fn chain(error: &dyn Error) -> String {
    let mut text = visible(&error.to_string()).into_owned();
    let mut next = error.source();
    while let Some(cause) = next {
        let said = visible(&cause.to_string()).into_owned();
        if !text.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Palette;

    #[test]
    fn an_error_is_one_line_with_its_cause() {
        let source = io::Error::other("the disk\nis full");
        let error = CliError::Write {
            path: "a\u{1b}b".into(),
            source,
        };
        let mut text = Vec::new();
        error.write(&mut Channel {
            writer: &mut text,
            palette: Palette::PLAIN,
        });

        let expected = "error: cannot write `a\u{fffd}b`: the disk is full\n";
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }
}
