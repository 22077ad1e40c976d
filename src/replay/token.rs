//! Schedules in one line.
//!
//! ```text
//! token := 'sv1' ':' MODEL ':' STRATEGY ':' circumstances ':' WAITS ':' DIGEST
//!          ':' PROPERTY ':' steps
//! steps := run { '+' run } '.' TOTAL
//! run   := THREAD 'x' COUNT [ 'a' ALTERNATIVE ] '-' OPERATION
//! ```
//!
//! A run is a number of steps of one thread; the operation is that of the last. A step that takes
//! another alternative than 0 is a run of its own. The total tells a token that was cut off. The
//! property may be followed by `@` and a status. The circumstances are those of
//! [`Circumstances`](crate::wfp::Circumstances): `documented`, and what differs. Nothing in a token
//! needs quoting in a shell.

use std::fmt::Write;

use crate::execution::Decision;
use crate::execution::StepNote;
use crate::execution::Verb;
use crate::property::Property;
use crate::status::NtStatus;
use crate::strategy::Strategy;

use super::Expected;
use super::RecordedSchedule;
use super::STEPS_MAX;
use super::ScheduleError;
use super::recorded::parse_property;
use super::recorded::parse_waits;
use super::recorded::waits_name;

/// How many digits of the digest a token carries.
const DIGEST_DIGITS: usize = 8;

impl RecordedSchedule {
    /// The schedule in one line.
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
        let (steps, total) = (runs(&self.steps), self.steps.len());
        format!("sv1:{model}:{strategy}:{profile}:{waits}:{digest}:{property}:{steps}.{total}")
    }

    /// Reads a schedule in one line. It carries no scenario.
    ///
    /// # Errors
    ///
    /// What is wrong with it, by its first wrong part.
    pub fn from_token(token: &str) -> Result<Self, ScheduleError> {
        let parts: Vec<&str> = token.trim().split(':').collect();
        let version = parts[0]
            .strip_prefix("sv")
            .ok_or(ScheduleError::NotAToken)?;
        if version != "1" {
            let number = version.bytes().all(|byte| byte.is_ascii_digit()) && !version.is_empty();
            let found = version.to_owned();
            let other = ScheduleError::Version { found };
            return Err(if number {
                other
            } else {
                ScheduleError::NotAToken
            });
        }
        let [_, model, strategy, profile, waits, digest, property, steps] = parts[..] else {
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
            steps: parse_steps(steps)?,
            shuttle: None,
        };
        schedule.check_length()
    }
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
    // The notation of steps knows how to read a status.
    let note: StepNote = format!("0:begin!{status}")
        .parse()
        .map_err(|source| ScheduleError::Step { index: 0, source })?;
    Ok((parse_property(property)?, note.failure))
}

fn parse_steps(text: &str) -> Result<Vec<Expected>, ScheduleError> {
    let (runs, said) = text.rsplit_once('.').unwrap_or((text, "no number of"));
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
    let listed = steps.len();
    if said.parse() == Ok(listed) {
        Ok(steps)
    } else {
        Err(ScheduleError::Total {
            said: said.to_owned(),
            listed,
        })
    }
}

/// One run: what its steps decide, how many they are, and what the last does.
fn parse_run(run: &str, index: usize) -> Result<(Decision, usize, Verb), ScheduleError> {
    let segment = || ScheduleError::Segment(run.to_owned());
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

    const TOKEN: &str = "sv1:attach/connect4_connect6:shared-handle:documented:sufficient:\
        0123abcd:non-interference@TXN_IN_PROGRESS:0x3-begin+1x1a1-fault+0x2-commit.6";

    fn error(token: &str) -> String {
        RecordedSchedule::from_token(token).unwrap_err().to_string()
    }

    #[test]
    fn a_token_prints_as_it_was_read() {
        let schedule = RecordedSchedule::from_token(TOKEN).unwrap();

        assert_eq!(schedule.to_token(), TOKEN);
        assert_eq!(schedule.steps.len(), 6);
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
        assert!(with("sv1", "sv2").contains("format version 2"));
        assert!(with("shared-handle", "shared").contains("unknown strategy `shared`"));
        assert!(with("documented", "real").contains("unknown profile `real`"));
        assert!(with("sufficient", "long").contains("unknown reading of waits `long`"));
        assert!(with("non-interference", "peace").contains("unknown property `peace`"));
        assert!(with("TXN_IN_PROGRESS", "NONE").contains("unknown status `NONE`"));
        assert!(with("0x3", "64x3").contains("`64` is not a thread"));
        assert!(with("-begin", "-bgin").contains("unknown operation `bgin`"));
        assert!(with("0x3", "0x4").contains("says it has 6 steps and lists 7"));
        assert!(with("0x3", "0x99999999999").contains("at most 100000 steps"));
        assert!(with("0x3", "0x0").contains("not a run of steps"));
        assert!(error(&format!("{TOKEN}:more")).contains("has 9"));
    }
}
