//! An execution as rows to be told: what each step says, and what happened between the steps.
//!
//! Rows are data ([`CellContent`]); the lane table, Markdown and Mermaid only print them. Shown are
//! all steps, why one thread goes on instead of another, what every call returned, injected faults,
//! misuse, and filters that came or went for everybody. Left out: the other facts, which only
//! properties need.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::execution::Blocked;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Fact;
use crate::execution::FactRecord;
use crate::execution::Names;
use crate::execution::ObjectId;
use crate::execution::ObjectKind;
use crate::execution::ResultNote;
use crate::execution::Step;
use crate::execution::StepResult;
use crate::execution::ThreadId;
use crate::execution::Verb;
use crate::execution::WaitFor;
use crate::status::NtStatus;

use super::holds::awaited;
use super::holds::seen;
use super::lane_cell::CellContent;
use super::lane_cell::LaneEntry;
use super::lane_cell::StepCell;

/// One row: a step, several steps told as one, or something beside the steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The numbers of the first and the last step, from 1; `None` is no step.
    pub steps: Option<(usize, usize)>,
    /// What is said: at least one saying, the main one first, each of another thread.
    pub sayings: Vec<LaneEntry>,
}

impl Row {
    /// A row that is no step.
    const fn beside(sayings: Vec<LaneEntry>) -> Self {
        Self {
            steps: None,
            sayings,
        }
    }
}

/// Tells an execution from its first step to its end, every step by itself.
pub(super) fn tell(execution: &Execution, names: &Names) -> Vec<Row> {
    let teller = RowBuilder::new(execution, names);
    let mut rows = teller.facts_after(0);
    for (index, step) in execution.steps.iter().enumerate() {
        let mut sayings = vec![teller.step(index, step)];
        sayings.extend(
            index
                .checked_sub(1)
                .and_then(|before| teller.switch(before)),
        );
        rows.push(Row {
            steps: Some((index + 1, index + 1)),
            sayings,
        });
        rows.extend(teller.facts_after(index + 1));
    }
    rows.extend(teller.end());
    rows
}

/// Knows which details tell the steps of one execution apart.
struct RowBuilder<'a> {
    execution: &'a Execution,
    names: &'a Names,
    /// The verbs that are used on several objects.
    ambiguous_objects: BTreeSet<Verb>,
    /// The verbs that are used with several arguments.
    ambiguous_arguments: BTreeSet<Verb>,
    /// The threads that make more than one call.
    many_calls: BTreeSet<ThreadId>,
    /// The calls that a fault hits: nothing is expected of them.
    faulted: BTreeSet<(ThreadId, u16)>,
    /// The filter contexts whose filters came or went, in order of appearance.
    contexts: Vec<u32>,
    /// By step, whose write it is the first to see.
    seen: Vec<Option<usize>>,
    /// The places of the facts that follow each step, by how many steps there were.
    facts: BTreeMap<u32, Vec<usize>>,
    /// The last step of each thread, by index.
    last: BTreeMap<ThreadId, usize>,
    /// Who waits for whom at the end.
    waits: WaitFor,
}

impl<'a> RowBuilder<'a> {
    fn new(execution: &'a Execution, names: &'a Names) -> Self {
        let operations = || execution.steps.iter().map(|step| step.operation);
        let mut many_calls = BTreeSet::new();
        let mut faulted = BTreeSet::new();
        let mut contexts = Vec::new();
        let mut current: BTreeMap<Option<ThreadId>, u16> = BTreeMap::new();
        for record in &execution.facts {
            match (record.fact, record.thread) {
                (Fact::CallBegins { call, .. }, thread) => {
                    current.insert(thread, call);
                    many_calls.extend(thread.filter(|_| call > 0));
                }
                (Fact::FaultInjected, Some(thread)) => {
                    let call = current.get(&record.thread).copied();
                    faulted.extend(call.map(|call| (thread, call)));
                }
                (Fact::FilterCommitted { context } | Fact::FilterRemoved { context }, _)
                    if !contexts.contains(&context) =>
                {
                    contexts.push(context);
                }
                (_, _) => {}
            }
        }
        Self {
            execution,
            names,
            ambiguous_objects: ambiguous(operations().map(|op| (op.verb, op.object))),
            ambiguous_arguments: ambiguous(operations().map(|op| (op.verb, op.argument))),
            many_calls,
            faulted,
            contexts,
            seen: seen(execution),
            facts: places_of_facts(execution),
            last: last_steps(execution),
            waits: WaitFor::of(execution),
        }
    }

    fn step(&self, index: usize, step: &Step) -> LaneEntry {
        LaneEntry {
            thread: step.thread,
            said: CellContent::Step(self.act(index, step)),
        }
    }

