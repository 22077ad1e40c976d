//! The table of a comparison: a row per strategy, the readings of waits side by side.
//!
//! Below it: what each verdict in it means, with its assumptions, and for each violated row the
//! cause and the command that replays it. Everything is in the reports; nothing is counted here.

use std::io;
use std::io::Write;

use crate::execution::visible;
use crate::explore::Coverage;

use super::CheckReport;
use super::Look;
use super::Measured;
use super::Tone;
use super::Verdict;
use super::details::write_details;
use super::grid::Cell;
use super::grid::wrap;
use super::legend::write_legend;
use super::phrases::grouped;
use super::phrases::verified;
use super::phrases::waits_phrase;
use super::proofs::write_proofs;
use super::rounds::needs_note;

/// The widths of verdict, executions and failing, with a space between them.
const NUMBERS_WIDTH: usize = 10 + 1 + 10 + 1 + 7;

/// The widest that the block of one reading becomes.
const BLOCK_MAX: usize = 44;

/// All strategies on one scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What the scenario is about, in a sentence.
    pub summary: String,
    /// The path of the scenario's file, if it is not embedded.
    pub model: Option<String>,
    /// One row per strategy, each with one report per reading of waits. All rows have the same
    /// readings in the same order; neither rows nor readings are ever empty.
    pub rows: Vec<Vec<Measured>>,
}

impl Comparison {
    /// The reports, row by row.
    pub fn reports(&self) -> impl Iterator<Item = &CheckReport> {
        self.rows.iter().flatten().map(|measured| &measured.report)
    }
}

/// Writes the table of one comparison with what belongs below it.
///
/// # Errors
///
/// Those of `out`.
pub fn write_comparison(
    out: &mut dyn Write,
    comparison: &Comparison,
    look: &Look,
) -> io::Result<()> {
    let table = Table::new(comparison, look);
    table.header(out)?;
    for row in &comparison.rows {
        table.row(out, row)?;
    }
    writeln!(out)?;
    let reports: Vec<&CheckReport> = comparison.reports().collect();
    write_legend(out, &reports, look)?;
    write_proofs(out, comparison, look)?;
    write_details(out, comparison, look)
}

/// Writes the name of a scenario, and what it is about.
pub(super) fn write_title(
    out: &mut dyn Write,
    comparison: &Comparison,
    look: &Look,
) -> io::Result<()> {
    let first = comparison.reports().next().expect("a comparison has rows");
    let title = look.palette.paint(Tone::Strong, visible(&first.scenario));
    writeln!(out, "{title}")?;
    let summary = visible(&comparison.summary);
    for line in wrap(&summary, look.width.saturating_sub(2)) {
        writeln!(out, "  {line}")?;
    }
    Ok(())
}

struct Table<'a> {
    comparison: &'a Comparison,
    look: &'a Look,
    /// The width of the column of strategies.
    names: usize,
    /// The width of the block of one reading.
    block: usize,
}

impl<'a> Table<'a> {
    fn new(comparison: &'a Comparison, look: &'a Look) -> Self {
        let names = comparison
            .reports()
            .map(|report| Cell::plain(&*report.strategy).width());
        let names = names.max().unwrap_or(0).max("strategy".len());
        let readings = comparison.rows.first().map_or(1, Vec::len).max(1);
        let room = look.width.saturating_sub(names) / readings;
        let notes = comparison
            .reports()
            .flat_map(notes)
            .map(|note| note.width())
            .max();
        let wanted = notes.unwrap_or(0).max(NUMBERS_WIDTH);
        let block = wanted
            .min(room.saturating_sub(2))
            .clamp(NUMBERS_WIDTH, BLOCK_MAX);
        Self {
            comparison,
            look,
            names,
            block,
        }
    }

