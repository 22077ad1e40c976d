//! One violation in full: what is broken, why, and the lane table of the execution that shows it.

use std::collections::BTreeSet;
use std::io;
use std::io::Write;

use crate::execution::Execution;
use crate::execution::Names;
use crate::execution::visible;
use crate::property::Contrast;
use crate::property::Property;
use crate::runtime::Waits;
use crate::scenario::Omitted;
use crate::status::NtStatus;
use crate::wfp::Circumstances;

use super::CheckReport;
use super::Counterexample;
use super::Look;
use super::Tone;
use super::grid::Cell;
use super::grid::Grid;
use super::lanes::write_lanes;
use super::phrases::counted;
use super::phrases::replay_command;
use super::phrases::waits_phrase;
use super::rounds::facts as circumstances_facts;

/// Where a violation was found: the search or the schedule it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting<'a> {
    /// The scenario's name.
    pub scenario: &'a str,
    /// The strategy's name.
    pub strategy: &'a str,
    /// How finite waits were read.
    pub waits: Waits,
    /// What the threads, deferred work included, and the objects are called.
    pub names: &'a Names,
}

impl<'a> Setting<'a> {
    /// The setting of a search.
    pub fn of(report: &'a CheckReport) -> Self {
        Self {
            scenario: &report.scenario,
            strategy: &report.strategy,
            waits: report.waits,
            names: &report.names,
        }
    }

    /// `attach/connect4_connect6 / shared-handle (waits sufficient)`.
    pub(super) fn title(&self) -> String {
        let phrase = waits_phrase(self.waits);
        visible(&format!("{} / {} ({phrase})", self.scenario, self.strategy)).into_owned()
    }
}

/// A violation, as a search or a replay has found it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding<'a> {
    /// What is broken.
    pub property: Property,
    /// Why, in a sentence that names the thread.
    pub cause: &'a str,
    /// The two steps whose order decides, and why it does; empty if that is not known.
    pub because: &'a str,
    /// The status at the root, if there is one.
    pub status: Option<NtStatus>,
    /// The errno that the caller saw, if a call returned one.
    pub errno: Option<u32>,
    /// The circumstances under which it occurs.
    pub circumstances: &'a Circumstances,
}

impl<'a> Finding<'a> {
    /// The finding of a counterexample.
    pub fn of(counterexample: &'a Counterexample) -> Self {
        Self {
            property: counterexample.property,
            cause: &counterexample.cause,
            because: &counterexample.explained.because,
            status: counterexample.status,
            errno: counterexample.errno,
            circumstances: &counterexample.circumstances,
        }
    }
}

/// Writes one counterexample of a report: heading, cause, lane table and the command that replays
/// it. `model` is the path of a scenario that is not embedded.
///
/// # Errors
///
/// Those of `out`.
pub fn write_counterexample(
    out: &mut dyn Write,
    report: &CheckReport,
    counterexample: &Counterexample,
    model: Option<&str>,
    look: &Look,
) -> io::Result<()> {
    let name = smaller_name(&report.scenario, &counterexample.explained.omitted);
    let setting = Setting {
        scenario: &name,
        ..Setting::of(report)
    };
    write_counterexample_of(out, &setting, counterexample, model, look)
}

/// The same, for a counterexample of no report.
///
/// # Errors
///
/// Those of `out`.
pub fn write_counterexample_of(
    out: &mut dyn Write,
    setting: &Setting<'_>,
    counterexample: &Counterexample,
    model: Option<&str>,
    look: &Look,
) -> io::Result<()> {
    let finding = Finding::of(counterexample);
    writeln!(out, "{}  {}", broken(&finding, look), setting.title())?;
    writeln!(out)?;
    write_facts(out, &finding, &counterexample.execution, look)?;
    writeln!(out)?;
    write_lanes(out, &counterexample.execution, setting.names, look)?;
    writeln!(out)?;
    writeln!(
        out,
        "  replay  {}",
        replay_command(&counterexample.schedule, model)
    )
}

/// The name of a scenario without some of its parts.
pub(crate) fn smaller_name(scenario: &str, omitted: &BTreeSet<Omitted>) -> String {
    let parts = omitted.iter().map(ToString::to_string);
    let names: Vec<String> = std::iter::once(scenario.to_owned()).chain(parts).collect();
    names.join("~")
}

