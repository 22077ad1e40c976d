//! The causes that counterexamples give: each in a model of its own, as a text that was read and
//! found true, and each negated by the passing neighbour.
//!
//! `SELVEDGE_UPDATE_GOLDEN=1 cargo test --test it causes::` writes the texts anew, to be read as a
//! difference.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use selvedge::check::Request;
use selvedge::check::check;
use selvedge::execution::Execution;
use selvedge::execution::Names;
use selvedge::execution::StepNote;
use selvedge::explore::Unwatched;
use selvedge::property::Cause;
use selvedge::property::CauseKind;
use selvedge::property::Change;
use selvedge::property::judge;
use selvedge::property::reversed;
use selvedge::replay::Ending;
use selvedge::replay::RecordedSchedule;
use selvedge::replay::Target;
use selvedge::replay::replay;
use selvedge::replay::shrink;
use selvedge::report::CheckReport;
use selvedge::report::Counterexample;
use selvedge::runtime::Waits;
use selvedge::scenario::Scenario;
use selvedge::strategy::Strategy;
use selvedge::wfp::Reading;
use selvedge::wfp::Scope;

use crate::shrink::deadlocks;
use crate::shrink::first_of;
use crate::shrink::loses;
use crate::shrink::lost_update;
use crate::shrink::philosophers;
use crate::small::Small;
use crate::small::Statement::*;

/// A model, and what is broken in it.
struct Case {
    model: &'static str,
    strategy: &'static str,
    waits: Waits,
    property: &'static str,
    kind: &'static str,
    /// A reading of the profile that is fixed, if one is.
    reading: Option<(&'static str, &'static str)>,
}

const fn case(
    model: &'static str,
    strategy: &'static str,
    property: &'static str,
    kind: &'static str,
) -> Case {
    Case {
        model,
        strategy,
        waits: Waits::Sufficient,
        property,
        kind,
        reading: None,
    }
}

impl Case {
    const fn may_expire(self) -> Self {
        Self {
            waits: Waits::MayExpire,
            ..self
        }
    }

    const fn reading(self, question: &'static str, reading: &'static str) -> Self {
        Self {
            reading: Some((question, reading)),
            ..self
        }
    }

    /// What the model is checked under.
    fn scope(&self) -> Scope {
        let fixed = self.reading.map(|(question, reading)| {
            let Reading { question, reading } = Reading::named(question, reading).unwrap();
            (question, reading)
        });
        Scope {
            fixed: fixed.into_iter().collect(),
            ..Scope::default()
        }
    }

    fn found(&self) -> (CheckReport, Counterexample) {
        let scenario = Scenario::embedded(self.model).unwrap();
        let strategy = Strategy::named(self.strategy).unwrap();
        let request = Request {
            waits: self.waits,
            scope: Some(self.scope()),
            ..Request::default()
        };
        let report = check(&scenario, &strategy, &request, &mut Unwatched);
        let mut all = report.counterexamples.iter();
        let found = all.find(|found| found.property.name() == self.property);
        let found = found.unwrap().clone();
        (report, found)
    }
}

/// Ten kinds in ten models, all of which some order or some fault decides.
const CASES: [Case; 11] = [
    case(
        "attach/connect4_connect6",
        "shared-handle",
        "non-interference",
        "begin-in-transaction",
    ),
    case(
        "attach/three_types",
        "retry",
        "non-interference",
        "every-try-in-transaction",
    ),
    case(
        "attach/attach_detach",
        "shared-handle",
        "session-discipline",
        "call-in-transaction",
    ),
    case(
        "attach/fault_in_add",
        "shared-handle",
        "error-truthfulness",
        "rolled-back",
    ),
    case(
        "direct/fault_in_add",
        "shared-handle",
        "atomicity",
        "split-by-abort",
    ),
    case(
        "direct/connect4_connect4",
        "handle-per-context",
        "non-interference",
        "begin-timed-out",
    )
    .may_expire(),
    case(
        "direct/attach_detach",
        "handle-per-context",
        "non-interference",
        "call-timed-out",
    )
    .may_expire(),
    case(
        "faults/leaked_transaction",
        "handle-per-provider",
        "no-deadlock",
        "waits-for-transaction",
    ),
    case(
        "faults/delete_fails",
        "push-lock",
        "atomicity",
        "delete-failed",
    ),
    case(
        "faults/lost_notification",
        "push-lock",
        "reference-accounting",
        "notification-lost",
    ),
    case(
        "direct/leaked_transaction",
        "push-lock",
        "non-interference",
        "transaction-left-open",
    ),
];

/// What goes wrong only where Windows is read in a way that is not documented.
const READ_OTHERWISE: [Case; 3] = [
    case(
        "faults/leaked_transaction",
        "handle-per-thread",
        "kernel-discipline",
        "use-after-free",
    )
    .reading("notify-abort", "compensating-delete"),
    case(
        "attach/fault_in_add",
        "shared-handle",
        "kernel-discipline",
        "null-pointer",
    )
    .reading("notify-abort", "compensating-delete"),
    case(
        "attach/attach_detach",
        "handle-per-context-dynamic",
        "kernel-discipline",
        "reentrant-call",
    )
    .reading("notify-delete", "deferred"),
];

/// What no order decides: it has no neighbour, and says so.
const ALWAYS: [Case; 2] = [
    case(
        "direct/connect4_connect6",
        "spin-lock",
        "kernel-discipline",
        "wrong-irql",
    ),
    case(
        "direct/three_types",
        "handle-per-context-on-dynamic-global",
        "succeeds-alone",
        "fails-alone",
    ),
];

