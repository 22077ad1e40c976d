//! Strict serialisability of the mock: whatever the interleaving, what random client programs
//! observe is what they observe in some serial order of their transactions, one that respects which
//! transaction ended before which began. The serial order is played on the
//! [`reference`](crate::reference), call by call.
//!
//! Two or three threads, each with a session of its own, run one to three transactions, explicit or
//! implicit, with one to three calls each. `dpor` goes through every class of interleavings; each
//! execution is checked by itself. Answers count, what callouts were told, and the objects at the
//! end; a call that timed out has done nothing, at any place in the order.
//!
//! Left out: threads that share a session, whose calls are not transactions of one client.
//!
//! The seed is fixed. `SELVEDGE_PROGRAMS` says how many programs, `SELVEDGE_SEED` where to start.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "most of this looks at a few calls and lets all others be"
)]

mod check;
mod play;
mod program;
mod sabotage;

use proptest::strategy::Strategy;
use proptest::strategy::ValueTree;

use selvedge::explore::DfsExplorer;
use selvedge::explore::DporExplorer;

use crate::sequences::Defect;
use crate::sequences::number;
use crate::sequences::runner;
use crate::sequences::say;
use crate::serial::play::Explored;
use crate::serial::play::classes;
use crate::serial::play::explore;
use crate::serial::program::Program;
use crate::serial::sabotage::Flaw;
use crate::serial::sabotage::Sabotage;

/// How many programs are checked, if `SELVEDGE_PROGRAMS` does not say so.
const PROGRAMS: u32 = 200;

/// After how many programs a defect counts as not noticed.
const PROGRAMS_TO_NOTICE_MAX: u32 = 200;

/// What the checked programs amount to.
#[derive(Debug, Default)]
struct Figures {
    programs: u32,
    executions: u64,
    /// Programs with more than one class of interleavings.
    interleaved: u32,
    /// Programs that were not gone through to the end.
    bounded: u32,
}

impl Figures {
    fn count(&mut self, explored: &Explored) {
        self.programs += 1;
        self.executions += explored.executions;
        self.interleaved += u32::from(explored.executions > 1);
        self.bounded += u32::from(!explored.exhausted);
    }
}

fn programs(count: u32) -> impl Iterator<Item = Program> {
    let mut runner = runner(1);
    let draw = move |_| {
        let tree = program::program().new_tree(&mut runner);
        tree.unwrap().current()
    };
    (0..count).map(draw)
}

#[test]
fn every_interleaving_of_random_programs_is_some_serial_order_of_their_transactions() {
    let count = number("SELVEDGE_PROGRAMS").unwrap_or(PROGRAMS);
    let mut figures = Figures::default();
    for program in programs(count) {
        let explored = explore(&program, None);

        assert_eq!(explored.unordered, None, "{program}");
        assert_eq!(explored.deadlocked, 0, "{program}");
        assert_eq!(explored.executions, explored.classes, "{program}");
        figures.count(&explored);
    }
    say(&format!("{figures:?}"));
    // Programs that never meet show nothing.
    assert!(2 * figures.interleaved > figures.programs, "{figures:?}");
}

/// How many programs `dfs` is to finish.
const PROGRAMS_OF_DFS: usize = 60;

#[test]
fn dpor_sees_the_classes_of_dfs_on_random_programs_of_the_engine() {
    let mut compared = 0;
    for program in programs(PROGRAMS) {
        let Some(all) = classes(&program, &mut DfsExplorer::default(), 1_500) else {
            continue;
        };
        let explorer = &mut DporExplorer::new(program.waits());
        let seen = classes(&program, explorer, u64::MAX);
        assert_eq!(seen, Some(all), "{program}");
        compared += 1;
    }
    assert!(compared >= PROGRAMS_OF_DFS, "{compared}");
}

/// The first random program, counted from 1, in which a flaw shows.
fn noticed_by(flaw: Flaw) -> u32 {
    let mut programs = programs(PROGRAMS_TO_NOTICE_MAX);
    let noticed = programs.position(|program| explore(&program, Some(flaw)).unordered.is_some());
    let noticed = noticed.unwrap_or_else(|| panic!("{flaw:?} was not noticed"));
    let program = u32::try_from(noticed + 1).unwrap();
    say(&format!("{flaw:?}: noticed by program {program}"));
    program
}

/// What goes wrong here goes wrong only when threads meet: each is an engine that lacks one part of
/// what keeps transactions apart.
#[test]
fn an_engine_that_does_not_keep_transactions_apart_is_noticed() {
    for sabotage in Sabotage::ALL {
        let program = noticed_by(Flaw::Mock(sabotage));

        assert!(program <= PROGRAMS_TO_NOTICE_MAX);
    }
}

/// What goes wrong in one transaction alone is noticed, too.
#[test]
fn an_engine_that_loses_or_keeps_too_much_is_noticed() {
    let defects = [
        Defect::AbortKeeps,
        Defect::CommitDrops,
        Defect::CommitIsPartial,
        Defect::OwnWritesUnseen,
        Defect::KeyIsUsedTwice,
        Defect::DeletesWhatIsInUse,
    ];
    for defect in defects {
        let program = noticed_by(Flaw::Reference(defect));

        assert!(program <= PROGRAMS_TO_NOTICE_MAX);
    }
}
