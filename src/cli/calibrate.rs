//! `selvedge calibrate`: classic programs, explored and held to their formulas.

use std::env;
use std::process::Command;

use serde::Deserialize;

use crate::calibration::Bounded;
use crate::calibration::CLASSICS;
use crate::calibration::Classic;
use crate::calibration::Instance;
use crate::calibration::Row;
use crate::calibration::write_calibration;
use crate::calibration::write_calibration_json;
use crate::explore::ExplorerKind;
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

/// What makes one row.
#[derive(Debug, Clone, Copy)]
enum Subject {
    Whole(Instance, ExplorerKind),
    Bounded(Bounded),
}

/// Calibrates. Sizes are looked at before anything is explored.
pub(super) fn calibrate(task: &Calibrate, console: &mut Console<'_>) -> Result<Exit, CliError> {
    let subjects = match task.program {
        Some(classic) => vec![subject(task, classic)?],
        None => usual(task)?,
    };
    let rows: Result<Vec<Row>, CliError> = subjects
        .iter()
        .map(|subject| explore(task, subject))
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

/// What is asked for.
fn subject(task: &Calibrate, classic: &'static Classic) -> Result<Subject, CliError> {
    let instance = classic.instance(task.n, task.k)?;
    let Some(preemptions) = task.preemptions else {
        return Ok(Subject::Whole(instance, task.explorer));
    };
    let bounded = Bounded::of(instance, preemptions).map(Subject::Bounded);
    bounded.ok_or_else(|| CliError::NoBoundedNumbers {
        program: classic.name,
        known: Bounded::known(),
    })
}

/// The whole table. The bounded rows belong to an explorer of their own, and come with the default.
fn usual(task: &Calibrate) -> Result<Vec<Subject>, CliError> {
    let instances = CLASSICS.iter().flat_map(Classic::usual);
    let mut subjects: Vec<Subject> = instances
        .map(|instance| Subject::Whole(instance, task.explorer))
        .collect();
    if task.explorer == ExplorerKind::Dpor {
        for (program, n, k) in Bounded::sizes() {
            let classic = Classic::named(program).expect("the lists are of these programs");
            let n = classic.takes_n().then_some(n);
            let bounded = Bounded::all(classic.instance(n, k)?);
            subjects.extend(bounded.map(Subject::Bounded));
        }
    }
    Ok(subjects)
}

fn row(subject: &Subject) -> Row {
    match subject {
        Subject::Whole(instance, explorer) => Row::explore(instance, *explorer),
        Subject::Bounded(bounded) => Row::explore_bounded(bounded),
    }
}

fn explore(task: &Calibrate, subject: &Subject) -> Result<Row, CliError> {
    match task.measures {
        Measures::Nothing => Ok(row(subject)),
        Measures::Apart => explore_apart(subject),
        Measures::Here => {
            let stopwatch = Stopwatch::start();
            let row = row(subject);
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
fn explore_apart(subject: &Subject) -> Result<Row, CliError> {
    let (Subject::Whole(Instance { classic, .. }, _)
    | Subject::Bounded(Bounded {
        instance: Instance { classic, .. },
        ..
    })) = subject;
    let program = classic.name;
    let failed = |why: String| CliError::Measuring { program, why };
    let arguments = arguments(subject);
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

fn arguments(subject: &Subject) -> Vec<String> {
    let (instance, by) = match subject {
        Subject::Whole(instance, explorer) => {
            (instance, ["--explorer", explorer.name()].map(String::from))
        }
        Subject::Bounded(bounded) => (
            &bounded.instance,
            ["--preemptions".to_owned(), bounded.preemptions.to_string()],
        ),
    };
    let mut arguments: Vec<String> = ["calibrate", instance.classic.name]
        .map(String::from)
        .into();
    if instance.classic.takes_n() {
        arguments.extend(["-n".to_owned(), instance.n.to_string()]);
    }
    if let Some(k) = instance.k {
        arguments.extend(["-k".to_owned(), k.to_string()]);
    }
    arguments.extend(by);
    arguments.extend(["--format", "json", "--measure-here"].map(String::from));
    arguments
}
