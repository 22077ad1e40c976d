//! The style that a tool can hold: layers, lengths, unsafe code, headers.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// The modules from the bottom up. Each may name itself and those before it; that is the whole of
/// the layer table. `lib.rs` and `main.rs` stand above all of them.
const LAYERS: [&str; 24] = [
    "status",
    "execution",
    "runtime",
    "kernel",
    "wfp",
    "strategy",
    "attach",
    "property",
    "scenario",
    "program",
    "case",
    "explore",
    "recount",
    "replay",
    "report",
    "robust",
    "confirm",
    "check",
    "litmus",
    "calibration",
    "reproduce",
    "stress",
    "testing",
    "cli",
];

/// How many lines a file may have.
const LINES_MAX: usize = 500;

/// How many characters a line may have, links to the web not counted.
const COLUMNS_MAX: usize = 100;

/// The only places with unsafe code: the coroutine switch, and the start of the program, which
/// removes from the environment what loom and shuttle would obey. Rust has no safe way to do that,
/// and before any other thread runs it is sound. Beside the product, a measurement that counts
/// allocations: an allocator is an unsafe trait.
const UNSAFE: [&str; 3] = [
    "src/runtime/controlled/",
    "src/main.rs",
    "benches/allocations.rs",
];

/// Every Rust file of the repository, by its path from the root, and its text.
fn sources() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![root.join("build.rs")];
    for folder in ["src", "tests", "benches", "examples", "fuzz/fuzz_targets"] {
        walk(&root.join(folder), &mut files);
    }
    let named = |file: &PathBuf| {
        let path = file.strip_prefix(root).unwrap().to_str().unwrap();
        (path.replace('\\', "/"), fs::read_to_string(file).unwrap())
    };
    files.iter().map(named).collect()
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The places at which a rule is broken, by its name for them.
fn broken(rule: impl Fn(&str, &str) -> Vec<String>) -> Vec<String> {
    let all = sources();
    assert!(all.len() > 100, "the walk finds the sources");
    let in_file = |(path, text): (&String, &String)| rule(path, text);
    all.iter().flat_map(in_file).collect()
}

/// The same, for a rule about single lines.
fn broken_lines(rule: impl Fn(&str, &str) -> bool) -> Vec<String> {
    broken(|path, text| {
        let lines = text.lines().enumerate();
        let found = lines.filter(|(_, line)| rule(path, line));
        found
            .map(|(index, _)| format!("{path}:{}", index + 1))
            .collect()
    })
}

/// The module of the library that a file belongs to.
fn layer(path: &str) -> Option<usize> {
    let inside = path.strip_prefix("src/")?;
    let name = inside.split(['/', '.']).next()?;
    if ["lib", "main"].contains(&name) {
        return None;
    }
    let place = LAYERS.iter().position(|layer| *layer == name);
    Some(place.unwrap_or_else(|| panic!("{path}: `{name}` is in no layer")))
}

/// The modules that a text names, doc links included: a lower layer does not explain itself by a
/// higher one. Macros and other names at the root of the crate are none.
fn named(text: &str) -> BTreeSet<&str> {
    let after = text.split("crate::").skip(1);
    let word = |rest: &'_ str| rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let names = after.map(|rest| &rest[..word(rest).unwrap_or(rest.len())]);
    names.filter(|name| LAYERS.contains(name)).collect()
}

#[test]
fn a_module_names_only_those_below_it() {
    let upward = broken(|path, text| {
        let Some(own) = layer(path) else {
            return Vec::new();
        };
        let above = named(text)
            .into_iter()
            .filter(|name| LAYERS[own + 1..].contains(name));
        above.map(|name| format!("{path} names `{name}`")).collect()
    });

    assert_eq!(upward, [""; 0]);
}

/// A layer that nobody is in is a typing error in the table.
#[test]
fn every_layer_is_a_module() {
    let paths: Vec<String> = sources().into_keys().collect();
    let used: BTreeSet<usize> = paths.iter().filter_map(|path| layer(path)).collect();

    assert_eq!(used.len(), LAYERS.len(), "{used:?}");
}

/// One import a line: so that a name is found by looking for it, and the layers by reading.
#[test]
fn imports_have_no_braces() {
    let braces = ["use crate::{", "use super::{", "use selvedge::{"];
    let found = broken_lines(|path, line| {
        let own = path == "tests/it/tidy.rs";
        !own && braces.iter().any(|brace| line.contains(brace))
    });

    assert_eq!(found, [""; 0]);
}

#[test]
fn no_file_is_longer_than_500_lines() {
    let long = broken(|path, text| {
        let lines = text.lines().count();
        let long = lines > LINES_MAX;
        let said = long.then(|| format!("{path}: {lines} lines"));
        said.into_iter().collect()
    });

    assert_eq!(long, [""; 0]);
}

/// The line without its links: those cannot be broken.
fn columns(line: &str) -> usize {
    let words = line.split(' ');
    let links = words
        .filter(|word| word.contains("https://"))
        .map(|link| link.chars().count());
    line.chars().count() - links.sum::<usize>()
}

#[test]
fn no_line_is_longer_than_100_columns() {
    let long = broken_lines(|_, line| columns(line) > COLUMNS_MAX);

    assert_eq!(long, [""; 0]);
}

