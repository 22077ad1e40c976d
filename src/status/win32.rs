//! Win32 codes: what user mode sees where a driver sees an `NTSTATUS`.
//!
//! A code is known by its number (5), by its symbol (`ERROR_ACCESS_DENIED`), as an `HRESULT`
//! (0x80070005), and by the symbols of other headers for the same number (`RPC_S_ACCESS_DENIED`,
//! `E_ACCESSDENIED`). The model speaks `NTSTATUS` only, so each code stands for one: the failure that
//! Windows translates to it, or, where there is none, `NTSTATUS_FROM_WIN32` of it, 0xC007xxxx.
//!
//! # Sources
//!
//! Numbers and symbols are those of `winerror.h`; the status of a code is the one that
//! `RtlNtStatusToDosError` translates to it. Where it translates several, the most common is taken.
//! `ERROR_OUTOFMEMORY` is nobody's translation; it means what `STATUS_NO_MEMORY` means.
//!
//! # What it leaves out
//!
//! Every code that clients of the filtering engine, of its service and of their drivers do not meet.

use super::NtStatus;

/// A Win32 code: one row of [`WIN32_STATUSES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Win32Status {
    /// The code, such as 5.
    pub code: u16,
    /// The symbol, such as `ERROR_ACCESS_DENIED`.
    pub symbol: &'static str,
    /// The value of the status that Windows translates to it, if there is one.
    kernel: Option<u32>,
    /// What it means, in one sentence with its full stop. Empty if its status says it.
    pub meaning: &'static str,
}

impl Win32Status {
    /// The status that it stands for.
    pub fn status(&self) -> NtStatus {
        let own = 0xC007_0000 | u32::from(self.code);
        NtStatus::from_value(self.kernel.unwrap_or(own))
    }

    /// The code as an `HRESULT`.
    pub fn hresult(&self) -> u32 {
        match self.code {
            0 => 0,
            code => 0x8007_0000 | u32::from(code),
        }
    }

    /// Whether the status is this code, because no failing `NTSTATUS` is translated to it.
    pub(super) fn is_own(&self, status: NtStatus) -> bool {
        self.kernel.is_none() && self.status() == status
    }
}

/// `= VALUE` is the status of a code; `: MEANING` is what a code without one means.
macro_rules! win32_statuses {
    (@kernel = $value:literal) => { Some($value) };
    (@kernel : $meaning:literal) => { None };
    (@meaning = $value:literal) => { "" };
    (@meaning : $meaning:literal) => { $meaning };
    ($($code:literal $symbol:ident $kind:tt $what:literal;)*) => {
        &[$(Win32Status {
            code: $code,
            symbol: stringify!($symbol),
            kernel: win32_statuses!(@kernel $kind $what),
            meaning: win32_statuses!(@meaning $kind $what),
        },)*]
    };
}

/// The Win32 codes of this trade: first those that have a status of their own, then the others, each
/// part in ascending order. No code and no symbol occurs twice.
pub const WIN32_STATUSES: &[Win32Status] = win32_statuses! {
    0 ERROR_SUCCESS = 0;
    1 ERROR_INVALID_FUNCTION = 0xC000_0010;
    2 ERROR_FILE_NOT_FOUND = 0xC000_0034;
    3 ERROR_PATH_NOT_FOUND = 0xC000_003A;
    5 ERROR_ACCESS_DENIED = 0xC000_0022;
    6 ERROR_INVALID_HANDLE = 0xC000_0008;
    8 ERROR_NOT_ENOUGH_MEMORY = 0xC000_0017;
    14 ERROR_OUTOFMEMORY = 0xC000_0017;
    21 ERROR_NOT_READY = 0xC000_00A3;
    22 ERROR_BAD_COMMAND = 0xC000_0184;
    31 ERROR_GEN_FAILURE = 0xC000_0001;
    32 ERROR_SHARING_VIOLATION = 0xC000_0043;
    50 ERROR_NOT_SUPPORTED = 0xC000_00BB;
    87 ERROR_INVALID_PARAMETER = 0xC000_000D;
    121 ERROR_SEM_TIMEOUT = 0xC000_00B5;
    122 ERROR_INSUFFICIENT_BUFFER = 0xC000_0023;
    170 ERROR_BUSY = 0x8000_0011;
    183 ERROR_ALREADY_EXISTS = 0xC000_0035;
    577 ERROR_INVALID_IMAGE_HASH = 0xC000_0428;
    995 ERROR_OPERATION_ABORTED = 0xC000_0120;
    998 ERROR_NOACCESS = 0xC000_0005;
    1131 ERROR_POSSIBLE_DEADLOCK = 0xC000_0194;
    1168 ERROR_NOT_FOUND = 0xC000_0225;
    1237 ERROR_RETRY = 0xC000_022D;
    1314 ERROR_PRIVILEGE_NOT_HELD = 0xC000_0061;
    1338 ERROR_INVALID_SECURITY_DESCR = 0xC000_0079;
    1359 ERROR_INTERNAL_ERROR = 0xC000_00E5;
    1450 ERROR_NO_SYSTEM_RESOURCES = 0xC000_009A;
    1717 RPC_S_UNKNOWN_IF = 0xC002_0012;
    1722 RPC_S_SERVER_UNAVAILABLE = 0xC002_0017;
    1723 RPC_S_SERVER_TOO_BUSY = 0xC002_0018;
    1726 RPC_S_CALL_FAILED = 0xC002_001B;
    1727 RPC_S_CALL_FAILED_DNE = 0xC002_001C;
    1753 EPT_S_NOT_REGISTERED = 0xC002_0036;
    1775 RPC_X_SS_IN_NULL_CONTEXT = 0xC003_0004;
    1818 RPC_S_CALL_CANCELLED = 0xC002_0050;
    2001 ERROR_BAD_DRIVER = 0xC000_026C;
    258 WAIT_TIMEOUT: "A wait in user mode ran out; it is not the engine's wait for its lock, \
        which ends with FWP_E_TIMEOUT.";
    1053 ERROR_SERVICE_REQUEST_TIMEOUT: "The service did not answer the service control manager in \
        time; look at what its start or stop waits for.";
    1056 ERROR_SERVICE_ALREADY_RUNNING: "The service or driver runs already.";
    1058 ERROR_SERVICE_DISABLED: "The service or driver is disabled and cannot be started; \
        without the filtering service BFE no session can be opened.";
    1060 ERROR_SERVICE_DOES_NOT_EXIST: "No service or driver of this name is installed.";
    1061 ERROR_SERVICE_CANNOT_ACCEPT_CTRL: "The service takes no control at present, \
        for example because it is stopping.";
    1062 ERROR_SERVICE_NOT_ACTIVE: "The service or driver does not run.";
    1068 ERROR_SERVICE_DEPENDENCY_FAIL: "A service on which this one depends did not start; \
        look at the filtering service BFE first.";
    1072 ERROR_SERVICE_MARKED_FOR_DELETE: "The service is deleted when its last handle is closed; \
        look for who holds one.";
    1460 ERROR_TIMEOUT: "An operation in user mode took too long; it is not the engine's wait for \
        its lock, which ends with FWP_E_TIMEOUT.";
};

