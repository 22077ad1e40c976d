//! What the words of a table mean: each verdict that occurs in it, and each reading of waits.

use std::collections::BTreeSet;
use std::io;
use std::io::Write;

use crate::explore::ExplorerKind;
use crate::runtime::Waits;
use crate::wfp::NamedProfile;

use super::CheckReport;
use super::Look;
use super::OpinionTally;
use super::Tone;
use super::Verdict;
use super::grid::Cell;
use super::grid::Grid;
use super::phrases::counted;
use super::phrases::waits_phrase;

/// Writes a line for each verdict and each reading of waits in the reports, one with what all of
/// them assume, and one for each library that searched.
pub(super) fn write_legend(
    out: &mut dyn Write,
    reports: &[&CheckReport],
    look: &Look,
) -> io::Result<()> {
    let verdicts: BTreeSet<Verdict> = reports.iter().map(|report| report.verdict).collect();
    let readings: BTreeSet<Waits> = reports.iter().map(|report| report.waits).collect();
    let libraries: BTreeSet<(&str, &str)> = reports
        .iter()
        .filter_map(|report| library(report.explorer))
        .collect();
    let mut rows = Vec::new();
    for verdict in verdicts {
        let word = format!("{} means", verdict.word());
        rows.push(row(&word, means(verdict, reports)));
    }
    let first = reports.first();
    rows.extend(first.map(|report| row("assuming", assumed(report))));
    for waits in readings {
        rows.push(row(waits_phrase(waits), assumes(waits).into()));
    }
    for (name, meaning) in libraries {
        rows.push(row(name, meaning.into()));
    }
    let profiles: BTreeSet<NamedProfile> = reports
        .iter()
        .map(|report| report.scope.profile)
        .filter(|profile| *profile != NamedProfile::Documented)
        .collect();
    for profile in profiles {
        rows.push(row(profile.name(), profile.summary().into()));
    }
    Grid::for_rows(&rows, 0, look).rows(out, &rows)
}

/// Writes a line for each kind of opinion that there is.
pub(super) fn write_opinion_words(
    out: &mut dyn Write,
    tally: &OpinionTally,
    look: &Look,
) -> io::Result<()> {
    let agree = "both searches saw everything: the same verdict, findings and outcomes";
    let so_far = "of two searches one did not see everything, and saw nothing new; no proof by \
                  itself";
    let differ = "the two searches contradict each other: one of them is wrong";
    let words = [
        (tally.agree, "agrees", agree),
        (tally.so_far, "agrees so far", so_far),
        (tally.differ, "DIFFERS", differ),
    ];
    let there = words.into_iter().filter(|(count, _, _)| *count > 0);
    let rows: Vec<_> = there
        .map(|(_, word, means)| row(word, means.into()))
        .collect();
    Grid::for_rows(&rows, 0, look).rows(out, &rows)
}

fn row(word: &str, meaning: String) -> Vec<Cell> {
    vec![
        Cell::new(Tone::Quiet, format!("{word}:")),
        Cell::new(Tone::Quiet, meaning),
    ]
}

fn means(verdict: Verdict, reports: &[&CheckReport]) -> String {
    let with = || reports.iter().filter(|report| report.verdict == verdict);
    let explorers: BTreeSet<ExplorerKind> = with().map(|report| report.explorer).collect();
    let explorers = listed(explorers);
    let threads = with().next().map_or(0, |report| report.assumptions.threads);
    let threads = counted(threads.into(), "thread");
    match verdict {
        Verdict::Proved => {
            format!("{explorers} covered every interleaving of {threads}, and nothing was found")
        }
        Verdict::Violated => {
            "a counterexample was found, and replaying it broke the property again".into()
        }
        Verdict::Bounded => {
            format!("nothing was found before a bound stopped {explorers}; this is no proof")
        }
        Verdict::Sampled => format!(
            "nothing was found in the random interleavings of {threads} that {explorers} drew; \
             this is no proof"
        ),
        Verdict::Unsuitable => format!("{explorers} cannot run this model, and did not"),
        Verdict::ExplorersDisagree => {
            "one of two explorers saw executions that the other lacks, so nothing is proved".into()
        }
        Verdict::NotDeterministic => {
            "the same choices did not lead to the same execution, so nothing is known".into()
        }
    }
}

/// `dpor, dfs and loom`.
fn listed(explorers: BTreeSet<ExplorerKind>) -> String {
    let names: Vec<&str> = explorers.into_iter().map(ExplorerKind::name).collect();
    match &names[..] {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}

/// The library that an explorer is of, and what a reader has to know of it.
const fn library(explorer: ExplorerKind) -> Option<(&'static str, &'static str)> {
    match explorer {
        ExplorerKind::Dpor
        | ExplorerKind::Source
        | ExplorerKind::Icb
        | ExplorerKind::Dfs
        | ExplorerKind::Random => None,
        ExplorerKind::Loom => Some((
            "loom",
            "a library that searches the same code over locks of its own; choices and expiries \
             are made from outside, one whole search for each way to make them",
        )),
        ExplorerKind::ShuttleRandom
        | ExplorerKind::ShuttlePct
        | ExplorerKind::ShuttleUrw
        | ExplorerKind::ShuttleDfs => Some((
            "shuttle",
            "a library whose schedulers choose who takes the next step of the same code",
        )),
    }
}

/// What a verdict takes for granted, beside the reading of waits.
fn assumed(report: &CheckReport) -> String {
    let assumptions = &report.assumptions;
    let faults = match assumptions.faults {
        0 => "no fault".to_owned(),
        faults => format!("at most {}", counted(faults.into(), "fault")),
    };
    let engine_faults = match assumptions.engine_faults {
        0 => String::new(),
        faults => format!(", at most {}", counted(faults.into(), "engine fault")),
    };
    format!(
        "{faults}{engine_faults}; fairness: {}; memory: {}; profile: {}",
        assumptions.fairness, assumptions.memory_model, report.scope,
    )
}

const fn assumes(waits: Waits) -> &'static str {
    match waits {
        Waits::Sufficient => "a finite wait expires only when nothing else can run",
        Waits::MayExpire => "a finite wait may expire at any moment at which it is blocked",
    }
}
