//! What the end and the start of the service leave: of objects, sessions, transactions, functions
//! of callouts, and who is told of it.

use std::sync::Arc;

use selvedge::status::NtStatus;
use selvedge::wfp::Callout;
use selvedge::wfp::DEFAULT_SUBLAYER;
use selvedge::wfp::Filter;
use selvedge::wfp::FilterFlags;
use selvedge::wfp::Lifetime;
use selvedge::wfp::Provider;
use selvedge::wfp::Service;
use selvedge::wfp::ServiceState;
use selvedge::wfp::Sublayer;
use selvedge::wfp::Target;

use super::callouts::calling;
use super::callouts::ready;
use super::case::Case;
use super::case::asm;
use super::case::doc;
use super::case::doc_threads;
use super::client::callout;
use super::client::filter;
use super::client::key;
use super::desk::DYNAMIC;
use super::desk::Desk;
use super::desk::STATIC;
use super::ownership::add_persistent;
use super::ownership::one_of_each;
use super::source::*;

pub(super) const CASES: &[Case] = &[
    doc(
        "p1",
        "The end of the service takes what is static or dynamic, and all that refers to it",
        |desk| {
            let (s, t) = (desk.open(STATIC), desk.open(DYNAMIC));
            super::control::populate(&s);
            t.add_provider("Q").ok();
            t.add_filter("G").ok();
            desk.restart();
            let s = desk.open(STATIC);
            for target in one_of_each() {
                assert!(s.get(target).failed(), "{target:?}");
            }
            let gone = s.get(Target::Provider(key("Q")));
            gone.is(NtStatus::PROVIDER_NOT_FOUND);
            s.get_filter("G").is(NtStatus::FILTER_NOT_FOUND);
            super::control::populate(&s);
        },
    )
    .per(&[OBJECTS]),
    doc(
        "p2",
        "What is persistent, boot-time or built in outlives the service",
        |desk| {
            let s = desk.open(STATIC);
            add_persistent(&s);
            let flags = FilterFlags::BOOT_TIME;
            s.add(Filter {
                flags,
                ..filter("boot", 9)
            })
            .ok();
            desk.restart();
            let s = desk.open(STATIC);
            for target in one_of_each() {
                s.get(target).ok();
            }
            s.get_filter("boot").ok();
            s.get(Target::Sublayer(DEFAULT_SUBLAYER)).ok();
            // Until they are deleted.
            for target in one_of_each() {
                s.delete(target).ok();
            }
            s.delete_filter("boot").ok();
            desk.restart();
            let s = desk.open(STATIC);
            for target in one_of_each() {
                assert!(s.get(target).failed(), "{target:?}");
            }
        },
    )
    .per(&[OBJECTS]),
    doc(
        "p3",
        "Stored objects come back unless their provider's service starts on demand",
        |desk| {
            let s = desk.open(STATIC);
            let services = [
                ("P", Service::Unnamed, true),
                ("Q", Service::AutoStart, true),
                ("R", Service::OnDemand, false),
            ];
            for (name, service, _) in services {
                add_owned(&s, name, service);
            }
            desk.restart();
            let s = desk.open(STATIC);
            for (name, service, back) in services {
                let there = !s.get(Target::Sublayer(key(name))).failed();
                assert_eq!(there, back, "{service:?}");
                assert_eq!(!s.get_filter(name).failed(), back, "{service:?}");
            }
        },
    )
    .per(&[OBJECTS, PROVIDER_ADD]),
    asm(
        "p4",
        "The end of the service aborts open transactions",
        |desk| {
            let s = desk.open(STATIC);
            add_persistent(&s);
            s.begin().ok();
            s.delete_filter("F").ok();
            let lifetime = Lifetime::Persistent;
            let other = Provider::with_key(key("Q"));
            s.add_this_provider(Provider { lifetime, ..other }).ok();
            desk.restart();
            let t = desk.open(STATIC);
            t.get_filter("F").ok();
            let missing = t.get(Target::Provider(key("Q")));
            missing.is(NtStatus::PROVIDER_NOT_FOUND);
            t.begin().ok();
        },
    )
    .per(&[OBJECTS, A15]),
    asm(
        "p5",
        "The functions of callouts stay registered when the service restarts",
        |desk| {
            ready(desk);
            desk.restart();
            let again = desk.register("C", desk.listener(NtStatus::SUCCESS));
            again.is(NtStatus::ALREADY_EXISTS);
            let s = desk.open(STATIC);
            s.add_callout("C").ok();
            s.add(calling("F", 7)).ok();
            assert_eq!(desk.heard(), ["added:7"]);
        },
    )
    .per(&[REGISTER, A15]),
    asm(
        "55b",
        "After the service restarted a session is RPC_NT_SERVER_UNAVAILABLE, and can be closed",
        |desk| {
            let s = desk.open(STATIC);
            desk.restart();
            for _ in 0..2 {
                s.begin().is(NtStatus::RPC_SERVER_UNAVAILABLE);
                s.add_provider("P").is(NtStatus::RPC_SERVER_UNAVAILABLE);
                s.get_filter("F").is(NtStatus::RPC_SERVER_UNAVAILABLE);
            }
            s.close().ok();
            desk.open(STATIC).begin().ok();
        },
    )
    .per(&[A15])
    .given(&["after-restart=server-unavailable"]),
    asm(
        "55c",
        "While the service is down a handle from before is refused, and can be closed",
        |desk| {
            let s = desk.open(STATIC);
            desk.engine.service_stop();
            let down = [NtStatus::SESSION_ABORTED, NtStatus::RPC_SERVER_UNAVAILABLE];
            s.begin().among(&down);
            s.get_filter("F").among(&down);
            s.add_filter("F").among(&down);
            s.close().ok();
        },
    )
    .per(&[A15]),
    asm(
        "p6",
        "When the service starts, callouts are told of persistent filters",
        |desk| assert_eq!(told_at_restart(desk), ["added:7"]),
    )
    .per(&[A28])
    .given(&["notify-restart=told"]),
    asm(
        "p7",
        "When the service starts, callouts are told nothing of persistent filters",
        |desk| assert!(told_at_restart(desk).is_empty()),
    )
    .per(&[A28])
    .given(&["notify-restart=nothing"]),
    doc_threads(
        "p8",
        "Who subscribes to the state first, and then asks for it, misses no change",
        |stage| {
            let outcomes = stage.outcomes(|desk| {
                let (own, engine) = (desk.clone(), desk.engine.clone());
                desk.thread(move || engine.service_stop());
                desk.thread(move || {
                    own.watch_service(own.state_listener());
                    own.note(format!("{:?}", own.engine.service_state()));
                });
            });
            // Told of both changes, of the second, of none: the state is never one before those.
            outcomes.are(&[
                "finished; 0: StopPending Stopped; 1: Running",
                "finished; 0: StopPending Stopped; 1: StopPending",
                "finished; 0: StopPending Stopped; 1: Stopped",
                "finished; 0: Stopped; 1: StopPending",
                "finished; 0: Stopped; 1: Stopped",
                "finished; 1: Stopped",
            ]);
        },
    )
    .per(&[SERVICE, KERNEL_OPEN]),
    doc(
        "p9",
        "A callback may close its session at STOP_PENDING, and open one at RUNNING",
        |desk| {
            let (own, s) = (desk.clone(), desk.open(STATIC));
            let function = move |state| match state {
                ServiceState::StopPending => drop(s.close().note("close")),
                ServiceState::Running => drop(own.try_open(STATIC).plain().note("open")),
                ServiceState::Stopped | ServiceState::StartPending => {}
            };
            let watch = desk.watch_service(Arc::new(function));
            desk.restart();
            assert_eq!(desk.heard(), ["close=ok", "open=ok"]);
            desk.unwatch_service(watch).ok();
            desk.unwatch_service(watch).is(NtStatus::NOT_FOUND);
            desk.restart();
            assert!(desk.heard().is_empty());
        },
    )
    .per(&[SERVICE, KERNEL_OPEN]),
];