    /// The verb, with the object or number that tells it from the other uses of the verb. A call of
    /// the engine always names its session: whether two threads use the same one is the question
    /// here.
    fn act(&self, index: usize, step: &Step) -> StepCell {
        let operation = step.operation;
        let verb = operation.verb;
        let ambiguous = self.ambiguous_objects.contains(&verb);
        let is_told = |object: &ObjectId| {
            let is_session = object.kind() == ObjectKind::SessionSlot;
            ambiguous || is_session || self.names.has_object(*object)
        };
        let is_numbered = self.ambiguous_arguments.contains(&verb) && verb != Verb::RundownWait;
        let status = match step.result {
            StepResult::Status(status) if status != NtStatus::SUCCESS => Some(status),
            StepResult::Status(_) | StepResult::Done | StepResult::Value(_) => None,
        };
        StepCell {
            title: verb.title(),
            starts: operation.started(),
            object: operation.object.filter(is_told),
            number: is_numbered.then_some(operation.argument),
            remark: ResultNote::on(step),
            expired: step.expired,
            status,
            sees: self.seen[index],
        }
    }

    /// What became of the thread of step `before`, if another one takes the next step.
    fn switch(&self, before: usize) -> Option<LaneEntry> {
        let steps = &self.execution.steps;
        let (thread, next) = (steps[before].thread, steps.get(before + 1)?);
        if thread == next.thread {
            return None;
        }
        let goes_on = self.execution.next_of_thread(before).is_some();
        let said = if next.enabled.contains(thread) {
            CellContent::Preempted
        } else if goes_on || self.is_stuck(thread, before) {
            CellContent::Waits(awaited(self.execution, &self.waits, before))
        } else {
            CellContent::Finished
        };
        Some(LaneEntry { thread, said })
    }

    /// Whether the step at `before` is the last of a thread that waits for ever.
    fn is_stuck(&self, thread: ThreadId, before: usize) -> bool {
        self.last.get(&thread) == Some(&before) && self.waits.wait_of(thread).is_some()
    }

    /// The facts that follow the step with this number, equal ones of a thread as one.
    fn facts_after(&self, number: usize) -> Vec<Row> {
        let places = u32::try_from(number)
            .ok()
            .and_then(|number| self.facts.get(&number));
        let facts = places.into_iter().flatten();
        let facts: Vec<&FactRecord> = facts.map(|&place| &self.execution.facts[place]).collect();
        let alike =
            facts.chunk_by(|one, other| one.thread == other.thread && one.fact == other.fact);
        alike
            .filter_map(|group| self.fact(group[0], group.len()))
            .collect()
    }

    fn fact(&self, record: &FactRecord, times: usize) -> Option<Row> {
        let said = match record.fact {
            Fact::CallReturns { .. } => self.returned(record)?,
            Fact::FaultInjected => CellContent::Fault,
            Fact::Misused(misuse) => CellContent::Misused(misuse),
            Fact::FilterCommitted { context } => self.filters(true, context, times)?,
            Fact::FilterRemoved { context } => self.filters(false, context, times)?,
            Fact::CallBegins { .. }
            | Fact::AttachUses { .. }
            | Fact::DetachTakes { .. }
            | Fact::ContextMade { .. } => return None,
        };
        let is_unexpected =
            matches!(&said, CellContent::Returned { instead_of, .. } if instead_of.is_some());
        let is_wrong =
            is_unexpected || matches!(said, CellContent::Fault | CellContent::Misused(_));
        let saying = match record.thread {
            Some(thread) => LaneEntry { thread, said },
            // Of the start-up only what went wrong is worth a row.
            None if is_wrong => LaneEntry {
                thread: ThreadId::new(0),
                said: CellContent::AtStartUp(Box::new(said)),
            },
            None => return None,
        };
        Some(Row::beside(vec![saying]))
    }

    fn returned(&self, record: &FactRecord) -> Option<CellContent> {
        let Fact::CallReturns {
            call,
            errno,
            expected,
            cause,
        } = record.fact
        else {
            return None;
        };
        let is_one_of_many = |thread| self.many_calls.contains(&thread);
        let is_faulted = |thread| self.faulted.contains(&(thread, call));
        let differs = errno != expected && !record.thread.is_some_and(is_faulted);
        Some(CellContent::Returned {
            call: record.thread.is_some_and(is_one_of_many).then_some(call),
            errno,
            instead_of: differs.then_some(expected),
            cause: (!cause.is_success()).then_some(cause),
        })
    }

    fn filters(&self, came: bool, context: u32, count: usize) -> Option<CellContent> {
        let place = self.contexts.iter().position(|&known| known == context)?;
        let context = (self.contexts.len() > 1).then_some(place);
        Some(CellContent::Filters {
            came,
            count,
            context,
        })
    }

