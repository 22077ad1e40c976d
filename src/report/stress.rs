//! What a stress run came to, as data and as text.
//!
//! Its counts are of one machine at one time, so two runs need not print the same. What is printed
//! of the checker is the same each time.

use std::io;
use std::io::Write;
use std::time::Duration;

use crate::execution::Blocked;
use crate::execution::ThreadId;
use crate::execution::visible;

use super::CheckReport;
use super::Counterexample;
use super::Look;
use super::Measure;
use super::Tone;
use super::Verdict;
use super::grid::Cell;
use super::grid::Grid;
use super::phrases::counted;
use super::phrases::grouped;
use super::phrases::replay_command;
use super::phrases::waits_phrase;

const NOTE: &str = "counts depend on this machine and on luck; a stress run proves nothing";

/// How often something occurred.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeCount {
    /// What occurred, in a line.
    pub outcome: String,
    /// The properties that it breaks, in the order of [`Property::ALL`]. May be empty.
    ///
    /// [`Property::ALL`]: crate::property::Property::ALL
    pub violated: Vec<&'static str>,
    /// In how many attempts.
    pub attempts: u64,
}

/// A violation that attempts have shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StressFinding {
    /// The property's name.
    pub property: &'static str,
    /// The short name of the status at the root, if there is one.
    pub status: Option<String>,
    /// Why it counts as broken, in the first attempt that showed it.
    pub cause: String,
    /// In how many attempts.
    pub attempts: u64,
    /// The first of them as a schedule of the controlled runtime; `None` if it does not replay.
    pub confirmed: Option<Counterexample>,
    /// The file that the schedule was written into.
    pub file: Option<String>,
}

/// How a stress run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StressEnd {
    /// All attempts were made.
    Complete,
    /// Somebody stopped it; the attempt that ran does not count.
    Interrupted,
    /// An attempt hung: no step, and yet some thread neither slept nor had ended.
    Hung {
        /// For how long nothing happened.
        after: Duration,
        /// Those who wait, and in what. In order of thread.
        sleeping: Vec<Blocked>,
        /// Those who hang outside of any step. In order of thread, never empty.
        running: Vec<ThreadId>,
    },
}

/// What a stress run came to.
#[derive(Debug, Clone, PartialEq)]
pub struct StressReport {
    /// The path of the model's file, if it is not embedded.
    pub model: Option<String>,
    /// How many threads ran.
    pub threads: u64,
    /// What choices were drawn with.
    pub seed: u64,
    /// How long each engine call took beyond its own work.
    pub latency: Option<Duration>,
    /// How the run ended.
    pub end: StressEnd,
    /// How many attempts were asked for.
    pub attempts_asked: u64,
    /// How many are counted here.
    pub attempts: u64,
    /// How many attaches they made.
    pub attaches: u64,
    /// How many of those returned an errno, or not at all.
    pub attaches_failed: u64,
    /// What occurred, the most frequent first.
    pub outcomes: Vec<OutcomeCount>,
    /// What was broken.
    pub findings: Vec<StressFinding>,
    /// What the checker says of the model with its own number of threads, under the same strategy
    /// and reading of waits: always.
    pub checker: CheckReport,
    /// What the run cost, without the checker.
    pub measure: Option<Measure>,
}

impl StressReport {
    /// The verdict: `VIOLATED` only with a confirmed counterexample, else `SAMPLED`.
    pub fn verdict(&self) -> Verdict {
        let confirmed = |finding: &StressFinding| finding.confirmed.is_some();
        if self.findings.iter().any(confirmed) {
            Verdict::Violated
        } else {
            Verdict::Sampled
        }
    }

    /// Of 100,000 attaches, how many failed: rounded.
    pub const fn rate(&self) -> u64 {
        match self.attaches {
            0 => 0,
            attaches => (self.attaches_failed * 100_000 + attaches / 2) / attaches,
        }
    }

    /// Whether it ran the model with its own number of threads, so that a token is enough.
    pub(super) fn has_own_threads(&self) -> bool {
        u64::from(self.checker.assumptions.threads) == self.threads
    }

    /// How the schedule of a finding is run again.
    pub(super) fn replay(&self, finding: &StressFinding) -> Option<String> {
        let counterexample = finding.confirmed.as_ref()?;
        match &finding.file {
            Some(file) => Some(replay_command(file, None)),
            None if self.has_own_threads() => Some(replay_command(
                &counterexample.schedule,
                self.model.as_deref(),
            )),
            None => None,
        }
    }
}