/// Writes the nearest execution that passes, beside a failing one, if one is known.
///
/// # Errors
///
/// Those of `out`.
pub fn write_contrast(
    out: &mut dyn Write,
    contrast: Option<&Contrast>,
    names: &Names,
    look: &Look,
) -> io::Result<()> {
    let title = look.palette.paint(Tone::Strong, "CONTRAST");
    match contrast {
        None => writeln!(
            out,
            "{title}  no execution that passes differs in one ordering"
        ),
        Some(contrast) => {
            writeln!(out, "{title}  {}\n", contrast.title())?;
            write_lanes(out, &contrast.execution, names, look)
        }
    }
}

/// Writes what a replay did: its setting and its lane table.
///
/// # Errors
///
/// Those of `out`.
pub fn write_replayed(
    out: &mut dyn Write,
    setting: &Setting<'_>,
    execution: &Execution,
    look: &Look,
) -> io::Result<()> {
    let title = look.palette.paint(Tone::Strong, "REPLAY");
    writeln!(out, "{title}  {}", setting.title())?;
    writeln!(out)?;
    write_lanes(out, execution, setting.names, look)
}

/// Writes the violation that a replay ends with.
///
/// # Errors
///
/// Those of `out`.
pub fn write_reproduced(
    out: &mut dyn Write,
    finding: &Finding<'_>,
    execution: &Execution,
    look: &Look,
) -> io::Result<()> {
    writeln!(out, "{}", broken(finding, look))?;
    writeln!(out)?;
    write_facts(out, finding, execution, look)
}

/// `VIOLATED non-interference`.
fn broken(finding: &Finding<'_>, look: &Look) -> String {
    let word = look.palette.paint(Tone::Bad, "VIOLATED");
    let property = look.palette.paint(Tone::Strong, finding.property.name());
    format!("{word} {property}")
}

/// Cause, status, errno, circumstances and size, a line each.
fn write_facts(
    out: &mut dyn Write,
    finding: &Finding<'_>,
    execution: &Execution,
    look: &Look,
) -> io::Result<()> {
    let facts = facts(Some(finding), execution).into_iter();
    let rows: Vec<Vec<Cell>> = facts
        .map(|(name, text)| vec![Cell::new(Tone::Quiet, name), Cell::plain(text)])
        .collect();
    Grid::for_rows(&rows, 2, look).rows(out, &rows)
}

/// Cause, status, errno, circumstances and size, each with its name.
pub(super) fn facts(
    finding: Option<&Finding<'_>>,
    execution: &Execution,
) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some(finding) = finding {
        facts.push(("cause", visible(finding.cause).into_owned()));
        if !finding.because.is_empty() {
            facts.push(("because", visible(finding.because).into_owned()));
        }
        facts.extend(finding.status.map(|status| ("status", status.to_string())));
        facts.extend(finding.errno.map(|errno| ("errno", errno.to_string())));
        facts.extend(circumstances_facts(finding.circumstances));
    }
    facts.push(("size", size(execution)));
    facts
}

/// `5 steps, 2 switches, 1 preemption`, and the faults if there are any.
pub(crate) fn size(execution: &Execution) -> String {
    let steps = u64::try_from(execution.steps.len()).expect("a trace fits into memory");
    let mut parts = vec![counted(steps, "step")];
    let switches = u64::from(execution.switches());
    parts.push(if switches == 1 {
        "1 switch".into()
    } else {
        format!("{switches} switches")
    });
    parts.push(counted(execution.preemptions().into(), "preemption"));
    if execution.faults() > 0 {
        parts.push(counted(execution.faults().into(), "fault"));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_counterexample_says_what_why_how_and_again() {
        let report = sample::violated("shared-handle", Waits::Sufficient);
        let mut out = Vec::new();
        let look = Look::PLAIN.wide(80);
        write_counterexample(&mut out, &report, &report.counterexamples[0], None, &look).unwrap();

        let text = String::from_utf8(out).unwrap();

        assert_eq!(
            format!("\n{text}"),
            r"
VIOLATED non-interference  attach/connect4_connect6 / shared-handle (waits sufficient)

  cause   attach by thread 1 returned 22 instead of 0
  status  0xC022000E STATUS_FWP_TXN_IN_PROGRESS
  errno   22
  size    5 steps, 2 switches, 1 preemption

  step  0 CONNECT4                       1 CONNECT6
     1  FwpmTransactionBegin session 0
     2  (preempted)                      FwpmTransactionBegin session 0
                                         -> TXN_IN_PROGRESS (sees step 1)
                                         returns errno 22, expected 0
                                         (TXN_IN_PROGRESS)
     3  FwpmFilterAdd session 0 #0       (finished)
     4  FwpmFilterAdd session 0 #1
     5  FwpmTransactionCommit session 0
        +2 filters
        returns 0

  replay  selvedge replay selvedge1:attach/connect4_connect6:0.1.0x3
"
        );
    }
}
