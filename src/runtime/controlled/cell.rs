//! Plain cells: one thread runs at a time, so a borrow never fails but for a step inside a step.

use std::sync::Arc;

use atomic_refcell::AtomicRefCell;
use atomic_refcell::AtomicRefMut;

use crate::runtime::RawCell;
use crate::runtime::Value;

/// A value that is borrowed for the length of a step.
#[derive(Debug)]
pub struct ControlledCell<T>(Arc<AtomicRefCell<T>>);

impl<T> Clone for ControlledCell<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Value> RawCell<T> for ControlledCell<T> {
    type Guard<'a> = AtomicRefMut<'a, T>;

    fn new(value: T) -> Self {
        Self(Arc::new(AtomicRefCell::new(value)))
    }

    fn open(&self) -> AtomicRefMut<'_, T> {
        self.0.borrow_mut()
    }
}
