//! Argument values that are read from a closed set or a unit.

use std::time::Duration;

use clap::builder::PossibleValue;
use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser;
use thiserror::Error;

use crate::calibration::CLASSICS;
use crate::calibration::Classic;
use crate::explore::ExplorerKind;
use crate::report::waits_name;
use crate::runtime::Waits;
use crate::wfp::EngineFault;
use crate::wfp::FAULT_BUDGET_MAX;
use crate::wfp::NamedProfile;

const WAITS: [Waits; 2] = [Waits::Sufficient, Waits::MayExpire];

/// A text is not a number of seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("expected a number of seconds above 0, such as 30 or 0.5")]
pub(super) struct NotSeconds;

/// Reads the name of an explorer.
pub(super) fn explorer() -> impl TypedValueParser<Value = ExplorerKind> {
    let value = |kind: ExplorerKind| PossibleValue::new(kind.name()).help(kind.summary());
    PossibleValuesParser::new(ExplorerKind::ALL.map(value)).map(|name| named_explorer(&name))
}

/// Reads the name of an explorer that takes one execution for each class of equivalent ones.
pub(super) fn reducing() -> impl TypedValueParser<Value = ExplorerKind> {
    let value = |kind: ExplorerKind| PossibleValue::new(kind.name()).help(kind.summary());
    let reducing = ExplorerKind::ALL.into_iter().filter(|kind| kind.reduces());
    PossibleValuesParser::new(reducing.map(value)).map(|name| named_explorer(&name))
}

fn named_explorer(name: &str) -> ExplorerKind {
    let mut all = ExplorerKind::ALL.into_iter();
    let named = all.find(|kind| kind.name() == name);
    named.expect("clap lets only known names through")
}

/// Reads the name of a classic program.
pub(super) fn classic() -> impl TypedValueParser<Value = &'static Classic> {
    let value = |classic: &Classic| {
        let help = format!("{}: {}", classic.summary, classic.formula);
        PossibleValue::new(classic.name).help(help)
    };
    PossibleValuesParser::new(CLASSICS.iter().map(value))
        .map(|name| Classic::named(&name).expect("clap lets only known names through"))
}

/// Reads the name of a profile.
pub(super) fn profile() -> impl TypedValueParser<Value = NamedProfile> {
    PossibleValuesParser::new(NamedProfile::ALL.map(NamedProfile::name))
        .map(|name| NamedProfile::named(&name).expect("clap lets only known names through"))
}

/// Reads the name of an engine fault.
pub(super) fn engine_fault() -> impl TypedValueParser<Value = EngineFault> {
    PossibleValuesParser::new(EngineFault::ALL.map(EngineFault::name))
        .map(|name| EngineFault::named(&name).expect("clap lets only known names through"))
}

/// Reads how many engine calls may fail.
pub(super) fn fault_budget() -> impl TypedValueParser<Value = u32> {
    clap::value_parser!(u32).range(..=i64::from(FAULT_BUDGET_MAX))
}

/// Reads a reading of waits.
pub(super) fn waits() -> impl TypedValueParser<Value = Waits> {
    PossibleValuesParser::new(WAITS.map(waits_name)).map(|name| {
        let named = WAITS.into_iter().find(|&waits| waits_name(waits) == name);
        named.expect("clap lets only known names through")
    })
}

/// Reads a time of some seconds.
///
/// # Errors
///
/// [`NotSeconds`] if it is not a number above zero, or more than a duration can hold.
pub(super) fn seconds(text: &str) -> Result<Duration, NotSeconds> {
    let number: f64 = text.parse().map_err(|_| NotSeconds)?;
    let duration = Duration::try_from_secs_f64(number).map_err(|_| NotSeconds)?;
    if duration.is_zero() {
        Err(NotSeconds)
    } else {
        Ok(duration)
    }
}

/// The longest that an engine call may be made to take.
const LATENCY_MAX: Duration = Duration::from_mins(1);

/// A text is not the time of an engine call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("expected a whole number with us, ms or s, up to 60s, such as 50us, 1ms or 2s")]
pub(super) struct NotLatency;

/// Reads how long an engine call takes.
///
/// # Errors
///
/// [`NotLatency`] if it is not digits and a unit, or more than a minute.
pub(super) fn latency(text: &str) -> Result<Duration, NotLatency> {
    const UNITS: [(&str, Duration); 3] = [
        ("us", Duration::from_micros(1)),
        ("ms", Duration::from_millis(1)),
        ("s", Duration::from_secs(1)),
    ];
    let of = |(unit, one): (&str, Duration)| {
        let digits = text.strip_suffix(unit)?;
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        let number: u32 = digits.parse().ok().filter(|_| is_number)?;
        one.checked_mul(number)
    };
    let latency = UNITS.into_iter().find_map(of);
    latency
        .filter(|time| *time <= LATENCY_MAX)
        .ok_or(NotLatency)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_an_engine_call_has_a_unit_and_an_end() {
        assert_eq!(latency("50us"), Ok(Duration::from_micros(50)));
        assert_eq!(latency("1ms"), Ok(Duration::from_millis(1)));
        assert_eq!(latency("60s"), Ok(Duration::from_mins(1)));
        assert_eq!(latency("0s"), Ok(Duration::ZERO));
        for text in [
            "",
            "s",
            "50",
            "-1us",
            "+1us",
            "1.5ms",
            "1 ms",
            "61s",
            "9999999999us",
            "1h",
        ] {
            assert_eq!(latency(text), Err(NotLatency), "{text}");
        }
    }

    #[test]
    fn seconds_are_a_positive_finite_number() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for text in ["0", "-1", "inf", "NaN", "", "1e300", "1s"] {
            assert_eq!(seconds(text), Err(NotSeconds), "{text}");
        }
    }
}
