//! Shared variables: each access is one step.

use std::fmt;

use crate::execution::Access;
use crate::execution::ObjectId;
use crate::execution::ObjectKind;
use crate::execution::Operation;
use crate::execution::StepResult;
use crate::execution::Verb;
use crate::runtime::Recorded;
use crate::runtime::Runtime;
use crate::runtime::Shared;
use crate::runtime::Value;
use crate::runtime::View;
use crate::runtime::controlled::Controlled;
use crate::runtime::touching;

use super::registry;
use super::rounds;
use super::rounds::Mark;
use super::rounds::Marked;
use super::rounds::Touched;

/// What an [`Atomic`] can hold: plain data that is copied in and out.
///
/// Implemented for the integers up to 64 bits, `bool` and `char`. For an enum of your own,
/// `impl Plain for State {}` is enough; give it [`Plain::number`] if tables are to show it.
pub trait Plain: Copy + PartialEq + Value {
    /// The value as a table shows it. `None`, also for numbers beyond 32 bits: not at all.
    fn number(self) -> Option<u32> {
        None
    }

    /// A number that tells values apart which [`Plain::number`] does not show, so that a program
    /// whose values follow from a clock is found out. `None`, as for an enum of your own: not at
    /// all.
    fn digest(self) -> Option<u64> {
        None
    }
}

macro_rules! plain_integers {
    ($($type:ident),+) => {
        $(
            impl Plain for $type {
                fn number(self) -> Option<u32> {
                    u32::try_from(self).ok()
                }

                fn digest(self) -> Option<u64> {
                    let mut bytes = [0; 8];
                    let own = self.to_le_bytes();
                    bytes[..own.len()].copy_from_slice(&own);
                    Some(u64::from_le_bytes(bytes))
                }
            }

            impl Atomic<$type> {
                /// Adds, wrapping around, and gives back the value before: one step.
                pub fn fetch_add(&self, summand: $type) -> $type {
                    self.update(|value| value.wrapping_add(summand))
                }

                /// Subtracts, wrapping around, and gives back the value before: one step.
                pub fn fetch_sub(&self, subtrahend: $type) -> $type {
                    self.update(|value| value.wrapping_sub(subtrahend))
                }
            }
        )+
    };
}

plain_integers!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);

impl Plain for bool {
    fn number(self) -> Option<u32> {
        Some(u32::from(self))
    }
}

impl Plain for char {
    fn digest(self) -> Option<u64> {
        Some(u64::from(u32::from(self)))
    }
}

/// What a step gave back, and what of it stands in the trace.
struct Seen<O>(StepResult, O);

impl<O> Recorded for Seen<O> {
    fn recorded(&self) -> StepResult {
        self.0
    }
}

/// A result that shows a value.
fn showing<T: Plain, O>(value: T, result: O) -> Seen<O> {
    let number = value.number();
    if let (None, Some(digest)) = (number, value.digest()) {
        registry::meet(digest);
    }
    Seen(number.map_or(StepResult::Done, StepResult::Value), result)
}

/// A value, and how often it was written.
#[derive(Debug)]
struct Variable<T> {
    value: T,
    writes: u32,
}

impl<T> Variable<T> {
    fn write(&mut self, new: T) {
        self.value = new;
        self.writes += 1;
    }
}

impl<T: Plain> Marked for Variable<T> {
    fn mark(&self) -> Mark {
        Mark {
            changes: self.writes,
            ..Mark::default()
        }
    }
}

/// A shared variable. Every access to it is one step, which no other thread sees the middle of.
///
/// Clones share the variable, so it needs no `Arc`. Accesses are sequentially consistent: there are
/// no orderings to choose from, and what a weaker one would allow is not explored. Two loads are
/// independent of each other, and so is a [`compare_exchange`](Atomic::compare_exchange) that
/// fails; everything else is a write.
pub struct Atomic<T: Plain> {
    cell: Shared<Controlled, Variable<T>>,
}

