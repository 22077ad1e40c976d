//! No variable of the environment changes a verdict or a byte.

use super::*;

/// What loom and shuttle read, each set to what would do most harm.
const HOSTILE: [(&str, &str); 14] = [
    ("LOOM_MAX_THREADS", "2"),
    ("LOOM_MAX_PREEMPTIONS", "0"),
    ("LOOM_MAX_BRANCHES", "3"),
    ("LOOM_MAX_PERMUTATIONS", "1"),
    ("LOOM_MAX_DURATION", "0"),
    ("LOOM_LOG", "trace"),
    ("LOOM_LOCATION", "1"),
    ("LOOM_CHECKPOINT_INTERVAL", "nonsense"),
    ("SHUTTLE_RANDOM_SEED", "1"),
    ("SHUTTLE_RANDOM_SEED", "nonsense"),
    ("SHUTTLE_CAPTURE_BACKTRACE", "1"),
    ("SHUTTLE_SILENCE_WARNINGS", "1"),
    ("SHUTTLE_ANNOTATION_FILE", "annotation"),
    ("SHUTTLE_NO_SUCH_VARIABLE", "\u{fffd}"),
];

/// The explorers of libraries.
const EXPLORERS: [&str; 5] = [
    "loom",
    "shuttle-random",
    "shuttle-pct",
    "shuttle-urw",
    "shuttle-dfs",
];

fn compare(explorer: &str) -> Command {
    let mut command = command(&["compare", "direct/connect4_connect6"]);
    let rest = ["--explorer", explorer, "--executions", "2000"];
    command.args(rest).args(["--strategy", "shared-handle"]);
    command.args(["--strategy", "handle-per-context"]);
    for (name, _) in HOSTILE {
        command.env_remove(name);
    }
    command
}

/// Alone and all together.
#[test]
fn no_variable_changes_a_byte_of_a_report() {
    for explorer in EXPLORERS {
        let plain = ran(&mut compare(explorer));
        assert!(plain.out.contains("VIOLATED"), "{}{}", plain.out, plain.err);
        let alone = if explorer == "loom" {
            "LOOM_"
        } else {
            "SHUTTLE_"
        };
        for (name, value) in HOSTILE.iter().filter(|(name, _)| name.starts_with(alone)) {
            let hostile = ran(compare(explorer).env(name, value));
            assert_eq!(hostile, plain, "{explorer} with {name}={value}");
        }
        let hostile = ran(compare(explorer).envs(HOSTILE));
        assert_eq!(hostile, plain, "{explorer} with all of them");
    }
}

/// A file that a variable names is neither written nor read.
#[test]
fn no_variable_makes_a_library_write_a_file() {
    let folder = Folder::new();
    let path = folder.path("x");
    for (explorer, variable) in [
        ("loom", "LOOM_CHECKPOINT_FILE"),
        ("shuttle-random", "SHUTTLE_ALWAYS_PERSIST_SEED"),
        ("shuttle-random", "SHUTTLE_ANNOTATION_FILE"),
    ] {
        let plain = ran(&mut compare(explorer));
        assert_eq!(ran(compare(explorer).env(variable, &path)), plain);
        assert!(!path.exists(), "{variable}");
        fs::write(&path, "no checkpoint").unwrap();
        assert_eq!(ran(compare(explorer).env(variable, &path)), plain);
        assert_eq!(fs::read(&path).unwrap(), b"no checkpoint", "{variable}");
        fs::remove_file(&path).unwrap();
    }
}

/// 10,000 executions and more, each of which loom ends with panics of its own.
#[test]
fn ten_thousand_executions_of_loom_print_nothing() {
    let ran = selvedge(&[
        "compare",
        "direct/three_types",
        "--strategy",
        "handle-per-context",
        "--waits",
        "sufficient",
        "--explorer",
        "loom",
        "--executions",
        "10000",
        "--format",
        "json",
    ]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();

    assert_eq!(ran.err, "");
    assert_eq!(report["results"][0]["executions"], 10_000);
    assert_eq!(report["results"][0]["verdict"], "BOUNDED");
}
