//! What `selvedge explain` says of the questions that Windows leaves open, of profiles, and of the
//! faults of engine calls.

use std::io;
use std::io::Write;

use crate::execution::Verb;
use crate::report::Cell;
use crate::report::Grid;
use crate::report::Look;
use crate::report::Tone;
use crate::wfp::EngineFault;
use crate::wfp::NamedProfile;
use crate::wfp::Profile;
use crate::wfp::Question;

/// Something of the engine's circumstances that can be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ProfileTopic {
    /// One question with its readings.
    Question(Question),
    /// All profiles, and which takes which reading.
    Profiles,
    /// One way in which calls fail.
    Fault(EngineFault),
    /// All of those.
    Faults,
}

impl ProfileTopic {
    /// What has this name, in any case: a question by its name, its number or one of its readings
    /// (`notify-delete=deferred`), a profile, a fault, or `profiles` and `faults` for all.
    pub(super) fn named(word: &str) -> Option<Self> {
        let word = word.to_ascii_lowercase();
        let profile = NamedProfile::named(&word).map(|_| Self::Profiles);
        match word.as_str() {
            "profiles" | "profile" | "questions" => Some(Self::Profiles),
            "faults" | "engine-faults" => Some(Self::Faults),
            _ => profile
                .or_else(|| question(&word).map(Self::Question))
                .or_else(|| EngineFault::named(&word).map(Self::Fault)),
        }
    }

    /// All names that are not in a table of codes.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        let questions = Question::ALL.iter().map(|question| question.name());
        let profiles = NamedProfile::ALL.map(NamedProfile::name);
        let faults = EngineFault::ALL.map(EngineFault::name);
        questions.chain(profiles).chain(faults)
    }

    /// Writes it.
    pub(super) fn write(self, out: &mut dyn Write, look: &Look) -> io::Result<()> {
        match self {
            Self::Question(question) => write_question(out, question, look),
            Self::Profiles => write_profiles(out, look),
            Self::Fault(fault) => write_fault(out, fault, look),
            Self::Faults => EngineFault::ALL
                .into_iter()
                .try_for_each(|fault| write_fault(out, fault, look)),
        }
    }
}

fn question(word: &str) -> Option<Question> {
    let name = match word.split_once('=') {
        Some((name, reading)) => Question::named(name)?
            .reading_named(reading)
            .map(|_| name)?,
        None => word,
    };
    let numbered = |question: &&Question| question.number().eq_ignore_ascii_case(word);
    let numbered = || Question::ALL.iter().find(numbered).copied();
    Question::named(name).or_else(numbered)
}

fn write_question(out: &mut dyn Write, question: Question, look: &Look) -> io::Result<()> {
    let title = format!("{question} ({})", question.number());
    writeln!(out, "{}", look.palette.paint(Tone::Strong, title))?;
    let text = [vec![Cell::plain(question.text())]];
    Grid::for_rows(&text, 2, look).rows(out, &text)?;
    writeln!(out)?;
    let readings = (0_u8..)
        .zip(question.readings())
        .zip(question.reading_texts());
    let rows: Vec<Vec<Cell>> = readings
        .map(|((place, name), text)| {
            vec![
                Cell::new(Tone::Strong, *name),
                Cell::new(Tone::Quiet, takers(question, place)),
                Cell::plain(text),
            ]
        })
        .collect();
    Grid::for_rows(&rows, 2, look).rows(out, &rows)?;
    writeln!(out)?;
    let explored = if question.is_explored() {
        "adversarial goes through all of them wherever an execution asks"
    } else {
        "adversarial stays with the documented one: the readings differ in what is told, not in \
         what threads can do to each other"
    };
    let fix = format!("--reading {question}={}", question.readings()[1]);
    let rows = [
        vec![Cell::new(Tone::Quiet, "explored"), Cell::plain(explored)],
        vec![Cell::new(Tone::Quiet, "fix one"), Cell::plain(fix)],
        vec![
            Cell::new(Tone::Quiet, "sources"),
            Cell::plain("docs/model.md#profiles"),
        ],
    ];
    Grid::for_rows(&rows, 2, look).rows(out, &rows)
}

/// The fixed profiles that take a reading.
fn takers(question: Question, place: u8) -> String {
    let fixed = NamedProfile::ALL
        .into_iter()
        .filter(|named| !named.explores());
    let taking = fixed.filter(|named| named.start().reading(question) == place);
    let names: Vec<&str> = taking.map(NamedProfile::name).collect();
    names.join(", ")
}

