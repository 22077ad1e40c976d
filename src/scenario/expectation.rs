//! What a scenario file says its verdicts are.

use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZeroU64;

use serde::Deserialize;
use toml::Spanned;

use crate::runtime::Waits;
use crate::status::NtStatus;
use crate::wfp::Scope;

use super::Flaw;
use super::fault::status;
use super::file::ExpectTable;
use super::flaw::Located;
use super::scope;

/// A verdict that a file may expect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ExpectedVerdict {
    /// `PROVED`: all of the space was explored and nothing found.
    Proved,
    /// `VIOLATED`: a counterexample is found.
    Violated,
    /// `BOUNDED`: a bound is reached and nothing found within it.
    Bounded,
}

impl fmt::Display for ExpectedVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Proved => "PROVED",
            Self::Violated => "VIOLATED",
            Self::Bounded => "BOUNDED",
        })
    }
}

/// What a file expects of one strategy under one reading of finite waits and some circumstances.
/// What it does not say is `None`, and not compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// The name of the strategy: one of the scenario's.
    pub strategy: String,
    /// How finite waits are read.
    pub waits: Waits,
    /// Under which circumstances: those of the file, but for the profile and the number of faults
    /// that the row may say.
    pub scope: Scope,
    /// The verdict.
    pub verdict: ExpectedVerdict,
    /// The property that is violated. Only with [`ExpectedVerdict::Violated`].
    pub property: Option<String>,
    /// The status that began it. Only with [`ExpectedVerdict::Violated`].
    pub cause: Option<NtStatus>,
    /// How many executions there are: at least one.
    pub executions: Option<u64>,
    /// How many of them violate a property.
    pub failing: Option<u64>,
    /// How many of them end in a deadlock.
    pub deadlocked: Option<u64>,
}

/// Checks the expectations of a file, given the names of its strategies and of all properties.
pub(super) fn build(
    tables: &[Spanned<ExpectTable>],
    (strategies, properties): (&[&str], &[&str]),
    file: &Scope,
) -> Result<Vec<Expectation>, Located> {
    let mut seen = BTreeSet::new();
    let mut expectations = Vec::new();
    for table in tables {
        let row = table.as_ref();
        let strategy = row.strategy.as_ref();
        if !strategies.contains(&strategy.as_str()) {
            return Err(Flaw::StrategyNotListed(strategy.clone()).at(&row.strategy));
        }
        let scope = scope::of_expectation(row, file)?;
        if !seen.insert((strategy, row.waits.meant(), scope.clone())) {
            let waits = row.waits.name();
            return Err(Flaw::ExpectedTwice {
                strategy: strategy.clone(),
                waits,
            }
            .at(table));
        }
        check_verdict(row)?;
        check_counts(row)?;
        expectations.push(Expectation {
            strategy: strategy.clone(),
            waits: row.waits.meant(),
            scope,
            verdict: *row.verdict.as_ref(),
            property: property(row.property.as_ref(), properties)?,
            cause: row.cause.as_ref().map(status).transpose()?,
            executions: row.executions.map(NonZeroU64::get),
            failing: row.failing.as_ref().map(|failing| *failing.as_ref()),
            deadlocked: row
                .deadlocked
                .as_ref()
                .map(|deadlocked| *deadlocked.as_ref()),
        });
    }
    Ok(expectations)
}

/// What goes with which verdict.
fn check_verdict(row: &ExpectTable) -> Result<(), Located> {
    let verdict = *row.verdict.as_ref();
    let violated = verdict == ExpectedVerdict::Violated;
    for (key, value) in [("property", &row.property), ("cause", &row.cause)] {
        if let Some(value) = value.as_ref().filter(|_| !violated) {
            return Err(Flaw::OnlyViolated { key, verdict }.at(value));
        }
    }
    match &row.failing {
        Some(failing) if violated && *failing.as_ref() == 0 => Err(Flaw::NoneFailing.at(failing)),
        Some(failing) if !violated && *failing.as_ref() > 0 => Err(Flaw::FailingUnviolated {
            failing: *failing.as_ref(),
            verdict,
        }
        .at(failing)),
        Some(_) | None => Ok(()),
    }
}

/// No part is greater than the whole.
fn check_counts(row: &ExpectTable) -> Result<(), Located> {
    let Some(executions) = row.executions.map(NonZeroU64::get) else {
        return Ok(());
    };
    for (key, value) in [("failing", &row.failing), ("deadlocked", &row.deadlocked)] {
        if let Some(value) = value.as_ref().filter(|value| *value.as_ref() > executions) {
            let count = *value.as_ref();
            return Err(Flaw::MoreThanExecutions {
                key,
                count,
                executions,
            }
            .at(value));
        }
    }
    Ok(())
}

