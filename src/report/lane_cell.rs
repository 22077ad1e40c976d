//! What a cell of a lane table says: first as data, then in words.
//!
//! The words use a few characters beyond ASCII; a reader without them gets others for these
//! ([`plain_ascii`]).

use std::borrow::Cow;

use crate::execution::Holder;
use crate::execution::Misuse;
use crate::execution::Names;
use crate::execution::ObjectId;
use crate::execution::Operation;
use crate::execution::ResultNote;
use crate::execution::ThreadId;
use crate::execution::visible;
use crate::status::NtStatus;

use super::Tone;
use super::grid::GLUE;
use super::holds::Wait;
use super::phrases::counted;

/// What one thread has to say in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CellContent {
    /// It takes a step.
    Step(StepCell),
    /// It takes several steps that are told as one.
    Folded(Fold),
    /// Another thread goes on, although this one could.
    Preempted,
    /// Another thread goes on, because this one has to wait.
    Waits(Wait),
    /// Another thread goes on, because this one has ended.
    Finished,
    /// A call of the scenario returns.
    Returned {
        /// Which call, if the thread makes several.
        call: Option<u16>,
        /// The errno; 0 is success.
        errno: u32,
        /// What was expected instead, if it is not that.
        instead_of: Option<u32>,
        /// The status at the root of a failure.
        cause: Option<NtStatus>,
    },
    /// A fault is injected.
    Fault,
    /// A kernel primitive is misused.
    Misused(Misuse),
    /// Something of the start-up.
    AtStartUp(Box<CellContent>),
    /// Filters became visible to every session, or ceased to be.
    Filters {
        /// Whether they came.
        came: bool,
        /// How many.
        count: usize,
        /// Of which context, in order of appearance, if there are several.
        context: Option<usize>,
    },
    /// It waits for ever.
    Stuck {
        /// In which operation.
        operation: Operation,
        /// For which object.
        object: Option<ObjectId>,
        /// Who holds that, and since which step.
        holder: Option<Holder>,
    },
    /// It panics.
    Panics(String),
}

/// A step, as a row tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepCell {
    /// What it does, in a driver engineer's words.
    pub title: &'static str,
    /// The thread that it starts, if it does.
    pub starts: Option<ThreadId>,
    /// To which object, where that is in doubt.
    pub object: Option<ObjectId>,
    /// With which number, where that is in doubt.
    pub number: Option<u32>,
    /// What it gave back.
    pub remark: Option<ResultNote>,
    /// Whether it is the expiry of a wait.
    pub expired: bool,
    /// Its status, if that is not plain success.
    pub status: Option<NtStatus>,
    /// The number of the step of another thread whose write it is the first to see.
    pub sees: Option<usize>,
}

/// Steps of one thread that are told as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    /// Steps that no other thread depends on.
    Own {
        /// How many.
        count: usize,
        /// The first.
        first: StepCell,
        /// The last.
        last: StepCell,
    },
    /// The steps before it, over and over.
    Again {
        /// How many steps are repeated.
        period: usize,
        /// How many times more.
        times: usize,
    },
}

impl CellContent {
    /// How it is meant.
    pub fn tone(&self) -> Tone {
        match self {
            Self::Step(act) => act.tone(),
            Self::Preempted | Self::Fault => Tone::Notable,
            Self::Folded(_) | Self::Waits(_) | Self::Finished | Self::Filters { .. } => Tone::Quiet,
            Self::Returned { instead_of, .. } if instead_of.is_some() => Tone::Bad,
            Self::Returned { .. } => Tone::Strong,
            Self::AtStartUp(said) => said.tone(),
            Self::Misused(_) | Self::Stuck { .. } | Self::Panics(_) => Tone::Bad,
        }
    }

    /// The words. What belongs together is joined by a no-break space.
    pub fn words(&self, names: &Names) -> String {
        match self {
            Self::Step(act) => act.words(names),
            Self::Folded(fold) => fold.words(),
            Self::Preempted => "(preempted)".to_owned(),
            Self::Waits(wait) => format!("(waits{})", wait.words(names)),
            Self::Finished => "(finished)".to_owned(),
            Self::Returned { .. } => self.returned(),
            Self::Fault => "fault injected".to_owned(),
            Self::Misused(misuse) => format!("MISUSE: {}", misuse.describe()),
            Self::AtStartUp(said) => format!("at start-up: {}", said.words(names)),
            Self::Filters {
                came,
                count,
                context,
            } => filters(*came, *count, *context),
            Self::Stuck { .. } => self.stuck(names),
            Self::Panics(message) => format!("panics: {}", visible(message)),
        }
    }

    /// `returns errno 22, expected 0 (TXN_IN_PROGRESS)`, and which call where there are several.
    fn returned(&self) -> String {
        let Self::Returned {
            call,
            errno,
            instead_of,
            cause,
        } = self
        else {
            return String::new();
        };
        let which = call.map(|call| format!("call {call}: "));
        let errno_word = if *errno == 0 { "" } else { "errno " };
        let instead = instead_of.map(|expected| format!(", expected {expected}"));
        let cause = cause.map(|cause| format!(" ({})", cause.short()));
        let [which, instead, cause] = [which, instead, cause].map(Option::unwrap_or_default);
        format!("{which}returns {errno_word}{errno}{instead}{cause}")
    }
}

