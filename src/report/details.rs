//! What stands below a table: the cause of each violated row with the command that replays it,
//! what is not as expected, and what the searches cost.

use std::io;
use std::io::Write;

use crate::execution::Looping;
use crate::execution::Operation;
use crate::execution::ThreadId;
use crate::execution::visible;

use super::CheckReport;
use super::Comparison;
use super::Look;
use super::Tone;
use super::Verdict;
use super::cut_off::cut_off_lines;
use super::phrases::counted;
use super::phrases::grouped;
use super::phrases::replay_command;
use super::phrases::waits_phrase;
use super::rounds::lines;

/// Writes all that there is to say of single rows.
pub(super) fn write_details(
    out: &mut dyn Write,
    comparison: &Comparison,
    look: &Look,
) -> io::Result<()> {
    write_causes(out, comparison, look)?;
    write_measures(out, comparison)
}

/// The cause of each violated row, and what is not as expected.
pub(super) fn write_causes(
    out: &mut dyn Write,
    comparison: &Comparison,
    look: &Look,
) -> io::Result<()> {
    for report in comparison.reports() {
        write_row(out, report, comparison.model.as_deref(), look)?;
    }
    write_expected(out, comparison, look)
}

/// The cause of a violated row with its replay command, and what is not as expected.
fn write_row(
    out: &mut dyn Write,
    report: &CheckReport,
    model: Option<&str>,
    look: &Look,
) -> io::Result<()> {
    let differences = report.unexpected.as_deref().unwrap_or_default();
    let mut more = lines(report);
    more.extend(cut_off(report));
    if report.counterexamples.is_empty() && differences.is_empty() && more.is_empty() {
        return Ok(());
    }
    let row = look.palette.paint(Tone::Strong, row_name(report));
    writeln!(out)?;
    match report.counterexamples.first() {
        None => writeln!(out, "{row}")?,
        Some(first) => {
            let cause = visible(&first.cause);
            writeln!(out, "{row}: {}: {cause}", first.property.name())?;
            writeln!(out, "  replay: {}", replay_command(&first.schedule, model))?;
        }
    }
    let others = report.counterexamples.iter().skip(1);
    let others: Vec<&str> = others.map(|other| other.property.name()).collect();
    if !others.is_empty() {
        writeln!(out, "  also: {}", others.join(", "))?;
    }
    for line in more {
        writeln!(out, "  {line}")?;
    }
    for line in differences {
        let (tone, word) = differing(report.verdict);
        let word = look.palette.paint(tone, word);
        writeln!(out, "  {word}: {}", visible(line))?;
    }
    Ok(())
}

/// What the bound on steps hides.
fn cut_off(report: &CheckReport) -> Vec<String> {
    let thread = |thread: ThreadId| format!("thread {}", report.names.heading(thread));
    let does = |operation: Operation| {
        let object = operation.object.map(|object| format!(" {object}"));
        format!("{}{}", operation.verb.title(), object.unwrap_or_default())
    };
    let advice = |found: &Looping| {
        if found.looks {
            "it only looks: let it wait for what it looks at"
        } else {
            "it changes something: give the loop a bound of its own"
        }
    };
    cut_off_lines(report.cut_off, &report.loops, thread, does, advice)
}

/// `shared-handle (waits sufficient)`.
pub(super) fn row_name(report: &CheckReport) -> String {
    format!(
        "{} ({})",
        visible(&report.strategy),
        waits_phrase(report.waits)
    )
}

fn write_measures(out: &mut dyn Write, comparison: &Comparison) -> io::Result<()> {
    let measured = comparison.rows.iter().flatten();
    let measured = measured.filter_map(|row| Some((&row.report, row.measure?)));
    for (index, (report, measure)) in measured.enumerate() {
        if index == 0 {
            writeln!(out)?;
        }
        let row = row_name(report);
        let rate = counted(measure.executions_per_second, "execution");
        let memory = measure
            .peak_memory_bytes
            .map(|bytes| format!(", at most {} KiB of memory so far", grouped(bytes / 1024)));
        let memory = memory.unwrap_or_default();
        writeln!(
            out,
            "measure: {row}: {:.3} s, {rate}/s{memory}",
            measure.seconds
        )?;
    }
    Ok(())
}

/// What a verdict is called that differs from what the model expects.
const fn differing(verdict: Verdict) -> (Tone, &'static str) {
    if verdict.is_conclusive() {
        (Tone::Bad, "not as expected")
    } else {
        (Tone::Notable, "inconclusive")
    }
}

/// How many verdicts are as the model expects: of a model that expects something.
fn write_expected(out: &mut dyn Write, comparison: &Comparison, look: &Look) -> io::Result<()> {
    let expected = || {
        comparison
            .reports()
            .filter_map(|report| report.unexpected.as_ref())
    };
    let (all, met) = (
        expected().count(),
        expected().filter(|lines| lines.is_empty()).count(),
    );
    if all == 0 {
        return Ok(());
    }
    let tone = if met == all { Tone::Good } else { Tone::Bad };
    let figure = look.palette.paint(tone, format!("{met} of {all}"));
    writeln!(out, "\nas the model expects: {figure}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::Verb;
    use crate::explore::Coverage;
    use crate::property::Property;
    use crate::report::Measure;
    use crate::report::Measured;
    use crate::report::sample;
    use crate::report::write_comparison;
    use crate::runtime::Waits;

    fn printed(comparison: &Comparison, width: usize) -> String {
        let mut out = Vec::new();
        write_comparison(&mut out, comparison, &Look::PLAIN.wide(width)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn executions_that_were_cut_off_are_told_with_the_steps_that_repeat() {
        let mut report = sample::proved("retry", Waits::Sufficient);
        report.verdict = Verdict::Bounded;
        report.cut_off = 3;
        report.loops = vec![Looping {
            thread: ThreadId::new(1),
            round: vec![Operation::local(Verb::Load), Operation::local(Verb::Store)],
            rounds: 40,
            looks: false,
        }];
        let row = Measured {
            report,
            measure: None,
        };
        let text = printed(
            &Comparison {
                summary: "s".into(),
                model: None,
                rows: vec![vec![row]],
            },
            100,
        );

        let lines = [
            "retry (waits sufficient)",
            "  3 executions were cut off by the bound on steps; in the first of them:",
            "  thread 1 CONNECT6 repeats, 40 times in a row: load, store; it changes something: \
             give the loop a bound of its own",
        ];
        assert!(text.contains(&lines.join("\n")), "{text}");
    }

    #[test]
    fn other_findings_samples_and_measures_are_told() {
        let mut report = sample::violated("retry", Waits::MayExpire);
        let mut second = report.counterexamples[0].clone();
        second.property = Property::Atomicity;
        report.counterexamples.push(second);
        report.coverage = Coverage::Sampled {
            seed: 7,
            executions: 1_305,
        };
        let measure = Measure {
            seconds: 0.25,
            executions_per_second: 5_220,
            peak_memory_bytes: Some(4_096),
        };
        let comparison = Comparison {
            summary: "s".into(),
            model: Some("a b.toml".into()),
            rows: vec![vec![Measured {
                report,
                measure: Some(measure),
            }]],
        };
        let text = printed(&comparison, 100);

        for line in [
            "          non-interference TXN_IN_PROGRESS +1 more\n",
            "          random, seed 7\n",
            "0x3 --model 'a b.toml'\n  also: atomicity\n",
            "measure: retry (waits may expire): 0.250 s, 5,220 executions/s, at most 4 KiB of ",
        ] {
            assert!(text.contains(line), "{line}: {text}");
        }
    }
}
