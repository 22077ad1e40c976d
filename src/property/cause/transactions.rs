//! Which transactions were open when, by the steps alone.

use std::collections::BTreeMap;

use crate::execution::Execution;
use crate::execution::ObjectId;
use crate::execution::ThreadId;
use crate::execution::Verb;

use super::steps::worked;

/// One explicit transaction of an execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Transaction {
    /// The session it is of.
    pub(super) session: ObjectId,
    /// Who began it.
    pub(super) owner: ThreadId,
    /// The step that began it.
    pub(super) begin: usize,
    /// The step that ended it.
    pub(super) end: Option<usize>,
    /// The last call to end it that failed, if it was never ended or ended by somebody else.
    pub(super) failed_end: Option<usize>,
}

impl Transaction {
    /// Whether it was open before a step.
    pub(super) fn covers(&self, index: usize) -> bool {
        self.begin < index && self.end.is_none_or(|end| index < end)
    }

    /// Whether a step was taken in it, its end included.
    pub(super) fn holds(&self, index: usize) -> bool {
        self.begin < index && self.end.is_none_or(|end| index <= end)
    }

    /// Whether it ended with an abort, or with its session.
    pub(super) fn is_aborted(&self, execution: &Execution) -> bool {
        self.end.is_some_and(|end| {
            let verb = execution.steps[end].operation.verb;
            matches!(verb, Verb::Abort | Verb::EngineClose)
        })
    }
}

/// The transactions of an execution, in the order in which they began.
pub(super) fn transactions(execution: &Execution) -> Vec<Transaction> {
    let mut all: Vec<Transaction> = Vec::new();
    let mut open: BTreeMap<ObjectId, usize> = BTreeMap::new();
    for (index, step) in execution.steps.iter().enumerate() {
        let verb = step.operation.verb;
        let ends = matches!(verb, Verb::Commit | Verb::Abort | Verb::EngineClose);
        if ends && !worked(step) {
            // A fault in its place names no session: it is the thread's own.
            let own = all.iter_mut().rev();
            let mut own = own.filter(|it| it.owner == step.thread && it.end.is_none());
            if let Some(own) = own.next() {
                own.failed_end = Some(index);
            }
            continue;
        }
        let Some(session) = step.operation.object.filter(|_| worked(step)) else {
            continue;
        };
        if verb == Verb::Begin {
            open.insert(session, all.len());
            all.push(Transaction {
                session,
                owner: step.thread,
                begin: index,
                end: None,
                failed_end: None,
            });
        } else if ends && let Some(ended) = open.remove(&session) {
            all[ended].end = Some(index);
            if all[ended].owner == step.thread {
                all[ended].failed_end = None;
            }
        }
    }
    all
}
