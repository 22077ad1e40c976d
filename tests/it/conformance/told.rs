//! Which filters callouts are told of, with what, and when, where Windows leaves that open.

use selvedge::status::NtStatus;
use selvedge::wfp::Notification;
use selvedge::wfp::Target;

use super::callouts::calling;
use super::callouts::ready;
use super::case::Case;
use super::case::asm;
use super::case::asm_threads;
use super::case::doc;
use super::case::obs;
use super::client::Client;
use super::client::filter;
use super::client::key;
use super::desk::DYNAMIC;
use super::desk::Desk;
use super::desk::STATIC;
use super::desk::USER;
use super::faults::deletes_and_says_so;
use super::functions::functions;
use super::source::*;
use super::stage::Stage;

pub(super) const CASES: &[Case] = &[
    doc(
        "n1",
        "Callouts are told of filters that ask them, and of nothing else",
        |desk| {
            let s = ready(desk);
            s.begin().ok();
            s.add_provider("P").ok();
            s.add_sublayer("SL").ok();
            s.add_callout("D").ok();
            s.add_context("X").ok();
            s.add(filter("F", 7)).ok();
            s.commit().ok();
            s.delete_filter("F").ok();
            s.delete(Target::Callout(key("D"))).ok();
            s.delete(Target::Callout(key("C"))).ok();
            desk.open(DYNAMIC).close().ok();
            assert!(desk.heard().is_empty());
        },
    )
    .per(&[NOTIFY, PROCESSING]),
    doc(
        "71b",
        "An added filter is told with its key, a deleted one without; both with the identifier",
        |desk| {
            let s = desk.open(STATIC);
            s.add_callout("C").ok();
            let notes = desk.clone();
            let notify = move |notification: Notification| {
                let (told, key) = (notification.filter(), notification.filter_key());
                notes.note(format!("{key:?} {} {}", told.id.value(), told.raw_context));
                NtStatus::SUCCESS
            };
            desk.register("C", functions(notify)).ok();
            let id = s.add(calling("F", 7)).ok().value();
            s.delete_filter("F").ok();
            let added = format!("{:?} {id} 7", Some(key("F")));
            assert_eq!(desk.heard(), [added, format!("None {id} 7")]);
        },
    )
    .per(&[NOTIFY]),
    doc(
        "74b",
        "What a callout answers to a deleted filter is ignored",
        |desk| {
            let s = desk.open(STATIC);
            s.add_callout("C").ok();
            s.add(calling("F", 7)).ok();
            s.add(calling("G", 8)).ok();
            desk.register("C", desk.listener(NtStatus::UNSUCCESSFUL))
                .ok();
            s.delete_filter("F").ok();
            s.begin().ok();
            s.delete_filter("G").ok();
            s.commit().ok();
            assert_eq!(desk.heard(), ["deleted:7", "deleted:8"]);
            assert!(s.filters().is_empty());
        },
    )
    .per(&[NOTIFY, PROCESSING]),
    doc(
        "74c",
        "A filter that was there before the functions is told when it is deleted, not before",
        |desk| {
            let s = desk.open(STATIC);
            s.add_callout("C").ok();
            s.add(calling("F", 7)).ok();
            desk.listen("C");
            assert!(desk.heard().is_empty());
            s.delete_filter("F").ok();
            assert_eq!(desk.heard(), ["deleted:7"]);
        },
    )
    .per(&[NOTIFY, PROCESSING]),
    obs("74d", "A delete that fails tells nothing", |desk| {
        let s = ready(desk);
        s.add(calling("F", 7)).ok();
        desk.heard();
        let dynamic = desk.open(DYNAMIC);
        let refused = dynamic.delete_filter("F");
        refused.is(NtStatus::DYNAMIC_SESSION_IN_PROGRESS);
        s.begin_reading().ok();
        s.delete_filter("F").is(NtStatus::INCOMPATIBLE_TXN);
        s.commit().ok();
        s.delete_filter("G").is(NtStatus::FILTER_NOT_FOUND);
        assert!(desk.heard().is_empty());
    })
    .per(&[EBPF_5472]),
    asm_threads(
        "80a",
        "A delete is told before it returns; in a transaction, before the commit does",
        |stage| {
            let alone = deletes(stage, |s| s.delete_filter("F").note("delete"));
            assert_eq!(alone, ["finished; 0: deleted:7 delete=ok"]);
            let both = deletes(stage, |s| in_transaction(s, Client::commit));
            assert_eq!(both, ["finished; 0: delete=ok deleted:7 end=ok"]);
            let aborted = deletes(stage, |s| in_transaction(s, Client::abort));
            assert_eq!(aborted, ["finished; 0: delete=ok end=ok"]);
        },
    )
    .per(&[NETEBPFEXT, A09])
    .given(&["notify-delete=before-return"]),
    asm_threads(
        "80b",
        "A delete is told by another thread, before or after it has returned",
        |stage| {
            let alone = deletes(stage, |s| s.delete_filter("F").note("delete"));
            assert_eq!(alone, ["finished; 0: delete=ok; 32: deleted:7"]);
            let both = deletes(stage, |s| in_transaction(s, Client::commit));
            assert_eq!(both, ["finished; 0: delete=ok end=ok; 32: deleted:7"]);
            let aborted = deletes(stage, |s| in_transaction(s, Client::abort));
            assert_eq!(aborted, ["finished; 0: delete=ok end=ok"]);
            let outcomes = stage.outcomes(deletes_and_says_so);
            outcomes.are(&["finished; 32: returned=0", "finished; 32: returned=1"]);
        },
    )
    .per(&[EBPF_3567, EBPF_4192, A09])
    .given(&["notify-delete=deferred"]),
    asm_threads(
        "80c",
        "A delete is told inside the call, also in a transaction that aborts",
        |stage| {
            let alone = deletes(stage, |s| s.delete_filter("F").note("delete"));
            assert_eq!(alone, ["finished; 0: deleted:7 delete=ok"]);
            for end in [Client::commit, Client::abort] {
                let both = deletes(stage, move |s| in_transaction(s, end));
                assert_eq!(both, ["finished; 0: deleted:7 delete=ok end=ok"]);
            }
        },
    )
    .per(&[A09])
    .given(&["notify-delete=at-call"]),
    asm(
        "78c",
        "An abort tells nothing of a delete that it undoes",
        |desk| {
            let s = ready(desk);
            s.add(calling("F", 7)).ok();
            desk.heard();
            s.begin().ok();
            s.delete_filter("F").ok();
            s.abort().ok();
            assert!(desk.heard().is_empty());
            s.get_filter("F").ok();
        },
    )
    .per(&[A08])
    .given(&["notify-delete=before-return"]),
    asm(
        "78d",
        "The close of a session with an open transaction tells what an abort tells: nothing",
        |desk| assert_eq!(closes_with_added(desk), ["added:7"]),
    )
    .per(&[NETEBPFEXT, A08])
    .given(&["notify-abort=nothing", "notify-add=at-call"]),
    asm(
        "78e",
        "The close of a session with an open transaction tells the delete of its additions",
        |desk| assert_eq!(closes_with_added(desk), ["added:7", "deleted:7"]),
    )
    .per(&[A08])
    .given(&["notify-abort=compensating-delete", "notify-add=at-call"]),
    asm_threads(
        "78f",
        "A forced abort tells nothing of an added filter",
        |stage| {
            let outcomes = stage.outcomes(aborted_by_force);
            outcomes.are(&["finished; 0: added:7"]);
        },
    )
    .per(&[NETEBPFEXT, A08])
    .given(&["notify-abort=nothing", "notify-add=at-call"]),
    asm_threads(
        "78g",
        "A forced abort tells the delete of each filter whose add was told",
        |stage| {
            let outcomes = stage.outcomes(aborted_by_force);
            outcomes.are(&["finished; 0: added:7; 48: deleted:7"]);
        },
    )
    .per(&[A08])
    .given(&["notify-abort=compensating-delete", "notify-add=at-call"]),
    asm(
        "82b",
        "What a transaction adds is told at its commit, and of no abort",
        |desk| {
            let s = ready(desk);
            s.begin().ok();
            s.add(calling("F", 7)).ok();
            s.add(calling("G", 8)).ok();
            assert!(desk.heard().is_empty());
            s.commit().ok();
            assert_eq!(desk.heard(), ["added:7", "added:8"]);
            s.begin().ok();
            s.add(calling("H", 9)).ok();
            s.abort().ok();
            assert!(desk.heard().is_empty());
            // Outside a transaction the end of the call is the commit.
            s.add(calling("I", 10)).ok();
            assert_eq!(desk.heard(), ["added:10"]);
        },
    )
    .per(&[A07])
    .given(&["notify-add=at-commit"]),
    asm(
        "82c",
        "A callout that refuses at the commit loses that filter, and the rest commits",
        |desk| {
            let s = ready(desk);
            s.add_callout("D").ok();
            desk.register("D", desk.listener(NtStatus::UNSUCCESSFUL))
                .ok();
            s.begin().ok();
            s.add(calling("F", 7)).ok();
            let mut refused = filter("G", 8);
            refused.action = selvedge::wfp::Action::Terminating(key("D"));
            s.add(refused).ok();
            s.commit().is(NtStatus::CALLOUT_NOTIFICATION_FAILED);
            assert_eq!(s.filters(), [7]);
            s.begin().ok();
        },
    )
    .per(&[A07])
    .given(&["notify-add=at-commit"]),
    asm(
        "82d",
        "Functions registered between an add and its commit are told of the commit only",
        |desk| assert_eq!(registers_in_between(desk), ["committed:7"]),
    )
    .per(&[A29])
    .given(&["late-registration=nothing", "notify-add=at-call"]),
    asm(
        "82e",
        "Functions registered between an add and its commit are told of the add at the commit",
        |desk| assert_eq!(registers_in_between(desk), ["added:7", "committed:7"]),
    )
    .per(&[A29])
    .given(&["late-registration=at-commit", "notify-add=at-call"]),
    asm_threads(
        "88b",
        "A dynamic session's filters are told after its close has returned",
        |stage| {
            let outcomes = stage.outcomes(|desk| {
                let s = closing(desk);
                desk.thread(move || s.close().note("close"));
            });
            outcomes.are(&["finished; 0: close=ok; 32: deleted:7"]);
        },
    )
    .per(&[EXPLORER_5, A16])
    .given(&["close-teardown=deferred"]),
    asm_threads(
        "88c",
        "A dynamic session's filters are told before its close returns",
        |stage| {
            let outcomes = stage.outcomes(|desk| {
                let s = closing(desk);
                desk.thread(move || s.close().note("close"));
            });
            outcomes.are(&["finished; 0: deleted:7 close=ok"]);
        },
    )
    .per(&[A16])
    .given(&["close-teardown=synchronous", "notify-delete=before-return"]),
    asm(
        "87c",
        "What needs no lock may be called from inside a notification",
        |desk| {
            let (s, t) = (desk.open(STATIC), desk.open(STATIC));
            s.add_callout("C").ok();
            let notes = desk.clone();
            let notify = move |_| {
                t.close().note("close");
                notes.try_open(STATIC).plain().note("open");
                NtStatus::SUCCESS
            };
            desk.register("C", functions(notify)).ok();
            s.add(calling("F", 7)).ok();
            assert_eq!(desk.heard(), ["close=ok", "open=ok"]);
        },
    )
    .per(&[NETEBPFEXT, A10]),
];

