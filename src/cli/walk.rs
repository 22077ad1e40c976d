//! `selvedge replay --step`: a walk through a schedule by commands, a line each.
//!
//! The commands come from stdin, be it a keyboard, a pipe or a file; a prompt is shown only to a
//! keyboard. A line that is no command is said, changes nothing, and makes the exit code that of
//! bad input. The end of the input ends the walk.

use std::io;
use std::io::BufRead;
use std::io::Write;

use crate::execution::Names;
use crate::execution::StepDisplay;
use crate::execution::THREADS_MAX;
use crate::execution::ThreadId;
use crate::execution::visible;
use crate::replay::PendingStep;
use crate::replay::Place;
use crate::replay::RecordedSchedule;
use crate::replay::Refusal;
use crate::replay::Stepper;
use crate::report::Look;
use crate::report::State;
use crate::report::Tone;
use crate::report::write_lanes;
use crate::scenario::Scenario;

use super::exit::Exit;

const HELP: &str = "\
  n [COUNT]        next: one step forward, or so many; an empty line is `n`
  b [COUNT]        back
  g STEP           go to where so many steps were taken: g 0 is the start, g end the end
  t THREAD [ALT]   go on with this thread, and forget what was to follow; ALT is the alternative:
                   1 is an injected fault, or the expiry of a wait
  w                who can go on here, and with what
  s                state: what is held, open and installed
  p                properties: what is broken
  l                lanes: the lane table up to here
  q                quit
  ?, help          this list";

/// One command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Command {
    Next(usize),
    Back(usize),
    Go(usize),
    Thread(ThreadId, Option<u8>),
    Who,
    State,
    Properties,
    Lanes,
    Quit,
    Help,
}

/// What is wrong with a line, as the end of a sentence.
fn parse(line: &str) -> Result<Command, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let number = |text: &str| {
        let number = text.parse::<usize>().ok();
        number.ok_or_else(|| format!("`{text}` is not a number"))
    };
    match words[..] {
        [] | ["n"] => Ok(Command::Next(1)),
        ["n", count] => number(count).map(Command::Next),
        ["b"] => Ok(Command::Back(1)),
        ["b", count] => number(count).map(Command::Back),
        ["g", "end"] => Ok(Command::Go(usize::MAX)),
        ["g", step] => number(step).map(Command::Go),
        ["t", thread] => Ok(Command::Thread(thread_of(thread)?, None)),
        ["t", thread, alternative] => {
            let chosen = number(alternative)?;
            let wrong = || format!("`{alternative}` is not an alternative");
            let chosen = u8::try_from(chosen).map_err(|_| wrong())?;
            Ok(Command::Thread(thread_of(thread)?, Some(chosen)))
        }
        ["w"] => Ok(Command::Who),
        ["s"] => Ok(Command::State),
        ["p"] => Ok(Command::Properties),
        ["l"] => Ok(Command::Lanes),
        ["q"] => Ok(Command::Quit),
        ["?" | "h" | "help"] => Ok(Command::Help),
        _ => Err(format!(
            "`{}` is not a command; `?` lists them",
            line.trim()
        )),
    }
}

fn thread_of(text: &str) -> Result<ThreadId, String> {
    let index = text
        .parse::<usize>()
        .ok()
        .filter(|&index| index < THREADS_MAX);
    let thread = index.map(ThreadId::new);
    thread.ok_or_else(|| format!("`{text}` is not a thread"))
}

/// Where the commands come from.
pub(super) struct Commands<'a> {
    pub(super) input: &'a mut dyn BufRead,
    /// Whether somebody types them.
    pub(super) prompts: bool,
}

