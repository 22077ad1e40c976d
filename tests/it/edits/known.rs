//! Edits that were at hand when the rules were made by which a schedule names its places.

use selvedge::replay::Ending;
use selvedge::replay::RecordedSchedule;
use selvedge::replay::replay;
use selvedge::replay::replay_best_effort;
use selvedge::runtime::Waits;

use super::Case;
use super::LINK;
use super::LINK_FIRST;
use super::SHARED;
use super::case;
use super::lost;

const HEADLINE: (&str, &str, Waits) = ("attach/connect4_connect6", SHARED, Waits::Sufficient);
const DETACH: (&str, &str, Waits) = ("attach/attach_detach", SHARED, Waits::Sufficient);
const FAULT: (&str, &str, Waits) = ("attach/fault_in_add", SHARED, Waits::Sufficient);

const V4: &str = "calls = [{ attach = \"v4\" }]";
const V6: &str = "calls = [{ attach = \"v6\" }]";
const OFF: &str = "calls = [{ detach = \"v6\" }]";

const CASES: [Case; 20] = [
    case(
        "a thread is added",
        HEADLINE,
        &[
            LINK,
            (
                V6,
                "calls = [{ attach = \"v6\" }]\n[[thread]]\ncalls = [{ attach = \"b\" }]",
            ),
        ],
    ),
    case(
        "a thread and a link are added in front of the others",
        HEADLINE,
        &[
            LINK_FIRST,
            (
                V4,
                "calls = [{ attach = \"b\" }]\n[[thread]]\ncalls = [{ attach = \"v4\" }]",
            ),
        ],
    ),
    case(
        "the first thread attaches something else before",
        HEADLINE,
        &[
            LINK,
            (V4, "calls = [{ attach = \"b\" }, { attach = \"v4\" }]"),
        ],
    ),
    case(
        "the first thread attaches something else after",
        HEADLINE,
        &[
            LINK,
            (V4, "calls = [{ attach = \"v4\" }, { attach = \"b\" }]"),
        ],
    ),
    case(
        "the second thread attaches something else before",
        HEADLINE,
        &[
            LINK,
            (V6, "calls = [{ attach = \"b\" }, { attach = \"v6\" }]"),
        ],
    ),
    case(
        "the first thread detaches, too",
        HEADLINE,
        &[(V4, "calls = [{ attach = \"v4\" }, { detach = \"v4\" }]")],
    ),
    case(
        "the driver around the engine calls is removed",
        HEADLINE,
        &[("pipeline = \"a1\"", "pipeline = \"direct\"")],
    ),
    case(
        "the driver is put around the engine calls",
        ("direct/connect4_connect6", SHARED, Waits::Sufficient),
        &[("pipeline = \"direct\"", "pipeline = \"a1\"")],
    ),
    case(
        "a fault is injected where it does no harm",
        ("attach/connect4_connect6", "retry", Waits::Sufficient),
        &[(
            V6,
            "calls = [{ attach = \"v6\" }]\n[[fault]]\nthread = 0\ncall = \"create-handle\"\n\
             occurrence = 2",
        )],
    ),
    case(
        "the attach is detached again, beside a detach",
        DETACH,
        &[(V4, "calls = [{ attach = \"v4\" }, { detach = \"v4\" }]")],
    ),
    case(
        "the first thread attaches something else before, beside a detach",
        DETACH,
        &[
            LINK,
            (V4, "calls = [{ attach = \"b\" }, { attach = \"v4\" }]"),
        ],
    ),
    case(
        "the second thread attaches something else after its detach",
        DETACH,
        &[
            LINK,
            (OFF, "calls = [{ detach = \"v6\" }, { attach = \"b\" }]"),
        ],
    ),
    case(
        "a thread is added in front, before a fault",
        FAULT,
        &[
            LINK_FIRST,
            (
                V4,
                "calls = [{ attach = \"b\" }]\n[[thread]]\ncalls = [{ attach = \"v4\" }]",
            ),
            ("thread = 0", "thread = 1"),
        ],
    ),
    case(
        "the driver around a fault is removed",
        FAULT,
        &[("pipeline = \"a1\"", "pipeline = \"direct\"")],
    ),
    case(
        "the fault itself is removed",
        FAULT,
        &[(
            "[[fault]]\nthread = 0\ncall = \"FwpmFilterAdd\"\noccurrence = 2\n\
             status = \"STATUS_NO_MEMORY\"\n",
            "",
        )],
    ),
    case(
        "a call is added where a fault is chosen and a wait expires",
        (
            "direct/maybe_fault_in_add",
            "handle-per-context",
            Waits::MayExpire,
        ),
        &[
            LINK,
            (OFF, "calls = [{ detach = \"v6\" }, { attach = \"b\" }]"),
        ],
    ),
    case(
        "a thread is added to five, of which four expire",
        ("attach/five_types", "handle-per-context", Waits::MayExpire),
        &[(
            "[[link]]\nname = \"connect4\"",
            "[[link]]\nname = \"x\"\nattach = \"RECV_ACCEPT6\"\n\
             [[thread]]\ncalls = [{ attach = \"x\" }]\n[[link]]\nname = \"connect4\"",
        )],
    ),
    case(
        "a detach is added where a delete fails",
        ("faults/delete_fails", SHARED, Waits::Sufficient),
        &[(V4, "calls = [{ attach = \"v4\" }, { detach = \"v4\" }]")],
    ),
    case(
        "a thread is added to a deadlock",
        (
            "faults/leaked_transaction",
            "handle-per-provider",
            Waits::Sufficient,
        ),
        &[
            LINK,
            (
                V6,
                "calls = [{ attach = \"v6\" }]\n[[thread]]\ncalls = [{ attach = \"b\" }]",
            ),
        ],
    ),
    case(
        "an attach is added before a lost notification",
        ("faults/lost_notification", SHARED, Waits::Sufficient),
        &[
            LINK,
            (OFF, "calls = [{ attach = \"b\" }, { detach = \"v6\" }]"),
        ],
    ),
];

