//! Properties: named predicates on an execution, pure, and testable on a trace written by hand.
//!
//! [`judge`] looks at one complete execution and says which properties it breaks, with the cause.
//! It reads steps, facts and what was left at rest; it never sees a running engine. A property
//! never reports what the execution does not show; what each can miss stands with it.

mod call_results;
mod cause;
mod filter_visibility;
mod final_state;
mod happens_before;
mod kind;
mod transaction;
mod violation;

#[cfg(test)]
mod test_execution;

use crate::execution::Execution;

pub use cause::Cause;
pub use cause::CauseKind;
pub use cause::Change;
pub use cause::Contrast;
pub use cause::Failure;
pub use cause::Hold;
pub use cause::reversed;
pub use kind::Property;
pub use violation::Violation;

/// What an execution breaks, in the order of [`Property::ALL`]; at most one violation for each
/// property and cause.
pub fn judge(execution: &Execution) -> Vec<Violation> {
    let mut violations: Vec<Violation> = violation::ends(execution).into_iter().collect();
    violations.extend(call_results::judge(execution));
    violations.extend(transaction::judge(execution));
    violations.extend(filter_visibility::judge(execution));
    violations.extend(final_state::judge(execution));
    violations.extend(violation::misuses(execution));
    violations.sort_by_key(Violation::key);
    violations.dedup_by_key(|violation| violation.key());
    violations
}
