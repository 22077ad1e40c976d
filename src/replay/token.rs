//! Schedules in one line.
//!
//! ```text
//! token := 'sv2' ':' MODEL ':' STRATEGY ':' circumstances ':' WAITS ':' DIGEST
//!          ':' PROPERTY ':' items
//! items := [ item { '+' item } ] '.' TOTAL
//! ```
//!
//! The items are those of `item_text`. The total, their number, tells a token that was cut off. An
//! execution in which no thread takes a step has no items, and its token ends with `:.0`. The
//! property may be followed by `@` and a status. The circumstances are those of
//! [`Circumstances`](crate::wfp::Circumstances): `documented`, and what differs. Nothing in a token
//! needs quoting in a shell.
//!
//! Version 1, `sv1`, is read too. It has for the items
//!
//! ```text
//! steps := run { '+' run } '.' TOTAL
//! run   := THREAD 'x' COUNT [ 'a' ALTERNATIVE ] '-' OPERATION
//! ```
//!
//! A run is a number of steps of one thread; the operation is that of the last. A step that takes
//! another alternative than 0 is a run of its own. Its total is the number of steps.

use std::fmt::Write;

use crate::execution::Decision;
use crate::execution::StepNote;
use crate::execution::Verb;
use crate::execution::excerpt;
use crate::execution::status_from_notation;
use crate::property::Property;
use crate::status::NtStatus;
use crate::strategy::Strategy;

use super::Expected;
use super::RecordedSchedule;
use super::STEPS_MAX;
use super::ScheduleError;
use super::course::Course;
use super::course::Item;
use super::course::Turns;
use super::item_text::read_word;
use super::item_text::to_word;
use super::recorded::parse_property;
use super::recorded::parse_waits;
use super::recorded::waits_name;

/// How many digits of the digest a token carries.
const DIGEST_DIGITS: usize = 8;

impl RecordedSchedule {
    /// The schedule in one line, of the version that it was read from.
    pub fn to_token(&self) -> String {
        let model: String = self.model.chars().map(harmless).collect();
        let digest = self.digest.get(..DIGEST_DIGITS).unwrap_or(&self.digest);
        let mut property = self.property.name().to_owned();
        if let Some(status) = self.status {
            property.push('@');
            property.push_str(&status.short());
        }
        let (strategy, profile) = (self.strategy.name, &self.circumstances);
        let waits = waits_name(self.waits);
        let (version, course) = match &self.course {
            Course::Steps(steps) => (1, runs(steps)),
            Course::Turns(turns) => (2, words(turns)),
        };
        let count = self.course.len();
        format!(
            "sv{version}:{model}:{strategy}:{profile}:{waits}:{digest}:{property}:{course}.{count}"
        )
    }

    /// Reads a schedule in one line, of version 1 or 2. It carries no scenario.
    ///
    /// # Errors
    ///
    /// What is wrong with it, by its first wrong part.
    pub fn from_token(token: &str) -> Result<Self, ScheduleError> {
        let parts: Vec<&str> = token.trim().split(':').collect();
        let version = parse_version(parts[0])?;
        let [_, model, strategy, profile, waits, digest, property, course] = parts[..] else {
            return Err(ScheduleError::Parts { found: parts.len() });
        };
        let (property, status) = parse_violation(property)?;
        let schedule = Self {
            model: model.to_owned(),
            text: None,
            digest: digest.to_owned(),
            strategy: Strategy::named(strategy)?,
            circumstances: profile.parse()?,
            waits: parse_waits(waits)?,
            property,
            status,
            course: match version {
                1 => Course::Steps(parse_steps(course)?),
                _ => Course::Turns(parse_words(course)?),
            },
            shuttle: None,
        };
        schedule.check_length()
    }
}

