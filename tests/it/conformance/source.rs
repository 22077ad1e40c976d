//! Where the rules come from: pages of Microsoft's documentation, projects that use the engine, and
//! the questions that neither answers.

/// A source by the name that the page of the suite gives it, and its address if it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Source {
    pub(super) name: &'static str,
    pub(super) link: Option<&'static str>,
}

macro_rules! sources {
    ($($source:ident = $name:literal, $link:literal;)+) => {
        $(pub(super) const $source: Source = Source { name: $name, link: Some($link) };)+
    };
}

macro_rules! without_link {
    ($($source:ident = $name:literal;)+) => {
        $(pub(super) const $source: Source = Source { name: $name, link: None };)+
    };
}

sources! {
    EBPF_5486 = "ebpf-for-windows #5486",
        "https://github.com/microsoft/ebpf-for-windows/issues/5486";
    USERSIM = "microsoft/usersim",
        "https://github.com/microsoft/usersim";
    EBPF_3567 = "ebpf-for-windows #3567",
        "https://github.com/microsoft/ebpf-for-windows/issues/3567";
    EBPF_4192 = "ebpf-for-windows #4192",
        "https://github.com/microsoft/ebpf-for-windows/issues/4192";
    SIMPLEWALL_1713 = "henrypp/simplewall #1713",
        "https://github.com/henrypp/simplewall/issues/1713";
    MANAGEMENT = "WFP User-Mode Management Functions",
        "https://learn.microsoft.com/windows-hardware/drivers/network/wfp-user-mode-management-functions";
    NETEBPFEXT = "netebpfext",
        "https://github.com/microsoft/ebpf-for-windows/tree/main/netebpfext";
    SAMPLER = "WFPSampler",
        "https://github.com/microsoft/Windows-driver-samples/tree/main/network/trans/WFPSampler";
    SERVICE = "FwpmBfeStateSubscribeChanges0",
        "https://learn.microsoft.com/windows-hardware/drivers/ddi/fwpmk/nf-fwpmk-fwpmbfestatesubscribechanges0";
    CALLOUT = "FWPS_CALLOUT2",
        "https://learn.microsoft.com/windows-hardware/drivers/ddi/fwpsk/ns-fwpsk-fwps_callout2_";
    KERNEL_OPEN = "FwpmEngineOpen0 (kernel)",
        "https://learn.microsoft.com/windows-hardware/drivers/ddi/fwpmk/nf-fwpmk-fwpmengineopen0";
    CHANGES = "Change Notifications",
        "https://learn.microsoft.com/windows/win32/fwp/change-notifications";
    OBJECTS = "Object Management",
        "https://learn.microsoft.com/windows/win32/fwp/object-management";
    PRACTICES = "Best Practices",
        "https://learn.microsoft.com/windows/win32/fwp/best-practices";
    ACCESS = "Access Control",
        "https://learn.microsoft.com/windows/win32/fwp/access-control";
    CODES = "WFP Error Codes",
        "https://learn.microsoft.com/windows/win32/fwp/wfp-error-codes";
    UNINSTALL = "Uninstalling a Provider",
        "https://learn.microsoft.com/windows/win32/fwp/uninstalling-a-provider";
    FORCE = "Forcing Filter Deletion",
        "https://learn.microsoft.com/windows/win32/fwp/forcing-filter-deletion";
    SESSION = "FWPM_SESSION0",
        "https://learn.microsoft.com/windows/win32/api/fwpmtypes/ns-fwpmtypes-fwpm_session0";
    FILTER = "FWPM_FILTER0",
        "https://learn.microsoft.com/windows/win32/api/fwpmtypes/ns-fwpmtypes-fwpm_filter0";
    OPEN = "FwpmEngineOpen0",
        "https://learn.microsoft.com/windows/win32/api/fwpmu/nf-fwpmu-fwpmengineopen0";
    CLOSE = "FwpmEngineClose0",
        "https://learn.microsoft.com/windows/win32/api/fwpmu/nf-fwpmu-fwpmengineclose0";
    OPTION = "FwpmEngineSetOption0",
        "https://learn.microsoft.com/windows/win32/api/fwpmu/nf-fwpmu-fwpmenginesetoption0";
    BEGIN = "FwpmTransactionBegin0",
        "https://learn.microsoft.com/windows/win32/api/fwpmu/nf-fwpmu-fwpmtransactionbegin0";
    COMMIT = "FwpmTransactionCommit0",
        "https://learn.microsoft.com/windows/win32/api/fwpmu/nf-fwpmu-fwpmtransactioncommit0";
    ABORT = "FwpmTransactionAbort0",
        "https://learn.microsoft.com/windows/win32/api/fwpmu/nf-fwpmu-fwpmtransactionabort0";
    PROVIDER_ADD = "FwpmProviderAdd0",
        "https://learn.microsoft.com/windows/win32/api/fwpmu/nf-fwpmu-fwpmprovideradd0";
    SUBLAYER_ADD = "FwpmSubLayerAdd0",
        "https://learn.microsoft.com/windows/win32/api/fwpmu/nf-fwpmu-fwpmsublayeradd0";
    CALLOUT_ADD = "FwpmCalloutAdd0 (kernel)",
        "https://learn.microsoft.com/windows-hardware/drivers/ddi/fwpmk/nf-fwpmk-fwpmcalloutadd0";
    CALLOUT_DELETE = "FwpmCalloutDeleteById0 (kernel)",
        "https://learn.microsoft.com/windows-hardware/drivers/ddi/fwpmk/nf-fwpmk-fwpmcalloutdeletebyid0";
    FILTER_ADD = "FwpmFilterAdd0",
        "https://learn.microsoft.com/windows/win32/api/fwpmu/nf-fwpmu-fwpmfilteradd0";
    FILTER_DELETE = "FwpmFilterDeleteById0",
        "https://learn.microsoft.com/windows/win32/api/fwpmu/nf-fwpmu-fwpmfilterdeletebyid0";
    FILTER_GET = "FwpmFilterGetByKey0",
        "https://learn.microsoft.com/windows/win32/api/fwpmu/nf-fwpmu-fwpmfiltergetbykey0";
    FILTER_ENUM = "FwpmFilterCreateEnumHandle0",
        "https://learn.microsoft.com/windows/win32/api/fwpmu/nf-fwpmu-fwpmfiltercreateenumhandle0";
    FILTER_SUBSCRIBE = "FwpmFilterSubscribeChanges0",
        "https://learn.microsoft.com/windows/win32/api/fwpmu/nf-fwpmu-fwpmfiltersubscribechanges0";
    FILTER_UNSUBSCRIBE = "FwpmFilterUnsubscribeChanges0",
        "https://learn.microsoft.com/windows/win32/api/fwpmu/nf-fwpmu-fwpmfilterunsubscribechanges0";
    NOTIFY = "FWPS_CALLOUT_NOTIFY_FN2",
        "https://learn.microsoft.com/windows-hardware/drivers/ddi/fwpsk/nc-fwpsk-fwps_callout_notify_fn2";
    PROCESSING = "Processing Notify Callouts",
        "https://learn.microsoft.com/windows-hardware/drivers/network/processing-notify-callouts";
    UNLOADING = "Unloading a Callout Driver",
        "https://learn.microsoft.com/windows-hardware/drivers/network/unloading-a-callout-driver";
    REGISTER = "FwpsCalloutRegister2",
        "https://learn.microsoft.com/windows-hardware/drivers/ddi/fwpsk/nf-fwpsk-fwpscalloutregister2";
    UNREGISTER = "FwpsCalloutUnregisterById0",
        "https://learn.microsoft.com/windows-hardware/drivers/ddi/fwpsk/nf-fwpsk-fwpscalloutunregisterbyid0";
    LIBWFP = "mullvad/libwfp",
        "https://github.com/mullvad/libwfp";
    LIBWFP_3 = "mullvad/libwfp #3",
        "https://github.com/mullvad/libwfp/pull/3";
    WFP_RS = "mullvad/wfp-rs",
        "https://github.com/mullvad/wfp-rs";
    MULLVAD = "mullvad/mullvadvpn-app",
        "https://github.com/mullvad/mullvadvpn-app";
    SPLIT_TUNNEL = "mullvad/win-split-tunnel",
        "https://github.com/mullvad/win-split-tunnel";
    EXPLORER_5 = "zodiacon/WFPExplorer #5",
        "https://github.com/zodiacon/WFPExplorer/issues/5";
    WIREGUARD = "wireguard-windows",
        "https://github.com/WireGuard/wireguard-windows";
    SIMPLEWALL_253 = "henrypp/simplewall #253",
        "https://github.com/henrypp/simplewall/issues/253";
    SIMPLEWALL_824 = "henrypp/simplewall #824",
        "https://github.com/henrypp/simplewall/issues/824";
    SIMPLEWALL_1789 = "henrypp/simplewall #1789",
        "https://github.com/henrypp/simplewall/issues/1789";
    SIMPLEWALL_2089 = "henrypp/simplewall #2089",
        "https://github.com/henrypp/simplewall/issues/2089";
    EBPF_3607 = "ebpf-for-windows #3607",
        "https://github.com/microsoft/ebpf-for-windows/issues/3607";
    EBPF_3866 = "ebpf-for-windows #3866",
        "https://github.com/microsoft/ebpf-for-windows/pull/3866";
    EBPF_5472 = "ebpf-for-windows #5472",
        "https://github.com/microsoft/ebpf-for-windows/pull/5472";
    EBPF_5501 = "ebpf-for-windows #5501",
        "https://github.com/microsoft/ebpf-for-windows/pull/5501";
    MQVPN_331 = "mp0rta/mqvpn #331",
        "https://github.com/mp0rta/mqvpn/issues/331";
    OVS_84 = "openvswitch/ovs-issues #84",
        "https://github.com/openvswitch/ovs-issues/issues/84";
    VANARA_538 = "dahall/Vanara #538",
        "https://github.com/dahall/Vanara/issues/538";
    FERRUM = "zzffu/ferrum2",
        "https://github.com/zzffu/ferrum2";
}

without_link! {
    A26 = "A-26";
    A25 = "A-25";
    A10 = "A-10";
    A09 = "A-09";
    A08 = "A-08";
    A07 = "A-07";
    KILL_SWITCH = "a public log of filters added to a VPN's sublayer";
    PRIVILEGED = "a public test that runs privileged on Windows";
    A02 = "A-02";
    A03 = "A-03";
    A04 = "A-04";
    A05 = "A-05";
    A06 = "A-06";
    A11 = "A-11";
    A12 = "A-12";
    A13 = "A-13";
    A14 = "A-14";
    A15 = "A-15";
    A16 = "A-16";
    A17 = "A-17";
    A18 = "A-18";
    A19 = "A-19";
    A20 = "A-20";
    A22 = "A-22";
    A23 = "A-23";
    A27 = "A-27";
    A01 = "A-01";
    A21 = "A-21";
    A24 = "A-24";
    A28 = "A-28";
    A29 = "A-29";
    A30 = "A-30";
    A31 = "A-31";
    A32 = "A-32";
}
