//! Something that is wrong with a program, as data and in words.

use std::fmt;

use crate::execution::Execution;
use crate::execution::Names;
use crate::execution::visible;
use crate::property::Contrast;
use crate::report::Cell;
use crate::report::Detail;
use crate::report::Document;
use crate::report::Form;
use crate::report::Grid;
use crate::report::Look;
use crate::report::size;
use crate::report::write_lanes;

/// How many columns a table may take.
const WIDTH: usize = 100;

/// What kind of finding it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FindingKind {
    /// A thread panicked: an assertion of the program, as a rule.
    Panic,
    /// The look at the end panicked: see [`Threads::finally`](super::Threads::finally).
    Objection,
    /// Threads wait for what never comes.
    Deadlock,
    /// All threads that are left spin, and what they spin on never changes.
    Livelock,
    /// Nothing is wrong with the program, but with an explorer: one has it, another lacks it.
    Disagreement,
}

impl FindingKind {
    const ALL: [Self; 5] = [
        Self::Panic,
        Self::Objection,
        Self::Deadlock,
        Self::Livelock,
        Self::Disagreement,
    ];

    /// The kind with this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|kind| kind.name() == name)
    }

    /// True if something panicked.
    pub(super) const fn is_panic(self) -> bool {
        matches!(self, Self::Panic | Self::Objection)
    }

    /// The kind in a heading and in reports for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Panic => "no-panic",
            Self::Objection => "holds-at-the-end",
            Self::Deadlock => "no-deadlock",
            Self::Livelock => "no-livelock",
            Self::Disagreement => "explorers-agree",
        }
    }
}

/// Something that is wrong with a program, in the least execution that shows it: the one with the
/// fewest preemptions, of these the one with the fewest switches, and so on
/// ([`Size`](crate::replay::Size)).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What kind it is.
    pub kind: FindingKind,
    /// What is wrong, in a sentence.
    pub cause: String,
    /// The two steps whose order decides, and why it does, in a sentence without its full stop;
    /// empty if that is not known.
    pub because: String,
    /// The nearest execution that passes, if one was found.
    pub contrast: Option<Contrast>,
    /// The schedule, for [`Explore::replay`](super::Explore::replay).
    pub schedule: String,
    /// The execution.
    pub execution: Execution,
    /// What the threads and objects are called.
    pub names: Names,
    /// How many executions were run to shrink it.
    pub replays: u32,
    /// True if every schedule with fewer preemptions and switches was looked at, so that the
    /// execution is the least there is and not only the least that was found.
    pub is_least: bool,
}

impl Finding {
    /// The finding for a pull request: heading, cause, lane table and the nearest execution that
    /// passes, in GitHub's Markdown.
    pub fn to_markdown(&self) -> String {
        self.document(Form::Markdown)
    }

    /// The finding as a sequence diagram of Mermaid, with the cause in its comments.
    pub fn to_mermaid(&self) -> String {
        self.document(Form::Mermaid)
    }

    fn document(&self, form: Form) -> String {
        let document = Document {
            heading: format!("VIOLATED {}", self.kind.name()),
            facts: self.facts(),
            execution: &self.execution,
            names: &self.names,
            contrast: self.contrast.as_ref(),
            replay: None,
            detail: Detail::Folded,
        };
        text(|out| document.write(out, form))
    }

    /// What there is to say beside the table, a line each.
    fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![("cause", visible(&self.cause).into_owned())];
        if !self.because.is_empty() {
            facts.push(("because", visible(&self.because).into_owned()));
        }
        facts.push(("size", size(&self.execution)));
        facts.push(("replay", format!("Explore::replay({:?}, …)", self.schedule)));
        facts
    }
}

impl fmt::Display for Finding {
    /// The cause, the execution as a table with a lane for each thread, and how to replay it. The
    /// alternate form (`{:#}`) shows the nearest execution that passes, too.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let look = Look::PLAIN.wide(WIDTH);
        writeln!(f, "{}\n", self.cause)?;
        let facts = self.facts().into_iter();
        let facts = facts.filter(|(name, _)| ["because", "size"].contains(name));
        let rows: Vec<Vec<Cell>> = facts
            .map(|(name, text)| vec![Cell::plain(name), Cell::plain(text)])
            .collect();
        let grid = Grid::for_rows(&rows, 2, &look);
        writeln!(f, "{}", text(|out| grid.rows(out, &rows)))?;
        let table = |execution| text(|out| write_lanes(out, execution, &self.names, &look));
        f.write_str(&table(&self.execution))?;
        if let Some(contrast) = self.contrast.as_ref().filter(|_| f.alternate()) {
            writeln!(f, "\n  {}:\n", contrast.title())?;
            f.write_str(&table(&contrast.execution))?;
        }
        writeln!(f, "\n  replay with Explore::replay and {:?}", self.schedule)
    }
}

/// What a renderer writes, as a text.
fn text(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).expect("writing to memory does not fail");
    String::from_utf8(out).expect("a renderer writes text")
}
