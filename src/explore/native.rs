//! How a library runs one of its executions again, in its own terms.

use crate::runtime::Script;

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
    /// Loom's: the choices that were made from outside, and the how-manieth execution under them.
    Loom {
        /// The choices from outside.
        script: Script,
        /// The number of the execution, from 1, as loom counts.
        iteration: u64,
    },
}
