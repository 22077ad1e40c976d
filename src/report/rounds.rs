//! What the rounds of a check have to say: which readings and faults were gone through, and which
//! of them a violation needs.

use std::collections::BTreeSet;
use std::io;
use std::io::Write;

use crate::wfp::CallKey;
use crate::wfp::Circumstances;
use crate::wfp::EngineFault;
use crate::wfp::Profile;
use crate::wfp::Question;
use crate::wfp::Reading;

use super::CheckReport;
use super::Counterexample;
use super::Look;
use super::Round;
use super::Tone;
use super::Verdict;
use super::details::row_name;
use super::grid::Cell;
use super::grid::Grid;
use super::phrases::counted;
use super::phrases::grouped;

/// `needs notify-delete=deferred`, `needs fault 1.commit.1=commit-fails`: what is to be noted of a
/// counterexample in a table. Nothing if it needs nothing.
pub(super) fn needs_note(report: &CheckReport, found: &Counterexample) -> Option<String> {
    let needs = needed(report, found);
    (!needs.is_empty()).then(|| format!("needs {}", needs.join(", ")))
}

/// The readings and faults that a counterexample needs.
fn needed(report: &CheckReport, found: &Counterexample) -> Vec<String> {
    let readings = report.needs(found).into_iter();
    let readings = readings.map(|reading| reading.to_string());
    readings
        .chain(engine_faults(&found.circumstances))
        .collect()
}

/// `fault 1.commit.1=commit-fails`, one for each call that fails.
fn engine_faults(circumstances: &Circumstances) -> impl Iterator<Item = String> {
    let faults = circumstances.faults.iter();
    faults.map(|(call, fault)| format!("fault {call}={}", fault.name()))
}

/// Whether the readings or faults of a report are worth a word: not if it is of the documented
/// readings and no fault.
pub(super) fn is_plain(report: &CheckReport) -> bool {
    let scope = &report.scope;
    !scope.is_wide() && scope.start() == Circumstances::default()
}

/// What is to be said below the row of a report, a line each.
pub(super) fn lines(report: &CheckReport) -> Vec<String> {
    if is_plain(report) {
        return Vec::new();
    }
    let mut lines = Vec::new();
    if let Some(first) = report.counterexamples.first() {
        lines.push(format!("needs: {}", needs_line(report, first)));
    } else if report.verdict == Verdict::Proved && report.scope.is_wide() {
        lines.push(format!("holds {}", holds_under(report)));
    }
    let consulted: Vec<&str> = report.consulted().iter().map(Question::name).collect();
    let consulted = if consulted.is_empty() {
        "no open question".to_owned()
    } else {
        consulted.join(", ")
    };
    lines.push(format!("consulted: {consulted}{}", gone_through(report)));
    if report.scope.fault_budget > 0 {
        lines.push(format!("faults: {}", faults_line(report)));
    }
    lines
}

fn needs_line(report: &CheckReport, found: &Counterexample) -> String {
    let needs = needed(report, found);
    let what = match (
        needs.is_empty(),
        report.scope.start() == Circumstances::default(),
    ) {
        (false, _) => needs.join(", "),
        (true, true) => "nothing but the documented readings".to_owned(),
        (true, false) => format!("nothing but the readings of {}", report.scope),
    };
    let rounds = count(report.rounds.len());
    if rounds == 1 {
        return what;
    }
    format!(
        "{what}; found under {} of {} circumstances",
        grouped(found.rounds),
        grouped(rounds)
    )
}

/// `under every reading and fault`.
fn holds_under(report: &CheckReport) -> &'static str {
    match (
        report.scope.profile.explores(),
        report.scope.fault_budget > 0,
    ) {
        (true, false) => "under every reading",
        (true, true) => "under every reading, and with every fault that was gone through",
        (false, _) => "with every fault that was gone through",
    }
}

/// `; every reading in 12 combinations`.
fn gone_through(report: &CheckReport) -> String {
    if !report.scope.profile.explores() {
        return String::new();
    }
    let combinations: BTreeSet<&Profile> = report
        .rounds
        .iter()
        .map(|round| &round.circumstances.profile)
        .collect();
    match combinations.len() {
        1 => String::new(),
        several => format!("; {}", counted(count(several), "combination")),
    }
}

