//! What the body of a step sees of an object, and what it did to it.

use std::cell::Cell;
use std::ops::Deref;
use std::ops::DerefMut;

use crate::execution::Access;

/// The value of an object for the length of a step. Looking at it is a read; reaching for it
/// mutably is a write. Not to look at all leaves the object out of the footprint.
#[derive(Debug)]
pub struct View<'v, T> {
    value: &'v mut T,
    touched: &'v Cell<Option<Access>>,
}

impl<'v, T> View<'v, T> {
    pub(super) fn new(value: &'v mut T, touched: &'v Cell<Option<Access>>) -> Self {
        Self { value, touched }
    }

    /// The value, to change it in a way that commutes with every other such change: see
    /// [`Access::Commute`] for what is promised.
    pub fn commuting(&mut self) -> &mut T {
        self.touch(Access::Commute);
        self.value
    }

    /// The value, to end a hold that several may have, in a way that commutes: see
    /// [`Access::Leave`] for what is promised.
    pub fn leaving(&mut self) -> &mut T {
        self.touch(Access::Leave);
        self.value
    }

    /// The value, to end a hold: see [`Access::Release`] for what is promised.
    pub fn release(&mut self) -> &mut T {
        self.touch(Access::Release);
        self.value
    }

    /// The stronger of what was done and what is done now; a write and a release are a write.
    fn touch(&self, access: Access) {
        let both = match (self.touched.get(), access) {
            (None | Some(Access::Read), access) => access,
            (Some(before), Access::Read) => before,
            (Some(before), access) if before == access => access,
            (Some(Access::Commute | Access::Leave), Access::Commute | Access::Leave) => {
                Access::Commute
            }
            (Some(_), _) => Access::Write,
        };
        self.touched.set(Some(both));
    }
}

impl<T> Deref for View<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.touch(Access::Read);
        self.value
    }
}

impl<T> DerefMut for View<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.touch(Access::Write);
        self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touched(body: impl FnOnce(&mut View<'_, u32>)) -> Option<Access> {
        let cell = Cell::new(None);
        let mut value = 0;
        body(&mut View::new(&mut value, &cell));
        cell.get()
    }

    #[test]
    fn a_view_records_the_strongest_thing_done_to_it() {
        assert_eq!(touched(|_| ()), None);
        assert_eq!(touched(|view| assert_eq!(**view, 0)), Some(Access::Read));
        assert_eq!(touched(|view| **view += 1), Some(Access::Write));
        assert_eq!(
            touched(|view| *view.commuting() += 1),
            Some(Access::Commute)
        );
        assert_eq!(touched(|view| *view.release() = 0), Some(Access::Release));
    }

    #[test]
    fn a_release_beside_a_write_is_a_write() {
        let both = |view: &mut View<'_, u32>| {
            *view.release() = 0;
            **view = 1;
        };

        assert_eq!(touched(both), Some(Access::Write));
    }
}
