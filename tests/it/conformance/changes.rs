//! What subscribers are told of changes, and of which.

use std::sync::Arc;

use selvedge::runtime::controlled::Controlled;
use selvedge::status::NtStatus;
use selvedge::wfp::ChangeFn;
use selvedge::wfp::Kind;

use crate::cell::Cell;

use super::case::Case;
use super::case::asm;
use super::case::asm_threads;
use super::case::doc;
use super::case::doc_threads;
use super::client::Client;
use super::control::populate;
use super::desk::DYNAMIC;
use super::desk::Desk;
use super::desk::HASTY;
use super::desk::STATIC;
use super::desk::USER;
use super::ownership::one_of_each;
use super::source::*;
use super::watching::teller;

pub(super) const CASES: &[Case] = &[
    doc(
        "g1",
        "A change is told to the subscribers to its kind of object, and to no others",
        |desk| {
            for kind in Kind::ALL {
                let (s, t) = (desk.open(STATIC), desk.open(STATIC));
                let own = t.subscribe(kind, kind_teller(desk)).ok();
                populate(&s);
                for target in one_of_each() {
                    s.delete(target).ok();
                }
                let expected = [true, false].map(|added| format!("{kind:?} added={added}"));
                assert_eq!(desk.heard(), expected);
                t.unsubscribe(own).ok();
            }
        },
    )
    .per(&[CHANGES, FILTER_SUBSCRIBE]),
    doc(
        "g2",
        "A change of a filter is told with its type, its key and its identifier",
        |desk| {
            let (s, t) = (desk.open(STATIC), desk.open(STATIC));
            let notes = desk.clone();
            let function: ChangeFn = Arc::new(move |notice| {
                let id = notice.filter.map(selvedge::wfp::FilterId::value);
                notes.note(format!("{:?} {id:?} {}", notice.key, notice.added));
            });
            t.subscribe(Kind::Filter, function).ok();
            let id = Some(s.add_filter("F").ok().value());
            s.delete_filter("F").ok();
            let key = super::client::key("F");
            let expected = [true, false].map(|added| format!("{key:?} {id:?} {added}"));
            assert_eq!(desk.heard(), expected);
        },
    )
    .per(&[FILTER_SUBSCRIBE]),
    doc(
        "g3",
        "The close of a session cancels its subscriptions: there is no need to unsubscribe",
        |desk| {
            let (s, t) = (desk.open(STATIC), desk.open(STATIC));
            t.subscribe(Kind::Filter, teller(desk)).ok();
            t.close().ok();
            s.add_filter("F").ok();
            assert!(desk.heard().is_empty());
        },
    )
    .per(&[FILTER_UNSUBSCRIBE]),
    asm(
        "g4",
        "The objects that go with a dynamic session are told to subscribers of others",
        |desk| {
            let (s, t) = (desk.open(DYNAMIC), desk.open(STATIC));
            for kind in Kind::ALL {
                t.subscribe(kind, kind_teller(desk)).ok();
            }
            populate(&s);
            desk.heard();
            s.close().ok();
            let mut heard = desk.heard();
            heard.sort_unstable();
            let mut expected = Kind::ALL.map(|kind| format!("{kind:?} added=false"));
            expected.sort_unstable();
            assert_eq!(heard, expected);
        },
    )
    .per(&[CHANGES, A24]),
    asm(
        "g5",
        "An abort, of the client or by a close, is told to no subscriber",
        |desk| {
            let (s, t) = (desk.open(STATIC), desk.open(STATIC));
            t.subscribe(Kind::Filter, teller(desk)).ok();
            for end in [Client::abort, Client::close] {
                s.begin().ok();
                s.add_filter("F").ok();
                end(&s).ok();
                assert!(desk.heard().is_empty());
            }
        },
    )
    .per(&[CHANGES, A24]),
    asm_threads("g6", "A forced abort is told to no subscriber", |stage| {
        let outcomes = stage.outcomes(|desk| {
            let (s, t) = (desk.open(USER), desk.open(STATIC));
            t.subscribe(Kind::Filter, teller(desk)).ok();
            desk.thread(move || {
                s.begin().ok();
                s.add_filter("F").ok();
            });
            desk.thread(move || {
                t.begin().note("begin");
                t.commit().ok();
            });
        });
        outcomes.are(&["finished; 1: begin=ok"]);
    })
    .per(&[CHANGES, A24]),
    doc_threads(
        "94b",
        "Unsubscribing under a lock that the callback takes may wait for ever",
        |stage| {
            let outcomes = stage.outcomes(|desk| {
                let (s, t) = (desk.open(STATIC), desk.open(STATIC));
                let lock = Cell::<Controlled>::new(0);
                let inside = lock.clone();
                let function: ChangeFn = Arc::new(move |_| {
                    inside.lock();
                    inside.unlock();
                });
                let own = s.subscribe(Kind::Filter, function).ok();
                desk.thread(move || t.add_filter("G").ok());
                desk.thread(move || {
                    lock.lock();
                    s.unsubscribe(own).ok();
                    lock.unlock();
                });
            });
            outcomes.are(&["deadlock", "finished"]);
        },
    )
    .per(&[FILTER_UNSUBSCRIBE]),
    doc_threads(
        "89b",
        "What a transaction enumerates is there until it ends; without one it may be gone",
        |stage| {
            let inside = stage.outcomes(|desk| enumerate_beside_a_delete(desk, true));
            inside.are(&[
                "finished; 0: [0] get=ok",
                "finished; 0: [] get=FILTER_NOT_FOUND",
            ]);
            let outside = stage.outcomes(|desk| enumerate_beside_a_delete(desk, false));
            outside.are(&[
                "finished; 0: [0] get=FILTER_NOT_FOUND",
                "finished; 0: [0] get=ok",
                "finished; 0: [] get=FILTER_NOT_FOUND",
            ]);
        },
    )
    .per(&[FILTER_ENUM]),
    doc_threads(
        "34b",
        "What a transaction changed becomes visible at once, not piece by piece",
        |stage| {
            let outcomes = stage.outcomes(|desk| {
                let (s, t) = (desk.open(STATIC), desk.open(STATIC));
                s.add(super::client::filter("F", 1)).ok();
                desk.thread(move || {
                    s.begin().ok();
                    s.add(super::client::filter("G", 2)).ok();
                    s.delete_filter("F").ok();
                    s.add(super::client::filter("H", 3)).ok();
                    s.commit().ok();
                });
                desk.thread(move || t.note(format!("{:?}", t.filters())));
            });
            outcomes.are(&["finished; 1: [1]", "finished; 1: [2, 3]"]);
        },
    )
    .per(&[OBJECTS]),
    asm_threads(
        "w15",
        "Going on with an enumeration, subscribing and asking for the state wait for nobody",
        |stage| {
            let outcomes = stage.one_thread(|desk| {
                let (s, t) = (desk.open(STATIC), desk.open(HASTY));
                s.add_filter("F").ok();
                let all = t.enum_create(Kind::Filter).ok();
                s.begin().ok();
                assert_eq!(t.enumerate(all, 10).ok().len(), 1);
                t.enum_destroy(all).ok();
                let own = t.subscribe(Kind::Filter, teller(desk)).ok();
                t.unsubscribe(own).ok();
                let watch = desk.watch_service(desk.state_listener());
                desk.note(format!("{:?}", desk.engine.service_state()));
                desk.unwatch_service(watch).ok();
            });
            outcomes.are(&["finished; 0: Running"]);
        },
    )
    .per(&[A03]),
    asm(
        "e3",
        "A delete needs no end of enumerations that show the object",
        |desk| {
            let s = desk.open(STATIC);
            s.add_filter("F").ok();
            let all = s.enum_create(Kind::Filter).ok();
            s.delete_filter("F").ok();
            s.get_filter("F").is(NtStatus::FILTER_NOT_FOUND);
            s.enum_destroy(all).ok();
        },
    )
    .per(&[FILTER_ENUM, A26]),
];

/// A subscriber that notes the kind of what changed, and whether it was added.
fn kind_teller(desk: &Desk) -> ChangeFn {
    let desk = desk.clone();
    Arc::new(move |notice| desk.note(format!("{:?} added={}", notice.kind, notice.added)))
}

/// An enumeration and then a look-up, while another session deletes the filter.
fn enumerate_beside_a_delete(desk: &Desk, in_transaction: bool) {
    let (s, t) = (desk.open(STATIC), desk.open(STATIC));
    s.add_filter("F").ok();
    desk.thread(move || {
        if in_transaction {
            s.begin_reading().ok();
        }
        s.note(format!("{:?}", s.filters()));
        s.get_filter("F").note("get");
        if in_transaction {
            s.commit().ok();
        }
    });
    desk.thread(move || t.delete_filter("F").ok());
}
