//! Small programs as straight code: one instruction for each step, and where it leads.
//!
//! This is the first half of the oracle. It knows the statements of [`Small`] and nothing of the
//! seam, of a runtime or of an explorer.

use crate::sizes::Sizes;
use crate::small::Small;
use crate::small::Statement;
use crate::small::Statement::{
    Await, Choose, Clear, CompareExchange, ConditionWait, Copy, EitherIncrement, Fork, Increment,
    Join, Load, LoadStore, Locked, Notify, NotifyAll, NotifyOne, Reading, Require, Scan, Set,
    SpinLoad, SpinLocked, Store, StoreLocal, Timed, Tried, TriedReading, Tries, Wait, WaitBoth,
    WaitEither, WaitTimed,
};

/// What one instruction does. Objects are indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Load(u8),
    /// Yes if the variable is 0.
    IsZero(u8),
    Store(u8, u8),
    /// The local value, plus this.
    StoreLocal(u8, u8),
    Increment(u8),
    /// Yes if the variable was 0, which is then 1.
    Swap(u8),
    /// Waits until the variable is not 0.
    SpinLoad(u8),
    /// Waits until the variable is 0, and makes it 1.
    SpinSwap(u8),
    /// Yes unless it expired.
    Acquire(u8, Patience),
    TryAcquire(u8),
    Release(u8),
    AcquireShared(u8),
    TryShared(u8),
    ReleaseShared(u8),
    Set(u8),
    Clear(u8),
    Wait(u8, Patience),
    /// The event or the lock. The value is whether the event is set.
    Either(u8),
    /// The same, and increments the variable. The value is that of the variable.
    EitherIncrement(u8),
    Both(u8),
    /// A number below this.
    Choose(u8),
    /// Frees the lock and queues.
    Queue(u8),
    /// Waits until it is woken from the queue and the lock is free, and takes the lock.
    Dequeue(u8),
    /// Wakes the first of the queue, or all.
    WakeQueue(bool),
    /// Frees the lock and joins those who wait.
    Enter(u8),
    /// Waits for a notification that the thread may take.
    Leave(Patience),
    /// Gives one notification to all who wait, or one for each.
    Notify(bool),
    Start(u8),
    /// The thread says that it ends.
    End(u8),
    Join(u8),
    /// Not a step: panics if the local value is 0.
    Require,
}

/// How long an instruction waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    Endless,
    MayExpire,
}

/// What the thread sees of an instruction, by whether its answer is yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum See {
    Nothing,
    /// The value, whatever the answer.
    Value,
    /// 1 if the answer is yes, or else 0.
    Answer,
    /// 1, if the answer is yes.
    Success,
    /// This, if the answer is yes.
    Found(u8),
}

/// One step of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Instruction {
    pub(crate) op: Op,
    pub(crate) see: See,
    pub(crate) yes: u8,
    pub(crate) no: u8,
}

/// A program as the oracle runs it.
#[derive(Debug)]
pub(crate) struct Code {
    /// By thread, forked ones included.
    pub(crate) threads: Vec<Vec<Instruction>>,
    pub(crate) roots: usize,
    pub(crate) sizes: Sizes,
    /// True if some wait may expire.
    pub(crate) expires: bool,
}

impl Code {
    /// Compiles a program.
    pub(crate) fn of(program: &Small) -> Self {
        let sizes = Sizes::of(program);
        let mut code = Self {
            threads: vec![Vec::new(); usize::from(sizes.threads)],
            roots: program.0.len(),
            sizes,
            expires: false,
        };
        for (thread, statements) in program.0.iter().enumerate() {
            let mut writer = Writer::default();
            writer.all(&mut code, statements);
            code.threads[thread] = writer.0;
        }
        code.expires = code.threads.iter().flatten().any(|instruction| {
            let op = instruction.op;
            matches!(
                op,
                Op::Acquire(_, Patience::MayExpire)
                    | Op::Wait(_, Patience::MayExpire)
                    | Op::Leave(Patience::MayExpire)
            )
        });
        code
    }
}

fn byte(number: impl TryInto<u8>) -> u8 {
    let byte = number.try_into().ok();
    byte.expect("a small program is small")
}

/// Writes the code of one thread.
#[derive(Default)]
struct Writer(Vec<Instruction>);

impl Writer {
    fn here(&self) -> u8 {
        byte(self.0.len())
    }

    /// An instruction after which the next one follows, whatever its answer. Its place.
    fn push(&mut self, op: Op, see: See) -> usize {
        let next = self.here() + 1;
        self.0.push(Instruction {
            op,
            see,
            yes: next,
            no: next,
        });
        self.0.len() - 1
    }

    fn step(&mut self, op: Op) {
        self.push(op, See::Nothing);
    }

    fn all(&mut self, code: &mut Code, statements: &[Statement]) {
        for statement in statements {
            self.one(code, statement);
        }
    }

    /// A step, the body, a step.
    fn section(&mut self, code: &mut Code, ends: [Op; 2], body: &[Statement]) {
        self.step(ends[0]);
        self.all(code, body);
        self.step(ends[1]);
    }

    /// A step; if its answer is yes, the body and a step.
    fn if_taken(&mut self, code: &mut Code, ends: [Op; 2], body: &[Statement]) {
        let taken = self.push(ends[0], See::Answer);
        self.all(code, body);
        self.step(ends[1]);
        self.0[taken].no = self.here();
    }

