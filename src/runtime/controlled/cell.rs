//! Plain cells: the threads under test share one operating-system thread, so nothing is locked.

use std::cell::Cell;
use std::cell::RefCell;
use std::cell::RefMut;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use crate::runtime::RawCell;
use crate::runtime::Value;

/// A value that is borrowed for the length of a step, by the operating-system thread that made it
/// and no other.
pub struct ControlledCell<T>(Arc<Owned<T>>);

struct Owned<T> {
    /// The [`this_thread`] of the thread that made it.
    owner: u64,
    value: RefCell<T>,
}

#[expect(unsafe_code, reason = "a plain cell is what makes a step cheap")]
// SAFETY: `open` is the only way to the value from a shared reference, and it lets only the thread
// that made the cell through; so the `RefCell` is never used by two threads. The last reference may
// be dropped by another thread, which is why `T` must be `Send`.
unsafe impl<T: Send> Sync for Owned<T> {}

/// A number that no other operating-system thread of the process has or will have.
fn this_thread() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    thread_local! {
        static NUMBER: Cell<u64> = const { Cell::new(0) };
    }
    NUMBER.with(|number| {
        if number.get() == 0 {
            number.set(NEXT.fetch_add(1, Ordering::Relaxed));
        }
        number.get()
    })
}

impl<T> Clone for ControlledCell<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> fmt::Debug for ControlledCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ControlledCell").finish_non_exhaustive()
    }
}

impl<T: Value> RawCell<T> for ControlledCell<T> {
    type Guard<'a> = RefMut<'a, T>;
    type Pass<'a> = ();

    fn new(value: T) -> Self {
        Self(Arc::new(Owned {
            owner: this_thread(),
            value: RefCell::new(value),
        }))
    }

    fn enter(&self) {}

    fn open(&self) -> RefMut<'_, T> {
        let own = self.0.owner == this_thread();
        assert!(
            own,
            "an object of a controlled execution was used on another thread"
        );
        self.0.value.borrow_mut()
    }
}
