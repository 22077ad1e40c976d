//! The `selvedge` program: [`selvedge::cli::run`] on the arguments and streams of this process.

use std::io::IsTerminal;
use std::process::ExitCode;

use anstream::AutoStream;

use selvedge::cli::Channel;
use selvedge::cli::Console;
use selvedge::cli::Log;
use selvedge::cli::charset_of_locale;
use selvedge::cli::palette_of;
use selvedge::cli::rust_log;
use selvedge::report::Charset;
use selvedge::report::Look;

/// What loom and shuttle read from the environment: each would change a search that they are asked
/// for, or print into a report.
const OF_LIBRARIES: [&str; 2] = ["LOOM_", "SHUTTLE_"];

fn main() -> ExitCode {
    clear_environment();
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
        charset: charset_of(window.is_some()),
        progress,
        log: Log::to_stderr(filter.as_deref()),
    };
    selvedge::cli::run(std::env::args_os(), &mut console).into()
}

/// A pipe gets the same bytes whatever the locale is.
fn charset_of(is_terminal: bool) -> Charset {
    if is_terminal {
        charset_of_locale()
    } else {
        Charset::Ascii
    }
}

/// Removes what a library would obey: a verdict does not depend on the environment.
fn clear_environment() {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if OF_LIBRARIES.iter().any(|prefix| text.starts_with(prefix)) {
            // SAFETY: this is the start of the program: no other thread runs that could read the
            // environment meanwhile.
            #[expect(unsafe_code, reason = "the libraries can be told in no other way")]
            unsafe {
                std::env::remove_var(&name);
            }
        }
    }
}