/// Walks until there are no more commands.
pub(super) fn walk(
    recorded: &RecordedSchedule,
    scenario: &Scenario,
    commands: &mut Commands<'_>,
    (out, look): (&mut dyn Write, &Look),
) -> io::Result<Exit> {
    let names = scenario.workload().names();
    let mut walker = Walker {
        walk: Stepper::along(recorded, scenario),
        names: &names,
        callers: scenario.workload().threads.len(),
        look,
        out,
    };
    walker.greet()?;
    let mut exit = Exit::Success;
    loop {
        if commands.prompts {
            write!(walker.out, "> ")?;
            walker.out.flush()?;
        }
        let mut line = Vec::new();
        if commands.input.read_until(b'\n', &mut line)? == 0 {
            return Ok(exit);
        }
        match parse(&String::from_utf8_lossy(&line)) {
            Ok(Command::Quit) => return Ok(exit),
            Ok(command) => walker.perform(command)?,
            Err(problem) => {
                exit = Exit::BadInput;
                writeln!(walker.out, "{}", visible(&problem))?;
            }
        }
    }
}

struct Walker<'a> {
    walk: Stepper,
    names: &'a Names,
    /// How many threads of the scenario there are: the first ones.
    callers: usize,
    look: &'a Look,
    out: &'a mut dyn Write,
}

impl Walker<'_> {
    fn greet(&mut self) -> io::Result<()> {
        // Of the work that is left to others, only what comes to be.
        for (index, name) in self.names.titles().iter().enumerate() {
            if index < self.callers || self.walk.has_a_step_of(ThreadId::new(index)) {
                writeln!(self.out, "thread {index}: {}", visible(name))?;
            }
        }
        let known = self.walk.known();
        writeln!(
            self.out,
            "{known} steps; `n` is the next one, `?` lists the commands"
        )
    }

    fn perform(&mut self, command: Command) -> io::Result<()> {
        let taken = self.walk.taken();
        match command {
            Command::Next(count) => self.walk.go(taken.saturating_add(count)),
            Command::Back(count) => self.walk.go(taken.saturating_sub(count)),
            Command::Go(steps) => self.walk.go(steps),
            Command::Thread(thread, alternative) => {
                if let Err(refusal) = self.walk.choose(thread, alternative) {
                    let why = why(refusal);
                    return writeln!(self.out, "thread {thread} cannot go on so: {why}");
                }
            }
            Command::Who => return self.who(),
            Command::State => return self.state(),
            Command::Properties => return self.properties(),
            Command::Lanes => return self.lanes(),
            Command::Help => return writeln!(self.out, "{HELP}"),
            Command::Quit => return Ok(()),
        }
        self.here()
    }

    /// The step before this place, and whether there is more.
    fn here(&mut self) -> io::Result<()> {
        let place = self.walk.look();
        let (taken, known) = (self.walk.taken(), self.walk.known());
        match place.execution.steps.last() {
            None => writeln!(self.out, "at the start of {known} steps")?,
            Some(step) => {
                let telling = StepDisplay::of(step);
                let tone = if telling.is_as_asked() {
                    Tone::Plain
                } else {
                    Tone::Bad
                };
                let telling = self.look.palette.paint(tone, visible(&telling.to_string()));
                writeln!(
                    self.out,
                    "step {taken} of {known}: {} {telling}",
                    step.thread
                )?;
            }
        }
        if place.is_end {
            writeln!(self.out, "the end")?;
        }
        for violation in place.violations.iter().filter(|_| place.is_end) {
            self.broken(violation.property.name(), &violation.cause)?;
        }
        Ok(())
    }

    fn who(&mut self) -> io::Result<()> {
        let Place { about, is_end, .. } = self.walk.look();
        if is_end {
            return writeln!(self.out, "nobody: this is the end");
        }
        for about in about {
            let can = can(&about);
            writeln!(self.out, "{}: {} {can}", about.thread, about.point)?;
        }
        Ok(())
    }

    fn state(&mut self) -> io::Result<()> {
        let lines = State::after(&self.walk.look().execution).lines();
        if lines.is_empty() {
            return writeln!(self.out, "nothing is held, open, or newly installed");
        }
        lines
            .iter()
            .try_for_each(|line| writeln!(self.out, "{line}"))
    }

    fn properties(&mut self) -> io::Result<()> {
        let Place { violations, .. } = self.walk.look();
        if violations.is_empty() {
            return writeln!(self.out, "nothing is broken so far");
        }
        let mut broken = violations.iter();
        broken.try_for_each(|it| self.broken(it.property.name(), &it.cause))
    }

    fn broken(&mut self, property: &str, cause: &str) -> io::Result<()> {
        let word = self.look.palette.paint(Tone::Bad, "VIOLATED");
        writeln!(self.out, "{word} {property}: {}", visible(cause))
    }

    fn lanes(&mut self) -> io::Result<()> {
        let place = self.walk.look();
        write_lanes(self.out, &place.execution, self.names, self.look)
    }
}

