//! The facts that are documented, the questions that are open, and where sources differ.

use super::Fact;
use super::held;
use super::left_out;
use super::open;

/// What Microsoft's documentation says, and no mock may do otherwise.
pub(super) const DOCUMENTED: [Fact; 24] = [
    held(
        "The end of a session aborts its transaction first",
        &["s5", "38"],
    ),
    held(
        "What a dynamic session added is deleted when it ends",
        &["s6"],
    ),
    held(
        "The key of an open session is ALREADY_EXISTS; a zero key asks for one",
        &["36", "s1"],
    ),
    held(
        "A session has one explicit transaction; a begin in it is TXN_IN_PROGRESS",
        &["3", "4"],
    ),
    held(
        "A begin waits as long as its session says; 0 is the default; there is an infinite wait",
        &["20", "21", "28", "s2", "w2"],
    ),
    held(
        "Calls outside a transaction are one of their own, and may be TIMEOUT",
        &["26", "t10"],
    ),
    held(
        "A user-mode transaction is aborted after an hour, one of the kernel or of one call never",
        &["23", "24", "103", "w3", "w13"],
    ),
    held(
        "A commit or abort without a transaction is NO_TXN_IN_PROGRESS",
        &["1", "2", "5", "6"],
    ),
    held(
        "A call that fails leaves the transaction open and intact",
        &["8", "9", "72", "57"],
    ),
    held(
        "A change in a read-only transaction is INCOMPATIBLE_TXN",
        &["11"],
    ),
    held(
        "Subscribing, security and options are TXN_IN_PROGRESS in a transaction",
        &["13", "14", "15", "t1"],
    ),
    held(
        "A dynamic session sets no options, and deletes what it added itself",
        &["41", "43a", "43b", "46", "l1"],
    ),
    held(
        "There are four lifetimes, and nothing refers to what may go before it",
        &[
            "48a", "49", "50", "51", "l4", "l5", "l6", "l7", "l9", "l10", "l12", "p1", "p2",
        ],
    ),
    held(
        "What is referred to is IN_USE, in the view of the caller's transaction",
        &["57", "58", "60", "61", "r1", "r2", "r3"],
    ),
    held(
        "Keys are used once for each kind; a zero key asks for one; the engine gives identifiers",
        &["65", "70", "o1", "o2", "o3", "o4"],
    ),
    held(
        "A callout that refuses is CALLOUT_NOTIFICATION_FAILED",
        &["72"],
    ),
    held(
        "A delete is told without a key, whatever was told before, and the answer is ignored",
        &["71b", "74", "74b", "74c"],
    ),
    held(
        "A callout that asks for it is told after the commit",
        &["82", "83"],
    ),
    held(
        "Functions are registered and unregistered in any order with callouts and filters",
        &["33", "70", "85", "96", "c2", "c4", "c5", "c8"],
    ),
    held(
        "An enumeration is a snapshot, current inside one transaction only",
        &["89", "89b"],
    ),
    held(
        "Changes are told later or never, and not to who made them; unsubscribing waits",
        &["92a", "92b", "94", "94b", "g1", "g2"],
    ),
    held(
        "The kernel meets the same rules, and nobody checks its rights",
        &["s14", "s19"],
    ),
    held(
        "Who subscribes to the state first misses nothing",
        &["95", "p8", "p9"],
    ),
    held(
        "A handle is closed after SESSION_ABORTED; a null handle can be",
        &["55", "56a"],
    ),
];

/// What the documentation leaves open, by the row of the questions in `docs/model.md`. The cases
/// are those that name it as a source.
pub(super) const OPEN: [Fact; 32] = [
    open("A-01", "How long is the default wait?"),
    open("A-02", "Who may hold the lock together, and who is next?"),
    open("A-03", "Which calls take the lock?"),
    open("A-04", "Which of several faults of a call is answered?"),
    open("A-05", "What comes after a forced abort?"),
    open("A-06", "What has a failed commit done?"),
    open("A-07", "When is an added filter told?"),
    open("A-08", "Are callouts told of an abort?"),
    open("A-09", "When is a deleted filter told?"),
    open("A-10", "What of a call from inside a notification?"),
    open("A-11", "Are identifiers given again?"),
    open(
        "A-12",
        "Do two threads on one handle share its transaction?",
    ),
    open(
        "A-13",
        "May a key be added again in the transaction that deleted it?",
    ),
    open("A-14", "What of a handle that is not open?"),
    open("A-15", "What does the end of the service leave?"),
    open("A-16", "When does the close of a dynamic session return?"),
    open(
        "A-17",
        "May a static session delete another's dynamic object?",
    ),
    open(
        "A-18",
        "Which status has a reference to another session's dynamic object?",
    ),
    open("A-19", "What of persistent objects in a dynamic session?"),
    open(
        "A-20",
        "What of unknown flags? (Of a session: the types leave no room for any.)",
    ),
    open("A-21", "Does a wait begin anew?"),
    open(
        "A-22",
        "What of a call that waits while its handle is closed?",
    ),
    open(
        "A-23",
        "In what order do the objects of a dynamic session go?",
    ),
    open(
        "A-24",
        "Who is told of the end of a dynamic session, and of an abort?",
    ),
    open("A-25", "Does an enumeration outlive its transaction?"),
    open("A-26", "May what an enumeration shows be deleted?"),
    open("A-27", "What becomes of equal weights of sublayers?"),
    open(
        "A-28",
        "Are callouts told of persistent filters when the service starts?",
    ),
    open(
        "A-29",
        "What of functions that are registered between an add and its commit?",
    ),
    open("A-30", "What of unregistering while a function runs?"),
    open("A-31", "Does it matter how a read-only transaction ends?"),
    open("A-32", "Whose rights are checked?"),
];

/// Where two sources say different things, and what is taken.
pub(super) const DIFFERING: [Fact; 10] = [
    held(
        "The default wait is 15 seconds or 100 minutes: both, by profile",
        &["s2", "s3"],
    ),
    held(
        "A static session may delete a foreign dynamic object, or not: both",
        &["44a", "44b"],
    ),
    held(
        "A foreign reference is WRONG_SESSION or LIFETIME_MISMATCH: both",
        &["48b", "48c"],
    ),
    held(
        "A delete is told in the call, or late: both",
        &["80a", "80b", "f5", "f6"],
    ),
    held("Without a service name, stored objects come back", &["p3"]),
    held(
        "A call that does not reach the service has a status of RPC_NT",
        &["96", "f2", "f3"],
    ),
    left_out(
        "INVALID_PARAMETER on the page of FwpmCalloutAdd0 is about a tunnel",
        "the page repeats a row of another one",
    ),
    held(
        "Registering, adding the callout and adding the filter come in any order",
        &["70", "c2"],
    ),
    held(
        "What an enumeration shows may be deleted before its end",
        &["89", "e3"],
    ),
    held(
        "There may be 2^16 sublayers, though the page misprints it",
        &["o17"],
    ),
];
