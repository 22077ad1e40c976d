//! Ways to break the algorithm on purpose, so that the tests which hold it up are seen to fail.
//!
//! Each is one line elsewhere that asks [`Mutation::is_on`]. Where debug assertions are off, which is
//! how the checker is shipped, the answer is a constant and nothing is left of it.

use std::cell::Cell;

/// A way to break the algorithm.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutation {
    /// Threads that are blocked when an execution ends race with nothing.
    BlockedRaceWithNothing,
    /// An execution that ends stuck is not looked at for races.
    StuckEndsAreNotLookedAt,
    /// An earlier race is hidden behind a later one also for steps that wait.
    ReleasesHideAcquires,
    /// A thread that was started stood before its first step from the beginning.
    StartedThreadsStoodAlways,
    /// A sleeper is never woken.
    NobodyWakes,
    /// Nobody sleeps.
    NobodySleeps,
    /// Only the first alternative of a choice is taken.
    OneAlternative,
    /// Where nothing can run but waits that expire, one of them does.
    OneExpires,
    /// A wait that expired as a last resort is not raced as blocked.
    LastResortsAreNotRaced,
    /// What comes after the later step of a race is no part of its other order.
    SequencesEndAtTheRace,
    /// What comes beside the earlier step is no part of its other order.
    SequencesAreOneStep,
    /// A step is taken to do the same before what it followed.
    FootprintsNeverChange,
    /// Who raced with a sleeper is forgotten.
    RacersAreForgotten,
    /// Who is blocked when an execution is cut off raced with nothing.
    CutOffsHaveNoRacers,
    /// Doubtful sequences do not follow a branch that can begin them.
    DoubtfulStayBehind,
    /// Sequences are left to doubtful branches.
    DoubtfulAreTrusted,
    /// Whatever a step waits for is held.
    AllIsHeld,
    /// Only the last race of a step counts.
    OneRaceEach,
    /// A commuting change does not depend on a look.
    CommutingHidesLooks,
    /// The end of a hold does not depend on a look.
    ReleasesHideLooks,
    /// A finite wait never expires before its end, whatever the reading.
    ExpiriesAreWaits,
    /// A step that waits could always be taken.
    WaitsAreSteps,
    /// What had blocked a step is forgotten when something else makes it ready.
    OnlyTheLastLookCounts,
    /// A step that one thing made ready cannot have been ready for another.
    OneReasonIsAll,
    /// A step touches no more than it always did.
    ExpectedIsAll,
    /// Whoever holds what a step waits for stays before it.
    HoldersStay,
    /// A branch that begins a sequence keeps the step that it has in common with it.
    StepsAreTakenTwice,
    /// The same, where it is open whether it begins it.
    OpenStepsAreTakenTwice,
    /// Every change to what a step waits for that does not come after the earlier step of a race
    /// stays before it.
    OtherChangesStay,
    /// A step comes without the one that its thread stands before it after.
    ArrivalsAreForgotten,
    /// A sequence is left to a branch although one before it may have to take it.
    PassedByBranches,
    /// Sequences that were left to a leaf are forgotten if somebody sleeps there.
    LeftIsLost,
    /// A step that may have followed another by mistake is taken to do what it would do then.
    SuppositionsAreKnown,
    /// What holds one of the objects that a step waits for keeps it from being taken, and so does
    /// who only looked at one.
    OneHoldIsAll,
    /// A step that was blocked was blocked by all that it races with.
    EveryRaceIsOne,
    /// What was explored once is taken to be explored whatever comes later.
    AnswersLast,
}

impl Mutation {
    /// All ways.
    pub const ALL: [Self; 0] = [];

    /// Runs something with the algorithm broken in this way, on this operating-system thread.
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

    /// Whether the algorithm is broken in this way.
    pub(super) fn is_on(self) -> bool {
        cfg!(debug_assertions) && ON.with(Cell::get) == Some(self)
    }
}

thread_local! {
    static ON: Cell<Option<Mutation>> = const { Cell::new(None) };
}
