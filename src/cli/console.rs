//! Where a command writes, and what it knows of who reads there.

use std::fmt;
use std::io::Write;

use anstream::AutoStream;
use anstream::ColorChoice;
use anstream::stream::RawStream;

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

/// The two streams of a command and the window around them.
#[derive(Debug)]
pub struct Console<'a> {
    /// The report.
    pub out: Channel<'a>,
    /// Progress, warnings and errors.
    pub err: Channel<'a>,
    /// How many columns the reader's window has; 100 where there is none.
    pub width: usize,
    /// Whether a spinner may be shown: stderr is a terminal.
    pub progress: bool,
}

/// Colour where the stream takes it: `NO_COLOR`, `CLICOLOR_FORCE` and pipes are heeded.
pub fn palette_of(stream: &impl RawStream) -> Palette {
    match AutoStream::choice(stream) {
        ColorChoice::Never => Palette::PLAIN,
        ColorChoice::Auto | ColorChoice::AlwaysAnsi | ColorChoice::Always => Palette::COLOURED,
    }
}
