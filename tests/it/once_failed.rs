//! Programs on which an earlier state of `dpor` failed: it missed classes, saw one twice, or began
//! executions in vain.

use crate::small::Small;
use crate::small::Statement;
use crate::small::Statement::*;

type Threads = Vec<Vec<Statement>>;

/// All of them.
pub(crate) fn once_failed() -> Vec<Small> {
    let all = [
        one_object(),
        one_of_two(),
        several_at_once(),
        planning(),
        readers_and_expiries(),
    ];
    all.into_iter().flatten().map(Small).collect()
}

/// Steps that wait for one object, or not at all.
fn one_object() -> Vec<Threads> {
    vec![
        // A thread that is started later does not stand before its first step from the beginning.
        vec![
            vec![Tried(0, vec![])],
            vec![Fork(2, vec![Reading(0, vec![])])],
        ],
        // That a thread could step does not mean that it could take this step.
        vec![vec![StoreLocal(1)], vec![Increment(0), SpinLoad(1)]],
        // Who is blocked when an execution is cut off raced with what keeps it so.
        vec![
            vec![SpinLoad(0), Locked(0, vec![])],
            vec![TriedReading(0, vec![])],
            vec![Increment(0), Reading(0, vec![Wait(0)])],
        ],
        // A try that failed so far may succeed.
        vec![
            vec![Fork(2, vec![Locked(0, vec![])]), Reading(0, vec![])],
            vec![TriedReading(0, vec![WaitTimed(0)])],
        ],
        // Two readers that never leave keep a writer out together: it comes before both or not at
        // all.
        vec![
            vec![
                Fork(3, vec![Timed(0, vec![])]),
                Reading(0, vec![Timed(0, vec![])]),
            ],
            vec![],
            vec![Reading(0, vec![Locked(0, vec![])])],
        ],
        // A reader that leaves cannot come after the writer that waits for it.
        vec![
            vec![Reading(1, vec![Increment(0)]), Choose(2)],
            vec![
                Fork(2, vec![StoreLocal(1)]),
                Locked(
                    1,
                    vec![ConditionWait {
                        condition: 0,
                        lock: 1,
                    }],
                ),
                Join(2),
            ],
        ],
    ]
}

/// Waits for either of two, or for both.
fn one_of_two() -> Vec<Threads> {
    vec![
        // What had blocked a step is not what made it ready.
        vec![vec![Locked(0, vec![Set(0)])], vec![WaitEither(0)]],
        vec![
            vec![Clear(0), Locked(0, vec![Set(0)]), Clear(0)],
            vec![WaitBoth(0)],
        ],
        // Before it was made ready for one reason, it was ready for another.
        vec![vec![Set(0)], vec![WaitEither(0)]],
        vec![vec![Set(0)], vec![Load(0), WaitEither(0)]],
        vec![
            vec![Set(0)],
            vec![WaitEither(0), Increment(0)],
            vec![StoreLocal(0), Timed(0, vec![])],
        ],
    ]
}

/// Waits for either of two that are changed by several threads.
fn several_at_once() -> Vec<Threads> {
    vec![
        // A lock and an event, of which either lets somebody pass: what was looked at last says
        // nothing of the times before.
        vec![
            vec![Load(0), WaitEither(0)],
            vec![],
            vec![Timed(0, vec![Store(0, 1)]), Reading(0, vec![Set(0)])],
        ],
        vec![
            vec![Tried(0, vec![Store(0, 2)])],
            vec![Set(0)],
            vec![WaitEither(0)],
            vec![Load(0)],
        ],
        vec![
            vec![WaitEither(0)],
            vec![Timed(0, vec![])],
            vec![Set(0)],
            vec![Timed(0, vec![])],
        ],
        vec![
            vec![Tried(0, vec![]), Set(0)],
            vec![WaitEither(0)],
            vec![Tried(0, vec![])],
        ],
        vec![
            vec![Tried(0, vec![Load(0)])],
            vec![Store(0, 2), Store(0, 1)],
            vec![Set(0)],
            vec![WaitEither(0), Increment(0)],
        ],
        vec![
            vec![Reading(0, vec![])],
            vec![Clear(0)],
            vec![LoadStore(0), WaitEither(0)],
            vec![Increment(0)],
        ],
        vec![
            vec![Reading(0, vec![Store(0, 2)])],
            vec![Load(0), WaitEither(0)],
            vec![Increment(0)],
            vec![Clear(0), WaitBoth(0)],
        ],
        // Who made it ready is asleep where who blocked it comes.
        vec![
            vec![Set(0)],
            vec![],
            vec![Locked(0, vec![WaitBoth(0)])],
            vec![WaitEither(0)],
        ],
        // Who waited for one of two holds neither of them.
        vec![
            vec![EitherIncrement(0)],
            vec![EitherIncrement(0), Store(0, 2), Set(0)],
        ],
    ]
}

