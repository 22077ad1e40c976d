//! Second opinions: the table, what other explorers say, and native schedules.

use super::*;

/// One strategy on the smallest honest model.
const RACE_ON_ONE_HANDLE: [&str; 6] = [
    "compare",
    "direct/connect4_connect6",
    "--strategy",
    "shared-handle",
    "--waits",
    "sufficient",
];

/// The first lines of the report, up to the first that begins so.
fn until<'a>(text: &'a str, start: &str) -> String {
    let lines = text.lines().take_while(|line| !line.starts_with(start));
    let lines: Vec<&'a str> = lines.collect();
    format!("\n{}\n", lines.join("\n"))
}

/// The rows of one explorer.
fn rows(text: &str, explorer: &str) -> Vec<String> {
    let first = |line: &&str| line.split_whitespace().next() == Some(explorer);
    let indented = text.lines().filter(|line| line.starts_with(' '));
    indented.filter(first).map(str::to_owned).collect()
}

/// On the headline: a race that every explorer finds, and a fix that every explorer proves. The
/// rows are those of this crate's explorers and of loom, whose numbers are exact.
#[test]
fn second_opinions_on_the_headline_agree() {
    let compare = ["compare", "--second-opinion", "--waits", "sufficient"];
    let two = ["--strategy", "shared-handle", "--strategy", "push-lock"];
    let ran = selvedge(&[&compare[..], &two].concat());

    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    let exact = |line: &&str| !line.starts_with(" shuttle");
    let table = until(&ran.out, "PROVED means");
    let table: Vec<&str> = table.lines().filter(exact).collect();
    assert_eq!(format!("{}\n", table.join("\n")), HEADLINE);
    assert!(ran.out.ends_with(" 0 differ\n"), "{}", ran.out);
    assert!(ran.out.contains("\nPROVED means:"), "{}", ran.out);
    for line in ran.out.lines().filter(|line| line.contains("means:")) {
        assert!(
            !line.starts_with("PROVED") || line.contains("dpor") && line.contains("loom"),
            "{line}"
        );
    }
}

const HEADLINE: &str = "
attach/connect4_connect6
  Two threads attach CONNECT4 and CONNECT6 at once

waits sufficient
 explorer        verdict   executions  failing  outcomes  opinion
shared-handle
 dpor            VIOLATED           4        2         3  found non-interference TXN_IN_PROGRESS
 source          VIOLATED           4        2         3  agrees
 icb             VIOLATED           4        2         3  agrees
 dfs             BOUNDED       20,000        0         1  agrees so far: saw 1 of 3 outcomes
 loom            VIOLATED          40       27         3  agrees
 random          VIOLATED       2,000    1,861         3  agrees so far: saw 3 of 3 outcomes
push-lock
 dpor            PROVED             2        0         1  found nothing
 source          PROVED             2        0         1  agrees
 icb             PROVED             2        0         1  agrees
 dfs             BOUNDED       20,000        0         1  agrees so far: saw 1 of 1 outcome
 loom            PROVED            16        0         1  agrees
 random          SAMPLED        2,000        0         1  agrees so far: saw 1 of 1 outcome

";

#[test]
fn second_opinions_fit_into_80_and_100_columns() {
    for (width, measured) in [("80", false), ("100", false), ("80", true), ("100", true)] {
        let mut arguments = [&RACE_ON_ONE_HANDLE[..], &["--second-opinion"]].concat();
        arguments.extend(["--width", width]);
        arguments.extend(measured.then_some("--measure"));
        let ran = selvedge(&arguments);
        let table = until(&ran.out, "VIOLATED means");
        let columns: usize = width.parse().unwrap();
        assert!(
            table.lines().all(|line| line.chars().count() <= columns),
            "{table}"
        );
        assert_eq!(rows(&table, "dpor").len(), 1, "{table}");
    }
}

