//! The steps of a detach: delete notifications, the last reference, and the work item.

use AttachType::*;
use FaultPoint::*;

use super::*;

/// What leads to the provider: step 6 of the link object is the last of it.
const DETACHING: &str = "link-detaching nmr-deregister link-provider provider-lock client-remove";
/// The delete of one filter: the call, its notification, the reference, and what the driver notes
/// when the call has returned.
const DELETE: &str = "delete notify-delete filter-state dereference filter-state";
/// The work item, and who waited for it.
const ENDED: &str = "spawn provider-unlock 1:rundown-wait 1:nmr-complete nmr-wait link-detached";

/// Attaches and detaches the first link.
const BOTH: Calls<'_> = &[ATTACH, DETACH];

/// From the link through the provider to the filters, down to the last reference, and back.
#[test]
fn a_detach_deletes_each_filter_and_frees_the_context() {
    let ran = driver(&[(Connect6, 0)]).run(BOTH);

    let last = "dereference rundown-release";
    let steps = format!("{DETACHING} list-remove {DELETE} {DELETE} {last} {ENDED}");
    assert_eq!(ran.steps(1), steps);
    assert_eq!(ran.returned(), [DONE, DONE]);
    assert!(ran.left_nothing(), "{:?}", ran.rest());
}

/// The link object: only what is attached is detached.
#[test]
fn a_link_that_is_not_attached_is_not_detached() {
    for calls in [&[DETACH][..], &[ATTACH, DETACH, DETACH]] {
        let ran = driver(&[(Connect6, 0)]).run(calls);
        let last = calls.len() - 1;
        assert_eq!(ran.returned()[last], (22, NtStatus::INVALID_PARAMETER));
        assert_eq!(ran.steps(last), "link-detaching");
        assert!(ran.left_nothing(), "{:?}", ran.rest());
    }
}

/// The link object, step 6: the client's detach call-back comes before the provider's, and after it
/// the link has no provider. A detached link can be attached again.
#[test]
fn a_detached_link_can_be_attached_again() {
    let ran = driver(&[(Connect6, 0)]).run(&[ATTACH, DETACH, ATTACH]);

    assert!(
        ran.steps(1)
            .starts_with("link-detaching nmr-deregister link-provider provider-")
    );
    assert_eq!(ran.returned(), [DONE; 3]);
    let contexts = &ran.rest().contexts;
    assert_eq!(
        contexts
            .iter()
            .map(|context| context.freed)
            .collect::<Vec<_>>(),
        [true, false]
    );
    assert_eq!((ran.rest().links[0].attach_count, ran.filters()), (1, 2));
}

/// The provider: as long as another program is in the context, only the client leaves it.
#[test]
fn a_context_stays_until_its_last_program_leaves() {
    let hooks = driver(&[(Connect6, 0), (Connect6, 0)]);
    let both = [ATTACH, (CallKind::Attach, 1)];
    let one = hooks.run(&[both[0], both[1], DETACH]);

    assert_eq!(one.steps(2), format!("{DETACHING} {ENDED}"));
    assert_eq!(
        (one.context().references, one.filters(), one.rest().leaked),
        (3, 2, 0)
    );
    assert!(one.context().listed);
    let last = hooks.run(&[both[0], both[1], DETACH, (CallKind::Detach, 1)]);
    assert!(last.left_nothing(), "{:?}", last.rest());
}

/// The delete notification marks the filter and gives its reference back; the context is freed with
/// the last one. What the driver notes after the call goes over what the notification noted: the
/// order shows, the state does not (nothing reads it before #4192).
#[test]
fn a_notification_gives_the_reference_of_its_filter_back() {
    let ran = driver(&[(RecvAccept4, 0)]).run(BOTH);

    assert!(
        ran.steps(1)
            .contains(&format!("list-remove {DELETE} dereference rundown-release"))
    );
    assert_eq!(ran.context().references, 0);
}

/// The delete notification, its exit: a lost one. The filter is gone, the reference is not, and the
/// context keeps the provider's rundown: a stop of the driver would wait for ever.
#[test]
fn a_lost_notification_keeps_the_context() {
    let ran = driver(&[(Connect6, 0)])
        .failing(DeleteNotification)
        .run(BOTH);

    assert_eq!(ran.returned(), [DONE, DONE]);
    let context = ran.context();
    assert_eq!(
        (context.references, context.listed, context.freed),
        (1, false, false)
    );
    assert_eq!((ran.filters(), ran.rest().providers[0].rundown), (0, 1));
    assert!(
        !ran.steps(1).contains("rundown-release"),
        "{}",
        ran.steps(1)
    );
}

