//! The threads of a slice: every sequence of statements up to a length, and what they are.

use crate::small::Statement;

use super::kind::Class;
use super::kind::Kind;
use super::kind::Shape;
use super::slice::Slice;

/// The most statements of a thread.
pub(crate) const STATEMENTS_MAX: usize = 3;

/// One statement of a thread, with how many of the following are inside of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Token {
    kind: Kind,
    object: u8,
    inside: u8,
}

/// The statements of a thread in order, outer before inner.
pub(crate) type Tokens = Vec<Token>;

/// The number of statements.
pub(crate) fn weight(tokens: &[Token]) -> usize {
    tokens.iter().map(|token| token.kind.weight()).sum()
}

/// All threads of a slice with 1 to [`STATEMENTS_MAX`] statements: first those with one, then those
/// with two, each in order.
pub(crate) fn threads(slice: &Slice) -> Vec<Tokens> {
    let mut forests: Vec<Vec<Tokens>> = vec![vec![Vec::new()]];
    for count in 1..=STATEMENTS_MAX {
        let mut all = Vec::new();
        for first in 1..=count {
            for tree in trees(slice, first, &forests) {
                for rest in &forests[count - first] {
                    all.push([tree.as_slice(), rest].concat());
                }
            }
        }
        all.sort_unstable();
        forests.push(all);
    }
    let threads = forests.into_iter().skip(1).flatten();
    threads.filter(|tokens| is_sensible(tokens)).collect()
}

/// Single statements that count as so many.
fn trees(slice: &Slice, count: usize, forests: &[Vec<Tokens>]) -> Vec<Tokens> {
    let mut all = Vec::new();
    for &kind in &slice.kinds {
        for object in 0..slice.objects(kind.class()) {
            let token = |inside| Token {
                kind,
                object,
                inside,
            };
            match kind.shape() {
                Shape::Plain if kind.weight() == count => all.push(vec![token(0)]),
                Shape::Plain => {}
                Shape::Section | Shape::Thread => {
                    for body in &forests[count - 1] {
                        let inside = u8::try_from(body.len()).expect("a few statements");
                        all.push([&[token(inside)], body.as_slice()].concat());
                    }
                }
            }
        }
    }
    all
}

/// At most one thread is started, which starts none; it is joined outside of its own body and after
/// it was started; and a value is required only after something was seen.
fn is_sensible(tokens: &[Token]) -> bool {
    let spawns: Vec<usize> = places(tokens, Kind::Spawn);
    let started = match spawns.as_slice() {
        [] => usize::MAX,
        [place] => place + usize::from(tokens[*place].inside),
        _ => return false,
    };
    let joins = places(tokens, Kind::Join);
    let requires = places(tokens, Kind::Require);
    let starts = |place: &usize| spawns.first().is_some_and(|spawn| *place == spawn + 1);
    joins
        .iter()
        .all(|&place| place > started && started != usize::MAX)
        && !requires.iter().any(|place| *place == 0 || starts(place))
}

fn places(tokens: &[Token], kind: Kind) -> Vec<usize> {
    let all = tokens.iter().enumerate();
    let places = all.filter(|(_, token)| token.kind == kind);
    places.map(|(place, _)| place).collect()
}

/// Another name for every object: by class, whether its two objects change places.
pub(crate) type Renaming = [bool; Class::ALL.len()];

pub(crate) fn renamed(tokens: &[Token], renaming: Renaming) -> Tokens {
    let rename = |token: &Token| {
        let mut token = *token;
        let class = Class::ALL
            .iter()
            .position(|class| *class == token.kind.class());
        if renaming[class.expect("a class")] {
            token.object = 1 - token.object;
        }
        token
    };
    tokens.iter().map(rename).collect()
}

/// The first of the two places where each class has its locks.
const RW_LOCKS: u16 = 2;

/// Writes the statements of one thread.
struct Writer<'c> {
    /// The index of the thread that is started next.
    child: &'c mut usize,
    own_child: usize,
    /// The mutexes that the thread holds alone.
    held: Vec<u16>,
}

/// The statements of a thread. Threads that it starts are numbered from `child` on.
pub(crate) fn statements(tokens: &[Token], child: &mut usize) -> Vec<Statement> {
    let mut writer = Writer {
        own_child: *child,
        child,
        held: Vec::new(),
    };
    writer.all(tokens)
}

impl Writer<'_> {
    fn all(&mut self, mut tokens: &[Token]) -> Vec<Statement> {
        let mut all = Vec::new();
        while let [token, rest @ ..] = tokens {
            let (body, others) = rest.split_at(usize::from(token.inside));
            all.push(self.one(*token, body));
            tokens = others;
        }
        all
    }

    fn one(&mut self, token: Token, body: &[Token]) -> Statement {
        use Statement::{
            Choose, Clear, CompareExchange, Fork, Increment, Join, Load, Locked, Notify, Reading,
            Require, Set, SpinLoad, Store, StoreLocal, Timed, Tried, TriedReading, Wait, WaitBoth,
            WaitEither, WaitTimed,
        };
        let object = u16::from(token.object);
        let rw_lock = RW_LOCKS + object;
        match token.kind {
            Kind::Mutex => Locked(object, self.holding(object, body)),
            Kind::TryMutex => Tried(object, self.holding(object, body)),
            Kind::TimedMutex => Timed(object, self.holding(object, body)),
            Kind::Read => Reading(rw_lock, self.all(body)),
            Kind::Write => Locked(rw_lock, self.all(body)),
            Kind::Upgrade => Reading(rw_lock, vec![Locked(rw_lock, vec![])]),
            Kind::TryRead => TriedReading(rw_lock, self.all(body)),
            Kind::TryWrite => Tried(rw_lock, self.all(body)),
            Kind::Load => Load(object),
            Kind::Store => Store(object, 2),
            Kind::CompareExchange => CompareExchange(object),
            Kind::FetchAdd => Increment(object),
            Kind::Await => self.wait(object, false),
            Kind::AwaitTimed => self.wait(object, true),
            Kind::NotifyOne | Kind::NotifyAll => Notify {
                condition: 0,
                all: token.kind == Kind::NotifyAll,
            },
            Kind::Set => Set(object),
            Kind::Clear => Clear(object),
            Kind::Wait => Wait(object),
            Kind::WaitTimed => WaitTimed(object),
            Kind::WaitEither => WaitEither(object),
            Kind::WaitBoth => WaitBoth(object),
            Kind::Choose => Choose(2),
            Kind::Spin => SpinLoad(object),
            Kind::Spawn => {
                let child = *self.child;
                *self.child += 1;
                let held = std::mem::take(&mut self.held);
                let body = self.all(body);
                self.held = held;
                Fork(child, body)
            }
            Kind::Join => Join(self.own_child),
            Kind::StoreLocal => StoreLocal(object),
            Kind::Require => Require,
        }
    }

    fn holding(&mut self, mutex: u16, body: &[Token]) -> Vec<Statement> {
        self.held.push(mutex);
        let body = self.all(body);
        self.held.pop();
        body
    }

    fn wait(&self, lock: u16, finite: bool) -> Statement {
        let wait = Statement::Await {
            condition: 0,
            lock,
            finite,
        };
        if self.held.contains(&lock) {
            wait
        } else {
            Statement::Locked(lock, vec![wait])
        }
    }
}
