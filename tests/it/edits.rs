//! Schedules that last: a model is edited elsewhere, and the schedule recorded before still shows
//! the violation.
//!
//! Each case checks a model, takes the first counterexample as a file, inserts or removes
//! operations in the model (calls, threads, links, faults, or the whole driver around the engine
//! calls), and replays the old file on the new model. Nothing is recorded again.

use selvedge::check::Request;
use selvedge::check::check;
use selvedge::explore::Unwatched;
use selvedge::replay::Ending;
use selvedge::replay::RecordedSchedule;
use selvedge::replay::Replay;
use selvedge::replay::replay;
use selvedge::replay::replay_best_effort;
use selvedge::runtime::Waits;
use selvedge::scenario::Scenario;
use selvedge::strategy::Strategy;

/// One edit of one model.
struct Case {
    what: &'static str,
    model: &'static str,
    strategy: &'static str,
    waits: Waits,
    edits: &'static [(&'static str, &'static str)],
}

const fn case(
    what: &'static str,
    (model, strategy, waits): (&'static str, &'static str, Waits),
    edits: &'static [(&'static str, &'static str)],
) -> Case {
    Case {
        what,
        model,
        strategy,
        waits,
        edits,
    }
}

const SHARED: &str = "shared-handle";
const HEADLINE: (&str, &str, Waits) = ("attach/connect4_connect6", SHARED, Waits::Sufficient);
const DETACH: (&str, &str, Waits) = ("attach/attach_detach", SHARED, Waits::Sufficient);
const FAULT: (&str, &str, Waits) = ("attach/fault_in_add", SHARED, Waits::Sufficient);

const V4: &str = "calls = [{ attach = \"v4\" }]";
const V6: &str = "calls = [{ attach = \"v6\" }]";
const OFF: &str = "calls = [{ detach = \"v6\" }]";

/// A third link, which nothing but the new operation uses.
const LINK: (&str, &str) = (
    "[[thread]]\ncalls = [{ attach = \"v4\" }]",
    "[[link]]\nname = \"b\"\nattach = \"BIND\"\n[[thread]]\ncalls = [{ attach = \"v4\" }]",
);

/// The same in front of the others, so that they have other numbers.
const LINK_FIRST: (&str, &str) = (
    "[[link]]\nname = \"v4\"",
    "[[link]]\nname = \"b\"\nattach = \"BIND\"\n[[link]]\nname = \"v4\"",
);

const CASES: [Case; 20] = [
    case(
        "a thread is added",
        HEADLINE,
        &[
            LINK,
            (
                V6,
                "calls = [{ attach = \"v6\" }]\n[[thread]]\ncalls = [{ attach = \"b\" }]",
            ),
        ],
    ),
    case(
        "a thread and a link are added in front of the others",
        HEADLINE,
        &[
            LINK_FIRST,
            (
                V4,
                "calls = [{ attach = \"b\" }]\n[[thread]]\ncalls = [{ attach = \"v4\" }]",
            ),
        ],
    ),
    case(
        "the first thread attaches something else before",
        HEADLINE,
        &[
            LINK,
            (V4, "calls = [{ attach = \"b\" }, { attach = \"v4\" }]"),
        ],
    ),
    case(
        "the first thread attaches something else after",
        HEADLINE,
        &[
            LINK,
            (V4, "calls = [{ attach = \"v4\" }, { attach = \"b\" }]"),
        ],
    ),
    case(
        "the second thread attaches something else before",
        HEADLINE,
        &[
            LINK,
            (V6, "calls = [{ attach = \"b\" }, { attach = \"v6\" }]"),
        ],
    ),
    case(
        "the first thread detaches, too",
        HEADLINE,
        &[(V4, "calls = [{ attach = \"v4\" }, { detach = \"v4\" }]")],
    ),
    case(
        "the driver around the engine calls is removed",
        HEADLINE,
        &[("pipeline = \"a1\"", "pipeline = \"direct\"")],
    ),
    case(
        "the driver is put around the engine calls",
        ("direct/connect4_connect6", SHARED, Waits::Sufficient),
        &[("pipeline = \"direct\"", "pipeline = \"a1\"")],
    ),
    case(
        "a fault is injected where it does no harm",
        ("attach/connect4_connect6", "retry", Waits::Sufficient),
        &[(
            V6,
            "calls = [{ attach = \"v6\" }]\n[[fault]]\nthread = 0\ncall = \"create-handle\"\n\
             occurrence = 2",
        )],
    ),
    case(
        "the attach is detached again, beside a detach",
        DETACH,
        &[(V4, "calls = [{ attach = \"v4\" }, { detach = \"v4\" }]")],
    ),
    case(
        "the first thread attaches something else before, beside a detach",
        DETACH,
        &[
            LINK,
            (V4, "calls = [{ attach = \"b\" }, { attach = \"v4\" }]"),
        ],
    ),
    case(
        "the second thread attaches something else after its detach",
        DETACH,
        &[
            LINK,
            (OFF, "calls = [{ detach = \"v6\" }, { attach = \"b\" }]"),
        ],
    ),
    case(
        "a thread is added in front, before a fault",
        FAULT,
        &[
            LINK_FIRST,
            (
                V4,
                "calls = [{ attach = \"b\" }]\n[[thread]]\ncalls = [{ attach = \"v4\" }]",
            ),
            ("thread = 0", "thread = 1"),
        ],
    ),
    case(
        "the driver around a fault is removed",
        FAULT,
        &[("pipeline = \"a1\"", "pipeline = \"direct\"")],
    ),
    case(
        "the fault itself is removed",
        FAULT,
        &[(
            "[[fault]]\nthread = 0\ncall = \"FwpmFilterAdd\"\noccurrence = 2\n\
             status = \"STATUS_NO_MEMORY\"\n",
            "",
        )],
    ),
    case(
        "a call is added where a fault is chosen and a wait expires",
        (
            "direct/maybe_fault_in_add",
            "handle-per-context",
            Waits::MayExpire,
        ),
        &[
            LINK,
            (OFF, "calls = [{ detach = \"v6\" }, { attach = \"b\" }]"),
        ],
    ),
    case(
        "a thread is added to five, of which four expire",
        ("attach/five_types", "handle-per-context", Waits::MayExpire),
        &[(
            "[[link]]\nname = \"connect4\"",
            "[[link]]\nname = \"x\"\nattach = \"RECV_ACCEPT6\"\n\
             [[thread]]\ncalls = [{ attach = \"x\" }]\n[[link]]\nname = \"connect4\"",
        )],
    ),
    case(
        "a detach is added where a delete fails",
        ("faults/delete_fails", SHARED, Waits::Sufficient),
        &[(V4, "calls = [{ attach = \"v4\" }, { detach = \"v4\" }]")],
    ),
    case(
        "a thread is added to a deadlock",
        (
            "faults/leaked_transaction",
            "handle-per-provider",
            Waits::Sufficient,
        ),
        &[
            LINK,
            (
                V6,
                "calls = [{ attach = \"v6\" }]\n[[thread]]\ncalls = [{ attach = \"b\" }]",
            ),
        ],
    ),
    case(
        "an attach is added before a lost notification",
        ("faults/lost_notification", SHARED, Waits::Sufficient),
        &[
            LINK,
            (OFF, "calls = [{ attach = \"b\" }, { detach = \"v6\" }]"),
        ],
    ),
];

