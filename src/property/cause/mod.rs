//! Why an execution breaks a property: the two steps whose order decides it, and what kind of
//! mistake that is.
//!
//! Computed from the trace alone, as data: what a transaction was open for, who waits for whom,
//! which call failed. A [`Contrast`], an execution that differs in one ordering (or in one fault)
//! and passes, tells the other half of the sentence; whoever can run executions finds it. A kind is
//! never told that the steps do not show; where none is known, it is [`CauseKind::Order`].

mod contrast;
mod failure;
mod sentence;
mod steps;
mod stuck;
mod transactions;

use crate::execution::End;
use crate::execution::Execution;
use crate::execution::Fact;
use crate::execution::Misuse;
use crate::execution::StepResult;
use crate::execution::ThreadId;
use crate::execution::Verb;
use crate::status::NtStatus;

use super::Property;
use super::Violation;

use steps::call_steps;
use steps::failing_step;
use transactions::Transaction;
use transactions::transactions;

pub use contrast::Change;
pub use contrast::Contrast;
pub use contrast::reversed;
pub use failure::Failure;
pub use stuck::Hold;

/// What kind of mistake it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CauseKind {
    /// A begin came while another thread's transaction was open on the handle.
    BeginInTransaction,
    /// Every try to begin did.
    EveryTryInTransaction,
    /// A transaction was never ended, because the call that should have failed.
    TransactionLeftOpen,
    /// A call ran inside another thread's transaction.
    CallInTransaction,
    /// Such a call was undone when that thread aborted.
    RolledBack,
    /// Of several calls some were undone so, and some were not.
    SplitByAbort,
    /// A begin waited for another thread's transaction, and its wait ran out.
    BeginTimedOut,
    /// Another call did.
    CallTimedOut,
    /// Threads wait for locks in a circle.
    LockCycle,
    /// A thread waits for a transaction that nobody ends.
    WaitsForTransaction,
    /// A thread waits for an event that nobody sets any more.
    LostSignal,
    /// A thread spins on what nobody changes any more.
    SpinsForEver,
    /// A thread acted on what it had read, and another had written it meanwhile.
    CheckThenAct,
    /// A kernel primitive was misused.
    Misused(Misuse),
    /// A rundown reference was refused.
    ReferenceRefused,
    /// A deletion failed, and nobody took notice.
    DeleteFailed,
    /// The notification of a deletion got lost.
    NotificationLost,
    /// A call fails whatever the other threads do.
    FailsAlone,
    /// A thread panicked.
    Panicked,
    /// Anything else that depends on the order of the steps.
    Order,
}

impl CauseKind {
    /// The kind in reports for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BeginInTransaction => "begin-in-transaction",
            Self::EveryTryInTransaction => "every-try-in-transaction",
            Self::TransactionLeftOpen => "transaction-left-open",
            Self::CallInTransaction => "call-in-transaction",
            Self::RolledBack => "rolled-back",
            Self::SplitByAbort => "split-by-abort",
            Self::BeginTimedOut => "begin-timed-out",
            Self::CallTimedOut => "call-timed-out",
            Self::LockCycle => "lock-cycle",
            Self::WaitsForTransaction => "waits-for-transaction",
            Self::LostSignal => "lost-signal",
            Self::SpinsForEver => "spins-for-ever",
            Self::CheckThenAct => "check-then-act",
            Self::Misused(Misuse::IrqlTooHigh) => "wrong-irql",
            Self::Misused(Misuse::UseAfterFree) => "use-after-free",
            Self::Misused(Misuse::OverRelease) => "over-release",
            Self::Misused(Misuse::StaleHandle) => "stale-handle",
            Self::Misused(Misuse::NoCriticalRegion) => "no-critical-region",
            Self::Misused(Misuse::ForeignRelease) => "foreign-release",
            Self::Misused(Misuse::NullPointer) => "null-pointer",
            Self::Misused(Misuse::ReentrantCall) => "reentrant-call",
            Self::ReferenceRefused => "reference-refused",
            Self::DeleteFailed => "delete-failed",
            Self::NotificationLost => "notification-lost",
            Self::FailsAlone => "fails-alone",
            Self::Panicked => "panicked",
            Self::Order => "order",
        }
    }
}

/// Why an execution breaks a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// What kind of mistake.
    pub kind: CauseKind,
    /// The step at which it shows, by index.
    pub step: Option<usize>,
    /// The step that it conflicts with, by index: one of another thread, or what went wrong before.
    pub with: Option<usize>,
    /// The last step of what it conflicts with, if that lasts: the end of a transaction.
    pub until: Option<usize>,
    /// Who holds what and waits for what, if nobody can go on.
    pub holds: Vec<Hold>,
}

impl Cause {
    const fn of(kind: CauseKind, step: Option<usize>) -> Self {
        Self {
            kind,
            step,
            with: None,
            until: None,
            holds: Vec::new(),
        }
    }

