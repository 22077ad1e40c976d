//! A broken property, and those that every execution can break: it ends, nobody panics, nothing is
//! misused.

use crate::execution::Blocked;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Fact;
use crate::execution::ThreadId;
use crate::execution::WaitFor;
use crate::status::NtStatus;

use super::Property;

/// Where and why an execution breaks a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// What is broken.
    pub property: Property,
    /// Why, in one sentence without its full stop.
    pub cause: String,
    /// Whose call or step it was, if it is one thread's.
    pub thread: Option<ThreadId>,
    /// The nth call of that thread, if it is one call's.
    pub call: Option<u16>,
    /// The status at the root, if there is one.
    pub status: Option<NtStatus>,
    /// The errno that the caller saw, if a call failed.
    pub errno: Option<u32>,
}

impl Violation {
    pub(super) fn new(property: Property, cause: String) -> Self {
        Self {
            property,
            cause,
            thread: None,
            call: None,
            status: None,
            errno: None,
        }
    }

    /// What makes two violations the same: property, thread and call, and status.
    ///
    /// # Panics
    ///
    /// Never: [`Property::ALL`] lists every property.
    pub fn key(&self) -> (usize, Option<ThreadId>, Option<u16>, Option<NtStatus>) {
        let place = Property::ALL
            .iter()
            .position(|property| *property == self.property);
        (
            place.expect("ALL lists every property"),
            self.thread,
            self.call,
            self.status,
        )
    }
}

/// Deadlocks, livelocks and panics.
pub(super) fn ends(execution: &Execution) -> Option<Violation> {
    match &execution.end {
        End::Deadlock(blocked) => {
            let cause = format!(
                "nobody can go on; these wait for ever: {}{}",
                places(blocked),
                circle(execution)
            );
            Some(Violation::new(Property::NoDeadlock, cause))
        }
        End::Livelock(blocked) => {
            let cause = format!(
                "nobody can get on; these spin for ever: {}",
                places(blocked)
            );
            Some(Violation::new(Property::NoLivelock, cause))
        }
        End::Panicked { thread, message } => Some(Violation {
            thread: Some(*thread),
            ..Violation::new(
                Property::NoPanic,
                format!("thread {thread} panicked: {message}"),
            )
        }),
        End::Finished | End::Redundant | End::StepLimit => None,
    }
}

/// The threads that wait for each other, if some do.
fn circle(execution: &Execution) -> String {
    let cycle = WaitFor::of(execution).cycle;
    let Some(first) = cycle.first() else {
        return String::new();
    };
    let names = cycle.iter().chain([first]).map(ToString::to_string);
    format!(
        "; each for the next: {}",
        names.collect::<Vec<_>>().join(" -> ")
    )
}

/// Who is stuck, and where.
fn places(blocked: &[Blocked]) -> String {
    let place = |blocked: &Blocked| {
        let object = blocked.operation.object;
        let object = object.map_or_else(String::new, |object| format!(" ({object})"));
        let title = blocked.operation.verb.title();
        format!("{} in {title}{object}", blocked.thread)
    };
    let places: Vec<String> = blocked.iter().map(place).collect();
    places.join(", ")
}

/// Misuse of kernel primitives: the first of each thread.
pub(super) fn misuses(execution: &Execution) -> Vec<Violation> {
    let misuse = |record: &crate::execution::FactRecord| {
        let Fact::Misused(misuse) = record.fact else {
            return None;
        };
        let who = record
            .thread
            .map_or_else(|| "the start-up".into(), |t| format!("thread {t}"));
        let step = usize::try_from(record.after)
            .ok()
            .and_then(|after| after.checked_sub(1));
        let step = step.and_then(|index| execution.steps.get(index));
        let near = step.map_or_else(String::new, |step| {
            format!(", at {}", step.operation.verb.title())
        });
        let cause = format!("{who}: {}{near}", misuse.describe());
        let violation = Violation::new(Property::KernelDiscipline, cause);
        Some(Violation {
            thread: record.thread,
            ..violation
        })
    };
    execution.facts.iter().filter_map(misuse).collect()
}

#[cfg(test)]
mod tests {
    use crate::execution::Misuse;
    use crate::property::judge;
    use crate::property::test_execution::ExecutionBuilder;

    use super::*;

    #[test]
    fn a_deadlock_names_who_waits_where() {
        let execution = ExecutionBuilder::new().deadlock("1:begin").done();

        let [violation] = &judge(&execution)[..] else {
            panic!("one violation");
        };
        assert_eq!(violation.property, Property::NoDeadlock);
        assert!(
            violation.cause.contains("1 in FwpmTransactionBegin"),
            "{}",
            violation.cause
        );
    }

    #[test]
    fn a_panic_is_a_violation_of_its_thread() {
        let mut execution = ExecutionBuilder::new().done();
        let thread = ThreadId::new(1);
        execution.end = End::Panicked {
            thread,
            message: "index out of bounds".into(),
        };

        let found = judge(&execution);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].property, found[0].thread),
            (Property::NoPanic, Some(thread))
        );
    }

    #[test]
    fn a_misuse_is_told_once_a_thread() {
        let misused = Fact::Misused(Misuse::IrqlTooHigh);
        let execution = ExecutionBuilder::new()
            .step("0:begin")
            .fact(0, misused)
            .fact(0, misused)
            .done();

        let found = judge(&execution);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].property, Property::KernelDiscipline);
        assert!(judge(&ExecutionBuilder::new().step("0:begin").done()).is_empty());
    }
}