/// What a thread can do, in parentheses.
fn can(about: &PendingStep) -> String {
    let (first, end) = about.alternatives;
    match (about.enabled, about.ready) {
        (false, _) => "(waits)".to_owned(),
        (true, false) => "(waits, and may expire)".to_owned(),
        (true, true) if end - first > 1 => format!("(can, alternatives {first} to {})", end - 1),
        (true, true) => "(can)".to_owned(),
    }
}

const fn why(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Over => "the execution is over",
        Refusal::NotRunning => "it is not running",
        Refusal::Blocked => "it has to wait",
        Refusal::Alternative => "it does not have that alternative",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(script: &str) -> (Exit, String) {
        let token = "sv3:direct/connect4_connect6:shared-handle:documented:sufficient:36204c01:\
                     non-interference@TXN_IN_PROGRESS:0-add@session/0+1+0.3";
        let recorded = RecordedSchedule::from_token(token).unwrap();
        let scenario = recorded.scenario(None).unwrap();
        let mut out = Vec::new();
        let mut commands = Commands {
            input: &mut script.as_bytes(),
            prompts: false,
        };
        let exit = walk(
            &recorded,
            &scenario,
            &mut commands,
            (&mut out, &Look::PLAIN),
        )
        .unwrap();
        (exit, String::from_utf8(out).unwrap())
    }

    /// Forward over the refused begin, a look around, back, and on with the first thread instead.
    #[test]
    fn a_script_walks_forward_back_and_elsewhere() {
        let (exit, text) = walked("n\nn\ns\np\nw\nb\nt 0\ng end\nq\n");

        assert_eq!(exit, Exit::Success);
        assert_eq!(
            format!("\n{text}"),
            "
thread 0: attach CONNECT4
thread 1: attach CONNECT6
9 steps; `n` is the next one, `?` lists the commands
step 1 of 9: 0 FwpmTransactionBegin succeeded
step 2 of 9: 1 FwpmTransactionBegin failed with status 0xC022000E
session 0: transaction open, begun by 0
VIOLATED non-interference: call 0 of thread 1 returned errno 22 because of 0xC022000E \
STATUS_FWP_TXN_IN_PROGRESS, expected 0
0: add on session 0 (can)
step 1 of 9: 0 FwpmTransactionBegin succeeded
step 2 of 2: 0 FwpmFilterAdd succeeded
step 14 of 14: 1 FwpmTransactionCommit succeeded
the end
"
        );
    }

    #[test]
    fn what_is_no_command_is_said_and_changes_nothing() {
        let (exit, text) = walked("n\nx\nt 99\nb\n");

        assert_eq!(exit, Exit::BadInput);
        for line in [
            "`x` is not a command; `?` lists them\n",
            "`99` is not a thread\n",
            "at the start of 9 steps\n",
        ] {
            assert!(text.contains(line), "{text}");
        }
    }

    #[test]
    fn every_command_of_the_help_is_one() {
        let names = HELP
            .lines()
            .filter_map(|line| line.split_whitespace().next());
        for name in names.filter(|name| name.len() == 1) {
            let with = match name {
                "g" | "t" => format!("{name} 0"),
                _ => name.to_owned(),
            };
            assert!(parse(&with).is_ok() || name == "1", "{name}");
        }
    }
}
