//! `reference-accounting`: when all is at rest, every count equals what refers to it.
//!
//! A filter context has a reference for its provider's list and one for each of its committed
//! filters, and is freed exactly when it has none. A provider's rundown counts its live contexts,
//! and nobody holds its lock. A link counts as attached once or not at all. Nothing allocated for a
//! detached or failed link is left, and no transaction is open.
//!
//! Only executions that ran to their end are judged: in a deadlock nothing is at rest. Whether a
//! count was right on the way is not judged.

use crate::execution::ContextAtRest;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::FinalState;
use crate::execution::LinkAtRest;
use crate::execution::ProviderAtRest;

use super::Property;
use super::Violation;

pub(super) fn judge(execution: &Execution) -> Option<Violation> {
    if execution.end != End::Finished {
        return None;
    }
    let rest = &execution.rest;
    let cause = contexts(rest)
        .or_else(|| rest.providers.iter().find_map(provider))
        .or_else(|| rest.links.iter().copied().find_map(link))
        .or_else(|| allocations(rest))?;
    Some(Violation::new(Property::ReferenceAccounting, cause))
}

fn contexts(rest: &FinalState) -> Option<String> {
    rest.contexts.iter().find_map(|context| {
        let filters = rest
            .filters
            .iter()
            .filter(|left| left.context == context.context);
        context_cause(context, filters.map(|left| left.filters).sum())
    })
}

fn context_cause(context: &ContextAtRest, installed: u32) -> Option<String> {
    let ContextAtRest {
        references,
        listed,
        freed,
        ..
    } = *context;
    let owed = installed + u32::from(listed);
    if freed && owed > 0 {
        return Some(format!("a freed context is still referred to by {owed}"));
    }
    if !freed && references != owed {
        let what = "a context with the references of";
        return Some(format!("{what} {references}, of which {owed} exist"));
    }
    (!freed && owed == 0).then(|| "a context that nothing refers to was not freed".to_owned())
}

fn provider(provider: &ProviderAtRest) -> Option<String> {
    let ProviderAtRest {
        rundown,
        contexts,
        locked,
        ..
    } = *provider;
    if rundown != contexts {
        return Some(format!(
            "a provider's rundown counts {rundown}, its live contexts {contexts}"
        ));
    }
    locked.then(|| "a provider's lock is still held".to_owned())
}

fn link(link: LinkAtRest) -> Option<String> {
    let LinkAtRest {
        attached,
        bound,
        attach_count,
        ..
    } = link;
    if attach_count != u32::from(attached) {
        return Some(format!(
            "a link counts {attach_count} attaches and is attached: {attached}"
        ));
    }
    (bound != attached).then(|| format!("a link is attached: {attached}, and bound: {bound}"))
}

fn allocations(rest: &FinalState) -> Option<String> {
    if rest.leaked > 0 {
        return Some(format!("{} allocations were never given back", rest.leaked));
    }
    let open = rest.transactions_open;
    (open > 0).then(|| format!("{open} transactions are still open"))
}

#[cfg(test)]
mod tests {
    use crate::execution::FilterAtRest;
    use crate::property::test_execution::ExecutionBuilder;

    use super::*;

    const CONTEXT: ContextAtRest = ContextAtRest {
        context: 7,
        filters: 2,
        references: 3,
        listed: true,
        freed: false,
    };

    fn cause(edit: impl FnOnce(&mut FinalState)) -> Option<String> {
        judge(&ExecutionBuilder::new().rest(edit).done()).map(|violation| violation.cause)
    }

    fn with_context(context: ContextAtRest, filters: u32) -> Option<String> {
        cause(|rest| {
            rest.contexts = vec![context];
            if filters > 0 {
                rest.filters = vec![FilterAtRest {
                    context: 7,
                    filters,
                }];
            }
        })
    }

    #[test]
    fn the_list_and_each_filter_hold_one_reference() {
        assert_eq!(with_context(CONTEXT, 2), None);
        assert!(with_context(CONTEXT, 1).is_some());
        assert!(
            with_context(
                ContextAtRest {
                    listed: false,
                    ..CONTEXT
                },
                2
            )
            .is_some()
        );
    }

    #[test]
    fn a_context_is_freed_exactly_when_nothing_refers_to_it() {
        let gone = ContextAtRest {
            references: 0,
            listed: false,
            freed: true,
            ..CONTEXT
        };

        assert_eq!(with_context(gone, 0), None);
        assert!(with_context(gone, 1).is_some());
        assert!(
            with_context(
                ContextAtRest {
                    freed: false,
                    ..gone
                },
                0
            )
            .is_some()
        );
    }

    #[test]
    fn a_rundown_counts_the_live_contexts() {
        let with = |rundown, locked| {
            let provider = ProviderAtRest {
                provider: 0,
                rundown,
                contexts: 1,
                locked,
            };
            cause(|rest| rest.providers = vec![provider])
        };

        assert_eq!(with(1, false), None);
        assert!(with(2, false).is_some() && with(1, true).is_some());
    }

    #[test]
    fn leaks_and_open_transactions_are_told() {
        assert!(cause(|rest| rest.leaked = 1).is_some());
        assert!(cause(|rest| rest.transactions_open = 1).is_some());
        assert_eq!(cause(|_| ()), None);
    }

    #[test]
    fn a_link_that_is_attached_is_bound_and_counts_once() {
        let with = |attached, bound, attach_count| {
            let link = LinkAtRest {
                link: 0,
                attached,
                bound,
                attach_count,
            };
            cause(|rest| rest.links = vec![link])
        };

        assert_eq!(with(true, true, 1), None);
        assert_eq!(with(false, false, 0), None);
        assert!(with(true, false, 1).is_some() && with(false, false, 1).is_some());
    }

    #[test]
    fn nothing_is_at_rest_in_a_deadlock() {
        let hand = ExecutionBuilder::new()
            .rest(|rest| rest.leaked = 1)
            .deadlock("1:begin");

        assert_eq!(judge(&hand.done()), None);
    }
}
