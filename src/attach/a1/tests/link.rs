//! The link object: how an attach begins and ends.

use AttachType::*;
use FaultPoint::*;

use super::*;

// The link object, step 1: `bpf_prog_attach` refuses other types than those of cgroups, and flags.
// Not observable: a scenario names only types that there are, and no flags.

/// The link object, step 2: three fixed tables turn the kernel's answer into an errno. Whatever the
/// provider met, what comes out is `EINVAL`; the cause stands beside it.
#[test]
fn whatever_the_provider_meets_is_errno_22() {
    for point in [
        AllocateClient,
        AllocateWorkItem,
        AllocateContext,
        RedirectHandle,
        AllocateFilterIds,
        TransactionBegin,
        FilterAdd,
        TransactionCommit,
    ] {
        let ran = failing(Connect4, point);
        assert_eq!(ran.returned(), [REFUSED], "{point:?}");
        assert!(ran.left_nothing(), "{point:?}: {:?}", ran.rest());
    }
}

/// The link object, steps 3 to 5, around the provider's: make, register, bind, attached.
#[test]
fn an_attach_goes_from_the_link_through_nmr_to_the_provider_and_back() {
    let ran = driver(&[(Connect6, 0)]).run(&[ATTACH]);

    let adds = "begin reference add notify-add reference add notify-add commit filters-publish";
    let provider = format!("{LOCKED} {adds} list-insert provider-unlock");
    assert_eq!(ran.steps(0), format!("{UP} {provider} {BOUND}"));
    assert_eq!(ran.returned(), [DONE]);
}

/// The link object, step 3, its exit: the attach has succeeded, but there is no handle for the
/// link. It is detached again, work item and all, and `ENOMEM` comes back.
#[test]
fn a_link_without_a_handle_is_detached_again() {
    let ran = failing(Connect6, CreateHandle);

    assert_eq!(ran.returned(), [(12, FAULT)]);
    let steps = ran.steps(0);
    let again = format!("{BOUND} fault!INSUFFICIENT_RESOURCES link-detaching nmr-deregister");
    assert!(steps.contains(&again), "{steps}");
    assert!(
        steps.ends_with("1:nmr-complete nmr-wait link-detached"),
        "{steps}"
    );
    assert!(ran.left_nothing(), "{:?}", ran.rest());
}

/// The link object, step 4: from INITIAL to ATTACHED, and its program counts as attached once.
#[test]
fn a_link_that_is_attached_is_bound_and_counts_once() {
    let ran = driver(&[(Connect6, 0)]).run(&[ATTACH]);

    let link = LinkAtRest {
        link: 0,
        attached: true,
        bound: true,
        attach_count: 1,
    };
    assert_eq!(ran.rest().links, [link]);
}

/// The link object, step 4, its first exit: only a link in INITIAL attaches.
#[test]
fn a_link_that_is_attached_is_not_attached_again() {
    let ran = driver(&[(Connect6, 0)]).run(&[ATTACH, ATTACH]);

    assert_eq!(ran.returned(), [DONE, (22, NtStatus::INVALID_PARAMETER)]);
    assert_eq!(ran.steps(1), "link-attaching");
    assert_eq!(ran.rest().links[0].attach_count, 1);
}

/// The link object, step 4, its second exit: `NmrRegisterClient` itself fails. That is the one
/// failure of an attach that keeps its name, and there is no client to deregister.
#[test]
fn a_registration_that_fails_is_errno_12() {
    let ran = failing(Connect6, RegisterClient);

    assert_eq!(ran.returned(), [(12, FAULT)]);
    let steps = "link-attaching nmr-register!INSUFFICIENT_RESOURCES link-attached";
    assert_eq!(ran.steps(0), steps);
    assert!(ran.left_nothing(), "{:?}", ran.rest());
}

/// The link object, steps 5 and 4, the third exit: the provider's refusal is no error of the
/// registration. All the link knows is that no provider came; it deregisters its client.
#[test]
fn a_refused_link_has_registered_and_deregisters() {
    let ran = failing(Connect6, AllocateClient);

    let refused = "fault!INSUFFICIENT_RESOURCES";
    assert_eq!(ran.steps(0), format!("{UP} {refused} {TAIL}"));
    let [link] = ran.rest().links[..] else {
        panic!("one link");
    };
    assert_eq!(
        (link.attached, link.bound, link.attach_count),
        (false, false, 0)
    );
}

// The link object, step 5: a provider of another type answers `STATUS_NOINTERFACE`. Not observable:
// such a provider touches nothing and is left out. Step 6 is a part of the detach.
