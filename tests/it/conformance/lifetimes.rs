//! How long objects live, and what may refer to what.

use selvedge::status::NtStatus;
use selvedge::wfp::Action;
use selvedge::wfp::Callout;
use selvedge::wfp::Filter;
use selvedge::wfp::FilterFlags;
use selvedge::wfp::Lifetime;
use selvedge::wfp::Provider;
use selvedge::wfp::ProviderContext;
use selvedge::wfp::Sublayer;
use selvedge::wfp::Target;

use super::answer::Answer;
use super::case::Case;
use super::case::asm;
use super::case::doc;
use super::case::obs;
use super::client::Client;
use super::client::callout;
use super::client::filter;
use super::client::key;
use super::desk::DYNAMIC;
use super::desk::Desk;
use super::desk::STATIC;
use super::source::*;

use super::ownership::add_each;
use super::ownership::add_persistent;

pub(super) const CASES: &[Case] = &[
    doc(
        "48a",
        "A reference to another session's dynamic object is refused",
        |desk| {
            let refused = [NtStatus::WRONG_SESSION, NtStatus::LIFETIME_MISMATCH];
            refers_to_foreign(desk, &refused);
        },
    )
    .per(&[OBJECTS]),
    obs(
        "48b",
        "A reference to another session's dynamic object is WRONG_SESSION",
        |desk| {
            refers_to_foreign(desk, &[NtStatus::WRONG_SESSION]);
        },
    )
    .per(&[KILL_SWITCH, A18])
    .given(&["foreign-reference=wrong-session"]),
    asm(
        "48c",
        "A reference to another session's dynamic object is LIFETIME_MISMATCH",
        |desk| {
            refers_to_foreign(desk, &[NtStatus::LIFETIME_MISMATCH]);
        },
    )
    .per(&[A18])
    .given(&["foreign-reference=lifetime-mismatch"]),
    doc(
        "49",
        "A dynamic filter may be in a static or built-in sublayer",
        |desk| {
            desk.open(STATIC).add_sublayer("SL").ok();
            let s = desk.open(DYNAMIC);
            let sublayer = Some(key("SL"));
            s.add(Filter {
                sublayer,
                ..filter("F", 0)
            })
            .ok();
            s.add_filter("G").ok();
        },
    )
    .per(&[OBJECTS]),
    doc(
        "l4",
        "A dynamic object may refer to one of its own session, and to persistent ones",
        |desk| {
            add_persistent(&desk.open(STATIC));
            let s = desk.open(DYNAMIC);
            s.add_sublayer("own").ok();
            for (name, sublayer) in [("G", "own"), ("H", "SL")] {
                let sublayer = Some(key(sublayer));
                s.add(Filter {
                    sublayer,
                    ..filter(name, 0)
                })
                .ok();
            }
        },
    )
    .per(&[OBJECTS]),
    doc(
        "l5",
        "A static filter may be in a persistent sublayer, of whatever provider",
        |desk| {
            let s = desk.open(STATIC);
            add_persistent(&s);
            let sublayer = Some(key("SL"));
            s.add(Filter {
                sublayer,
                ..filter("G", 0)
            })
            .ok();
        },
    )
    .per(&[OBJECTS]),
    doc(
        "50",
        "A persistent object that refers to a static one is LIFETIME_MISMATCH",
        |desk| {
            let s = desk.open(STATIC);
            add_each(&s);
            for filter in references() {
                let flags = FilterFlags::PERSISTENT;
                s.add(Filter { flags, ..filter })
                    .is(NtStatus::LIFETIME_MISMATCH);
            }
            let (lifetime, provider) = (Lifetime::Persistent, Some(key("P")));
            let sublayer = Sublayer::with_key(key("new"));
            let added = s.add_this_sublayer(Sublayer {
                lifetime,
                provider,
                ..sublayer
            });
            added.is(NtStatus::LIFETIME_MISMATCH);
            let added = s.add_this_callout(Callout {
                lifetime,
                provider,
                ..callout("new")
            });
            added.is(NtStatus::LIFETIME_MISMATCH);
            let context = ProviderContext::with_key(key("new"));
            let added = s.add_this_context(ProviderContext {
                lifetime,
                provider,
                ..context
            });
            added.is(NtStatus::LIFETIME_MISMATCH);
        },
    )
    .per(&[OBJECTS, SIMPLEWALL_1789, KILL_SWITCH]),
    doc(
        "51",
        "A persistent reference to another provider's object is LIFETIME_MISMATCH",
        |desk| {
            let s = desk.open(STATIC);
            add_persistent(&s);
            let lifetime = Lifetime::Persistent;
            let other = Provider::with_key(key("Q"));
            s.add_this_provider(Provider { lifetime, ..other }).ok();
            for provider in [Some(key("Q")), None] {
                for wrong in references().into_iter().skip(1) {
                    let wrong = Filter {
                        flags: FilterFlags::PERSISTENT,
                        provider,
                        ..wrong
                    };
                    s.add(wrong).is(NtStatus::LIFETIME_MISMATCH);
                }
            }
        },
    )
    .per(&[OBJECTS]),
    doc(
        "l6",
        "A persistent reference to the same provider's persistent object is fine",
        |desk| {
            let s = desk.open(STATIC);
            add_persistent(&s);
            for right in references() {
                let right = Filter {
                    key: selvedge::wfp::Key::ZERO,
                    flags: FilterFlags::PERSISTENT,
                    provider: Some(key("P")),
                    ..right
                };
                s.add(right).ok();
            }
        },
    )
    .per(&[OBJECTS]),
    doc(
        "l7",
        "A persistent filter may be in the built-in sublayer",
        |desk| {
            let flags = FilterFlags::PERSISTENT;
            desk.open(STATIC)
                .add(Filter {
                    flags,
                    ..filter("F", 0)
                })
                .ok();
        },
    )
    .per(&[OBJECTS]),
    obs(
        "54",
        "A boot-time filter of a persistent provider and sublayer is not enumerated",
        |desk| {
            let s = desk.open(STATIC);
            add_persistent(&s);
            let before = s.filters();
            let boot = Filter {
                flags: FilterFlags::BOOT_TIME,
                provider: Some(key("P")),
                sublayer: Some(key("SL")),
                ..filter("boot", 99)
            };
            s.add(boot).ok();
            assert_eq!(s.filters(), before);
            s.get_filter("boot").ok();
            s.delete_filter("boot").ok();
        },
    )
    .per(&[PRIVILEGED, MULLVAD]),
    asm(
        "l8a",
        "A persistent object in a dynamic session is DYNAMIC_SESSION_IN_PROGRESS",
        |desk| {
            persistent_in_dynamic(desk, NtStatus::DYNAMIC_SESSION_IN_PROGRESS);
        },
    )
    .per(&[A19])
    .given(&["persistent-in-dynamic=dynamic-session-in-progress"]),
    asm(
        "l8b",
        "A persistent object in a dynamic session is LIFETIME_MISMATCH",
        |desk| {
            persistent_in_dynamic(desk, NtStatus::LIFETIME_MISMATCH);
        },
    )
    .per(&[A19])
    .given(&["persistent-in-dynamic=lifetime-mismatch"]),
    asm(
        "l8c",
        "A persistent object in a dynamic session is INVALID_FLAGS",
        |desk| {
            persistent_in_dynamic(desk, NtStatus::INVALID_FLAGS);
        },
    )
    .per(&[A19])
    .given(&["persistent-in-dynamic=invalid-flags"]),
    asm(
        "l8d",
        "A persistent object that a dynamic session adds outlives it",
        |desk| {
            let s = desk.open(DYNAMIC);
            for answer in persistent_adds(&s) {
                answer.ok();
            }
            s.close().ok();
            let t = desk.open(STATIC);
            t.get(Target::Provider(key("P"))).ok();
            t.get_filter("F").ok();
        },
    )
    .per(&[A19])
    .given(&["persistent-in-dynamic=accepted"]),
    doc(
        "l10",
        "A persistent object that refers to a dynamic one is refused",
        |desk| {
            let t = desk.open(DYNAMIC);
            add_each(&t);
            let s = desk.open(STATIC);
            for filter in references() {
                let flags = FilterFlags::PERSISTENT;
                let refused = [NtStatus::LIFETIME_MISMATCH, NtStatus::WRONG_SESSION];
                s.add(Filter { flags, ..filter }).among(&refused);
            }
        },
    )
    .per(&[OBJECTS, A18]),
    asm(
        "l11",
        "Where a dynamic session may add persistent objects, these refer to none of its own",
        |desk| {
            let s = desk.open(DYNAMIC);
            add_each(&s);
            for filter in references() {
                let flags = FilterFlags::PERSISTENT;
                s.add(Filter { flags, ..filter })
                    .is(NtStatus::LIFETIME_MISMATCH);
            }
        },
    )
    .per(&[OBJECTS, A19])
    .given(&["persistent-in-dynamic=accepted"]),
    doc(
        "l12",
        "A static object may refer to static ones, in whatever session they were added",
        |desk| {
            add_each(&desk.open(STATIC));
            let s = desk.open(STATIC);
            for (name, filter) in ["G", "H", "I", "J"].into_iter().zip(references()) {
                let key = key(name);
                s.add(Filter { key, ..filter }).ok();
            }
        },
    )
    .per(&[OBJECTS]),
    doc(
        "l9",
        "What the engine shows of an object says how long it lives",
        |desk| {
            let (s, t) = (desk.open(STATIC), desk.open(DYNAMIC));
            s.add_filter("F").ok();
            t.add_filter("G").ok();
            assert_eq!(s.get_filter("F").ok().lifetime, Lifetime::Static);
            assert!(matches!(
                s.get_filter("G").ok().lifetime,
                Lifetime::Dynamic(_)
            ));
        },
    )
    .per(&[OBJECTS, FILTER]),
];

