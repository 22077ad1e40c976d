//! Why there is no scenario, and the place in the text that shows it.

use std::fmt;
use std::io;

use thiserror::Error;

use super::Flaw;
use super::SCENARIO_BYTES_MAX;

/// How many characters of a message are shown: what a file says in it may be long.
const PROBLEM_CHARS_MAX: usize = 600;

/// A place in a scenario file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as it was named.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", one_line(&self.file), self.line, self.column)
    }
}

/// Why there is no scenario. The message is one line: where, what was expected, what to do.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ScenarioError {
    /// No embedded model has this name.
    #[error(
        "no model that is built in is called `{}`{}; `selvedge list models` shows them all",
        one_line(.name),
        close_names(.close)
    )]
    UnknownModel {
        /// The name.
        name: String,
        /// The names that are like it, the most alike first. May be empty.
        close: Vec<&'static str>,
    },
    /// There is no such file.
    #[error("{}: there is no such file; correct the path", one_line(.file))]
    Missing {
        /// The path.
        file: String,
    },
    /// The path is that of a directory.
    #[error("{}: is a directory; name one `.toml` file in it", one_line(.file))]
    Directory {
        /// The path.
        file: String,
    },
    /// The file is there but cannot be read.
    #[error("{}: cannot be read; check its permissions", one_line(.file))]
    Unreadable {
        /// The path.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// The file has more than [`SCENARIO_BYTES_MAX`] bytes.
    #[error(
        "{}: has more than the {SCENARIO_BYTES_MAX} bytes that a scenario may have; is it the \
         right file?",
        one_line(.file)
    )]
    TooLarge {
        /// The path or name.
        file: String,
    },
    /// The bytes are not UTF-8.
    #[error("{place}: not UTF-8 text; save the file as UTF-8")]
    NotUtf8 {
        /// The first bytes that are not.
        place: Place,
    },
    /// The text is not TOML.
    #[error("{place}: not TOML: {}; {help}", one_line(.problem))]
    Syntax {
        /// Where.
        place: Place,
        /// What was found and what was expected.
        problem: String,
        /// What to do.
        help: &'static str,
    },
    /// A key is unknown or missing, or a value is of another type than its key asks for.
    #[error("{place}: {}; {help}", one_line(.problem))]
    Form {
        /// Where.
        place: Place,
        /// What was found and what was expected.
        problem: String,
        /// What to do.
        help: &'static str,
    },
    /// The values do not make sense together.
    #[error("{place}: {}", one_line(&.flaw.to_string()))]
    Flaw {
        /// Where.
        place: Place,
        /// The rule that is broken.
        flaw: Flaw,
    },
}

fn close_names(names: &[&str]) -> String {
    if names.is_empty() {
        return String::new();
    }
    format!(": close are {}", names.join(", "))
}

/// The text on one line, without control characters, and not too long.
fn one_line(text: &str) -> String {
    let mut line = String::new();
    for (index, char) in text.chars().enumerate() {
        if index == PROBLEM_CHARS_MAX {
            line.push('…');
            break;
        }
        if char.is_control() {
            line.extend(char.escape_default());
        } else {
            line.push(char);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use crate::scenario::sample::refused;

    #[test]
    fn a_message_is_one_line_of_printable_characters() {
        let texts = [
            "\"a\\nb\\u001B[31m\" = 1".to_owned(),
            format!("{} = 1", "a".repeat(100_000)),
        ];
        for text in texts {
            let message = refused(&text);
            assert!(!message.chars().any(char::is_control), "{message}");
            assert!(message.chars().count() < 800, "{message}");
        }
    }
}
