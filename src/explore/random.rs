//! Random schedules: at each step one of the threads that can go on, all alike.
//!
//! The generator is xoshiro256++ (Blackman, Vigna, 2021), seeded for each execution with the seed
//! and the execution's number, so that execution `n` is the same whatever ran before it.

use rand_core::Rng;
use rand_core::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::execution::Decision;
use crate::execution::Execution;
use crate::execution::ThreadId;
use crate::runtime::controlled::Pending;
use crate::runtime::controlled::Policy;
use crate::runtime::controlled::Position;

use super::Coverage;
use super::Explorer;

/// The explorer.
#[derive(Debug)]
pub struct RandomExplorer {
    seed: u64,
    executions: u64,
    executions_max: u64,
    generator: Xoshiro256PlusPlus,
}

impl RandomExplorer {
    /// An explorer that draws this many executions.
    pub fn new(seed: u64, executions_max: u64) -> Self {
        let generator = Xoshiro256PlusPlus::seed_from_u64(seed);
        Self {
            seed,
            executions: 0,
            executions_max,
            generator,
        }
    }

    /// A number below `bound`, which is small: the bias of the multiplication is below 2^-24.
    fn below(&mut self, bound: u32) -> u32 {
        let product = u64::from(self.generator.next_u32()) * u64::from(bound);
        u32::try_from(product >> 32).expect("the high half of a product of 32-bit numbers")
    }
}

impl Policy for RandomExplorer {
    fn choose(&mut self, position: &Position<'_>) -> Option<Decision> {
        let candidates = position.enabled.len();
        let drawn = if candidates > 1 {
            self.below(candidates)
        } else {
            0
        };
        let thread = position
            .enabled
            .nth(drawn)
            .expect("drawn below the number of threads");
        let offered = position.offered(thread);
        let alternatives = u32::from(offered.end - offered.start);
        let extra = if alternatives > 1 {
            self.below(alternatives)
        } else {
            0
        };
        let extra = u8::try_from(extra).expect("below the number of alternatives");
        Some(Decision {
            thread,
            alternative: offered.start + extra,
        })
    }
}

impl Explorer for RandomExplorer {
    fn next_execution(&mut self) -> bool {
        let index = self.executions;
        let spread = index.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.generator = Xoshiro256PlusPlus::seed_from_u64(self.seed ^ spread);
        index < self.executions_max
    }

    fn ended(&mut self, _execution: &Execution, _blocked: &[(ThreadId, Pending)]) {
        self.executions += 1;
    }

    fn coverage(&self) -> Coverage {
        Coverage::Sampled {
            seed: self.seed,
            executions: self.executions,
        }
    }
}
