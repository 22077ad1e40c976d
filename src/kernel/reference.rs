//! Interlocked reference counts.

use crate::execution::Fact;
use crate::execution::Misuse;
use crate::execution::ObjectId;
use crate::execution::Operation;
use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::runtime::Shared;

/// An interlocked counter that keeps something alive.
#[derive(Debug)]
pub struct ReferenceCount<R: Runtime> {
    count: Shared<R, u32>,
}

impl<R: Runtime> ReferenceCount<R> {
    /// A counter that starts with this many references.
    pub fn new(id: ObjectId, count: u32) -> Self {
        Self {
            count: Shared::new(id, count),
        }
    }

    /// `InterlockedIncrement`: the new count.
    pub fn reference(&self) -> u32 {
        let operation = Operation::on(Verb::Reference, self.count.id());
        R::act(operation, (&self.count,), |(mut count,)| {
            *count += 1;
            *count
        })
    }

    /// `InterlockedDecrement`: the new count. To go below zero is recorded and stays at zero.
    pub fn dereference(&self) -> u32 {
        let operation = Operation::on(Verb::Dereference, self.count.id());
        let (left, taken) = R::act(operation, (&self.count,), |(mut count,)| {
            let left = count.checked_sub(1);
            *count = left.unwrap_or(0);
            (*count, left.is_some())
        });
        if !taken {
            R::record(Fact::Misused(Misuse::OverRelease));
        }
        left
    }

    /// The count, outside any execution.
    pub fn count(&self) -> u32 {
        self.count.inspect(|count| *count)
    }
}