impl Case {
    /// The first counterexample, as a file that is read again.
    fn recorded(&self) -> RecordedSchedule {
        let scenario = Scenario::embedded(self.model).unwrap();
        let strategy = Strategy::named(self.strategy).unwrap();
        let request = Request {
            waits: self.waits,
            ..Request::default()
        };
        let report = check(&scenario, &strategy, &request, &mut Unwatched);
        let first = report.counterexamples.first().expect(self.what);
        let broken = (first.property, first.status);
        let of = RecordedSchedule::of(&scenario, &strategy, self.waits, broken, &first.execution);
        let text = of.to_file_text(&scenario);
        RecordedSchedule::from_file_text("t.schedule", &text).unwrap()
    }

    fn edited(&self) -> Scenario {
        let mut text = Scenario::embedded(self.model).unwrap().text().to_owned();
        for (from, to) in self.edits {
            assert_eq!(text.matches(from).count(), 1, "{}: `{from}`", self.what);
            text = text.replace(from, to);
        }
        let expects = text.split("\n[[").next().unwrap().to_owned();
        let tables = text[expects.len()..].to_owned();
        // What the model expected is no matter here, and may not hold any more.
        let (head, _) = expects.split_once("expect = [").unwrap();
        Scenario::parse(self.model, &format!("{head}{tables}")).unwrap()
    }

    fn replayed(&self) -> Replay {
        let (recorded, edited) = (self.recorded(), self.edited());
        let scenario = recorded.scenario(Some(edited)).unwrap();
        replay(&recorded, &scenario)
    }
}

/// The fault is what the schedule is about: without it nothing is aborted, and the schedule waits
/// for the abort in vain. All others are about something else.
#[test]
fn of_20_models_edited_elsewhere_19_still_show_their_violation() {
    let endings = CASES.iter().map(|case| (case.what, case.replayed().ending));
    let lost: Vec<_> = endings
        .filter(|(_, ending)| !matches!(ending, Ending::Reproduced(_)))
        .collect();

    // Alone, an attach of three filters takes 23 steps.
    let diverged = Ending::Diverged {
        step: 24,
        expected: "0 until before abort on session 0".to_owned(),
        found: "thread 0 has ended".to_owned(),
    };
    assert_eq!(lost, [("the fault itself is removed", diverged)]);
}

/// Best effort goes through all of them, and says of the one what it left out.
#[test]
fn best_effort_goes_through_and_says_what_it_left_out() {
    let lost = CASES
        .iter()
        .find(|case| case.what == "the fault itself is removed")
        .unwrap();
    let (recorded, edited) = (lost.recorded(), lost.edited());
    let replayed = replay_best_effort(&recorded, &edited);

    assert!(
        matches!(replayed.ending, Ending::NoViolation { .. }),
        "{:?}",
        replayed.ending
    );
    assert_eq!(
        replayed.skipped[0].expected,
        "0 until before abort on session 0"
    );
}
