//! Schedules that last: a model is edited elsewhere, and the schedule recorded before still shows
//! the violation.
//!
//! There are two sets. [`known`] was at hand when the rules of naming were made; [`blind`] was
//! written down before it was run, and run once.
//!
//! Each case checks a model, takes the first counterexample as a file, inserts or removes
//! operations in the model (calls, threads, links, faults, or the whole driver around the engine
//! calls), and replays the old file on the new model. Nothing is recorded again.

mod blind;
mod known;

use selvedge::check::Request;
use selvedge::check::check;
use selvedge::explore::Unwatched;
use selvedge::replay::Ending;
use selvedge::replay::RecordedSchedule;
use selvedge::replay::Replay;
use selvedge::replay::replay;
use selvedge::runtime::Waits;
use selvedge::scenario::Scenario;
use selvedge::strategy::Strategy;

const SHARED: &str = "shared-handle";

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
        let smaller = scenario.without(&first.explained.omitted).unwrap();
        let case = selvedge::case::Case {
            scenario: &smaller,
            strategy: &strategy,
            waits: self.waits,
            circumstances: &first.circumstances,
        };
        let of = RecordedSchedule::of(case, broken, &first.execution);
        let text = of.to_file_text(&smaller);
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

/// The cases whose schedule does not show its violation any more, and how it ends.
fn lost(cases: &[Case]) -> Vec<(&'static str, Ending)> {
    let endings = cases.iter().map(|case| (case.what, case.replayed().ending));
    let is_lost = |(_, ending): &(_, Ending)| !matches!(ending, Ending::Reproduced(_));
    endings.filter(is_lost).collect()
}
