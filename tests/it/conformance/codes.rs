//! Which statuses the cases insist on, and why not on the others.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use selvedge::status::FWP_STATUSES;
use selvedge::status::NtStatus;

use super::reports;

/// The codes of the `STATUS_FWP_` range that no case can provoke, by the reason.
pub(super) const OUT_OF_REACH: &[(&str, &[&str])] = &[
    (
        "conditions of filters are not modelled, nor templates of enumerations",
        &[
            "CONDITION_NOT_FOUND",
            "INVALID_NET_MASK",
            "INVALID_RANGE",
            "MATCH_TYPE_MISMATCH",
            "TYPE_MISMATCH",
            "OUT_OF_BOUNDS",
            "DUPLICATE_CONDITION",
            "NEVER_MATCH",
        ],
    ),
    (
        "`IPsec` is not modelled",
        &[
            "NOT_FOUND",
            "TRAFFIC_MISMATCH",
            "INCOMPATIBLE_SA_STATE",
            "INVALID_INTERVAL",
            "ZERO_LENGTH_ARRAY",
            "DUPLICATE_KEYMOD",
            "INCOMPATIBLE_AUTH_METHOD",
            "INCOMPATIBLE_DH_GROUP",
            "EM_NOT_SUPPORTED",
            "INVALID_AUTH_TRANSFORM",
            "INVALID_CIPHER_TRANSFORM",
            "INCOMPATIBLE_CIPHER_TRANSFORM",
            "INVALID_TRANSFORM_COMBINATION",
            "DUPLICATE_AUTH_METHOD",
            "INVALID_TUNNEL_ENDPOINT",
            "KEY_DICTATOR_ALREADY_REGISTERED",
            "KEY_DICTATION_INVALID_KEYING_MATERIAL",
            "CONNECTIONS_DISABLED",
            "INVALID_DNS_NAME",
            "STILL_ON",
            "IKEEXT_NOT_RUNNING",
        ],
    ),
    (
        "net events are not modelled, and a lost notification says nothing",
        &["NET_EVENTS_DISABLED", "NOTIFICATION_DROPPED"],
    ),
    (
        "layers are names: nothing is incompatible with one, and no context with a callout",
        &[
            "INCOMPATIBLE_LAYER",
            "ACTION_INCOMPATIBLE_WITH_LAYER",
            "ACTION_INCOMPATIBLE_WITH_SUBLAYER",
            "CONTEXT_INCOMPATIBLE_WITH_LAYER",
            "CONTEXT_INCOMPATIBLE_WITH_CALLOUT",
            "PROVIDER_CONTEXT_MISMATCH",
            "L2_DRIVER_NOT_READY",
        ],
    ),
    (
        "the types of the model leave no room for it",
        &["KM_CLIENTS_ONLY", "RESERVED", "INVALID_PARAMETER"],
    ),
    (
        "packets are neither classified nor injected",
        &[
            "TCPIP_NOT_READY",
            "INJECT_HANDLE_CLOSING",
            "INJECT_HANDLE_STALE",
            "CANNOT_PEND",
            "DROP_NOICMP",
        ],
    ),
];

/// Statuses that the source of the mock names, and no case insists on.
const NOT_INSISTED_ON: [&str; 1] = [
    // How a step of its own says that an unregister waits; no call returns it.
    "PENDING",
];

fn insisted() -> BTreeSet<NtStatus> {
    let statuses = reports().values().flat_map(|report| &report.statuses);
    statuses.copied().collect()
}

/// The names of the statuses that the source of the mock engine names.
fn named_by_the_mock() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/wfp");
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for rest in code.split("NtStatus::").skip(1) {
            let constant = |c: char| c.is_ascii_uppercase() || c == '_';
            let end = rest.find(|c| !constant(c)).unwrap_or(rest.len());
            names.insert(rest[..end].to_owned());
        }
    }
    names.retain(|name| name.len() > 1);
    names
}

/// Each of the 73 codes is provoked, or it is said why not, and never both.
#[test]
fn every_code_is_provoked_or_out_of_reach() {
    let out: Vec<&str> = OUT_OF_REACH
        .iter()
        .flat_map(|(_, names)| *names)
        .copied()
        .collect();
    let out_of_reach: BTreeSet<&str> = out.iter().copied().collect();
    assert_eq!(out.len(), out_of_reach.len());
    let insisted = insisted();
    let provoked = |value| insisted.contains(&NtStatus::from_value(value));
    let not_provoked = FWP_STATUSES.iter().filter(|row| !provoked(row.value));
    let not_provoked: BTreeSet<&str> = not_provoked.map(|row| row.name).collect();

    assert_eq!(not_provoked, out_of_reach);
}

/// What the mock can say, some case insists on.
#[test]
fn every_status_of_the_mock_is_insisted_on() {
    let insisted: BTreeSet<String> = insisted().into_iter().map(name).collect();
    let named = named_by_the_mock();
    assert!(named.len() > 30, "the walk finds the sources");
    let missing = named.iter().filter(|name| !insisted.contains(*name));
    let missing: Vec<&str> = missing.map(String::as_str).collect();

    assert_eq!(missing, NOT_INSISTED_ON);
}

/// The name of the constant of a status.
fn name(status: NtStatus) -> String {
    match status {
        NtStatus::RPC_CALL_FAILED => "RPC_CALL_FAILED".to_owned(),
        NtStatus::RPC_SERVER_UNAVAILABLE => "RPC_SERVER_UNAVAILABLE".to_owned(),
        NtStatus::NOT_FOUND => "NOT_FOUND".to_owned(),
        NtStatus::INVALID_PARAMETER => "INVALID_PARAMETER".to_owned(),
        status => status.short(),
    }
}
