//! `selvedge explain`: what a status code or an errno means; and, through [`ProfileTopic`], what
//! the questions are that Windows leaves open.

use std::io;
use std::io::Write;

use crate::report::Cell;
use crate::report::Grid;
use crate::report::Look;
use crate::report::Tone;
use crate::status::ERRNOS;
use crate::status::Errno;
use crate::status::FWP_STATUSES;
use crate::status::NtStatus;
use crate::status::OTHER_STATUSES;
use crate::status::WIN32_STATUSES;
use crate::status::Win32Status;
use crate::status::errno;
use crate::status::errno_named;

use super::console::Console;
use super::error::CliError;
use super::exit::Exit;
use super::profile_topics::ProfileTopic;

/// Below this, a decimal number is an errno before it is a status.
const ERRNO_MAX: i64 = 4096;

/// How alike two names must be, from 0 to 1, for one to be suggested for the other.
const ALIKE_MIN: f64 = 0.88;

/// How many names are suggested.
const NEAR_MAX: usize = 4;

/// What is said of a Win32 code without a status.
const NO_NTSTATUS: &str = "no failure of its own: NTSTATUS_FROM_WIN32 makes this value";

/// A code that can be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Status(NtStatus),
    Errno(&'static Errno),
    ProfileTopic(ProfileTopic),
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
            Known::ProfileTopic(lesson) => lesson.write(out, &look)?,
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
            let lesson = || ProfileTopic::named(word).map(Known::ProfileTopic);
            let found = code(word).or_else(lesson);
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

/// An errno by its name, or by a small number that is one; or a status in any of its forms.
fn code(word: &str) -> Option<Known> {
    let value: Option<i64> = word.parse().ok();
    let small = value.filter(|value| value.abs() < ERRNO_MAX);
    let by_value = small.and_then(|value| errno(u32::try_from(value.abs()).ok()?));
    let found = by_value.or_else(|| errno_named(&word.to_ascii_uppercase()));
    let status = || NtStatus::read(word).map(Known::Status);
    found.map(Known::Errno).or_else(status)
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
    let win32 = WIN32_STATUSES.iter().map(|row| row.symbol.to_owned());
    let statuses = statuses.map(|value| NtStatus::from_value(value).short());
    let mut names: Vec<(f64, String)> = statuses
        .chain(win32)
        .chain(ERRNOS.iter().map(|errno| errno.name.to_owned()))
        .chain(ProfileTopic::names().map(str::to_owned))
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
    let twin = fwp.map(|row| match row.twin {
        Some(twin) => format!("0x{twin:08X} FWP_E_{}", row.name),
        None => "none: only drivers see it".to_owned(),
    });
    let value = status.value();
    let decimal = match value.cast_signed() {
        signed if signed < 0 => format!("{value}, signed {signed}"),
        _ => value.to_string(),
    };
    let codes = WIN32_STATUSES.iter().filter(|row| row.status() == status);
    let own = codes.clone().find(|row| !row.meaning.is_empty());
    let meaning = fwp
        .map(|row| row.meaning)
        .or_else(|| other.map(|row| row.meaning))
        .or_else(|| own.map(|row| row.meaning));
    let mut rows = Vec::new();
    rows.extend(twin.map(|text| row("win32", text)));
    rows.extend(codes.map(|code| row("win32", win32(code))));
    rows.extend(own.map(|_| row("ntstatus", NO_NTSTATUS.to_owned())));
    rows.push(row("decimal", decimal));
    rows.push(row("severity", severity(status).to_owned()));
    rows.extend(meaning.map(|text| row("meaning", text.to_owned())));
    writeln!(out, "{}", look.palette.paint(Tone::Strong, status))?;
    Grid::for_rows(&rows, 2, look).rows(out, &rows)
}

/// A Win32 code by its symbol and in its three forms.
fn win32(row: &Win32Status) -> String {
    let (code, hresult) = (row.code, row.hresult());
    let signed = hresult.cast_signed();
    format!(
        "{code} (0x{code:X}) {}; as an HRESULT 0x{hresult:08X}, signed {signed}",
        row.symbol
    )
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
    fn a_win32_code_is_explained_with_its_status_and_its_hresult() {
        let written = |text: &str| {
            let Some(Known::Status(status)) = resolved(text) else {
                panic!("{text}");
            };
            let mut out = Vec::new();
            write_status(&mut out, status, &Look::PLAIN.wide(100)).unwrap();
            String::from_utf8(out).unwrap()
        };
        let denied = written("5");
        for text in [
            "0x00000005",
            "0x80070005",
            "-2147024891",
            "ERROR_ACCESS_DENIED",
        ] {
            assert_eq!(written(text), denied, "{text}");
        }
        assert!(denied.starts_with("0xC0000022 STATUS_ACCESS_DENIED\n"));
        assert!(denied.contains("5 (0x5) ERROR_ACCESS_DENIED; as an HRESULT 0x80070005"));
        let disabled = written("1058");
        assert!(disabled.starts_with("0xC0070422 ERROR_SERVICE_DISABLED\n"));
        assert!(disabled.contains("no failure of its own"), "{disabled}");
        for text in [
            "14",
            "1053",
            "1722",
            "1753",
            "0x6d9",
            "STATUS_NOT_SUPPORTED",
        ] {
            assert!(written(text).contains("  meaning "), "{text}");
        }
        for text in [
            "STATUS_DEVICE_BUSY",
            "STATUS_INSUFFICIENT_RESOURCES",
            "STATUS_INVALID_PARAMETER",
            "STATUS_INVALID_DEVICE_STATE",
            "RPC_S_SERVER_UNAVAILABLE",
            "EPT_S_NOT_REGISTERED",
        ] {
            assert!(written(text).contains("  meaning "), "{text}");
        }
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
            "0xC0001234",
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