    fn one(&mut self, code: &mut Code, statement: &Statement) {
        match statement {
            Locked(lock, body) => {
                let lock = byte(*lock);
                let take = Op::Acquire(lock, Patience::Endless);
                self.section(code, [take, Op::Release(lock)], body);
            }
            Reading(lock, body) => {
                let lock = byte(*lock);
                let ends = [Op::AcquireShared(lock), Op::ReleaseShared(lock)];
                self.section(code, ends, body);
            }
            SpinLocked(index, body) => {
                let index = byte(*index);
                self.section(code, [Op::SpinSwap(index), Op::Store(index, 0)], body);
            }
            Tried(lock, body) => {
                let lock = byte(*lock);
                self.if_taken(code, [Op::TryAcquire(lock), Op::Release(lock)], body);
            }
            Timed(lock, body) => {
                let lock = byte(*lock);
                let take = Op::Acquire(lock, Patience::MayExpire);
                self.if_taken(code, [take, Op::Release(lock)], body);
            }
            TriedReading(lock, body) => {
                let lock = byte(*lock);
                self.if_taken(code, [Op::TryShared(lock), Op::ReleaseShared(lock)], body);
            }
            Fork(thread, body) => {
                self.step(Op::Start(byte(*thread)));
                let mut child = Self::default();
                child.all(code, body);
                child.step(Op::End(byte(*thread)));
                code.threads[*thread] = child.0;
            }
            Tries(index, most) => self.tries(byte(*index), *most),
            Scan(last) => self.scan(byte(*last)),
            Load(_)
            | Store(..)
            | Increment(_)
            | LoadStore(_)
            | StoreLocal(_)
            | Set(_)
            | Wait(_)
            | WaitTimed(_)
            | WaitEither(_)
            | WaitBoth(_)
            | EitherIncrement(_)
            | Clear(_)
            | Choose(_)
            | SpinLoad(_)
            | ConditionWait { .. }
            | NotifyOne(_)
            | NotifyAll(_)
            | Await { .. }
            | Notify { .. }
            | CompareExchange(_)
            | Require
            | Copy { .. }
            | Join(_) => self.simple(statement),
        }
    }

    fn tries(&mut self, index: u8, most: u32) {
        let first = self.0.len();
        for last in (0..most).map(|number| number + 1 == most) {
            self.push(
                Op::Swap(index),
                if last { See::Answer } else { See::Success },
            );
        }
        let won = self.here();
        self.step(Op::Store(index, 0));
        let after = self.here();
        for instruction in &mut self.0[first..usize::from(won)] {
            instruction.yes = won;
        }
        self.0[usize::from(won) - 1].no = after;
    }

    fn scan(&mut self, last: u8) {
        let first = self.0.len();
        for index in (0..=last).rev() {
            let see = if index == 0 {
                See::Value
            } else {
                See::Found(index)
            };
            self.push(Op::IsZero(index), see);
        }
        let after = self.here();
        for instruction in &mut self.0[first..] {
            instruction.yes = after;
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the caller looks")]
    fn simple(&mut self, statement: &Statement) {
        let (op, see) = match statement {
            Load(index) => (Op::Load(byte(*index)), See::Value),
            Store(index, value) => (Op::Store(byte(*index), byte(*value)), See::Nothing),
            StoreLocal(index) => (Op::StoreLocal(byte(*index), 0), See::Nothing),
            Increment(index) => (Op::Increment(byte(*index)), See::Value),
            LoadStore(index) => {
                self.push(Op::Load(byte(*index)), See::Value);
                (Op::StoreLocal(byte(*index), 1), See::Nothing)
            }
            Copy { from, to } => {
                self.push(Op::Load(byte(*from)), See::Value);
                (Op::StoreLocal(byte(*to), 1), See::Nothing)
            }
            CompareExchange(index) => (Op::Swap(byte(*index)), See::Answer),
            SpinLoad(index) => (Op::SpinLoad(byte(*index)), See::Value),
            Set(index) => (Op::Set(byte(*index)), See::Nothing),
            Clear(index) => (Op::Clear(byte(*index)), See::Nothing),
            Wait(index) => (Op::Wait(byte(*index), Patience::Endless), See::Nothing),
            WaitTimed(index) => (Op::Wait(byte(*index), Patience::MayExpire), See::Answer),
            WaitEither(index) => (Op::Either(byte(*index)), See::Value),
            EitherIncrement(index) => (Op::EitherIncrement(byte(*index)), See::Value),
            WaitBoth(index) => (Op::Both(byte(*index)), See::Nothing),
            Choose(alternatives) => (Op::Choose(*alternatives), See::Value),
            ConditionWait { lock, .. } => {
                self.step(Op::Queue(byte(*lock)));
                (Op::Dequeue(byte(*lock)), See::Nothing)
            }
            NotifyOne(_) => (Op::WakeQueue(false), See::Nothing),
            NotifyAll(_) => (Op::WakeQueue(true), See::Nothing),
            Await { lock, finite, .. } => {
                self.step(Op::Enter(byte(*lock)));
                if *finite {
                    self.push(Op::Leave(Patience::MayExpire), See::Answer);
                } else {
                    self.step(Op::Leave(Patience::Endless));
                }
                (Op::Acquire(byte(*lock), Patience::Endless), See::Nothing)
            }
            Notify { all, .. } => (Op::Notify(*all), See::Nothing),
            Join(thread) => (Op::Join(byte(*thread)), See::Nothing),
            Require => (Op::Require, See::Nothing),
            _ => unreachable!("a statement with a body"),
        };
        self.push(op, see);
    }
}
