//! What was typed: the tables of a scenario file, with the bytes each value came from.
//!
//! Nothing here leaves the module. Whether the values make sense together is checked elsewhere.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::num::NonZeroU64;

use serde::Deserialize;
use toml::Spanned;

use crate::attach::AttachType;
use crate::attach::Pipeline;
use crate::runtime::Waits;

use super::ExpectedVerdict;

/// A whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the keys of a scenario")]
pub(super) struct File {
    pub(super) summary: Spanned<String>,
    pub(super) pipeline: PipelineName,
    pub(super) profile: Option<Spanned<String>>,
    pub(super) readings: Option<BTreeMap<Spanned<String>, Spanned<String>>>,
    pub(super) engine_faults: Option<Spanned<u32>>,
    pub(super) engine_fault_kinds: Option<Spanned<Vec<Spanned<String>>>>,
    #[serde(default)]
    pub(super) session_wait: SessionWait,
    pub(super) strategies: Option<Spanned<Vec<Spanned<String>>>>,
    #[serde(default)]
    pub(super) link: Vec<Spanned<LinkTable>>,
    #[serde(default)]
    pub(super) thread: Vec<Spanned<ThreadTable>>,
    #[serde(default)]
    pub(super) fault: Vec<Spanned<FaultTable>>,
    #[serde(default)]
    pub(super) expect: Vec<Spanned<ExpectTable>>,
}

/// A `[[link]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with the keys of a link")]
pub(super) struct LinkTable {
    pub(super) name: Spanned<String>,
    pub(super) attach: AttachType,
    #[serde(default)]
    pub(super) compartment: u32,
    #[serde(default)]
    pub(super) attached: bool,
}

/// A `[[thread]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with the keys of a thread")]
pub(super) struct ThreadTable {
    pub(super) name: Option<Spanned<String>>,
    pub(super) calls: Spanned<Vec<Spanned<CallTable>>>,
}

/// One entry of `calls`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a call such as { attach = \"a\" }")]
pub(super) struct CallTable {
    pub(super) attach: Option<Spanned<String>>,
    pub(super) detach: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) returns: u32,
}

/// A `[[fault]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with the keys of a fault")]
pub(super) struct FaultTable {
    pub(super) thread: Spanned<u32>,
    pub(super) call: Spanned<String>,
    pub(super) occurrence: Option<NonZeroU32>,
    pub(super) status: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) maybe: bool,
}

/// An `[[expect]]`.
#[derive(Debug, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table with the keys of an expectation"
)]
pub(super) struct ExpectTable {
    pub(super) strategy: Spanned<String>,
    pub(super) waits: WaitsName,
    pub(super) profile: Option<Spanned<String>>,
    pub(super) engine_faults: Option<Spanned<u32>>,
    pub(super) verdict: Spanned<ExpectedVerdict>,
    pub(super) property: Option<Spanned<String>>,
    pub(super) cause: Option<Spanned<String>>,
    pub(super) executions: Option<NonZeroU64>,
    pub(super) failing: Option<Spanned<u64>>,
    pub(super) deadlocked: Option<Spanned<u64>>,
}

/// `pipeline`, as the file writes it.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum PipelineName {
    Direct,
    A1,
}

impl PipelineName {
    pub(super) const fn meant(self) -> Pipeline {
        match self {
            Self::Direct => Pipeline::Direct,
            Self::A1 => Pipeline::A1,
        }
    }
}

/// `session_wait`, as the file writes it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum SessionWait {
    #[default]
    Finite,
    Infinite,
}

/// `waits`, as the file writes it.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum WaitsName {
    Sufficient,
    MayExpire,
}

impl WaitsName {
    pub(super) const fn meant(self) -> Waits {
        match self {
            Self::Sufficient => Waits::Sufficient,
            Self::MayExpire => Waits::MayExpire,
        }
    }

    /// The name as the file writes it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Sufficient => "sufficient",
            Self::MayExpire => "may-expire",
        }
    }
}
