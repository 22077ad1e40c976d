//! A violation as a document: Markdown for a pull request, or a diagram of Mermaid.

use std::io;
use std::io::Write;

use crate::execution::Execution;
use crate::execution::Names;
use crate::property::Contrast;

use super::CheckReport;
use super::Counterexample;
use super::Detail;
use super::Finding;
use super::LaneTable;
use super::Setting;
use super::lane_markdown::escaped;
use super::lane_markdown::write_lanes_as_markdown;
use super::lane_mermaid::write_lanes_as_mermaid;
use super::phrases::replay_command;
use super::summary::facts;
use super::summary::smaller_name;

/// Which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Heading, cause, lane table and replay command.
    Markdown,
    /// The diagram alone; heading and cause are its comments.
    Mermaid,
}

/// What is to be written, and how much of it.
#[derive(Debug, Clone)]
pub struct Document<'a> {
    /// What is broken, if anything is, and where.
    pub heading: String,
    /// What else there is to say of it in a line each, with the name of the line.
    pub facts: Vec<(&'static str, String)>,
    /// The execution that shows it.
    pub execution: &'a Execution,
    /// What its threads and objects are called.
    pub names: &'a Names,
    /// The nearest execution that passes, if it is to be shown beside.
    pub contrast: Option<&'a Contrast>,
    /// The command that shows it again, if there is one.
    pub replay: Option<&'a str>,
    /// How much of the execution is shown.
    pub detail: Detail,
}

impl<'a> Document<'a> {
    /// The document of an execution of a model, with neither contrast nor command.
    pub fn of(
        setting: &Setting<'a>,
        finding: Option<&Finding<'_>>,
        execution: &'a Execution,
    ) -> Self {
        let title = setting.title();
        let heading = match finding {
            Some(finding) => format!("VIOLATED {}: {title}", finding.property.name()),
            None => title,
        };
        Self {
            heading,
            facts: facts(finding, execution),
            execution,
            names: setting.names,
            contrast: None,
            replay: None,
            detail: Detail::Folded,
        }
    }

    /// Writes it.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn write(&self, out: &mut dyn Write, form: Form) -> io::Result<()> {
        let table = self.table(self.execution);
        match form {
            Form::Markdown => self.markdown(out, &table),
            Form::Mermaid => self.mermaid(out, &table),
        }
    }

    fn markdown(&self, out: &mut dyn Write, table: &LaneTable<'_>) -> io::Result<()> {
        writeln!(out, "### {}", escaped(&self.heading))?;
        writeln!(out)?;
        for (name, text) in &self.facts {
            writeln!(out, "- {name}: {}", escaped(text))?;
        }
        writeln!(out)?;
        write_lanes_as_markdown(out, table)?;
        if let Some(contrast) = self.contrast {
            writeln!(out, "\n#### Contrast: {}\n", contrast.title())?;
            write_lanes_as_markdown(out, &self.table(&contrast.execution))?;
        }
        if let Some(command) = self.replay {
            writeln!(out, "\n```sh\n{command}\n```")?;
        }
        Ok(())
    }

    /// A comment of Mermaid begins with `%%`, and is nowhere but on a line of its own. The contrast
    /// is a diagram of its own.
    fn mermaid(&self, out: &mut dyn Write, table: &LaneTable<'_>) -> io::Result<()> {
        writeln!(out, "%% {}", comment(&self.heading))?;
        for (name, text) in &self.facts {
            writeln!(out, "%% {name}: {}", comment(text))?;
        }
        write_lanes_as_mermaid(out, table)?;
        if let Some(contrast) = self.contrast {
            writeln!(out, "\n%% CONTRAST {}", contrast.title())?;
            write_lanes_as_mermaid(out, &self.table(&contrast.execution))?;
        }
        Ok(())
    }

    fn table(&self, execution: &Execution) -> LaneTable<'_> {
        LaneTable::of(execution, self.names, self.detail)
    }
}

/// A text as a part of a comment: no directive begins in it.
fn comment(text: &str) -> String {
    text.replace("%%{", "% %{")
}

/// Writes one counterexample of a report in another form. `model` is the path of a scenario that is
/// not embedded.
///
/// # Errors
///
/// Those of `out`.
pub fn write_counterexample_as(
    out: &mut dyn Write,
    (form, detail): (Form, Detail),
    report: &CheckReport,
    counterexample: &Counterexample,
    model: Option<&str>,
) -> io::Result<()> {
    let command = replay_command(&counterexample.schedule, model);
    let name = smaller_name(&report.scenario, &counterexample.explained.omitted);
    let setting = Setting {
        scenario: &name,
        ..Setting::of(report)
    };
    let finding = Finding::of(counterexample);
    let document = Document {
        replay: Some(&command),
        detail,
        ..Document::of(&setting, Some(&finding), &counterexample.execution)
    };
    document.write(out, form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::property::Change;
    use crate::report::sample;
    use crate::runtime::Waits;

    fn written(form: Form) -> String {
        let report = sample::violated("shared-handle", Waits::Sufficient);
        let found = &report.counterexamples[0];
        let mut out = Vec::new();
        let how = (form, Detail::Folded);
        write_counterexample_as(&mut out, how, &report, found, None).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn markdown_says_what_why_how_and_again() {
        let text = written(Form::Markdown);

        for part in [
            "### VIOLATED non-interference: attach/connect4\\_connect6 / shared-handle (waits ",
            "\n- cause: attach by thread 1 returned 22 instead of 0\n",
            "\n- size: 5 steps, 2 switches, 1 preemption\n\n| step | 0 CONNECT4 | 1 CONNECT6 |\n",
            "\n```sh\nselvedge replay selvedge1:attach/connect4_connect6:0.1.0x3\n```\n",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn mermaid_says_the_same_in_comments() {
        let text = written(Form::Mermaid);

        let lines: Vec<&str> = text.lines().take(6).collect();
        assert_eq!(
            lines[0].split(':').next(),
            Some("%% VIOLATED non-interference")
        );
        assert_eq!(
            lines[1],
            "%% cause: attach by thread 1 returned 22 instead of 0"
        );
        assert_eq!(lines[5], "sequenceDiagram");
    }

    #[test]
    fn the_passing_neighbour_stands_below_in_either_form() {
        let report = sample::violated("shared-handle", Waits::Sufficient);
        let found = &report.counterexamples[0];
        let contrast = Contrast {
            change: Change::NoFault,
            execution: sample::race(),
            is_clean: true,
        };
        let (setting, finding) = (Setting::of(&report), Finding::of(found));
        let document = Document {
            contrast: Some(&contrast),
            replay: Some("selvedge replay TOKEN"),
            ..Document::of(&setting, Some(&finding), &found.execution)
        };
        for (form, below) in [
            (
                Form::Markdown,
                "\n\n#### Contrast: the nearest execution that passes\n\n| step | 0 CONNECT4",
            ),
            (
                Form::Mermaid,
                "\n\n%% CONTRAST the nearest execution that passes\nsequenceDiagram\n",
            ),
        ] {
            let mut out = Vec::new();
            document.write(&mut out, form).unwrap();
            let text = String::from_utf8(out).unwrap();
            assert!(text.contains(below), "{text}");
        }
    }
}
