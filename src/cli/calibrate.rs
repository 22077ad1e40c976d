//! `selvedge calibrate`: classic programs, explored and held to their formulas.

use std::env;
use std::process::Command;

use serde::Deserialize;

use crate::calibration::CLASSICS;
use crate::calibration::Classic;
use crate::calibration::Instance;
use crate::calibration::Row;
use crate::calibration::write_calibration;
use crate::calibration::write_calibration_json;
use crate::report::Look;

use super::console::Console;
use super::error::CliError;
use super::exit::Exit;
use super::measure::Stopwatch;
use super::task::Calibrate;
use super::task::Measures;

/// What a process that measures one row prints.
#[derive(Deserialize)]
struct Printed {
    rows: Vec<Row>,
}

/// Calibrates. Sizes are looked at before anything is explored.
pub(super) fn calibrate(task: &Calibrate, console: &mut Console<'_>) -> Result<Exit, CliError> {
    let instances = match task.program {
        Some(classic) => vec![classic.instance(task.n, task.k)?],
        None => CLASSICS.iter().flat_map(Classic::usual).collect(),
    };
    let rows: Result<Vec<Row>, CliError> = instances
        .iter()
        .map(|instance| explore(task, instance))
        .collect();
    let rows = rows?;
    if task.json {
        write_calibration_json(console.out.writer, &rows)?;
    } else {
        let look = Look {
            width: task.width.unwrap_or(console.width),
            palette: console.out.palette,
        };
        write_calibration(console.out.writer, &rows, &look)?;
    }
    console.out.writer.flush()?;
    let exact = rows.iter().all(Row::is_exact);
    Ok(if exact { Exit::Success } else { Exit::Violated })
}

fn explore(task: &Calibrate, instance: &Instance) -> Result<Row, CliError> {
    match task.measures {
        Measures::Nothing => Ok(Row::explore(instance, task.explorer)),
        Measures::Apart => explore_apart(task, instance),
        Measures::Here => {
            let stopwatch = Stopwatch::start();
            let row = Row::explore(instance, task.explorer);
            let measure = stopwatch.measure(row.executions);
            Ok(Row {
                seconds: Some(measure.seconds),
                peak_memory_bytes: measure.peak_memory_bytes,
                ..row
            })
        }
    }
}

/// Lets a process of its own explore, so that its memory is that of this row alone.
fn explore_apart(task: &Calibrate, instance: &Instance) -> Result<Row, CliError> {
    let program = instance.classic.name;
    let failed = |why: String| CliError::Measuring { program, why };
    let arguments = arguments(task, instance);
    let output = env::current_exe()
        .and_then(|own| Command::new(own).args(arguments).output())
        .map_err(|error| failed(error.to_string()))?;
    let printed: Printed = serde_json::from_slice(&output.stdout).map_err(|_| {
        let said = String::from_utf8_lossy(&output.stderr);
        failed(format!("{}: {}", output.status, said.trim()))
    })?;
    let row = printed.rows.into_iter().next();
    row.ok_or_else(|| failed("its process printed no row".to_owned()))
}

fn arguments(task: &Calibrate, instance: &Instance) -> Vec<String> {
    let mut arguments: Vec<String> = ["calibrate", instance.classic.name]
        .map(String::from)
        .into();
    if instance.classic.takes_n() {
        arguments.extend(["-n".to_owned(), instance.n.to_string()]);
    }
    if let Some(k) = instance.k {
        arguments.extend(["-k".to_owned(), k.to_string()]);
    }
    arguments.extend(["--explorer", task.explorer.name()].map(String::from));
    arguments.extend(["--format", "json", "--measure-here"].map(String::from));
    arguments
}
