//! Executions written by hand, in the notation of schedules.

use crate::execution::Access;
use crate::execution::Blocked;
use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Fact;
use crate::execution::FactRecord;
use crate::execution::Footprint;
use crate::execution::ObjectId;
use crate::execution::ObjectKind;
use crate::execution::Operation;
use crate::execution::Step;
use crate::execution::StepNote;
use crate::execution::StepResult;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::execution::Touch;
use crate::status::NtStatus;

/// An execution in the making.
#[derive(Debug)]
pub(super) struct ExecutionBuilder(Execution);

impl ExecutionBuilder {
    pub(super) fn new() -> Self {
        Self(Execution::empty())
    }

    /// A step on session 0 that touches nothing.
    pub(super) fn step(self, note: &str) -> Self {
        self.touching(note, 0, &[])
    }

    /// A step on a session, which touches some variables.
    pub(super) fn touching(mut self, note: &str, session: u16, touched: &[(u16, Access)]) -> Self {
        let note: StepNote = note.parse().expect("a step");
        let session = ObjectId::initial(ObjectKind::SessionSlot, session);
        let touch = |&(index, access): &(u16, Access)| {
            let object = ObjectId::initial(ObjectKind::Variable, index);
            Touch { object, access }
        };
        let footprint: Vec<Touch> = touched.iter().map(touch).collect();
        self.0.steps.push(Step {
            thread: note.decision.thread,
            operation: Operation::on(note.verb, session),
            alternative: note.decision.alternative,
            expired: false,
            footprint: Footprint::of(&footprint).expect("few objects"),
            result: StepResult::Status(note.failure.unwrap_or(NtStatus::SUCCESS)),
            enabled: ThreadSet::only(note.decision.thread),
        });
        self
    }

    pub(super) fn fact(mut self, thread: usize, fact: Fact) -> Self {
        let after = u32::try_from(self.0.steps.len()).expect("few steps");
        self.0.facts.push(FactRecord {
            after,
            thread: Some(ThreadId::new(thread)),
            fact,
        });
        self
    }

    /// A call that returns an errno and is expected to return 0.
    pub(super) fn returns(self, thread: usize, errno: u32, cause: NtStatus) -> Self {
        self.fact(
            thread,
            Fact::CallReturns {
                call: 0,
                errno,
                expected: 0,
                cause,
            },
        )
    }

    pub(super) fn deadlock(mut self, note: &str) -> Self {
        let note: StepNote = note.parse().expect("a step");
        let operation = Operation::local(note.verb);
        self.0.end = End::Deadlock(vec![Blocked {
            thread: note.decision.thread,
            operation,
        }]);
        self
    }

    pub(super) fn rest(mut self, edit: impl FnOnce(&mut crate::execution::FinalState)) -> Self {
        edit(&mut self.0.rest);
        self
    }

    pub(super) fn done(self) -> Execution {
        self.0
    }
}
