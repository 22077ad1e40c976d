//! Confirms what a search found: replays it, also as a user would.

use crate::execution::Execution;
use crate::property::Violation;
use crate::replay::Ending;
use crate::replay::RecordedSchedule;
use crate::replay::replay;
use crate::report::Counterexample;
use crate::scenario::Scenario;
use crate::strategy::Strategy;
use crate::wfp::Circumstances;
use crate::wfp::Profile;

use super::Request;
use super::findings::Finding;

/// Replays a finding, also from its token, as a user would, and makes a counterexample of it. The
/// token of a strategy of your own cannot be read back, for it does not hold the strategy. Readings
/// and faults that the execution did not ask for are left out; `start` is the profile that the
/// search began with.
///
/// What another library found is brought to a schedule of the controlled runtime first; `None` if
/// it does not come to the same there.
pub(super) fn confirm(
    (scenario, strategy): (&Scenario, &Strategy),
    (request, start): (&Request, &Profile),
    (finding, rounds): (Finding, u64),
) -> Option<Counterexample> {
    let Finding {
        violation,
        execution,
        circumstances,
        native,
        ..
    } = finding;
    let broken = (violation.property, violation.status);
    let record = |circumstances: &Circumstances, execution: &Execution| {
        let under = (request.waits, circumstances);
        RecordedSchedule::of(scenario, strategy, under, broken, execution)
    };
    let replayed = replay(&record(&circumstances, &execution), scenario);
    let circumstances = circumstances.restricted(&replayed.asked, start);
    let execution = if request.explorer.is_own() {
        execution
    } else {
        let same = matches!(replayed.ending, Ending::Reproduced(_))
            && replayed.execution.outcome() == execution.outcome();
        same.then_some(replayed.execution)?
    };
    let recorded = record(&circumstances, &execution);
    let token = recorded.to_token();
    if Strategy::named(strategy.name) == Ok(*strategy) {
        let read = RecordedSchedule::from_token(&token).expect("internal bug: a token reads back");
        require_same(&read, scenario, &execution);
    }
    require_same(&recorded, scenario, &execution);
    let Violation {
        property,
        cause,
        status,
        errno,
        ..
    } = violation;
    Some(Counterexample {
        property,
        cause,
        status,
        errno,
        circumstances,
        rounds,
        schedule: token,
        execution,
        native: native.filter(|_| request.keep.native),
    })
}

/// Replays a schedule and requires the recorded violation and the very same execution.
fn require_same(recorded: &RecordedSchedule, scenario: &Scenario, execution: &Execution) {
    let replayed = replay(recorded, scenario);
    let (token, ending) = (recorded.to_token(), &replayed.ending);
    let confirmed = matches!(ending, Ending::Reproduced(_));
    assert!(
        confirmed,
        "internal bug: {token} does not replay: {ending:?}"
    );
    assert_eq!(
        replayed.execution, *execution,
        "internal bug: {token} replays otherwise"
    );
}
