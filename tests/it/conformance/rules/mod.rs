//! Every sentence of the rules, and the cases that hold it or the reason why none does.
//!
//! The rules are there twice, as they were read off the sources: by call and by topic ([`calls`],
//! [`objects`], [`sessions`]), and as lists of what is documented, what is open, and where sources
//! differ ([`facts`]). A sentence cannot be there without a case or a reason, nor a case without a
//! sentence.

mod calls;
mod facts;
mod objects;
mod sessions;

use std::collections::BTreeSet;
use std::fmt::Write;

use super::all;
use super::case::Case;
use super::case::Tag;
use super::page::wrapped;

/// What holds a sentence.
#[derive(Debug, Clone, Copy)]
enum Held {
    /// These cases.
    By(&'static [&'static str]),
    /// The cases that have a source of this name.
    Naming(&'static str),
    /// None, for this reason.
    Not(&'static str),
}

/// A sentence of the rules, without its full stop, and what holds it.
#[derive(Debug, Clone, Copy)]
struct Fact {
    text: &'static str,
    held: Held,
}

/// The sentences about one call or topic.
struct Rule {
    title: &'static str,
    sentences: &'static [Fact],
}

const fn rule(title: &'static str, sentences: &'static [Fact]) -> Rule {
    Rule { title, sentences }
}

/// A sentence that these cases hold.
const fn held(text: &'static str, cases: &'static [&'static str]) -> Fact {
    let held = Held::By(cases);
    Fact { text, held }
}

/// A question that the cases answer which name it as their source.
const fn open(source: &'static str, text: &'static str) -> Fact {
    let held = Held::Naming(source);
    Fact { text, held }
}

/// A sentence that no case holds, and why.
const fn left_out(text: &'static str, reason: &'static str) -> Fact {
    let held = Held::Not(reason);
    Fact { text, held }
}

impl Fact {
    /// The cases that hold it.
    fn cases(&self) -> Vec<&'static str> {
        match self.held {
            Held::By(cases) => cases.to_vec(),
            Held::Not(_) => Vec::new(),
            Held::Naming(source) => {
                let names = |case: &&Case| case.sources.iter().any(|one| one.name == source);
                all().filter(names).map(|case| case.id).collect()
            }
        }
    }

    /// Why no case holds it.
    const fn reason(&self) -> Option<&'static str> {
        match self.held {
            Held::By(_) | Held::Naming(_) => None,
            Held::Not(reason) => Some(reason),
        }
    }

    /// The sentence, with its cases or the reason.
    fn said(&self) -> String {
        let end = if self.text.ends_with(['?', ')']) {
            ""
        } else {
            "."
        };
        match self.reason() {
            None => format!("{}{end} **{}**", self.text, self.cases().join("**, **")),
            Some(reason) => format!("{}{end} *Left out:* {reason}.", self.text),
        }
    }
}

/// By call and by topic.
fn rules() -> impl Iterator<Item = &'static Rule> {
    let all = calls::RULES.iter().chain(objects::RULES);
    all.chain(sessions::RULES)
}

/// The lists of facts, each with the letter of its numbers.
const LISTS: [(&str, char, &[Fact]); 3] = [
    ("What is documented", 'D', &facts::DOCUMENTED),
    ("What is open", 'A', &facts::OPEN),
    ("Where sources differ", 'C', &facts::DIFFERING),
];

/// Every sentence, with the topic or list that it is in.
fn sentences() -> impl Iterator<Item = (&'static str, &'static Fact)> {
    let ruled = rules().map(|rule| (rule.title, rule.sentences));
    let listed = LISTS.into_iter().map(|(title, _, facts)| (title, facts));
    let all = ruled.chain(listed);
    all.flat_map(|(title, facts)| facts.iter().map(move |fact| (title, fact)))
}

/// The part of the page that accounts for every sentence.
pub(super) fn section() -> String {
    let left_out = sentences().filter(|(_, fact)| fact.reason().is_some());
    let (all, left_out) = (sentences().count(), left_out.count());
    let mut text = format!(
        "\n## Every sentence of the rules\n\nBold are the cases that hold a sentence. Of {all} \
         sentences {left_out} are left out, each with its reason.\n"
    );
    for rule in rules() {
        let _ = writeln!(text, "\n### {}\n", rule.title);
        for fact in rule.sentences {
            text += &wrapped(&format!("- {}", fact.said()));
            text.push('\n');
        }
    }
    for (title, letter, facts) in LISTS {
        let _ = writeln!(text, "\n### {title}\n");
        for (number, fact) in (1..).zip(facts) {
            text += &wrapped(&format!("- {letter}-{number:02} {}", fact.said()));
            text.push('\n');
        }
    }
    text
}

/// A sentence has a case or a reason, and every case that it names is there.
#[test]
fn every_sentence_has_a_case_or_a_reason() {
    let known: BTreeSet<&str> = all().map(|case| case.id).collect();
    for (title, fact) in sentences() {
        let (text, cases) = (fact.text, fact.cases());
        let unknown: Vec<_> = cases.iter().filter(|id| !known.contains(*id)).collect();
        assert!(unknown.is_empty(), "{title}: {text}: {unknown:?}");
        let reason = fact.reason().unwrap_or_default();
        assert!(cases.is_empty() != reason.is_empty(), "{title}: {text}");
        assert!(!text.ends_with('.') && !reason.ends_with('.'), "{text}");
    }
}

/// The questions are numbered as their sources are.
#[test]
fn a_question_is_in_its_place() {
    for (number, fact) in (1..).zip(facts::OPEN) {
        let own = format!("A-{number:02}");
        assert!(
            matches!(fact.held, Held::Naming(source) if source == own),
            "{own}"
        );
    }
}

/// No case is there for no sentence.
#[test]
fn every_case_holds_a_sentence() {
    let named: BTreeSet<&str> = sentences().flat_map(|(_, fact)| fact.cases()).collect();
    let rest = all().map(|case| case.id).filter(|id| !named.contains(id));
    let rest: Vec<&str> = rest.collect();

    assert!(rest.is_empty(), "{rest:?}");
}

/// What is said to be documented is held by a case that is tagged so.
#[test]
fn a_documented_fact_has_a_documented_case() {
    let documented = |id: &&str| all().any(|case| case.id == *id && case.tag == Tag::Doc);
    for fact in facts::DOCUMENTED {
        assert!(fact.cases().iter().any(documented), "{}", fact.text);
    }
}

/// Every reading of every question is presupposed by some case: it was tried on its own.
#[test]
fn every_reading_has_a_case() {
    let given: BTreeSet<&str> = all().flat_map(|case| case.readings).copied().collect();
    let all = selvedge::wfp::Question::ALL.iter().flat_map(|question| {
        let readings = question.readings().iter();
        readings.map(move |reading| format!("{question}={reading}"))
    });
    let missing: Vec<String> = all.filter(|one| !given.contains(one.as_str())).collect();

    assert!(missing.is_empty(), "{missing:?}");
}
