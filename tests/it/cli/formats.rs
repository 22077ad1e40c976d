//! What is printed: JSON with the documented keys, and no colours where nobody asked for them.

use super::*;

/// The keys of the first object at each indentation, in order: of the document, of a result, of its
/// parts. Lists of results and violations count once.
fn keys(json: &str, indentation: usize) -> Vec<&str> {
    let start = format!("{}\"", " ".repeat(indentation));
    let keys = json.lines().filter_map(|line| line.strip_prefix(&start));
    keys.filter_map(|line| Some(line.split_once("\": ")?.0))
        .collect()
}

/// Issue 2, item 10, word by word.
#[test]
fn a_json_report_has_the_documented_keys_in_order() {
    let one = [
        "--strategy",
        "shared-handle",
        "--waits",
        "sufficient",
        "--format",
        "json",
    ];
    let json = selvedge(&[&["compare"], &one[..]].concat()).out;

    assert_eq!(keys(&json, 2), ["format", "version", "tool", "results"]);
    let result = [
        "scenario",
        "digest",
        "strategy",
        "profile",
        "waits",
        "explorer",
        "verdict",
        "assumptions",
        "executions",
        "redundant",
        "deadlocked",
        "failing",
        "coverage",
        "proved_by",
        "second_proof",
        "violations",
    ];
    assert_eq!(keys(&json, 6), result);
    let parts = [
        "threads",
        "faults",
        "fairness",
        "memory_model",
        "kind",
        "kind",
        "classes",
    ];
    assert_eq!(keys(&json, 8), parts);
    let violation = [
        "property",
        "cause",
        "because",
        "kind",
        "status",
        "errno",
        "schedule",
        "steps",
        "switches",
        "preemptions",
        "without",
        "replays",
        "least",
        "contrast",
    ];
    assert_eq!(keys(&json, 10), violation);
}

/// The values that the issue names.
#[test]
fn the_values_of_a_json_report_are_those_of_the_format() {
    let report: Value = serde_json::from_str(&ALL.out).unwrap();
    assert_eq!(
        (&report["format"], &report["version"]),
        (&"selvedge/report".into(), &1.into())
    );
    for result in results() {
        let verdict = result["verdict"].as_str().unwrap();
        assert!(["PROVED", "VIOLATED"].contains(&verdict), "{verdict}");
        let violations = result["violations"].as_array().unwrap();
        assert_eq!(violations.is_empty(), verdict == "PROVED");
        assert!(result.get("measure").is_none());
    }
    let first = &results()[0];
    assert_eq!(
        (&first["digest"].as_str().unwrap().len(), &first["profile"]),
        (&16, &"documented".into())
    );
    let is_refusal = |result: &&Value| result["violations"][0]["errno"] == 22;
    let refused = results().iter().find(is_refusal).cloned().unwrap();
    assert!(
        refused["violations"][0]["status"]
            .as_str()
            .unwrap()
            .starts_with("0xC022")
    );
}

/// Measurements come in a field of their own, and only when asked for.
#[test]
fn a_measured_report_has_one_key_more() {
    let one = [
        "--strategy",
        "push-lock",
        "--waits",
        "sufficient",
        "--format",
        "json",
    ];
    let json = selvedge(&[&["compare", "--measure"], &one[..]].concat()).out;

    assert_eq!(keys(&json, 6).last(), Some(&"measure"));
    let measure = ["seconds", "executions_per_second", "peak_memory_bytes"];
    assert!(keys(&json, 8).ends_with(&measure), "{json}");
    let terminal = selvedge(&["compare", "--measure", "--strategy", "push-lock"]).out;
    assert!(terminal.contains("\nmeasure: "), "{terminal}");
}

/// The commands whose output has colours.
fn coloured() -> [Vec<String>; 5] {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    [
        words(&["compare", "--show"]),
        words(&["check", "attach/connect4_connect6"]),
        words(&["replay", &headline()]),
        words(&["list", "strategies"]),
        words(&["explain", "errno", "22"]),
    ]
}

fn printed(arguments: &[String], variable: Option<&str>) -> String {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut command = command(&arguments);
    if let Some(variable) = variable {
        command.env(variable, "1");
    }
    let ran = ran(&mut command);
    format!("{}{}", ran.out, ran.err)
}

/// A pipe takes no colours, and `NO_COLOR` forbids them anywhere; forced, there are some.
#[test]
fn a_pipe_gets_no_escape_bytes() {
    for arguments in coloured() {
        for variable in [None, Some("NO_COLOR")] {
            let text = printed(&arguments, variable);
            assert!(!text.contains('\u{1B}'), "{arguments:?} {variable:?}");
        }
        let forced = printed(&arguments, Some("CLICOLOR_FORCE"));
        assert!(forced.contains('\u{1B}'), "{arguments:?}");
    }
    assert!(!selvedge(&["compare", "nothing"]).err.contains('\u{1B}'));
}

/// `--output` writes what stdout would have got, without colours even where they are forced.
#[test]
fn a_report_in_a_file_is_the_report() {
    let folder = Folder::new();
    let path = text_of(&folder.path("report.txt"));
    let mut to_file = command(&["compare", "--output", &path]);
    let silent = ran(to_file.env("CLICOLOR_FORCE", "1"));

    assert_eq!(
        (silent.code, silent.out.as_str(), silent.err.as_str()),
        (Some(0), "", "")
    );
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        selvedge(&["compare"]).out
    );
}
