//! Colours, which the caller can switch off. Nothing is said by colour alone.

use std::fmt::Display;

use anstyle::AnsiColor;
use anstyle::Style;

use super::Detail;

/// How a piece of text is meant. What colour that is, if any, is the [`Palette`]'s business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum Tone {
    /// Nothing special.
    #[default]
    Plain,
    /// A heading.
    Strong,
    /// As it should be.
    Good,
    /// Broken.
    Bad,
    /// Worth a look: an expiry, a preemption, a fault.
    Notable,
    /// Of little weight.
    Quiet,
}

/// What each [`Tone`] looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    coloured: bool,
}

impl Palette {
    /// No escape sequence at all.
    pub const PLAIN: Self = Self { coloured: false };

    /// The sixteen colours that every terminal has.
    pub const COLOURED: Self = Self { coloured: true };

    /// Whether text is coloured.
    pub const fn is_coloured(self) -> bool {
        self.coloured
    }

    /// The style of a tone.
    pub fn style(self, tone: Tone) -> Style {
        if !self.coloured {
            return Style::new();
        }
        match tone {
            Tone::Plain => Style::new(),
            Tone::Strong => Style::new().bold(),
            Tone::Good => AnsiColor::Green.on_default().bold(),
            Tone::Bad => AnsiColor::Red.on_default().bold(),
            Tone::Notable => AnsiColor::Yellow.on_default(),
            Tone::Quiet => Style::new().dimmed(),
        }
    }

    /// The text in this tone.
    pub fn paint(self, tone: Tone, text: impl Display) -> String {
        let style = self.style(tone);
        format!("{style}{text}{style:#}")
    }
}

/// Which characters a reader's terminal shows. Names from a model are shown as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Charset {
    /// Only ASCII.
    #[default]
    Ascii,
    /// Unicode, as UTF-8.
    Utf8,
}

/// How a report is to look: everything that a renderer may know of its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// How many columns a line may have. A word or a token longer than that is not cut short.
    pub width: usize,
    /// The colours.
    pub palette: Palette,
    /// The characters.
    pub charset: Charset,
    /// How much of an execution is shown.
    pub detail: Detail,
}

impl Look {
    /// What a file or a pipe gets: 100 columns, no colour, ASCII, folded.
    pub const PLAIN: Self = Self {
        width: 100,
        palette: Palette::PLAIN,
        charset: Charset::Ascii,
        detail: Detail::Folded,
    };

    /// The same with this width.
    #[must_use]
    pub const fn wide(self, width: usize) -> Self {
        Self { width, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_palette_writes_no_escape_sequence() {
        assert_eq!(Palette::PLAIN.paint(Tone::Bad, "x"), "x");
        assert!(Palette::COLOURED.paint(Tone::Bad, "x").contains('\u{1b}'));
    }
}
