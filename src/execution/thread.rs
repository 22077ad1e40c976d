//! Threads by index, and sets of them.

use std::fmt;

/// How many threads one execution may have, deferred work included: a [`ThreadSet`] is 64 bits.
pub const THREADS_MAX: usize = 64;

/// A thread of an execution, counted from 0.
///
/// The threads of a scenario come first, in the order of the file; deferred work (a work item)
/// follows, at an index that its parent reserves, so that an index never depends on the schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThreadId(u8);

impl ThreadId {
    /// The thread with this index.
    ///
    /// # Panics
    ///
    /// If `index` is not below [`THREADS_MAX`]: whoever accepts input checks it before.
    pub fn new(index: usize) -> Self {
        assert!(
            index < THREADS_MAX,
            "internal bug: thread {index} of {THREADS_MAX}"
        );
        Self(u8::try_from(index).expect("64 fits in a byte"))
    }

    /// The index, below [`THREADS_MAX`].
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The index as a byte.
    pub const fn byte(self) -> u8 {
        self.0
    }
}

impl fmt::Display for ThreadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A set of threads, as one bit each.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ThreadSet(u64);

impl ThreadSet {
    /// No thread.
    pub const EMPTY: Self = Self(0);

    /// The set with only this thread.
    pub fn only(thread: ThreadId) -> Self {
        Self(1 << thread.0)
    }

    /// Whether the thread is in the set.
    pub fn contains(self, thread: ThreadId) -> bool {
        self.0 & (1 << thread.0) != 0
    }

    /// Adds the thread.
    pub fn insert(&mut self, thread: ThreadId) {
        self.0 |= 1 << thread.0;
    }

    /// Removes the thread.
    pub fn remove(&mut self, thread: ThreadId) {
        self.0 &= !(1 << thread.0);
    }

    /// Whether no thread is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many threads are in the set.
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// The threads in both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The threads in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The threads in this set that are not in the other.
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The thread with the least index.
    pub fn first(self) -> Option<ThreadId> {
        let index = self.0.trailing_zeros();
        u8::try_from(index)
            .ok()
            .filter(|&index| index < 64)
            .map(ThreadId)
    }

    /// The `n`-th thread in ascending order, counted from 0.
    pub fn nth(self, n: u32) -> Option<ThreadId> {
        let mut rest = self.0;
        for _ in 0..n {
            rest &= rest.wrapping_sub(1);
        }
        Self(rest).first()
    }

    /// The threads in ascending order of index.
    pub fn iter(self) -> impl Iterator<Item = ThreadId> {
        let mut rest = self;
        std::iter::from_fn(move || {
            let thread = rest.first()?;
            rest.remove(thread);
            Some(thread)
        })
    }
}

impl FromIterator<ThreadId> for ThreadSet {
    fn from_iter<I: IntoIterator<Item = ThreadId>>(threads: I) -> Self {
        let mut set = Self::EMPTY;
        threads.into_iter().for_each(|thread| set.insert(thread));
        set
    }
}

impl fmt::Debug for ThreadSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.iter().map(ThreadId::index))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_lists_its_threads_in_ascending_order() {
        let set: ThreadSet = [63, 0, 7].into_iter().map(ThreadId::new).collect();

        assert_eq!(
            set.iter().map(ThreadId::index).collect::<Vec<_>>(),
            [0, 7, 63]
        );
        assert_eq!(set.nth(1), Some(ThreadId::new(7)));
        assert_eq!(set.nth(3), None);
        assert_eq!(set.len(), 3);
        assert_eq!(ThreadSet::EMPTY.first(), None);
    }
}
