//! The reversal of a race: the sequence *v* = notdep(*e*, *E*).*f* of the paper.

use super::bits;
use super::mutation::Mutation;
use super::step_plan::PlannedStep;
use super::step_plan::WeakInitial;
use super::trace::Event;
use super::trace::Trace;

/// More sets than this are not worth their sequences.
const SUBSETS_MAX: usize = 32;

/// A sequence of steps from the state before some event: events of the trace in their order, and
/// perhaps one step more. The events run as they were recorded, because the set is closed: it has
/// every event from there on that one of its own depends on.
///
/// The place of an event is its index; the place of the last step is the length of the trace.
#[derive(Debug, Default)]
pub(super) struct ReversedSequence {
    events: Vec<u64>,
    last: Option<PlannedStep>,
}

impl ReversedSequence {
    /// The sequence of one step.
    pub(super) fn only(&mut self, step: PlannedStep) {
        self.events.clear();
        self.last = Some(step);
    }

    /// notdep(e, E).f: every event after event `earlier` that does not happen after it, and then
    /// `last`.
    pub(super) fn reverse(&mut self, trace: &Trace, earlier: usize, last: PlannedStep) {
        trace.not_after(earlier, &mut self.events);
        self.break_off(trace, &last);
        self.last = Some(last);
    }

    /// The events of notdep(e, E) without event `later` and what happens after it, if it is there.
    pub(super) fn reverse_pending(&mut self, trace: &Trace, earlier: usize, later: usize) {
        trace.not_after(earlier, &mut self.events);
        self.last = None;
        if later < trace.len() && bits::has(&self.events, later) {
            trace.remove_with_successors(later, &mut self.events);
        }
    }

    /// The sequence of these events.
    pub(super) fn assign(&mut self, events: &[u64]) {
        self.events.clear();
        self.events.extend_from_slice(events);
        self.last = None;
    }

    /// Adds the last step.
    pub(super) const fn end_with(&mut self, last: PlannedStep) {
        self.last = Some(last);
    }

    /// The closed subsets of the events that differ in which steps they have that a step may depend
    /// on, each as large as it can be: the events without some of these, and without what happens
    /// after those. What leads to the step is in all of them. `None` if there are too many.
    pub(super) fn subsets(&self, trace: &Trace, waiting: &Event) -> Option<Vec<Vec<u64>>> {
        let mut open = vec![(self.events.clone(), trace.len())];
        let mut all = Vec::new();
        while let Some((set, dropped)) = open.pop() {
            for index in bits::ascending(&set).filter(|&index| index < dropped) {
                let removable = waiting.may_depend_on(&trace.event(index).footprint)
                    && !(dropped < trace.len() && trace.is_before(index, dropped))
                    && !waiting.follows(trace, index);
                if removable {
                    let mut less = set.clone();
                    trace.remove_with_successors(index, &mut less);
                    open.push((less, index));
                }
            }
            all.push(set);
            if Mutation::OrdersAreNotOpen.is_on() {
                return Some(all);
            }
            if all.len() + open.len() > SUBSETS_MAX {
                return None;
            }
        }
        Some(all)
    }

    /// True if an event of the sequence changes something that a step waits for.
    pub(super) fn changes_awaited(&self, trace: &Trace, waiting: &Event) -> bool {
        let mut candidates = trace.candidates(&waiting.pre.declared);
        candidates.any(|index| {
            bits::has(&self.events, index) && waiting.is_changed_by(&trace.event(index).footprint)
        })
    }

    /// True if a step may depend on an event of the sequence that does not lead to it.
    pub(super) fn has_open_order(&self, trace: &Trace, waiting: &Event) -> bool {
        let mut candidates = trace.candidates(&waiting.pre.declared);
        candidates.any(|index| {
            bits::has(&self.events, index)
                && waiting.may_depend_on(&trace.event(index).footprint)
                && !waiting.follows(trace, index)
        })
    }

    /// The events as a set of indices.
    pub(super) fn events(&self) -> &[u64] {
        &self.events
    }

    /// Whether a step is a weak initial of the events, or of all with the last step if it is of
    /// that step's thread. The last step's footprint does not count: see the module header.
    pub(super) fn weak_initial(&self, trace: &Trace, step: &PlannedStep) -> WeakInitial {
        let thread = step.decision.thread;
        if let Some(first) = trace.first_of(thread, &self.events) {
            // What an event depends on happens before it, and nothing else here does.
            let follows = bits::meet(trace.before(first), &self.events);
            let same = step.is_same_step(&trace.event(first).planned());
            return if follows || !same {
                WeakInitial::No
            } else {
                WeakInitial::At(first)
            };
        }
        let last = self.last.filter(|last| last.decision.thread == thread);
        let exact = last.filter(|last| last.exact && !step.exact);
        let footprint = exact.map_or(step.footprint, |last| last.footprint);
        let mut candidates = trace.candidates(&footprint);
        let conflicts = |index| {
            bits::has(&self.events, index) && trace.event(index).footprint.depends(&footprint)
        };
        match last {
            _ if candidates.any(conflicts) => WeakInitial::No,
            Some(last) if step.is_same_step(&last) => WeakInitial::At(trace.len()),
            Some(_) => WeakInitial::No,
            None => WeakInitial::Independent,
        }
    }

    /// The same for a step that is planned: if it does not occur, it must be independent of the
    /// last step, too, whatever that touches, and certain to be enabled.
    pub(super) fn planned_initial(&self, trace: &Trace, step: &PlannedStep) -> WeakInitial {
        match self.weak_initial(trace, step) {
            WeakInitial::Independent => {
                let depends = |last: PlannedStep| last.footprint.depends(&step.footprint);
                let certain = step.enabled && !self.last.is_some_and(depends);
                if certain || Mutation::PlansAreExact.is_on() {
                    WeakInitial::Independent
                } else {
                    WeakInitial::No
                }
            }
            initial @ (WeakInitial::No | WeakInitial::At(_)) => initial,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.last.is_none() && self.events.iter().all(|bits| *bits == 0)
    }

    /// Drops what two mutations leave out.
    fn break_off(&mut self, trace: &Trace, last: &PlannedStep) {
        let all = Mutation::SequencesAreOneStep.is_on();
        if !all && !Mutation::SequencesEndAtTheRace.is_on() {
            return;
        }
        let thread = last.decision.thread;
        let own = |index: &usize| trace.event(*index).thread == thread;
        let end = (0..trace.len()).rfind(own).unwrap_or(trace.len());
        for index in (0..trace.len()).filter(|index| (all && !own(index)) || *index > end) {
            bits::remove(&mut self.events, index);
        }
    }

    /// Takes out the step at a place.
    pub(super) fn remove(&mut self, trace: &Trace, place: usize) {
        if Mutation::StepsAreTakenTwice.is_on() {
            return;
        }
        if place == trace.len() {
            self.last = None;
        } else {
            bits::remove(&mut self.events, place);
        }
    }

    /// The steps, the last one first.
    pub(super) fn backwards(&self, trace: &Trace) -> impl Iterator<Item = PlannedStep> {
        let events = bits::descending(self.events.iter().copied());
        let events = events.map(|index| trace.event(index).planned());
        self.last.into_iter().chain(events)
    }
}
