//! The lane table as Markdown, for a pull request: a table of GitHub's flavour.

use std::io;
use std::io::Write;

use super::LaneTable;
use super::Tone;
use super::grid::GLUE;
use super::lane_cell::LaneEntry;

/// Writes the table. What is broken is bold, what switches is in italics.
///
/// # Errors
///
/// Those of `out`.
pub fn write_lanes_as_markdown(out: &mut dyn Write, table: &LaneTable<'_>) -> io::Result<()> {
    let titles: Vec<String> = table
        .lanes
        .iter()
        .map(|lane| escaped(&lane.heading))
        .collect();
    writeln!(out, "| step | {} |", titles.join(" | "))?;
    writeln!(out, "|---:|{}", "---|".repeat(titles.len()))?;
    for row in &table.rows {
        let mut cells = vec![String::new(); table.lanes.len()];
        for saying in &row.sayings {
            cells[table.lane(saying.thread)] = cell(table, saying);
        }
        writeln!(out, "| {} | {} |", row.number(), cells.join(" | "))?;
    }
    Ok(())
}

fn cell(table: &LaneTable<'_>, saying: &LaneEntry) -> String {
    let text = escaped(&table.words(&saying.said));
    match saying.said.tone() {
        Tone::Bad => format!("**{text}**"),
        Tone::Notable | Tone::Quiet => format!("*{text}*"),
        Tone::Plain | Tone::Strong | Tone::Good => text,
    }
}

/// The text so that Markdown shows it as it is, on one line.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            GLUE => escaped.push(' '),
            '\\' | '|' | '<' | '>' | '*' | '_' | '`' | '[' | ']' | '#' | '~' | '&' => {
                escaped.push('\\');
                escaped.push(character);
            }
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
    fn the_race_is_a_table() {
        let names = sample::names();
        let table = LaneTable::of(&sample::race(), &names, Detail::Folded);
        let mut out = Vec::new();
        write_lanes_as_markdown(&mut out, &table).unwrap();

        assert_eq!(
            format!("\n{}", String::from_utf8(out).unwrap()),
            r"
| step | 0 CONNECT4 | 1 CONNECT6 |
|---:|---|---|
| 1 | FwpmTransactionBegin session 0 |  |
| 2 | *(preempted)* | **FwpmTransactionBegin session 0 → TXN\_IN\_PROGRESS (sees step 1)** |
|  |  | **returns errno 22, expected 0 (TXN\_IN\_PROGRESS)** |
| 3 | FwpmFilterAdd session 0 \#0 | *(finished)* |
| 4 | FwpmFilterAdd session 0 \#1 |  |
| 5 | FwpmTransactionCommit session 0 |  |
|  | *+2 filters* |  |
|  | returns 0 |  |
"
        );
    }

    #[test]
    fn a_name_cannot_break_the_table() {
        assert_eq!(escaped("a|b<c>*d*\\"), "a\\|b\\<c\\>\\*d\\*\\\\");
    }
}
