//! Each property: a model and a strategy that break it, a strategy that keeps it there, and a
//! witness that to keep it is no empty promise: an execution in which what it speaks of happens.

use std::ops::ControlFlow;
use std::sync::Arc;

use selvedge::execution::Execution;
use selvedge::execution::Fact;
use selvedge::execution::FactRecord;
use selvedge::execution::FinalState;
use selvedge::execution::ObjectId;
use selvedge::execution::ObjectKind;
use selvedge::execution::Operation;
use selvedge::execution::Step;
use selvedge::execution::ThreadId;
use selvedge::execution::Verb;
use selvedge::explore::Bounds;
use selvedge::explore::Coverage;
use selvedge::explore::DfsExplorer;
use selvedge::explore::DporExplorer;
use selvedge::explore::Explorer;
use selvedge::explore::Limit;
use selvedge::explore::RandomExplorer;
use selvedge::explore::Unwatched;
use selvedge::explore::search;
use selvedge::program::Program;
use selvedge::property::Property;
use selvedge::property::judge;
use selvedge::report::CheckReport;
use selvedge::runtime::Runtime;
use selvedge::runtime::Shared;
use selvedge::runtime::Waits;
use selvedge::runtime::controlled::Controlled;
use selvedge::runtime::controlled::Finish;
use selvedge::runtime::controlled::System;
use selvedge::scenario::Scenario;
use selvedge::strategy::Strategy;

use crate::models::checked;
use crate::small::machine;

/// A model under a strategy, with waits that suffice.
type Case = (&'static str, &'static str);

fn violations((model, strategy): Case) -> CheckReport {
    checked(model, strategy, Waits::Sufficient)
}

/// The strategy breaks the property in the model, among others perhaps: why.
fn broken(property: Property, case: Case) -> String {
    let report = violations(case);
    let found = report
        .counterexamples
        .iter()
        .find(|found| found.property == property);
    found
        .unwrap_or_else(|| panic!("{case:?} keeps {}", property.name()))
        .cause
        .clone()
}

/// The strategy keeps every property in the model, under every interleaving.
fn assert_kept(case: Case) {
    let report = violations(case);
    assert_eq!(report.coverage, Coverage::Exhausted, "{case:?}");
    assert_eq!(report.counterexamples, [], "{case:?}");
}

/// Some execution looks like that, of those that `dpor` takes or of a thousand random ones.
fn sometimes((model, strategy): Case, witness: impl Fn(&Execution) -> bool) -> bool {
    let scenario = Scenario::embedded(model).unwrap();
    let program = Program::new(
        scenario.workload(),
        &Strategy::named(strategy).unwrap(),
        &Arc::default(),
    );
    let dpor = || {
        met(
            &program,
            &mut DporExplorer::new(Waits::Sufficient),
            &witness,
        )
    };
    let random = || met(&program, &mut RandomExplorer::new(0, 1_000), &witness);
    dpor() || random()
}

