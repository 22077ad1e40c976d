//! What runs, as one value: a strategy on a scenario, a reading of waits, and circumstances.

use std::sync::Arc;

use crate::program::Program;
use crate::runtime::Waits;
use crate::scenario::Scenario;
use crate::strategy::Strategy;
use crate::wfp::CircumstanceLog;
use crate::wfp::Circumstances;

/// What runs.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The strategy.
    pub strategy: &'a Strategy,
    /// How finite waits are read.
    pub waits: Waits,
    /// What the engine reads where Windows leaves something open, and which of its calls fail.
    pub circumstances: &'a Circumstances,
}

impl<'a> Case<'a> {
    /// The same under other circumstances.
    #[must_use]
    pub const fn under(self, circumstances: &'a Circumstances) -> Self {
        Self {
            circumstances,
            ..self
        }
    }

    /// The same on another scenario.
    #[must_use]
    pub const fn on(self, scenario: &'a Scenario) -> Self {
        Self { scenario, ..self }
    }

    /// What an execution runs. Its ledger keeps what is asked, and which calls could have failed.
    pub fn program(&self) -> Program {
        self.program_that_keeps(true)
    }

    /// The same, whose ledger keeps the calls that could have failed if `keeps_calls` says so.
    pub fn program_that_keeps(&self, keeps_calls: bool) -> Program {
        let ledger = Arc::new(CircumstanceLog::new(
            self.circumstances.clone(),
            keeps_calls,
        ));
        Program::new(self.scenario.workload(), self.strategy, &ledger)
    }
}
