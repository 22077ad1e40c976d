//! Findings of programs are brought to the least counterexample, explained, told in every form,
//! replayed and kept, like those of models.

use std::fs;
use std::sync::Arc;

use selvedge::litmus::Atomic;
use selvedge::litmus::Explore;
use selvedge::litmus::Explored;
use selvedge::litmus::Finding;
use selvedge::litmus::Mutex;
use selvedge::litmus::Program;
use selvedge::litmus::spawn;
use selvedge::litmus::threads;
use selvedge::runtime::controlled::Controlled;
use selvedge::status::NtStatus;
use selvedge::wfp::CircumstanceLog;
use selvedge::wfp::Circumstances;
use selvedge::wfp::Engine;
use selvedge::wfp::EngineImage;
use selvedge::wfp::EngineOptions;
use selvedge::wfp::Key;
use selvedge::wfp::SessionOptions;
use selvedge::wfp::TransactionMode;
use selvedge::wfp::Wait;

use super::lost_update;
use super::message;

/// The first finding of a program.
fn found(program: impl Into<Program>) -> Finding {
    let explored: Explored = Explore::new().run(program);
    let first = explored.findings.first().cloned();
    first.unwrap_or_else(|| panic!("{explored}"))
}

/// Philosophers who all take the left fork first.
fn philosophers(count: usize) -> Program {
    threads(move |threads| {
        let name = |index: usize| format!("fork {index}");
        let forks: Vec<Mutex<()>> = (0..count)
            .map(|index| Mutex::new(()).named(&name(index)))
            .collect();
        for index in 0..count {
            let (left, right) = (forks[index].clone(), forks[(index + 1) % count].clone());
            threads.spawn(move || {
                let _left = left.lock();
                let _right = right.lock();
            });
        }
    })
}

/// Two threads that begin a transaction on one handle of the kernel's.
fn one_handle() -> Program {
    threads(|threads| {
        let options = EngineOptions {
            ledger: Arc::new(CircumstanceLog::new(Circumstances::default(), false)),
            ..EngineOptions::default()
        };
        let engine = Engine::<Controlled>::new(&EngineImage::default(), &options);
        let session = SessionOptions {
            key: Key::ZERO,
            dynamic: false,
            wait: Wait::Infinite,
            kernel: true,
        };
        let handle = engine.engine_open(session).unwrap();
        for _ in 0..2 {
            let engine = engine.clone();
            threads.spawn(move || {
                let begun = engine.transaction_begin(handle, TransactionMode::ReadWrite);
                assert_eq!(begun, NtStatus::SUCCESS, "the begin is refused");
                assert_eq!(engine.transaction_commit(handle), NtStatus::SUCCESS);
            });
        }
    })
}

/// Each waits with one fork: one is preempted, and the others have to wait.
#[test]
fn five_philosophers_need_one_preemption() {
    let finding = found(philosophers(5));

    assert_eq!(finding.execution.preemptions(), 1, "{finding}");
    assert_eq!(finding.execution.steps.len(), 5, "{finding}");
    let circle = "0 waits for fork 1, which 1 holds (step 5); 1 waits for fork 2, which 2 holds";
    assert!(finding.because.starts_with(circle), "{}", finding.because);
    assert!(finding.replays > 0);
}

#[test]
fn a_lost_update_is_explained_beside_the_nearest_execution_that_passes() {
    let finding = found(lost_update);

    let because = "1 store counter (step 7) wrote what it had made of its read (step 3), but 2 had \
                   written in between (step 5): 1 does not know of that; had 2's store counter \
                   (step 5) come first, nothing is broken";
    assert_eq!(finding.because, because);
    let contrast = finding.contrast.as_ref().unwrap();
    assert!(contrast.is_clean);
    assert!(finding.is_least, "{finding}");
    assert!(format!("{finding:#}").contains("the nearest execution that passes"));
}

#[test]
fn a_status_stands_in_the_lane_by_its_name() {
    let finding = found(one_handle());

    let text = finding.to_string();
    let refused = "FwpmTransactionBegin session 0 -> TXN_IN_PROGRESS";
    assert!(text.contains(refused), "{text}");
    assert_eq!(finding.execution.preemptions(), 1, "{text}");
    let because = "0 FwpmTransactionBegin (step 4) came while 1's transaction on the same handle \
                   was open (step 2 to 5): one handle holds one transaction; had 1 committed \
                   first, nothing is broken";
    assert_eq!(finding.because, because);
}