/// A model with five threads: loom has four, and says so before it runs anything.
#[test]
fn who_cannot_run_a_model_says_why() {
    let ran = selvedge(&[
        "compare",
        "direct/five_types",
        "--strategy",
        "push-lock",
        "--waits",
        "sufficient",
        "--second-opinion",
        "--executions",
        "50",
    ]);

    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    let loom = rows(&ran.out, "loom").concat();
    assert!(
        loom.ends_with("cannot run: 5 threads, takes at most 4"),
        "{}",
        ran.out
    );
    assert!(loom.contains("UNSUITABLE"), "{loom}");
    // 50 executions of 120: no agreement yet.
    let dfs = rows(&ran.out, "dfs").concat();
    assert!(dfs.contains("agrees so far: saw "), "{dfs}");
}

fn fields_of(result: &mut Value) -> &mut serde_json::Map<String, Value> {
    result.as_object_mut().unwrap()
}

/// Each explorer's report is a result as ever, with two fields more.
#[test]
fn a_json_report_has_opinions_only_when_asked() {
    let with = |more: &[&str]| -> Vec<Value> {
        let json = ["--format", "json"];
        let ran = selvedge(&[&RACE_ON_ONE_HANDLE[..], &json, more].concat());
        let report: Value = serde_json::from_str(&ran.out).unwrap();
        report["results"].as_array().unwrap().clone()
    };
    let plain = with(&[]);
    let seconded = with(&["--second-opinion"]);
    assert_eq!((plain.len(), seconded.len()), (1, 10));
    assert!(plain[0].get("opinion").is_none() && plain[0].get("outcomes").is_none());

    let mut first = seconded[0].clone();
    let fields = first.as_object_mut().unwrap();
    assert_eq!(fields.remove("opinion"), Some(Value::Null));
    assert!(fields.remove("outcomes").unwrap().is_u64());
    // There is no second search beside second opinions.
    let mut plain = plain[0].clone();
    assert_eq!(
        fields_of(&mut first).remove("second_proof"),
        Some(Value::Null)
    );
    let agrees = fields_of(&mut plain).remove("second_proof").unwrap();
    assert_eq!(agrees["kind"], "agrees");
    assert_eq!(first, plain);
    let loom = seconded.iter().find(|result| result["explorer"] == "loom");
    let loom = loom.unwrap();
    assert_eq!(loom["opinion"]["kind"], "agrees");
    assert_eq!(loom["outcomes"], seconded[0]["outcomes"]);
    let sampled = seconded
        .iter()
        .find(|result| result["explorer"] == "random");
    let opinion = &sampled.unwrap()["opinion"];
    assert_eq!(opinion["kind"], "agrees-so-far");
    assert!(opinion["seen"].as_u64() <= opinion["of"].as_u64());
}

/// Loom finds the race, and what it found replays from its token on the controlled runtime.
#[test]
fn loom_finds_the_race_of_the_headline_and_proves_the_lock() {
    let by_loom = |strategy| {
        let explorer = ["compare", "--explorer", "loom", "--format", "json"];
        let one = ["--strategy", strategy, "--waits", "sufficient"];
        let ran = selvedge(&[&explorer[..], &one].concat());
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
        let report: Value = serde_json::from_str(&ran.out).unwrap();
        report["results"][0].clone()
    };
    let shared = by_loom("shared-handle");
    assert_eq!(shared["verdict"], "VIOLATED");
    let token = shared["violations"][0]["schedule"].as_str().unwrap();
    let replayed = selvedge(&["replay", token]);
    assert_eq!(replayed.code, Some(1), "{}", replayed.out);
    assert!(
        replayed.out.contains("VIOLATED non-interference"),
        "{}",
        replayed.out
    );

    assert_eq!(by_loom("push-lock")["verdict"], "PROVED");
}

