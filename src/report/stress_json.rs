//! A stress run as JSON: format `selvedge/stress`, version 1.
//!
//! The order of fields is that of the structs here and never changes within a version. A field that
//! has nothing to say is `null`; only `measure` is absent unless it was asked for.

use std::io;
use std::io::Write;
use std::time::Duration;

use serde::Serialize;

use super::CheckReport;
use super::OutcomeCount;
use super::StressEnd;
use super::StressFinding;
use super::StressReport;
use super::json::CoverageJson;
use super::json::MeasureJson;
use super::json::TOOL;
use super::json::coverage;
use super::json::measure;
use super::phrases::waits_name;

#[derive(Debug, Serialize)]
struct StressJson<'a> {
    format: &'static str,
    version: u32,
    tool: &'static str,
    scenario: &'a str,
    digest: &'a str,
    strategy: &'a str,
    profile: String,
    waits: &'static str,
    threads: u64,
    seed: u64,
    engine_latency_seconds: Option<f64>,
    verdict: &'static str,
    ended: &'static str,
    attempts_asked: u64,
    attempts: u64,
    attaches: u64,
    attaches_failed: u64,
    attaches_failed_per_100000: u64,
    outcomes: Vec<OutcomeJson<'a>>,
    violations: Vec<FindingJson<'a>>,
    hang: Option<HangJson>,
    checker: CheckerJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    measure: Option<MeasureJson>,
}

#[derive(Debug, Serialize)]
struct OutcomeJson<'a> {
    outcome: &'a str,
    violated: &'a [&'static str],
    attempts: u64,
}

#[derive(Debug, Serialize)]
struct FindingJson<'a> {
    property: &'static str,
    cause: &'a str,
    status: Option<String>,
    errno: Option<u32>,
    attempts: u64,
    confirmed: bool,
    schedule: Option<&'a str>,
    file: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct HangJson {
    after_seconds: f64,
    threads: Vec<StuckJson>,
}

/// A thread of a hang: where it waits, or `null` if it runs outside of any step.
#[derive(Debug, Serialize)]
struct StuckJson {
    thread: u8,
    waits_in: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct CheckerJson {
    explorer: &'static str,
    threads: u32,
    verdict: &'static str,
    property: Option<&'static str>,
    status: Option<String>,
    executions: u64,
    failing: u64,
    coverage: CoverageJson,
}

/// Writes one document and a line break.
///
/// # Errors
///
/// Those of `out`.
pub fn write_stress_json(out: &mut dyn Write, report: &StressReport) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &document(report))?;
    writeln!(out)
}

fn document(report: &StressReport) -> StressJson<'_> {
    let model = &report.checker;
    StressJson {
        format: "selvedge/stress",
        version: 1,
        tool: TOOL,
        scenario: &model.scenario,
        digest: &model.digest,
        strategy: &model.strategy,
        profile: model.scope.to_string(),
        waits: waits_name(model.waits),
        threads: report.threads,
        seed: report.seed,
        engine_latency_seconds: report.latency.map(|latency| latency.as_secs_f64()),
        verdict: report.verdict().word(),
        ended: ended(&report.end),
        attempts_asked: report.attempts_asked,
        attempts: report.attempts,
        attaches: report.attaches,
        attaches_failed: report.attaches_failed,
        attaches_failed_per_100000: report.rate(),
        outcomes: report.outcomes.iter().map(outcome).collect(),
        violations: report
            .findings
            .iter()
            .map(|found| finding(report, found))
            .collect(),
        hang: hang(&report.end),
        checker: checker(model),
        measure: report.measure.map(measure),
    }
}

const fn ended(end: &StressEnd) -> &'static str {
    match end {
        StressEnd::Complete => "complete",
        StressEnd::Interrupted => "interrupted",
        StressEnd::Hung { .. } => "hung",
    }
}

fn outcome(count: &OutcomeCount) -> OutcomeJson<'_> {
    OutcomeJson {
        outcome: &count.outcome,
        violated: &count.violated,
        attempts: count.attempts,
    }
}