    fn header(&self, out: &mut dyn Write) -> io::Result<()> {
        write_title(out, self.comparison, self.look)?;
        writeln!(out)?;
        let readings = self.comparison.rows.first().map_or(&[][..], Vec::as_slice);
        let phrases = readings
            .iter()
            .map(|measured| waits_phrase(measured.report.waits));
        let over: Vec<Cell> = phrases
            .map(|phrase| Cell::new(Tone::Strong, phrase))
            .collect();
        self.line(out, "", &over)?;
        let titles = format!("{:<10} {:>10} {:>7}", "verdict", "executions", "failing");
        let under = vec![Cell::new(Tone::Quiet, titles); readings.len()];
        self.line(out, "strategy", &under)
    }

    /// The verdicts of one strategy, and below them what is to be noted of each.
    fn row(&self, out: &mut dyn Write, row: &[Measured]) -> io::Result<()> {
        let strategy = row
            .first()
            .map_or("", |measured| measured.report.strategy.as_str());
        let numbers: Vec<Cell> = row
            .iter()
            .map(|measured| numbers(&measured.report))
            .collect();
        self.line(out, strategy, &numbers)?;
        let notes: Vec<Vec<Cell>> = row
            .iter()
            .map(|measured| self.wrapped(&measured.report))
            .collect();
        let height = notes.iter().map(Vec::len).max().unwrap_or(0);
        for index in 0..height {
            let cells = notes
                .iter()
                .map(|lines| lines.get(index).cloned().unwrap_or_default());
            self.line(out, "", &cells.collect::<Vec<_>>())?;
        }
        Ok(())
    }

    fn wrapped(&self, report: &CheckReport) -> Vec<Cell> {
        let lines = |note: Cell| {
            let lines = wrap(&note.text, self.block);
            lines
                .into_iter()
                .map(move |line| Cell::new(note.tone, line))
        };
        notes(report).flat_map(lines).collect()
    }

    /// A name and one cell per reading. The first word of a cell carries its tone.
    fn line(&self, out: &mut dyn Write, name: &str, cells: &[Cell]) -> io::Result<()> {
        let name = Cell::plain(visible(name));
        write!(out, "{}", name.text)?;
        let mut owed = self.names.saturating_sub(name.width()) + 2;
        for cell in cells {
            if cell.text.is_empty() {
                owed += self.block + 2;
                continue;
            }
            let end = cell.text.find(' ').unwrap_or(cell.text.len());
            let (word, rest) = cell.text.split_at(end);
            write!(
                out,
                "{:owed$}{}{rest}",
                "",
                self.look.palette.paint(cell.tone, word)
            )?;
            owed = self.block.saturating_sub(cell.width()) + 2;
        }
        writeln!(out)
    }
}

fn numbers(report: &CheckReport) -> Cell {
    let word = report.verdict.word();
    let (executions, failing) = (grouped(report.executions), grouped(report.failing));
    // A long verdict takes from the room of the numbers.
    let room = 20_usize.saturating_sub(word.len().max(10));
    Cell::new(
        tone(report.verdict),
        format!("{word:<10} {executions:>room$} {failing:>7}"),
    )
}

/// How a verdict is meant.
pub(super) const fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Proved => Tone::Good,
        Verdict::Violated | Verdict::ExplorersDisagree => Tone::Bad,
        Verdict::Bounded | Verdict::Sampled | Verdict::Unsuitable | Verdict::NotDeterministic => {
            Tone::Notable
        }
    }
}

