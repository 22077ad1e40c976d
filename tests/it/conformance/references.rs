//! What is referred to stays: what a delete must wait for, and in whose eyes.

use selvedge::status::NtStatus;
use selvedge::wfp::Action;
use selvedge::wfp::Callout;
use selvedge::wfp::Filter;
use selvedge::wfp::ProviderContext;
use selvedge::wfp::Sublayer;
use selvedge::wfp::Target;

use super::case::Case;
use super::case::asm;
use super::case::doc;
use super::client::Client;
use super::client::callout;
use super::client::filter;
use super::client::key;
use super::desk::STATIC;
use super::source::*;

pub(super) const CASES: &[Case] = &[
    doc(
        "57",
        "A provider with a sublayer is IN_USE, and the transaction goes on",
        |desk| {
            let s = desk.open(STATIC);
            s.add_provider("P").ok();
            add_sublayer_of(&s, "P");
            s.delete(Target::Provider(key("P"))).is(NtStatus::IN_USE);
            s.begin().ok();
            s.delete(Target::Provider(key("P"))).is(NtStatus::IN_USE);
            s.add_provider("Q").ok();
            s.commit().ok();
            s.get(Target::Provider(key("Q"))).ok();
        },
    )
    .per(&[OBJECTS, UNINSTALL]),
    doc(
        "r1",
        "A provider of a callout, provider context or filter is IN_USE, too",
        |desk| {
            let s = desk.open(STATIC);
            let provider = Some(key("P"));
            s.add_provider("P").ok();
            let target = Target::Provider(key("P"));
            s.add_this_callout(Callout {
                provider,
                ..callout("C")
            })
            .ok();
            s.delete(target).is(NtStatus::IN_USE);
            s.delete(Target::Callout(key("C"))).ok();
            let context = ProviderContext::with_key(key("X"));
            s.add_this_context(ProviderContext {
                provider,
                ..context
            })
            .ok();
            s.delete(target).is(NtStatus::IN_USE);
            s.delete(Target::ProviderContext(key("X"))).ok();
            s.add(Filter {
                provider,
                ..filter("F", 0)
            })
            .ok();
            s.delete(target).is(NtStatus::IN_USE);
            s.delete_filter("F").ok();
            s.delete(target).ok();
        },
    )
    .per(&[OBJECTS]),
    doc(
        "58",
        "In one transaction a sublayer is deleted, and then its provider",
        |desk| {
            let s = desk.open(STATIC);
            s.add_provider("P").ok();
            add_sublayer_of(&s, "P");
            s.begin().ok();
            s.delete(Target::Sublayer(key("SL"))).ok();
            s.delete(Target::Provider(key("P"))).ok();
            s.commit().ok();
            s.get(Target::Sublayer(key("SL")))
                .is(NtStatus::SUBLAYER_NOT_FOUND);
            s.get(Target::Provider(key("P")))
                .is(NtStatus::PROVIDER_NOT_FOUND);
        },
    )
    .per(&[UNINSTALL]),
    doc(
        "r2",
        "What a transaction has made to refer to something keeps it from its deletes",
        |desk| {
            let s = desk.open(STATIC);
            s.add_sublayer("SL").ok();
            s.begin().ok();
            let sublayer = Some(key("SL"));
            s.add(Filter {
                sublayer,
                ..filter("F", 0)
            })
            .ok();
            s.delete(Target::Sublayer(key("SL"))).is(NtStatus::IN_USE);
            s.abort().ok();
            s.delete(Target::Sublayer(key("SL"))).ok();
        },
    )
    .per(&[OBJECTS]),
    doc(
        "60",
        "A callout that a filter uses is IN_USE, up to the delete of the filter",
        |desk| {
            let s = desk.open(STATIC);
            s.add_callout("C").ok();
            let callouts: [fn(selvedge::wfp::Key) -> Action; 3] =
                [Action::Terminating, Action::Unknown, Action::Inspection];
            for action in callouts {
                let action = action(key("C"));
                s.add(Filter {
                    action,
                    ..filter("F", 0)
                })
                .ok();
                s.delete(Target::Callout(key("C"))).is(NtStatus::IN_USE);
                s.delete_filter("F").ok();
            }
            s.delete(Target::Callout(key("C"))).ok();
        },
    )
    .per(&[CALLOUT_DELETE]),
    doc("61", "A sublayer with a filter is IN_USE", |desk| {
        let s = desk.open(STATIC);
        s.add_sublayer("SL").ok();
        let sublayer = Some(key("SL"));
        s.add(Filter {
            sublayer,
            ..filter("F", 0)
        })
        .ok();
        s.delete(Target::Sublayer(key("SL"))).is(NtStatus::IN_USE);
        s.delete_filter("F").ok();
        s.delete(Target::Sublayer(key("SL"))).ok();
    })
    .per(&[OBJECTS, MQVPN_331, MULLVAD]),
    doc(
        "r3",
        "A provider context that a filter has is IN_USE",
        |desk| {
            let s = desk.open(STATIC);
            s.add_context("X").ok();
            let provider_context = Some(key("X"));
            s.add(Filter {
                provider_context,
                ..filter("F", 0)
            })
            .ok();
            s.delete(Target::ProviderContext(key("X")))
                .is(NtStatus::IN_USE);
            s.delete_filter("F").ok();
            s.delete(Target::ProviderContext(key("X"))).ok();
        },
    )
    .per(&[OBJECTS]),
    doc(
        "r4",
        "A filter is referred to by nothing: it may go at any time",
        |desk| {
            let s = desk.open(STATIC);
            let id = s.add_filter("F").ok();
            s.delete(Target::Filter(id)).ok();
            s.delete(Target::Filter(id)).is(NtStatus::FILTER_NOT_FOUND);
        },
    )
    .per(&[FILTER_DELETE, EBPF_5472]),
    doc(
        "r5",
        "A delete that a transaction aborts has not happened",
        |desk| {
            let s = desk.open(STATIC);
            s.add_provider("P").ok();
            add_sublayer_of(&s, "P");
            s.begin().ok();
            s.delete(Target::Sublayer(key("SL"))).ok();
            s.delete(Target::Provider(key("P"))).ok();
            s.abort().ok();
            s.delete(Target::Provider(key("P"))).is(NtStatus::IN_USE);
        },
    )
    .per(&[OBJECTS]),
    asm(
        "r6",
        "A built-in sublayer with a filter may be refused for either",
        |desk| {
            let s = desk.open(STATIC);
            s.add_filter("F").ok();
            let built_in = Target::Sublayer(selvedge::wfp::DEFAULT_SUBLAYER);
            s.delete(built_in)
                .among(&[NtStatus::BUILTIN_OBJECT, NtStatus::IN_USE]);
        },
    )
    .per(&[A04]),
];

/// Adds a sublayer of a provider.
fn add_sublayer_of(client: &Client, provider: &str) {
    let sublayer = Sublayer {
        provider: Some(key(provider)),
        ..Sublayer::with_key(key("SL"))
    };
    client.add_this_sublayer(sublayer).ok();
}
