//! What every session can see of a filter context: `atomicity` and `error-truthfulness`.
//!
//! Atomicity: the committed filters of a context are none or all, at every moment until a detach
//! takes the context down, and again when all is at rest. A detach may be partly visible while it
//! runs, because it deletes filter by filter.
//!
//! Truthfulness: when an attach has returned 0, its filters had all been committed; when a detach
//! has returned 0, none of its context's are left at rest, unless another attach uses it; when an
//! attach has failed, none of a context that only it used are left.
//!
//! Both judge by the engine's own record of what was committed and removed, so they do not depend
//! on what the driver believes.

use std::collections::BTreeMap;

use crate::execution::Execution;
use crate::execution::Fact;
use crate::execution::FactRecord;
use crate::execution::ThreadId;

use super::Property;
use super::Violation;

/// What is known of one context.
#[derive(Debug, Default)]
struct Context {
    /// How many filters it is made of.
    whole: u32,
    committed: u32,
    /// Whether all of them were committed at some moment.
    was_whole: bool,
    /// Whether a detach has begun to take it down.
    taken: bool,
    /// The calls that attached to it, with the errno they returned.
    attaches: BTreeMap<(Option<ThreadId>, u16), Option<u32>>,
    /// The calls that took it down, with the errno they returned.
    detaches: BTreeMap<(Option<ThreadId>, u16), Option<u32>>,
}

impl Context {
    const fn is_partial(&self) -> bool {
        self.committed != 0 && self.committed != self.whole
    }
}

pub(super) fn judge(execution: &Execution) -> Vec<Violation> {
    let mut contexts: BTreeMap<u32, Context> = BTreeMap::new();
    let mut violations = Vec::new();
    for (index, record) in execution.facts.iter().enumerate() {
        take_in(&mut contexts, record);
        // Several filters become visible in one step: look when it is over.
        let over = execution
            .facts
            .get(index + 1)
            .is_none_or(|next| next.after != record.after);
        if over && violations.is_empty() {
            violations.extend(partly_visible(&contexts, record.thread));
        }
        if let Fact::CallReturns { call, errno: 0, .. } = record.fact {
            violations.extend(attached_in_vain(&contexts, record.thread, call));
        }
    }
    for (number, context) in &contexts {
        if context.taken && context.is_partial() {
            violations.push(at_rest(*number, context));
        }
        violations.extend(left_behind(*number, context));
    }
    violations
}

fn take_in(contexts: &mut BTreeMap<u32, Context>, record: &FactRecord) {
    let thread = record.thread;
    match record.fact {
        Fact::ContextMade { context, filters } => {
            contexts.entry(context).or_default().whole = filters;
        }
        Fact::AttachUses { call, context } => {
            contexts
                .entry(context)
                .or_default()
                .attaches
                .insert((thread, call), None);
        }
        Fact::DetachTakes { call, context } => {
            let context = contexts.entry(context).or_default();
            context.taken = true;
            context.detaches.insert((thread, call), None);
        }
        Fact::FilterCommitted { context } => {
            let context = contexts.entry(context).or_default();
            context.committed += 1;
            context.was_whole |= context.committed == context.whole;
        }
        Fact::FilterRemoved { context } => {
            let context = contexts.entry(context).or_default();
            context.committed = context.committed.saturating_sub(1);
        }
        Fact::CallReturns { call, errno, .. } => {
            for context in contexts.values_mut() {
                for calls in [&mut context.attaches, &mut context.detaches] {
                    if let Some(returned) = calls.get_mut(&(thread, call)) {
                        *returned = Some(errno);
                    }
                }
            }
        }
        Fact::CallBegins { .. } | Fact::FaultInjected | Fact::Misused(_) => {}
    }
}

/// A context that is partly visible although no detach is about it.
fn partly_visible(
    contexts: &BTreeMap<u32, Context>,
    thread: Option<ThreadId>,
) -> Option<Violation> {
    let partial = |context: &&Context| !context.taken && context.is_partial();
    let Context {
        committed, whole, ..
    } = contexts.values().find(partial)?;
    let cause = format!("{committed} of the {whole} filters of an attach are visible");
    Some(Violation {
        thread,
        ..Violation::new(Property::Atomicity, cause)
    })
}

fn at_rest(
    _number: u32,
    Context {
        committed, whole, ..
    }: &Context,
) -> Violation {
    let cause = format!("{committed} of the {whole} filters of a detached context are left");
    Violation::new(Property::Atomicity, cause)
}

