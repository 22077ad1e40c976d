//! What the words of a table mean: each verdict that occurs in it, and each reading of waits.

use std::collections::BTreeSet;
use std::io;
use std::io::Write;

use crate::runtime::Waits;

use super::CheckReport;
use super::Comparison;
use super::Look;
use super::Tone;
use super::Verdict;
use super::grid::Cell;
use super::grid::Grid;
use super::words::counted;
use super::words::visible;
use super::words::waits_phrase;

/// Writes a line for each verdict and each reading of waits in the comparison, and one with what
/// all of them assume.
pub(super) fn write_legend(
    out: &mut dyn Write,
    comparison: &Comparison,
    look: &Look,
) -> io::Result<()> {
    let verdicts: BTreeSet<Verdict> = comparison.reports().map(|report| report.verdict).collect();
    let readings: BTreeSet<Waits> = comparison.reports().map(|report| report.waits).collect();
    let mut rows = Vec::new();
    for verdict in verdicts {
        let report = comparison
            .reports()
            .find(|report| report.verdict == verdict);
        let report = report.expect("the verdict came from a report");
        rows.push(row(&format!("{} means", verdict.word()), means(report)));
    }
    rows.extend(
        comparison
            .reports()
            .next()
            .map(|report| row("assuming", assumed(report))),
    );
    for waits in readings {
        rows.push(row(waits_phrase(waits), assumes(waits).into()));
    }
    Grid::for_rows(&rows, 0, look).rows(out, &rows)
}

fn row(word: &str, meaning: String) -> Vec<Cell> {
    vec![
        Cell::new(Tone::Quiet, format!("{word}:")),
        Cell::new(Tone::Quiet, meaning),
    ]
}

fn means(report: &CheckReport) -> String {
    let threads = counted(report.assumptions.threads.into(), "thread");
    let explorer = report.explorer.name();
    match report.verdict {
        Verdict::Proved => {
            format!("{explorer} covered every interleaving of {threads}, and nothing was found")
        }
        Verdict::Violated => {
            "a counterexample was found, and replaying it broke the property again".into()
        }
        Verdict::Bounded => {
            format!("nothing was found before a bound stopped {explorer}; this is no proof")
        }
        Verdict::Sampled => {
            format!("nothing was found in random interleavings of {threads}; this is no proof")
        }
        Verdict::Unsuitable => format!("{explorer} cannot run this model"),
    }
}

/// What a verdict takes for granted, beside the reading of waits.
fn assumed(report: &CheckReport) -> String {
    let assumptions = &report.assumptions;
    let faults = match assumptions.faults {
        0 => "no fault".to_owned(),
        faults => format!("at most {}", counted(faults.into(), "fault")),
    };
    format!(
        "{faults}; fairness: {}; memory: {}; profile: {}",
        assumptions.fairness,
        assumptions.memory_model,
        visible(&report.profile),
    )
}

const fn assumes(waits: Waits) -> &'static str {
    match waits {
        Waits::Sufficient => "a finite wait expires only when nothing else can run",
        Waits::MayExpire => "a finite wait may expire at any moment at which it is blocked",
    }
}
