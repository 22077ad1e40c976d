//! The panic hooks of shuttle and of generator, on which loom runs. Only with the feature
//! `second-opinions`.
//!
//! Shuttle's hook prints a schedule for every panic of the process, whoever panicked. Generator
//! ends every thread of loom by a panic that only its own hook knows to be none. Each crate
//! installs its hook once, when it first runs.

use std::panic;
use std::panic::PanicHookInfo;

/// What is called for a panic.
type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>;

/// Has both hooks installed, and takes over from all that are there: the hook for panics that are
/// none of code under test. Each library hears of its own panics, and the hook that was there first
/// hears of all but generator's.
pub(super) fn take_hooks() -> Hook {
    let before = panic::take_hook();
    panic::set_hook(Box::new(|_| ()));
    run_libraries();
    let libraries = panic::take_hook();
    Box::new(move |info| {
        if info.payload().is::<generator::Error>() {
            return;
        }
        if shuttle::current::try_get_current_task().is_some() {
            // A test of somebody's own with shuttle: its schedule is to be printed.
            libraries(info);
        }
        before(info);
    })
}

/// Runs nothing on shuttle and on generator, so that they install their hooks.
fn run_libraries() {
    let nothing = shuttle::scheduler::DfsScheduler::new(Some(1), false);
    shuttle::Runner::new(nothing, shuttle::Config::new()).run(|| ());
    generator::Gn::new_scoped(|_: generator::Scope<'_, 'static, (), ()>| ()).resume();
}
