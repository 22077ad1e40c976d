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

    /// Whether every touch that depends on the other one depends on this one.
    fn includes(self, other: Self) -> bool {
        self == other || matches!(self, Self::Write | Self::Release)
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
/// Packed into 20 bytes, because every step makes one, and every search keeps and compares many.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Footprint {
    /// The objects, packed; 0 is none.
    objects: [u32; Footprint::CAPACITY],
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
        objects: [0; Self::CAPACITY],
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
        let free = self.objects.iter_mut().find(|object| **object == 0);
        *free.ok_or(FootprintFull)? = touch.object.packed().get();
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

    /// The footprint of one touch.
    pub const fn only(touch: Touch) -> Self {
        Self {
            objects: [touch.object.packed().get(), 0, 0, 0],
            meta: touch.access.bits() | 1 << Self::COUNT_SHIFT,
        }
    }

    /// The footprint of these touches.
    ///
    /// # Errors
    ///
    /// [`FootprintFull`] if there are more than [`Footprint::CAPACITY`].
    pub fn of(touches: &[Touch]) -> Result<Self, FootprintFull> {
        let Some((&first, others)) = touches.split_first() else {
            return Ok(Self::EMPTY);
        };
        let mut footprint = Self::only(first);
        others.iter().try_for_each(|&touch| footprint.push(touch))?;
        Ok(footprint)
    }

    /// The touches, in the order the step names them. May be empty.
    pub fn iter(&self) -> impl Iterator<Item = Touch> {
        let packed = self
            .objects
            .iter()
            .map_while(|&packed| NonZeroU32::new(packed));
        packed.zip(0..).map(|(packed, place)| Touch {
            object: ObjectId::from_packed(packed),
            access: Access::from_bits(self.meta >> (3 * place) & 7),
        })
    }

    /// The access of the object at a place.
    const fn access_at(&self, place: usize) -> Access {
        Access::from_bits(self.meta >> (3 * place) & 7)
    }

    /// How the step touches this object, if it does.
    pub fn access(&self, object: ObjectId) -> Option<Access> {
        let packed = object.packed().get();
        let place = self.objects.iter().position(|own| *own == packed)?;
        Some(self.access_at(place))
    }

    /// Whether two steps of different threads depend.
    pub fn depends(&self, other: &Self) -> bool {
        if (self.meta | other.meta) & Self::EVERYTHING != 0 {
            return true;
        }
        if self.len() == 1 && other.len() == 1 {
            // By far the most frequent pair.
            return self.objects[0] == other.objects[0]
                && self.access_at(0).depends(other.access_at(0));
        }
        // Places that are free hold 0, and come last.
        let used = |footprint: &Self| footprint.objects.iter().take_while(|it| **it != 0).count();
        let others = used(other);
        (0..used(self)).any(|mine| {
            let same = |place: &usize| other.objects[*place] == self.objects[mine];
            let theirs = (0..others).find(same);
            theirs.is_some_and(|place| self.access_at(mine).depends(other.access_at(place)))
        })
    }

    /// Whether every step that depends on one with the other footprint depends on one with this.
    pub(crate) fn includes(&self, other: &Self) -> bool {
        self.is_everything()
            || !other.is_everything()
                && other.iter().all(|theirs| {
                    self.access(theirs.object)
                        .is_some_and(|mine| mine.includes(theirs.access))
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
    fn what_depends_on_an_included_footprint_depends_on_the_one_that_includes_it() {
        let accesses = [
            Access::Read,
            Access::Commute,
            Access::Leave,
            Access::Write,
            Access::Release,
        ];
        let of = |access| footprint(&[touch(0, access)]);
        let two = footprint(&[touch(0, Access::Write), touch(1, Access::Read)]);
        let mut all = accesses.map(of).to_vec();
        all.extend([two, two.and_everything(), Footprint::EMPTY]);
        for (one, other) in all
            .iter()
            .flat_map(|one| all.iter().map(move |other| (one, other)))
        {
            let implied = all.iter().all(|it| !other.depends(it) || one.depends(it));
            assert!(!one.includes(other) || implied, "{one:?} and {other:?}");
        }

        assert!(of(Access::Write).includes(&of(Access::Read)));
        assert!(two.includes(&of(Access::Read)) && !of(Access::Write).includes(&two));
        assert!(!of(Access::Commute).includes(&of(Access::Read)));
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
