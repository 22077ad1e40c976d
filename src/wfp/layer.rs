//! What is built into the engine: the layers, and the default sublayer.
//!
//! Source: <https://learn.microsoft.com/windows/win32/fwp/management-filtering-layer-identifiers->.
//! Left out: the discard layers, the layers of `IPsec`, and which fields a layer knows: nothing
//! here classifies.

use super::Key;

/// The names of the layers, without `FWPM_LAYER_`.
pub const LAYERS: [&str; 44] = [
    "INBOUND_IPPACKET_V4",
    "INBOUND_IPPACKET_V6",
    "OUTBOUND_IPPACKET_V4",
    "OUTBOUND_IPPACKET_V6",
    "IPFORWARD_V4",
    "IPFORWARD_V6",
    "INBOUND_TRANSPORT_V4",
    "INBOUND_TRANSPORT_V6",
    "OUTBOUND_TRANSPORT_V4",
    "OUTBOUND_TRANSPORT_V6",
    "STREAM_V4",
    "STREAM_V6",
    "STREAM_PACKET_V4",
    "STREAM_PACKET_V6",
    "DATAGRAM_DATA_V4",
    "DATAGRAM_DATA_V6",
    "INBOUND_ICMP_ERROR_V4",
    "INBOUND_ICMP_ERROR_V6",
    "OUTBOUND_ICMP_ERROR_V4",
    "OUTBOUND_ICMP_ERROR_V6",
    "ALE_RESOURCE_ASSIGNMENT_V4",
    "ALE_RESOURCE_ASSIGNMENT_V6",
    "ALE_RESOURCE_RELEASE_V4",
    "ALE_RESOURCE_RELEASE_V6",
    "ALE_AUTH_LISTEN_V4",
    "ALE_AUTH_LISTEN_V6",
    "ALE_AUTH_RECV_ACCEPT_V4",
    "ALE_AUTH_RECV_ACCEPT_V6",
    "ALE_AUTH_CONNECT_V4",
    "ALE_AUTH_CONNECT_V6",
    "ALE_FLOW_ESTABLISHED_V4",
    "ALE_FLOW_ESTABLISHED_V6",
    "ALE_CONNECT_REDIRECT_V4",
    "ALE_CONNECT_REDIRECT_V6",
    "ALE_BIND_REDIRECT_V4",
    "ALE_BIND_REDIRECT_V6",
    "ALE_ENDPOINT_CLOSURE_V4",
    "ALE_ENDPOINT_CLOSURE_V6",
    "INBOUND_MAC_FRAME_ETHERNET",
    "OUTBOUND_MAC_FRAME_ETHERNET",
    "INBOUND_MAC_FRAME_NATIVE",
    "OUTBOUND_MAC_FRAME_NATIVE",
    "INGRESS_VSWITCH_ETHERNET",
    "EGRESS_VSWITCH_ETHERNET",
];

const KEYS: [Key; LAYERS.len()] = {
    let mut keys = [Key::ZERO; LAYERS.len()];
    let mut index = 0;
    while index < keys.len() {
        keys[index] = Key::of(LAYERS[index]);
        index += 1;
    }
    keys
};

/// The key of the sublayer that a filter is in which names none (`FWPM_SUBLAYER_UNIVERSAL`).
pub const DEFAULT_SUBLAYER: Key = Key::of("FWPM_SUBLAYER_UNIVERSAL");

/// Whether there is a layer with this key: [`Key::of`] one of [`LAYERS`].
pub(super) fn is_layer(key: Key) -> bool {
    KEYS.contains(&key)
}
