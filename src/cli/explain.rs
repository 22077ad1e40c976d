//! `selvedge explain`: what a status code or an errno means; and, through [`Lesson`], what the
//! questions are that Windows leaves open.

use std::io;
use std::io::Write;

use crate::report::Cell;
use crate::report::Grid;
use crate::report::Look;
use crate::report::Tone;
use crate::status::FWP_STATUSES;
use crate::status::NtStatus;
use crate::status::OTHER_STATUSES;

use super::console::Console;
use super::errno::ERRNOS;
use super::errno::Errno;
use super::errno::errno;
use super::errno::errno_named;
use super::error::CliError;
use super::exit::Exit;
use super::teach::Lesson;

/// Below this, a decimal number is an errno before it is a status.
const ERRNO_MAX: i64 = 4096;

/// How alike two names must be, from 0 to 1, for one to be suggested for the other.
const ALIKE_MIN: f64 = 0.88;

/// How many names are suggested.
const NEAR_MAX: usize = 4;

/// A code that can be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Status(NtStatus),
    Errno(&'static Errno),
    Lesson(Lesson),
}

/// Explains every code, or none: an unknown one is found before anything is printed.
pub(super) fn explain(codes: &[String], console: &mut Console<'_>) -> Result<Exit, CliError> {
    let known = resolve(codes)?;
    let look = console.look();
    let out = &mut *console.out.writer;
    for (index, code) in known.into_iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        match code {
            Known::Status(status) => write_status(out, status, &look)?,
            Known::Errno(errno) => write_errno(out, errno, &look)?,
            Known::Lesson(lesson) => lesson.write(out, &look)?,
        }
    }
    out.flush()?;
    Ok(Exit::Success)
}

/// The words as codes: `errno` and the number after it are one.
fn resolve(codes: &[String]) -> Result<Vec<Known>, CliError> {
    let mut words = codes.iter().flat_map(|code| code.split_whitespace());
    let mut known = Vec::new();
    while let Some(word) = words.next() {
        let (text, found) = if word.eq_ignore_ascii_case("errno") {
            let number = words.next().unwrap_or_default();
            let value = number.trim_start_matches('-').parse().ok();
            (
                format!("{word} {number}"),
                value.and_then(errno).map(Known::Errno),
            )
        } else {
            let lesson = || Lesson::named(word).map(Known::Lesson);
            let found = number(word).or_else(|| name(word)).or_else(lesson);
            (word.to_owned(), found)
        };
        let unknown = || CliError::UnknownCode {
            near: near(&text),
            code: text.trim().to_owned(),
        };
        known.push(found.ok_or_else(unknown)?);
    }
    if known.is_empty() {
        return Err(CliError::UnknownCode {
            code: String::new(),
            near: Vec::new(),
        });
    }
    Ok(known)
}

/// A value: hexadecimal with `0x`, or decimal, as an unsigned or a signed number of 32 bits.
fn number(word: &str) -> Option<Known> {
    let digits = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X"));
    if let Some(digits) = digits.filter(|digits| !digits.starts_with('+')) {
        return status(u64::from_str_radix(digits, 16).ok()?);
    }
    let value: i64 = word.parse().ok()?;
    let small = u32::try_from(value.abs())
        .ok()
        .filter(|_| value.abs() < ERRNO_MAX);
    let errno = small.and_then(errno).map(Known::Errno);
    errno.or_else(|| status(value.cast_unsigned()))
}

/// The status with this value or this Win32 twin, if a table has it. A value that was widened with
/// its sign to 64 bits is taken for what it was.
fn status(value: u64) -> Option<Known> {
    const SIGN: u64 = 0xFFFF_FFFF_0000_0000;
    let negative = value & SIGN == SIGN && value & 0x8000_0000 != 0;
    let value = u32::try_from(if negative { value & !SIGN } else { value }).ok()?;
    let twin = FWP_STATUSES.iter().find(|row| row.twin == Some(value));
    let status = NtStatus::from_value(twin.map_or(value, |row| row.value));
    status.symbol().map(|_| Known::Status(status))
}