/// Loom's checkpoint stands beside the schedule; loom's reader takes it in `explore::loom`'s tests.
#[test]
fn a_schedule_of_loom_has_its_checkpoint_beside_it() {
    let folder = Folder::new();
    let out = text_of(&folder.path("found"));
    let loom = ["--explorer", "loom", "--native-schedule", "--out", &out];
    let ran = selvedge(&[&RACE_ON_ONE_HANDLE[..], &loom].concat());
    let stem = "direct.connect4_connect6.shared-handle.sufficient.non-interference";
    let files = [format!("{stem}.schedule"), format!("{stem}.loom.json")];
    let paths = files.map(|file| folder.path("found").join(file));

    let told = format!(
        "wrote {}\nwrote {}\n",
        paths[0].display(),
        paths[1].display()
    );
    assert_eq!((ran.code, ran.err), (Some(0), told));
    assert_eq!(fs::read_dir(folder.path("found")).unwrap().count(), 2);
    let checkpoint: Value = serde_json::from_slice(&fs::read(&paths[1]).unwrap()).unwrap();
    assert!(checkpoint["branches"].is_object(), "{checkpoint}");
    assert_eq!(selvedge(&["replay", &text_of(&paths[0])]).code, Some(1));
}

#[test]
fn native_schedules_are_of_libraries_and_go_into_a_directory() {
    let folder = Folder::new();
    let out = text_of(&folder.path("found"));
    assert_bad_input(
        &["compare", "--native-schedule", "--out", &out],
        "`dpor`",
        "have no other terms",
    );
    assert!(!folder.path("found").exists());
    let without = selvedge(&["compare", "--native-schedule", "--explorer", "loom"]);
    assert_eq!(without.code, Some(2));
    assert!(without.err.contains("--out <DIR>"), "{}", without.err);
}

/// A token, and a file of another explorer, hold nothing that shuttle could run.
#[test]
fn a_schedule_that_is_not_of_shuttle_is_not_run_by_it() {
    let folder = Folder::new();
    let out = text_of(&folder.path("found"));
    selvedge(&[&RACE_ON_ONE_HANDLE[..], &["--out", &out]].concat());
    let name = "direct.connect4_connect6.shared-handle.sufficient.non-interference.schedule";
    let file = text_of(&folder.path("found").join(name));

    for schedule in [file, headline()] {
        let arguments = ["replay", &schedule, "--explorer", "shuttle"];
        assert_bad_input(&arguments, "", "the schedule carries none of shuttle's");
    }
}

/// What shuttle found it finds again in its own terms, and says of it what `replay` says.
#[test]
fn a_schedule_of_shuttle_is_run_by_shuttle_and_by_us() {
    let folder = Folder::new();
    let out = text_of(&folder.path("found"));
    let random = ["--explorer", "shuttle-random", "--executions", "200"];
    let native = ["--native-schedule", "--out", &out];
    let ran = selvedge(&[&RACE_ON_ONE_HANDLE[..], &random, &native].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let name = "direct.connect4_connect6.shared-handle.sufficient.non-interference.schedule";
    let file = text_of(&folder.path("found").join(name));

    let ours = selvedge(&["replay", &file]);
    let theirs = selvedge(&["replay", &file, "--explorer", "shuttle"]);

    assert_eq!(
        (ours.code, theirs.code),
        (Some(1), Some(1)),
        "{}",
        theirs.err
    );
    for replayed in [&ours, &theirs] {
        assert!(replayed.out.contains("TXN_IN_PROGRESS"), "{}", replayed.out);
        assert_eq!(replayed.err, "");
    }
    // On another model it is a difference, as with us.
    let other = [
        "--model",
        "attach/connect4_connect6",
        "--explorer",
        "shuttle",
    ];
    let misfit = selvedge(&[&["replay", &file][..], &other].concat());
    assert_eq!(misfit.code, Some(3), "{}", misfit.err);
    assert!(
        misfit
            .out
            .starts_with("DIVERGED shuttle cannot follow its schedule: ")
    );
}
