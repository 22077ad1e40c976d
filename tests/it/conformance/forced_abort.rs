//! The forced abort of a user-mode transaction that takes an hour.

use selvedge::runtime::controlled::Controlled;
use selvedge::wfp::Target;
use selvedge::wfp::TransactionMode;

use crate::cell::Cell;

use super::callouts::calling;
use super::case::Case;
use super::case::asm_threads;
use super::case::doc_threads;
use super::client::Client;
use super::client::filter;
use super::client::key;
use super::desk::Desk;
use super::desk::STATIC;
use super::desk::USER;
use super::functions::held_inside;
use super::source::*;

pub(super) const CASES: &[Case] = &[
    doc_threads(
        "23",
        "After an hour a user-mode transaction is aborted",
        |stage| {
        let outcomes = stage.outcomes(|desk| {
            let (s, t) = (desk.open(USER), desk.open(STATIC));
            desk.thread(move || {
                s.begin().ok();
                s.add(filter("F", 7)).ok();
            });
            desk.thread(move || {
                t.begin().ok();
                t.note(format!("{:?}", t.filters()));
                t.commit().ok();
            });
        });
        // The other may also come first.
        outcomes.are(&["finished; 1: []"]);
    })
    .per(&[OBJECTS]),
    asm_threads(
        "24a",
        "Any one call after a forced abort is TXN_ABORTED",
        |stage| {
        for (name, call) in CALLS {
            let outcomes = stage.outcomes(|desk| after_forced_abort(desk, move |s| {
                call(&s, "first");
                s.commit().note("commit");
                s.begin().note("begin");
            }));
            let expected =
                "finished; 0: first=TXN_ABORTED commit=NO_TXN_IN_PROGRESS begin=ok; 1: begin=ok";
            assert!(!name.is_empty());
            outcomes.are(&[expected]);
        }
    })
    .per(&[OBJECTS, A05])
    .given(&["forced-abort=once"]),
    asm_threads(
        "24b",
        "Every call after a forced abort is TXN_ABORTED, up to an abort",
        |stage| {
        for (name, call) in CALLS.iter().filter(|(name, _)| *name != "abort") {
            let outcomes = stage.outcomes(|desk| after_forced_abort(desk, move |s| {
                call(&s, "first");
                call(&s, "second");
                s.abort().note("abort");
                s.begin().note("begin");
            }));
            let expected = "finished; 0: first=TXN_ABORTED second=TXN_ABORTED abort=ok begin=ok; \
                            1: begin=ok";
            assert!(!name.is_empty());
            outcomes.are(&[expected]);
        }
    })
    .per(&[OBJECTS, A05])
    .given(&["forced-abort=until-abort"]),
    doc_threads(
        "24",
        "An add after a forced abort is TXN_ABORTED",
        |stage| {
        let outcomes = stage.outcomes(|desk| after_forced_abort(desk, |s| {
            s.add_filter("G").note("add");
        }));
        outcomes.are(&["finished; 0: add=TXN_ABORTED; 1: begin=ok"]);
    })
    .per(&[OBJECTS]),
    asm_threads(
        "25",
        "After a forced abort that was told, a begin succeeds",
        |stage| {
        let outcomes = stage.outcomes(|desk| after_forced_abort(desk, |s| {
            s.add_filter("G").note("add");
            s.begin().note("begin");
        }));
        outcomes.are(&["finished; 0: add=TXN_ABORTED begin=ok; 1: begin=ok"]);
    })
    .per(&[A05])
    .given(&["forced-abort=once"]),
    asm_threads(
        "25b",
        "After a forced abort a begin is TXN_ABORTED, where that lasts",
        |stage| {
        let outcomes = stage.outcomes(|desk| after_forced_abort(desk, |s| {
            s.add_filter("G").note("add");
            s.begin().note("begin");
        }));
        outcomes.are(&["finished; 0: add=TXN_ABORTED begin=TXN_ABORTED; 1: begin=ok"]);
    })
    .per(&[A05])
    .given(&["forced-abort=until-abort"]),
    doc_threads(
        "w4",
        "A session whose transaction was forcibly aborted can be closed",
        |stage| {
        let outcomes = stage.outcomes(|desk| after_forced_abort(desk, |s| {
            s.close().note("close");
        }));
        outcomes.are(&["finished; 0: close=ok; 1: begin=ok"]);
    })
    .per(&[CLOSE]),
    doc_threads(
        "w13",
        "A transaction of one call is never forcibly aborted, however long it takes",
        |stage| {
            let outcomes = stage.outcomes(|desk| {
                let (_, inside, _) = held_inside(desk);
                let (s, t) = (desk.open(USER), desk.open(STATIC));
                desk.thread(move || s.add(calling("F", 7)).note("add"));
                desk.thread(move || {
                    inside.wait_for(1);
                    t.begin().note("begin");
                });
            });
            // Its callout never returns, and who wants the lock waits for ever.
            outcomes.are(&["deadlock"]);
        },
    )
    .per(&[OBJECTS]),
    doc_threads(
        "103",
        "The hour counts for read-only transactions, too",
        |stage| {
        let outcomes = stage.outcomes(|desk| {
            let s = desk.open(USER);
            forced_abort(desk, (s, TransactionMode::ReadOnly), |s| {
                s.get(Target::Provider(key("P"))).note("get");
            });
        });
        outcomes.are(&["finished; 0: get=TXN_ABORTED; 1: begin=ok"]);
    })
    .per(&[OBJECTS]),
];

/// The transaction of a user-mode session holds the lock when another session comes, which waits
/// for ever. The forced abort lets that one in; then the first goes on with `body`.
fn forced_abort(
    desk: &Desk,
    (s, mode): (Client, TransactionMode),
    body: impl FnOnce(Client) + Send + 'static,
) {
    let (begun, aborted) = (Cell::<Controlled>::new(0), Cell::<Controlled>::new(1));
    let (has_begun, is_aborted) = (begun.clone(), aborted.clone());
    let t = desk.open(STATIC);
    desk.thread(move || {
        s.begin_with(mode).ok();
        begun.set();
        is_aborted.wait_for(1);
        body(s);
    });
    desk.thread(move || {
        has_begun.wait_for(1);
        t.begin().note("begin");
        aborted.set();
        t.commit().ok();
    });
}

fn after_forced_abort(desk: &Desk, body: impl FnOnce(Client) + Send + 'static) {
    let s = desk.open(USER);
    forced_abort(desk, (s, TransactionMode::ReadWrite), body);
}

type Call = fn(&Client, &str);

/// Calls that use a transaction.
const CALLS: [(&str, Call); 7] = [
    ("add", |s, name| {
        s.add_provider("Q").note(name);
    }),
    ("delete", |s, name| {
        s.delete(Target::Provider(key("P"))).note(name);
    }),
    ("get", |s, name| {
        s.get(Target::Provider(key("P"))).note(name);
    }),
    ("enum", |s, name| {
        s.enum_create(selvedge::wfp::Kind::Filter).note(name);
    }),
    ("commit", |s, name| {
        s.commit().note(name);
    }),
    ("abort", |s, name| {
        s.abort().note(name);
    }),
    ("begin", |s, name| {
        s.begin().note(name);
    }),
];
