//! Steps that are to be taken, or were: what a wakeup sequence and a sleep set consist of.

use crate::execution::Access;
use crate::execution::Decision;
use crate::execution::Footprint;
use crate::execution::Touch;

use super::ahead::Ahead;
use super::bits;
use super::broken::Broken;

/// How well it is known what a step touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Certainty {
    /// It touched this, in the same state.
    Known,
    /// Its operation has never touched anything else.
    Expected,
    /// It may touch anything that it names.
    Open,
}

/// A step as far as it is known.
///
/// What is not known is always the last step of a sequence: it ran after the step that it is now to
/// run before, and that one changed what it looks at. The steps of a sequence that is only supposed
/// ([`Trust::Supposed`](super::wakeup::Trust::Supposed)) may do something else than they say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Planned {
    pub(super) decision: Decision,
    /// What it touches, or is expected to.
    pub(super) footprint: Footprint,
    /// The most it may touch, as if it wrote it; if it is known, what it touches.
    pub(super) most: Footprint,
    pub(super) certainty: Certainty,
    /// The how-manieth step of its thread it is.
    pub(super) number: u32,
}

/// Whether two steps depend, as far as that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conflict {
    None,
    Possible,
    Certain,
}

/// Whether a step can come first in a sequence: whether it is one of its *weak initials*.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begins {
    No,
    /// As far as is known it may be: the step at this place, if it is in the sequence.
    Maybe(Option<usize>),
    /// It depends on nothing in the sequence, and is not in it.
    Beside,
    /// It is the step at this place, and nothing before that depends on it.
    With(usize),
}

impl Planned {
    pub(super) fn is_known(&self) -> bool {
        self.certainty == Certainty::Known
    }

    /// Whether it is certain what the step touches: it is known, or there is but one object.
    pub(super) fn is_certain(&self) -> bool {
        self.is_known() || self.most.iter().nth(1).is_none()
    }

    /// Whether the step is expected to touch all that it may touch.
    pub(super) fn is_expected_to_touch_all(&self) -> bool {
        let touched = |touch: Touch| self.footprint.access(touch.object).is_some();
        self.certainty != Certainty::Open && self.most.iter().all(touched)
    }

    /// Whether this step depends on another, of a different thread, in the same state.
    pub(super) fn conflict(&self, other: &Self) -> Conflict {
        if !self.most.depends(&other.most) {
            return Conflict::None;
        }
        let certain = match (self.is_known(), other.is_known()) {
            (true, true) => true,
            (true, false) => surely_touches(&other.most, &self.footprint),
            (false, true) => surely_touches(&self.most, &other.footprint),
            (false, false) => false,
        };
        if certain {
            Conflict::Certain
        } else {
            Conflict::Possible
        }
    }

    /// The same, where what is expected counts as known.
    pub(super) fn expected_conflict(&self, other: &Self) -> Conflict {
        let open = |step: &Self| step.certainty == Certainty::Open;
        match (
            open(self) || open(other),
            self.footprint.depends(&other.footprint),
        ) {
            (true, _) => self.conflict(other),
            (false, true) => Conflict::Certain,
            (false, false) if self.may_meet(other) || other.may_meet(self) => Conflict::Possible,
            (false, false) => Conflict::None,
        }
    }

    /// Whether this step, which is expected to leave alone something that it names, may yet depend
    /// on another because of that. Then whoever it raced with did not change that, so that nothing
    /// else would see the race.
    fn may_meet(&self, other: &Self) -> bool {
        let left_alone = |touch: Touch| self.footprint.access(touch.object).is_none();
        self.certainty == Certainty::Expected
            && !Broken::ExpectedIsAll.is_on()
            && self
                .most
                .iter()
                .any(|touch| left_alone(touch) && other.most.access(touch.object).is_some())
    }

    /// Whether this step is known to be another one of its thread: another alternative.
    pub(super) fn differs(&self, other: &Self) -> bool {
        self.is_known() && other.is_known() && self.decision != other.decision
    }
}

impl Begins {
    /// What follows from the conflict with all that comes before a step, and its place.
    pub(super) const fn of(conflict: Conflict, place: Option<usize>) -> Self {
        match (conflict, place) {
            (Conflict::Certain, _) => Self::No,
            (Conflict::Possible, place) => Self::Maybe(place),
            (Conflict::None, None) => Self::Beside,
            (Conflict::None, Some(place)) => Self::With(place),
        }
    }
}

/// Whether a step that touches at most `most`, and touches something of it, depends on a step that
/// is known, whatever it does there. If it can touch but one object, it touches that.
fn surely_touches(most: &Footprint, known: &Footprint) -> bool {
    let mut touches = most.iter();
    let (Some(only), None) = (touches.next(), touches.next()) else {
        return false;
    };
    !most.is_everything()
        && matches!(
            known.access(only.object),
            Some(Access::Write | Access::Release)
        )
}

/// Which later steps raced with a step in all that was explored behind it, as a filter: it may say
/// yes where the answer is no, never no where it is yes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Racers([u64; 2]);

impl Racers {
    fn bit(step: &Planned) -> usize {
        let thread = usize::from(step.decision.thread.byte());
        let number = usize::try_from(step.number % 128).expect("7 bits fit");
        (number * 8 + thread) % 128
    }

    pub(super) fn insert(&mut self, step: &Planned) {
        bits::insert(&mut self.0, Self::bit(step));
    }

    pub(super) fn may_have(self, step: &Planned) -> bool {
        bits::has(&self.0, Self::bit(step))
    }
}

/// A step that was tried at a node or before it: to take it again leads nowhere new, until
/// something that depends on it has happened.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sleeper {
    pub(super) step: Planned,
    pub(super) racers: Racers,
    /// Whether the step may be taken all the same: what follows then repeats what was seen.
    pub(super) may_repeat: bool,
    /// Whether it is a choice: every other step has but one alternative in one state.
    pub(super) choice: bool,
}

/// What a sleeper says of a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Everything that begins with the sequence was seen behind the sleeper.
    Covered,
    /// It was not.
    New,
    /// That is not known, and nothing is to rely on its being new.
    Doubtful,
}

impl Sleeper {
    /// Whether everything that begins with the sequence was seen behind this step.
    ///
    /// The last step of a sequence may not be known. But if it depended on this one, it would have
    /// raced with it somewhere behind it, and all that was explored.
    pub(super) fn judge(&self, sequence: &impl Ahead) -> Verdict {
        match sequence.is_begun_by(&self.step) {
            Begins::No => Verdict::New,
            Begins::Beside | Begins::With(_) => Verdict::Covered,
            Begins::Maybe(_) => {
                if !self.racers.may_have(&sequence.last()) || Broken::RacersAreForgotten.is_on() {
                    Verdict::Covered
                } else if sequence.is_expected_to_begin_with(&self.step) == Begins::No {
                    Verdict::New
                } else {
                    Verdict::Doubtful
                }
            }
        }
    }

    /// Whether a step is this one: the same thread from the same state, unless it is a choice whose
    /// alternatives are known to differ.
    pub(super) fn is(&self, step: &Planned) -> bool {
        let same_thread = self.step.decision.thread == step.decision.thread;
        let any = !self.choice || !step.is_known();
        same_thread && (any || self.step.decision == step.decision)
    }

    /// Whether a step wakes this one for certain. What it touches counts only if that is what it
    /// `does` here.
    pub(super) fn surely_wakes(&self, step: &Planned, does: bool) -> bool {
        self.step.decision.thread == step.decision.thread
            || (does && self.step.conflict(step) == Conflict::Certain)
    }
}
