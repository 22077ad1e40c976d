//! What one check searches, and how: every case that a scope names.

use crate::case::Case;
use crate::program::Program;
use crate::scenario::Scenario;
use crate::strategy::Strategy;
use crate::wfp::Circumstances;
use crate::wfp::Scope;

use super::Request;

/// What is searched, and how.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) strategy: &'a Strategy,
    pub(super) request: &'a Request,
    pub(super) scope: &'a Scope,
}

impl<'a> Subject<'a> {
    /// The case under some circumstances.
    pub(super) const fn case(self, circumstances: &'a Circumstances) -> Case<'a> {
        Case {
            scenario: self.scenario,
            strategy: self.strategy,
            waits: self.request.waits,
            circumstances,
        }
    }

    /// What an execution under some circumstances runs.
    pub(super) fn program(self, circumstances: &'a Circumstances) -> Program {
        let case = self.case(circumstances);
        case.program_that_keeps(self.scope.fault_budget > 0)
    }
}
