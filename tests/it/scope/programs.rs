//! All programs of a slice, each once up to the names of threads and objects.
//!
//! A program is two threads of up to three statements, or three of up to three and
//! [`STATEMENTS_OF_THREE`] together. Threads are numbers, in the order of [`threads`]; a program is
//! an ascending sequence of these, and no other names of its objects lead to a smaller one.

use crate::small::Small;

use super::body::Renaming;
use super::body::Tokens;
use super::body::renamed;
use super::body::statements;
use super::body::threads;
use super::body::weight;
use super::kind::Class;
use super::slice::Slice;

/// The most statements of three threads together.
pub(crate) const STATEMENTS_OF_THREE: usize = 7;

/// A program as the numbers of its threads; the third is [`NONE`] if there are two.
pub(crate) type Numbers = [u32; 3];

/// No thread.
pub(crate) const NONE: u32 = u32::MAX;

/// The programs of a slice.
#[derive(Debug)]
pub(crate) struct Programs {
    threads: Vec<Tokens>,
    weights: Vec<usize>,
    /// By renaming of the objects, the number of each thread afterwards.
    renamings: Vec<Vec<u32>>,
    /// By weight, the number of threads that weigh so much or less.
    up_to: Vec<usize>,
}

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("fewer threads than 2^32")
}

fn index(number: u32) -> usize {
    usize::try_from(number).expect("a 64-bit machine")
}

impl Programs {
    pub(crate) fn of(slice: &Slice) -> Self {
        let mut threads = threads(slice);
        threads.sort_by_key(|tokens| weight(tokens));
        let weights: Vec<usize> = threads.iter().map(|tokens| weight(tokens)).collect();
        let mut sorted: Vec<(&Tokens, u32)> = threads.iter().zip(0..).collect();
        sorted.sort_unstable();
        let place = |tokens: &Tokens| {
            let found = sorted.binary_search_by(|(known, _)| (*known).cmp(tokens));
            sorted[found.expect("a renamed thread is a thread of the slice")].1
        };
        let renamed_by = |renaming: &Renaming| {
            let all = threads.iter();
            all.map(|tokens| place(&renamed(tokens, *renaming)))
                .collect()
        };
        let renamings = renamings(slice).iter().map(renamed_by).collect();
        let counted = |most: usize| weights.partition_point(|&weight| weight <= most);
        let up_to = (0..=STATEMENTS_OF_THREE).map(counted).collect();
        Self {
            threads,
            weights,
            renamings,
            up_to,
        }
    }

    /// The program with these numbers.
    pub(crate) fn program(&self, numbers: Numbers) -> Small {
        let chosen = numbers.iter().filter(|&&number| number != NONE);
        let mut child = chosen.clone().count();
        let threads = chosen.map(|&number| statements(&self.threads[index(number)], &mut child));
        Small(threads.collect())
    }

    /// The program after these numbers, themselves included, if there is one.
    pub(crate) fn next_from(&self, mut numbers: Numbers) -> Option<Numbers> {
        loop {
            numbers = self.within(numbers)?;
            if self.is_canonical(numbers) {
                return Some(numbers);
            }
            numbers = after(numbers);
        }
    }

    /// The first program after these.
    pub(crate) fn next_after(&self, numbers: Numbers) -> Option<Numbers> {
        self.next_from(after(numbers))
    }

    /// The first numbers from these on that are in range.
    fn within(&self, [mut first, mut second, mut third]: Numbers) -> Option<Numbers> {
        let count = number(self.threads.len());
        if third == NONE {
            if second >= count {
                first += 1;
                second = first;
            }
            if first < count {
                return Some([first, second, NONE]);
            }
            (first, second, third) = (0, 0, 0);
        }
        loop {
            if first >= count {
                return None;
            }
            let room = |taken: usize| STATEMENTS_OF_THREE.saturating_sub(taken);
            let taken = self.weights[index(first)];
            if second >= count || 2 * self.weights[index(second)] > room(taken) {
                first += 1;
                (second, third) = (first, first);
                continue;
            }
            let taken = taken + self.weights[index(second)];
            if index(third) < self.up_to[room(taken)] {
                return Some([first, second, third]);
            }
            second += 1;
            third = second;
        }
    }

    fn is_canonical(&self, numbers: Numbers) -> bool {
        self.renamings.iter().all(|renaming| {
            let rename = |number: u32| {
                if number == NONE {
                    NONE
                } else {
                    renaming[index(number)]
                }
            };
            let mut other = numbers.map(rename);
            other.sort_unstable();
            numbers <= other
        })
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        let mut count = 0;
        let mut next = self.next_from(FIRST);
        while let Some(numbers) = next {
            count += 1;
            next = self.next_after(numbers);
        }
        count
    }
}

/// Where the programs begin.
pub(crate) const FIRST: Numbers = [0, 0, NONE];

const fn after([first, second, third]: Numbers) -> Numbers {
    if third == NONE {
        [first, second + 1, NONE]
    } else {
        [first, second, third + 1]
    }
}

/// Every way to exchange the two objects of some classes, but for the one that exchanges none.
fn renamings(slice: &Slice) -> Vec<Renaming> {
    let mut all: Vec<Renaming> = vec![[false; Class::ALL.len()]];
    for (place, &class) in Class::ALL.iter().enumerate() {
        if slice.objects(class) == 2 {
            let exchanged = all.clone().into_iter().map(|mut renaming| {
                renaming[place] = true;
                renaming
            });
            let exchanged: Vec<Renaming> = exchanged.collect();
            all.extend(exchanged);
        }
    }
    all.remove(0);
    all
}
