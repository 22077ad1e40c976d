//! How a library runs one of its executions again, in its own terms.

use crate::runtime::Script;

/// The first byte of what shuttle encodes, in its hexadecimal text.
const MAGIC: &str = "91";

/// A schedule in the terms of the library that ran it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NativeSchedule {
    /// Shuttle's: the choices that were made from outside, and the schedule as shuttle encodes it.
    Shuttle {
        /// The choices from outside.
        script: Script,
        /// The hexadecimal text that `shuttle::replay` takes.
        encoded: String,
    },
    /// Loom's: the choices that were made from outside, and the number of the execution under them.
    Loom {
        /// The choices from outside.
        script: Script,
        /// The number of the execution, from 1, as loom counts.
        iteration: u64,
    },
}

/// Whether a text is what shuttle encodes a schedule to: no more and no less. It is told without
/// shuttle, which may not be built in.
pub fn is_shuttle_schedule(encoded: &str) -> bool {
    let digits: String = encoded.chars().filter(|c| !c.is_whitespace()).collect();
    digits.starts_with(MAGIC) && is_as_long_as_it_says(&digits)
}

/// Whether a text holds the number of steps that its head announces.
fn is_as_long_as_it_says(digits: &str) -> bool {
    let byte = |pair: &[u8]| {
        let text = str::from_utf8(pair).ok().filter(|text| text.len() == 2)?;
        let plain = text.bytes().all(|digit| digit.is_ascii_hexdigit());
        plain.then(|| u8::from_str_radix(text, 16).ok())?
    };
    let bytes: Option<Vec<u8>> = digits.as_bytes().chunks(2).map(byte).collect();
    let Some(bytes) = bytes else {
        return false;
    };
    let mut rest = bytes.into_iter().skip(1);
    let mut number = || {
        let mut number = 0_u64;
        for place in 0..9 {
            let byte = rest.next()?;
            number |= u64::from(byte & 0x7F) << (7 * place);
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        // The tenth byte has the last bit of 64.
        let last = rest.next()?;
        (last == 1).then_some(number | 1 << 63)
    };
    let (Some(width), Some(steps), Some(_seed)) = (number(), number(), number()) else {
        return false;
    };
    if !(1..=16).contains(&width) {
        return false;
    }
    let bits: Vec<bool> = rest
        .flat_map(|byte| (0..8).map(move |place| byte >> place & 1 == 1))
        .collect();
    let width = usize::try_from(width).expect("at most 16");
    let mut place = 0;
    for _ in 0..steps {
        match bits.get(place) {
            None => return false,
            Some(true) => place += 1,
            Some(false) => place += 1 + width,
        }
    }
    // Shuttle makes room for a thread in every step, and leaves what it does not need empty.
    let room = usize::try_from(steps)
        .ok()
        .and_then(|steps| steps.checked_mul(1 + width));
    let is_all = room.is_some_and(|room| bits.len() == room.div_ceil(8) * 8);
    let rest = bits.get(place..);
    is_all && rest.is_some_and(|rest| !rest.contains(&true))
}