fn finding<'r>(report: &StressReport, finding: &'r StressFinding) -> FindingJson<'r> {
    let confirmed = finding.confirmed.as_ref();
    let status = confirmed.and_then(|found| found.status);
    FindingJson {
        property: finding.property,
        cause: &finding.cause,
        status: status
            .map(|status| status.to_string())
            .or_else(|| finding.status.clone()),
        errno: confirmed.and_then(|found| found.errno),
        attempts: finding.attempts,
        confirmed: confirmed.is_some(),
        // Of another number of threads there is no model for a token to name.
        schedule: confirmed
            .filter(|_| report.has_own_threads())
            .map(|found| &*found.schedule),
        file: finding.file.as_deref(),
    }
}

fn hang(end: &StressEnd) -> Option<HangJson> {
    let StressEnd::Hung {
        after,
        sleeping,
        running,
    } = end
    else {
        return None;
    };
    let after: &Duration = after;
    let waits = sleeping.iter().map(|who| StuckJson {
        thread: who.thread.byte(),
        waits_in: Some(who.operation.verb.title()),
    });
    let runs = running.iter().map(|thread| StuckJson {
        thread: thread.byte(),
        waits_in: None,
    });
    let mut threads: Vec<StuckJson> = waits.chain(runs).collect();
    threads.sort_by_key(|stuck| stuck.thread);
    Some(HangJson {
        after_seconds: after.as_secs_f64(),
        threads,
    })
}

fn checker(report: &CheckReport) -> CheckerJson {
    let first = report.counterexamples.first();
    CheckerJson {
        explorer: report.explorer.name(),
        threads: report.assumptions.threads,
        verdict: report.verdict.word(),
        property: first.map(|first| first.property.name()),
        status: first
            .and_then(|first| first.status)
            .map(|status| status.to_string()),
        executions: report.executions,
        failing: report.failing,
        coverage: coverage(report.coverage),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::Blocked;
    use crate::execution::Operation;
    use crate::execution::ThreadId;
    use crate::execution::Verb;
    use crate::report::sample;

    fn printed(report: &StressReport) -> String {
        let mut out = Vec::new();
        write_stress_json(&mut out, report).unwrap();
        format!("\n{}", String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_run_is_written_field_by_field() {
        assert_eq!(
            printed(&sample::stressed()),
            r#"
{
  "format": "selvedge/stress",
  "version": 1,
  "tool": "selvedge 0.1.0",
  "scenario": "attach/connect4_connect6",
  "digest": "00c0ffee",
  "strategy": "shared-handle",
  "profile": "documented",
  "waits": "sufficient",
  "threads": 2,
  "seed": 7,
  "engine_latency_seconds": 0.00002,
  "verdict": "VIOLATED",
  "ended": "interrupted",
  "attempts_asked": 1000,
  "attempts": 400,
  "attaches": 800,
  "attaches_failed": 1,
  "attaches_failed_per_100000": 125,
  "outcomes": [
    {
      "outcome": "2 attaches succeed",
      "violated": [],
      "attempts": 399
    },
    {
      "outcome": "1 attach succeeds, 1 fails with errno 22, TXN_IN_PROGRESS",
      "violated": [
        "non-interference"
      ],
      "attempts": 1
    }
  ],
  "violations": [
    {
      "property": "non-interference",
      "cause": "call 0 of thread 1 returned errno 22",
      "status": "0xC022000E STATUS_FWP_TXN_IN_PROGRESS",
      "errno": 22,
      "attempts": 1,
      "confirmed": true,
      "schedule": "selvedge1:attach/connect4_connect6:0.1.0x3",
      "file": null
    }
  ],
  "hang": null,
  "checker": {
    "explorer": "dpor",
    "threads": 2,
    "verdict": "VIOLATED",
    "property": "non-interference",
    "status": "0xC022000E STATUS_FWP_TXN_IN_PROGRESS",
    "executions": 1305,
    "failing": 18,
    "coverage": {
      "kind": "exhausted"
    }
  }
}
"#
        );
    }

    #[test]
    fn a_hang_has_its_threads_in_order() {
        let mut report = sample::stressed();
        report.end = StressEnd::Hung {
            after: Duration::from_millis(500),
            sleeping: vec![Blocked {
                thread: ThreadId::new(1),
                operation: Operation::local(Verb::Begin),
            }],
            running: vec![ThreadId::new(0)],
        };

        let hang = serde_json::to_string(&hang(&report.end)).unwrap();
        let expected = [
            r#"{"after_seconds":0.5,"threads":[{"thread":0,"waits_in":null},"#,
            r#"{"thread":1,"waits_in":"FwpmTransactionBegin"}]}"#,
        ];
        assert_eq!(hang, expected.concat());
    }
}
