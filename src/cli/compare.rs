//! `selvedge compare`: every strategy on every model, under each reading of waits.

use std::io::Write;

use crate::report::Comparison;
use crate::report::Form;
use crate::report::Look;
use crate::report::Measured;
use crate::report::Palette;
use crate::report::write_comparison;
use crate::report::write_contrast;
use crate::report::write_counterexample;
use crate::report::write_counterexample_as;
use crate::report::write_json;
use crate::report::write_rounds;
use crate::strategy::Strategy;

use super::console::Channel;
use super::console::Console;
use super::error::CliError;
use super::exit::Exit;
use super::files::probe_file;
use super::files::write_file;
use super::models::Model;
use super::models::load;
use super::opinions::report_opinions;
use super::schedules::ScheduleDirectory;
use super::search::Searcher;
use super::task::Compare;
use super::task::Second;

/// Compares. All models are loaded before the first search, so that bad input costs no time, and a
/// table is printed as soon as its last search ends.
pub(super) fn compare(task: &Compare, console: &mut Console<'_>) -> Result<Exit, CliError> {
    let mut models = load(&task.models)?;
    for model in &mut models {
        model.scope = task.wanted.scope(&model.scope)?;
    }
    if task.keeps_native && task.explorer.is_own() {
        return Err(CliError::NoOtherTerms(task.explorer.name()));
    }
    let Some(file) = &task.report.file else {
        let look = task.report.page.on(console.look());
        return report(task, &models, &look, console);
    };
    probe_file(file)?;
    let mut text = Vec::new();
    let look = task.report.page.on(Look::PLAIN);
    let exit = report(task, &models, &look, &mut redirected(console, &mut text))?;
    write_file(file, &text)?;
    Ok(exit)
}

/// The same console with another place for the report.
fn redirected<'a>(console: &'a mut Console<'_>, to: &'a mut Vec<u8>) -> Console<'a> {
    Console {
        out: Channel {
            writer: to,
            palette: Palette::PLAIN,
        },
        err: Channel {
            writer: &mut *console.err.writer,
            palette: console.err.palette,
        },
        ..*console
    }
}

fn report(
    task: &Compare,
    models: &[Model],
    look: &Look,
    console: &mut Console<'_>,
) -> Result<Exit, CliError> {
    if task.second == Second::Opinions {
        return report_opinions(task, models, look, console);
    }
    let mut directory = match &task.report.schedules {
        Some(path) => Some(ScheduleDirectory::open(path)?),
        None => None,
    };
    let mut exit = Exit::Success;
    let mut results: Vec<Measured> = Vec::new();
    for (index, model) in models.iter().enumerate() {
        let comparison = search_all(task, model, console.progress);
        let worst = comparison.reports().map(Exit::of).max();
        exit = exit.max(worst.unwrap_or(Exit::Success));
        if let Some(directory) = &mut directory {
            for report in comparison.reports() {
                directory.save_and_tell(&model.scenario, report, console)?;
            }
        }
        if task.report.json {
            results.extend(comparison.rows.into_iter().flatten());
        } else {
            if index > 0 {
                writeln!(console.out.writer)?;
            }
            write_terminal(task, &comparison, look, console.out.writer)?;
        }
    }
    if task.report.json {
        write_json(console.out.writer, &results)?;
    }
    console.out.writer.flush()?;
    Ok(exit)
}

fn search_all(task: &Compare, model: &Model, progress: bool) -> Comparison {
    let searcher = Searcher::of(task, progress);
    let row = |strategy: &Strategy| {
        let search = |&waits| {
            let request = task.request(&model.scope, waits, task.explorer);
            searcher.run(&model.scenario, strategy, &request)
        };
        task.readings.iter().map(search).collect()
    };
    let rows = strategies(task, model).iter().map(row).collect();
    comparison(model, rows)
}

/// The strategies to compare on a model.
pub(super) fn strategies<'a>(task: &'a Compare, model: &'a Model) -> &'a [Strategy] {
    if task.strategies.is_empty() {
        model.scenario.strategies()
    } else {
        &task.strategies
    }
}

/// The rows of a model.
pub(super) fn comparison(model: &Model, rows: Vec<Vec<Measured>>) -> Comparison {
    Comparison {
        summary: model.scenario.summary().to_owned(),
        model: model.path.clone(),
        rows,
    }
}

fn write_terminal(
    task: &Compare,
    comparison: &Comparison,
    look: &Look,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    if let Some(form) = task.report.show_as.form() {
        return write_documents(form, comparison, look, out);
    }
    write_comparison(out, comparison, look)?;
    write_shown(task, comparison, look, out)
}

/// Writes each row's first counterexample in another form, and nothing else.
fn write_documents(
    form: Form,
    comparison: &Comparison,
    look: &Look,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let model = comparison.model.as_deref();
    let found = comparison.reports().filter_map(|report| {
        let first = report.counterexamples.first()?;
        Some((report, first))
    });
    for (index, (report, first)) in found.enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        write_counterexample_as(out, (form, look.detail), report, first, model)?;
    }
    Ok(())
}

/// Writes the lane table of each row's first counterexample, and what its circumstances came to, if
/// that was asked for.
pub(super) fn write_shown(
    task: &Compare,
    comparison: &Comparison,
    look: &Look,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let shown = comparison.reports().filter(|_| task.report.shows_lanes);
    for report in shown {
        if let Some(first) = report.counterexamples.first() {
            writeln!(out)?;
            write_counterexample(out, report, first, comparison.model.as_deref(), look)?;
            if task.report.shows_contrast {
                writeln!(out)?;
                let contrast = first.explained.contrast.as_ref();
                write_contrast(out, contrast, &report.names, look)?;
            }
        }
        write_rounds(out, report, look)?;
    }
    Ok(())
}
