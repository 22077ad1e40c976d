//! Executions and reports written by hand, for the tests of the renderers.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::execution::Access;
use crate::execution::Execution;
use crate::execution::Fact;
use crate::execution::FactRecord;
use crate::execution::Footprint;
use crate::execution::Names;
use crate::execution::ObjectId;
use crate::execution::ObjectKind;
use crate::execution::Operation;
use crate::execution::Step;
use crate::execution::StepResult;
use crate::execution::ThreadId;
use crate::execution::ThreadSet;
use crate::execution::Touch;
use crate::execution::Verb;
use crate::explore::Coverage;
use crate::explore::ExplorerKind;
use crate::explore::SecondProof;
use crate::property::Property;
use crate::runtime::Waits;
use crate::status::NtStatus;
use crate::wfp::Circumstances;
use crate::wfp::Scope;

use super::Assumptions;
use super::CheckReport;
use super::Counterexample;
use super::Disagreement;
use super::Explained;
use super::OutcomeCount;
use super::StressEnd;
use super::StressFinding;
use super::StressReport;
use super::Verdict;

/// Thread 0 begins on the shared session, thread 1 is refused, thread 0 commits.
pub(crate) fn race() -> Execution {
    let session = ObjectId::initial(ObjectKind::SessionSlot, 0);
    let step = |thread: usize, verb: Verb, result: NtStatus, enabled: &[usize]| Step {
        thread: ThreadId::new(thread),
        operation: Operation::on(verb, session),
        alternative: 0,
        expired: false,
        footprint: Footprint::of(&[Touch {
            object: session,
            access: if result.is_success() {
                Access::Write
            } else {
                Access::Read
            },
        }])
        .expect("one object fits"),
        result: StepResult::Status(result),
        enabled: enabled
            .iter()
            .copied()
            .map(ThreadId::new)
            .collect::<ThreadSet>(),
    };
    let ok = NtStatus::SUCCESS;
    let mut execution = Execution::empty();
    execution.steps = vec![
        step(0, Verb::Begin, ok, &[0, 1]),
        step(1, Verb::Begin, NtStatus::TXN_IN_PROGRESS, &[0, 1]),
        step(0, Verb::FilterAdd, ok, &[0]),
        step(0, Verb::FilterAdd, ok, &[0]),
        step(0, Verb::Commit, ok, &[0]),
    ];
    execution.steps[3].operation.argument = 1;
    execution.facts = vec![
        fact(2, 1, returns(22, NtStatus::TXN_IN_PROGRESS)),
        fact(5, 0, Fact::FilterCommitted { context: 65_536 }),
        fact(5, 0, Fact::FilterCommitted { context: 65_536 }),
        fact(5, 0, returns(0, ok)),
    ];
    execution
}

/// A fact of a thread, after so many steps.
pub(crate) fn fact(after: u32, thread: usize, fact: Fact) -> FactRecord {
    FactRecord {
        after,
        thread: Some(ThreadId::new(thread)),
        fact,
    }
}

/// The only call of a thread returns although 0 was expected.
pub(crate) fn returns(errno: u32, cause: NtStatus) -> Fact {
    Fact::CallReturns {
        call: 0,
        errno,
        expected: 0,
        cause,
    }
}

/// The names of three threads, of which the third has nothing to do in [`race`].
pub(crate) fn names() -> Names {
    let titles = ["CONNECT4", "CONNECT6", "work item"];
    Names::of_titles(titles.map(str::to_owned).to_vec())
}

/// What a search that proves comes to.
pub(crate) fn proved(strategy: &str, waits: Waits) -> CheckReport {
    CheckReport {
        scenario: "attach/connect4_connect6".into(),
        digest: "00c0ffee".into(),
        strategy: strategy.into(),
        scope: Scope::default(),
        waits,
        explorer: ExplorerKind::Dpor,
        verdict: Verdict::Proved,
        assumptions: Assumptions {
            threads: 2,
            faults: 0,
            engine_faults: 0,
            fairness: "none",
            memory_model: "sequentially consistent",
        },
        names: names(),
        executions: 1_305,
        redundant: 7,
        deadlocked: 0,
        cut_off: 0,
        loops: Vec::new(),
        failing: 0,
        coverage: Coverage::Exhausted,
        counterexamples: Vec::new(),
        rounds: Vec::new(),
        calls: BTreeSet::new(),
        outcomes: None,
        verification: None,
        second_proof: Some(SecondProof::Agrees { classes: 1_305 }),
        disagreement: None,
        not_deterministic: None,
        unexpected: None,
    }
}

/// What a search comes to that finds [`race`].
pub(crate) fn violated(strategy: &str, waits: Waits) -> CheckReport {
    CheckReport {
        verdict: Verdict::Violated,
        failing: 18,
        counterexamples: vec![Counterexample {
            property: Property::NonInterference,
            cause: "attach by thread 1 returned 22 instead of 0".into(),
            status: Some(NtStatus::TXN_IN_PROGRESS),
            errno: Some(22),
            circumstances: Circumstances::default(),
            rounds: 1,
            schedule: "selvedge1:attach/connect4_connect6:0.1.0x3".into(),
            execution: race(),
            native: None,
            explained: Explained::default(),
        }],
        ..proved(strategy, waits)
    }
}

/// What two searches come to of which `dpor` lacks [`race`].
pub(crate) fn disagreed(strategy: &str) -> CheckReport {
    CheckReport {
        verdict: Verdict::ExplorersDisagree,
        second_proof: Some(SecondProof::Differs {
            first_lacks: 2,
            second_lacks: 1,
        }),
        disagreement: Some(Disagreement {
            lacks: ExplorerKind::Dpor,
            has: ExplorerKind::Source,
            classes: 2,
            circumstances: Circumstances::default(),
            execution: race(),
            schedule: "selvedge1:attach/connect4_connect6:0.1.0x3".into(),
            file: String::new(),
        }),
        ..proved(strategy, Waits::Sufficient)
    }
}

/// A stress run that finds [`race`] once and is interrupted.
pub(crate) fn stressed() -> StressReport {
    let checker = violated("shared-handle", Waits::Sufficient);
    let count = |outcome: &str, attempts, violated| OutcomeCount {
        outcome: outcome.into(),
        violated,
        attempts,
    };
    StressReport {
        model: None,
        threads: 2,
        seed: 7,
        latency: Some(Duration::from_micros(20)),
        end: StressEnd::Interrupted,
        attempts_asked: 1_000,
        attempts: 400,
        attaches: 800,
        attaches_failed: 1,
        outcomes: vec![
            count("2 attaches succeed", 399, Vec::new()),
            count(
                "1 attach succeeds, 1 fails with errno 22, TXN_IN_PROGRESS",
                1,
                vec![Property::NonInterference.name()],
            ),
        ],
        findings: vec![StressFinding {
            property: Property::NonInterference.name(),
            status: Some(NtStatus::TXN_IN_PROGRESS.short()),
            cause: "call 0 of thread 1 returned errno 22".into(),
            attempts: 1,
            confirmed: checker.counterexamples.first().cloned(),
            file: None,
        }],
        checker,
        measure: None,
    }
}
