//! The lines of a course, as a file and as a token write them.
//!
//! ```text
//! line    := THREAD ' until its end'
//!          | THREAD ' until before ' point
//!          | THREAD ' until it waits at ' point
//!          | THREAD ' takes ' ALTERNATIVE ' at ' point
//!          | THREAD ' expires at ' point
//! failure := THREAD ' at ' point ' with ' STATUS
//!
//! item    := THREAD [ '-' place ] | THREAD 'a' ALTERNATIVE '-' place
//! place   := OPERATION [ '@' KIND '/' [ MAKER '/' ] INDEX ] [ ',' OCCURRENCE ]
//! ```
//!
//! A `point` is that of [`Point`]; a `place` is the same in characters that no shell touches.

use std::fmt;

use crate::execution::NotationError;
use crate::execution::ObjectId;
use crate::execution::Point;
use crate::execution::PointError;
use crate::execution::THREADS_MAX;
use crate::execution::ThreadId;
use crate::execution::excerpt;
use crate::execution::status_from_notation;

use super::course::Choice;
use super::course::Failure;
use super::course::Item;
use super::course::Turn;

const END: &str = " until its end";
const BEFORE: &str = " until before ";
const WAITS: &str = " until it waits at ";
const TAKES: &str = " takes ";
const EXPIRES: &str = " expires at ";
const AT: &str = " at ";
const WITH: &str = " with ";

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Turn(Turn {
                thread,
                until: None,
                ..
            }) => write!(f, "{thread}{END}"),
            Self::Turn(Turn {
                thread,
                until: Some(point),
                waits,
            }) => {
                let word = if *waits { WAITS } else { BEFORE };
                write!(f, "{thread}{word}{point}")
            }
            Self::Choice(Choice {
                thread,
                at,
                alternative,
                expires,
            }) => {
                if *expires {
                    write!(f, "{thread}{EXPIRES}{at}")
                } else {
                    write!(f, "{thread}{TAKES}{alternative}{AT}{at}")
                }
            }
        }
    }
}

impl Item {
    /// The line with what its thread is called.
    pub(super) fn told(&self, labels: &dyn ThreadLabels) -> String {
        let (Self::Turn(Turn { thread, .. }) | Self::Choice(Choice { thread, .. })) = self;
        let line = self.to_string();
        let rest = line.strip_prefix(&thread.to_string()).unwrap_or(&line);
        format!("{}{rest}", labels.label(*thread))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { thread, at, status } = self;
        write!(f, "{thread}{AT}{at}{WITH}{}", status.short())
    }
}

/// Reads a line of a file.
///
/// # Errors
///
/// What is wrong with it, as the end of a sentence.
pub(super) fn read_line(text: &str) -> Result<Item, String> {
    if let Some(thread) = text.strip_suffix(END) {
        let thread = read_thread(thread)?;
        return Ok(turn(thread, None, false));
    }
    for (word, waits) in [(BEFORE, false), (WAITS, true)] {
        if let Some((thread, point)) = text.split_once(word) {
            return Ok(turn(read_thread(thread)?, Some(read_point(point)?), waits));
        }
    }
    if let Some((thread, point)) = text.split_once(EXPIRES) {
        return Ok(choice(read_thread(thread)?, read_point(point)?, 1, true));
    }
    let taken = text.split_once(TAKES);
    if let Some((thread, rest)) = taken
        && let Some((alternative, point)) = rest.split_once(AT)
    {
        let alternative = read_alternative(alternative)?;
        return Ok(choice(
            read_thread(thread)?,
            read_point(point)?,
            alternative,
            false,
        ));
    }
    let text = excerpt(text);
    Err(format!(
        "`{text}` is not a line of a schedule: expected `THREAD until before OPERATION on OBJECT`, \
         `… until it waits at …`, `… until its end`, `… takes 1 at …` or `… expires at …`"
    ))
}

