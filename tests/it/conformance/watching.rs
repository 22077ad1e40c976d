//! Enumerations, subscriptions to changes, and the state of the service.

use std::sync::Arc;
use std::sync::OnceLock;

use selvedge::runtime::controlled::Controlled;
use selvedge::status::NtStatus;
use selvedge::wfp::ChangeFn;
use selvedge::wfp::Kind;
use selvedge::wfp::ServiceState;

use crate::cell::Cell;

use super::case::Case;
use super::case::asm;
use super::case::doc;
use super::case::doc_threads;
use super::case::obs;
use super::client::filter;
use super::client::raw_contexts;
use super::desk::Desk;
use super::desk::STATIC;
use super::source::*;

pub(super) const CASES: &[Case] = &[
    doc(
        "89",
        "An enumeration is a snapshot: what comes later is not in it",
        |desk| {
            let (s, t) = (desk.open(STATIC), desk.open(STATIC));
            s.add(filter("F", 7)).ok();
            let all = s.enum_create(Kind::Filter).ok();
            t.add(filter("G", 8)).ok();
            t.delete_filter("F").ok();
            assert_eq!(raw_contexts(&s.enumerate(all, 10).ok()), [7]);
            assert_eq!(s.filters(), [8]);
        },
    )
    .per(&[FILTER_ENUM, A26]),
    obs(
        "90",
        "An enumeration in a transaction shows its own additions",
        |desk| {
            let s = desk.open(STATIC);
            s.begin().ok();
            s.add(filter("F", 7)).ok();
            assert_eq!(s.filters(), [7]);
        },
    )
    .per(&[LIBWFP, FILTER_ENUM]),
    doc(
        "e1",
        "An enumeration goes on where it stopped, up to its end",
        |desk| {
            let s = desk.open(STATIC);
            for (name, raw_context) in [("F", 1), ("G", 2), ("H", 3)] {
                s.add(filter(name, raw_context)).ok();
            }
            let all = s.enum_create(Kind::Filter).ok();
            let parts = [2, 2, 2].map(|most| raw_contexts(&s.enumerate(all, most).ok()));
            assert_eq!(parts, [vec![1, 2], vec![3], vec![]]);
        },
    )
    .per(&[FILTER_ENUM]),
    asm(
        "e2",
        "An enumeration outlives its transaction, and ends when it is destroyed",
        |desk| {
            let (s, t) = (desk.open(STATIC), desk.open(STATIC));
            s.begin().ok();
            s.add(filter("F", 7)).ok();
            let all = s.enum_create(Kind::Filter).ok();
            s.abort().ok();
            t.enumerate(all, 10).is(NtStatus::INVALID_ENUMERATOR);
            assert_eq!(raw_contexts(&s.enumerate(all, 10).ok()), [7]);
            s.enum_destroy(all).ok();
            s.enum_destroy(all).is(NtStatus::INVALID_ENUMERATOR);
            s.enumerate(all, 10).is(NtStatus::INVALID_ENUMERATOR);
        },
    )
    .per(&[A25]),
    doc(
        "92a",
        "A subscriber is told of changes through other handles, not his own",
        |desk| {
            let (s, t) = (desk.open(STATIC), desk.open(STATIC));
            s.subscribe(Kind::Filter, teller(desk)).ok();
            s.add_filter("F").ok();
            assert!(desk.heard().is_empty());
            t.begin().ok();
            t.add_filter("G").ok();
            t.delete_filter("F").ok();
            assert!(desk.heard().is_empty());
            t.commit().ok();
            assert_eq!(desk.heard(), ["added=true", "added=false"]);
        },
    )
    .per(&[CHANGES, FILTER_SUBSCRIBE]),
    doc_threads("92b", "A change is told later, or never", |stage| {
        let outcomes = stage.outcomes(|desk| {
            let (s, t) = (desk.open(STATIC), desk.open(STATIC));
            let own = s.subscribe(Kind::Filter, teller(desk)).ok();
            desk.thread(move || {
                t.add_filter("G").ok();
            });
            desk.thread(move || s.unsubscribe(own).ok());
        });
        outcomes.are(&["finished", "finished; 32: added=true"]);
    })
    .per(&[CHANGES]),
    asm(
        "u1",
        "A subscription that is none of its session is NOT_FOUND",
        |desk| {
            let (s, t) = (desk.open(STATIC), desk.open(STATIC));
            let own = s.subscribe(Kind::Filter, teller(desk)).ok();
            t.unsubscribe(own).is(NtStatus::NOT_FOUND);
            s.unsubscribe(own).ok();
            s.unsubscribe(own).is(NtStatus::NOT_FOUND);
        },
    )
    .per(&[A04]),
    doc_threads(
        "94",
        "Unsubscribing waits for a callback that runs",
        |stage| {
            let outcomes = stage.outcomes(|desk| {
                let (s, t) = (desk.open(STATIC), desk.open(STATIC));
                let cell = Cell::<Controlled>::new(0);
                let inside = cell.clone();
                let function: ChangeFn = Arc::new(move |_| {
                    inside.store(1);
                    inside.store(2);
                });
                let own = s.subscribe(Kind::Filter, function).ok();
                desk.thread(move || {
                    t.add_filter("G").ok();
                });
                desk.thread(move || {
                    s.unsubscribe(own).ok();
                    s.note(cell.load().to_string());
                });
            });
            // It has not begun and will not, or it has ended.
            outcomes.are(&["finished; 1: 0", "finished; 1: 2"]);
        },
    )
    .per(&[FILTER_UNSUBSCRIBE]),
    doc_threads(
        "95",
        "A callback about the service that unsubscribes itself waits for ever",
        |stage| {
            let outcomes = stage.outcomes(|desk| {
                let own = Arc::new(OnceLock::new());
                let (inner, engine) = (Arc::clone(&own), desk.engine.clone());
                let function = move |_: ServiceState| {
                    let handle = inner.get().expect("it was set before any change");
                    let _status = engine.service_unsubscribe(*handle);
                };
                let handle = desk.watch_service(Arc::new(function));
                own.set(handle).expect("set once");
                let engine = desk.engine.clone();
                desk.thread(move || engine.service_stop());
            });
            outcomes.are(&["deadlock"]);
        },
    )
    .per(&[SERVICE]),
    doc(
        "96",
        "A session can be opened while the service runs, and only then",
        |desk| {
            assert_eq!(desk.engine.service_state(), ServiceState::Running);
            desk.engine.service_stop();
            assert_eq!(desk.engine.service_state(), ServiceState::Stopped);
            desk.try_open(STATIC).is(NtStatus::RPC_SERVER_UNAVAILABLE);
            desk.listen("C");
            desk.engine.service_start();
            assert_eq!(desk.engine.service_state(), ServiceState::Running);
            desk.open(STATIC);
        },
    )
    .per(&[KERNEL_OPEN, REGISTER, A15]),
];

/// A subscriber that notes whether something was added.
pub(super) fn teller(desk: &Desk) -> ChangeFn {
    let desk = desk.clone();
    Arc::new(move |notice| desk.note(format!("added={}", notice.added)))
}
