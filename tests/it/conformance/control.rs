//! Beginning, committing and aborting: what one session may do, and what it sees.

use selvedge::status::NtStatus;
use selvedge::wfp::DEFAULT_SUBLAYER;
use selvedge::wfp::Filter;
use selvedge::wfp::Kind;
use selvedge::wfp::Target;
use selvedge::wfp::TransactionFlags;
use selvedge::wfp::TransactionMode;

use super::case::Case;
use super::case::asm;
use super::case::asm_threads;
use super::case::doc;
use super::client::Client;
use super::client::filter;
use super::client::key;
use super::desk::Desk;
use super::desk::STATIC;
use super::source::*;

const MODES: [TransactionMode; 2] = [TransactionMode::ReadWrite, TransactionMode::ReadOnly];

pub(super) const CASES: &[Case] = &[
    doc(
        "1",
        "A commit without a transaction is NO_TXN_IN_PROGRESS",
        |desk| {
            desk.open(STATIC).commit().is(NtStatus::NO_TXN_IN_PROGRESS);
        },
    )
    .per(&[COMMIT]),
    doc(
        "2",
        "An abort without a transaction is NO_TXN_IN_PROGRESS",
        |desk| {
            desk.open(STATIC).abort().is(NtStatus::NO_TXN_IN_PROGRESS);
        },
    )
    .per(&[ABORT]),
    doc(
        "3",
        "A second begin is TXN_IN_PROGRESS at once, and the first goes on",
        |desk| {
            let s = desk.open(STATIC);
            s.begin().ok();
            s.add_provider("P").ok();
            s.begin().is(NtStatus::TXN_IN_PROGRESS);
            s.begin_reading().is(NtStatus::TXN_IN_PROGRESS);
            s.commit().ok();
            s.get(Target::Provider(key("P"))).ok();
        },
    )
    .per(&[OBJECTS, BEGIN, EBPF_3607]),
    doc(
        "4",
        "A second begin inside a read-only transaction is TXN_IN_PROGRESS",
        |desk| {
            let s = desk.open(STATIC);
            s.begin_reading().ok();
            s.begin_reading().is(NtStatus::TXN_IN_PROGRESS);
            s.begin().is(NtStatus::TXN_IN_PROGRESS);
            s.commit().ok();
        },
    )
    .per(&[OBJECTS, BEGIN]),
    doc(
        "5",
        "An abort after a commit is NO_TXN_IN_PROGRESS",
        |desk| {
            let s = desk.open(STATIC);
            s.begin().ok();
            s.commit().ok();
            s.abort().is(NtStatus::NO_TXN_IN_PROGRESS);
            s.commit().is(NtStatus::NO_TXN_IN_PROGRESS);
        },
    )
    .per(&[ABORT, WFP_RS]),
    doc(
        "6",
        "An abort after an abort is NO_TXN_IN_PROGRESS",
        |desk| {
            let s = desk.open(STATIC);
            s.begin().ok();
            s.abort().ok();
            s.abort().is(NtStatus::NO_TXN_IN_PROGRESS);
        },
    )
    .per(&[ABORT, WFP_RS]),
    doc(
        "7",
        "After an abort nobody has what was added, and its keys are free",
        |desk| {
            let (s, t) = (desk.open(STATIC), desk.open(STATIC));
            s.begin().ok();
            s.add_provider("P").ok();
            s.abort().ok();
            for client in [&s, &t] {
                let missing = client.get(Target::Provider(key("P")));
                missing.is(NtStatus::PROVIDER_NOT_FOUND);
            }
            t.add_provider("P").ok();
        },
    )
    .per(&[OBJECTS]),
    doc(
        "8",
        "A call that fails leaves the transaction open: the rest commits",
        |desk| {
            let s = three_of_four(desk);
            s.commit().ok();
            assert_eq!(s.filters(), [1, 2, 3]);
        },
    )
    .per(&[OBJECTS]),
    doc(
        "9",
        "A call that fails leaves the transaction open: it aborts as a whole",
        |desk| {
            let s = three_of_four(desk);
            s.abort().ok();
            assert!(s.filters().is_empty());
        },
    )
    .per(&[OBJECTS]),
    doc(
        "11",
        "A change in a read-only transaction is INCOMPATIBLE_TXN; it goes on",
        |desk| {
            let s = desk.open(STATIC);
            populate(&s);
            s.begin_reading().ok();
            s.add_provider("new").is(NtStatus::INCOMPATIBLE_TXN);
            s.add_sublayer("new").is(NtStatus::INCOMPATIBLE_TXN);
            s.add_callout("new").is(NtStatus::INCOMPATIBLE_TXN);
            s.add_context("new").is(NtStatus::INCOMPATIBLE_TXN);
            s.add_filter("new").is(NtStatus::INCOMPATIBLE_TXN);
            for target in one_of_each() {
                s.delete(target).is(NtStatus::INCOMPATIBLE_TXN);
                s.get(target).ok();
            }
            s.commit().ok();
            for target in one_of_each() {
                s.get(target).ok();
            }
        },
    )
    .per(&[FILTER_ADD, FILTER_DELETE, LIBWFP]),
    doc(
        "12a",
        "A read-only transaction may be committed, and another begun",
        |desk| {
            let s = desk.open(STATIC);
            s.begin_reading().ok();
            s.commit().ok();
            s.begin().ok();
        },
    )
    .per(&[COMMIT]),
    asm(
        "12b",
        "A read-only transaction may as well be aborted",
        |desk| {
            let s = desk.open(STATIC);
            s.begin_reading().ok();
            s.abort().ok();
            s.begin().ok();
        },
    )
    .per(&[A31]),
    doc(
        "13",
        "Subscribing inside a transaction is TXN_IN_PROGRESS; it goes on",
        |desk| {
            let s = desk.open(STATIC);
            for (mode, kind) in modes_and_kinds() {
                s.begin_with(mode).ok();
                let refused = s.subscribe(kind, std::sync::Arc::new(|_| ()));
                refused.is(NtStatus::TXN_IN_PROGRESS);
                s.commit().ok();
            }
        },
    )
    .per(&[FILTER_SUBSCRIBE, ACCESS]),
    doc(
        "14",
        "Unsubscribing inside a transaction is TXN_IN_PROGRESS",
        |desk| {
            let s = desk.open(STATIC);
            for (mode, kind) in modes_and_kinds() {
                let own = s.subscribe(kind, std::sync::Arc::new(|_| ())).ok();
                s.begin_with(mode).ok();
                s.unsubscribe(own).is(NtStatus::TXN_IN_PROGRESS);
                s.commit().ok();
                s.unsubscribe(own).ok();
            }
        },
    )
    .per(&[FILTER_UNSUBSCRIBE, ACCESS]),
    doc(
        "15",
        "Setting an option of the engine inside a transaction is TXN_IN_PROGRESS",
        |desk| {
            let s = desk.open(STATIC);
            for mode in MODES {
                s.begin_with(mode).ok();
                s.set_option().is(NtStatus::TXN_IN_PROGRESS);
                s.commit().ok();
            }
            s.set_option().ok();
        },
    )
    .per(&[OPTION, SIMPLEWALL_253]),
    doc(
        "t1",
        "Changing the security of an object inside one is TXN_IN_PROGRESS",
        |desk| {
            let s = desk.open(STATIC);
            populate(&s);
            for mode in MODES {
                s.begin_with(mode).ok();
                for target in one_of_each() {
                    s.set_security(target).is(NtStatus::TXN_IN_PROGRESS);
                }
                s.commit().ok();
            }
            for target in one_of_each() {
                s.set_security(target).ok();
            }
        },
    )
    .per(&[ACCESS]),
    asm(
        "17",
        "A begin with an unknown flag is INVALID_FLAGS, and begins nothing",
        |desk| {
            let s = desk.open(STATIC);
            for flags in [2, 3, 0x8000_0000] {
                s.begin_with(TransactionFlags(flags))
                    .is(NtStatus::INVALID_FLAGS);
                s.commit().is(NtStatus::NO_TXN_IN_PROGRESS);
            }
            s.begin_with(TransactionFlags(1)).ok();
            s.add_provider("P").is(NtStatus::INCOMPATIBLE_TXN);
        },
    )
    .per(&[A20]),
    asm_threads(
        "18",
        "A thread works inside whatever transaction its handle has open",
        |stage| {
            let outcomes = stage.outcomes(|desk| {
                let s = desk.open(STATIC);
                s.begin().ok();
                let other = s.clone();
                desk.thread(move || {
                    s.abort().ok();
                    s.note(format!("{:?}", s.filters()));
                });
                desk.thread(move || {
                    other.add(filter("F", 7)).ok();
                });
            });
            // Before the abort the filter goes with it. After it the filter is its own transaction,
            // which the first thread's enumeration sees or comes before.
            outcomes.are(&["finished; 0: []", "finished; 0: [7]"]);
        },
    )
    .per(&[OBJECTS, A12]),
    asm_threads(
        "t2",
        "A begin by another thread on the same handle is TXN_IN_PROGRESS",
        |stage| {
            let outcomes = stage.outcomes(|desk| {
                let s = desk.open(STATIC);
                for _ in 0..2 {
                    let own = s.clone();
                    desk.thread(move || {
                        if own.begin().note("begin") {
                            own.commit().ok();
                        }
                    });
                }
            });
            let both = "finished; 0: begin=ok; 1: begin=ok";
            let second = "finished; 0: begin=ok; 1: begin=TXN_IN_PROGRESS";
            outcomes.are(&[
                both,
                second,
                "finished; 0: begin=TXN_IN_PROGRESS; 1: begin=ok",
            ]);
        },
    )
    .per(&[OBJECTS, EBPF_3607, A12]),
    doc(
        "t9",
        "A transaction that changed nothing may end in both ways",
        |desk| {
            let s = desk.open(STATIC);
            for mode in MODES {
                s.begin_with(mode).ok();
                s.commit().ok();
                s.begin_with(mode).ok();
                s.abort().ok();
            }
        },
    )
    .per(&[COMMIT, ABORT]),
    doc(
        "t12",
        "One session may have a transaction inside that of another that only reads",
        |desk| {
            let (s, t) = (desk.open(STATIC), desk.open(STATIC));
            s.begin_reading().ok();
            t.begin_reading().ok();
            t.commit().ok();
            s.commit().ok();
        },
    )
    .per(&[OBJECTS, A02])
    .given(&["lock-mode=shared-readers"]),
];

