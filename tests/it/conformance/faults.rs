//! Calls that fail without a fault of their caller's, and notifications that come late or never.

use selvedge::execution::Verb;
use selvedge::runtime::controlled::Controlled;
use selvedge::status::NtStatus;
use selvedge::wfp::EngineFault;
use selvedge::wfp::Kind;
use selvedge::wfp::Target;

use crate::cell::Cell;

use super::answer::Answer;
use super::callouts::calling;
use super::callouts::ready;
use super::case::Case;
use super::case::asm_threads;
use super::case::obs_threads;
use super::client::Client;
use super::client::key;
use super::control::populate;
use super::desk::Desk;
use super::desk::HASTY;
use super::desk::STATIC;
use super::functions::functions;
use super::source::*;
use super::stage::Stage;
use super::watching::teller;

pub(super) const CASES: &[Case] = &[
    asm_threads(
        "f1",
        "A call without memory is NO_MEMORY, and has done nothing",
        |stage| {
            let status = NtStatus::NO_MEMORY;
            for call in failing(EngineFault::NoMemory) {
                let outcomes = fails_and_again(stage, call, (EngineFault::NoMemory, status));
                outcomes.are(&["finished; 0: again=ok"]);
            }
            let stage = stage.failing(Verb::EngineOpen, 1, EngineFault::NoMemory);
            let outcomes = stage.one_thread(|desk| {
                desk.try_open(STATIC).is(NtStatus::NO_MEMORY);
                desk.try_open(STATIC).plain().note("again")
            });
            outcomes.are(&["finished; 0: again=ok"]);
        },
    )
    .per(&[USERSIM]),
    obs_threads(
        "f2",
        "A call that is RPC_NT_CALL_FAILED may have done nothing",
        |stage| {
            let status = NtStatus::RPC_CALL_FAILED;
            for call in failing(EngineFault::NotExecuted) {
                let outcomes = fails_and_again(stage, call, (EngineFault::NotExecuted, status));
                outcomes.are(&["finished; 0: again=ok"]);
            }
        },
    )
    .per(&[EBPF_5486, EBPF_5472]),
    obs_threads(
        "f3",
        "A call that is RPC_NT_CALL_FAILED may have done its work",
        |stage| {
            let status = NtStatus::RPC_CALL_FAILED;
            for call in failing(EngineFault::Executed) {
                let outcomes = fails_and_again(stage, call, (EngineFault::Executed, status));
                outcomes.are(&[&format!("finished; 0: again={}", call.once_more)]);
            }
        },
    )
    .per(&[EBPF_5486, EBPF_5472]),
    obs_threads(
        "f4",
        "A delete that failed tells nothing, unless it has done its work",
        |stage| {
            let told = [
                (
                    EngineFault::NotExecuted,
                    "finished; 0: delete=RPC_NT_CALL_FAILED",
                ),
                (
                    EngineFault::Executed,
                    "finished; 0: deleted:7 delete=RPC_NT_CALL_FAILED",
                ),
            ];
            for (fault, expected) in told {
                let stage = stage.failing(Verb::FilterDelete, 1, fault);
                stage.outcomes(deletes).are(&[expected]);
            }
        },
    )
    .per(&[EBPF_5486, EBPF_5472])
    .given(&["notify-delete=before-return"]),
    obs_threads(
        "f5",
        "The notification of a delete may be late: it comes from another thread",
        |stage| {
            let stage = stage.failing(Verb::NotifyDelete, 1, EngineFault::NotificationLate);
            let outcomes = stage.outcomes(deletes);
            outcomes.are(&["finished; 0: delete=ok; 32: deleted:7"]);
            let outcomes = stage.outcomes(deletes_and_says_so);
            outcomes.are(&["finished; 32: returned=0", "finished; 32: returned=1"]);
        },
    )
    .per(&[EBPF_3567, EBPF_4192]),
    obs_threads(
        "f6",
        "The notification of a delete may be lost: the filter is gone all the same",
        |stage| {
            let stage = stage.failing(Verb::NotifyDelete, 1, EngineFault::NotificationLost);
            let outcomes = stage.outcomes(|desk| {
                let s = two_filters(desk);
                desk.thread(move || {
                    for name in ["F", "G"] {
                        s.delete_filter(name).note("delete");
                        s.get_filter(name).is(NtStatus::FILTER_NOT_FOUND);
                    }
                });
            });
            outcomes.are(&["finished; 0: delete=ok deleted:8 delete=ok"]);
        },
    )
    .per(&[EBPF_3567, EBPF_4192])
    .given(&["notify-delete=before-return"]),
    asm_threads(
        "f7",
        "The notification of a change may be lost: the next one comes",
        |stage| {
            let stage = stage.failing(Verb::NotifyChange, 1, EngineFault::NotificationLost);
            let outcomes = stage.outcomes(|desk| {
                let (s, t) = (desk.open(STATIC), desk.open(STATIC));
                t.subscribe(Kind::Filter, teller(desk)).ok();
                desk.thread(move || {
                    s.add_filter("F").ok();
                    s.delete_filter("F").ok();
                });
            });
            outcomes.are(&["finished; 32: added=false"]);
        },
    )
    .per(&[CHANGES]),
    asm_threads(
        "97",
        "After a failed commit and an abort, whatever that says, a session may begin",
        |stage| {
            let outcomes = failed_commit(stage, |s, t| {
                let _ended = s.abort().failed();
                s.begin().note("begin");
                s.abort().ok();
                t.begin().note("other");
            });
            outcomes.are(&["finished; 0: begin=ok other=ok"]);
        },
    )
    .per(&[WIREGUARD, A06]),
    asm_threads(
        "97a",
        "A failed commit leaves the transaction open, to be aborted or committed again",
        |stage| {
            let outcomes = failed_commit(stage, |s, t| {
                s.get(Target::Provider(key("P"))).note("own");
                s.begin().note("begin");
                s.abort().note("abort");
                t.get(Target::Provider(key("P"))).note("other");
                s.commit().note("commit");
            });
            outcomes.are(&["finished; 0: own=ok begin=TXN_IN_PROGRESS abort=ok \
                            other=PROVIDER_NOT_FOUND commit=NO_TXN_IN_PROGRESS"]);
            let outcomes = failed_commit(stage, |s, t| {
                s.commit().note("commit");
                t.get(Target::Provider(key("P"))).note("other");
            });
            outcomes.are(&["finished; 0: commit=ok other=ok"]);
        },
    )
    .per(&[A06])
    .given(&["commit-failure=still-open"]),
    asm_threads(
        "97b",
        "A failed commit has rolled the transaction back, and let go of the lock",
        |stage| {
            let outcomes = failed_commit(stage, |s, t| {
                t.begin().note("other");
                t.get(Target::Provider(key("P"))).note("get");
                s.abort().note("abort");
            });
            outcomes.are(&["finished; 0: other=ok get=PROVIDER_NOT_FOUND \
                            abort=NO_TXN_IN_PROGRESS"]);
        },
    )
    .per(&[A06])
    .given(&["commit-failure=rolled-back"]),
    asm_threads(
        "97c",
        "A failed commit has committed: only its answer was lost",
        |stage| {
            let outcomes = failed_commit(stage, |s, t| {
                t.begin().note("other");
                t.get(Target::Provider(key("P"))).note("get");
                s.abort().note("abort");
            });
            outcomes.are(&["finished; 0: other=ok get=ok abort=NO_TXN_IN_PROGRESS"]);
        },
    )
    .per(&[A06])
    .given(&["commit-failure=committed"]),
    asm_threads(
        "98",
        "After a failed commit that nobody aborts the lock is not free",
        |stage| {
            let outcomes = failed_commit(stage, |_, t| t.begin().note("begin"));
            outcomes.are(&["finished; 0: begin=TIMEOUT"]);
        },
    )
    .per(&[A06])
    .given(&["commit-failure=still-open"]),
];