    /// What keeps the execution from ending well.
    fn end(&self) -> Option<Row> {
        let sayings = match &self.execution.end {
            End::Finished | End::Redundant | End::StepLimit => return None,
            End::Deadlock(blocked) | End::Livelock(blocked) => {
                blocked.iter().map(|stuck| self.stuck(stuck)).collect()
            }
            End::Panicked { thread, message } => vec![LaneEntry {
                thread: *thread,
                said: CellContent::Panics(message.clone()),
            }],
        };
        Some(Row::beside(sayings))
    }

    fn stuck(&self, stuck: &Blocked) -> LaneEntry {
        let wait = self.waits.wait_of(stuck.thread);
        LaneEntry {
            thread: stuck.thread,
            said: CellContent::Stuck {
                operation: stuck.operation,
                object: wait.and_then(|wait| wait.object),
                holder: wait.and_then(|wait| wait.holder),
            },
        }
    }
}

/// The facts by how many steps there were before them.
fn places_of_facts(execution: &Execution) -> BTreeMap<u32, Vec<usize>> {
    let mut places: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (place, record) in execution.facts.iter().enumerate() {
        places.entry(record.after).or_default().push(place);
    }
    places
}

/// The index of the last step of each thread.
fn last_steps(execution: &Execution) -> BTreeMap<ThreadId, usize> {
    let steps = execution.steps.iter().enumerate();
    steps.map(|(index, step)| (step.thread, index)).collect()
}

/// The keys that go with more than one value.
fn ambiguous<T: Ord>(pairs: impl Iterator<Item = (Verb, T)>) -> BTreeSet<Verb> {
    let mut values: BTreeMap<Verb, BTreeSet<T>> = BTreeMap::new();
    for (verb, value) in pairs {
        values.entry(verb).or_default().insert(value);
    }
    values.retain(|_, several| several.len() > 1);
    values.into_keys().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::FactRecord;
    use crate::execution::Names;
    use crate::report::grid::GLUE;
    use crate::report::sample;

    fn texts(execution: &Execution) -> Vec<String> {
        let names = Names::default();
        let rows = tell(execution, &names);
        rows.into_iter()
            .map(|row| row.sayings[0].said.words(&names).replace(GLUE, " "))
            .collect()
    }

    fn of_facts(facts: Vec<FactRecord>) -> Vec<String> {
        texts(&Execution {
            facts,
            ..Execution::empty()
        })
    }

    #[test]
    fn filters_of_several_contexts_are_told_apart() {
        let made = |context| sample::fact(0, 0, Fact::FilterCommitted { context });
        let gone = sample::fact(0, 1, Fact::FilterRemoved { context: 7 });

        assert_eq!(
            of_facts(vec![made(7), made(7), made(9), gone]),
            [
                "+2 filters of context A",
                "+1 filter of context B",
                "-1 filter of context A"
            ]
        );
        assert_eq!(of_facts(vec![made(9)]), ["+1 filter"]);
    }

    #[test]
    fn of_the_start_up_only_what_went_wrong_is_told() {
        let start_up = |fact| FactRecord {
            after: 0,
            thread: None,
            fact,
        };
        let facts = [Fact::FaultInjected, Fact::FilterCommitted { context: 7 }];

        assert_eq!(
            of_facts(facts.map(start_up).to_vec()),
            ["at start-up: fault injected"]
        );
    }

    /// A call that a fault hits may return what it likes.
    #[test]
    fn nothing_is_expected_of_a_call_that_a_fault_hits() {
        let returns = |thread| sample::fact(0, thread, sample::returns(22, NtStatus::NO_MEMORY));
        let begin = Fact::CallBegins {
            call: 0,
            attaches: true,
        };
        let begins = |thread| sample::fact(0, thread, begin);
        let fault = sample::fact(0, 0, Fact::FaultInjected);

        assert_eq!(
            of_facts(vec![begins(0), begins(1), fault, returns(0), returns(1)]),
            [
                "fault injected",
                "returns errno 22 (NO_MEMORY)",
                "returns errno 22, expected 0 (NO_MEMORY)"
            ]
        );
    }

    /// In the race both threads begin on one session, and that is the point.
    #[test]
    fn a_transaction_names_its_session_and_an_add_its_number() {
        let texts = texts(&sample::race());

        assert_eq!(texts[0], "FwpmTransactionBegin session 0");
        assert_eq!(
            texts[1],
            "FwpmTransactionBegin session 0 \u{2192} TXN_IN_PROGRESS (sees step 1)"
        );
        assert_eq!(texts[3], "FwpmFilterAdd session 0 #0");
    }
}