/// A name in any case: of a status with or without its prefix, of its twin, or of an errno.
fn name(word: &str) -> Option<Known> {
    let word = word.to_ascii_uppercase();
    if let Some(errno) = errno_named(&word) {
        return Some(Known::Errno(errno));
    }
    if let Some(twin) = word.strip_prefix("FWP_E_") {
        let row = FWP_STATUSES
            .iter()
            .find(|row| row.name == twin && row.twin.is_some())?;
        return Some(Known::Status(NtStatus::from_value(row.value)));
    }
    NtStatus::from_symbol(&word).map(Known::Status)
}

/// The names that are like an unknown one, the most alike first: those that contain it, then those
/// with few letters changed.
fn near(text: &str) -> Vec<String> {
    let wanted = text.to_ascii_uppercase();
    let wanted = ["STATUS_FWP_", "FWP_E_", "STATUS_"]
        .iter()
        .find_map(|prefix| wanted.strip_prefix(prefix))
        .unwrap_or(&wanted);
    let statuses = FWP_STATUSES.iter().map(|row| row.value);
    let statuses = statuses.chain(OTHER_STATUSES.iter().map(|row| row.value));
    let statuses = statuses.map(|value| NtStatus::from_value(value).short());
    let mut names: Vec<(f64, String)> = statuses
        .chain(ERRNOS.iter().map(|errno| errno.name.to_owned()))
        .chain(Lesson::names().map(str::to_owned))
        .filter_map(|name| {
            let capitals = name.to_ascii_uppercase();
            let inside = wanted.len() >= 3 && capitals.contains(wanted);
            let alike = if inside {
                2.0
            } else {
                strsim::jaro_winkler(wanted, &capitals)
            };
            (alike >= ALIKE_MIN).then_some((alike, name))
        })
        .collect();
    names.sort_by(|one, other| other.0.total_cmp(&one.0));
    names
        .into_iter()
        .take(NEAR_MAX)
        .map(|(_, name)| name)
        .collect()
}

fn write_status(out: &mut dyn Write, status: NtStatus, look: &Look) -> io::Result<()> {
    let fwp = FWP_STATUSES.iter().find(|row| row.value == status.value());
    let other = OTHER_STATUSES
        .iter()
        .find(|row| row.value == status.value());
    let win32 = fwp.map(|row| match row.twin {
        Some(twin) => format!("0x{twin:08X} FWP_E_{}", row.name),
        None => "none: only drivers see it".to_owned(),
    });
    let value = status.value();
    let decimal = match value.cast_signed() {
        signed if signed < 0 => format!("{value}, signed {signed}"),
        _ => value.to_string(),
    };
    let meaning = fwp
        .map(|row| row.meaning)
        .or_else(|| other.map(|row| row.meaning));
    let mut rows = Vec::new();
    rows.extend(win32.map(|text| row("win32", text)));
    rows.push(row("decimal", decimal));
    rows.push(row("severity", severity(status).to_owned()));
    rows.extend(meaning.map(|text| row("meaning", text.to_owned())));
    writeln!(out, "{}", look.palette.paint(Tone::Strong, status))?;
    Grid::for_rows(&rows, 2, look).rows(out, &rows)
}

fn row(name: &str, text: String) -> Vec<Cell> {
    vec![Cell::new(Tone::Quiet, name), Cell::plain(text)]
}

/// The top two bits, and what `NT_SUCCESS` makes of them.
const fn severity(status: NtStatus) -> &'static str {
    match status.value() >> 30 {
        0 => "success",
        1 => "informational: NT_SUCCESS is true",
        2 => "warning: NT_SUCCESS is false",
        _ => "error",
    }
}