#[test]
fn each_form_says_the_same() {
    for finding in [
        found(lost_update),
        found(philosophers(3)),
        found(one_handle()),
    ] {
        let (markdown, mermaid) = (finding.to_markdown(), finding.to_mermaid());
        let heading = format!("VIOLATED {}", finding.kind.name());
        assert!(
            markdown.starts_with(&format!("### {heading}\n")),
            "{markdown}"
        );
        assert!(markdown.contains("\n- because: "), "{markdown}");
        assert!(markdown.contains("\n| step | "), "{markdown}");
        assert!(markdown.contains("\n#### Contrast: "), "{markdown}");
        assert!(mermaid.starts_with(&format!("%% {heading}\n")), "{mermaid}");
        let diagram = mermaid.lines().find(|line| !line.starts_with("%%"));
        assert_eq!(diagram, Some("sequenceDiagram"), "{mermaid}");
    }
}

#[test]
fn the_json_has_every_finding_with_its_schedule() {
    let explored = Explore::new().named("lost update").run(lost_update);
    let json: serde_json::Value = serde_json::from_str(&explored.to_json()).unwrap();

    assert_eq!(
        (&json["format"], &json["version"]),
        (&"selvedge/program".into(), &1.into())
    );
    assert_eq!(json["program"], "lost update");
    assert_eq!(json["verdict"], "VIOLATED");
    assert_eq!(json["second_proof"]["kind"], "agrees");
    let finding = &json["findings"][0];
    assert_eq!(finding["schedule"], explored.findings[0].schedule);
    assert_eq!(finding["steps"].as_array().unwrap().len(), 11);
    assert!(finding["contrast"].is_array());
}

/// A token names no number of steps: it fits after an edit that does not touch what it names.
#[test]
fn a_token_replays_after_an_edit_elsewhere() {
    let program = |looks: u32| {
        move || {
            let counter = Atomic::new(0_u32).named("counter");
            let other = Atomic::new(0_u32);
            let both = [(); 2].map(|()| {
                let (counter, other) = (counter.clone(), other.clone());
                spawn(move || {
                    for _ in 0..looks {
                        other.load();
                    }
                    counter.store(counter.load() + 1);
                })
            });
            for thread in both {
                thread.join();
            }
            assert_eq!(counter.load(), 2);
        }
    };
    let finding = found(program(0));
    let again = Explore::new()
        .replay(&finding.schedule, program(3))
        .unwrap();

    assert_eq!(again.unwrap().kind, finding.kind);
}

#[test]
fn what_is_found_is_kept_and_replayed_first() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_path_buf();
    let explore = Explore::new().named("lost update").regressions(&path);
    let fixed = || {
        let counter = Atomic::new(0_u32);
        let both = [(); 2].map(|()| {
            let counter = counter.clone();
            spawn(move || _ = counter.fetch_add(1))
        });
        for thread in both {
            thread.join();
        }
        assert_eq!(counter.load(), 2);
    };

    let first = explore.clone();
    let said = message(move || first.prove(lost_update));
    assert!(said.contains("\nno-panic: kept in `"), "{said}");
    let files: Vec<_> = fs::read_dir(&path).unwrap().collect();
    assert_eq!(files.len(), 1);

    let second = explore.clone();
    let said = message(move || second.prove(lost_update));
    assert!(
        said.contains("fails again; nothing else was searched"),
        "{said}"
    );
    assert!(said.contains("an update was lost"), "{said}");
    explore.prove(fixed);

    let other = explore.clone().named("another");
    let said = message(move || other.prove(lost_update));
    assert!(said.contains("kept in"), "{said}");
    let kept = fs::read_dir(&path).unwrap().map(|it| it.unwrap().path());
    for file in kept {
        fs::write(file, "# half of a file").unwrap();
    }
    let said = message(move || explore.prove(fixed));
    assert!(said.contains("remove it, or record it again"), "{said}");
}