fn write_profiles(out: &mut dyn Write, look: &Look) -> io::Result<()> {
    let rows = NamedProfile::ALL.map(|profile| {
        let name = Cell::new(Tone::Strong, profile.name());
        vec![name, Cell::plain(profile.summary())]
    });
    Grid::for_rows(&rows, 0, look).rows(out, &rows)?;
    writeln!(out)?;
    let quiet = |text: &str| Cell::new(Tone::Quiet, text);
    let mut rows = vec![vec![
        quiet("row"),
        quiet("question"),
        quiet("documented"),
        quiet("observed"),
        quiet("others"),
    ]];
    rows.extend(Question::ALL.iter().map(|&question| readings(question)));
    Grid::for_rows(&rows, 0, look).rows(out, &rows)?;
    writeln!(
        out,
        "\nadversarial goes through the readings of every question that executions ask, but for \
         {}.\n`selvedge explain notify-delete` explains one; --reading QUESTION=READING fixes one.",
        unexplored()
    )
}

/// The row of a question: what each profile takes, and what none takes.
fn readings(question: Question) -> Vec<Cell> {
    let names = question.readings();
    let of = |profile: &Profile| usize::from(profile.reading(question));
    let (documented, observed) = (of(&Profile::DOCUMENTED), of(&Profile::OBSERVED_WINDOWS));
    let others = names.iter().enumerate();
    let others = others.filter(|(place, _)| *place != documented && *place != observed);
    let others: Vec<&str> = others.map(|(_, name)| *name).collect();
    let differs = documented != observed;
    vec![
        Cell::new(Tone::Quiet, question.number()),
        Cell::new(Tone::Strong, question.name()),
        Cell::plain(names[documented]),
        Cell::plain(if differs { names[observed] } else { "" }),
        Cell::plain(others.join(", ")),
    ]
}

fn unexplored() -> String {
    let fixed = Question::ALL
        .iter()
        .filter(|question| !question.is_explored());
    let names: Vec<&str> = fixed.map(|question| question.name()).collect();
    names.join(", ")
}

fn write_fault(out: &mut dyn Write, fault: EngineFault, look: &Look) -> io::Result<()> {
    let verbs = Verb::ALL
        .iter()
        .filter(|verb| EngineFault::of(**verb).contains(&fault));
    let verbs: Vec<&str> = verbs.map(|verb| verb.name()).collect();
    writeln!(out, "{}", look.palette.paint(Tone::Strong, fault.name()))?;
    let rows = [
        vec![
            Cell::new(Tone::Quiet, "fault"),
            Cell::plain(fault.summary()),
        ],
        vec![
            Cell::new(Tone::Quiet, "calls"),
            Cell::plain(verbs.join(", ")),
        ],
        vec![
            Cell::new(Tone::Quiet, "try it"),
            Cell::plain(format!("--engine-faults 1 --fault {}", fault.name())),
        ],
    ];
    Grid::for_rows(&rows, 2, look).rows(out, &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taught(word: &str) -> String {
        let mut out = Vec::new();
        let lesson = ProfileTopic::named(word).unwrap_or_else(|| panic!("{word}"));
        lesson.write(&mut out, &Look::PLAIN.wide(80)).unwrap();
        format!("\n{}", String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_question_is_taught_with_its_readings_and_who_takes_them() {
        let expected = r"
notify-delete (A-09)
  When is a callout told of a deleted filter?

  before-return  documented        Before the delete returns; in a transaction,
                                   before its commit returns.
  deferred       observed-windows  Later, by a thread of the system, in the
                                   order of the deletes of one thread.
  at-call                          Inside the delete, also in a transaction that
                                   may still abort.

  explored  adversarial goes through all of them wherever an execution asks
  fix one   --reading notify-delete=deferred
  sources   docs/model.md#profiles
";
        for word in ["notify-delete", "A-09", "a-09", "notify-delete=deferred"] {
            assert_eq!(taught(word), expected, "{word}");
        }
    }

    #[test]
    fn every_question_and_every_fault_can_be_taught_and_is_among_the_profiles() {
        let profiles = taught("profiles");
        for question in Question::ALL {
            assert!(taught(question.name()).contains(question.number()));
            assert!(profiles.contains(&format!("  {question} ")), "{question}");
        }
        for fault in EngineFault::ALL {
            assert!(taught("faults").contains(&taught(fault.name())[1..]));
        }
        assert_eq!(taught("adversarial"), profiles);
    }

    #[test]
    fn a_reading_that_is_none_is_not_taught() {
        assert_eq!(ProfileTopic::named("notify-delete=soon"), None);
        assert_eq!(ProfileTopic::named("notify"), None);
    }
}
