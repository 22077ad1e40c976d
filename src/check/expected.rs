//! Holds a report to what its scenario expects.

use crate::explore::Coverage;
use crate::explore::ExplorerKind;
use crate::report::CheckReport;
use crate::scenario::Expectation;
use crate::scenario::ExpectedVerdict;

/// What differs from the expectation, a line each.
pub(super) fn differences(report: &CheckReport, expected: &Expectation) -> Vec<String> {
    if let Some(found) = &report.disagreement {
        // Whatever was found, one of the two explorers is wrong.
        let (lacks, has) = (found.lacks.name(), found.has.name());
        return vec![format!(
            "explorers disagree: {lacks} lacks an execution that {has} saw"
        )];
    }
    if !report.verdict.is_conclusive() && expected.verdict != ExpectedVerdict::Bounded {
        // A search that ends early does not contradict a file: it says nothing.
        let (expected, found) = (expected.verdict, report.verdict.word());
        return vec![format!("expected {expected}, found {found}")];
    }
    let mut lines = Vec::new();
    let mut hold = |what: &str, expected: Option<String>, found: String| {
        if let Some(expected) = expected.filter(|expected| *expected != found) {
            lines.push(format!("{what}: expected {expected}, found {found}"));
        }
    };
    hold(
        "verdict",
        Some(expected.verdict.to_string()),
        report.verdict.word().to_owned(),
    );
    let first = report.counterexamples.first();
    let property = first.map_or("none", |first| first.property.name());
    hold("property", expected.property.clone(), property.to_owned());
    let status = first
        .and_then(|first| first.status)
        .map(|status| status.to_string());
    let cause = expected.cause.map(|status| status.to_string());
    hold("cause", cause, status.unwrap_or_else(|| "none".to_owned()));
    let counts = [
        ("executions", expected.executions, report.executions),
        ("failing", expected.failing, report.failing),
        ("deadlocked", expected.deadlocked, report.deadlocked),
    ];
    // The counts are those of a whole search with the default explorer.
    let whole = report.coverage == Coverage::Exhausted;
    let bounded = expected.verdict == ExpectedVerdict::Bounded;
    if report.explorer == ExplorerKind::Dpor && (whole || bounded) {
        for (what, expected, found) in counts {
            hold(
                what,
                expected.map(|number| number.to_string()),
                found.to_string(),
            );
        }
    }
    lines
}