/// The version of a token by its first part.
fn parse_version(first: &str) -> Result<u8, ScheduleError> {
    let version = first.strip_prefix("sv").ok_or(ScheduleError::NotAToken)?;
    match version {
        "1" => Ok(1),
        "2" => Ok(2),
        "" => Err(ScheduleError::NotAToken),
        other if other.bytes().all(|byte| byte.is_ascii_digit()) => {
            let found = excerpt(other);
            Err(ScheduleError::Version { found })
        }
        _ => Err(ScheduleError::NotAToken),
    }
}

/// The turns and choices of version 2.
fn words(turns: &Turns) -> String {
    let words: Vec<String> = turns.items.iter().map(to_word).collect();
    words.join("+")
}

fn parse_words(text: &str) -> Result<Turns, ScheduleError> {
    let (list, said) = counted(text);
    let read = |(index, word): (usize, &str)| {
        read_word(word).map_err(|problem| ScheduleError::Item {
            index: index + 1,
            problem,
        })
    };
    // No item is not one empty item.
    let listed = list.split('+').filter(|_| !list.is_empty());
    let items: Result<Vec<Item>, _> = listed.enumerate().map(read).collect();
    let items = items?;
    require_total(said, items.len())?;
    let failures = Vec::new();
    Ok(Turns { items, failures })
}

/// The list, and the number of its parts that follows it.
fn counted(text: &str) -> (&str, &str) {
    text.rsplit_once('.').unwrap_or((text, "no number of"))
}

fn require_total(said: &str, listed: usize) -> Result<(), ScheduleError> {
    if said == listed.to_string() {
        return Ok(());
    }
    let said = excerpt(said);
    Err(ScheduleError::Total { said, listed })
}

/// A character of a model's name, or `_` for one that a shell or a token would take amiss.
fn harmless(character: char) -> char {
    let good = character.is_ascii_alphanumeric() || "/._-~".contains(character);
    if good { character } else { '_' }
}

fn runs(steps: &[Expected]) -> String {
    let mut text = String::new();
    let plain = |step: &Expected| step.decision.alternative == 0;
    let together = |a: &Expected, b: &Expected| a.decision == b.decision && plain(a);
    for run in steps.chunk_by(together) {
        let [.., last] = run else { continue };
        let Decision {
            thread,
            alternative,
        } = last.decision;
        let separator = if text.is_empty() { "" } else { "+" };
        let chosen = if alternative > 0 {
            format!("a{alternative}")
        } else {
            String::new()
        };
        let verb = last.verb.map_or("", Verb::name);
        // Writing to a string does not fail.
        let _infallible = write!(text, "{separator}{thread}x{}{chosen}-{verb}", run.len());
    }
    text
}

fn parse_violation(text: &str) -> Result<(Property, Option<NtStatus>), ScheduleError> {
    let Some((property, status)) = text.split_once('@') else {
        return Ok((parse_property(text)?, None));
    };
    let status = status_from_notation(status);
    let status = status.map_err(|source| ScheduleError::Status(source.to_string()))?;
    Ok((parse_property(property)?, Some(status)))
}

fn parse_steps(text: &str) -> Result<Vec<Expected>, ScheduleError> {
    let (runs, said) = counted(text);
    let mut steps = Vec::new();
    for run in runs.split('+') {
        let (decision, count, last) = parse_run(run, steps.len() + 1)?;
        if count > STEPS_MAX - steps.len() {
            return Err(ScheduleError::TooLong);
        }
        let before = Expected {
            decision,
            verb: None,
            failure: None,
        };
        steps.extend(std::iter::repeat_n(before, count - 1));
        steps.push(Expected {
            verb: Some(last),
            ..before
        });
    }
    require_total(said, steps.len())?;
    Ok(steps)
}

