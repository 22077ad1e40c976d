//! Numbers of 128 bits that stand for what is compared, and sets of them.

use std::hash::Hasher;

/// Two different multiplications, side by side.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Digest(u64, u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7344)
    }
}

const fn mixed(number: u64) -> u64 {
    let mixed = (number ^ (number >> 32)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed ^ (mixed >> 29)
}

impl Digest {
    pub(crate) fn add(&mut self, number: u64) {
        self.0 = mixed(self.0 ^ number);
        self.1 = (self.1.rotate_left(23) ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    pub(crate) fn whole(self) -> u128 {
        u128::from(mixed(self.0)) << 64 | u128::from(mixed(self.1))
    }

    /// The digest of a few numbers.
    pub(crate) fn of(numbers: &[u32]) -> u128 {
        let mut digest = Self::default();
        for &number in numbers {
            digest.add(u64::from(number));
        }
        digest.whole()
    }
}

impl Hasher for Digest {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.add(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.add(u64::from(number));
    }

    fn write_u32(&mut self, number: u32) {
        self.add(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        self.add(number);
    }

    fn write_isize(&mut self, number: isize) {
        self.write(&number.to_le_bytes());
    }

    fn write_usize(&mut self, _length: usize) {
        // The lengths that arrays write are always the same.
    }
}

/// A set of digests that is emptied often: open addressing.
#[derive(Debug)]
pub(crate) struct Known {
    slots: Vec<u128>,
    count: usize,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            slots: vec![0; 256],
            count: 0,
        }
    }
}

impl Known {
    pub(crate) fn clear(&mut self) {
        if self.slots.len() > 1 << 14 {
            self.slots.truncate(256);
        }
        self.slots.fill(0);
        self.count = 0;
    }

    pub(crate) const fn len(&self) -> usize {
        self.count
    }

    /// True if the digest is new.
    pub(crate) fn insert(&mut self, digest: u128) -> bool {
        if self.count * 2 >= self.slots.len() {
            let old = std::mem::take(&mut self.slots);
            self.slots = vec![0; old.len() * 4];
            for digest in old.into_iter().filter(|&digest| digest != 0) {
                let slot = self.slot(digest);
                self.slots[slot] = digest;
            }
        }
        let digest = digest.max(1);
        let slot = self.slot(digest);
        let new = self.slots[slot] == 0;
        if new {
            self.slots[slot] = digest;
            self.count += 1;
        }
        new
    }

    /// Where the digest is, or belongs.
    fn slot(&self, digest: u128) -> usize {
        let mask = self.slots.len() - 1;
        let low = u64::try_from(digest & u128::from(u64::MAX)).expect("64 bits");
        let mut slot = usize::try_from(low >> 8).expect("a 64-bit machine") & mask;
        while self.slots[slot] != 0 && self.slots[slot] != digest {
            slot = (slot + 1) & mask;
        }
        slot
    }
}
