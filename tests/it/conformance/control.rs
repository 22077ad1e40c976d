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
use super::case::obs;
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
    obs(
        "t3",
        "Reads inside a transaction see its own additions and deletions",
        |desk| {
            let s = desk.open(STATIC);
            populate(&s);
            s.begin().ok();
            s.add(filter("G", 8)).ok();
            s.delete_filter("F").ok();
            s.get_filter("G").ok();
            s.get_filter("F").is(NtStatus::FILTER_NOT_FOUND);
            assert_eq!(s.filters(), [8]);
            s.abort().ok();
            s.get_filter("F").ok();
            s.get_filter("G").is(NtStatus::FILTER_NOT_FOUND);
        },
    )
    .per(&[LIBWFP]),
    doc(
        "t4",
        "No other session sees a change before its commit, and every one after",
        |desk| {
            let (s, t) = (desk.open(STATIC), desk.open(STATIC));
            populate(&s);
            s.begin().ok();
            s.add(filter("G", 8)).ok();
            s.delete_filter("F").ok();
            t.get_filter("G").is(NtStatus::FILTER_NOT_FOUND);
            t.get_filter("F").ok();
            s.commit().ok();
            t.get_filter("G").ok();
            t.get_filter("F").is(NtStatus::FILTER_NOT_FOUND);
        },
    )
    .per(&[OBJECTS])
    .given(&["look-up=snapshot"]),
    doc(
        "t5",
        "Looking up and enumerating are legal in every transaction",
        |desk| {
            let s = desk.open(STATIC);
            populate(&s);
            for (mode, kind) in modes_and_kinds() {
                s.begin_with(mode).ok();
                for target in one_of_each() {
                    s.get(target).ok();
                }
                let all = s.enum_create(kind).ok();
                assert!(!s.enumerate(all, 10).ok().is_empty());
                s.enum_destroy(all).ok();
                s.sessions().ok();
                s.commit().ok();
            }
        },
    )
    .per(&[FILTER_GET, FILTER_ENUM]),
    doc(
        "t6",
        "What failed in a transaction may be tried again in it",
        |desk| {
            let s = desk.open(STATIC);
            s.begin().ok();
            let filter = Filter {
                sublayer: Some(key("SL")),
                ..filter("F", 7)
            };
            s.add(filter).is(NtStatus::SUBLAYER_NOT_FOUND);
            s.add_sublayer("SL").ok();
            s.add(filter).ok();
            s.commit().ok();
            assert_eq!(s.filters(), [7]);
        },
    )
    .per(&[OBJECTS]),
    asm(
        "t7",
        "Identifiers of filters that were aborted are not given again",
        |desk| {
            let s = desk.open(STATIC);
            let mut ids = std::collections::BTreeSet::new();
            for _ in 0..4 {
                s.begin().ok();
                assert!(ids.insert(s.add_filter("F").ok()));
                s.abort().ok();
            }
            assert!(ids.insert(s.add_filter("F").ok()));
        },
    )
    .per(&[A11]),
    asm(
        "t8a",
        "A key may be added again in the transaction that deleted it",
        |desk| {
            let s = desk.open(STATIC);
            let old = s.add_filter("F").ok();
            s.begin().ok();
            s.delete_filter("F").ok();
            let new = s.add_filter("F").ok();
            s.commit().ok();
            assert_ne!(old, new);
            s.get(Target::Filter(old)).is(NtStatus::FILTER_NOT_FOUND);
            s.get(Target::Filter(new)).ok();
        },
    )
    .per(&[A13])
    .given(&["add-again=allowed"]),
    asm(
        "t8b",
        "A key that a transaction deleted is ALREADY_EXISTS up to its commit",
        |desk| {
            let s = desk.open(STATIC);
            s.add_filter("F").ok();
            s.begin().ok();
            s.delete_filter("F").ok();
            s.add_filter("F").is(NtStatus::ALREADY_EXISTS);
            s.commit().ok();
            s.add_filter("F").ok();
        },
    )
    .per(&[A13])
    .given(&["add-again=after-commit"]),
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
        "t10",
        "Outside a transaction each change is one of its own, and takes effect",
        |desk| {
            let (s, t) = (desk.open(STATIC), desk.open(STATIC));
            populate(&s);
            s.abort().is(NtStatus::NO_TXN_IN_PROGRESS);
            for target in one_of_each() {
                t.get(target).ok();
            }
        },
    )
    .per(&[OBJECTS, PRACTICES]),
    obs(
        "t11",
        "An abort does not undo the registration of a callout's functions",
        |desk| {
            let s = desk.open(STATIC);
            s.begin().ok();
            desk.listen("C");
            s.abort().ok();
            let again = desk.register("C", desk.listener(NtStatus::SUCCESS));
            again.is(NtStatus::ALREADY_EXISTS);
        },
    )
    .per(&[SPLIT_TUNNEL]),
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
fn populate(client: &Client) {
    client.add_provider("P").ok();
    client.add_sublayer("SL").ok();
    client.add_callout("C").ok();
    client.add_context("X").ok();
    client.add(filter("F", 7)).ok();
}

/// What [`populate`] adds, and what is there without it.
fn one_of_each() -> [Target; 6] {
    [
        Target::Provider(key("P")),
        Target::Sublayer(key("SL")),
        Target::Sublayer(DEFAULT_SUBLAYER),
        Target::Callout(key("C")),
        Target::ProviderContext(key("X")),
        Target::FilterKey(key("F")),
    ]
}

fn modes_and_kinds() -> impl Iterator<Item = (TransactionMode, Kind)> {
    let kinds = |mode| Kind::ALL.into_iter().map(move |kind| (mode, kind));
    MODES.into_iter().flat_map(kinds)
}
