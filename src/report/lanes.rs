//! The lane table in a terminal: a column per thread, a row per step.
//!
//! Where the threads are too many for columns of a readable width, their lanes shrink to marks and
//! the text moves to one column on the right. A thread that never did anything has no lane.

use std::io;
use std::io::Write;

use crate::execution::Execution;
use crate::execution::Names;
use crate::execution::ThreadId;

use super::Charset;
use super::LaneTable;
use super::Look;
use super::Tone;
use super::grid::Cell;
use super::grid::Grid;
use super::grid::share;
use super::lane_cell::CellContent;
use super::lane_cell::LaneEntry;
use super::lane_cell::plain_ascii;
use super::rows::Row;

/// Below this width a lane is not readable: the longest names break more than once.
const LANE_MIN: usize = 18;

/// How much room the text has at least where the lanes are marks.
const TEXT_MIN: usize = 36;

/// How wide the column of step numbers is at least: room for the bound on steps, and a margin.
const NUMBER_MIN: usize = 6;

/// Writes the lane table of an execution whose threads and objects are called so.
///
/// # Errors
///
/// Those of `out`.
pub fn write_lanes(
    out: &mut dyn Write,
    execution: &Execution,
    names: &Names,
    look: &Look,
) -> io::Result<()> {
    let table = LaneTable::of(execution, names, look.detail);
    if table.rows.is_empty() {
        return writeln!(out, "  (no step was taken)");
    }
    let printer = Printer {
        number_width: number_width(&table),
        table: &table,
        look,
    };
    match printer.widths() {
        Some(widths) => printer.wide(out, &widths),
        None => printer.narrow(out),
    }
}

/// How wide the column of step numbers is.
fn number_width(table: &LaneTable<'_>) -> usize {
    let widths = table.rows.iter().map(|row| row.number().len());
    widths.max().unwrap_or(0).max(NUMBER_MIN)
}

struct Printer<'a> {
    table: &'a LaneTable<'a>,
    number_width: usize,
    look: &'a Look,
}

