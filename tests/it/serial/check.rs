//! Looks for the serial order that explains an execution.

use selvedge::execution::End;
use selvedge::execution::Execution;

use crate::reference::Handle;
use crate::reference::Outcome;
use crate::reference::Reply;
use crate::reference::Request;
use crate::reference::State;
use crate::reference::Status;
use crate::sequences::Defect;
use crate::sequences::GATE;
use crate::sequences::Names;
use crate::sequences::ScheduleReplayer;
use crate::sequences::answer;
use crate::sequences::are_the_same;
use crate::sequences::fits;

use super::play::Entry;
use super::play::Log;
use super::program::Program;

/// A transaction as it ran.
#[derive(Debug)]
struct Ran<'l> {
    entries: Vec<&'l Entry>,
    /// The first and the last of its steps.
    from: usize,
    to: usize,
}

/// The transactions of each thread.
type Threads<'l> = Vec<Vec<Ran<'l>>>;

/// Whether no serial order explains the execution; if so, the execution in words.
pub(super) fn unordered(
    program: &Program,
    execution: &Execution,
    log: &Log,
    begun: &ScheduleReplayer,
    defect: Option<Defect>,
) -> Option<String> {
    if !matches!(execution.end, End::Finished) {
        return Some(format!("{:?}", execution.end));
    }
    let threads: Threads<'_> = log
        .threads
        .iter()
        .enumerate()
        .map(|(thread, entries)| ran(thread, entries, execution))
        .collect();
    let search = Search {
        threads: &threads,
        log,
        program,
        defect,
    };
    let place = vec![0; threads.len()];
    let explained = search.from(&place, &begun.state, &begun.names);
    (!explained).then(|| told(log))
}

/// What each thread observed.
fn told(log: &Log) -> String {
    let mut lines = Vec::new();
    for (thread, entries) in log.threads.iter().enumerate() {
        for entry in entries {
            let (call, reply) = (entry.call, entry.done.reply());
            lines.push(format!("thread {thread}: {call} -> {reply:?}"));
        }
    }
    lines.join("\n")
}

/// The transactions of a thread, and when they ran: a gate stands before each call.
fn ran<'l>(thread: usize, entries: &'l [Entry], execution: &Execution) -> Vec<Ran<'l>> {
    let own = execution.steps.iter().enumerate();
    let own = own.filter(|(_, step)| step.thread.index() == thread);
    let mut calls: Vec<(usize, usize)> = Vec::new();
    let mut fresh = false;
    for (index, step) in own {
        if step.operation == GATE {
            calls.push((index, index));
            fresh = true;
        } else if let Some(last) = calls.last_mut() {
            // The call begins with its first step, not with the gate.
            *last = if fresh {
                (index, index)
            } else {
                (last.0, index)
            };
            fresh = false;
        }
    }
    let mut all: Vec<Ran<'l>> = Vec::new();
    let mut unit = None;
    for (entry, (from, to)) in entries.iter().zip(calls) {
        match all.last_mut().filter(|_| unit == Some(entry.unit)) {
            Some(last) => {
                last.entries.push(entry);
                last.to = to;
            }
            None => all.push(Ran {
                entries: vec![entry],
                from,
                to,
            }),
        }
        unit = Some(entry.unit);
    }
    all
}

struct Search<'s> {
    threads: &'s Threads<'s>,
    log: &'s Log,
    program: &'s Program,
    defect: Option<Defect>,
}

impl Search<'_> {
    /// Whether what is left from this place on has a serial order.
    fn from(&self, place: &[usize], state: &State, names: &Names) -> bool {
        let next: Vec<(usize, &Ran<'_>)> = place
            .iter()
            .enumerate()
            .filter_map(|(thread, at)| Some((thread, self.threads[thread].get(*at)?)))
            .collect();
        if next.is_empty() {
            return self.ends_alike(state, names);
        }
        next.iter().any(|(thread, ran)| {
            // Nobody who is left ended before it began. Of each thread the next one ends first.
            let in_time = next.iter().all(|(_, other)| other.to >= ran.from);
            let after = in_time
                .then(|| self.play(*thread, ran, state, names))
                .flatten();
            after.is_some_and(|(state, names)| {
                let mut place = place.to_vec();
                place[*thread] += 1;
                self.from(&place, &state, &names)
            })
        })
    }

    /// Plays a transaction at once.
    fn play(
        &self,
        thread: usize,
        ran: &Ran<'_>,
        state: &State,
        names: &Names,
    ) -> Option<(State, Names)> {
        let mut state = state.clone();
        let mut names = names.clone();
        for entry in &ran.entries {
            if entry.done.reply() == Reply::Status(Status::Timeout) {
                continue;
            }
            let request = Request {
                thread: 0,
                handle: Handle::Of(u32::try_from(thread).expect("few threads")),
                call: entry.call,
                waited: false,
            };
            let answer = answer(self.defect, &state, &request, &self.program.profile);
            let fits =
                |outcome: &&Outcome| fits(outcome, &entry.done, &state, Some(&request), &mut names);
            let outcome = answer.iter().find(fits)?;
            names.learn(outcome, Some(&request), &entry.done);
            if let Some(after) = &outcome.state {
                state = after.clone();
            }
        }
        Some((state, names))
    }

    /// Whether the objects at the end are those of the mock.
    fn ends_alike(&self, state: &State, names: &Names) -> bool {
        let mut names = names.clone();
        let objects: Vec<_> = state.committed.0.values().cloned().collect();
        are_the_same(&objects, &self.log.committed, &mut names)
    }
}
