//! The filter context of an attach: how it is made, and its filters with it.

use AttachType::*;
use FaultPoint::*;

use super::*;

/// The context of a failed attach: freed with the references it had.
fn assert_freed_with(context: ContextAtRest, references: u32) {
    let ContextAtRest { freed, listed, .. } = context;
    assert_eq!(
        (freed, listed, context.references),
        (true, false, references)
    );
}

/// The provider, step 5: its rundown counts the contexts. Once somebody waits for it, no context is
/// made any more, and nothing is left of the attach.
#[test]
fn a_provider_that_unloads_refuses() {
    let ran = driver(&[(Connect6, 0)]).unloading().run(&[ATTACH]);

    assert_eq!(ran.returned(), [(22, NtStatus::ACCESS_DENIED)]);
    assert_eq!(
        ran.steps(0),
        format!("{UP} {LOCKED} provider-unlock {TAIL}")
    );
    assert!(ran.left_nothing() && ran.rest().contexts.is_empty());
}

/// The provider, step 5a, its exit: no context, so the rundown is given back after the lock.
#[test]
fn without_memory_for_the_context_there_is_none() {
    let ran = failing(Connect6, AllocateContext);

    let refused = "fault!INSUFFICIENT_RESOURCES";
    assert_eq!(
        ran.steps(0),
        format!("{UP} {LOCKED} {refused} {UNLOCKED} {TAIL}")
    );
    assert!(ran.left_nothing() && ran.rest().contexts.is_empty());
}

/// The provider, steps 5a and 5d: the initial reference, and one for each filter. That the client
/// points to the context before its filters are there is not observable: nothing classifies.
#[test]
fn a_context_has_one_reference_and_one_for_each_filter() {
    for (attach_type, filters) in [(Connect4, 3), (Connect6, 2), (RecvAccept4, 1), (Bind, 4)] {
        let ran = driver(&[(attach_type, 0)]).run(&[ATTACH]);
        let context = ran.context();
        assert_eq!((context.references, ran.filters()), (1 + filters, filters));
        assert!(context.listed && !context.freed);
        assert_eq!(ran.rest().providers[0].rundown, 1);
    }
}

/// The provider, step 5b: how many filters there will be is set before the first is added.
#[test]
fn a_context_knows_the_number_of_its_filters_from_the_start() {
    let ran = failing(Connect4, TransactionBegin);

    let made = |fact: &Fact| matches!(fact, Fact::ContextMade { filters: 3, .. });
    assert!(ran.0.facts.iter().any(|record| made(&record.fact)));
}

/// The provider, after step 5b, for a strategy with a handle for each context: the handle is opened
/// at the end of the context's creation. If that fails there is nothing to close.
#[test]
fn a_context_without_a_handle_of_its_own_is_freed() {
    let own = driver(&[(Connect6, 0)]).under("handle-per-context");
    let ran = own.failing(EngineOpen).run(&[ATTACH]);

    assert_eq!(ran.returned(), [REFUSED]);
    let refused = "open!INSUFFICIENT_RESOURCES";
    assert_eq!(
        ran.steps(0),
        format!("{UP} {LOCKED} {refused} {UNLOCKED} {TAIL}")
    );
    assert_freed_with(ran.context(), 1);
    assert!(ran.left_nothing());
}

/// The same strategy: every failure after the handle was opened closes it, under the lock.
#[test]
fn a_context_that_fails_closes_its_own_handle() {
    for point in [
        RedirectHandle,
        AllocateFilterIds,
        TransactionBegin,
        FilterAdd,
    ] {
        let own = driver(&[(Connect6, 0)]).under("handle-per-context");
        let ran = own.failing(point).run(&[ATTACH]);
        let (steps, end) = (ran.steps(0), format!(" close {UNLOCKED} {TAIL}"));
        assert!(
            steps.contains("rundown-acquire open ") && steps.ends_with(&end),
            "{steps}"
        );
    }
}

/// The provider, step 5c: only the two connect hooks make a redirect handle.
#[test]
fn only_connect_hooks_make_a_redirect_handle() {
    for attach_type in AttachType::ALL {
        let ran = failing(attach_type, RedirectHandle);
        let redirects = matches!(attach_type, Connect4 | Connect6);
        assert_eq!(
            ran.returned(),
            [if redirects { REFUSED } else { DONE }],
            "{attach_type}"
        );
    }
    let ran = failing(Connect6, RedirectHandle);
    let refused = "fault!INSUFFICIENT_RESOURCES";
    assert_eq!(
        ran.steps(0),
        format!("{UP} {LOCKED} {refused} {UNLOCKED} {TAIL}")
    );
    assert_freed_with(ran.context(), 1);
}