impl Printer<'_> {
    /// The text of a cell, in the characters that the reader has.
    fn text(&self, said: &CellContent) -> String {
        let words = self.table.words(said);
        match self.look.charset {
            Charset::Utf8 => words,
            Charset::Ascii => plain_ascii(&words).into_owned(),
        }
    }

    /// The widths of the lanes, if each gets a readable one.
    fn widths(&self) -> Option<Vec<usize>> {
        let titles = self
            .table
            .lanes
            .iter()
            .map(|lane| Cell::plain(lane.heading.as_str()).width());
        let mut wanted: Vec<usize> = titles.collect();
        for saying in self.table.rows.iter().flat_map(|row| &row.sayings) {
            let lane = self.table.lane(saying.thread);
            wanted[lane] = wanted[lane].max(Cell::plain(self.text(&saying.said)).width());
        }
        let budget = self.look.width.checked_sub(self.number_width + 2)?;
        share(&wanted, LANE_MIN, budget)
    }

    /// A column per thread.
    fn wide(&self, out: &mut dyn Write, columns: &[usize]) -> io::Result<()> {
        let widths = [&[self.number_width], columns].concat();
        let grid = Grid::new(widths, self.look.palette);
        let lanes = &self.table.lanes;
        let titles = lanes
            .iter()
            .map(|lane| Cell::new(Tone::Strong, lane.heading.as_str()));
        let header: Vec<Cell> = std::iter::once(Cell::right(Tone::Strong, "step"))
            .chain(titles)
            .collect();
        grid.row(out, &header)?;
        for row in &self.table.rows {
            let mut cells = vec![Cell::default(); lanes.len() + 1];
            cells[0] = Cell::right(Tone::Quiet, row.number());
            for saying in &row.sayings {
                let cell = Cell::new(saying.said.tone(), self.text(&saying.said));
                cells[1 + self.table.lane(saying.thread)] = cell;
            }
            grid.row(out, &cells)?;
        }
        Ok(())
    }

    /// A narrow column of marks per thread, and one column for what is said. Where even the marks
    /// take too much room, one column with the index of who acts stands for them.
    fn narrow(&self, out: &mut dyn Write) -> io::Result<()> {
        let lanes = &self.table.lanes;
        for lane in lanes {
            let (label, heading) = (&lane.label, &lane.heading);
            // A thread that has no title is told by its column alone.
            let title = heading.strip_prefix(label).unwrap_or_default();
            if !title.is_empty() {
                writeln!(out, "{:1$}{label} ={title}", "", self.number_width + 2)?;
            }
        }
        let labels = lanes
            .iter()
            .map(|lane| Cell::plain(lane.label.as_str()).width());
        let index_width = labels.max().unwrap_or(1);
        let marks_width = (index_width + 2) * lanes.len();
        let has_marks = self.number_width + 2 + marks_width + TEXT_MIN <= self.look.width;
        let marks = if has_marks {
            vec![index_width; lanes.len()]
        } else {
            vec![6]
        };
        let used = self.number_width + 2 + marks.iter().map(|width| width + 2).sum::<usize>();
        let text_width = self.look.width.saturating_sub(used).max(TEXT_MIN);
        let widths = [vec![self.number_width], marks, vec![text_width]].concat();
        let grid = Grid::new(widths, self.look.palette);
        grid.row(out, &self.narrow_header(has_marks))?;
        for row in &self.table.rows {
            let marks = if has_marks {
                let mark = |lane: &super::Lane| self.mark_of(row, lane.thread);
                lanes.iter().map(mark).collect()
            } else {
                let lane = self.table.lane(row.sayings[0].thread);
                vec![Cell::right(Tone::Plain, lanes[lane].label.as_str())]
            };
            let number = Cell::right(Tone::Quiet, row.number());
            grid.row(out, &[vec![number], marks, vec![self.line(row)]].concat())?;
        }
        Ok(())
    }

    fn narrow_header(&self, has_marks: bool) -> Vec<Cell> {
        let strong = |text: String| Cell::right(Tone::Strong, text);
        let titles = if has_marks {
            let lanes = self.table.lanes.iter();
            lanes.map(|lane| strong(lane.label.clone())).collect()
        } else {
            vec![strong("thread".into())]
        };
        let what = Cell::new(Tone::Strong, "what happens");
        [vec![strong("step".into())], titles, vec![what]].concat()
    }

    /// A mark for who acts, one for whom that preempts, one for whom it leaves waiting or ended.
    fn mark_of(&self, row: &Row, thread: ThreadId) -> Cell {
        let [acts, preempted, left, idle] = match self.look.charset {
            Charset::Ascii => ["*", "!", ".", "|"],
            Charset::Utf8 => ["\u{25cf}", "!", "\u{b7}", "\u{2502}"],
        };
        let place = row
            .sayings
            .iter()
            .position(|saying| saying.thread == thread);
        let (tone, mark) = match place.map(|place| (place, &row.sayings[place].said)) {
            None => (Tone::Quiet, idle),
            Some((0, said)) => (said.tone(), acts),
            Some((_, CellContent::Preempted)) => (Tone::Notable, preempted),
            Some(_) => (Tone::Quiet, left),
        };
        Cell::right(tone, mark)
    }

    /// The main saying of a row, and what became of the other thread.
    fn line(&self, row: &Row) -> Cell {
        let beside = |saying: &LaneEntry| {
            let text = self.text(&saying.said);
            let inner = text
                .strip_prefix('(')
                .and_then(|text| text.strip_suffix(')'));
            let happened = inner.unwrap_or(&text);
            let label = &self.table.lanes[self.table.lane(saying.thread)].label;
            format!("   ({label} {happened})")
        };
        let main = &row.sayings[0];
        let rest: String = row.sayings[1..].iter().map(beside).collect();
        Cell::new(main.said.tone(), format!("{}{rest}", self.text(&main.said)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::Access;
    use crate::execution::Blocked;
    use crate::execution::End;
    use crate::execution::Fact;
    use crate::execution::Footprint;
    use crate::execution::Misuse;
    use crate::execution::ObjectId;
    use crate::execution::ObjectKind;
    use crate::execution::Operation;
    use crate::execution::Step;
    use crate::execution::StepResult;
    use crate::execution::Touch;
    use crate::execution::Verb;
    use crate::report::Palette;
    use crate::report::sample;
    use crate::status::NtStatus;

    fn printed(execution: &Execution, names: &Names, width: usize) -> String {
        let mut out = Vec::new();
        write_lanes(&mut out, execution, names, &Look::PLAIN.wide(width)).unwrap();
        // Golden texts start on a line of their own.
        format!("\n{}", String::from_utf8(out).unwrap())
    }

    fn step(thread: usize, verb: Verb, enabled: &[usize]) -> Step {
        let mut step = sample::race().steps[0];
        step.thread = ThreadId::new(thread);
        let object = ObjectId::initial(ObjectKind::ProviderLock, 2);
        step.operation = Operation::on(verb, object);
        // It depends on every other, and nothing of it is to be seen.
        let access = Access::Release;
        step.footprint = Footprint::of(&[Touch { object, access }]).unwrap();
        step.enabled = enabled.iter().copied().map(ThreadId::new).collect();
        step.result = StepResult::Done;
        step
    }

    #[test]
    fn the_race_reads_from_top_to_bottom_in_80_columns() {
        assert_eq!(
            printed(&sample::race(), &sample::names(), 80),
            r"
  step  0 CONNECT4                       1 CONNECT6
     1  FwpmTransactionBegin session 0
     2  (preempted)                      FwpmTransactionBegin session 0
                                         -> TXN_IN_PROGRESS (sees step 1)
                                         returns errno 22, expected 0
                                         (TXN_IN_PROGRESS)
     3  FwpmFilterAdd session 0 #0       (finished)
     4  FwpmFilterAdd session 0 #1
     5  FwpmTransactionCommit session 0
        +2 filters
        returns 0
"
        );
    }

    #[test]
    fn a_wide_window_is_not_filled_for_its_own_sake() {
        let wide = printed(&sample::race(), &sample::names(), 200);

        let refused = "FwpmTransactionBegin session 0 -> TXN_IN_PROGRESS (sees step 1)\n";
        let longest = wide.lines().map(str::len).max();
        assert_eq!(longest, Some(41 + refused.len() - 1));
        assert!(
            wide.contains(&format!("     2  (preempted){:22}{refused}", "")),
            "{wide}"
        );
    }

    /// Ten lanes do not fit into 80 columns as columns of text.
    #[test]
    fn many_threads_have_lanes_of_marks() {
        let mut execution = Execution::empty();
        execution.steps = (0..10)
            .map(|thread| step(thread, Verb::ProviderAcquire, &[0, 1, 2]))
            .collect();
        let names = (0..10).map(|thread| format!("thread {thread}"));
        let names = Names::of_titles(names.collect());

        assert_eq!(
            printed(&execution, &names, 80),
            r"
        0 = thread 0
        1 = thread 1
        2 = thread 2
        3 = thread 3
        4 = thread 4
        5 = thread 5
        6 = thread 6
        7 = thread 7
        8 = thread 8
        9 = thread 9
  step  0  1  2  3  4  5  6  7  8  9  what happens
     1  *  |  |  |  |  |  |  |  |  |  ExAcquirePushLockExclusive
     2  !  *  |  |  |  |  |  |  |  |  ExAcquirePushLockExclusive (0 preempted)
     3  |  !  *  |  |  |  |  |  |  |  ExAcquirePushLockExclusive (1 preempted)
     4  |  |  !  *  |  |  |  |  |  |  ExAcquirePushLockExclusive (2 preempted)
     5  |  |  |  .  *  |  |  |  |  |  ExAcquirePushLockExclusive (3 finished)
     6  |  |  |  |  .  *  |  |  |  |  ExAcquirePushLockExclusive (4 finished)
     7  |  |  |  |  |  .  *  |  |  |  ExAcquirePushLockExclusive (5 finished)
     8  |  |  |  |  |  |  .  *  |  |  ExAcquirePushLockExclusive (6 finished)
     9  |  |  |  |  |  |  |  .  *  |  ExAcquirePushLockExclusive (7 finished)
    10  |  |  |  |  |  |  |  |  .  *  ExAcquirePushLockExclusive (8 finished)
"
        );
    }

    #[test]
    fn where_even_marks_do_not_fit_the_thread_is_named() {
        let mut execution = Execution::empty();
        execution.steps = (0..64)
            .map(|thread| step(thread, Verb::ProviderAcquire, &[]))
            .collect();
        let text = printed(&execution, &Names::default(), 80);

        assert!(text.lines().all(|line| line.len() <= 80), "{text}");
        assert!(
            text.contains("    64      63  ExAcquirePushLockExclusive (62 finished)\n"),
            "{text}"
        );
    }

    #[test]
    fn a_deadlock_ends_with_what_each_thread_waits_for() {
        let mut execution = Execution::empty();
        execution.steps = vec![
            step(0, Verb::ProviderAcquire, &[0, 1]),
            step(1, Verb::GuardAcquire, &[1]),
        ];
        execution.end = End::Deadlock(vec![
            Blocked {
                thread: ThreadId::new(0),
                operation: execution.steps[1].operation,
            },
            Blocked {
                thread: ThreadId::new(1),
                operation: execution.steps[0].operation,
            },
        ]);

        assert_eq!(
            printed(&execution, &sample::names(), 100),
            r"
  step  0 CONNECT4                                     1 CONNECT6
     1  ExAcquirePushLockExclusive
     2  (waits for provider-lock 2)                    acquire engine guard
        waits for ever: acquire engine guard           waits for ever: ExAcquirePushLockExclusive
        provider-lock 2                                provider-lock 2
"
        );
    }

    #[test]
    fn choices_faults_expiry_misuse_and_panics_are_told() {
        let mut execution = Execution::empty();
        let mut fault = step(0, Verb::Fault, &[0]);
        fault.alternative = 1;
        let mut begin = step(0, Verb::Begin, &[0]);
        begin.expired = true;
        begin.result = StepResult::Status(NtStatus::TIMEOUT);
        let mut load = step(0, Verb::Load, &[0]);
        load.result = StepResult::Value(7);
        execution.steps = vec![fault, begin, load];
        execution.facts = vec![
            sample::fact(
                0,
                0,
                Fact::CallBegins {
                    call: 0,
                    attaches: true,
                },
            ),
            sample::fact(1, 0, Fact::FaultInjected),
            sample::fact(2, 0, sample::returns(22, NtStatus::TIMEOUT)),
            sample::fact(
                2,
                0,
                Fact::CallBegins {
                    call: 1,
                    attaches: true,
                },
            ),
            sample::fact(3, 0, Fact::Misused(Misuse::OverRelease)),
        ];
        execution.end = End::Panicked {
            thread: ThreadId::new(0),
            message: "no\u{7} such\nlink".into(),
        };

        assert_eq!(
            printed(&execution, &sample::names(), 100),
            r"
  step  0 CONNECT4
     1  inject a fault? yes
        fault injected
     2  FwpmTransactionBegin (expired) -> TIMEOUT
        call 0: returns errno 22 (TIMEOUT)
     3  load = 7
        MISUSE: a reference released more often than acquired
        panics: no� such link
"
        );
    }

    #[test]
    fn an_execution_of_no_step_says_so() {
        assert_eq!(
            printed(&Execution::empty(), &Names::default(), 80),
            "\n  (no step was taken)\n"
        );
    }

    #[test]
    fn colour_is_the_only_difference_that_the_palette_makes() {
        let mut out = Vec::new();
        let look = Look {
            palette: Palette::COLOURED,
            ..Look::PLAIN
        };
        write_lanes(&mut out, &sample::race(), &sample::names(), &look).unwrap();
        let coloured = String::from_utf8(out).unwrap();

        assert!(coloured.contains('\u{1b}'));
        let stripped = anstream::adapter::strip_str(&coloured).to_string();
        assert_eq!(
            format!("\n{stripped}"),
            printed(&sample::race(), &sample::names(), 100)
        );
    }
}
