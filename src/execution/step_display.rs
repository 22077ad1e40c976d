//! A step in the words of a driver's log: `FwpmTransactionBegin failed with status 0xC022000E`.
//!
//! A call of the engine reads as a driver logs it. Every other step has the title of its verb, the
//! name of its object, and what it gave back, in the same words as a lane table. The text is made
//! when it is asked for, and not kept.

use std::fmt;

use crate::status::NtStatus;

use super::ResultNote;
use super::Step;
use super::StepResult;

/// A step, to be displayed in a driver's words: one line.
#[derive(Debug, Clone, Copy)]
pub struct StepDisplay<'s>(&'s Step);

impl<'s> StepDisplay<'s> {
    /// The words for a step.
    pub const fn of(step: &'s Step) -> Self {
        Self(step)
    }

    /// Whether the step did what it was asked: it neither failed, nor expired, nor was refused.
    pub fn is_as_asked(self) -> bool {
        let Self(step) = self;
        step.result.failure().is_none()
            && !step.expired
            && ResultNote::on(step) != Some(ResultNote::Refused)
    }
}

impl fmt::Display for StepDisplay<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(step) = self;
        let title = step.operation.verb.title();
        match step.result {
            StepResult::Status(status) if !status.is_success() => {
                write!(f, "{title} failed with status {}", Hexadecimal(status))?;
            }
            StepResult::Done | StepResult::Value(_) | StepResult::Status(_)
                if step.operation.verb.is_engine_call() && !step.expired =>
            {
                write!(f, "{title} succeeded")?;
            }
            StepResult::Done | StepResult::Value(_) | StepResult::Status(_) => {
                f.write_str(title)?;
                if let Some(object) = step.operation.object {
                    write!(f, " {object}")?;
                }
                if let Some(remark) = ResultNote::on(step) {
                    write!(f, " {remark}")?;
                }
            }
        }
        if step.expired {
            f.write_str(": the wait expired")?;
        }
        Ok(())
    }
}

impl fmt::Display for ResultNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equals(value) => write!(f, "= {value}"),
            Self::Becomes(value) => write!(f, ":= {value}"),
            Self::Count(count, what) => write!(f, "({count} {what})"),
            Self::Refused => f.write_str("(refused)"),
            Self::Note(note) => write!(f, "({note})"),
            Self::Answer(answer) => f.write_str(answer),
        }
    }
}

/// A status as a driver logs it: `0x` and eight digits.
pub(super) struct Hexadecimal(pub(super) NtStatus);

impl fmt::Display for Hexadecimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:08X}", self.0.value())
    }
}

#[cfg(test)]
mod tests {
    use crate::execution::Footprint;
    use crate::execution::ObjectId;
    use crate::execution::ObjectKind;
    use crate::execution::Operation;
    use crate::execution::ThreadId;
    use crate::execution::ThreadSet;
    use crate::execution::Verb;

    use super::*;

    fn step(verb: Verb, kind: ObjectKind, result: impl Into<StepResult>) -> Step {
        let thread = ThreadId::new(0);
        Step {
            thread,
            operation: Operation::on(verb, ObjectId::initial(kind, 0)),
            alternative: 0,
            expired: false,
            footprint: Footprint::EMPTY,
            result: result.into(),
            enabled: ThreadSet::only(thread),
        }
    }

    fn begin(status: NtStatus) -> Step {
        step(Verb::Begin, ObjectKind::SessionSlot, status)
    }

    #[track_caller]
    fn assert_tells(step: &Step, words: &str, as_asked: bool) {
        let telling = StepDisplay::of(step);
        assert_eq!(telling.to_string(), words);
        assert_eq!(telling.is_as_asked(), as_asked);
    }

    /// The line in the driver's log of the headline.
    #[test]
    fn a_refused_begin_reads_as_the_driver_logs_it() {
        let refused = begin(NtStatus::TXN_IN_PROGRESS);
        let words = "FwpmTransactionBegin failed with status 0xC022000E";

        assert_tells(&refused, words, false);
    }

    #[test]
    fn a_call_of_the_engine_that_does_what_it_says_succeeded() {
        let done = begin(NtStatus::SUCCESS);
        assert_tells(&done, "FwpmTransactionBegin succeeded", true);

        let close = step(Verb::EngineClose, ObjectKind::SessionSlot, ());
        assert_tells(&close, "FwpmEngineClose succeeded", true);
    }

    #[test]
    fn an_expired_wait_says_so() {
        let expire = |step: Step| Step {
            alternative: 1,
            expired: true,
            ..step
        };
        let begin = expire(begin(NtStatus::TIMEOUT));
        let words = "FwpmTransactionBegin failed with status 0xC0220012: the wait expired";
        assert_tells(&begin, words, false);

        let wait = expire(step(Verb::EventWait, ObjectKind::Event, false));
        assert_tells(&wait, "wait for event event 0: the wait expired", false);
    }

    #[test]
    fn a_lock_is_named() {
        let lock = step(Verb::ProviderAcquire, ObjectKind::ProviderLock, ());
        assert_tells(&lock, "ExAcquirePushLockExclusive provider-lock 0", true);
    }

    #[test]
    fn what_a_step_gave_back_stands_behind_it() {
        let count = step(Verb::Reference, ObjectKind::ContextReferences, 2);
        assert_tells(&count, "context: reference context-references 0 = 2", true);

        let scan = step(Verb::ListScan, ObjectKind::ProviderList, 0);
        let words = "provider: check capability provider-list 0 (0 listed)";
        assert_tells(&scan, words, true);

        let refused = step(Verb::RundownAcquire, ObjectKind::ProviderRundown, false);
        let words = "ExAcquireRundownProtection provider-rundown 0 (refused)";
        assert_tells(&refused, words, false);
    }

    #[test]
    fn a_choice_says_what_was_chosen() {
        let fault = Step {
            operation: Operation::local(Verb::Fault),
            alternative: 1,
            ..step(Verb::Fault, ObjectKind::Filter, 1)
        };
        assert_tells(&fault, "inject a fault? yes", true);
    }

    /// A success that is not `STATUS_SUCCESS` is no failure, and nothing to tell.
    #[test]
    fn a_pending_call_has_not_failed() {
        let pending = step(Verb::NmrDeregister, ObjectKind::Binding, NtStatus::PENDING);
        assert_tells(&pending, "NmrDeregisterClient binding 0", true);
    }
}
