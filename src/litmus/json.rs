//! What an exploration came to as JSON: format `selvedge/program`, version 1.
//!
//! The order of fields is that of the structs here and never changes within a version. A field that
//! has nothing to say is `null` or empty.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::execution::Execution;
use crate::execution::StepNote;
use crate::explore::SecondProof;
use crate::report::CoverageJson;
use crate::report::TOOL;
use crate::report::coverage;

use super::Explored;
use super::Finding;

#[derive(Debug, Serialize)]
struct ExploredJson<'a> {
    format: &'static str,
    version: u32,
    tool: &'static str,
    program: &'a str,
    verdict: &'static str,
    executions: u64,
    redundant: u64,
    deadlocked: u64,
    failing: u64,
    cut_off: u64,
    loops: &'a [String],
    coverage: CoverageJson,
    second_proof: Option<SecondProofJson>,
    not_deterministic: Option<String>,
    outcomes: &'a BTreeMap<String, u64>,
    findings: Vec<FindingJson<'a>>,
    disagreement: Option<FindingJson<'a>>,
}

/// What a second search says, if there was one.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum SecondProofJson {
    Agrees { classes: u64 },
    Stopped { seen: u64, classes: u64 },
    Differs { dpor_lacks: u64, source_lacks: u64 },
}

#[derive(Debug, Serialize)]
struct FindingJson<'a> {
    property: &'static str,
    cause: &'a str,
    because: &'a str,
    schedule: &'a str,
    threads: &'a [String],
    steps: Vec<String>,
    switches: u32,
    preemptions: u32,
    replays: u32,
    least: bool,
    contrast: Option<Vec<String>>,
}

impl Explored {
    /// All of it as JSON, with a line break at the end.
    ///
    /// # Panics
    ///
    /// Never: strings and numbers are JSON.
    pub fn to_json(&self) -> String {
        let document = ExploredJson {
            format: "selvedge/program",
            version: 1,
            tool: TOOL,
            program: &self.program,
            verdict: self.verdict.word(),
            executions: self.executions,
            redundant: self.redundant,
            deadlocked: self.deadlocked,
            failing: self.panicked,
            cut_off: self.cut_off,
            loops: &self.loops,
            coverage: coverage(self.coverage),
            second_proof: self.second_proof.map(second_proof),
            not_deterministic: self.not_deterministic.as_ref().map(ToString::to_string),
            outcomes: &self.outcomes,
            findings: self.findings.iter().map(finding).collect(),
            disagreement: self.disagreement.as_ref().map(finding),
        };
        let text = serde_json::to_string_pretty(&document);
        text.expect("strings and numbers are JSON") + "\n"
    }
}

const fn second_proof(second: SecondProof) -> SecondProofJson {
    match second {
        SecondProof::Agrees { classes } => SecondProofJson::Agrees { classes },
        SecondProof::Stopped { seen, classes } => SecondProofJson::Stopped { seen, classes },
        SecondProof::Differs {
            first_lacks,
            second_lacks,
        } => SecondProofJson::Differs {
            dpor_lacks: first_lacks,
            source_lacks: second_lacks,
        },
    }
}

fn finding(finding: &Finding) -> FindingJson<'_> {
    FindingJson {
        property: finding.kind.name(),
        cause: &finding.cause,
        because: &finding.because,
        schedule: &finding.schedule,
        threads: finding.names.labels(),
        steps: steps(&finding.execution),
        switches: finding.execution.switches(),
        preemptions: finding.execution.preemptions(),
        replays: finding.replays,
        least: finding.is_least,
        contrast: finding.contrast.as_ref().map(|it| steps(&it.execution)),
    }
}

/// The steps in the notation of schedules.
fn steps(execution: &Execution) -> Vec<String> {
    let steps = execution.steps.iter();
    steps.map(|step| StepNote::of(step).to_string()).collect()
}
