//! What a part of a line is by its form alone.

use crate::status::NtStatus;
use crate::status::number as read_number;

use super::words;

/// How many digits an address has.
const ADDRESS_DIGITS: usize = 16;

/// Ends of names of files.
const FILE_ENDS: [&str; 17] = [
    ".c", ".cc", ".cpp", ".cs", ".cxx", ".dll", ".etl", ".exe", ".go", ".h", ".inf", ".log", ".rs",
    ".sys", ".toml", ".txt", ".json",
];

/// Units that are written at a number.
const UNITS: [&str; 10] = [
    "ns", "us", "\u{b5}s", "ms", "s", "sec", "min", "kb", "mb", "%",
];

/// What a chunk is that says nothing of an execution.
pub(super) fn passed(text: &str) -> Option<&'static str> {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let parts = |by: &[char]| -> Vec<usize> {
        let parts = text.split(|it| by.contains(&it));
        parts
            .map(|part| if is_digits(part) { part.len() } else { 0 })
            .collect()
    };
    if is_trace_prefix(text) {
        return Some("a thread id and a time");
    }
    if is_date(text) {
        return Some("a date");
    }
    if is_time(text) {
        return Some("a time");
    }
    if is_guid(text) {
        return Some("a GUID");
    }
    if is_path(text) {
        return Some("a path");
    }
    if is_address(text) {
        return Some("an address");
    }
    if parts(&['.', ':', '/']).len() > 3 && !parts(&['.', ':', '/']).contains(&0) {
        return Some("a network address or version");
    }
    if text.contains('.') && !parts(&['.']).contains(&0) {
        return Some("a version or a time in seconds");
    }
    if text.strip_prefix(['v', 'V']).is_some_and(|rest| {
        rest.contains('.') && rest.split(['.', '-']).all(|part| !part.is_empty())
    }) {
        return Some("a version");
    }
    let ratio: Vec<&str> = text.split('/').collect();
    if ratio.len() == 2 && ratio.iter().all(|part| is_digits(part)) {
        return Some("a share");
    }
    let unit = UNITS.iter().find_map(|unit| text.strip_suffix(unit));
    if unit.is_some_and(|rest| is_digits(&rest.replace('.', ""))) {
        return Some("a measure");
    }
    let count = text
        .strip_suffix(['x', 'X'])
        .or_else(|| text.strip_prefix('x'));
    count.filter(|rest| is_digits(rest)).map(|_| "a count")
}

/// `1A2C.0F34::11/28/2026-07:36:12.123`, as tracing tools begin a line.
fn is_trace_prefix(text: &str) -> bool {
    let head = text.split("::").next().unwrap_or_default();
    let head = head.rsplit(']').next().unwrap_or_default();
    let ids: Vec<&str> = head.split('.').collect();
    let is_id = |id: &&str| id.len() >= 4 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.contains("::") && ids.len() == 2 && ids.iter().all(is_id)
}

