//! Causes that no built-in model comes to: a handle that somebody closed, and a rundown reference
//! that is refused. Each in a small program on the seam, told and negated as those of the models.

use std::fmt::Write;
use std::ops::ControlFlow;
use std::sync::Arc;

use selvedge::execution::Execution;
use selvedge::execution::Fact;
use selvedge::execution::FinalState;
use selvedge::execution::Names;
use selvedge::execution::ObjectId;
use selvedge::execution::ObjectKind;
use selvedge::execution::ThreadId;
use selvedge::explore::Bounds;
use selvedge::explore::DporExplorer;
use selvedge::explore::Unwatched;
use selvedge::explore::search;
use selvedge::kernel::Rundown;
use selvedge::property::Cause;
use selvedge::property::Failure;
use selvedge::property::Property;
use selvedge::property::judge;
use selvedge::property::reversed;
use selvedge::replay::Target;
use selvedge::replay::reordered;
use selvedge::replay::shrink;
use selvedge::runtime::Runtime;
use selvedge::runtime::Waits;
use selvedge::runtime::controlled::Controlled;
use selvedge::runtime::controlled::Finish;
use selvedge::runtime::controlled::Limits;
use selvedge::runtime::controlled::Machine;
use selvedge::runtime::controlled::System;
use selvedge::status::NtStatus;
use selvedge::wfp::Engine;
use selvedge::wfp::EngineImage;
use selvedge::wfp::EngineOptions;
use selvedge::wfp::SessionOptions;
use selvedge::wfp::TransactionFlags;

use crate::causes::require_golden;
use crate::causes::steps;

const WAITS: Waits = Waits::Sufficient;

/// A call of a thread, which is to succeed.
fn call(thread: usize, body: impl FnOnce() -> NtStatus + Send + 'static) {
    Controlled::spawn(ThreadId::new(thread), move || {
        Controlled::record(Fact::CallBegins {
            call: 0,
            attaches: true,
        });
        let cause = body();
        Controlled::record(Fact::CallReturns {
            call: 0,
            errno: if cause.is_success() { 0 } else { 22 },
            expected: 0,
            cause,
        });
    });
}

fn at_rest() -> Finish {
    Box::new(FinalState::default)
}

/// One thread runs a transaction on a handle that another one closes.
fn closes_a_handle() -> Finish {
    let engine = Engine::<Controlled>::new(&EngineImage::default(), &EngineOptions::default());
    let handle = engine.engine_open(SessionOptions::default()).unwrap();
    let other = engine.clone();
    call(0, move || {
        match engine.transaction_begin(handle, TransactionFlags::default()) {
            NtStatus::SUCCESS => engine.transaction_commit(handle),
            refused => refused,
        }
    });
    call(1, move || other.engine_close(handle));
    at_rest()
}

/// One thread needs a rundown reference that another one waits to be rid of.
fn runs_down() -> Finish {
    let id = ObjectId::initial(ObjectKind::ProviderRundown, 0);
    let rundown = Arc::new(Rundown::<Controlled>::new(id));
    let other = Arc::clone(&rundown);
    call(0, move || {
        if !rundown.acquire() {
            return NtStatus::UNSUCCESSFUL;
        }
        rundown.release();
        NtStatus::SUCCESS
    });
    call(1, move || {
        other.wait();
        NtStatus::SUCCESS
    });
    at_rest()
}

/// The first execution that breaks a property.
fn first(system: &dyn System, property: Property) -> Execution {
    let limits = Limits {
        waits: WAITS,
        steps_max: 1_000,
    };
    let mut found = None;
    let visit = |execution: &Execution| {
        let mut broken = judge(execution).into_iter();
        if broken.any(|violation| violation.property == property) {
            found = Some(execution.clone());
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    };
    let (bounds, watch) = (Bounds::default(), &mut Unwatched);
    let mut explorer = DporExplorer::new(WAITS);
    search(
        &mut Machine::new(limits),
        system,
        &mut explorer,
        (&bounds, watch),
        visit,
    );
    found.unwrap()
}

/// The least execution of a program that breaks a property: why, and how it passes.
fn told(system: &dyn System, property: Property) -> (&'static str, String) {
    let found = first(system, property);
    let of = |execution: &Execution| {
        let mut broken = judge(execution).into_iter();
        broken.find(|violation| violation.property == property)
    };
    let failure = Failure::of(&found, &of(&found).unwrap());
    let target = Target {
        system,
        waits: WAITS,
        fails: &|execution| failure.find(execution).is_some(),
    };
    let least = shrink(&target, &found).execution;
    let contrast = reordered(&target, &|it| judge(it).is_empty(), &least).unwrap();
    assert_eq!(judge(&contrast.execution), []);
    assert!(!reversed(&least, &contrast.execution).is_empty());

    let cause = Cause::find(&least, &of(&least).unwrap());
    let mut text = format!(
        "{}\n\n",
        cause.sentence(&least, Some(&contrast), &Names::default())
    );
    let (fails, passes) = (steps(&least), steps(&contrast.execution));
    write!(text, "{fails}\nit passes like this:\n\n{passes}").unwrap();
    (cause.kind.name(), text)
}

#[test]
fn a_handle_that_was_closed_is_told_and_negated() {
    let (kind, text) = told(&closes_a_handle, Property::KernelDiscipline);
    assert_eq!(kind, "stale-handle");
    require_golden(kind, "program", &text);
}

#[test]
fn a_reference_that_is_refused_is_told_and_negated() {
    let (kind, text) = told(&runs_down, Property::NonInterference);
    assert_eq!(kind, "reference-refused");
    require_golden(kind, "program", &text);
}
