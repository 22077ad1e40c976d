//! Loops of several looks that are held back while nothing they looked at changes.

use crate::execution::Operation;
use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::runtime::controlled::Controlled;
use crate::runtime::controlled::Questions;

use super::rounds;
use super::rounds::Watched;

/// Runs a round again and again until it succeeds, and gives back what it found: what
/// `loop { if let Some(found) = round() { break found } }` does, where a round takes several steps.
///
/// A round that fails is not followed by another before an object that it looked at has changed
/// since. That wait is one step. So the loop needs no bound, whatever the other threads do, and if
/// all threads that are left are held back like this, that is a livelock, and a finding. For a loop
/// over one look, [`Atomic::spin_until`](super::Atomic::spin_until) is one step and no round.
///
/// ```
/// use selvedge::litmus::Atomic;
/// use selvedge::litmus::prove;
/// use selvedge::litmus::retry;
/// use selvedge::litmus::threads;
///
/// prove(threads(|threads| {
///     let (ready, open) = (Atomic::new(false), Atomic::new(false));
///     let (says_ready, opens) = (ready.clone(), open.clone());
///     threads.spawn(move || says_ready.store(true));
///     threads.spawn(move || opens.store(true));
///     // while !(ready.load() && open.load()) {}
///     threads.spawn(move || retry(|| (ready.load() && open.load()).then_some(())));
/// }));
/// ```
///
/// # What a round that fails may do
///
/// Look, and nothing else that others could see: load, try a
/// [`compare_exchange`](super::Atomic::compare_exchange) that fails, take locks and give them back,
/// be refused a lock. It leaves what the locks hold as it was. It looks at four objects at most.
/// What else it does is a panic, and so a finding, with one exception, which nobody can see: a
/// round that changes what a lock holds, and fails, breaks this promise in silence. A round that
/// succeeds may do anything.
///
/// The round is `Fn`, so that it keeps no count of its own of how often it failed.
///
/// # Panics
///
/// As said; and outside of the threads of a program (in its set-up or its look at the end), where
/// nobody else runs, if the round fails.
#[track_caller]
pub fn retry<T>(round: impl Fn() -> Option<T>) -> T {
    loop {
        let open = rounds::begin();
        let found = round();
        let ended = match (open, &found) {
            (open, Some(_)) => {
                if let Some(open) = open {
                    open.succeed();
                }
                Ok(None)
            }
            (Some(open), None) => open.fail(),
            (None, None) => Err(
                "a round of `retry` fails where no other thread runs: it would \
                                 fail for ever"
                    .to_owned(),
            ),
        };
        match (found, ended) {
            (Some(found), _) => return found,
            (None, Ok(None)) => {}
            (None, Ok(Some(watched))) => wait(&watched),
            (None, Err(objection)) => panic!("{objection}"),
        }
    }
}

/// Waits until another round may see something else.
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the method is not general enough over the lifetime of the answers"
)]
fn wait(watched: &Watched) {
    rounds::before_step();
    let others = watched.questions.len().saturating_sub(1);
    let others = u32::try_from(others).expect("few objects");
    let operation = Operation {
        verb: Verb::Retry,
        object: watched.last,
        argument: others,
    };
    Controlled::spin(
        operation,
        Questions(&watched.questions),
        |answers| answers.any(),
        |_| (),
    );
}
