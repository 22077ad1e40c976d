//! The `NTSTATUS` value and its names.

use std::fmt;

use super::FWP_STATUSES;
use super::OTHER_STATUSES;
use super::WIN32_STATUSES;

/// A Windows `NTSTATUS` value, as a call of the engine or of the driver returns it.
///
/// The top two bits are the severity: `0` success, `1` informational, `2` warning, `3` error.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NtStatus(u32);

macro_rules! statuses {
    ($($(#[$doc:meta])* $name:ident = $value:literal;)*) => {
        impl NtStatus {
            $($(#[$doc])* pub const $name: Self = Self($value);)*
        }
    };
}

statuses! {
    /// The call did what it says.
    SUCCESS = 0;
    /// `STATUS_PENDING`: the operation completes later.
    PENDING = 0x0000_0103;
    /// `STATUS_FWP_CALLOUT_NOT_FOUND`.
    CALLOUT_NOT_FOUND = 0xC022_0001;
    /// `STATUS_FWP_FILTER_NOT_FOUND`.
    FILTER_NOT_FOUND = 0xC022_0003;
    /// `STATUS_FWP_LAYER_NOT_FOUND`.
    LAYER_NOT_FOUND = 0xC022_0004;
    /// `STATUS_FWP_PROVIDER_NOT_FOUND`.
    PROVIDER_NOT_FOUND = 0xC022_0005;
    /// `STATUS_FWP_PROVIDER_CONTEXT_NOT_FOUND`.
    PROVIDER_CONTEXT_NOT_FOUND = 0xC022_0006;
    /// `STATUS_FWP_SUBLAYER_NOT_FOUND`.
    SUBLAYER_NOT_FOUND = 0xC022_0007;
    /// `STATUS_FWP_ALREADY_EXISTS`.
    ALREADY_EXISTS = 0xC022_0009;
    /// `STATUS_FWP_IN_USE`.
    IN_USE = 0xC022_000A;
    /// `STATUS_FWP_DYNAMIC_SESSION_IN_PROGRESS`.
    DYNAMIC_SESSION_IN_PROGRESS = 0xC022_000B;
    /// `STATUS_FWP_WRONG_SESSION`.
    WRONG_SESSION = 0xC022_000C;
    /// `STATUS_FWP_NO_TXN_IN_PROGRESS`.
    NO_TXN_IN_PROGRESS = 0xC022_000D;
    /// `STATUS_FWP_TXN_IN_PROGRESS`: the call is not legal inside an explicit transaction.
    TXN_IN_PROGRESS = 0xC022_000E;
    /// `STATUS_FWP_TXN_ABORTED`.
    TXN_ABORTED = 0xC022_000F;
    /// `STATUS_FWP_SESSION_ABORTED`.
    SESSION_ABORTED = 0xC022_0010;
    /// `STATUS_FWP_INCOMPATIBLE_TXN`: the call is not legal inside a read-only transaction.
    INCOMPATIBLE_TXN = 0xC022_0011;
    /// `STATUS_FWP_TIMEOUT`: the wait for the transaction lock ran out.
    TIMEOUT = 0xC022_0012;
    /// `STATUS_FWP_LIFETIME_MISMATCH`.
    LIFETIME_MISMATCH = 0xC022_0016;
    /// `STATUS_FWP_BUILTIN_OBJECT`.
    BUILTIN_OBJECT = 0xC022_0017;
    /// `STATUS_FWP_NULL_POINTER`.
    NULL_POINTER = 0xC022_001C;
    /// `STATUS_FWP_INVALID_ENUMERATOR`.
    INVALID_ENUMERATOR = 0xC022_001D;
    /// `STATUS_FWP_INVALID_FLAGS`.
    INVALID_FLAGS = 0xC022_001E;
    /// `STATUS_FWP_NULL_DISPLAY_NAME`.
    NULL_DISPLAY_NAME = 0xC022_0023;
    /// `STATUS_FWP_TOO_MANY_CALLOUTS`.
    TOO_MANY_CALLOUTS = 0xC022_0018;
    /// `STATUS_FWP_INVALID_ACTION_TYPE`.
    INVALID_ACTION_TYPE = 0xC022_0024;
    /// `STATUS_FWP_INVALID_WEIGHT`.
    INVALID_WEIGHT = 0xC022_0025;
    /// `STATUS_FWP_TOO_MANY_SUBLAYERS`.
    TOO_MANY_SUBLAYERS = 0xC022_0036;
    /// `STATUS_FWP_CALLOUT_NOTIFICATION_FAILED`.
    CALLOUT_NOTIFICATION_FAILED = 0xC022_0037;
    /// `STATUS_INVALID_HANDLE`.
    INVALID_HANDLE = 0xC000_0008;
    /// `STATUS_INVALID_PARAMETER`.
    INVALID_PARAMETER = 0xC000_000D;
    /// `STATUS_NO_MEMORY`.
    NO_MEMORY = 0xC000_0017;
    /// `STATUS_ACCESS_DENIED`.
    ACCESS_DENIED = 0xC000_0022;
    /// `STATUS_NOT_SUPPORTED`.
    NOT_SUPPORTED = 0xC000_00BB;
    /// `STATUS_INSUFFICIENT_RESOURCES`.
    INSUFFICIENT_RESOURCES = 0xC000_009A;
    /// `STATUS_UNSUCCESSFUL`.
    UNSUCCESSFUL = 0xC000_0001;
    /// `STATUS_NOINTERFACE`.
    NOINTERFACE = 0xC000_02B9;
    /// `STATUS_NOT_FOUND`.
    NOT_FOUND = 0xC000_0225;
    /// `STATUS_DRIVER_UNABLE_TO_LOAD`.
    DRIVER_UNABLE_TO_LOAD = 0xC000_026C;
    /// `STATUS_DEVICE_BUSY`: a warning, and yet `NT_SUCCESS` is false for it.
    DEVICE_BUSY = 0x8000_0011;
    /// `STATUS_POSSIBLE_DEADLOCK`: to go on would be to wait for oneself.
    POSSIBLE_DEADLOCK = 0xC000_0194;
    /// `RPC_NT_SERVER_UNAVAILABLE`: the engine does not run.
    RPC_SERVER_UNAVAILABLE = 0xC002_0017;
    /// `EPT_NT_NOT_REGISTERED`: nobody offers the engine's interface.
    EPT_NOT_REGISTERED = 0xC002_0036;
    /// `ERROR_SERVICE_DISABLED`, which has no `NTSTATUS` of its own.
    SERVICE_DISABLED = 0xC007_0422;
    /// `RPC_NT_CALL_FAILED`: the call may or may not have been executed.
    RPC_CALL_FAILED = 0xC002_001B;
}

impl NtStatus {
    /// The status with this value, whether or not it has a name here.
    pub const fn from_value(value: u32) -> Self {
        Self(value)
    }

    /// The value as the 32 bits that Windows documents.
    pub const fn value(self) -> u32 {
        self.0
    }

    /// `NT_SUCCESS`: severity success or informational.
    pub const fn is_success(self) -> bool {
        self.0 < 0x8000_0000
    }

    /// The full symbol, such as `STATUS_FWP_TXN_IN_PROGRESS`, if the tables have one: that of the
    /// Win32 code where a Win32 code has no `NTSTATUS` of its own.
    pub fn symbol(self) -> Option<String> {
        if let Some(row) = FWP_STATUSES.iter().find(|row| row.value == self.0) {
            return Some(format!("STATUS_FWP_{}", row.name));
        }
        if let Some(row) = OTHER_STATUSES.iter().find(|row| row.value == self.0) {
            return Some(row.symbol.to_owned());
        }
        let row = WIN32_STATUSES.iter().find(|row| row.is_own(self))?;
        Some(row.symbol.to_owned())
    }

    /// The status whose symbol, with or without `STATUS_` or `STATUS_FWP_` before it, this is; or
    /// the one of this Win32 code. [`NtStatus::named`] takes more names.
    pub fn from_symbol(symbol: &str) -> Option<Self> {
        let short = symbol.strip_prefix("STATUS_FWP_").unwrap_or(symbol);
        if let Some(row) = FWP_STATUSES.iter().find(|row| row.name == short) {
            return Some(Self(row.value));
        }
        let matches =
            |known: &str| known == symbol || known.strip_prefix("STATUS_") == Some(symbol);
        if let Some(row) = OTHER_STATUSES.iter().find(|row| matches(row.symbol)) {
            return Some(Self(row.value));
        }
        let row = WIN32_STATUSES.iter().find(|row| row.symbol == symbol)?;
        Some(row.status())
    }

    /// The shortest text that [`NtStatus::from_symbol`] reads back: the symbol without its prefix,
    /// the whole symbol where the rest would mean another status, or the value in hexadecimal.
    pub fn short(self) -> String {
        let Some(symbol) = self.symbol() else {
            return format!("0x{:08X}", self.0);
        };
        let fwp = symbol.strip_prefix("STATUS_FWP_");
        let rest = fwp
            .or_else(|| symbol.strip_prefix("STATUS_"))
            .unwrap_or(&symbol);
        let unambiguous = Self::from_symbol(rest) == Some(self);
        if unambiguous { rest.to_owned() } else { symbol }
    }
}

impl fmt::Display for NtStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.symbol() {
            Some(symbol) => write!(f, "0x{:08X} {symbol}", self.0),
            None => write!(f, "0x{:08X}", self.0),
        }
    }
}

impl fmt::Debug for NtStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_is_found_with_and_without_its_prefix() {
        for text in ["STATUS_FWP_TXN_IN_PROGRESS", "TXN_IN_PROGRESS"] {
            assert_eq!(NtStatus::from_symbol(text), Some(NtStatus::TXN_IN_PROGRESS));
        }
        for text in ["STATUS_NO_MEMORY", "NO_MEMORY"] {
            assert_eq!(NtStatus::from_symbol(text), Some(NtStatus::NO_MEMORY));
        }
        assert_eq!(NtStatus::from_symbol("TXN"), None);
    }

    #[test]
    fn warnings_are_no_success() {
        assert!(NtStatus::PENDING.is_success());
        assert!(!NtStatus::DEVICE_BUSY.is_success());
    }

    #[test]
    fn the_short_name_reads_back() {
        let fwp = FWP_STATUSES.iter().map(|row| row.value);
        let win32 = WIN32_STATUSES.iter().map(|row| row.status().value());
        let other = OTHER_STATUSES.iter().map(|row| row.value);
        for value in fwp.chain(other).chain(win32) {
            let status = NtStatus::from_value(value);
            assert_eq!(NtStatus::from_symbol(&status.short()), Some(status));
        }
        assert_eq!(NtStatus::from_value(0xDEAD_BEEF).short(), "0xDEADBEEF");
    }
}