/// Writes a stress run as text.
///
/// # Errors
///
/// Those of `out`.
pub fn write_stress(out: &mut dyn Write, report: &StressReport, look: &Look) -> io::Result<()> {
    write_head(out, report, look)?;
    write_outcomes(out, report, look)?;
    for finding in &report.findings {
        write_finding(out, report, finding, look)?;
    }
    write_end(out, report, look)?;
    let mut rows = vec![("checker", always(&report.checker))];
    rows.extend(report.measure.map(|measure| {
        let rate = counted(measure.executions_per_second, "attempt");
        ("measure", format!("{:.3} s, {rate}/s", measure.seconds))
    }));
    rows.push(("note", NOTE.to_owned()));
    write_rows(out, rows, 0, look)
}

/// A name and a text, a row each.
fn write_rows(
    out: &mut dyn Write,
    rows: Vec<(&str, String)>,
    indent: usize,
    look: &Look,
) -> io::Result<()> {
    let cells = |(name, text)| vec![Cell::new(Tone::Quiet, name), Cell::plain(text)];
    let rows: Vec<Vec<Cell>> = rows.into_iter().map(cells).collect();
    Grid::for_rows(&rows, indent, look).rows(out, &rows)
}

fn write_head(out: &mut dyn Write, report: &StressReport, look: &Look) -> io::Result<()> {
    let verdict = report.verdict();
    let tone = if verdict == Verdict::Violated {
        Tone::Bad
    } else {
        Tone::Notable
    };
    let CheckReport {
        scenario,
        strategy,
        waits,
        ..
    } = &report.checker;
    let title = format!("{scenario} / {strategy} ({})", waits_phrase(*waits));
    let word = look.palette.paint(tone, verdict.word());
    writeln!(out, "{word}  {}\n", visible(&title))?;
    let latency = report.latency;
    let latency = latency.map(|latency| format!(", each engine call {latency:?} longer"));
    let attempts = format!(
        "{} of {}, {}, seed {}{}",
        grouped(report.attempts),
        grouped(report.attempts_asked),
        counted(report.threads, "thread"),
        report.seed,
        latency.unwrap_or_default()
    );
    let attaches = format!(
        "{}, of which {} failed: {} in 100,000",
        grouped(report.attaches),
        grouped(report.attaches_failed),
        grouped(report.rate())
    );
    let rows = vec![("attempts", attempts), ("attaches", attaches)];
    write_rows(out, rows, 2, look)?;
    writeln!(out)
}

fn write_outcomes(out: &mut dyn Write, report: &StressReport, look: &Look) -> io::Result<()> {
    if report.outcomes.is_empty() {
        return Ok(());
    }
    let mut rows = vec![vec![
        Cell::right(Tone::Quiet, "attempts"),
        Cell::right(Tone::Quiet, "share"),
        Cell::new(Tone::Quiet, "outcome"),
    ]];
    for count in &report.outcomes {
        let outcome = visible(&count.outcome);
        let text = match &count.violated[..] {
            [] => outcome.into_owned(),
            violated => format!("{outcome} (breaks {})", violated.join(", ")),
        };
        rows.push(vec![
            Cell::right(Tone::Plain, grouped(count.attempts)),
            Cell::right(Tone::Plain, share(count.attempts, report.attempts)),
            Cell::plain(text),
        ]);
    }
    Grid::for_rows(&rows, 2, look).rows(out, &rows)?;
    writeln!(out)
}

/// `12.34 %`, rounded down, so that only all is 100.
fn share(part: u64, whole: u64) -> String {
    let parts = u128::from(part) * 10_000 / u128::from(whole.max(1));
    format!("{}.{:02} %", parts / 100, parts % 100)
}

fn write_finding(
    out: &mut dyn Write,
    report: &StressReport,
    finding: &StressFinding,
    look: &Look,
) -> io::Result<()> {
    let (word, tone) = match finding.confirmed {
        Some(_) => (Verdict::Violated.word(), Tone::Bad),
        None => ("not confirmed", Tone::Notable),
    };
    let status = finding.status.as_ref().map(|status| format!(" {status}"));
    let status = status.unwrap_or_default();
    let name = look.palette.paint(Tone::Strong, finding.property);
    let word = look.palette.paint(tone, word);
    let attempts = counted(finding.attempts, "attempt");
    writeln!(out, "{word} {name}{status}: in {attempts}")?;
    writeln!(out, "  cause: {}", visible(&finding.cause))?;
    match (&finding.confirmed, report.replay(finding)) {
        (None, _) => writeln!(
            out,
            "  its steps do not break this on the controlled runtime: no verdict rests on it"
        )?,
        (Some(_), Some(command)) => writeln!(out, "  replay: {command}")?,
        (Some(_), None) => writeln!(
            out,
            "  replay: confirmed; --out DIR writes its schedule with the model of {}",
            counted(report.threads, "thread")
        )?,
    }
    writeln!(out)
}