fn write_errno(out: &mut dyn Write, errno: &Errno, look: &Look) -> io::Result<()> {
    let title = format!("errno {} {}", errno.value, errno.name);
    writeln!(out, "{}", look.palette.paint(Tone::Strong, title))?;
    let meaning = [vec![Cell::plain(errno.meaning)]];
    Grid::for_rows(&meaning, 2, look).rows(out, &meaning)?;
    if errno.chain.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    let frame = |(place, (value, who)): (usize, &(&str, &str))| {
        let number = Cell::new(Tone::Quiet, (place + 1).to_string());
        vec![number, Cell::new(Tone::Strong, *value), Cell::plain(*who)]
    };
    let rows: Vec<Vec<Cell>> = errno.chain.iter().enumerate().map(frame).collect();
    Grid::for_rows(&rows, 2, look).rows(out, &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(text: &str) -> Option<Known> {
        resolve(&[text.to_owned()]).ok().map(|known| known[0])
    }

    fn refused(text: &str) -> (String, Vec<String>) {
        match resolve(&[text.to_owned()]) {
            Err(CliError::UnknownCode { code, near }) => (code, near),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn one_code_is_known_by_all_its_names_and_values() {
        for text in [
            "0xC022000E",
            "0xffffffffc022000e",
            "0x8032000E",
            "3223453710",
            "-1071513586",
            "STATUS_FWP_TXN_IN_PROGRESS",
            "FWP_E_TXN_IN_PROGRESS",
            "txn_in_progress",
        ] {
            assert_eq!(
                resolved(text),
                Some(Known::Status(NtStatus::TXN_IN_PROGRESS)),
                "{text}"
            );
        }
    }

    #[test]
    fn an_errno_is_known_with_and_without_the_word() {
        let einval = errno(22).map(Known::Errno);
        for text in ["errno 22", "22", "-22", "EINVAL", "ERRNO 22"] {
            assert_eq!(resolved(text), einval, "{text}");
        }
        let words = ["errno".to_owned(), "22".to_owned(), "0x0".to_owned()];
        assert_eq!(resolve(&words).unwrap().len(), 2);
    }

    #[test]
    fn the_codes_that_only_drivers_see_have_no_other_name() {
        assert_eq!(resolved("0x80320100"), None);
        let name = FWP_STATUSES
            .iter()
            .find(|row| row.twin.is_none())
            .unwrap()
            .name;
        assert_eq!(resolved(&format!("FWP_E_{name}")), None);
        assert!(resolved(&format!("STATUS_FWP_{name}")).is_some());
    }

    #[test]
    fn an_unknown_code_is_answered_with_close_names() {
        assert_eq!(refused("TXN_IN_PROGES").1, ["TXN_IN_PROGRESS"]);
        assert_eq!(refused("STATUS_FWP_TIMOUT").1, ["TIMEOUT"]);
        for text in [
            "0xC0000035",
            "0x",
            "0x+1",
            "errno 99",
            "errno",
            "",
            " ",
            "99999999999999",
        ] {
            let (code, near) = refused(text);
            assert_eq!((code.as_str(), near), (text.trim(), Vec::new()));
        }
    }

    /// From one value to the next, each frame knows less.
    #[test]
    fn the_way_to_errno_22_starts_at_the_engine_and_ends_at_the_caller() {
        let look = Look::PLAIN.wide(80);
        let mut text = Vec::new();
        write_errno(&mut text, errno(22).unwrap(), &look).unwrap();
        let text = String::from_utf8(text).unwrap();
        let place = |word: &str| text.find(word).unwrap_or_else(|| panic!("{word}: {text}"));

        assert!(place("STATUS_FWP_TXN_IN_PROGRESS") < place("STATUS_ACCESS_DENIED"));
        assert!(place("STATUS_ACCESS_DENIED") < place("ERROR_BAD_DRIVER"));
        assert!(place("ERROR_BAD_DRIVER") < place("9  errno 22 EINVAL"));
        assert!(text.lines().all(|line| line.len() <= 80), "{text}");
    }
}
