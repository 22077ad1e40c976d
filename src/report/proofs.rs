//! What a second explorer says of a proof, where two contradict each other, and what was found not
//! to be deterministic.

use std::io;
use std::io::Write;

use crate::execution::visible;
use crate::explore::Coverage;
use crate::explore::ExplorerKind;
use crate::explore::SecondProof;

use super::CheckReport;
use super::Comparison;
use super::Disagreement;
use super::Look;
use super::Tone;
use super::Verdict;
use super::details::row_name;
use super::lanes::write_lanes;
use super::phrases::grouped;
use super::phrases::replay_command;

/// By whom a search is proved, in a few words: `None` if that is as ever, or if nothing is.
pub(crate) fn proved(report: &CheckReport) -> Option<String> {
    match report.second_proof {
        Some(SecondProof::Stopped { seen, classes }) => Some(format!(
            "by dpor alone; source saw {seen} of {}",
            counted_classes(classes)
        )),
        None if is_alone(report) => Some("by dpor alone".to_owned()),
        Some(SecondProof::Agrees { .. } | SecondProof::Differs { .. }) | None => None,
    }
}

/// The explorers that a proof rests on. Empty unless it is one.
pub(super) fn provers(report: &CheckReport) -> Vec<ExplorerKind> {
    if report.verdict != Verdict::Proved {
        return Vec::new();
    }
    let second = matches!(report.second_proof, Some(SecondProof::Agrees { .. }));
    let second = second.then_some(ExplorerKind::Source);
    std::iter::once(report.explorer).chain(second).collect()
}

/// Whether `dpor` saw everything, and nobody else searched.
fn is_alone(report: &CheckReport) -> bool {
    report.explorer == ExplorerKind::Dpor
        && report.coverage == Coverage::Exhausted
        && report.second_proof.is_none()
        && report.verdict != Verdict::NotDeterministic
}

/// Writes by whom all is proved, in one line, and a line for each search with which it is another
/// matter.
pub(super) fn write_proofs(
    out: &mut dyn Write,
    comparison: &Comparison,
    look: &Look,
) -> io::Result<()> {
    let reports = || comparison.reports();
    let word = if reports().any(|report| report.verdict == Verdict::Proved) {
        "proved"
    } else {
        "searched"
    };
    let agrees =
        |report: &CheckReport| matches!(report.second_proof, Some(SecondProof::Agrees { .. }));
    if reports().any(agrees) {
        writeln!(out, "{word} by dpor and by source, with the same classes")?;
    } else if reports().all(is_alone) {
        return writeln!(out, "{word} by dpor alone");
    }
    for report in reports() {
        write_one(out, report, comparison.model.as_deref(), look)?;
    }
    Ok(())
}

fn write_one(
    out: &mut dyn Write,
    report: &CheckReport,
    model: Option<&str>,
    look: &Look,
) -> io::Result<()> {
    if let Some(said) = proved(report) {
        writeln!(out, "{}: {said}", row_name(report))?;
    }
    if let Some(found) = &report.not_deterministic {
        let word = look
            .palette
            .paint(Tone::Bad, Verdict::NotDeterministic.word());
        let said = found.to_string();
        writeln!(out, "\n{word}  {}", row_name(report))?;
        writeln!(out, "  {}", visible(&said))?;
    }
    let Some(found) = &report.disagreement else {
        return Ok(());
    };
    let word = look
        .palette
        .paint(Tone::Bad, Verdict::ExplorersDisagree.word());
    writeln!(out, "\n{word}  {}", row_name(report))?;
    write_disagreement(out, report, found, look)?;
    writeln!(out, "  replay  {}", replay_command(&found.schedule, model))
}

/// Writes what one of two explorers lacks, and the first execution of it.
fn write_disagreement(
    out: &mut dyn Write,
    report: &CheckReport,
    found: &Disagreement,
    look: &Look,
) -> io::Result<()> {
    writeln!(out, "  {}\n", lacking(found))?;
    write_lanes(out, &found.execution, &report.names, look)?;
    writeln!(out)
}

