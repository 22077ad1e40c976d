//! Who may call at all: rights, and that callers in the kernel and in user mode meet the same
//! rules.

use selvedge::execution::Verb;
use selvedge::status::NtStatus;
use selvedge::wfp::Kind;
use selvedge::wfp::SessionOptions;
use selvedge::wfp::Target;

use super::case::Case;
use super::case::asm;
use super::case::doc;
use super::case::obs;
use super::client::Client;
use super::client::key;
use super::control::populate;
use super::desk::DYNAMIC;
use super::desk::Desk;
use super::desk::STATIC;
use super::desk::USER;
use super::source::*;

pub(super) const CASES: &[Case] = &[
    doc(
        "s13",
        "A caller in user mode that lacks a right is ACCESS_DENIED",
        |desk| {
            for (verb, call) in DENIABLE {
                let desk = desk.denying(verb);
                // Denied, too, where the kernel is checked.
                let _there = desk.open(STATIC).add_provider("P").failed();
                let s = desk.open(USER);
                call(&s);
            }
        },
    )
    .per(&[ACCESS, A32]),
    doc(
        "s14",
        "Nobody checks the rights of a caller in the kernel",
        |desk| {
            for verb in DENIABLE.map(|(verb, _)| verb) {
                let s = desk.denying(verb).open(STATIC);
                s.begin().ok();
                populate(&s);
                s.get(Target::Provider(key("P"))).ok();
                s.commit().ok();
                s.delete(Target::Provider(key("P"))).ok();
                s.set_option().ok();
                s.subscribe(Kind::Filter, std::sync::Arc::new(|_| ())).ok();
            }
        },
    )
    .per(&[ACCESS, MANAGEMENT, A32])
    .given(&["access-checks=user-mode"]),
    asm(
        "s15",
        "Where everybody's rights are checked, a caller in the kernel is ACCESS_DENIED, too",
        |desk| {
            for (verb, call) in DENIABLE {
                let free = desk.denying(verb).open(STATIC);
                call(&free);
            }
        },
    )
    .per(&[A32])
    .given(&["access-checks=everybody"]),
    doc(
        "s16",
        "Everybody may open and close a session; what needs a right is asked by each call",
        |desk| {
            let desk = desk.denying(Verb::Begin);
            let s = desk.open(USER);
            s.begin().is(NtStatus::ACCESS_DENIED);
            s.begin_reading().is(NtStatus::ACCESS_DENIED);
            s.commit().is(NtStatus::NO_TXN_IN_PROGRESS);
            s.add_provider("P").ok();
            s.close().ok();
        },
    )
    .per(&[ACCESS, OPEN]),
    obs(
        "s17",
        "A commit by a caller without the right is ACCESS_DENIED, and may be aborted",
        |desk| {
            let desk = desk.denying(Verb::Commit);
            let s = desk.open(USER);
            s.begin().ok();
            s.add_provider("P").ok();
            s.commit().is(NtStatus::ACCESS_DENIED);
            s.abort().ok();
            let missing = s.get(Target::Provider(key("P")));
            missing.is(NtStatus::PROVIDER_NOT_FOUND);
        },
    )
    .per(&[SIMPLEWALL_1713]),
    doc(
        "s18",
        "A session that is opened without options is static and waits as long as the default",
        |desk| {
            let s = desk.open(SessionOptions::default());
            let shown = s.sessions().ok();
            assert_eq!(shown.len(), 1);
            assert!(!shown[0].dynamic);
            assert_ne!(shown[0].key, selvedge::wfp::Key::ZERO);
            assert_eq!(shown[0].wait_ms, Some(15_000));
            s.commit().is(NtStatus::NO_TXN_IN_PROGRESS);
        },
    )
    .per(&[OPEN, SESSION])
    .given(&["default-wait=15s"]),
    doc(
        "s19",
        "Callers in user mode meet the same rules as callers in the kernel",
        |desk| {
            for dynamic in [false, true] {
                let said = [true, false].map(|kernel| {
                    let options = SessionOptions { kernel, ..STATIC };
                    let options = SessionOptions { dynamic, ..options };
                    many_calls(desk, options)
                });
                assert!(!said[0].is_empty());
                assert_eq!(said[0], said[1]);
            }
        },
    )
    .per(&[MANAGEMENT]),
];

type Deniable = (Verb, fn(&Client));

/// A call for each right, by a caller that lacks it.
const DENIABLE: [Deniable; 11] = [
    (Verb::Begin, |s| s.begin().is(NtStatus::ACCESS_DENIED)),
    (Verb::ProviderAdd, |s| {
        s.add_provider("Q").is(NtStatus::ACCESS_DENIED);
    }),
    (Verb::SublayerAdd, |s| {
        s.add_sublayer("Q").is(NtStatus::ACCESS_DENIED);
    }),
    (Verb::CalloutAdd, |s| {
        s.add_callout("Q").is(NtStatus::ACCESS_DENIED);
    }),
    (Verb::ProviderContextAdd, |s| {
        s.add_context("Q").is(NtStatus::ACCESS_DENIED);
    }),
    (Verb::FilterAdd, |s| {
        s.add_filter("Q").is(NtStatus::ACCESS_DENIED);
    }),
    (Verb::ProviderDelete, |s| {
        let _there = s.add_provider("P").failed();
        s.delete(Target::Provider(key("P")))
            .is(NtStatus::ACCESS_DENIED);
    }),
    (Verb::FilterDelete, |s| {
        s.add_filter("F").ok();
        s.delete_filter("F").is(NtStatus::ACCESS_DENIED);
    }),
    (Verb::Lookup, |s| {
        s.get(Target::Provider(key("P")))
            .is(NtStatus::ACCESS_DENIED);
    }),
    (Verb::Subscribe, |s| {
        let refused = s.subscribe(Kind::Filter, std::sync::Arc::new(|_| ()));
        refused.is(NtStatus::ACCESS_DENIED);
    }),
    (Verb::SetOption, |s| {
        s.set_option().is(NtStatus::ACCESS_DENIED);
    }),
];

/// What many calls say to a session with these options, beside what another dynamic one has.
fn many_calls(desk: &Desk, options: SessionOptions) -> Vec<String> {
    let desk = desk.another(selvedge::wfp::EngineOptions::default());
    let (s, other) = (desk.open(options), desk.open(DYNAMIC));
    populate(&s);
    other.add_provider("other").ok();
    desk.heard();
    for begin in [Client::begin, Client::begin_reading] {
        s.commit().note("commit");
        begin(&s).note("begin");
        s.begin().note("again");
        s.add_provider("new").note("add");
        s.set_option().note("option");
        s.delete(Target::Sublayer(key("SL"))).note("delete");
        s.abort().note("abort");
        s.set_option().note("option");
        s.delete(Target::Provider(key("other"))).note("other");
        s.delete(Target::Provider(key("nothing"))).note("nothing");
        s.add_filter("F").note("filter");
    }
    desk.heard()
}
