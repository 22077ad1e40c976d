//! The cause in one sentence, for a person.

use std::borrow::Cow;

use crate::execution::Execution;
use crate::execution::Fact;
use crate::execution::Misuse;
use crate::execution::Names;
use crate::execution::Operation;
use crate::execution::ThreadId;
use crate::execution::Verb;

use super::Cause;
use super::CauseKind;
use super::Change;
use super::Contrast;
use super::Hold;

impl Cause {
    /// The sentence, without its full stop: what the two steps are, why their order matters, and
    /// how it would have been in the passing neighbour, if there is one.
    pub fn sentence(
        &self,
        execution: &Execution,
        contrast: Option<&Contrast>,
        names: &Names,
    ) -> String {
        let telling = SentenceBuilder {
            cause: self,
            execution,
            names,
        };
        let head = telling.head();
        match contrast {
            Some(contrast) => format!("{head}; {}", telling.otherwise(contrast)),
            None if self.is_always() => format!("{head}, in whatever order"),
            None => head,
        }
    }

    /// Whether no order of the threads makes a difference.
    const fn is_always(&self) -> bool {
        matches!(
            self.kind,
            CauseKind::FailsAlone | CauseKind::Misused(Misuse::IrqlTooHigh)
        )
    }
}

struct SentenceBuilder<'a> {
    cause: &'a Cause,
    execution: &'a Execution,
    names: &'a Names,
}