fn write_end(out: &mut dyn Write, report: &StressReport, look: &Look) -> io::Result<()> {
    match &report.end {
        StressEnd::Complete => Ok(()),
        StressEnd::Interrupted => {
            let word = look.palette.paint(Tone::Notable, "interrupted");
            let attempts = counted(report.attempts, "attempt");
            writeln!(
                out,
                "{word} after {attempts}: the one that ran does not count\n"
            )
        }
        StressEnd::Hung {
            after,
            sleeping,
            running,
        } => {
            let word = look.palette.paint(Tone::Bad, "hang");
            let number = report.attempts + 1;
            writeln!(out, "{word} in attempt {number}: no step for {after:?}")?;
            for thread in running {
                writeln!(out, "  thread {thread} runs outside of any step")?;
            }
            for who in sleeping {
                let place = who.operation.verb.title();
                let object = who.operation.object.map(|object| format!(" ({object})"));
                let object = object.unwrap_or_default();
                writeln!(out, "  thread {} waits in {place}{object}", who.thread)?;
            }
            writeln!(out)
        }
    }
}

/// What the checker says in every run.
fn always(checker: &CheckReport) -> String {
    let mut says = checker.verdict.word().to_owned();
    if let Some(first) = checker.counterexamples.first() {
        says = format!("{says} {}", first.property.name());
        if let Some(status) = first.status {
            says = format!("{says} {}", status.short());
        }
    }
    let threads = counted(checker.assumptions.threads.into(), "thread");
    let executions = counted(checker.executions, "execution");
    let failing = match checker.failing {
        0 => String::new(),
        failing => format!(", {} failing", grouped(failing)),
    };
    let explorer = checker.explorer.name();
    format!("{explorer} with {threads} says in every run: {says}, {executions}{failing}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::Operation;
    use crate::execution::Verb;
    use crate::report::sample;

    fn printed(report: &StressReport) -> String {
        let mut out = Vec::new();
        write_stress(&mut out, report, &Look::PLAIN).unwrap();
        format!("\n{}", String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_run_says_how_often_and_the_checker_says_always() {
        assert_eq!(
            printed(&sample::stressed()),
            r"
VIOLATED  attach/connect4_connect6 / shared-handle (waits sufficient)

  attempts  400 of 1,000, 2 threads, seed 7, each engine call 20µs longer
  attaches  800, of which 1 failed: 125 in 100,000

  attempts    share  outcome
       399  99.75 %  2 attaches succeed
         1   0.25 %  1 attach succeeds, 1 fails with errno 22, TXN_IN_PROGRESS (breaks
                     non-interference)

VIOLATED non-interference TXN_IN_PROGRESS: in 1 attempt
  cause: call 0 of thread 1 returned errno 22
  replay: selvedge replay selvedge1:attach/connect4_connect6:0.1.0x3

interrupted after 400 attempts: the one that ran does not count

checker  dpor with 2 threads says in every run: VIOLATED non-interference TXN_IN_PROGRESS, 1,305
         executions, 18 failing
note     counts depend on this machine and on luck; a stress run proves nothing
"
        );
    }

    #[test]
    fn what_does_not_replay_is_no_verdict() {
        let mut report = sample::stressed();
        report.findings[0].confirmed = None;

        let text = printed(&report);
        assert!(text.starts_with("\nSAMPLED  "), "{text}");
        assert!(text.contains("\nnot confirmed non-interference"), "{text}");
        assert!(!text.contains("replay:"), "{text}");
    }

    #[test]
    fn a_schedule_of_other_threads_is_in_a_file_or_to_be_had_there() {
        let mut report = sample::stressed();
        report.threads = 8;
        assert!(printed(&report).contains("--out DIR writes its schedule"));

        report.findings[0].file = Some("found/x.schedule".into());
        assert!(printed(&report).contains("\n  replay: selvedge replay found/x.schedule\n"));
    }

    #[test]
    fn a_hang_names_threads_and_operations() {
        let mut report = sample::stressed();
        report.end = StressEnd::Hung {
            after: Duration::from_secs(10),
            sleeping: vec![Blocked {
                thread: ThreadId::new(1),
                operation: Operation::local(Verb::Begin),
            }],
            running: vec![ThreadId::new(0)],
        };

        let text = printed(&report);
        let hang = "\nhang in attempt 401: no step for 10s\n  thread 0 runs outside of any step\n  \
                    thread 1 waits in FwpmTransactionBegin\n";
        assert!(text.contains(hang), "{text}");
    }

    #[test]
    fn only_all_is_100_percent() {
        assert_eq!(share(99_999, 100_000), "99.99 %");
        assert_eq!(share(5, 5), "100.00 %");
    }
}
