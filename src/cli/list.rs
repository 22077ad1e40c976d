//! `selvedge list`: what there is.

use crate::explore::ExplorerKind;
use crate::property::Property;
use crate::report::Cell;
use crate::report::Grid;
use crate::report::Tone;
use crate::report::counted;
use crate::scenario::Scenario;
use crate::strategy::Strategy;

use super::console::Console;
use super::error::CliError;
use super::exit::Exit;
use super::task::List;

/// Lists: a row for each thing, its name first.
pub(super) fn list(what: List, console: &mut Console<'_>) -> Result<Exit, CliError> {
    let rows = match what {
        List::Models => models()?,
        List::Strategies => Strategy::PRESETS.iter().map(strategy).collect(),
        List::Properties => Property::ALL
            .map(|kind| row(kind.name(), kind.summary()))
            .to_vec(),
        List::Explorers => ExplorerKind::ALL
            .map(|kind| row(kind.name(), kind.summary()))
            .to_vec(),
    };
    let look = console.look();
    Grid::for_rows(&rows, 0, &look).rows(console.out.writer, &rows)?;
    console.out.writer.flush()?;
    Ok(Exit::Success)
}

fn row(name: &str, summary: &str) -> Vec<Cell> {
    vec![Cell::new(Tone::Strong, name), Cell::plain(summary)]
}

fn strategy(strategy: &Strategy) -> Vec<Cell> {
    row(
        strategy.name,
        &format!("{}; {}", strategy.summary, strategy.origin),
    )
}

fn models() -> Result<Vec<Vec<Cell>>, CliError> {
    let describe = |name| {
        let scenario = Scenario::embedded(name)?;
        let threads = scenario.workload().threads.len();
        let threads = u64::try_from(threads).expect("an execution has at most 64 threads");
        let threads = Cell::new(Tone::Quiet, counted(threads, "thread"));
        let summary = Cell::plain(scenario.summary());
        Ok(vec![Cell::new(Tone::Strong, name), threads, summary])
    };
    Scenario::embedded_names().map(describe).collect()
}
