//! Attach types: which filters each one installs, on which callouts, and who may share a hook.
//!
//! Source: `netebpfext` of ebpf-for-windows at 8fb3a7e30^ (`net_ebpf_ext_sock_addr.c`,
//! `net_ebpf_ext_bind.c`, `net_ebpf_ext_sock_ops.c`). Left out: XDP, which is gone since #4662, and
//! the types that came later. Layers, callouts and sublayers stand for their GUIDs.

use std::fmt;

use serde::Deserialize;

/// Where a program can be attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub enum AttachType {
    /// `BPF_CGROUP_INET4_CONNECT`.
    #[serde(rename = "CONNECT4")]
    Connect4,
    /// `BPF_CGROUP_INET6_CONNECT`.
    #[serde(rename = "CONNECT6")]
    Connect6,
    /// `BPF_CGROUP_INET4_RECV_ACCEPT`.
    #[serde(rename = "RECV_ACCEPT4")]
    RecvAccept4,
    /// `BPF_CGROUP_INET6_RECV_ACCEPT`.
    #[serde(rename = "RECV_ACCEPT6")]
    RecvAccept6,
    /// `BPF_ATTACH_TYPE_BIND`, the older bind hook.
    #[serde(rename = "BIND")]
    Bind,
    /// `BPF_CGROUP_SOCK_OPS`.
    #[serde(rename = "SOCK_OPS")]
    SockOps,
}

/// A source module of the driver. Each registers one or more hook providers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Module {
    /// `net_ebpf_ext_sock_addr.c`: the four connect and accept hooks.
    SockAddr,
    /// `net_ebpf_ext_bind.c`.
    Bind,
    /// `net_ebpf_ext_sock_ops.c`.
    SockOps,
}

/// How many programs a hook takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// One program.
    Single,
    /// One program for each compartment, or one for all of them.
    SinglePerHook,
    /// Up to [`Capability::CLIENTS_MAX`] programs for each compartment; they share its filters.
    Multi,
}

impl Capability {
    /// How many programs share one filter context at most.
    pub const CLIENTS_MAX: usize = 16;
}

/// One filter of an attach type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FilterSpec {
    /// The layer it is added to.
    pub layer: &'static str,
    /// The callout it names.
    pub callout: &'static str,
    /// The sublayer of the driver that it is in.
    pub sublayer: &'static str,
    /// Whether the callout must decide (terminating) or may (unknown).
    pub terminating: bool,
}

/// The sublayer of all filters but those that redirect traffic of the v6 layer.
const DEFAULT_SUBLAYER: &str = "DEFAULT";

/// The sublayers that the driver adds at start.
pub(super) const SUBLAYERS: [&str; 3] = [DEFAULT_SUBLAYER, "CONNECT_V4", "CONNECT_V6"];

const fn terminating(layer: &'static str, callout: &'static str) -> FilterSpec {
    FilterSpec {
        layer,
        callout,
        sublayer: DEFAULT_SUBLAYER,
        terminating: true,
    }
}

const fn redirect(
    layer: &'static str,
    callout: &'static str,
    sublayer: &'static str,
) -> FilterSpec {
    FilterSpec {
        layer,
        callout,
        sublayer,
        terminating: false,
    }
}

const CONNECT4: &[FilterSpec] = &[
    terminating("ALE_AUTH_CONNECT_V4", "AUTH_CONNECT_V4"),
    redirect(
        "ALE_CONNECT_REDIRECT_V4",
        "CONNECT_REDIRECT_V4",
        DEFAULT_SUBLAYER,
    ),
    // For traffic to v4-mapped v6 addresses.
    redirect(
        "ALE_CONNECT_REDIRECT_V6",
        "CONNECT_REDIRECT_V6",
        "CONNECT_V4",
    ),
];

const CONNECT6: &[FilterSpec] = &[
    terminating("ALE_AUTH_CONNECT_V6", "AUTH_CONNECT_V6"),
    redirect(
        "ALE_CONNECT_REDIRECT_V6",
        "CONNECT_REDIRECT_V6",
        "CONNECT_V6",
    ),
];

