//! The table of second opinions: for each reading of waits a row per strategy and explorer.
//!
//! The first row of a strategy is that of the reference explorer and says what it found; each other
//! row ends with its opinion of the first. Everything is in the reports; nothing is searched here.

use std::fmt;
use std::io;
use std::io::Write;

use crate::execution::visible;
use crate::explore::Coverage;
use crate::explore::Limit;

use super::CheckReport;
use super::Comparison;
use super::Look;
use super::Measured;
use super::Opinion;
use super::Tone;
use super::details::row_name;
use super::details::write_causes;
use super::grid::Cell;
use super::grid::GLUE;
use super::grid::Grid;
use super::legend::write_legend;
use super::legend::write_opinion_words;
use super::phrases::counted;
use super::phrases::grouped;
use super::phrases::replay_command;
use super::phrases::waits_phrase;
use super::table::tone;
use super::table::write_title;

/// From how many columns on the seconds have a column of their own.
const SECONDS_COLUMN_FROM: usize = 90;

/// What one explorer says of what another says.
#[derive(Debug, Clone, PartialEq)]
pub struct Seconded {
    /// What it came to itself.
    pub measured: Measured,
    /// Its opinion of the reference.
    pub opinion: Opinion,
}

/// The strategies of one scenario, by a reference explorer and by others.
#[derive(Debug, Clone, PartialEq)]
pub struct SecondOpinions {
    /// The reports of the reference.
    pub comparison: Comparison,
    /// The others, by row and reading as in the comparison, in the order of the explorers.
    pub others: Vec<Vec<Vec<Seconded>>>,
}

/// How many opinions there are of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OpinionTally {
    /// Agreements of two whole searches.
    pub agree: u64,
    /// Agreements as far as was seen.
    pub so_far: u64,
    /// Models that an explorer cannot run.
    pub cannot_run: u64,
    /// Contradictions.
    pub differ: u64,
}

impl OpinionTally {
    /// Counts one more.
    pub const fn add(&mut self, opinion: &Opinion) {
        let count = match opinion {
            Opinion::Agrees => &mut self.agree,
            Opinion::AgreesSoFar { .. } => &mut self.so_far,
            Opinion::CannotRun(_) => &mut self.cannot_run,
            Opinion::Differs(_) => &mut self.differ,
        };
        *count += 1;
    }
}

/// The tally as the line that closes a table.
impl fmt::Display for OpinionTally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            agree,
            so_far,
            cannot_run,
            differ,
        } = *self;
        let all = counted(agree + so_far + cannot_run + differ, "opinion");
        let [agree, so_far, cannot_run, differ] = [agree, so_far, cannot_run, differ].map(grouped);
        write!(
            f,
            "{all}: {agree} agree, {so_far} so far, {cannot_run} cannot run, {differ} differ"
        )
    }
}

impl SecondOpinions {
    /// Every other report with its opinion and with that of the reference, row by row.
    pub fn pairs(&self) -> impl Iterator<Item = (&CheckReport, &Seconded)> {
        let others = self.others.iter().flatten();
        let pairs = self.comparison.reports().zip(others);
        pairs.flat_map(|(reference, others)| others.iter().map(move |other| (reference, other)))
    }

    /// How many opinions there are of each kind.
    pub fn tally(&self) -> OpinionTally {
        let mut tally = OpinionTally::default();
        for (_, other) in self.pairs() {
            tally.add(&other.opinion);
        }
        tally
    }

    /// The reference's report and the others of one row and reading.
    fn cell(&self, row: usize, reading: usize) -> (&Measured, &[Seconded]) {
        (
            &self.comparison.rows[row][reading],
            &self.others[row][reading],
        )
    }
}

