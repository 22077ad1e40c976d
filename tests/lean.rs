//! What is there without any feature: `litmus::prove`, the assertions on models, and a plain answer
//! to whoever asks for loom or shuttle.

use selvedge::check::Request;
use selvedge::check::check;
use selvedge::explore::Coverage;
use selvedge::explore::ExplorerKind;
use selvedge::explore::Unsuitability;
use selvedge::explore::Unwatched;
use selvedge::litmus::Mutex;
use selvedge::litmus::prove;
use selvedge::litmus::spawn;
use selvedge::replay::NativeReplayError;
use selvedge::replay::RecordedSchedule;
use selvedge::replay::ShuttleSchedule;
use selvedge::replay::replay_with_shuttle;
use selvedge::report::Verdict;
use selvedge::runtime::Script;
use selvedge::scenario::Scenario;
use selvedge::strategy::Strategy;

#[test]
fn a_small_program_is_proved() {
    prove(|| {
        let counter = Mutex::new(0_u32);
        let adders = [(); 2].map(|()| {
            let counter = counter.clone();
            spawn(move || *counter.lock() += 1)
        });
        for adder in adders {
            adder.join();
        }
        assert_eq!(*counter.lock(), 2);
    });
}

#[test]
fn models_are_proved_and_refuted() {
    selvedge::assert_proves!("attach/connect4_connect6", "push-lock");
    selvedge::assert_refutes!(
        "direct/connect4_connect6",
        "shared-handle",
        "non-interference"
    );
}

/// An explorer that is not built in can be asked for: it says so, and no verdict rests on it.
#[test]
fn an_explorer_runs_or_says_that_it_is_not_built_in() {
    let scenario = Scenario::embedded("direct/connect4_connect6").unwrap();
    let strategy = Strategy::named("push-lock").unwrap();
    for explorer in ExplorerKind::ALL {
        let mut request = Request {
            explorer,
            ..Request::default()
        };
        request.bounds.executions_max = 100;
        let report = check(&scenario, &strategy, &request, &mut Unwatched);

        let absent = Coverage::Unsuitable(Unsuitability::NotBuiltIn);
        assert_eq!(report.coverage == absent, !explorer.is_built_in());
        assert_eq!(
            report.verdict == Verdict::Unsuitable,
            !explorer.is_built_in()
        );
    }
    let said = Unsuitability::NotBuiltIn.to_string();
    assert_eq!(said, "built without the feature `second-opinions`");
}

/// A file with a schedule of shuttle's reads back in every build; only shuttle runs it.
#[test]
fn a_schedule_of_shuttles_is_read_and_runs_only_where_shuttle_is_built_in() {
    let scenario = Scenario::embedded("direct/connect4_connect6").unwrap();
    let strategy = Strategy::named("shared-handle").unwrap();
    let report = check(&scenario, &strategy, &Request::default(), &mut Unwatched);
    let mut recorded = RecordedSchedule::from_token(&report.counterexamples[0].schedule).unwrap();
    recorded.shuttle = Some(ShuttleSchedule {
        script: Script::default(),
        encoded: "910212e5d6ede98996c4f16280208a22290100".to_owned(),
    });
    let text = recorded.to_file_text(&scenario);
    let read = RecordedSchedule::from_file_text("x", &text).unwrap();
    assert_eq!(read.shuttle, recorded.shuttle);

    let refused = replay_with_shuttle(&read, &scenario);
    let absent = matches!(refused, Err(NativeReplayError::NotBuiltIn));
    assert_eq!(absent, !ExplorerKind::ShuttleDfs.is_built_in());
}
