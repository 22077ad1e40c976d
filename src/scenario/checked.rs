//! The checked scenario.

use std::collections::BTreeSet;
use std::path::Path;

use sha2::Digest;
use sha2::Sha256;
use toml::Spanned;

use crate::attach::Workload;
use crate::property::Property;
use crate::runtime::Waits;
use crate::strategy::Strategy;
use crate::wfp::Scope;

use super::Expectation;
use super::Flaw;
use super::ScenarioError;
use super::expectation;
use super::file::File;
use super::flaw::Located;
use super::library;
use super::scope;
use super::text;
use super::text::Text;
use super::workload;

/// A checked scenario: links, threads and faults, the strategies to try, and what to expect.
///
/// Thread `i` is the `i`-th `[[thread]]` of the file, counted from 0, and so are links, faults and
/// expectations. The order is the file's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    pub(super) name: String,
    summary: String,
    text: String,
    digest: String,
    pub(super) workload: Workload,
    scope: Scope,
    strategies: Vec<Strategy>,
    expectations: Vec<Expectation>,
}

impl Scenario {
    /// Parses the text of a scenario file.
    ///
    /// # Errors
    ///
    /// [`ScenarioError::Syntax`] if it is not TOML, [`ScenarioError::Form`] if a key is unknown,
    /// missing or of a wrong type, [`ScenarioError::Flaw`] if a rule of scenarios is broken, and
    /// [`ScenarioError::TooLarge`] if it is longer than [`SCENARIO_BYTES_MAX`].
    ///
    /// [`SCENARIO_BYTES_MAX`]: super::SCENARIO_BYTES_MAX
    pub fn parse(name: &str, text: &str) -> Result<Self, ScenarioError> {
        Self::from_bytes(name, text.as_bytes())
    }

    /// Parses the bytes of a scenario file.
    ///
    /// # Errors
    ///
    /// Those of [`Scenario::parse`], and [`ScenarioError::NotUtf8`].
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, ScenarioError> {
        Self::check(name, Text::decode(name, bytes)?)
    }

    /// Reads and parses a scenario file. Its name is the path with forward slashes and without
    /// `.toml`; its errors name the path with it.
    ///
    /// # Errors
    ///
    /// Those of [`Scenario::from_bytes`], and [`ScenarioError::Missing`],
    /// [`ScenarioError::Directory`] or [`ScenarioError::Unreadable`].
    pub fn read(path: &Path) -> Result<Self, ScenarioError> {
        let file = path.to_string_lossy().replace('\\', "/");
        let bytes = text::read(path, &file)?;
        let name = file.strip_suffix(".toml").unwrap_or(&file);
        Self::check(name, Text::decode(&file, &bytes)?)
    }

    /// The model of this name that is built in, such as `attach/connect4_connect6`.
    ///
    /// # Errors
    ///
    /// [`ScenarioError::UnknownModel`] if there is none.
    pub fn embedded(name: &str) -> Result<Self, ScenarioError> {
        Self::parse(name, library::text(name)?)
    }

    /// The names of the models that are built in, sorted.
    pub fn embedded_names() -> impl Iterator<Item = &'static str> {
        library::names()
    }

    fn check(name: &str, text: Text<'_>) -> Result<Self, ScenarioError> {
        let file = text.tables()?;
        Self::from_tables(name, text.as_str(), &file).map_err(|located| text.refusal(located))
    }

    fn from_tables(name: &str, text: &str, file: &File) -> Result<Self, Located> {
        let strategies = strategies(file.strategies.as_ref())?;
        let scope = scope::of_file(file)?;
        let names: Vec<&str> = strategies.iter().map(|strategy| strategy.name).collect();
        Ok(Self {
            name: name.to_owned(),
            summary: summary(&file.summary)?,
            text: text.to_owned(),
            digest: digest(text),
            workload: workload::build(file)?,
            expectations: expectation::build(
                &file.expect,
                (&names, &Property::ALL.map(Property::name)),
                &scope,
            )?,
            scope,
            strategies,
        })
    }

    /// The name: that of an embedded model, or the path without `.toml`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What happens in it: one line, not blank.
    pub fn summary(&self) -> &str {
        &self.summary
    }

    /// The text it was parsed from, unchanged.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The first 16 hexadecimal digits of the SHA-256 of the text, with CRLF read as LF.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// What the pipeline is asked to do.
    pub const fn workload(&self) -> &Workload {
        &self.workload
    }

    /// Under which circumstances it is checked: how the mock reads what Windows leaves open, and
    /// how many of its calls fail.
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The strategies to try, in the order of the file; all presets if it names none. Never empty,
    /// and no name twice.
    pub fn strategies(&self) -> &[Strategy] {
        &self.strategies
    }

    /// What is expected, in the order of the file. May be empty.
    pub fn expectations(&self) -> &[Expectation] {
        &self.expectations
    }

    /// What is expected of a strategy under a reading of finite waits and under circumstances, if
    /// the file says so.
    pub fn expectation(&self, strategy: &str, waits: Waits, scope: &Scope) -> Option<&Expectation> {
        let meant = |row: &&Expectation| {
            row.strategy == strategy && row.waits == waits && row.scope == *scope
        };
        self.expectations.iter().find(meant)
    }
}

