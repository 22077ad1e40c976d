//! Brings what a search found to a counterexample.

use crate::confirm;
use crate::report::Counterexample;

use super::findings::Finding;
use super::subject::Subject;

/// Brings a finding to the least counterexample, under no other circumstances than it needs.
/// Readings are brought back to those that the search began with.
///
/// What another library found is brought to a schedule of the controlled runtime first; `None` if
/// it does not come to the same there.
pub(super) fn confirm(
    subject: Subject<'_>,
    (found, rounds): (Finding, u64),
) -> Option<Counterexample> {
    let request = subject.request;
    let start = &subject.scope.start().profile;
    let finding = confirm::Finding {
        case: subject.case(&found.circumstances),
        violation: &found.violation,
        execution: &found.execution,
    };
    let replayed = if request.explorer.is_own() {
        None
    } else {
        Some(finding.replayed(true)?)
    };
    let finding = confirm::Finding {
        execution: replayed.as_ref().unwrap_or(&found.execution),
        ..finding
    };
    let native = found.native.filter(|_| request.keep.native);
    // The library's own schedule is of what it found, so that stays as it is.
    let counterexample = if native.is_some() {
        finding.as_found(start)
    } else {
        finding.counterexample(start)
    };
    Some(Counterexample {
        rounds,
        native,
        ..counterexample
    })
}
