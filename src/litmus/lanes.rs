//! An execution of a program as a table: a row for each step, a lane for each thread.
//!
//! Where the lanes would be too wide for a reader, one column names the thread instead.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::execution::Access;
use crate::execution::Blocked;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::ObjectId;
use crate::execution::Operation;
use crate::execution::Step;
use crate::execution::StepResult;
use crate::execution::ThreadId;
use crate::execution::Verb;
use crate::report::Cell;
use crate::report::Grid;
use crate::report::Look;
use crate::report::Tone;
use crate::report::visible;

use super::Finding;

/// How many columns the lanes may take.
const WIDTH: usize = 100;

/// The table, with a line end behind each row.
pub(super) fn table(finding: &Finding) -> String {
    let teller = Teller {
        execution: &finding.execution,
        finding,
    };
    let lines = teller.lines();
    let columns: Vec<ThreadId> = lines
        .iter()
        .flat_map(|line| &line.sayings)
        .map(|saying| saying.0)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let wide = teller.wide(&lines, &columns);
    let fits = width(&wide) <= WIDTH;
    let rows = if fits { wide } else { teller.narrow(&lines) };
    let mut out = Vec::new();
    let grid = Grid::for_rows(&rows, 2, &Look::PLAIN.wide(WIDTH + 2));
    grid.rows(&mut out, &rows)
        .expect("writing to memory does not fail");
    String::from_utf8(out).expect("a grid writes text")
}

/// What the program calls an object, or else its kind, who made it and the how-manieth it was.
pub(super) fn called(object: ObjectId, names: &BTreeMap<ObjectId, String>) -> String {
    let name = names.get(&object);
    name.map_or_else(|| object.to_string(), |name| visible(name).into_owned())
}

/// An operation on an object that is called so: what it does, and what it waits for beside.
pub(super) fn does(operation: Operation, names: &BTreeMap<ObjectId, String>) -> String {
    let title = operation.verb.title();
    let object = operation.object.map(|object| called(object, names));
    match (operation.verb, object, operation.argument) {
        (Verb::Retry, None, _) => format!("{title}: the round looks at nothing that is shared"),
        (Verb::Retry, Some(object), 1) => format!("{title} ({object} or another object)"),
        (Verb::Retry, Some(object), others @ 2..) => {
            format!("{title} ({object} or {others} other objects)")
        }
        (_, Some(object), _) => format!("{title} {object}"),
        (_, None, _) => title.to_owned(),
    }
}

/// How wide the rows are if nothing is wrapped.
fn width(rows: &[Vec<Cell>]) -> usize {
    let count = rows.first().map_or(0, Vec::len);
    let widest = |column: usize| rows.iter().map(|row| row[column].width() + 2).max();
    (0..count).filter_map(widest).sum()
}

/// One row: what is said in the lanes, the main thing first.
struct Line {
    step: Option<usize>,
    sayings: Vec<(ThreadId, String)>,
}

struct Teller<'f> {
    execution: &'f Execution,
    finding: &'f Finding,
}

