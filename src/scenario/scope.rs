//! What a file says of the circumstances: profile, readings, and calls of the engine that fail.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use toml::Spanned;

use crate::wfp::EngineFault;
use crate::wfp::FAULT_BUDGET_MAX;
use crate::wfp::NamedProfile;
use crate::wfp::Question;
use crate::wfp::Reading;
use crate::wfp::Scope;

use super::Flaw;
use super::file::ExpectTable;
use super::file::File;
use super::flaw::Located;

/// The scope of a file.
pub(super) fn of_file(file: &File) -> Result<Scope, Located> {
    let usual = Scope::default();
    Ok(Scope {
        profile: profile(file.profile.as_ref())?.unwrap_or(usual.profile),
        fixed: readings(file.readings.as_ref())?,
        fault_budget: budget(file.engine_faults.as_ref())?.unwrap_or(usual.fault_budget),
        faults: kinds(file)?.unwrap_or(usual.faults),
    })
}

/// The scope of an expectation, in a file of this scope.
pub(super) fn of_expectation(row: &ExpectTable, file: &Scope) -> Result<Scope, Located> {
    Ok(Scope {
        profile: profile(row.profile.as_ref())?.unwrap_or(file.profile),
        fault_budget: budget(row.engine_faults.as_ref())?.unwrap_or(file.fault_budget),
        ..file.clone()
    })
}

fn profile(name: Option<&Spanned<String>>) -> Result<Option<NamedProfile>, Located> {
    let Some(name) = name else {
        return Ok(None);
    };
    let unknown = || Flaw::UnknownProfile(name.as_ref().clone()).at(name);
    NamedProfile::named(name.as_ref())
        .map(Some)
        .ok_or_else(unknown)
}

type Readings = BTreeMap<Spanned<String>, Spanned<String>>;

fn readings(table: Option<&Readings>) -> Result<BTreeMap<Question, u8>, Located> {
    let mut fixed = BTreeMap::new();
    for (question, reading) in table.into_iter().flatten() {
        let named = Reading::named(question.as_ref(), reading.as_ref());
        let Reading { question, reading } =
            named.map_err(|error| Flaw::Reading(error).at(question))?;
        fixed.insert(question, reading);
    }
    Ok(fixed)
}

fn budget(faults: Option<&Spanned<u32>>) -> Result<Option<u32>, Located> {
    match faults {
        Some(faults) if *faults.as_ref() > FAULT_BUDGET_MAX => {
            let count = *faults.as_ref();
            let max = FAULT_BUDGET_MAX;
            Err(Flaw::TooManyEngineFaults { count, max }.at(faults))
        }
        faults => Ok(faults.map(|faults| *faults.as_ref())),
    }
}

fn kinds(file: &File) -> Result<Option<BTreeSet<EngineFault>>, Located> {
    let Some(names) = &file.engine_fault_kinds else {
        return Ok(None);
    };
    let mut kinds = BTreeSet::new();
    for name in names.as_ref() {
        let unknown = || Flaw::UnknownEngineFault(name.as_ref().clone()).at(name);
        kinds.insert(EngineFault::named(name.as_ref()).ok_or_else(unknown)?);
    }
    let rows = || file.expect.iter().map(|row| &row.as_ref().engine_faults);
    let any = std::iter::once(&file.engine_faults).chain(rows()).flatten();
    if kinds.is_empty() || any.into_iter().all(|faults| *faults.as_ref() == 0) {
        return Err(Flaw::NoEngineFaults.at(names));
    }
    Ok(Some(kinds))
}

