//! `selvedge check`: holds models to the expectations that they state.

use std::io;

use crate::check::Keep;
use crate::check::Request;
use crate::execution::visible;
use crate::explore::ExplorerKind;
use crate::report::CheckReport;
use crate::report::Tone;
use crate::report::counted;
use crate::report::proved;
use crate::report::replay_command;
use crate::report::verified;
use crate::report::waits_phrase;
use crate::scenario::Expectation;
use crate::strategy::Strategy;
use crate::wfp::NamedProfile;
use crate::wfp::Scope;

use super::console::Channel;
use super::console::Console;
use super::error::CliError;
use super::exit::Exit;
use super::models::Model;
use super::models::load_with_directories;
use super::search::Searcher;
use super::task::Check;

/// How many expectations were held, and what came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    models: u64,
    without: u64,
    passed: u64,
    failed: u64,
    /// Searches that a bound stopped.
    inconclusive: u64,
}

/// What came of one expectation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    Met,
    Broken,
    Unknown,
}

/// Checks. All models are loaded before the first search.
pub(super) fn check(task: &Check, console: &mut Console<'_>) -> Result<Exit, CliError> {
    let models = load_with_directories(&task.models)?;
    let searcher = Searcher {
        progress: console.progress,
        time_max: task.budget.time,
        measures: false,
    };
    let mut tally = Tally::default();
    for model in &models {
        let expectations = model.scenario.expectations();
        write_heading(&mut console.out, model)?;
        tally.models += 1;
        tally.without += u64::from(expectations.is_empty());
        for expectation in expectations {
            let report = search(task, model, searcher, expectation);
            match write_row(&mut console.out, model, &report)? {
                Held::Met => tally.passed += 1,
                Held::Broken => tally.failed += 1,
                Held::Unknown => tally.inconclusive += 1,
            }
        }
    }
    write_summary(&tally, &mut console.out)?;
    Ok(tally.exit())
}

fn search(
    task: &Check,
    model: &Model,
    searcher: Searcher,
    expectation: &Expectation,
) -> CheckReport {
    let strategy = Strategy::named(&expectation.strategy);
    let strategy = strategy.expect("a checked scenario expects something of known strategies only");
    let request = Request {
        waits: expectation.waits,
        scope: Some(expectation.scope.clone()),
        explorer: ExplorerKind::Dpor,
        bounds: task.budget.bounds,
        seed: 0,
        keep: Keep::default(),
        verify: task.verifies,
        proofs: task.proofs,
    };
    searcher.run(&model.scenario, &strategy, &request).report
}

fn write_heading(out: &mut Channel<'_>, model: &Model) -> io::Result<()> {
    let count = model.scenario.expectations().len();
    let count = u64::try_from(count).expect("a file has less than 2^64 lines");
    let holds = if count == 0 {
        "no expectations".to_owned()
    } else {
        counted(count, "expectation")
    };
    let name = out
        .palette
        .paint(Tone::Strong, visible(model.scenario.name()));
    writeln!(out.writer, "{name}: {holds}")
}

/// Writes what came of one expectation, and says it.
fn write_row(out: &mut Channel<'_>, model: &Model, report: &CheckReport) -> io::Result<Held> {
    let differences = report.unexpected.as_deref();
    let differences = differences.expect("internal bug: a held expectation is not reported");
    let (held, word) = if differences.is_empty() {
        (Held::Met, out.palette.paint(Tone::Good, "PASS"))
    } else if report.verdict.is_conclusive() || report.disagreement.is_some() {
        (Held::Broken, out.palette.paint(Tone::Bad, "FAIL"))
    } else {
        let word = out.palette.paint(Tone::Notable, "INCONCLUSIVE");
        (Held::Unknown, word)
    };
    let row = format!(
        "{} ({}{})",
        visible(&report.strategy),
        waits_phrase(report.waits),
        scope_phrase(&report.scope)
    );
    let executions = counted(report.executions, "execution");
    let verified = report.verification.as_ref().map(verified);
    let mut said = String::new();
    for more in proved(report).into_iter().chain(verified) {
        said.push_str(", ");
        said.push_str(&more);
    }
    writeln!(
        out.writer,
        "    {word}  {row}: {}, {executions}{said}",
        report.verdict.word()
    )?;
    for difference in differences {
        writeln!(out.writer, "          {}", visible(difference))?;
    }
    if let Some(found) = &report.not_deterministic {
        writeln!(out.writer, "          {}", visible(&found.to_string()))?;
    }
    if let Some(found) = &report.disagreement {
        let command = replay_command(&found.schedule, model.path.as_deref());
        writeln!(out.writer, "          replay: {command}")?;
    }
    if let Some(first) = report.counterexamples.first().filter(|_| held != Held::Met) {
        let command = replay_command(&first.schedule, model.path.as_deref());
        writeln!(
            out.writer,
            "          {}: {}",
            first.property.name(),
            visible(&first.cause)
        )?;
        writeln!(out.writer, "          replay: {command}")?;
    }
    Ok(held)
}

/// The circumstances in a sentence, after something else: `, adversarial, at most 1 engine fault`.
/// Nothing for the documented ones.
fn scope_phrase(scope: &Scope) -> String {
    let mut text = String::new();
    if scope.profile != NamedProfile::Documented || !scope.fixed.is_empty() {
        text = format!(", {scope}");
    }
    match scope.fault_budget {
        0 => text,
        budget => format!("{text}, at most {}", counted(budget.into(), "engine fault")),
    }
}

fn write_summary(tally: &Tally, out: &mut Channel<'_>) -> io::Result<()> {
    let tone = match (tally.failed, tally.inconclusive) {
        (0, 0) => Tone::Good,
        (0, _) => Tone::Notable,
        (_, _) => Tone::Bad,
    };
    let open = match tally.inconclusive {
        0 => String::new(),
        inconclusive => format!(", {inconclusive} inconclusive"),
    };
    let line = format!("{} passed, {} failed{open}", tally.passed, tally.failed);
    let without = match tally.without {
        0 => String::new(),
        without => format!(", {without} without expectations"),
    };
    let models = counted(tally.models, "model");
    writeln!(
        out.writer,
        "\n{} in {models}{without}",
        out.palette.paint(tone, line)
    )?;
    out.writer.flush()
}

impl Tally {
    /// Nothing checked is nothing known, and neither is what a bound stopped.
    const fn exit(self) -> Exit {
        match (self.passed, self.failed, self.inconclusive) {
            (1.., 0, 0) => Exit::Success,
            (_, 0, _) => Exit::Inconclusive,
            (_, _, _) => Exit::Violated,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failure_fails_and_nothing_checked_is_inconclusive() {
        let exit = |passed, failed, inconclusive| {
            Tally {
                passed,
                failed,
                inconclusive,
                ..Tally::default()
            }
            .exit()
        };

        assert_eq!(exit(3, 0, 0), Exit::Success);
        assert_eq!(exit(3, 1, 0), Exit::Violated);
        assert_eq!(exit(3, 1, 1), Exit::Violated);
        assert_eq!(exit(3, 0, 1), Exit::Inconclusive);
        assert_eq!(exit(0, 0, 1), Exit::Inconclusive);
        assert_eq!(exit(0, 0, 0), Exit::Inconclusive);
    }
}
