//! The lane table of an execution as data: lanes and rows. Its renderers only print it.

use std::collections::BTreeSet;

use crate::execution::Execution;
use crate::execution::ThreadId;

use super::fold::folded;
use super::story::Row;
use super::story::tell;
use super::words::visible;

/// How much of an execution a table shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    /// What is repeated, and what no other thread depends on, is folded.
    #[default]
    Folded,
    /// Every step has a row.
    EveryStep,
}

/// A thread that says something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// Which.
    pub thread: ThreadId,
    /// What it is called; may be empty.
    pub name: String,
}

impl Lane {
    /// `0 attach CONNECT4`.
    pub fn title(&self) -> String {
        format!("{} {}", self.thread, self.name)
            .trim_end()
            .to_owned()
    }
}

/// A lane for each thread that says something, and a row for each thing that is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneTable {
    /// By ascending thread.
    pub lanes: Vec<Lane>,
    /// From the first step to the end.
    pub rows: Vec<Row>,
}

impl LaneTable {
    /// The table of an execution. `threads` has the name of each thread by index; a missing one is
    /// empty.
    pub fn of(execution: &Execution, threads: &[String], detail: Detail) -> Self {
        let rows = match detail {
            Detail::Folded => folded(&tell(execution), execution),
            Detail::EveryStep => tell(execution),
        };
        let sayings = rows.iter().flat_map(|row| &row.sayings);
        let seen: BTreeSet<ThreadId> = sayings.map(|saying| saying.thread).collect();
        let lane = |thread: ThreadId| {
            let name = threads.get(thread.index()).map_or("", String::as_str);
            let name = visible(name).into_owned();
            Lane { thread, name }
        };
        Self {
            lanes: seen.into_iter().map(lane).collect(),
            rows,
        }
    }

    /// Which lane a thread has.
    pub(super) fn lane(&self, thread: ThreadId) -> usize {
        self.lanes
            .binary_search_by_key(&thread, |lane| lane.thread)
            .expect("every thread that says something has a lane")
    }
}

impl Row {
    /// `7`, or `7-12` for several steps; empty for what is no step.
    pub fn number(&self) -> String {
        match self.steps {
            None => String::new(),
            Some((first, last)) if first == last => first.to_string(),
            Some((first, last)) => format!("{first}-{last}"),
        }
    }
}
