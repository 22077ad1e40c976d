//! Wakeup trees: what is still to be explored from a node, as sequences that share their
//! beginnings.
//!
//! Abdulla et al., JACM 2017, section 5. Each branch is a step with what is to follow it. A
//! sequence is inserted by following the first branch that can begin it, until it is used up or a
//! leaf is reached (then whatever is explored from there meets it, or finds the race again), or no
//! branch can begin it: then its rest becomes a new branch.
//!
//! What is added to the paper: the last step of a sequence may not be known well. A branch beside
//! which such a doubt was left is *doubtful*: it is looked at again when its turn comes, because by
//! then the branches before it were explored and what they depend on is known. Nothing else relies
//! on a doubtful branch, since it may be dropped.

use std::num::NonZeroU32;

use super::ahead::Ahead;
use super::broken::Broken;
use super::planned::Begins;
use super::planned::Conflict;
use super::planned::Planned;

/// The place of a branch, from 1.
type Place = NonZeroU32;

/// The branches that start at one point, in the order in which they are to be explored.
#[derive(Debug, Default)]
pub(super) struct Branches(Option<Place>);

/// How far what is planned is to be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trust {
    /// It leads somewhere new.
    Sure,
    /// It may lead nowhere new: nothing relies on it.
    Doubtful,
    /// Besides, it followed a step of which it is not known what it does. If that changes what this
    /// looks at, then even known steps will do something else.
    Supposed,
}

#[derive(Debug)]
struct Branch {
    step: Planned,
    trust: Trust,
    /// Whether a sequence was left to this leaf that goes on behind it.
    relied_on: bool,
    /// The rests of such sequences, if it is open what the step of the leaf will touch.
    left: Branches,
    children: Branches,
    next: Option<Place>,
}

/// The branches of all trees. Places are used again.
#[derive(Debug, Default)]
pub(super) struct Forest {
    branches: Vec<Branch>,
    free: Vec<Place>,
}

/// A branch that was taken off its tree.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) step: Planned,
    pub(super) trust: Trust,
    /// Whether it is a leaf to which sequences were left: behind it they are to be found.
    pub(super) relied_on: bool,
    /// The rests of those that were kept.
    pub(super) left: Branches,
    /// What is to follow the step.
    pub(super) children: Branches,
}

fn index(place: Place) -> usize {
    usize::try_from(place.get()).expect("32 bits fit") - 1
}

impl Forest {
    fn at(&self, place: Place) -> &Branch {
        &self.branches[index(place)]
    }

    fn at_mut(&mut self, place: Place) -> &mut Branch {
        &mut self.branches[index(place)]
    }

    fn siblings(&self, first: Option<Place>) -> impl Iterator<Item = Place> {
        std::iter::successors(first, |&place| self.at(place).next)
    }

    /// Inserts a sequence, which is not empty and is used up: its place among these branches.
    ///
    /// Whether that place is also the one of every other sequence that has the same steps as far as
    /// they stay, which is asked of a branch's step and its place in the sequence.
    pub(super) fn insert(
        &mut self,
        branches: &mut Branches,
        sequence: &mut impl Ahead,
        mut trust: Trust,
        stays: impl Fn(usize, &Planned) -> bool,
    ) -> bool {
        // Invariant: `parent` is the branch whose children are looked at, `None` the root; all on
        // the way to it stay if it `lasts`.
        let mut parent: Option<Place> = None;
        let mut lasts = true;
        loop {
            let first = parent.map_or(branches.0, |place| self.at(place).children.0);
            if let (Some(leaf), None) = (parent, first) {
                if !sequence.is_empty() {
                    self.leave(leaf, sequence);
                }
                return lasts && self.rely_on(leaf);
            }
            if sequence.is_empty() {
                return false;
            }
            let (place, begins) = match self.follow(first, sequence, &mut trust) {
                Follow::Into(place, begins) => (place, begins),
                Follow::Same => return false,
                Follow::Beside => {
                    let stays = |(place, step): (usize, Planned)| stays(place, &step);
                    lasts = lasts && trust == Trust::Sure && sequence.places().all(stays);
                    let (chain, leaf) = self.chain(sequence, trust);
                    match (self.siblings(first).last(), parent) {
                        (Some(last), _) => self.at_mut(last).next = chain,
                        (None, Some(parent)) => self.at_mut(parent).children.0 = chain,
                        (None, None) => branches.0 = chain,
                    }
                    return lasts && leaf.is_some_and(|leaf| self.rely_on(leaf));
                }
            };
            match begins {
                Begins::With(index) => {
                    lasts = lasts && stays(index, &self.at(place).step);
                    if !Broken::StepsAreTakenTwice.is_on() {
                        sequence.remove(index);
                    }
                }
                Begins::No | Begins::Beside | Begins::Maybe(_) => lasts = false,
            }
            parent = Some(place);
        }
    }