/// What one thread and the thread of the system come to when the first deletes a filter that asks
/// a callout.
fn deletes<O>(
    stage: &Stage<'_>,
    delete: impl Fn(&Client) -> O + Clone + Send + 'static,
) -> Vec<String> {
    let outcomes = stage.outcomes(|desk| {
        let s = ready(desk);
        s.add(calling("F", 7)).ok();
        desk.heard();
        let delete = delete.clone();
        desk.thread(move || delete(&s));
    });
    outcomes.list()
}

/// Deletes the filter in a transaction that ends so.
fn in_transaction(s: &Client, end: fn(&Client) -> super::answer::Answer) {
    s.begin().ok();
    s.delete_filter("F").note("delete");
    end(s).note("end");
}

/// What is heard when a session with an open transaction is closed.
fn closes_with_added(desk: &Desk) -> Vec<String> {
    let s = ready(desk);
    s.begin().ok();
    s.add(calling("F", 7)).ok();
    s.close().ok();
    desk.heard()
}

/// A user-mode transaction that adds a filter and is left open, and a session that wants the lock.
fn aborted_by_force(desk: &Desk) {
    ready(desk);
    let (s, t) = (desk.open(USER), desk.open(STATIC));
    desk.thread(move || {
        s.begin().ok();
        s.add(calling("F", 7)).ok();
    });
    desk.thread(move || {
        t.begin().ok();
        t.commit().ok();
    });
}

/// What is heard when the functions are registered while a transaction has an added filter.
fn registers_in_between(desk: &Desk) -> Vec<String> {
    let s = desk.open(STATIC);
    s.add_callout("C").ok();
    s.begin().ok();
    s.add(calling("F", 7)).ok();
    desk.register("C", desk.commit_listener()).ok();
    assert!(desk.heard().is_empty());
    s.commit().ok();
    desk.heard()
}

/// A dynamic session with a filter that asks a callout.
fn closing(desk: &Desk) -> Client {
    ready(desk);
    let s = desk.open(DYNAMIC);
    s.add(calling("F", 7)).ok();
    desk.heard();
    s
}
