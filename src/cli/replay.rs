//! `selvedge replay`: runs a recorded schedule again and shows it.

use std::fs;
use std::io;
use std::io::Write;
use std::path::Path;

use crate::confirm;
use crate::property::Violation;
use crate::replay::Ending;
use crate::replay::RecordedSchedule;
use crate::replay::Replay as Replayed;
use crate::replay::Under;
use crate::replay::replay as run_again;
use crate::replay::replay_with_shuttle;
use crate::report::Finding;
use crate::report::Look;
use crate::report::Setting;
use crate::report::Tone;
use crate::report::visible;
use crate::report::write_contrast;
use crate::report::write_replayed;
use crate::report::write_reproduced;
use crate::scenario::Scenario;
use crate::wfp::Circumstances;

use super::console::Channel;
use super::console::Console;
use super::error::CliError;
use super::exit::Exit;
use super::files::read_schedule;
use super::models::load_one;
use super::task::Replay;

/// Replays: the lane table, and what it ends with.
pub(super) fn replay(task: &Replay, console: &mut Console<'_>) -> Result<Exit, CliError> {
    let recorded = recorded(&task.schedule)?;
    let model = task.model.as_deref().map(load_one).transpose()?;
    let scenario = recorded.scenario(model.map(|model| model.scenario));
    let scenario = scenario.map_err(CliError::Schedule)?;
    scenario.workload().require_room(&recorded.circumstances)?;
    let replayed = if task.by_shuttle {
        replay_with_shuttle(&recorded, &scenario)?
    } else {
        run_again(&recorded, &scenario)
    };
    if replayed.digest_differs {
        warn_of_digest(scenario.name(), &mut console.err)?;
    }
    let look = Look {
        width: task.width.unwrap_or(console.width),
        palette: console.out.palette,
    };
    let out = &mut *console.out.writer;
    let setting = Setting {
        scenario: scenario.name(),
        strategy: recorded.strategy.name,
        waits: recorded.waits,
        threads: &replayed.threads,
    };
    write_replayed(out, &setting, &replayed.execution, &look)?;
    writeln!(out)?;
    let (because, contrast) = match &replayed.ending {
        Ending::Reproduced(violation) => {
            finding(&recorded, &scenario, &replayed, violation).because()
        }
        Ending::Diverged { .. } | Ending::NoViolation { .. } => (String::new(), None),
    };
    let told = (&recorded.circumstances, because.as_str());
    let exit = write_ending(out, told, &replayed, &look)?;
    if task.shows_contrast && exit == Exit::Violated {
        writeln!(out)?;
        write_contrast(out, contrast.as_ref(), &replayed.threads, &look)?;
    }
    out.flush()?;
    Ok(exit)
}

fn warn_of_digest(name: &str, err: &mut Channel<'_>) -> io::Result<()> {
    let label = err.palette.paint(Tone::Notable, "warning:");
    let name = visible(name);
    writeln!(
        err.writer,
        "{label} `{name}` has changed since; replaying on it all the same"
    )
}

/// What a replay reproduced, to be explained.
fn finding<'a>(
    recorded: &'a RecordedSchedule,
    scenario: &'a Scenario,
    replayed: &'a Replayed,
    violation: &'a Violation,
) -> confirm::Finding<'a> {
    confirm::Finding {
        scenario,
        under: Under {
            strategy: &recorded.strategy,
            waits: recorded.waits,
            circumstances: &recorded.circumstances,
        },
        violation,
        execution: &replayed.execution,
    }
}

fn write_ending(
    out: &mut dyn Write,
    (circumstances, because): (&Circumstances, &str),
    replayed: &Replayed,
    look: &Look,
) -> io::Result<Exit> {
    match &replayed.ending {
        Ending::Reproduced(violation) => {
            let finding = Finding {
                property: violation.property,
                cause: &violation.cause,
                because,
                status: violation.status,
                errno: violation.errno,
                circumstances,
            };
            write_reproduced(out, &finding, &replayed.execution, look)?;
            Ok(Exit::Violated)
        }
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
            )?;
            Ok(Exit::Inconclusive)
        }
        Ending::NoViolation { property } => {
            let word = look.palette.paint(Tone::Notable, "NOT REPRODUCED");
            let property = property.name();
            writeln!(
                out,
                "{word} every recorded step fits, and `{property}` is not broken"
            )?;
            Ok(Exit::Inconclusive)
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
            "sv1:attach/x:push-lock:documented"
        )));
    }
}
