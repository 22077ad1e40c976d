//! Rows that say little, told as one: so that 200 steps stay readable.
//!
//! Folded are what a thread does over and over (a loop that spins or tries again), and runs of
//! steps that no step of another thread depends on, wherever it stands. Never folded are steps that
//! fail, expire, choose, or see another thread's write, and the rows between the steps.

use crate::execution::Execution;

use super::Tone;
use super::holds::independent;
use super::lane_cell::CellContent;
use super::lane_cell::Fold;
use super::lane_cell::LaneEntry;
use super::lane_cell::StepCell;
use super::rows::Row;

/// How many steps a run has at least that is folded.
const RUN_MIN: usize = 3;

/// How many steps a loop has at most that is recognised.
const PERIOD_MAX: usize = 16;

/// How often a loop comes at least that is folded, the first time included.
const TIMES_MIN: usize = 3;

/// The rows with loops and runs folded.
pub(super) fn folded(rows: &[Row], execution: &Execution) -> Vec<Row> {
    runs(&loops(rows), &independent(execution))
}

/// A row that is one step and says nothing else.
fn lone(row: &Row) -> Option<(&LaneEntry, &StepCell)> {
    match (&row.sayings[..], row.steps) {
        ([saying], Some(_)) => act(saying),
        _ => None,
    }
}

fn act(saying: &LaneEntry) -> Option<(&LaneEntry, &StepCell)> {
    if let CellContent::Step(act) = &saying.said {
        Some((saying, act))
    } else {
        None
    }
}

/// Whether two rows are the same step at another time.
fn same(one: &Row, other: &Row) -> bool {
    match (lone(one), lone(other)) {
        (Some((a, first)), Some((b, second))) => {
            a.thread == b.thread && first.blind() == second.blind()
        }
        (_, _) => false,
    }
}

/// How often, the first time included, the `period` rows at `start` come one after another.
fn times(rows: &[Row], start: usize, period: usize) -> usize {
    let is_again = |place: usize| {
        let row = rows.get(place + period);
        row.is_some_and(|row| same(&rows[place], row))
    };
    let alike = (start..rows.len())
        .take_while(|&place| is_again(place))
        .count();
    1 + alike / period
}

fn loops(rows: &[Row]) -> Vec<Row> {
    let mut folded = Vec::new();
    let mut start = 0;
    while start < rows.len() {
        let repeats = |period: &usize| times(rows, start, *period) >= TIMES_MIN;
        let period =
            (1..=PERIOD_MAX).find(|period| lone(&rows[start]).is_some() && repeats(period));
        let Some(period) = period else {
            folded.push(rows[start].clone());
            start += 1;
            continue;
        };
        let times = times(rows, start, period);
        folded.extend_from_slice(&rows[start..start + period]);
        let end = start + period * times;
        folded.push(together(
            &rows[start + period..end],
            CellContent::Folded(Fold::Again {
                period,
                times: times - 1,
            }),
        ));
        start = end;
    }
    folded
}

/// One row for several, in the lane of the first.
fn together(rows: &[Row], said: CellContent) -> Row {
    let mut sayings = rows[0].sayings.clone();
    sayings[0].said = said;
    let first = rows[0].steps.map(|(first, _)| first);
    let last = rows[rows.len() - 1].steps.map(|(_, last)| last);
    Row {
        steps: first.zip(last),
        sayings,
    }
}

fn runs(rows: &[Row], independent: &[bool]) -> Vec<Row> {
    let is_quiet = |row: &Row| {
        let step = row.steps.filter(|(first, last)| first == last);
        let is_own = step.is_some_and(|(step, _)| independent[step - 1]);
        is_own
            && act(&row.sayings[0]).is_some_and(|(saying, act)| {
                saying.said.tone() == Tone::Plain && act.sees.is_none() && act.status.is_none()
            })
    };
    // A row may begin a run although it says more, but not go on with one.
    let goes_on = |before: &Row, row: &Row| {
        let same_thread = before.sayings[0].thread == row.sayings[0].thread;
        is_quiet(before) && is_quiet(row) && row.sayings.len() == 1 && same_thread
    };
    let mut folded = Vec::new();
    for run in rows.chunk_by(goes_on) {
        let ends = (lone_or_first(&run[0]), lone_or_first(&run[run.len() - 1]));
        match ends {
            (Some(first), Some(last)) if run.len() >= RUN_MIN => {
                let count = run.len();
                folded.push(together(
                    run,
                    CellContent::Folded(Fold::Own { count, first, last }),
                ));
            }
            (_, _) => folded.extend_from_slice(run),
        }
    }
    folded
}

fn lone_or_first(row: &Row) -> Option<StepCell> {
    act(&row.sayings[0]).map(|(_, act)| *act)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::Access;
    use crate::execution::Footprint;
    use crate::execution::Names;
    use crate::execution::ObjectId;
    use crate::execution::ObjectKind;
    use crate::execution::Operation;
    use crate::execution::Step;
    use crate::execution::StepResult;
    use crate::execution::ThreadId;
    use crate::execution::Touch;
    use crate::execution::Verb;
    use crate::report::grid::GLUE;
    use crate::report::rows::tell;
    use crate::report::sample;

    fn step(thread: usize, verb: Verb, object: u16, access: Access) -> Step {
        let object = ObjectId::initial(ObjectKind::Variable, object);
        Step {
            thread: ThreadId::new(thread),
            operation: Operation::on(verb, object),
            footprint: Footprint::of(&[Touch { object, access }]).unwrap(),
            result: StepResult::Done,
            ..sample::race().steps[0]
        }
    }

    fn told(steps: Vec<Step>) -> Vec<(Option<(usize, usize)>, String)> {
        let mut execution = Execution::empty();
        execution.steps = steps;
        let rows = folded(&tell(&execution, &Names::default()), &execution);
        rows.iter()
            .map(|row| {
                let words = row.sayings[0].said.words(&Names::default());
                (row.steps, words.replace(GLUE, " "))
            })
            .collect()
    }

    /// Thread 1 stores once; thread 0 swaps and loads in vain, twelve times. The first swap is a
    /// row of its own, because it sees the store.
    #[test]
    fn a_loop_is_told_once_and_counted() {
        let mut steps = vec![step(1, Verb::Store, 0, Access::Write)];
        for _ in 0..12 {
            steps.push(step(0, Verb::Swap, 0, Access::Read));
            steps.push(step(0, Verb::Load, 0, Access::Read));
        }
        steps.push(step(1, Verb::Store, 0, Access::Write));

        let told = told(steps);

        let texts: Vec<&str> = told.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "store",
                "compare-and-swap (sees step 1)",
                "load",
                "compare-and-swap",
                "the same 2 steps 10 times more",
                "load",
                "store",
            ]
        );
    }

    #[test]
    fn a_run_that_no_one_depends_on_is_one_row() {
        let own = |object| step(0, Verb::Store, object, Access::Write);
        let told = told(vec![
            own(1),
            own(2),
            own(3),
            own(0),
            step(1, Verb::Load, 0, Access::Read),
        ]);

        let expected = [
            (Some((1, 3)), "3 steps of its own: store \u{2026} store"),
            (Some((4, 4)), "store variable 0"),
            (Some((5, 5)), "load (sees step 4)"),
        ];
        assert_eq!(told, expected.map(|(steps, text)| (steps, text.to_owned())));
    }
}