/// `23 calls could fail, at most 1 in an execution; 45 ways gone through (no-memory 3, …)`.
fn faults_line(report: &CheckReport) -> String {
    let calls = counted(count(report.calls.len()), "call");
    let ways: BTreeSet<Vec<(&CallKey, &EngineFault)>> = report
        .rounds
        .iter()
        .map(|round| round.circumstances.faults.iter().collect())
        .filter(|faults: &Vec<_>| !faults.is_empty())
        .collect();
    let kinds = EngineFault::ALL.into_iter().filter_map(|kind| {
        let with = ways
            .iter()
            .filter(|way| way.iter().any(|(_, fault)| **fault == kind));
        let with = with.count();
        (with > 0).then(|| format!("{} {}", kind.name(), grouped(count(with))))
    });
    let kinds: Vec<String> = kinds.collect();
    let kinds = if kinds.is_empty() {
        String::new()
    } else {
        format!(" ({})", kinds.join(", "))
    };
    let budget = report.scope.fault_budget;
    format!(
        "{calls} could fail, at most {budget} together: {}{kinds}",
        counted(count(ways.len()), "way")
    )
}

fn count(number: usize) -> u64 {
    u64::try_from(number).expect("what fits into memory fits into 64 bits")
}

/// The readings and faults under which an execution ran, where they are not the documented ones: a
/// name and a text each.
pub(super) fn facts(circumstances: &Circumstances) -> Vec<(&'static str, String)> {
    let readings = Reading::differences(&circumstances.profile, &Profile::DOCUMENTED);
    let reading = |reading: Reading| {
        let question = reading.question;
        let texts = question.reading_texts();
        let text = &texts[usize::from(reading.reading)];
        (
            "reading",
            format!("{reading} ({}): {text}", question.number()),
        )
    };
    let fault = |(call, fault): (&CallKey, &EngineFault)| {
        let CallKey {
            thread,
            verb,
            occurrence,
        } = call;
        let (title, summary) = (verb.title(), fault.summary());
        let text = format!(
            "{title} {occurrence} of thread {thread}: {}: {summary}",
            fault.name()
        );
        ("fault", text)
    };
    let readings = readings.into_iter().map(reading);
    readings
        .chain(circumstances.faults.iter().map(fault))
        .collect()
}

/// Writes a table with a row for each of the circumstances that were gone through, if they are
/// several.
///
/// # Errors
///
/// Those of `out`.
pub fn write_rounds(out: &mut dyn Write, report: &CheckReport, look: &Look) -> io::Result<()> {
    if report.rounds.len() < 2 {
        return Ok(());
    }
    let title = look.palette.paint(Tone::Strong, row_name(report));
    let rounds = count(report.rounds.len());
    writeln!(out, "\n{title}: {}\n", counted(rounds, "round"))?;
    let quiet = |text: &str| Cell::new(Tone::Quiet, text);
    let right = |text: &str| Cell::right(Tone::Quiet, text);
    let mut rows = vec![vec![
        right("executions"),
        right("failing"),
        quiet("under"),
        quiet("found"),
    ]];
    rows.extend(report.rounds.iter().map(row));
    Grid::for_rows(&rows, 2, look).rows(out, &rows)
}

fn row(round: &Round) -> Vec<Cell> {
    let found = round.found.iter().map(|(property, status)| match status {
        Some(status) => format!("{} {}", property.name(), status.short()),
        None => property.name().to_owned(),
    });
    let found: Vec<String> = found.collect();
    let tone = if found.is_empty() {
        Tone::Plain
    } else {
        Tone::Bad
    };
    vec![
        Cell::right(Tone::Plain, grouped(round.executions)),
        Cell::right(Tone::Plain, grouped(round.failing)),
        Cell::plain(round.circumstances.to_string()),
        Cell::new(tone, found.join(", ")),
    ]
}
