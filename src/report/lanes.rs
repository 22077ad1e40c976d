//! The lane table of an execution: a column per thread, a row per step.
//!
//! Where the threads are too many for columns of a readable width, their lanes shrink to marks and
//! the text moves to one column on the right. A thread that never did anything has no lane.

use std::collections::BTreeSet;
use std::io;
use std::io::Write;

use crate::execution::Execution;
use crate::execution::ThreadId;

use super::Look;
use super::Tone;
use super::grid::Cell;
use super::grid::Grid;
use super::grid::share;
use super::story::Line;
use super::story::Saying;
use super::story::tell;
use super::words::visible;

/// Below this width a lane is not readable: the longest names break more than once.
const LANE_MIN: usize = 18;

/// How much room the text has at least where the lanes are marks.
const TEXT_MIN: usize = 36;

/// How wide the column of step numbers is: room for the bound on steps, and a margin.
const NUMBER_WIDTH: usize = 6;

/// Writes the lane table. `threads` has the name of each thread by index; a missing one is empty.
///
/// # Errors
///
/// Those of `out`.
pub fn write_lanes(
    out: &mut dyn Write,
    execution: &Execution,
    threads: &[String],
    look: &Look,
) -> io::Result<()> {
    let lines = tell(execution);
    let seen: BTreeSet<ThreadId> = lines
        .iter()
        .flat_map(|line| &line.sayings)
        .map(|saying| saying.thread)
        .collect();
    let table = LaneTable {
        lanes: seen.into_iter().collect(),
        threads,
        look,
    };
    match table.widths(&lines) {
        _ if lines.is_empty() => writeln!(out, "  (no step was taken)"),
        Some(widths) => table.wide(out, &lines, &widths),
        None => table.narrow(out, &lines),
    }
}

struct LaneTable<'a> {
    /// The threads that have a lane, ascending.
    lanes: Vec<ThreadId>,
    threads: &'a [String],
    look: &'a Look,
}

impl LaneTable<'_> {
    /// The widths of the lanes, if each gets a readable one.
    fn widths(&self, lines: &[Line]) -> Option<Vec<usize>> {
        let mut wanted: Vec<usize> = self
            .lanes
            .iter()
            .map(|&thread| Cell::plain(self.title(thread)).width())
            .collect();
        for saying in lines.iter().flat_map(|line| &line.sayings) {
            let lane = self.lane(saying.thread);
            wanted[lane] = wanted[lane].max(Cell::plain(saying.text.as_str()).width());
        }
        let budget = self.look.width.checked_sub(NUMBER_WIDTH + 2)?;
        share(&wanted, LANE_MIN, budget)
    }

    /// A column per thread.
    fn wide(&self, out: &mut dyn Write, lines: &[Line], columns: &[usize]) -> io::Result<()> {
        let widths = [&[NUMBER_WIDTH], columns].concat();
        let grid = Grid::new(widths, self.look.palette);
        let titles = self
            .lanes
            .iter()
            .map(|&thread| Cell::new(Tone::Strong, self.title(thread)));
        let header: Vec<Cell> = std::iter::once(Cell::right(Tone::Strong, "step"))
            .chain(titles)
            .collect();
        grid.row(out, &header)?;
        for line in lines {
            let mut cells = vec![Cell::default(); self.lanes.len() + 1];
            cells[0] = number(line);
            for saying in &line.sayings {
                cells[1 + self.lane(saying.thread)] = Cell::new(saying.tone, saying.text.as_str());
            }
            grid.row(out, &cells)?;
        }
        Ok(())
    }

    /// A narrow column of marks per thread, and one column for what is said. Where even the marks
    /// take too much room, one column with the index of who acts stands for them.
    fn narrow(&self, out: &mut dyn Write, lines: &[Line]) -> io::Result<()> {
        for &thread in &self.lanes {
            writeln!(
                out,
                "{:1$}{thread} = {name}",
                "",
                NUMBER_WIDTH + 2,
                name = self.name(thread)
            )?;
        }
        let index_width = self.lanes.last().map_or(1, |last| last.to_string().len());
        let marks_width = (index_width + 2) * self.lanes.len();
        let has_marks = NUMBER_WIDTH + 2 + marks_width + TEXT_MIN <= self.look.width;
        let marks = if has_marks {
            vec![index_width; self.lanes.len()]
        } else {
            vec![6]
        };
        let used: usize = NUMBER_WIDTH + 2 + marks.iter().map(|width| width + 2).sum::<usize>();
        let text_width = self.look.width.saturating_sub(used).max(TEXT_MIN);
        let widths = [vec![NUMBER_WIDTH], marks, vec![text_width]].concat();
        let grid = Grid::new(widths, self.look.palette);

        let strong = |text: String| Cell::right(Tone::Strong, text);
        let titles = if has_marks {
            self.lanes
                .iter()
                .map(|thread| strong(thread.to_string()))
                .collect()
        } else {
            vec![strong("thread".into())]
        };
        let what = Cell::new(Tone::Strong, "what happens");
        grid.row(
            out,
            &[vec![strong("step".into())], titles, vec![what]].concat(),
        )?;
        for line in lines {
            let marks = if has_marks {
                let mark = |&thread: &ThreadId| mark_of(line, thread);
                self.lanes.iter().map(mark).collect()
            } else {
                vec![Cell::right(Tone::Plain, line.sayings[0].thread.to_string())]
            };
            grid.row(out, &[vec![number(line)], marks, vec![said(line)]].concat())?;
        }
        Ok(())
    }

    fn lane(&self, thread: ThreadId) -> usize {
        self.lanes
            .binary_search(&thread)
            .expect("every thread that says something has a lane")
    }

    fn title(&self, thread: ThreadId) -> String {
        format!("{thread} {}", self.name(thread))
            .trim_end()
            .to_owned()
    }

    fn name(&self, thread: ThreadId) -> String {
        visible(self.threads.get(thread.index()).map_or("", String::as_str)).into_owned()
    }
}

