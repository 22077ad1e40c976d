//! The text of a scenario file: where it comes from, and where in it something is wrong.

use std::fs;
use std::io;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;

use super::Flaw;
use super::Place;
use super::ScenarioError;
use super::file::File;
use super::flaw::Located;

/// How many bytes a scenario file may have: 1 MiB.
pub const SCENARIO_BYTES_MAX: u64 = 1 << 20;

/// What some editors put before the text. It takes no column.
const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// How JSON may begin and TOML cannot.
const JSON_BEGINS: [&str; 4] = ["{", "[{", "[\n", "[\r"];

/// A text of at most [`SCENARIO_BYTES_MAX`] bytes, and what its file is called.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'a> {
    file: &'a str,
    text: &'a str,
}

impl<'a> Text<'a> {
    pub(super) fn decode(file: &'a str, bytes: &'a [u8]) -> Result<Self, ScenarioError> {
        if u64::try_from(bytes.len()).is_ok_and(|bytes| bytes > SCENARIO_BYTES_MAX) {
            return Err(ScenarioError::TooLarge {
                file: file.to_owned(),
            });
        }
        match str::from_utf8(bytes) {
            Ok(text) => Ok(Self { file, text }),
            Err(error) => {
                let (before, _) = bytes.split_at(error.valid_up_to());
                let text = str::from_utf8(before).expect("it is valid up to here");
                let place = Self { file, text }.place(text.len());
                Err(ScenarioError::NotUtf8 { place })
            }
        }
    }

    pub(super) const fn as_str(self) -> &'a str {
        self.text
    }

    /// The tables of the file.
    pub(super) fn tables(self) -> Result<File, ScenarioError> {
        if self
            .text
            .trim_start_matches(BYTE_ORDER_MARK)
            .trim()
            .is_empty()
        {
            return Err(self.refusal(Flaw::Empty.at_start()));
        }
        let document = toml::Deserializer::parse(self.text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            ScenarioError::Syntax {
                place: self.place(offset),
                problem: error.message().to_owned(),
                help: self.syntax_help(offset),
            }
        })?;
        File::deserialize(document).map_err(|error| {
            let (problem, help) = self.form_problem(error.message());
            let place = self.place(error.span().map_or(0, |span| span.start));
            ScenarioError::Form {
                place,
                problem,
                help,
            }
        })
    }

    /// The error for a flaw of this text.
    pub(super) fn refusal(self, located: Located) -> ScenarioError {
        ScenarioError::Flaw {
            place: self.place(located.span.start),
            flaw: located.flaw,
        }
    }

    /// The place of a byte; past the end it is the end.
    fn place(self, offset: usize) -> Place {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before[start..]
            .chars()
            .filter(|&char| char != BYTE_ORDER_MARK)
            .count()
            + 1;
        Place {
            file: self.file.to_owned(),
            line,
            column,
        }
    }

    fn syntax_help(self, offset: usize) -> &'static str {
        let begins = self.text.trim_start();
        let digits = begins.trim_start_matches(|char: char| char.is_ascii_digit());
        if JSON_BEGINS.iter().any(|json| begins.starts_with(json)) {
            "this looks like JSON, and a scenario file is TOML"
        } else if digits.len() < begins.len() && digits.starts_with(':') {
            "this looks like a schedule: those are for `selvedge replay`"
        } else if offset >= self.text.trim_end().len() {
            "the text ends too early: is the file complete?"
        } else {
            "correct the line: a scenario file is TOML, see https://toml.io"
        }
    }

    /// What serde says, in words of TOML, and what to do about it.
    fn form_problem(self, message: &str) -> (String, &'static str) {
        if let Some(rest) = message.strip_prefix("unknown field ") {
            let help = if self.text.contains("[[thread]]") {
                "remove the key or correct its name"
            } else {
                "is this a scenario file? It has no `[[thread]]`; a schedule is for \
                 `selvedge replay`"
            };
            (format!("unknown key {rest}"), help)
        } else if let Some(rest) = message.strip_prefix("missing field ") {
            (format!("missing key {rest}"), "add it")
        } else if let Some(rest) = message.strip_prefix("unknown variant ") {
            (format!("unknown value {rest}"), "write one of them")
        } else if message.contains("expected a sequence") {
            (
                in_toml(message),
                "write an array: `[ ... ]`, or `[[link]]` for each link and the like",
            )
        } else {
            (in_toml(message), "correct the value")
        }
    }
}

/// The message with the words of TOML for what serde calls otherwise.
fn in_toml(message: &str) -> String {
    let message = message.replace("type: map", "type: table");
    message
        .replace("type: sequence", "type: array")
        .replace("a sequence", "an array")
}