/// The keys of a file of this scope, a line each.
pub(super) fn written(scope: &Scope) -> String {
    let mut text = format!("profile = \"{}\"\n", scope.profile.name());
    let fixed = |(&question, &reading): (&Question, &u8)| {
        let reading = question.readings()[usize::from(reading)];
        format!("{question} = \"{reading}\"")
    };
    let fixed: Vec<String> = scope.fixed.iter().map(fixed).collect();
    if !fixed.is_empty() {
        text = format!("{text}readings = {{ {} }}\n", fixed.join(", "));
    }
    if scope.fault_budget > 0 {
        let kinds = scope.faults.iter();
        let kinds: Vec<String> = kinds.map(|kind| format!("\"{}\"", kind.name())).collect();
        let (budget, kinds) = (scope.fault_budget, kinds.join(", "));
        text = format!("{text}engine_faults = {budget}\nengine_fault_kinds = [{kinds}]\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::Waits;
    use crate::scenario::Scenario;
    use crate::scenario::sample;
    use crate::scenario::sample::refused;

    const HEAD: &str = "pipeline = \"a1\"";

    fn headed(keys: &str) -> String {
        sample::with(HEAD, &format!("{HEAD}\n{keys}"))
    }

    #[test]
    fn a_file_says_which_circumstances_are_gone_through() {
        let text = headed(
            "profile = \"adversarial\"\nreadings = { lock-mode = \"exclusive\" }\n\
             engine_faults = 2\nengine_fault_kinds = [\"commit-fails\", \"no-memory\"]",
        );
        let scenario = Scenario::parse("t", &text).unwrap();

        assert_eq!(
            *scenario.scope(),
            Scope {
                profile: NamedProfile::Adversarial,
                fixed: BTreeMap::from([(Question::LockMode, 1)]),
                fault_budget: 2,
                faults: BTreeSet::from([EngineFault::NoMemory, EngineFault::CommitFails]),
            }
        );
        let more = scenario.scaled(3).unwrap();
        assert_eq!(more.scope(), scenario.scope(), "{}", more.text());
        assert_eq!(
            *Scenario::parse("t", sample::GOOD).unwrap().scope(),
            Scope::default()
        );
    }

    #[test]
    fn an_expectation_is_for_a_profile_and_a_number_of_faults() {
        let row = "strategy = \"push-lock\"\nwaits = \"may-expire\"";
        let again = format!(
            "{row}\nprofile = \"adversarial\"\nverdict = \"PROVED\"\n\n[[expect]]\n\
             {row}\nengine_faults = 1\nverdict = \"PROVED\"\n\n[[expect]]\n{row}"
        );
        let scenario = Scenario::parse("t", &sample::with(row, &again)).unwrap();

        let adversarial = Scope::of(NamedProfile::Adversarial);
        let one_fault = Scope {
            fault_budget: 1,
            ..Scope::default()
        };
        for scope in [Scope::default(), adversarial, one_fault] {
            let found = scenario.expectation("push-lock", Waits::MayExpire, &scope);
            assert_eq!(found.unwrap().scope, scope);
        }
        let observed = Scope::of(NamedProfile::ObservedWindows);
        let found = scenario.expectation("push-lock", Waits::MayExpire, &observed);
        assert_eq!(found, None);
    }

    #[test]
    fn what_is_unknown_is_named_with_what_is_known() {
        let cases = [
            (
                "profile = \"real\"",
                "t:4:11: unknown profile `real`; known are documented, observed-windows",
            ),
            (
                "readings = { lock = \"exclusive\" }",
                "t:4:14: unknown question `lock`; known are default-wait, lock-mode",
            ),
            (
                "readings = { lock-mode = \"shared\" }",
                "t:4:14: `lock-mode` has no reading `shared`; known are shared-readers, excl",
            ),
            (
                "engine_faults = 9",
                "t:4:17: 9 engine faults are more than the 8 that are allowed; lower the number",
            ),
            (
                "engine_faults = 1\nengine_fault_kinds = [\"memory\"]",
                "t:5:23: unknown engine fault `memory`; known are no-memory, not-executed",
            ),
            (
                "engine_fault_kinds = [\"no-memory\"]",
                "t:4:22: `engine_fault_kinds` is of no use without `engine_faults`",
            ),
        ];
        for (keys, message) in cases {
            let refused = refused(&headed(keys));
            assert!(refused.starts_with(message), "{refused}");
        }
    }
}
