//! The status codes by value, with their names and what each one means to a driver engineer.
//!
//! [`FWP_STATUSES`] holds all 73 codes of the `STATUS_FWP_` range. [`OTHER_STATUSES`] holds the few
//! others that a client of the engine meets, or that the model returns.
//!
//! # Sources
//!
//! Values and names are those of the SDK's `ntstatus.h` and `winerror.h`, as transcribed in
//! `winapi` 0.3.9 and `windows-sys` 0.61.2, which agree. The meanings are written for this crate
//! from Microsoft's [error-code page], which ends at 0x39, from the header's own message texts for
//! 0x3A–0x44 and 0x104, and from the `fwpsk.h` reference pages for 0x100–0x103. Nothing is assigned
//! at 0x45–0xFF.
//!
//! [error-code page]: https://learn.microsoft.com/windows/win32/fwp/wfp-error-codes
//!
//! # Twins
//!
//! The kernel returns `STATUS_FWP_X` where user mode returns `FWP_E_X`. The twin keeps the low 16
//! bits: 0xC022xxxx becomes 0x8032xxxx. The kernel-only codes 0x100–0x103 have no twin.
//!
//! # What it leaves out
//!
//! Win32 codes, which user mode sees in the same place, are in `win32`: the model speaks `NTSTATUS`
//! only. A meaning says what the code usually comes from; it does not list every cause.

/// A status of the `STATUS_FWP_` range: one row of [`FWP_STATUSES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FwpStatus {
    /// The `NTSTATUS` value, 0xC022xxxx.
    pub value: u32,
    /// The symbol without `STATUS_FWP_`, such as `TXN_IN_PROGRESS`.
    pub name: &'static str,
    /// The Win32 twin (`FWP_E_…`, same name), 0x8032xxxx, if there is one.
    pub twin: Option<u32>,
    /// What it means, in one sentence with its full stop.
    pub meaning: &'static str,
}

/// A status from outside the `STATUS_FWP_` range: one row of [`OTHER_STATUSES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherStatus {
    /// The `NTSTATUS` value.
    pub value: u32,
    /// The full symbol, such as `STATUS_NO_MEMORY` or `RPC_NT_CALL_FAILED`.
    pub symbol: &'static str,
    /// What it means, in one sentence with its full stop.
    pub meaning: &'static str,
}

/// The Win32 code with the same low 16 bits, except for the four codes that only drivers see.
const fn twin(value: u32) -> Option<u32> {
    match value {
        0xC022_0100..=0xC022_0103 => None,
        _ => Some(0x8032_0000 | (value & 0xFFFF)),
    }
}

macro_rules! fwp_statuses {
    ($($value:literal $name:ident $meaning:literal;)*) => {
        &[$(FwpStatus {
            value: $value,
            name: stringify!($name),
            twin: twin($value),
            meaning: $meaning,
        },)*]
    };
}

macro_rules! other_statuses {
    ($($value:literal $symbol:ident $meaning:literal;)*) => {
        &[$(OtherStatus {
            value: $value,
            symbol: stringify!($symbol),
            meaning: $meaning,
        },)*]
    };
}

