//! The lane table as a sequence diagram of Mermaid: a life line per thread, a note per row, and an
//! arrow for each switch.
//!
//! The grammar is that of Mermaid's sequence diagrams: `participant`, `Note over`, `-->>`, `rect`
//! and `end`. A text ends at `;` or `#`, so these are written by their entity codes.

use std::io;
use std::io::Write;

use super::LaneTable;
use super::Tone;
use super::grid::GLUE;
use super::lane_cell::CellContent;
use super::lane_cell::LaneEntry;
use super::rows::Row;

/// Writes the diagram. What is broken stands on red ground.
///
/// # Errors
///
/// Those of `out`.
pub fn write_lanes_as_mermaid(out: &mut dyn Write, table: &LaneTable<'_>) -> io::Result<()> {
    writeln!(out, "sequenceDiagram")?;
    for lane in &table.lanes {
        let (thread, title) = (lane.thread, escaped(&lane.heading));
        writeln!(out, "    participant T{thread} as {title}")?;
    }
    table
        .rows
        .iter()
        .try_for_each(|row| write_row(out, table, row))
}

fn write_row(out: &mut dyn Write, table: &LaneTable<'_>, row: &Row) -> io::Result<()> {
    let Some((main, others)) = row.sayings.split_first() else {
        return Ok(());
    };
    let switches = |saying: &&LaneEntry| {
        matches!(
            saying.said,
            CellContent::Preempted | CellContent::Waits(_) | CellContent::Finished
        )
    };
    for saying in others.iter().filter(switches) {
        let (from, to) = (saying.thread, main.thread);
        let text = escaped(&table.words(&saying.said));
        writeln!(out, "    T{from}-->>T{to}: {text}")?;
    }
    write_note(out, table, &row.number(), main)?;
    let rest = others.iter().filter(|saying| !switches(saying));
    rest.into_iter()
        .try_for_each(|saying| write_note(out, table, "", saying))
}

fn write_note(
    out: &mut dyn Write,
    table: &LaneTable<'_>,
    number: &str,
    saying: &LaneEntry,
) -> io::Result<()> {
    let (thread, text) = (saying.thread, escaped(&table.words(&saying.said)));
    let colon = if number.is_empty() { "" } else { ": " };
    let note = format!("Note over T{thread}: {number}{colon}{text}");
    if saying.said.tone() == Tone::Bad {
        writeln!(out, "    rect rgb(255, 220, 220)")?;
        writeln!(out, "    {note}")?;
        writeln!(out, "    end")
    } else {
        writeln!(out, "    {note}")
    }
}

/// The text so that Mermaid shows it as it is: it has its own names for these characters.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            GLUE => escaped.push(' '),
            '#' => escaped.push_str("#35;"),
            ';' => escaped.push_str("#59;"),
            // `%%{` would begin a directive, wherever it stands.
            '%' => escaped.push_str("#37;"),
            '<' => escaped.push_str("#60;"),
            '>' => escaped.push_str("#62;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Detail;
    use crate::report::sample;

    #[test]
    fn the_race_is_a_diagram() {
        let names = sample::names();
        let table = LaneTable::of(&sample::race(), &names, Detail::Folded);
        let mut out = Vec::new();
        write_lanes_as_mermaid(&mut out, &table).unwrap();

        assert_eq!(
            format!("\n{}", String::from_utf8(out).unwrap()),
            r"
sequenceDiagram
    participant T0 as 0 CONNECT4
    participant T1 as 1 CONNECT6
    Note over T0: 1: FwpmTransactionBegin session 0
    T0-->>T1: (preempted)
    rect rgb(255, 220, 220)
    Note over T1: 2: FwpmTransactionBegin session 0 → TXN_IN_PROGRESS (sees step 1)
    end
    rect rgb(255, 220, 220)
    Note over T1: returns errno 22, expected 0 (TXN_IN_PROGRESS)
    end
    T1-->>T0: (finished)
    Note over T0: 3: FwpmFilterAdd session 0 #35;0
    Note over T0: 4: FwpmFilterAdd session 0 #35;1
    Note over T0: 5: FwpmTransactionCommit session 0
    Note over T0: +2 filters
    Note over T0: returns 0
"
        );
    }

    /// What means something to Mermaid in a name is shown, and does nothing.
    #[test]
    fn a_name_cannot_break_the_diagram() {
        assert_eq!(
            escaped("a;b#c <d> %%{init: {}}%%\u{a0}e: end"),
            "a#59;b#35;c #60;d#62; #37;#37;{init: {}}#37;#37; e: end"
        );
    }
}
