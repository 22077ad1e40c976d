//! Who may delete what, or change its security.

use selvedge::status::NtStatus;
use selvedge::wfp::Callout;
use selvedge::wfp::Filter;
use selvedge::wfp::FilterFlags;
use selvedge::wfp::Lifetime;
use selvedge::wfp::Provider;
use selvedge::wfp::ProviderContext;
use selvedge::wfp::Sublayer;
use selvedge::wfp::Target;

use super::case::Case;
use super::case::asm;
use super::case::doc;
use super::case::obs;
use super::client::Client;
use super::client::callout;
use super::client::filter;
use super::client::key;
use super::desk::DYNAMIC;
use super::desk::STATIC;
use super::source::*;

pub(super) const CASES: &[Case] = &[
    doc("41", "A dynamic session may delete what it added", |desk| {
        let s = desk.open(DYNAMIC);
        add_each(&s);
        for target in one_of_each() {
            s.set_security(target).ok();
            s.delete(target).ok();
        }
    })
    .per(&[FILTER_DELETE]),
    doc(
        "43a",
        "What is static is DYNAMIC_SESSION_IN_PROGRESS to a dynamic session",
        |desk| {
            add_each(&desk.open(STATIC));
            let s = desk.open(DYNAMIC);
            for target in one_of_each() {
                s.delete(target).is(NtStatus::DYNAMIC_SESSION_IN_PROGRESS);
                s.set_security(target)
                    .is(NtStatus::DYNAMIC_SESSION_IN_PROGRESS);
            }
        },
    )
    .per(&[FILTER_DELETE]),
    doc(
        "43b",
        "What is persistent is DYNAMIC_SESSION_IN_PROGRESS to a dynamic session",
        |desk| {
            add_persistent(&desk.open(STATIC));
            let s = desk.open(DYNAMIC);
            for target in one_of_each() {
                s.delete(target).is(NtStatus::DYNAMIC_SESSION_IN_PROGRESS);
            }
        },
    )
    .per(&[FILTER_DELETE]),
    doc(
        "l1",
        "What another dynamic session added is WRONG_SESSION to a dynamic session",
        |desk| {
            let t = desk.open(DYNAMIC);
            add_each(&t);
            let s = desk.open(DYNAMIC);
            for target in one_of_each() {
                s.delete(target).is(NtStatus::WRONG_SESSION);
                s.set_security(target).is(NtStatus::WRONG_SESSION);
            }
        },
    )
    .per(&[FILTER_DELETE]),
    doc(
        "44a",
        "A static session may delete what a dynamic session added",
        |desk| {
            let t = desk.open(DYNAMIC);
            add_each(&t);
            let s = desk.open(STATIC);
            for target in one_of_each() {
                s.set_security(target).ok();
                s.delete(target).ok();
            }
        },
    )
    .per(&[FORCE, A17])
    .given(&["foreign-delete=allowed"]),
    asm(
        "44b",
        "What a dynamic session added is WRONG_SESSION to a static one",
        |desk| {
            let t = desk.open(DYNAMIC);
            add_each(&t);
            let s = desk.open(STATIC);
            for target in one_of_each() {
                s.delete(target).is(NtStatus::WRONG_SESSION);
            }
        },
    )
    .per(&[A17])
    .given(&["foreign-delete=wrong-session"]),
    obs(
        "45",
        "Any static session may delete what another one added",
        |desk| {
            let first = desk.open(STATIC);
            add_each(&first);
            first.close().ok();
            let second = desk.open(STATIC);
            for target in one_of_each() {
                second.delete(target).ok();
            }
            add_each(&second);
            let third = desk.open(STATIC);
            for target in one_of_each() {
                third.delete(target).ok();
            }
        },
    )
    .per(&[MULLVAD, EBPF_3866]),
    obs(
        "45b",
        "Any static session may delete what is persistent",
        |desk| {
            let first = desk.open(STATIC);
            add_persistent(&first);
            first.close().ok();
            let second = desk.open(STATIC);
            for target in one_of_each() {
                second.set_security(target).ok();
                second.delete(target).ok();
            }
            add_persistent(&second);
        },
    )
    .per(&[MULLVAD]),
    asm(
        "l2",
        "What is built in is BUILTIN_OBJECT to a dynamic session, or as if static",
        |desk| {
            let built_in = Target::Sublayer(selvedge::wfp::DEFAULT_SUBLAYER);
            desk.open(DYNAMIC).delete(built_in).among(&[
                NtStatus::BUILTIN_OBJECT,
                NtStatus::DYNAMIC_SESSION_IN_PROGRESS,
            ]);
        },
    )
    .per(&[CODES, A04]),
    doc(
        "46",
        "Setting an option in a dynamic session is DYNAMIC_SESSION_IN_PROGRESS",
        |desk| {
            let s = desk.open(DYNAMIC);
            s.set_option().is(NtStatus::DYNAMIC_SESSION_IN_PROGRESS);
            desk.open(STATIC).set_option().ok();
        },
    )
    .per(&[OPTION]),
    asm(
        "l3",
        "In a transaction of a dynamic session an option has two faults",
        |desk| {
            let s = desk.open(DYNAMIC);
            s.begin().ok();
            s.set_option().among(&[
                NtStatus::TXN_IN_PROGRESS,
                NtStatus::DYNAMIC_SESSION_IN_PROGRESS,
            ]);
            s.commit().ok();
        },
    )
    .per(&[OPTION, A04]),
];

/// Adds one object of each kind, none of which refers to another.
pub(super) fn add_each(client: &Client) {
    client.add_provider("P").ok();
    client.add_sublayer("SL").ok();
    client.add_callout("C").ok();
    client.add_context("X").ok();
    client.add_filter("F").ok();
}

/// Adds one persistent object of each kind, all of the provider `P`.
pub(super) fn add_persistent(client: &Client) {
    let (lifetime, provider) = (Lifetime::Persistent, Some(key("P")));
    let own = Provider::with_key(key("P"));
    client.add_this_provider(Provider { lifetime, ..own }).ok();
    let sublayer = Sublayer::with_key(key("SL"));
    let sublayer = Sublayer {
        lifetime,
        provider,
        ..sublayer
    };
    client.add_this_sublayer(sublayer).ok();
    let callout = Callout {
        lifetime,
        provider,
        ..callout("C")
    };
    client.add_this_callout(callout).ok();
    let context = ProviderContext::with_key(key("X"));
    let context = ProviderContext {
        lifetime,
        provider,
        ..context
    };
    client.add_this_context(context).ok();
    let flags = FilterFlags::PERSISTENT;
    client
        .add(Filter {
            flags,
            ..filter("F", 7)
        })
        .ok();
}

pub(super) fn one_of_each() -> [Target; 5] {
    [
        Target::FilterKey(key("F")),
        Target::Callout(key("C")),
        Target::ProviderContext(key("X")),
        Target::Sublayer(key("SL")),
        Target::Provider(key("P")),
    ]
}