/// What is kept for later, and what is left to whom.
fn planning() -> Vec<Threads> {
    vec![
        // Without what a thread stands before its step after, there is no step.
        vec![
            vec![Locked(0, vec![])],
            vec![Set(0), Store(0, 2)],
            vec![StoreLocal(0), WaitEither(0), Reading(0, vec![])],
        ],
        vec![
            vec![Load(0), Clear(0)],
            vec![WaitEither(0), Load(0)],
            vec![Store(0, 2), WaitBoth(0)],
            vec![Tried(0, vec![]), WaitBoth(0)],
        ],
        // Who is started later has never stood there: whether it is able is not known.
        vec![
            vec![Clear(1)],
            vec![Set(1)],
            vec![Fork(3, vec![WaitBoth(1)]), WaitTimed(1)],
        ],
        // A reader that is blocked is not blocked by another reader.
        vec![
            vec![],
            vec![Reading(0, vec![])],
            vec![Timed(0, vec![Locked(0, vec![])])],
            vec![NotifyAll(0), Reading(0, vec![])],
        ],
        // What a branch in doubt may take is not lost below another.
        vec![
            vec![Reading(0, vec![])],
            vec![Locked(0, vec![]), StoreLocal(0)],
            vec![Load(0), Locked(0, vec![])],
            vec![Reading(0, vec![StoreLocal(0)])],
        ],
        // A sequence that went along behind a try, which did not succeed there as supposed, does
        // not say what its own try does.
        vec![
            vec![Timed(0, vec![])],
            vec![Timed(0, vec![])],
            vec![TriedReading(0, vec![])],
            vec![Locked(0, vec![]), TriedReading(0, vec![])],
        ],
        // What is supposed to be ready, and expires, is asleep when it has expired.
        vec![
            vec![Set(0)],
            vec![Clear(0)],
            vec![WaitTimed(0)],
            vec![EitherIncrement(0), Choose(2)],
        ],
        // That a branch begins a sequence does not mean that it is found behind it: somebody may
        // still be asleep there.
        vec![
            vec![Set(1)],
            vec![Fork(3, vec![Reading(1, vec![])])],
            vec![EitherIncrement(1), WaitBoth(1)],
        ],
        // What was covered by somebody who sleeps need not be when it goes on otherwise.
        vec![
            vec![Locked(0, vec![LoadStore(0)])],
            vec![Load(0)],
            vec![Choose(2), TriedReading(0, vec![StoreLocal(0)]), SpinLoad(0)],
        ],
        // A step that a sequence may begin with is not taken again behind it.
        vec![
            vec![Set(0), Set(0)],
            vec![Timed(0, vec![Clear(0)])],
            vec![Clear(0)],
            vec![WaitEither(0), WaitEither(0)],
        ],
    ]
}

/// Read holds beside waits that may expire, and holds that never end. Locks 0 and 1 are mutexes,
/// lock 2 is a reader-writer lock.
fn readers_and_expiries() -> Vec<Threads> {
    vec![
        // A reader is refused only while the writer that the mutex lets in is there.
        vec![
            vec![Reading(2, vec![Store(0, 2)])],
            vec![TriedReading(2, vec![Timed(0, vec![])])],
            vec![Locked(0, vec![Locked(2, vec![])]), Increment(0)],
        ],
        // The writer comes first, and then both readers.
        vec![
            vec![Reading(2, vec![])],
            vec![Reading(2, vec![Timed(0, vec![])])],
            vec![Locked(0, vec![Locked(2, vec![])])],
        ],
        // A read hold that never ends, because its thread waits for itself.
        vec![
            vec![Reading(2, vec![Locked(2, vec![])])],
            vec![Locked(2, vec![])],
            vec![
                TriedReading(2, vec![TriedReading(2, vec![]), Locked(2, vec![])]),
                Require,
            ],
        ],
    ]
}
