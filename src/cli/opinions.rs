//! `selvedge compare --second-opinion`: every explorer beside `dpor`, and whether they agree.

use crate::explore::ExplorerKind;
use crate::report::Look;
use crate::report::Measured;
use crate::report::Opinion;
use crate::report::OpinionTally;
use crate::report::SecondOpinions;
use crate::report::Seconded;
use crate::report::write_json_with_opinions;
use crate::report::write_second_opinions;
use crate::runtime::Waits;
use crate::strategy::Strategy;

use super::compare::comparison;
use super::compare::strategies;
use super::compare::write_shown;
use super::console::Console;
use super::error::CliError;
use super::exit::Exit;
use super::models::Model;
use super::schedules::ScheduleDirectory;
use super::search::Searcher;
use super::task::Compare;

/// Whom the others are compared with.
const REFERENCE: ExplorerKind = ExplorerKind::Dpor;

/// Who is asked beside: those that can see everything first.
const OTHERS: [ExplorerKind; 9] = [
    ExplorerKind::Source,
    ExplorerKind::Icb,
    ExplorerKind::Dfs,
    ExplorerKind::Loom,
    ExplorerKind::ShuttleDfs,
    ExplorerKind::Random,
    ExplorerKind::ShuttleRandom,
    ExplorerKind::ShuttlePct,
    ExplorerKind::ShuttleUrw,
];

/// Asks all explorers about all models. A table is printed as soon as its last search ends.
pub(super) fn report_opinions(
    task: &Compare,
    models: &[Model],
    look: &Look,
    console: &mut Console<'_>,
) -> Result<Exit, CliError> {
    let mut directory = match &task.report.schedules {
        Some(path) => Some(ScheduleDirectory::open(path)?),
        None => None,
    };
    let mut exit = Exit::Success;
    let mut total = OpinionTally::default();
    let mut results = Vec::new();
    for (index, model) in models.iter().enumerate() {
        let opinions = ask_all(task, model, console.progress);
        exit = exit.max(worst(&opinions));
        for (_, other) in opinions.pairs() {
            total.add(&other.opinion);
        }
        if let Some(directory) = &mut directory {
            save(directory, model, &opinions, console)?;
        }
        if task.report.json {
            results.push(opinions);
            continue;
        }
        if index > 0 {
            writeln!(console.out.writer)?;
        }
        write_second_opinions(console.out.writer, &opinions, look)?;
        write_shown(task, &opinions.comparison, look, console.out.writer)?;
    }
    if task.report.json {
        write_json_with_opinions(console.out.writer, &results)?;
    } else if models.len() > 1 {
        writeln!(console.out.writer, "\nin all, {total}")?;
    }
    console.out.writer.flush()?;
    Ok(exit)
}

/// What the reference says, unless somebody contradicts it.
fn worst(opinions: &SecondOpinions) -> Exit {
    if opinions.tally().differ > 0 {
        return Exit::Violated;
    }
    let exits = opinions.comparison.reports().map(Exit::of);
    exits.max().unwrap_or(Exit::Success)
}

/// Writes the schedules of the reference, and of whoever contradicts it.
fn save(
    directory: &mut ScheduleDirectory,
    model: &Model,
    opinions: &SecondOpinions,
    console: &mut Console<'_>,
) -> Result<(), CliError> {
    let differing = opinions
        .pairs()
        .filter(|(_, other)| other.opinion.differs());
    let differing = differing.map(|(_, other)| &other.measured.report);
    for report in opinions.comparison.reports().chain(differing) {
        directory.save_and_tell(&model.scenario, report, console)?;
    }
    Ok(())
}

fn ask_all(task: &Compare, model: &Model, progress: bool) -> SecondOpinions {
    let searcher = Searcher::of(task, progress);
    let (mut rows, mut others) = (Vec::new(), Vec::new());
    for strategy in strategies(task, model) {
        let asked = task
            .readings
            .iter()
            .map(|&waits| ask(task, model, searcher, (strategy, waits)));
        let (row, beside): (Vec<_>, Vec<_>) = asked.unzip();
        rows.push(row);
        others.push(beside);
    }
    SecondOpinions {
        comparison: comparison(model, rows),
        others,
    }
}

/// The reference first, then everybody else.
fn ask(
    task: &Compare,
    model: &Model,
    searcher: Searcher,
    (strategy, waits): (&Strategy, Waits),
) -> (Measured, Vec<Seconded>) {
    let search = |explorer| {
        let request = task.request(&model.scope, waits, explorer);
        searcher.run(&model.scenario, strategy, &request)
    };
    let reference = search(REFERENCE);
    let second = |explorer| {
        let measured = search(explorer);
        let opinion = Opinion::of(&reference.report, &measured.report);
        Seconded { measured, opinion }
    };
    let others = OTHERS.into_iter().map(second).collect();
    (reference, others)
}
