//! The report as JSON: format `selvedge/report`, version 1.
//!
//! The order of fields is that of the structs here and never changes within a version. A field that
//! has nothing to say is `null`; only `measure`, `not_deterministic`, the two fields of second
//! opinions, and what there is to say of circumstances other than the documented ones are absent
//! unless asked for, and `cut_off` is absent if no execution was cut off.

use std::io;
use std::io::Write;

use serde::Serialize;

use crate::execution::StepNote;
use crate::explore::Coverage;
use crate::explore::ExplorerKind;
use crate::explore::SecondProof;
use crate::property::CauseKind;
use crate::property::Contrast;
use crate::recount::Verification;

use super::CheckReport;
use super::Counterexample;
use super::Measure;
use super::Measured;
use super::Opinion;
use super::SecondOpinions;
use super::circumstances_json::NeedsJson;
use super::circumstances_json::ScopeJson;
use super::phrases::waits_name;
use super::proofs::provers;
use super::rounds::is_plain;

/// What stands in the field `tool`.
pub(crate) const TOOL: &str = concat!("selvedge ", env!("CARGO_PKG_VERSION"));

#[derive(Debug, Serialize)]
struct DocumentJson<'a> {
    format: &'static str,
    version: u32,
    tool: &'static str,
    results: Vec<ResultJson<'a>>,
}

#[derive(Debug, Serialize)]
struct ResultJson<'a> {
    scenario: &'a str,
    digest: &'a str,
    strategy: &'a str,
    profile: &'static str,
    waits: &'static str,
    explorer: &'static str,
    verdict: &'static str,
    assumptions: AssumptionsJson,
    executions: u64,
    redundant: u64,
    deadlocked: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cut_off: Option<u64>,
    failing: u64,
    coverage: CoverageJson,
    /// The explorers that a proof rests on; empty if it is none.
    proved_by: Vec<&'static str>,
    second_proof: Option<SecondProofJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_deterministic: Option<String>,
    violations: Vec<ViolationJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    circumstances: Option<ScopeJson>,
    #[serde(flatten)]
    second: Option<SecondJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recount: Option<RecountJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    measure: Option<MeasureJson>,
}

#[derive(Debug, Serialize)]
struct AssumptionsJson {
    threads: u32,
    faults: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    engine_faults: Option<u32>,
    fairness: &'static str,
    memory_model: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum CoverageJson {
    Exhausted,
    Bounded { limit: String },
    Sampled { seed: u64, executions: u64 },
    Unsuitable { reason: String },
}

/// What a result has beside the rest if second opinions were asked for.
#[derive(Debug, Serialize)]
struct SecondJson {
    outcomes: Option<usize>,
    /// `null` in a result of the reference.
    opinion: Option<OpinionJson>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum OpinionJson {
    Agrees,
    AgreesSoFar { seen: usize, of: usize },
    CannotRun { reason: String },
    Differs { differences: Vec<String> },
}

/// What a second search says, if there was one.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum SecondProofJson<'a> {
    Agrees {
        classes: u64,
    },
    Stopped {
        seen: u64,
        classes: u64,
    },
    Differs {
        dpor_lacks: u64,
        source_lacks: u64,
        /// One of those executions, as a token.
        schedule: Option<&'a str>,
    },
}

/// What a recount says, if one was asked for.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum RecountJson {
    Agrees { traces: u64, prefixes: u64 },
    Differs { differences: Vec<String> },
    TooLarge { prefixes_max: u64 },
    TooLong { steps_max: u32 },
    OutOfTime,
    NotDeterministic,
    NotExhausted,
}

#[derive(Debug, Serialize)]
struct ViolationJson<'a> {
    property: &'static str,
    cause: &'a str,
    because: &'a str,
    kind: Option<&'static str>,
    status: Option<String>,
    errno: Option<u32>,
    schedule: &'a str,
    steps: usize,
    switches: u32,
    preemptions: u32,
    #[serde(flatten)]
    needs: Option<NeedsJson>,
    without: Vec<String>,
    replays: u32,
    least: bool,
    contrast: Option<Vec<String>>,
}

#[derive(Debug, Serialize)]
pub(super) struct MeasureJson {
    seconds: f64,
    executions_per_second: u64,
    peak_memory_bytes: Option<u64>,
}

/// Writes one document with these results, in this order, and a line break.
///
/// # Errors
///
/// Those of `out`.
pub fn write_json(out: &mut dyn Write, results: &[Measured]) -> io::Result<()> {
    write_document(out, results.iter().map(result).collect())
}

