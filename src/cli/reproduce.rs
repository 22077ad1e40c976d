//! `selvedge reproduce`: from what was seen in the field to a schedule.

use std::io;
use std::io::Write;

use crate::execution::visible;
use crate::report::Cell;
use crate::report::Grid;
use crate::report::Look;
use crate::report::Setting;
use crate::report::Tone;
use crate::report::counted;
use crate::report::smaller_name;
use crate::report::write_contrast;
use crate::report::write_counterexample_of;
use crate::report::write_replayed;
use crate::reproduce::Claim;
use crate::reproduce::Ground;
use crate::reproduce::Reproduction;
use crate::reproduce::ReproductionSearch;
use crate::reproduce::hunt;
use crate::strategy::Strategy;

use super::console::Console;
use super::error::CliError;
use super::exit::Exit;
use super::models::Model;
use super::models::load_with_directories;
use super::schedules::ScheduleDirectory;
use super::task::Reproduce;

/// Reproduces: the least execution that shows it, or where it was looked for in vain.
pub(super) fn reproduce(task: &Reproduce, console: &mut Console<'_>) -> Result<Exit, CliError> {
    let claim = Claim::parse(&task.like)?;
    let mut models = load_with_directories(&task.models)?;
    for model in &mut models {
        model.scope = task.wanted.scope(&model.scope)?;
        let workload = model.scenario.workload();
        workload.require_room(&model.scope.start())?;
    }
    // The cheapest first; of two alike the first is told.
    models.sort_by_cached_key(|model| (cost(model), model.scenario.name().to_owned()));
    // What a model lists first is the code as it was; the rest is looked at if that does not show
    // it.
    let (first, rest) = grounds(task, &models);
    let mut found = hunt(&claim, &first, &task.bounds);
    if found.found.is_none() {
        found = found.and(hunt(&claim, &rest, &task.bounds));
    }
    let look = task.page.on(console.look());
    let exit = match &found.found {
        None => {
            write_nothing(console.out.writer, (task, &claim), &models, &found, &look)?;
            Exit::Inconclusive
        }
        Some(reproduction) => {
            save(task, reproduction, console)?;
            write_found(
                (task, &claim),
                &models,
                reproduction,
                &look,
                console.out.writer,
            )?;
            Exit::Violated
        }
    };
    console.out.writer.flush()?;
    Ok(exit)
}

/// What a model costs to search, roughly.
fn cost(model: &Model) -> (usize, usize) {
    let workload = model.scenario.workload();
    let calls = workload.threads.iter().map(|thread| thread.calls.len());
    (workload.thread_count(), calls.sum())
}

/// Where to look: all models with their first strategy, and with the others. All strategies that
/// were asked for are first.
fn grounds<'a>(task: &'a Reproduce, models: &'a [Model]) -> (Vec<Ground<'a>>, Vec<Ground<'a>>) {
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    for model in models {
        let strategies: &[Strategy] = if task.strategies.is_empty() {
            model.scenario.strategies()
        } else {
            &task.strategies
        };
        for (place, strategy) in strategies.iter().enumerate() {
            let later = place > 0 && task.strategies.is_empty();
            let grounds = if later { &mut rest } else { &mut first };
            grounds.extend(task.readings.iter().map(|&waits| Ground {
                scenario: &model.scenario,
                strategy,
                waits,
                scope: &model.scope,
            }));
        }
    }
    (first, rest)
}

fn path_of<'a>(models: &'a [Model], reproduction: &Reproduction<'_>) -> Option<&'a str> {
    let name = reproduction.ground.scenario.name();
    let model = models.iter().find(|model| model.scenario.name() == name)?;
    model.path.as_deref()
}

fn save(
    task: &Reproduce,
    reproduction: &Reproduction<'_>,
    console: &mut Console<'_>,
) -> Result<(), CliError> {
    let (Some(path), Some(found)) = (&task.schedules, &reproduction.counterexample) else {
        return Ok(());
    };
    let Ground {
        scenario,
        strategy,
        waits,
        ..
    } = reproduction.ground;
    let mut directory = ScheduleDirectory::open(path)?;
    for path in directory.save_one(scenario, strategy, waits, found)? {
        writeln!(console.err.writer, "wrote {}", path.display())?;
    }
    Ok(())
}