/// `dpor lacks 2 classes of executions that source saw (documented); the first of them:`.
fn lacking(found: &Disagreement) -> String {
    format!(
        "{} lacks {} of executions that {} saw ({}); the first of them:",
        found.lacks.name(),
        counted_classes(found.classes),
        found.has.name(),
        found.circumstances
    )
}

/// What one of two explorers lacks, without colours: for the message of an assertion.
pub(crate) fn disagreement_text(report: &CheckReport, model: Option<&str>) -> Option<String> {
    let found = report.disagreement.as_ref()?;
    let mut text = Vec::new();
    // Writing to memory does not fail.
    _ = write_disagreement(&mut text, report, found, &Look::PLAIN);
    let text = String::from_utf8_lossy(&text);
    let replay = replay_command(&found.schedule, model);
    Some(format!("explorers disagree\n{text}  replay  {replay}\n"))
}

fn counted_classes(classes: u64) -> String {
    match classes {
        1 => "1 class".to_owned(),
        _ => format!("{} classes", grouped(classes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::NotDeterministic;
    use crate::report::Measured;
    use crate::report::sample;
    use crate::runtime::Waits;

    fn printed(reports: Vec<CheckReport>) -> String {
        let measured = |report| Measured {
            report,
            measure: None,
        };
        let comparison = Comparison {
            summary: "s".into(),
            model: None,
            rows: reports
                .into_iter()
                .map(|report| vec![measured(report)])
                .collect(),
        };
        let mut out = Vec::new();
        write_proofs(&mut out, &comparison, &Look::PLAIN.wide(80)).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn with(second_proof: Option<SecondProof>) -> CheckReport {
        CheckReport {
            second_proof,
            ..sample::proved("retry", Waits::Sufficient)
        }
    }

    #[test]
    fn one_line_says_that_all_is_proved_twice() {
        let agrees = Some(SecondProof::Agrees { classes: 9 });

        assert_eq!(
            printed(vec![with(agrees); 2]),
            "proved by dpor and by source, with the same classes\n"
        );
    }

    #[test]
    fn a_second_search_that_was_stopped_is_told_by_row() {
        let stopped = SecondProof::Stopped {
            seen: 7,
            classes: 1_305,
        };
        let agrees = SecondProof::Agrees { classes: 9 };

        assert_eq!(
            printed(vec![with(Some(agrees)), with(Some(stopped))]),
            "proved by dpor and by source, with the same classes\n\
             retry (waits sufficient): by dpor alone; source saw 7 of 1,305 classes\n"
        );
        assert_eq!(printed(vec![with(None)]), "proved by dpor alone\n");
    }

    #[test]
    fn a_disagreement_shows_what_is_lacking_and_how_to_replay_it() {
        let text = printed(vec![sample::disagreed("retry")]);

        for part in [
            "\nEXPLORERS DISAGREE  retry (waits sufficient)\n",
            "  dpor lacks 2 classes of executions that source saw (documented); the first of them:",
            "     2  (preempted)                      FwpmTransactionBegin session 0\n",
            "  replay  selvedge replay selvedge1:attach/connect4_connect6:0.1.0x3\n",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn what_is_not_deterministic_is_told_with_its_first_difference() {
        let texts = ("a".to_owned(), "b".to_owned());
        let report = CheckReport {
            verdict: Verdict::NotDeterministic,
            second_proof: None,
            not_deterministic: Some(NotDeterministic::at_the_end(texts)),
            ..sample::proved("retry", Waits::Sufficient)
        };

        assert_eq!(
            printed(vec![report]),
            "\nNOT DETERMINISTIC  retry (waits sufficient)\n  the execution of a finding, at its \
             end: it was a, and is now b\n"
        );
    }
}
