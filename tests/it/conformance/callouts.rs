//! Functions of callouts, what they are told, and what the end of the service leaves of sessions.

use std::sync::Arc;

use selvedge::status::NtStatus;
use selvedge::wfp::Action;
use selvedge::wfp::CalloutFunctions;
use selvedge::wfp::Filter;

use super::case::Case;
use super::case::asm;
use super::case::doc;
use super::case::obs;
use super::client::Client;
use super::client::filter;
use super::client::key;
use super::desk::Desk;
use super::desk::STATIC;
use super::source::*;

pub(super) const CASES: &[Case] = &[
    doc(
        "70",
        "Registering and adding a callout give the same identifier, in either order",
        |desk| {
            let s = desk.open(STATIC);
            assert_eq!(desk.listen("C"), s.add_callout("C").ok());
            assert_eq!(s.add_callout("D").ok(), desk.listen("D"));
        },
    )
    .per(&[CALLOUT_ADD]),
    doc(
        "71",
        "A registered callout is told once of an added filter, before the add returns",
        |desk| {
            let s = ready(desk);
            s.add(calling("F", 7)).ok();
            assert_eq!(desk.heard(), ["added:7"]);
        },
    )
    .per(&[NOTIFY, FILTER_ADD]),
    doc(
        "72",
        "A callout that refuses is CALLOUT_NOTIFICATION_FAILED; the filter is not added",
        |desk| {
            let s = desk.open(STATIC);
            s.add_callout("C").ok();
            let refuses = desk.listener(NtStatus::UNSUCCESSFUL);
            desk.register("C", refuses).ok();
            let refused = s.add(calling("F", 7));
            refused.is(NtStatus::CALLOUT_NOTIFICATION_FAILED);
            s.get_filter("F").is(NtStatus::FILTER_NOT_FOUND);
        },
    )
    .per(&[NOTIFY, FILTER_ADD]),
    doc(
        "74",
        "A registered callout is told of a deleted filter",
        |desk| {
            let s = ready(desk);
            s.add(calling("F", 7)).ok();
            s.delete_filter("F").ok();
            assert_eq!(desk.heard(), ["added:7", "deleted:7"]);
        },
    )
    .per(&[NOTIFY, PROCESSING]),
    obs(
        "75",
        "After a callout is unregistered it is told nothing",
        |desk| {
            let s = ready(desk);
            s.add(calling("F", 7)).ok();
            desk.unregister("C").ok();
            desk.heard();
            s.delete_filter("F").ok();
            assert!(desk.heard().is_empty());
        },
    )
    .per(&[EBPF_5472]),
    doc(
        "85",
        "A callout with marked flows is DEVICE_BUSY until the marks are removed",
        |desk| {
            let functions = CalloutFunctions {
                flow_delete: Some(Arc::new(|_| ())),
                ..desk.listener(NtStatus::SUCCESS)
            };
            desk.register("C", functions).ok();
            desk.mark_flow("C", 1).ok();
            desk.unregister("C").is(NtStatus::DEVICE_BUSY);
            desk.unmark_flow("C", 1).ok();
            desk.unregister("C").ok();
            desk.unregister("C").is(NtStatus::CALLOUT_NOT_FOUND);
        },
    )
    .per(&[UNREGISTER, UNLOADING]),
    doc(
        "c1",
        "The mark of a flow needs registered functions with one for its end, and is one",
        |desk| {
            desk.mark_flow("C", 1).is(NtStatus::CALLOUT_NOT_FOUND);
            desk.listen("C");
            desk.mark_flow("C", 1).is(NtStatus::INVALID_PARAMETER);
            let functions = CalloutFunctions {
                flow_delete: Some(Arc::new(|_| ())),
                ..desk.listener(NtStatus::SUCCESS)
            };
            desk.register("D", functions).ok();
            desk.unmark_flow("D", 1).is(NtStatus::UNSUCCESSFUL);
            desk.mark_flow("D", 1).ok();
            desk.mark_flow("D", 1).is(NtStatus::ALREADY_EXISTS);
        },
    )
    .per(&[REGISTER, UNREGISTER]),
    asm(
        "55",
        "After the service restarted a session is SESSION_ABORTED, and can be closed",
        |desk| {
            let s = desk.open(STATIC);
            let watch = desk.watch_service(desk.state_listener());
            desk.restart();
            let states = ["StopPending", "Stopped", "StartPending", "Running"];
            assert_eq!(desk.heard(), states);
            desk.unwatch_service(watch).ok();
            s.begin().is(NtStatus::SESSION_ABORTED);
            s.add_provider("P").is(NtStatus::SESSION_ABORTED);
            s.delete_filter("F").is(NtStatus::SESSION_ABORTED);
            s.get_filter("F").is(NtStatus::SESSION_ABORTED);
            s.commit().is(NtStatus::SESSION_ABORTED);
            s.abort().is(NtStatus::SESSION_ABORTED);
            s.sessions().is(NtStatus::SESSION_ABORTED);
            s.set_option().is(NtStatus::SESSION_ABORTED);
            s.close().ok();
            desk.open(STATIC);
        },
    )
    .per(&[CODES, A15])
    .given(&["after-restart=session-aborted"]),
];

/// A session, and a callout that notes what it is told.
pub(super) fn ready(desk: &Desk) -> Client {
    let s = desk.open(STATIC);
    s.add_callout("C").ok();
    desk.listen("C");
    s
}

/// A filter that asks the callout.
pub(super) const fn calling(name: &str, raw_context: u32) -> Filter {
    Filter {
        action: Action::Terminating(key("C")),
        ..filter(name, raw_context)
    }
}
