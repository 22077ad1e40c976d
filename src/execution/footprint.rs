//! What a step touches: the ground of dependence between steps.

use std::fmt;
use std::num::NonZeroU32;

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
    /// A commuting change that ends a hold, which its thread has had since it touched the object
    /// before: all the while, whoever waits for the object to change it otherwise cannot go on.
    ///
    /// To others it is like any commuting change.
    Leave,
    /// The step may change what others see.
    Write,
    /// A write that ends a hold: just before it, whoever waits for the object cannot go on.
    ///
    /// It depends on other steps like any write. That it can never run *after* a step that waited
    /// for the object is what the search needs to know (it is an enabling edge, not a race).
    Release,
}

impl Access {
    const fn bits(self) -> u32 {
        match self {
            Self::Read => 0,
            Self::Commute => 1,
            Self::Write => 2,
            Self::Release => 3,
            Self::Leave => 4,
        }
    }

    const fn from_bits(bits: u32) -> Self {
        match bits {
            0 => Self::Read,
            1 => Self::Commute,
            2 => Self::Write,
            3 => Self::Release,
            _ => Self::Leave,
        }
    }

    /// Whether two touches of one object depend.
    pub fn depends(self, other: Self) -> bool {
        let commutes = |access| matches!(access, Self::Commute | Self::Leave);
        let both_look = self == Self::Read && other == Self::Read;
        !(both_look || commutes(self) && commutes(other))
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
///
/// Packed into three numbers, because every step makes one and every search compares many.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Footprint {
    /// The first two objects, the first in the low half; 0 is none.
    first: u64,
    /// The next two.
    second: u64,
    /// From bit 0: three bits for each access; from bit 12: the number of objects; bit 16:
    /// whether it touches everything.
    meta: u32,
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
        first: 0,
        second: 0,
        meta: 0,
    };

    const COUNT_SHIFT: u32 = 12;
    const EVERYTHING: u32 = 1 << 16;

    /// The same footprint of a step that depends on every other step whatever it touches: a wait
    /// that expired because nothing else could run, or a step that ended in a panic.
    #[must_use]
    pub const fn and_everything(self) -> Self {
        Self {
            meta: self.meta | Self::EVERYTHING,
            ..self
        }
    }

    /// Whether the step depends on every other step.
    pub const fn is_everything(&self) -> bool {
        self.meta & Self::EVERYTHING != 0
    }

    const fn len(&self) -> u32 {
        (self.meta >> Self::COUNT_SHIFT) & 0xF
    }

    /// Adds an object.
    ///
    /// # Errors
    ///
    /// [`FootprintFull`] if there are [`Footprint::CAPACITY`] already.
    pub fn push(&mut self, touch: Touch) -> Result<(), FootprintFull> {
        let place = self.len();
        let object = u64::from(touch.object.packed().get());
        match place {
            0 => self.first = object,
            1 => self.first |= object << 32,
            2 => self.second = object,
            3 => self.second |= object << 32,
            _ => return Err(FootprintFull),
        }
        self.meta |= touch.access.bits() << (3 * place);
        self.meta += 1 << Self::COUNT_SHIFT;
        Ok(())
    }

    /// The footprint of a step that does what both do: everything, if that is too much to list.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        let mut both = Self {
            meta: self.meta | (other.meta & Self::EVERYTHING),
            ..self
        };
        for touch in other.iter() {
            let known = both.access(touch.object);
            let stronger = known.is_some_and(|known| known != touch.access);
            let fits = known.is_some() || both.push(touch).is_ok();
            if stronger || !fits {
                return self.and_everything();
            }
        }
        both
    }

    /// The touch at a place below [`Footprint::len`].
    fn at(&self, place: u32) -> Option<Touch> {
        let half = if place < 2 { self.first } else { self.second };
        let packed = u32::try_from(half >> (32 * (place % 2)) & 0xFFFF_FFFF).ok()?;
        let object = ObjectId::from_packed(NonZeroU32::new(packed)?);
        let access = Access::from_bits(self.meta >> (3 * place) & 7);
        Some(Touch { object, access })
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
        (0..self.len()).filter_map(|place| self.at(place))
    }

    /// How the step touches this object, if it does.
    pub fn access(&self, object: ObjectId) -> Option<Access> {
        self.iter()
            .find(|touch| touch.object == object)
            .map(|touch| touch.access)
    }

    /// Whether two steps of different threads depend.
    pub fn depends(&self, other: &Self) -> bool {
        if (self.meta | other.meta) & Self::EVERYTHING != 0 {
            return true;
        }
        if self.len() == 1 && other.len() == 1 {
            // By far the most frequent pair.
            let accesses = (
                Access::from_bits(self.meta & 7),
                Access::from_bits(other.meta & 7),
            );
            return self.first == other.first && accesses.0.depends(accesses.1);
        }
        self.iter().any(|mine| {
            other
                .access(mine.object)
                .is_some_and(|theirs| mine.access.depends(theirs))
        })
    }
}

impl fmt::Debug for Footprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        list.entries(self.iter());
        if self.is_everything() {
            list.entry(&"everything");
        }
        list.finish()
    }
}

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

        for commuting in [Access::Commute, Access::Leave] {
            assert!(!of(commuting).depends(&of(Access::Commute)));
            assert!(!of(commuting).depends(&of(Access::Leave)));
            for access in [Access::Read, Access::Write, Access::Release] {
                assert!(of(commuting).depends(&of(access)));
                assert!(of(access).depends(&of(commuting)));
            }
        }
    }

    #[test]
    fn a_union_does_what_both_do_or_everything() {
        let (one, two) = (
            footprint(&[touch(0, Access::Read)]),
            footprint(&[touch(1, Access::Write)]),
        );
        let four = footprint(&[2, 3, 4, 5].map(|index| touch(index, Access::Read)));

        assert_eq!(one.union(two).iter().count(), 2);
        assert_eq!(one.union(one), one);
        assert!(one.union(four).is_everything());
        assert!(
            one.union(footprint(&[touch(0, Access::Write)]))
                .is_everything()
        );
        assert!(Footprint::EMPTY.and_everything().union(one).is_everything());
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
