//! What a scenario runs under: a strategy, a reading of waits, and circumstances.

use std::sync::Arc;

use crate::program::Program;
use crate::runtime::Waits;
use crate::scenario::Scenario;
use crate::strategy::Strategy;
use crate::wfp::Circumstances;
use crate::wfp::Ledger;

/// What a scenario runs under.
#[derive(Debug, Clone, Copy)]
pub struct Under<'a> {
    /// The strategy.
    pub strategy: &'a Strategy,
    /// How finite waits are read.
    pub waits: Waits,
    /// What the engine reads where Windows leaves something open, and which of its calls fail.
    pub circumstances: &'a Circumstances,
}

impl Under<'_> {
    /// A scenario under all this. Its ledger keeps what is asked.
    pub fn program(&self, scenario: &Scenario) -> Program {
        let ledger = Arc::new(Ledger::new(self.circumstances.clone(), true));
        Program::new(scenario.workload(), self.strategy, &ledger)
    }
}