/// A delete that fails, each in turn: it is logged, the others are deleted all the same, the detach
/// returns 0, and the reference of the filter is never given back.
#[test]
fn a_delete_that_fails_keeps_its_filter_and_its_reference() {
    for occurrence in 1..=2 {
        let hook = driver(&[(Connect6, 0)]).failing_at(FilterDelete, occurrence);
        let ran = hook.run(BOTH);

        let failed = "delete!INSUFFICIENT_RESOURCES filter-state";
        let deletes = [[failed, DELETE], [DELETE, failed]][usize::from(occurrence == 2)].join(" ");
        assert_eq!(
            ran.steps(1),
            format!("{DETACHING} list-remove {deletes} dereference {ENDED}")
        );
        assert_eq!(ran.returned(), [DONE, DONE]);
        let context = ran.context();
        assert_eq!(
            (context.references, context.freed, ran.filters()),
            (1, false, 1)
        );
        assert_eq!((ran.rest().providers[0].rundown, ran.rest().leaked), (1, 0));
    }
}

/// The last reference: the provider's rundown is left first, then the memory is freed, and with it
/// the context's own handle. (Unloading may pass while the freeing still runs.)
#[test]
fn the_last_reference_leaves_the_rundown_before_it_frees() {
    let ran = driver(&[(Connect6, 0)])
        .under("handle-per-context")
        .run(BOTH);

    let end = format!("{DELETE} dereference rundown-release close {ENDED}");
    assert!(ran.steps(1).ends_with(&end), "{}", ran.steps(1));
    assert!(ran.left_nothing(), "{:?}", ran.rest());
}

/// A provider's rundown that somebody waits for already stops no detach: it waits for it.
#[test]
fn a_detach_passes_while_the_provider_unloads() {
    let ran = driver(&[(Connect6, 0)])
        .attached()
        .unloading()
        .run(&[DETACH]);

    assert_eq!(ran.returned(), [DONE]);
    assert!(ran.steps(0).contains("dereference rundown-release spawn"));
    assert!(ran.left_nothing(), "{:?}", ran.rest());
}

/// The work item: queued under the provider's lock, it waits for the invocations of the program
/// (of which there are none here), and only when it has told NMR is the deregistration over.
#[test]
fn a_detach_waits_for_its_work_item() {
    let hooks = driver(&[(Connect6, 0), (Bind, 0)]);
    let other: Calls<'_> = &[(CallKind::Attach, 1)];
    let ran = hooks.run_threads(&[BOTH, other], &[]);

    // Work items are threads 2 and 3; thread 1 runs before them and sees thread 0 wait.
    let bind = ran.0.steps.iter().filter(|step| step.thread.index() == 1);
    let waits = |step: &crate::execution::Step| !step.enabled.contains(ThreadId::new(0));
    assert!(bind.clone().count() > 0 && bind.clone().all(waits));
    let complete = ran
        .0
        .steps
        .iter()
        .position(|step| step.thread.index() == 2)
        .unwrap();
    assert!(!ran.0.steps[complete + 1].enabled.contains(ThreadId::new(0)));
    assert!(ran.0.steps[complete + 2].enabled.contains(ThreadId::new(0)));
}

/// The work item frees itself and the client; a detach leaves neither.
#[test]
fn the_work_item_gives_back_what_the_attach_allocated() {
    for attach_type in AttachType::ALL {
        let ran = driver(&[(attach_type, 0)]).run(BOTH);
        assert_eq!(ran.returned(), [DONE, DONE], "{attach_type}");
        assert!(ran.left_nothing(), "{attach_type}: {:?}", ran.rest());
    }
}

/// The guard of #3865 is held around the adds and around the deletes, inside the provider's lock,
/// and whatever fails it is given back.
#[test]
fn the_push_lock_of_the_strategy_is_held_around_adds_and_deletes() {
    let guarded = || driver(&[(RecvAccept4, 0)]).under("push-lock");
    let ran = guarded().run(BOTH);

    let adds =
        "rundown-acquire guard begin reference add notify-add commit unguard filters-publish";
    assert!(ran.steps(0).contains(adds), "{}", ran.steps(0));
    let deletes = format!("list-remove guard {DELETE} unguard dereference");
    assert!(ran.steps(1).contains(&deletes), "{}", ran.steps(1));
    for point in [TransactionBegin, FilterAdd, TransactionCommit] {
        let again = guarded().failing(point).run(&[ATTACH, ATTACH]);
        assert_eq!(again.returned()[1], DONE, "{point:?}");
    }
}