fn is_date(text: &str) -> bool {
    let (date, time) = text.split_once(['T', '_']).unwrap_or((text, "00:00"));
    let by = date.chars().find(|it| "-/.".contains(*it));
    let Some(by) = by else {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        return digits && text.len() == 8 && ["19", "20"].contains(&&text[..2]);
    };
    let parts: Vec<&str> = date.split(by).collect();
    let month = |part: &str| part.len() == 3 && part.bytes().all(|it| it.is_ascii_alphabetic());
    let digits = |part: &str| {
        (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let years = parts.iter().filter(|part| part.len() == 4).count();
    parts.len() == 3
        && years == 1
        && parts.iter().all(|part| digits(part) || month(part))
        && is_time(time)
}

fn is_time(text: &str) -> bool {
    let text = text.trim_end_matches(['Z', 'z', 'M', 'A', 'P', 'a', 'p', 'm']);
    let text = text.split(['+', '-']).next().unwrap_or_default();
    let parts: Vec<&str> = text.split(':').collect();
    let Some((last, clock)) = parts.split_last() else {
        return false;
    };
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
    let (whole, fraction) = last.split_once(['.', ',']).unwrap_or((last, "0"));
    let is_short = |part: &&str| part.len() <= 2 && is_digits(part);
    (1..=2).contains(&clock.len())
        && clock.iter().chain([&whole]).all(is_short)
        && is_digits(fraction)
}

fn is_guid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12]
        && text
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

fn is_path(text: &str) -> bool {
    let file = text.split([':', '(']).next().unwrap_or_default();
    let is_file = |text: &str| {
        let lower = text.to_ascii_lowercase();
        FILE_ENDS.iter().any(|end| lower.ends_with(end))
    };
    let has_letters = text.bytes().any(|byte| byte.is_ascii_alphabetic());
    (text.contains('\\') && has_letters)
        || text.contains("://")
        || (text.starts_with('/') && has_letters)
        || is_file(file)
        || is_file(text)
}

/// Sixteen hexadecimal digits, perhaps with the back-tick of a debugger, that are no status.
fn is_address(text: &str) -> bool {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let bare = digits.unwrap_or(text).replace('`', "");
    let letters = digits.is_some() || bare.bytes().any(|byte| byte.is_ascii_alphabetic());
    let long = bare.len() > 8 && bare.len() <= ADDRESS_DIGITS;
    let hexadecimal = bare.bytes().all(|byte| byte.is_ascii_hexdigit());
    let value = u64::from_str_radix(&bare, 16).ok();
    long && letters && hexadecimal && value.is_some_and(|it| NtStatus::valued(it).is_none())
}

/// The value of a number, and whether it is hexadecimal. Eight hexadecimal digits need no `0x` if
/// they have a letter, or are a status; fewer need none if they begin with a digit and have a
/// letter, such as `6d9`.
pub(super) fn number(text: &str) -> Option<(u64, bool)> {
    let hexadecimal = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let letters = text.bytes().any(|byte| byte.is_ascii_alphabetic());
    let digits = text.bytes().any(|byte| byte.is_ascii_digit());
    let plain = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let short = (3..8).contains(&text.len()) && text.starts_with(|it: char| it.is_ascii_digit());
    if plain && short && letters {
        return Some((u64::from_str_radix(text, 16).ok()?, true));
    }
    if hexadecimal && digits && (letters || NtStatus::read(text).is_some()) {
        return Some((u64::from_str_radix(text, 16).ok()?, true));
    }
    let prefixed = text.starts_with("0x") || text.starts_with("0X");
    Some((read_number(text)?, prefixed))
}

/// Whether the words that hyphens join are one.
pub(super) fn is_hyphenated(text: &str) -> bool {
    text.contains('-') && words::meaning(&text.to_ascii_lowercase()).is_some()
}

/// Capitals, digits and underscores, as constants are written.
pub(super) fn is_symbol(text: &str) -> bool {
    let capital = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    text.contains('_') && text.bytes().all(capital) && !text.starts_with('_')
}

/// Whether it is a word such as `ErrorCode` or `thread_id`, which says what a number is.
pub(super) fn is_label(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let is_label = words::is_code_label(&lower) || words::is_noise_label(&lower);
    is_label && !words::is_error_symbol(text)
}

/// Whether it is a function of the model, or written like one.
pub(super) fn is_function(text: &str) -> bool {
    is_call_name(text) || (is_name(text) && text.contains('_'))
}

/// Whether it is a function of the model, or written like one of Windows.
pub(super) fn is_call_name(text: &str) -> bool {
    words::callee(text).is_some() || (is_name(text) && words::is_function_name(text))
}

/// Several words written as one, `WireGuard` or `net_ebpf_ext`, that are no label.
pub(super) fn is_name(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let snake = text.contains('_') && text == lower && !text.starts_with('_');
    let mut humps = 0;
    let mut before = None;
    for character in text.chars() {
        let starts = before.is_none_or(char::is_lowercase);
        humps += usize::from(character.is_uppercase() && starts);
        before = Some(character);
    }
    snake || (humps > 1 && text.chars().all(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_of_an_execution_is_known_by_its_form() {
        for (text, what) in [
            ("2026-11-28", "a date"),
            ("2026-11-28T07:36:12.123Z", "a date"),
            ("11/28/2026", "a date"),
            ("28/Nov/2026", "a date"),
            ("20261128", "a date"),
            ("07:36:12,123", "a time"),
            ("7:36AM", "a time"),
            (
                "1A2C.0F34::11/28/2026-07:36:12.123",
                "a thread id and a time",
            ),
            ("c38d57d1-05a7-4c33-904f-7fbceee60e82", "a GUID"),
            ("fffff802`1a2b3c4d", "an address"),
            ("0xFFFF8A0F12345678", "an address"),
            ("10.0.0.1:443", "a network address or version"),
            ("12.345", "a version or a time in seconds"),
            ("v0.21.1", "a version"),
            ("net_ebpf_ext.c:123", "a path"),
            ("\\Device\\Foo", "a path"),
            ("3/5", "a share"),
            ("15ms", "a measure"),
            ("3x", "a count"),
        ] {
            assert_eq!(passed(text), Some(what), "{text}");
        }
        for text in [
            "0x80320012",
            "0xffffffffc022000e",
            "-2144206830",
            "80320012",
            "2150760466",
            "ERROR_ACCESS_DENIED",
            "FwpmTransactionBegin0",
            "22",
            "s",
        ] {
            assert_eq!(passed(text), None, "{text}");
        }
    }

    #[test]
    fn functions_names_and_words_are_told_apart() {
        for text in [
            "FwpmTransactionBegin0",
            "fwpmfilteradd",
            "WinDivertOpen",
            "DeviceIoControl",
            "net_ebpf_ext_attach",
            "bpf_prog_attach",
        ] {
            assert!(is_function(text), "{text}");
        }
        for text in ["WireGuard", "OpenVPN", "eBPF"] {
            assert!(!is_function(text), "{text}");
        }
        assert!(is_name("WireGuard") && is_name("OpenVPN"));
        assert!(!is_name("Windows") && !is_name("VPN") && !is_name("CONNECT4"));
        for text in ["ThreadId", "last_error", "filter_id", "LAST_ERROR", "pid"] {
            assert!(is_label(text), "{text}");
        }
        assert!(!is_label("ERROR_RETRY") && !is_label("STATUS_NO_SUCH_SESSION"));
    }
}
