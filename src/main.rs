//! The `selvedge` program: [`selvedge::cli::run`] on the arguments and streams of this process.

use std::io::IsTerminal;
use std::process::ExitCode;

use anstream::AutoStream;

use selvedge::cli::Channel;
use selvedge::cli::Console;
use selvedge::cli::Log;
use selvedge::cli::palette_of;
use selvedge::cli::rust_log;
use selvedge::report::Look;

fn main() -> ExitCode {
    // Not locked: a panic on another thread must be able to say so.
    let (out, err) = (std::io::stdout(), std::io::stderr());
    let palettes = (palette_of(&out), palette_of(&err));
    let progress = err.is_terminal();
    let window = console::Term::stdout().size_checked();
    let filter = rust_log();
    let (mut out, mut err) = (AutoStream::auto(out), AutoStream::auto(err));
    let mut console = Console {
        out: Channel {
            writer: &mut out,
            palette: palettes.0,
        },
        err: Channel {
            writer: &mut err,
            palette: palettes.1,
        },
        width: window.map_or(Look::PLAIN.width, |(_, columns)| columns.into()),
        progress,
        log: Log::to_stderr(filter.as_deref()),
    };
    selvedge::cli::run(std::env::args_os(), &mut console).into()
}