const RECV_ACCEPT4: &[FilterSpec] = &[terminating(
    "ALE_AUTH_RECV_ACCEPT_V4",
    "AUTH_RECV_ACCEPT_V4",
)];

const RECV_ACCEPT6: &[FilterSpec] = &[terminating(
    "ALE_AUTH_RECV_ACCEPT_V6",
    "AUTH_RECV_ACCEPT_V6",
)];

const BIND: &[FilterSpec] = &[
    terminating("ALE_RESOURCE_ASSIGNMENT_V4", "RESOURCE_ASSIGNMENT_V4"),
    terminating("ALE_RESOURCE_ASSIGNMENT_V6", "RESOURCE_ASSIGNMENT_V6"),
    terminating("ALE_RESOURCE_RELEASE_V4", "RESOURCE_RELEASE_V4"),
    terminating("ALE_RESOURCE_RELEASE_V6", "RESOURCE_RELEASE_V6"),
];

const SOCK_OPS: &[FilterSpec] = &[
    terminating("ALE_FLOW_ESTABLISHED_V4", "FLOW_ESTABLISHED_V4"),
    terminating("ALE_FLOW_ESTABLISHED_V6", "FLOW_ESTABLISHED_V6"),
];

impl AttachType {
    /// All attach types, in the order of their hook providers.
    pub const ALL: [Self; 6] = [
        Self::Connect4,
        Self::Connect6,
        Self::RecvAccept4,
        Self::RecvAccept6,
        Self::Bind,
        Self::SockOps,
    ];

    /// The name as a scenario file writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connect4 => "CONNECT4",
            Self::Connect6 => "CONNECT6",
            Self::RecvAccept4 => "RECV_ACCEPT4",
            Self::RecvAccept6 => "RECV_ACCEPT6",
            Self::Bind => "BIND",
            Self::SockOps => "SOCK_OPS",
        }
    }

    /// The place in [`AttachType::ALL`]: the number of its hook provider.
    ///
    /// # Panics
    ///
    /// Never: `ALL` lists every type.
    pub fn index(self) -> u16 {
        let place = Self::ALL.iter().position(|&other| other == self);
        u16::try_from(place.expect("ALL lists every type")).expect("six fits")
    }

    /// The filters that an attach installs, in the order in which it adds them. Never empty.
    pub const fn filters(self) -> &'static [FilterSpec] {
        match self {
            Self::Connect4 => CONNECT4,
            Self::Connect6 => CONNECT6,
            Self::RecvAccept4 => RECV_ACCEPT4,
            Self::RecvAccept6 => RECV_ACCEPT6,
            Self::Bind => BIND,
            Self::SockOps => SOCK_OPS,
        }
    }

    /// How many programs the hook takes.
    pub const fn capability(self) -> Capability {
        match self {
            Self::Connect4 | Self::Connect6 => Capability::Multi,
            Self::RecvAccept4 | Self::RecvAccept6 | Self::SockOps => Capability::SinglePerHook,
            Self::Bind => Capability::Single,
        }
    }

    /// The module whose code serves the hook.
    pub const fn module(self) -> Module {
        match self {
            Self::Connect4 | Self::Connect6 | Self::RecvAccept4 | Self::RecvAccept6 => {
                Module::SockAddr
            }
            Self::Bind => Module::Bind,
            Self::SockOps => Module::SockOps,
        }
    }

    /// Whether an attach makes a redirect handle.
    pub const fn redirects(self) -> bool {
        matches!(self, Self::Connect4 | Self::Connect6)
    }
}

impl fmt::Display for AttachType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connect4_has_three_filters_because_of_v4_mapped_addresses() {
        let filters: Vec<usize> = AttachType::ALL
            .iter()
            .map(|kind| kind.filters().len())
            .collect();

        assert_eq!(filters, [3, 2, 1, 1, 4, 2]);
    }
}