/// Other symbols of the same codes.
pub(super) const ALIASES: [(&str, u16); 12] = [
    ("NO_ERROR", 0),
    ("S_OK", 0),
    ("RPC_S_OK", 0),
    ("E_ACCESSDENIED", 5),
    ("RPC_S_ACCESS_DENIED", 5),
    ("E_HANDLE", 6),
    ("RPC_X_SS_CONTEXT_MISMATCH", 6),
    ("E_OUTOFMEMORY", 14),
    ("RPC_S_OUT_OF_MEMORY", 14),
    ("RPC_X_NO_MEMORY", 14),
    ("E_INVALIDARG", 87),
    ("RPC_S_INVALID_ARG", 87),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::status::OTHER_STATUSES;

    #[test]
    fn no_code_and_no_symbol_occurs_twice() {
        let codes: BTreeSet<u16> = WIN32_STATUSES.iter().map(|row| row.code).collect();
        let symbols = WIN32_STATUSES.iter().map(|row| row.symbol);
        let aliases = ALIASES.iter().map(|(name, _)| *name);
        let names: BTreeSet<&str> = symbols.chain(aliases).collect();

        assert_eq!(codes.len(), WIN32_STATUSES.len());
        assert_eq!(names.len(), WIN32_STATUSES.len() + ALIASES.len());
        assert!(ALIASES.iter().all(|(_, code)| codes.contains(code)));
    }

    #[test]
    fn a_code_says_what_it_means_or_its_status_does() {
        for row in WIN32_STATUSES {
            let status = row.status().value();
            let translated = OTHER_STATUSES.iter().any(|other| other.value == status);
            assert_ne!(translated, row.meaning.ends_with('.'), "{}", row.symbol);
        }
    }

    /// Read off the SDK's header, not off this table.
    #[test]
    fn eight_codes_have_the_numbers_of_the_header() {
        for (symbol, code, hresult) in [
            ("ERROR_ACCESS_DENIED", 5, 0x8007_0005),
            ("ERROR_OUTOFMEMORY", 14, 0x8007_000E),
            ("ERROR_INVALID_PARAMETER", 87, 0x8007_0057),
            ("ERROR_SERVICE_REQUEST_TIMEOUT", 0x41D, 0x8007_041D),
            ("ERROR_SERVICE_DISABLED", 0x422, 0x8007_0422),
            ("RPC_S_SERVER_UNAVAILABLE", 0x6BA, 0x8007_06BA),
            ("EPT_S_NOT_REGISTERED", 0x6D9, 0x8007_06D9),
            ("ERROR_SUCCESS", 0, 0),
        ] {
            let row = WIN32_STATUSES.iter().find(|row| row.symbol == symbol);
            let row = row.expect("the table has this symbol");
            assert_eq!((row.code, row.hresult()), (code, hresult), "{symbol}");
        }
    }
}
