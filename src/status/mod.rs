//! Status codes by value and by name: the vocabulary of every result in this crate.
//!
//! [`NtStatus`] is a plain number; what it is called and what it means stands in one table, so that
//! a trace, a schedule, a report and `selvedge explain` never disagree about a name.

mod code;
mod errno;
mod lookup;
mod table;
mod win32;

pub use code::NtStatus;
pub use errno::ERRNOS;
pub use errno::Errno;
pub use errno::errno;
pub use errno::errno_named;
pub use lookup::number;
pub use table::FWP_STATUSES;
pub use table::FwpStatus;
pub use table::OTHER_STATUSES;
pub use table::OtherStatus;
pub use win32::WIN32_STATUSES;
pub use win32::Win32Status;