/// Reads a failure of a file.
///
/// # Errors
///
/// What is wrong with it, as the end of a sentence.
pub(super) fn read_failure(text: &str) -> Result<Failure, String> {
    let parts = text
        .split_once(AT)
        .and_then(|(thread, rest)| Some((thread, rest.rsplit_once(WITH)?)));
    let Some((thread, (point, status))) = parts else {
        let text = excerpt(text);
        return Err(format!(
            "`{text}` is not a failure: expected `THREAD at OPERATION on OBJECT with STATUS`"
        ));
    };
    Ok(Failure {
        thread: read_thread(thread)?,
        at: read_point(point)?,
        status: status_from_notation(status).map_err(|error| error.to_string())?,
    })
}

/// What the items of a token call threads.
pub(crate) trait ThreadLabels {
    /// What a thread is called: digits, letters and `.`, not ending with `a` and digits.
    fn label(&self, thread: ThreadId) -> String;

    /// The thread that is called so, if there can be one.
    fn thread(&mut self, label: &str) -> Option<ThreadId>;
}

/// Threads are called by their index.
#[derive(Debug, Clone, Copy)]
pub(super) struct ByIndex;

impl ThreadLabels for ByIndex {
    fn label(&self, thread: ThreadId) -> String {
        thread.to_string()
    }

    fn thread(&mut self, label: &str) -> Option<ThreadId> {
        read_thread(label).ok()
    }
}

/// An item as a token writes it.
pub(super) fn to_word(item: &Item, labels: &dyn ThreadLabels) -> String {
    match item {
        Item::Turn(Turn {
            thread,
            until: None,
            ..
        }) => labels.label(*thread),
        Item::Turn(Turn {
            thread,
            until: Some(point),
            ..
        }) => format!("{}-{}", labels.label(*thread), place(point, labels)),
        Item::Choice(Choice {
            thread,
            at,
            alternative,
            ..
        }) => format!(
            "{}a{alternative}-{}",
            labels.label(*thread),
            place(at, labels)
        ),
    }
}

/// Reads an item of a token.
///
/// # Errors
///
/// What is wrong with it, as the end of a sentence.
pub(super) fn read_word(text: &str, labels: &mut dyn ThreadLabels) -> Result<Item, String> {
    let Some((who, place)) = text.split_once('-') else {
        return Ok(turn(read_label(text, labels)?, None, false));
    };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let chosen = who.rsplit_once('a');
    match chosen.filter(|(_, alternative)| is_number(alternative)) {
        None => {
            let thread = read_label(who, labels)?;
            Ok(turn(thread, Some(read_place(place, labels)?), false))
        }
        Some((thread, alternative)) => {
            let alternative = read_alternative(alternative)?;
            let thread = read_label(thread, labels)?;
            let at = read_place(place, labels)?;
            Ok(choice(thread, at, alternative, false))
        }
    }
}

fn read_label(text: &str, labels: &mut dyn ThreadLabels) -> Result<ThreadId, String> {
    let thread = labels.thread(text);
    thread.ok_or_else(|| NotationError::Thread(excerpt(text)).to_string())
}

fn turn(thread: ThreadId, until: Option<Point>, waits: bool) -> Item {
    Item::Turn(Turn {
        thread,
        until,
        waits,
    })
}

fn choice(thread: ThreadId, at: Point, alternative: u8, expires: bool) -> Item {
    Item::Choice(Choice {
        thread,
        at,
        alternative,
        expires,
    })
}

fn place(point: &Point, labels: &dyn ThreadLabels) -> String {
    let object = point.object.map(|object| {
        let (kind, index) = (object.kind().name(), object.index());
        let maker = object.maker();
        let maker = maker.map(|maker| format!("{}/", labels.label(maker)));
        format!("@{kind}/{}{index}", maker.unwrap_or_default())
    });
    let occurrence = point.occurrence.get();
    let occurrence = (occurrence > 1).then(|| format!(",{occurrence}"));
    let [object, occurrence] = [object, occurrence].map(Option::unwrap_or_default);
    format!("{}{object}{occurrence}", point.verb.name())
}

