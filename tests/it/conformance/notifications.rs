//! What callouts are told of transactions, and what becomes of calls from inside a notification.

use std::sync::Arc;

use selvedge::status::NtStatus;
use selvedge::wfp::CalloutFunctions;

use super::callouts::calling;
use super::callouts::ready;
use super::case::Case;
use super::case::asm;
use super::case::asm_threads;
use super::case::doc;
use super::client::Client;
use super::desk::DYNAMIC;
use super::desk::Desk;
use super::desk::STATIC;
use super::source::*;

pub(super) const CASES: &[Case] = &[
    asm("78a", "An abort tells nothing of an added filter", |desk| {
        let s = ready(desk);
        s.begin().ok();
        s.add(calling("F", 7)).ok();
        s.abort().ok();
        assert_eq!(desk.heard(), ["added:7"]);
    })
    .per(&[NETEBPFEXT, A08])
    .given(&["notify-abort=nothing", "notify-add=at-call"]),
    asm(
        "78b",
        "An abort tells the delete of each filter whose add was told",
        |desk| {
            let s = ready(desk);
            s.begin().ok();
            s.add(calling("F", 7)).ok();
            s.abort().ok();
            assert_eq!(desk.heard(), ["added:7", "deleted:7"]);
        },
    )
    .per(&[A08])
    .given(&["notify-abort=compensating-delete", "notify-add=at-call"]),
    doc(
        "80",
        "A delete in a transaction is told once, by the end of its commit",
        |desk| {
            let s = ready(desk);
            s.add(calling("F", 7)).ok();
            desk.heard();
            s.begin().ok();
            s.delete_filter("F").ok();
            s.commit().ok();
            assert_eq!(desk.heard(), ["deleted:7"]);
        },
    )
    .per(&[NOTIFY, PROCESSING, A09]),
    doc(
        "82",
        "A callout that asks for it is told of the commit, too, and of no abort",
        |desk| {
            let s = desk.open(STATIC);
            s.add_callout("C").ok();
            let functions = CalloutFunctions {
                commit_add_notify: true,
                ..desk.listener(NtStatus::SUCCESS)
            };
            desk.register("C", functions).ok();
            s.begin().ok();
            s.add(calling("F", 7)).ok();
            assert_eq!(desk.heard(), ["added:7"]);
            s.commit().ok();
            assert_eq!(desk.heard(), ["committed:7"]);
            s.begin().ok();
            s.add(calling("G", 8)).ok();
            s.abort().ok();
            assert!(!desk.heard().contains(&"committed:8".to_owned()));
        },
    )
    .per(&[CALLOUT, SAMPLER, A07])
    .given(&["notify-add=at-call"]),
    doc(
        "83",
        "A callout that does not ask for it is not told of the commit",
        |desk| {
            let s = ready(desk);
            s.begin().ok();
            s.add(calling("F", 7)).ok();
            s.commit().ok();
            assert_eq!(desk.heard(), ["added:7"]);
        },
    )
    .per(&[CALLOUT]),
    asm_threads(
        "87a",
        "A call from inside a notification is found as a bug, and fails",
        |stage| {
            let outcomes =
                stage.one_thread(|desk| reentrant(desk).add(calling("F", 7)).note("add"));
            outcomes.are(&["finished; 0: inner=POSSIBLE_DEADLOCK add=ok; ReentrantCall"]);
        },
    )
    .per(&[SAMPLER, A10])
    .given(&["reentrancy=report"]),
    asm_threads(
        "87b",
        "A call from inside a notification waits for its own lock",
        |stage| {
            let outcomes = stage.outcomes(|desk| {
                let s = reentrant(desk);
                desk.thread(move || {
                    s.add(calling("F", 7)).ok();
                });
            });
            outcomes.are(&["deadlock"]);
        },
    )
    .per(&[A10])
    .given(&["reentrancy=block"]),
    doc(
        "88",
        "A dynamic session's end tells the delete of each of its filters",
        |desk| {
            desk.open(STATIC).add_callout("C").ok();
            desk.listen("C");
            let s = desk.open(DYNAMIC);
            s.add(calling("F", 7)).ok();
            s.add(calling("G", 8)).ok();
            desk.heard();
            s.close().ok();
            assert_eq!(desk.heard(), ["deleted:7", "deleted:8"]);
        },
    )
    .per(&[PROCESSING, A16]),
];

/// A session, and a callout that begins a transaction on another one when it is told something.
fn reentrant(desk: &Desk) -> Client {
    let (s, t) = (desk.open(STATIC), desk.open(STATIC));
    s.add_callout("C").ok();
    let notify = move |_| {
        t.begin().note("inner");
        NtStatus::SUCCESS
    };
    let functions = CalloutFunctions {
        notify: Arc::new(notify),
        ..desk.listener(NtStatus::SUCCESS)
    };
    desk.register("C", functions).ok();
    s
}