/// The same for second opinions: each result of the reference is followed by those of the others.
/// Every result has two fields more, `outcomes` and `opinion`.
///
/// # Errors
///
/// Those of `out`.
pub fn write_json_with_opinions(out: &mut dyn Write, models: &[SecondOpinions]) -> io::Result<()> {
    let mut results = Vec::new();
    for model in models {
        let references = model.comparison.rows.iter().flatten();
        for (reference, others) in references.zip(model.others.iter().flatten()) {
            results.push(seconded(reference, None));
            let others = others.iter();
            results.extend(others.map(|other| seconded(&other.measured, Some(&other.opinion))));
        }
    }
    write_document(out, results)
}

fn write_document(out: &mut dyn Write, results: Vec<ResultJson<'_>>) -> io::Result<()> {
    let document = DocumentJson {
        format: "selvedge/report",
        version: 1,
        tool: TOOL,
        results,
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn seconded<'a>(measured: &'a Measured, of: Option<&Opinion>) -> ResultJson<'a> {
    let outcomes = measured.report.outcomes.as_ref();
    let second = SecondJson {
        outcomes: outcomes.map(std::collections::BTreeSet::len),
        opinion: of.map(opinion),
    };
    ResultJson {
        second: Some(second),
        ..result(measured)
    }
}

fn opinion(opinion: &Opinion) -> OpinionJson {
    match opinion {
        Opinion::Agrees => OpinionJson::Agrees,
        &Opinion::AgreesSoFar { seen, of } => OpinionJson::AgreesSoFar { seen, of },
        Opinion::CannotRun(why) => OpinionJson::CannotRun {
            reason: why.to_string(),
        },
        Opinion::Differs(differences) => OpinionJson::Differs {
            differences: differences.iter().map(ToString::to_string).collect(),
        },
    }
}

fn result(measured: &Measured) -> ResultJson<'_> {
    let report = &measured.report;
    ResultJson {
        scenario: &report.scenario,
        digest: &report.digest,
        strategy: &report.strategy,
        profile: report.scope.profile.name(),
        waits: waits_name(report.waits),
        explorer: report.explorer.name(),
        verdict: report.verdict.word(),
        assumptions: assumptions(report),
        executions: report.executions,
        redundant: report.redundant,
        deadlocked: report.deadlocked,
        cut_off: Some(report.cut_off).filter(|count| *count > 0),
        failing: report.failing,
        coverage: coverage(report.coverage),
        proved_by: provers(report)
            .into_iter()
            .map(ExplorerKind::name)
            .collect(),
        second_proof: report.second_proof.map(|proof| second_proof(report, proof)),
        not_deterministic: report.not_deterministic.as_ref().map(ToString::to_string),
        violations: report
            .counterexamples
            .iter()
            .map(|found| violation(report, found))
            .collect(),
        circumstances: (!is_plain(report)).then(|| ScopeJson::of(report)),
        second: None,
        recount: report.verification.as_ref().map(recount),
        measure: measured.measure.map(measure),
    }
}

fn assumptions(report: &CheckReport) -> AssumptionsJson {
    AssumptionsJson {
        threads: report.assumptions.threads,
        faults: report.assumptions.faults,
        engine_faults: Some(report.assumptions.engine_faults).filter(|faults| *faults > 0),
        fairness: report.assumptions.fairness,
        memory_model: report.assumptions.memory_model,
    }
}

pub(crate) fn coverage(coverage: Coverage) -> CoverageJson {
    match coverage {
        Coverage::Exhausted => CoverageJson::Exhausted,
        Coverage::Bounded(limit) => CoverageJson::Bounded {
            limit: limit.to_string(),
        },
        Coverage::Sampled { seed, executions } => CoverageJson::Sampled { seed, executions },
        Coverage::Unsuitable(why) => CoverageJson::Unsuitable {
            reason: why.to_string(),
        },
    }
}

fn second_proof(report: &CheckReport, proof: SecondProof) -> SecondProofJson<'_> {
    match proof {
        SecondProof::Agrees { classes } => SecondProofJson::Agrees { classes },
        SecondProof::Stopped { seen, classes } => SecondProofJson::Stopped { seen, classes },
        SecondProof::Differs {
            first_lacks,
            second_lacks,
        } => SecondProofJson::Differs {
            dpor_lacks: first_lacks,
            source_lacks: second_lacks,
            schedule: report
                .disagreement
                .as_ref()
                .map(|found| found.schedule.as_str()),
        },
    }
}

fn recount(verification: &Verification) -> RecountJson {
    match verification {
        &Verification::Agrees { traces, prefixes } => RecountJson::Agrees { traces, prefixes },
        Verification::Differs(differences) => RecountJson::Differs {
            differences: differences.clone(),
        },
        &Verification::TooLarge(prefixes_max) => RecountJson::TooLarge { prefixes_max },
        &Verification::TooLong(steps_max) => RecountJson::TooLong { steps_max },
        Verification::Stopped => RecountJson::OutOfTime,
        Verification::NotDeterministic { .. } => RecountJson::NotDeterministic,
        Verification::NotExhausted => RecountJson::NotExhausted,
    }
}

