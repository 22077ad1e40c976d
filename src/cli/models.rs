//! From a word on the command line to a checked scenario.
//!
//! A word that ends in `.toml` is a path, and so is one with a separator that exists and is not the
//! name of an embedded model; everything else is the name of an embedded model.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use crate::scenario::Scenario;
use crate::wfp::Scope;

use super::error::CliError;
use super::task::Selection;

/// A scenario, and where it comes from.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) scenario: Scenario,
    /// Under which circumstances it is to be checked.
    pub(super) scope: Scope,
    /// The path of its file as it was typed, or found below the directory that was; `None` if it
    /// is embedded.
    pub(super) path: Option<String>,
}

impl Model {
    /// Under the circumstances that it says itself.
    fn of(scenario: Scenario, path: Option<String>) -> Self {
        let scope = scenario.scope().clone();
        Self {
            scenario,
            scope,
            path,
        }
    }
}

/// Loads every model of a selection.
pub(super) fn load(selection: &Selection) -> Result<Vec<Model>, CliError> {
    match selection {
        Selection::Embedded => Scenario::embedded_names().map(embedded).collect(),
        Selection::Named(words) => words.iter().map(|word| load_one(word)).collect(),
    }
}

/// The same, but a directory stands for the `.toml` files below it, sorted by path.
pub(super) fn load_with_directories(selection: &Selection) -> Result<Vec<Model>, CliError> {
    let Selection::Named(words) = selection else {
        return load(selection);
    };
    let mut models = Vec::new();
    for word in words {
        models.append(&mut named(word)?);
    }
    Ok(models)
}

/// Loads one model: a name or the path of a file.
pub(super) fn load_one(word: &str) -> Result<Model, CliError> {
    if is_path(word) {
        from_file(Path::new(word))
    } else {
        embedded(word)
    }
}

fn named(word: &str) -> Result<Vec<Model>, CliError> {
    let path = Path::new(word);
    let is_model = Scenario::embedded_names().any(|name| name == word);
    if is_model || !path.is_dir() {
        return Ok(vec![load_one(word)?]);
    }
    let files = files_below(path)?;
    if files.is_empty() {
        return Err(CliError::EmptyDirectory(word.to_owned()));
    }
    files.iter().map(|file| from_file(file)).collect()
}

fn is_path(word: &str) -> bool {
    let has_separator = word.contains(['/', '\\']);
    let is_model = Scenario::embedded_names().any(|name| name == word);
    has_toml_extension(Path::new(word)) || (has_separator && !is_model && Path::new(word).exists())
}

fn has_toml_extension(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("toml"))
}

fn embedded(name: &str) -> Result<Model, CliError> {
    Ok(Model::of(Scenario::embedded(name)?, None))
}

fn from_file(path: &Path) -> Result<Model, CliError> {
    let scenario = Scenario::read(path)?;
    Ok(Model::of(scenario, Some(path.display().to_string())))
}

/// The `.toml` files below a directory, sorted. Links to directories are not followed: a loop of
/// them would have no end.
fn files_below(directory: &Path) -> Result<Vec<PathBuf>, CliError> {
    let refused = |source| CliError::Read {
        path: directory.display().to_string(),
        source,
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).map_err(refused)? {
        let entry = entry.map_err(refused)?;
        let path = entry.path();
        if entry.file_type().map_err(refused)?.is_dir() {
            files.append(&mut files_below(&path)?);
        } else if has_toml_extension(&path) {
            files.push(path);
        }
    }
    files.sort_unstable();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_a_directory_come_sorted_whatever_the_system_says() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("b")).unwrap();
        for name in ["c.toml", "b/d.toml", "a.toml", "notes.md"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let files = files_below(folder.path()).unwrap();
        let names: Vec<&Path> = files
            .iter()
            .map(|file| file.strip_prefix(folder.path()).unwrap())
            .collect();

        assert_eq!(names, ["a.toml", "b/d.toml", "c.toml"].map(Path::new));
    }

    #[test]
    fn an_embedded_name_wins_over_a_path_and_an_extension_over_both() {
        let name = Scenario::embedded_names().next().unwrap();

        assert!(!is_path(name));
        assert!(!is_path("attach/no_such_model"));
        assert!(is_path("no_such_file.toml"));
        assert!(is_path("src/cli"));
        assert_eq!(load_one(name).unwrap().path, None);
    }

    #[test]
    fn a_directory_without_models_is_bad_input() {
        let folder = tempfile::tempdir().unwrap();
        let words = Selection::Named(vec![folder.path().display().to_string()]);

        assert!(matches!(
            load_with_directories(&words),
            Err(CliError::EmptyDirectory(_))
        ));
        assert!(matches!(load(&words), Err(CliError::Scenario(_))));
    }
}
