//! The name of a prefix up to equivalence, as a number of 128 bits.

use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;

use crate::execution::Footprint;
use crate::execution::Step;
use crate::execution::ThreadId;

/// One step of a prefix.
#[derive(Debug)]
struct Taken {
    thread: ThreadId,
    footprint: Footprint,
    /// Its name: what it is, and the names of all earlier steps that it depends on.
    name: u128,
    /// The name of the prefix that ends with it: the sum of the names of its steps, in which their
    /// order does not matter.
    prefix: u128,
}

/// A prefix, and its name at every length.
#[derive(Debug, Default)]
pub(super) struct Prefix(Vec<Taken>);

impl Prefix {
    /// How many steps it has.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Cuts it down to its first steps.
    pub(super) fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    /// Adds a step.
    pub(super) fn push(&mut self, step: &Step) {
        let depends = |earlier: &&Taken| {
            earlier.thread == step.thread || earlier.footprint.depends(&step.footprint)
        };
        // The steps that it depends on, and their order, are the same in every equivalent prefix;
        // their order is in their own names.
        let past = self.0.iter().filter(depends);
        let past = past.fold(0_u128, |sum, earlier| sum.wrapping_add(earlier.name));
        let name = u128::from(half(0, step, past)) << 64 | u128::from(half(1, step, past));
        self.0.push(Taken {
            thread: step.thread,
            footprint: step.footprint,
            name,
            prefix: self.name().wrapping_add(name),
        });
    }

    /// The same for all prefixes that differ only in the order of independent steps.
    pub(super) fn name(&self) -> u128 {
        self.0.last().map_or(0, |taken| taken.prefix)
    }
}

fn half(salt: u64, step: &Step, past: u128) -> u64 {
    let mut hasher = DefaultHasher::new();
    (salt, step.thread, step.operation).hash(&mut hasher);
    (step.alternative, step.expired, past).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use crate::execution::Access;
    use crate::execution::ObjectId;
    use crate::execution::ObjectKind;
    use crate::execution::Operation;
    use crate::execution::StepResult;
    use crate::execution::ThreadSet;
    use crate::execution::Touch;
    use crate::execution::Verb;

    use super::*;

    fn step(thread: usize, object: u16, access: Access) -> Step {
        let object = ObjectId::initial(ObjectKind::Variable, object);
        let footprint = Footprint::of(&[Touch { object, access }]).unwrap();
        Step {
            thread: ThreadId::new(thread),
            operation: Operation::on(Verb::Load, object),
            alternative: 0,
            expired: false,
            footprint,
            result: StepResult::Done,
            enabled: ThreadSet::EMPTY,
        }
    }

    fn name(steps: &[Step]) -> u128 {
        let mut prefix = Prefix::default();
        for step in steps {
            prefix.push(step);
        }
        prefix.name()
    }

    #[test]
    fn only_the_order_of_dependent_steps_is_part_of_the_name() {
        let (read, write) = (Access::Read, Access::Write);
        for (one, other, alike) in [
            ((0, write), (1, write), true),
            ((0, read), (0, read), true),
            ((0, read), (0, write), false),
            ((0, write), (0, write), false),
            ((0, Access::Commute), (0, Access::Commute), true),
            ((0, Access::Release), (0, Access::Release), false),
        ] {
            let (one, other) = (step(0, one.0, one.1), step(1, other.0, other.1));
            let same = name(&[one, other]) == name(&[other, one]);
            assert_eq!(same, alike, "{one:?} {other:?}");
        }
    }

    /// Three writes of one object by three threads: the first two in either order are not made
    /// alike by the third.
    #[test]
    fn the_order_of_what_a_step_depends_on_is_part_of_the_name() {
        let [a, b, c] = [0, 1, 2].map(|thread| step(thread, 0, Access::Write));

        assert_ne!(name(&[a, b, c]), name(&[b, a, c]));
    }

    #[test]
    fn where_a_read_falls_among_writes_is_part_of_the_name() {
        let [first, second] = [step(0, 0, Access::Write); 2];
        let read = step(1, 0, Access::Read);
        let places = [
            name(&[read, first, second]),
            name(&[first, read, second]),
            name(&[first, second, read]),
        ];

        assert_ne!(places[0], places[1]);
        assert_ne!(places[1], places[2]);
        assert_ne!(places[0], places[2]);
    }
}
