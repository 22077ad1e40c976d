//! Brings what a search found to a counterexample.

use crate::confirm;
use crate::replay::Under;
use crate::report::Counterexample;
use crate::scenario::Scenario;
use crate::strategy::Strategy;
use crate::wfp::Profile;

use super::Request;
use super::findings::Finding;

/// Brings a finding to the least counterexample, under no other circumstances than it needs.
/// `start` is the profile that the search began with: readings are brought back to it.
///
/// What another library found is brought to a schedule of the controlled runtime first; `None` if
/// it does not come to the same there.
pub(super) fn confirm(
    (scenario, strategy): (&Scenario, &Strategy),
    (request, start): (&Request, &Profile),
    (found, rounds): (Finding, u64),
) -> Option<Counterexample> {
    let finding = confirm::Finding {
        scenario,
        under: Under {
            strategy,
            waits: request.waits,
            circumstances: &found.circumstances,
        },
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
