//! An execution as lines to be told: what each step says, and what happened between the steps.
//!
//! Lines are data with a thread and a tone; [`lanes`](super::lanes) lays them out. Shown are all
//! steps, what every call returned, injected faults, misuse, and filters that came or went for
//! everybody. Left out: the other facts, which only properties need.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::execution::Blocked;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Fact;
use crate::execution::FactRecord;
use crate::execution::Holder;
use crate::execution::ObjectId;
use crate::execution::ObjectKind;
use crate::execution::Operation;
use crate::execution::Remark;
use crate::execution::Step;
use crate::execution::StepResult;
use crate::execution::ThreadId;
use crate::execution::Verb;
use crate::execution::WaitFor;
use crate::status::NtStatus;

use super::Tone;
use super::grid::GLUE;
use super::words::counted;
use super::words::visible;

/// What one thread has to say in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Saying {
    /// Whose lane it stands in.
    pub(super) thread: ThreadId,
    /// What.
    pub(super) text: String,
    /// How it is meant.
    pub(super) tone: Tone,
}

impl Saying {
    fn new(thread: ThreadId, tone: Tone, text: String) -> Self {
        Self { thread, text, tone }
    }
}

/// One line: a step, or something beside the steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// The number of the step, from 1.
    pub(super) step: Option<usize>,
    /// What is said: at least one saying, the main one first, each of another thread.
    pub(super) sayings: Vec<Saying>,
}

impl Line {
    /// A line that is no step.
    fn beside(sayings: Vec<Saying>) -> Self {
        Self {
            step: None,
            sayings,
        }
    }
}

/// Tells an execution from its first step to its end.
pub(super) fn tell(execution: &Execution) -> Vec<Line> {
    let teller = Teller::new(execution);
    let mut lines = teller.facts_after(0);
    for (index, step) in execution.steps.iter().enumerate() {
        let mut sayings = vec![teller.step(step)];
        sayings.extend(
            index
                .checked_sub(1)
                .and_then(|before| teller.switch(before)),
        );
        lines.push(Line {
            step: Some(index + 1),
            sayings,
        });
        lines.extend(teller.facts_after(index + 1));
    }
    lines.extend(teller.end());
    lines
}

/// Knows which details tell the steps of one execution apart.
struct Teller<'a> {
    execution: &'a Execution,
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
    /// Who waits for whom at the end.
    waits: WaitFor,
}