/// An attach that returned 0 although its filters had never all been committed.
fn attached_in_vain(
    contexts: &BTreeMap<u32, Context>,
    thread: Option<ThreadId>,
    call: u16,
) -> Option<Violation> {
    let vain =
        |context: &&Context| !context.was_whole && context.attaches.contains_key(&(thread, call));
    contexts.values().find(vain)?;
    let who = thread.map_or_else(|| "an earlier attach".into(), |t| format!("thread {t}"));
    let cause = format!("call {call} of {who} returned 0 but its filters were never committed");
    let violation = Violation::new(Property::ErrorTruthfulness, cause);
    Some(Violation {
        thread,
        call: Some(call),
        ..violation
    })
}

/// Filters that are left of a context whose detach returned 0 or whose attaches all failed.
fn left_behind(_number: u32, context: &Context) -> Option<Violation> {
    if context.committed == 0 {
        return None;
    }
    let detached = context
        .detaches
        .iter()
        .find(|(_, returned)| **returned == Some(0));
    let failed = |returned: &Option<u32>| returned.is_some_and(|errno| errno != 0);
    let all_failed = !context.attaches.is_empty() && context.attaches.values().all(failed);
    let ((thread, call), said) = match detached {
        Some((caller, _)) => (*caller, "its detach returned 0"),
        None if all_failed => (*context.attaches.keys().next()?, "its attach failed"),
        None => return None,
    };
    let Context {
        committed, whole, ..
    } = context;
    let cause = format!("{committed} of {whole} filters of a context are left although {said}");
    let violation = Violation::new(Property::ErrorTruthfulness, cause);
    Some(Violation {
        thread,
        call: Some(call),
        ..violation
    })
}

#[cfg(test)]
mod tests {
    use crate::property::test_execution::ExecutionBuilder;
    use crate::status::NtStatus;

    use super::*;

    const MADE: Fact = Fact::ContextMade {
        context: 7,
        filters: 2,
    };
    const USES: Fact = Fact::AttachUses {
        call: 0,
        context: 7,
    };
    const TAKES: Fact = Fact::DetachTakes {
        call: 0,
        context: 7,
    };
    const COMMITTED: Fact = Fact::FilterCommitted { context: 7 };
    const REMOVED: Fact = Fact::FilterRemoved { context: 7 };

    fn properties(hand: ExecutionBuilder) -> Vec<Property> {
        judge(&hand.done())
            .iter()
            .map(|violation| violation.property)
            .collect()
    }

    fn attached() -> ExecutionBuilder {
        ExecutionBuilder::new()
            .fact(0, MADE)
            .fact(0, USES)
            .step("0:commit")
            .fact(0, COMMITTED)
            .fact(0, COMMITTED)
    }

    #[test]
    fn filters_that_come_in_one_step_are_atomic() {
        assert_eq!(properties(attached().returns(0, 0, NtStatus::SUCCESS)), []);
    }

    #[test]
    fn an_attach_that_shows_one_filter_first_is_partly_visible() {
        let hand = ExecutionBuilder::new()
            .fact(0, MADE)
            .step("0:add")
            .fact(0, COMMITTED);
        let hand = hand.step("0:add").fact(0, COMMITTED);

        assert_eq!(properties(hand), [Property::Atomicity]);
    }

    #[test]
    fn a_detach_may_be_partly_visible_while_it_runs_but_not_at_rest() {
        let half = || attached().step("1:delete").fact(1, TAKES).fact(1, REMOVED);

        assert_eq!(properties(half().step("1:delete").fact(1, REMOVED)), []);
        let left = properties(half().returns(1, 0, NtStatus::SUCCESS));
        assert_eq!(left, [Property::Atomicity, Property::ErrorTruthfulness]);
        let honest = properties(half().returns(1, 22, NtStatus::TIMEOUT));
        assert_eq!(honest, [Property::Atomicity]);
    }

    #[test]
    fn an_attach_that_returned_0_without_a_commit_lies() {
        let hand =
            ExecutionBuilder::new()
                .fact(0, MADE)
                .fact(0, USES)
                .returns(0, 0, NtStatus::SUCCESS);

        assert_eq!(properties(hand), [Property::ErrorTruthfulness]);
    }

    #[test]
    fn an_attach_that_failed_leaves_nothing() {
        let hand = attached().returns(0, 22, NtStatus::NO_MEMORY);

        assert_eq!(properties(hand), [Property::ErrorTruthfulness]);
    }
}