/// Every `STATUS_FWP_` code, in ascending order of value.
pub const FWP_STATUSES: &[FwpStatus] = fwp_statuses! {
    0xC022_0001 CALLOUT_NOT_FOUND "No callout has this key or identifier; \
        a filter needs FwpmCalloutAdd0 for its callout first, since registering it is not enough.";
    0xC022_0002 CONDITION_NOT_FOUND "A filter condition names a field that is unknown, \
        often because its key was mistyped or the layer does not offer it.";
    0xC022_0003 FILTER_NOT_FOUND "No filter has this key or identifier; \
        on a repeated delete, the earlier try may have gone through.";
    0xC022_0004 LAYER_NOT_FOUND "No layer has this key or identifier.";
    0xC022_0005 PROVIDER_NOT_FOUND "No provider has this key; \
        it has to be added before the objects that name it.";
    0xC022_0006 PROVIDER_CONTEXT_NOT_FOUND "No provider context has this key or identifier.";
    0xC022_0007 SUBLAYER_NOT_FOUND "No sublayer has this key; \
        it has to be added before its filters, and may have ended with the session that added it.";
    0xC022_0008 NOT_FOUND "The object asked for is unknown, \
        in calls whose kind of object has no code of its own, such as IPsec contexts.";
    0xC022_0009 ALREADY_EXISTS "The key or identifier is taken; \
        look for a static or persistent object that an earlier run left behind, \
        or for an open session with the same session key.";
    0xC022_000A IN_USE "Other objects still refer to this one, so it stays; \
        look for filters that outlived their cleanup, or, with a callout's registration, \
        for another thread that registers or unregisters it right now.";
    0xC022_000B DYNAMIC_SESSION_IN_PROGRESS "A dynamic session may not do this; \
        look at whether the object was added outside dynamic sessions, \
        or whether the call, such as FwpmEngineSetOption0, needs a session of the other kind.";
    0xC022_000C WRONG_SESSION "The object belongs to another dynamic session; \
        look at which engine handle added it and which one now deletes it or refers to it.";
    0xC022_000D NO_TXN_IN_PROGRESS "This session has no explicit transaction to commit or abort; \
        look for a begin whose failure was ignored, a cleanup path that aborts after the commit, \
        or another thread that ended the transaction of a shared handle.";
    0xC022_000E TXN_IN_PROGRESS "This very session has an explicit transaction open; \
        look for a path that left one open, another thread on the same handle, \
        or a subscribe, unsubscribe, or option call made before the commit.";
    0xC022_000F TXN_ABORTED "The engine ended the transaction by force and undid it; \
        look at how long it was kept open (the documented limit is one hour in user mode), \
        and repeat it from the begin.";
    0xC022_0010 SESSION_ABORTED "The engine gave up the session; \
        look at whether the filtering service stopped or restarted, \
        still close the handle with FwpmEngineClose0, and then open a new session.";
    0xC022_0011 INCOMPATIBLE_TXN "An add or a delete was tried in a read-only transaction; \
        look at the flags that FwpmTransactionBegin0 was given.";
    0xC022_0012 TIMEOUT "The wait for the transaction lock ran out and nothing was begun or done; \
        look for another session that keeps a transaction open, \
        and at the txnWaitTimeoutInMSec of this one.";
    0xC022_0013 NET_EVENTS_DISABLED "The engine does not collect network events at present; \
        the option FWPM_ENGINE_COLLECT_NET_EVENTS turns them on.";
    0xC022_0014 INCOMPATIBLE_LAYER "This layer does not offer what the call asks of it.";
    0xC022_0015 KM_CLIENTS_ONLY "The engine takes this call from kernel mode only; \
        look at whether it belongs in the driver rather than in its service.";
    0xC022_0016 LIFETIME_MISMATCH "An object refers to one that may be gone before it; \
        look at the persistent flag and session of both and, if both are persistent, \
        at whether they name the same provider.";
    0xC022_0017 BUILTIN_OBJECT "The object is the engine's own and stays for good; \
        look at how a cleanup selects what it deletes, such as every result of an enumeration.";
    0xC022_0018 TOO_MANY_CALLOUTS "No further callout fits; \
        the documented limit is 100,000, so registrations are probably being leaked.";
    0xC022_0019 NOTIFICATION_DROPPED "A message queue was full, so a notification was lost; \
        change notifications carry no promise of delivery.";
    0xC022_001A TRAFFIC_MISMATCH "The traffic described is not the traffic \
        that the IPsec security association context was made for.";
    0xC022_001B INCOMPATIBLE_SA_STATE "The IPsec security association is in a state \
        that does not admit this call, usually because of the order of the calls.";
    0xC022_001C NULL_POINTER "A pointer that must be set is null; \
        user-mode calls have been seen to report a null engine handle in this way.";
    0xC022_001D INVALID_ENUMERATOR "A field of an enumerated type holds none of its values, \
        such as an FWP_MATCH_TYPE beyond its last one.";
    0xC022_001E INVALID_FLAGS "A flags field has a bit or a combination that is not allowed here; \
        look for a permit-if-callout-unregistered flag on a filter without a callout, \
        or for persistent together with boot-time.";
    0xC022_001F INVALID_NET_MASK "The mask beside an address does not form a network mask.";
    0xC022_0020 INVALID_RANGE "An FWP_RANGE0 is malformed; \
        its two ends should be of one type and in ascending order.";
    0xC022_0021 INVALID_INTERVAL "The span of time given is not one that the call accepts.";
    0xC022_0022 ZERO_LENGTH_ARRAY "An array came without elements where one at least is needed.";
    0xC022_0023 NULL_DISPLAY_NAME "The object has no name: displayData.name has to be set.";
    0xC022_0024 INVALID_ACTION_TYPE "The filter's action is none of those that a filter may take.";
    0xC022_0025 INVALID_WEIGHT "The filter's weight is unusable; \
        it is an FWP_UINT64, an FWP_UINT8 from 0 to 15, or FWP_EMPTY.";
    0xC022_0026 MATCH_TYPE_MISMATCH "A condition compares in a way that its operands do not allow, \
        such as a flags match on something other than an unsigned integer.";
    0xC022_0027 TYPE_MISMATCH "A value, or the value of a condition, has another data type \
        than the field or the call expects.";
    0xC022_0028 OUT_OF_BOUNDS "A number is too small or too large for where it was put.";
    0xC022_0029 RESERVED "A field kept for later use was not left at zero; \
        clear the structure before filling it in.";
    0xC022_002A DUPLICATE_CONDITION "One field occurs in several conditions of a filter \
        where it may occur only once.";
    0xC022_002B DUPLICATE_KEYMOD "A policy lists one keying module more than once.";
    0xC022_002C ACTION_INCOMPATIBLE_WITH_LAYER "Filters of this layer cannot take this action.";
    0xC022_002D ACTION_INCOMPATIBLE_WITH_SUBLAYER
        "Filters of this sublayer cannot take this action.";
    0xC022_002E CONTEXT_INCOMPATIBLE_WITH_LAYER
        "The filter carries a raw or provider context that its layer cannot use.";
    0xC022_002F CONTEXT_INCOMPATIBLE_WITH_CALLOUT
        "The filter carries a raw or provider context that its callout cannot use.";
    0xC022_0030 INCOMPATIBLE_AUTH_METHOD
        "Policies of this type cannot use this authentication method.";
    0xC022_0031 INCOMPATIBLE_DH_GROUP "Policies of this type cannot use this Diffie-Hellman group.";
    0xC022_0032 EM_NOT_SUPPORTED "An IKE policy came with an Extended Mode policy, \
        which IKE does not have.";
    0xC022_0033 NEVER_MATCH "Nothing could ever fit this enumeration template or subscription; \
        look at whether its fields contradict each other.";
    0xC022_0034 PROVIDER_CONTEXT_MISMATCH "The provider context holds another type of data \
        than it is used for.";
    0xC022_0035 INVALID_PARAMETER "An argument is wrong in a way that no other code names, \
        a malformed Unicode string for instance.";
    0xC022_0036 TOO_MANY_SUBLAYERS "No further sublayer fits; \
        look for a client that adds new ones without deleting its old ones.";
    0xC022_0037 CALLOUT_NOTIFICATION_FAILED "The callout's notify function returned an error, \
        so the filter was not added; look at how notifyFn answers FWPS_CALLOUT_NOTIFY_ADD_FILTER.";
    0xC022_0038 INVALID_AUTH_TRANSFORM "An IPsec transform describes its authentication wrongly.";
    0xC022_0039 INVALID_CIPHER_TRANSFORM "An IPsec transform describes its encryption wrongly.";
    0xC022_003A INCOMPATIBLE_CIPHER_TRANSFORM "The policy cannot use this IPsec encryption.";
    0xC022_003B INVALID_TRANSFORM_COMBINATION "These IPsec transform types do not go together.";
    0xC022_003C DUPLICATE_AUTH_METHOD "A policy lists one authentication method more than once.";
    0xC022_003D INVALID_TUNNEL_ENDPOINT "One end of an IPsec tunnel is configured wrongly.";
    0xC022_003E L2_DRIVER_NOT_READY "The layers for MAC frames are not up yet.";
    0xC022_003F KEY_DICTATOR_ALREADY_REGISTERED "Another key manager that dictates keys \
        is registered, and there can be only one.";
    0xC022_0040 KEY_DICTATION_INVALID_KEYING_MATERIAL "The keys that a key manager dictated \
        are unusable.";
    0xC022_0041 CONNECTIONS_DISABLED "The engine does not keep track of IPsec connections \
        at present.";
    0xC022_0042 INVALID_DNS_NAME "The text given is not a DNS name.";
    0xC022_0043 STILL_ON "The engine option was not turned off, \
        because some other configuration depends on it.";
    0xC022_0044 IKEEXT_NOT_RUNNING "The call needs the IKEEXT service, which is not running.";
    0xC022_0100 TCPIP_NOT_READY "The network stack, or the MAC layer, is not up \
        and takes no injection, pend, or reassembly yet.";
    0xC022_0101 INJECT_HANDLE_CLOSING "The injection handle is on its way out; \
        some thread called FwpsInjectionHandleDestroy0 before this injection.";
    0xC022_0102 INJECT_HANDLE_STALE "The injection handle is for another kind of injection; \
        compare the call with the flags of FwpsInjectionHandleCreate0.";
    0xC022_0103 CANNOT_PEND "FwpsPendOperation0 cannot hold back a classify \
        that only reauthorizes an earlier decision.";
    0xC022_0104 DROP_NOICMP "The packet is to be discarded in silence, \
        without an ICMP message to its sender.";
};

