//! The canonical form of a prefix, as a number of 128 bits: the same for all prefixes that differ
//! only in the order of independent steps.
//!
//! It serves whoever has to tell classes of executions apart without trusting a search: the second
//! count, and the comparison of two explorers. So dependence is judged here from the objects that
//! steps touched, by a definition that no explorer uses.

use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;

use super::Access;
use super::Footprint;
use super::Step;
use super::THREADS_MAX;

/// How many steps of each thread come before a step, itself included.
type Past = [u32; THREADS_MAX];

/// One step of a prefix.
#[derive(Debug)]
struct Taken {
    thread: usize,
    footprint: Footprint,
    past: Past,
    /// Of how many threads there are such steps: from there on `past` is 0.
    width: usize,
    /// The form of the prefix that ends with this step.
    form: u128,
}

/// A prefix, and its form at every length.
#[derive(Debug, Default)]
pub(crate) struct Prefix {
    taken: Vec<Taken>,
}

impl Prefix {
    /// How many steps it has.
    pub(crate) fn len(&self) -> usize {
        self.taken.len()
    }

    /// Cuts it down to its first steps.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.taken.truncate(len);
    }

    /// Adds a step.
    pub(crate) fn push(&mut self, step: &Step) {
        let thread = step.thread.index();
        let mut past: Past = [0; THREADS_MAX];
        let mut width = thread + 1;
        for earlier in &self.taken {
            if earlier.thread == thread || depend(&earlier.footprint, &step.footprint) {
                let theirs = &earlier.past[..earlier.width];
                for (mine, theirs) in past.iter_mut().zip(theirs) {
                    *mine = (*mine).max(*theirs);
                }
                width = width.max(earlier.width);
            }
        }
        past[thread] += 1;
        // A sum does not depend on the order of what is summed, which is what a set needs.
        let form = self.form().wrapping_add(description(step, &past[..width]));
        self.taken.push(Taken {
            thread,
            footprint: step.footprint,
            past,
            width,
            form,
        });
    }

    /// The form: the same for all prefixes that differ only in the order of independent steps.
    pub(crate) fn form(&self) -> u128 {
        self.taken.last().map_or(0, |taken| taken.form)
    }
}

/// Whether two steps of different threads depend.
fn depend(one: &Footprint, other: &Footprint) -> bool {
    if one.is_everything() || other.is_everything() {
        return true;
    }
    one.iter().any(|mine| {
        let mut theirs = other.iter();
        theirs.any(|their| mine.object == their.object && clash(mine.access, their.access))
    })
}

/// Whether two touches of one object do not commute: unless both only look, or both come and go
/// beside others that come and go.
const fn clash(one: Access, other: Access) -> bool {
    let looks = matches!((one, other), (Access::Read, Access::Read));
    let shares = matches!(one, Access::Commute | Access::Leave)
        && matches!(other, Access::Commute | Access::Leave);
    !looks && !shares
}

/// What determines a step's place in the happens-before relation, in 128 bits.
fn description(step: &Step, past: &[u32]) -> u128 {
    let half = |salt: u64| {
        let mut hasher = DefaultHasher::new();
        salt.hash(&mut hasher);
        (step.thread, step.operation, step.alternative, step.expired).hash(&mut hasher);
        past.hash(&mut hasher);
        hasher.finish()
    };
    u128::from(half(0)) << 64 | u128::from(half(1))
}

#[cfg(test)]
mod tests {
    use crate::execution::ObjectId;
    use crate::execution::ObjectKind;
    use crate::execution::Operation;
    use crate::execution::StepResult;
    use crate::execution::ThreadId;
    use crate::execution::ThreadSet;
    use crate::execution::Touch;
    use crate::execution::Verb;

    use super::*;

    fn step(thread: usize, object: u16, access: Access) -> Step {
        let object = ObjectId::initial(ObjectKind::Variable, object);
        let mut footprint = Footprint::EMPTY;
        footprint.push(Touch { object, access }).unwrap();
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

    fn form(steps: &[Step]) -> u128 {
        let mut prefix = Prefix::default();
        for step in steps {
            prefix.push(step);
        }
        prefix.form()
    }

    #[test]
    fn independent_steps_may_come_in_any_order() {
        let apart = [step(0, 0, Access::Write), step(1, 1, Access::Write)];
        let readers = [step(0, 0, Access::Read), step(1, 0, Access::Read)];
        let commuting = [step(0, 0, Access::Commute), step(1, 0, Access::Commute)];
        let leaving = [step(0, 0, Access::Commute), step(1, 0, Access::Leave)];

        for [one, other] in [apart, readers, commuting, leaving] {
            assert_eq!(form(&[one, other]), form(&[other, one]));
        }
    }

    #[test]
    fn dependent_steps_are_told_apart_by_their_order() {
        for (one, other) in [
            (Access::Write, Access::Write),
            (Access::Read, Access::Write),
            (Access::Read, Access::Release),
            (Access::Read, Access::Commute),
            (Access::Release, Access::Release),
        ] {
            let (one, other) = (step(0, 0, one), step(1, 0, other));
            assert_ne!(
                form(&[one, other]),
                form(&[other, one]),
                "{one:?} {other:?}"
            );
        }
    }

    /// A read between two writes is in another place than one behind both, though its thread has
    /// taken the same steps.
    #[test]
    fn where_a_read_falls_among_writes_is_part_of_the_form() {
        let writes = [step(0, 0, Access::Write), step(0, 0, Access::Write)];
        let read = step(1, 0, Access::Read);
        let [first, second] = writes;
        let places = [
            form(&[read, first, second]),
            form(&[first, read, second]),
            form(&[first, second, read]),
        ];

        assert_ne!(places[0], places[1]);
        assert_ne!(places[1], places[2]);
        assert_ne!(places[0], places[2]);
    }

    #[test]
    fn a_step_that_depends_on_everything_does() {
        let mut all = step(0, 0, Access::Read);
        all.footprint = all.footprint.and_everything();
        let other = step(1, 1, Access::Read);

        assert_ne!(form(&[all, other]), form(&[other, all]));
    }
}
