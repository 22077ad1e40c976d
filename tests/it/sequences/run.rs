//! Plays one sequence, and reads how many to play.

use std::collections::BTreeSet;

use proptest::test_runner::Config;
use proptest::test_runner::RngAlgorithm;
use proptest::test_runner::TestRng;
use proptest::test_runner::TestRunner;

use selvedge::execution::End;
use selvedge::execution::FinalState;
use selvedge::runtime::Waits;
use selvedge::runtime::controlled::Finish;
use selvedge::runtime::controlled::Limits;
use selvedge::runtime::controlled::Machine;
use selvedge::runtime::controlled::set_up;

use super::board::Board;
use super::board::start_thread;
use super::conductor::SchedulerHandle;
use super::defects::Defect;
use super::follower::Difference;
use super::follower::ScheduleReplayer;
use super::mock::Mock;
use super::plan::Plan;
use super::shares::SPARE;
use super::shares::Sight;

/// More than any sequence takes.
const STEPS_MAX: u32 = 100_000;

/// What came of a sequence.
#[derive(Debug)]
pub(crate) struct Played {
    pub(crate) difference: Option<Difference>,
    pub(crate) seen: BTreeSet<Sight>,
    /// The calls and their answers, one a line.
    pub(crate) log: String,
}

/// Plays a sequence against the reference, or against the reference with a defect.
pub(crate) fn play(plan: &Plan, defect: Option<Defect>) -> Played {
    let mock = Mock::new(&plan.profile);
    let board = Board::default();
    let system = || -> Finish {
        for thread in 0..=SPARE {
            start_thread(mock.clone(), board.clone(), thread);
        }
        Box::new(FinalState::default)
    };
    let mut follower = ScheduleReplayer::new(plan.profile, defect);
    follower.names.garbage = Some(set_up(Mock::foreign_handle));
    let mut conductor = SchedulerHandle::new(plan, follower, mock.clone(), board.clone());
    let limits = Limits {
        waits: Waits::MayExpire,
        steps_max: STEPS_MAX,
    };
    let end = Machine::new(limits)
        .run(&system, &mut conductor)
        .end
        .clone();
    let difference = conductor.difference.or(match end {
        End::Redundant => None,
        other => Some(format!("the execution ended: {other:?}")),
    });
    Played {
        difference,
        seen: conductor.follower.seen,
        log: conductor.follower.log.join("\n"),
    }
}

/// A number from the environment.
pub(crate) fn number(name: &str) -> Option<u32> {
    let text = std::env::var(name).ok()?;
    let number = text.parse();
    Some(number.unwrap_or_else(|_| panic!("{name} is `{text}`, and should be a number")))
}

/// What draws the sequences: the same ones each time, from `SELVEDGE_SEED`.
pub(crate) fn runner(cases: u32) -> TestRunner {
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..Config::default()
    };
    let mut seed = [0x5e; 32];
    seed[..4].copy_from_slice(&number("SELVEDGE_SEED").unwrap_or_default().to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    TestRunner::new_with_rng(config, rng)
}

/// Prints a line, for those who run the test to see figures.
#[expect(
    clippy::print_stdout,
    reason = "the figures are what a long run is for"
)]
pub(crate) fn say(line: &str) {
    println!("{line}");
}