fn property(written: Option<&Spanned<String>>, known: &[&str]) -> Result<Option<String>, Located> {
    let Some(written) = written else {
        return Ok(None);
    };
    let name = written.as_ref().clone();
    if !known.contains(&name.as_str()) {
        return Err(Flaw::UnknownProperty {
            name,
            known: known.join(", "),
        }
        .at(written));
    }
    Ok(Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use crate::scenario::sample;
    use crate::scenario::sample::refused;

    #[test]
    fn an_expectation_is_found_by_strategy_and_waits() {
        let scenario = Scenario::parse("t", sample::GOOD).unwrap();
        let usual = Scope::default();

        let violated = scenario
            .expectation("shared-handle", Waits::Sufficient, &usual)
            .unwrap();
        assert_eq!(
            *violated,
            Expectation {
                strategy: "shared-handle".into(),
                waits: Waits::Sufficient,
                scope: Scope::default(),
                verdict: ExpectedVerdict::Violated,
                property: Some("non-interference".into()),
                cause: Some(NtStatus::TXN_IN_PROGRESS),
                executions: Some(4),
                failing: Some(2),
                deadlocked: Some(0),
            }
        );
        let proved = scenario
            .expectation("push-lock", Waits::MayExpire, &usual)
            .unwrap();
        assert_eq!(proved.verdict, ExpectedVerdict::Proved);
        assert_eq!(proved.executions, None);
        assert_eq!(
            scenario.expectation("push-lock", Waits::Sufficient, &usual),
            None
        );
        assert_eq!(scenario.expectations().len(), 2);
    }

    #[test]
    fn contradictory_expectations_are_refused() {
        let second = "strategy = \"push-lock\"\nwaits = \"may-expire\"";
        let same = "strategy = \"shared-handle\"\nwaits = \"sufficient\"";
        let cases = [
            (
                second,
                same,
                "t:40:1: there is another expectation for `shared-handle` with waits `s",
            ),
            (
                "\"VIOLATED\"",
                "\"PROVED\"",
                "t:34:12: `property` contradicts the verdict PROVED: it",
            ),
            (
                "\"VIOLATED\"",
                "\"BOUNDED\"",
                "t:34:12: `property` contradicts the verdict BOUNDED",
            ),
            (
                "\"PROVED\"",
                "\"PROVED\"\ncause = \"TIMEOUT\"",
                "t:44:9: `cause` contradicts the",
            ),
            (
                "\"PROVED\"",
                "\"PROVED\"\nfailing = 1",
                "t:44:11: 1 failing executions contradict",
            ),
            (
                "failing = 2",
                "failing = 0",
                "t:37:11: 0 failing executions contradict the verdict V",
            ),
            (
                "failing = 2",
                "failing = 5",
                "t:37:11: 5 failing are more than the 4 executions; cor",
            ),
            (
                "deadlocked = 0",
                "deadlocked = 5",
                "t:38:14: 5 deadlocked are more than the 4 exec",
            ),
        ];
        for (from, to, message) in cases {
            let refused = refused(&sample::with(from, to));
            assert!(refused.starts_with(message), "{refused}");
        }
        let proved = "\"PROVED\"\nfailing = 0\ndeadlocked = 0\nexecutions = 2";
        assert!(Scenario::parse("t", &sample::with("\"PROVED\"", proved)).is_ok());
    }

    #[test]
    fn an_expectation_names_what_there_is() {
        let cases = [
            (
                "strategy = \"push-lock\"",
                "strategy = \"retry\"",
                "t:41:12: the strategy `retry` is not",
            ),
            (
                "\"non-interference\"",
                "\"safety\"",
                "t:34:12: unknown property `safety`; known are no",
            ),
            (
                "\"STATUS_FWP_TXN_IN_PROGRESS\"",
                "\"TXN\"",
                "t:35:9: unknown status `TXN`; write a",
            ),
            (
                "\"PROVED\"",
                "\"proved\"",
                "t:43:11: unknown value `proved`, expected one of `PROVED`",
            ),
            (
                "\"sufficient\"",
                "\"enough\"",
                "t:32:9: unknown value `enough`, expected `sufficient`",
            ),
        ];
        for (from, to, message) in cases {
            let refused = refused(&sample::with(from, to));
            assert!(refused.starts_with(message), "{refused}");
        }
    }
}