/// Statuses of other facilities, in ascending order of value. Not every `NTSTATUS` there is.
pub const OTHER_STATUSES: &[OtherStatus] = other_statuses! {
    0x0000_0000 STATUS_SUCCESS "The call did what it was asked to do.";
    0x0000_0103 STATUS_PENDING "The operation was accepted and completes later; \
        NT_SUCCESS is true, although nothing is done yet.";
    0x8000_0011 STATUS_DEVICE_BUSY "As the answer to unregistering a callout, flows still \
        hold a context of it; remove them and unregister again, \
        and mind that NT_SUCCESS is false for this warning.";
    0xC000_0001 STATUS_UNSUCCESSFUL "The operation failed and says nothing about why.";
    0xC000_0002 STATUS_NOT_IMPLEMENTED "The operation does not exist in this version.";
    0xC000_0005 STATUS_ACCESS_VIOLATION "An address was read or written that is not mapped; \
        in a driver this ends in a bugcheck.";
    0xC000_0008 STATUS_INVALID_HANDLE "The handle is not, or is no longer, an open one; \
        look for a close that another thread did not wait for.";
    0xC000_000D STATUS_INVALID_PARAMETER "An argument is wrong; the engine itself \
        mostly returns a more specific STATUS_FWP_ code.";
    0xC000_0010 STATUS_INVALID_DEVICE_REQUEST "The driver has no such request; \
        compare the control code with the version of the driver.";
    0xC000_0017 STATUS_NO_MEMORY "An allocation failed for want of memory; \
        the caller has to undo what it did so far.";
    0xC000_0022 STATUS_ACCESS_DENIED "The caller lacks the right; \
        the engine checks rights for user-mode callers only.";
    0xC000_0023 STATUS_BUFFER_TOO_SMALL "The buffer is too small for the answer.";
    0xC000_0034 STATUS_OBJECT_NAME_NOT_FOUND "No object, device or key has this name; \
        the driver that makes it may not be loaded.";
    0xC000_0035 STATUS_OBJECT_NAME_COLLISION "An object with this name exists; the engine itself \
        returns ALREADY_EXISTS for a key that is taken.";
    0xC000_003A STATUS_OBJECT_PATH_NOT_FOUND "A part of the path does not exist.";
    0xC000_0043 STATUS_SHARING_VIOLATION "Another process has the file or device open \
        in a way that excludes this one.";
    0xC000_0061 STATUS_PRIVILEGE_NOT_HELD "The caller's token lacks the privilege.";
    0xC000_0079 STATUS_INVALID_SECURITY_DESCR "The security descriptor is malformed.";
    0xC000_009A STATUS_INSUFFICIENT_RESOURCES "The kernel ran short of pool or of another \
        resource; the caller has to undo what it did so far.";
    0xC000_00A3 STATUS_DEVICE_NOT_READY "The device is there and cannot serve requests yet.";
    0xC000_00B5 STATUS_IO_TIMEOUT "The device did not answer in time.";
    0xC000_00BB STATUS_NOT_SUPPORTED "The request is known and not supported here; \
        look at the version of the system, and at the flags of the call.";
    0xC000_00E5 STATUS_INTERNAL_ERROR "The callee failed and says nothing about why.";
    0xC000_0120 STATUS_CANCELLED "The request was cancelled before it was done.";
    0xC000_0184 STATUS_INVALID_DEVICE_STATE "The driver or device is not in a state in which it \
        takes the request; look for a start that is not over, or a stop that has begun.";
    0xC000_0194 STATUS_POSSIBLE_DEADLOCK "To go on would be to wait for oneself; \
        look for a call of the engine from inside a notification.";
    0xC000_0225 STATUS_NOT_FOUND "What was looked up is not there; the engine itself \
        has a STATUS_FWP_ code for each kind of object.";
    0xC000_022D STATUS_RETRY "The request was not carried out and is to be made again.";
    0xC000_026C STATUS_DRIVER_UNABLE_TO_LOAD "The driver could not be loaded; \
        its DriverEntry may return this when a step of its start fails.";
    0xC000_02B9 STATUS_NOINTERFACE "The interface asked for is not offered; \
        a network module returns it to decline an attachment.";
    0xC000_0428 STATUS_INVALID_IMAGE_HASH "The signature of the driver's file is not accepted; \
        look at the signing policy, such as test signing.";
    0xC002_0012 RPC_NT_UNKNOWN_IF "The server does not offer this interface; \
        the filtering service may still be starting.";
    0xC002_0017 RPC_NT_SERVER_UNAVAILABLE "No server answers the remote call; \
        the filtering service is probably not running.";
    0xC002_0018 RPC_NT_SERVER_TOO_BUSY "The server takes no further call at present; \
        it is safe to repeat.";
    0xC002_001B RPC_NT_CALL_FAILED "The remote call broke off, and the engine may or may not \
        have carried it out; find out which before repeating or undoing it.";
    0xC002_001C RPC_NT_CALL_FAILED_DNE "The remote call broke off before it was carried out; \
        it is safe to repeat.";
    0xC002_0036 EPT_NT_NOT_REGISTERED "No server has registered this interface; \
        the filtering service is probably disabled or not running.";
    0xC002_0050 RPC_NT_CALL_CANCELLED "The remote call was cancelled by its caller.";
    0xC003_0004 RPC_NT_SS_IN_NULL_CONTEXT "The remote call was given a context handle that is \
        null, which suggests a handle that was never opened or is already closed.";
    0xC003_0005 RPC_NT_SS_CONTEXT_MISMATCH "The server does not know the context handle, \
        which suggests a handle from before the filtering service restarted.";
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::NtStatus;

    fn fwp(name: &str) -> FwpStatus {
        let row = FWP_STATUSES.iter().find(|row| row.name == name);
        *row.expect("the table has this name")
    }

    fn meanings() -> impl Iterator<Item = &'static str> {
        let fwp = FWP_STATUSES.iter().map(|row| row.meaning);
        fwp.chain(OTHER_STATUSES.iter().map(|row| row.meaning))
    }

    #[test]
    fn the_range_has_73_codes_and_69_twins() {
        assert_eq!(FWP_STATUSES.len(), 73);
        let twins = FWP_STATUSES.iter().filter(|row| row.twin.is_some());
        assert_eq!(twins.count(), 69);
    }

    #[test]
    fn both_tables_ascend_strictly() {
        assert!(FWP_STATUSES.is_sorted_by(|left, right| left.value < right.value));
        assert!(OTHER_STATUSES.is_sorted_by(|left, right| left.value < right.value));
    }

    #[test]
    fn only_the_fwp_table_holds_codes_of_the_fwp_range() {
        let in_range = |value: u32| value >> 16 == 0xC022;
        assert!(FWP_STATUSES.iter().all(|row| in_range(row.value)));
        assert!(!OTHER_STATUSES.iter().any(|row| in_range(row.value)));
    }

    /// 0x01–0x44 without a gap, then 0x100–0x104.
    #[test]
    fn the_codes_lie_in_two_unbroken_runs() {
        let found: Vec<u32> = FWP_STATUSES.iter().map(|row| row.value & 0xFFFF).collect();
        let expected: Vec<u32> = (0x01..=0x44).chain(0x100..=0x104).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_twin_keeps_the_low_16_bits() {
        for row in FWP_STATUSES {
            if let Some(twin) = row.twin {
                assert_eq!(twin, 0x8032_0000 | (row.value & 0xFFFF), "{}", row.name);
            }
        }
    }

    #[test]
    fn the_four_codes_without_a_twin_are_those_of_injection_and_pending() {
        let single = FWP_STATUSES.iter().filter(|row| row.twin.is_none());
        let names: Vec<&str> = single.map(|row| row.name).collect();
        let expected = [
            "TCPIP_NOT_READY",
            "INJECT_HANDLE_CLOSING",
            "INJECT_HANDLE_STALE",
            "CANNOT_PEND",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn no_name_occurs_twice() {
        let fwp = FWP_STATUSES
            .iter()
            .map(|row| format!("STATUS_FWP_{}", row.name));
        let other = OTHER_STATUSES.iter().map(|row| row.symbol.to_owned());
        let mut symbols: Vec<String> = fwp.chain(other).collect();
        symbols.sort();
        assert!(symbols.is_sorted_by(|left, right| left < right));
    }

    #[test]
    fn every_meaning_is_one_sentence_with_its_full_stop() {
        for meaning in meanings() {
            assert!(meaning.ends_with('.'), "{meaning}");
            assert!(!meaning.contains(". "), "{meaning}");
            assert!(!meaning.contains("  "), "{meaning}");
            assert!(meaning.starts_with(char::is_uppercase), "{meaning}");
        }
    }

    #[test]
    fn a_session_or_transaction_code_says_what_to_look_at() {
        let low = (0x09..=0x12).chain(0x15..=0x17).chain([0x1E, 0x37]);
        for value in low.map(|low| 0xC022_0000 | low) {
            let row = FWP_STATUSES.iter().find(|row| row.value == value);
            let meaning = row.expect("the run has no gap").meaning;
            assert!(meaning.contains("look "), "{meaning}");
        }
    }

    #[test]
    fn the_constants_of_nt_status_are_the_rows_of_their_name() {
        let constants = [
            (NtStatus::CALLOUT_NOT_FOUND, "CALLOUT_NOT_FOUND"),
            (NtStatus::FILTER_NOT_FOUND, "FILTER_NOT_FOUND"),
            (NtStatus::LAYER_NOT_FOUND, "LAYER_NOT_FOUND"),
            (NtStatus::PROVIDER_NOT_FOUND, "PROVIDER_NOT_FOUND"),
            (NtStatus::SUBLAYER_NOT_FOUND, "SUBLAYER_NOT_FOUND"),
            (NtStatus::ALREADY_EXISTS, "ALREADY_EXISTS"),
            (NtStatus::IN_USE, "IN_USE"),
            (NtStatus::WRONG_SESSION, "WRONG_SESSION"),
            (NtStatus::NO_TXN_IN_PROGRESS, "NO_TXN_IN_PROGRESS"),
            (NtStatus::TXN_IN_PROGRESS, "TXN_IN_PROGRESS"),
            (NtStatus::TXN_ABORTED, "TXN_ABORTED"),
            (NtStatus::SESSION_ABORTED, "SESSION_ABORTED"),
            (NtStatus::INCOMPATIBLE_TXN, "INCOMPATIBLE_TXN"),
            (NtStatus::TIMEOUT, "TIMEOUT"),
            (NtStatus::LIFETIME_MISMATCH, "LIFETIME_MISMATCH"),
            (NtStatus::BUILTIN_OBJECT, "BUILTIN_OBJECT"),
            (NtStatus::NULL_POINTER, "NULL_POINTER"),
            (NtStatus::INVALID_FLAGS, "INVALID_FLAGS"),
            (NtStatus::NULL_DISPLAY_NAME, "NULL_DISPLAY_NAME"),
        ];
        for (status, name) in constants {
            assert_eq!(status.value(), fwp(name).value, "{name}");
        }
    }

    #[test]
    fn the_other_constants_have_a_symbol() {
        let constants = [
            (NtStatus::SUCCESS, "STATUS_SUCCESS"),
            (NtStatus::PENDING, "STATUS_PENDING"),
            (NtStatus::DEVICE_BUSY, "STATUS_DEVICE_BUSY"),
            (NtStatus::UNSUCCESSFUL, "STATUS_UNSUCCESSFUL"),
            (NtStatus::INVALID_HANDLE, "STATUS_INVALID_HANDLE"),
            (NtStatus::INVALID_PARAMETER, "STATUS_INVALID_PARAMETER"),
            (NtStatus::NO_MEMORY, "STATUS_NO_MEMORY"),
            (NtStatus::ACCESS_DENIED, "STATUS_ACCESS_DENIED"),
            (
                NtStatus::INSUFFICIENT_RESOURCES,
                "STATUS_INSUFFICIENT_RESOURCES",
            ),
            (NtStatus::NOT_FOUND, "STATUS_NOT_FOUND"),
            (
                NtStatus::DRIVER_UNABLE_TO_LOAD,
                "STATUS_DRIVER_UNABLE_TO_LOAD",
            ),
            (NtStatus::NOINTERFACE, "STATUS_NOINTERFACE"),
            (NtStatus::RPC_CALL_FAILED, "RPC_NT_CALL_FAILED"),
        ];
        for (status, symbol) in constants {
            assert_eq!(status.symbol().as_deref(), Some(symbol));
        }
    }

    /// Read off the SDK's headers, not off this table.
    #[test]
    fn ten_codes_have_the_values_of_the_headers() {
        let header = [
            ("ALREADY_EXISTS", 0xC022_0009, Some(0x8032_0009)),
            ("WRONG_SESSION", 0xC022_000C, Some(0x8032_000C)),
            ("TXN_IN_PROGRESS", 0xC022_000E, Some(0x8032_000E)),
            ("TIMEOUT", 0xC022_0012, Some(0x8032_0012)),
            ("INVALID_FLAGS", 0xC022_001E, Some(0x8032_001E)),
            ("RESERVED", 0xC022_0029, Some(0x8032_0029)),
            (
                "CALLOUT_NOTIFICATION_FAILED",
                0xC022_0037,
                Some(0x8032_0037),
            ),
            ("IKEEXT_NOT_RUNNING", 0xC022_0044, Some(0x8032_0044)),
            ("CANNOT_PEND", 0xC022_0103, None),
            ("DROP_NOICMP", 0xC022_0104, Some(0x8032_0104)),
        ];
        for (name, value, twin) in header {
            let row = fwp(name);
            assert_eq!((row.value, row.twin), (value, twin), "{name}");
        }
    }
}