#[test]
fn unsafe_code_is_in_one_folder() {
    let found = broken_lines(|path, line| {
        let code = line.split("//").next().unwrap_or_default();
        let keyword = [
            "unsafe {",
            "unsafe fn",
            "unsafe impl",
            "unsafe trait",
            "unsafe extern",
        ];
        let own = path == "tests/it/tidy.rs";
        let allowed = UNSAFE.iter().any(|place| path.starts_with(place));
        !own && !allowed && keyword.iter().any(|word| code.contains(word))
    });

    assert_eq!(found, [""; 0]);
}

/// `#[expect]` says why, and complains when there is nothing to expect any more.
#[test]
fn nothing_is_allowed() {
    let attributes = ["#[", "#!["].map(|open| format!("{open}allow("));
    let found = broken_lines(|_, line| attributes.iter().any(|attribute| line.contains(attribute)));

    assert_eq!(found, [""; 0]);
}

#[test]
fn every_file_begins_with_its_header() {
    let found = broken(|path, text| {
        let headed = text.starts_with("//! ") && text.lines().next() != Some("//! ");
        (!headed).then(|| path.to_owned()).into_iter().collect()
    });

    assert_eq!(found, [""; 0]);
}

/// A file that no `mod` line names is not compiled: its tests pass because none runs.
#[test]
fn every_file_is_a_module_of_its_folder() {
    let all = sources();
    let found: Vec<&String> = all
        .keys()
        .filter(|path| path.starts_with("src/") || path.starts_with("tests/it/"))
        .filter(|path| {
            let (folder, file) = path.rsplit_once('/').unwrap();
            let name = file.strip_suffix(".rs").unwrap();
            let line = format!("mod {name};");
            let parents = ["mod", "main", "lib"].map(|parent| format!("{folder}/{parent}.rs"));
            let names = |parent: &String| {
                let mut lines = all.get(parent).into_iter().flat_map(|text| text.lines());
                lines.any(|text| {
                    text.strip_suffix(&line)
                        .is_some_and(|it| it.is_empty() || it.ends_with(' '))
                })
            };
            !["mod", "main", "lib"].contains(&name) && !parents.iter().any(names)
        })
        .collect();

    assert_eq!(found, [""; 0]);
}

/// Where a function still takes several references as one tuple, and how often: the list only
/// shrinks. What belongs together is a type of its own.
const TUPLES: [(&str, usize); 9] = [
    ("src/calibration/row.rs", 1),
    ("src/cli/opinions.rs", 1),
    ("src/cli/reproduce.rs", 2),
    ("src/cli/replay.rs", 1),
    ("src/cli/walk.rs", 1),
    ("src/explore/rerun.rs", 1),
    ("src/explore/search.rs", 1),
    ("src/explore/second_proof.rs", 1),
    ("src/scenario/expectation.rs", 1),
];

/// A tuple of references gets round the limit on the number of arguments and names nothing.
#[test]
fn no_function_takes_a_tuple_of_references() {
    let found = broken_lines(|path, line| {
        let argument = line.trim_start();
        let tuple = argument.starts_with('(') && argument.ends_with("),");
        let references = argument.contains("): (&") && !argument.contains("&'static");
        path.starts_with("src/") && tuple && references
    });
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for place in &found {
        let (path, _) = place.rsplit_once(':').unwrap();
        *counts.entry(path).or_default() += 1;
    }

    assert_eq!(counts, BTreeMap::from(TUPLES));
}

/// Type names with more than one meaning in `src`: the list only shrinks. A name that is new here
/// is to be another one.
const NAMES_TWICE: [&str; 65] = [
    "Aborted",
    "Answers",
    "Attempt",
    "Body",
    "Branch",
    "Call",
    "Change",
    "Choice",
    "Claim",
    "Command",
    "Context",
    "Counterexample",
    "Current",
    "Document",
    "Event",
    "Failure",
    "File",
    "Finding",
    "FindingJson",
    "Findings",
    "Held",
    "Holder",
    "Inner",
    "Kept",
    "Limits",
    "LinkState",
    "List",
    "Lock",
    "Log",
    "Model",
    "Names",
    "NativeReplayError",
    "Next",
    "Node",
    "Objects",
    "Outcome",
    "Pending",
    "Place",
    "Policy",
    "Prefix",
    "Program",
    "Provider",
    "Questions",
    "Race",
    "Ran",
    "Reading",
    "Recorded",
    "Replay",
    "Round",
    "Row",
    "Run",
    "Second",
    "SecondProofJson",
    "Seen",
    "Setting",
    "Slot",
    "State",
    "Subject",
    "Taken",
    "Tally",
    "Target",
    "Task",
    "Threads",
    "Wait",
    "Walker",
];

/// A reader who meets a name again takes it for the same thing.
#[test]
fn no_type_name_has_two_meanings() {
    const KINDS: [&str; 5] = ["struct", "enum", "trait", "type", "union"];
    let all = sources();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let library = all.iter().filter(|(path, _)| path.starts_with("src/"));
    for line in library.flat_map(|(_, text)| text.lines()) {
        let mut words = line.split([' ', '<', '(', ';', '{', ':']);
        let mut word = words.next();
        if word == Some("pub") {
            word = words.find(|word| KINDS.contains(word));
        }
        if word.is_some_and(|word| KINDS.contains(&word)) {
            *counts.entry(words.next().unwrap()).or_default() += 1;
        }
    }
    let twice = counts.into_iter().filter(|(_, count)| *count > 1);
    let found: Vec<&str> = twice.map(|(name, _)| name).collect();

    assert_eq!(found, NAMES_TWICE);
}
