//! The hook provider: memory, lock and capability of an attach.

use AttachType::*;
use FaultPoint::*;

use super::*;

// The provider, step 1: the attach data is a compartment or nothing. Not observable: a scenario has
// no other.

/// The provider, step 2: the client and its work item are allocated before the lock is taken. The
/// rundown of the client cannot fail.
#[test]
fn without_memory_for_client_or_work_item_the_lock_is_not_taken() {
    for point in [AllocateClient, AllocateWorkItem] {
        let ran = failing(Connect6, point);
        assert_eq!(ran.returned(), [REFUSED]);
        assert!(!ran.steps(0).contains("provider-lock"), "{}", ran.steps(0));
        assert!(ran.left_nothing(), "{point:?}: {:?}", ran.rest());
    }
}

/// The provider, step 2: a link that is attached keeps its client and its work item, no more.
#[test]
fn an_attach_keeps_its_client_and_its_work_item() {
    let ran = driver(&[(Connect6, 0)]).run(&[ATTACH]);

    assert_eq!((ran.allocated(), ran.rest().leaked), (2, 0));
}

/// The provider, step 3: the lock is taken inside a critical region (every run here asserts that
/// nothing is misused) and held to the end. Another attach to the hook stands before it meanwhile.
/// A push lock has no failure exit.
#[test]
fn the_provider_lock_is_held_over_all_engine_calls() {
    let other: Calls<'_> = &[(CallKind::Attach, 1)];
    let hooks = driver(&[(Connect6, 1), (Connect6, 2)]);
    let ran = hooks.run_threads(&[&[ATTACH], other], &[1, 1, 1]);

    let own = ran.0.steps.iter().filter(|step| step.thread.index() == 0);
    let kept_out = own.filter(|step| !step.enabled.contains(ThreadId::new(1)));
    let notes: Vec<&str> = kept_out.map(|step| step.operation.verb.name()).collect();
    let adds = "begin reference add notify-add reference add notify-add commit filters-publish";
    let held = format!("list-scan rundown-acquire {adds} list-insert provider-unlock");
    assert_eq!(notes.join(" "), held);
}

/// The provider, step 4: what a refusal by the capability check looks like.
fn assert_refused_by_the_check(ran: &Ran, what: &str) {
    assert_eq!(ran.returned()[1], (22, NtStatus::ACCESS_DENIED), "{what}");
    let steps = format!("{UP} provider-lock list-scan provider-unlock {TAIL}");
    assert_eq!(ran.steps(1), steps, "{what}");
    assert_eq!(ran.rest().contexts.len(), 1, "{what}");
    assert_eq!(
        (ran.rest().leaked, ran.rest().providers[0].rundown),
        (0, 1),
        "{what}"
    );
}

/// The provider, step 4, SINGLE: the list must be empty, whatever the compartments.
#[test]
fn a_hook_for_one_program_refuses_the_second() {
    for compartments in [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2)] {
        let ran = driver(&[(Bind, compartments.0), (Bind, compartments.1)]).run(ATTACH_BOTH);
        assert_refused_by_the_check(&ran, &format!("{compartments:?}"));
    }
}

/// The provider, step 4, `SINGLE_PER_HOOK`: a wildcard needs an empty list, a compartment no equal
/// one.
#[test]
fn a_hook_for_one_program_a_compartment_refuses_the_equal_and_the_late_wildcard() {
    for attach_type in [RecvAccept4, RecvAccept6, SockOps] {
        for (first, second, refused) in [
            (0, 0, true),
            (1, 0, true),
            (1, 1, true),
            (1, 2, false),
            (0, 1, false),
        ] {
            let ran = driver(&[(attach_type, first), (attach_type, second)]).run(ATTACH_BOTH);
            let what = format!("{attach_type} {first} {second}");
            if refused {
                assert_refused_by_the_check(&ran, &what);
            } else {
                assert_eq!(ran.returned(), [DONE, DONE], "{what}");
                assert_eq!(ran.rest().contexts.len(), 2, "{what}");
            }
        }
    }
}

/// The provider, step 4, MULTI: a program with equal attach data joins the context that is there,
/// without a call of the engine; with other data it gets a context of its own.
#[test]
fn a_program_with_equal_data_joins_the_context() {
    let join = driver(&[(Connect4, 7), (Connect4, 7)]).run(ATTACH_BOTH);

    let steps = format!("{UP} provider-lock list-scan client-add provider-unlock {BOUND}");
    assert_eq!(join.steps(1), steps);
    assert_eq!(join.returned(), [DONE, DONE]);
    assert_eq!((join.context().references, join.filters()), (4, 3));
    let part = driver(&[(Connect4, 7), (Connect4, 0)]).run(ATTACH_BOTH);
    assert_eq!((part.rest().contexts.len(), part.filters()), (2, 6));
}

/// The provider, step 4, MULTI, its exit: sixteen programs share a context; the next one is told
/// that there is no memory, which its caller sees as any other refusal.
#[test]
fn the_seventeenth_program_of_a_context_is_refused() {
    let calls: Vec<(CallKind, usize)> = (0..17).map(|link| (CallKind::Attach, link)).collect();
    let ran = driver(&[(Connect6, 0); 17]).run(&calls);

    let returned = ran.returned();
    assert_eq!(returned[..16], [DONE; 16]);
    assert_eq!(returned[16], (22, NtStatus::NO_MEMORY));
    let steps = format!("{UP} provider-lock list-scan client-add provider-unlock {TAIL}");
    assert_eq!(ran.steps(16), steps);
    assert_eq!((ran.context().references, ran.rest().leaked), (3, 0));
}

/// The provider, step 7: whatever failed, the lock is free again and nothing stands in the way of a
/// second attach of the same link.
#[test]
fn what_failed_once_can_be_tried_again() {
    for point in [
        RegisterClient,
        AllocateClient,
        AllocateWorkItem,
        AllocateContext,
        RedirectHandle,
        AllocateFilterIds,
        TransactionBegin,
        FilterAdd,
        TransactionCommit,
        CreateHandle,
    ] {
        let ran = driver(&[(Connect4, 0)])
            .failing(point)
            .run(&[ATTACH, ATTACH]);
        assert_eq!(ran.returned()[1], DONE, "{point:?}");
        let provider = ran.rest().providers[0];
        assert_eq!(
            (provider.rundown, provider.contexts, provider.locked),
            (1, 1, false)
        );
        assert_eq!((ran.filters(), ran.rest().leaked), (3, 0), "{point:?}");
    }
}
