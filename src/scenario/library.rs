//! The models that are built in: the files of `models/`, by their path below it.

use super::ScenarioError;

/// Name and text of each model, sorted by name.
const MODELS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/models.rs"));

/// How many close names a message shows.
const CLOSE_MAX: usize = 3;

/// How many edits apart two names may be to be close.
const EDITS_MAX: usize = 4;

/// How many bytes a name may have to be compared with the others.
const NAME_BYTES_MAX: usize = 100;

pub(super) fn names() -> impl Iterator<Item = &'static str> {
    MODELS.iter().map(|(name, _)| *name)
}

pub(super) fn text(name: &str) -> Result<&'static str, ScenarioError> {
    let found = MODELS.iter().find(|(known, _)| *known == name);
    let unknown = || ScenarioError::UnknownModel {
        name: name.to_owned(),
        close: close(name),
    };
    found.map(|(_, text)| *text).ok_or_else(unknown)
}

/// The names that are like this one, the most alike first.
fn close(name: &str) -> Vec<&'static str> {
    if name.len() > NAME_BYTES_MAX {
        return Vec::new();
    }
    let name = name.strip_prefix("models/").unwrap_or(name);
    let name = name.strip_suffix(".toml").unwrap_or(name);
    let score = |known: &'static str| {
        let last = known.rsplit('/').next().unwrap_or(known);
        (edits(name, known).min(edits(name, last)), known)
    };
    let mut scores: Vec<_> = names()
        .map(score)
        .filter(|(edits, _)| *edits <= EDITS_MAX)
        .collect();
    scores.sort_unstable();
    scores
        .into_iter()
        .take(CLOSE_MAX)
        .map(|(_, known)| known)
        .collect()
}

/// How many characters must be added, removed or replaced to turn one name into the other.
fn edits(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (above, from_char) in from.chars().enumerate() {
        let mut diagonal = above;
        let mut left = above + 1;
        row[0] = left;
        for (to_char, cell) in to.chars().zip(row.iter_mut().skip(1)) {
            let replaced = diagonal + usize::from(from_char != to_char);
            diagonal = *cell;
            left = replaced.min(left + 1).min(*cell + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    #[test]
    fn every_embedded_model_is_good_and_has_a_header() {
        assert!(names().count() >= 17);
        for name in names() {
            let scenario = Scenario::embedded(name).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(scenario.name(), name);
            assert_eq!(scenario.summary().lines().count(), 1, "{name}");
            assert!(
                scenario.text().starts_with("# "),
                "{name} tells its story first"
            );
            assert!(
                scenario.text().contains("\n# Source: "),
                "{name} names its source"
            );
        }
    }

    #[test]
    fn names_are_sorted_and_use_forward_slashes() {
        assert!(names().is_sorted());
        assert!(names().any(|name| name == "attach/connect4_connect6"));
        assert!(!names().any(|name| name.contains('\\') || name.contains(".toml")));
    }

    #[test]
    fn an_unknown_name_is_answered_with_close_ones() {
        let refused = |name| Scenario::embedded(name).unwrap_err().to_string();

        assert_eq!(
            refused("attach/five_tipes"),
            "no model that is built in is called `attach/five_tipes`: close are \
             attach/five_types; `selvedge list models` shows them all"
        );
        for other in [
            "models/faults/delete_fails.toml",
            "delete_fails",
            "faults/delete-fails",
        ] {
            assert!(
                refused(other).contains(": close are faults/delete_fails;"),
                "{other}"
            );
        }
        assert_eq!(
            refused("nothing"),
            "no model that is built in is called `nothing`; \
             `selvedge list models` shows them all"
        );
    }

    #[test]
    fn edits_are_counted_as_in_the_textbook() {
        for (from, to, count) in [("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3)] {
            assert_eq!(edits(from, to), count);
        }
    }
}