    /// Leaves sequences to a leaf that are not known yet, if it is certain what its step touches.
    fn rely_on(&mut self, leaf: Place) -> bool {
        let branch = self.at_mut(leaf);
        let certain = branch.step.is_certain();
        branch.relied_on |= certain;
        certain
    }

    /// Leaves the rest of a sequence to a leaf: all behind it is going to be explored.
    fn leave(&mut self, leaf: Place, sequence: &impl Ahead) {
        if self.rely_on(leaf) {
            return;
        }
        let branch = self.at(leaf);
        let known = self
            .siblings(branch.left.0)
            .any(|place| self.is_same(place, sequence));
        if !known {
            let (chain, _) = self.chain(sequence, Trust::Doubtful);
            if let Some(first) = chain {
                self.at_mut(first).next = self.at_mut(leaf).left.0.take();
            }
            self.at_mut(leaf).left = Branches(chain);
        }
    }

    /// Plans the rests of sequences that were left to a leaf.
    pub(super) fn resume(&mut self, branches: &mut Branches, left: Branches) {
        let mut rests = left;
        while let Some(place) = rests.0 {
            rests.0 = self.at_mut(place).next.take();
            let mut sequence = self.sequence(place);
            self.drop(Branches(Some(place)));
            self.insert(branches, &mut sequence, Trust::Supposed, |_, _| false);
        }
    }

    /// The first of these branches that can begin the sequence. If one before it may, the sequence
    /// goes beside them all, and is not trusted: it may have to follow that one ([`share`]).
    ///
    /// [`share`]: Self::share
    fn follow(&self, first: Option<Place>, sequence: &impl Ahead, trust: &mut Trust) -> Follow {
        let mut passed = false;
        for place in self.siblings(first) {
            let branch = self.at(place);
            let trusted = branch.trust == Trust::Sure || Broken::DoubtfulAreTrusted.is_on();
            match sequence.is_expected_to_begin_with(&branch.step) {
                Begins::No => {}
                Begins::Maybe(_) => passed = true,
                begins @ (Begins::Beside | Begins::With(_)) => {
                    if trusted && (!passed || Broken::PassedByBranches.is_on()) {
                        return Follow::Into(place, begins);
                    }
                    if !trusted && self.is_same(place, sequence) {
                        return Follow::Same;
                    }
                    passed = true;
                }
            }
        }
        if passed {
            *trust = (*trust).max(Trust::Doubtful);
        }
        Follow::Beside
    }

    /// Whether a doubtful branch is this very sequence.
    fn is_same(&self, place: Place, sequence: &impl Ahead) -> bool {
        let mut at = Some(place);
        for step in sequence.steps() {
            let Some(branch) = at.map(|place| self.at(place)) else {
                return false;
            };
            let same = branch.step.decision == step.decision
                && branch.step.certainty == step.certainty
                && branch.step.footprint == step.footprint;
            if !same {
                return false;
            }
            at = branch.children.0;
        }
        at.is_none()
    }