/// The steps of a passing neighbour, in the notation of schedules.
fn steps(contrast: &Contrast) -> Vec<String> {
    let steps = contrast.execution.steps.iter();
    steps.map(|step| StepNote::of(step).to_string()).collect()
}

fn violation<'a>(report: &CheckReport, counterexample: &'a Counterexample) -> ViolationJson<'a> {
    let explained = &counterexample.explained;
    ViolationJson {
        property: counterexample.property.name(),
        cause: &counterexample.cause,
        because: &explained.because,
        kind: explained.kind.map(CauseKind::name),
        status: counterexample.status.map(|status| status.to_string()),
        errno: counterexample.errno,
        schedule: &counterexample.schedule,
        steps: counterexample.execution.steps.len(),
        switches: counterexample.execution.switches(),
        preemptions: counterexample.execution.preemptions(),
        needs: (!is_plain(report)).then(|| NeedsJson::of(report, counterexample)),
        without: explained.omitted.iter().map(ToString::to_string).collect(),
        replays: explained.replays,
        least: explained.is_least,
        contrast: explained.contrast.as_ref().map(steps),
    }
}

pub(super) fn measure(measure: Measure) -> MeasureJson {
    MeasureJson {
        seconds: measure.seconds,
        executions_per_second: measure.executions_per_second,
        peak_memory_bytes: measure.peak_memory_bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::Limit;
    use crate::report::sample;
    use crate::runtime::Waits;

    fn printed(results: &[Measured]) -> String {
        let mut out = Vec::new();
        write_json(&mut out, results).unwrap();
        // Golden texts start on a line of their own.
        format!("\n{}", String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_violation_is_written_field_by_field() {
        let report = sample::violated("shared-handle", Waits::MayExpire);

        assert_eq!(
            printed(&[Measured {
                report,
                measure: None
            }]),
            r#"
{
  "format": "selvedge/report",
  "version": 1,
  "tool": "selvedge 0.1.0",
  "results": [
    {
      "scenario": "attach/connect4_connect6",
      "digest": "00c0ffee",
      "strategy": "shared-handle",
      "profile": "documented",
      "waits": "may-expire",
      "explorer": "dpor",
      "verdict": "VIOLATED",
      "assumptions": {
        "threads": 2,
        "faults": 0,
        "fairness": "none",
        "memory_model": "sequentially consistent"
      },
      "executions": 1305,
      "redundant": 7,
      "deadlocked": 0,
      "failing": 18,
      "coverage": {
        "kind": "exhausted"
      },
      "proved_by": [],
      "second_proof": {
        "kind": "agrees",
        "classes": 1305
      },
      "violations": [
        {
          "property": "non-interference",
          "cause": "attach by thread 1 returned 22 instead of 0",
          "because": "",
          "kind": null,
          "status": "0xC022000E STATUS_FWP_TXN_IN_PROGRESS",
          "errno": 22,
          "schedule": "selvedge1:attach/connect4_connect6:0.1.0x3",
          "steps": 5,
          "switches": 2,
          "preemptions": 1,
          "without": [],
          "replays": 0,
          "least": false,
          "contrast": null
        }
      ]
    }
  ]
}
"#
        );
    }

    #[test]
    fn what_there_is_not_is_null_and_a_measure_only_there_when_asked_for() {
        let report = sample::proved("push-lock", Waits::Sufficient);
        let measure = Measure {
            seconds: 0.25,
            executions_per_second: 8,
            peak_memory_bytes: None,
        };
        let text = printed(&[Measured {
            report,
            measure: Some(measure),
        }]);

        assert!(text.contains(r#""peak_memory_bytes": null"#), "{text}");
        assert!(text.contains(r#""violations": []"#), "{text}");
        assert!(!text.contains("cut_off"), "{text}");
        assert!(!printed(&[]).contains("measure"));
    }

    #[test]
    fn executions_that_were_cut_off_are_counted() {
        let mut report = sample::proved("push-lock", Waits::Sufficient);
        report.cut_off = 3;
        let text = printed(&[Measured {
            report,
            measure: None,
        }]);

        let fields = "\"deadlocked\": 0,\n      \"cut_off\": 3,\n      \"failing\"";
        assert!(text.contains(fields), "{text}");
    }

    #[test]
    fn each_coverage_has_its_fields() {
        let written = |covered| serde_json::to_string(&coverage(covered)).unwrap();

        assert_eq!(written(Coverage::Exhausted), r#"{"kind":"exhausted"}"#);
        assert_eq!(
            written(Coverage::Bounded(Limit::Executions(1_000_000))),
            r#"{"kind":"bounded","limit":"1000000 executions"}"#
        );
        assert_eq!(
            written(Coverage::Sampled {
                seed: 7,
                executions: 100
            }),
            r#"{"kind":"sampled","seed":7,"executions":100}"#
        );
    }
}