fn read_place(text: &str, labels: &mut dyn ThreadLabels) -> Result<Point, String> {
    let (rest, occurrence) = match text.split_once(',') {
        Some((rest, occurrence)) => (rest, Some(occurrence)),
        None => (text, None),
    };
    let (verb, object) = match rest.split_once('@') {
        Some((verb, object)) => (verb, Some(object)),
        None => (rest, None),
    };
    let no_object = || PointError::Object(excerpt(object.unwrap_or(text))).to_string();
    let named = match object
        .map(|object| object.split('/').collect::<Vec<_>>())
        .as_deref()
    {
        None => None,
        Some([kind, index]) => Some(format!("{kind} {index}")),
        Some([kind, maker, index]) => {
            let maker = labels.thread(maker).ok_or_else(no_object)?;
            Some(format!("{kind} {maker}.{index}"))
        }
        Some(_) => return Err(no_object()),
    };
    let point = Point::from_parts(verb, named.as_deref(), occurrence);
    let point = point.map_err(|error| error.to_string())?;
    // There is one way to write a point.
    if place(&point, labels) == text {
        Ok(point)
    } else {
        Err(no_object())
    }
}

fn read_point(text: &str) -> Result<Point, String> {
    text.parse().map_err(|error: PointError| error.to_string())
}

fn read_thread(text: &str) -> Result<ThreadId, String> {
    let index = text
        .parse()
        .ok()
        .filter(|&index: &usize| index < THREADS_MAX);
    let thread = index
        .map(ThreadId::new)
        .filter(|thread| thread.to_string() == text);
    thread.ok_or_else(|| NotationError::Thread(excerpt(text)).to_string())
}

/// An alternative is not the first, which would go without saying.
fn read_alternative(text: &str) -> Result<u8, String> {
    let number = text.parse().ok().filter(|&number: &u8| number > 0);
    let plain = number.filter(|number| number.to_string() == text);
    plain.ok_or_else(|| {
        let text = excerpt(text);
        format!("`{text}` is not an alternative: expected a number from 1 to 255")
    })
}

/// The objects of an item and of a failure that may have other names in another scenario.
pub(super) fn objects_of(item: &mut Item) -> Option<&mut ObjectId> {
    match item {
        Item::Turn(turn) => turn.until.as_mut()?.object.as_mut(),
        Item::Choice(choice) => choice.at.object.as_mut(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_and_a_word_print_as_they_were_read() {
        for (line, word) in [
            ("0 until its end", "0"),
            ("63 until before begin", "63-begin"),
            (
                "0 until before notify-add on callout-functions 0 #3",
                "0-notify-add@callout-functions/0,3",
            ),
            ("2 takes 1 at fault #2", "2a1-fault,2"),
            ("1 takes 1 at begin on session 1.0", "1a1-begin@session/1/0"),
        ] {
            let item = read_line(line).unwrap();
            assert_eq!(item.to_string(), line);
            assert_eq!(to_word(&item, &ByIndex), word);
            assert_eq!(read_word(word, &mut ByIndex), Ok(item));
        }
        for line in [
            "1 until it waits at guard on strategy-lock 0",
            "1 expires at begin",
        ] {
            assert_eq!(read_line(line).unwrap().to_string(), line);
        }
        let failure = "1 at begin on session 0 with TXN_IN_PROGRESS";
        assert_eq!(read_failure(failure).unwrap().to_string(), failure);
    }

    #[test]
    fn what_is_wrong_with_a_line_is_said() {
        for (line, problem) in [
            ("", "`` is not a line of a schedule"),
            (
                "0 until begin",
                "`0 until begin` is not a line of a schedule",
            ),
            ("64 until its end", "`64` is not a thread"),
            ("00 until its end", "`00` is not a thread"),
            ("0 until before bgin", "unknown operation `bgin`"),
            ("0 takes 0 at fault", "`0` is not an alternative"),
            ("0 takes 256 at fault", "`256` is not an alternative"),
        ] {
            let said = read_line(line).unwrap_err();
            assert!(said.contains(problem), "{said}");
        }
        for (word, problem) in [
            ("", "`` is not a thread"),
            ("0-begin@session", "`session` is not an object"),
            ("0-begin@session/0/0/0", "is not an object"),
            ("0-begin@session 0", "is not an object"),
            ("0-begin,1", "is not an object"),
            ("0b-begin", "`0b` is not a thread"),
        ] {
            let said = read_word(word, &mut ByIndex).unwrap_err();
            assert!(said.contains(problem), "{said}");
        }
        for failure in ["", "0 at begin", "0 at begin with WHAT"] {
            assert!(read_failure(failure).is_err(), "{failure}");
        }
    }
}