    /// The same, beside a transaction.
    fn beside(self, transaction: Option<&Transaction>) -> Self {
        Self {
            with: transaction.map(|open| open.begin),
            until: transaction.and_then(|open| open.end),
            ..self
        }
    }

    /// Why an execution breaks a property as the violation says.
    pub fn find(execution: &Execution, violation: &Violation) -> Self {
        match violation.property {
            Property::NoDeadlock | Property::NoLivelock => stuck::find(execution),
            Property::NoPanic => Self::of(CauseKind::Panicked, last_step(execution, violation)),
            Property::KernelDiscipline => misused(execution, violation),
            Property::SucceedsAlone => {
                Self::of(CauseKind::FailsAlone, failing_step(execution, violation))
            }
            Property::NonInterference => refused(execution, violation),
            Property::SessionDiscipline => inside(execution, violation),
            Property::Atomicity | Property::ErrorTruthfulness | Property::ReferenceAccounting => {
                left(execution, violation)
            }
        }
    }

    /// Why a program of somebody's own came to what it did: a deadlock, a call of the engine that
    /// failed in the thread that panicked, or an update that was lost between a read and a write.
    pub fn of_program(execution: &Execution) -> Self {
        let call = match &execution.end {
            End::Deadlock(_) | End::Livelock(_) => return stuck::find(execution),
            End::Panicked { thread, .. } => failed_call(execution, *thread),
            End::Finished | End::Redundant | End::StepLimit => None,
        };
        let lost = || steps::stale_write(execution);
        call.or_else(lost)
            .unwrap_or_else(|| Self::of(CauseKind::Order, None))
    }
}

/// Why the last call of the engine that failed in a thread did, if its steps show it.
fn failed_call(execution: &Execution, thread: ThreadId) -> Option<Cause> {
    let own = execution.steps.iter().rev();
    let mut own = own.filter(|step| step.thread == thread);
    let status = own.find_map(|step| step.result.failure())?;
    let violation = Violation {
        thread: Some(thread),
        status: Some(status),
        ..Violation::new(Property::NonInterference, String::new())
    };
    let cause = refused(execution, &violation);
    (cause.kind != CauseKind::Order).then_some(cause)
}

fn last_step(execution: &Execution, violation: &Violation) -> Option<usize> {
    let thread = violation.thread?;
    execution
        .steps
        .iter()
        .rposition(|step| step.thread == thread)
}

/// A call that returned what it should not.
fn refused(execution: &Execution, violation: &Violation) -> Cause {
    let Some(index) = failing_step(execution, violation) else {
        return reference_refused(execution, violation, None);
    };
    let step = &execution.steps[index];
    let all = transactions(execution);
    let others = || all.iter().filter(|open| open.owner != step.thread);
    if step.expired {
        let kind = if step.operation.verb == Verb::Begin {
            CauseKind::BeginTimedOut
        } else {
            CauseKind::CallTimedOut
        };
        let holder = others().find(|open| open.covers(index));
        return Cause::of(kind, Some(index)).beside(holder);
    }
    let open =
        others().find(|open| open.covers(index) && Some(open.session) == step.operation.object);
    let in_progress = step.result.failure() == Some(NtStatus::TXN_IN_PROGRESS);
    if let Some(open) = open.filter(|_| in_progress && step.operation.verb == Verb::Begin) {
        let tries = call_steps(execution, violation).filter(|&index| {
            let step = &execution.steps[index];
            step.operation.verb == Verb::Begin && step.result.failure().is_some()
        });
        let kind = match (open.failed_end, tries.count()) {
            (Some(_), _) => CauseKind::TransactionLeftOpen,
            (None, 0 | 1) => CauseKind::BeginInTransaction,
            (None, _) => CauseKind::EveryTryInTransaction,
        };
        let cause = Cause::of(kind, Some(index)).beside(Some(open));
        let until = open.failed_end.or(cause.until);
        return Cause { until, ..cause };
    }
    reference_refused(execution, violation, Some(index))
}

/// A rundown reference that a call was refused, which need not be a failure of a step; else the
/// step that failed, if one did.
fn reference_refused(
    execution: &Execution,
    violation: &Violation,
    failing: Option<usize>,
) -> Cause {
    let refusal = call_steps(execution, violation).find(|&index| {
        let step = &execution.steps[index];
        step.operation.verb == Verb::RundownAcquire && step.result == StepResult::Value(0)
    });
    let kind = if refusal.is_some() {
        CauseKind::ReferenceRefused
    } else {
        CauseKind::Order
    };
    let index = refusal.or(failing);
    Cause {
        with: index.and_then(|index| steps::conflicting(execution, index)),
        ..Cause::of(kind, index)
    }
}