/// All of them: the rules were made with these cases at hand.
#[test]
fn all_20_edits_that_the_rules_were_made_with_still_show_their_violation() {
    assert_eq!(lost(&CASES), []);
}

/// A schedule that is about a fault, on the model without the fault: nothing is aborted, and the
/// schedule waits for the abort in vain.
const ABOUT_THE_FAULT: &str = "sv3:attach/fault_in_add:shared-handle:documented:sufficient:\
    93476b47:session-discipline:0-abort@session/0+1-nmr-wait@binding/1+0+3+1.5";

/// A strict replay says where the schedule parts from the model; best effort goes through, and says
/// what it left out.
#[test]
fn a_schedule_that_is_about_what_was_removed_says_where_it_diverged() {
    let recorded = RecordedSchedule::from_token(ABOUT_THE_FAULT).unwrap();
    let whole = recorded.scenario(None).unwrap();
    let reproduced = replay(&recorded, &whole).ending;
    assert!(
        matches!(reproduced, Ending::Reproduced(_)),
        "{reproduced:?}"
    );

    let case = CASES
        .iter()
        .find(|case| case.what == "the fault itself is removed")
        .unwrap();
    let edited = case.edited();
    // Alone, an attach of three filters takes 23 steps.
    let diverged = Ending::Diverged {
        step: 24,
        expected: "0 until before abort on session 0".to_owned(),
        found: "thread 0 has ended".to_owned(),
    };
    assert_eq!(replay(&recorded, &edited).ending, diverged);
    let replayed = replay_best_effort(&recorded, &edited);
    assert!(
        matches!(replayed.ending, Ending::NoViolation { .. }),
        "{:?}",
        replayed.ending
    );
    assert_eq!(
        replayed.skipped[0].expected,
        "0 until before abort on session 0"
    );
}
