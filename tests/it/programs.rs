//! Random small programs from a seed, of every kind of statement.

use selvedge::runtime::Waits;

use crate::small::Small;
use crate::small::Statement;
use crate::small::Statement::{
    Await, Choose, Clear, CompareExchange, ConditionWait, EitherIncrement, Fork, Increment, Join,
    Load, LoadStore, Locked, Notify, NotifyAll, NotifyOne, Reading, Set, SpinLoad, Store,
    StoreLocal, Timed, Tried, TriedReading, Tries, Wait, WaitBoth, WaitEither, WaitTimed,
};

/// Numbers from a seed: splitmix64.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn small(&mut self, bound: u64) -> u16 {
        u16::try_from(self.below(bound)).expect("a small bound")
    }

    fn flip(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// The kinds of operation, as what a program may be asked to have.
pub(crate) const KINDS: [&str; 9] = [
    "locks",
    "rwlocks",
    "atomics",
    "tries",
    "conditions",
    "events",
    "timeouts",
    "choices",
    "forks",
];

/// A program to compare.
#[derive(Debug, Clone)]
pub(crate) struct Drawn {
    pub(crate) program: Small,
    pub(crate) waits: Waits,
    /// By the place in [`KINDS`].
    pub(crate) kinds: [bool; KINDS.len()],
}

/// Draws a program of two to four threads, forked ones included.
pub(crate) fn draw(dice: &mut Dice) -> Drawn {
    draw_of(dice, false)
}

/// The same with more: reads inside reads, upgrades, waits inside reads, write locks, tries of
/// these, compare-exchanges, and conditions of which any waiter may wake.
pub(crate) fn draw_wide(dice: &mut Dice) -> Drawn {
    draw_of(dice, true)
}

fn draw_of(dice: &mut Dice, wide: bool) -> Drawn {
    let roots = [2, 3, 3, 3, 4][usize::from(dice.small(5))];
    let mut drawing = Drawing {
        forked: roots,
        kinds: [false; KINDS.len()],
        held: Vec::new(),
        wide,
        objects: 1 + u64::from(dice.flip(40)),
        plain: [25, 50, 70][usize::from(dice.small(3))],
    };
    let threads = (0..roots).map(|_| drawing.thread(dice, roots)).collect();
    let waits = if dice.flip(50) {
        Waits::Sufficient
    } else {
        Waits::MayExpire
    };
    Drawn {
        program: Small(threads),
        waits,
        kinds: drawing.kinds,
    }
}

struct Drawing {
    /// How many threads there are, forked ones included.
    forked: usize,
    kinds: [bool; KINDS.len()],
    /// The locks held around the statement that is drawn, outermost first.
    held: Vec<u16>,
    /// True if it draws what [`draw_wide`] has.
    wide: bool,
    /// How many objects of each kind there are.
    objects: u64,
    /// How many statements of a hundred are plain.
    plain: u64,
}

impl Drawing {
    fn has(&mut self, kind: &str) {
        let place = KINDS.iter().position(|known| *known == kind);
        self.kinds[place.expect("a kind")] = true;
    }

    fn thread(&mut self, dice: &mut Dice, roots: usize) -> Vec<Statement> {
        let most = if roots > 3 { 2 } else { 3 };
        let count = 1 + dice.below(most);
        let mut statements: Vec<Statement> = (0..count).map(|_| self.statement(dice)).collect();
        if self.forked < 4 && dice.flip(25) {
            self.has("forks");
            let child = self.forked;
            self.forked += 1;
            let body = vec![self.statement(dice)];
            statements.insert(0, Fork(child, body));
            if dice.flip(60) {
                statements.push(Join(child));
            }
        }
        statements
    }

    fn statement(&mut self, dice: &mut Dice) -> Statement {
        if dice.flip(self.plain) {
            return self.plain(dice);
        }
        if self.wide && dice.flip(45) {
            return self.wider(dice);
        }
        match dice.below(9) {
            0 => self.locked(dice),
            1..3 => self.reading(dice),
            3 => self.tried(dice),
            4..6 => self.timed(dice),
            6 => self.event(dice),
            7 => {
                self.has("choices");
                Choose(2)
            }
            _ => self.condition(dice),
        }
    }

    /// What [`draw`] does not draw. Its read/write locks are no mutexes.
    fn wider(&mut self, dice: &mut Dice) -> Statement {
        let mutex = dice.small(self.objects);
        let lock = 2 + dice.small(self.objects);
        match dice.below(10) {
            0 => {
                self.has("atomics");
                CompareExchange(dice.small(self.objects))
            }
            1..3 => Reading(lock, self.nested(dice, lock)),
            3 => TriedReading(lock, self.nested(dice, lock)),
            4 => Locked(lock, self.nested(dice, lock)),
            5 => Tried(lock, self.nested(dice, lock)),
            6 => Timed(mutex, self.nested(dice, mutex)),
            7 => Locked(mutex, self.nested(dice, mutex)),
            8 => Notify {
                condition: 0,
                all: dice.flip(30),
            },
            _ => {
                let finite = dice.flip(50);
                let wait = Await {
                    condition: 0,
                    lock: mutex,
                    finite,
                };
                Locked(mutex, vec![wait])
            }
        }
    }

    /// A body that more often has another section, or a wait.
    fn nested(&mut self, dice: &mut Dice, lock: u16) -> Vec<Statement> {
        self.held.push(lock);
        let mut body = Vec::new();
        if self.held.len() < 3 && dice.flip(65) {
            body.push(match dice.below(4) {
                0 => self.wider(dice),
                1 => self.event(dice),
                2 => self.timed(dice),
                _ => self.plain(dice),
            });
        }
        self.held.pop();
        body
    }

    fn plain(&mut self, dice: &mut Dice) -> Statement {
        self.has("atomics");
        let index = dice.small(self.objects);
        match dice.below(5) {
            0 => Load(index),
            1 => Store(index, 1 + u32::from(dice.small(2))),
            2 => Increment(index),
            3 => StoreLocal(index),
            _ => LoadStore(index),
        }
    }

    fn body(&mut self, dice: &mut Dice, lock: u16) -> Vec<Statement> {
        self.held.push(lock);
        let body = if self.held.len() < 3 && dice.flip(55) {
            let inner = if dice.flip(25) {
                self.statement(dice)
            } else {
                self.plain(dice)
            };
            vec![inner]
        } else {
            Vec::new()
        };
        self.held.pop();
        body
    }

    fn locked(&mut self, dice: &mut Dice) -> Statement {
        self.has("locks");
        let lock = dice.small(self.objects);
        Locked(lock, self.body(dice, lock))
    }

    fn reading(&mut self, dice: &mut Dice) -> Statement {
        self.has("rwlocks");
        let lock = dice.small(self.objects);
        let body = self.body(dice, lock);
        if dice.flip(30) {
            self.has("tries");
            TriedReading(lock, body)
        } else {
            Reading(lock, body)
        }
    }

    fn tried(&mut self, dice: &mut Dice) -> Statement {
        self.has("tries");
        let lock = dice.small(self.objects);
        if dice.flip(50) {
            Tried(lock, self.body(dice, lock))
        } else {
            Tries(2 + lock, 1 + u32::from(dice.small(2)))
        }
    }

    fn timed(&mut self, dice: &mut Dice) -> Statement {
        self.has("timeouts");
        let lock = dice.small(self.objects);
        if dice.flip(70) {
            Timed(lock, self.body(dice, lock))
        } else {
            WaitTimed(lock)
        }
    }

    fn event(&mut self, dice: &mut Dice) -> Statement {
        self.has("events");
        let index = dice.small(self.objects);
        match dice.below(9) {
            0..2 => Wait(index),
            2..4 => Set(index),
            4 => SpinLoad(index),
            5 => WaitEither(index),
            6 => WaitBoth(index),
            7 => EitherIncrement(index),
            _ => Clear(index),
        }
    }

    fn condition(&mut self, dice: &mut Dice) -> Statement {
        self.has("conditions");
        match dice.below(4) {
            0 => NotifyOne(0),
            1 => NotifyAll(0),
            _ => {
                let lock = dice.small(self.objects);
                self.has("locks");
                let mut body = vec![ConditionWait { condition: 0, lock }];
                if dice.flip(30) {
                    body.push(self.plain(dice));
                }
                Locked(lock, body)
            }
        }
    }
}

/// Programs with one statement less, or one statement in the place of its body.
pub(crate) fn smaller(program: &Small) -> Vec<Small> {
    let mut all = Vec::new();
    for (thread, statements) in program.0.iter().enumerate() {
        for less in shorter(statements) {
            let mut threads = program.0.clone();
            threads[thread] = less;
            all.push(Small(threads));
        }
    }
    all
}

fn shorter(statements: &[Statement]) -> Vec<Vec<Statement>> {
    let mut all = Vec::new();
    for (place, statement) in statements.iter().enumerate() {
        let (before, after) = (&statements[..place], &statements[place + 1..]);
        let with = |middle: Vec<Statement>| [before, &middle, after].concat();
        all.push(with(Vec::new()));
        let (Locked(_, body)
        | Tried(_, body)
        | Timed(_, body)
        | Reading(_, body)
        | TriedReading(_, body)
        | Fork(_, body)) = statement
        else {
            continue;
        };
        for less in shorter(body) {
            let mut statement = statement.clone();
            if let Locked(_, body)
            | Tried(_, body)
            | Timed(_, body)
            | Reading(_, body)
            | TriedReading(_, body)
            | Fork(_, body) = &mut statement
            {
                *body = less;
            }
            all.push(with(vec![statement]));
        }
    }
    all
}