/// Writes the table of one scenario with what belongs below it.
///
/// # Errors
///
/// Those of `out`.
pub fn write_second_opinions(
    out: &mut dyn Write,
    opinions: &SecondOpinions,
    look: &Look,
) -> io::Result<()> {
    let comparison = &opinions.comparison;
    write_title(out, comparison, look)?;
    write_blocks(out, opinions, look)?;
    writeln!(out)?;
    let others = opinions.pairs().map(|(_, other)| &other.measured.report);
    let reports: Vec<&CheckReport> = comparison.reports().chain(others).collect();
    write_legend(out, &reports, look)?;
    write_opinion_words(out, &opinions.tally(), look)?;
    write_causes(out, comparison, look)?;
    write_differences(out, opinions, look)?;
    let tally = opinions.tally();
    let tone = if tally.differ == 0 {
        Tone::Good
    } else {
        Tone::Bad
    };
    writeln!(out, "\n{}", look.palette.paint(tone, tally))
}

/// A block for each reading of waits, all with the same columns.
fn write_blocks(out: &mut dyn Write, opinions: &SecondOpinions, look: &Look) -> io::Result<()> {
    let rows = &opinions.comparison.rows;
    let readings = rows.first().map_or(0, Vec::len);
    let layout = Layout::of(opinions, look);
    let lines = |row: usize, reading: usize| {
        let (reference, others) = opinions.cell(row, reading);
        let others = others.iter().map(|other| layout.other(other));
        std::iter::once(layout.reference(reference)).chain(others)
    };
    let mut all = vec![layout.titles()];
    for row in 0..rows.len() {
        all.extend((0..readings).flat_map(|reading| lines(row, reading)));
    }
    let grid = Grid::for_rows(&all, 0, look);
    for reading in 0..readings {
        let waits = waits_phrase(rows[0][reading].report.waits);
        writeln!(out, "\n{}", look.palette.paint(Tone::Strong, waits))?;
        grid.row(out, &layout.titles())?;
        for (row, strategy) in rows.iter().enumerate() {
            let strategy = visible(&strategy[reading].report.strategy);
            writeln!(out, "{}", look.palette.paint(Tone::Strong, strategy))?;
            for line in lines(row, reading) {
                grid.row(out, &line)?;
            }
        }
    }
    Ok(())
}

/// Whether there are seconds, and where they stand.
#[derive(Debug, Clone, Copy)]
struct Layout {
    seconds: bool,
    column: bool,
}

impl Layout {
    fn of(opinions: &SecondOpinions, look: &Look) -> Self {
        let mut measured = opinions.comparison.rows.iter().flatten();
        let seconds = measured.any(|measured| measured.measure.is_some());
        Self {
            seconds,
            column: seconds && look.width >= SECONDS_COLUMN_FROM,
        }
    }

    fn titles(self) -> Vec<Cell> {
        let quiet = |title: &str| Cell::new(Tone::Quiet, title);
        let right = |title: &str| Cell::right(Tone::Quiet, title);
        let mut cells = vec![
            quiet(&format!("{GLUE}explorer")),
            quiet("verdict"),
            right("executions"),
            right("failing"),
            right("outcomes"),
        ];
        cells.extend(self.column.then(|| right("seconds")));
        cells.push(quiet("opinion"));
        cells
    }

    /// The row of the reference: it says what was found.
    fn reference(self, measured: &Measured) -> Vec<Cell> {
        let found = measured.report.counterexamples.iter().map(|found| {
            let status = found.status.map(|status| format!(" {}", status.short()));
            format!("{}{}", found.property.name(), status.unwrap_or_default())
        });
        let found: Vec<String> = found.collect();
        let found = if found.is_empty() {
            "found nothing".to_owned()
        } else {
            format!("found {}", found.join(", "))
        };
        self.row(measured, Cell::plain(found))
    }

    fn other(self, other: &Seconded) -> Vec<Cell> {
        let tone = match &other.opinion {
            Opinion::Agrees => Tone::Good,
            Opinion::AgreesSoFar { .. } => Tone::Plain,
            Opinion::CannotRun(_) => Tone::Notable,
            Opinion::Differs(_) => Tone::Bad,
        };
        self.row(&other.measured, Cell::new(tone, other.opinion.to_string()))
    }