/// A filter for each object that it can refer to: the provider first.
fn references() -> [Filter; 4] {
    let filter = filter("new", 0);
    [
        Filter {
            provider: Some(key("P")),
            ..filter
        },
        Filter {
            sublayer: Some(key("SL")),
            ..filter
        },
        Filter {
            action: Action::Unknown(key("C")),
            ..filter
        },
        Filter {
            provider_context: Some(key("X")),
            ..filter
        },
    ]
}

/// References of other sessions, static and dynamic, to the objects of a dynamic one.
fn refers_to_foreign(desk: &Desk, statuses: &[NtStatus]) {
    let t = desk.open(DYNAMIC);
    add_each(&t);
    for options in [STATIC, DYNAMIC] {
        let s = desk.open(options);
        for filter in references() {
            s.add(filter).among(statuses);
        }
        let provider = Some(key("P"));
        let sublayer = Sublayer::with_key(key("new"));
        let sublayer = s.add_this_sublayer(Sublayer {
            provider,
            ..sublayer
        });
        sublayer.among(statuses);
        let callout = s.add_this_callout(Callout {
            provider,
            ..callout("new")
        });
        callout.among(statuses);
    }
    t.add(references()[1]).ok();
}

/// The adds of persistent objects, one for each kind, and a boot-time filter.
fn persistent_adds(client: &Client) -> Vec<Answer> {
    let lifetime = Lifetime::Persistent;
    let provider = Provider::with_key(key("P"));
    let sublayer = Sublayer::with_key(key("SL"));
    let context = ProviderContext::with_key(key("X"));
    let persistent = FilterFlags::PERSISTENT;
    let boot_time = FilterFlags::BOOT_TIME;
    vec![
        client.add_this_provider(Provider {
            lifetime,
            ..provider
        }),
        client.add_this_sublayer(Sublayer {
            lifetime,
            ..sublayer
        }),
        client
            .add_this_callout(Callout {
                lifetime,
                ..callout("C")
            })
            .plain(),
        client.add_this_context(ProviderContext {
            lifetime,
            ..context
        }),
        client
            .add(Filter {
                flags: persistent,
                ..filter("F", 0)
            })
            .plain(),
        client
            .add(Filter {
                flags: boot_time,
                ..filter("G", 0)
            })
            .plain(),
    ]
}

fn persistent_in_dynamic(desk: &Desk, status: NtStatus) {
    for answer in persistent_adds(&desk.open(DYNAMIC)) {
        answer.is(status);
    }
}
