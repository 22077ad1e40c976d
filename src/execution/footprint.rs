//! What a step touches: the ground of dependence between steps.

use thiserror::Error;

use super::ObjectId;

/// How a step touches an object.
///
/// Two touches of one object by different threads are independent if both only read, or if both
/// change it in ways that commute; every other pair depends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// The step only looks at the object.
    Read,
    /// The step changes the object in a way that commutes with every other such change: a shared
    /// acquire or release. What it looks at, no such change alters.
    Commute,
    /// The step may change what others see.
    Write,
    /// A write that ends a hold: just before it, whoever waits for the object cannot go on.
    ///
    /// It depends on other steps like any write. That it can never run *after* a step that waited
    /// for the object is what the search needs to know (it is an enabling edge, not a race).
    Release,
}

impl Access {
    /// Whether two touches of one object depend.
    pub fn depends(self, other: Self) -> bool {
        self != other || matches!(self, Self::Write | Self::Release)
    }
}

/// One object and how it is touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Touch {
    /// The object.
    pub object: ObjectId,
    /// The access.
    pub access: Access,
}

/// The objects that one step touches, at most [`Footprint::CAPACITY`], in the order it names them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Footprint {
    touches: [Option<Touch>; Self::CAPACITY],
    /// Invariant: the first `len` are `Some`, the rest are `None`.
    len: u8,
    everything: bool,
}

/// A footprint has no room for another object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a step touches at most {} objects", Footprint::CAPACITY)]
pub struct FootprintFull;

impl Footprint {
    /// How many objects a step may touch.
    pub const CAPACITY: usize = 4;

    /// A footprint of nothing: the step is local to its thread.
    pub const EMPTY: Self = Self {
        touches: [None; Self::CAPACITY],
        len: 0,
        everything: false,
    };

    /// The same footprint of a step that depends on every other step whatever it touches: a wait
    /// that expired because nothing else could run, or a step that ended in a panic.
    #[must_use]
    pub const fn and_everything(self) -> Self {
        Self {
            everything: true,
            ..self
        }
    }

    /// Whether the step depends on every other step.
    pub const fn is_everything(&self) -> bool {
        self.everything
    }

    /// Adds an object.
    ///
    /// # Errors
    ///
    /// [`FootprintFull`] if there are [`Footprint::CAPACITY`] already.
    pub fn push(&mut self, touch: Touch) -> Result<(), FootprintFull> {
        let slot = self
            .touches
            .get_mut(usize::from(self.len))
            .ok_or(FootprintFull)?;
        *slot = Some(touch);
        self.len += 1;
        Ok(())
    }

    /// The footprint of these touches.
    ///
    /// # Errors
    ///
    /// [`FootprintFull`] if there are more than [`Footprint::CAPACITY`].
    pub fn of(touches: &[Touch]) -> Result<Self, FootprintFull> {
        let mut footprint = Self::EMPTY;
        touches
            .iter()
            .try_for_each(|&touch| footprint.push(touch))?;
        Ok(footprint)
    }

    /// The touches, in the order the step names them. May be empty.
    pub fn iter(&self) -> impl Iterator<Item = Touch> {
        self.touches[..usize::from(self.len)]
            .iter()
            .copied()
            .flatten()
    }

    /// How the step touches this object, if it does.
    pub fn access(&self, object: ObjectId) -> Option<Access> {
        self.iter()
            .find(|touch| touch.object == object)
            .map(|touch| touch.access)
    }

    /// Whether two steps of different threads depend.
    pub fn depends(&self, other: &Self) -> bool {
        let all = self.everything || other.everything;
        all || self.iter().any(|mine| {
            other
                .access(mine.object)
                .is_some_and(|theirs| mine.access.depends(theirs))
        })
    }
}

impl PartialEq for Footprint {
    fn eq(&self, other: &Self) -> bool {
        self.everything == other.everything && self.iter().eq(other.iter())
    }
}

impl Eq for Footprint {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::ObjectKind;

    fn touch(index: u16, access: Access) -> Touch {
        Touch {
            object: ObjectId::initial(ObjectKind::Variable, index),
            access,
        }
    }

    fn footprint(touches: &[Touch]) -> Footprint {
        Footprint::of(touches).unwrap()
    }

    #[test]
    fn two_reads_are_independent_and_a_write_depends_on_both_kinds() {
        let read = footprint(&[touch(0, Access::Read)]);
        let write = footprint(&[touch(1, Access::Read), touch(0, Access::Write)]);
        let release = footprint(&[touch(0, Access::Release)]);

        assert!(!read.depends(&read));
        assert!(read.depends(&write) && write.depends(&read));
        assert!(read.depends(&release) && release.depends(&release));
        assert!(!read.depends(&footprint(&[touch(1, Access::Write)])));
        assert!(!Footprint::EMPTY.depends(&write));
    }

    #[test]
    fn commuting_changes_depend_on_all_but_each_other() {
        let of = |access| footprint(&[touch(0, access)]);

        assert!(!of(Access::Commute).depends(&of(Access::Commute)));
        for access in [Access::Read, Access::Write, Access::Release] {
            assert!(of(Access::Commute).depends(&of(access)));
            assert!(of(access).depends(&of(Access::Commute)));
        }
    }

    #[test]
    fn a_fifth_object_is_refused() {
        let touches: Vec<Touch> = (0..5).map(|index| touch(index, Access::Read)).collect();

        assert_eq!(
            Footprint::of(&touches[..4]).map(|full| full.iter().count()),
            Ok(4)
        );
        assert_eq!(Footprint::of(&touches), Err(FootprintFull));
    }
}
