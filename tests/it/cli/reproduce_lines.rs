//! The table of log lines in `docs/reproducing.md`: each has the answer that the page says.
//!
//! The page is the list of expected answers. A row is a line, the answer in the words of the
//! report, and why that is right. The line stands in backquotes, two of them where it has one.

use super::*;

/// A row of the table.
struct Row {
    line: String,
    answer: String,
}

/// The text of a cell without the backquotes around it.
fn bare(cell: &str) -> String {
    cell.trim().trim_matches('`').trim().to_owned()
}

/// The part of the page that holds the table.
fn table() -> &'static str {
    let page = include_str!("../../../docs/reproducing.md");
    let (_, table) = page.split_once("\n## Forty lines").unwrap();
    table
}

/// The rows of the table.
fn rows() -> Vec<Row> {
    let cells = table().lines().filter_map(|line| line.strip_prefix("| `"));
    let rows = cells.map(|row| {
        let mut parts = row.split(" | ");
        let line = bare(parts.next().unwrap());
        let answer = parts.next().unwrap().to_owned();
        Row { line, answer }
    });
    rows.collect()
}

/// The rows whose answer begins with a word.
fn answered(word: &str) -> Vec<(Row, Ran)> {
    let chosen = rows().into_iter();
    let chosen = chosen.filter(|row| row.answer.starts_with(word));
    let ran = chosen.map(|row| {
        let ran = selvedge(&["reproduce", "--width", "1000", "--like", &row.line]);
        (row, ran)
    });
    ran.collect()
}

/// A row of the report: what stands after its first word.
fn said<'r>(ran: &'r Ran, name: &str) -> &'r str {
    let line = ran
        .out
        .lines()
        .find_map(|line| line.trim().strip_prefix(name));
    line.unwrap_or_else(|| panic!("{name}: {}", ran.out)).trim()
}

#[test]
fn the_table_has_forty_lines_of_ten_kinds_of_product() {
    let kinds = table().lines().filter(|line| line.starts_with("### "));

    assert_eq!((rows().len(), kinds.count()), (40, 10));
}

/// `REPRODUCED: what was understood: the property that is broken`, and the schedule replays.
#[test]
fn every_line_that_the_table_says_is_reproduced_is_and_as_it_says() {
    let all = answered("REPRODUCED: ");
    assert_eq!(all.len(), 16);
    for (Row { line, answer }, ran) in all {
        assert_eq!(ran.code, Some(1), "{line}: {}{}", ran.out, ran.err);
        assert!(ran.out.starts_with("REPRODUCED "), "{line}: {}", ran.out);
        let violated = said(&ran, "VIOLATED ");
        let property = violated.split(' ').next().unwrap();
        let understood = said(&ran, "understood ");
        assert_eq!(
            answer,
            format!("REPRODUCED: {understood}: {property}"),
            "{line}"
        );
        let token = said(&ran, "replay  selvedge replay ");
        assert_eq!(selvedge(&["replay", token]).code, Some(1), "{line}");
    }
}

/// `NOT FOUND: what was understood: why no execution shows it`.
#[test]
fn every_line_that_the_table_says_is_not_found_is_not_and_for_that_reason() {
    let all = answered("NOT FOUND: ");
    assert_eq!(all.len(), 17);
    for (Row { line, answer }, ran) in all {
        assert_eq!(ran.code, Some(3), "{line}: {}{}", ran.out, ran.err);
        assert!(ran.out.starts_with("NOT FOUND "), "{line}: {}", ran.out);
        let understood = said(&ran, "understood ");
        let because = said(&ran, "because ");
        assert_eq!(
            answer,
            format!("NOT FOUND: {understood}: {because}"),
            "{line}"
        );
    }
}

/// `REFUSED: the beginning of what is not understood`, with exit code 2 and nothing searched.
#[test]
fn every_line_that_the_table_says_is_refused_is_and_says_what_is_not_understood() {
    let all = answered("REFUSED: ");
    assert_eq!(all.len(), 7);
    for (Row { line, answer }, _) in all {
        let problem = answer.strip_prefix("REFUSED: ").unwrap();
        assert_bad_input(
            &["reproduce", "--like", &line],
            "is not understood",
            problem,
        );
    }
}