/// A call that can fail.
#[derive(Clone, Copy)]
struct Failing {
    verb: Verb,
    /// What comes before it.
    before: fn(&Client),
    call: fn(&Client) -> Answer,
    /// What it says a second time.
    once_more: &'static str,
}

const fn call(verb: Verb, call: fn(&Client) -> Answer, once_more: &'static str) -> Failing {
    let before: fn(&Client) = |_| ();
    Failing {
        verb,
        before,
        call,
        once_more,
    }
}

const fn after(before: fn(&Client), failing: Failing) -> Failing {
    Failing { before, ..failing }
}

/// Every call that can fail but to open a session and to commit.
const FAILING: [Failing; 13] = [
    call(Verb::Begin, Client::begin, "TXN_IN_PROGRESS"),
    call(Verb::ProviderAdd, |s| s.add_provider("P"), "ALREADY_EXISTS"),
    call(
        Verb::SublayerAdd,
        |s| s.add_sublayer("SL"),
        "ALREADY_EXISTS",
    ),
    call(
        Verb::CalloutAdd,
        |s| s.add_callout("C").plain(),
        "ALREADY_EXISTS",
    ),
    call(
        Verb::ProviderContextAdd,
        |s| s.add_context("X"),
        "ALREADY_EXISTS",
    ),
    call(
        Verb::FilterAdd,
        |s| s.add_filter("F").plain(),
        "ALREADY_EXISTS",
    ),
    after(
        populate,
        call(
            Verb::ProviderDelete,
            |s| s.delete(Target::Provider(key("P"))),
            "PROVIDER_NOT_FOUND",
        ),
    ),
    after(
        populate,
        call(
            Verb::SublayerDelete,
            |s| s.delete(Target::Sublayer(key("SL"))),
            "SUBLAYER_NOT_FOUND",
        ),
    ),
    after(
        populate,
        call(
            Verb::CalloutDelete,
            |s| s.delete(Target::Callout(key("C"))),
            "CALLOUT_NOT_FOUND",
        ),
    ),
    after(
        populate,
        call(
            Verb::ProviderContextDelete,
            |s| s.delete(Target::ProviderContext(key("X"))),
            "PROVIDER_CONTEXT_NOT_FOUND",
        ),
    ),
    after(
        populate,
        call(
            Verb::FilterDelete,
            |s| s.delete_filter("F"),
            "FILTER_NOT_FOUND",
        ),
    ),
    after(
        populate,
        call(Verb::Lookup, |s| s.get_filter("F").plain(), "ok"),
    ),
    after(
        |s| s.begin().ok(),
        call(Verb::Abort, Client::abort, "NO_TXN_IN_PROGRESS"),
    ),
];

