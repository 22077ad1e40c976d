//! What happens before what, in one execution.

use crate::execution::Execution;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::execution::Verb;

/// For each step, the threads of which some step happens before it, its own included.
///
/// A step happens after those of its thread, after the step that started its thread, and after
/// those it depends on. Deferred work counts as the thread that started it.
pub(super) fn influences(execution: &Execution) -> Vec<ThreadSet> {
    let steps = &execution.steps;
    let mut influences: Vec<ThreadSet> = Vec::with_capacity(steps.len());
    for (index, step) in steps.iter().enumerate() {
        let mut set = ThreadSet::only(root(execution, step.thread));
        for (earlier, influence) in steps[..index].iter().zip(&influences) {
            let started = earlier.operation.verb == Verb::Spawn
                && earlier.operation.argument == u32::from(step.thread.byte());
            let before = earlier.thread == step.thread
                || started
                || earlier.footprint.depends(&step.footprint);
            if before {
                set = set.union(*influence);
            }
        }
        influences.push(set);
    }
    influences
}

/// The thread of the scenario to which a thread belongs: the one that started it, if one did.
pub(super) fn root(execution: &Execution, thread: ThreadId) -> ThreadId {
    let start = execution.steps.iter().find(|step| {
        step.operation.verb == Verb::Spawn
            && step.operation.argument == u32::from(thread.byte())
            && step.thread != thread
    });
    start.map_or(thread, |step| root(execution, step.thread))
}
