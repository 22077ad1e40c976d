//! The lane table of an execution as data: lanes and rows. Its renderers only print it.

use std::collections::BTreeSet;

use crate::execution::Execution;
use crate::execution::Names;
use crate::execution::ThreadId;

use super::fold::folded;
use super::lane_cell::CellContent;
use super::rows::Row;
use super::rows::tell;

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
    /// What a mark calls it: `0`.
    pub label: String,
    /// What its heading says: `0 attach CONNECT4`.
    pub heading: String,
}

/// A lane for each thread that says something, and a row for each thing that is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneTable<'n> {
    names: &'n Names,
    /// By ascending thread.
    pub lanes: Vec<Lane>,
    /// From the first step to the end.
    pub rows: Vec<Row>,
}

impl<'n> LaneTable<'n> {
    /// The table of an execution whose threads and objects are called so.
    pub fn of(execution: &Execution, names: &'n Names, detail: Detail) -> Self {
        let rows = match detail {
            Detail::Folded => folded(&tell(execution, names), execution),
            Detail::EveryStep => tell(execution, names),
        };
        let sayings = rows.iter().flat_map(|row| &row.sayings);
        let seen: BTreeSet<ThreadId> = sayings.map(|saying| saying.thread).collect();
        let lane = |thread: ThreadId| Lane {
            thread,
            label: names.label(thread).into_owned(),
            heading: names.heading(thread),
        };
        Self {
            names,
            lanes: seen.into_iter().map(lane).collect(),
            rows,
        }
    }

    /// The words of a cell.
    pub(super) fn words(&self, said: &CellContent) -> String {
        said.words(self.names)
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
