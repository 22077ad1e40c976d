//! The log: what a search and a replay tell `tracing`, for whoever looks into them.
//!
//! `RUST_LOG` filters it for every command, and `replay --verbose` shows the steps of its
//! execution. There is no subscriber without one of the two, and none outlives its command. Lines
//! have no time: two runs of one command log the same bytes.
//!
//! loom and shuttle tell `tracing` a great deal about themselves. It is shown only where `RUST_LOG`
//! names them.

use std::fmt;
use std::io;
use std::io::Write;
use std::mem;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use tracing::Dispatch;
use tracing::Event;
use tracing::Level;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::FormatEvent;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::FormattedFields;
use tracing_subscriber::fmt::Subscriber;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::writer::BoxMakeWriter;
use tracing_subscriber::registry::LookupSpan;

use crate::execution::visible;
use crate::report::Palette;
use crate::report::Tone;

use super::console::Channel;
use super::console::Console;
use super::console::LogTo;

/// What the libraries of other explorers say is left out, unless a later directive names them.
const QUIET: &str = "loom=off,shuttle=off";

/// What `--verbose` shows.
const VERBOSE: &str = "selvedge=trace";

/// Where log lines are kept until they can be written.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    fn take(&self) -> Vec<u8> {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs a command with the log that its console and its arguments ask for.
pub(super) fn with_log<O>(
    verbose: bool,
    console: &mut Console<'_>,
    command: impl FnOnce(&mut Console<'_>) -> O,
) -> O {
    let Some((filter, spans)) = filter(verbose, console) else {
        return command(console);
    };
    let kept = Kept::default();
    let writer = match console.log.to {
        LogTo::Stderr => BoxMakeWriter::new(io::stderr),
        LogTo::Channel => {
            let kept = kept.clone();
            BoxMakeWriter::new(move || kept.clone())
        }
    };
    let line = LogLine {
        palette: console.err.palette,
        spans,
    };
    let dispatch = subscriber(filter, writer, line);
    // A spinner and log lines would write over each other.
    console.progress = false;
    let result = tracing::dispatcher::with_default(&dispatch, || command(console));
    let _gone = console.err.writer.write_all(&kept.take());
    result
}

/// What to log, if anything, and whether with spans: `--verbose` alone shows a single execution. A
/// `RUST_LOG` that is no filter is a warning, and as good as none.
fn filter(verbose: bool, console: &mut Console<'_>) -> Option<(EnvFilter, bool)> {
    let usual = if verbose { Some(VERBOSE) } else { None };
    let asked = console.log.filter.filter(|text| !text.trim().is_empty());
    if let Some(text) = asked {
        match parse(usual, Some(text)) {
            Ok(filter) => return Some((filter, true)),
            Err(error) => warn(text, &error, &mut console.err),
        }
    }
    let filter = parse(Some(usual?), None);
    Some((
        filter.expect("internal bug: the filter is well-formed"),
        false,
    ))
}

/// Later directives override earlier ones of the same target.
fn parse(usual: Option<&str>, asked: Option<&str>) -> Result<EnvFilter, ParseError> {
    let directives: Vec<&str> = [Some(QUIET), usual, asked].into_iter().flatten().collect();
    EnvFilter::builder().parse(directives.join(","))
}

fn warn(text: &str, error: &ParseError, err: &mut Channel<'_>) {
    let label = err.palette.paint(Tone::Notable, "warning:");
    let (text, error) = (visible(text), error.to_string());
    let error = visible(&error);
    let line = format!("{label} RUST_LOG=`{text}` is no filter and is ignored: {error}\n");
    let _gone = err.writer.write_all(line.as_bytes());
}

fn subscriber(filter: EnvFilter, writer: BoxMakeWriter, line: LogLine) -> Dispatch {
    let subscriber = Subscriber::builder()
        .with_env_filter(filter)
        .with_writer(writer)
        .with_ansi(line.palette.is_coloured())
        // A reader of stderr who leaves early is nobody's fault.
        .log_internal_errors(false)
        .event_format(line)
        .finish();
    Dispatch::new(subscriber)
}

/// One line for each event: the level, the message, its fields, and the spans around it, the
/// innermost first. The span of a step is left out, since the event has its fields.
#[derive(Debug, Clone, Copy)]
struct LogLine {
    palette: Palette,
    /// Whether the spans are shown.
    spans: bool,
}

impl<S, N> FormatEvent<S, N> for LogLine
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let level = *event.metadata().level();
        let label = format!("{level:>5}");
        write!(writer, "{} ", self.palette.paint(tone(level), label))?;
        context.format_fields(writer.by_ref(), event)?;
        let spans = context.event_scope().filter(|_| self.spans);
        for span in spans.into_iter().flatten() {
            let extensions = span.extensions();
            let fields = extensions.get::<FormattedFields<N>>();
            if let Some(fields) = fields.filter(|_| span.name() != "step") {
                write!(writer, " {}{{{fields}}}", span.name())?;
            }
        }
        writeln!(writer)
    }
}

const fn tone(level: Level) -> Tone {
    match level {
        Level::ERROR => Tone::Bad,
        Level::WARN | Level::DEBUG => Tone::Notable,
        Level::INFO => Tone::Good,
        Level::TRACE => Tone::Quiet,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `trace` alone is about this crate.
    #[test]
    fn other_libraries_are_shown_only_where_they_are_named() {
        let directives = |asked: &str| parse(None, Some(asked)).unwrap().to_string();

        let all = directives("trace");
        assert!(
            all.contains("loom=off") && all.contains("shuttle=off"),
            "{all}"
        );
        let loom = directives("trace,loom=debug");
        assert!(
            loom.contains("loom=debug") && !loom.contains("loom=off"),
            "{loom}"
        );
    }
}
