//! The other order of a race, as a sequence from the node before it.

use super::bits;
use super::broken::Broken;
use super::planned::Certainty;
use super::planned::Planned;
use super::planned::Sleeper;
use super::planned::Verdict;
use super::race::is_held;
use super::trace::Event;
use super::trace::Trace;

/// Everything after an event that does not happen after it, and then a step: *v* in the paper.
#[derive(Debug, Default)]
pub(super) struct Reversal {
    /// The events, as a set.
    beside: Vec<u64>,
    /// The step that ends the sequence.
    last: Option<Planned>,
    sequence: Vec<Planned>,
}

impl Reversal {
    /// The sequence from before event `earlier` in which this step does not follow it.
    pub(super) fn prepare(&mut self, trace: &Trace, earlier: usize, last: Planned) {
        trace.beside(earlier, &mut self.beside);
        self.break_off(trace, last);
        self.last = Some(last);
        self.sequence.clear();
    }

    fn break_off(&mut self, trace: &Trace, last: Planned) {
        let all = Broken::SequencesAreOneStep.is_on();
        if !all && !Broken::SequencesEndAtTheRace.is_on() {
            return;
        }
        let is_last = |index: &usize| {
            let event = trace.event(*index);
            event.thread == last.decision.thread && event.number == last.number
        };
        let end = (0..trace.len()).find(is_last).unwrap_or(trace.len());
        for index in 0..trace.len() {
            let own = trace.event(index).thread == last.decision.thread;
            if (all && !own) || index > end {
                bits::remove(&mut self.beside, index);
            }
        }
    }

    /// What a sleeper says of the sequence, and the event that it begins with, if that is why.
    pub(super) fn judge(&mut self, trace: &Trace, sleeper: &Sleeper) -> (Verdict, Option<usize>) {
        let decision = sleeper.step.decision;
        let Some(first) = trace.first_of(decision.thread, &self.beside) else {
            return (sleeper.judge(self.sequence(trace)), None);
        };
        let event = trace.event(first);
        let begins = event.alternative == decision.alternative
            && !bits::meet(trace.before(first), &self.beside);
        let verdict = if begins {
            Verdict::Covered
        } else {
            Verdict::New
        };
        (verdict, Some(first))
    }

    /// Whether the step that ends the sequence could not be taken there.
    pub(super) fn is_held(&self, trace: &Trace, earlier: usize, later: &Event) -> bool {
        is_held(trace, earlier, &self.beside, later)
    }

    /// The sequence, in the order of the execution.
    pub(super) fn sequence(&mut self, trace: &Trace) -> &mut Vec<Planned> {
        if self.sequence.is_empty() {
            let events = bits::ascending(&self.beside);
            self.sequence
                .extend(events.map(|index| trace.event(index).planned()));
            self.sequence.extend(self.last);
        }
        &mut self.sequence
    }
}

impl Event {
    /// The step as a plan.
    pub(super) fn planned(&self) -> Planned {
        Planned {
            decision: self.decision(),
            footprint: self.footprint,
            most: self.footprint,
            certainty: Certainty::Known,
            number: self.number,
        }
    }

    pub(super) const fn decision(&self) -> crate::execution::Decision {
        crate::execution::Decision {
            thread: self.thread,
            alternative: self.alternative,
        }
    }
}
