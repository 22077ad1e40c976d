//! Mutations of the algorithm, so that the tests which hold it up are seen to fail.
//!
//! Each is one line elsewhere that asks [`Mutation::is_on`]. Where debug assertions are off, which
//! is how the checker is shipped, the answer is a constant and nothing is left of it.

use std::cell::Cell;

/// A mutation: a way in which the algorithm is wrong.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutation {
    /// Threads that are blocked when an execution ends race with nothing.
    PendingRaceWithNothing,
    /// Threads that could go on when a bound cuts an execution off race with nothing.
    CutOffsAreNotRaced,
    /// An execution that ends because all are asleep is not looked at for races.
    BlockedEndsAreNotReversed,
    /// A race of a step that waits hides what happens before it.
    ReleasesHideAcquires,
    /// The first step of a thread does not follow the step that started it.
    StartsAreForgotten,
    /// A step comes without the one that its thread stands before it after.
    PredecessorsAreForgotten,
    /// A sleep-set entry is never woken.
    NobodyWakes,
    /// Nothing stays asleep.
    NobodySleeps,
    /// One alternative of a choice puts the others to sleep.
    ChoicesSleepWhole,
    /// Only the first alternative of a choice is taken.
    OneAlternative,
    /// Where nothing can run but waits that expire, one of them does.
    OneExpires,
    /// A wait that expired because nothing else could run is not raced as pending.
    ForcedExpiriesAreNotRaced,
    /// What comes after the later step of a race is no part of its reversal.
    SequencesEndAtTheRace,
    /// What does not happen after the earlier step is no part of the reversal.
    SequencesAreOneStep,
    /// A step is taken to touch the same before what it followed.
    FootprintsNeverChange,
    /// Only the last race of a step counts.
    OneRaceEach,
    /// A commuting change does not depend on a read.
    CommutingHidesReads,
    /// The end of a hold does not depend on a read.
    ReleasesHideReads,
    /// A finite wait never expires before its end, whatever the reading.
    ExpiriesAreWaits,
    /// A step that waits could always be taken.
    WaitsAreSteps,
    /// A step waits for nothing but what its condition has read.
    OneReasonIsAll,
    /// Whatever a step waits for is held.
    AllIsHeld,
    /// All that a waiting step may depend on stays before it.
    OrdersAreNotOpen,
    /// A branch that is a weak initial keeps the step in common with the sequence.
    StepsAreTakenTwice,
    /// What sleeps at a leaf goes on answering for what is independent of it.
    LeavesKeepAnswering,
    /// A sequence follows a branch that its last step may depend on.
    PlansAreExact,
    /// A race is settled by whatever answers for its reversal once.
    AnswersLast,
    /// Where there are too many orders to try, none is.
    TooManyOrdersAreNone,
}

impl Mutation {
    /// All mutations.
    pub const ALL: [Self; 28] = [
        Self::PendingRaceWithNothing,
        Self::CutOffsAreNotRaced,
        Self::BlockedEndsAreNotReversed,
        Self::ReleasesHideAcquires,
        Self::StartsAreForgotten,
        Self::PredecessorsAreForgotten,
        Self::NobodyWakes,
        Self::NobodySleeps,
        Self::ChoicesSleepWhole,
        Self::OneAlternative,
        Self::OneExpires,
        Self::ForcedExpiriesAreNotRaced,
        Self::SequencesEndAtTheRace,
        Self::SequencesAreOneStep,
        Self::FootprintsNeverChange,
        Self::OneRaceEach,
        Self::CommutingHidesReads,
        Self::ReleasesHideReads,
        Self::ExpiriesAreWaits,
        Self::WaitsAreSteps,
        Self::OneReasonIsAll,
        Self::AllIsHeld,
        Self::OrdersAreNotOpen,
        Self::StepsAreTakenTwice,
        Self::LeavesKeepAnswering,
        Self::PlansAreExact,
        Self::AnswersLast,
        Self::TooManyOrdersAreNone,
    ];

    /// Runs something with this mutation, on this operating-system thread.
    pub fn during<O>(self, body: impl FnOnce() -> O) -> O {
        struct Mend;
        impl Drop for Mend {
            fn drop(&mut self) {
                ON.with(|on| on.set(None));
            }
        }
        ON.with(|on| on.set(Some(self)));
        let mend = Mend;
        let result = body();
        drop(mend);
        result
    }

    /// True if this mutation is in force.
    pub(super) fn is_on(self) -> bool {
        cfg!(debug_assertions) && ON.with(Cell::get) == Some(self)
    }
}

thread_local! {
    static ON: Cell<Option<Mutation>> = const { Cell::new(None) };
}