impl SentenceBuilder<'_> {
    fn thread(&self, index: usize) -> ThreadId {
        self.execution.steps[index].thread
    }

    fn label(&self, index: usize) -> Cow<'_, str> {
        self.names.label(self.thread(index))
    }

    /// What a step does; to which object, if the system itself has named that.
    fn title(&self, index: usize) -> String {
        let operation = self.execution.steps[index].operation;
        let named = operation.object.filter(|it| self.names.has_object(*it));
        self.names.operation(Operation {
            object: named,
            ..operation
        })
    }

    /// `1 FwpmTransactionBegin (step 23)`.
    fn who(&self, index: usize) -> String {
        format!(
            "{} {} (step {})",
            self.label(index),
            self.title(index),
            index + 1
        )
    }

    /// `0's FwpmTransactionAbort (step 23)`.
    fn whose(&self, index: usize) -> String {
        format!(
            "{}'s {} (step {})",
            self.label(index),
            self.title(index),
            index + 1
        )
    }

    /// `step 7 to 28`, or `from step 7 on`.
    fn span(&self) -> String {
        match (self.cause.with, self.cause.until) {
            (Some(from), Some(until)) => format!("step {} to {}", from + 1, until + 1),
            (Some(from), None) => format!("from step {} on", from + 1),
            (None, _) => "before".to_owned(),
        }
    }

    /// ` (begun at step 7)`.
    fn begun(&self) -> String {
        let begin = self.cause.with;
        begin.map_or_else(String::new, |from| format!(" (begun at step {})", from + 1))
    }

    fn owner(&self) -> String {
        let owner = self.cause.with.map(|with| self.label(with).into_owned());
        owner.unwrap_or_else(|| "another".to_owned())
    }

    fn head(&self) -> String {
        let Cause {
            kind,
            step,
            with,
            until,
            ..
        } = self.cause;
        match (kind, step, with) {
            (CauseKind::LockCycle, _, _) => self.cycle(),
            (CauseKind::LostSignal, _, _) => self.awaited("waits for", "set"),
            (CauseKind::SpinsForEver, _, _) => self.awaited("spins on", "change"),
            (CauseKind::WaitsForTransaction, _, _) => self.waits_for_transaction(),
            (CauseKind::TransactionLeftOpen, step, _) => self.left_open(*step),
            (CauseKind::CheckThenAct, Some(write), Some(with)) => {
                self.check_then_act(*write, *with, *until)
            }
            (CauseKind::Misused(misuse), Some(step), with) => self.misused(*misuse, *step, *with),
            (_, Some(step), _) => self.at_step(*step),
            (CauseKind::Misused(misuse), None, _) => {
                format!("{}, before any thread starts", misuse.describe())
            }
            (_, None, _) => "the call fails before any thread starts".to_owned(),
        }
    }

    /// The kinds that a single step shows.
    fn at_step(&self, step: usize) -> String {
        let (who, owner, span) = (self.who(step), self.owner(), self.span());
        match self.cause.kind {
            CauseKind::BeginInTransaction => format!(
                "{who} came while {owner}'s transaction on the same handle was open ({span}): one \
                 handle holds one transaction"
            ),
            CauseKind::EveryTryInTransaction => format!(
                "every try of {who} came while {owner}'s transaction on the same handle was open \
                 ({span}): to try again does not end it"
            ),
            CauseKind::CallInTransaction => format!(
                "{who} ran inside {owner}'s transaction on the same handle ({span}): whatever ends \
                 that decides over it"
            ),
            CauseKind::RolledBack => format!(
                "{who} became a part of {owner}'s transaction on the same handle ({span}), and \
                 {}",
                self.undoing("undid it")
            ),
            CauseKind::SplitByAbort => format!(
                "{who} became a part of {owner}'s transaction on the same handle ({span}), and \
                 {}, while {} took effect",
                self.undoing("undid it"),
                self.sibling(step)
            ),
            CauseKind::BeginTimedOut | CauseKind::CallTimedOut => self.timed_out(step),
            CauseKind::ReferenceRefused => match self.cause.with {
                Some(with) => format!("{who} came after {}: it was refused", self.whose(with)),
                None => format!("{who} was refused"),
            },
            CauseKind::DeleteFailed => format!(
                "{who} failed{}, and the detach went on as if it had not: its filter stays",
                self.status(step)
            ),
            CauseKind::NotificationLost => format!(
                "{who} got lost{}: the reference of its filter is never given back",
                self.status(step)
            ),
            CauseKind::FailsAlone => {
                format!("{who} fails{}", self.status(step))
            }
            CauseKind::Panicked => format!("{who} was the last step of a thread that panicked"),
            CauseKind::Order
            | CauseKind::LockCycle
            | CauseKind::LostSignal
            | CauseKind::SpinsForEver
            | CauseKind::WaitsForTransaction
            | CauseKind::TransactionLeftOpen
            | CauseKind::CheckThenAct
            | CauseKind::Misused(_) => match self.cause.with {
                Some(with) => format!("{who} came after {}", self.whose(with)),
                None => format!("{who} is where it shows"),
            },
        }
    }

    fn status(&self, step: usize) -> String {
        let failure = self.execution.steps[step].result.failure();
        failure.map_or_else(String::new, |status| format!(" with {}", status.short()))
    }

    /// `0's FwpmTransactionAbort undid it`.
    fn undoing(&self, what: &str) -> String {
        match self.cause.until {
            Some(end) => format!("{}'s {} {what}", self.label(end), self.title(end)),
            None => "nothing ended that".to_owned(),
        }
    }

    /// Another step of the same kind by the same thread, outside the transaction.
    fn sibling(&self, step: usize) -> String {
        let inside = |index: usize| {
            self.cause.with.is_some_and(|from| from < index)
                && self.cause.until.is_none_or(|until| index <= until)
        };
        let mut steps = 0..self.execution.steps.len();
        let other = steps.find(|&index| {
            let alike = self.title(index) == self.title(step);
            alike && self.thread(index) == self.thread(step) && !inside(index)
        });
        other.map_or_else(
            || "another".to_owned(),
            |index| format!("the one of step {}", index + 1),
        )
    }

    fn timed_out(&self, step: usize) -> String {
        let who = self.who(step);
        let ignored = self.cause.kind == CauseKind::CallTimedOut && self.returned_0(step);
        let behind = match self.cause.with {
            Some(_) => format!(
                "{who} waited for the engine's lock, which {}'s transaction held ({}), and its \
                 wait ran out",
                self.owner(),
                self.span()
            ),
            None => format!("the wait of {who} ran out before what it waited for came"),
        };
        if ignored {
            format!("{behind}; the detach returned 0 all the same")
        } else {
            behind
        }
    }

    /// Whether the call of a step returned 0.
    fn returned_0(&self, step: usize) -> bool {
        let thread = self.thread(step);
        let mut facts = self.execution.facts.iter();
        facts.any(|record| {
            let later = usize::try_from(record.after).is_ok_and(|after| after > step);
            let done = matches!(record.fact, Fact::CallReturns { errno: 0, .. });
            later && done && record.thread == Some(thread)
        })
    }

    fn left_open(&self, step: Option<usize>) -> String {
        let open = match self.cause.until {
            Some(failed) => format!(
                "{}'s transaction{} stays open, because {} failed{}",
                self.owner(),
                self.begun(),
                self.whose(failed),
                self.status(failed)
            ),
            None => format!("{}'s transaction{} stays open", self.owner(), self.begun()),
        };
        match step {
            Some(step) => format!(
                "{open}, and {} on the same handle is refused",
                self.who(step)
            ),
            None => open,
        }
    }

    fn waits_for_transaction(&self) -> String {
        let waiting: Vec<String> = self
            .cause
            .holds
            .iter()
            .map(|hold| self.names.label(hold.thread).into_owned())
            .collect();
        format!(
            "{}, and {} for the engine's lock for ever",
            self.left_open(None),
            match &waiting[..] {
                [one] => format!("{one} waits"),
                several => format!("{} wait", several.join(" and ")),
            }
        )
    }

    fn cycle(&self) -> String {
        let one = |hold: &Hold| {
            let taken = hold
                .taken
                .map_or_else(String::new, |index| format!(" (step {})", index + 1));
            let holder = hold
                .holder
                .map_or(Cow::Borrowed("?"), |holder| self.names.label(holder));
            format!(
                "{} waits for {}, which {holder} holds{taken}",
                self.names.label(hold.thread),
                self.names.object(hold.object)
            )
        };
        let all: Vec<String> = self.cause.holds.iter().map(one).collect();
        format!("{}: nobody gives way", all.join("; "))
    }

    /// What the threads do, and what nobody does.
    fn awaited(&self, what: &str, never: &str) -> String {
        let one = |hold: &Hold| {
            let thread = self.names.label(hold.thread);
            format!("{thread} {what} {}", self.names.object(hold.object))
        };
        let all: Vec<String> = self.cause.holds.iter().map(one).collect();
        format!("{}, and nobody is left to {never} it", all.join("; "))
    }

    fn check_then_act(&self, write: usize, with: usize, read: Option<usize>) -> String {
        let (own, other) = (self.label(write), self.label(with));
        let read = read.map_or_else(String::new, |read| format!(" (step {})", read + 1));
        format!(
            "{} wrote what it had made of its read{read}, but {other} had written in between \
             (step {}): {own} does not know of that",
            self.who(write),
            with + 1
        )
    }

    fn misused(&self, misuse: Misuse, step: usize, with: Option<usize>) -> String {
        let who = self.who(step);
        match (misuse, with) {
            (Misuse::IrqlTooHigh, Some(with)) => format!(
                "{} raised it to DISPATCH_LEVEL, where {who} must not be called",
                self.whose(with)
            ),
            (_, Some(with)) => format!(
                "{}: {who} came after {}",
                misuse.describe(),
                self.whose(with)
            ),
            (_, None) => format!("{}: {who}", misuse.describe()),
        }
    }

    /// `had 0 committed first, both attach`.
    fn otherwise(&self, contrast: &Contrast) -> String {
        let result = if contrast.is_clean {
            good(&contrast.execution)
        } else {
            "this would not happen".to_owned()
        };
        match contrast.change {
            Change::NoFault => format!("without the fault, {result}"),
            Change::Order {
                later: Some(later), ..
            } => {
                let thread = self.label(later);
                let verb = self.execution.steps[later].operation.verb;
                let end = if verb == Verb::Commit {
                    format!("{thread} committed")
                } else if verb == Verb::Abort {
                    format!("{thread} aborted")
                } else {
                    format!("{} come", self.whose(later))
                };
                format!("had {end} first, {result}")
            }
            Change::Order { later: None, .. } => format!("in another order, {result}"),
        }
    }
}

/// What the calls of a passing execution come to.
fn good(execution: &Execution) -> String {
    let of_threads = execution
        .facts
        .iter()
        .filter(|record| record.thread.is_some());
    let (mut calls, mut done, mut attaches) = (0, 0, 0);
    for record in of_threads {
        calls += u32::from(matches!(record.fact, Fact::CallReturns { .. }));
        done += u32::from(matches!(record.fact, Fact::CallReturns { errno: 0, .. }));
        attaches += u32::from(matches!(record.fact, Fact::AttachUses { .. }));
    }
    let text = match (calls, attaches == calls) {
        _ if done < calls => "nothing is broken",
        (0, _) => "nothing is broken",
        (1, true) => "the attach succeeds",
        (2, true) => "both attach",
        (_, true) => "all attach",
        (_, false) => "every call does what it says",
    };
    text.to_owned()
}
