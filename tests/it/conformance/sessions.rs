//! Opening and closing: what a handle is good for, and what its end takes with it.

use selvedge::execution::Verb;
use selvedge::status::NtStatus;
use selvedge::wfp::DEFAULT_SUBLAYER;
use selvedge::wfp::EngineHandle;
use selvedge::wfp::Kind;
use selvedge::wfp::SessionOptions;
use selvedge::wfp::Target;
use selvedge::wfp::Wait;

use super::case::Case;
use super::case::asm;
use super::case::asm_threads;
use super::case::doc;
use super::case::doc_threads;
use super::case::obs;
use super::client::Client;
use super::client::filter;
use super::client::key;
use super::desk::DYNAMIC;
use super::desk::HASTY;
use super::desk::STATIC;
use super::desk::USER;
use super::source::*;

/// A static session with a key of its caller's.
const KEYED: SessionOptions = SessionOptions {
    key: key("K"),
    ..STATIC
};

pub(super) const CASES: &[Case] = &[
    doc(
        "36",
        "A session's key is ALREADY_EXISTS while it is open, and free after",
        |desk| {
            let s = desk.open(KEYED);
            desk.try_open(KEYED).is(NtStatus::ALREADY_EXISTS);
            let dynamic = SessionOptions {
                dynamic: true,
                ..KEYED
            };
            desk.try_open(dynamic).is(NtStatus::ALREADY_EXISTS);
            s.close().ok();
            desk.open(KEYED);
        },
    )
    .per(&[OPEN]),
    doc(
        "s1",
        "A session that asks for no key gets one of its own",
        |desk| {
            let s = desk.open(STATIC);
            desk.open(STATIC);
            let keys = s.sessions().ok().into_iter().map(|session| session.key);
            let keys: std::collections::BTreeSet<_> = keys.collect();
            assert_eq!(keys.len(), 2);
            assert!(!keys.contains(&selvedge::wfp::Key::ZERO));
        },
    )
    .per(&[OPEN]),
    doc(
        "s2",
        "A session shows its flags and its wait to others, and 0 as the default",
        |desk| {
            let s = desk.open(STATIC);
            desk.open(SessionOptions {
                wait: Wait::Default,
                kernel: false,
                ..DYNAMIC
            });
            let shown = s.sessions().ok();
            let shown: Vec<_> = shown
                .iter()
                .map(|session| (session.dynamic, session.wait_ms, session.kernel))
                .collect();
            assert_eq!(shown, [(false, None, true), (true, Some(15_000), false)]);
        },
    )
    .per(&[SESSION, OBJECTS, A01])
    .given(&["default-wait=15s"]),
    obs("s3", "The default wait is 100 minutes", |desk| {
        let s = desk.open(SessionOptions {
            wait: Wait::Default,
            ..STATIC
        });
        let shown = s.sessions().ok();
        assert_eq!(shown[0].wait_ms, Some(6_000_000));
    })
    .per(&[EXPLORER_5, LIBWFP, A01])
    .given(&["default-wait=100min"]),
    doc(
        "s4",
        "Each session has its own transaction, key, wait and flags",
        |desk| {
            let clients = [desk.open(STATIC), desk.open(HASTY), desk.open(DYNAMIC)];
            for client in &clients {
                client.begin().ok();
                client.commit().ok();
            }
            assert_eq!(clients[0].sessions().ok().len(), 3);
        },
    )
    .per(&[OBJECTS]),
    doc(
        "s5",
        "A close aborts an open transaction, and gives the lock back",
        |desk| {
            for options in [STATIC, DYNAMIC] {
                let (s, t) = (desk.open(options), desk.open(STATIC));
                s.begin().ok();
                s.add_filter("F").ok();
                s.close().ok();
                t.begin().ok();
                t.get_filter("F").is(NtStatus::FILTER_NOT_FOUND);
                t.commit().ok();
            }
        },
    )
    .per(&[CLOSE, OBJECTS]),
    doc_threads(
        "38",
        "When a process dies its changes go, and who waits goes on",
        |stage| {
            let outcomes = stage.outcomes(|desk| {
                // The end of a process closes its handles, some time after it.
                let (s, t) = (desk.open(USER), desk.open(HASTY));
                s.begin().ok();
                s.add(filter("F", 7)).ok();
                desk.thread(move || s.close().ok());
                desk.thread(move || {
                    t.begin().ok();
                    t.note(format!("{:?}", t.filters()));
                });
            });
            outcomes.are(&["finished; 1: []"]);
        },
    )
    .per(&[OBJECTS, EXPLORER_5]),
    doc(
        "40",
        "What a static session adds outlives its close, and keeps its key",
        |desk| {
            let s = desk.open(STATIC);
            s.add_provider("P").ok();
            s.add_filter("F").ok();
            s.close().ok();
            let t = desk.open(STATIC);
            t.get_filter("F").ok();
            t.add_provider("P").is(NtStatus::ALREADY_EXISTS);
        },
    )
    .per(&[OBJECTS, EBPF_5501]),
    doc(
        "s6",
        "What a dynamic session adds is deleted when it is closed",
        |desk| {
            let (s, t) = (desk.open(DYNAMIC), desk.open(STATIC));
            add_one_of_each(&s);
            s.close().ok();
            for target in one_of_each() {
                t.get(target).among(&[
                    NtStatus::PROVIDER_NOT_FOUND,
                    NtStatus::SUBLAYER_NOT_FOUND,
                    NtStatus::CALLOUT_NOT_FOUND,
                    NtStatus::PROVIDER_CONTEXT_NOT_FOUND,
                    NtStatus::FILTER_NOT_FOUND,
                ]);
            }
            // Nothing is left that takes a key.
            add_one_of_each(&t);
        },
    )
    .per(&[OBJECTS, SESSION]),
    asm_threads(
        "s7",
        "The objects of a dynamic session go all at once, for every other",
        |stage| {
            let outcomes = stage.outcomes(|desk| {
                let (s, t) = (desk.open(DYNAMIC), desk.open(STATIC));
                add_one_of_each(&s);
                desk.thread(move || s.close().ok());
                desk.thread(move || {
                    t.begin_reading().ok();
                    let there = one_of_each().map(|target| t.get(target).note("get"));
                    t.note(format!(
                        "there={}",
                        there.iter().filter(|one| **one).count()
                    ));
                    t.commit().ok();
                });
            });
            outcomes.sometimes(&["there=5"]);
            outcomes.sometimes(&["there=0"]);
            for some in 1..5 {
                outcomes.never(&format!("there={some}"));
            }
        },
    )
    .per(&[OBJECTS, A23]),
    asm_threads(
        "s8",
        "The close of a dynamic session waits for the lock, without a limit",
        |stage| {
            let outcomes = stage.outcomes(|desk| {
                let (s, t) = (
                    desk.open(SessionOptions {
                        wait: HASTY.wait,
                        ..DYNAMIC
                    }),
                    desk.open(STATIC),
                );
                s.add_filter("F").ok();
                t.begin().ok();
                desk.thread(move || {
                    s.close().note("close");
                });
            });
            outcomes.are(&["deadlock"]);
        },
    )
    .per(&[A16])
    .given(&["close-teardown=synchronous"]),
    asm_threads(
        "s9",
        "The close of a dynamic session returns at once; its objects go later",
        |stage| {
            let outcomes = stage.outcomes(|desk| {
                let (s, t) = (desk.open(DYNAMIC), desk.open(STATIC));
                s.add(filter("F", 7)).ok();
                t.begin_reading().ok();
                desk.thread(move || {
                    s.close().note("close");
                });
                desk.thread(move || {
                    t.note(format!("{:?}", t.filters()));
                    t.commit().ok();
                    t.note(format!("{:?}", t.filters()));
                });
            });
            outcomes.are(&[
                "finished; 0: close=ok; 1: [7] []",
                "finished; 0: close=ok; 1: [7] [7]",
            ]);
        },
    )
    .per(&[A16, EXPLORER_5])
    .given(&["close-teardown=deferred", "lock-mode=shared-readers"]),
    asm_threads(
        "s20",
        "The handle of a dynamic session is dead before its objects go",
        |stage| {
            let outcomes = stage.outcomes(|desk| {
                let (s, t) = (desk.open(DYNAMIC), desk.open(STATIC));
                let closer = s.clone();
                s.add_filter("F").ok();
                t.begin().ok();
                desk.thread(move || closer.close().ok());
                desk.thread(move || {
                    t.note(t.sessions().ok().len().to_string());
                    s.sessions().note("own");
                    t.get_filter("F").note("get");
                    t.abort().ok();
                });
            });
            outcomes.sometimes(&["1: 1 own=INVALID_HANDLE get=ok"]);
            outcomes.sometimes(&["1: 2 own=ok get=ok"]);
            outcomes.never("1: 1 own=ok");
            outcomes.never("get=FILTER_NOT_FOUND");
        },
    )
    .per(&[A16]),
    doc("56a", "A null handle can be closed", |desk| {
        desk.client_with(EngineHandle::NULL).close().ok();
    })
    .per(&[UNINSTALL, FORCE]),
    obs("56b", "A call on a null handle is NULL_POINTER", |desk| {
        let nobody = desk.client_with(EngineHandle::NULL);
        nobody.begin().is(NtStatus::NULL_POINTER);
        nobody.commit().is(NtStatus::NULL_POINTER);
        nobody.add_provider("P").is(NtStatus::NULL_POINTER);
        nobody.add_filter("F").is(NtStatus::NULL_POINTER);
        nobody.delete_filter("F").is(NtStatus::NULL_POINTER);
        nobody.get_filter("F").is(NtStatus::NULL_POINTER);
        nobody.enum_create(Kind::Filter).is(NtStatus::NULL_POINTER);
        nobody.set_option().is(NtStatus::NULL_POINTER);
        let security = nobody.set_security(Target::Sublayer(DEFAULT_SUBLAYER));
        security.is(NtStatus::NULL_POINTER);
    })
    .per(&[SIMPLEWALL_2089]),
    asm(
        "s10",
        "A call on a handle that is closed is INVALID_HANDLE, its close too",
        |desk| {
            let s = desk.open(STATIC);
            s.close().ok();
            s.close().is(NtStatus::INVALID_HANDLE);
            s.begin().is(NtStatus::INVALID_HANDLE);
            s.commit().is(NtStatus::INVALID_HANDLE);
            s.abort().is(NtStatus::INVALID_HANDLE);
            s.add_provider("P").is(NtStatus::INVALID_HANDLE);
            s.delete_filter("F").is(NtStatus::INVALID_HANDLE);
            s.get_filter("F").is(NtStatus::INVALID_HANDLE);
            s.enum_create(Kind::Filter).is(NtStatus::INVALID_HANDLE);
            s.sessions().is(NtStatus::INVALID_HANDLE);
            s.set_option().is(NtStatus::INVALID_HANDLE);
            // Another engine's handle is none of this one's.
            let elsewhere = desk.denying(Verb::Begin).open(STATIC);
            let never = desk.client_with(elsewhere.handle());
            never.begin().is(NtStatus::INVALID_HANDLE);
        },
    )
    .per(&[A14]),
    asm_threads(
        "s11",
        "A call on a handle that is not open is found as a bug of the client",
        |stage| {
            let outcomes = stage.one_thread(|desk| {
                let s = desk.open(STATIC);
                s.close().ok();
                s.begin().note("begin");
            });
            outcomes.are(&["finished; 0: begin=INVALID_HANDLE; StaleHandle"]);
        },
    )
    .per(&[A14])
    .given(&["bad-handle=report"]),
    asm_threads(
        "s12",
        "A call on a handle that is not open just fails",
        |stage| {
            let outcomes = stage.one_thread(|desk| {
                let s = desk.open(STATIC);
                s.close().ok();
                s.begin().note("begin");
            });
            outcomes.are(&["finished; 0: begin=INVALID_HANDLE"]);
        },
    )
    .per(&[A14])
    .given(&["bad-handle=status"]),
];

/// Adds an object of each kind that refers to others where it can.
fn add_one_of_each(client: &Client) {
    use selvedge::wfp::Action;
    use selvedge::wfp::Filter;
    use selvedge::wfp::Sublayer;
    client.add_provider("P").ok();
    let sublayer = Sublayer {
        provider: Some(key("P")),
        ..Sublayer::with_key(key("SL"))
    };
    client.add_this_sublayer(sublayer).ok();
    client.add_callout("C").ok();
    client.add_context("X").ok();
    let filter = Filter {
        provider: Some(key("P")),
        sublayer: Some(key("SL")),
        action: Action::Terminating(key("C")),
        provider_context: Some(key("X")),
        ..filter("F", 7)
    };
    client.add(filter).ok();
}

fn one_of_each() -> [Target; 5] {
    [
        Target::Provider(key("P")),
        Target::Sublayer(key("SL")),
        Target::Callout(key("C")),
        Target::ProviderContext(key("X")),
        Target::FilterKey(key("F")),
    ]
}
