//! Wakeup trees: what is still to be explored from a node, as sequences that share beginnings.
//!
//! Abdulla et al., JACM 2017, section 5. A branch is a step with the branches that follow it.

use std::num::NonZeroU32;

use super::notdep::ReversedSequence;
use super::step_plan::PlannedStep;
use super::step_plan::WeakInitial;
use super::trace::Trace;

/// The place of a branch, from 1.
type Place = NonZeroU32;

/// The branches that start at one point, in the order in which they are explored.
#[derive(Debug, Default)]
pub(super) struct Branches(Option<Place>);

#[derive(Debug)]
struct Branch {
    step: PlannedStep,
    children: Branches,
    next: Option<Place>,
}

/// The branches of all wakeup trees. Places are used again.
#[derive(Debug, Default)]
pub(super) struct WakeupForest {
    branches: Vec<Branch>,
    free: Vec<Place>,
}

fn index(place: Place) -> usize {
    usize::try_from(place.get()).expect("32 bits fit") - 1
}

impl WakeupForest {
    fn at(&self, place: Place) -> &Branch {
        &self.branches[index(place)]
    }

    fn at_mut(&mut self, place: Place) -> &mut Branch {
        &mut self.branches[index(place)]
    }

    fn siblings(&self, first: Option<Place>) -> impl Iterator<Item = Place> {
        std::iter::successors(first, |&place| self.at(place).next)
    }

    /// Inserts a sequence, which is used up: follows the first branch that is a weak initial of it,
    /// without that step, until a leaf is reached or there is no such branch; then what is left
    /// becomes a new branch behind the others. Behind a leaf everything is explored.
    pub(super) fn insert(
        &mut self,
        branches: &mut Branches,
        sequence: &mut ReversedSequence,
        trace: &Trace,
    ) {
        let mut parent: Option<Place> = None;
        while !sequence.is_empty() {
            let first = parent.map_or(branches.0, |place| self.at(place).children.0);
            if parent.is_some() && first.is_none() {
                return;
            }
            let followed = self.siblings(first).find_map(|place| {
                match sequence.planned_initial(trace, &self.at(place).step) {
                    WeakInitial::No => None,
                    initial @ (WeakInitial::At(_) | WeakInitial::Independent) => {
                        Some((place, initial))
                    }
                }
            });
            let Some((place, initial)) = followed else {
                let chain = self.chain(sequence, trace);
                let last = self.siblings(first).last();
                match (last, parent) {
                    (Some(last), _) => self.at_mut(last).next = chain,
                    (None, Some(parent)) => self.at_mut(parent).children.0 = chain,
                    (None, None) => branches.0 = chain,
                }
                return;
            };
            if let WeakInitial::At(index) = initial {
                sequence.remove(trace, index);
            }
            parent = Some(place);
        }
    }

    /// A new branch without a fork.
    fn chain(&mut self, sequence: &ReversedSequence, trace: &Trace) -> Option<Place> {
        let mut children = None;
        for step in sequence.backwards(trace) {
            let branch = Branch {
                step,
                children: Branches(children),
                next: None,
            };
            children = Some(self.put(branch));
        }
        children
    }

    fn put(&mut self, branch: Branch) -> Place {
        if let Some(place) = self.free.pop() {
            *self.at_mut(place) = branch;
            return place;
        }
        self.branches.push(branch);
        let place = u32::try_from(self.branches.len()).expect("fewer branches than memory");
        NonZeroU32::new(place).expect("there is one")
    }

    /// Takes the first branch off: its step, and what follows it.
    pub(super) fn take(&mut self, branches: &mut Branches) -> Option<(PlannedStep, Branches)> {
        let place = branches.0?;
        let branch = self.at_mut(place);
        branches.0 = branch.next.take();
        let taken = (branch.step, Branches(branch.children.0.take()));
        self.free.push(place);
        Some(taken)
    }

    /// Drops branches with all that follows them.
    pub(super) fn drop(&mut self, branches: Branches) {
        let mut open = vec![branches];
        while let Some(mut branches) = open.pop() {
            while let Some((_, children)) = self.take(&mut branches) {
                open.push(children);
            }
        }
    }
}
