//! Sets of events as rows of bits: happens-before is a matter of masks.

/// As many rows as wanted, all of one width; bit `i` of a row stands for event `i`.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// How many words a row has. At least 1 once there is a row.
    width: usize,
    words: Vec<u64>,
}

/// The place of a bit: its word, and its mask there.
const fn place(bit: usize) -> (usize, u64) {
    (bit / 64, 1 << (bit % 64))
}

/// Whether a set has an event.
pub(super) fn has(set: &[u64], bit: usize) -> bool {
    let (word, mask) = place(bit);
    set.get(word).is_some_and(|bits| bits & mask != 0)
}

/// Adds an event.
pub(super) fn insert(set: &mut [u64], bit: usize) {
    let (word, mask) = place(bit);
    set[word] |= mask;
}

/// Adds an event if that is asked for, without a branch that nobody could foresee.
pub(super) fn insert_if(wanted: bool, set: &mut [u64], bit: usize) {
    set[bit / 64] |= u64::from(wanted) << (bit % 64);
}

/// Removes an event.
pub(super) fn remove(set: &mut [u64], bit: usize) {
    let (word, mask) = place(bit);
    set[word] &= !mask;
}

/// Adds all that another set of the same width has.
pub(super) fn join(set: &mut [u64], other: &[u64]) {
    for (mine, theirs) in set.iter_mut().zip(other) {
        *mine |= theirs;
    }
}

/// Whether two sets share an event.
pub(super) fn meet(set: &[u64], other: &[u64]) -> bool {
    set.iter()
        .zip(other)
        .any(|(mine, theirs)| mine & theirs != 0)
}

/// The events of a set in ascending order.
pub(super) fn ascending(set: &[u64]) -> impl Iterator<Item = usize> {
    let mut words = set.iter();
    let (mut rest, mut next) = (0_u64, 0);
    std::iter::from_fn(move || {
        while rest == 0 {
            rest = *words.next()?;
            next += 64;
        }
        let bit = usize::try_from(rest.trailing_zeros()).ok()?;
        rest &= rest - 1;
        Some(next - 64 + bit)
    })
}

/// The events of a set, word by word, in descending order.
pub(super) fn descending(
    mut words: impl DoubleEndedIterator<Item = u64> + ExactSizeIterator,
) -> impl Iterator<Item = usize> {
    let (mut rest, mut first) = (0_u64, words.len() * 64);
    std::iter::from_fn(move || {
        while rest == 0 {
            rest = words.next_back()?;
            first -= 64;
        }
        let bit = rest.ilog2();
        rest &= !(1 << bit);
        Some(first + usize::try_from(bit).ok()?)
    })
}

/// The greatest event of a set.
pub(super) fn last(set: &[u64]) -> Option<usize> {
    descending(set.iter().copied()).next()
}

impl Rows {
    /// How many words a row has.
    pub(super) const fn width(&self) -> usize {
        self.width
    }

    /// How many events a row has room for.
    pub(super) const fn room(&self) -> usize {
        self.width * 64
    }

    /// Widens every row to take this many events.
    pub(super) fn widen(&mut self, events: usize) {
        let width = events.div_ceil(64).max(1);
        if width <= self.width {
            return;
        }
        let old = self.width;
        let rows = self.words.len().checked_div(old).unwrap_or(0);
        let mut words = vec![0; rows * width];
        for (row, chunk) in self.words.chunks(old.max(1)).enumerate() {
            words[row * width..row * width + old].copy_from_slice(chunk);
        }
        self.width = width;
        self.words = words;
    }

    /// A row. It must be there.
    pub(super) fn row(&self, index: usize) -> &[u64] {
        &self.words[index * self.width..(index + 1) * self.width]
    }

    /// A row, to change it. It must be there.
    pub(super) fn row_mut(&mut self, index: usize) -> &mut [u64] {
        &mut self.words[index * self.width..(index + 1) * self.width]
    }

    /// For each row from this one on, its index and whether it has this bit.
    pub(super) fn column(&self, bit: usize, first: usize) -> impl Iterator<Item = (usize, bool)> {
        let (word, mask) = place(bit);
        let words = self.words.iter().skip(first * self.width + word);
        let bits = words.step_by(self.width).map(move |bits| bits & mask != 0);
        (first..).zip(bits)
    }

    /// Makes the row with this index empty, and drops those after it.
    pub(super) fn reset(&mut self, index: usize) {
        self.words.truncate(index * self.width);
        self.words.resize((index + 1) * self.width, 0);
    }

    /// As many empty rows as asked.
    pub(super) fn clear(&mut self, rows: usize) {
        self.words.clear();
        self.words.resize(rows * self.width, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_bits_when_they_widen() {
        let mut rows = Rows::default();
        rows.widen(10);
        rows.clear(3);
        insert(rows.row_mut(1), 7);
        insert(rows.row_mut(2), 63);
        rows.widen(130);
        insert(rows.row_mut(2), 129);

        assert_eq!(ascending(rows.row(0)).count(), 0);
        assert_eq!(ascending(rows.row(1)).collect::<Vec<_>>(), [7]);
        assert_eq!(ascending(rows.row(2)).collect::<Vec<_>>(), [63, 129]);
        assert_eq!(
            descending(rows.row(2).iter().copied()).collect::<Vec<_>>(),
            [129, 63]
        );
        assert!(rows.column(129, 1).eq([(1, false), (2, true)]));
        assert_eq!((last(rows.row(0)), last(rows.row(1))), (None, Some(7)));
    }
}
