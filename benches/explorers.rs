//! How fast the explorers are, beside shuttle, and where the time of the headline model goes.
//!
//! Compare by ratio within one run; the numbers of two runs on a shared machine say little.

use std::hint::black_box;
use std::ops::ControlFlow;
use std::sync::Arc;

use criterion::Criterion;
use criterion::Throughput;
use criterion::criterion_group;
use criterion::criterion_main;

use selvedge::check::Proofs;
use selvedge::check::Request;
use selvedge::check::check;
use selvedge::execution::Decision;
use selvedge::execution::FinalState;
use selvedge::execution::ObjectId;
use selvedge::execution::ObjectKind;
use selvedge::execution::Operation;
use selvedge::execution::ThreadId;
use selvedge::execution::Verb;
use selvedge::explore::Bounds;
use selvedge::explore::DporExplorer;
use selvedge::explore::Explorer;
use selvedge::explore::RandomExplorer;
use selvedge::explore::Unwatched;
use selvedge::explore::search;
use selvedge::program::Program;
use selvedge::property::judge;
use selvedge::runtime::Runtime;
use selvedge::runtime::Shared;
use selvedge::runtime::Waits;
use selvedge::runtime::controlled::Controlled;
use selvedge::runtime::controlled::Finish;
use selvedge::runtime::controlled::Limits;
use selvedge::runtime::controlled::Machine;
use selvedge::runtime::controlled::Policy;
use selvedge::runtime::controlled::Position;
use selvedge::runtime::controlled::System;
use selvedge::scenario::Scenario;
use selvedge::strategy::Strategy;

/// Executions in one measurement.
const EXECUTIONS: u64 = 1_000;

const THREADS: usize = 2;
const SECTIONS: usize = 5;

fn sections(lock: &Shared<Controlled, bool>) {
    for _ in 0..SECTIONS {
        let take = Operation::on(Verb::Lock, lock.id());
        Controlled::wait(take, (lock,), |(held,)| !**held, |(mut held,)| *held = true);
        let give = Operation::on(Verb::Unlock, lock.id());
        Controlled::act(give, (lock,), |(mut held,)| *held.release() = false);
    }
}

/// Two threads that take one lock five times each.
fn lock_sections() -> Finish {
    let lock = Shared::new(ObjectId::initial(ObjectKind::Mutex, 0), false);
    for thread in 0..THREADS {
        let lock = lock.clone();
        Controlled::spawn(ThreadId::new(thread), move || sections(&lock));
    }
    Box::new(FinalState::default)
}

/// The same for shuttle.
fn shuttle_lock_sections() {
    let lock = Arc::new(shuttle::sync::Mutex::new(()));
    let thread = |lock: Arc<shuttle::sync::Mutex<()>>| {
        shuttle::thread::spawn(move || {
            for _ in 0..SECTIONS {
                drop(lock.lock());
            }
        })
    };
    let threads: Vec<_> = (0..THREADS).map(|_| thread(Arc::clone(&lock))).collect();
    for thread in threads {
        thread.join().expect("no thread panics");
    }
}

fn machine() -> Machine {
    Machine::new(Limits {
        waits: Waits::Sufficient,
        steps_max: 10_000,
    })
}

fn run<E: Explorer>(machine: &mut Machine, system: &dyn System, mut explorer: E) {
    let bounds = Bounds::default();
    let visit = |execution: &selvedge::execution::Execution| {
        black_box(execution.steps.len());
        ControlFlow::Continue(())
    };
    black_box(search(
        machine,
        system,
        &mut explorer,
        (&bounds, &mut Unwatched),
        visit,
    ));
}

fn random(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("random: 2 threads x 5 lock sections");
    group.throughput(Throughput::Elements(EXECUTIONS));
    group.bench_function("selvedge", |bencher| {
        let mut machine = machine();
        bencher.iter(|| {
            run(
                &mut machine,
                &lock_sections,
                RandomExplorer::new(1, EXECUTIONS),
            );
        });
    });
    group.bench_function("shuttle", |bencher| {
        bencher.iter(|| {
            let scheduler = shuttle::scheduler::RandomScheduler::new_from_seed(
                1,
                usize::try_from(EXECUTIONS).expect("it fits"),
            );
            shuttle::Runner::new(scheduler, shuttle::Config::new()).run(shuttle_lock_sections)
        });
    });
    group.finish();
}

fn proof(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("dpor: 2 threads x 5 lock sections, 252 executions");
    group.throughput(Throughput::Elements(252));
    group.bench_function("selvedge", |bencher| {
        let mut machine = machine();
        bencher.iter(|| {
            run(
                &mut machine,
                &lock_sections,
                DporExplorer::new(Waits::Sufficient),
            );
        });
    });
    group.finish();
}

/// Goes on with the thread of the last step.
struct RunOn;

impl Policy for RunOn {
    fn choose(&mut self, position: &Position<'_>) -> Option<Decision> {
        let last = position.steps.last().map(|step| step.thread);
        let going_on = last.filter(|&thread| position.enabled.contains(thread));
        let thread = going_on.or_else(|| position.enabled.first())?;
        Some(Decision {
            thread,
            alternative: position.offered(thread).start,
        })
    }
}

/// Where the time of one execution of the headline model goes.
fn headline(criterion: &mut Criterion) {
    let scenario = Scenario::embedded("attach/connect4_connect6").expect("it is embedded");
    let strategy = Strategy::named("shared-handle").expect("it is a preset");
    let program = Program::new(scenario.workload(), &strategy, &Arc::default());
    let mut group = criterion.benchmark_group("headline");
    group.bench_function("start of the driver, once a search", |bencher| {
        bencher.iter(|| Program::new(scenario.workload(), &strategy, &Arc::default()));
    });
    group.bench_function("start of an execution, and unwinding it", |bencher| {
        let mut machine = Machine::new(Limits {
            waits: Waits::Sufficient,
            steps_max: 0,
        });
        bencher.iter(|| machine.run(&program, &mut RunOn).steps.len());
    });
    group.bench_function("one execution", |bencher| {
        let mut machine = machine();
        bencher.iter(|| machine.run(&program, &mut RunOn).steps.len());
    });
    group.bench_function("judging it", |bencher| {
        let mut machine = machine();
        let execution = machine.run(&program, &mut RunOn).clone();
        bencher.iter(|| judge(&execution));
    });
    group.bench_function("one strategy, explored, judged and confirmed", |bencher| {
        let request = Request {
            proofs: Proofs::Once,
            ..Request::default()
        };
        bencher.iter(|| check(&scenario, &strategy, &request, &mut Unwatched));
    });
    group.finish();
}

criterion_group!(benches, random, proof, headline);
criterion_main!(benches);