/// What stands below the numbers of a report.
fn notes(report: &CheckReport) -> impl Iterator<Item = Cell> {
    let found = report.counterexamples.first().map(|first| {
        let more = match report.counterexamples.len() - 1 {
            0 => String::new(),
            more => format!(" +{more} more"),
        };
        let status = first.status.map(|status| format!(" {}", status.short()));
        format!(
            "{}{}{more}",
            first.property.name(),
            status.unwrap_or_default()
        )
    });
    let covered = match report.coverage {
        Coverage::Exhausted => None,
        Coverage::Bounded(limit) => Some(format!("bound: {limit}")),
        Coverage::Sampled { seed, .. } => Some(format!("random, seed {seed}")),
        Coverage::Unsuitable(why) => Some(why.to_string()),
    };
    let differs = report
        .unexpected
        .as_ref()
        .is_some_and(|lines| !lines.is_empty());
    let differs = differs.then(|| {
        if report.verdict.is_conclusive() {
            Cell::new(Tone::Bad, "NOT AS EXPECTED")
        } else {
            Cell::new(Tone::Notable, "INCONCLUSIVE")
        }
    });
    let first = report.counterexamples.first();
    let needs = first.and_then(|first| needs_note(report, first));
    let verified = report.verification.as_ref().map(verified);
    let found = found.into_iter().chain(needs).chain(covered);
    found.chain(verified).map(Cell::plain).chain(differs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::Limit;
    use crate::report::sample;
    use crate::runtime::Waits;

    fn row(reports: Vec<CheckReport>) -> Vec<Measured> {
        reports
            .into_iter()
            .map(|report| Measured {
                report,
                measure: None,
            })
            .collect()
    }

    fn comparison() -> Comparison {
        let (sufficient, may_expire) = (Waits::Sufficient, Waits::MayExpire);
        let bounded = CheckReport {
            verdict: Verdict::Bounded,
            coverage: Coverage::Bounded(Limit::Executions(1_000_000)),
            unexpected: Some(vec!["expected PROVED, found BOUNDED".into()]),
            ..sample::proved("handle-per-context", may_expire)
        };
        Comparison {
            summary: "Two threads attach CONNECT4 and CONNECT6 at once.".into(),
            model: None,
            rows: vec![
                row(vec![
                    sample::violated("shared-handle", sufficient),
                    sample::violated("shared-handle", may_expire),
                ]),
                row(vec![
                    sample::proved("handle-per-context", sufficient),
                    bounded,
                ]),
            ],
        }
    }

    fn printed(comparison: &Comparison, width: usize) -> String {
        let mut out = Vec::new();
        write_comparison(&mut out, comparison, &Look::PLAIN.wide(width)).unwrap();
        // Golden texts start on a line of their own.
        format!("\n{}", String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_comparison_shows_both_readings_side_by_side() {
        assert_eq!(
            printed(&comparison(), 100),
            r"
attach/connect4_connect6
  Two threads attach CONNECT4 and CONNECT6 at once.

                    waits sufficient                  waits may expire
strategy            verdict    executions failing     verdict    executions failing
shared-handle       VIOLATED        1,305      18     VIOLATED        1,305      18
                    non-interference TXN_IN_PROGRESS  non-interference TXN_IN_PROGRESS
handle-per-context  PROVED          1,305       0     BOUNDED         1,305       0
                                                      bound: 1000000 executions
                                                      INCONCLUSIVE

PROVED means:      dpor covered every interleaving of 2 threads, and nothing was found
VIOLATED means:    a counterexample was found, and replaying it broke the property again
BOUNDED means:     nothing was found before a bound stopped dpor; this is no proof
assuming:          no fault; fairness: none; memory: sequentially consistent; profile: documented
waits sufficient:  a finite wait expires only when nothing else can run
waits may expire:  a finite wait may expire at any moment at which it is blocked
proved by dpor and by source, with the same classes

shared-handle (waits sufficient): non-interference: attach by thread 1 returned 22 instead of 0
  replay: selvedge replay selvedge1:attach/connect4_connect6:0.1.0x3

shared-handle (waits may expire): non-interference: attach by thread 1 returned 22 instead of 0
  replay: selvedge replay selvedge1:attach/connect4_connect6:0.1.0x3

handle-per-context (waits may expire)
  inconclusive: expected PROVED, found BOUNDED

as the model expects: 0 of 1
"
        );
    }

    /// The longest name of a preset, in the width that a pipe gets.
    #[test]
    fn the_table_itself_fits_into_100_columns() {
        let name = "handle-per-context-on-dynamic-global";
        let report = sample::violated(name, Waits::Sufficient);
        let mut comparison = comparison();
        comparison.rows = vec![row(vec![report.clone(), report])];
        let text = printed(&comparison, 100);
        let table = text
            .lines()
            .take_while(|line| !line.starts_with("VIOLATED means"));

        assert!(table.clone().any(|line| line.starts_with(name)), "{text}");
        assert!(table.clone().all(|line| line.len() <= 100), "{text}");
    }
}