fn write_found(
    (task, claim): (&Reproduce, &Claim),
    models: &[Model],
    reproduction: &Reproduction<'_>,
    look: &Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Ground {
        scenario,
        strategy,
        waits,
        ..
    } = reproduction.ground;
    let names = scenario.workload().names();
    let setting = Setting {
        scenario: scenario.name(),
        strategy: strategy.name,
        waits,
        names: &names,
    };
    let like = visible(&task.like);
    let Some(found) = &reproduction.counterexample else {
        writeln!(
            out,
            "SEEN `{like}`, but nothing is broken: there is no schedule to replay\n"
        )?;
        write_claim(out, claim, look)?;
        return write_replayed(out, &setting, &reproduction.execution, look);
    };
    let word = look.palette.paint(Tone::Bad, "REPRODUCED");
    writeln!(out, "{word} `{like}`\n")?;
    write_claim(out, claim, look)?;
    let name = smaller_name(scenario.name(), &found.explained.omitted);
    let smaller = Setting {
        scenario: &name,
        ..setting
    };
    write_counterexample_of(out, &smaller, found, path_of(models, reproduction), look)?;
    if task.shows_contrast {
        writeln!(out)?;
        write_contrast(out, found.explained.contrast.as_ref(), &names, look)?;
    }
    Ok(())
}

/// What the line was understood to say, and what of it says nothing here.
fn write_claim(out: &mut dyn Write, claim: &Claim, look: &Look) -> io::Result<()> {
    let mut rows = vec![row("understood", &claim.to_string())];
    let passed = claim.passed_over();
    if !passed.is_empty() {
        rows.push(row("passed over", &passed.join(", ")));
    }
    Grid::for_rows(&rows, 2, look).rows(out, &rows)?;
    writeln!(out)
}

fn row(name: &str, text: &str) -> Vec<Cell> {
    vec![Cell::new(Tone::Quiet, name), Cell::plain(visible(text))]
}

/// Where it was looked for, and what was seen there instead.
fn write_nothing(
    out: &mut dyn Write,
    (task, claim): (&Reproduce, &Claim),
    models: &[Model],
    hunt: &ReproductionSearch<'_>,
    look: &Look,
) -> io::Result<()> {
    let word = look.palette.paint(Tone::Notable, "NOT FOUND");
    writeln!(out, "{word} `{}`\n", visible(&task.like))?;
    write_claim(out, claim, look)?;
    let reasons = hunt.witness.reasons(claim);
    let rows: Vec<_> = reasons
        .iter()
        .map(|reason| row("because", reason))
        .collect();
    Grid::for_rows(&rows, 2, look).rows(out, &rows)?;
    writeln!(out)?;
    let count = |number: usize, noun| counted(u64::try_from(number).unwrap_or(u64::MAX), noun);
    writeln!(
        out,
        "  looked at  {}, under each strategy and reading of waits: {}, {}",
        count(models.len(), "model"),
        counted(hunt.grounds, "setting"),
        counted(hunt.executions, "execution"),
    )?;
    if hunt.bounded > 0 {
        let bound = counted(task.bounds.executions_max, "execution");
        writeln!(
            out,
            "  not all of {}: the search ended after {bound}",
            counted(hunt.bounded, "setting")
        )?;
    }
    for model in models {
        writeln!(out, "             {}", visible(model.scenario.name()))?;
    }
    let statuses: Vec<String> = hunt
        .witness
        .statuses()
        .iter()
        .map(|status| status.short())
        .collect();
    let seen = if statuses.is_empty() {
        "no status".to_owned()
    } else {
        statuses.join(", ")
    };
    writeln!(out, "  seen there {seen}")?;
    writeln!(
        out,
        "  try        --profile adversarial, --engine-faults 1, or a model of your own"
    )
}
