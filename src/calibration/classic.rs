//! Which classic programs there are, in which sizes, and what is expected of each.

use thiserror::Error;

use crate::litmus::Program;

use super::formulas;
use super::programs;

/// How many traces a calibration goes through at most.
pub const TRACES_MAX: u64 = 100_000_000;

/// How many threads a size may ask for, one or two less than an execution may have.
const N_MAX: u32 = 62;

/// How large K may be.
const K_MAX: u32 = 100;

/// A program whose number of traces is known by a formula.
#[derive(Debug, Clone, Copy)]
pub struct Classic {
    /// The name.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub summary: &'static str,
    /// The formula, as a reader writes it.
    pub formula: &'static str,
    /// The sizes of the default table: N and K.
    sizes: &'static [(u32, u32)],
    shape: Shape,
    program: fn(usize, usize) -> Program,
    traces: fn(u64, u64) -> Option<u64>,
    /// How many traces end in a deadlock, beside those.
    deadlocks: u64,
}

/// Which numbers a program takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// None: it has one size.
    Fixed,
    /// N, from this on.
    N(u32),
    /// N, from this on, and K.
    NAndK(u32),
}

/// A program in one size.
#[derive(Debug, Clone, Copy)]
pub struct Instance {
    /// Which program.
    pub classic: &'static Classic,
    /// How many threads, or what the program counts by.
    pub n: u32,
    /// How often, where the program takes a K.
    pub k: Option<u32>,
    /// How many traces it has that do not end in a deadlock.
    pub traces: u64,
    /// How many end in a deadlock.
    pub deadlocks: u64,
}

/// Why a program has no such size.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SizeError {
    /// The program takes no such number.
    #[error("`{program}` takes no {number}: leave `{option}` out")]
    NoSuchNumber {
        /// The program.
        program: &'static str,
        /// `N` or `K`.
        number: &'static str,
        /// The option that gives it.
        option: &'static str,
    },
    /// The number is out of range.
    #[error("`{program}` takes {number} from {least} to {most}, not {found}")]
    OutOfRange {
        /// The program.
        program: &'static str,
        /// `N` or `K`.
        number: &'static str,
        /// The least it may be.
        least: u32,
        /// The most.
        most: u32,
        /// What it is.
        found: u32,
    },
    /// The size has more traces than anybody waits for.
    #[error(
        "`{program}` of this size has {traces} traces, more than the {TRACES_MAX} that a \
         calibration goes through: take less"
    )]
    TooLarge {
        /// The program.
        program: &'static str,
        /// How many, as far as that can be said.
        traces: String,
    },
}

