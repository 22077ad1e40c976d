//! From a number or a name, as people and logs write it, to the status that it stands for.
//!
//! The one place that knows every form: `explain`, scenario files and `reproduce` all ask it.

use super::FWP_STATUSES;
use super::NtStatus;
use super::WIN32_STATUSES;
use super::Win32Status;
use super::win32::ALIASES;

/// The upper half of a value that was widened with its sign to 64 bits.
const SIGN: u64 = 0xFFFF_FFFF_0000_0000;

/// The bit by which `HRESULT_FROM_NT` marks an `NTSTATUS`.
const FROM_NT: u32 = 0x1000_0000;

impl NtStatus {
    /// The status that this text stands for: one that [`NtStatus::valued`] or [`NtStatus::named`]
    /// knows.
    pub fn read(text: &str) -> Option<Self> {
        number(text)
            .and_then(Self::valued)
            .or_else(|| bare_hexadecimal(text).and_then(Self::valued))
            .or_else(|| Self::named(text))
    }

    /// The known status of this value, which may be that of an `NTSTATUS`, of its Win32 twin, of a
    /// Win32 code, or of an `HRESULT` of one of these. A value that was widened with its sign to
    /// 64 bits is taken for what it was.
    pub fn valued(value: u64) -> Option<Self> {
        let negative = value & SIGN == SIGN && value & 0x8000_0000 != 0;
        let value = u32::try_from(if negative { value & !SIGN } else { value }).ok()?;
        if let Some(row) = FWP_STATUSES.iter().find(|row| row.twin == Some(value)) {
            return Some(Self::from_value(row.value));
        }
        let status = Self::from_value(value);
        if status.symbol().is_some() {
            return Some(status);
        }
        if value >> 28 == 0xD {
            let status = Self::from_value(value & !FROM_NT);
            return status.symbol().map(|_| status);
        }
        let code = match value >> 16 {
            0 | 0x8007 | 0xC007 => value & 0xFFFF,
            _ => return None,
        };
        let row = WIN32_STATUSES
            .iter()
            .find(|row| u32::from(row.code) == code)?;
        Some(row.status())
    }

    /// The status with this name, in any case: its symbol with or without its prefix, that of its
    /// Win32 twin, or that of a Win32 code or `HRESULT`.
    pub fn named(word: &str) -> Option<Self> {
        let word = word.to_ascii_uppercase();
        if let Some(twin) = word.strip_prefix("FWP_E_") {
            let row = FWP_STATUSES
                .iter()
                .find(|row| row.name == twin && row.twin.is_some())?;
            return Some(Self::from_value(row.value));
        }
        let alias = || {
            let (_, code) = ALIASES.iter().find(|(name, _)| *name == word)?;
            WIN32_STATUSES.iter().find(|row| row.code == *code)
        };
        Self::from_symbol(&word).or_else(|| alias().map(Win32Status::status))
    }
}

/// A number as Windows logs write it: hexadecimal with `0x`, or decimal, with a sign or without. A
/// negative one comes widened to 64 bits.
pub fn number(text: &str) -> Option<u64> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    if let Some(digits) = digits {
        let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        return u64::from_str_radix(digits, 16).ok().filter(|_| plain);
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value: i64 = text.parse().ok()?;
    Some(value.cast_unsigned())
}

/// Eight hexadecimal digits without `0x`.
fn bare_hexadecimal(text: &str) -> Option<u64> {
    let plain = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    u64::from_str_radix(text, 16).ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_status_is_known_by_all_its_values_and_names() {
        for text in [
            "0xC022000E",
            "0xffffffffc022000e",
            "0x8032000E",
            "C022000E",
            "8032000e",
            "3223453710",
            "-1071513586",
            "-2144206834",
            "2150760462",
            "0xD022000E",
            "STATUS_FWP_TXN_IN_PROGRESS",
            "FWP_E_TXN_IN_PROGRESS",
            "txn_in_progress",
        ] {
            assert_eq!(
                NtStatus::read(text),
                Some(NtStatus::TXN_IN_PROGRESS),
                "{text}"
            );
        }
    }

    #[test]
    fn a_win32_code_stands_for_its_status_in_every_form() {
        for (forms, status) in [
            (
                &[
                    "5",
                    "0x5",
                    "0x00000005",
                    "0x80070005",
                    "-2147024891",
                    "0xC0070005",
                    "ERROR_ACCESS_DENIED",
                    "E_ACCESSDENIED",
                    "access_denied",
                ][..],
                NtStatus::ACCESS_DENIED,
            ),
            (&["14", "0x8007000E", "E_OUTOFMEMORY"], NtStatus::NO_MEMORY),
            (&["1722", "0x6ba"], NtStatus::RPC_SERVER_UNAVAILABLE),
            (&["170"], NtStatus::DEVICE_BUSY),
        ] {
            for text in forms {
                assert_eq!(NtStatus::read(text), Some(status), "{text}");
            }
        }
        let disabled = NtStatus::from_value(0xC007_0422);
        for text in [
            "1058",
            "0x80070422",
            "-2147023838",
            "ERROR_SERVICE_DISABLED",
        ] {
            assert_eq!(NtStatus::read(text), Some(disabled), "{text}");
        }
        assert_eq!(disabled.short(), "ERROR_SERVICE_DISABLED");
        assert!(!disabled.is_success());
    }

    #[test]
    fn the_rest_is_none() {
        for text in [
            "",
            "-",
            "0x",
            "0x+1",
            "0xC0001234",
            "99999",
            "-5x",
            "5 ",
            "deadbeef",
            "0x80320100",
            "0xD0320001",
            "FWP_E_CANNOT_PEND",
            "99999999999999",
            "99999999999999999999",
        ] {
            assert_eq!(NtStatus::read(text), None, "{text}");
        }
    }
}
