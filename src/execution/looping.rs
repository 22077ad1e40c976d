//! Threads that repeat their steps when an execution is cut off.
//!
//! A thread loops if its last steps are the same few operations again and again, and it could go
//! on. Operations are compared, not values: a loop that counts repeats its steps as well. A loop of
//! more than [`PERIOD_MAX`] steps is not recognised.

use super::Access;
use super::Execution;
use super::Operation;
use super::Step;
use super::ThreadId;
use super::Verb;

/// The most steps of one round that are recognised.
const PERIOD_MAX: usize = 100;

/// How often steps must have come, one round after the other, to be a loop.
const ROUNDS_MIN: usize = 3;

/// A thread that repeats its steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looping {
    /// The thread.
    pub thread: ThreadId,
    /// The steps of one round, in order: the shortest sequence that repeats. Never empty.
    pub round: Vec<Operation>,
    /// How many whole rounds came one after the other at the end. At least 3.
    pub rounds: usize,
    /// True if a round changes nothing: it looks, and may take locks and give them back.
    pub looks: bool,
}

impl Looping {
    /// The threads that loop at the end of an execution, in order of thread. Empty if none does.
    pub fn all(execution: &Execution) -> Vec<Self> {
        let steps = &execution.steps;
        let Some(last) = steps.last() else {
            return Vec::new();
        };
        // A thread that took its last step in the first half may be waiting its turn anywhere.
        let recent = steps.iter().skip(steps.len() / 2);
        let mut threads: Vec<ThreadId> = recent.map(|step| step.thread).collect();
        threads.sort_unstable();
        threads.dedup();
        threads.retain(|&thread| thread == last.thread || last.enabled.contains(thread));
        let of = |thread| Self::of(thread, steps);
        threads.into_iter().filter_map(of).collect()
    }

    fn of(thread: ThreadId, steps: &[Step]) -> Option<Self> {
        let own: Vec<&Step> = steps.iter().filter(|step| step.thread == thread).collect();
        (1..=PERIOD_MAX).find_map(|period| {
            let pairs = own.iter().rev().zip(own.iter().rev().skip(period));
            let alike = pairs.take_while(|(later, earlier)| later.operation == earlier.operation);
            let rounds = alike.count() / period + 1;
            let round = own.len().checked_sub(period).map(|begin| &own[begin..])?;
            (rounds >= ROUNDS_MIN).then(|| Self {
                thread,
                round: round.iter().map(|step| step.operation).collect(),
                rounds,
                looks: round.iter().all(|step| only_looks(step)),
            })
        })
    }
}

/// Whether a step changes nothing, or takes or frees a lock.
fn only_looks(step: &Step) -> bool {
    let locks = matches!(
        step.operation.verb,
        Verb::Lock | Verb::TryLock | Verb::LockShared | Verb::Unlock | Verb::UnlockShared
    );
    let chooses = step.operation.verb == Verb::Choose;
    locks
        || !chooses
            && step
                .footprint
                .iter()
                .all(|touch| touch.access == Access::Read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::Footprint;
    use crate::execution::ObjectId;
    use crate::execution::ObjectKind;
    use crate::execution::StepResult;
    use crate::execution::ThreadSet;
    use crate::execution::Touch;

    fn execution(steps: &[(usize, Verb, u16)]) -> Execution {
        let mut execution = Execution::empty();
        let step = |&(thread, verb, index): &(usize, Verb, u16)| {
            let object = ObjectId::initial(ObjectKind::Variable, index);
            let access = if verb == Verb::Load {
                Access::Read
            } else {
                Access::Write
            };
            Step {
                thread: ThreadId::new(thread),
                operation: Operation::on(verb, object),
                alternative: 0,
                expired: false,
                footprint: Footprint::only(Touch { object, access }),
                result: StepResult::Done,
                enabled: ThreadSet::only(ThreadId::new(thread)),
            }
        };
        execution.steps = steps.iter().map(step).collect();
        execution
    }

    #[test]
    fn the_shortest_round_that_repeats_is_named() {
        let mut steps = vec![(0, Verb::Store, 7)];
        for _ in 0..4 {
            steps.extend([(0, Verb::Load, 0), (0, Verb::Load, 1)]);
        }
        let found = Looping::all(&execution(&steps));

        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].round.len(), found[0].rounds, found[0].looks),
            (2, 4, true)
        );
    }

    #[test]
    fn a_round_that_writes_does_not_only_look() {
        let found = Looping::all(&execution(&[(1, Verb::Store, 0); 5]));

        assert_eq!(
            (found[0].round.len(), found[0].rounds, found[0].looks),
            (1, 5, false)
        );
    }

    #[test]
    fn steps_that_do_not_repeat_are_no_loop() {
        let steps: Vec<_> = (0..9).map(|index| (0, Verb::Load, index)).collect();

        assert_eq!(Looping::all(&execution(&steps)), []);
        assert_eq!(Looping::all(&Execution::empty()), []);
    }
}