/// A call inside a transaction of another thread.
fn inside(execution: &Execution, violation: &Violation) -> Cause {
    let all = transactions(execution);
    let found = execution
        .steps
        .iter()
        .enumerate()
        .find_map(|(index, step)| {
            let is_meant = violation.thread == Some(step.thread) && step.result.failure().is_none();
            let open = all.iter().find(|open| {
                open.holds(index)
                    && open.owner != step.thread
                    && Some(open.session) == step.operation.object
            });
            open.filter(|_| is_meant && !step.expired)
                .map(|open| (index, open))
        });
    let index = found.map(|(index, _)| index);
    Cause::of(CauseKind::CallInTransaction, index).beside(found.map(|(_, open)| open))
}

/// Filters, references or transactions that are left.
fn left(execution: &Execution, violation: &Violation) -> Cause {
    let all = transactions(execution);
    let aborted = || all.iter().filter(|open| open.is_aborted(execution));
    let undone = |index: usize| {
        let step = &execution.steps[index];
        aborted().find(|open| {
            open.holds(index)
                && open.owner != step.thread
                && Some(open.session) == step.operation.object
        })
    };
    let deletes: Vec<usize> = steps::with_verb(execution, Verb::FilterDelete).collect();
    let worked = |&&index: &&usize| steps::worked(&execution.steps[index]);
    let first = deletes
        .iter()
        .filter(worked)
        .find_map(|&index| Some((index, undone(index)?)));
    let leaves_open = execution.rest.transactions_open > 0;
    if let Some((index, open)) = first {
        let thread = execution.steps[index].thread;
        let mine = |&&index: &&usize| execution.steps[index].thread == thread;
        let mut others = deletes.iter().filter(mine).filter(worked);
        let partial = violation.property == Property::Atomicity;
        let split = partial && others.any(|&index| undone(index).is_none());
        let kind = if split {
            CauseKind::SplitByAbort
        } else {
            CauseKind::RolledBack
        };
        return Cause::of(kind, Some(index)).beside(Some(open));
    }
    if let Some(open) = all
        .iter()
        .find(|open| leaves_open && open.failed_end.is_some())
    {
        let cause = Cause::of(CauseKind::TransactionLeftOpen, None).beside(Some(open));
        return Cause {
            until: open.failed_end,
            ..cause
        };
    }
    let failed = deletes
        .iter()
        .copied()
        .find(|&index| !steps::worked(&execution.steps[index]));
    // A fault of the scenario lets the notification fail; one of the engine makes none.
    let lost = steps::with_verb(execution, Verb::NotifyDelete)
        .filter(|&index| !steps::worked(&execution.steps[index]))
        .chain(steps::with_verb(execution, Verb::NotificationLost))
        .min();
    match (failed, lost) {
        (Some(index), _) if execution.steps[index].expired => {
            let thread = execution.steps[index].thread;
            let holder = all
                .iter()
                .find(|open| open.owner != thread && open.covers(index));
            Cause::of(CauseKind::CallTimedOut, Some(index)).beside(holder)
        }
        (Some(index), _) => Cause::of(CauseKind::DeleteFailed, Some(index)),
        (None, Some(index)) => Cause::of(CauseKind::NotificationLost, Some(index)),
        (None, None) => Cause::of(CauseKind::Order, last_step(execution, violation)),
    }
}

/// A kernel primitive that was misused.
fn misused(execution: &Execution, violation: &Violation) -> Cause {
    let found = execution.facts.iter().find_map(|record| match record.fact {
        Fact::Misused(misuse) if record.thread == violation.thread => Some((record, misuse)),
        Fact::Misused(_)
        | Fact::CallBegins { .. }
        | Fact::CallReturns { .. }
        | Fact::FaultInjected
        | Fact::AttachUses { .. }
        | Fact::DetachTakes { .. }
        | Fact::ContextMade { .. }
        | Fact::FilterCommitted { .. }
        | Fact::FilterRemoved { .. } => None,
    });
    let Some((record, misuse)) = found else {
        return Cause::of(CauseKind::Order, None);
    };
    let after = usize::try_from(record.after).expect("an execution fits into memory");
    let kind = CauseKind::Misused(misuse);
    if misuse == Misuse::IrqlTooHigh {
        // It is noticed before the step that needs PASSIVE_LEVEL.
        let is_own = |index: &usize| record.thread == Some(execution.steps[*index].thread);
        let step = (after..execution.steps.len()).find(is_own);
        let with = (0..after)
            .rev()
            .filter(is_own)
            .find(|&index| execution.steps[index].operation.verb == Verb::GuardAcquire);
        return Cause {
            with,
            ..Cause::of(kind, step)
        };
    }
    let step = after.checked_sub(1);
    let with = step.and_then(|index| steps::conflicting(execution, index));
    Cause {
        with,
        ..Cause::of(kind, step)
    }
}