impl Teller<'_> {
    fn lines(&self) -> Vec<Line> {
        let steps = self.execution.steps.iter().enumerate();
        let line = |(index, step): (usize, &Step)| {
            let main = (step.thread, self.step(index, step));
            Line {
                step: Some(index + 1),
                sayings: std::iter::once(main).chain(self.switch(index)).collect(),
            }
        };
        steps.map(line).chain(self.end()).collect()
    }

    /// A column for each thread.
    fn wide(&self, lines: &[Line], columns: &[ThreadId]) -> Vec<Vec<Cell>> {
        let title = |&thread: &ThreadId| Cell::plain(self.name(thread));
        let header = std::iter::once(Cell::right(Tone::Plain, "step"));
        let header = header.chain(columns.iter().map(title)).collect();
        let row = |line: &Line| {
            let mut cells = vec![Cell::default(); columns.len() + 1];
            cells[0] = number(line);
            for (thread, text) in &line.sayings {
                let column = columns
                    .binary_search(thread)
                    .expect("who speaks has a lane");
                cells[column + 1] = Cell::plain(text.as_str());
            }
            cells
        };
        std::iter::once(header)
            .chain(lines.iter().map(row))
            .collect()
    }

    /// A column that names the thread.
    fn narrow(&self, lines: &[Line]) -> Vec<Vec<Cell>> {
        let header = [
            Cell::right(Tone::Plain, "step"),
            Cell::plain("thread"),
            Cell::plain("what happens"),
        ];
        let mut rows = vec![header.to_vec()];
        for line in lines {
            for (place, (thread, text)) in line.sayings.iter().enumerate() {
                let number = if place == 0 {
                    number(line)
                } else {
                    Cell::default()
                };
                let cells = [number, Cell::plain(self.name(*thread)), Cell::plain(text)];
                rows.push(cells.to_vec());
            }
        }
        rows
    }

    fn name(&self, thread: ThreadId) -> String {
        let name = self.finding.threads.get(thread.index());
        name.map_or_else(|| thread.to_string(), Clone::clone)
    }

    fn step(&self, index: usize, step: &Step) -> String {
        let mut text = self.operation(step.operation);
        if let Some(said) = self.result(index, step) {
            text.push_str(&said);
        }
        if step.expired {
            text.push_str(" (expired)");
        }
        text
    }

    fn operation(&self, operation: Operation) -> String {
        let verb = operation.verb;
        match (verb, operation.object) {
            (Verb::Spawn, _) => {
                let index = usize::try_from(operation.argument).expect("below 64");
                format!("spawn {}", self.name(ThreadId::new(index)))
            }
            (Verb::Finish, _) => "finish".to_owned(),
            (Verb::Join, Some(object)) => format!("join {}", self.joined(object)),
            (_, _) => does(operation, &self.finding.names),
        }
    }

    /// The name of the thread whose end the object is, if it came to its end.
    fn joined(&self, object: ObjectId) -> String {
        let finish = |step: &&Step| {
            step.operation.verb == Verb::Finish && step.operation.object == Some(object)
        };
        let finished = self.execution.steps.iter().find(finish);
        finished.map_or_else(|| object.to_string(), |step| self.name(step.thread))
    }

    fn result(&self, index: usize, step: &Step) -> Option<String> {
        let value = match step.result {
            StepResult::Value(value) => Some(value),
            StepResult::Done | StepResult::Status(_) => None,
        };
        match (step.operation.verb, value) {
            (Verb::Choose, _) => Some(format!(" = {}", step.alternative)),
            (Verb::Load | Verb::SpinLoad, value) => {
                let value = value.map_or_else(String::new, |value| format!(" = {value}"));
                Some(format!("{value}{}", self.source(index, step)))
            }
            (Verb::Store | Verb::Update, Some(value)) => Some(format!(" := {value}")),
            (Verb::TryLock | Verb::Swap, Some(0)) => {
                Some(format!(" refused{}", self.source(index, step)))
            }
            (Verb::NotifyOne | Verb::NotifyAll, Some(0)) => Some(" (nobody waits)".to_owned()),
            (_, _) => None,
        }
    }

    /// Which step wrote what this one saw.
    fn source(&self, index: usize, step: &Step) -> String {
        let Some(object) = step.operation.object else {
            return String::new();
        };
        let writes = |step: &Step| {
            let mut touches = step.footprint.iter();
            touches.any(|touch| touch.object == object && touch.access != Access::Read)
        };
        let source = self.execution.steps[..index].iter().rposition(writes);
        source.map_or_else(String::new, |source| format!(" (step {})", source + 1))
    }

    /// What became of the thread of the step before, if another one takes this step.
    fn switch(&self, index: usize) -> Option<(ThreadId, String)> {
        let (past, rest) = self.execution.steps.split_at(index);
        let (before, step) = (past.last()?.thread, rest.first()?);
        if before == step.thread {
            return None;
        }
        let goes_on = rest.iter().any(|step| step.thread == before) || self.is_stuck(before);
        let said = match (step.enabled.contains(before), goes_on) {
            (true, _) => "(preempted)",
            (false, true) => "(waits)",
            (false, false) => return None,
        };
        Some((before, said.to_owned()))
    }

    fn is_stuck(&self, thread: ThreadId) -> bool {
        let mut blocked = self.execution.end.blocked().iter();
        blocked.any(|blocked| blocked.thread == thread)
    }

    /// What keeps the execution from ending well.
    fn end(&self) -> Option<Line> {
        let stuck = |blocked: &Blocked| {
            let operation = self.operation(blocked.operation);
            (blocked.thread, format!("stuck: {operation}"))
        };
        let sayings = match &self.execution.end {
            End::Deadlock(blocked) | End::Livelock(blocked) => blocked.iter().map(stuck).collect(),
            End::Panicked { thread, .. } => vec![(*thread, "panics".to_owned())],
            End::Finished | End::Redundant | End::StepLimit => return None,
        };
        Some(Line {
            step: None,
            sayings,
        })
    }
}

fn number(line: &Line) -> Cell {
    let text = line.step.map_or_else(String::new, |step| step.to_string());
    Cell::right(Tone::Plain, text)
}
