//! Columns of wrapped text: the one layout engine under every table here.
//!
//! A [`Grid`] knows its column widths and prints one row after another, so a table of any length
//! needs no memory. Widths are those of terminals (a wide character takes two columns). Left out:
//! borders, spans, and colour inside a cell.

use std::io;
use std::io::Write;

use unicode_width::UnicodeWidthChar;
use unicode_width::UnicodeWidthStr;

use super::Look;
use super::Palette;
use super::Tone;

/// How many spaces stand between two columns.
const GUTTER: usize = 2;

/// How narrow the last column may become before lines are rather too long.
const LAST_MIN: usize = 20;

/// Joins two words that should stand on one line: a no-break space.
pub(crate) const GLUE: char = '\u{a0}';

/// One cell: a text with a tone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Cell {
    /// The text. It is wrapped between words; a word that is too long is broken.
    pub(crate) text: String,
    /// How it is meant.
    pub(crate) tone: Tone,
    /// Whether it ends at the right edge of its column, as numbers do.
    pub(crate) right: bool,
}

impl Cell {
    /// A text.
    pub(crate) fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            tone,
            right: false,
        }
    }

    /// A plain text.
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self::new(Tone::Plain, text)
    }

    /// A number, or what stands above numbers.
    pub(crate) fn right(tone: Tone, text: impl Into<String>) -> Self {
        Self {
            right: true,
            ..Self::new(tone, text)
        }
    }

    /// How wide it is on one line.
    pub(crate) fn width(&self) -> usize {
        self.text.width()
    }
}

/// Columns of given widths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grid {
    indent: usize,
    widths: Vec<usize>,
    palette: Palette,
}

impl Grid {
    /// Columns of these widths.
    pub(crate) fn new(widths: Vec<usize>, palette: Palette) -> Self {
        assert!(!widths.contains(&0), "internal bug: a column without width");
        Self {
            indent: 0,
            widths,
            palette,
        }
    }

    /// A grid for these rows, `indent` columns from the left: each column is as wide as its widest
    /// cell, the last one as wide as the reader's window leaves it.
    pub(crate) fn for_rows(rows: &[Vec<Cell>], indent: usize, look: &Look) -> Self {
        let columns = rows.first().map_or(0, Vec::len);
        let natural = |column: usize| {
            rows.iter()
                .map(|row| row[column].width())
                .max()
                .unwrap_or(0)
        };
        let mut widths: Vec<usize> = (0..columns).map(|column| natural(column).max(1)).collect();
        if let Some((last, others)) = widths.split_last_mut() {
            let used: usize = indent + others.iter().map(|width| width + GUTTER).sum::<usize>();
            *last = look.width.saturating_sub(used).max(LAST_MIN).min(*last);
        }
        Self {
            indent,
            ..Self::new(widths, look.palette)
        }
    }

    /// Prints one row. Cells beyond the last given one are empty.
    pub(crate) fn row(&self, out: &mut dyn Write, cells: &[Cell]) -> io::Result<()> {
        assert!(
            cells.len() <= self.widths.len(),
            "internal bug: more cells than columns"
        );
        let columns = cells.iter().zip(&self.widths);
        let wrapped: Vec<Vec<String>> = columns
            .map(|(cell, &width)| wrap(&cell.text, width))
            .collect();
        let height = wrapped.iter().map(Vec::len).max().unwrap_or(0).max(1);
        for line in 0..height {
            self.line(out, cells, &wrapped, line)?;
        }
        Ok(())
    }

    /// Prints every row.
    pub(crate) fn rows(&self, out: &mut dyn Write, rows: &[Vec<Cell>]) -> io::Result<()> {
        rows.iter().try_for_each(|row| self.row(out, row))
    }

    /// Prints the `index`-th line of a row. Ends at the last character: no trailing space.
    fn line(
        &self,
        out: &mut dyn Write,
        cells: &[Cell],
        wrapped: &[Vec<String>],
        index: usize,
    ) -> io::Result<()> {
        let mut owed = self.indent;
        for ((cell, lines), &width) in cells.iter().zip(wrapped).zip(&self.widths) {
            let text = lines.get(index).map_or("", String::as_str);
            let rest = width.saturating_sub(text.width());
            let (before, after) = if cell.right { (rest, 0) } else { (0, rest) };
            if text.is_empty() {
                owed += width;
            } else {
                let text = self.palette.paint(cell.tone, text);
                write!(out, "{:1$}{text}", "", owed + before)?;
                owed = after;
            }
            owed += GUTTER;
        }
        writeln!(out)
    }
}