/// The bytes of a file, of which no more than one above the limit is read.
pub(super) fn read(path: &Path, file: &str) -> Result<Vec<u8>, ScenarioError> {
    let file = || file.to_owned();
    let refused = |source: io::Error| {
        if source.kind() == io::ErrorKind::NotFound {
            return ScenarioError::Missing { file: file() };
        }
        ScenarioError::Unreadable {
            file: file(),
            source,
        }
    };
    let metadata = fs::metadata(path).map_err(refused)?;
    if metadata.is_dir() {
        return Err(ScenarioError::Directory { file: file() });
    }
    if metadata.len() > SCENARIO_BYTES_MAX {
        return Err(ScenarioError::TooLarge { file: file() });
    }
    let mut bytes = Vec::new();
    let opened = fs::File::open(path).map_err(refused)?;
    opened
        .take(SCENARIO_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(refused)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use crate::scenario::sample;
    use crate::scenario::sample::refused;

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_the_keys_there_are() {
        assert_eq!(
            refused(&sample::with("returns = 22", "return = 22")),
            "t:18:46: unknown key `return`, expected one of `attach`, `detach`, `returns`; \
             remove the key or correct its name"
        );
    }

    #[test]
    fn a_missing_key_is_named_with_the_table_it_belongs_to() {
        let text = sample::with("attach = \"CONNECT6\"\n", "");

        assert_eq!(refused(&text), "t:10:1: missing key `attach`; add it");
    }

    #[test]
    fn a_wrong_type_is_shown_with_the_one_expected() {
        let cases = [
            (
                "name = \"v4\"",
                "name = 4",
                "t:7:8: invalid type: integer `4`, expected a string",
            ),
            (
                "\"a1\"",
                "\"a2\"",
                "t:3:12: unknown value `a2`, expected `direct` or `a1`",
            ),
            (
                "[{ detach = \"v6\" }]",
                "4",
                "t:21:9: invalid type: integer `4`, expected an array",
            ),
            (
                "occurrence = 2",
                "occurrence = 0",
                "t:26:14: invalid value: integer `0`",
            ),
            (
                "executions = 4",
                "executions = -4",
                "t:36:14: invalid value: integer `-4`",
            ),
        ];
        for (from, to, message) in cases {
            let refused = refused(&sample::with(from, to));
            assert!(refused.starts_with(message), "{refused}");
            assert!(refused.contains("; "), "what to do: {refused}");
        }
        let table = "summary = \"x\"\npipeline = \"a1\"\n[link]\nname = \"a\"";
        assert_eq!(
            refused(table),
            "t:3:1: invalid type: table, expected an array; \
             write an array: `[ ... ]`, or `[[link]]` for each link and the like"
        );
    }

    #[test]
    fn a_text_that_is_cut_off_is_asked_whether_it_is_complete() {
        let (cut, _) = sample::GOOD.split_once(" }]\n\n[[fault]]").unwrap();

        assert_eq!(
            refused(cut),
            "t:21:25: not TOML: unclosed inline table, expected `}`; \
             the text ends too early: is the file complete?"
        );
    }

    #[test]
    fn an_empty_file_is_told_how_to_begin() {
        for text in ["", " \n\n", "\u{FEFF}"] {
            let message = refused(text);
            assert!(
                message.starts_with("t:1:1: the file is empty; begin with "),
                "{message}"
            );
        }
        assert_eq!(
            refused("# Nothing."),
            "t:1:1: missing key `summary`; add it"
        );
    }

    #[test]
    fn a_foreign_file_is_recognised() {
        let cases = [
            (
                "{\n  \"summary\": 1\n}",
                "t:1:1: not TOML",
                "; this looks like JSON, and a",
            ),
            (
                "[\n  {}\n]",
                "t:2:3: not TOML",
                "; this looks like JSON, and a",
            ),
            (
                "0:begin 1:begin!TXN_IN_PROGRESS",
                "t:1:9: not TOML",
                "; this looks like a schedule",
            ),
            ("<html>", "t:1:7: not TOML", "; the text ends too early"),
            (
                "version = 1\nsteps = \"0:begin\"",
                "t:2:1: unknown key",
                "; is this a scenario file?",
            ),
        ];
        for (text, place, help) in cases {
            let message = refused(text);
            assert!(
                message.starts_with(place) && message.contains(help),
                "{message}"
            );
        }
    }

    #[test]
    fn bytes_that_are_not_utf8_are_found() {
        let mut bytes = sample::GOOD.as_bytes().to_vec();
        let place = sample::GOOD.find("CONNECT6 and").unwrap();
        bytes[place] = 0xFF;

        let message = Scenario::from_bytes("t", &bytes).unwrap_err().to_string();

        assert_eq!(message, "t:2:39: not UTF-8 text; save the file as UTF-8");
    }

    #[test]
    fn a_directory_and_a_missing_file_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |path: &Path| Scenario::read(path).unwrap_err().to_string();

        let message = refused(folder.path());
        assert!(
            message.ends_with(": is a directory; name one `.toml` file in it"),
            "{message}"
        );
        let message = refused(&folder.path().join("none.toml"));
        assert!(
            message.ends_with("none.toml: there is no such file; correct the path"),
            "{message}"
        );
    }

    #[test]
    fn a_file_of_30_mb_is_refused_by_its_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large.toml");
        fs::File::create(&path).unwrap().set_len(30 << 20).unwrap();

        let message = Scenario::read(&path).unwrap_err().to_string();

        assert!(
            message.contains("large.toml: has more than the 1048576 bytes"),
            "{message}"
        );
        assert!(message.ends_with("is it the right file?"), "{message}");
        let long = "#".repeat((1 << 20) + 1);
        assert!(refused(&long).starts_with("t: has more than the 1048576 bytes"));
    }

    #[test]
    fn nesting_without_end_is_refused_and_not_followed() {
        let dotted = format!("{}b = 1", "a.".repeat(500_000));
        for text in ["a = ".to_owned() + &"[".repeat(1_000_000), dotted] {
            assert!(refused(&text).contains("not TOML: "));
        }
    }
}
