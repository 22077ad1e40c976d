//! Flags that callers pass as bits, with the values of the Windows headers.

use crate::status::NtStatus;

use super::TransactionMode;

/// The flags of a filter (`FWPM_FILTER_FLAG_…`), but for `HAS_PROVIDER_CONTEXT`, which a
/// [`Filter`](super::Filter) says by having one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FilterFlags(pub u32);

impl FilterFlags {
    /// No flag.
    pub const NONE: Self = Self(0);
    /// `FWPM_FILTER_FLAG_PERSISTENT`.
    pub const PERSISTENT: Self = Self(1);
    /// `FWPM_FILTER_FLAG_BOOTTIME`.
    pub const BOOT_TIME: Self = Self(2);
    /// `FWPM_FILTER_FLAG_CLEAR_ACTION_RIGHT`.
    pub const CLEAR_ACTION_RIGHT: Self = Self(8);
    /// `FWPM_FILTER_FLAG_PERMIT_IF_CALLOUT_UNREGISTERED`.
    pub const PERMIT_IF_CALLOUT_UNREGISTERED: Self = Self(0x10);
    /// `FWPM_FILTER_FLAG_DISABLED`: output only.
    pub const DISABLED: Self = Self(0x20);
    /// `FWPM_FILTER_FLAG_INDEXED`.
    pub const INDEXED: Self = Self(0x40);

    const KNOWN: Self = Self::PERSISTENT
        .with(Self::BOOT_TIME)
        .with(Self::CLEAR_ACTION_RIGHT)
        .with(Self::PERMIT_IF_CALLOUT_UNREGISTERED)
        .with(Self::DISABLED)
        .with(Self::INDEXED);

    /// These flags and others.
    #[must_use]
    pub const fn with(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Whether all of the others are among these.
    pub const fn contains(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// Whether there are only flags that a header defines.
    pub(super) const fn are_known(self) -> bool {
        Self::KNOWN.contains(self)
    }
}

/// The flags of `FwpmTransactionBegin0`. A caller may pass any number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TransactionFlags(pub u32);

impl TransactionFlags {
    /// The mode that they ask for.
    ///
    /// # Errors
    ///
    /// `INVALID_FLAGS` for any number but 0 and `FWPM_TXN_READ_ONLY`, which is 1. Assumed: no page
    /// says what becomes of others.
    pub(super) const fn mode(self) -> Result<TransactionMode, NtStatus> {
        match self.0 {
            0 => Ok(TransactionMode::ReadWrite),
            1 => Ok(TransactionMode::ReadOnly),
            _ => Err(NtStatus::INVALID_FLAGS),
        }
    }
}

impl From<TransactionMode> for TransactionFlags {
    fn from(mode: TransactionMode) -> Self {
        match mode {
            TransactionMode::ReadWrite => Self(0),
            TransactionMode::ReadOnly => Self(1),
        }
    }
}