    fn row(self, measured: &Measured, mut last: Cell) -> Vec<Cell> {
        let report = &measured.report;
        // How many executions there were says it of that bound.
        if let Coverage::Bounded(limit) = report.coverage
            && !matches!(limit, Limit::Executions(_) | Limit::Unconfirmed)
        {
            last.text = format!("{}; bound: {limit}", last.text);
        }
        let ran = !matches!(report.coverage, Coverage::Unsuitable(_));
        let number = |number: u64| {
            let text = if ran { grouped(number) } else { "-".to_owned() };
            Cell::right(Tone::Plain, text)
        };
        let outcomes = report.outcomes.as_ref().map_or(0, |outcomes| {
            u64::try_from(outcomes.len()).expect("what fits into memory fits into 64 bits")
        });
        let mut cells = vec![
            Cell::plain(format!("{GLUE}{}", report.explorer.name())),
            Cell::new(tone(report.verdict), report.verdict.word()),
            number(report.executions),
            number(report.failing),
            number(outcomes),
        ];
        let seconds = measured
            .measure
            .map(|measure| format!("{:.3}", measure.seconds));
        let seconds = seconds.unwrap_or_default();
        if self.column {
            cells.push(Cell::right(Tone::Plain, seconds));
        } else if self.seconds {
            last.text = format!("{} ({seconds}{GLUE}s)", last.text);
        }
        cells.push(last);
        cells
    }
}

