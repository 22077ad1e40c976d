//! The circumstances of a check as a part of its JSON report.

use std::fmt::Display;

use serde::Serialize;

use crate::wfp::EngineFault;
use crate::wfp::Question;
use crate::wfp::Reading;

use super::CheckReport;
use super::Counterexample;
use super::Round;
use super::json::CoverageJson;
use super::json::coverage;

/// What was to be gone through, and what was.
#[derive(Debug, Serialize)]
pub(super) struct ScopeJson {
    /// The readings that were fixed, whatever the profile says.
    fixed: Vec<String>,
    /// The questions whose readings mattered, and those of them that were gone through.
    consulted: Vec<&'static str>,
    gone_through: Vec<&'static str>,
    engine_faults: u32,
    /// Empty if no call of the engine was to fail.
    fault_kinds: Vec<&'static str>,
    /// How many calls could have failed.
    calls: usize,
    rounds: Vec<RoundJson>,
}

#[derive(Debug, Serialize)]
struct RoundJson {
    circumstances: String,
    consulted: Vec<&'static str>,
    executions: u64,
    redundant: u64,
    deadlocked: u64,
    failing: u64,
    coverage: CoverageJson,
    found: Vec<FoundJson>,
}

#[derive(Debug, Serialize)]
struct FoundJson {
    property: &'static str,
    status: Option<String>,
}

/// What a violation needs.
#[derive(Debug, Serialize)]
pub(super) struct NeedsJson {
    circumstances: String,
    /// The readings beside those that the search began with.
    needs: Vec<String>,
    engine_faults: Vec<String>,
    /// In how many rounds it was found.
    rounds: u64,
}

impl NeedsJson {
    pub(super) fn of(report: &CheckReport, found: &Counterexample) -> Self {
        let faults = found.circumstances.faults.iter();
        let faults = faults.map(|(call, fault)| format!("{call}={}", fault.name()));
        Self {
            circumstances: found.circumstances.to_string(),
            needs: written(report.needs(found)),
            engine_faults: faults.collect(),
            rounds: found.rounds,
        }
    }
}

impl ScopeJson {
    pub(super) fn of(report: &CheckReport) -> Self {
        let scope = &report.scope;
        let fixed = scope.fixed.iter();
        let fixed = fixed.map(|(&question, &reading)| Reading { question, reading });
        let kinds = scope.faults.iter().filter(|_| scope.fault_budget > 0);
        Self {
            fixed: written(fixed),
            consulted: report.consulted().iter().map(Question::name).collect(),
            gone_through: report.gone_through().map(Question::name).collect(),
            engine_faults: scope.fault_budget,
            fault_kinds: kinds.copied().map(EngineFault::name).collect(),
            calls: report.calls.len(),
            rounds: report.rounds.iter().map(round).collect(),
        }
    }
}

fn round(round: &Round) -> RoundJson {
    let found = round.found.iter().map(|(property, status)| FoundJson {
        property: property.name(),
        status: status.map(|status| status.to_string()),
    });
    RoundJson {
        circumstances: round.circumstances.to_string(),
        consulted: round.consulted.iter().map(Question::name).collect(),
        executions: round.executions,
        redundant: round.redundant,
        deadlocked: round.deadlocked,
        failing: round.failing,
        coverage: coverage(round.coverage),
        found: found.collect(),
    }
}

/// Things as a schedule writes them.
fn written(things: impl IntoIterator<Item = impl Display>) -> Vec<String> {
    things.into_iter().map(|thing| thing.to_string()).collect()
}
