//! The page of the suite, `docs/conformance.md`, made from the tables.
//!
//! Set `SELVEDGE_UPDATE=1` to write it anew, and read the difference.

use std::collections::BTreeSet;
use std::env;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use selvedge::status::FWP_STATUSES;
use selvedge::status::NtStatus;

use super::AREAS;
use super::all;
use super::case::Case;
use super::case::Tag;
use super::codes::OUT_OF_REACH;
use super::reports;

const COLUMNS_MAX: usize = 100;

const HEAD: &str = "# What the mock engine is held to

Each rule of the engine is a case that runs against the mock. A rule is `DOC` if Microsoft's
documentation, a sample or a header says it, `OBS` if it was seen in the code or the reports of
clients on Windows, and `ASM` if the mock had to choose; `A-…` are the open questions of
[model.md](model.md). *Given* are the readings that a rule presupposes; under all other questions
any reading may be taken, one at a time. No Windows was there to measure.

This page is made from the tables in `tests/it/conformance/`: `SELVEDGE_UPDATE=1 cargo test --test
it conformance` writes it anew. At its end are the rules sentence by sentence, each with its cases
or the reason why it has none, and the status codes.
";

/// Breaks a text into lines, the second and later ones indented. What has a link is not measured.
pub(super) fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is one");
        let long = line.chars().count() + 1 + word.chars().count() > COLUMNS_MAX;
        if long {
            lines.push(format!("  {word}"));
        } else {
            let gap = if line.is_empty() { "" } else { " " };
            *line += gap;
            *line += word;
        }
    }
    lines.join("\n")
}

fn row(case: &Case) -> String {
    let sources = case.sources.iter().map(|source| match source.link {
        Some(_) => format!("[{}]", source.name),
        None => source.name.to_owned(),
    });
    let sources: Vec<String> = sources.collect();
    let given = case.readings.iter().map(|reading| format!("`{reading}`"));
    let given: Vec<String> = given.collect();
    let given = if given.is_empty() {
        String::new()
    } else {
        format!(" *Given* {}.", given.join(", "))
    };
    let report = &reports()[case.id];
    let result = if report.failure.is_none() {
        "Holds"
    } else {
        "Fails"
    };
    let (id, rule, tag, profiles) = (case.id, case.rule, case.tag.name(), report.profiles);
    let sources = sources.join(", ");
    let text =
        format!("- **{id}** `{tag}` {rule}. {sources}.{given} {result} under {profiles} profiles.");
    wrapped(&text)
}

/// Which case insists on which status of the engine, and which statuses none does.
fn codes() -> String {
    let mut text = "\n## Status codes that a case insists on\n\n".to_owned();
    for row in FWP_STATUSES {
        let status = NtStatus::from_value(row.value);
        let insists = all().filter(|case| reports()[case.id].statuses.contains(&status));
        let cases: Vec<&str> = insists.map(|case| case.id).collect();
        if !cases.is_empty() {
            text += &wrapped(&format!("- `{}`: {}", row.name, cases.join(", ")));
            text.push('\n');
        }
    }
    let out: usize = OUT_OF_REACH.iter().map(|(_, names)| names.len()).sum();
    let all = FWP_STATUSES.len();
    let _ = writeln!(
        text,
        "\nThat is {} of {all} codes of the engine. The other {out} are not provoked, and why:\n",
        all - out
    );
    for (reason, names) in OUT_OF_REACH {
        let (count, names) = (names.len(), names.join(", "));
        text += &wrapped(&format!("- {count}, because {reason}: {names}."));
        text.push('\n');
    }
    text
}

fn page() -> String {
    let mut text = HEAD.to_owned();
    text += "\n| tag | cases | hold |\n|---|---|---|\n";
    for tag in Tag::ALL {
        let tagged: Vec<&Case> = all().filter(|case| case.tag == tag).collect();
        let holds = |case: &&&Case| reports()[case.id].failure.is_none();
        let held = tagged.iter().filter(holds).count();
        let _ = writeln!(text, "| {} | {} | {held} |", tag.name(), tagged.len());
    }
    for area in AREAS {
        let _ = writeln!(text, "\n## {}\n", area.title);
        for case in area.cases {
            text += &row(case);
            text.push('\n');
        }
    }
    text += &super::rules::section();
    text += &codes();
    text.push('\n');
    let sources: BTreeSet<_> = all().flat_map(|case| case.sources).collect();
    for source in sources {
        if let Some(link) = source.link {
            let _ = writeln!(text, "[{}]: {link}", source.name);
        }
    }
    text
}

/// The page is what the tables say.
#[test]
fn the_page_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/conformance.md");
    let page = page();
    if env::var_os("SELVEDGE_UPDATE").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();

    assert!(
        written == page,
        "docs/conformance.md is out of date: run with SELVEDGE_UPDATE=1"
    );
}