/// The provider, step 5d, its first exit: no memory for the filter ids, so nothing is begun.
#[test]
fn without_memory_for_the_ids_no_transaction_begins() {
    let ran = failing(Connect6, AllocateFilterIds);

    let refused = "fault!INSUFFICIENT_RESOURCES";
    assert_eq!(
        ran.steps(0),
        format!("{UP} {LOCKED} {refused} {UNLOCKED} {TAIL}")
    );
    assert_freed_with(ran.context(), 1);
}

/// The provider, step 5d, its second exit: a begin that fails aborts nothing, so a loser never
/// aborts the winner's transaction.
#[test]
fn a_begin_that_fails_aborts_nothing() {
    let ran = failing(Connect6, TransactionBegin);

    let refused = "begin!INSUFFICIENT_RESOURCES";
    assert_eq!(
        ran.steps(0),
        format!("{UP} {LOCKED} {refused} {UNLOCKED} {TAIL}")
    );
    assert_freed_with(ran.context(), 1);
}

/// The provider, steps 5d and 5e: whichever add fails, the transaction is aborted, and the context
/// is freed with the references of the filters so far, which nobody gives back.
#[test]
fn an_add_that_fails_aborts_and_frees_the_context_with_its_references() {
    for occurrence in 1..=3_u32 {
        let hook = driver(&[(Connect4, 0)]).failing_at(FilterAdd, occurrence);
        let ran = hook.run(&[ATTACH]);

        let before = "reference add notify-add ".repeat(usize::try_from(occurrence - 1).unwrap());
        let adds = format!("begin {before}reference add!INSUFFICIENT_RESOURCES abort");
        assert_eq!(
            ran.steps(0),
            format!("{UP} {LOCKED} {adds} {UNLOCKED} {TAIL}")
        );
        assert_eq!(ran.returned(), [REFUSED]);
        assert_freed_with(ran.context(), 1 + occurrence);
        assert!(ran.left_nothing(), "{:?}", ran.rest());
    }
}

/// The provider, step 5d: the call-back for an added filter is ignored; it takes no step.
#[test]
fn additions_are_ignored() {
    let ran = driver(&[(RecvAccept4, 0)]).run(&[ATTACH]);

    assert!(
        ran.steps(0).contains("add notify-add commit"),
        "{}",
        ran.steps(0)
    );
}

/// The provider, step 5d, its exit at the commit: the transaction is still open, and is aborted.
#[test]
fn a_commit_that_fails_is_aborted() {
    let ran = failing(RecvAccept4, TransactionCommit);

    let adds = "begin reference add notify-add commit!INSUFFICIENT_RESOURCES abort";
    assert_eq!(
        ran.steps(0),
        format!("{UP} {LOCKED} {adds} {UNLOCKED} {TAIL}")
    );
    assert_freed_with(ran.context(), 2);
    assert!(ran.left_nothing(), "{:?}", ran.rest());
}

/// The provider, step 5d: the failure of an abort is only logged. The transaction stays open, and
/// on the shared handle the next attach is refused, whoever makes it.
#[test]
fn an_abort_that_fails_leaves_the_transaction_open() {
    let hooks = driver(&[(RecvAccept4, 0), (RecvAccept6, 0)]);
    let ran = hooks
        .failing(FilterAdd)
        .failing(TransactionAbort)
        .run(ATTACH_BOTH);

    let returned = ran.returned();
    assert_eq!(returned, [REFUSED, (22, NtStatus::TXN_IN_PROGRESS)]);
    assert!(
        ran.steps(0)
            .contains(" abort!INSUFFICIENT_RESOURCES provider-unlock ")
    );
    assert_eq!((ran.rest().transactions_open, ran.filters()), (1, 0));
}

/// The provider, step 6: the context is on the list after its filters are live. That a wildcard
/// goes to the tail is not observable: nothing here depends on the order.
#[test]
fn a_context_is_listed_after_its_filters_are_committed() {
    let ran = driver(&[(Connect6, 0)]).run(&[ATTACH]);

    assert!(
        ran.steps(0)
            .contains("commit filters-publish list-insert provider-unlock")
    );
    assert!(ran.context().listed);
}
