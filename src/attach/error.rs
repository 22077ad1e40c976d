//! What becomes of an error on its way from the engine to the caller of `bpf_prog_attach`.
//!
//! Almost everything is lost on the way, which is why a failure carries its cause beside it. For a
//! refused begin the way is:
//!
//! | where | what it says |
//! |---|---|
//! | `FwpmTransactionBegin0` | 0xC022000E `STATUS_FWP_TXN_IN_PROGRESS` |
//! | `net_ebpf_extension_add_wfp_filters` | `EBPF_INVALID_ARGUMENT`, for any call that fails |
//! | the provider's attach call-back | `STATUS_ACCESS_DENIED`, for any failure |
//! | `NmrRegisterClient` | `STATUS_SUCCESS`: a refused binding is no error |
//! | `ebpf_link_attach_program` | no provider came: `EBPF_EXTENSION_FAILED_TO_LOAD` |
//! | the request's completion | `STATUS_DRIVER_UNABLE_TO_LOAD` |
//! | `DeviceIoControl` | `ERROR_BAD_DRIVER` (2001) |
//! | the user-mode library | `EBPF_EXTENSION_FAILED_TO_LOAD` |
//! | `bpf_prog_attach` | errno 22, `EINVAL` |
//!
//! So `EPERM` is never seen although the provider says access denied, and no cause can be told from
//! another by the errno. Source: ebpf-for-windows at 8fb3a7e30^, `ebpf_link.c`, `ebpf_error.h`,
//! `ebpf_windows.h`, `api_internal.h`.

use crate::status::NtStatus;

/// The results of ebpf-for-windows that occur on these ways (`ebpf_result_t`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EbpfResult {
    /// `EBPF_SUCCESS`.
    Success,
    /// `EBPF_NO_MEMORY`.
    NoMemory,
    /// `EBPF_INVALID_ARGUMENT`.
    InvalidArgument,
    /// `EBPF_FAILED`.
    Failed,
    /// `EBPF_ACCESS_DENIED`.
    AccessDenied,
    /// `EBPF_EXTENSION_FAILED_TO_LOAD`.
    ExtensionFailedToLoad,
}

/// `ERROR_NOT_ENOUGH_MEMORY`.
const ERROR_NOT_ENOUGH_MEMORY: u32 = 8;
/// `ERROR_GEN_FAILURE`.
const ERROR_GEN_FAILURE: u32 = 31;
/// `ERROR_INVALID_PARAMETER`.
const ERROR_INVALID_PARAMETER: u32 = 87;
/// `ERROR_ACCESS_DENIED`.
const ERROR_ACCESS_DENIED: u32 = 5;
/// `ERROR_BAD_DRIVER`.
const ERROR_BAD_DRIVER: u32 = 2001;

impl EbpfResult {
    /// `ebpf_result_to_ntstatus`, in the kernel.
    pub const fn to_status(self) -> NtStatus {
        match self {
            Self::Success => NtStatus::SUCCESS,
            Self::NoMemory => NtStatus::NO_MEMORY,
            Self::InvalidArgument => NtStatus::INVALID_PARAMETER,
            Self::Failed => NtStatus::UNSUCCESSFUL,
            Self::AccessDenied => NtStatus::ACCESS_DENIED,
            Self::ExtensionFailedToLoad => NtStatus::DRIVER_UNABLE_TO_LOAD,
        }
    }

    /// `win32_error_code_to_ebpf_result`, in user mode.
    pub const fn from_win32(error: u32) -> Self {
        match error {
            0 => Self::Success,
            ERROR_NOT_ENOUGH_MEMORY => Self::NoMemory,
            ERROR_INVALID_PARAMETER => Self::InvalidArgument,
            ERROR_ACCESS_DENIED => Self::AccessDenied,
            ERROR_BAD_DRIVER => Self::ExtensionFailedToLoad,
            _ => Self::Failed,
        }
    }

    /// `ebpf_result_to_errno`, in user mode.
    pub const fn to_errno(self) -> u32 {
        match self {
            Self::Success => 0,
            Self::NoMemory => 12,
            Self::InvalidArgument | Self::ExtensionFailedToLoad => 22,
            Self::AccessDenied => 1,
            // `EOTHER` of the Windows C runtime.
            Self::Failed => 131,
        }
    }

    /// The errno that the user sees for a result of the kernel: through the status of the request
    /// and the Win32 error that the I/O manager makes of it.
    pub const fn errno_of_request(self) -> u32 {
        Self::from_win32(win32_of(self.to_status())).to_errno()
    }
}

/// `RtlNtStatusToDosError`, for the statuses above.
const fn win32_of(status: NtStatus) -> u32 {
    match status.value() {
        0 => 0,
        0xC000_0017 => ERROR_NOT_ENOUGH_MEMORY,
        0xC000_000D => ERROR_INVALID_PARAMETER,
        0xC000_0022 => ERROR_ACCESS_DENIED,
        0xC000_026C => ERROR_BAD_DRIVER,
        _ => ERROR_GEN_FAILURE,
    }
}

/// A failure on its way up: what the current layer calls it, and what it began with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure<T> {
    /// The error as this layer returns it.
    pub error: T,
    /// The status at the root.
    pub cause: NtStatus,
}

impl<T> Failure<T> {
    /// The same failure as the next layer calls it.
    pub fn as_error<U>(self, error: U) -> Failure<U> {
        Failure {
            error,
            cause: self.cause,
        }
    }
}

/// What a call of the user returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Returned {
    /// The errno: 0 for success.
    pub errno: u32,
    /// The status at the root of a failure, or success.
    pub cause: NtStatus,
}

impl Returned {
    /// Success.
    pub const SUCCESS: Self = Self {
        errno: 0,
        cause: NtStatus::SUCCESS,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the header, from `ebpf_link_attach_program` down.
    #[test]
    fn an_extension_that_did_not_load_is_einval() {
        let result = EbpfResult::ExtensionFailedToLoad;

        assert_eq!(result.to_status(), NtStatus::DRIVER_UNABLE_TO_LOAD);
        assert_eq!(win32_of(result.to_status()), ERROR_BAD_DRIVER);
        assert_eq!(EbpfResult::from_win32(ERROR_BAD_DRIVER), result);
        assert_eq!(result.errno_of_request(), 22);
    }

    #[test]
    fn only_a_lack_of_memory_keeps_its_name() {
        assert_eq!(EbpfResult::NoMemory.errno_of_request(), 12);
        assert_eq!(EbpfResult::Success.errno_of_request(), 0);
    }
}
