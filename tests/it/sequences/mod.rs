//! The mock against the reference: random sequences of calls over four sessions.
//!
//! A sequence is played by four threads in one controlled execution. The policy lets one thread at
//! a time make one call, up to its end or to where it has to wait; so it sees whether a call waits,
//! and decides when one that waits goes on or expires. After each call everything that can be seen
//! is compared with the [`reference`](crate::reference): the answer, what callouts were told, who
//! can stop waiting, the committed objects, and the objects as each open transaction sees them.
//!
//! The seed is fixed. `SELVEDGE_CASES` says how many sequences, `SELVEDGE_SEED` where to start;
//! `docs/internals/testing.md` says how to run the long version. A sequence with a difference is
//! shrunk, and printed call by call.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "most of this looks at a few calls and lets all others be"
)]

mod asked;
mod board;
mod changes;
mod conductor;
mod defects;
mod follower;
mod incidents;
mod intent;
mod matching;
mod mock;
mod names;
mod plan;
mod readings;
mod run;
mod same;
mod shares;

pub(crate) use board::Board;
pub(crate) use board::GATE;
pub(crate) use defects::Defect;
pub(crate) use defects::answer;
pub(crate) use follower::ScheduleReplayer;
pub(crate) use matching::Done;
pub(crate) use matching::are_the_same;
pub(crate) use matching::fits;
pub(crate) use mock::Brought;
pub(crate) use mock::Came;
pub(crate) use mock::Mock;
pub(crate) use mock::Order;
pub(crate) use names::Names;
pub(crate) use run::number;
pub(crate) use run::runner;
pub(crate) use run::say;

use std::cell::RefCell;

use proptest::strategy::Strategy;
use proptest::test_runner::TestCaseError;
use proptest::test_runner::TestError;

use crate::sequences::plan::Plan;
use crate::sequences::run::play;
use crate::sequences::shares::Shares;

/// How many sequences are compared, if `SELVEDGE_CASES` does not say so.
const SEQUENCES: u32 = 300;

/// After how many sequences a defect counts as not noticed.
const SEQUENCES_TO_NOTICE_MAX: u32 = 200;

#[test]
fn random_sequences_of_calls_answer_as_the_reference_says() {
    let cases = number("SELVEDGE_CASES").unwrap_or(SEQUENCES);
    let shares = RefCell::new(Shares::default());
    let compare = |plan: Plan| {
        let played = play(&plan, None);
        shares.borrow_mut().count(&played.seen);
        played.difference.map_or(Ok(()), |difference| {
            Err(TestCaseError::fail(format!("{difference}\n{}", played.log)))
        })
    };
    let result = runner(cases).run(&plan::plan(), compare);

    let shares = shares.into_inner();
    match result {
        Ok(()) => shares.print(),
        Err(TestError::Fail(reason, plan)) => panic!("{reason}\n{:?}", plan.profile),
        Err(TestError::Abort(reason)) => panic!("no sequence at all: {reason}"),
    }
    shares.assert_that_they_are_large();
}

#[test]
fn each_of_the_listed_defects_is_noticed() {
    for &defect in Defect::ALL {
        let noticed = sequences_until_noticed(defect);

        let within = noticed.is_some_and(|count| count <= SEQUENCES_TO_NOTICE_MAX);
        assert!(within, "{defect:?} was not noticed");
        say(&format!(
            "{:>2} {defect:?}: noticed by sequence {}",
            defect.number(),
            noticed.unwrap_or_default()
        ));
    }
}

/// The first random sequence, counted from 1, in which the reference with this defect differs.
fn sequences_until_noticed(defect: Defect) -> Option<u32> {
    let mut runner = runner(1);
    (1..=SEQUENCES_TO_NOTICE_MAX).find(|_| {
        let tree = plan::plan().new_tree(&mut runner).unwrap();
        let plan = proptest::strategy::ValueTree::current(&tree);
        let differs = play(&plan, Some(defect)).difference.is_some();
        assert!(!differs || play(&plan, None).difference.is_none());
        differs
    })
}