impl CellContent {
    /// `waits for ever: acquire engine guard strategy-lock 0, held by 1 since step 4`.
    fn stuck(&self, names: &Names) -> String {
        let Self::Stuck {
            operation,
            object,
            holder,
        } = self
        else {
            return String::new();
        };
        let does = if operation.verb.spins() {
            "spins"
        } else {
            "waits"
        };
        let subject = operation
            .object
            .map(|object| format!(" {}", glued(names, object)));
        let other = object.filter(|object| operation.object != Some(*object));
        let other = other.map(|object| format!(", for {}", glued(names, object)));
        let held = holder.map(|Holder { thread, step }| {
            let (thread, step) = (names.label(thread), step + 1);
            format!(", held by{GLUE}{thread} since step{GLUE}{step}")
        });
        let [subject, other, held] = [subject, other, held].map(Option::unwrap_or_default);
        let title = operation.verb.title();
        format!("{does} for ever: {title}{subject}{other}{held}")
    }
}

impl StepCell {
    fn tone(&self) -> Tone {
        match (self.status, self.expired) {
            (_, true) => Tone::Notable,
            (Some(status), false) if !status.is_success() => Tone::Bad,
            (Some(_) | None, false) => Tone::Plain,
        }
    }

    /// What it does, and to what.
    fn what(&self, names: &Names) -> String {
        if let Some(started) = self.starts.filter(|_| names.has_labels()) {
            return format!("spawn {}", names.label(started));
        }
        let mut parts = vec![self.title.to_owned()];
        parts.extend(self.object.map(|object| glued(names, object)));
        parts.extend(self.number.map(numbered));
        parts.join(" ")
    }

    fn words(&self, names: &Names) -> String {
        let mut parts = vec![self.what(names)];
        parts.extend(self.remark.map(remark));
        if self.expired {
            parts.push("(expired)".to_owned());
        }
        parts.extend(
            self.status
                .map(|status| format!("\u{2192}{GLUE}{}", status.short())),
        );
        parts.extend(
            self.sees
                .map(|step| format!("(sees{GLUE}step{GLUE}{step})")),
        );
        parts.join(" ")
    }

    /// The same step, but for whose write it saw.
    pub(super) const fn blind(self) -> Self {
        Self { sees: None, ..self }
    }
}

impl Fold {
    fn words(&self) -> String {
        match self {
            Self::Own { count, first, last } => {
                let (first, last) = (first.title, last.title);
                format!("{count} steps of its own: {first} \u{2026} {last}")
            }
            Self::Again { period: 1, times } => format!("the same {}", more(*times)),
            Self::Again { period, times } => {
                format!("the same {period} steps {}", more(*times))
            }
        }
    }
}

fn more(times: usize) -> String {
    let plural = if times == 1 { "" } else { "s" };
    format!("{times} time{plural} more")
}

impl Wait {
    /// ` for provider-lock 0, held by 1`.
    fn words(self, names: &Names) -> String {
        let object = self
            .object
            .map(|object| format!(" for {}", glued(names, object)));
        let holder = self
            .holder
            .map(|holder| format!(", held by{GLUE}{}", names.label(holder)));
        let [object, holder] = [object, holder].map(Option::unwrap_or_default);
        format!("{object}{holder}")
    }
}

/// `+3 filters`: for every session, and of which context where there are several.
fn filters(came: bool, count: usize, context: Option<usize>) -> String {
    let sign = if came { '+' } else { '-' };
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    let text = format!("{sign}{}", counted(count, "filter"));
    match context {
        None => text,
        Some(place) => format!("{text} of context {}", letter(place)),
    }
}

/// What a step chose, or gave back where that says more than that it was done.
fn remark(remark: ResultNote) -> String {
    match remark {
        ResultNote::Equals(value) => format!("={GLUE}{value}"),
        ResultNote::Becomes(value) => format!(":={GLUE}{value}"),
        ResultNote::Count(count, what) => format!("({count}{GLUE}{what})"),
        ResultNote::Refused | ResultNote::Note(_) | ResultNote::Answer(_) => remark.to_string(),
    }
}

/// The number of an operation. What a thread made has the thread before it, as in the names of
/// objects.
fn numbered(argument: u32) -> String {
    match argument >> 16 {
        0 => format!("#{argument}"),
        maker => format!("#{}.{}", maker - 1, argument & 0xFFFF),
    }
}

/// The object's name in one piece.
fn glued(names: &Names, object: ObjectId) -> String {
    names.object(object).replace(' ', &GLUE.to_string())
}

/// A, B, … Z, then numbers.
fn letter(place: usize) -> String {
    let letter = u8::try_from(place)
        .ok()
        .and_then(|place| b'A'.checked_add(place));
    let letter = letter.filter(u8::is_ascii_uppercase).map(char::from);
    letter.map_or_else(|| (place + 1).to_string(), String::from)
}

/// The text with ASCII for the characters that the words of this crate use beyond it. What a model
/// calls things stays as it is.
pub(super) fn plain_ascii(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace('\u{2192}', "->").replace('\u{2026}', "..."))
}

/// Who says it, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneEntry {
    /// Whose lane it stands in.
    pub thread: ThreadId,
    /// What.
    pub said: CellContent,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_thread_made_is_numbered_by_thread() {
        assert_eq!(
            [3, 0x1_0000, 0x2_0005].map(numbered),
            ["#3", "#0.0", "#1.5"]
        );
    }

    #[test]
    fn contexts_beyond_the_alphabet_have_numbers() {
        assert_eq!([0, 25, 26, 300].map(letter), ["A", "Z", "27", "301"]);
    }

    #[test]
    fn only_our_own_characters_are_made_ascii() {
        assert_eq!(
            plain_ascii("a \u{2192} b\u{2026} \u{e4}"),
            "a -> b... \u{e4}"
        );
    }
}