impl<'a> Teller<'a> {
    fn new(execution: &'a Execution) -> Self {
        let operations = || execution.steps.iter().map(|step| step.operation);
        let mut many_calls = BTreeSet::new();
        let mut faulted = BTreeSet::new();
        let mut contexts = Vec::new();
        let mut current: BTreeMap<Option<ThreadId>, u16> = BTreeMap::new();
        for record in &execution.facts {
            match (record.fact, record.thread) {
                (Fact::CallBegins { call }, thread) => {
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
            ambiguous_objects: ambiguous(operations().map(|op| (op.verb, op.object))),
            ambiguous_arguments: ambiguous(operations().map(|op| (op.verb, op.argument))),
            many_calls,
            faulted,
            contexts,
            waits: WaitFor::of(execution),
        }
    }

    fn step(&self, step: &Step) -> Saying {
        let mut parts = vec![self.operation(step.operation)];
        parts.extend(outcome(step));
        if step.expired {
            parts.push("(expired)".into());
        }
        if let StepResult::Status(status) = step.result
            && status != NtStatus::SUCCESS
        {
            parts.push(format!("->{GLUE}{}", status.short()));
        }
        let tone = match (step.result.failure(), step.expired) {
            (_, true) => Tone::Notable,
            (Some(_), false) => Tone::Bad,
            (None, false) => Tone::Plain,
        };
        Saying::new(step.thread, tone, parts.join(" "))
    }

    /// The verb, with the object or number that tells it from the other uses of the verb. A call of
    /// the engine always names its session: whether two threads use the same one is the question
    /// here.
    fn operation(&self, operation: Operation) -> String {
        let verb = operation.verb;
        let mut parts = vec![verb.title().to_owned()];
        let ambiguous = self.ambiguous_objects.contains(&verb);
        let names = |object: &ObjectId| ambiguous || object.kind() == ObjectKind::SessionSlot;
        parts.extend(operation.object.filter(names).map(glued));
        if self.ambiguous_arguments.contains(&verb) && verb != Verb::RundownWait {
            parts.push(numbered(operation.argument));
        }
        parts.join(" ")
    }

    /// What became of the thread of step `before`, if another one takes the next step.
    fn switch(&self, before: usize) -> Option<Saying> {
        let (past, rest) = self.execution.steps.split_at(before + 1);
        let (thread, step) = (past.last()?.thread, rest.first()?);
        if thread == step.thread {
            return None;
        }
        if step.enabled.contains(thread) {
            return Some(Saying::new(thread, Tone::Notable, "(preempted)".into()));
        }
        let goes_on = rest.iter().any(|step| step.thread == thread) || self.is_stuck(thread);
        goes_on.then(|| Saying::new(thread, Tone::Quiet, "(waits)".into()))
    }

    fn is_stuck(&self, thread: ThreadId) -> bool {
        let blocked = self.execution.end.blocked();
        blocked.iter().any(|blocked| blocked.thread == thread)
    }

    /// The facts that follow the step with this number, equal ones of a thread as one.
    fn facts_after(&self, number: usize) -> Vec<Line> {
        let here = |record: &&FactRecord| usize::try_from(record.after) == Ok(number);
        let facts: Vec<&FactRecord> = self.execution.facts.iter().filter(here).collect();
        let alike =
            facts.chunk_by(|one, other| one.thread == other.thread && one.fact == other.fact);
        alike
            .filter_map(|group| self.fact(group[0], group.len()))
            .collect()
    }

    fn fact(&self, record: &FactRecord, times: usize) -> Option<Line> {
        let (tone, text) = match record.fact {
            Fact::CallReturns { .. } => self.returned(record)?,
            Fact::FaultInjected => (Tone::Notable, "fault injected".to_owned()),
            Fact::Misused(misuse) => (Tone::Bad, format!("MISUSE: {}", misuse.describe())),
            Fact::FilterCommitted { context } => self.filters('+', context, times)?,
            Fact::FilterRemoved { context } => self.filters('-', context, times)?,
            Fact::CallBegins { .. }
            | Fact::AttachUses { .. }
            | Fact::DetachTakes { .. }
            | Fact::ContextMade { .. } => return None,
        };
        let saying = match (record.thread, tone) {
            (Some(thread), _) => Saying::new(thread, tone, text),
            // Of the start-up only what went wrong is worth a line.
            (None, Tone::Bad | Tone::Notable) => {
                Saying::new(ThreadId::new(0), tone, format!("at start-up: {text}"))
            }
            (None, _) => return None,
        };
        Some(Line::beside(vec![saying]))
    }

    /// `returns errno 22, expected 0 (TXN_IN_PROGRESS)`, and which call where there are several.
    fn returned(&self, record: &FactRecord) -> Option<(Tone, String)> {
        let Fact::CallReturns {
            call,
            errno,
            expected,
            cause,
        } = record.fact
        else {
            return None;
        };
        let many = record
            .thread
            .is_some_and(|thread| self.many_calls.contains(&thread));
        let faulted = record
            .thread
            .is_some_and(|thread| self.faulted.contains(&(thread, call)));
        let differs = errno != expected && !faulted;
        let which = many.then(|| format!("call {call}: "));
        let errno_word = if errno == 0 { "" } else { "errno " };
        let instead = differs.then(|| format!(", expected {expected}"));
        let cause = (!cause.is_success()).then(|| format!(" ({})", cause.short()));
        let [which, instead, cause] = [which, instead, cause].map(Option::unwrap_or_default);
        let tone = if differs { Tone::Bad } else { Tone::Strong };
        Some((
            tone,
            format!("{which}returns {errno_word}{errno}{instead}{cause}"),
        ))
    }

    /// `+3 filters`: for every session, and of which context where there are several.
    fn filters(&self, sign: char, context: u32, times: usize) -> Option<(Tone, String)> {
        let place = self.contexts.iter().position(|&known| known == context)?;
        let text = format!("{sign}{}", counted(u64::try_from(times).ok()?, "filter"));
        let one = self.contexts.len() == 1;
        let text = if one {
            text
        } else {
            format!("{text} of context {}", letter(place))
        };
        Some((Tone::Quiet, text))
    }

    /// What keeps the execution from ending well.
    fn end(&self) -> Option<Line> {
        let sayings = match &self.execution.end {
            End::Finished | End::Redundant | End::StepLimit => return None,
            End::Deadlock(blocked) | End::Livelock(blocked) => {
                blocked.iter().map(|stuck| self.stuck(stuck)).collect()
            }
            End::Panicked { thread, message } => {
                vec![Saying::new(
                    *thread,
                    Tone::Bad,
                    format!("panics: {}", visible(message)),
                )]
            }
        };
        Some(Line::beside(sayings))
    }

    fn stuck(&self, stuck: &Blocked) -> Saying {
        let operation = self.named(stuck.operation);
        let spins = stuck.operation.verb.spins();
        let does = if spins { "spins" } else { "waits" };
        let holder = self
            .waits
            .wait_of(stuck.thread)
            .and_then(|wait| wait.holder);
        let held = holder.map(|holder| held(stuck.thread, holder));
        let held = held.unwrap_or_default();
        Saying::new(
            stuck.thread,
            Tone::Bad,
            format!("{does} for ever: {operation}{held}"),
        )
    }

    fn named(&self, operation: Operation) -> String {
        match operation.object {
            Some(object) => format!("{} {}", operation.verb.title(), glued(object)),
            None => self.operation(operation),
        }
    }
}

/// Who holds what a thread waits for. Steps count from 1, as in the table.
fn held(waits: ThreadId, holder: Holder) -> String {
    let who = if holder.thread == waits {
        "itself".to_owned()
    } else {
        format!("thread{GLUE}{}", holder.thread)
    };
    format!(", held by {who} since step{GLUE}{}", holder.step + 1)
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

/// What a step chose, or gave back where that says more than that it was done.
fn outcome(step: &Step) -> Option<String> {
    let text = match Remark::on(step)? {
        Remark::Equals(value) => format!("={GLUE}{value}"),
        Remark::Count(count, what) => format!("({count}{GLUE}{what})"),
        remark @ (Remark::Refused | Remark::Note(_) | Remark::Answer(_)) => remark.to_string(),
    };
    Some(text)
}

/// The number of an operation. What a thread made has the thread before it, as in the names of
/// objects.
fn numbered(argument: u32) -> String {
    match argument >> 16 {
        0 => format!("#{argument}"),
        maker => format!("#{}.{}", maker - 1, argument & 0xFFFF),
    }
}

/// The object's name in one piece.
fn glued(object: ObjectId) -> String {
    object.to_string().replace(' ', &GLUE.to_string())
}

/// A, B, … Z, then numbers.
fn letter(place: usize) -> String {
    let letter = u8::try_from(place)
        .ok()
        .and_then(|place| b'A'.checked_add(place));
    let letter = letter.filter(u8::is_ascii_uppercase).map(char::from);
    letter.map_or_else(|| (place + 1).to_string(), String::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::FactRecord;
    use crate::report::sample;

    fn texts(execution: &Execution) -> Vec<String> {
        let lines = tell(execution);
        lines
            .into_iter()
            .map(|line| line.sayings[0].text.replace(GLUE, " "))
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
        let begins = |thread| sample::fact(0, thread, Fact::CallBegins { call: 0 });
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
            "FwpmTransactionBegin session 0 -> TXN_IN_PROGRESS"
        );
        assert_eq!(texts[3], "FwpmFilterAdd session 0 #0");
    }

    #[test]
    fn what_a_thread_made_is_numbered_by_thread() {
        assert_eq!(
            [3, 0x1_0000, 0x2_0005].map(numbered),
            ["#3", "#0.0", "#1.5"]
        );
    }

    #[test]
    fn contexts_beyond_the_alphabet_have_numbers() {
        assert_eq!([0, 25, 26, 300].map(letter), ["A", "Z", "27", "301"]);
    }
}
