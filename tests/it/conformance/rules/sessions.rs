//! The rules about sessions, transactions, lifetimes and who sees what.

use super::Rule;
use super::held;
use super::left_out;
use super::rule;

pub(super) const RULES: &[Rule] = &[
    rule(
        "Sessions",
        &[
            held(
                "A session lasts up to its close, or the end of its process",
                &["s5", "38"],
            ),
            held(
                "Its end aborts its transaction, then deletes what it owns",
                &["s5", "s6", "38"],
            ),
            held(
                "A process may have many, each with key, wait and flags of its own",
                &["s4", "s2"],
            ),
            held("The end of a process is noticed later", &["38"]),
            held(
                "Calls on a handle that is closed by then fail",
                &["s10", "s11", "s12"],
            ),
            held(
                "A transaction belongs to the session, not to a thread",
                &["18", "t2"],
            ),
        ],
    ),
    rule(
        "Transactions",
        &[
            held(
                "What no explicit transaction surrounds is one of its own",
                &["t10"],
            ),
            held(
                "A transaction is read-only or read-write",
                &["11", "12a", "12b"],
            ),
            held("It is atomic", &["8", "9", "34b"]),
            held(
                "It is consistent: rules hold for its own view",
                &["58", "r2"],
            ),
            held("It is isolated", &["t4", "34"]),
            left_out(
                "It is durable",
                "the machine does not fail: the stored objects outlive the service",
            ),
            held(
                "A session has one; a second begin neither nests nor waits",
                &["3", "4"],
            ),
            held("A call that fails leaves it as it was", &["8", "9", "72"]),
            held(
                "Then the client may abort, commit the rest, or try again",
                &["8", "9", "t6"],
            ),
            held(
                "Most calls outside of one take the lock, and may be TIMEOUT",
                &["26", "w5", "w11"],
            ),
        ],
    ),
    rule(
        "Sessions that compete",
        &[
            held(
                "There is one lock, for which a begin waits, up to TIMEOUT",
                &["20", "21", "w1"],
            ),
            held(
                "To wait for another session is never TXN_IN_PROGRESS",
                &["20", "21", "30"],
            ),
            held(
                "The default is 15 seconds, or 100 minutes as seen",
                &["s2", "s3"],
            ),
            held("An infinite wait is legal", &["w2"]),
            held(
                "0 is the default, so no session can ask not to wait",
                &["28"],
            ),
            held(
                "Whether readers exclude each other is open",
                &["29a", "29b", "30", "t12"],
            ),
            held("Nobody is promised the lock next", &["w7"]),
        ],
    ),
    rule(
        "How long a transaction may take",
        &[
            held("One hour in user mode", &["23", "103"]),
            held("For ever in the kernel", &["w3"]),
            left_out(
                "That cannot be configured",
                "there is nothing to configure it with",
            ),
            held("Then it is aborted and the lock is free", &["23", "24"]),
            held(
                "A transaction of one call is never aborted by force",
                &["w13"],
            ),
            held(
                "One that is left open in user mode keeps others waiting for an hour",
                &["23"],
            ),
            held(
                "One that is left open in the kernel does so up to its close",
                &["w3", "s5"],
            ),
        ],
    ),
    rule(
        "TXN_ABORTED and SESSION_ABORTED",
        &[
            held(
                "The next call after a forced abort is TXN_ABORTED",
                &["24", "24a"],
            ),
            held(
                "Which calls count, and how long it lasts, is open",
                &["24a", "24b", "25", "25b"],
            ),
            held(
                "After SESSION_ABORTED the handle has to be closed, and a new one opened",
                &["55"],
            ),
            held(
                "When a session is aborted is open: here by the end of the service",
                &["55", "55b"],
            ),
            held(
                "The objects of before are gone then, unless they are stored",
                &["p1", "p2"],
            ),
        ],
    ),
    rule(
        "Lifetimes",
        &[
            held("What a dynamic session adds goes with it", &["s6", "l9"]),
            held("What is static goes with the service", &["p1", "40", "l9"]),
            held("What is persistent goes when it is deleted", &["p2"]),
            held(
                "So does what is stored of a boot-time filter",
                &["p2", "54"],
            ),
            left_out(
                "A boot-time filter is in force until the service runs",
                "nothing classifies",
            ),
            held("What is built in never goes", &["p2", "68"]),
            held(
                "Stored objects come back unless their provider's service does not",
                &["p3"],
            ),
        ],
    ),
    rule(
        "References",
        &[
            held(
                "Everything may refer to what is built in",
                &["49", "l7", "o10"],
            ),
            held(
                "Persistent to persistent of the same provider is fine",
                &["l6"],
            ),
            held(
                "Persistent to persistent of another provider is LIFETIME_MISMATCH",
                &["51"],
            ),
            held("Persistent to static is LIFETIME_MISMATCH", &["50"]),
            held("Persistent to dynamic is refused", &["l10", "l11"]),
            held("Static to persistent is fine", &["l5"]),
            held("Static to static is fine", &["l12"]),
            held("Dynamic to static or persistent is fine", &["49", "l4"]),
            held("Dynamic to dynamic of the same session is fine", &["l4"]),
            held(
                "To another session's dynamic object is refused",
                &["48a", "48b", "48c"],
            ),
            held(
                "A boot-time filter may refer to what is persistent",
                &["54"],
            ),
            held(
                "What is referred to cannot be deleted",
                &["57", "60", "61", "r1", "r3"],
            ),
            held(
                "That counts in the view of the caller's transaction",
                &["58", "r2", "r5"],
            ),
        ],
    ),
    rule(
        "Owners",
        &[
            held("A dynamic session deletes what it added", &["41"]),
            held(
                "What another dynamic one added is WRONG_SESSION to it",
                &["l1"],
            ),
            held(
                "What is static or persistent is DYNAMIC_SESSION_IN_PROGRESS",
                &["43a", "43b"],
            ),
            held("What is built in is refused", &["68", "l2"]),
            held(
                "A static session may delete what a dynamic one added, or may not",
                &["44a", "44b"],
            ),
            held(
                "A static session may delete what any static one added",
                &["45"],
            ),
            held("It may delete what is persistent", &["45b"]),
        ],
    ),
    rule(
        "Who sees what",
        &[
            held(
                "No session sees what another has not committed",
                &["t4", "w6", "34"],
            ),
            held("A transaction sees its own changes", &["t3"]),
            held(
                "Whether a look-up waits for a writer, or sees the state before, is open",
                &["w5", "w6"],
            ),
            left_out(
                "Traffic may meet a policy that is being committed",
                "nothing classifies traffic",
            ),
            left_out(
                "Boot-time policy gives way to persistent policy at once",
                "the system does not boot here",
            ),
        ],
    ),
];
