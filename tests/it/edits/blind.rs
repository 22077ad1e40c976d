//! Twenty edits that were chosen and written down before any of them was run: each built-in model
//! once, and two of them twice. Each edit is away from the failure that the schedule shows: other
//! threads, earlier or later calls, links, faults that are not met, threads that are left out, the
//! driver around the engine calls.

use selvedge::runtime::Waits;

use super::Case;
use super::LINK;
use super::LINK_FIRST;
use super::SHARED;
use super::case;
use super::lost;

const V4: &str = "calls = [{ attach = \"v4\" }]";
const V6: &str = "calls = [{ attach = \"v6\" }]";
const OFF: &str = "calls = [{ detach = \"v6\" }]";

const CASES: [Case; 20] = [
    case(
        "the attaching thread attaches and detaches something else before",
        (
            "attach/attach_detach",
            "handle-per-context",
            Waits::MayExpire,
        ),
        &[
            LINK,
            (
                V4,
                "calls = [{ attach = \"b\" }, { detach = \"b\" }, { attach = \"v4\" }]",
            ),
        ],
    ),
    case(
        "a thread is put in front of two, of which one is left out",
        (
            "attach/connect4_connect4",
            "handle-per-context-on-dynamic-global",
            Waits::Sufficient,
        ),
        &[(
            "[[link]]\nname = \"first\"",
            "[[link]]\nname = \"b\"\nattach = \"BIND\"\n\
             [[thread]]\ncalls = [{ attach = \"b\" }]\n[[link]]\nname = \"first\"",
        )],
    ),
    case(
        "the thread that is waited for attaches and detaches something else after",
        (
            "attach/connect4_connect6",
            "handle-per-thread",
            Waits::MayExpire,
        ),
        &[
            LINK,
            (
                V6,
                "calls = [{ attach = \"v6\" }, { attach = \"b\" }, { detach = \"b\" }]",
            ),
        ],
    ),
    case(
        "a fault that is not met is put in front of one that is left out",
        (
            "attach/fault_in_add",
            "handle-per-provider",
            Waits::MayExpire,
        ),
        &[(
            "[[fault]]",
            "[[fault]]\nthread = 0\ncall = \"FwpmFilterAdd\"\noccurrence = 9\n\
             status = \"STATUS_NO_MEMORY\"\n[[fault]]",
        )],
    ),
    case(
        "the first of five threads is removed",
        (
            "attach/five_types",
            "handle-per-context-dynamic",
            Waits::MayExpire,
        ),
        &[
            ("[[link]]\nname = \"connect4\"\nattach = \"CONNECT4\"\n", ""),
            ("[[thread]]\ncalls = [{ attach = \"connect4\" }]\n", ""),
        ],
    ),
    case(
        "the thread that is left out is removed",
        ("attach/three_threads_two_types", "retry", Waits::Sufficient),
        &[
            ("[[link]]\nname = \"second\"\nattach = \"CONNECT4\"\n", ""),
            ("[[thread]]\ncalls = [{ attach = \"second\" }]\n", ""),
        ],
    ),
    case(
        "the thread that is left out detaches, too",
        ("attach/three_types", SHARED, Waits::Sufficient),
        &[(
            "calls = [{ attach = \"connect4\" }]",
            "calls = [{ attach = \"connect4\" }, { detach = \"connect4\" }]",
        )],
    ),
    case(
        "a thread is put between the two",
        (
            "direct/attach_detach",
            "handle-per-thread",
            Waits::MayExpire,
        ),
        &[
            LINK,
            (
                OFF,
                "calls = [{ attach = \"b\" }]\n[[thread]]\ncalls = [{ detach = \"v6\" }]",
            ),
        ],
    ),
    case(
        "one thread attaches something else before, the other after",
        (
            "direct/connect4_connect4",
            "handle-per-provider",
            Waits::Sufficient,
        ),
        &[
            (
                "[[thread]]\ncalls = [{ attach = \"first\" }]",
                "[[link]]\nname = \"b\"\nattach = \"BIND\"\n\
                 [[thread]]\ncalls = [{ attach = \"b\" }, { attach = \"first\" }]",
            ),
            (
                "calls = [{ attach = \"second\" }]",
                "calls = [{ attach = \"second\" }, { attach = \"b2\" }]\n\
                 [[link]]\nname = \"b2\"\nattach = \"SOCK_OPS\"",
            ),
        ],
    ),
    case(
        "the refused thread attaches something else before",
        ("direct/connect4_connect6", "retry", Waits::MayExpire),
        &[
            LINK,
            (V4, "calls = [{ attach = \"b\" }, { attach = \"v4\" }]"),
        ],
    ),
    case(
        "a thread is put in front of a fault that is left out",
        (
            "direct/fault_in_add",
            "handle-per-context-dynamic",
            Waits::MayExpire,
        ),
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
        "the last of five threads is removed",
        ("direct/five_types", "handle-per-provider", Waits::MayExpire),
        &[
            ("[[link]]\nname = \"sock_ops\"\nattach = \"SOCK_OPS\"\n", ""),
            ("[[thread]]\ncalls = [{ attach = \"sock_ops\" }]", ""),
        ],
    ),
    case(
        "a third thread meets the transaction that was left open",
        ("direct/leaked_transaction", "push-lock", Waits::Sufficient),
        &[
            LINK,
            (
                V6,
                "calls = [{ attach = \"v6\" }]\n[[thread]]\ncalls = [{ attach = \"b\" }]",
            ),
        ],
    ),
    case(
        "the attaching thread attaches something else before, beside a fault that is left out",
        ("direct/maybe_fault_in_add", SHARED, Waits::Sufficient),
        &[
            LINK,
            (V4, "calls = [{ attach = \"b\" }, { attach = \"v4\" }]"),
        ],
    ),
    case(
        "the driver is put around the engine calls of three threads",
        ("direct/three_types", "handle-per-context", Waits::MayExpire),
        &[("pipeline = \"direct\"", "pipeline = \"a1\"")],
    ),
    case(
        "the detaching thread attaches something else before a delete that fails",
        ("faults/delete_fails", "push-lock", Waits::Sufficient),
        &[(
            "[[thread]]\ncalls = [{ detach = \"v6\" }]",
            "[[link]]\nname = \"b\"\nattach = \"BIND\"\n\
             [[thread]]\ncalls = [{ attach = \"b\" }, { detach = \"v6\" }]",
        )],
    ),
    case(
        "the thread that leaves its transaction open attaches something else after",
        ("faults/leaked_transaction", "spin-lock", Waits::Sufficient),
        &[
            LINK,
            (V4, "calls = [{ attach = \"v4\" }, { attach = \"b\" }]"),
        ],
    ),
    case(
        "the attaching thread attaches something else after a wait that expires",
        (
            "faults/lost_notification",
            "handle-per-provider",
            Waits::MayExpire,
        ),
        &[(
            "[[thread]]\ncalls = [{ attach = \"v4\" }]",
            "[[link]]\nname = \"b\"\nattach = \"BIND\"\n\
             [[thread]]\ncalls = [{ attach = \"v4\" }, { attach = \"b\" }]",
        )],
    ),
    case(
        "a thread is put in front and another behind, each with two calls",
        ("attach/connect4_connect6", SHARED, Waits::Sufficient),
        &[
            (
                "[[link]]\nname = \"v4\"",
                "[[link]]\nname = \"b\"\nattach = \"BIND\"\n\
                 [[link]]\nname = \"s\"\nattach = \"SOCK_OPS\"\n[[link]]\nname = \"v4\"",
            ),
            (
                V4,
                "calls = [{ attach = \"b\" }, { detach = \"b\" }]\n\
                 [[thread]]\ncalls = [{ attach = \"v4\" }]",
            ),
            (
                V6,
                "calls = [{ attach = \"v6\" }]\n\
                 [[thread]]\ncalls = [{ attach = \"s\" }, { detach = \"s\" }]",
            ),
        ],
    ),
    case(
        "the detaching thread attaches again and detaches again",
        ("attach/attach_detach", SHARED, Waits::Sufficient),
        &[(
            OFF,
            "calls = [{ detach = \"v6\" }, { attach = \"v6\" }, { detach = \"v6\" }]",
        )],
    ),
];

/// As it fell in the first run.
#[test]
fn of_20_edits_elsewhere_that_were_chosen_before_any_was_run_all_still_show_their_violation() {
    assert_eq!(lost(&CASES), []);
}