/// Each contradiction, with the commands that replay what only the other explorer found.
fn write_differences(
    out: &mut dyn Write,
    opinions: &SecondOpinions,
    look: &Look,
) -> io::Result<()> {
    let differing = opinions
        .pairs()
        .filter(|(_, other)| other.opinion.differs());
    for (reference, other) in differing {
        let report = &other.measured.report;
        let row = look.palette.paint(Tone::Strong, row_name(report));
        let opinion = look.palette.paint(Tone::Bad, &other.opinion);
        writeln!(out, "\n{row}: {}: {opinion}", report.explorer.name())?;
        let broken = |found: &super::Counterexample| (found.property, found.status);
        let known: Vec<_> = reference.counterexamples.iter().map(broken).collect();
        let new = report.counterexamples.iter();
        for found in new.filter(|found| !known.contains(&broken(found))) {
            let model = opinions.comparison.model.as_deref();
            let command = replay_command(&found.schedule, model);
            writeln!(out, "  {}: {command}", found.property.name())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::explore::ExplorerKind;
    use crate::explore::Unsuitability;
    use crate::report::Measure;
    use crate::report::Verdict;
    use crate::report::sample;
    use crate::report::write_json_with_opinions;
    use crate::runtime::Waits;

    fn seconded(explorer: ExplorerKind, coverage: Coverage, report: CheckReport) -> Seconded {
        let report = CheckReport {
            explorer,
            coverage,
            outcomes: Some(BTreeSet::new()),
            ..report
        };
        let reference = reference().report;
        let opinion = Opinion::of(&reference, &report);
        let measure = None;
        Seconded {
            measured: Measured { report, measure },
            opinion,
        }
    }

    fn reference() -> Measured {
        let report = CheckReport {
            outcomes: Some(BTreeSet::new()),
            ..sample::proved("push-lock", Waits::Sufficient)
        };
        let measure = None;
        Measured { report, measure }
    }

    /// One of each opinion on a proof.
    fn opinions() -> SecondOpinions {
        let proved = || sample::proved("push-lock", Waits::Sufficient);
        let violated = || sample::violated("push-lock", Waits::Sufficient);
        let with = |verdict| CheckReport {
            verdict,
            ..proved()
        };
        let why = Unsuitability::Threads { needs: 5, has: 4 };
        let sampled = Coverage::Sampled {
            seed: 0,
            executions: 9,
        };
        let bounded = Coverage::Bounded(Limit::FiniteWait);
        let others = vec![
            seconded(ExplorerKind::Dfs, Coverage::Exhausted, proved()),
            seconded(
                ExplorerKind::Loom,
                Coverage::Unsuitable(why),
                with(Verdict::Unsuitable),
            ),
            seconded(ExplorerKind::ShuttleDfs, bounded, with(Verdict::Bounded)),
            seconded(ExplorerKind::Random, sampled, with(Verdict::Sampled)),
            seconded(ExplorerKind::ShuttleRandom, sampled, violated()),
        ];
        SecondOpinions {
            comparison: Comparison {
                summary: "Two threads attach at once".into(),
                model: None,
                rows: vec![vec![reference()]],
            },
            others: vec![vec![others]],
        }
    }

    fn printed(opinions: &SecondOpinions, width: usize) -> String {
        let mut out = Vec::new();
        write_second_opinions(&mut out, opinions, &Look::PLAIN.wide(width)).unwrap();
        // Golden texts start on a line of their own.
        format!("\n{}", String::from_utf8(out).unwrap())
    }

    #[test]
    fn each_explorer_has_a_row_with_its_opinion() {
        let text = printed(&opinions(), 100);
        let (table, rest) = text.split_at(text.find("PROVED means:").unwrap());

        assert_eq!(table, GOLDEN);
        for line in [
            "PROVED means:      dpor and dfs covered every interleaving of 2 threads, and nothing ",
            "\nSAMPLED means:     nothing was found in the random interleavings of 2 threads that ",
            "\nUNSUITABLE means:  loom cannot run this model, and did not\n",
            "\nagrees:         both searches saw everything: ",
            "\nDIFFERS:        the two searches contradict each other: one of them is wrong\n",
            "\npush-lock (waits sufficient): shuttle-random: DIFFERS: found non-interference ",
            "\n  non-interference: selvedge replay selvedge1:attach/connect4_connect6:0.1.0x3\n",
        ] {
            assert!(rest.contains(line), "{line}: {rest}");
        }
        let last = "\n\n5 opinions: 1 agree, 2 so far, 1 cannot run, 1 differ\n";
        assert!(rest.ends_with(last), "{rest}");
    }

    const GOLDEN: &str = "
attach/connect4_connect6
  Two threads attach at once

waits sufficient
 explorer        verdict     executions  failing  outcomes  opinion
push-lock
 dpor            PROVED           1,305        0         0  found nothing
 dfs             PROVED           1,305        0         0  agrees
 loom            UNSUITABLE           -        -         -  cannot run: 5 threads, takes at most 4
 shuttle-dfs     BOUNDED          1,305        0         0  agrees so far: saw 0 of 0 outcomes;
                                                            bound: a finite wait ran out, which loom
                                                            cannot express
 random          SAMPLED          1,305        0         0  agrees so far: saw 0 of 0 outcomes
 shuttle-random  VIOLATED         1,305       18         0  DIFFERS: found non-interference
                                                            TXN_IN_PROGRESS

";

    #[test]
    fn seconds_have_a_column_where_there_is_room() {
        let mut measured = opinions();
        measured.comparison.rows[0][0].measure = Some(Measure {
            seconds: 0.25,
            executions_per_second: 8,
            peak_memory_bytes: None,
        });
        let (wide, narrow) = (printed(&measured, 100), printed(&measured, 80));

        assert!(wide.contains("outcomes  seconds  opinion\n"), "{wide}");
        assert!(wide.contains("  0.250  found nothing\n"), "{wide}");
        assert!(narrow.contains("outcomes  opinion\n"), "{narrow}");
        assert!(narrow.contains("(0.250 s)\n"), "{narrow}");
        let table = narrow.lines().take_while(|line| !line.contains("means:"));
        assert!(table.into_iter().all(|line| line.len() <= 80), "{narrow}");
    }

    #[test]
    fn each_opinion_has_its_fields_in_json() {
        let mut out = Vec::new();
        write_json_with_opinions(&mut out, &[opinions()]).unwrap();
        let document: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let results = document["results"].as_array().unwrap();
        let opinions: Vec<String> = results.iter().map(|it| it["opinion"].to_string()).collect();

        assert_eq!(
            opinions,
            [
                "null",
                r#"{"kind":"agrees"}"#,
                r#"{"kind":"cannot-run","reason":"5 threads, takes at most 4"}"#,
                r#"{"kind":"agrees-so-far","of":0,"seen":0}"#,
                r#"{"kind":"agrees-so-far","of":0,"seen":0}"#,
                r#"{"differences":["found non-interference TXN_IN_PROGRESS"],"kind":"differs"}"#,
            ]
        );
    }
}