fn met<E: Explorer>(
    system: &dyn System,
    explorer: &mut E,
    witness: impl Fn(&Execution) -> bool,
) -> bool {
    let visit = |execution: &Execution| {
        if witness(execution) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let (machine, watch) = (&mut machine(Waits::Sufficient), &mut Unwatched);
    let tally = search(
        machine,
        system,
        explorer,
        (&Bounds::default(), watch),
        visit,
    );
    tally.coverage == Coverage::Bounded(Limit::FirstViolation)
}

fn thread(index: usize) -> ThreadId {
    ThreadId::new(index)
}

fn returns(record: &FactRecord, who: usize, expected: u32) -> bool {
    let ok = matches!(record.fact, Fact::CallReturns { errno, .. } if errno == expected);
    record.thread == Some(thread(who)) && ok
}

/// The steps of an execution between a thread's begin and its commit, those two not among them.
fn transaction(execution: &Execution, who: usize) -> &[Step] {
    let mut own = execution.steps.iter().enumerate();
    let mut place = |verb| {
        let found = own.find(|(_, step)| step.thread == thread(who) && step.operation.verb == verb);
        found.map(|(place, _)| place)
    };
    match (place(Verb::Begin), place(Verb::Commit)) {
        (Some(begin), Some(commit)) => &execution.steps[begin + 1..commit],
        _ => &[],
    }
}

/// Static filters on dynamic callouts: no interleaving is to blame. Witness: a call that is over
/// and returned 0 before the other thread took a step.
#[test]
fn succeeds_alone_speaks_of_a_call_by_itself() {
    let (breaks, keeps) = (
        (
            "attach/connect4_connect6",
            "handle-per-context-on-dynamic-global",
        ),
        ("attach/connect4_connect6", "push-lock"),
    );

    assert!(broken(Property::SucceedsAlone, breaks).contains("WRONG_SESSION"));
    assert_kept(keeps);
    assert!(sometimes(keeps, |execution| {
        let first = execution
            .steps
            .iter()
            .position(|step| step.thread == thread(1));
        let over = execution.facts.iter().find(|record| returns(record, 0, 0));
        over.is_some_and(|over| usize::try_from(over.after) == Ok(first.unwrap()))
    }));
}

/// The headline. Witness: one attach goes on between the begin and the commit of the other, and
/// both return 0.
#[test]
fn non_interference_speaks_of_attaches_that_overlap() {
    let model = "attach/connect4_connect6";
    let keeps = (model, "push-lock");

    assert!(broken(Property::NonInterference, (model, "shared-handle")).contains("0xC022000E"));
    assert_kept(keeps);
    assert!(sometimes(keeps, |execution| {
        let overlaps = transaction(execution, 0)
            .iter()
            .any(|step| step.thread == thread(1));
        let succeed = |who| execution.facts.iter().any(|record| returns(record, who, 0));
        overlaps && succeed(0) && succeed(1)
    }));
}

/// A delete on the shared handle runs inside the transaction that the attach began. Witness: with
/// handles of their own, the detach stands before its delete while the transaction is open.
#[test]
fn session_discipline_speaks_of_calls_during_a_transaction() {
    let model = "attach/attach_detach";
    let keeps = (model, "handle-per-context");

    let cause = broken(Property::SessionDiscipline, (model, "shared-handle"));
    assert!(
        cause.contains("ran inside the transaction of thread 0"),
        "{cause}"
    );
    assert_kept(keeps);
    assert!(sometimes(keeps, |execution| {
        let own = transaction(execution, 0);
        let kept_out = own.iter().any(|step| !step.enabled.contains(thread(1)));
        let mut later = execution
            .steps
            .iter()
            .rev()
            .filter(|step| step.thread == thread(1));
        kept_out && later.any(|step| step.operation.verb == Verb::FilterDelete)
    }));
}

/// A filter that could not be deleted is half of a context. Witness: three filters become visible
/// in one step, and a detach has removed one of two at some other moment.
#[test]
fn atomicity_speaks_of_contexts_of_several_filters() {
    let keeps = ("attach/attach_detach", "push-lock");

    let cause = broken(Property::Atomicity, ("faults/delete_fails", "push-lock"));
    assert!(
        cause.contains("1 of the 2 filters of a detached context are left"),
        "{cause}"
    );
    assert_kept(keeps);
    assert!(sometimes(keeps, |execution| {
        let committed = |record: &&FactRecord| matches!(record.fact, Fact::FilterCommitted { .. });
        let removed = |record: &&FactRecord| matches!(record.fact, Fact::FilterRemoved { .. });
        let after = |keep: &dyn Fn(&&FactRecord) -> bool| -> Vec<u32> {
            execution
                .facts
                .iter()
                .filter(keep)
                .filter(|r| r.thread.is_some())
                .map(|r| r.after)
                .collect()
        };
        let (added, gone) = (after(&committed), after(&removed));
        added.len() == 3 && added[0] == added[2] && gone.len() == 2 && gone[0] < gone[1]
    }));
}

/// An abort brings back what the other thread deleted, after its detach has returned 0. Witness: an
/// attach fails, a detach returns 0, and nothing of either is left.
#[test]
fn error_truthfulness_speaks_of_successes_and_of_failures() {
    let model = "attach/fault_in_add";
    let keeps = (model, "push-lock");

    let cause = broken(Property::ErrorTruthfulness, (model, "shared-handle"));
    assert!(
        cause.contains("are left although its detach returned 0"),
        "{cause}"
    );
    assert_kept(keeps);
    assert!(sometimes(keeps, |execution| {
        let returned = |who, errno| {
            execution
                .facts
                .iter()
                .any(|record| returns(record, who, errno))
        };
        returned(0, 22) && returned(1, 0) && execution.rest.filters.is_empty()
    }));
}

/// A reference that no notification gives back. Witness: at rest one context lives, with a
/// reference for each of its filters and one more, and another one is freed.
#[test]
fn reference_accounting_speaks_of_contexts_that_live_and_that_are_gone() {
    let keeps = ("attach/attach_detach", "push-lock");

    let cause = broken(
        Property::ReferenceAccounting,
        ("faults/lost_notification", "push-lock"),
    );
    assert!(
        cause.contains("a context with the references of 1, of which 0 exist"),
        "{cause}"
    );
    assert_kept(keeps);
    assert!(sometimes(keeps, |execution| {
        let contexts = &execution.rest.contexts;
        let lives = contexts
            .iter()
            .any(|context| context.listed && context.references == 4);
        lives
            && contexts
                .iter()
                .any(|context| context.freed && context.references == 0)
    }));
}

/// A spin lock raises the IRQL over calls that need `PASSIVE_LEVEL`. Witness: both threads take the
/// push lock, and one of them waits for it.
#[test]
fn kernel_discipline_speaks_of_locks_that_are_taken() {
    let model = "attach/connect4_connect6";
    let keeps = (model, "push-lock");

    let cause = broken(Property::KernelDiscipline, (model, "spin-lock"));
    assert!(
        cause.contains("a PASSIVE_LEVEL call at DISPATCH_LEVEL"),
        "{cause}"
    );
    assert_kept(keeps);
    assert!(sometimes(keeps, |execution| {
        let guards = execution
            .steps
            .iter()
            .filter(|step| step.operation.verb == Verb::GuardAcquire);
        let waits = |step: &Step| !step.enabled.contains(thread(1));
        guards.count() == 2 && transaction(execution, 0).iter().any(waits)
    }));
}

/// A transaction that nobody ends keeps the engine's lock for ever. Witness: a thread that cannot
/// go on at some moment, and has finished at the end.
#[test]
fn no_deadlock_speaks_of_threads_that_wait() {
    let model = "faults/leaked_transaction";
    let keeps = (model, "handle-per-context");

    let cause = broken(Property::NoDeadlock, (model, "handle-per-provider"));
    assert!(cause.contains("1 in FwpmTransactionBegin"), "{cause}");
    assert_kept(keeps);
    assert!(sometimes(keeps, |execution| {
        let kept_out = |step: &Step| !step.enabled.contains(thread(1));
        let end = execution
            .steps
            .iter()
            .rposition(|step| step.thread == thread(1));
        execution.steps[..end.unwrap()].iter().any(kept_out)
    }));
}

/// Two threads count; one of them panics if it counts `fatal`.
fn counting(fatal: u32) -> impl Fn() -> Finish {
    move || {
        let id = ObjectId::initial(ObjectKind::Variable, 0);
        let count: Arc<Shared<Controlled, u32>> = Arc::new(Shared::new(id, 0));
        for index in 0..2 {
            let count = Arc::clone(&count);
            Controlled::spawn(thread(index), move || {
                let seen = Controlled::act(
                    Operation::on(Verb::Update, id),
                    (&*count,),
                    |(mut count,)| {
                        *count += 1;
                        *count
                    },
                );
                assert!(index == 0 || seen != fatal, "counted {seen}");
            });
        }
        Box::new(FinalState::default)
    }
}

/// Outside of any model: the code under test is ours to break. In one of two orders thread 1 counts
/// 2 and panics. Witness: the same code with another number, which is met by nobody.
#[test]
fn no_panic_speaks_of_code_that_could_panic() {
    let broken = |fatal| {
        let mut found = Vec::new();
        let visit = |execution: &Execution| {
            found.extend(judge(execution));
            ControlFlow::Continue(())
        };
        let (machine, watch) = (&mut machine(Waits::Sufficient), &mut Unwatched);
        let (explorer, bounds) = (&mut DfsExplorer::default(), &Bounds::default());
        let tally = search(machine, &counting(fatal), explorer, (bounds, watch), visit);
        assert_eq!((tally.executions, tally.coverage), (2, Coverage::Exhausted));
        found
    };

    let [found] = &broken(2)[..] else {
        panic!("one violation");
    };
    assert_eq!(
        (found.property, found.thread),
        (Property::NoPanic, Some(thread(1)))
    );
    assert!(
        found
            .cause
            .starts_with("thread 1 panicked: counted 2 (tests/it/properties.rs:")
    );
    assert_eq!(broken(3), []);
}