const fn row(
    (name, summary, formula): (&'static str, &'static str, &'static str),
    (shape, sizes): (Shape, &'static [(u32, u32)]),
    program: fn(usize, usize) -> Program,
    traces: fn(u64, u64) -> Option<u64>,
) -> Classic {
    Classic {
        name,
        summary,
        formula,
        sizes,
        shape,
        program,
        traces,
        deadlocks: 0,
    }
}

const fn deadlocking(classic: Classic) -> Classic {
    Classic {
        deadlocks: 1,
        ..classic
    }
}

/// All classic programs.
pub const CLASSICS: &[Classic] = &[
    row(
        (
            "mutex_inc",
            "N threads, K sections each: lock, increment, unlock",
            "(NK)! / (K!)^N",
        ),
        (
            Shape::NAndK(1),
            &[(3, 1), (5, 1), (7, 1), (2, 5), (3, 2), (3, 3)],
        ),
        programs::mutex_inc,
        formulas::sections,
    ),
    row(
        ("mutex_disj", "the same, each thread with its own lock", "1"),
        (Shape::NAndK(1), &[(4, 2)]),
        programs::mutex_disj,
        |_, _| Some(1),
    ),
    row(
        ("nested", "N threads take A, then B within", "N!"),
        (Shape::N(1), &[(4, 1)]),
        programs::nested,
        |n, _| formulas::factorial(n),
    ),
    row(
        ("twolock", "N threads: a section on A, one on B", "(N!)^2"),
        (Shape::N(1), &[(3, 1), (4, 1)]),
        programs::twolock,
        |n, _| formulas::factorial_squared(n),
    ),
    row(
        ("perhandle", "thread i takes h_i, then txn within", "N!"),
        (Shape::N(1), &[(5, 1)]),
        programs::perhandle,
        |n, _| formulas::factorial(n),
    ),
    row(
        (
            "phil_ord",
            "N philosophers, the last one reversed",
            "2^N - 2",
        ),
        (Shape::N(3), &[(5, 1), (8, 1)]),
        programs::phil_ord,
        |n, _| formulas::acyclic_orientations(n),
    ),
    deadlocking(row(
        (
            "phil_sym",
            "N philosophers, all alike",
            "2^N - 2, and 1 deadlock",
        ),
        (Shape::N(3), &[(5, 1), (8, 1)]),
        programs::phil_sym,
        |n, _| formulas::acyclic_orientations(n),
    )),
    deadlocking(row(
        (
            "abba",
            "two threads, two locks, opposite order",
            "2, and 1 deadlock",
        ),
        (Shape::Fixed, &[(2, 1)]),
        programs::abba,
        |_, _| Some(2),
    )),
    row(
        ("readers", "one store, N loads", "2^N"),
        (Shape::N(1), &[(8, 1), (12, 1)]),
        programs::readers,
        |n, _| formulas::subsets(n),
    ),
    row(
        ("writers", "N blind stores", "N!"),
        (Shape::N(1), &[(5, 1)]),
        programs::writers,
        |n, _| formulas::factorial(n),
    ),
    row(
        ("ninc", "N threads: r := x; x := r + 1", "(N!)^2"),
        (Shape::N(1), &[(3, 1), (4, 1)]),
        programs::ninc,
        |n, _| formulas::factorial_squared(n),
    ),
    row(
        (
            "lastzero",
            "N writers: a[j] := a[j-1] + 1; a scan to the first 0",
            "(N+3) 2^(N-2)",
        ),
        (Shape::N(1), &[(5, 1), (10, 1)]),
        programs::lastzero,
        |n, _| formulas::last_zero(n),
    ),
    row(
        (
            "try",
            "N threads, up to K tries of compare-and-swap",
            "T(N,K)",
        ),
        (Shape::NAndK(1), &[(3, 1), (3, 2), (4, 2), (4, 3)]),
        programs::tries,
        formulas::tries,
    ),
    row(
        ("await", "one sets a flag, N-1 spin until it is set", "1"),
        (Shape::N(1), &[(5, 1)]),
        programs::awaits,
        |_, _| Some(1),
    ),
    row(
        ("spinlock", "N threads, a section under a spin lock", "N!"),
        (Shape::N(1), &[(5, 1)]),
        programs::spinlock,
        |n, _| formulas::factorial(n),
    ),
];

impl Classic {
    /// The program of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        CLASSICS.iter().find(|classic| classic.name == name)
    }

    /// Whether it takes an N.
    pub fn takes_n(&self) -> bool {
        self.shape != Shape::Fixed
    }

    /// Its instances in the default table.
    ///
    /// # Panics
    ///
    /// Never: their sizes are in range.
    pub fn usual(&'static self) -> impl Iterator<Item = Instance> {
        self.sizes.iter().map(|&(n, k)| {
            let n = self.takes_n().then_some(n);
            let k = matches!(self.shape, Shape::NAndK(_)).then_some(k);
            self.instance(n, k).expect("the default sizes are in range")
        })
    }

    /// The program in a size. What is not given is that of the first row of the default table.
    ///
    /// # Errors
    ///
    /// [`SizeError`] if the program takes no such number, or not one so small or large.
    pub fn instance(&'static self, n: Option<u32>, k: Option<u32>) -> Result<Instance, SizeError> {
        let (usual_n, usual_k) = self.sizes[0];
        let (n_min, takes_k) = match self.shape {
            Shape::Fixed => (None, false),
            Shape::N(least) => (Some(least), false),
            Shape::NAndK(least) => (Some(least), true),
        };
        match n_min {
            None => self.require_absent(n, "N", "-n")?,
            Some(least) => self.require_within(n, ("N", least, N_MAX))?,
        }
        if takes_k {
            self.require_within(k, ("K", 1, K_MAX))?;
        } else {
            self.require_absent(k, "K", "-k")?;
        }
        let (n, k) = (n.unwrap_or(usual_n), takes_k.then(|| k.unwrap_or(usual_k)));
        let traces = (self.traces)(n.into(), k.unwrap_or(1).into());
        let too_large = || SizeError::TooLarge {
            program: self.name,
            traces: traces.map_or("over 10^19".to_owned(), |traces| traces.to_string()),
        };
        let few = traces.filter(|&traces| traces <= TRACES_MAX);
        Ok(Instance {
            classic: self,
            n,
            k,
            traces: few.ok_or_else(too_large)?,
            deadlocks: self.deadlocks,
        })
    }

    const fn require_absent(
        &self,
        number: Option<u32>,
        name: &'static str,
        option: &'static str,
    ) -> Result<(), SizeError> {
        match number {
            None => Ok(()),
            Some(_) => Err(SizeError::NoSuchNumber {
                program: self.name,
                number: name,
                option,
            }),
        }
    }

    fn require_within(
        &self,
        number: Option<u32>,
        (name, least, most): (&'static str, u32, u32),
    ) -> Result<(), SizeError> {
        let found = number.filter(|number| !(least..=most).contains(number));
        found.map_or(Ok(()), |found| {
            Err(SizeError::OutOfRange {
                program: self.name,
                number: name,
                least,
                most,
                found,
            })
        })
    }
}

impl Instance {
    /// The program itself.
    ///
    /// # Panics
    ///
    /// Never: sizes are small.
    pub fn program(&self) -> Program {
        let number = |number: u32| usize::try_from(number).expect("sizes are small");
        (self.classic.program)(number(self.n), number(self.k.unwrap_or(1)))
    }
}