    /// A new branch without a fork: its beginning and its end.
    fn chain(&mut self, sequence: &impl Ahead, trust: Trust) -> (Option<Place>, Option<Place>) {
        let mut leaf = None;
        let mut children = Branches(None);
        for step in sequence.backwards() {
            let branch = Branch {
                step,
                trust,
                relied_on: false,
                left: Branches(None),
                children,
                next: None,
            };
            let place = self.put(branch);
            leaf = leaf.or(Some(place));
            children = Branches(Some(place));
        }
        (children.0, leaf)
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

    /// Whether there are sequences among these branches that were left beside others in doubt.
    pub(super) fn any_doubtful(&self, branches: &Branches) -> bool {
        self.siblings(branches.0)
            .any(|place| self.at(place).trust > Trust::Sure)
    }

    /// Lets the sequences that were left beside others in doubt follow a branch that is taken, if
    /// it can begin them: they go with it, and those of which it is not known go both ways.
    ///
    /// What the step of a branch that is only supposed touches is not known, whatever it says.
    ///
    /// If everything behind the branch is going to be explored (`whole`), they need not go along.
    pub(super) fn share(&mut self, branches: &mut Branches, taken: &mut Taken, whole: bool) {
        let supposed = taken.trust == Trust::Supposed && !Broken::SuppositionsAreKnown.is_on();
        let mut rest = Branches(branches.0.take());
        let mut kept: Option<Place> = None;
        while let Some(place) = rest.0 {
            rest.0 = self.at_mut(place).next.take();
            let trust = self.at(place).trust;
            let begins = match (trust, supposed) {
                (Trust::Sure, _) => Begins::No,
                (_, false) => self.sequence(place).is_expected_to_begin_with(&taken.step),
                (_, true) => {
                    let possible = |_: &Planned, _: &Planned| Conflict::Possible;
                    self.sequence(place).begins(&taken.step, possible)
                }
            };
            if begins != Begins::No && !whole {
                let mut sequence = self.sequence(place);
                match begins {
                    Begins::Maybe(_) if Broken::OpenStepsAreTakenTwice.is_on() => {}
                    Begins::With(index) | Begins::Maybe(Some(index)) => {
                        Ahead::remove(&mut sequence, index);
                    }
                    Begins::No | Begins::Beside | Begins::Maybe(None) => {}
                }
                if !sequence.is_empty() {
                    let trust = if supposed || !taken.step.is_known() {
                        Trust::Supposed
                    } else {
                        trust
                    };
                    self.insert(&mut taken.children, &mut sequence, trust, |_, _| false);
                }
            }
            if matches!(begins, Begins::No | Begins::Maybe(_)) {
                match kept.replace(place) {
                    Some(before) => self.at_mut(before).next = Some(place),
                    None => branches.0 = Some(place),
                }
            } else {
                self.drop(Branches(Some(place)));
            }
        }
    }

    /// Takes the first branch off.
    pub(super) fn take(&mut self, branches: &mut Branches) -> Option<Taken> {
        let place = branches.0?;
        let branch = self.at_mut(place);
        branches.0 = branch.next.take();
        let taken = Taken {
            step: branch.step,
            trust: branch.trust,
            relied_on: branch.relied_on,
            left: Branches(branch.left.0.take()),
            children: Branches(branch.children.0.take()),
        };
        self.free.push(place);
        Some(taken)
    }

    /// Drops branches with all that follows them.
    pub(super) fn drop(&mut self, branches: Branches) {
        if branches.0.is_none() {
            return;
        }
        let mut open = vec![branches];
        while let Some(mut branches) = open.pop() {
            while let Some(taken) = self.take(&mut branches) {
                open.push(taken.children);
                open.push(taken.left);
            }
        }
    }

    /// The sequence that a doubtful branch is: it has no fork.
    fn sequence(&self, place: Place) -> Vec<Planned> {
        let along = std::iter::successors(Some(place), |&place| self.at(place).children.0);
        along.map(|place| self.at(place).step).collect()
    }

    /// The same, of a branch that was taken off.
    pub(super) fn sequence_of(&self, taken: &Taken) -> Vec<Planned> {
        let rest = taken.children.0.map(|place| self.sequence(place));
        std::iter::once(taken.step)
            .chain(rest.unwrap_or_default())
            .collect()
    }
}

/// Where a sequence goes from a point.
enum Follow {
    /// It is there already.
    Same,
    /// Into a branch that can begin it, in this way.
    Into(Place, Begins),
    /// Nowhere: it becomes a branch beside the others.
    Beside,
}
