//! Which circumstances are asked for: what the command line says, over what the model says.

use crate::wfp::Circumstances;
use crate::wfp::EngineFault;
use crate::wfp::NamedProfile;
use crate::wfp::Reading;
use crate::wfp::Scope;

use super::args::FaultArguments;
use super::args::ProfileArguments;
use super::error::CliError;

/// What the command line says of the circumstances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    profile: Option<NamedProfile>,
    readings: Vec<Reading>,
    fault_budget: Option<u32>,
    /// Empty: whatever the model says.
    faults: Vec<EngineFault>,
}

impl Wanted {
    pub(super) fn of(profile: ProfileArguments, faults: Option<FaultArguments>) -> Self {
        let (fault_budget, faults) = faults.map_or_else(Default::default, |typed| {
            (typed.engine_faults, typed.faults)
        });
        Self {
            profile: profile.profile,
            readings: profile.readings,
            fault_budget,
            faults,
        }
    }

    /// What is to be gone through, of a model that says something itself.
    ///
    /// # Errors
    ///
    /// [`CliError::ReadTwice`] or [`CliError::NoEngineFaults`].
    pub(super) fn scope(&self, model: &Scope) -> Result<Scope, CliError> {
        let mut scope = model.clone();
        scope.profile = self.profile.unwrap_or(scope.profile);
        scope.fault_budget = self.fault_budget.unwrap_or(scope.fault_budget);
        for (place, reading) in self.readings.iter().enumerate() {
            let before = &self.readings[..place];
            if before
                .iter()
                .any(|other| other.question == reading.question)
            {
                return Err(CliError::ReadTwice(reading.question.name()));
            }
            scope.fixed.insert(reading.question, reading.reading);
        }
        if !self.faults.is_empty() {
            if scope.fault_budget == 0 {
                return Err(CliError::NoEngineFaults);
            }
            scope.faults = self.faults.iter().copied().collect();
        }
        Ok(scope)
    }

    /// The circumstances of a run that has only one kind of them.
    ///
    /// # Errors
    ///
    /// Those of [`Wanted::scope`], and [`CliError::ManyProfiles`].
    pub(super) fn circumstances(&self, model: &Scope) -> Result<Circumstances, CliError> {
        let scope = self.scope(model)?;
        if scope.profile.explores() {
            return Err(CliError::ManyProfiles);
        }
        Ok(scope.start())
    }
}
