//! Registering and unregistering the functions of callouts: in what order, how often, and beside
//! what else.

use std::sync::Arc;

use selvedge::runtime::controlled::Controlled;
use selvedge::status::NtStatus;
use selvedge::wfp::CALLOUTS_MAX;
use selvedge::wfp::CalloutFunctions;
use selvedge::wfp::EngineOptions;
use selvedge::wfp::Target;

use crate::cell::Cell;

use super::callouts::calling;
use super::callouts::ready;
use super::case::Case;
use super::case::asm_threads;
use super::case::doc;
use super::case::doc_threads;
use super::case::obs;
use super::client::Client;
use super::client::key;
use super::desk::Desk;
use super::desk::STATIC;
use super::source::*;

pub(super) const CASES: &[Case] = &[
    doc(
        "c2",
        "A callout may be added, and filters that ask it, before it has functions",
        |desk| {
            let s = desk.open(STATIC);
            s.add_callout("C").ok();
            s.add(calling("F", 7)).ok();
            assert!(desk.heard().is_empty());
            desk.listen("C");
        },
    )
    .per(&[CALLOUT_ADD, REGISTER]),
    doc(
        "c3",
        "Deleting a callout leaves its functions registered",
        |desk| {
            let s = ready(desk);
            s.delete(Target::Callout(key("C"))).ok();
            let again = desk.register("C", desk.listener(NtStatus::SUCCESS));
            again.is(NtStatus::ALREADY_EXISTS);
            s.add_callout("C").ok();
            s.add(calling("F", 7)).ok();
            assert_eq!(desk.heard(), ["added:7"]);
        },
    )
    .per(&[CALLOUT_DELETE]),
    doc(
        "c4",
        "Functions are registered once for a callout: again it is ALREADY_EXISTS",
        |desk| {
            let functions = || desk.listener(NtStatus::SUCCESS);
            desk.listen("C");
            desk.register("C", functions()).is(NtStatus::ALREADY_EXISTS);
            desk.listen("D");
            desk.unregister("C").ok();
            desk.register("C", functions()).ok();
        },
    )
    .per(&[REGISTER]),
    doc(
        "c5",
        "Functions may be unregistered while filters ask the callout, which stay",
        |desk| {
            let s = ready(desk);
            s.add(calling("F", 7)).ok();
            desk.unregister("C").ok();
            desk.unregister("C").is(NtStatus::CALLOUT_NOT_FOUND);
            s.get_filter("F").ok();
            s.delete(Target::Callout(key("C"))).is(NtStatus::IN_USE);
        },
    )
    .per(&[UNREGISTER]),
    doc(
        "c6",
        "One callout more than may have functions is TOO_MANY_CALLOUTS",
        |desk| {
            assert_eq!(CALLOUTS_MAX, 100_000);
            assert_eq!(EngineOptions::default().callouts_max, CALLOUTS_MAX);
            // The same with less room.
            let desk = desk.another(EngineOptions {
                callouts_max: 2,
                ..EngineOptions::default()
            });
            desk.listen("C");
            desk.listen("D");
            let functions = || desk.listener(NtStatus::SUCCESS);
            desk.register("E", functions())
                .is(NtStatus::TOO_MANY_CALLOUTS);
            desk.unregister("C").ok();
            desk.register("E", functions()).ok();
        },
    )
    .per(&[CODES]),
    obs(
        "c7",
        "An abort does not undo unregistering functions either",
        |desk| {
            let s = ready(desk);
            s.begin().ok();
            desk.unregister("C").ok();
            s.abort().ok();
            desk.unregister("C").is(NtStatus::CALLOUT_NOT_FOUND);
        },
    )
    .per(&[SPLIT_TUNNEL]),
    doc_threads(
        "c8",
        "Functions that another thread is unregistering are IN_USE",
        |stage| {
            let outcomes = stage.outcomes(|desk| {
                let (s, inside, go) = held_inside(desk);
                let ([first, second], [watches, waits]) = (both(desk), both(&inside));
                desk.thread(move || s.add(calling("F", 7)).ok());
                desk.thread(move || {
                    watches.wait_for(1);
                    first.unregister("C").note("unregister");
                });
                desk.thread(move || {
                    waits.wait_for(1);
                    second.unregister("C").note("unregister");
                });
                let (third, functions) = (desk.clone(), desk.listener(NtStatus::SUCCESS));
                desk.thread(move || {
                    inside.wait_for(1);
                    third.register("C", functions).plain().note("register");
                    go.set();
                });
            });
            outcomes.sometimes(&["1: unregister=ok", "2: unregister=IN_USE"]);
            outcomes.sometimes(&["1: unregister=IN_USE", "2: unregister=ok"]);
            outcomes.sometimes(&["1: unregister=ok", "2: unregister=CALLOUT_NOT_FOUND"]);
            outcomes.sometimes(&["3: register=IN_USE"]);
            outcomes.sometimes(&["3: register=ALREADY_EXISTS"]);
            outcomes.never("3: register=ok");
            outcomes.never("1: unregister=ok; 2: unregister=ok");
            outcomes.never("deadlock");
        },
    )
    .per(&[UNREGISTER])
    .given(&["unregister=waits"]),
    asm_threads(
        "c9",
        "Unregistering waits for a function that runs",
        |stage| {
            let outcomes = stage.outcomes(|desk| {
                let s = desk.open(STATIC);
                s.add_callout("C").ok();
                let cell = Cell::<Controlled>::new(0);
                let inside = cell.clone();
                let notify = move |_| {
                    inside.store(1);
                    inside.store(2);
                    NtStatus::SUCCESS
                };
                desk.register("C", functions(notify)).ok();
                let own = desk.clone();
                desk.thread(move || s.add(calling("F", 7)).ok());
                desk.thread(move || {
                    own.unregister("C").ok();
                    own.note(cell.load().to_string());
                });
            });
            // It has not begun and will not, or it has ended.
            outcomes.are(&["finished; 1: 0", "finished; 1: 2"]);
        },
    )
    .per(&[UNREGISTER, A30])
    .given(&["unregister=waits"]),
    asm_threads(
        "c10",
        "Unregistering while a function runs is DEVICE_BUSY, and may be tried again",
        |stage| {
            let outcomes = stage.outcomes(|desk| {
                let (s, inside, go) = held_inside(desk);
                let (own, done) = (desk.clone(), Cell::<Controlled>::new(2));
                let is_done = done.clone();
                desk.thread(move || {
                    s.add(calling("F", 7)).ok();
                    done.set();
                });
                desk.thread(move || {
                    inside.wait_for(1);
                    own.unregister("C").note("first");
                    go.set();
                    is_done.wait_for(1);
                    own.unregister("C").note("again");
                });
            });
            outcomes.are(&["finished; 1: first=DEVICE_BUSY again=ok"]);
        },
    )
    .per(&[NETEBPFEXT, A30])
    .given(&["unregister=fails"]),
];

/// Functions with this notify function.
pub(super) fn functions(
    notify: impl Fn(selvedge::wfp::Notification) -> NtStatus + Send + Sync + 'static,
) -> CalloutFunctions {
    let notify: selvedge::wfp::NotifyFn = Arc::new(notify);
    CalloutFunctions::from(notify)
}

fn both<T: Clone>(one: &T) -> [T; 2] {
    [one.clone(), one.clone()]
}

/// A session, and a callout whose notify function sets the first event and waits for the second.
pub(super) fn held_inside(desk: &Desk) -> (Client, Cell<Controlled>, Cell<Controlled>) {
    let s = desk.open(STATIC);
    s.add_callout("C").ok();
    let (inside, go) = (Cell::<Controlled>::new(0), Cell::<Controlled>::new(1));
    let (is_inside, may_go) = (inside.clone(), go.clone());
    let notify = move |_| {
        is_inside.set();
        may_go.wait_for(1);
        NtStatus::SUCCESS
    };
    desk.register("C", functions(notify)).ok();
    (s, inside, go)
}