/// The calls that can fail so.
fn failing(fault: EngineFault) -> impl Iterator<Item = Failing> {
    let can = move |call: &Failing| EngineFault::of(call.verb).contains(&fault);
    FAILING.into_iter().filter(can)
}

/// A call that fails with this status, and again.
fn fails_and_again(
    stage: &Stage<'_>,
    call: Failing,
    (fault, status): (EngineFault, NtStatus),
) -> super::stage::Outcomes {
    let stage = stage.failing(call.verb, 1, fault);
    stage.one_thread(move |desk| {
        let s = desk.open(STATIC);
        (call.before)(&s);
        (call.call)(&s).is(status);
        (call.call)(&s).note("again")
    })
}

/// A commit of an added provider that fails, and what comes after it on its session and another.
fn failed_commit<O>(
    stage: &Stage<'_>,
    then: impl Fn(&Client, &Client) -> O + Clone + Send + 'static,
) -> super::stage::Outcomes {
    let stage = stage.failing(Verb::Commit, 1, EngineFault::CommitFails);
    stage.one_thread(move |desk| {
        let (s, t) = (desk.open(STATIC), desk.open(HASTY));
        s.begin().ok();
        s.add_provider("P").ok();
        s.commit().is(NtStatus::RPC_CALL_FAILED);
        drop(then(&s, &t));
    })
}

/// A session with two filters that ask a callout.
fn two_filters(desk: &Desk) -> Client {
    let s = ready(desk);
    s.add(calling("F", 7)).ok();
    s.add(calling("G", 8)).ok();
    desk.heard();
    s
}

fn deletes(desk: &Desk) {
    let s = two_filters(desk);
    desk.thread(move || s.delete_filter("F").note("delete"));
}

/// A delete, after which the thread says that it has returned, and a callout that looks.
pub(super) fn deletes_and_says_so(desk: &Desk) {
    let s = desk.open(STATIC);
    s.add_callout("C").ok();
    s.add(calling("F", 7)).ok();
    let (cell, notes) = (Cell::<Controlled>::new(0), desk.clone());
    let returned = cell.clone();
    let notify = move |_| {
        notes.note(format!("returned={}", returned.load()));
        NtStatus::SUCCESS
    };
    desk.register("C", functions(notify)).ok();
    desk.thread(move || {
        s.delete_filter("F").ok();
        cell.store(1);
    });
}

/// Every fault that a call can have is tried by some case.
#[test]
fn every_fault_of_every_call_is_tried() {
    let tried = super::reports().values().flat_map(|report| &report.faults);
    let tried: std::collections::BTreeSet<_> = tried.copied().collect();
    let all = Verb::ALL.iter().flat_map(|verb| {
        let faults = EngineFault::of(*verb).iter();
        faults.map(|fault| (*verb, *fault))
    });
    let untried: Vec<_> = all.filter(|fault| !tried.contains(fault)).collect();

    assert_eq!(untried, []);
}