fn summary(summary: &Spanned<String>) -> Result<String, Located> {
    let text = summary.as_ref();
    if text.trim().is_empty() || text.chars().any(char::is_control) {
        return Err(Flaw::Summary.at(summary));
    }
    Ok(text.clone())
}

fn strategies(names: Option<&Spanned<Vec<Spanned<String>>>>) -> Result<Vec<Strategy>, Located> {
    let Some(names) = names else {
        return Ok(Strategy::PRESETS.to_vec());
    };
    if names.as_ref().is_empty() {
        return Err(Flaw::NoStrategies.at(names));
    }
    let mut seen = BTreeSet::new();
    let mut strategies = Vec::new();
    for name in names.as_ref() {
        if !seen.insert(name.as_ref()) {
            return Err(Flaw::StrategyTwice(name.as_ref().clone()).at(name));
        }
        let strategy =
            Strategy::named(name.as_ref()).map_err(|error| Flaw::from(error).at(name))?;
        strategies.push(strategy);
    }
    Ok(strategies)
}

fn digest(text: &str) -> String {
    let hash = Sha256::digest(text.replace("\r\n", "\n").as_bytes());
    let first = hash.first_chunk().expect("a hash has 32 bytes");
    format!("{:016x}", u64::from_be_bytes(*first))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::attach::Pipeline;
    use crate::scenario::sample;
    use crate::scenario::sample::refused;

    #[test]
    fn a_file_says_what_it_means() {
        let scenario = Scenario::parse("family/case", sample::GOOD).unwrap();

        assert_eq!(scenario.name(), "family/case");
        assert_eq!(scenario.text(), sample::GOOD);
        assert_eq!(*scenario.scope(), Scope::default());
        assert_eq!(scenario.workload().pipeline, Pipeline::A1);
        assert!(!scenario.workload().infinite_wait);
        let names: Vec<&str> = scenario
            .strategies()
            .iter()
            .map(|strategy| strategy.name)
            .collect();
        assert_eq!(names, ["shared-handle", "push-lock"]);
    }

    #[test]
    fn what_is_left_out_has_its_default() {
        let text = sample::with("strategies = [\"shared-handle\", \"push-lock\"]\n", "");

        let scenario = Scenario::parse("t", &text).unwrap();

        assert_eq!(scenario.strategies(), Strategy::PRESETS);
    }

    #[test]
    fn the_name_of_a_file_is_its_path_and_its_errors_show_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("case.toml");

        fs::write(&path, sample::GOOD).unwrap();
        let scenario = Scenario::read(&path).unwrap();
        assert!(scenario.name().ends_with("/case"), "{}", scenario.name());

        fs::write(&path, "summary = 1").unwrap();
        let message = Scenario::read(&path).unwrap_err().to_string();
        assert!(
            message.contains("/case.toml:1:11: invalid type"),
            "{message}"
        );
    }

    #[test]
    fn the_digest_does_not_depend_on_line_ends() {
        let unix = Scenario::parse("t", sample::GOOD).unwrap();
        let dos = Scenario::parse("t", &sample::GOOD.replace('\n', "\r\n")).unwrap();

        assert_eq!(dos.digest(), unix.digest());
        assert_eq!(dos.workload(), unix.workload());
        // The first digits of SHA-256 of "abc", from FIPS 180-2.
        assert_eq!(digest("abc"), "ba7816bf8f01cfea");
    }

    #[test]
    fn the_head_of_a_file_is_checked() {
        let profile = "pipeline = \"a1\"\nprofile = \"measured\"";
        let cases = [
            (
                "more is detached\"",
                "more\\n\"",
                "t:2:11: the summary is not one line of text",
            ),
            (
                "pipeline = \"a1\"",
                profile,
                "t:4:11: unknown profile `measured`; known are docum",
            ),
            (
                "[\"shared-handle\", \"push-lock\"]",
                "[]",
                "t:4:14: `strategies` is empty; name one",
            ),
            (
                "[\"shared-handle\"",
                "[\"lock\"",
                "t:4:15: unknown strategy `lock`; known are sha",
            ),
            (
                "[\"shared-handle\"",
                "[\"push-lock\"",
                "t:4:28: the strategy `push-lock` is named",
            ),
        ];
        for (from, to, message) in cases {
            let refused = refused(&sample::with(from, to));
            assert!(refused.starts_with(message), "{refused}");
        }
    }

    #[test]
    fn no_prefix_of_a_file_panics() {
        for (end, _) in sample::GOOD.char_indices() {
            let prefix = &sample::GOOD[..end];
            if let Err(error) = Scenario::parse("t", prefix) {
                assert!(error.to_string().starts_with("t:"), "{error}");
            }
        }
    }

    #[test]
    fn no_change_of_one_byte_panics() {
        let bytes = b"\0\n\r\x1B \"'#,-.019=AZ[]_az{}\x7F\x80\xC3\xFF";
        for index in 0..sample::GOOD.len() {
            let mut changed = sample::GOOD.as_bytes().to_vec();
            for &byte in bytes {
                changed[index] = byte;
                if let Err(error) = Scenario::from_bytes("t", &changed) {
                    assert!(error.to_string().starts_with("t:"), "{error}");
                }
            }
            let mut removed = sample::GOOD.as_bytes().to_vec();
            removed.remove(index);
            drop(Scenario::from_bytes("t", &removed));
        }
    }
}
