//! `selvedge replay`: runs a recorded schedule again and shows it.

use std::fs;
use std::io;
use std::io::IsTerminal;
use std::io::Write;
use std::path::Path;

use crate::case::Case;
use crate::confirm;
use crate::execution::visible;
use crate::property::Contrast;
use crate::replay::Ending;
use crate::replay::NativeReplayError;
use crate::replay::RecordedSchedule;
use crate::replay::Replay as Replayed;
use crate::replay::replay as run_again;
use crate::replay::replay_best_effort;
use crate::replay::replay_with_shuttle;
use crate::report::Document;
use crate::report::Finding;
use crate::report::Look;
use crate::report::Setting;
use crate::report::Tone;
use crate::report::replay_command;
use crate::report::write_contrast;
use crate::report::write_replayed;
use crate::report::write_reproduced;
use crate::scenario::Scenario;

use super::console::Channel;
use super::console::Console;
use super::error::CliError;
use super::exit::Exit;
use super::files::read_schedule;
use super::models::load_one;
use super::task::By;
use super::task::Replay;
use super::walk::Commands;
use super::walk::walk;

/// Replays: the lane table, and what it ends with.
pub(super) fn replay(task: &Replay, console: &mut Console<'_>) -> Result<Exit, CliError> {
    let recorded = recorded(&task.schedule)?;
    let model = task.model.as_deref().map(load_one).transpose()?;
    let scenario = recorded.scenario(model.map(|model| model.scenario));
    let scenario = scenario.map_err(CliError::Schedule)?;
    scenario.workload().require_room(&recorded.circumstances)?;
    if task.steps {
        return walk_through(&recorded, &scenario, task, console);
    }
    let replayed = match task.by {
        By::Strict => run_again(&recorded, &scenario),
        By::BestEffort => replay_best_effort(&recorded, &scenario),
        By::Shuttle => match replay_with_shuttle(&recorded, &scenario) {
            Err(NativeReplayError::Divergence(misfit)) => return misfits(&misfit, console),
            replayed => replayed?,
        },
    };
    if replayed.digest_differs {
        warn_of_model(&recorded.model, scenario.name(), &mut console.err)?;
    }
    let look = task.page.on(console.look());
    let out = &mut *console.out.writer;
    write_replay(task, (&recorded, &scenario, &replayed), &look, out)?;
    out.flush()?;
    Ok(exit(&replayed.ending))
}

fn write_replay(
    task: &Replay,
    (recorded, scenario, replayed): (&RecordedSchedule, &Scenario, &Replayed),
    look: &Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let setting = Setting {
        scenario: scenario.name(),
        strategy: recorded.strategy.name,
        waits: recorded.waits,
        names: &replayed.names,
    };
    let (because, contrast) = explained(recorded, scenario, replayed);
    let finding = finding(replayed, &because);
    if let Some(form) = task.show_as.form() {
        let command = replay_command(&recorded.to_token(), task.model.as_deref());
        let document = Document {
            contrast: contrast.as_ref().filter(|_| task.shows_contrast),
            replay: Some(&command),
            detail: look.detail,
            ..Document::of(&setting, finding.as_ref(), &replayed.execution)
        };
        return document.write(out, form);
    }
    write_replayed(out, &setting, &replayed.execution, look)?;
    writeln!(out)?;
    write_skipped(out, replayed, look)?;
    let Some(finding) = finding else {
        return write_other_ending(out, replayed, look);
    };
    write_reproduced(out, &finding, &replayed.execution, look)?;
    if task.shows_contrast {
        writeln!(out)?;
        write_contrast(out, contrast.as_ref(), &replayed.names, look)?;
    }
    Ok(())
}

/// Why a replay ended with a violation, and the nearest execution that passes.
fn explained(
    recorded: &RecordedSchedule,
    scenario: &Scenario,
    replayed: &Replayed,
) -> (String, Option<Contrast>) {
    let Ending::Reproduced(violation) = &replayed.ending else {
        return (String::new(), None);
    };
    let finding = confirm::Finding {
        case: Case {
            scenario,
            strategy: &recorded.strategy,
            waits: recorded.waits,
            circumstances: &replayed.circumstances,
        },
        violation,
        execution: &replayed.execution,
    };
    finding.because()
}

/// The violation that a replay ended with.
fn finding<'a>(replayed: &'a Replayed, because: &'a str) -> Option<Finding<'a>> {
    let Ending::Reproduced(violation) = &replayed.ending else {
        return None;
    };
    Some(Finding {
        property: violation.property,
        cause: &violation.cause,
        because,
        status: violation.status,
        errno: violation.errno,
        circumstances: &replayed.circumstances,
    })
}

const fn exit(ending: &Ending) -> Exit {
    match ending {
        Ending::Reproduced(_) => Exit::Violated,
        Ending::Diverged { .. } | Ending::NoViolation { .. } => Exit::Inconclusive,
    }
}