/// Widths for columns that want `wanted`, in at most `budget` columns with the gutters between
/// them: what fits is given, and the others share the rest evenly. `None` if a share is below
/// `least`.
pub(crate) fn share(wanted: &[usize], least: usize, budget: usize) -> Option<Vec<usize>> {
    let gutters = GUTTER * wanted.len().saturating_sub(1);
    let mut left = budget.checked_sub(gutters)?;
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by_key(|&column| wanted[column]);
    let mut widths = vec![0; wanted.len()];
    for (done, &column) in order.iter().enumerate() {
        let fair = left / (wanted.len() - done);
        if wanted[column] > fair && fair < least {
            return None;
        }
        widths[column] = wanted[column].min(fair);
        left -= widths[column];
    }
    Some(widths)
}

/// The text in lines of at most `width` columns, broken between words. Never empty. Words that are
/// joined by [`GLUE`] stay together where they fit; it is printed as a space.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text
        .split(|space: char| space.is_whitespace() && space != GLUE)
        .filter(|word| !word.is_empty())
    {
        let fits = line.width() + 1 + word.width() <= width;
        if line.is_empty() {
            line.push_str(word);
        } else if fits {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        }
        // A single character that is too wide stands out.
        while line.width() > width && line.chars().nth(1).is_some() {
            let rest = line.split_off(break_at(&line, width));
            lines.push(std::mem::replace(&mut line, rest));
        }
    }
    lines.push(line);
    lines
        .into_iter()
        .map(|line| line.replace(GLUE, " ").trim_end().to_owned())
        .collect()
}

/// Where to break a word that is wider than `width`: before the last capital or after the last
/// separator that fits, else at the edge. Never 0.
fn break_at(word: &str, width: usize) -> usize {
    let mut used = 0;
    let mut edge = 0;
    let mut seam = 0;
    let mut previous = ' ';
    for (place, character) in word.char_indices() {
        if place > 0 && (used <= width) {
            edge = place;
            let capital = character.is_uppercase() && previous.is_lowercase();
            if capital || matches!(previous, GLUE | '_' | '-' | '/' | ':' | '.') {
                seam = place;
            }
        }
        used += character.width().unwrap_or(0);
        previous = character;
    }
    let first = word.chars().next().map_or(0, char::len_utf8);
    // A seam close to the start would waste the line.
    if seam * 3 >= edge && seam > 0 {
        seam
    } else {
        edge.max(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(grid: &Grid, cells: &[Cell]) -> String {
        let mut out = Vec::new();
        grid.row(&mut out, cells).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_long_word_breaks_before_a_capital() {
        assert_eq!(
            wrap("ExAcquirePushLockExclusive -> TXN_IN_PROGRESS", 20),
            ["ExAcquirePushLock", "Exclusive ->", "TXN_IN_PROGRESS"]
        );
        assert_eq!(wrap("aaaaaaaaaa", 4), ["aaaa", "aaaa", "aa"]);
        assert_eq!(wrap("", 4), [""]);
    }

    #[test]
    fn glued_words_stay_together_while_they_fit() {
        assert_eq!(wrap("begin ->\u{a0}TIMEOUT", 12), ["begin", "-> TIMEOUT"]);
        assert_eq!(wrap("begin ->\u{a0}TIMEOUT", 8), ["begin", "->", "TIMEOUT"]);
    }

    #[test]
    fn a_character_of_two_columns_counts_as_two() {
        assert_eq!(wrap("漢字漢字", 5), ["漢字", "漢字"]);
        assert_eq!(wrap("漢", 1), ["漢"]);
    }

    #[test]
    fn cells_wrap_side_by_side_without_trailing_spaces() {
        let grid = Grid::new(vec![3, 5, 4], Palette::PLAIN);
        let cells = [
            Cell::right(Tone::Plain, "1"),
            Cell::plain("a b c d"),
            Cell::plain("z"),
        ];

        assert_eq!(printed(&grid, &cells), "  1  a b c  z\n     d\n");
        assert_eq!(printed(&grid, &[]), "\n");
    }

    #[test]
    fn narrow_columns_leave_their_room_to_wide_ones() {
        assert_eq!(share(&[4, 90, 90], 10, 54), Some(vec![4, 23, 23]));
        assert_eq!(share(&[4, 9], 10, 100), Some(vec![4, 9]));
        assert_eq!(share(&[90, 90], 30, 54), None);
        assert_eq!(share(&[1, 1, 1], 1, 3), None);
    }
}
