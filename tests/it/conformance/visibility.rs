//! What a transaction shows to its own session and to others, and what an abort undoes.

use selvedge::status::NtStatus;
use selvedge::wfp::Filter;
use selvedge::wfp::Target;

use super::case::Case;
use super::case::asm;
use super::case::doc;
use super::case::obs;
use super::client::filter;
use super::client::key;
use super::desk::STATIC;
use super::source::*;

use super::control::modes_and_kinds;
use super::control::one_of_each;
use super::control::populate;

pub(super) const CASES: &[Case] = &[
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
];
