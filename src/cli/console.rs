//! Where a command writes, and what it knows of who reads there.

use std::env;
use std::fmt;
use std::io::Write;

use anstream::AutoStream;
use anstream::ColorChoice;
use anstream::stream::RawStream;

use crate::report::Charset;
use crate::report::Detail;
use crate::report::Look;
use crate::report::Palette;

/// One stream and the colours it takes.
pub struct Channel<'a> {
    /// Where the bytes go.
    pub writer: &'a mut dyn Write,
    /// What it shows of colours.
    pub palette: Palette,
}

impl fmt::Debug for Channel<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel")
            .field("palette", &self.palette)
            .finish_non_exhaustive()
    }
}

/// What `RUST_LOG` asks for, and where the log goes.
#[derive(Debug, Clone, Copy)]
pub struct Log<'a> {
    pub(super) filter: Option<&'a str>,
    pub(super) to: LogTo,
}

impl<'a> Log<'a> {
    /// Lines go to [`Console::err`], when the command is done. The filter is the value of
    /// `RUST_LOG`, if it is set.
    pub const fn kept(filter: Option<&'a str>) -> Self {
        let to = LogTo::Channel;
        Self { filter, to }
    }

    /// Lines go to the stderr of this process, each at once: an execution that kills the process
    /// leaves the steps that it took. For a console whose `err` is that stderr.
    pub const fn to_stderr(filter: Option<&'a str>) -> Self {
        let to = LogTo::Stderr;
        Self { filter, to }
    }
}

/// Where the lines of the log go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LogTo {
    /// To the stderr of this process, each at once.
    Stderr,
    /// To the channel, when the command is done.
    Channel,
}

/// The two streams of a command and the window around them.
#[derive(Debug)]
pub struct Console<'a> {
    /// The report.
    pub out: Channel<'a>,
    /// Progress, warnings and errors.
    pub err: Channel<'a>,
    /// How many columns the reader's window has; 100 where there is none.
    pub width: usize,
    /// Which characters the reader's window shows.
    pub charset: Charset,
    /// Whether a spinner may be shown: stderr is a terminal.
    pub progress: bool,
    /// The log: what is asked of it, and where it goes.
    pub log: Log<'a>,
}

impl Console<'_> {
    /// How a report looks here if nobody says otherwise.
    pub(super) const fn look(&self) -> Look {
        Look {
            width: self.width,
            palette: self.out.palette,
            charset: self.charset,
            detail: Detail::Folded,
        }
    }
}

/// What the locale says of a terminal. The first variable that is set counts, as in `setlocale`.
pub fn charset_of_locale() -> Charset {
    let variables = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter();
    let mut set = variables
        .filter_map(env::var_os)
        .filter(|value| !value.is_empty());
    let locale = set.next().unwrap_or_default();
    let locale = locale.to_string_lossy().to_ascii_lowercase();
    if locale.contains("utf-8") || locale.contains("utf8") {
        Charset::Utf8
    } else {
        Charset::Ascii
    }
}

/// What the environment asks the log for.
pub fn rust_log() -> Option<String> {
    let text = env::var_os("RUST_LOG")?;
    Some(text.to_string_lossy().into_owned())
}

/// Colour where the stream takes it: `NO_COLOR`, `CLICOLOR_FORCE` and pipes are heeded.
pub fn palette_of(stream: &impl RawStream) -> Palette {
    match AutoStream::choice(stream) {
        ColorChoice::Never => Palette::PLAIN,
        ColorChoice::Auto | ColorChoice::AlwaysAnsi | ColorChoice::Always => Palette::COLOURED,
    }
}