/// One run: what its steps decide, how many they are, and what the last does.
fn parse_run(run: &str, index: usize) -> Result<(Decision, usize, Verb), ScheduleError> {
    let segment = || ScheduleError::Segment(excerpt(run));
    let (numbers, verb) = run.split_once('-').ok_or_else(segment)?;
    let (thread, count) = numbers.split_once('x').ok_or_else(segment)?;
    let (count, alternative) = count.split_once('a').unwrap_or((count, "0"));
    let note = format!("{thread}:{verb}={alternative}");
    let note: StepNote = note
        .parse()
        .map_err(|source| ScheduleError::Step { index, source })?;
    let digits = count.bytes().all(|byte| byte.is_ascii_digit());
    let count: usize = count.parse().ok().filter(|_| digits).ok_or_else(segment)?;
    if count == 0 || (note.decision.alternative > 0 && count > 1) {
        return Err(segment());
    }
    Ok((note.decision, count, note.verb))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "sv1:attach/connect4_connect6:shared-handle:documented:sufficient:\
        0123abcd:non-interference@TXN_IN_PROGRESS:0x3-begin+1x1a1-fault+0x2-commit.6";

    const SECOND: &str = "sv2:attach/connect4_connect6:shared-handle:documented:sufficient:\
        0123abcd:non-interference@TXN_IN_PROGRESS:0-add@session/0,2+1a1-fault+1+0.4";

    fn error(token: &str) -> String {
        RecordedSchedule::from_token(token).unwrap_err().to_string()
    }

    #[test]
    fn a_token_of_either_version_prints_as_it_was_read() {
        for (token, parts) in [(FIRST, 6), (SECOND, 4)] {
            let schedule = RecordedSchedule::from_token(token).unwrap();

            assert_eq!(schedule.to_token(), token);
            assert_eq!(schedule.course.len(), parts);
            assert_eq!(schedule.status, Some(NtStatus::TXN_IN_PROGRESS));
        }
    }

    #[test]
    fn every_cut_off_token_is_refused() {
        for token in [FIRST, SECOND] {
            for end in 0..token.len() {
                let cut = &token[..end];
                assert!(RecordedSchedule::from_token(cut).is_err(), "{cut}");
            }
        }
    }

    #[test]
    fn each_wrong_part_is_named() {
        for token in [FIRST, SECOND] {
            let with = |from: &str, to: &str| error(&token.replace(from, to));

            assert!(error("hello").contains("not a schedule token"));
            let third = format!("sv3{}", &token[3..]);
            assert!(error(&third).contains("format version 3"));
            assert!(with("shared-handle", "shared").contains("unknown strategy `shared`"));
            assert!(with("documented", "real").contains("unknown profile `real`"));
            assert!(with("sufficient", "long").contains("unknown reading of waits `long`"));
            assert!(with("non-interference", "peace").contains("unknown property `peace`"));
            assert!(with("TXN_IN_PROGRESS", "NONE").contains("unknown status `NONE`"));
            assert!(error(&format!("{token}:more")).contains("has 9"));
        }
    }

    #[test]
    fn each_wrong_run_of_version_1_is_named() {
        let with = |from: &str, to: &str| error(&FIRST.replace(from, to));

        assert!(with("0x3", "64x3").contains("`64` is not a thread"));
        assert!(with("-begin", "-bgin").contains("unknown operation `bgin`"));
        assert!(with("0x3", "0x4").contains("says it has 6 parts and lists 7"));
        assert!(with("0x3", "0x99999999999").contains("at most 100000 steps"));
        assert!(with("0x3", "0x0").contains("not a run of steps"));
    }

    #[test]
    fn each_wrong_item_of_version_2_is_named() {
        let with = |from: &str, to: &str| error(&SECOND.replace(from, to));

        assert!(with(":0-", ":64-").contains("item 1 of the token: `64` is not a thread"));
        assert!(with("add", "ad").contains("item 1 of the token: unknown operation `ad`"));
        assert!(with("session/0", "session").contains("`session` is not an object"));
        assert!(with("1a1", "1a0").contains("item 2 of the token: `0` is not an alternative"));
        assert!(with("+1+", "+").contains("says it has 4 parts and lists 3"));
        assert!(with(".4", ".04").contains("says it has 04 parts and lists 4"));
    }
}
