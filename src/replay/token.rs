//! Schedules in one line.
//!
//! ```text
//! token := 'sv3' ':' MODEL ':' STRATEGY ':' circumstances ':' WAITS ':' DIGEST
//!          ':' PROPERTY ':' items
//! items := [ item { '+' item } ] '.' TOTAL
//! ```
//!
//! The items are those of `item_text`. The total, their number, tells a token that was cut off. An
//! execution in which no thread takes a step has no items, and its token ends with `:.0`. The
//! property may be followed by `@` and a status. The circumstances are those of
//! [`Circumstances`](crate::wfp::Circumstances): `documented`, and what differs. Nothing in a token
//! needs quoting in a shell.

use crate::execution::excerpt;
use crate::execution::status_from_notation;
use crate::property::Property;
use crate::status::NtStatus;
use crate::strategy::Strategy;

use super::RecordedSchedule;
use super::ScheduleError;
use super::course::Course;
use super::course::Item;
use super::item_text::ByIndex;
use super::item_text::ThreadLabels;
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
        let items = self.course.to_words(&ByIndex);
        format!("sv3:{model}:{strategy}:{profile}:{waits}:{digest}:{property}:{items}")
    }

    /// Reads a schedule in one line, of version 1 or 2. It carries no scenario.
    ///
    /// # Errors
    ///
    /// What is wrong with it, by its first wrong part.
    pub fn from_token(token: &str) -> Result<Self, ScheduleError> {
        let [model, strategy, profile, waits, digest, property, items] = parts(token)?;
        if strategy == NONE {
            return Err(ScheduleError::OfAProgram(excerpt(model)));
        }
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
            course: Course::from_words(items, &mut ByIndex)?,
            shuttle: None,
        };
        schedule.check_length()
    }
}

/// What a token has in the place of a part that what it is of does not have: a program has no
/// strategy, circumstances or digest.
pub(crate) const NONE: &str = "-";

/// The parts of a token behind its version.
pub(crate) fn parts(token: &str) -> Result<[&str; 7], ScheduleError> {
    let parts: Vec<&str> = token.trim().split(':').collect();
    require_version(parts[0])?;
    let behind = parts[1..].try_into();
    behind.map_err(|_| ScheduleError::Parts { found: parts.len() })
}

/// Requires the first part of a token to name the version that is read.
fn require_version(first: &str) -> Result<(), ScheduleError> {
    let version = first.strip_prefix("sv").ok_or(ScheduleError::NotAToken)?;
    match version {
        "3" => Ok(()),
        "" => Err(ScheduleError::NotAToken),
        other if other.bytes().all(|byte| byte.is_ascii_digit()) => {
            let found = excerpt(other);
            Err(ScheduleError::Version { found })
        }
        _ => Err(ScheduleError::NotAToken),
    }
}

impl Course {
    /// The items as a token lists them, and their number.
    pub(crate) fn to_words(&self, labels: &dyn ThreadLabels) -> String {
        let words = self.items.iter().map(|item| to_word(item, labels));
        let words: Vec<String> = words.collect();
        format!("{}.{}", words.join("+"), words.len())
    }

    /// Reads what [`Course::to_words`] writes.
    pub(crate) fn from_words(
        text: &str,
        labels: &mut dyn ThreadLabels,
    ) -> Result<Self, ScheduleError> {
        let (list, said) = counted(text);
        let read = |(index, word): (usize, &str)| {
            read_word(word, labels).map_err(|problem| ScheduleError::Item {
                index: index + 1,
                problem,
            })
        };
        let listed = list.split('+').filter(|_| !list.is_empty());
        let items: Result<Vec<Item>, _> = listed.enumerate().map(read).collect();
        let items = items?;
        require_total(said, items.len())?;
        let failures = Vec::new();
        Ok(Self { items, failures })
    }
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
pub(crate) fn harmless(character: char) -> char {
    let good = character.is_ascii_alphanumeric() || "/._-~".contains(character);
    if good { character } else { '_' }
}

fn parse_violation(text: &str) -> Result<(Property, Option<NtStatus>), ScheduleError> {
    let Some((property, status)) = text.split_once('@') else {
        return Ok((parse_property(text)?, None));
    };
    let status = status_from_notation(status);
    let status = status.map_err(|source| ScheduleError::Status(source.to_string()))?;
    Ok((parse_property(property)?, Some(status)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "sv3:attach/connect4_connect6:shared-handle:documented:sufficient:\
        0123abcd:non-interference@TXN_IN_PROGRESS:0-add@session/0,2+1a1-fault+1+0.4";

    fn error(token: &str) -> String {
        RecordedSchedule::from_token(token).unwrap_err().to_string()
    }

    #[test]
    fn a_token_prints_as_it_was_read() {
        let schedule = RecordedSchedule::from_token(TOKEN).unwrap();

        assert_eq!(schedule.to_token(), TOKEN);
        assert_eq!(schedule.course.items.len(), 4);
        assert_eq!(schedule.status, Some(NtStatus::TXN_IN_PROGRESS));
    }

    #[test]
    fn every_cut_off_token_is_refused() {
        for end in 0..TOKEN.len() {
            let cut = &TOKEN[..end];
            assert!(RecordedSchedule::from_token(cut).is_err(), "{cut}");
        }
    }

    #[test]
    fn each_wrong_part_is_named() {
        let with = |from: &str, to: &str| error(&TOKEN.replace(from, to));

        assert!(error("hello").contains("not a schedule token"));
        assert!(with("sv3", "sv2").contains("format version 2; this selvedge reads version 3"));
        assert!(with("shared-handle", "shared").contains("unknown strategy `shared`"));
        assert!(with("documented", "real").contains("unknown profile `real`"));
        assert!(with("sufficient", "long").contains("unknown reading of waits `long`"));
        assert!(with("non-interference", "peace").contains("unknown property `peace`"));
        assert!(with("TXN_IN_PROGRESS", "NONE").contains("unknown status `NONE`"));
        assert!(error(&format!("{TOKEN}:more")).contains("has 9"));
        assert!(with(":0-", ":64-").contains("item 1 of the token: `64` is not a thread"));
        assert!(with("add", "ad").contains("item 1 of the token: unknown operation `ad`"));
        assert!(with("session/0", "session").contains("`session` is not an object"));
        assert!(with("1a1", "1a0").contains("item 2 of the token: `0` is not an alternative"));
        assert!(with("+1+", "+").contains("says it has 4 parts and lists 3"));
        assert!(with(".4", ".04").contains("says it has 04 parts and lists 4"));
    }
}