/// A persistent provider of this name whose service starts so, with a sublayer and a filter in it.
fn add_owned(client: &super::client::Client, name: &str, service: Service) {
    let (lifetime, provider) = (Lifetime::Persistent, Some(key(name)));
    let own = Provider::with_key(key(name));
    let own = Provider {
        lifetime,
        service,
        ..own
    };
    client.add_this_provider(own).ok();
    let sublayer = Sublayer::with_key(key(name));
    let sublayer = Sublayer {
        lifetime,
        provider,
        ..sublayer
    };
    client.add_this_sublayer(sublayer).ok();
    let owned = Filter {
        flags: FilterFlags::PERSISTENT,
        provider,
        sublayer: Some(key(name)),
        ..filter(name, 0)
    };
    client.add(owned).ok();
}

/// What a callout with functions is told at a restart, that has a persistent and a static filter.
fn told_at_restart(desk: &Desk) -> Vec<String> {
    let s = desk.open(STATIC);
    let lifetime = Lifetime::Persistent;
    let added = s.add_this_callout(Callout {
        lifetime,
        ..callout("C")
    });
    added.ok();
    let flags = FilterFlags::PERSISTENT;
    s.add(Filter {
        flags,
        ..calling("F", 7)
    })
    .ok();
    s.add(calling("G", 8)).ok();
    desk.listen("C");
    desk.restart();
    desk.heard()
}
