//! A case: one rule of the engine, where it comes from, and what shows that the mock keeps it.

use selvedge::wfp::Profile;
use selvedge::wfp::Question;

use super::desk::Desk;
use super::source::Source;
use super::stage::Stage;

/// What a rule rests on, the strongest source that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tag {
    /// Microsoft's documentation, a sample of theirs, or a header.
    Doc,
    /// Seen in the code or the reports of clients that run on Windows.
    Obs,
    /// Neither: the mock had to choose.
    Asm,
}

impl Tag {
    /// All of them, the strongest first.
    pub(super) const ALL: [Self; 3] = [Self::Doc, Self::Obs, Self::Asm];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Doc => "DOC",
            Self::Obs => "OBS",
            Self::Asm => "ASM",
        }
    }
}

/// How a case is run.
#[derive(Clone, Copy)]
pub(super) enum Run {
    /// One call after another, where none of them may wait.
    Alone(fn(&Desk)),
    /// Threads, in every interleaving.
    Threads(fn(&Stage<'_>)),
}

/// One rule, as one row of a table.
#[derive(Clone, Copy)]
pub(super) struct Case {
    /// Its number. Digits come first, if it has any.
    pub(super) id: &'static str,
    /// The rule, as a sentence without its full stop.
    pub(super) rule: &'static str,
    pub(super) tag: Tag,
    pub(super) sources: &'static [Source],
    /// The readings that it presupposes, as `question=reading`; all others may be any.
    pub(super) readings: &'static [&'static str],
    pub(super) run: Run,
}

/// A rule that is documented.
pub(super) const fn doc(id: &'static str, rule: &'static str, run: fn(&Desk)) -> Case {
    Case::new(Tag::Doc, id, rule, Run::Alone(run))
}

/// A rule that was seen.
pub(super) const fn obs(id: &'static str, rule: &'static str, run: fn(&Desk)) -> Case {
    Case::new(Tag::Obs, id, rule, Run::Alone(run))
}

/// A rule that is assumed.
pub(super) const fn asm(id: &'static str, rule: &'static str, run: fn(&Desk)) -> Case {
    Case::new(Tag::Asm, id, rule, Run::Alone(run))
}

/// The same three, for what threads do to each other.
pub(super) const fn doc_threads(id: &'static str, rule: &'static str, run: fn(&Stage<'_>)) -> Case {
    Case::new(Tag::Doc, id, rule, Run::Threads(run))
}

pub(super) const fn obs_threads(id: &'static str, rule: &'static str, run: fn(&Stage<'_>)) -> Case {
    Case::new(Tag::Obs, id, rule, Run::Threads(run))
}

pub(super) const fn asm_threads(id: &'static str, rule: &'static str, run: fn(&Stage<'_>)) -> Case {
    Case::new(Tag::Asm, id, rule, Run::Threads(run))
}

impl Case {
    const fn new(tag: Tag, id: &'static str, rule: &'static str, run: Run) -> Self {
        Self {
            id,
            rule,
            tag,
            sources: &[],
            readings: &[],
            run,
        }
    }

    /// The case with its sources.
    pub(super) const fn per(self, sources: &'static [Source]) -> Self {
        Self { sources, ..self }
    }

    /// The case for an engine that reads these questions so.
    pub(super) const fn given(self, readings: &'static [&'static str]) -> Self {
        Self { readings, ..self }
    }

    /// The number in the list of cases that it belongs to, if it has one.
    pub(super) fn number(&self) -> Option<u32> {
        let digits = self.id.trim_end_matches(|c: char| c.is_ascii_lowercase());
        digits.parse().ok()
    }

    /// The readings that it presupposes.
    fn presupposed(&self) -> impl Iterator<Item = (Question, u8)> {
        self.readings.iter().map(|text| {
            let (question, reading) = text.split_once('=').expect("question=reading");
            let question = Question::named(question).expect("a question");
            let reading = question.reading_named(reading).expect("a reading of it");
            (question, reading)
        })
    }

    /// The profiles that it is run under, the nearest to the documented one first: that one with
    /// what the case presupposes; the same with each other reading of each other question; and the
    /// observed one, with what the case presupposes.
    pub(super) fn profiles(&self) -> Vec<Profile> {
        let with = |profile: Profile, (question, reading)| {
            profile.with(question, reading).expect("a reading of it")
        };
        let nearest = self.presupposed().fold(Profile::DOCUMENTED, with);
        let fixed = |question: &Question| self.presupposed().any(|(own, _)| own == *question);
        let others = Question::ALL.iter().copied().filter(|one| !fixed(one));
        let others = others.flat_map(|question| {
            let readings = 0..u8::try_from(question.readings().len()).expect("few readings");
            readings.map(move |reading| (question, reading))
        });
        let mut profiles = vec![nearest];
        profiles.extend(others.map(|other| with(nearest, other)));
        profiles.push(self.presupposed().fold(Profile::OBSERVED_WINDOWS, with));
        let mut kept: Vec<Profile> = Vec::new();
        for profile in profiles {
            if !kept.contains(&profile) {
                kept.push(profile);
            }
        }
        kept
    }
}
