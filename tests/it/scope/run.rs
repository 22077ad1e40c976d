//! A run over all programs of a slice, or over random ones: in pieces, by several workers.

use std::sync::Mutex;
use std::sync::mpsc;
use std::thread;

use crate::programs::Dice;
use crate::programs::draw_wide;
use crate::small::Small;

use super::clock::Clock;
use super::compare::Compared;
use super::compare::Comparer;
use super::compare::Difference;
use super::compare::Reach;
use super::programs::FIRST;
use super::programs::Numbers;
use super::programs::Programs;
use super::progress::Place;
use super::progress::Progress;
use super::report;

/// How far programs are followed in a run.
pub(crate) const REACH: Reach = Reach {
    states_max: 20_000,
    executions_max: 5_000,
    recounted_max: 40,
};

/// How many programs a worker takes at once.
const PIECE: usize = 100;

/// How long it takes until the position is kept, in seconds.
const SECONDS: f64 = 5.0;

/// Programs in order.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Work<'p> {
    All(&'p Programs),
    /// One of so many programs, from the first on.
    Some(&'p Programs, u64),
    /// The seeds from the first to before the second.
    Random(u64, u64),
}

impl Work<'_> {
    fn first(&self) -> Place {
        match self {
            Self::All(programs) | Self::Some(programs, _) => place(programs.next_from(FIRST)),
            Self::Random(from, _) => Place::At([*from, 0, 0]),
        }
    }

    fn after(&self, at: [u64; 3]) -> Place {
        match self {
            Self::All(programs) => place(programs.next_after(numbers(at))),
            Self::Some(programs, every) => {
                let next = |at: Numbers, _| programs.next_after(at);
                place((0..*every).try_fold(numbers(at), next))
            }
            Self::Random(_, to) if at[0] + 1 < *to => Place::At([at[0] + 1, 0, 0]),
            Self::Random(..) => Place::Done,
        }
    }

    fn program(&self, at: [u64; 3]) -> Small {
        match self {
            Self::All(programs) | Self::Some(programs, _) => programs.program(numbers(at)),
            Self::Random(..) => draw_wide(&mut Dice::new(at[0])).program,
        }
    }
}

fn place(numbers: Option<Numbers>) -> Place {
    numbers.map_or(Place::Done, |numbers| Place::At(numbers.map(u64::from)))
}

fn numbers(at: [u64; 3]) -> Numbers {
    at.map(|number| u32::try_from(number).expect("it was a number of a thread"))
}

/// Consecutive programs.
struct Piece {
    index: usize,
    programs: Vec<[u64; 3]>,
    after: Place,
}

/// What was found in a piece.
struct Found {
    index: usize,
    after: Place,
    sum: Compared,
    programs: u64,
    given_up: u64,
    /// The programs that differ.
    differing: Vec<([u64; 3], Vec<Difference>)>,
}

/// A run, between two pieces.
pub(crate) struct Run<'p> {
    work: Work<'p>,
    progress: Progress,
    comparer: Comparer,
}

impl<'p> Run<'p> {
    pub(crate) fn new(mut progress: Progress, definition: &str, work: Work<'p>) -> Self {
        if progress.place == Place::Begin {
            progress.place = work.first();
        }
        definition.clone_into(&mut progress.definition);
        Self {
            work,
            progress,
            comparer: Comparer::new(REACH),
        }
    }

    pub(crate) const fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Goes on for a few seconds. False if nothing is left.
    pub(crate) fn advance(&mut self, workers: usize, stop_at_first: bool) -> bool {
        let stop = stop_at_first && !self.progress.is_clean();
        if stop || matches!(self.progress.place, Place::Done) {
            return false;
        }
        let clock = Clock::start();
        let next = Mutex::new((0, self.progress.place));
        let work = self.work;
        let (sender, receiver) = mpsc::channel();
        let mut found: Vec<Found> = thread::scope(|scope| {
            for _ in 0..workers {
                let (sender, next, clock) = (sender.clone(), &next, &clock);
                scope.spawn(move || {
                    let mut comparer = Comparer::new(REACH);
                    while clock.seconds() < SECONDS {
                        let Some(piece) = take(next, &work) else {
                            break;
                        };
                        let found = compare_all(&mut comparer, &work, piece);
                        let stop = stop_at_first && !found.differing.is_empty();
                        drop(sender.send(found));
                        if stop {
                            break;
                        }
                    }
                });
            }
            drop(sender);
            receiver.into_iter().collect()
        });
        found.sort_by_key(|found| found.index);
        for found in found {
            self.take_in(&found);
        }
        self.progress.seconds += clock.seconds();
        true
    }

    fn take_in(&mut self, found: &Found) {
        self.progress.place = found.after;
        self.progress
            .take_in(&found.sum, found.programs, found.given_up);
        for (at, differences) in &found.differing {
            self.progress.count(differences);
            for &difference in differences {
                if !self.progress.wants_example() {
                    continue;
                }
                let program = self.work.program(*at);
                let least = report::shrink(&mut self.comparer, &program, difference);
                self.progress.example(report::text(&least, difference));
            }
        }
    }
}

/// The next piece, if there is one.
fn take(next: &Mutex<(usize, Place)>, work: &Work<'_>) -> Option<Piece> {
    let mut next = next
        .lock()
        .expect("no worker panics while it takes a piece");
    let mut programs = Vec::with_capacity(PIECE);
    while let Place::At(at) = next.1
        && programs.len() < PIECE
    {
        programs.push(at);
        next.1 = work.after(at);
    }
    next.0 += 1;
    let (index, after) = *next;
    (!programs.is_empty()).then_some(Piece {
        index,
        programs,
        after,
    })
}

fn compare_all(comparer: &mut Comparer, work: &Work<'_>, piece: Piece) -> Found {
    let mut found = Found {
        index: piece.index,
        after: piece.after,
        sum: Compared::default(),
        programs: 0,
        given_up: 0,
        differing: Vec::new(),
    };
    for at in piece.programs {
        let result = comparer.compare(&work.program(at));
        found.programs += 1;
        found.given_up += u64::from(result.given_up);
        found.sum.add(&result);
        if !result.differences.is_empty() {
            found.differing.push((at, result.differences));
        }
    }
    found
}