/// Walks by the commands that stdin gives.
fn walk_through(
    recorded: &RecordedSchedule,
    scenario: &Scenario,
    task: &Replay,
    console: &mut Console<'_>,
) -> Result<Exit, CliError> {
    let stdin = io::stdin();
    let mut commands = Commands {
        prompts: stdin.is_terminal(),
        input: &mut stdin.lock(),
    };
    let look = task.page.on(console.look());
    let out = &mut *console.out.writer;
    let exit = walk(recorded, scenario, &mut commands, (out, &look))?;
    console.out.writer.flush()?;
    Ok(exit)
}

/// What shuttle cannot follow is a difference like any other.
fn misfits(misfit: &str, console: &mut Console<'_>) -> Result<Exit, CliError> {
    let word = console.out.palette.paint(Tone::Notable, "DIVERGED");
    let misfit = visible(misfit);
    let out = &mut *console.out.writer;
    writeln!(out, "{word} shuttle cannot follow its schedule: {misfit}")?;
    out.flush()?;
    Ok(Exit::Inconclusive)
}

/// The model is not as it was: it has changed, or it is another one.
fn warn_of_model(recorded: &str, name: &str, err: &mut Channel<'_>) -> io::Result<()> {
    let label = err.palette.paint(Tone::Notable, "warning:");
    let last = |name: &str| name.rsplit('/').next().map(str::to_owned);
    let same = last(recorded) == last(name);
    let (recorded, name) = (visible(recorded), visible(name));
    let what = if same {
        format!("`{name}` has changed since the schedule was recorded")
    } else {
        format!("the schedule was recorded on `{recorded}`, and `{name}` is another model")
    };
    writeln!(err.writer, "{label} {what}; replaying all the same")
}

/// How many lines that were left out are told.
const SKIPPED_MAX: usize = 10;

/// What best effort left out.
fn write_skipped(out: &mut dyn Write, replayed: &Replayed, look: &Look) -> io::Result<()> {
    let skipped = &replayed.skipped;
    for misfit in skipped.iter().take(SKIPPED_MAX) {
        let word = look.palette.paint(Tone::Notable, "SKIPPED");
        let (expected, found) = (visible(&misfit.expected), visible(&misfit.found));
        let step = misfit.step;
        writeln!(
            out,
            "{word} before step {step}: recorded {expected}; found: {found}"
        )?;
    }
    if let Some(more) = skipped.len().checked_sub(SKIPPED_MAX + 1) {
        writeln!(out, "and {} more", more + 1)?;
    }
    Ok(())
}

fn write_other_ending(out: &mut dyn Write, replayed: &Replayed, look: &Look) -> io::Result<()> {
    match &replayed.ending {
        Ending::Reproduced(_) => Ok(()),
        Ending::Diverged {
            step,
            expected,
            found,
        } => {
            let word = look.palette.paint(Tone::Notable, "DIVERGED");
            let (expected, found) = (visible(expected), visible(found));
            writeln!(
                out,
                "{word} at step {step}: recorded {expected}; found: {found}"
            )
        }
        Ending::NoViolation { property } => {
            let word = look.palette.paint(Tone::Notable, "NOT REPRODUCED");
            let property = property.name();
            let fits = match replayed.skipped.len() {
                0 => "the whole schedule fits".to_owned(),
                1 => "1 line of the schedule does not fit".to_owned(),
                some => format!("{some} lines of the schedule do not fit"),
            };
            writeln!(out, "{word} {fits}, and `{property}` is not broken")
        }
    }
}

/// What is a file is read; what could not be anything else is missed as one; the rest is a token.
fn recorded(schedule: &str) -> Result<RecordedSchedule, CliError> {
    let path = Path::new(schedule);
    if fs::metadata(path).is_ok() || names_a_file(path) {
        let text = read_schedule(path)?;
        return RecordedSchedule::from_file_text(schedule, &text).map_err(CliError::Schedule);
    }
    let refused = if schedule.contains(':') {
        CliError::Schedule
    } else {
        CliError::NeitherFileNorToken
    };
    RecordedSchedule::from_token(unquoted(schedule)).map_err(refused)
}

fn names_a_file(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "schedule" || extension == "toml")
}

/// The token without the quotes of a report, which `cmd.exe` hands on.
fn unquoted(token: &str) -> &str {
    let inner = token
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''));
    inner.unwrap_or(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_with_and_without_the_quotes_of_a_report() {
        assert_eq!(
            ["a!b", "'a!b'", "'", ""].map(unquoted),
            ["a!b", "a!b", "'", ""]
        );
    }

    #[test]
    fn a_name_with_the_extension_of_a_file_is_missed_as_a_file() {
        assert!(names_a_file(Path::new("found/x.schedule")));
        assert!(!names_a_file(Path::new(
            "sv3:attach/x:push-lock:documented"
        )));
    }
}
