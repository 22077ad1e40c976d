//! The rules of the calls about sessions, transactions, enumerations, subscriptions and functions:
//! what each needs, what it returns, what it does, and who is told.

use super::Rule;
use super::held;
use super::left_out;
use super::rule;

/// Why nothing here is about rights on objects.
pub(super) const CALLS_ARE_DENIED: &str =
    "rights are denied call by call here, not object by object: there are no security descriptors";
/// Why nothing here is about what the kernel does with packets.
pub(super) const NO_TRAFFIC: &str = "nothing classifies traffic";

pub(super) const RULES: &[Rule] = &[
    rule(
        "Where a call is legal",
        &[
            held(
                "A caller in the kernel meets the same rules as one in user mode",
                &["s19"],
            ),
            left_out(
                "A call is made at PASSIVE_LEVEL",
                "the driver's side checks that: a call at DISPATCH_LEVEL is a finding of `kernel`",
            ),
            left_out(
                "Memory that the engine returns is freed with FwpmFreeMemory0",
                "what a call returns is a value",
            ),
            held(
                "Nobody checks the rights of a caller in the kernel",
                &["s14"],
            ),
            held(
                "A begin inside any explicit transaction is TXN_IN_PROGRESS",
                &["3", "4", "t2"],
            ),
            held(
                "Subscribing and unsubscribing inside one is TXN_IN_PROGRESS",
                &["13", "14"],
            ),
            held(
                "Changing the security of an object inside one is TXN_IN_PROGRESS",
                &["t1"],
            ),
            left_out(
                "So is changing the security of the engine or of a container of objects",
                "there are no security descriptors: only who may set an object's",
            ),
            held("Setting an option inside one is TXN_IN_PROGRESS", &["15"]),
            left_out("So are net events and IPsec", "neither is modelled"),
            held(
                "An add or delete inside a read-only one is INCOMPATIBLE_TXN",
                &["11"],
            ),
            held(
                "Setting an option in a dynamic session is DYNAMIC_SESSION_IN_PROGRESS",
                &["46", "l3"],
            ),
            held(
                "So is deleting, or changing the security of, what no dynamic session added",
                &["43a", "43b"],
            ),
            held(
                "A commit or abort outside one is NO_TXN_IN_PROGRESS",
                &["1", "2", "w8"],
            ),
            held("Looking up and enumerating are legal anywhere", &["t5"]),
            left_out(
                "So are reading security and options",
                "there is nothing to read: what is set is not kept",
            ),
            held("So is closing the handle", &["s5"]),
            held("Who has to unsubscribe ends his transaction first", &["14"]),
        ],
    ),
    rule(
        "Statuses that any call may have",
        &[
            held(
                "On a null handle it is NULL_POINTER, but for a close",
                &["56a", "56b"],
            ),
            held(
                "On a handle that is not open it is assumed to be INVALID_HANDLE",
                &["s10"],
            ),
            held("Without a right it is ACCESS_DENIED", &["s13", "s17"]),
            held("Without memory it is NO_MEMORY", &["f1"]),
            held(
                "It is of RPC_NT if the service is not reached, or its answer is not",
                &["96", "f2", "f3"],
            ),
            held(
                "After RPC_NT_CALL_FAILED it may have been executed or not",
                &["f2", "f3", "f4"],
            ),
            left_out(
                "A caller in user mode gets the Win32 twin",
                "all statuses are NTSTATUS; `selvedge explain` knows the twins",
            ),
        ],
    ),
    rule(
        "FwpmEngineOpen0",
        &[
            left_out(
                "The server is the local one, and authentication one of two kinds",
                "the types of the model leave no room for others",
            ),
            held("Everybody has the right to open a session", &["s16"]),
            held("It succeeds only while the service runs", &["96"]),
            held(
                "Who subscribes to the state before reading it misses no change",
                &["p8"],
            ),
            held(
                "Without options a session is static, and waits as long as the default",
                &["s18"],
            ),
            held("A session that asks for no key gets one", &["s1"]),
            held("A key that an open session has is ALREADY_EXISTS", &["36"]),
            held("A new session has no transaction", &["1", "2", "s18"]),
            left_out(
                "Rights are those of the caller that opened the session, in every later call",
                "the types leave no room for anything else: a caller is its session",
            ),
            held("It needs no transaction lock", &["32"]),
            held("Nobody is told of it", &["n1"]),
        ],
    ),
    rule(
        "FwpmEngineClose0",
        &[
            held(
                "An open transaction is aborted, before anything else",
                &["s5", "38"],
            ),
            held(
                "The objects of a dynamic session are deleted then",
                &["s6", "s7"],
            ),
            held("The subscriptions of the session are cancelled", &["g3"]),
            held("A null handle can be closed", &["56a"]),
            held(
                "A handle whose session was aborted must and can be closed",
                &["55", "w4"],
            ),
            held("It is legal inside a transaction", &["s5"]),
            held(
                "It is a write, and waits, only if the session is dynamic",
                &["32", "s8", "s9"],
            ),
            held(
                "The callouts of deleted filters are told",
                &["88", "88b", "88c"],
            ),
            held(
                "Subscribers of other sessions are told of the objects that go",
                &["g4"],
            ),
        ],
    ),
    rule(
        "FwpmTransactionBegin0",
        &[
            held(
                "The session has no explicit transaction, or it is TXN_IN_PROGRESS",
                &["3", "4"],
            ),
            held("It needs a right", &["s13", "s16"]),
            left_out(
                "Reading and writing need different rights",
                CALLS_ARE_DENIED,
            ),
            held(
                "It waits for the lock as long as its session says",
                &["20", "21", "w1"],
            ),
            held("After TIMEOUT no transaction is open", &["20"]),
            held("A wait of 0 is the default", &["28", "s2", "s3"]),
            held("An infinite wait never runs out", &["w2"]),
            held(
                "Any flags but none and read-only are INVALID_FLAGS",
                &["17"],
            ),
            held("Nobody is told of it", &["n1"]),
        ],
    ),
    rule(
        "FwpmTransactionCommit0",
        &[
            held(
                "Without a transaction it is NO_TXN_IN_PROGRESS",
                &["1", "5"],
            ),
            held("It ends a read-only transaction", &["12a", "t9"]),
            held(
                "All that succeeded becomes visible at once",
                &["t4", "34", "34b"],
            ),
            held(
                "What failed has no effect, and does not keep the rest from it",
                &["8"],
            ),
            held("It may be ACCESS_DENIED", &["s17"]),
            held(
                "It may fail, with the transaction still open, rolled back or committed",
                &["97a", "97b", "97c", "98"],
            ),
            held(
                "An abort after a failed commit is right in each case",
                &["97"],
            ),
            held("After a forced abort it is TXN_ABORTED", &["24a"]),
            held("Callouts that ask for it are told after it", &["82", "83"]),
            held("Subscribers are told later", &["92a", "92b"]),
            held(
                "Callouts of deleted filters are told, when is open",
                &["80", "80a", "80b", "80c"],
            ),
        ],
    ),
    rule(
        "FwpmTransactionAbort0",
        &[
            held(
                "Without a transaction it is NO_TXN_IN_PROGRESS",
                &["2", "6"],
            ),
            held("So it is after a commit", &["5"]),
            held(
                "Everything that was done is undone",
                &["7", "9", "t3", "r5"],
            ),
            held(
                "Identifiers that were given out are void, and not given again",
                &["t7"],
            ),
            held(
                "Registering and unregistering functions is not undone",
                &["t11", "c7"],
            ),
            held("No subscriber is told", &["g5"]),
            held("Whether callouts are told is open", &["78a", "78b", "78c"]),
        ],
    ),
    rule(
        "Looking up and enumerating",
        &[
            held(
                "An enumeration is a snapshot of when its handle was made",
                &["89"],
            ),
            held(
                "It is current only inside one transaction with its look-ups",
                &["89b", "90"],
            ),
            held(
                "Without a template it has all objects of the kind",
                &["e1", "o1"],
            ),
            left_out("A template selects", "templates are not modelled"),
            held("Fewer than asked for are the last", &["e1"]),
            held("A later call goes on where the last stopped", &["e1"]),
            held("Only making the enumeration needs the lock", &["w5", "w15"]),
            left_out(
                "Only objects that may be read are returned",
                CALLS_ARE_DENIED,
            ),
            held("Boot-time filters are not in it", &["54"]),
            held(
                "Reads inside a transaction see its own changes",
                &["t3", "90"],
            ),
        ],
    ),
    rule(
        "FwpmFilterSubscribeChanges0 and its siblings",
        &[
            held("Not inside a transaction", &["13", "14"]),
            held("It needs a right", &["s13"]),
            left_out("It needs a right on the objects", CALLS_ARE_DENIED),
            held("Callbacks come later", &["92b"]),
            held("They may not come at all", &["92b", "f7"]),
            held(
                "A subscriber is not told of changes through its own handle",
                &["92a"],
            ),
            held("Unsubscribing waits for a callback that runs", &["94"]),
            held(
                "Doing so under a lock that the callback takes may wait for ever",
                &["94b"],
            ),
            held("There is no need to unsubscribe before a close", &["g3"]),
            held(
                "A change of a filter has a type, a key and an identifier",
                &["g2"],
            ),
            held("Subscriptions are to one kind of object", &["g1"]),
            left_out(
                "Only user mode can subscribe",
                "a session of the kernel may here: no status is known for it",
            ),
        ],
    ),
    rule(
        "FwpmBfeStateSubscribeChanges0 and its siblings",
        &[
            held(
                "After subscribing the state may be asked for at any time",
                &["p8", "96"],
            ),
            held("Each change of state is told", &["55", "p8"]),
            held(
                "At RUNNING sessions may be opened, at STOP_PENDING closed",
                &["p9"],
            ),
            left_out(
                "It must be cancelled before the driver is unloaded",
                "drivers are not unloaded here",
            ),
            held("To cancel it inside the callback waits for ever", &["95"]),
        ],
    ),
    rule(
        "FwpsCalloutRegister and FwpsCalloutUnregisterById0",
        &[
            held(
                "Registering is possible at any time, also without the service",
                &["33", "96"],
            ),
            held("A second time it is ALREADY_EXISTS", &["c4"]),
            held(
                "So many callouts may be registered, then it is TOO_MANY_CALLOUTS",
                &["c6"],
            ),
            held("It returns the identifier that adding returns", &["70"]),
            held(
                "Nothing is told of filters that are there already",
                &["74c"],
            ),
            held("Neither is part of a transaction", &["t11", "c7", "33"]),
            held(
                "Unregistering succeeds while filters name the callout",
                &["c5", "75"],
            ),
            left_out("Such filters block, permit or are ignored then", NO_TRAFFIC),
            held(
                "With marked flows it is DEVICE_BUSY, until they are unmarked",
                &["85", "c1"],
            ),
            held("Without functions it is CALLOUT_NOT_FOUND", &["85", "c5"]),
            held("While another thread does it, it is IN_USE", &["c8"]),
            left_out(
                "A driver stays loaded until it has succeeded",
                "drivers are not unloaded here",
            ),
        ],
    ),
    rule(
        "Security and options",
        &[
            held(
                "Setting them is legal outside a transaction only",
                &["15", "t1"],
            ),
            held("Setting an option needs a right", &["s13"]),
            held("Both wait for the lock", &["w11"]),
            left_out(
                "A watchdog tells of transactions that take long, and aborts none",
                "what an option sets is not kept, and there are no event logs",
            ),
        ],
    ),
];
