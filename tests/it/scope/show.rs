//! Programs for a reader.

use std::fmt::Write;

use crate::small::Small;
use crate::small::Statement;
use crate::small::Statement::{
    Await, Choose, Clear, CompareExchange, ConditionWait, Copy, EitherIncrement, Fork, Increment,
    Join, Load, LoadStore, Locked, Notify, NotifyAll, NotifyOne, Reading, Require, Scan, Set,
    SpinLoad, SpinLocked, Store, StoreLocal, Timed, Tried, TriedReading, Tries, Wait, WaitBoth,
    WaitEither, WaitTimed,
};

/// The threads of a program, a line each.
pub(crate) fn text(program: &Small) -> String {
    let threads = program.0.iter().enumerate();
    let line = |(index, thread): (usize, &Vec<Statement>)| format!("T{index}: {}\n", all(thread));
    threads.map(line).collect()
}

fn all(statements: &[Statement]) -> String {
    let each: Vec<String> = statements.iter().map(one).collect();
    each.join("; ")
}

fn section(head: &str, body: &[Statement]) -> String {
    if body.is_empty() {
        format!("{head} {{}}")
    } else {
        format!("{head} {{ {} }}", all(body))
    }
}

fn one(statement: &Statement) -> String {
    match statement {
        Locked(lock, body) => section(&format!("lock(l{lock})"), body),
        Tried(lock, body) => section(&format!("try_lock(l{lock})"), body),
        Timed(lock, body) => section(&format!("lock_or_expire(l{lock})"), body),
        Reading(lock, body) => section(&format!("read(l{lock})"), body),
        TriedReading(lock, body) => section(&format!("try_read(l{lock})"), body),
        SpinLocked(index, body) => section(&format!("spin_lock(x{index})"), body),
        Fork(thread, body) => section(&format!("spawn T{thread}"), body),
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
        | Tries(..)
        | SpinLoad(_)
        | ConditionWait { .. }
        | NotifyOne(_)
        | NotifyAll(_)
        | Await { .. }
        | Notify { .. }
        | CompareExchange(_)
        | Require
        | Copy { .. }
        | Scan(_)
        | Join(_) => plain(statement),
    }
}

fn plain(statement: &Statement) -> String {
    let mut said = String::new();
    let written = match statement {
        Load(index) => write!(said, "seen := x{index}"),
        Store(index, value) => write!(said, "x{index} := {value}"),
        StoreLocal(index) => write!(said, "x{index} := seen"),
        Increment(index) => write!(said, "seen := x{index}.fetch_add(1) + 1"),
        LoadStore(index) => write!(said, "seen := x{index}; x{index} := seen + 1"),
        Copy { from, to } => write!(said, "seen := x{from}; x{to} := seen + 1"),
        Scan(last) => write!(said, "seen := the last of x0..=x{last} that is 0"),
        CompareExchange(index) => write!(said, "seen := x{index}.compare_exchange(0, 1)"),
        Tries(index, most) => write!(said, "try x{index} from 0 to 1, {most} times, and back"),
        SpinLoad(index) => write!(said, "spin until x{index} != 0"),
        Set(index) => write!(said, "set(e{index})"),
        Clear(index) => write!(said, "clear(e{index})"),
        Wait(index) => write!(said, "wait(e{index})"),
        WaitTimed(index) => write!(said, "wait_or_expire(e{index})"),
        WaitEither(index) => write!(said, "wait(e{index} or l{index} free)"),
        WaitBoth(index) => write!(said, "wait(e{index} and l{index} free)"),
        EitherIncrement(index) => {
            write!(said, "wait(e{index} or l{index} free) {{ x{index} += 1 }}")
        }
        Choose(count) => write!(said, "seen := choose 0..{count}"),
        ConditionWait { condition, lock } => write!(said, "queue(q{condition}, l{lock})"),
        NotifyOne(condition) => write!(said, "notify the first of q{condition}"),
        NotifyAll(condition) => write!(said, "notify all of q{condition}"),
        Await {
            condition,
            lock,
            finite,
        } => {
            let how = if *finite { "_or_expire" } else { "" };
            write!(said, "await{how}(c{condition}, l{lock})")
        }
        Notify { condition, all } => {
            let whom = if *all { "all" } else { "one" };
            write!(said, "notify_{whom}(c{condition})")
        }
        Require => write!(said, "require seen != 0"),
        Join(thread) => write!(said, "join T{thread}"),
        Locked(..) | Tried(..) | Timed(..) | Reading(..) | SpinLocked(..) | TriedReading(..)
        | Fork(..) => unreachable!("a statement with a body: {statement:?}"),
    };
    written.expect("a string takes all that is written");
    said
}
