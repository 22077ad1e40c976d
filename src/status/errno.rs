//! What an errno of `bpf_prog_attach` says about its cause, and what it hides.
//!
//! Source: ebpf-for-windows, `net_ebpf_ext.c`, `net_ebpf_ext_hook_provider.c`, `ebpf_link.c` and
//! the result tables of its user library, which agree in all generations before and after #3866.

/// An errno that can be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Errno {
    /// Its value.
    pub value: u32,
    /// Its name in `errno.h`.
    pub name: &'static str,
    /// What it means here.
    pub meaning: &'static str,
    /// What becomes of a status on its way to this errno: the value in each frame, and who makes
    /// it so, from the engine up. May be empty.
    pub chain: &'static [(&'static str, &'static str)],
}

/// The errnos that can be explained, ascending.
pub const ERRNOS: [Errno; 3] = [
    Errno {
        value: 1,
        name: "EPERM",
        meaning: "Never seen from an attach, although the hook provider does answer \
            STATUS_ACCESS_DENIED: NMR keeps that answer to itself, and what is left is errno 22.",
        chain: &[],
    },
    Errno {
        value: 12,
        name: "ENOMEM",
        meaning: "NmrRegisterClient itself failed, or there was no memory for the link. The hook \
            provider was not asked, so this is not the engine's doing: what fails there comes back \
            as errno 22, a lack of memory included.",
        chain: &[],
    },
    Errno {
        value: 22,
        name: "EINVAL",
        meaning: "Every attach that a hook provider refuses comes back as EINVAL, whatever was \
            wrong: the engine busy with another thread's transaction, no memory, a hook that is \
            already taken, too many clients, a provider that unloads or is not there. The status \
            that was the cause is lost on the way; a report of selvedge names it beside the errno. \
            For the race on a shared handle the way up is:",
        chain: EINVAL_CHAIN,
    },
];

const EINVAL_CHAIN: &[(&str, &str)] = &[
    (
        "0xC022000E STATUS_FWP_TXN_IN_PROGRESS",
        "FwpmTransactionBegin0: the session already has a transaction, begun by another thread",
    ),
    (
        "EBPF_INVALID_ARGUMENT",
        "net_ebpf_extension_add_wfp_filters, for any failure to begin, add or commit",
    ),
    (
        "STATUS_ACCESS_DENIED",
        "the provider's attach call-back, for any failure to make a filter context; \
            NmrClientAttachProvider and the client's call-back hand it on",
    ),
    (
        "STATUS_SUCCESS",
        "NmrRegisterClient: NMR drops the binding, and registering has succeeded all the same",
    ),
    (
        "EBPF_EXTENSION_FAILED_TO_LOAD",
        "ebpf_link_attach_program, which finds that no provider is attached",
    ),
    (
        "STATUS_DRIVER_UNABLE_TO_LOAD",
        "the execution context, as the answer to the IOCTL",
    ),
    (
        "ERROR_BAD_DRIVER",
        "DeviceIoControl: the Win32 code for that status",
    ),
    (
        "EBPF_EXTENSION_FAILED_TO_LOAD",
        "the user library, translating back",
    ),
    ("errno 22 EINVAL", "bpf_prog_attach, which returns -22"),
];

/// The errno with this value.
pub fn errno(value: u32) -> Option<&'static Errno> {
    ERRNOS.iter().find(|errno| errno.value == value)
}

/// The errno with this name.
pub fn errno_named(name: &str) -> Option<&'static Errno> {
    ERRNOS.iter().find(|errno| errno.name == name)
}
