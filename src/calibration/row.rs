//! One program in one size, explored and compared with its formula.

use std::io;
use std::io::Write;

use serde::Deserialize;
use serde::Serialize;

use crate::explore::ExplorerKind;
use crate::litmus::Explore;
use crate::report::Cell;
use crate::report::Grid;
use crate::report::Look;
use crate::report::Tone;

use super::bounded::Bounded;
use super::classic::Instance;

/// What an explorer made of a program, and what its formula says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The name of the program.
    pub program: String,
    /// Its N.
    pub n: u32,
    /// Its K, if it takes one.
    pub k: Option<u32>,
    /// The most preemptions, if they were bounded.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub preemptions: Option<u32>,
    /// The name of the explorer.
    pub explorer: String,
    /// How many complete executions there were that did not end in a deadlock.
    pub executions: u64,
    /// How many there are by the formula.
    pub expected: u64,
    /// How many executions were cut off because they would have repeated others.
    pub redundant: u64,
    /// How many executions ended in a deadlock.
    pub deadlocked: u64,
    /// How many do by the formula.
    pub expected_deadlocked: u64,
    /// How long it took, in seconds, if that was measured.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seconds: Option<f64>,
    /// The most memory that the process had, in bytes, if that was measured.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub peak_memory_bytes: Option<u64>,
}

#[derive(Serialize)]
struct Document<'r> {
    format: &'static str,
    version: u32,
    rows: &'r [Row],
}

impl Row {
    /// Explores a program, up to its end.
    pub fn explore(instance: &Instance, explorer: ExplorerKind) -> Self {
        let explore = Explore::new().explorer(explorer).steps_max(u32::MAX);
        Self::of(instance, (&explore, explorer), None)
    }

    /// Explores what a program does with few preemptions.
    pub fn explore_bounded(bounded: &Bounded) -> Self {
        let explore = Explore::new()
            .preemptions_max(bounded.preemptions)
            .steps_max(u32::MAX);
        let with = (&explore, Bounded::EXPLORER);
        Self::of(&bounded.instance, with, Some(bounded.preemptions))
    }

    fn of(
        instance: &Instance,
        (explore, explorer): (&Explore, ExplorerKind),
        preemptions: Option<u32>,
    ) -> Self {
        let explore = explore.clone().executions_max(u64::MAX);
        let came = explore.run(instance.program());
        Self {
            program: instance.classic.name.to_owned(),
            n: instance.n,
            k: instance.k,
            preemptions,
            explorer: explorer.name().to_owned(),
            executions: came.executions - came.deadlocked,
            expected: instance.traces,
            redundant: came.redundant,
            deadlocked: came.deadlocked,
            expected_deadlocked: instance.deadlocks,
            seconds: None,
            peak_memory_bytes: None,
        }
    }

    /// Whether it is as the formula says: one execution for each trace.
    pub const fn is_exact(&self) -> bool {
        self.executions == self.expected && self.deadlocked == self.expected_deadlocked
    }
}

/// Writes rows for programs: `selvedge/calibration` version 1.
///
/// # Errors
///
/// Those of `out`.
pub fn write_calibration_json(out: &mut dyn Write, rows: &[Row]) -> io::Result<()> {
    let document = Document {
        format: "selvedge/calibration",
        version: 1,
        rows,
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// Writes rows as a table.
///
/// # Errors
///
/// Those of `out`.
pub fn write_calibration(out: &mut dyn Write, rows: &[Row], look: &Look) -> io::Result<()> {
    let columns = Columns {
        preemptions: rows.iter().any(|row| row.preemptions.is_some()),
        measured: rows.iter().any(|row| row.seconds.is_some()),
    };
    let table: Vec<Vec<Cell>> = std::iter::once(header(columns))
        .chain(rows.iter().map(|row| cells(row, columns)))
        .collect();
    Grid::for_rows(&table, 0, look).rows(out, &table)?;
    let wrong = rows.iter().filter(|row| !row.is_exact()).count();
    let redundant = |bounded: bool| -> u64 {
        let rows = rows.iter();
        let rows = rows.filter(|row| row.preemptions.is_some() == bounded);
        rows.map(|row| row.redundant).sum()
    };
    let all = rows.len();
    if wrong > 0 {
        return writeln!(out, "\n{wrong} of {all} not as expected");
    }
    let unbounded = redundant(false);
    write!(out, "\nall {all} as expected, {unbounded} redundant")?;
    if columns.preemptions {
        // Part of how that search works, and no fault of it.
        let bounded = redundant(true);
        write!(out, "; {bounded} begun in vain by icb")?;
    }
    writeln!(out)
}

/// Which columns there are beside those that all tables have.
#[derive(Debug, Clone, Copy)]
struct Columns {
    preemptions: bool,
    measured: bool,
}

fn header(columns: Columns) -> Vec<Cell> {
    let strong = |text: &str| Cell::right(Tone::Strong, text);
    let mut cells = vec![Cell::new(Tone::Strong, "program"), strong("N"), strong("K")];
    cells.extend(columns.preemptions.then(|| strong("preemptions")));
    cells.extend(
        [
            "executions",
            "expected",
            "redundant",
            "deadlocked",
            "expected",
        ]
        .map(strong),
    );
    if columns.measured {
        cells.extend(["seconds", "MiB"].map(strong));
    }
    cells.push(Cell::new(Tone::Strong, ""));
    cells
}

fn cells(row: &Row, columns: Columns) -> Vec<Cell> {
    let number = |number: u64| Cell::right(Tone::Plain, number.to_string());
    let mut cells = vec![Cell::plain(row.program.as_str()), number(row.n.into())];
    cells.push(row.k.map_or_else(Cell::default, |k| number(k.into())));
    if columns.preemptions {
        let bound = row.preemptions.map(|bound| number(bound.into()));
        cells.push(bound.unwrap_or_default());
    }
    cells.extend([row.executions, row.expected, row.redundant].map(number));
    cells.extend([row.deadlocked, row.expected_deadlocked].map(number));
    if columns.measured {
        let seconds = row.seconds.map(|seconds| format!("{seconds:.3}"));
        cells.push(Cell::right(Tone::Plain, seconds.unwrap_or_default()));
        let mebibytes = row.peak_memory_bytes.map(|bytes| bytes.div_ceil(1 << 20));
        cells.push(mebibytes.map_or_else(Cell::default, number));
    }
    cells.push(if row.is_exact() {
        Cell::new(Tone::Good, "ok")
    } else {
        Cell::new(Tone::Bad, "DIFFERS")
    });
    cells
}