/// A transaction in which three adds succeed and a fourth fails.
fn three_of_four(desk: &Desk) -> Client {
    let s = desk.open(STATIC);
    s.begin().ok();
    for (name, raw_context) in [("F", 1), ("G", 2), ("H", 3)] {
        s.add(filter(name, raw_context)).ok();
    }
    let nowhere = Filter {
        layer: key("nowhere"),
        ..filter("I", 4)
    };
    s.add(nowhere).is(NtStatus::LAYER_NOT_FOUND);
    s
}

/// Adds one object of each kind.
pub(super) fn populate(client: &Client) {
    client.add_provider("P").ok();
    client.add_sublayer("SL").ok();
    client.add_callout("C").ok();
    client.add_context("X").ok();
    client.add(filter("F", 7)).ok();
}

/// What [`populate`] adds, and what is there without it.
pub(super) fn one_of_each() -> [Target; 6] {
    [
        Target::Provider(key("P")),
        Target::Sublayer(key("SL")),
        Target::Sublayer(DEFAULT_SUBLAYER),
        Target::Callout(key("C")),
        Target::ProviderContext(key("X")),
        Target::FilterKey(key("F")),
    ]
}

pub(super) fn modes_and_kinds() -> impl Iterator<Item = (TransactionMode, Kind)> {
    let kinds = |mode| Kind::ALL.into_iter().map(move |kind| (mode, kind));
    MODES.into_iter().flat_map(kinds)
}
