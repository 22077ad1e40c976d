//! What a second count says of a search: see [`crate::recount`].

use crate::execution::Execution;
use crate::explore::Coverage;
use crate::explore::Tally;
use crate::explore::Watch;
use crate::program::Program;
use crate::property::judge;
use crate::recount::Claim;
use crate::recount::Verification;
use crate::recount::verify;

use super::Request;
use super::explorers::limits;
use super::findings::Findings;

/// What a recount says of a search, if it saw everything and took each class once.
pub(super) fn recounted(
    program: &Program,
    request: &Request,
    tally: &Tally,
    findings: &Findings,
    watch: &mut dyn Watch,
) -> Verification {
    let outcomes = findings
        .outcomes
        .as_ref()
        .filter(|_| tally.coverage == Coverage::Exhausted && request.explorer.reduces());
    let Some(outcomes) = outcomes else {
        return Verification::NotExhausted;
    };
    let claim = Claim {
        traces: tally.executions,
        deadlocked: tally.deadlocked,
        failing: findings.failing,
        outcomes,
    };
    let fails = |execution: &Execution| !judge(execution).is_empty();
    let mut go_on = |executions| watch.go_on(executions);
    verify(limits(request), program, &claim, fails, &mut go_on)
}

/// What two recounts say together: that of the first that does not agree, or the sums.
pub(super) fn together(first: Verification, second: Verification) -> Verification {
    let differs = |one: &Verification| matches!(one, Verification::Differs(_));
    match (first, second) {
        (
            Verification::Agrees { traces, prefixes },
            Verification::Agrees {
                traces: more,
                prefixes: others,
            },
        ) => Verification::Agrees {
            traces: traces + more,
            prefixes: prefixes + others,
        },
        (first, second) if differs(&second) && !differs(&first) => second,
        (Verification::Agrees { .. }, second) => second,
        (first, _) => first,
    }
}