pub(crate) fn steps(execution: &Execution) -> String {
    let mut text = String::new();
    for (index, step) in execution.steps.iter().enumerate() {
        let note = StepNote::of(step);
        writeln!(text, "  {:>3}  {note}", index + 1).unwrap();
    }
    text
}

fn told(case: &Case, found: &Counterexample) -> String {
    let explained = &found.explained;
    let omitted: Vec<String> = explained.omitted.iter().map(ToString::to_string).collect();
    let execution = &found.execution;
    let mut text = format!(
        "{} / {}, {:?}: {}\n\n{}: {}\n\nwithout [{}]; steps {}, switches {}, preemptions {}\n\n{}",
        case.model,
        case.strategy,
        case.waits,
        case.property,
        case.kind,
        explained.because,
        omitted.join(", "),
        execution.steps.len(),
        execution.switches(),
        execution.preemptions(),
        steps(execution)
    );
    if let Some(contrast) = &explained.contrast {
        write!(
            text,
            "\nit passes like this:\n\n{}",
            steps(&contrast.execution)
        )
        .unwrap();
    }
    text
}

/// The golden text of a cause in a model or a program.
pub(crate) fn require_golden(kind: &str, of: &str, text: &str) {
    let name = format!("{kind}.{}.txt", of.replace('/', "."));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/causes");
    let path = folder.join(&name);
    if std::env::var_os("SELVEDGE_UPDATE_GOLDEN").is_some() {
        fs::write(&path, text).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(golden.replace("\r\n", "\n"), text, "{name}");
}

#[test]
fn ten_causes_in_ten_models_are_told_and_negated() {
    for case in CASES.iter().chain(&READ_OTHERWISE) {
        let (_, found) = case.found();
        assert_eq!(found.explained.kind.map(CauseKind::name), Some(case.kind));
        require_golden(case.kind, case.model, &told(case, &found));
        require_negated(case, &found);
    }
}

/// The neighbour breaks nothing. Where it differs in order alone, it is of the same scenario, does
/// not break what was broken when its schedule is replayed, and has a pair of dependent steps the
/// other way round.
fn require_negated(case: &Case, found: &Counterexample) {
    let contrast = found.explained.contrast.as_ref().unwrap();
    assert!(contrast.is_clean, "{}", case.model);
    assert_eq!(judge(&contrast.execution), [], "{}", case.model);
    if contrast.change == Change::NoFault {
        return;
    }
    assert!(!reversed(&found.execution, &contrast.execution).is_empty());
    let scenario = Scenario::embedded(case.model).unwrap();
    let scenario = scenario.without(&found.explained.omitted).unwrap();
    let strategy = Strategy::named(case.strategy).unwrap();
    let broken = (found.property, found.status);
    let other = selvedge::case::Case {
        scenario: &scenario,
        strategy: &strategy,
        waits: case.waits,
        circumstances: &found.circumstances,
    };
    let recorded = RecordedSchedule::of(other, broken, &contrast.execution);
    let replayed = replay(&recorded, &scenario);
    let property = found.property;
    assert_eq!(replayed.ending, Ending::NoViolation { property });
    assert_eq!(replayed.execution, contrast.execution);
}

#[test]
fn what_fails_in_every_order_has_no_neighbour_and_says_so() {
    for case in &ALWAYS {
        let (_, found) = case.found();
        assert_eq!(found.explained.kind.map(CauseKind::name), Some(case.kind));
        assert_eq!(found.explained.contrast, None);
        assert!(found.explained.because.ends_with(", in whatever order"));
        require_golden(case.kind, case.model, &told(case, &found));
    }
}

/// The cause of the least failing execution of a small program.
fn cause(program: &Small, fails: &dyn Fn(&Execution) -> bool) -> (CauseKind, String) {
    let found = first_of(program, fails);
    let target = Target {
        system: program,
        waits: Waits::Sufficient,
        fails,
    };
    let execution = shrink(&target, &found).execution;
    let cause = Cause::of_program(&execution);
    (
        cause.kind,
        cause.sentence(&execution, None, &Names::default()),
    )
}

#[test]
fn a_circle_of_locks_names_who_waits_for_whom() {
    let two = Small(vec![
        vec![Locked(0, vec![Locked(1, vec![])])],
        vec![Locked(1, vec![Locked(0, vec![])])],
    ]);

    assert_eq!(
        cause(&two, &deadlocks),
        (
            CauseKind::LockCycle,
            "0 waits for rwlock 1, which 1 holds (step 2); 1 waits for rwlock 0, which 0 holds \
             (step 1): nobody gives way"
                .to_owned()
        )
    );
    assert_eq!(cause(&philosophers(5), &deadlocks).0, CauseKind::LockCycle);
}

#[test]
fn a_lost_update_names_the_write_that_is_lost() {
    assert_eq!(
        cause(&lost_update(), &loses),
        (
            CauseKind::CheckThenAct,
            "0 store (step 4) wrote what it had made of its read (step 1), but 1 had written in \
             between (step 3): 0 does not know of that"
                .to_owned()
        )
    );
}

#[test]
fn a_signal_that_nobody_gives_is_named() {
    let program = Small(vec![vec![Wait(0)], vec![Tried(0, vec![Set(1)])]]);

    assert_eq!(
        cause(&program, &deadlocks),
        (
            CauseKind::LostSignal,
            "0 waits for event 0, and nobody is left to set it".to_owned()
        )
    );
}