impl<T: Plain> Atomic<T> {
    /// A variable with this value.
    ///
    /// # Panics
    ///
    /// Outside of an exploration: it would be shared between executions.
    #[track_caller]
    pub fn new(value: T) -> Self {
        registry::require_open("a shared variable was made");
        Self {
            cell: Shared::new(
                Controlled::fresh(ObjectKind::Variable),
                Variable { value, writes: 0 },
            ),
        }
    }

    /// Gives it a name for tables to show. Without one it is called by its kind, who made it, and
    /// its number: `variable 0.1`.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        registry::name(self.id(), name);
        self
    }

    const fn id(&self) -> ObjectId {
        self.cell.id()
    }

    /// Reads the value.
    pub fn load(&self) -> T {
        rounds::before_step();
        let operation = Operation::on(Verb::Load, self.id());
        let cell = touching(Access::Read, (&self.cell,));
        let Seen(_, value) =
            Controlled::act(operation, cell, |(cell,)| showing(cell.value, cell.value));
        self.touched();
        value
    }

    /// Writes a value, whatever was there.
    pub fn store(&self, new: T) {
        self.step(Verb::Store, |mut cell| {
            cell.write(new);
            showing(new, ())
        });
    }

    /// Writes a value and gives back the one before: one step.
    pub fn swap(&self, new: T) -> T {
        self.update(|_| new)
    }

    /// Reads, changes and writes in one step, and gives back the value before.
    pub fn update(&self, change: impl FnOnce(T) -> T) -> T {
        self.step(Verb::Update, |mut cell| {
            let before = cell.value;
            cell.write(change(before));
            showing(cell.value, before)
        })
    }

    /// Writes `new` if the value is `current`: one step, which only reads if it is not. It never
    /// fails otherwise.
    ///
    /// # Errors
    ///
    /// The value, if it is not `current`.
    pub fn compare_exchange(&self, current: T, new: T) -> Result<T, T> {
        self.step(Verb::Swap, |mut cell| {
            let before = cell.value;
            let equal = before == current;
            if equal {
                cell.write(new);
            }
            let result = if equal { Ok(before) } else { Err(before) };
            Seen(StepResult::Value(equal.into()), result)
        })
    }

    /// Spins until the value will do, and gives it back: what
    /// `while !enough(variable.load()) {}` does, as one step that comes when the loop would end.
    ///
    /// A round of the loop that changes nothing is not explored, so there is no bound on them. If
    /// all threads that are left would spin for ever, that is a livelock, and a finding.
    pub fn spin_until(&self, enough: impl Fn(T) -> bool) -> T {
        rounds::before_step();
        let Seen(_, value) = Controlled::spin(
            Operation::on(Verb::SpinLoad, self.id()),
            touching(Access::Read, (&self.cell,)),
            |(cell,)| enough(cell.value),
            |(cell,)| showing(cell.value, cell.value),
        );
        self.touched();
        value
    }

    /// Spins until the value is `current` and writes `new` at once: what
    /// `while variable.compare_exchange(current, new).is_err() {}` does. Rounds that fail are not
    /// explored, as with [`spin_until`](Atomic::spin_until).
    pub fn spin_exchange(&self, current: T, new: T) {
        rounds::before_step();
        Controlled::spin(
            Operation::on(Verb::SpinSwap, self.id()),
            (&self.cell,),
            |(cell,)| cell.value == current,
            |(mut cell,)| {
                cell.write(new);
                true
            },
        );
        self.touched();
    }

    fn step<O>(&self, verb: Verb, body: impl FnOnce(View<'_, Variable<T>>) -> Seen<O>) -> O {
        rounds::before_step();
        let operation = Operation::on(verb, self.id());
        let Seen(_, result) = Controlled::act(operation, (&self.cell,), |(cell,)| body(cell));
        self.touched();
        result
    }

    /// A step has touched it, which a round may have to know.
    fn touched(&self) {
        rounds::touched(self.id(), &self.cell, || Touched::Looked);
    }
}

impl<T: Plain> Clone for Atomic<T> {
    fn clone(&self) -> Self {
        Self {
            cell: self.cell.clone(),
        }
    }
}

// Without the value: a formatted value is a read that nobody schedules.
impl<T: Plain> fmt::Debug for Atomic<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Atomic").field(&self.id()).finish()
    }
}