fn number(line: &Line) -> Cell {
    Cell::right(
        Tone::Quiet,
        line.step.map_or(String::new(), |step| step.to_string()),
    )
}

/// `*` for who acts, `!` for whom that preempts, `.` for whom it leaves waiting.
fn mark_of(line: &Line, thread: ThreadId) -> Cell {
    let place = line
        .sayings
        .iter()
        .position(|saying| saying.thread == thread);
    let (tone, mark) = match place.map(|place| (place, line.sayings[place].tone)) {
        None => (Tone::Quiet, "|"),
        Some((0, tone)) => (tone, "*"),
        Some((_, Tone::Notable)) => (Tone::Notable, "!"),
        Some(_) => (Tone::Quiet, "."),
    };
    Cell::right(tone, mark)
}

/// The main saying of a line, and what became of the other thread.
fn said(line: &Line) -> Cell {
    let beside = |saying: &Saying| {
        let happened = saying.text.trim_matches(['(', ')']);
        format!("   ({} {happened})", saying.thread)
    };
    let main = &line.sayings[0];
    let rest: String = line.sayings[1..].iter().map(beside).collect();
    Cell::new(main.tone, format!("{}{rest}", main.text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::Blocked;
    use crate::execution::End;
    use crate::execution::Fact;
    use crate::execution::Misuse;
    use crate::execution::ObjectId;
    use crate::execution::ObjectKind;
    use crate::execution::Operation;
    use crate::execution::Step;
    use crate::execution::StepResult;
    use crate::execution::Verb;
    use crate::report::Palette;
    use crate::report::sample;
    use crate::status::NtStatus;

    fn printed(execution: &Execution, names: &[String], width: usize) -> String {
        let mut out = Vec::new();
        write_lanes(&mut out, execution, names, &Look::PLAIN.wide(width)).unwrap();
        // Golden texts start on a line of their own.
        format!("\n{}", String::from_utf8(out).unwrap())
    }

    fn step(thread: usize, verb: Verb, enabled: &[usize]) -> Step {
        let mut step = sample::race().steps[0];
        step.thread = ThreadId::new(thread);
        step.operation = Operation::on(verb, ObjectId::initial(ObjectKind::ProviderLock, 2));
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
                                         -> TXN_IN_PROGRESS
                                         returns errno 22, expected 0
                                         (TXN_IN_PROGRESS)
     3  FwpmFilterAdd session 0 #0
     4  FwpmFilterAdd session 0 #1
     5  FwpmTransactionCommit session 0
        +2 filters
        returns 0
"
        );
    }

    #[test]
    fn a_wide_window_is_not_filled_for_its_own_sake() {
        assert_eq!(
            printed(&sample::race(), &sample::names(), 200),
            r"
  step  0 CONNECT4                       1 CONNECT6
     1  FwpmTransactionBegin session 0
     2  (preempted)                      FwpmTransactionBegin session 0 -> TXN_IN_PROGRESS
                                         returns errno 22, expected 0 (TXN_IN_PROGRESS)
     3  FwpmFilterAdd session 0 #0
     4  FwpmFilterAdd session 0 #1
     5  FwpmTransactionCommit session 0
        +2 filters
        returns 0
"
        );
    }

    /// Ten lanes do not fit into 80 columns as columns of text.
    #[test]
    fn many_threads_have_lanes_of_marks() {
        let mut execution = Execution::empty();
        execution.steps = (0..10)
            .map(|thread| step(thread, Verb::ProviderAcquire, &[0, 1, 2]))
            .collect();
        let names: Vec<String> = (0..10).map(|thread| format!("thread {thread}")).collect();

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
     5  |  |  |  |  *  |  |  |  |  |  ExAcquirePushLockExclusive
     6  |  |  |  |  |  *  |  |  |  |  ExAcquirePushLockExclusive
     7  |  |  |  |  |  |  *  |  |  |  ExAcquirePushLockExclusive
     8  |  |  |  |  |  |  |  *  |  |  ExAcquirePushLockExclusive
     9  |  |  |  |  |  |  |  |  *  |  ExAcquirePushLockExclusive
    10  |  |  |  |  |  |  |  |  |  *  ExAcquirePushLockExclusive
"
        );
    }

    #[test]
    fn where_even_marks_do_not_fit_the_thread_is_named() {
        let mut execution = Execution::empty();
        execution.steps = (0..64)
            .map(|thread| step(thread, Verb::ProviderAcquire, &[]))
            .collect();
        let text = printed(&execution, &[], 80);

        assert!(text.lines().all(|line| line.len() <= 80), "{text}");
        assert!(
            text.contains("    64      63  ExAcquirePushLockExclusive\n"),
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
     2  (waits)                                        acquire engine guard
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
            sample::fact(0, 0, Fact::CallBegins { call: 0 }),
            sample::fact(1, 0, Fact::FaultInjected),
            sample::fact(2, 0, sample::returns(22, NtStatus::TIMEOUT)),
            sample::fact(2, 0, Fact::CallBegins { call: 1 }),
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
            printed(&Execution::empty(), &[], 80),
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
